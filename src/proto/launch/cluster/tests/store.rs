//! A model of etcd: a map with revisions, one transaction after another.

use std::collections::BTreeMap;

use super::super::record::{Claim, State};
use super::kv::{Answer, Compare, Entry, Found, Operation, Relation, Span, Target, Transaction};

/// The map.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    keys: BTreeMap<Vec<u8>, Entry>,
    revision: u64,
}

impl Store {
    pub(super) fn transact(&mut self, transaction: &Transaction) -> Answer {
        let (before, next) = (self.keys.clone(), self.revision + 1);
        let (mut found, mut writes) = (Vec::new(), false);
        let held = self.carry_out(&before, next, transaction, &mut found, &mut writes);
        if writes {
            self.revision = next;
        }
        Answer {
            revision: self.revision,
            held,
            found,
        }
    }

    /// How many keys there are that begin like this.
    pub(super) fn count(&self, prefix: &str) -> usize {
        self.keys
            .keys()
            .filter(|key| key.starts_with(prefix.as_bytes()))
            .count()
    }

    fn carry_out(
        &mut self,
        before: &BTreeMap<Vec<u8>, Entry>,
        next: u64,
        transaction: &Transaction,
        found: &mut Vec<Found>,
        writes: &mut bool,
    ) -> bool {
        let held = transaction.compares.iter().all(|compare| holds(before, compare));
        let operations = if held {
            &transaction.then
        } else {
            &transaction.otherwise
        };
        for operation in operations {
            let mut result = Found::default();
            match operation {
                Operation::Put(key, value) => {
                    *writes = true;
                    self.put(key, value.clone(), next);
                }
                Operation::Touch(key) => {
                    *writes = true;
                    let value = self.keys[key].value.clone();
                    self.put(key, value, next);
                }
                Operation::Delete(span) => {
                    let length = self.keys.len();
                    self.keys.retain(|key, _| !span.contains(key));
                    *writes |= self.keys.len() < length;
                }
                Operation::Get(span, most) => {
                    let mut entries = self.within(span);
                    result.count = entries.len() as u64;
                    entries.sort_by_key(|entry| entry.modified);
                    entries.truncate(usize::try_from(*most).unwrap());
                    result.entries = entries;
                }
                Operation::Count(span) => result.count = self.within(span).len() as u64,
                Operation::Within(inner) => {
                    let mut inside = Vec::new();
                    self.carry_out(before, next, inner, &mut inside, writes);
                }
            }
            found.push(result);
        }
        held
    }

    fn put(&mut self, key: &[u8], value: Vec<u8>, revision: u64) {
        let before = self.keys.get(key).filter(|_| key.starts_with(b"/t/calls/"));
        if let Some(claim) = before.and_then(|entry| Claim::decode(&entry.value)) {
            let is_settled = matches!(claim.state, State::Launched(_) | State::Never);
            assert!(!is_settled, "what is settled stays: {claim:?}");
        }
        let created = self.keys.get(key).map_or(revision, |entry| entry.created);
        let entry = Entry {
            key: key.to_vec(),
            value,
            created,
            modified: revision,
        };
        self.keys.insert(key.to_vec(), entry);
    }

    fn within(&self, span: &Span) -> Vec<Entry> {
        let inside = self.keys.values().filter(|entry| span.contains(&entry.key));
        inside.cloned().collect()
    }
}

fn holds(keys: &BTreeMap<Vec<u8>, Entry>, compare: &Compare) -> bool {
    let entry = keys.get(&compare.key);
    let order = match &compare.target {
        Target::Created(revision) => entry.map_or(0, |entry| entry.created).cmp(revision),
        Target::Modified(revision) => entry.map_or(0, |entry| entry.modified).cmp(revision),
        Target::Value(value) => match entry {
            Some(entry) => entry.value.cmp(value),
            None => return false,
        },
    };
    match compare.relation {
        Relation::Equal => order.is_eq(),
        Relation::Greater => order.is_gt(),
        Relation::Less => order.is_lt(),
    }
}
