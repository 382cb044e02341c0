//! Calls of which a crash left only the intent: begun, perhaps, by a process that is no more.
//!
//! Nothing is decided about them while an orphan of an earlier life may still be at work. After that they are
//! reported, probed or, where the operator has chosen *at least once*, begun again.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::reply::Asker;
use super::{OnDoubt, Output, Running, Server, Then};
use crate::proto::Instant;
use crate::proto::launch::record::By;
use crate::proto::launch::{Id, Outcome, Record, Standing};
use crate::wire::rlaunch::{Datagram, Fingerprint, Status};

/// What is known of a call in doubt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// The action took place, with this outcome.
    Launched(Outcome),
    /// It did not, and whoever might still perform it is gone.
    NotLaunched,
    /// It cannot be found out.
    Unknown,
}

/// The calls in doubt.
#[derive(Clone, Debug)]
pub(super) struct Doubts {
    calls: BTreeMap<Id, Doubt>,
    /// Those that nobody has been asked about in this life.
    unasked: VecDeque<Id>,
    probing: usize,
    /// Whether an orphan of an earlier life may still be at work.
    pub(super) fenced: bool,
}

#[derive(Clone, Debug, Default)]
struct Doubt {
    /// Since when it is known to be in doubt: those of an earlier life, since the beginning of this one.
    since: Instant,
    probing: bool,
    /// Who is to be told what the probe found.
    asker: Option<Asker>,
}

impl Doubts {
    pub(super) fn new(begun: Vec<Id>) -> Self {
        let calls = begun.iter().map(|id| (id.clone(), Doubt::default()));
        Self {
            calls: calls.collect(),
            probing: 0,
            // What an orphan may still perform is in doubt.
            fenced: !begun.is_empty(),
            unasked: begun.into(),
        }
    }

    pub(super) fn contains(&self, id: &Id) -> bool {
        self.calls.contains_key(id)
    }

    /// Each with the moment since which it is known.
    pub(super) fn since(&self) -> impl Iterator<Item = (&Id, Instant)> {
        self.calls.iter().map(|(id, doubt)| (id, doubt.since))
    }

    fn add(&mut self, now: Instant, id: Id, asker: Asker) {
        let doubt = Doubt {
            since: now,
            probing: false,
            asker: Some(asker),
        };
        self.calls.insert(id, doubt);
    }

    /// The call is not in doubt any more. Returns who waits for the answer.
    pub(super) fn settle(&mut self, id: &Id) -> Option<Asker> {
        let doubt = self.calls.remove(id)?;
        self.probing -= usize::from(doubt.probing);
        doubt.asker
    }
}

impl Server {
    /// A request or a cancellation of a call in doubt.
    pub(super) fn doubtful(
        &mut self,
        now: Instant,
        asker: Asker,
        id: Id,
        datagram: &Datagram<'_>,
        print: Option<Fingerprint>,
    ) {
        if self.doubts.fenced {
            return self.desk.working(now, asker, POLL);
        }
        match (self.limits.on_doubt, print) {
            (OnDoubt::Rerun, Some(print)) => {
                if self.may_begin() {
                    self.begin(now, asker, id, datagram, print);
                } else {
                    self.desk.busy(now, asker, Duration::ZERO);
                }
            }
            (OnDoubt::Probe, _) => {
                self.desk.working(now, asker, POLL);
                if let Some(doubt) = self.doubts.calls.get_mut(&id) {
                    doubt.asker = Some(asker);
                }
                self.probe(id, datagram.payload);
            }
            (OnDoubt::Report | OnDoubt::Rerun, _) => self.desk.tell(now, asker, Status::InDoubt),
        }
    }

    /// An action was begun, and what became of it cannot be learnt from the one who began it.
    pub(super) fn lost(&mut self, now: Instant, id: Id) {
        let Some(Running { asker, .. }) = self.running.remove(&id) else {
            return;
        };
        // What its client has given up is no doubt any more.
        let gone: Vec<_> = self
            .doubts
            .since()
            .filter(|(id, _)| !self.is_begun(id))
            .map(|(id, _)| id.clone())
            .collect();
        for id in &gone {
            self.doubts.settle(id);
        }
        if !self.is_begun(&id) {
            return;
        }
        self.doubts.add(now, id.clone(), asker);
        if self.limits.on_doubt == OnDoubt::Probe {
            self.probe(id, &[]);
        } else {
            self.desk.tell(now, asker, Status::InDoubt);
        }
    }

    pub(super) fn is_begun(&self, id: &Id) -> bool {
        self.ids.standing(id.key(), None, self.limits.window) == Standing::Begun
    }

    /// No orphan of an earlier life is alive any more.
    pub(super) fn unfenced(&mut self) {
        self.doubts.fenced = false;
        self.probe_next();
    }

    /// Asks about as many doubts as there may be at a time that nobody was asked about yet.
    fn probe_next(&mut self) {
        while self.limits.on_doubt == OnDoubt::Probe
            && self.doubts.probing < self.limits.running
            && let Some(id) = self.doubts.unasked.pop_front()
        {
            self.probe(id, &[]);
        }
    }

    /// Asks about a call, of which this is the payload if it is at hand.
    fn probe(&mut self, id: Id, payload: &[u8]) {
        let room = self.doubts.probing < self.limits.running && !self.draining;
        if let Some(doubt) = self.doubts.calls.get_mut(&id)
            && !doubt.probing
            && room
        {
            doubt.probing = true;
            self.doubts.probing += 1;
            let write = |bytes: &mut Vec<u8>| bytes.extend_from_slice(payload);
            self.desk.outputs.push_with(Output::Probe(id), write);
        }
    }

    /// What a probe found out.
    pub(super) fn probed(&mut self, now: Instant, id: Id, probe: Probe) {
        let outcome = match probe {
            Probe::Launched(outcome) => Some(outcome.fitting()),
            Probe::NotLaunched => None,
            Probe::Unknown => {
                if let Some(doubt) = self.doubts.calls.get_mut(&id)
                    && std::mem::take(&mut doubt.probing)
                {
                    self.doubts.probing -= 1;
                    if let Some(asker) = doubt.asker.take() {
                        self.desk.tell(now, asker, Status::InDoubt);
                    }
                }
                return self.probe_next();
            }
        };
        // What was settled by somebody else meanwhile stays as it is.
        if self.doubts.contains(&id) && self.is_begun(&id) {
            self.resolve(&id, By::Probe, outcome);
        }
        self.probe_next();
    }

    /// Settles a doubt for ever, and tells who waits for it when that is durable.
    pub(super) fn resolve(&mut self, id: &Id, by: By, outcome: Option<Outcome>) {
        let asker = self.doubts.settle(id);
        self.record(&Record::Resolved {
            id: id.clone(),
            by,
            outcome,
        });
        if let Some(asker) = asker {
            self.when_durable(Then::Answer(asker, id.clone()));
        } else {
            self.commit();
        }
    }
}

/// After what time a client asks again about a call in doubt.
const POLL: Duration = Duration::from_millis(200);
