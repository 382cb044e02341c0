//! A call at this server, from the first that is heard of it to an answer that stands in the shared store.

use super::claims::{Change, Claims, Verdict};
use super::kv::{Answer, Operation, Transaction};
use super::memory::Known;
use super::record::{Claim, State};
use super::reply::Asker;
use super::{ASKED, About, Again, Cluster, Fault, LATE, Output, SOON, Ticket};
use crate::proto::Instant;
use crate::proto::launch::Outcome;
use crate::proto::launch::{Id, Probe};
use crate::wire::rlaunch::{Datagram, Fingerprint, MAX_PAYLOAD, Status, fingerprint};

/// A call that this server has to do with at the moment.
#[derive(Debug)]
pub(super) struct Call {
    /// Who asked last.
    asker: Asker,
    /// What the client had settled when it asked.
    ack: u64,
    fingerprint: Fingerprint,
    payload: Vec<u8>,
    since: Instant,
    /// Whether it was asked for to be ruled out.
    is_cancel: bool,
    stage: Stage,
    /// The question about it that is under way.
    ticket: Ticket,
}

#[derive(Clone, Debug)]
enum Stage {
    /// It is being claimed, to be run; whether an earlier try has taken place may not be known.
    Claiming { unsure: bool },
    /// It is being claimed, to be ruled out.
    Burying,
    /// There is no room for another claim: is there one already?
    Looking,
    /// It is claimed here, at this revision, and not begun.
    Standing { since: u64 },
    /// It is performed here.
    Running { since: u64 },
    /// What came of it is being written over what was put at this revision.
    Writing { since: u64, state: State },
    /// Whoever claimed it may be gone.
    Suspecting { since: u64, claim: Claim },
    /// It is in doubt since this revision, and somebody looks for its effect.
    Probing { since: u64 },
}

impl Stage {
    /// Whether something of this server works for it, or may have to.
    fn is_own(&self) -> bool {
        matches!(
            self,
            Self::Claiming { .. }
                | Self::Standing { .. }
                | Self::Running { .. }
                | Self::Writing { .. }
                | Self::Probing { .. }
        )
    }
}

impl Cluster {
    pub(super) fn requested(&mut self, now: Instant, asker: Asker, id: Id, datagram: &Datagram<'_>) {
        let print = fingerprint(datagram.payload);
        if self.repeated(now, asker, &id, Some(print)) {
            return;
        }
        let ack = datagram.ack_through;
        if !self.is_in_window(now, asker, &id, ack) {
            return;
        }
        if self.is_draining || self.own >= self.limits.running {
            return self.ask_later(now, asker, Status::Busy, SOON);
        }
        self.claim(now, asker, id, ack, Some((print, datagram.payload)));
    }

    pub(super) fn cancelled(&mut self, now: Instant, asker: Asker, id: Id, ack: u64) {
        if let Some(Call {
            stage: Stage::Standing { since },
            ..
        }) = self.calls.get(&id)
        {
            // It has not been begun, so that it need not be.
            let since = *since;
            if let Some(call) = self.calls.get_mut(&id) {
                call.asker = asker;
            }
            return self.write(&id, since, State::Never);
        }
        if self.repeated(now, asker, &id, None) || !self.is_in_window(now, asker, &id, ack) {
            return;
        }
        self.claim(now, asker, id, ack, None);
    }

    /// Answers from what is known here, if it is.
    fn repeated(&mut self, now: Instant, asker: Asker, id: &Id, print: Option<Fingerprint>) -> bool {
        if let Some(call) = self.calls.get_mut(id) {
            match (&call.stage, print) {
                // Whose payload stands in the store is not known yet: the one who asked first is answered.
                (Stage::Claiming { .. } | Stage::Burying | Stage::Looking, Some(print))
                    if print != call.fingerprint =>
                {
                    return true;
                }
                (_, Some(print)) if print != call.fingerprint => {
                    self.tell(now, asker, Status::Conflict);
                    return true;
                }
                _ => {}
            }
            call.asker = asker;
            let age = now - call.since;
            match call.stage {
                Stage::Standing { .. }
                | Stage::Running { .. }
                | Stage::Writing { .. }
                | Stage::Probing { .. } => {
                    self.ask_later(now, asker, Status::Working, age.clamp(SOON, LATE));
                }
                Stage::Claiming { unsure: true } => self.ask_later(now, asker, Status::Busy, SOON),
                // The answer is under way.
                _ => {}
            }
            return true;
        }
        let Id::Call(call) = id else {
            return false;
        };
        match self.memory.of(*call) {
            Some(Known::Launched(known, outcome)) => {
                if print.is_some_and(|print| print != *known) {
                    self.tell(now, asker, Status::Conflict);
                } else {
                    let outcome = outcome.clone();
                    self.tell_outcome(now, asker, &outcome);
                }
                true
            }
            Some(Known::Never) => {
                self.tell(now, asker, Status::NotLaunched);
                true
            }
            Some(Known::Elsewhere(_)) | None => false,
        }
    }

    fn is_in_window(&mut self, now: Instant, asker: Asker, id: &Id, ack: u64) -> bool {
        let Id::Call(call) = id else {
            return true;
        };
        let status = if call.session == 0 {
            Status::Gone
        } else if call.seq <= ack {
            Status::Stale
        } else if call.seq - ack > self.limits.window {
            Status::Window
        } else {
            return true;
        };
        self.tell(now, asker, status);
        false
    }

    /// Claims a call: to run it with this payload, or to rule it out.
    fn claim(&mut self, now: Instant, asker: Asker, id: Id, ack: u64, with: Option<(Fingerprint, &[u8])>) {
        if self.asked.len() >= ASKED || self.calls.len() >= ASKED + self.limits.running {
            return self.ask_later(now, asker, Status::Busy, SOON);
        }
        let stage = match with {
            _ if matches!(id, Id::Named(_)) && !self.has_room_for_a_name() => Stage::Looking,
            Some(_) => Stage::Claiming { unsure: false },
            None => Stage::Burying,
        };
        self.own += usize::from(stage.is_own());
        let is_cancel = with.is_none();
        let (fingerprint, payload) = with.unwrap_or_default();
        let ticket = self.ticket(About::Call(id.clone()));
        let call = Call {
            asker,
            ack,
            fingerprint,
            payload: payload.to_vec(),
            since: now,
            is_cancel,
            stage,
            ticket,
        };
        if let Some(transaction) = self.question(&id, &call) {
            self.outputs
                .push_back((Output::Ask(ticket, transaction), Vec::new()));
        }
        self.calls.insert(id, call);
    }

    /// What to ask about a call as it stands.
    fn question(&self, id: &Id, call: &Call) -> Option<Transaction> {
        let claim = |state| Claim {
            owner: self.life,
            fingerprint: call.fingerprint,
            state,
        };
        Some(match &call.stage {
            Stage::Claiming { .. } => self.claims.claim(id, call.ack, &claim(State::Claimed)),
            Stage::Burying => self.claims.claim(id, call.ack, &claim(State::Never)),
            Stage::Looking => self.claims.look(id),
            Stage::Writing { since, state } => self.claims.change(id, *since, &claim(state.clone())),
            Stage::Suspecting { since, claim } => self.claims.take_over(id, *since, claim),
            Stage::Standing { .. } | Stage::Running { .. } | Stage::Probing { .. } => return None,
        })
    }

    pub(super) fn ask_about_again(&mut self, id: &Id) {
        let Some(transaction) = self.calls.get(id).and_then(|call| self.question(id, call)) else {
            return;
        };
        let ticket = self.ask(About::Call(id.clone()), transaction);
        if let Some(call) = self.calls.get_mut(id) {
            call.ticket = ticket;
        }
    }

    /// Moves a call on to another stage, and asks what there is to ask in it.
    fn enter(&mut self, id: &Id, stage: Stage) {
        let Some(call) = self.calls.get_mut(id) else {
            return;
        };
        self.own -= usize::from(call.stage.is_own());
        self.own += usize::from(stage.is_own());
        call.stage = stage;
        self.ask_about_again(id);
    }

    fn write(&mut self, id: &Id, since: u64, state: State) {
        self.enter(id, Stage::Writing { since, state });
    }

    /// Takes a call off the table; who asked last is to be answered.
    fn release(&mut self, id: &Id) -> Option<Asker> {
        let call = self.calls.remove(id)?;
        self.own -= usize::from(call.stage.is_own());
        Some(call.asker)
    }

    pub(super) fn call_answered(&mut self, now: Instant, id: Id, ticket: Ticket, answer: Option<Answer>) {
        let Some(call) = self.calls.get_mut(&id).filter(|call| call.ticket == ticket) else {
            return;
        };
        let asker = call.asker;
        match (&mut call.stage, answer) {
            (Stage::Claiming { unsure }, None) => {
                *unsure = true;
                self.ask_later(now, asker, Status::Busy, SOON);
                self.again(now, Again::Call(id));
            }
            (Stage::Writing { .. }, None) => self.again(now, Again::Call(id)),
            // Nothing that could still happen needs this server: whoever is asked next finds it.
            (_, None) => self.give_up(now, &id),
            (Stage::Claiming { .. } | Stage::Burying | Stage::Looking, Some(answer)) => {
                self.claimed(now, id, &answer)
            }
            (Stage::Writing { state, .. }, Some(answer)) => {
                let state = state.clone();
                self.written(now, &id, state, &answer);
            }
            (Stage::Suspecting { since, .. }, Some(answer)) => {
                let since = *since;
                self.suspected(now, &id, since, &answer);
            }
            (Stage::Standing { .. } | Stage::Running { .. } | Stage::Probing { .. }, Some(_)) => {}
        }
    }

    fn claimed(&mut self, now: Instant, id: Id, answer: &Answer) {
        let Some(call) = self.calls.get(&id) else {
            return;
        };
        let (is_cancel, is_looking) = (call.is_cancel, matches!(call.stage, Stage::Looking));
        let is_unsure = matches!(call.stage, Stage::Claiming { unsure: true });
        match self.claims.verdict(&id, answer) {
            Verdict::Mine(_) if is_cancel => self.answer(now, &id, &State::Never),
            Verdict::Mine(since) => {
                self.names.since += u64::from(matches!(id, Id::Named(_)));
                self.stand(id, since);
            }
            Verdict::Known(claim, since) => self.known(now, id, claim, since),
            Verdict::Gone => self.end(now, &id, Status::Gone),
            Verdict::Stale => self.end(now, &id, Status::Stale),
            // An earlier try could still take place when this life is seen to be alive again.
            Verdict::Unknown if is_unsure => self.again(now, Again::Call(id)),
            Verdict::Unknown if is_looking => self.end(now, &id, Status::Full),
            Verdict::Unknown | Verdict::Unreadable => self.give_up(now, &id),
            Verdict::Foreign => self.stop(Fault::Foreign),
        }
    }

    /// There is a claim: whatever it says is the answer, or leads to it.
    fn known(&mut self, now: Instant, id: Id, claim: Claim, since: u64) {
        let Some(call) = self.calls.get_mut(&id) else {
            return;
        };
        let is_cancel = call.is_cancel;
        let differs = !is_cancel && claim.fingerprint != call.fingerprint;
        if is_cancel {
            call.fingerprint = claim.fingerprint;
        }
        match claim.state {
            // Nothing that this life has begun is without its place on the table until its outcome is written; this
            // was not there. So it is a try of this life that was taken for failed, and was never begun.
            State::Claimed if claim.owner == self.life && !is_cancel && !differs => self.stand(id, since),
            State::Claimed if claim.owner == self.life => self.write(&id, since, State::Never),
            State::Claimed | State::Doubt | State::Launched(_) if differs => {
                self.end(now, &id, Status::Conflict);
            }
            State::Claimed => self.enter(&id, Stage::Suspecting { since, claim }),
            State::Doubt => self.doubt(now, &id, since),
            State::Launched(_) | State::Never => self.answer(now, &id, &claim.state),
        }
    }

    /// The claim is this server's: it is to be run as soon as it is certain that nobody has taken it over.
    fn stand(&mut self, id: Id, since: u64) {
        self.enter(&id, Stage::Standing { since });
        self.checking.next.push(id);
        self.check();
    }

    /// One question answers for all claims that were there when it was asked.
    pub(super) fn check(&mut self) {
        if self.checking.asked.is_none() && !self.checking.next.is_empty() {
            self.checking.asked = Some(std::mem::take(&mut self.checking.next));
            let check = self.claims.check();
            self.ask(About::Check, check);
        }
    }

    pub(super) fn checked(&mut self, now: Instant, answer: Option<Answer>) {
        let asked = self.checking.asked.take().unwrap_or_default();
        let Some(answer) = answer else {
            self.checking.next.extend(asked);
            return self.again(now, Again::Check);
        };
        for id in asked {
            let Some(Call {
                stage: Stage::Standing { since },
                ..
            }) = self.calls.get(&id)
            else {
                continue;
            };
            let since = *since;
            if Claims::stands(&answer, since) {
                self.run(id, since);
            } else {
                self.write(&id, since, State::Never);
            }
        }
        self.check();
    }

    fn run(&mut self, id: Id, since: u64) {
        self.enter(&id, Stage::Running { since });
        if let Some(call) = self.calls.get_mut(&id) {
            let payload = std::mem::take(&mut call.payload);
            self.counters.launches += 1;
            self.outputs.push_back((Output::Run(id, since), payload));
        }
    }

    pub(super) fn done(&mut self, id: Id, outcome: Option<Outcome>) {
        let state = match outcome {
            None => State::Never,
            Some(mut outcome) => {
                outcome.truncated |= outcome.result.len() > MAX_PAYLOAD;
                outcome.result.truncate(MAX_PAYLOAD);
                State::Launched(outcome)
            }
        };
        self.ran(&id, state);
    }

    pub(super) fn lost(&mut self, id: Id) {
        self.ran(&id, State::Doubt);
    }

    fn ran(&mut self, id: &Id, state: State) {
        if let Some(Call {
            stage: Stage::Running { since },
            ..
        }) = self.calls.get(id)
        {
            let since = *since;
            self.write(id, since, state);
        }
    }

    fn written(&mut self, now: Instant, id: &Id, state: State, answer: &Answer) {
        match self.claims.changed(answer) {
            Change::Made(_) => self.answer(now, id, &state),
            // Settled, or its session closed, while it was performed: nobody asks any more.
            Change::Missing => _ = self.release(id),
            // Taken over by who took this life for dead, and not settled: what is known here settles it.
            Change::Found(
                Claim {
                    state: State::Doubt, ..
                },
                since,
            ) if state != State::Doubt => {
                self.write(id, since, state);
            }
            Change::Found(claim, _) => {
                if matches!((&state, &claim.state), (State::Launched(_), State::Never)) {
                    self.outputs
                        .push_back((Output::Contradicted(id.clone()), Vec::new()));
                }
                self.answer(now, id, &claim.state);
            }
            Change::Unreadable => self.give_up(now, id),
            Change::Foreign => self.stop(Fault::Foreign),
        }
    }

    fn suspected(&mut self, now: Instant, id: &Id, seen: u64, answer: &Answer) {
        match self.claims.changed(answer) {
            Change::Made(since) => self.doubt(now, id, since),
            Change::Found(claim, since) if claim.state == State::Claimed && since == seen => {
                self.working_elsewhere(now, id);
            }
            Change::Found(claim, since) => self.known(now, id.clone(), claim, since),
            Change::Missing | Change::Unreadable => self.give_up(now, id),
            Change::Foreign => self.stop(Fault::Foreign),
        }
    }

    /// Its owner lives, and will write what comes of it.
    fn working_elsewhere(&mut self, now: Instant, id: &Id) {
        let Some(asker) = self.release(id) else {
            return;
        };
        let mut since = now;
        if let Id::Call(call) = id {
            match self.memory.of(*call) {
                Some(Known::Elsewhere(earlier)) => since = *earlier,
                _ => self.memory.remember(*call, Known::Elsewhere(now)),
            }
        }
        self.ask_later(now, asker, Status::Working, (now - since).clamp(SOON, LATE));
    }

    /// The call is in doubt, and stays so unless somebody can tell.
    fn doubt(&mut self, now: Instant, id: &Id, since: u64) {
        if !self.can_probe {
            return self.end(now, id, Status::InDoubt);
        }
        if self.own >= self.limits.running {
            return self.give_up(now, id);
        }
        self.enter(id, Stage::Probing { since });
        let payload = self.calls.get(id).map(|call| call.payload.clone());
        let probe = Output::Probe(id.clone(), since);
        self.outputs.push_back((probe, payload.unwrap_or_default()));
    }

    pub(super) fn probed(&mut self, now: Instant, id: Id, probe: Probe) {
        let Some(Call {
            stage: Stage::Probing { since },
            ..
        }) = self.calls.get(&id)
        else {
            return;
        };
        let since = *since;
        match probe {
            Probe::Launched(outcome) => self.write(&id, since, State::Launched(outcome)),
            Probe::NotLaunched => self.write(&id, since, State::Never),
            Probe::Unknown => self.end(now, &id, Status::InDoubt),
        }
    }

    /// What stands in the store is the answer, for ever.
    fn answer(&mut self, now: Instant, id: &Id, state: &State) {
        let Some(fingerprint) = self.calls.get(id).map(|call| call.fingerprint) else {
            return;
        };
        let Some(asker) = self.release(id) else {
            return;
        };
        let known = match state {
            State::Launched(outcome) => {
                self.tell_outcome(now, asker, outcome);
                Known::Launched(fingerprint, outcome.clone())
            }
            State::Never => {
                self.tell(now, asker, Status::NotLaunched);
                Known::Never
            }
            State::Claimed | State::Doubt => return self.tell(now, asker, Status::InDoubt),
        };
        // A name may be given to another call when an operator has pruned it: only the store knows.
        if let Id::Call(call) = id {
            self.memory.remember(*call, known);
        }
    }

    fn end(&mut self, now: Instant, id: &Id, status: Status) {
        if let Some(asker) = self.release(id) {
            self.tell(now, asker, status);
        }
    }

    /// Nothing can be said: the client asks again.
    fn give_up(&mut self, now: Instant, id: &Id) {
        if let Some(asker) = self.release(id) {
            self.ask_later(now, asker, Status::Busy, SOON);
        }
    }

    fn has_room_for_a_name(&mut self) -> bool {
        if self.names.since >= RECOUNT {
            self.count_names();
        }
        self.names.counted + self.names.since < self.limits.ids as u64
    }

    pub(super) fn count_names(&mut self) {
        if !std::mem::replace(&mut self.names.counting, true) {
            let then = vec![Operation::Count(self.claims.keys.names())];
            self.names.since = 0;
            self.ask(
                About::CountNames,
                Transaction {
                    then,
                    ..Transaction::default()
                },
            );
        }
    }

    pub(super) fn names_counted(&mut self, answer: Option<Answer>) {
        self.names.counting = false;
        match answer {
            Some(answer) => self.names.counted = answer.count(0),
            // Counted again with the next name.
            None => self.names.since += RECOUNT,
        }
    }
}

/// After how many names of its own a server counts those of all.
const RECOUNT: u64 = 1024;
