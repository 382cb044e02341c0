//! What an observer has seen who sees everything: which actions took effect, and what was told of them.

use std::collections::BTreeSet;
use std::sync::Arc;

use fairloss::proto::launch::{Doubt, Ending};
use fairloss::wire::rlaunch::Status;

use super::net::Message;

/// What has happened so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    /// For each operation of each client, how often its action took effect.
    pub(crate) launches: Vec<Vec<u8>>,
    /// What was handed on of each.
    pub(crate) told: Vec<Vec<BTreeSet<Told>>>,
    /// Two replies to the same call said different things.
    pub(crate) contradiction: bool,
    /// More bytes went to an address than had come from it, before it was proved.
    pub(crate) amplified: bool,
    /// A request from who had seen more than the store holds changed something.
    pub(crate) rollback_ignored: bool,
    /// The server has found that its store was rolled back.
    pub(crate) rollback_noticed: bool,
}

/// What a client hands on of an operation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Told {
    Launched(Vec<u8>),
    NotLaunched,
    InDoubt,
    Gone,
    Refused(String),
}

impl History {
    pub(crate) fn new(clients: usize, operations: usize) -> Self {
        Self {
            launches: vec![vec![0; operations]; clients],
            told: vec![vec![BTreeSet::new(); operations]; clients],
            ..Self::default()
        }
    }

    /// An action takes effect; what it answers tells this time from any other.
    pub(crate) fn launch(&mut self, (client, operation): (usize, usize), payload: &[u8]) -> Vec<u8> {
        let times = &mut self.launches[client][operation];
        *times += 1;
        [payload, &[b'a' - 1 + *times]].concat()
    }

    pub(crate) fn tell(&mut self, client: usize, operation: usize, ending: &Ending) {
        let told = match ending {
            Ending::Launched(outcome) => Told::Launched(outcome.result.clone()),
            Ending::NotLaunched => Told::NotLaunched,
            Ending::Unknown(Doubt::InDoubt) => Told::InDoubt,
            Ending::Unknown(Doubt::Gone) => Told::Gone,
            other => Told::Refused(format!("{other:?}")),
        };
        self.told[client][operation].insert(told);
    }

    /// The server says something: is it the same as before? Only a loss of power may take an answer back, and
    /// then it is in doubt.
    pub(crate) fn contradicts<'a>(
        message: &Message,
        power_was_lost: bool,
        sent: impl Iterator<Item = &'a Arc<Message>>,
    ) -> bool {
        let definite = |status| matches!(status, Status::Launched | Status::Truncated | Status::NotLaunched);
        let says = message.head;
        if !definite(says.status) && (says.status != Status::InDoubt || power_was_lost) {
            return false;
        }
        let mut before = sent.filter(|said| {
            let said = said.head;
            said.instance == says.instance && said.call == says.call && definite(said.status)
        });
        before.any(|said| said.head.status != says.status || said.read().payload != message.read().payload)
    }

    /// Every operation with its launches and what was told of it.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (u8, &BTreeSet<Told>)> {
        let launches = self.launches.iter().flatten().copied();
        launches.zip(self.told.iter().flatten())
    }
}
