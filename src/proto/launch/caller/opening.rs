//! Asking for a session.

use std::time::Duration;

use super::{Session, answers};
use crate::proto::launch::envelope;
use crate::proto::launch::server::NONCE;
use crate::proto::link::{Question, Seal, Verdict};
use crate::wire::rlaunch::{Cookie, Datagram, Kind, Status};

/// Asks for a session. A server to which sessions are dear wants to know first that the client receives where it
/// sends from: it answers with a cookie, with which the question is asked again.
#[derive(Clone, Debug)]
pub struct Opening {
    seal: Seal,
    nonce: [u8; NONCE],
    cookie: Cookie,
    session: Option<Session>,
}

impl Opening {
    /// A question for a session. The nonce must be fresh: a delayed answer to an older one would hand out a
    /// session that has been used, and whose answers are not ours.
    pub fn new(seal: Seal, nonce: [u8; NONCE]) -> Self {
        Self {
            seal,
            nonce,
            cookie: Cookie::default(),
            session: None,
        }
    }

    /// The session, once the question is answered.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }
}

impl Question for Opening {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        let hello = Datagram {
            attempt: u8::try_from(attempt).unwrap_or(u8::MAX),
            cookie: self.cookie,
            payload: &self.nonce,
            ..Datagram::new(Kind::Hello)
        };
        envelope::close(&hello, &self.seal, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        let Some(reply) = envelope::open(reply, &self.seal) else {
            return Verdict::Ignore;
        };
        if reply.kind != Kind::Session || reply.payload != self.nonce {
            return Verdict::Ignore;
        }
        match reply.status {
            Status::None => {
                self.session = Some(Session {
                    cookie: reply.cookie,
                    ..Session::resumed(reply.instance, reply.session, 0, reply.commit)
                });
                Verdict::Accept(answers(&reply))
            }
            Status::Cookie if reply.cookie != self.cookie => {
                self.cookie = reply.cookie;
                Verdict::Working(answers(&reply), Duration::ZERO)
            }
            _ => Verdict::Ignore,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::launch::caller::samples::{closed, request, seal};

    fn answer(nonce: &'static [u8], status: Status, cookie: Cookie) -> Vec<u8> {
        closed(&Datagram {
            status,
            instance: 77,
            session: 9,
            cookie,
            payload: nonce,
            ..Datagram::new(Kind::Session)
        })
    }

    #[test]
    fn a_session_is_taken_only_from_the_answer_to_this_very_question() {
        let mut opening = Opening::new(seal(), [5; NONCE]);
        let session = |nonce| answer(nonce, Status::None, [0; 16]);
        assert_eq!(opening.judge(&session(&[4; NONCE])), Verdict::Ignore);
        assert_eq!(opening.session(), None);
        assert!(matches!(opening.judge(&session(&[5; NONCE])), Verdict::Accept(_)));
        assert_eq!(opening.session().map(|session| session.id), Some(9));
    }

    #[test]
    fn a_server_that_wants_a_cookie_first_is_asked_again_with_it_at_once() {
        let mut opening = Opening::new(seal(), [5; NONCE]);
        let challenge = answer(&[5; NONCE], Status::Cookie, [8; 16]);
        let another = answer(&[4; NONCE], Status::Cookie, [9; 16]);
        assert_eq!(opening.judge(&another), Verdict::Ignore);
        assert!(matches!(
            opening.judge(&challenge),
            Verdict::Working(_, Duration::ZERO)
        ));
        assert_eq!(opening.session(), None, "a challenge is no session");
        let asked = request(&mut opening);
        let asked = envelope::open(&asked, &seal()).unwrap();
        assert_eq!((asked.kind, asked.cookie), (Kind::Hello, [8; 16]));
        assert_eq!(asked.payload, [5; NONCE]);
        assert_eq!(
            opening.judge(&challenge),
            Verdict::Ignore,
            "a copy of it changes nothing"
        );
    }
}
