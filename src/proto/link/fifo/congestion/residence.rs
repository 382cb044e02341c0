//! How long a datagram counts as on its way when nobody queues before it.
//!
//! The mean of each round, of those that arrive and of those that are lost, and the least of these means in the last
//! few seconds. One's own queue makes a round longer, so the least is that of the emptiest round; where datagrams are
//! held back at random, the mean has it in it and the least round trip has not.

use std::time::Duration;

use crate::proto::Instant;

/// The time on the way.
#[derive(Clone, Debug)]
pub(super) struct Residence {
    /// The least mean, and when it was last seen.
    base: Duration,
    base_at: Instant,
    /// The least round trip, and that since the stillness began; and the latest.
    least: Duration,
    least_still: Option<Duration>,
    latest: Duration,
    total: Duration,
    count: u32,
    is_measured: bool,
}

impl Residence {
    pub(super) fn new(now: Instant, rtt: Duration) -> Self {
        Self {
            base: rtt.max(SHORTEST),
            base_at: now,
            least: rtt,
            least_still: None,
            latest: rtt,
            total: Duration::ZERO,
            count: 0,
            is_measured: false,
        }
    }

    /// The time on the way without a queue.
    pub(super) fn base(&self) -> Duration {
        self.base
    }

    /// The least round trip.
    pub(super) fn least(&self) -> Duration {
        self.least
    }

    /// Whether the latest datagram saw no queue at all.
    pub(super) fn is_quick(&self) -> bool {
        self.latest <= self.least + self.least / 16 + TOLERANCE
    }

    /// Takes the time of a datagram, and how many round trips it was: one, or none if it was lost.
    pub(super) fn sample(&mut self, time: Duration, trips: u32) {
        self.total += time;
        self.count += 1;
        if trips > 0 {
            self.least = self.least.min(time);
            self.least_still = self.least_still.map(|least| least.min(time));
            self.latest = time;
        }
    }

    /// Takes note that a round trip has passed.
    pub(super) fn round(&mut self, now: Instant) {
        if self.count < SAMPLES {
            return;
        }
        let mean = self.mean();
        self.clear();
        // The first that was measured takes the place of the handshake's, whose datagrams were alone on their way.
        if mean <= self.base + self.base / 16 || !self.is_measured {
            self.base_at = now;
        }
        if mean < self.base || !self.is_measured {
            self.base = mean.max(SHORTEST);
        }
        self.is_measured = true;
    }

    /// Whether the least mean was not seen for so long that it may no longer be true.
    pub(super) fn is_stale(&self, now: Instant) -> bool {
        now - self.base_at >= LIFETIME
    }

    /// From now on there is no queue of this stream's own.
    pub(super) fn begin_stillness(&mut self) {
        self.clear();
        self.least_still = Some(Duration::MAX);
    }

    /// What was seen in the meantime is the least there is.
    pub(super) fn end_stillness(&mut self, now: Instant) {
        self.base_at = now;
        if self.count >= SAMPLES {
            self.base = self.mean().max(SHORTEST);
            self.is_measured = true;
            self.least = self.least_still.take().unwrap_or(self.least);
        }
        self.clear();
    }

    fn mean(&self) -> Duration {
        self.total / self.count.max(1)
    }

    fn clear(&mut self) {
        (self.total, self.count) = (Duration::ZERO, 0);
    }
}

/// So many datagrams are one measurement.
const SAMPLES: u32 = 8;

/// What is no queue, but a moment in which somebody was busy.
const TOLERANCE: Duration = Duration::from_micros(500);

/// For how long the least mean is believed.
const LIFETIME: Duration = Duration::from_millis(2500);

/// No path is shorter than it takes to wake a process up.
const SHORTEST: Duration = Duration::from_micros(50);

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    fn at(millis: u64) -> Instant {
        Instant::ZERO + ms(millis)
    }

    fn round(residence: &mut Residence, now: Instant, time: Duration) {
        for _ in 0..SAMPLES {
            residence.sample(time, 1);
        }
        residence.round(now);
    }

    #[test]
    fn the_emptiest_round_counts() {
        let mut residence = Residence::new(at(0), ms(10));
        for time in [40, 30, 50, 80] {
            round(&mut residence, at(100), ms(time));
        }
        assert_eq!((residence.base(), residence.least()), (ms(30), ms(10)));
    }

    #[test]
    fn what_was_not_seen_for_a_while_is_measured_in_stillness() {
        let mut residence = Residence::new(at(0), ms(10));
        round(&mut residence, at(100), ms(30));
        round(&mut residence, at(1000), ms(31));
        round(&mut residence, at(2000), ms(60));
        assert!(!residence.is_stale(at(3499)) && residence.is_stale(at(3500)));
        residence.begin_stillness();
        for _ in 0..SAMPLES {
            residence.sample(ms(50), 1);
        }
        residence.end_stillness(at(3600));
        assert_eq!((residence.base(), residence.least()), (ms(50), ms(50)));
        assert!(!residence.is_stale(at(6000)));
    }
}
