//! What an operator decides: what became of a call in doubt, and what may be forgotten.

use std::time::Duration;

use thiserror::Error;

use super::{Output, Server, Then};
use crate::proto::Instant;
use crate::proto::launch::record::By;
use crate::proto::launch::{Id, Key, Name, Outcome, Record, Standing};

/// What an operator wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// The action of this call took place, or did not and never will. It must be the truth.
    Resolve {
        /// The call.
        id: Id,
        /// What it came to; `None` if it never took place.
        outcome: Option<Outcome>,
        /// Decide even while an orphan of an earlier life may still perform it.
        force: bool,
    },
    /// Something is to be forgotten.
    Prune(Prune),
}

/// What is to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prune {
    /// The settled call of this name. If it is asked for again, it is a new one.
    Name(Name),
    /// All calls with names that were settled by a record up to this index.
    Through(u64),
    /// The sessions that have been silent for so long: their calls are refused for ever.
    Silent(Duration),
}

/// Why an order is not carried out.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing is known of it.
    #[error("no such call is known")]
    Unknown,
    /// Its outcome is on its way.
    #[error("it is being performed")]
    Running,
    /// There is nothing to decide.
    #[error("it is settled already")]
    Settled,
    /// An orphan is alive.
    #[error("a process of an earlier run of the server may still be performing it")]
    Orphan,
    /// It must be resolved before it is forgotten.
    #[error("it is in doubt")]
    InDoubt,
    /// Nothing is done any more.
    #[error("the store was rolled back")]
    RolledBack,
    /// One of several servers does not decide alone.
    #[error("not for an id set that several servers share: --probe settles what is in doubt there")]
    Shared,
}

impl Server {
    /// Carries out an order, and tells when that is durable.
    pub(super) fn order(&mut self, now: Instant, ticket: u64, order: Order) {
        let result = if self.rolled_back.is_some() {
            Err(Refusal::RolledBack)
        } else {
            match order {
                Order::Resolve { id, outcome, force } => self.decide(&id, outcome, force),
                Order::Prune(Prune::Name(name)) => self.forget(name),
                Order::Prune(Prune::Through(index)) => Ok(self.forget_through(index)),
                Order::Prune(Prune::Silent(time)) => Ok(self.close_silent(now, time)),
            }
        };
        if self.desk.durable >= self.last {
            // It changed nothing, so there is nothing to wait for.
            self.desk.outputs.push(Output::Ordered(ticket, result));
        } else {
            self.when_durable(Then::Ordered(ticket, result));
        }
    }

    fn decide(&mut self, id: &Id, outcome: Option<Outcome>, force: bool) -> Result<u64, Refusal> {
        match self.standing_of(id.key()) {
            Standing::Begun if self.running.contains_key(id) => Err(Refusal::Running),
            Standing::Begun if self.doubts.fenced && !force => Err(Refusal::Orphan),
            Standing::Begun => {
                self.resolve(id, By::Operator, outcome.map(Outcome::fitting));
                Ok(1)
            }
            Standing::Answered(_) => Err(Refusal::Settled),
            _ => Err(Refusal::Unknown),
        }
    }

    fn forget(&mut self, name: Name) -> Result<u64, Refusal> {
        match self.standing_of(Key::Named(name.as_str())) {
            Standing::Begun if self.running.contains_key(&Id::Named(name.clone())) => Err(Refusal::Running),
            Standing::Begun => Err(Refusal::InDoubt),
            Standing::Answered(_) => {
                self.record(&Record::Pruned { name });
                Ok(1)
            }
            _ => Err(Refusal::Unknown),
        }
    }

    fn forget_through(&mut self, index: u64) -> u64 {
        let names = self.ids.settled_through(index);
        let count = names.len() as u64;
        for name in names {
            self.record(&Record::Pruned { name });
        }
        count
    }

    fn close_silent(&mut self, now: Instant, time: Duration) -> u64 {
        let silent: Vec<_> = self.ids.silent(now, time).map(|(_, session)| session).collect();
        for session in &silent {
            let (first, last) = (*session, *session);
            self.record(&Record::Closed { first, last });
        }
        self.full_until = Instant::ZERO;
        silent.len() as u64
    }

    fn standing_of(&self, key: Key<'_>) -> Standing<'_> {
        self.ids.standing(key, None, self.limits.window)
    }
}
