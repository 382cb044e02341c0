//! What is known of one session.

use super::Standing;
use super::call::Call;
use crate::proto::Instant;
use crate::proto::launch::{Id, Record};
use crate::proto::link::{Admission, Window};
use crate::wire::rlaunch::{CallId, Fingerprint};

#[derive(Clone, Debug)]
pub(super) struct Session {
    /// The perfect link's filter: lets each call through once, and none that is settled.
    filter: Window,
    /// Calls up to this one are settled at the client.
    ack: u64,
    /// The others that are known, by rising number: no more than the window.
    calls: Vec<(u64, Call)>,
    pub(super) heard: Instant,
}

impl Session {
    pub(super) fn new() -> Self {
        let mut filter = Window::new(FILTER);
        // Calls are numbered from 1.
        filter.settle_below(1);
        Self {
            filter,
            ack: 0,
            calls: Vec::new(),
            heard: Instant::ZERO,
        }
    }

    pub(super) fn standing(&self, seq: u64, fingerprint: Option<Fingerprint>, window: u64) -> Standing<'_> {
        match self.call(seq) {
            Some(call) => call.standing(fingerprint),
            None => self.first(seq, window),
        }
    }

    /// Where a call stands of which there is no record.
    pub(super) fn first(&self, seq: u64, window: u64) -> Standing<'static> {
        match self.filter.check(seq) {
            Admission::New if seq.saturating_sub(self.ack) <= window => Standing::Fresh,
            Admission::New | Admission::Ahead => Standing::Ahead,
            Admission::Repeated => Standing::Stale,
            Admission::Retired | Admission::Full => Standing::Gone,
        }
    }

    pub(super) fn acknowledged(&self) -> u64 {
        self.ack
    }

    pub(super) fn raise(&mut self, ack: u64) {
        if ack > self.ack {
            self.ack = ack;
            self.filter.settle_below(ack.saturating_add(1));
            self.calls.retain(|(seq, _)| *seq > ack);
        }
    }

    /// Takes note of what is known of a call, unless it is settled at the client.
    pub(super) fn put(&mut self, seq: u64, call: Call) {
        if seq <= self.ack {
            return;
        }
        self.filter.admit(seq);
        match self.place(seq) {
            Ok(at) => {
                if let Some(known) = self.calls.get_mut(at) {
                    known.1 = call;
                }
            }
            Err(at) => self.calls.insert(at, (seq, call)),
        }
    }

    pub(super) fn call_mut(&mut self, seq: u64) -> Option<&mut Call> {
        let at = self.place(seq).ok()?;
        self.calls.get_mut(at).map(|(_, call)| call)
    }

    pub(super) fn calls_mut(&mut self) -> impl Iterator<Item = &mut Call> {
        self.calls.iter_mut().map(|(_, call)| call)
    }

    /// The calls that were begun and have no outcome.
    pub(super) fn begun(&self) -> impl Iterator<Item = u64> + '_ {
        let begun = self.calls.iter().filter(|(_, call)| call.is_begun());
        begun.map(|(seq, _)| *seq)
    }

    pub(super) fn calls(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn snapshot(&self, session: u64) -> impl Iterator<Item = Record> + '_ {
        let through = CallId {
            session,
            seq: self.ack,
        };
        let calls = self
            .calls
            .iter()
            .flat_map(move |(seq, call)| call.snapshot(Id::Call(CallId { session, seq: *seq })));
        std::iter::once(Record::Acknowledged { through }).chain(calls)
    }

    fn call(&self, seq: u64) -> Option<&Call> {
        let at = self.place(seq).ok()?;
        self.calls.get(at).map(|(_, call)| call)
    }

    fn place(&self, seq: u64) -> Result<usize, usize> {
        self.calls.binary_search_by_key(&seq, |(seq, _)| *seq)
    }
}

/// How far a session's filter sees beyond its oldest unsettled call: no less than any window that is allowed.
const FILTER: usize = 64;
