//! What can happen in one exploration: how many clients there are, what they want, and how much may go wrong.

use fairloss::proto::launch::{Effect, OnDoubt};

/// Bounds that make the exploration finite.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) clients: usize,
    /// How many operations each client has.
    pub(crate) operations: usize,
    /// Whether a client begins an operation before the one before it is over.
    pub(crate) pipelined: bool,
    /// How many sessions the server keeps; as many as there are clients' lives, and nothing is evicted.
    pub(crate) sessions: usize,
    pub(crate) window: u64,
    pub(crate) effect: Effect,
    pub(crate) on_doubt: OnDoubt,
    pub(crate) may: Mishaps,
}

/// How often each mishap may happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Mishaps {
    /// The server is killed: what is written stays.
    pub(crate) kills: u8,
    /// The server's machine loses its power: of what is written, what is durable stays, and any part of the rest
    /// that has no gaps.
    pub(crate) power_cuts: u8,
    /// A client is killed: its journal stays.
    pub(crate) client_kills: u8,
    /// A client's deadline passes, so that it cancels.
    pub(crate) deadlines: u8,
    /// A hello arrives once more, and is answered by another session.
    pub(crate) hellos: u8,
    /// An action cannot be begun.
    pub(crate) not_begun: u8,
    /// The server can no longer learn what became of an action that it has begun.
    pub(crate) lost: u8,
    /// An operator says what became of a call in doubt.
    pub(crate) resolved: u8,
    /// The journal is replaced by a snapshot.
    pub(crate) snapshots: u8,
    /// A copy of the store is put back in the place of the store.
    pub(crate) rollbacks: u8,
    /// The store is lost, and the server begins with an empty one.
    pub(crate) losses: u8,
}

impl Case {
    /// One client with one operation, and nothing goes wrong but the network.
    pub(crate) const CALM: Self = Self {
        name: "calm",
        clients: 1,
        operations: 1,
        pipelined: false,
        sessions: 8,
        window: 2,
        effect: Effect::Outside,
        on_doubt: OnDoubt::Report,
        may: Mishaps::NONE,
    };
}

impl Mishaps {
    pub(crate) const NONE: Self = Self {
        kills: 0,
        power_cuts: 0,
        client_kills: 0,
        deadlines: 0,
        hellos: 0,
        not_begun: 0,
        lost: 0,
        resolved: 0,
        snapshots: 0,
        rollbacks: 0,
        losses: 0,
    };
}

impl Case {
    /// Whether a session may have to make room for another: every life of a client opens one at most.
    pub(crate) fn evicts(&self) -> bool {
        self.sessions < self.clients + usize::from(self.may.client_kills)
    }
}
