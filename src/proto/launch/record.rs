//! What the server's journal is made of. Replayed in order, the records give back the id set and the pairs.

use crate::wire::rlaunch::{CallId, Fingerprint};
use crate::wire::{Reader, Truncated, Writer};

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
        call: CallId,
        /// What the client said to have settled when it asked.
        ack: u64,
        /// Which payload it has.
        fingerprint: Fingerprint,
    },
    /// The action is over.
    Outcome {
        /// Of this call.
        call: CallId,
        /// What it came to.
        outcome: Outcome,
    },
    /// The action did not begin, and never will.
    Tombstone {
        /// Of this call.
        call: CallId,
    },
    /// A key has a value.
    Pair {
        /// The key.
        key: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
    },
}

/// What an action came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status of the command, 128 + n after signal n.
    pub exit: u8,
    /// Whether `result` is only the first part of it.
    pub truncated: bool,
    /// What the command wrote on standard output.
    pub result: Vec<u8>,
}

impl Record {
    /// Appends the record to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut w = Writer::new(out);
        match self {
            Self::Reserved { next } => w.u8(RESERVED).u64_le(*next),
            Self::Closed { first, last } => w.u8(CLOSED).u64_le(*first).u64_le(*last),
            Self::Acknowledged { through } => call(w.u8(ACKNOWLEDGED), *through),
            Self::Intent {
                call: id,
                ack,
                fingerprint,
            } => call(w.u8(INTENT), *id).u64_le(*ack).bytes(fingerprint),
            Self::Outcome { call: id, outcome } => call(w.u8(OUTCOME), *id)
                .u8(outcome.exit)
                .u8(outcome.truncated.into())
                .bytes(&outcome.result),
            Self::Tombstone { call: id } => call(w.u8(TOMBSTONE), *id),
            Self::Pair { key, value } => w
                .u8(PAIR)
                .u16_le(u16::try_from(key.len()).unwrap_or(u16::MAX))
                .bytes(key)
                .bytes(value),
        };
    }

    /// Reads a record; `None` when the bytes are not exactly one.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut r = Reader::new(bytes);
        let record = Self::fields(&mut r).ok()??;
        r.is_empty().then_some(record)
    }

    fn fields(r: &mut Reader<'_>) -> Result<Option<Self>, Truncated> {
        Ok(Some(match r.u8()? {
            RESERVED => Self::Reserved { next: r.u64_le()? },
            CLOSED => Self::Closed {
                first: r.u64_le()?,
                last: r.u64_le()?,
            },
            ACKNOWLEDGED => Self::Acknowledged {
                through: read_call(r)?,
            },
            INTENT => Self::Intent {
                call: read_call(r)?,
                ack: r.u64_le()?,
                fingerprint: r.array()?,
            },
            OUTCOME => Self::Outcome {
                call: read_call(r)?,
                outcome: Outcome {
                    exit: r.u8()?,
                    truncated: match r.u8()? {
                        0 => false,
                        1 => true,
                        _ => return Ok(None),
                    },
                    result: r.take(r.len())?.to_vec(),
                },
            },
            TOMBSTONE => Self::Tombstone { call: read_call(r)? },
            PAIR => {
                let length = r.u16_le()?;
                Self::Pair {
                    key: r.take(length.into())?.to_vec(),
                    value: r.take(r.len())?.to_vec(),
                }
            }
            _ => return Ok(None),
        }))
    }
}

fn call<'w, 'a>(w: &'w mut Writer<'a>, id: CallId) -> &'w mut Writer<'a> {
    w.u64_le(id.session).u64_le(id.seq)
}

fn read_call(r: &mut Reader<'_>) -> Result<CallId, Truncated> {
    Ok(CallId {
        session: r.u64_le()?,
        seq: r.u64_le()?,
    })
}

const RESERVED: u8 = 1;
const CLOSED: u8 = 2;
const ACKNOWLEDGED: u8 = 3;
const INTENT: u8 = 4;
const OUTCOME: u8 = 5;
const TOMBSTONE: u8 = 6;
const PAIR: u8 = 7;

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
        vec![
            Record::Reserved { next: 1 << 40 },
            Record::Closed { first: 1, last: 2 },
            Record::Acknowledged { through: CALL },
            Record::Intent {
                call: CALL,
                ack: 8,
                fingerprint: [5; 16],
            },
            Record::Outcome { call: CALL, outcome },
            Record::Tombstone { call: CALL },
            Record::Pair {
                key: b"k".to_vec(),
                value: b"v".to_vec(),
            },
        ]
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

    proptest! {
        #[test]
        fn whatever_decodes_encodes_to_the_same_bytes(mut bytes in prop::collection::vec(any::<u8>(), 0..80), kind in 0_u8..9) {
            if let Some(first) = bytes.first_mut() {
                *first = kind;
            }
            if let Some(record) = Record::decode(&bytes) {
                prop_assert_eq!(encoded(&record), bytes);
            }
        }
    }
}
