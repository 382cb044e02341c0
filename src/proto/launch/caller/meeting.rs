//! Meeting a store: what a call with a name needs in place of a session.

use super::{Session, answers};
use crate::proto::launch::envelope;
use crate::proto::link::{Question, Seal, Verdict};
use crate::wire::rlaunch::{Datagram, Kind, Status};

/// Asks a server which store it has. It is said goodbye to, with a cookie that cannot be right, so that whatever it
/// does it begins nothing; its answer has the right cookie, and the store's id, which is worth remembering before
/// anything is launched: another store would launch the same name again.
#[derive(Clone, Debug)]
pub struct Meeting {
    seal: Seal,
    number: u64,
    session: Option<Session>,
    is_shared: bool,
}

impl Meeting {
    /// `number` must be random: it joins the answer to the question.
    pub fn new(seal: Seal, number: u64) -> Self {
        Self {
            seal,
            number,
            session: None,
            is_shared: false,
        }
    }

    /// Whether the store is one that several servers share.
    pub fn is_shared(&self) -> bool {
        self.is_shared
    }

    /// The store, as a session without a number, once the question is answered.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }
}

impl Question for Meeting {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        let bye = Session::resumed(0, 0, 0, 0).datagram(Kind::Bye, self.number, attempt);
        envelope::close(&bye, &self.seal, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        let Some(reply) = envelope::open(reply, &self.seal) else {
            return Verdict::Ignore;
        };
        let is_answer = reply.kind == Kind::Session && reply.status == Status::Cookie;
        if !is_answer || reply.session != 0 || reply.seq != self.number {
            return Verdict::Ignore;
        }
        self.is_shared = reply.exit == Datagram::SHARED;
        self.session = Some(Session {
            cookie: reply.cookie,
            ..Session::resumed(reply.instance, 0, 0, reply.commit)
        });
        Verdict::Accept(answers(&reply))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::launch::caller::samples::{closed, request, seal};

    #[test]
    fn a_store_is_met_by_the_cookie_that_it_answers_with() {
        let mut meeting = Meeting::new(seal(), 5);
        let asked = request(&mut meeting);
        let asked = envelope::open(&asked, &seal()).unwrap();
        assert_eq!(
            (asked.kind, asked.session, asked.seq, asked.cookie),
            (Kind::Bye, 0, 5, [0; 16])
        );
        let answer = Datagram {
            status: Status::Cookie,
            instance: 77,
            seq: 5,
            commit: 9,
            cookie: [8; 16],
            ..Datagram::new(Kind::Session)
        };
        let other = Datagram { seq: 6, ..answer };
        assert_eq!(meeting.judge(&closed(&other)), Verdict::Ignore);
        assert_eq!(meeting.session(), None);
        assert!(matches!(meeting.judge(&closed(&answer)), Verdict::Accept(_)));
        assert!(!meeting.is_shared());
        let met = meeting.session().unwrap();
        assert_eq!(
            (met.instance, met.id, met.commit, met.cookie),
            (77, 0, 9, [8; 16])
        );
        let shared = Datagram { exit: 1, ..answer };
        assert!(matches!(meeting.judge(&closed(&shared)), Verdict::Accept(_)));
        assert!(meeting.is_shared());
    }
}
