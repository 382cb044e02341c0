//! The id set: which calls were begun, answered or ruled out, and which sessions are over.
//!
//! Why it may forget: the launch of call (s, q) needs that there is no record of it, that q is beyond what the
//! session acknowledged, and that s is in the table or not closed. The record of an intent is durable before the
//! launch. It is removed only by an acknowledgement of q or more, or by closing s, and each of these makes the
//! launch condition false for ever. So memory is bounded by sessions × window and no forgotten call runs again.

use std::collections::BTreeMap;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::{Outcome, Record};
use crate::proto::Instant;
use crate::proto::link::{Admission, Window};
use crate::wire::rlaunch::{CallId, Fingerprint};

/// The table of sessions and their calls.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    sessions: FxHashMap<u64, Session>,
    closed: Ranges,
    /// Sessions below this may have been given out.
    reserved: u64,
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nothing is known of it and it may be begun.
    Fresh,
    /// It was begun; whether it is still running is known to the one who runs it.
    Begun,
    /// It is over.
    Answered(Answer<'a>),
    /// It was acknowledged before.
    Stale,
    /// It was begun with another payload.
    Conflict,
    /// It is further ahead of the acknowledged ones than the window allows.
    Ahead,
    /// Its session is over, or was never given out.
    Gone,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// With this outcome.
    Launched(&'a Outcome),
    /// It never began. The record of that has this index, and must be durable before anybody is told.
    NotLaunched(u64),
}

#[derive(Clone, Debug)]
struct Session {
    /// The perfect link's filter: lets each call through once, and none that is settled.
    filter: Window,
    /// Calls up to this one are settled at the client.
    ack: u64,
    calls: BTreeMap<u64, Call>,
    heard: Instant,
}

#[derive(Clone, Debug)]
enum Call {
    Begun(Fingerprint),
    Done(Fingerprint, Outcome),
    Never { index: u64 },
}

impl Ids {
    /// Where `call` stands. Without a fingerprint no payload is compared. `window` is how far ahead of the
    /// acknowledged calls one may be.
    pub fn standing(&self, call: CallId, fingerprint: Option<Fingerprint>, window: u64) -> Standing<'_> {
        let Some(session) = self.sessions.get(&call.session) else {
            return if self.is_over(call.session) {
                Standing::Gone
            } else {
                Session::new().first(call.seq, window)
            };
        };
        let same = |known: Fingerprint| fingerprint.is_none_or(|asked| asked == known);
        match session.calls.get(&call.seq) {
            Some(Call::Begun(known) | Call::Done(known, _)) if !same(*known) => Standing::Conflict,
            Some(Call::Begun(_)) => Standing::Begun,
            Some(Call::Done(_, outcome)) => Standing::Answered(Answer::Launched(outcome)),
            Some(Call::Never { index }) => Standing::Answered(Answer::NotLaunched(*index)),
            None => session.first(call.seq, window),
        }
    }

    /// Changes the table as `record`, whose index is `index`, says. Anything but ids is not its business.
    pub fn apply(&mut self, index: u64, record: &Record) {
        match record {
            Record::Reserved { next } => self.reserved = self.reserved.max(*next),
            Record::Closed { first, last } => {
                self.sessions
                    .retain(|session, _| !(*first..=*last).contains(session));
                self.closed.insert(*first, *last);
            }
            Record::Acknowledged { through } => self.session(through.session).raise(through.seq),
            Record::Intent {
                call,
                ack,
                fingerprint,
            } => {
                let session = self.session(call.session);
                session.raise(*ack);
                session.filter.admit(call.seq);
                session.calls.insert(call.seq, Call::Begun(*fingerprint));
            }
            Record::Outcome { call, outcome } => {
                // A call that was acknowledged or whose session was closed meanwhile is not remembered again.
                let found = self
                    .sessions
                    .get_mut(&call.session)
                    .and_then(|s| s.calls.get_mut(&call.seq));
                if let Some(begun) = found
                    && let Call::Begun(fingerprint) = *begun
                {
                    *begun = Call::Done(fingerprint, outcome.clone());
                }
            }
            Record::Tombstone { call } => {
                // A session that was closed while the call was being begun stays closed.
                if !self.is_over(call.session) {
                    let session = self.session(call.session);
                    if call.seq > session.ack {
                        session.filter.admit(call.seq);
                        session.calls.insert(call.seq, Call::Never { index });
                    }
                }
            }
            Record::Pair { .. } => {}
        }
    }

    /// The records that together say all that the table knows.
    pub fn snapshot(&self) -> impl Iterator<Item = Record> + '_ {
        let reserved = Record::Reserved { next: self.reserved };
        let closed = self.closed.0.iter().map(|(first, last)| Record::Closed {
            first: *first,
            last: *last,
        });
        let sessions = self
            .sessions
            .iter()
            .flat_map(|(session, state)| state.snapshot(*session));
        // Sessions come last: a range may have closed over one that is still alive.
        std::iter::once(reserved).chain(closed).chain(sessions)
    }

    /// Sessions below this may have been given out.
    pub fn reserved(&self) -> u64 {
        self.reserved
    }

    /// How many sessions are alive.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// How many calls were begun and have no outcome. After a restart these are the ones in doubt.
    pub fn begun(&self) -> usize {
        let calls = self.sessions.values().flat_map(|session| session.calls.values());
        calls.filter(|call| matches!(call, Call::Begun(_))).count()
    }

    /// Whether the session is in the table.
    pub fn is_alive(&self, session: u64) -> bool {
        self.sessions.contains_key(&session)
    }

    /// Whether the session is over for ever, or was never given out.
    pub fn is_over(&self, session: u64) -> bool {
        !self.is_alive(session) && (session == 0 || session >= self.reserved || self.closed.contains(session))
    }

    /// Takes note of what the client of a session says to have settled. Not recorded by itself: it is part of the
    /// next intent, and losing it costs memory, not safety.
    pub fn acknowledge(&mut self, session: u64, through: u64) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.raise(through);
        }
    }

    /// Takes note that the client of a session was heard of.
    pub fn heard(&mut self, now: Instant, session: u64) {
        if let Some(session) = self.sessions.get_mut(&session) {
            session.heard = now;
        }
    }

    /// The session that may be closed for a new one: silent the longest, at least for `lease`, and without a call
    /// that was begun and has no outcome. The clock decides only whom to refuse, never whom to run.
    pub fn evictable(&self, now: Instant, lease: Duration) -> Option<u64> {
        let idle = self.sessions.iter().filter(|(_, session)| {
            now - session.heard >= lease && !session.calls.values().any(|call| matches!(call, Call::Begun(_)))
        });
        idle.min_by_key(|(id, session)| (session.heard, **id))
            .map(|(id, _)| *id)
    }

    fn session(&mut self, session: u64) -> &mut Session {
        self.sessions.entry(session).or_insert_with(Session::new)
    }
}

impl Session {
    fn new() -> Self {
        let mut filter = Window::new(FILTER);
        // Calls are numbered from 1.
        filter.settle_below(1);
        Self {
            filter,
            ack: 0,
            calls: BTreeMap::new(),
            heard: Instant::ZERO,
        }
    }

    /// Where a call stands of which there is no record.
    fn first(&self, seq: u64, window: u64) -> Standing<'static> {
        match self.filter.check(seq) {
            Admission::New if seq.saturating_sub(self.ack) <= window => Standing::Fresh,
            Admission::New | Admission::Ahead => Standing::Ahead,
            Admission::Repeated => Standing::Stale,
            Admission::Retired | Admission::Full => Standing::Gone,
        }
    }

    fn raise(&mut self, ack: u64) {
        if ack > self.ack {
            self.ack = ack;
            self.filter.settle_below(ack.saturating_add(1));
            self.calls.retain(|seq, _| *seq > ack);
        }
    }

    fn snapshot(&self, session: u64) -> impl Iterator<Item = Record> + '_ {
        let through = CallId {
            session,
            seq: self.ack,
        };
        let calls = self.calls.iter().flat_map(move |(seq, state)| {
            let call = CallId { session, seq: *seq };
            let intent = |fingerprint: &Fingerprint| Record::Intent {
                call,
                ack: 0,
                fingerprint: *fingerprint,
            };
            let (first, second) = match state {
                Call::Begun(fingerprint) => (intent(fingerprint), None),
                Call::Done(fingerprint, outcome) => (
                    intent(fingerprint),
                    Some(Record::Outcome {
                        call,
                        outcome: outcome.clone(),
                    }),
                ),
                Call::Never { .. } => (Record::Tombstone { call }, None),
            };
            std::iter::once(first).chain(second)
        });
        std::iter::once(Record::Acknowledged { through }).chain(calls)
    }
}

/// How far a session's filter sees beyond its oldest unsettled call: no less than any window that is allowed.
const FILTER: usize = 64;

/// Disjoint ranges of numbers, first → last, of bounded count: when there are too many, the gap between the two
/// lowest is closed. What is in the gap is thereby refused, never admitted.
#[derive(Clone, Debug, Default)]
struct Ranges(BTreeMap<u64, u64>);

impl Ranges {
    const MOST: usize = 4096;

    fn contains(&self, number: u64) -> bool {
        self.0
            .range(..=number)
            .next_back()
            .is_some_and(|(_, last)| *last >= number)
    }

    fn insert(&mut self, mut first: u64, mut last: u64) {
        // Join with every range that overlaps or touches.
        while let Some((f, l)) = self
            .0
            .range(..=last.saturating_add(1))
            .next_back()
            .map(|(f, l)| (*f, *l))
        {
            if l.saturating_add(1) < first {
                break;
            }
            self.0.remove(&f);
            (first, last) = (first.min(f), last.max(l));
        }
        self.0.insert(first, last);
        if self.0.len() > Self::MOST {
            let (lowest, second) = (self.0.pop_first(), self.0.pop_first());
            if let (Some((first, _)), Some((_, last))) = (lowest, second) {
                self.0.insert(first, last);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const W: u64 = 16;

    fn call(session: u64, seq: u64) -> CallId {
        CallId { session, seq }
    }

    fn intent(call: CallId, ack: u64) -> Record {
        Record::Intent {
            call,
            ack,
            fingerprint: [1; 16],
        }
    }

    fn outcome(call: CallId) -> Record {
        let outcome = Outcome {
            exit: 0,
            truncated: false,
            result: b"done".to_vec(),
        };
        Record::Outcome { call, outcome }
    }

    fn table(records: &[Record]) -> Ids {
        let mut ids = Ids::default();
        ids.apply(0, &Record::Reserved { next: 100 });
        for record in records {
            ids.apply(1, record);
        }
        ids
    }

    #[test]
    fn a_call_is_fresh_until_its_intent_and_never_again() {
        let mut ids = table(&[]);
        assert_eq!(ids.standing(call(5, 1), Some([1; 16]), W), Standing::Fresh);
        ids.apply(1, &intent(call(5, 1), 0));
        assert_eq!(ids.standing(call(5, 1), Some([1; 16]), W), Standing::Begun);
        ids.apply(2, &outcome(call(5, 1)));
        assert!(matches!(
            ids.standing(call(5, 1), Some([1; 16]), W),
            Standing::Answered(Answer::Launched(_))
        ));
        ids.acknowledge(5, 1);
        assert_eq!(ids.standing(call(5, 1), Some([1; 16]), W), Standing::Stale);
        ids.apply(3, &Record::Closed { first: 5, last: 5 });
        assert_eq!(ids.standing(call(5, 1), Some([1; 16]), W), Standing::Gone);
    }

    #[test]
    fn another_payload_under_the_same_id_is_a_conflict() {
        let ids = table(&[intent(call(5, 1), 0)]);
        assert_eq!(ids.standing(call(5, 1), Some([2; 16]), W), Standing::Conflict);
        assert_eq!(ids.standing(call(5, 1), None, W), Standing::Begun);
    }

    #[test]
    fn a_session_that_was_never_given_out_is_gone() {
        let ids = table(&[]);
        assert_eq!(ids.standing(call(100, 1), None, W), Standing::Gone);
        assert_eq!(ids.standing(call(0, 1), None, W), Standing::Gone);
        assert_eq!(ids.standing(call(99, 1), None, W), Standing::Fresh);
    }

    #[test]
    fn a_call_beyond_the_window_is_refused_until_the_acknowledged_ones_follow() {
        let mut ids = table(&[intent(call(5, 1), 0)]);
        assert_eq!(ids.standing(call(5, 17), None, W), Standing::Ahead);
        ids.acknowledge(5, 1);
        assert_eq!(ids.standing(call(5, 17), None, W), Standing::Fresh);
        assert_eq!(ids.standing(call(5, 0), None, W), Standing::Stale);
        assert_eq!(ids.standing(call(6, 0), None, W), Standing::Stale);
        assert_eq!(ids.standing(call(5, u64::MAX), None, W), Standing::Ahead);
    }

    #[test]
    fn an_outcome_after_the_acknowledgement_brings_nothing_back() {
        let mut ids = table(&[intent(call(5, 1), 0)]);
        ids.acknowledge(5, u64::MAX);
        ids.apply(2, &outcome(call(5, 1)));
        assert_eq!(ids.standing(call(5, 1), None, W), Standing::Stale);
        assert_eq!(ids.standing(call(5, u64::MAX), None, W), Standing::Ahead);
    }

    #[test]
    fn a_tombstone_does_not_bring_a_closed_session_back() {
        let mut ids = table(&[intent(call(5, 1), 0), Record::Closed { first: 5, last: 5 }]);
        ids.apply(3, &Record::Tombstone { call: call(5, 1) });
        assert_eq!(ids.standing(call(5, 1), None, W), Standing::Gone);
        assert_eq!(ids.standing(call(5, 2), None, W), Standing::Gone);
    }

    #[test]
    fn only_a_silent_session_with_nothing_begun_makes_room() {
        let mut ids = table(&[intent(call(5, 1), 0), intent(call(6, 1), 0), outcome(call(6, 1))]);
        let lease = Duration::from_secs(10);
        let later = Instant::ZERO + lease;
        assert_eq!(ids.evictable(later, lease), Some(6));
        ids.heard(later, 6);
        assert_eq!(ids.evictable(later, lease), None);
    }

    #[test]
    fn too_many_gaps_close_from_below_and_refuse_what_was_in_them() {
        let mut ranges = Ranges::default();
        for number in 0..=Ranges::MOST as u64 {
            ranges.insert(number * 2 + 1, number * 2 + 1);
        }
        assert_eq!(ranges.0.len(), Ranges::MOST);
        assert!(ranges.contains(2), "the lowest gap is closed");
        assert!(!ranges.contains(4) && ranges.contains(3));
    }

    proptest! {
        #[test]
        fn ranges_contain_exactly_what_was_inserted(inserted in prop::collection::vec((0_u64..60, 0_u64..6), 0..30)) {
            let mut ranges = Ranges::default();
            for (first, more) in &inserted {
                ranges.insert(*first, first + more);
            }
            for number in 0..70 {
                let expected = inserted.iter().any(|(f, m)| (*f..=f + m).contains(&number));
                prop_assert_eq!(ranges.contains(number), expected, "{}", number);
            }
            let mut before = None;
            for (first, last) in &ranges.0 {
                prop_assert!(before.is_none_or(|last| last + 1 < *first) && first <= last);
                before = Some(*last);
            }
        }

        #[test]
        fn a_snapshot_says_all_that_its_records_did(steps in prop::collection::vec((0_u8..5, 1_u64..6, 1_u64..8), 0..60)) {
            let mut ids = table(&[]);
            for (kind, session, seq) in steps {
                let call = call(session, seq);
                if ids.is_over(session) {
                    continue;
                }
                match (kind, ids.standing(call, None, W)) {
                    (0, Standing::Fresh) => ids.apply(1, &intent(call, seq / 2)),
                    (1, Standing::Begun) => ids.apply(1, &outcome(call)),
                    (2, Standing::Fresh) => ids.apply(1, &Record::Tombstone { call }),
                    (3, _) => ids.acknowledge(session, seq),
                    (4, _) if seq == 7 => ids.apply(1, &Record::Closed { first: session, last: session }),
                    _ => {}
                }
            }
            let copy = {
                let mut copy = Ids::default();
                ids.snapshot().for_each(|record| copy.apply(1, &record));
                copy
            };
            for session in 0..8 {
                for seq in 0..30 {
                    let call = call(session, seq);
                    prop_assert_eq!(copy.standing(call, None, W), ids.standing(call, None, W), "{}", call);
                }
            }
        }
    }
}
