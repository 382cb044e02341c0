//! How much disorder is taken for disorder before it is taken for loss.
//!
//! RFC 9002, 6.1: a datagram is lost when one sent three later has arrived, or one sent later and a time has passed.
//! On a path that reorders, both rules send again what was only late. Each time that this comes out (the late one is
//! acknowledged after all) the network has shown how late a datagram may be, and from then on that long is waited:
//! the reordering window of RACK (RFC 8985, 6.2), measured instead of doubled, and the rule of three is given up
//! (RFC 8985, section 3.3). Both come back when the path keeps its order for a while.

use std::time::Duration;

use super::rtt::{GRANULARITY, Rtt};

/// What is known of the disorder of the path.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reordering {
    /// How much later than expected a datagram was that was not lost.
    window: Duration,
    /// Rounds since it last was so late.
    orderly: u32,
}

impl Reordering {
    /// By how many numbers a datagram may be overtaken.
    pub(super) fn packets(&self) -> Option<u64> {
        self.window.is_zero().then_some(PACKET_THRESHOLD)
    }

    /// How long after it was sent a datagram that was overtaken may still come.
    pub(super) fn patience(&self, rtt: &Rtt) -> Duration {
        let expected = rtt.expected();
        expected + self.window.max(expected / 8).max(GRANULARITY)
    }

    /// Takes note of a datagram that was thought to be lost and is acknowledged `elapsed` after it was sent.
    pub(super) fn was_late(&mut self, rtt: &Rtt, elapsed: Duration) {
        let expected = rtt.expected();
        let late = elapsed.saturating_sub(expected).max(GRANULARITY);
        let most = (expected * 2).max(LEAST_BOUND).min(MOST_BOUND);
        self.window = self.window.max(late + late / 8).min(most);
        self.orderly = 0;
    }

    /// Takes note that a round trip has passed.
    pub(super) fn round(&mut self) {
        self.orderly += 1;
        if self.orderly >= ROUNDS {
            self.orderly = 0;
            self.window /= 2;
            if self.window < GRANULARITY {
                self.window = Duration::ZERO;
            }
        }
    }
}

/// kPacketThreshold.
const PACKET_THRESHOLD: u64 = 3;

/// After so many rounds in order, half as much disorder is expected.
const ROUNDS: u32 = 64;

/// The bounds between which the bound of the window lies: twice the round trip.
const LEAST_BOUND: Duration = Duration::from_millis(50);
const MOST_BOUND: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    fn rtt() -> Rtt {
        let mut rtt = Rtt::default();
        rtt.sample(ms(40), ms(0));
        rtt
    }

    #[test]
    fn one_that_was_late_teaches_to_wait_and_order_to_forget_it() {
        let (mut reordering, rtt) = (Reordering::default(), rtt());
        assert_eq!(
            (reordering.packets(), reordering.patience(&rtt)),
            (Some(3), ms(45))
        );
        reordering.was_late(&rtt, ms(56));
        assert_eq!((reordering.packets(), reordering.patience(&rtt)), (None, ms(58)));
        for _ in 0..ROUNDS * 5 {
            reordering.round();
        }
        assert_eq!(reordering.packets(), Some(3));
    }

    #[test]
    fn nobody_makes_it_wait_for_ever() {
        let (mut reordering, rtt) = (Reordering::default(), rtt());
        reordering.was_late(&rtt, ms(60_000));
        assert_eq!(reordering.patience(&rtt), ms(120));
    }
}
