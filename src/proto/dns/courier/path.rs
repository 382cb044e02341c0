//! What is known of the way to one server.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use rand::Rng;

use super::Policy;
use crate::proto::Instant;
use crate::proto::link::{Flow, Limits, Rto};

/// The way to one server.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) server: SocketAddr,
    pub(super) flow: Flow,
    /// Those to be sent, by slot and generation; those to be sent again first.
    pub(super) queue: VecDeque<(u32, u32)>,
    /// Whether it is among the paths that may have something to send.
    pub(super) is_ready: bool,
    /// How many queries are asked.
    pub(super) users: u32,
    rto: Rto,
    /// How many round trips were measured, as far as it matters.
    samples: u32,
    limits: Limits,
    /// When anything was heard of the server, or the first query was sent to it.
    heard: Option<Instant>,
    answers: bool,
}

impl Path {
    pub(super) fn new(server: SocketAddr, policy: &Policy) -> Self {
        Self {
            server,
            flow: Flow::new(policy.most),
            queue: VecDeque::new(),
            is_ready: false,
            users: 0,
            rto: Rto::new(policy.limits),
            samples: 0,
            limits: policy.limits,
            heard: None,
            answers: false,
        }
    }

    /// The server has answered. Whether from now on the way is known.
    pub(super) fn heard(&mut self, now: Instant, rtt: Option<Duration>) -> bool {
        self.heard = Some(now);
        self.answers = true;
        let Some(rtt) = rtt else { return false };
        self.samples = self.samples.saturating_add(1);
        self.rto.sample_among(rtt, self.flow.in_flight(), self.samples);
        self.samples == ENOUGH
    }

    /// A query is sent.
    pub(super) fn sends(&mut self, now: Instant) {
        self.heard.get_or_insert(now);
        self.flow.sent();
    }

    /// Whether nothing has been heard of the server for a while.
    pub(super) fn is_silent(&self, now: Instant) -> bool {
        self.heard.is_some_and(|heard| now - heard >= ALIVE)
    }

    /// How long a transmission counts as being on its way. There is no queue at a server that is not there: names
    /// that only it could answer are then asked one after the other, fast, and given up.
    pub(super) fn patience(&self, now: Instant) -> Duration {
        if self.is_silent(now) {
            return self.limits.floor;
        }
        self.usual_wait()
    }

    /// How long to wait for an answer. The fastest of many answers comes first, and says nothing of the others: only
    /// after some do the measured times count.
    pub(super) fn usual_wait(&self) -> Duration {
        if self.samples < ENOUGH {
            return self.rto.timeout().max(self.limits.initial);
        }
        self.rto.timeout()
    }

    /// How long to wait after the `attempt`th transmission. Each wait is twice the one before (RFC 6298 (5.5)); but
    /// while the server answers others, a loss is chance and not congestion, which the window sees to, and after
    /// the third doubling there is nothing to be learnt from longer silences.
    pub(super) fn wait<R: Rng + ?Sized>(&self, attempt: u32, now: Instant, rng: &mut R) -> Duration {
        let is_alive = self.answers && !self.is_silent(now);
        // At the floor a wait is long already, by what was measured.
        let is_near = self.usual_wait() <= self.limits.floor;
        let most = match (is_alive, is_near) {
            (true, true) => 2,
            (true, false) => 3,
            (false, _) => 16,
        };
        let doublings = attempt.saturating_sub(1).min(most);
        let first = self.rto.jittered(rng).max(self.usual_wait());
        first.saturating_mul(1 << doublings).min(self.limits.cap)
    }
}

/// After how many round trips the way is known.
const ENOUGH: u32 = Flow::FLOOR;
/// How long after an answer a server counts as alive.
const ALIVE: Duration = Duration::from_secs(1);
