//! What a client knows of its session.

use std::time::Duration;

use super::answers;
use crate::proto::launch::envelope;
use crate::proto::link::{Seal, Verdict};
use crate::wire::rlaunch::{Cookie, Datagram, Kind, Status};

/// What a client knows of its session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The random id of the server's store.
    pub instance: u64,
    /// The number that the server gave it.
    pub id: u64,
    /// Every call up to this one is settled: nobody will ask for it again.
    pub ack_through: u64,
    /// The highest commit index that the server has told.
    pub commit: u64,
    pub(super) cookie: Cookie,
}

impl Session {
    /// A session that was used before, by another process.
    pub fn resumed(instance: u64, id: u64, ack_through: u64, commit: u64) -> Self {
        Self {
            instance,
            id,
            ack_through,
            commit,
            cookie: Cookie::default(),
        }
    }

    /// Appends to `out`, which is empty, the first transmission of the call `seq`.
    pub fn request(&self, seal: &Seal, seq: u64, payload: &[u8], out: &mut Vec<u8>) {
        let request = Datagram {
            payload,
            ..self.datagram(Kind::Request, seq, 1)
        };
        envelope::close(&request, seal, out);
    }

    pub(in crate::proto::launch) fn datagram(&self, kind: Kind, seq: u64, attempt: u32) -> Datagram<'static> {
        Datagram {
            attempt: u8::try_from(attempt).unwrap_or(u8::MAX),
            instance: self.instance,
            session: self.id,
            seq,
            ack_through: self.ack_through,
            commit: self.commit,
            cookie: self.cookie,
            ..Datagram::new(kind)
        }
    }

    /// Takes what a reply to this session says besides its answer. `Some` if it has to be asked again at once.
    pub(in crate::proto::launch) fn learn(&mut self, reply: &Datagram<'_>) -> Option<Verdict> {
        if reply.instance == self.instance && reply.status != Status::Gone {
            self.commit = self.commit.max(reply.commit);
        }
        if reply.kind != Kind::Session || reply.status != Status::Cookie {
            return None;
        }
        if self.cookie == reply.cookie {
            return Some(Verdict::Ignore);
        }
        self.cookie = reply.cookie;
        Some(Verdict::Working(answers(reply), Duration::ZERO))
    }
}
