//! What the server's journal is made of. Replayed in order, the records give back the id set, the pairs and the
//! count of missiles.

mod codec;

use crate::wire::rlaunch::{CallId, Fingerprint, MAX_PAYLOAD};

use super::{Id, Name};

/// One step of the server, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Sessions below `next` may have been given out.
    Reserved {
        /// The first session that certainly was not.
        next: u64,
    },
    /// The sessions of this range are over: refused for ever.
    Closed {
        /// The first of them.
        first: u64,
        /// The last of them.
        last: u64,
    },
    /// The calls of the session up to this one are settled at the client: refused for ever.
    Acknowledged {
        /// The last of them.
        through: CallId,
    },
    /// The action is about to begin.
    Intent {
        /// Of this call.
        id: Id,
        /// What the client said to have settled when it asked; 0 for a call with a name.
        ack: u64,
        /// Which payload it has.
        fingerprint: Fingerprint,
    },
    /// The action is over.
    Outcome {
        /// Of this call.
        id: Id,
        /// What it came to.
        outcome: Outcome,
    },
    /// The action did not begin, and never will.
    Tombstone {
        /// Of this call.
        id: Id,
    },
    /// The action took place with this record: one whose effect is in the store has no moment between.
    Performed {
        /// Of this call.
        id: Id,
        /// What the client said to have settled when it asked; 0 for a call with a name.
        ack: u64,
        /// Which payload it has.
        fingerprint: Fingerprint,
        /// Its effect: so many missiles have been launched.
        missiles: u64,
        /// What it came to.
        outcome: Outcome,
    },
    /// A doubt is settled.
    Resolved {
        /// About this call.
        id: Id,
        /// By whom.
        by: By,
        /// What the action came to; `None` if it never began.
        outcome: Option<Outcome>,
    },
    /// On an operator's word the call is forgotten. If it is asked for again, it is a new one.
    Pruned {
        /// Its name.
        name: Name,
    },
    /// So many missiles have been launched.
    Missiles {
        /// How many.
        launched: u64,
    },
    /// A client that knows the key has seen a record that is not here any more: nothing is served.
    RolledBack {
        /// The index that it has seen.
        seen: u64,
    },
    /// On an operator's word the store goes on as another one: every numbered call to the old one is refused for
    /// ever.
    Reborn {
        /// Its random id from now on.
        instance: u64,
    },
    /// A key has a value.
    Pair {
        /// The key.
        key: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
    },
}

/// Who settles a doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The operator said so.
    Operator = 1,
    /// The probe found out.
    Probe = 2,
}

/// What an action came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status of the command, 128 + n after signal n.
    pub exit: u8,
    /// Whether `result` is only the first part of it.
    pub truncated: bool,
    /// What the command wrote on standard output.
    pub result: Vec<u8>,
}

impl Outcome {
    /// The outcome as it fits into a reply.
    pub(super) fn fitting(mut self) -> Self {
        if self.result.len() > MAX_PAYLOAD {
            self.result.truncate(MAX_PAYLOAD);
            self.truncated = true;
        }
        self
    }
}

impl Record {
    /// The call that it is about, if it is about one.
    pub fn id(&self) -> Option<&Id> {
        match self {
            Self::Intent { id, .. }
            | Self::Outcome { id, .. }
            | Self::Tombstone { id }
            | Self::Performed { id, .. }
            | Self::Resolved { id, .. } => Some(id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CALL: CallId = CallId { session: 3, seq: 9 };

    fn one_of_each() -> Vec<Record> {
        let outcome = Outcome {
            exit: 1,
            truncated: true,
            result: b"ok".to_vec(),
        };
        let mut records = vec![
            Record::Reserved { next: 1 << 40 },
            Record::Closed { first: 1, last: 2 },
            Record::Acknowledged { through: CALL },
            Record::Missiles { launched: 3 },
            Record::RolledBack { seen: 1000 },
            Record::Reborn { instance: 5 },
            Record::Pruned { name: name() },
            Record::Pair {
                key: b"k".to_vec(),
                value: b"v".to_vec(),
            },
        ];
        for (id, ack) in [(Id::Call(CALL), 8), (Id::Named(name()), 0)] {
            let (fingerprint, outcome) = ([5; 16], outcome.clone());
            records.extend([
                Record::Intent {
                    id: id.clone(),
                    ack,
                    fingerprint,
                },
                Record::Outcome {
                    id: id.clone(),
                    outcome: outcome.clone(),
                },
                Record::Tombstone { id: id.clone() },
                Record::Performed {
                    id: id.clone(),
                    ack,
                    fingerprint,
                    missiles: 17,
                    outcome: outcome.clone(),
                },
                Record::Resolved {
                    id: id.clone(),
                    by: By::Operator,
                    outcome: None,
                },
                Record::Resolved {
                    id,
                    by: By::Probe,
                    outcome: Some(outcome),
                },
            ]);
        }
        records
    }

    fn name() -> Name {
        "invoice-42".parse().unwrap()
    }

    fn encoded(record: &Record) -> Vec<u8> {
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        bytes
    }

    #[test]
    fn every_record_reads_back() {
        for record in one_of_each() {
            assert_eq!(Record::decode(&encoded(&record)), Some(record));
        }
    }

    #[test]
    fn a_record_cut_short_is_none_or_another_whole_one() {
        for record in one_of_each() {
            let bytes = encoded(&record);
            for length in 0..bytes.len() {
                assert_ne!(Record::decode(&bytes[..length]), Some(record.clone()));
            }
        }
    }

    #[test]
    fn the_records_of_the_first_journals_are_still_read() {
        let numbers = [3_u64.to_le_bytes(), 9_u64.to_le_bytes()].concat();
        let (id, fingerprint) = (Id::Call(CALL), [5; 16]);
        let bytes = [&[4], &numbers[..], &8_u64.to_le_bytes(), &fingerprint].concat();
        let intent = Record::Intent {
            id: id.clone(),
            ack: 8,
            fingerprint,
        };
        assert_eq!(Record::decode(&bytes), Some(intent));
        let outcome = Outcome {
            exit: 1,
            truncated: true,
            result: b"ok".to_vec(),
        };
        assert_eq!(
            Record::decode(&[&[5], &numbers[..], &[1, 1], b"ok"].concat()),
            Some(Record::Outcome {
                id: id.clone(),
                outcome
            })
        );
        assert_eq!(
            Record::decode(&[&[6], &numbers[..]].concat()),
            Some(Record::Tombstone { id })
        );
    }

    proptest! {
        #[test]
        fn whatever_decodes_encodes_to_the_same_bytes(mut bytes in prop::collection::vec(0_u8..100, 0..80), kind in 0_u8..17) {
            if let Some(first) = bytes.first_mut() {
                *first = kind;
            }
            if let Some(record) = Record::decode(&bytes) {
                prop_assert_eq!(encoded(&record), bytes);
            }
        }
    }
}
