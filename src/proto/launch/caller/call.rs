//! One call, from its first request to its end.

use std::time::Duration;

use super::{Judgement, Session, answers};
use crate::proto::Instant;
use crate::proto::launch::{Name, Outcome, envelope};
use crate::proto::link::{Policy, Question, Seal, Verdict};
use crate::wire::rlaunch::{CallId, Datagram, Kind, Status};

/// One call, from its first request to its end.
#[derive(Clone, Debug)]
pub struct Call {
    seal: Seal,
    session: Session,
    seq: u64,
    name: Option<Name>,
    payload: Vec<u8>,
    deadline: Instant,
    grace: Instant,
    cancelling: bool,
    /// Whether its store may also be at another address than the one that is asked.
    has_others: bool,
    /// Who was asked has another store.
    is_elsewhere: bool,
    /// What the server said last, while it said nothing final.
    hint: Option<Status>,
    ending: Option<Ending>,
}

/// What to do next with a [`Call`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Ask it, to the end of this policy.
    Ask(Policy),
    /// It is over.
    Over(Ending),
}

/// How a call ends: the three honest answers, and a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The action was performed, with this outcome.
    Launched(Outcome),
    /// The action was not performed, and never will be under this id.
    NotLaunched,
    /// It may have been performed, once, or not.
    Unknown(Doubt),
    /// The server refuses the call, for this reason.
    Refused(Status),
}

/// Why the outcome of a call is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The server died while it performed the action.
    InDoubt,
    /// The server does not know the session any more.
    Gone,
    /// The action is still being performed.
    Working,
    /// The server does not answer.
    Silent,
}

impl Call {
    /// The call `seq` of `session`: to be requested until `deadline`, then to be cancelled until `grace`.
    pub fn new(
        seal: Seal,
        session: Session,
        seq: u64,
        payload: Vec<u8>,
        deadline: Instant,
        grace: Instant,
    ) -> Self {
        Self {
            seal,
            session,
            seq,
            name: None,
            payload,
            deadline,
            grace,
            cancelling: false,
            has_others: false,
            is_elsewhere: false,
            hint: None,
            ending: None,
        }
    }

    /// The call with this name, of a store that is met: `session` has no number. `number` must be random: it joins
    /// the answers to the requests.
    pub fn named(
        seal: Seal,
        session: Session,
        (name, number): (Name, u64),
        payload: Vec<u8>,
        deadline: Instant,
        grace: Instant,
    ) -> Self {
        Self {
            name: Some(name),
            ..Self::new(seal, session, number, payload, deadline, grace)
        }
    }

    /// Its session, with what was learnt of it since.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The numbers of the call, by which answers are known; with a name they are no id.
    pub fn id(&self) -> CallId {
        CallId {
            session: self.session.id,
            seq: self.seq,
        }
    }

    /// What the server said last that was not final: why a call was not launched, or what it waits for.
    pub fn hint(&self) -> Option<Status> {
        self.hint
    }

    /// Whether it is being cancelled, because the deadline has passed or the server has no room for it.
    pub fn is_cancelling(&self) -> bool {
        self.cancelling
    }

    /// Whether the server said last that it is busy.
    pub fn is_busy(&self) -> bool {
        self.hint == Some(Status::Busy)
    }

    /// Says whether its store may also be at another address than the one that is asked now. Then a server that has
    /// another store does not end it.
    pub fn among_others(&mut self, has_others: bool) {
        self.has_others = has_others;
    }

    /// Whether who was asked last has another store. Nothing was begun there, nor will be: the id names its store.
    pub fn take_elsewhere(&mut self) -> bool {
        std::mem::take(&mut self.is_elsewhere)
    }

    /// What to do now.
    pub fn step(&mut self, now: Instant) -> Step {
        if let Some(ending) = self.ending.clone() {
            Step::Over(ending)
        } else if now < self.deadline {
            Step::Ask(Policy::within(self.deadline - now))
        } else if now < self.grace {
            self.cancelling = true;
            Step::Ask(Policy::within(self.grace - now))
        } else {
            Step::Over(Ending::unanswered(self.hint))
        }
    }

    fn answer(&mut self, reply: &Datagram<'_>) -> Verdict {
        match Judgement::of(reply, self.cancelling) {
            Judgement::Later(status, pause) => {
                self.hint = Some(status);
                Verdict::Working(answers(reply), pause)
            }
            Judgement::NoRoom(status) => {
                self.hint = Some(status);
                self.cancelling = true;
                Verdict::Working(answers(reply), Duration::ZERO)
            }
            Judgement::Over(ending) => {
                // Before anybody asked for it: the action could not be begun.
                if ending == Ending::NotLaunched && !self.cancelling {
                    self.hint = Some(Status::NotLaunched);
                }
                self.ending = Some(ending);
                Verdict::Accept(answers(reply))
            }
            Judgement::Nothing => Verdict::Ignore,
        }
    }
}

impl Question for Call {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        let (kind, payload) = if self.cancelling {
            (Kind::Cancel, [].as_slice())
        } else {
            (Kind::Request, self.payload.as_slice())
        };
        let request = Datagram {
            name: self.name.as_ref().map_or("", Name::as_str),
            payload,
            ..self.session.datagram(kind, self.seq, attempt)
        };
        envelope::close(&request, &self.seal, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        match envelope::open(reply, &self.seal) {
            Some(reply) if reply.call() == self.id() => match self.session.learn(&reply) {
                Some(verdict) => verdict,
                None if reply.kind != Kind::Reply => Verdict::Ignore,
                None if reply.instance != self.session.instance && reply.status != Status::Gone => {
                    Verdict::Ignore
                }
                // Of its own store it says nothing.
                None if reply.instance != self.session.instance && self.has_others => {
                    self.is_elsewhere = true;
                    Verdict::Accept(answers(&reply))
                }
                None => self.answer(&reply),
            },
            _ => Verdict::Ignore,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::launch::caller::samples::{closed, request, seal};

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    /// Call 3 of session 9, with a deadline at 10 s and a grace until 15 s.
    fn call() -> Call {
        let session = Session::resumed(77, 9, 2, 40);
        Call::new(seal(), session, 3, b"tea".to_vec(), at(10), at(15))
    }

    fn reply(status: Status) -> Datagram<'static> {
        Datagram {
            status,
            attempt: 1,
            instance: 77,
            session: 9,
            seq: 3,
            ..Datagram::new(Kind::Reply)
        }
    }

    #[test]
    fn a_reply_about_another_call_session_or_store_is_ignored() {
        let mut call = call();
        for other in [
            Datagram {
                seq: 4,
                ..reply(Status::Launched)
            },
            Datagram {
                session: 8,
                ..reply(Status::Launched)
            },
            Datagram {
                instance: 1,
                ..reply(Status::Launched)
            },
            Datagram {
                kind: Kind::Request,
                ..reply(Status::Launched)
            },
        ] {
            assert_eq!(call.judge(&closed(&other)), Verdict::Ignore);
        }
        let mut damaged = closed(&reply(Status::Launched));
        damaged[20] ^= 1;
        assert_eq!(call.judge(&damaged), Verdict::Ignore);
    }

    #[test]
    fn another_store_ends_a_call_only_where_its_own_can_be_at_no_other_address() {
        let mut gone = reply(Status::Gone);
        gone.instance = 1;
        let (mut call, mut forgotten) = (call(), call());
        call.among_others(true);
        for status in [Status::Stale, Status::NotLaunched, Status::InDoubt] {
            let other = Datagram { status, ..gone };
            assert_eq!(call.judge(&closed(&other)), Verdict::Ignore);
        }
        assert!(matches!(call.judge(&closed(&gone)), Verdict::Accept(_)));
        assert!(call.take_elsewhere() && !call.take_elsewhere());
        assert!(matches!(call.step(at(1)), Step::Ask(_)), "it goes on");
        call.among_others(false);
        assert!(matches!(call.judge(&closed(&gone)), Verdict::Accept(_)));
        assert_eq!(call.step(at(1)), Step::Over(Ending::Unknown(Doubt::Gone)));

        forgotten.among_others(true);
        forgotten.judge(&closed(&reply(Status::Gone)));
        assert_eq!(forgotten.step(at(1)), Step::Over(Ending::Unknown(Doubt::Gone)));
    }

    #[test]
    fn a_fresh_cookie_is_used_at_once() {
        let mut call = call();
        let cookie = Datagram {
            kind: Kind::Session,
            cookie: [8; 16],
            ..reply(Status::Cookie)
        };
        assert!(matches!(
            call.judge(&closed(&cookie)),
            Verdict::Working(_, Duration::ZERO)
        ));
        let asked = request(&mut call);
        assert_eq!(envelope::open(&asked, &seal()).unwrap().cookie, [8; 16]);
        assert_eq!(
            call.judge(&closed(&cookie)),
            Verdict::Ignore,
            "a copy of it changes nothing"
        );
    }

    #[test]
    fn a_call_with_a_name_asks_and_cancels_under_it() {
        let session = Session::resumed(77, 0, 0, 40);
        let name: Name = "invoice-42".parse().unwrap();
        let mut call = Call::named(seal(), session, (name, 3), b"tea".to_vec(), at(10), at(15));
        for (time, kind, payload) in [(4, Kind::Request, b"tea".as_slice()), (11, Kind::Cancel, b"")] {
            assert!(matches!(call.step(at(time)), Step::Ask(_)));
            let asked = request(&mut call);
            let asked = envelope::open(&asked, &seal()).unwrap();
            assert_eq!(
                (asked.kind, asked.name, asked.payload),
                (kind, "invoice-42", payload)
            );
            assert_eq!((asked.session, asked.seq, asked.instance), (0, 3, 77));
        }
        let to_another = reply(Status::Launched);
        assert_eq!(call.judge(&closed(&to_another)), Verdict::Ignore);
        let to_this = Datagram {
            session: 0,
            ..reply(Status::NotLaunched)
        };
        assert!(matches!(call.judge(&closed(&to_this)), Verdict::Accept(_)));
        assert_eq!(call.step(at(12)), Step::Over(Ending::NotLaunched));
    }

    #[test]
    fn after_the_deadline_it_is_cancelled_and_after_the_grace_unknown() {
        let mut call = call();
        assert_eq!(
            call.step(at(4)),
            Step::Ask(Policy::within(Duration::from_secs(6)))
        );
        assert_eq!(
            call.step(at(11)),
            Step::Ask(Policy::within(Duration::from_secs(4)))
        );
        let asked = request(&mut call);
        assert_eq!(envelope::open(&asked, &seal()).unwrap().kind, Kind::Cancel);
        assert_eq!(call.step(at(15)), Step::Over(Ending::Unknown(Doubt::Silent)));
    }

    #[test]
    fn where_there_is_no_room_the_call_is_ruled_out_at_once() {
        let mut call = call();
        assert!(matches!(
            call.judge(&closed(&reply(Status::Full))),
            Verdict::Working(_, Duration::ZERO)
        ));
        let asked = request(&mut call);
        assert_eq!(envelope::open(&asked, &seal()).unwrap().kind, Kind::Cancel);
        assert!(matches!(
            call.judge(&closed(&reply(Status::NotLaunched))),
            Verdict::Accept(_)
        ));
        assert_eq!(call.step(at(1)), Step::Over(Ending::NotLaunched));
        assert_eq!(call.hint(), Some(Status::Full));
    }

    #[test]
    fn the_highest_index_that_the_server_told_goes_with_every_request() {
        let mut call = call();
        call.judge(&closed(&Datagram {
            commit: 50,
            ..reply(Status::Working)
        }));
        call.judge(&closed(&Datagram {
            commit: 45,
            ..reply(Status::Working)
        }));
        let asked = request(&mut call);
        assert_eq!(envelope::open(&asked, &seal()).unwrap().commit, 50);
    }
}
