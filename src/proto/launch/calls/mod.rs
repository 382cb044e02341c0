//! The caller's memory: which calls were begun and are not settled, so that a client that was killed goes on under
//! the same id instead of launching again under a new one.
//!
//! A call is noted, durably, before it is first asked for, and settled only after its result has been handed on.

mod note;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::{Name, Session};
use crate::wire::rlaunch::CallId;

pub use note::Note;

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

    /// The calls to a store at one of `servers` that are not settled, the oldest first.
    pub fn unsettled<'a>(&'a self, servers: &'a [SocketAddr]) -> impl Iterator<Item = Pending> + 'a {
        let here = self
            .sessions
            .iter()
            .filter(move |(_, known)| servers.contains(&known.server));
        here.flat_map(|((instance, session), known)| {
            known.pending.iter().map(|(seq, payload)| Pending {
                session: Session::resumed(*instance, *session, known.acknowledged(), known.commit),
                seq: *seq,
                payload: payload.clone(),
            })
        })
    }

    /// The calls with a name to a store at one of `servers` that are not settled.
    pub fn unsettled_named<'a>(&'a self, servers: &'a [SocketAddr]) -> impl Iterator<Item = Named> + 'a {
        let here = self
            .named
            .values()
            .filter(move |(known, _)| servers.contains(known));
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

#[cfg(test)]
mod tests;
