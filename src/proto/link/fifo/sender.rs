//! The sending half of one stream: what goes next, as what, and when something must be heard of it.
//!
//! Loss is found by RFC 9002, section 6: by what has overtaken it, or by a probe that is sent when nothing was heard
//! for a probe timeout. A probe is no proof of loss, so it takes nothing back; it makes the other end say what it has.
//! A receiver without room is asked by the same probes, because the news that there is room may be lost as well.

use std::ops::Range;
use std::time::Duration;

use super::congestion::Control;
use super::flight::{Flight, Role, Sent, State};
use super::frame::{Ack, BASE_DATAGRAM, SEGMENT_OVERHEAD};
use super::mtu::Search;
use super::outgoing::Outgoing;
use super::reordering::Reordering;
use super::rtt::Rtt;
use crate::proto::Instant;

/// The sending half.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) stream: Outgoing,
    pub(super) flight: Flight,
    pub(super) rtt: Rtt,
    pub(super) search: Search,
    pub(super) control: Control,
    reordering: Reordering,
    /// The first index that the receiver has no room for.
    limit: u64,
    /// How often the other end was probed since it was last heard.
    probed: u32,
    /// How many probes are to be sent.
    probes: u32,
    /// Since when an acknowledgement is waited for.
    waits_since: Option<Instant>,
    /// When the pacer lets the next datagram go.
    paused_until: Option<Instant>,
    /// The index behind the last segment that was not full.
    small_until: u64,
    pub(super) tally: Tally,
}

/// What became of datagrams.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) retransmitted: u64,
    pub(super) lost: u64,
    pub(super) spurious: u64,
}

/// What goes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    Segment(Range<u64>),
    /// A datagram of this size, to see whether it gets through.
    Search(usize),
    /// Nothing but the question whether the other end is there.
    Ping,
}

impl Sender {
    pub(super) fn new(now: Instant, capacity: usize) -> Self {
        let rtt = Rtt::default();
        Self {
            stream: Outgoing::new(capacity),
            flight: Flight::default(),
            rtt,
            search: Search::new(BASE_DATAGRAM),
            control: Control::new(now, 0, rtt.smoothed(), BASE_DATAGRAM, 0),
            reordering: Reordering::default(),
            limit: 0,
            probed: 0,
            probes: 0,
            waits_since: None,
            paused_until: None,
            small_until: 0,
            tally: Tally::default(),
        }
    }

    /// Takes what the handshake has shown: a round trip, and what the other end takes.
    pub(super) fn open(
        &mut self,
        now: Instant,
        rtt: Option<Duration>,
        largest: usize,
        window: u64,
        socket: u64,
        seed: u64,
    ) {
        if let Some(rtt) = rtt {
            self.rtt.sample(rtt, Duration::ZERO);
        }
        self.limit = window;
        // Several must fit the other end's socket, so that it has something to do while more comes.
        let share = usize::try_from(socket).unwrap_or(usize::MAX) / SOCKET_SHARE;
        self.search = Search::new(largest.min(share.max(BASE_DATAGRAM)));
        self.control = Control::new(now, seed, self.rtt.smoothed(), self.search.current(), socket);
        self.waits_since = None;
        self.settle(now);
    }

    /// How many bytes may wait to be sent: enough for the next moments, and no more than the cache holds.
    pub(super) fn ahead(&self) -> u64 {
        (self.control.window() / 2).max(LEAST_AHEAD)
    }

    /// Takes what a frame says of this end's stream, and when the other end sent it.
    pub(super) fn acknowledge(&mut self, now: Instant, ack: &Ack<'_>) {
        let (stream, control, search) = (&mut self.stream, &mut self.control, &mut self.search);
        let (reordering, rtt, tally) = (&mut self.reordering, &self.rtt, &mut self.tally);
        let mut sample = None;
        let mut is_news = false;
        let known = self.flight.acknowledge(ack.numbers, |number, sent| {
            search.arrived(number, sent.size);
            stream.arrived(sent.range.clone());
            if sent.state == State::Lost {
                tally.spurious += 1;
                reordering.was_late(rtt, now - sent.at);
                control.was_late(sent.size, &sent.stamp);
            }
            control.arrived(now, sent.size, sent.at, &sent.stamp);
            is_news = true;
            if number == ack.numbers.highest() {
                sample = Some(now - sent.at);
            }
        });
        if !known {
            return;
        }
        // A receiver never takes back what it said that it has room for: an older word counts less.
        self.limit = self.limit.max(ack.limit);
        if ack.next <= self.stream.next() {
            self.stream.arrived(0..ack.next);
        }
        if let Some(rtt) = sample {
            self.rtt.sample(rtt, Duration::from_micros(u64::from(ack.delay)));
        }
        if is_news {
            self.probes = 0;
            self.waits_since = None;
            // One without room that answers is asked again, but ever more seldom.
            if !self.is_blocked() {
                self.probed = 0;
            }
        }
        self.find_lost(now);
        if is_news && self.control.conclude(now, self.flight.in_flight()) {
            self.reordering.round();
        }
        self.settle(now);
    }

    /// Marks what is to be taken for lost.
    fn find_lost(&mut self, now: Instant) {
        let patience = self.reordering.patience(&self.rtt);
        let deadline = now.since_origin().checked_sub(patience);
        let (stream, control, search) = (&mut self.stream, &mut self.control, &mut self.search);
        let tally = &mut self.tally;
        let mut lose = |number: u64, sent: &Sent| {
            if sent.role == Role::Search {
                search.probe_lost(sent.size);
                return;
            }
            tally.lost += 1;
            search.lost(number, sent.size);
            control.lost(now, sent.size, sent.at, &sent.stamp);
            stream.lose(sent.range.clone());
        };
        if let Some(deadline) = deadline {
            let packets = self.reordering.packets();
            self.flight
                .lose(packets, Instant::from_origin(deadline), &mut lose);
        }
        let horizon = now.since_origin().saturating_sub(patience * 4 + REMEMBERED);
        self.flight.forget(Instant::from_origin(horizon), lose);
        self.control.set_datagram(self.search.current());
    }

    /// Takes note of the time.
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.loss_time().is_some_and(|at| now >= at) {
            self.find_lost(now);
            self.settle(now);
        }
        if self.probe_time().is_some_and(|at| now >= at) {
            self.probed = (self.probed + 1).min(16);
            self.probes = if self.probed > 1 { 2 } else { 1 };
            self.waits_since = Some(now);
            if self.flight.is_awaiting() {
                self.search.timed_out();
                if self.probed == DESPAIR {
                    self.control.start_again(now);
                }
            }
            if !self.stream.has_lost()
                && let Some(sent) = self.flight.first_awaited()
                && sent.role != Role::Search
            {
                let range = sent.range.clone();
                self.stream.lose(range);
            }
        }
    }

    /// What is to be sent now: a segment of at most `room` bytes, or something else that asks for an answer.
    pub(super) fn poll(&mut self, now: Instant, room: usize) -> Option<Plan> {
        self.paused_until = None;
        let full = self.search.current() as u64;
        let in_flight = self.flight.in_flight();
        if self.probes == 0 {
            if in_flight > 0 && in_flight + full > self.control.window() {
                return None;
            }
            if self.has_something(room) {
                self.paused_until = self.control.paused_until(now);
                if self.paused_until.is_some() {
                    return None;
                }
            }
        }
        if self.probes > 0 {
            // What is sent in answer to silence says nothing of the rate.
            self.control.starved(in_flight);
        }
        let room = room as u64;
        if let Some(range) = self.stream.take_lost(room) {
            self.tally.retransmitted += 1;
            return Some(Plan::Segment(range));
        }
        if let Some(plan) = self.search(now, full) {
            return Some(plan);
        }
        if self.probes > 0 || !self.is_held_back(room) {
            if let Some(range) = self.stream.take_new(room, self.limit) {
                if range.end - range.start < room {
                    self.small_until = range.end;
                }
                return Some(Plan::Segment(range));
            }
            self.control.starved(in_flight);
        }
        (self.probes > 0).then_some(Plan::Ping)
    }

    /// Takes note of what was sent, as the datagram with the next number.
    pub(super) fn sent(&mut self, now: Instant, size: usize, role: Role, range: Range<u64>) {
        let number = self.flight.next();
        let mut stamp = super::congestion::Stamp::default();
        if role != Role::Bare {
            stamp = self.control.sent(now, size, self.flight.in_flight());
            self.waits_since.get_or_insert(now);
            self.probes = self.probes.saturating_sub(1);
        }
        if role == Role::Search {
            self.search.sent(number, size);
        }
        self.flight.push(Sent {
            at: now,
            size,
            role,
            range,
            stamp,
            state: State::Awaited,
        });
        if role == Role::Bare {
            self.flight.forget(Instant::ZERO, |_, _| ());
        }
    }

    /// When the owner is to come back.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        [self.loss_time(), self.probe_time(), self.paused_until]
            .into_iter()
            .flatten()
            .min()
    }

    /// How long to wait for an answer, with the back-off.
    pub(super) fn probe_timeout(&self) -> Duration {
        let timeout = self.rtt.probe_timeout();
        timeout
            .saturating_mul(1_u32 << self.probed)
            .min(LONGEST_PROBE.max(timeout))
    }

    /// Whether there is a segment that may go.
    fn has_something(&self, room: usize) -> bool {
        self.stream.has_lost()
            || (self.stream.next() < self.stream.open_until(self.limit) && !self.is_held_back(room as u64))
    }

    /// Whether what there is waits for more, because less than a full datagram is on its way already (Nagle's rule, as
    /// Minshall put it): one who writes little at a time would send little at a time.
    fn is_held_back(&self, room: u64) -> bool {
        let unsent = self.stream.written() - self.stream.next().min(self.stream.written());
        unsent < room && self.stream.digest().is_none() && self.stream.acked() < self.small_until
    }

    /// A datagram to find the largest size with, while there is something that it would be good for.
    fn search(&mut self, now: Instant, full: u64) -> Option<Plan> {
        let unsent = self.stream.written().saturating_sub(self.stream.next());
        if unsent < 2 * full || self.probes > 0 {
            return None;
        }
        self.search.wanted(now).map(Plan::Search)
    }

    /// When what was overtaken is lost.
    fn loss_time(&self) -> Option<Instant> {
        let sent = self.flight.oldest_overtaken()?;
        Some(sent + self.reordering.patience(&self.rtt))
    }

    /// When the other end is to be probed: something was sent and nothing heard, or there is something that it has no
    /// room for.
    fn probe_time(&self) -> Option<Instant> {
        Some(self.waits_since? + self.probe_timeout())
    }

    /// Begins or ends to wait.
    fn settle(&mut self, now: Instant) {
        if self.flight.is_awaiting() || self.is_blocked() {
            self.waits_since.get_or_insert(now);
        } else {
            self.waits_since = None;
        }
    }

    /// Whether the other end has no room for what there is to send.
    fn is_blocked(&self) -> bool {
        let next = self.stream.next();
        next < self.stream.end() && self.stream.open_until(self.limit) <= next
    }

    /// Takes note that bytes were written.
    pub(super) fn wrote(&mut self, now: Instant) {
        self.settle(now);
    }
}

/// So many datagrams fit the other end's socket.
const SOCKET_SHARE: usize = 6;

/// The least that may wait to be sent.
const LEAST_AHEAD: u64 = 512 << 10;

/// After so many probes without an answer, what is known of the path is worth nothing.
const DESPAIR: u32 = 3;

/// The longest time between probes.
const LONGEST_PROBE: Duration = Duration::from_secs(2);

/// For how long what was lost may turn out to have been late.
const REMEMBERED: Duration = Duration::from_millis(100);

/// The most bytes of a segment in a datagram of this size, beside `others`.
pub(super) fn segment_room(datagram: usize, others: usize) -> usize {
    datagram.saturating_sub(SEGMENT_OVERHEAD + others)
}
