//! The caller: what a client knows of its session, and the questions that it asks.
//!
//! Each question is one for [`Ask`](crate::proto::link::Ask), which repeats it until it is answered. A call asks
//! up to two of them: the request until its deadline, then the cancellation until the grace is over, so that a
//! deadline ends in a definite *no* wherever the server can still be reached.

use std::time::Duration;

use super::server::NONCE;
use super::{Outcome, envelope};
use crate::proto::Instant;
use crate::proto::link::{Answers, Policy, Question, Seal, Verdict};
use crate::wire::rlaunch::{CallId, Cookie, Datagram, Kind, Status};

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
    cookie: Cookie,
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

    fn datagram(&self, kind: Kind, seq: u64, attempt: u32) -> Datagram<'static> {
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
    fn learn(&mut self, reply: &Datagram<'_>) -> Option<Verdict> {
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

/// Asks for a session.
#[derive(Clone, Debug)]
pub struct Opening {
    seal: Seal,
    nonce: [u8; NONCE],
    session: Option<Session>,
}

impl Opening {
    /// A question for a session. The nonce must be fresh: a delayed answer to an older one would hand out a
    /// session that has been used, and whose answers are not ours.
    pub fn new(seal: Seal, nonce: [u8; NONCE]) -> Self {
        Self {
            seal,
            nonce,
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
            payload: &self.nonce,
            ..Datagram::new(Kind::Hello)
        };
        envelope::close(&hello, &self.seal, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        let Some(reply) = envelope::open(reply, &self.seal) else {
            return Verdict::Ignore;
        };
        if reply.kind != Kind::Session || reply.status != Status::None || reply.payload != self.nonce {
            return Verdict::Ignore;
        }
        self.session = Some(Session {
            cookie: reply.cookie,
            ..Session::resumed(reply.instance, reply.session, 0, reply.commit)
        });
        Verdict::Accept(answers(&reply))
    }
}

/// One call, from its first request to its end.
#[derive(Clone, Debug)]
pub struct Call {
    seal: Seal,
    session: Session,
    seq: u64,
    payload: Vec<u8>,
    deadline: Instant,
    grace: Instant,
    cancelling: bool,
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
            payload,
            deadline,
            grace,
            cancelling: false,
            hint: None,
            ending: None,
        }
    }

    /// Its session, with what was learnt of it since.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The id of the call.
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
            Step::Over(Ending::Unknown(match self.hint {
                Some(Status::Working) => Doubt::Working,
                _ => Doubt::Silent,
            }))
        }
    }

    fn answer(&mut self, reply: &Datagram<'_>) -> Verdict {
        let ending = match reply.status {
            Status::Working | Status::Busy => {
                self.hint = Some(reply.status);
                return Verdict::Working(answers(reply), pause(reply.payload));
            }
            Status::Launched | Status::Truncated => Ending::Launched(Outcome {
                exit: reply.exit,
                truncated: reply.status == Status::Truncated,
                result: reply.payload.to_vec(),
            }),
            Status::NotLaunched => Ending::NotLaunched,
            Status::InDoubt => Ending::Unknown(Doubt::InDoubt),
            Status::Gone => Ending::Unknown(Doubt::Gone),
            // Not now is not never: a late copy of the request may still find room. So the call is ruled out.
            Status::Window | Status::Full if !self.cancelling => {
                self.hint = Some(reply.status);
                self.cancelling = true;
                return Verdict::Working(answers(reply), Duration::ZERO);
            }
            Status::Stale | Status::Conflict | Status::Window | Status::Full | Status::RolledBack => {
                Ending::Refused(reply.status)
            }
            Status::None
            | Status::Cookie
            | Status::Closed
            | Status::Value
            | Status::Missing
            | Status::Stored => return Verdict::Ignore,
        };
        self.ending = Some(ending);
        Verdict::Accept(answers(reply))
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
                None => self.answer(&reply),
            },
            _ => Verdict::Ignore,
        }
    }
}

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
}

impl Asking {
    /// Asks for the value of `key`. `number` must be random: it joins the answer to the question.
    pub fn get(seal: Seal, number: u64, key: &[u8]) -> Self {
        let mut payload = Vec::new();
        super::put_pair(key, &[], &mut payload);
        // As long as an answer can be.
        payload.resize(crate::wire::rlaunch::MAX_PAYLOAD, 0);
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
        super::put_pair(key, value, &mut payload);
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
            Status::Busy => return Verdict::Working(answers(&reply), pause(reply.payload)),
            _ => return Verdict::Ignore,
        });
        Verdict::Accept(answers(&reply))
    }
}

/// Which attempt a reply answers.
fn answers(reply: &Datagram<'_>) -> Answers {
    match reply.attempt {
        0 | u8::MAX => Answers::Any,
        attempt => Answers::Attempt {
            number: attempt.into(),
            held: Duration::from_micros(reply.hold.into()),
        },
    }
}

/// After what time a server wants to be asked again: what it says, within reason.
fn pause(payload: &[u8]) -> Duration {
    let millis = crate::wire::Reader::new(payload).u32_le().unwrap_or(20);
    Duration::from_millis(millis.clamp(1, 10_000).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal() -> Seal {
        Seal::checksum()
    }

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    /// Call 3 of session 9, with a deadline at 10 s and a grace until 15 s.
    fn call() -> Call {
        let session = Session::resumed(77, 9, 2, 40);
        Call::new(seal(), session, 3, b"tea".to_vec(), at(10), at(15))
    }

    fn closed(datagram: &Datagram<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        envelope::close(datagram, &seal(), &mut bytes);
        bytes
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

    fn request(question: &mut impl Question) -> Vec<u8> {
        let mut bytes = Vec::new();
        question.request(1, &mut bytes);
        bytes
    }

    #[test]
    fn a_session_is_taken_only_from_the_answer_to_this_very_question() {
        let mut opening = Opening::new(seal(), [5; NONCE]);
        let session = |nonce: &'static [u8]| {
            closed(&Datagram {
                instance: 77,
                session: 9,
                payload: nonce,
                ..Datagram::new(Kind::Session)
            })
        };
        assert_eq!(opening.judge(&session(&[4; NONCE])), Verdict::Ignore);
        assert_eq!(opening.session(), None);
        assert!(matches!(opening.judge(&session(&[5; NONCE])), Verdict::Accept(_)));
        assert_eq!(opening.session().map(|session| session.id), Some(9));
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
