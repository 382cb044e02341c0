//! How much the server takes on, and what it does where there is a choice.

use std::time::Duration;

/// How much the server takes on, and what it does where there is a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most sessions at a time; beyond it new ones are refused.
    pub sessions: usize,
    /// How far ahead of the acknowledged calls of its session a call may be; at most 64.
    pub window: u64,
    /// The most calls with names that are remembered; beyond it new ones are refused.
    pub ids: usize,
    /// The most actions at a time; beyond it clients are told to ask again.
    pub running: usize,
    /// The most keys.
    pub pairs: usize,
    /// How long a session must have been silent before it may be closed for a new one.
    pub lease: Duration,
    /// How long an outcome, or the end of a session, may wait for a group to be made durable with.
    pub settle: Duration,
    /// Whether an outcome is made durable before it is told. If not, a loss of power can turn it into a doubt.
    pub sync_outcome: bool,
    /// The most launches in a time; beyond it clients are told to ask again.
    pub rate: Option<Rate>,
    /// What is done.
    pub effect: Effect,
    /// What becomes of a doubt.
    pub on_doubt: OnDoubt,
}

/// How often a launch may begin, on average: one each `every`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The time from one to the next.
    pub every: Duration,
}

/// Where an action has its effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// In the world: the server has it begun, and is told when it is over.
    Outside,
    /// In the store: the lecture's missile, which is launched by the record that says so.
    Missile,
}

/// What becomes of a call of which a crash left only the intent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDoubt {
    /// Its client is told, and an operator decides.
    Report,
    /// Somebody is asked who can find out what became of it.
    Probe,
    /// It is begun again when it is asked for again: performed *at least* once.
    Rerun,
}

impl Limits {
    /// A few tens of megabytes at most.
    pub const DEFAULT: Self = Self {
        sessions: 4096,
        window: 16,
        ids: 65_536,
        running: 64,
        pairs: 16_384,
        lease: Duration::from_secs(3600),
        settle: Duration::from_millis(50),
        sync_outcome: false,
        rate: None,
        effect: Effect::Outside,
        on_doubt: OnDoubt::Report,
    };
}
