//! The idempotent pair: the value of a key, read or set.

use super::{answers, pause};
use crate::proto::launch::{envelope, put_pair};
use crate::proto::link::{Question, Seal, Verdict};
use crate::wire::rlaunch::{Datagram, Kind, MAX_PAYLOAD, Status};

/// Reads or sets the value of a key.
#[derive(Clone, Debug)]
pub struct Asking {
    seal: Seal,
    kind: Kind,
    number: u64,
    payload: Vec<u8>,
    said: Option<Said>,
}

/// What the server says of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// This is its value.
    Value(Vec<u8>),
    /// It has none.
    Missing,
    /// It has the value now, durably.
    Stored,
    /// There is no room for another key.
    Full,
    /// The store was rolled back, and its server serves nobody.
    RolledBack,
}

impl Asking {
    /// Asks for the value of `key`. `number` must be random: it joins the answer to the question.
    pub fn get(seal: Seal, number: u64, key: &[u8]) -> Self {
        let mut payload = Vec::new();
        put_pair(key, &[], &mut payload);
        // As long as an answer can be.
        payload.resize(MAX_PAYLOAD, 0);
        Self {
            seal,
            kind: Kind::Get,
            number,
            payload,
            said: None,
        }
    }

    /// Asks that `key` have `value`.
    pub fn set(seal: Seal, number: u64, key: &[u8], value: &[u8]) -> Self {
        let mut payload = Vec::new();
        put_pair(key, value, &mut payload);
        Self {
            seal,
            kind: Kind::Set,
            number,
            payload,
            said: None,
        }
    }

    /// What the server said, once the question is answered.
    pub fn into_said(self) -> Option<Said> {
        self.said
    }
}

impl Question for Asking {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        let question = Datagram {
            attempt: u8::try_from(attempt).unwrap_or(u8::MAX),
            seq: self.number,
            payload: &self.payload,
            ..Datagram::new(self.kind)
        };
        envelope::close(&question, &self.seal, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        let reply = match envelope::open(reply, &self.seal) {
            Some(reply) if reply.kind == Kind::Reply && reply.session == 0 && reply.seq == self.number => {
                reply
            }
            _ => return Verdict::Ignore,
        };
        self.said = Some(match reply.status {
            Status::Value => Said::Value(reply.payload.to_vec()),
            Status::Missing => Said::Missing,
            Status::Stored => Said::Stored,
            Status::Full => Said::Full,
            Status::RolledBack => Said::RolledBack,
            Status::Busy => return Verdict::Working(answers(&reply), pause(reply.payload)),
            _ => return Verdict::Ignore,
        });
        Verdict::Accept(answers(&reply))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::launch::caller::samples::{closed, seal};

    #[test]
    fn a_server_that_was_rolled_back_says_so_of_a_key_too() {
        let mut asking = Asking::get(seal(), 5, b"colour");
        let reply = Datagram {
            status: Status::RolledBack,
            seq: 5,
            ..Datagram::new(Kind::Reply)
        };
        assert_eq!(
            asking.judge(&closed(&Datagram { seq: 6, ..reply })),
            Verdict::Ignore
        );
        assert!(matches!(asking.judge(&closed(&reply)), Verdict::Accept(_)));
        assert_eq!(asking.into_said(), Some(Said::RolledBack));
    }
}
