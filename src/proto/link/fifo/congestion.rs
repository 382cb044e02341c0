//! How much may be on its way, and how fast: by a model of the path, and not by its losses.
//!
//! A loss says that a queue was full, or that a radio link had a bad moment, and one cannot tell which. So this control
//! asks what the path does: how much of what is sent arrives, per second ([`delivery`]), and how long a datagram is on
//! its way when nobody queues before it ([`residence`]). Their product is what the path holds; the shape of the control
//! that keeps to it is BBR's (draft-ietf-ccwg-bbr):
//!
//! | phase | speed | until |
//! |---|---|---|
//! | startup | × 2.77 per round | three rounds in which the rate grew by less than a quarter |
//! | drain | × 0.36 | no more is on its way than the path holds |
//! | up | × 1.25 | a round trip: is there more to be had? |
//! | down | × 0.75 | a round trip, or no queue is left: what was too much goes away |
//! | cruise | × 1 | six round trips; then up again |
//! | still | half of what the path holds | 100 ms, if for 2.5 s no round saw an empty queue |
//!
//! Three things are not BBR's:
//!
//! * **A residence instead of a round trip.** The window is the rate times the mean time that a datagram is counted as
//!   on its way (Little's law). On a path that holds datagrams back or loses them, this is much longer than the
//!   shortest round trip, and a window by the shortest would starve it.
//! * **A floor of loss** ([`floor`]). What is lost while the path is certainly not full is not lost by congestion: the
//!   speed makes up for it. So a random loss of any rate costs what was lost, and no more.
//! * **A ceiling by loss.** What is lost above that floor is lost by a queue that is shorter than the model has it:
//!   the window stays below what was on its way then, and grows again slowly.
//!
//! Guarantees: at least four datagrams may always be on their way; never more than twice what the path holds (three
//! times in startup) and a burst; nothing faster than the pacer says, which lets go at most a burst of two
//! milliseconds; two streams through one queue come to equal parts, because the one with the smaller part gains more
//! when it goes up.

mod delivery;
mod filter;
mod floor;
mod pacer;
mod residence;

use std::time::Duration;

pub(super) use self::delivery::Stamp;
use self::delivery::{Delivery, bytes_in};
use self::filter::Extreme;
use self::floor::LossFloor;
use self::pacer::Pacer;
use self::residence::Residence;
use crate::proto::Instant;

/// The control of one direction.
#[derive(Clone, Debug)]
pub(super) struct Control {
    phase: Phase,
    since: Instant,
    /// The size of a full datagram.
    datagram: u64,
    window: u64,
    delivery: Delivery,
    /// The highest rate of the last rounds.
    rate: Extreme<u64>,
    residence: Residence,
    floor: LossFloor,
    pacer: Pacer,
    /// What arrives in bunches, above the rate.
    surplus: Surplus,
    round: Round,
    /// The rate that startup found to be the highest, and for how many rounds.
    plateau: (u64, u32),
    /// What may be on its way at most, by loss.
    ceiling: Option<u64>,
    /// What the other end's socket holds.
    socket: u64,
    /// Which of the rounds of cruising the first cycle begins with, so that streams do not go up together.
    offset: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Startup,
    Drain,
    Up,
    Down,
    Cruise,
    Still { until: Option<Instant> },
}

/// What happened since the round began.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    count: u64,
    /// It ends when what was delivered by then was delivered before something was sent that is now acknowledged.
    end: u64,
    arrived: u64,
    lost: u64,
    losses: u32,
    /// The most that was on its way.
    peak: u64,
}

#[derive(Clone, Debug, Default)]
struct Surplus {
    since: Instant,
    arrived: u64,
    most: Extreme<u64>,
}

impl Control {
    /// A control of which nothing is known but a first round trip. Streams with different seeds do not move in step.
    pub(super) fn new(now: Instant, seed: u64, rtt: Duration, datagram: usize, socket: u64) -> Self {
        let datagram = datagram as u64;
        let mut control = Self {
            phase: Phase::Startup,
            since: now,
            datagram,
            window: INITIAL_WINDOW * datagram,
            delivery: Delivery::new(now),
            rate: Extreme::default(),
            residence: Residence::new(now, rtt),
            floor: LossFloor::default(),
            pacer: Pacer::default(),
            surplus: Surplus::default(),
            round: Round::default(),
            plateau: (0, 0),
            ceiling: None,
            socket,
            offset: u32::try_from(seed % 6).unwrap_or(0),
        };
        control.set_pace();
        control
    }

    /// How many bytes may be on their way.
    pub(super) fn window(&self) -> u64 {
        let mut window = self.window;
        if let Phase::Still { .. } = self.phase {
            window = window.min(self.held() / 2);
        }
        window = window.min(self.ceiling.unwrap_or(u64::MAX));
        // On a path that is shorter than a time slice, all that is on its way may wait in the other end's socket.
        if self.residence.least() < SHORT_PATH {
            window = window.min(self.socket_room());
        }
        window.max(LEAST_WINDOW * self.datagram)
    }

    /// The rate at which bytes arrive, per second, if it is known.
    pub(super) fn rate(&self) -> u64 {
        self.rate.get().unwrap_or(0)
    }

    /// When the next datagram may be sent, if not now.
    pub(super) fn paused_until(&mut self, now: Instant) -> Option<Instant> {
        self.pacer.paused_until(now)
    }

    /// Takes the size of a full datagram.
    pub(super) fn set_datagram(&mut self, size: usize) {
        let grown = (size as u64).saturating_sub(self.datagram);
        self.datagram = size as u64;
        if self.rate.get().is_none() {
            self.window += grown * LEAST_WINDOW;
        }
    }

    /// Takes note of a datagram that is sent while so many bytes are on their way without it.
    pub(super) fn sent(&mut self, now: Instant, size: usize, in_flight: u64) -> Stamp {
        self.pacer.sent(now, size);
        self.round.peak = self.round.peak.max(in_flight + size as u64);
        let quiet = matches!(self.phase, Phase::Drain | Phase::Down | Phase::Still { .. });
        let quiet = quiet && self.residence.is_quick();
        self.delivery.sent(now, in_flight == 0, quiet)
    }

    /// Takes note that there is nothing to send although there would be room.
    pub(super) fn starved(&mut self, in_flight: u64) {
        self.delivery.starved(in_flight);
    }

    /// Takes note of a datagram that has arrived, and was on its way since `at`.
    pub(super) fn arrived(&mut self, now: Instant, size: usize, at: Instant, stamp: &Stamp) {
        self.delivery.arrived(now, size, at, stamp);
        self.residence.sample(now - at, 1);
        self.floor.arrived(stamp.quiet);
        self.round.arrived += size as u64;
        if stamp.delivered >= self.round.end {
            self.round.end = u64::MAX;
        }
    }

    /// Takes note of a datagram that was lost.
    pub(super) fn lost(&mut self, now: Instant, size: usize, at: Instant, stamp: &Stamp) {
        self.residence.sample(now - at, 0);
        self.floor.lost(stamp.quiet);
        self.round.lost += size as u64;
        self.round.losses += 1;
    }

    /// Takes note that a datagram was not lost after all.
    pub(super) fn was_late(&mut self, size: usize, stamp: &Stamp) {
        self.floor.was_late(stamp.quiet);
        self.round.lost = self.round.lost.saturating_sub(size as u64);
        self.round.losses = self.round.losses.saturating_sub(1);
    }

    /// Nothing was heard for so long that what is known of the path is worth nothing (RFC 9002, 7.6).
    pub(super) fn start_again(&mut self, now: Instant) {
        self.phase = Phase::Startup;
        self.since = now;
        self.window = LEAST_WINDOW * self.datagram;
        self.rate = Extreme::default();
        self.plateau = (0, 0);
        self.ceiling = None;
        self.set_pace();
    }

    /// Draws the conclusions from an acknowledgement, after which so many bytes are on their way. Whether a round
    /// trip has passed.
    pub(super) fn conclude(&mut self, now: Instant, in_flight: u64) -> bool {
        let least = self.residence.least();
        if let Some(sample) = self.delivery.sample(now, least)
            && (!sample.starved || self.rate.get().is_some_and(|rate| sample.rate >= rate))
        {
            self.rate.rise(self.round.count, RATE_ROUNDS, sample.rate);
        }
        let arrived = self.delivery.take_arrived();
        self.note_surplus(now, arrived);
        let passed = self.round.end == u64::MAX;
        if passed {
            self.end_round(now);
        }
        self.change_phase(now, in_flight);
        self.set_window(arrived);
        self.set_pace();
        passed
    }

    fn end_round(&mut self, now: Instant) {
        let round = self.round;
        self.round = Round {
            count: round.count + 1,
            end: self.delivery.delivered(),
            ..Round::default()
        };
        self.residence.round(now);
        let starved = self.delivery.is_starved();
        if self.phase == Phase::Startup && !starved {
            let rate = self.rate();
            if rate >= self.plateau.0.saturating_add(self.plateau.0 / 4) {
                self.plateau = (rate, 0);
            } else {
                self.plateau.1 += 1;
            }
        }
        let share = round.lost * 1000 / (round.lost + round.arrived).max(1);
        let too_much = round.losses >= 3 && share > self.floor.per_mille() + TOLERATED_LOSS;
        if too_much && self.phase != Phase::Startup {
            let held = self.held();
            let least = held + held / 4 + 3 * self.datagram;
            let ceiling = self.ceiling.unwrap_or(u64::MAX).min(round.peak) / 8 * 7;
            self.ceiling = Some(ceiling.max(least));
            if self.phase == Phase::Up {
                self.enter(Phase::Down, now);
            }
        } else if let Some(ceiling) = self.ceiling {
            let grown = ceiling.saturating_add(ceiling / 32);
            self.ceiling = (grown < self.held().saturating_mul(3)).then_some(grown);
        }
    }

    fn change_phase(&mut self, now: Instant, in_flight: u64) {
        let trip = self.residence.base();
        let (elapsed, held) = (now - self.since, self.held());
        match self.phase {
            Phase::Startup if self.plateau.1 >= PLATEAU_ROUNDS => self.enter(Phase::Drain, now),
            Phase::Drain if in_flight <= held || elapsed > trip * 4 => {
                self.enter(Phase::Cruise, now);
                // The cycle is entered at a place of its own.
                self.since = Instant::from_origin(now.since_origin().saturating_sub(trip * self.offset));
            }
            Phase::Up if elapsed >= trip && (in_flight >= held + held / 8 || elapsed >= trip * 3) => {
                self.enter(Phase::Down, now);
            }
            Phase::Down if elapsed >= trip || (in_flight <= held && elapsed >= trip / 4) => {
                self.enter(Phase::Cruise, now);
            }
            Phase::Cruise if elapsed >= trip * CRUISE => self.enter(Phase::Up, now),
            Phase::Still { until: None } if in_flight <= self.window() => {
                self.residence.begin_stillness();
                let until = Some(now + STILLNESS.max(trip));
                self.phase = Phase::Still { until };
            }
            Phase::Still { until: Some(until) } if now >= until => {
                self.residence.end_stillness(now);
                self.enter(Phase::Cruise, now);
            }
            _ => {}
        }
        let is_still = matches!(self.phase, Phase::Still { .. } | Phase::Startup);
        if !is_still && self.residence.is_stale(now) {
            self.enter(Phase::Still { until: None }, now);
        }
    }

    fn enter(&mut self, phase: Phase, now: Instant) {
        self.phase = phase;
        self.since = now;
    }

    /// What may wait in the other end's socket: the kernel reckons what a datagram takes in memory, and not all of it
    /// is free at any time.
    fn socket_room(&self) -> u64 {
        let share = self.socket / 4 * 3 / (self.datagram + KERNEL_OVERHEAD);
        share.saturating_mul(self.datagram).min(MOST_LOCAL)
    }

    /// What the path holds: what is sent in the time that a datagram is on its way.
    fn held(&self) -> u64 {
        bytes_in(self.sending_rate(), self.residence.base())
    }

    /// As much must be sent so that as much arrives as the path delivers.
    fn sending_rate(&self) -> u64 {
        self.floor.make_up(self.rate())
    }

    /// What may go at once.
    fn burst(&self) -> u64 {
        bytes_in(self.sending_rate(), BURST).clamp(3 * self.datagram, MOST_BURST.max(3 * self.datagram))
    }

    fn note_surplus(&mut self, now: Instant, arrived: u64) {
        let surplus = &mut self.surplus;
        let expected = bytes_in(self.rate.get().unwrap_or(0), now - surplus.since);
        if surplus.arrived <= expected {
            (surplus.since, surplus.arrived) = (now, 0);
        } else {
            let more = (surplus.arrived + arrived - expected).min(self.window);
            surplus.most.rise(self.round.count, RATE_ROUNDS, more);
        }
        surplus.arrived += arrived;
    }

    fn set_window(&mut self, arrived: u64) {
        if self.rate.get().is_none() {
            if !self.delivery.is_starved() {
                self.window = self.window.saturating_add(arrived);
            }
            return;
        }
        let held = self.held();
        let surplus = self.surplus.most.get().unwrap_or(0);
        let grown = self.window.saturating_add(arrived);
        if self.phase == Phase::Startup {
            let target = held.saturating_mul(3).saturating_add(self.burst() + surplus);
            if self.window < target || self.delivery.delivered() < INITIAL_WINDOW * self.datagram {
                self.window = grown;
            }
        } else {
            let target = held.saturating_mul(2).saturating_add(self.burst() + surplus);
            self.window = grown.min(target);
        }
    }

    fn set_pace(&mut self) {
        let per_cent = match self.phase {
            Phase::Startup => 277,
            Phase::Drain => 36,
            Phase::Up => 125,
            Phase::Down => 75,
            Phase::Cruise | Phase::Still { .. } => 100,
        };
        let mut rate = self.sending_rate();
        if self.phase == Phase::Startup {
            // Until the rate is known, the first window may go within a round trip.
            rate = rate.max(delivery::rate(self.window, self.residence.base()));
        }
        self.pacer.set_rate(rate / 100 * per_cent);
    }
}

/// RFC 9002, 7.2, in datagrams.
const INITIAL_WINDOW: u64 = 10;
/// Four, so that one that is lost is overtaken by three.
const LEAST_WINDOW: u64 = 4;
/// For how many rounds the highest rate is remembered: longer than from one phase up to the next.
const RATE_ROUNDS: u64 = 10;
const PLATEAU_ROUNDS: u32 = 3;
/// Round trips between down and up.
const CRUISE: u32 = 6;
const STILLNESS: Duration = Duration::from_millis(100);
/// In 1,000, above what is lost by chance.
const TOLERATED_LOSS: u64 = 50;
/// What comes at once because timers and schedulers are no more exact than this.
const BURST: Duration = Duration::from_millis(1);
const MOST_BURST: u64 = 4 << 20;
/// More than this does not stay in the cache between two ends in one machine.
const MOST_LOCAL: u64 = 1 << 20;
/// What the kernel needs for a datagram besides its bytes.
const KERNEL_OVERHEAD: u64 = 832;
/// A path within a machine or a room.
const SHORT_PATH: Duration = Duration::from_millis(1);
