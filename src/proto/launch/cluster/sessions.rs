//! The sessions of a cluster: given out to clients that have shown where they are, bounded for all servers
//! together, and never given out again.
//!
//! The numbers come in blocks that a server takes from a counter. A session is created by one transaction that is
//! asked once and never again: a copy of it that took place late would bring a session back that was closed, and
//! with it calls that were settled. If its answer does not come, the number is never told to anybody.

use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::time::Duration;

use super::keys::{number, read_number};
use super::kv::{Answer, Compare, Operation, Transaction};
use super::record::{Claim, State};
use super::reply::Asker;
use super::{About, Again, Cluster, Fault, NONCE};
use crate::proto::Instant;
use crate::wire::rlaunch::{Datagram, Status};

/// What a server knows of the sessions.
#[derive(Debug)]
pub(super) struct Sessions {
    /// The next number to give out, and the end of the block.
    next: u64,
    granted: u64,
    /// What the counter showed last, and since which revision; what it shows is taken from there.
    counter: (u64, u64),
    reserving: bool,
    /// Those that are being created, by the nonce of who asked.
    opening: FxHashMap<[u8; NONCE], (Asker, u64)>,
    /// Those that were created last, for the clients that did not hear of it.
    opened: VecDeque<([u8; NONCE], u64)>,
    /// How many there were when they were counted last.
    count: u64,
    /// The ones that were put the longest ago: since which revision, and when that was seen first.
    silent: FxHashMap<u64, (u64, Instant)>,
    survey_at: Option<Instant>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            next: 1,
            granted: 1,
            counter: (1, 0),
            reserving: false,
            opening: FxHashMap::default(),
            opened: VecDeque::new(),
            count: 0,
            silent: FxHashMap::default(),
            survey_at: None,
        }
    }
}

impl Sessions {
    /// How many there are in the cluster, as counted last.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// When the sessions are looked through for silent ones.
    pub(super) fn survey_at(&self) -> Option<Instant> {
        self.survey_at
    }
}

impl Cluster {
    /// Takes a block of numbers from the counter.
    pub(super) fn reserve(&mut self) {
        if std::mem::replace(&mut self.sessions.reserving, true) {
            return;
        }
        let ((start, since), key) = (self.sessions.counter, self.claims.keys.next());
        let transaction = self.claims.here(
            vec![Compare::unchanged(key.clone(), since)],
            vec![Operation::Put(key.clone(), number(start.saturating_add(BLOCK)))],
            vec![Operation::get(key)],
        );
        self.ask(About::Reserve, transaction);
    }

    pub(super) fn reserved(&mut self, now: Instant, answer: Option<Answer>) {
        self.sessions.reserving = false;
        let Some(answer) = answer else {
            // If it took place all the same, these numbers are nobody's: the next try finds the counter moved.
            return self.again(now, Again::Reserve);
        };
        if self.claims.is_foreign(&answer) {
            return self.stop(Fault::Foreign);
        }
        let (start, _) = self.sessions.counter;
        if answer.held {
            let end = start.saturating_add(BLOCK);
            (self.sessions.next, self.sessions.granted) = (start, end);
            self.sessions.counter = (end, answer.revision);
            return;
        }
        match answer
            .entry(1)
            .map(|entry| (read_number(&entry.value), entry.modified))
        {
            Some((Some(start), since)) => {
                self.sessions.counter = (start, since);
                self.reserve();
            }
            _ => self.stop(Fault::Foreign),
        }
    }

    pub(super) fn hello(&mut self, now: Instant, asker: Asker, datagram: &Datagram<'_>) {
        let Some(nonce) = datagram.payload.first_chunk::<NONCE>().copied() else {
            return;
        };
        if datagram.session != 0 || datagram.cookie != self.baker.bake(asker.to, 0) {
            return self.challenge(now, asker, &nonce);
        }
        if self.is_draining {
            return;
        }
        let opened = self.sessions.opened.iter().find(|(known, _)| *known == nonce);
        if let Some((_, session)) = opened {
            let session = *session;
            return self.give(now, asker, session, &nonce);
        }
        if let Some((waiting, _)) = self.sessions.opening.get_mut(&nonce) {
            *waiting = asker;
            return;
        }
        if self.sessions.next >= self.sessions.granted || self.sessions.opening.len() >= OPENING {
            // The client asks again soon enough.
            return self.reserve_if_low();
        }
        if self.sessions.count >= self.limits.sessions as u64 {
            self.sessions.survey_at.get_or_insert(now);
        }
        let session = self.sessions.next;
        self.sessions.next += 1;
        self.sessions.opening.insert(nonce, (asker, session));
        let key = self.claims.keys.session(session);
        let transaction = self.claims.here(
            vec![Compare::absent(key.clone())],
            vec![
                Operation::Put(key, number(0)),
                Operation::Count(self.claims.keys.sessions()),
            ],
            Vec::new(),
        );
        self.ask(About::Open(nonce), transaction);
        self.reserve_if_low();
    }

    fn reserve_if_low(&mut self) {
        if self.sessions.granted - self.sessions.next < BLOCK / 4 {
            self.reserve();
        }
    }

    pub(super) fn opened(&mut self, now: Instant, nonce: [u8; NONCE], answer: Option<Answer>) {
        let Some((asker, session)) = self.sessions.opening.remove(&nonce) else {
            return;
        };
        let Some(answer) = answer else {
            return;
        };
        if self.claims.is_foreign(&answer) {
            return self.stop(Fault::Foreign);
        }
        if !answer.held {
            return;
        }
        self.sessions.count = answer.count(1);
        let most = self.limits.sessions as u64;
        if self.sessions.count > most / 2 {
            let at = now + self.survey_every();
            self.sessions.survey_at.get_or_insert(at);
        }
        if self.sessions.count > most {
            let close = self.claims.close(session, None);
            self.ask(About::Evicted, close);
            return self.tell(now, asker, Status::Full);
        }
        self.sessions.opened.push_back((nonce, session));
        if self.sessions.opened.len() > OPENING {
            self.sessions.opened.pop_front();
        }
        self.give(now, asker, session, &nonce);
    }

    pub(super) fn bye(&mut self, now: Instant, asker: Asker, session: u64) {
        if session == 0 {
            return self.tell(now, asker, Status::Closed);
        }
        let close = self.claims.close(session, None);
        if let Some(ticket) = self.ask_for(now, asker, About::Close(asker)) {
            self.outputs
                .push_back((super::Output::Ask(ticket, close), Vec::new()));
        }
    }

    pub(super) fn closed(&mut self, now: Instant, asker: Asker, answer: Option<Answer>) {
        match answer {
            Some(answer) if answer.held => self.tell(now, asker, Status::Closed),
            Some(_) => self.stop(Fault::Foreign),
            // Not insisted on: the client asks again, or the session is closed for its silence.
            None => {}
        }
    }

    /// Looks which sessions have claimed nothing for a long time. The clock decides only whom to refuse.
    pub(super) fn survey_if_due(&mut self, now: Instant) {
        if self.sessions.survey_at.is_some_and(|at| now >= at) {
            self.sessions.survey_at = None;
            let then = vec![Operation::Get(self.claims.keys.sessions(), SURVEYED)];
            self.ask(
                About::Survey,
                Transaction {
                    then,
                    ..Transaction::default()
                },
            );
        }
    }

    pub(super) fn surveyed(&mut self, now: Instant, answer: Option<Answer>) {
        self.sessions.survey_at = Some(now + self.survey_every());
        let Some(found) = answer.as_ref().and_then(|answer| answer.found.first()) else {
            return;
        };
        let before = std::mem::take(&mut self.sessions.silent);
        for entry in &found.entries {
            let Some(session) = self.claims.keys.session_of(&entry.key) else {
                continue;
            };
            let first_seen = match before.get(&session) {
                Some((since, first_seen)) if *since == entry.modified => *first_seen,
                _ => now,
            };
            self.sessions.silent.insert(session, (entry.modified, first_seen));
            if now - first_seen >= self.limits.lease {
                let then = vec![Operation::Get(self.claims.keys.calls(session), SURVEYED)];
                self.ask(
                    About::Evict(session, entry.modified),
                    Transaction {
                        then,
                        ..Transaction::default()
                    },
                );
            }
        }
    }

    /// Closes a silent session, unless a call of it has no outcome. Every claim puts the session, so that none can
    /// come between this look and the end.
    pub(super) fn evict(&mut self, session: u64, since: u64, answer: Option<Answer>) {
        let Some(found) = answer.as_ref().and_then(|answer| answer.found.first()) else {
            return;
        };
        let is_settled = |value: &[u8]| {
            Claim::decode(value).is_some_and(|claim| matches!(claim.state, State::Launched(_) | State::Never))
        };
        if found.entries.iter().all(|entry| is_settled(&entry.value)) {
            let close = self.claims.close(session, Some(since));
            self.ask(About::Evicted, close);
        }
    }

    pub(super) fn evicted(&mut self, answer: Option<Answer>) {
        match answer {
            Some(answer) if answer.held => self.sessions.count = self.sessions.count.saturating_sub(1),
            Some(answer) if self.claims.is_foreign(&answer) => self.stop(Fault::Foreign),
            _ => {}
        }
    }

    fn survey_every(&self) -> Duration {
        (self.limits.lease / 8).max(Duration::from_secs(1))
    }
}

/// How many numbers a server takes at a time.
const BLOCK: u64 = 1 << 12;
/// How many sessions may be on their way to their clients at a time.
const OPENING: usize = 1024;
/// How many sessions, or calls of one, are looked at at a time.
const SURVEYED: u64 = 64;
