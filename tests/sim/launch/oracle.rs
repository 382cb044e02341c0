//! Sees everything, and fails when something is not as it must be.

use std::net::SocketAddr;

use fairloss::proto::launch::{Ending, Id, Outcome, Record};
use fairloss::wire::rlaunch::{Cookie, Fingerprint, Kind, fingerprint};
use rustc_hash::FxHashMap;

/// One thing that somebody wants done: the payload names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Op {
    pub(super) client: u32,
    pub(super) number: u32,
}

impl Op {
    pub(super) fn payload(self) -> Vec<u8> {
        let mut bytes = self.client.to_le_bytes().to_vec();
        bytes.extend_from_slice(&self.number.to_le_bytes());
        // Some are longer than others.
        bytes.resize(8 + (self.number % 5) as usize * 20, b'.');
        bytes
    }

    pub(super) fn of(payload: &[u8]) -> Self {
        let number = |at: usize| u32::from_le_bytes(payload[at..at + 4].try_into().expect("four bytes"));
        Self {
            client: number(0),
            number: number(4),
        }
    }
}

/// What was done, and what was said about it.
#[derive(Default)]
pub(super) struct Oracle {
    ops: FxHashMap<Op, Truth>,
    effects: u64,
    /// Which calls of the store the server has run, and what for.
    run: FxHashMap<Id, Op>,
    prints: FxHashMap<Fingerprint, Op>,
    /// The cookies that were sent to each address and session.
    cookies: FxHashMap<(SocketAddr, u64), Cookie>,
    /// What came in last: its sender, its length, whether it proved where it comes from, how much was answered.
    asked: Option<(SocketAddr, usize, bool, usize)>,
}

#[derive(Default)]
struct Truth {
    /// What its one performance came to.
    outcome: Option<Outcome>,
    said: Option<Ending>,
}

impl Oracle {
    /// The effect of an action takes place. No two effects have the same result.
    pub(super) fn performs(&mut self, op: Op) {
        self.effects += 1;
        let effect = self.effects;
        let outcome = Outcome {
            exit: (effect % 3) as u8,
            truncated: false,
            result: effect.to_le_bytes().to_vec(),
        };
        let truth = self.ops.entry(op).or_default();
        assert!(truth.outcome.is_none(), "{op:?} was performed twice");
        truth.performed(op, outcome);
    }

    /// The store of missiles holds this record, durably. That of a missile is its effect; a snapshot has an intent
    /// and an outcome in its place.
    pub(super) fn holds(&mut self, record: &Record) {
        let (op, outcome) = match record {
            Record::Intent { id, fingerprint, .. } => {
                self.run.insert(id.clone(), self.prints[fingerprint]);
                return;
            }
            Record::Outcome { id, outcome } => (self.run[id], outcome),
            Record::Performed {
                fingerprint, outcome, ..
            } => (self.prints[fingerprint], outcome),
            _ => return,
        };
        let truth = self.ops.entry(op).or_default();
        match &truth.outcome {
            Some(before) => assert_eq!(before, outcome, "{op:?} launched two missiles"),
            None => {
                self.effects += 1;
                truth.performed(op, outcome.clone());
            }
        }
    }

    /// How many effects there were.
    pub(super) fn effects(&self) -> u64 {
        self.effects
    }

    /// Somebody wants this done.
    pub(super) fn wants(&mut self, op: Op) {
        self.prints.insert(fingerprint(&op.payload()), op);
    }

    /// The server has an action begun.
    pub(super) fn runs(&mut self, id: &Id, op: Op) {
        let before = self.run.insert(id.clone(), op);
        assert_eq!(before, None, "{id:?} was run twice");
    }

    /// The server has lost its store, and is another one now.
    pub(super) fn is_another_store(&mut self) {
        self.run.clear();
    }

    /// The outcome of an action whose effect has taken place.
    pub(super) fn outcome(&self, op: Op) -> Option<Outcome> {
        self.ops.get(&op)?.outcome.clone()
    }

    /// What has come of a call.
    pub(super) fn outcome_of(&self, id: &Id) -> Option<Outcome> {
        self.outcome(*self.run.get(id)?)
    }

    /// A client is told how its call ended.
    pub(super) fn hears(&mut self, op: Op, ending: &Ending) {
        match ending {
            Ending::Launched(outcome) => assert_eq!(
                Some(outcome),
                self.outcome(op).as_ref(),
                "{op:?} is said to be launched"
            ),
            Ending::NotLaunched => assert_eq!(self.outcome(op), None, "{op:?} is said not to be launched"),
            Ending::Unknown(_) | Ending::Refused(_) => return,
        }
        let said = &mut self.ops.entry(op).or_default().said;
        if let Some(before) = said {
            assert_eq!(before, ending, "{op:?} ended twice, and not in the same way");
        }
        *said = Some(ending.clone());
    }

    /// The server is given a datagram.
    pub(super) fn comes(&mut self, from: SocketAddr, bytes: &[u8]) {
        let proved = field(bytes, SESSION..SESSION + 8)
            .and_then(|session| self.cookies.get(&(from, u64::from_le_bytes(session))))
            .is_some_and(|cookie| field(bytes, COOKIE..COOKIE + 16) == Some(*cookie));
        self.asked = Some((from, bytes.len(), proved, 0));
    }

    /// The server sends a datagram. Before the cookie it is never longer than the one that asked for it.
    pub(super) fn goes(&mut self, to: SocketAddr, bytes: &[u8]) {
        let kind = bytes.get(3).copied();
        if kind == Some(Kind::Session as u8)
            && let (Some(session), Some(cookie)) = (
                field(bytes, SESSION..SESSION + 8),
                field(bytes, COOKIE..COOKIE + 16),
            )
        {
            self.cookies.insert((to, u64::from_le_bytes(session)), cookie);
        }
        if let Some((from, length, proved, answered)) = &mut self.asked
            && *from == to
            && !*proved
        {
            *answered += bytes.len();
            assert!(
                *answered <= *length,
                "{answered} bytes to {to}, which has proved nothing, for {length}"
            );
        }
    }

    /// Nothing is being answered any more.
    pub(super) fn answered(&mut self) {
        self.asked = None;
    }
}

impl Truth {
    fn performed(&mut self, op: Op, outcome: Outcome) {
        assert!(
            self.said != Some(Ending::NotLaunched),
            "{op:?} was performed after somebody was told that it never would be"
        );
        self.outcome = Some(outcome);
    }
}

fn field<const N: usize>(bytes: &[u8], range: std::ops::Range<usize>) -> Option<[u8; N]> {
    bytes.get(range)?.try_into().ok()
}

/// Where they stand in a datagram.
const SESSION: usize = 16;
const COOKIE: usize = 56;
