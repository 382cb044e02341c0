//! How bad a world is.

use std::ops::RangeInclusive;
use std::time::Duration;

use fairloss::proto::launch::{Effect, Limits, OnDoubt, Rate};
use fairloss::proto::link::{Chance, Spec};
use rand::{Rng, RngExt};

/// What the seed of a world decides before anything happens.
#[derive(Clone, Debug)]
pub(super) struct Weather {
    pub(super) network: Spec,
    pub(super) limits: Limits,
    pub(super) clients: usize,
    /// How many calls each client makes, and how many side by side in one session.
    pub(super) calls: u32,
    pub(super) width: usize,
    /// How long a call may take before it is cancelled; without it, however long.
    pub(super) deadline: Option<Duration>,
    pub(super) grace: Duration,
    /// The server dies after so many of its steps, on average; a client after so many of its own.
    pub(super) server_steps: u32,
    pub(super) client_steps: u32,
    /// The server's disk fails after so many calls, on average.
    pub(super) disk_calls: u64,
    /// The chance that a death is a loss of power.
    pub(super) power: f64,
    /// The chance that a server comes back to an empty folder.
    pub(super) wipe: f64,
    /// How long it is away.
    pub(super) away: Duration,
    /// The longest sync, the longest action.
    pub(super) sync: Duration,
    pub(super) action: Duration,
    /// The chance that an action outlives the server that was killed.
    pub(super) orphan: f64,
    /// The chance, per step, that the journal is said to be long.
    pub(super) long: f64,
    /// The chance, per step, that an operator settles a doubt, and that the server is told to stop.
    pub(super) operator: f64,
    pub(super) drains: f64,
}

impl Weather {
    pub(super) fn draw(rng: &mut impl Rng) -> Self {
        let calm = rng.random_bool(0.1);
        let few_sessions = rng.random_bool(0.25);
        Self {
            network: network(rng, calm),
            limits: Limits {
                sessions: if few_sessions {
                    rng.random_range(2..6)
                } else {
                    4096
                },
                window: *pick(rng, &[1, 4, 16, 64]),
                running: *pick(rng, &[1, 4, 64]),
                lease: if few_sessions {
                    Duration::from_secs(2)
                } else {
                    HOUR
                },
                settle: Duration::from_millis(rng.random_range(1..100)),
                sync_outcome: rng.random_bool(0.2),
                rate: rng.random_bool(0.1).then_some(Rate {
                    every: Duration::from_millis(20),
                }),
                effect: *pick(rng, &[Effect::Outside, Effect::Outside, Effect::Missile]),
                on_doubt: *pick(rng, &[OnDoubt::Report, OnDoubt::Probe]),
                ..Limits::DEFAULT
            },
            clients: rng.random_range(1..6),
            calls: rng.random_range(10..60),
            width: *pick(rng, &[1, 1, 3, 8]),
            deadline: rng
                .random_bool(0.5)
                .then(|| Duration::from_millis(rng.random_range(20..10_000))),
            grace: Duration::from_millis(rng.random_range(0..20_000)),
            server_steps: steps(rng, calm, 40..=4000),
            client_steps: steps(rng, calm, 30..=1000),
            disk_calls: u64::from(steps(rng, calm, 60..=6000)),
            power: *pick(rng, &[0.0, 0.5, 1.0]),
            wipe: if rng.random_bool(0.05) { 0.2 } else { 0.0 },
            away: Duration::from_millis(rng.random_range(1..2000)),
            sync: Duration::from_micros(*pick(rng, &[100, 5000, 20_000, 1_000_000])),
            action: Duration::from_micros(*pick(rng, &[10, 1000, 100_000, 3_000_000])),
            orphan: *pick(rng, &[0.0, 0.5, 1.0]),
            long: *pick(rng, &[0.0, 0.001, 0.02]),
            operator: *pick(rng, &[0.0, 0.05]),
            drains: *pick(rng, &[0.0, 0.002, 0.02]),
        }
    }

    /// Whether a session may be given up although its client still needs it.
    pub(super) fn forgets(&self) -> bool {
        self.wipe > 0.0 || self.limits.lease < HOUR
    }
}

fn network(rng: &mut impl Rng, calm: bool) -> Spec {
    let mut chance = |most: f64| {
        let drawn = if calm { 0.0 } else { rng.random_range(0.0..=most) };
        Chance::new(drawn).expect("a chance")
    };
    let (loss, duplicate, reorder) = (chance(0.6), chance(0.3), chance(0.5));
    let damage = Chance::new(if rng.random() { 0.01 } else { 0.0 }).expect("a chance");
    let longest = *pick(rng, &[0, 1, 20, 200, 1000, 5000]);
    Spec {
        loss,
        duplicate,
        reorder,
        damage,
        delay: (Duration::ZERO, Duration::from_millis(longest)),
        ..Spec::default()
    }
}

fn steps(rng: &mut impl Rng, calm: bool, range: RangeInclusive<u32>) -> u32 {
    if calm || rng.random_bool(0.2) {
        return u32::MAX;
    }
    // As many worlds of short lives as of long ones.
    let (low, high) = (f64::from(*range.start()).ln(), f64::from(*range.end()).ln());
    rng.random_range(low..=high).exp() as u32
}

pub(super) fn pick<'a, T>(rng: &mut impl Rng, of: &'a [T]) -> &'a T {
    &of[rng.random_range(0..of.len())]
}

/// The time until something that happens after so many steps on average.
pub(super) fn lifetime(rng: &mut impl Rng, mean: u32) -> u64 {
    if mean == u32::MAX {
        return u64::MAX;
    }
    let chance: f64 = rng.random_range(f64::EPSILON..1.0);
    (-chance.ln() * f64::from(mean)) as u64
}

/// A random time of up to `longest`.
pub(super) fn up_to(rng: &mut impl Rng, longest: Duration) -> Duration {
    rng.random_range(Duration::ZERO..=longest)
}

pub(super) const HOUR: Duration = Duration::from_secs(3600);
