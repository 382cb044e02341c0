//! Spreads what is sent over the time.
//!
//! What goes at once is what one wake-up is worth: half a millisecond's, so that the owner can hand it to the kernel
//! in one piece. Who wakes up late may make up for two milliseconds.

use std::time::Duration;

use crate::proto::Instant;

/// The pace of one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Pacer {
    rate: u64,
    /// When the line would have sent everything.
    clear: Instant,
    paused: bool,
}

impl Pacer {
    /// In bytes per second; zero for no pace.
    pub(super) fn set_rate(&mut self, rate: u64) {
        self.rate = rate;
    }

    /// When the next datagram may be sent, if not now.
    pub(super) fn paused_until(&mut self, now: Instant) -> Option<Instant> {
        self.paused = if self.paused {
            self.clear > now
        } else {
            self.clear > now + AHEAD
        };
        self.paused.then_some(self.clear)
    }

    /// Takes note of a datagram that is sent.
    pub(super) fn sent(&mut self, now: Instant, size: usize) {
        let begin = self
            .clear
            .since_origin()
            .max(now.since_origin().saturating_sub(LATE));
        let time = (size as u64 * 1_000_000_000)
            .checked_div(self.rate)
            .map_or(Duration::ZERO, Duration::from_nanos);
        self.clear = Instant::from_origin(begin) + time;
    }
}

const AHEAD: Duration = Duration::from_micros(500);
const LATE: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_a_second_it_lets_go_what_the_rate_says_whenever_it_is_asked() {
        for tick in [Duration::from_micros(10), Duration::from_millis(1)] {
            let mut pacer = Pacer::default();
            pacer.set_rate(10_000_000);
            let (mut now, mut sent) = (Instant::ZERO + LATE, 0);
            while now < Instant::ZERO + LATE + Duration::from_secs(1) {
                while pacer.paused_until(now).is_none() {
                    pacer.sent(now, 1000);
                    sent += 1000;
                }
                now += tick;
            }
            assert!((9_990_000..10_030_000).contains(&sent), "{sent}");
        }
    }

    #[test]
    fn what_goes_at_once_is_bounded() {
        let mut pacer = Pacer::default();
        pacer.set_rate(10_000_000);
        let now = Instant::ZERO + Duration::from_secs(100);
        let mut sent = 0;
        while pacer.paused_until(now).is_none() {
            pacer.sent(now, 1000);
            sent += 1000;
        }
        assert!(sent <= 26_000, "{sent}");
    }
}
