//! What comes back: which query it answers, if any.

use std::io;
use std::net::SocketAddr;

use super::{Asked, Courier, End, Output, State, id_of};
use crate::proto::dns::{Accept, Mismatch};

impl Courier {
    pub(super) fn came(&mut self, socket: u16, from: SocketAddr, bytes: &[u8]) {
        let slot = id_of(bytes)
            .filter(|_| bytes.len() >= HEADER)
            .and_then(|id| self.ids.slot_of(id))
            .filter(|slot| self.is_from_its_server(*slot, socket, from));
        let Some(slot) = slot else {
            return self.stray(socket, from, bytes);
        };
        let Some(asked) = self.asked.get(slot as usize) else {
            return;
        };
        if let Err(why) = asked.accept.judge(&asked.query, bytes) {
            return self.ignore(slot, why, from, bytes);
        }
        // Karn's rule: after a second transmission nobody knows which was answered.
        let rtt = (asked.attempts == 1).then(|| self.now - asked.sent);
        let end = End::Reply {
            message: bytes.to_vec(),
            from,
            elapsed: self.now - asked.first_sent,
            rtt,
            attempts: asked.attempts,
        };
        let (state, path) = (asked.state, asked.path);
        let mut is_known_now = false;
        if let Some(path) = self.paths.get_mut(path as usize) {
            is_known_now = path.heard(self.now, rtt);
            if state == State::Flying {
                path.flow.answered(self.now, rtt);
            }
        }
        self.end_of(slot, end, state == State::Flying);
        if is_known_now {
            self.hurry(path);
        }
    }

    /// Something came that answers no query by its id. If it can be told for which query it was meant, that one
    /// is told; in a crowd nobody can say. One more reply to a query that has its reply is nobody's.
    fn stray(&mut self, socket: u16, from: SocketAddr, bytes: &[u8]) {
        let is_late = id_of(bytes).is_some_and(|id| self.ids.rests(id));
        if is_late || self.len() > CROWD {
            return;
        }
        let slots = 0..u32::try_from(self.asked.len()).unwrap_or(0);
        let mut candidates = slots.filter(|slot| {
            let asked = self.asked.get(*slot as usize);
            asked.is_some_and(|asked| asked.attempts > 0) && self.is_from_its_server(*slot, socket, from)
        });
        // A second copy of what was answered before is about another question, and means nobody.
        let same_question = |slot: &u32| {
            let asked = self.asked.get(*slot as usize);
            let with_its_id = |asked: &Asked| {
                let mut message = bytes.to_vec();
                message.get_mut(..2)?.copy_from_slice(asked.query.get(..2)?);
                Some(message)
            };
            asked.is_some_and(|asked| {
                with_its_id(asked)
                    .is_some_and(|message| Accept::Lenient.judge(&asked.query, &message).is_ok())
            })
        };
        let slot = if bytes.len() < HEADER {
            let first = candidates.next();
            first.filter(|_| candidates.next().is_none())
        } else {
            candidates.find(same_question)
        };
        let Some(slot) = slot else { return };
        let Some(asked) = self.asked.get(slot as usize) else {
            return;
        };
        if let Err(why) = asked.accept.judge(&asked.query, bytes) {
            self.ignore(slot, why, from, bytes);
        }
    }

    fn ignore(&mut self, slot: u32, why: Mismatch, from: SocketAddr, bytes: &[u8]) {
        if let Some(ticket) = self.ticket(slot) {
            self.outputs.push_back(Output::Ignored {
                ticket,
                why,
                from,
                message: bytes.to_vec(),
            });
        }
    }

    pub(super) fn undelivered(&mut self, server: SocketAddr, start: &[u8], why: io::ErrorKind) {
        let Some(slot) = id_of(start).and_then(|id| self.ids.slot_of(id)) else {
            return;
        };
        let Some(asked) = self.asked.get(slot as usize) else {
            return;
        };
        let is_its = self
            .paths
            .get(asked.path as usize)
            .is_some_and(|path| path.server == server);
        if is_its && asked.attempts > 0 && asked.query.starts_with(start) {
            self.end_of(slot, End::Failed(why), false);
        }
    }
}

/// The length of a header.
const HEADER: usize = 12;
/// Up to how many queries a stray datagram is compared with.
const CROWD: usize = 64;
