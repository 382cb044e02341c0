//! The round trip, by RFC 9002, section 5: smoothed, its deviation, its latest and least.

use std::time::Duration;

use super::super::Estimate;
use super::arrivals::LONGEST_ACK_DELAY;

/// What is known of the round trip.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rtt {
    estimate: Option<Estimate>,
    latest: Duration,
    least: Option<Duration>,
}

impl Rtt {
    /// Takes a round trip of which the other end has kept back `delay`.
    pub(super) fn sample(&mut self, rtt: Duration, delay: Duration) {
        let least = self.least.map_or(rtt, |least| least.min(rtt));
        self.least = Some(least);
        let travelled = rtt.saturating_sub(delay.min(LONGEST_ACK_DELAY));
        // 5.3: a delay that would make the path shorter than it can be was not one.
        let adjusted = if travelled >= least { travelled } else { rtt };
        self.latest = adjusted;
        self.estimate = Some(
            self.estimate
                .map_or_else(|| Estimate::first(adjusted), |estimate| estimate.next(adjusted)),
        );
    }

    /// The smoothed round trip; before the first sample, a guess.
    pub(super) fn smoothed(&self) -> Duration {
        self.estimate.map_or(INITIAL, |estimate| estimate.smoothed)
    }

    /// The least that was ever seen.
    pub(super) fn least(&self) -> Option<Duration> {
        self.least
    }

    /// The longer one of the smoothed and the latest: what an acknowledgement may be expected to take.
    pub(super) fn expected(&self) -> Duration {
        self.smoothed().max(self.latest)
    }

    /// How long to wait for an acknowledgement until the other end is asked again (6.2.1), without back-off.
    pub(super) fn probe_timeout(&self) -> Duration {
        let variation = self.estimate.map_or(INITIAL / 2, |estimate| estimate.variation);
        self.smoothed()
            .saturating_add(GRANULARITY.max(variation.saturating_mul(4)))
            .saturating_add(LONGEST_ACK_DELAY)
    }
}

/// How exact timers are (kGranularity).
pub(super) const GRANULARITY: Duration = Duration::from_millis(1);

/// What is taken for the round trip until one was seen: a third of RFC 9002's, because nothing but the handshake
/// depends on it.
const INITIAL: Duration = Duration::from_millis(100);

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn what_the_other_end_kept_back_is_no_part_of_the_way() {
        let mut rtt = Rtt::default();
        rtt.sample(ms(20), ms(4));
        rtt.sample(ms(24), ms(4));
        assert_eq!(rtt.smoothed(), ms(20));
        // Not below the least, and not by more than the other end may.
        rtt.sample(ms(21), ms(4));
        assert_eq!(rtt.latest, ms(21));
        rtt.sample(ms(60), ms(40));
        assert_eq!(rtt.latest, ms(55));
        assert_eq!((rtt.least(), rtt.expected()), (Some(ms(20)), ms(55)));
    }

    #[test]
    fn a_probe_waits_for_what_may_still_come() {
        let mut rtt = Rtt::default();
        assert_eq!(rtt.probe_timeout(), ms(305));
        for _ in 0..200 {
            rtt.sample(ms(40), ms(0));
        }
        assert_eq!(rtt.probe_timeout(), ms(46));
    }
}
