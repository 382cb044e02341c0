//! The end of a session.

use super::{Session, answers};
use crate::proto::launch::envelope;
use crate::proto::link::{Question, Seal, Verdict};
use crate::wire::rlaunch::{Kind, Status};

/// Tells the server that the session is over and that everything in it is settled.
#[derive(Clone, Debug)]
pub struct Closing {
    /// What makes and checks tags.
    pub seal: Seal,
    /// The session.
    pub session: Session,
}

impl Question for Closing {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        let bye = self.session.datagram(Kind::Bye, 0, attempt);
        envelope::close(&bye, &self.seal, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        match envelope::open(reply, &self.seal) {
            Some(reply) if reply.session == self.session.id && reply.seq == 0 => {
                match self.session.learn(&reply) {
                    Some(verdict) => verdict,
                    None if matches!(reply.status, Status::Closed | Status::Gone | Status::RolledBack) => {
                        Verdict::Accept(answers(&reply))
                    }
                    None => Verdict::Ignore,
                }
            }
            _ => Verdict::Ignore,
        }
    }
}
