//! What the server has done, in numbers.

use crate::wire::rlaunch::Status;

/// What the server has done since it was started, and what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Sessions given out.
    pub hellos: u64,
    /// Requests from proven addresses.
    pub requests: u64,
    /// Cancellations from proven addresses.
    pub cancels: u64,
    /// Actions that were begun.
    pub launches: u64,
    /// Requests that were answered with what was known already.
    pub duplicates: u64,
    /// Answers that an action is under way.
    pub working: u64,
    /// Answers that a call is in doubt.
    pub in_doubt: u64,
    /// Answers that a call was not launched.
    pub not_launched: u64,
    /// Answers that a session is not known any more.
    pub gone: u64,
    /// Answers that a call was settled before.
    pub stale: u64,
    /// Answers that an id has another payload.
    pub conflict: u64,
    /// Answers that a call is too far ahead.
    pub window: u64,
    /// Answers that there is no room.
    pub full: u64,
    /// Answers to ask again later.
    pub busy: u64,
    /// Answers that the store was rolled back.
    pub rolled_back: u64,
    /// Datagrams that were damaged or forged.
    pub bad_tags: u64,
    /// Addresses that had to prove themselves.
    pub cookies: u64,
    /// Values read.
    pub reads: u64,
    /// Values set.
    pub writes: u64,
    /// Records written.
    pub records: u64,
    /// Times that something was asked to be made durable.
    pub commits: u64,
    /// Sessions that are alive.
    pub sessions: u64,
    /// Calls of sessions that are remembered.
    pub calls: u64,
    /// Calls with names that are remembered.
    pub ids: u64,
    /// Keys with values.
    pub pairs: u64,
    /// Calls in doubt.
    pub doubts: u64,
    /// Actions under way.
    pub running: u64,
    /// Missiles launched, ever.
    pub missiles: u64,
    /// The index of the last record.
    pub last: u64,
    /// The index of the last durable record.
    pub durable: u64,
}

impl Counters {
    /// Counts an answer that is nothing but a status.
    pub(in crate::proto::launch) fn count(&mut self, status: Status) {
        match status {
            Status::Working => self.working += 1,
            Status::InDoubt => self.in_doubt += 1,
            Status::NotLaunched => self.not_launched += 1,
            Status::Gone => self.gone += 1,
            Status::Stale => self.stale += 1,
            Status::Conflict => self.conflict += 1,
            Status::Window => self.window += 1,
            Status::Full => self.full += 1,
            Status::Busy => self.busy += 1,
            Status::RolledBack => self.rolled_back += 1,
            _ => {}
        }
    }

    /// All of them with their names, in the order in which they are shown.
    pub fn named(&self) -> [(&'static str, u64); 30] {
        [
            ("hellos", self.hellos),
            ("requests", self.requests),
            ("cancels", self.cancels),
            ("launches", self.launches),
            ("duplicates", self.duplicates),
            ("working", self.working),
            ("in_doubt", self.in_doubt),
            ("not_launched", self.not_launched),
            ("gone", self.gone),
            ("stale", self.stale),
            ("conflict", self.conflict),
            ("window", self.window),
            ("full", self.full),
            ("busy", self.busy),
            ("rolled_back", self.rolled_back),
            ("bad_tags", self.bad_tags),
            ("cookies", self.cookies),
            ("reads", self.reads),
            ("writes", self.writes),
            ("records", self.records),
            ("commits", self.commits),
            ("sessions", self.sessions),
            ("calls", self.calls),
            ("ids", self.ids),
            ("pairs", self.pairs),
            ("doubts", self.doubts),
            ("running", self.running),
            ("missiles", self.missiles),
            ("last", self.last),
            ("durable", self.durable),
        ]
    }
}
