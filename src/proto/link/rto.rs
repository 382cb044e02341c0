//! How long to wait before sending again: the retransmission timer of RFC 6298.
//!
//! A timer that is too short sends what was not lost; one that is too long sits out every loss. The estimator
//! follows the round trips that it is shown: a smoothed mean, SRTT, and a smoothed deviation, RTTVAR, with
//! RTO = SRTT + 4 × RTTVAR (section 2). Two rules keep it honest when datagrams are lost:
//!
//! * **Karn's rule** (section 3): a reply to something that was sent twice may answer either copy, so it says
//!   nothing about the round trip. Only unambiguous replies are shown to [`Rto::sample`].
//! * **Back-off** (5.5): a timer that ran out may mean a full queue; each one doubles the next. An unambiguous
//!   reply removes the back-off, and so does a whole timeout without another loss (RFC 8961, section 4 (4)).
//!
//! What the RFC fixes for TCP (a first RTO of 1 s, a floor of 1 s, a cap of 60 s) is in [`Limits`], because a
//! request over a local network should not wait a second for what takes a millisecond.

use std::time::Duration;

use rand::{Rng, RngExt};

use crate::proto::Instant;

/// The retransmission timer of one path.
///
/// It is plain data: several requests to one server may copy it, and each show its sample to the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rto {
    limits: Limits,
    estimate: Option<Estimate>,
    doublings: u32,
    backed_off_at: Instant,
}

/// The bounds between which an [`Rto`] moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The timeout before there is a sample (RFC 6298 (2.1): 1 s).
    pub initial: Duration,
    /// The shortest timeout (2.4).
    pub floor: Duration,
    /// The longest timeout, back-off included (2.5): 60 s or more in the RFC.
    pub cap: Duration,
    /// How much longer than the timer a wait may be, in per cent of it: many clients that lost their packets
    /// in one burst must not send again in one burst. Jitter only lengthens, so that nobody sends earlier
    /// than the RFC allows.
    pub jitter: u8,
}

impl Limits {
    /// The values of RFC 6298, and a jitter of 10 %.
    pub const TCP: Self = Self {
        initial: Duration::from_secs(1),
        floor: Duration::from_secs(1),
        cap: Duration::from_secs(60),
        jitter: 10,
    };

    /// For requests by single datagrams: a floor of 10 ms instead of 1 s. RFC 8961 allows it to those who
    /// measure, back off and keep to one datagram in flight.
    pub const REQUEST: Self = Self {
        floor: Duration::from_millis(10),
        ..Self::TCP
    };
}

/// What is known of a round trip: worth remembering between runs (RFC 9040).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// SRTT, the smoothed round-trip time.
    pub smoothed: Duration,
    /// RTTVAR, its smoothed mean deviation.
    pub variation: Duration,
}

impl Estimate {
    /// The estimate after one sample (2.2).
    pub fn first(rtt: Duration) -> Self {
        Self {
            smoothed: rtt,
            variation: rtt / 2,
        }
    }

    /// The estimate after one more sample (2.3): gains of 1/8 and 1/4.
    pub(super) fn next(self, rtt: Duration) -> Self {
        Self {
            smoothed: (self.smoothed.saturating_mul(7).saturating_add(rtt)) / 8,
            variation: (self.variation.saturating_mul(3)).saturating_add(self.smoothed.abs_diff(rtt)) / 4,
        }
    }

    /// The estimate after one more sample of many: moved by one part of so many towards it.
    fn towards(self, rtt: Duration, parts: (u32, u32)) -> Self {
        let moved = |from: Duration, to: Duration, parts: u32| {
            let step = from.abs_diff(to) / parts;
            if to > from {
                from.saturating_add(step)
            } else {
                from.saturating_sub(step)
            }
        };
        Self {
            smoothed: moved(self.smoothed, rtt, parts.0),
            variation: moved(self.variation, self.smoothed.abs_diff(rtt), parts.1),
        }
    }
}

impl Rto {
    /// The timer of a path of which nothing is known.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            estimate: None,
            doublings: 0,
            backed_off_at: Instant::ZERO,
        }
    }

    /// The timer of a path that was measured before.
    pub fn remembering(limits: Limits, estimate: Estimate) -> Self {
        Self {
            estimate: Some(estimate),
            ..Self::new(limits)
        }
    }

    /// What is known of the path, to be remembered.
    pub fn estimate(&self) -> Option<Estimate> {
        self.estimate
    }

    /// Takes the round-trip time of an unambiguous reply, and removes the back-off.
    pub fn sample(&mut self, rtt: Duration) {
        self.estimate = Some(
            self.estimate
                .map_or_else(|| Estimate::first(rtt), |e| e.next(rtt)),
        );
        self.doublings = 0;
    }

    /// Takes the round-trip time of one of `in_flight` that are on their way at once: the `count`th sample.
    ///
    /// Many samples in one round trip would make the estimator forget what it knew a round trip ago, and what is sent
    /// together is answered in the order of its round trips, so that neighbours hardly differ. The gains are divided
    /// by the samples of a round trip (RFC 7323, appendix G); until there are so many, the estimate is their mean.
    pub fn sample_among(&mut self, rtt: Duration, in_flight: u32, count: u32) {
        let expected = (in_flight / 2).max(1);
        let parts = |gain: u32| gain.saturating_mul(expected).min(count.max(1));
        self.estimate = Some(self.estimate.map_or_else(
            || Estimate::first(rtt),
            |estimate| estimate.towards(rtt, (parts(8), parts(4))),
        ));
        self.doublings = 0;
    }

    /// Takes note that the timer ran out at `now` without a reply: the next one is twice as long.
    pub fn back_off(&mut self, now: Instant) {
        // 2^32 times the shortest timer is past every cap, so that more doublings change nothing.
        self.doublings = (self.doublings + 1).min(32);
        self.backed_off_at = now;
    }

    /// Removes the back-off if a whole timeout has passed since the timer last ran out.
    pub fn settle(&mut self, now: Instant) {
        if now - self.backed_off_at >= self.timeout() {
            self.doublings = 0;
        }
    }

    /// The timeout now, without jitter.
    pub fn timeout(&self) -> Duration {
        let base = match self.estimate {
            None => self.limits.initial,
            Some(e) => e
                .smoothed
                .saturating_add(GRANULARITY.max(e.variation.saturating_mul(4))),
        };
        base.clamp(self.limits.floor.min(self.limits.cap), self.limits.cap)
            .saturating_mul(1_u32.checked_shl(self.doublings).unwrap_or(u32::MAX))
            .min(self.limits.cap)
    }

    /// The timeout now, lengthened by a random part of the jitter.
    pub fn jittered<R: Rng + ?Sized>(&self, rng: &mut R) -> Duration {
        let timeout = self.timeout();
        if self.limits.jitter == 0 {
            return timeout;
        }
        let thousandths = rng.random_range(0..=u32::from(self.limits.jitter) * 10);
        timeout.saturating_add((timeout / 1000).saturating_mul(thousandths))
    }
}

/// G of RFC 6298: how exact a timer is. That of tokio, one millisecond.
const GRANULARITY: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_pcg::Pcg32;

    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn the_first_sample_sets_mean_and_half_of_it_as_deviation() {
        let mut rto = Rto::new(Limits::REQUEST);
        assert_eq!(rto.timeout(), ms(1000));
        rto.sample(ms(100));
        assert_eq!(
            rto.estimate(),
            Some(Estimate {
                smoothed: ms(100),
                variation: ms(50)
            })
        );
        assert_eq!(rto.timeout(), ms(300));
    }

    #[test]
    fn later_samples_move_the_deviation_by_a_quarter_and_the_mean_by_an_eighth() {
        let mut rto = Rto::new(Limits::REQUEST);
        rto.sample(ms(100));
        rto.sample(ms(180));
        // RTTVAR = 3/4 × 50 + 1/4 × |100 − 180|, by the old mean; SRTT = 7/8 × 100 + 1/8 × 180.
        let expected = Estimate {
            smoothed: ms(110),
            variation: Duration::from_micros(57_500),
        };
        assert_eq!(rto.estimate(), Some(expected));
        assert_eq!(rto.timeout(), ms(340));
    }

    #[test]
    fn a_steady_path_keeps_one_granule_above_its_mean() {
        let mut rto = Rto::new(Limits {
            floor: Duration::ZERO,
            ..Limits::REQUEST
        });
        for _ in 0..200 {
            rto.sample(ms(40));
        }
        assert_eq!(rto.timeout(), ms(41));
    }

    #[test]
    fn floor_and_cap_hold() {
        let mut rto = Rto::new(Limits::TCP);
        rto.sample(Duration::from_micros(50));
        assert_eq!(rto.timeout(), ms(1000));
        for _ in 0..100 {
            rto.back_off(Instant::ZERO);
        }
        assert_eq!(rto.timeout(), ms(60_000));
        rto.sample(Duration::MAX);
        rto.sample(Duration::MAX);
        assert_eq!(rto.timeout(), ms(60_000));
    }

    #[test]
    fn back_off_doubles_until_an_unambiguous_reply() {
        let mut rto = Rto::remembering(Limits::REQUEST, Estimate::first(ms(20)));
        rto.back_off(Instant::ZERO);
        assert_eq!(rto.timeout(), ms(120));
        rto.back_off(Instant::ZERO);
        assert_eq!(rto.timeout(), ms(240));
        rto.sample(ms(20));
        assert_eq!(rto.timeout(), ms(50));
    }

    #[test]
    fn back_off_ends_after_a_timeout_without_a_loss() {
        let mut rto = Rto::new(Limits::REQUEST);
        rto.back_off(Instant::ZERO + ms(500));
        rto.settle(Instant::ZERO + ms(2499));
        assert_eq!(rto.timeout(), ms(2000));
        rto.settle(Instant::ZERO + ms(2500));
        assert_eq!(rto.timeout(), ms(1000));
    }

    #[test]
    fn jitter_only_lengthens() {
        let rto = Rto::new(Limits::REQUEST);
        let mut rng = Pcg32::seed_from_u64(1);
        let waits: Vec<Duration> = (0..1000).map(|_| rto.jittered(&mut rng)).collect();
        assert!(waits.iter().all(|wait| (ms(1000)..=ms(1100)).contains(wait)));
        assert!(waits.iter().max() > Some(&ms(1090)));
    }
}
