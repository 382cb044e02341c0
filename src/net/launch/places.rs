//! The addresses of a store: each with its socket and its estimator, and questions that move on from one to the next.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;

use super::{LIMITS, LaunchError, Progress, Tally};
use crate::net::{AskError, Clock, Failure, ask, bind_udp};
use crate::proto::Instant;
use crate::proto::launch::{Asking, Call, Closing, Meeting, Opening, Ring};
use crate::proto::link::{Estimate, Event, GaveUp, Policy, Question, Rto, Verdict};

/// What is known of an address.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The address.
    pub server: SocketAddr,
    /// What was sent there and measured.
    pub tally: Tally,
    /// The estimator of the path to it.
    pub rto: Rto,
}

/// The addresses of a store.
pub(super) struct Places {
    clock: Clock,
    places: Vec<(Standing, UdpSocket)>,
    /// The one that was asked last.
    here: usize,
    /// How long to wait after the next sign that nobody is at any of them.
    pause: Duration,
    watch: Box<dyn FnMut(SocketAddr, Progress<'_>)>,
}

/// What came of asking at one address.
pub(super) enum Turn {
    /// There is an answer.
    Answered,
    /// There is none yet: it is to be asked again, where the ring is by now.
    Left,
    /// There is none, and the time is over.
    Over(Failure),
}

/// A question that may be asked at several addresses.
pub(super) trait Movable: Question {
    /// Whether the server that was asked said last that it is busy.
    fn is_busy(&self) -> bool {
        false
    }
}

impl Movable for Opening {}

impl Movable for Meeting {}

impl Movable for Closing {}

impl Movable for Asking {
    /// It says nothing else that is no answer.
    fn is_busy(&self) -> bool {
        true
    }
}

impl Movable for Call {
    fn is_busy(&self) -> bool {
        Self::is_busy(self)
    }
}

impl Places {
    pub(super) fn new(
        clock: Clock,
        servers: &[SocketAddr],
        watch: Box<dyn FnMut(SocketAddr, Progress<'_>)>,
    ) -> Result<Self, LaunchError> {
        let (mut places, mut failed) = (Vec::new(), None);
        for server in servers.iter().copied() {
            let standing = Standing {
                server,
                tally: Tally::default(),
                rto: Rto::new(LIMITS),
            };
            match bind_udp(server, None) {
                Ok(socket) => places.push((standing, socket)),
                Err(source) => failed = Some(LaunchError::Socket { server, source }),
            }
        }
        match failed {
            Some(error) if places.is_empty() => Err(error),
            _ => Ok(Self {
                clock,
                places,
                here: 0,
                pause: SHORTEST_PAUSE,
                watch,
            }),
        }
    }

    /// All of them, beginning with the one that was asked last.
    pub(super) fn ring(&self) -> Ring {
        Ring::new(self.places.len(), self.here)
    }

    pub(super) fn server(&self) -> SocketAddr {
        let here = self.places.get(self.here);
        here.map_or(NOWHERE, |(standing, _)| standing.server)
    }

    pub(super) fn rto(&self) -> Rto {
        let here = self.places.get(self.here);
        here.map_or_else(|| Rto::new(LIMITS), |(standing, _)| standing.rto)
    }

    pub(super) fn standings(&self) -> impl Iterator<Item = Standing> + '_ {
        self.places.iter().map(|(standing, _)| *standing)
    }

    pub(super) fn remember(&mut self, server: SocketAddr, path: Estimate) {
        for (standing, _) in &mut self.places {
            if standing.server == server {
                standing.rto = Rto::remembering(LIMITS, Estimate::first(path.smoothed));
            }
        }
    }

    /// Tells what happens where was asked last.
    pub(super) fn tell(&mut self, progress: Progress<'_>) {
        let server = self.server();
        (self.watch)(server, progress);
    }

    /// Asks where the ring is, until there is an answer, or `deadline`; where there are other addresses, until this
    /// one has been silent, or busy, for long enough.
    pub(super) async fn turn(
        &mut self,
        ring: &mut Ring,
        deadline: Instant,
        question: &mut impl Movable,
    ) -> Turn {
        self.here = ring.here();
        let mut policy = Policy::within(deadline - self.clock.now());
        policy.attempts = ring.has_others().then_some(Ring::ATTEMPTS);
        match self.ask(policy, question, Some(ring)).await {
            Ok(None) => {
                ring.heard();
                Turn::Answered
            }
            Ok(Some(Sign::Busy(not_before))) => {
                self.left(ring);
                self.clock.sleep_until(not_before.min(deadline)).await;
                Turn::Left
            }
            // The attempts were for finding out whether anybody is there.
            Ok(Some(Sign::Heard)) => Turn::Left,
            Err(Failure::Network(error)) => {
                let is_round = ring.silent();
                let now = self.clock.now();
                if now >= deadline {
                    return Turn::Over(Failure::Network(error));
                }
                if is_round {
                    let pause = self.pause.min(deadline - now);
                    self.tell(Progress::Unreachable(&error, pause));
                    self.clock.sleep_until(now + pause).await;
                    self.pause = (self.pause * 2).min(LONGEST_PAUSE);
                } else {
                    self.left(ring);
                }
                Turn::Left
            }
            Err(Failure::NoReply {
                why: GaveUp::Attempts,
                ..
            }) if ring.has_others() && self.clock.now() < deadline => {
                ring.silent();
                self.left(ring);
                Turn::Left
            }
            Err(failure) => Turn::Over(failure),
        }
    }

    fn left(&mut self, ring: &Ring) {
        if let Some((next, _)) = self.places.get(ring.here()) {
            let next = next.server;
            self.tell(Progress::Left(next));
        }
    }

    /// Asks once where was asked last. A sign, if that is all that was heard before the attempts were over, or the
    /// ring said to move on.
    pub(super) async fn ask(
        &mut self,
        policy: Policy,
        question: &mut impl Movable,
        ring: Option<&mut Ring>,
    ) -> Result<Option<Sign>, Failure> {
        let Self {
            clock,
            places,
            here,
            watch,
            ..
        } = self;
        let Some((standing, socket)) = places.get_mut(*here) else {
            return Err(io::Error::from(io::ErrorKind::AddrNotAvailable).into());
        };
        let mut sign = None;
        let watched = Watched {
            question,
            watch,
            server: standing.server,
            clock,
            ring,
            sign: &mut sign,
        };
        let asked = ask(clock, socket, standing.server, &mut standing.rto, policy, watched).await;
        let (report, result) = match asked {
            Ok(reply) => (reply.report, Ok(())),
            Err(AskError { why, report, .. }) => (report, Err(why)),
        };
        standing.tally.sends += u64::from(report.attempts);
        standing.tally.samples += u64::from(report.samples);
        if !matches!(result, Err(Failure::Network(_))) {
            self.pause = SHORTEST_PAUSE;
        }
        match result {
            Ok(()) => Ok(sign.filter(|sign| matches!(sign, Sign::Busy(_)))),
            Err(Failure::NoReply {
                why: GaveUp::Attempts,
                ..
            }) if sign.is_some() => Ok(sign),
            Err(failure) => Err(failure),
        }
    }
}

/// What was heard that is no answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sign {
    /// The server is there.
    Heard,
    /// It is busy, and has been left for the next, which is not to be asked before.
    Busy(Instant),
}

/// A question with somebody who is shown what happens to it.
struct Watched<'a, Q> {
    question: &'a mut Q,
    watch: &'a mut dyn FnMut(SocketAddr, Progress<'_>),
    server: SocketAddr,
    clock: &'a Clock,
    ring: Option<&'a mut Ring>,
    sign: &'a mut Option<Sign>,
}

impl<Q: Movable> Question for Watched<'_, Q> {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        self.question.request(attempt, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        let verdict = self.question.judge(reply);
        let (Verdict::Working(answers, pause), Some(ring)) = (verdict, &mut self.ring) else {
            return verdict;
        };
        *self.sign = Some(Sign::Heard);
        if !self.question.is_busy() {
            ring.heard();
        } else if let Some(not_before) = ring.busy(self.clock.now(), pause) {
            *self.sign = Some(Sign::Busy(not_before));
            return Verdict::Accept(answers);
        }
        verdict
    }

    fn observe(&mut self, event: Event<'_>) {
        (self.watch)(self.server, Progress::Asked(event));
    }
}

/// Where nobody is asked: there is always an address.
const NOWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED), 0);
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
