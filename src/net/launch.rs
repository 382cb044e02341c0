//! `rlaunch` over sockets: the client, which is the caller's questions, asked by [`ask`], and the server.

mod cluster;
pub mod load;
mod pipeline;
mod service;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;
use tokio::net::UdpSocket;

use super::{AskError, Clock, Failure, ask, bind_udp};
use crate::proto::Instant;
use crate::proto::launch::{Asking, Call, Closing, Ending, Meeting, Name, Opening, Said, Session, Step};
use crate::proto::link::{Estimate, Event, Limits, Policy, Question, Rto, Seal, Verdict};
use crate::wire::rlaunch::Status;

pub use cluster::{ClusterError, ClusterNotice, ClusterService};
pub use pipeline::{LaunchPipeline, News, Passing};
pub use service::{
    Control, Handler, Inquiry, Launch, LaunchId, NotDone, Notice, Reason, Report, Service, ServiceError,
};

/// A client of one server: one socket, one estimator of the path, one question at a time.
pub struct LaunchClient {
    clock: Clock,
    socket: UdpSocket,
    server: SocketAddr,
    seal: Seal,
    rto: Rto,
    tally: Tally,
    /// How long to wait after the next sign that nobody is there.
    pause: Duration,
    watch: Box<dyn FnMut(Progress<'_>)>,
}

/// What happens to a question, as it happens.
#[derive(Debug)]
pub enum Progress<'a> {
    /// Something that every question meets.
    Asked(Event<'a>),
    /// The network says that the server cannot be reached; it is asked again after this time.
    Unreachable(&'a io::Error, Duration),
    /// The call is being ruled out: its deadline has passed, there is no room for it, or that is what was asked for.
    Cancelling,
}

/// What a client has sent and measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Datagrams sent.
    pub sends: u64,
    /// Round trips measured.
    pub samples: u64,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The answer.
    pub ending: Ending,
    /// What the server said last that was not final, which may explain the answer.
    pub hint: Option<Status>,
}

/// Why there is no answer from the server.
#[derive(Debug, Error)]
pub enum LaunchError {
    /// It did not answer in time.
    #[error("{server}")]
    Silent {
        /// The server.
        server: SocketAddr,
        /// What was tried.
        source: Failure,
    },
    /// There is no socket to ask from.
    #[error("open a UDP socket to {server}")]
    Socket {
        /// The server.
        server: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

impl LaunchClient {
    /// A client of `server`. Needs a tokio runtime. `watch` is shown what happens.
    ///
    /// # Errors
    /// [`LaunchError::Socket`].
    pub fn new(
        clock: Clock,
        server: SocketAddr,
        seal: Seal,
        watch: impl FnMut(Progress<'_>) + 'static,
    ) -> Result<Self, LaunchError> {
        let socket = bind_udp(server, None).map_err(|source| LaunchError::Socket { server, source })?;
        Ok(Self {
            clock,
            socket,
            server,
            seal,
            rto: Rto::new(LIMITS),
            tally: Tally::default(),
            pause: SHORTEST_PAUSE,
            watch: Box::new(watch),
        })
    }

    /// What it has sent and measured.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The estimator of the path to the server.
    pub fn rto(&self) -> Rto {
        self.rto
    }

    /// Begins with what was known of the path before: the first timeout is three times its round trip.
    pub fn remember(&mut self, path: Estimate) {
        self.rto = Rto::remembering(LIMITS, Estimate::first(path.smoothed));
    }

    /// Asks for a session, until `deadline`.
    ///
    /// # Errors
    /// [`LaunchError::Silent`]. Nothing can have been launched then.
    pub async fn open(&mut self, deadline: Instant) -> Result<Session, LaunchError> {
        let mut opening = Opening::new(self.seal.clone(), rand::random());
        self.ask_until(deadline, &mut opening).await?;
        opening.session().cloned().ok_or_else(|| self.meaningless())
    }

    /// Asks which store the server has, until `deadline`: what a call with a name needs in place of a session.
    ///
    /// # Errors
    /// [`LaunchError::Silent`]. Nothing can have been launched then.
    pub async fn meet(&mut self, deadline: Instant) -> Result<Session, LaunchError> {
        let mut meeting = Meeting::new(self.seal.clone(), rand::random());
        self.ask_until(deadline, &mut meeting).await?;
        meeting.session().cloned().ok_or_else(|| self.meaningless())
    }

    /// Makes the call `seq` of `session`: requests it until `deadline`, then cancels it until `grace`. This is
    /// also how a call is resumed that an earlier process began.
    pub async fn call(
        &mut self,
        session: &mut Session,
        seq: u64,
        payload: &[u8],
        deadline: Instant,
        grace: Instant,
    ) -> Ended {
        let (seal, known) = (self.seal.clone(), session.clone());
        let call = Call::new(seal, known, seq, payload.to_vec(), deadline, grace);
        self.make(call, session).await
    }

    /// Makes the call with this name, of the store that was met as `session`: requests it until `deadline`, then
    /// cancels it until `grace`.
    pub async fn call_named(
        &mut self,
        session: &mut Session,
        name: &Name,
        payload: &[u8],
        deadline: Instant,
        grace: Instant,
    ) -> Ended {
        let (seal, known) = (self.seal.clone(), session.clone());
        let id = (name.clone(), rand::random());
        let call = Call::named(seal, known, id, payload.to_vec(), deadline, grace);
        self.make(call, session).await
    }

    async fn make(&mut self, mut call: Call, session: &mut Session) -> Ended {
        let mut told = false;
        loop {
            match call.step(self.clock.now()) {
                Step::Over(ending) => {
                    let hint = call.hint();
                    session.clone_from(call.session());
                    return Ended { ending, hint };
                }
                Step::Ask(policy) => {
                    if call.is_cancelling() && !std::mem::replace(&mut told, true) {
                        (self.watch)(Progress::Cancelling);
                    }
                    // What comes of it, the call knows.
                    let _ = self.ask(policy, &mut call).await;
                }
            }
        }
    }

    /// Tells the server that everything in `session` is settled and that it may forget it. Not insisted on: a
    /// session that is not closed costs the server memory until it needs the room.
    pub async fn close(&mut self, session: Session) {
        let mut closing = Closing {
            seal: self.seal.clone(),
            session,
        };
        let policy = Policy {
            attempts: Some(3),
            deadline: Some(self.rto.timeout().saturating_mul(4).min(LONGEST_PAUSE)),
            ..Policy::default()
        };
        let _ = self.ask(policy, &mut closing).await;
    }

    /// Asks for the value of `key`, until `deadline`.
    ///
    /// # Errors
    /// [`LaunchError::Silent`].
    pub async fn get(&mut self, key: &[u8], deadline: Instant) -> Result<Said, LaunchError> {
        self.pair(Asking::get(self.seal.clone(), rand::random(), key), deadline)
            .await
    }

    /// Asks that `key` have `value`, until `deadline`. After an error it may have it or not.
    ///
    /// # Errors
    /// [`LaunchError::Silent`].
    pub async fn set(&mut self, key: &[u8], value: &[u8], deadline: Instant) -> Result<Said, LaunchError> {
        self.pair(
            Asking::set(self.seal.clone(), rand::random(), key, value),
            deadline,
        )
        .await
    }

    async fn pair(&mut self, mut asking: Asking, deadline: Instant) -> Result<Said, LaunchError> {
        self.ask_until(deadline, &mut asking).await?;
        asking.into_said().ok_or_else(|| self.meaningless())
    }

    /// Asks until `deadline`, however often the network says that nobody is there.
    async fn ask_until(
        &mut self,
        deadline: Instant,
        question: &mut impl Question,
    ) -> Result<(), LaunchError> {
        loop {
            let policy = Policy::within(deadline - self.clock.now());
            match self.ask(policy, question).await {
                Ok(()) => return Ok(()),
                Err(Failure::Network(_)) if self.clock.now() < deadline => {}
                Err(source) => {
                    let server = self.server;
                    return Err(LaunchError::Silent { server, source });
                }
            }
        }
    }

    /// Asks once. If the network says that nobody is there, that is told, and a while is waited: a server that
    /// was killed may come back.
    async fn ask(&mut self, policy: Policy, question: &mut impl Question) -> Result<(), Failure> {
        let Self {
            clock,
            socket,
            server,
            rto,
            watch,
            ..
        } = self;
        let watched = Watched { question, watch };
        let (report, result) = match ask(clock, socket, *server, rto, policy, watched).await {
            Ok(reply) => (reply.report, Ok(())),
            Err(AskError { why, report, .. }) => (report, Err(why)),
        };
        self.tally.sends += u64::from(report.attempts);
        self.tally.samples += u64::from(report.samples);
        if let Err(Failure::Network(error)) = &result {
            let left = policy
                .deadline
                .map_or(self.pause, |within| within.saturating_sub(report.elapsed));
            let pause = self.pause.min(left);
            (self.watch)(Progress::Unreachable(error, pause));
            self.clock.sleep_until(self.clock.now() + pause).await;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        } else {
            self.pause = SHORTEST_PAUSE;
        }
        result
    }

    /// A question that was answered, but is not: cannot happen, and is reported rather than believed.
    fn meaningless(&self) -> LaunchError {
        LaunchError::Silent {
            server: self.server,
            source: io::Error::from(io::ErrorKind::InvalidData).into(),
        }
    }
}

/// A question with somebody who is shown what happens to it.
struct Watched<'a, Q> {
    question: &'a mut Q,
    watch: &'a mut dyn FnMut(Progress<'_>),
}

impl<Q: Question> Question for Watched<'_, Q> {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        self.question.request(attempt, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        self.question.judge(reply)
    }

    fn observe(&mut self, event: Event<'_>) {
        (self.watch)(Progress::Asked(event));
    }
}

/// Somebody waits for a launch, with a deadline of some seconds: on a path that loses half of the round trips, a
/// back-off up to the minute of RFC 6298 would let one call in a thousand miss it. Two seconds are still longer than
/// any round trip. The first timeout, as for a DNS query, is a third of the RFC's second: until the server is known
/// there is one small datagram in flight, and RFC 8961 (section 4) leaves the value to those who know their traffic.
const LIMITS: Limits = Limits {
    initial: Duration::from_millis(376),
    cap: Duration::from_secs(2),
    ..Limits::REQUEST
};
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
