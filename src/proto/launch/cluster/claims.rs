//! The transactions by which a server claims an id, writes what came of it and takes over a doubt, and what their
//! answers mean.
//!
//! Each of them is safe to ask again when it is not known whether it took place, and safe if a first copy of it
//! takes place late: a claim needs that the key is not there and that its session neither is closed nor has
//! settled the call, and each of these becomes true once and stays so; all others need the revision at which the
//! server saw the claim, and a key has each of its revisions once.

use super::keys::{Keys, number};
use super::kv::{Answer, Compare, Operation, Relation, Span, Transaction};
use super::record::{Claim, State};
use crate::proto::launch::Id;

/// Makes the transactions of one life of a server.
#[derive(Clone, Debug)]
pub(super) struct Claims {
    pub(super) keys: Keys,
    /// What must stand at the identity, or the store is not the one that this server serves.
    identity: Vec<u8>,
    life: u64,
}

/// What became of a claim.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It stands, at this revision.
    Mine(u64),
    /// There is a claim already, put at this revision.
    Known(Claim, u64),
    /// Its session is over.
    Gone,
    /// Its session has settled it.
    Stale,
    /// This life of the server is not known to be alive.
    Unknown,
    /// The store is another one.
    Foreign,
    /// What is there means nothing to this version.
    Unreadable,
}

/// What became of a change to a claim.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It took place, at this revision.
    Made(u64),
    /// It did not; this stands there, put at this revision.
    Found(Claim, u64),
    /// It did not: the call was settled, or its session closed.
    Missing,
    /// The store is another one.
    Foreign,
    /// What is there means nothing to this version.
    Unreadable,
}

impl Claims {
    pub(super) fn new(keys: Keys, identity: Vec<u8>, life: u64) -> Self {
        Self { keys, identity, life }
    }

    /// Puts `claim` where nothing is yet; what the session has settled with it, up to `ack`, is deleted.
    pub(super) fn claim(&self, id: &Id, ack: u64, claim: &Claim) -> Transaction {
        let (key, alive) = (self.keys.id(id), self.keys.alive(self.life));
        let mut transaction = Transaction {
            compares: vec![
                self.same_store(),
                Compare::present(alive.clone()),
                Compare::absent(key.clone()),
            ],
            then: vec![Operation::Put(key.clone(), claim.encoded())],
            otherwise: [self.keys.identity(), key, alive].map(Operation::get).into(),
        };
        if let Id::Call(call) = id {
            let session = self.keys.session(call.session);
            let below = |bound| Compare::value(session.clone(), Relation::Less, number(bound));
            transaction.compares.push(below(call.seq));
            // The session is put with every claim in it: whoever wants to close it for its silence sees that.
            transaction.then.push(Operation::Within(Transaction {
                compares: vec![below(ack)],
                then: vec![
                    Operation::Put(session.clone(), number(ack)),
                    Operation::Delete(self.keys.calls_through(call.session, ack)),
                ],
                otherwise: vec![Operation::Touch(session.clone())],
            }));
            transaction.otherwise.push(Operation::get(session));
        }
        transaction
    }

    /// Looks whether there is a claim, and puts none.
    pub(super) fn look(&self, id: &Id) -> Transaction {
        let nothing = Claim {
            owner: self.life,
            fingerprint: Default::default(),
            state: State::Never,
        };
        let mut transaction = self.claim(id, 0, &nothing);
        // It is there, or the transaction would not take place either.
        transaction.compares.push(Compare::absent(self.keys.identity()));
        transaction
    }

    /// What the answer to [`claim`](Self::claim) or [`look`](Self::look) means.
    pub(super) fn verdict(&self, id: &Id, answer: &Answer) -> Verdict {
        if answer.held {
            return Verdict::Mine(answer.revision);
        }
        if answer.entry(0).is_none_or(|entry| entry.value != self.identity) {
            return Verdict::Foreign;
        }
        if let Some(entry) = answer.entry(1) {
            return Claim::decode(&entry.value)
                .map_or(Verdict::Unreadable, |claim| Verdict::Known(claim, entry.modified));
        }
        if let Id::Call(call) = id {
            match answer.entry(3) {
                None => return Verdict::Gone,
                Some(session) if session.value >= number(call.seq) => return Verdict::Stale,
                Some(_) => {}
            }
        }
        Verdict::Unknown
    }

    /// Writes `claim` in the place of what was put there at revision `since`.
    pub(super) fn change(&self, id: &Id, since: u64, claim: &Claim) -> Transaction {
        let key = self.keys.id(id);
        Transaction {
            compares: vec![self.same_store(), Compare::unchanged(key.clone(), since)],
            then: vec![Operation::Put(key.clone(), claim.encoded())],
            otherwise: [self.keys.identity(), key].map(Operation::get).into(),
        }
    }

    /// Says that the call is in doubt, if the claim is still that of revision `since` and its owner is gone.
    pub(super) fn take_over(&self, id: &Id, since: u64, claim: &Claim) -> Transaction {
        let doubt = Claim {
            owner: self.life,
            fingerprint: claim.fingerprint,
            state: State::Doubt,
        };
        let mut transaction = self.change(id, since, &doubt);
        transaction
            .compares
            .push(Compare::absent(self.keys.alive(claim.owner)));
        transaction
    }

    /// What the answer to [`change`](Self::change) or [`take_over`](Self::take_over) means.
    pub(super) fn changed(&self, answer: &Answer) -> Change {
        if answer.held {
            return Change::Made(answer.revision);
        }
        if answer.entry(0).is_none_or(|entry| entry.value != self.identity) {
            return Change::Foreign;
        }
        let Some(entry) = answer.entry(1) else {
            return Change::Missing;
        };
        Claim::decode(&entry.value).map_or(Change::Unreadable, |claim| Change::Found(claim, entry.modified))
    }

    /// Looks whether the cluster still takes this life of the server for alive.
    pub(super) fn check(&self) -> Transaction {
        Transaction {
            then: vec![Operation::get(self.keys.alive(self.life))],
            ..Transaction::default()
        }
    }

    /// Whether nobody can have taken over a claim that was put at revision `since`, up to the moment of this answer
    /// to [`check`](Self::check).
    pub(super) fn stands(answer: &Answer, since: u64) -> bool {
        answer.entry(0).is_some_and(|alive| alive.created < since)
    }

    /// A transaction that takes place only in the store that this server serves. If it is another one, the first
    /// operation of the answer finds no identity, or a different one.
    pub(super) fn here(
        &self,
        compares: Vec<Compare>,
        then: Vec<Operation>,
        otherwise: Vec<Operation>,
    ) -> Transaction {
        let identity = Operation::get(self.keys.identity());
        Transaction {
            compares: std::iter::once(self.same_store()).chain(compares).collect(),
            then,
            otherwise: std::iter::once(identity).chain(otherwise).collect(),
        }
    }

    /// Whether the answer to [`here`](Self::here) comes from another store.
    pub(super) fn is_foreign(&self, answer: &Answer) -> bool {
        !answer.held && answer.entry(0).is_none_or(|entry| entry.value != self.identity)
    }

    /// Ends a session: nothing of it is left, and nothing of it can be claimed again.
    pub(super) fn close(&self, session: u64, unchanged_since: Option<u64>) -> Transaction {
        let key = self.keys.session(session);
        let unchanged = unchanged_since.map(|since| Compare::unchanged(key.clone(), since));
        let delete = [Span::key(key), self.keys.calls(session)].map(Operation::Delete);
        self.here(unchanged.into_iter().collect(), delete.into(), Vec::new())
    }

    fn same_store(&self) -> Compare {
        Compare::value(self.keys.identity(), Relation::Equal, self.identity.clone())
    }
}
