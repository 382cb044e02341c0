//! What the cluster's machine asks of a store that several servers share: transactions over keys with revisions, as
//! etcd has them. Plain values, so that a model can stand in for the store.

/// If all of `compares` hold, do `then`, else `otherwise`, all at one revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transaction {
    /// What must hold.
    pub compares: Vec<Compare>,
    /// What is done then.
    pub then: Vec<Operation>,
    /// And else.
    pub otherwise: Vec<Operation>,
}

/// A condition on one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compare {
    /// The key.
    pub key: Vec<u8>,
    /// What is compared, and with what.
    pub target: Target,
    /// How it must stand to that.
    pub relation: Relation,
}

/// What of a key is compared, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The revision at which it was created; that of a key that is not there is 0.
    Created(u64),
    /// The revision at which it was last put; that of a key that is not there is 0.
    Modified(u64),
    /// Its value, byte by byte; a key that is not there compares with nothing.
    Value(Vec<u8>),
}

/// How what is found must stand to what is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same.
    Equal,
    /// Greater.
    Greater,
    /// Less.
    Less,
}

/// One step of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The key has this value from now on.
    Put(Vec<u8>, Vec<u8>),
    /// The key, which must be there, is put with the value that it has: only its revision changes.
    Touch(Vec<u8>),
    /// These keys are no more.
    Delete(Span),
    /// What is at these keys, at most so many of them, those that were put the longest ago first.
    Get(Span, u64),
    /// How many of these keys there are.
    Count(Span),
    /// A transaction within the transaction. Its conditions are judged by what was there before the outermost.
    Within(Transaction),
}

/// Keys from the first to before the second; without a second, the first alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first key.
    pub first: Vec<u8>,
    /// The key before which the span ends.
    pub end: Option<Vec<u8>>,
}

/// What came of a transaction that certainly took place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The revision of the store then: the transaction's own, if it put or deleted anything.
    pub revision: u64,
    /// Whether the conditions held.
    pub held: bool,
    /// What each of its operations found, in order.
    pub found: Vec<Found>,
}

/// What an operation found. Those that look for nothing find nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The keys.
    pub entries: Vec<Entry>,
    /// How many there are, counted or returned.
    pub count: u64,
}

/// A key as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key.
    pub key: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
    /// The revision at which it was created.
    pub created: u64,
    /// The revision at which it was last put.
    pub modified: u64,
}

/// A store that several servers share.
pub trait Shared {
    /// Carries a transaction out, at most once. `None` when it is not known whether it took place, or will yet.
    fn transact(&self, transaction: Transaction) -> impl Future<Output = Option<Answer>> + Send;
}

impl Span {
    /// One key.
    pub fn key(key: Vec<u8>) -> Self {
        Self {
            first: key,
            end: None,
        }
    }

    /// All keys that begin with `prefix`, which does not end with the byte 255.
    pub fn prefix(prefix: Vec<u8>) -> Self {
        let mut end = prefix.clone();
        if let Some(last) = end.last_mut() {
            *last = last.saturating_add(1);
        }
        Self {
            first: prefix,
            end: Some(end),
        }
    }

    /// Whether `key` is one of these.
    pub fn contains(&self, key: &[u8]) -> bool {
        match &self.end {
            None => key == self.first,
            Some(end) => *self.first <= *key && *key < **end,
        }
    }
}

impl Compare {
    /// The key is not there.
    pub(super) fn absent(key: Vec<u8>) -> Self {
        Self::created(key, Relation::Equal)
    }

    /// The key is there.
    pub(super) fn present(key: Vec<u8>) -> Self {
        Self::created(key, Relation::Greater)
    }

    fn created(key: Vec<u8>, relation: Relation) -> Self {
        let target = Target::Created(0);
        Self {
            key,
            target,
            relation,
        }
    }

    /// The key was last put at this revision.
    pub(super) fn unchanged(key: Vec<u8>, since: u64) -> Self {
        let (target, relation) = (Target::Modified(since), Relation::Equal);
        Self {
            key,
            target,
            relation,
        }
    }

    /// The key is there, and its value stands to `value` like this.
    pub(super) fn value(key: Vec<u8>, relation: Relation, value: Vec<u8>) -> Self {
        let target = Target::Value(value);
        Self {
            key,
            target,
            relation,
        }
    }
}

impl Operation {
    /// What is at one key.
    pub(super) fn get(key: Vec<u8>) -> Self {
        Self::Get(Span::key(key), 1)
    }
}

impl Answer {
    /// The entry that the operation with this number found.
    pub(super) fn entry(&self, operation: usize) -> Option<&Entry> {
        self.found.get(operation).and_then(|found| found.entries.first())
    }

    /// How many the operation with this number counted.
    pub(super) fn count(&self, operation: usize) -> u64 {
        self.found.get(operation).map_or(0, |found| found.count)
    }
}
