//! The caller's memory: which calls were begun and are not settled, so that a client that was killed goes on under
//! the same id instead of launching again under a new one.
//!
//! A call is noted, durably, before it is first asked for, and settled only after its result has been handed on.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::str::FromStr;

use super::{Name, Session};
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

/// How far a run of many calls has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// How many of its calls are settled: the first ones.
    pub settled: u64,
    /// What tells their payloads, in this order, from any others.
    pub digest: [u8; 32],
}

/// The table that the notes make.
#[derive(Clone, Debug, Default)]
pub struct Calls {
    sessions: BTreeMap<(u64, u64), Known>,
    named: BTreeMap<(u64, Name), (SocketAddr, Named)>,
    batch: Option<Batch>,
}

#[derive(Clone, Debug)]
struct Known {
    server: SocketAddr,
    commit: u64,
    /// The number of the last call that was begun.
    last: u64,
    pending: BTreeMap<u64, Vec<u8>>,
}

/// A call that an earlier run left unsettled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its session, as far as it is remembered.
    pub session: Session,
    /// Its number within it.
    pub seq: u64,
    /// What the action gets.
    pub payload: Vec<u8>,
}

/// A call with a name that an earlier run left unsettled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The store that it was asked of, as a session without a number.
    pub session: Session,
    /// Its name.
    pub name: Name,
    /// What the action gets.
    pub payload: Vec<u8>,
}

impl Calls {
    /// Changes the table as `note` says.
    pub fn apply(&mut self, note: &Note) {
        match note {
            Note::Opened {
                server,
                instance,
                session,
                commit,
            } => {
                let known = Known {
                    server: *server,
                    commit: *commit,
                    last: 0,
                    pending: BTreeMap::new(),
                };
                self.sessions.insert((*instance, *session), known);
            }
            Note::Begun {
                instance,
                call,
                payload,
            } => {
                if let Some(known) = self.sessions.get_mut(&(*instance, call.session)) {
                    known.last = known.last.max(call.seq);
                    known.pending.insert(call.seq, payload.clone());
                }
            }
            Note::Settled { instance, call } => {
                if let Some(known) = self.sessions.get_mut(&(*instance, call.session)) {
                    let payload = known.pending.remove(&call.seq);
                    if let (Some(batch), Some(payload)) = (&mut self.batch, payload) {
                        batch.advance(&payload);
                    }
                }
            }
            Note::BegunNamed {
                server,
                instance,
                commit,
                name,
                payload,
            } => {
                let call = Named {
                    session: Session::resumed(*instance, 0, 0, *commit),
                    name: name.clone(),
                    payload: payload.clone(),
                };
                self.named.insert((*instance, name.clone()), (*server, call));
            }
            Note::SettledNamed { instance, name } => {
                self.named.remove(&(*instance, name.clone()));
            }
            Note::Batch(batch) => self.batch = *batch,
        }
    }

    /// A new run begins: the sessions of earlier ones matter only for what is unsettled in them.
    pub fn begin_run(&mut self) {
        self.sessions.retain(|_, known| !known.pending.is_empty());
    }

    /// The calls to `server` that are not settled, the oldest first.
    pub fn unsettled(&self, server: SocketAddr) -> impl Iterator<Item = Pending> + '_ {
        let here = self
            .sessions
            .iter()
            .filter(move |(_, known)| known.server == server);
        here.flat_map(|((instance, session), known)| {
            known.pending.iter().map(|(seq, payload)| Pending {
                session: Session::resumed(*instance, *session, known.acknowledged(), known.commit),
                seq: *seq,
                payload: payload.clone(),
            })
        })
    }

    /// The calls with a name to `server` that are not settled.
    pub fn unsettled_named(&self, server: SocketAddr) -> impl Iterator<Item = Named> + '_ {
        let here = self.named.values().filter(move |(known, _)| *known == server);
        here.map(|(_, call)| call.clone())
    }

    /// How far a run of many calls has come that is not through.
    pub fn batch(&self) -> Option<Batch> {
        self.batch
    }

    /// The notes that together say all that is worth remembering.
    pub fn snapshot(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        for ((instance, session), known) in &self.sessions {
            let (instance, session) = (*instance, *session);
            notes.push(Note::Opened {
                server: known.server,
                instance,
                session,
                commit: known.commit,
            });
            notes.extend(known.pending.iter().map(|(seq, payload)| Note::Begun {
                instance,
                call: CallId { session, seq: *seq },
                payload: payload.clone(),
            }));
        }
        notes.extend(self.named.values().map(|(server, call)| Note::BegunNamed {
            server: *server,
            instance: call.session.instance,
            commit: call.session.commit,
            name: call.name.clone(),
            payload: call.payload.clone(),
        }));
        notes.push(Note::Batch(self.batch));
        notes
    }
}

impl Batch {
    /// Takes note that the next call, with this payload, is settled.
    pub fn advance(&mut self, payload: &[u8]) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.digest).update(payload);
        self.digest = *hasher.finalize().as_bytes();
        self.settled += 1;
    }
}

impl Known {
    /// Every call up to this one is settled.
    fn acknowledged(&self) -> u64 {
        self.pending
            .first_key_value()
            .map_or(self.last, |(seq, _)| seq - 1)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> SocketAddr {
        "[::1]:4517".parse().unwrap()
    }

    fn call(session: u64, seq: u64) -> CallId {
        CallId { session, seq }
    }

    fn opened(session: u64) -> Note {
        Note::Opened {
            server: server(),
            instance: 1,
            session,
            commit: 40,
        }
    }

    fn begun(session: u64, seq: u64, payload: &[u8]) -> Note {
        Note::Begun {
            instance: 1,
            call: call(session, seq),
            payload: payload.to_vec(),
        }
    }

    fn settled(session: u64, seq: u64) -> Note {
        Note::Settled {
            instance: 1,
            call: call(session, seq),
        }
    }

    fn named(name: &str) -> Note {
        Note::BegunNamed {
            server: server(),
            instance: 1,
            commit: 40,
            name: name.parse().unwrap(),
            payload: b"tea".to_vec(),
        }
    }

    fn settled_named(name: &str) -> Note {
        Note::SettledNamed {
            instance: 1,
            name: name.parse().unwrap(),
        }
    }

    #[test]
    fn a_call_with_a_name_is_remembered_with_its_store_until_it_is_settled() {
        let names = |calls: &Calls| -> Vec<_> {
            let unsettled = calls.unsettled_named(server());
            unsettled
                .map(|call| (call.name.to_string(), call.session.instance, call.session.commit))
                .collect()
        };
        let calls = table(&[named("a"), named("b"), settled_named("a")]);
        assert_eq!(names(&calls), [("b".to_owned(), 1, 40)]);
        assert_eq!(names(&table(&calls.snapshot())), [("b".to_owned(), 1, 40)]);
        assert_eq!(calls.unsettled(server()).count(), 0, "it is no numbered call");
        let elsewhere = "[::1]:1".parse().unwrap();
        assert_eq!(calls.unsettled_named(elsewhere).count(), 0);
    }

    fn table(notes: &[Note]) -> Calls {
        let mut calls = Calls::default();
        notes.iter().for_each(|note| calls.apply(note));
        calls
    }

    #[test]
    fn every_note_reads_back() {
        let batch = Batch {
            settled: 3,
            digest: [9; 32],
        };
        let notes = [
            opened(5),
            begun(5, 1, b"x"),
            settled(5, 1),
            Note::Batch(Some(batch)),
            Note::Batch(None),
            named("invoice-42"),
            settled_named("invoice-42"),
        ];
        for note in notes {
            let mut bytes = Vec::new();
            note.encode(&mut bytes);
            assert_eq!(Note::decode(&bytes), Some(note));
        }
        assert_eq!(Note::decode(b""), None);
    }

    fn pending(calls: &Calls) -> Vec<(Vec<u8>, u64, u64, u64)> {
        let unsettled = calls.unsettled(server());
        unsettled
            .map(|call| (call.payload, call.session.id, call.session.ack_through, call.seq))
            .collect()
    }

    #[test]
    fn only_a_call_that_was_begun_and_not_settled_is_left_to_ask_for() {
        let calls = table(&[
            opened(5),
            begun(5, 1, b"tea"),
            settled(5, 1),
            begun(5, 2, b"coffee"),
        ]);
        assert_eq!(pending(&calls), [(b"coffee".to_vec(), 5, 1, 2)]);
        assert_eq!(
            calls.unsettled("[::1]:1".parse().unwrap()).count(),
            0,
            "not from another server"
        );
    }

    #[test]
    fn nothing_after_an_unsettled_call_is_acknowledged() {
        let calls = table(&[
            opened(5),
            begun(5, 1, b"tea"),
            begun(5, 2, b"coffee"),
            settled(5, 2),
        ]);
        assert_eq!(pending(&calls), [(b"tea".to_vec(), 5, 0, 1)]);
    }

    #[test]
    fn an_unsettled_call_outlives_newer_sessions_and_snapshots() {
        let calls = table(&[
            opened(5),
            begun(5, 1, b"tea"),
            opened(6),
            begun(6, 1, b"x"),
            settled(6, 1),
            opened(7),
        ]);
        let copy = table(&calls.snapshot());
        assert_eq!(pending(&copy), [(b"tea".to_vec(), 5, 0, 1)]);
    }

    #[test]
    fn a_batch_counts_what_is_settled_and_knows_its_payloads() {
        let mut expected = Batch::default();
        expected.advance(b"one");
        expected.advance(b"two");
        let calls = table(&[
            Note::Batch(Some(Batch::default())),
            opened(5),
            begun(5, 1, b"one"),
            settled(5, 1),
            begun(5, 2, b"two"),
            settled(5, 2),
            begun(5, 3, b"three"),
        ]);
        assert_eq!(calls.batch(), Some(expected));
        assert_eq!(table(&calls.snapshot()).batch(), Some(expected));
    }
}
