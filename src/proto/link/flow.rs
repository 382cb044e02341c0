//! Flow control for requests: how many may be on their way to one server at once, and how many a second.
//!
//! A server reads its requests from a socket buffer of some hundred places; what does not fit is lost. On the other
//! hand a path may lose every third datagram for reasons of its own, so that a window which is halved at each loss
//! would starve. [`Flow`] therefore looks at both, a round (as many ends as the window is wide) at a time:
//!
//! * **delay**: when the mean round trip of a round is more than twice the best mean seen, half of what is on its
//!   way only waits in a queue, and the window stops growing; from three times on it shrinks. The *mean* is
//!   compared, not the shortest: a resolver answers some names from its cache and others after seconds, and that
//!   is no queue. Up to [`Flow::BUFFER`] a queue does no harm, and on a busy machine means little.
//! * **loss**: a round that lost more than one in ten narrows the window by half of that share.
//!
//! The window never falls below [`Flow::FLOOR`]: with so few on their way a server keeps up, whatever is lost.
//! The best mean is measured anew from time to time with the narrowest window, because paths change.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::proto::Instant;

/// How many requests may be on their way to one server.
#[derive(Clone, Copy, Debug)]
pub struct Flow {
    most: f64,
    window: f64,
    in_flight: u32,
    /// Whether the window doubles its way up: until the first sign of a queue or of loss.
    opening: bool,
    /// Whether the window was what held requests back in this round.
    was_full: bool,
    round: Round,
    best: Option<Best>,
}

/// What has ended in a round.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    ended: u32,
    lost: u32,
    samples: u32,
    total: Duration,
}

/// The best mean of a round.
#[derive(Clone, Copy, Debug)]
struct Best {
    mean: Duration,
    at: Instant,
    /// While the mean is measured anew: the window to go back to, and how many rounds are still to be waited for.
    probing: Option<(f64, u8)>,
}

impl Flow {
    /// The narrowest window, and the first.
    pub const FLOOR: u32 = 64;

    /// What the socket buffer of a server holds, by the default of Linux, with a fifth to spare.
    pub const BUFFER: u32 = 200;

    /// Nobody is on the way; never more than `most` will be.
    pub fn new(most: u32) -> Self {
        let most = f64::from(most.max(1));
        Self {
            most,
            window: most.min(f64::from(Self::FLOOR)),
            in_flight: 0,
            opening: true,
            was_full: false,
            round: Round::default(),
            best: None,
        }
    }

    /// Whether another request may be sent.
    pub fn has_room(&self) -> bool {
        f64::from(self.in_flight) + 1.0 <= self.window
    }

    /// How many are on their way.
    pub fn in_flight(&self) -> u32 {
        self.in_flight
    }

    /// A request was sent.
    pub fn sent(&mut self) {
        self.in_flight += 1;
        self.was_full |= !self.has_room();
    }

    /// A request that was on its way was answered, after `rtt` if that can be told.
    pub fn answered(&mut self, now: Instant, rtt: Option<Duration>) {
        self.in_flight = self.in_flight.saturating_sub(1);
        if let Some(rtt) = rtt {
            self.round.samples += 1;
            self.round.total += rtt;
        }
        self.ended(now);
    }

    /// The timer of a request ran out: it, or its answer, is lost.
    pub fn lost(&mut self, now: Instant) {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.round.lost += 1;
        self.ended(now);
    }

    /// A request that was on its way is of no interest any more.
    pub fn forgotten(&mut self) {
        self.in_flight = self.in_flight.saturating_sub(1);
    }

    fn ended(&mut self, now: Instant) {
        self.round.ended += 1;
        if f64::from(self.round.ended) < self.window.min(LONGEST_ROUND) {
            return;
        }
        let round = std::mem::take(&mut self.round);
        let was_full = std::mem::take(&mut self.was_full);
        let mean = (round.samples > 0).then(|| round.total / round.samples);
        if let (Some(mean), Some(best)) = (mean, &mut self.best)
            && let Some((window, rounds)) = best.probing
        {
            // The first round still has what the wide window sent.
            if rounds > 0 {
                best.probing = Some((window, rounds - 1));
                return;
            }
            *best = Best {
                mean,
                at: now,
                probing: None,
            };
            self.window = window;
            return;
        }
        self.judge(now, round, mean, was_full);
    }

    fn judge(&mut self, now: Instant, round: Round, mean: Option<Duration>, was_full: bool) {
        let floor = self.most.min(f64::from(Self::FLOOR));
        let loss = f64::from(round.lost) / f64::from(round.ended);
        if loss > TOLERATED_LOSS {
            self.opening = false;
            self.window = (self.window * (1.0 - loss / 2.0)).max(floor);
        }
        let Some(mean) = mean else { return };
        let best = self.best.get_or_insert(Best {
            mean,
            at: now,
            probing: None,
        });
        if mean <= best.mean {
            (best.mean, best.at) = (mean, now);
        }
        let queue = mean.as_secs_f64() / best.mean.as_secs_f64().max(f64::MIN_POSITIVE);
        let fits = self.window <= f64::from(Self::BUFFER);
        if queue > SHRINK && !fits {
            self.opening = false;
            self.window = (self.window * 0.85).max(f64::from(Self::BUFFER));
        } else if queue > HOLD && !fits {
            self.opening = false;
        } else if was_full && loss <= TOLERATED_LOSS {
            let more = if self.opening {
                self.window / 2.0
            } else {
                self.window / 16.0
            };
            let most = if queue > HOLD {
                self.most.min(f64::from(Self::BUFFER))
            } else {
                self.most
            };
            self.window = (self.window + more).min(most);
        }
        if now - best.at <= BEST_LASTS {
            return;
        }
        if self.window > floor {
            best.probing = Some((self.window, 1));
            self.window = floor;
        } else {
            (best.mean, best.at) = (mean, now);
        }
    }
}

/// A long window need not be seen to its end.
const LONGEST_ROUND: f64 = 512.0;
const TOLERATED_LOSS: f64 = 0.1;
/// From how many times the best mean on the window no longer grows.
const HOLD: f64 = 2.0;
/// … and shrinks.
const SHRINK: f64 = 3.0;
const BEST_LASTS: Duration = Duration::from_secs(10);

/// How many requests a second may be sent: a bucket that holds what a hundredth of a second brings, but at least one.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    each: Duration,
    /// When the bucket was empty, or will be: a request fits if that is not in the future.
    empty_at: Instant,
    depth: Duration,
}

impl Quota {
    /// `rate` a second.
    pub fn new(rate: NonZeroU32) -> Self {
        let each = Duration::from_secs(1) / rate.get();
        Self {
            each,
            empty_at: Instant::ZERO,
            depth: Duration::from_millis(10).saturating_sub(each),
        }
    }

    /// Takes a place, if there is one at `now`.
    pub fn take(&mut self, now: Instant) -> bool {
        if self.next() > now {
            return false;
        }
        // What was not used for long is not saved up.
        if self.empty_at + self.depth < now {
            self.empty_at = Instant::from_origin(now.since_origin().saturating_sub(self.depth));
        }
        self.empty_at += self.each;
        true
    }

    /// When the next place is free.
    pub fn next(&self) -> Instant {
        self.empty_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends until the window is full, then ends all with `rtt`, of which every `lost`th is lost.
    fn round(flow: &mut Flow, now: &mut Instant, rtt: Duration, lost: Option<u32>) -> u32 {
        let mut width = 0;
        while flow.has_room() {
            flow.sent();
            width += 1;
        }
        *now += rtt;
        for n in 1..=width {
            match lost {
                Some(every) if n % every == 0 => flow.lost(*now),
                _ => flow.answered(*now, Some(rtt)),
            }
        }
        width
    }

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_steady_path_opens_the_window_to_the_most() {
        let (mut flow, mut now) = (Flow::new(5000), Instant::ZERO);
        assert_eq!(round(&mut flow, &mut now, 20 * MS, None), Flow::FLOOR);
        for _ in 0..40 {
            round(&mut flow, &mut now, 20 * MS, None);
        }
        assert_eq!(round(&mut flow, &mut now, 20 * MS, None), 5000);
    }

    #[test]
    fn a_queue_stops_the_window_and_a_long_one_narrows_it() {
        let (mut flow, mut now) = (Flow::new(5000), Instant::ZERO);
        let mut widest = 0;
        for _ in 0..500 {
            // A server that takes 10 us for each: the more wait, the longer the mean.
            let mean = Duration::from_micros(5).mul_f64(flow.window);
            let width = round(&mut flow, &mut now, mean, None);
            widest = widest.max(width);
        }
        assert!((Flow::BUFFER..250).contains(&widest), "{widest}");
    }

    #[test]
    fn random_loss_does_not_close_the_window_below_the_floor() {
        let (mut flow, mut now) = (Flow::new(5000), Instant::ZERO);
        for _ in 0..100 {
            round(&mut flow, &mut now, 20 * MS, Some(3));
        }
        assert_eq!(round(&mut flow, &mut now, 20 * MS, None), Flow::FLOOR);
    }

    #[test]
    fn a_window_that_is_not_used_does_not_grow() {
        let (mut flow, mut now) = (Flow::new(5000), Instant::ZERO);
        for _ in 0..1000 {
            flow.sent();
            now += MS;
            flow.answered(now, Some(MS));
        }
        assert_eq!(round(&mut flow, &mut now, MS, None), Flow::FLOOR);
    }

    #[test]
    fn a_path_that_became_longer_is_measured_anew() {
        let (mut flow, mut now) = (Flow::new(5000), Instant::ZERO);
        round(&mut flow, &mut now, MS, None);
        for _ in 0..3000 {
            round(&mut flow, &mut now, 20 * MS, None);
        }
        assert_eq!(round(&mut flow, &mut now, 20 * MS, None), 5000);
    }

    #[test]
    fn fewer_than_the_floor_can_be_asked_for() {
        let mut flow = Flow::new(2);
        assert_eq!(round(&mut flow, &mut Instant::ZERO.clone(), MS, None), 2);
    }

    #[test]
    fn a_quota_is_kept_in_every_second_and_not_saved_up() {
        let mut quota = Quota::new(NonZeroU32::new(200).unwrap());
        let mut sent = Vec::new();
        let mut now = Instant::ZERO + Duration::from_secs(60);
        while sent.len() < 1000 {
            if quota.take(now) {
                sent.push(now);
            } else {
                now = quota.next();
            }
        }
        let longest = sent.windows(200).map(|w| w[199] - w[0]).min().unwrap();
        assert!(longest >= Duration::from_millis(980), "{longest:?}");
        assert!(sent[999] - sent[0] <= Duration::from_secs(5));
    }
}
