//! One step of a client, as its journal has it.

use std::net::SocketAddr;
use std::str::FromStr;

use super::Batch;
use crate::proto::launch::Name;
use crate::wire::rlaunch::CallId;
use crate::wire::{Reader, Truncated, Writer};

/// One step of a client, as it is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A session was opened.
    Opened {
        /// Its server, as `address:port`.
        server: SocketAddr,
        /// The random id of that server's store.
        instance: u64,
        /// Its number there.
        session: u64,
        /// The commit index that the server told.
        commit: u64,
    },
    /// A call is about to be asked for.
    Begun {
        /// The random id of the server's store.
        instance: u64,
        /// The call.
        call: CallId,
        /// What the action gets.
        payload: Vec<u8>,
    },
    /// The call has been answered, and nobody will ask for it again.
    Settled {
        /// The random id of the server's store.
        instance: u64,
        /// The call.
        call: CallId,
    },
    /// A call with a name is about to be asked for.
    BegunNamed {
        /// Its server.
        server: SocketAddr,
        /// The random id of the server's store.
        instance: u64,
        /// The commit index that the server told.
        commit: u64,
        /// Its name.
        name: Name,
        /// What the action gets.
        payload: Vec<u8>,
    },
    /// The call with a name has been answered, and need not be asked for again.
    SettledNamed {
        /// The random id of the server's store.
        instance: u64,
        /// Its name.
        name: Name,
    },
    /// A run that makes one call for each line has come this far; `None` when it is through all its lines.
    Batch(Option<Batch>),
}

impl Note {
    /// Appends the note to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let w = &mut Writer::new(out);
        match self {
            Self::Opened {
                server,
                instance,
                session,
                commit,
            } => w
                .u8(OPENED)
                .u64_le(*instance)
                .u64_le(*session)
                .u64_le(*commit)
                .bytes(server.to_string().as_bytes()),
            Self::Begun {
                instance,
                call,
                payload,
            } => w
                .u8(BEGUN)
                .u64_le(*instance)
                .u64_le(call.session)
                .u64_le(call.seq)
                .bytes(payload),
            Self::Settled { instance, call } => w
                .u8(SETTLED)
                .u64_le(*instance)
                .u64_le(call.session)
                .u64_le(call.seq),
            Self::BegunNamed {
                server,
                instance,
                commit,
                name,
                payload,
            } => {
                let server = server.to_string();
                w.u8(BEGUN_NAMED).u64_le(*instance).u64_le(*commit);
                put_short(server.as_bytes(), w);
                put_short(name.as_str().as_bytes(), w).bytes(payload)
            }
            Self::SettledNamed { instance, name } => w
                .u8(SETTLED_NAMED)
                .u64_le(*instance)
                .bytes(name.as_str().as_bytes()),
            Self::Batch(None) => w.u8(THROUGH),
            Self::Batch(Some(batch)) => w.u8(BATCH).u64_le(batch.settled).bytes(&batch.digest),
        };
    }

    /// Reads a note; `None` when the bytes are not exactly one.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut r = Reader::new(bytes);
        let note = Self::fields(&mut r).ok()??;
        r.is_empty().then_some(note)
    }

    fn fields(r: &mut Reader<'_>) -> Result<Option<Self>, Truncated> {
        Ok(Some(match r.u8()? {
            OPENED => {
                let (instance, session, commit) = (r.u64_le()?, r.u64_le()?, r.u64_le()?);
                let Some(server) = text(r.take(r.len())?) else {
                    return Ok(None);
                };
                Self::Opened {
                    server,
                    instance,
                    session,
                    commit,
                }
            }
            BEGUN => Self::Begun {
                instance: r.u64_le()?,
                call: read_call(r)?,
                payload: r.take(r.len())?.to_vec(),
            },
            SETTLED => Self::Settled {
                instance: r.u64_le()?,
                call: read_call(r)?,
            },
            BEGUN_NAMED => {
                let (instance, commit) = (r.u64_le()?, r.u64_le()?);
                let (server, name) = (text(take_short(r)?), text(take_short(r)?));
                let (Some(server), Some(name)) = (server, name) else {
                    return Ok(None);
                };
                Self::BegunNamed {
                    server,
                    instance,
                    commit,
                    name,
                    payload: r.take(r.len())?.to_vec(),
                }
            }
            SETTLED_NAMED => {
                let instance = r.u64_le()?;
                let Some(name) = text(r.take(r.len())?) else {
                    return Ok(None);
                };
                Self::SettledNamed { instance, name }
            }
            THROUGH => Self::Batch(None),
            BATCH => Self::Batch(Some(Batch {
                settled: r.u64_le()?,
                digest: r.array()?,
            })),
            _ => return Ok(None),
        }))
    }
}

fn read_call(r: &mut Reader<'_>) -> Result<CallId, Truncated> {
    Ok(CallId {
        session: r.u64_le()?,
        seq: r.u64_le()?,
    })
}

/// Appends what is not longer than 255 bytes, and its length before it.
fn put_short<'w, 'o>(bytes: &[u8], w: &'w mut Writer<'o>) -> &'w mut Writer<'o> {
    w.u8(u8::try_from(bytes.len()).unwrap_or(u8::MAX)).bytes(bytes)
}

fn take_short<'a>(r: &mut Reader<'a>) -> Result<&'a [u8], Truncated> {
    let length = r.u8()?;
    r.take(length.into())
}

/// What is written as text, if it is.
fn text<T: FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

const OPENED: u8 = 1;
const BEGUN: u8 = 2;
const SETTLED: u8 = 3;
const THROUGH: u8 = 4;
const BATCH: u8 = 5;
const BEGUN_NAMED: u8 = 6;
const SETTLED_NAMED: u8 = 7;
