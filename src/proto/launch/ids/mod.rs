//! The id set: which calls were begun, answered or ruled out, and which sessions are over.
//!
//! Why it may forget: the launch of call (s, q) needs that there is no record of it, that q is beyond what the
//! session acknowledged, and that s is in the table or not closed. The record of an intent is durable before the
//! launch. It is removed only by an acknowledgement of q or more, or by closing s, and each of these makes the
//! launch condition false for ever. So memory is bounded by sessions × window and no forgotten call runs again.
//!
//! A call with a name has no session that could be closed. It is kept until an operator prunes it, and there are
//! no more of them than the table has room for: what has no room is refused.

mod call;
mod ranges;
mod session;

use std::collections::BTreeMap;
use std::time::Duration;

use rustc_hash::FxHashMap;

use self::call::{Call, Settled};
use self::ranges::Ranges;
use self::session::Session;
use super::{Id, Key, Name, Outcome, Record};
use crate::proto::Instant;
use crate::wire::rlaunch::{CallId, Fingerprint};

/// The table of sessions and their calls, and of the calls that have names.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    sessions: FxHashMap<u64, Session>,
    /// Clients choose the names: a tree cannot be made slow by choosing them well.
    named: BTreeMap<Name, Call>,
    closed: Ranges,
    /// Sessions below this may have been given out.
    reserved: u64,
    /// Whether an outcome is told only when it is durable.
    strict: bool,
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

/// How a call ended, and the record that must be durable before anybody is told; 0 if that was told at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer<'a> {
    /// With this outcome.
    Launched(&'a Outcome, u64),
    /// It never began.
    NotLaunched(u64),
}

impl Ids {
    /// A table in which an outcome counts only when it is durable, if `strict`; else when it is written.
    pub fn new(strict: bool) -> Self {
        Self {
            strict,
            ..Self::default()
        }
    }

    /// Where a call stands. Without a fingerprint no payload is compared. `window` is how far ahead of the
    /// acknowledged calls one may be.
    pub fn standing(&self, key: Key<'_>, fingerprint: Option<Fingerprint>, window: u64) -> Standing<'_> {
        match key {
            Key::Named(name) => self
                .named
                .get(name)
                .map_or(Standing::Fresh, |call| call.standing(fingerprint)),
            Key::Call(CallId { session, seq }) => match self.sessions.get(&session) {
                Some(known) => known.standing(seq, fingerprint, window),
                None if self.is_over(session) => Standing::Gone,
                None => Session::new().first(seq, window),
            },
        }
    }

    /// The id of a call that is known, without a copy of its name.
    pub fn known(&self, key: Key<'_>) -> Option<Id> {
        match key {
            Key::Call(call) => Some(Id::Call(call)),
            Key::Named(name) => self
                .named
                .get_key_value(name)
                .map(|(name, _)| Id::Named(name.clone())),
        }
    }

    /// Changes the table as `record`, whose index is `index`, says. Anything but ids is not its business.
    pub fn apply(&mut self, index: u64, record: &Record) {
        let settled = |first_durable| Settled { index, first_durable };
        match record {
            Record::Reserved { next } => self.reserved = self.reserved.max(*next),
            Record::Closed { first, last } => {
                self.sessions
                    .retain(|session, _| !(*first..=*last).contains(session));
                self.closed.insert(*first, *last);
            }
            Record::Acknowledged { through } => self.session(through.session).raise(through.seq),
            Record::Intent { id, ack, fingerprint } => self.begin(id, *ack, Call::Begun(*fingerprint)),
            Record::Performed {
                id,
                ack,
                fingerprint,
                outcome,
                ..
            } => self.begin(id, *ack, Call::Done(*fingerprint, outcome.clone(), settled(true))),
            Record::Outcome { id, outcome } => {
                let settled = settled(self.strict);
                self.settle(id, Some(outcome), settled);
            }
            Record::Resolved { id, outcome, .. } => self.settle(id, outcome.as_ref(), settled(true)),
            Record::Tombstone { id } => self.rule_out(id, Call::Never(settled(true))),
            Record::Pruned { name } => _ = self.named.remove(name),
            Record::Reborn { .. } => {
                self.sessions.clear();
                if let Some(last) = self.reserved.checked_sub(1).filter(|last| *last > 0) {
                    self.closed.insert(1, last);
                }
            }
            Record::Pair { .. } | Record::Missiles { .. } | Record::RolledBack { .. } => {}
        }
    }

    /// The records that together say all that the table knows, in an order that depends on nothing else.
    pub fn snapshot(&self) -> impl Iterator<Item = Record> + '_ {
        let reserved = Record::Reserved { next: self.reserved };
        let closed = self.closed.0.iter().map(|(first, last)| Record::Closed {
            first: *first,
            last: *last,
        });
        let mut sessions: Vec<_> = self.sessions.iter().collect();
        sessions.sort_unstable_by_key(|(session, _)| **session);
        let sessions = sessions
            .into_iter()
            .flat_map(|(session, state)| state.snapshot(*session));
        let named = self
            .named
            .iter()
            .flat_map(|(name, call)| call.snapshot(Id::Named(name.clone())));
        // Sessions come after the ranges: one may have closed over a session that is still alive.
        std::iter::once(reserved)
            .chain(closed)
            .chain(sessions)
            .chain(named)
    }

    /// Sessions below this may have been given out.
    pub fn reserved(&self) -> u64 {
        self.reserved
    }

    /// How many sessions are alive.
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// How many calls with names are known.
    pub fn named(&self) -> usize {
        self.named.len()
    }

    /// How many calls of sessions are known.
    pub fn calls(&self) -> usize {
        self.sessions.values().map(Session::calls).sum()
    }

    /// The calls that were begun and have no outcome, in order. After a restart these are the ones in doubt.
    pub fn begun(&self) -> Vec<Id> {
        let calls = self.sessions.iter().flat_map(|(session, state)| {
            let session = *session;
            state.begun().map(move |seq| Id::Call(CallId { session, seq }))
        });
        let named = self.named.iter().filter(|(_, call)| call.is_begun());
        let mut begun: Vec<_> = calls
            .chain(named.map(|(name, _)| Id::Named(name.clone())))
            .collect();
        begun.sort_unstable();
        begun
    }

    /// The calls with names that were settled by a record up to this one.
    pub fn settled_through(&self, index: u64) -> Vec<Name> {
        let settled = |call: &Call| call.settled().is_some_and(|settled| settled.index <= index);
        let named = self.named.iter().filter(|(_, call)| settled(call));
        named.map(|(name, _)| name.clone()).collect()
    }

    /// Takes note that a snapshot of `length` records now stands in the place of those up to `through`: what was
    /// settled later has moved up, and `names` have new indices.
    pub fn move_up(&mut self, through: u64, length: u64, names: &BTreeMap<Name, u64>) {
        for session in self.sessions.values_mut() {
            session.calls_mut().for_each(|call| call.move_up(through, length));
        }
        for (name, call) in &mut self.named {
            call.move_up(through, length);
            if let Some(index) = names.get(name) {
                call.renumber(through, *index);
            }
        }
    }

    /// Whether the session is in the table.
    pub fn is_alive(&self, session: u64) -> bool {
        self.sessions.contains_key(&session)
    }

    /// Whether the session is over for ever, or was never given out.
    pub fn is_over(&self, session: u64) -> bool {
        !self.is_alive(session) && (session == 0 || session >= self.reserved || self.closed.contains(session))
    }

    /// Up to which call everything in the session is settled at the client.
    pub fn acknowledged(&self, session: u64) -> u64 {
        self.sessions.get(&session).map_or(0, Session::acknowledged)
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
        self.silent(now, lease).min().map(|(_, session)| session)
    }

    /// When each of the sessions that may be closed was heard last, and its number.
    pub fn silent(&self, now: Instant, lease: Duration) -> impl Iterator<Item = (Instant, u64)> + '_ {
        let silent = self
            .sessions
            .iter()
            .filter(move |(_, session)| now - session.heard >= lease && session.begun().next().is_none());
        silent.map(|(id, session)| (session.heard, *id))
    }

    /// When the session was heard that has been silent the longest.
    pub fn longest_silent(&self) -> Option<Instant> {
        self.sessions.values().map(|session| session.heard).min()
    }

    fn session(&mut self, session: u64) -> &mut Session {
        self.sessions.entry(session).or_insert_with(Session::new)
    }

    fn begin(&mut self, id: &Id, ack: u64, state: Call) {
        match id {
            Id::Named(name) => _ = self.named.insert(name.clone(), state),
            Id::Call(call) => {
                let session = self.session(call.session);
                session.raise(ack);
                session.put(call.seq, state);
            }
        }
    }

    /// A call that was acknowledged or whose session was closed meanwhile is not remembered again.
    fn settle(&mut self, id: &Id, outcome: Option<&Outcome>, settled: Settled) {
        let call = match id {
            Id::Named(name) => self.named.get_mut(name),
            Id::Call(call) => self
                .sessions
                .get_mut(&call.session)
                .and_then(|session| session.call_mut(call.seq)),
        };
        if let Some(call) = call {
            call.settle(outcome, settled);
        }
    }

    fn rule_out(&mut self, id: &Id, never: Call) {
        match id {
            Id::Named(name) => _ = self.named.insert(name.clone(), never),
            // A session that was closed while the call was being begun stays closed.
            Id::Call(call) if self.is_over(call.session) => {}
            Id::Call(call) => self.session(call.session).put(call.seq, never),
        }
    }
}

#[cfg(test)]
mod tests;
