//! `rlaunch` over sockets: the client, which is the caller's questions, asked by `net::ask`, and the server.

mod cluster;
pub mod load;
mod pipeline;
mod places;
mod service;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;

use super::{Clock, Failure};
use crate::proto::Instant;
use crate::proto::launch::{
    Asking, Call, Closing, Ending, Meeting, Name, Opening, Ring, Said, Session, Step,
};
use crate::proto::link::{Estimate, Event, Limits, Policy, Seal};
use crate::wire::rlaunch::Status;

use places::{Places, Turn};

pub use cluster::{ClusterError, ClusterNotice, ClusterService};
pub use pipeline::{LaunchPipeline, News, Passing};
pub use places::Standing;
pub use service::{
    Control, Handler, Inquiry, Launch, LaunchId, NotDone, Notice, Reason, Report, Service, ServiceError,
};

/// A client of one store: one question at a time, asked at one of the addresses at which the store may be.
///
/// An address that is silent, or busy for long, is left for the next. That is free before anything was launched, and
/// it is free for a call that has its id, because the id names the store: a server with another one refuses it. A
/// call with a name, and a key, have no such id; they go past a silent address only to a server that says that its
/// store is shared.
pub struct LaunchClient {
    clock: Clock,
    seal: Seal,
    places: Places,
}

/// What happens to a question, as it happens.
#[derive(Debug)]
pub enum Progress<'a> {
    /// Something that every question meets.
    Asked(Event<'a>),
    /// The network says that the server cannot be reached; it is asked again after this time.
    Unreachable(&'a io::Error, Duration),
    /// It does not answer, or is busy for long: the next is asked, at this address.
    Left(SocketAddr),
    /// It has another store than that of the call: it is not asked again.
    Elsewhere,
    /// It has a store of its own, and one that is silent may have launched this name: it is not asked for it.
    OwnStore,
    /// The call is being ruled out: its deadline has passed, there is no room for it, or that is what was asked for.
    Cancelling,
}

/// What a client has sent to an address, and measured.
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
    /// A client of the store at `servers`: the same one at each of these addresses, or a different one. Needs a tokio
    /// runtime. `watch` is shown what happens, and at which address.
    ///
    /// # Errors
    /// [`LaunchError::Socket`], if none of them can be asked.
    pub fn new(
        clock: Clock,
        servers: &[SocketAddr],
        seal: Seal,
        watch: impl FnMut(SocketAddr, Progress<'_>) + 'static,
    ) -> Result<Self, LaunchError> {
        Ok(Self {
            clock,
            seal,
            places: Places::new(clock, servers, Box::new(watch))?,
        })
    }

    /// The address that was asked last.
    pub fn server(&self) -> SocketAddr {
        self.places.server()
    }

    /// What is known of each address.
    pub fn standings(&self) -> impl Iterator<Item = Standing> + '_ {
        self.places.standings()
    }

    /// Begins with what was known of the path to `server` before: the first timeout is three times its round trip.
    pub fn remember(&mut self, server: SocketAddr, path: Estimate) {
        self.places.remember(server, path);
    }

    /// Asks for a session, until `deadline`.
    ///
    /// # Errors
    /// [`LaunchError::Silent`]. Nothing can have been launched then.
    pub async fn open(&mut self, deadline: Instant) -> Result<Session, LaunchError> {
        let mut opening = Opening::new(self.seal.clone(), rand::random());
        let mut ring = self.places.ring();
        loop {
            match self.places.turn(&mut ring, deadline, &mut opening).await {
                Turn::Answered => return opening.session().cloned().ok_or_else(|| self.meaningless()),
                Turn::Left => {}
                Turn::Over(failure) => return Err(self.silent(failure)),
            }
        }
    }

    /// Asks which store the server has, until `deadline`: what a call with a name needs in place of a session.
    ///
    /// # Errors
    /// [`LaunchError::Silent`]. Nothing was launched then by this client; an address that is silent may have launched
    /// the name before.
    pub async fn meet(&mut self, deadline: Instant) -> Result<Session, LaunchError> {
        let mut ring = self.places.ring();
        self.meet_in(&mut ring, deadline).await
    }

    /// Meets the store at the first address, or past that a shared one.
    async fn meet_in(&mut self, ring: &mut Ring, deadline: Instant) -> Result<Session, LaunchError> {
        loop {
            let mut meeting = Meeting::new(self.seal.clone(), rand::random());
            match self.places.turn(ring, deadline, &mut meeting).await {
                Turn::Answered if ring.here() == FIRST || meeting.is_shared() => {
                    return meeting.session().cloned().ok_or_else(|| self.meaningless());
                }
                Turn::Answered => {
                    self.places.tell(Progress::OwnStore);
                    ring.foreign();
                }
                Turn::Left => {}
                Turn::Over(failure) => return Err(self.silent(failure)),
            }
        }
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
        let (mut told, mut ring) = (false, self.places.ring());
        loop {
            match call.step(self.clock.now()) {
                Step::Over(ending) => {
                    let hint = call.hint();
                    session.clone_from(call.session());
                    return Ended { ending, hint };
                }
                Step::Ask(policy) => {
                    if call.is_cancelling() && !std::mem::replace(&mut told, true) {
                        self.places.tell(Progress::Cancelling);
                    }
                    // Without a store that is named, no other address may be asked.
                    let has_others = session.instance != 0 && ring.has_others();
                    if !has_others {
                        ring.stay();
                    }
                    call.among_others(has_others);
                    let within = policy.deadline.unwrap_or_default();
                    let until = self.clock.now() + within;
                    // What comes of it, the call knows.
                    let _ = self.places.turn(&mut ring, until, &mut call).await;
                    if call.take_elsewhere() {
                        self.places.tell(Progress::Elsewhere);
                        ring.foreign();
                    }
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
            deadline: Some(self.places.rto().timeout().saturating_mul(4).min(LONGEST_BYE)),
            ..Policy::default()
        };
        let _ = self.places.ask(policy, &mut closing, None).await;
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
        let mut ring = self.places.ring();
        loop {
            if ring.here() != FIRST {
                self.meet_in(&mut ring, deadline).await?;
            }
            match self.places.turn(&mut ring, deadline, &mut asking).await {
                Turn::Answered => return asking.into_said().ok_or_else(|| self.meaningless()),
                Turn::Left => {}
                Turn::Over(failure) => return Err(self.silent(failure)),
            }
        }
    }

    fn silent(&self, source: Failure) -> LaunchError {
        let server = self.places.server();
        LaunchError::Silent { server, source }
    }

    /// A question that was answered, but is not: cannot happen, and is reported rather than believed.
    fn meaningless(&self) -> LaunchError {
        self.silent(io::Error::from(io::ErrorKind::InvalidData).into())
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
/// Whoever asked an earlier question elsewhere has passed this one by.
const FIRST: usize = 0;
const LONGEST_BYE: Duration = Duration::from_secs(1);
