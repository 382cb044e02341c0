//! Requests and cancellations: each is answered by the id set, and begins something only if nothing is known of it.

use std::time::Duration;

use super::reply::Asker;
use super::{Effect, Output, Running, Server, Then, WAITING};
use crate::proto::Instant;
use crate::proto::launch::{Id, Key, Outcome, Record, Standing};
use crate::wire::rlaunch::{CallId, Datagram, Fingerprint, Kind, Status, fingerprint};

impl Server {
    /// The checks that come before anything is looked up.
    pub(super) fn admit(&mut self, now: Instant, asker: Asker, datagram: &Datagram<'_>) -> bool {
        let named = !datagram.name.is_empty();
        if named && datagram.session != 0 {
            return false;
        }
        let cookie = self.baker.bake(asker.to, datagram.session);
        if datagram.cookie != cookie {
            self.desk.challenge(now, asker, cookie);
            return false;
        }
        let same = datagram.instance == self.desk.instance;
        let known = if named {
            // Whoever has never heard of a store asks any.
            same || datagram.instance == 0
        } else {
            same && !self.ids.is_over(datagram.session)
        };
        if !known {
            let is_bye = same && datagram.kind == Kind::Bye;
            let status = if is_bye { Status::Closed } else { Status::Gone };
            self.desk.tell(now, asker, status);
            return false;
        }
        if same && datagram.commit > self.last {
            self.roll_back(asker.to, datagram.commit);
            self.desk.tell(now, asker, Status::RolledBack);
            return false;
        }
        self.ids.acknowledge(datagram.session, datagram.ack_through);
        self.ids.heard(now, datagram.session);
        true
    }

    /// The session is over.
    pub(super) fn bye(&mut self, now: Instant, asker: Asker, session: u64) {
        let (first, last) = (session, session);
        self.record(&Record::Closed { first, last });
        self.settle_at.get_or_insert(now + self.limits.settle);
        self.desk.tell(now, asker, Status::Closed);
    }

    /// A request, or the cancellation of one.
    pub(super) fn called(&mut self, now: Instant, asker: Asker, datagram: &Datagram<'_>) {
        let key = Key::of(datagram);
        let print = if datagram.kind == Kind::Request {
            self.desk.counters.requests += 1;
            Some(fingerprint(datagram.payload))
        } else {
            self.desk.counters.cancels += 1;
            None
        };
        match self.ids.standing(key, print, self.limits.window) {
            Standing::Stale => self.desk.tell(now, asker, Status::Stale),
            Standing::Gone => self.desk.tell(now, asker, Status::Gone),
            Standing::Conflict => self.desk.tell(now, asker, Status::Conflict),
            Standing::Ahead => self.desk.tell(now, asker, Status::Window),
            Standing::Answered(answer) => {
                self.desk.counters.duplicates += u64::from(print.is_some());
                self.desk.answer(now, asker, answer);
            }
            Standing::Begun => {
                self.desk.counters.duplicates += u64::from(print.is_some());
                if let Some(id) = self.ids.known(key) {
                    self.begun(now, asker, id, datagram, print);
                }
            }
            Standing::Fresh => {
                // A name that is not a good one is no call at all.
                if let Some(id) = key.id() {
                    self.fresh(now, asker, id, datagram, print);
                }
            }
        }
    }

    /// A call of which there is an intent and no outcome.
    fn begun(
        &mut self,
        now: Instant,
        asker: Asker,
        id: Id,
        datagram: &Datagram<'_>,
        print: Option<Fingerprint>,
    ) {
        match self.running.get_mut(&id) {
            Some(running) => {
                running.asker = asker;
                let age = now - running.since;
                self.desk.working(now, asker, age);
            }
            None => self.doubtful(now, asker, id, datagram, print),
        }
    }

    /// A call of which nothing is known. Without a fingerprint it is a cancellation.
    fn fresh(
        &mut self,
        now: Instant,
        asker: Asker,
        id: Id,
        datagram: &Datagram<'_>,
        print: Option<Fingerprint>,
    ) {
        if self.waiting.len() >= WAITING || (print.is_some() && !self.may_begin()) {
            return self.desk.busy(now, asker, Duration::ZERO);
        }
        if !self.has_room(now, &id) {
            return self.desk.tell(now, asker, Status::Full);
        }
        match print {
            Some(print) => self.begin(now, asker, id, datagram, print),
            None => self.rule_out(now, asker, id),
        }
    }

    /// Whether one more action may be under way.
    pub(super) fn may_begin(&self) -> bool {
        !self.draining && (self.limits.effect == Effect::Missile || self.running.len() < self.limits.running)
    }

    /// Has the action begun when its intent is durable.
    pub(super) fn begin(
        &mut self,
        now: Instant,
        asker: Asker,
        id: Id,
        datagram: &Datagram<'_>,
        fingerprint: Fingerprint,
    ) {
        if let Some(Err(wait)) = self.bucket.as_mut().map(|bucket| bucket.take(now)) {
            return self.desk.busy(now, asker, wait);
        }
        self.doubts.settle(&id);
        self.desk.counters.launches += 1;
        // No lower than the session knows already, so that a restart does not bring back what is settled.
        let ack = match &id {
            Id::Call(call) => self.ids.acknowledged(call.session).max(datagram.ack_through),
            Id::Named(_) => 0,
        };
        if self.limits.effect == Effect::Missile {
            let (missiles, outcome) = self.missiles.next();
            self.record(&Record::Performed {
                id: id.clone(),
                ack,
                fingerprint,
                missiles,
                outcome,
            });
            self.ids.heard(now, asker.call.session);
            return self.when_durable(Then::Answer(asker, id));
        }
        self.record(&Record::Intent {
            id: id.clone(),
            ack,
            fingerprint,
        });
        self.ids.heard(now, asker.call.session);
        self.running.insert(id.clone(), Running { asker, since: now });
        let (fence, length) = (self.last, datagram.payload.len());
        self.held.extend(datagram.payload);
        self.when_durable(Then::Run { id, fence, length });
    }

    /// The call is never begun, and its client is told when that is certain.
    fn rule_out(&mut self, now: Instant, asker: Asker, id: Id) {
        // A tombstone does not say what is settled: without this, all that a session ever ruled out would be there
        // again after a restart.
        if let Id::Call(CallId { session, .. }) = id
            && let seq @ 1.. = self.ids.acknowledged(session)
        {
            let through = CallId { session, seq };
            self.record(&Record::Acknowledged { through });
        }
        self.record(&Record::Tombstone { id: id.clone() });
        self.ids.heard(now, asker.call.session);
        self.when_durable(Then::Answer(asker, id));
    }

    /// Whether there is room for a call of which nothing is known: for its name; or its session is in the table or
    /// fits into it, if need be in the place of one that is long silent.
    fn has_room(&mut self, now: Instant, id: &Id) -> bool {
        let Id::Call(call) = id else {
            return self.ids.named() < self.limits.ids;
        };
        if self.ids.is_alive(call.session) || self.ids.sessions() < self.limits.sessions {
            return true;
        }
        // To look for a silent session takes time: not for everyone who is refused.
        if now < self.full_until {
            return false;
        }
        let Some(silent) = self.ids.evictable(now, self.limits.lease) else {
            self.full_until = self
                .ids
                .longest_silent()
                .map_or(now, |heard| heard + self.limits.lease);
            return false;
        };
        // Written before the intent that takes its place, so durable no later than that.
        self.record(&Record::Closed {
            first: silent,
            last: silent,
        });
        true
    }

    /// An action is over; `None` if it could not be begun at all.
    pub(super) fn done(&mut self, now: Instant, id: Id, outcome: Option<Outcome>) {
        let Some(Running { asker, .. }) = self.running.remove(&id) else {
            return;
        };
        let Some(outcome) = outcome.map(Outcome::fitting) else {
            return self.rule_out(now, asker, id);
        };
        if self.limits.sync_outcome {
            let told = id.clone();
            self.record(&Record::Outcome { id, outcome });
            return self.when_durable(Then::Answer(asker, told));
        }
        let record = Record::Outcome { id, outcome };
        self.record(&record);
        self.settle_at.get_or_insert(now + self.limits.settle);
        if let Record::Outcome { outcome, .. } = &record {
            self.desk.tell_outcome(now, asker, outcome);
        }
    }

    /// Tells how the call ended, now that it is durable.
    pub(super) fn answer(&mut self, now: Instant, asker: Asker, id: &Id) {
        if let Standing::Answered(answer) = self.ids.standing(id.key(), None, self.limits.window) {
            self.desk.answer(now, asker, answer);
        }
    }

    /// The intent is durable.
    pub(super) fn run(&mut self, now: Instant, id: Id, fence: u64, length: usize) {
        let payload = self.held.drain(..length.min(self.held.len()));
        if self.rolled_back.is_none() {
            let output = Output::Run { id, fence };
            self.desk.outputs.push_with(output, |bytes| bytes.extend(payload));
        } else {
            drop(payload);
            self.done(now, id, None);
        }
    }
}
