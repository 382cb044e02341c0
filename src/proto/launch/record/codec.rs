//! A record ⇄ its bytes: the kind, then the fields, little-endian.
//!
//! Kinds 4 to 6 are about numbered calls, 8 to 10 are the same about calls with a name. The later kinds carry
//! either: the length of a name and the name, or 0 and the two numbers.

use super::{By, Outcome, Record};
use crate::proto::launch::{Id, Name};
use crate::wire::rlaunch::CallId;
use crate::wire::{Reader, Truncated, Writer};

impl Record {
    /// Appends the record to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let w = &mut Writer::new(out);
        match self {
            Self::Reserved { next } => w.u8(RESERVED).u64_le(*next),
            Self::Closed { first, last } => w.u8(CLOSED).u64_le(*first).u64_le(*last),
            Self::Acknowledged { through } => put_call(w.u8(ACKNOWLEDGED), *through),
            Self::Intent {
                id: Id::Call(call),
                ack,
                fingerprint,
            } => put_call(w.u8(INTENT), *call).u64_le(*ack).bytes(fingerprint),
            Self::Intent {
                id: Id::Named(name),
                fingerprint,
                ..
            } => put_name(w.u8(NAMED_INTENT), name).bytes(fingerprint),
            Self::Outcome {
                id: Id::Call(call),
                outcome,
            } => put_outcome(put_call(w.u8(OUTCOME), *call), outcome),
            Self::Outcome {
                id: Id::Named(name),
                outcome,
            } => put_outcome(put_name(w.u8(NAMED_OUTCOME), name), outcome),
            Self::Tombstone { id: Id::Call(call) } => put_call(w.u8(TOMBSTONE), *call),
            Self::Tombstone { id: Id::Named(name) } => put_name(w.u8(NAMED_TOMBSTONE), name),
            Self::Performed {
                id,
                ack,
                fingerprint,
                missiles,
                outcome,
            } => {
                let w = put_id(w.u8(PERFORMED), id).u64_le(*ack).bytes(fingerprint);
                put_outcome(w.u64_le(*missiles), outcome)
            }
            Self::Resolved { id, by, outcome } => {
                let w = put_id(w.u8(RESOLVED), id).u8(*by as u8);
                match outcome {
                    Some(outcome) => put_outcome(w.u8(1), outcome),
                    None => w.u8(0),
                }
            }
            Self::Pruned { name } => put_name(w.u8(PRUNED), name),
            Self::Missiles { launched } => w.u8(MISSILES).u64_le(*launched),
            Self::RolledBack { seen } => w.u8(ROLLED_BACK).u64_le(*seen),
            Self::Reborn { instance } => w.u8(REBORN).u64_le(*instance),
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

    /// `None` for what has no meaning.
    fn fields(r: &mut Reader<'_>) -> Result<Option<Self>, Truncated> {
        let kind = r.u8()?;
        Ok(Some(match kind {
            RESERVED => Self::Reserved { next: r.u64_le()? },
            CLOSED => Self::Closed {
                first: r.u64_le()?,
                last: r.u64_le()?,
            },
            ACKNOWLEDGED => Self::Acknowledged { through: call(r)? },
            MISSILES => Self::Missiles {
                launched: r.u64_le()?,
            },
            ROLLED_BACK => Self::RolledBack { seen: r.u64_le()? },
            REBORN => Self::Reborn {
                instance: r.u64_le()?,
            },
            PAIR => {
                let length = r.u16_le()?;
                Self::Pair {
                    key: r.take(length.into())?.to_vec(),
                    value: r.take(r.len())?.to_vec(),
                }
            }
            PRUNED => {
                let Some(name) = name(r)? else {
                    return Ok(None);
                };
                Self::Pruned { name }
            }
            _ => return Self::of_a_call(kind, r),
        }))
    }

    fn of_a_call(kind: u8, r: &mut Reader<'_>) -> Result<Option<Self>, Truncated> {
        let id = match kind {
            INTENT | OUTCOME | TOMBSTONE => Some(Id::Call(call(r)?)),
            NAMED_INTENT | NAMED_OUTCOME | NAMED_TOMBSTONE => name(r)?.map(Id::Named),
            PERFORMED | RESOLVED => id(r)?,
            _ => None,
        };
        let Some(id) = id else {
            return Ok(None);
        };
        Ok(Some(match kind {
            INTENT => Self::Intent {
                id,
                ack: r.u64_le()?,
                fingerprint: r.array()?,
            },
            NAMED_INTENT => Self::Intent {
                id,
                ack: 0,
                fingerprint: r.array()?,
            },
            TOMBSTONE | NAMED_TOMBSTONE => Self::Tombstone { id },
            RESOLVED => {
                let (by, launched) = (r.u8()?, r.u8()?);
                let Some(by) = [By::Operator, By::Probe].into_iter().find(|b| *b as u8 == by) else {
                    return Ok(None);
                };
                let outcome = match launched {
                    0 => None,
                    1 => match outcome(r)? {
                        None => return Ok(None),
                        some => some,
                    },
                    _ => return Ok(None),
                };
                Self::Resolved { id, by, outcome }
            }
            PERFORMED => {
                let (ack, fingerprint, missiles) = (r.u64_le()?, r.array()?, r.u64_le()?);
                let Some(outcome) = outcome(r)? else {
                    return Ok(None);
                };
                Self::Performed {
                    id,
                    ack,
                    fingerprint,
                    missiles,
                    outcome,
                }
            }
            _ => match outcome(r)? {
                Some(outcome) => Self::Outcome { id, outcome },
                None => return Ok(None),
            },
        }))
    }
}

fn put_call<'w, 'a>(w: &'w mut Writer<'a>, call: CallId) -> &'w mut Writer<'a> {
    w.u64_le(call.session).u64_le(call.seq)
}

fn put_name<'w, 'a>(w: &'w mut Writer<'a>, name: &Name) -> &'w mut Writer<'a> {
    let text = name.as_str().as_bytes();
    w.u8(u8::try_from(text.len()).unwrap_or(u8::MAX)).bytes(text)
}

fn put_id<'w, 'a>(w: &'w mut Writer<'a>, id: &Id) -> &'w mut Writer<'a> {
    match id {
        Id::Call(call) => put_call(w.u8(0), *call),
        Id::Named(name) => put_name(w, name),
    }
}

fn put_outcome<'w, 'a>(w: &'w mut Writer<'a>, outcome: &Outcome) -> &'w mut Writer<'a> {
    w.u8(outcome.exit)
        .u8(outcome.truncated.into())
        .bytes(&outcome.result)
}

fn call(r: &mut Reader<'_>) -> Result<CallId, Truncated> {
    Ok(CallId {
        session: r.u64_le()?,
        seq: r.u64_le()?,
    })
}

fn name(r: &mut Reader<'_>) -> Result<Option<Name>, Truncated> {
    let length = r.u8()?;
    let text = std::str::from_utf8(r.take(length.into())?).ok();
    Ok(text.and_then(|text| text.parse().ok()))
}

fn id(r: &mut Reader<'_>) -> Result<Option<Id>, Truncated> {
    if r.rest().first() == Some(&0) {
        r.u8()?;
        return call(r).map(|call| Some(Id::Call(call)));
    }
    Ok(name(r)?.map(Id::Named))
}

fn outcome(r: &mut Reader<'_>) -> Result<Option<Outcome>, Truncated> {
    let (exit, truncated) = (r.u8()?, r.u8()?);
    let result = r.take(r.len())?.to_vec();
    Ok((truncated <= 1).then_some(Outcome {
        exit,
        truncated: truncated == 1,
        result,
    }))
}

const RESERVED: u8 = 1;
const CLOSED: u8 = 2;
const ACKNOWLEDGED: u8 = 3;
const INTENT: u8 = 4;
const OUTCOME: u8 = 5;
const TOMBSTONE: u8 = 6;
const PAIR: u8 = 7;
const NAMED_INTENT: u8 = 8;
const NAMED_OUTCOME: u8 = 9;
const NAMED_TOMBSTONE: u8 = 10;
const PERFORMED: u8 = 11;
const RESOLVED: u8 = 12;
const PRUNED: u8 = 13;
const MISSILES: u8 = 14;
const ROLLED_BACK: u8 = 15;
const REBORN: u8 = 16;
