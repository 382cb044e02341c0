//! How much may be on its way: the congestion window of NewReno (RFC 9002, section 7; RFC 5681).
//!
//! A loss is the network's only way to say that it is full. The window doubles every round trip until the first
//! loss, then grows by one datagram a round trip, and is halved at most once for the losses of one round trip.

use super::frame::LARGEST_DATAGRAM;

/// The congestion window of one direction, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Congestion {
    window: u64,
    /// Below it the window doubles.
    threshold: u64,
    /// Losses of transmissions before this number are known to the window.
    recovery: u64,
}

impl Congestion {
    /// The window of a new path (RFC 9002, 7.2): ten datagrams.
    pub(super) fn new() -> Self {
        Self {
            window: 10 * DATAGRAM,
            threshold: u64::MAX,
            recovery: 0,
        }
    }

    /// How many bytes may be on their way.
    pub(super) fn window(&self) -> u64 {
        self.window
    }

    /// Takes note that `bytes` arrived.
    pub(super) fn acknowledged(&mut self, bytes: u64) {
        self.window = if self.window < self.threshold {
            self.window.saturating_add(bytes)
        } else {
            // One datagram more a window, by shares.
            self.window
                .saturating_add(DATAGRAM.saturating_mul(bytes) / self.window)
        };
    }

    /// Takes note that transmission `number` was lost, when the next to be made is `upcoming`.
    pub(super) fn lost(&mut self, number: u64, upcoming: u64) {
        if number >= self.recovery {
            self.recovery = upcoming;
            self.window = (self.window / 2).max(SMALLEST);
            self.threshold = self.window;
        }
    }

    /// Takes note that the timer ran out with nothing heard: begin again with the smallest window.
    pub(super) fn timed_out(&mut self, upcoming: u64) {
        self.threshold = (self.window / 2).max(SMALLEST);
        self.window = SMALLEST;
        self.recovery = upcoming;
    }
}

const DATAGRAM: u64 = LARGEST_DATAGRAM as u64;

/// Two datagrams, so that one loss can be followed by something that shows it.
const SMALLEST: u64 = 2 * DATAGRAM;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_doubles_before_and_creeps_after_the_first_loss() {
        let mut congestion = Congestion::new();
        congestion.acknowledged(10 * DATAGRAM);
        assert_eq!(congestion.window(), 20 * DATAGRAM);
        congestion.lost(5, 30);
        assert_eq!(congestion.window(), 10 * DATAGRAM);
        for _ in 0..10 {
            congestion.acknowledged(DATAGRAM);
        }
        assert!((10 * DATAGRAM..=11 * DATAGRAM).contains(&congestion.window()));
        assert!(congestion.window() > 10 * DATAGRAM + DATAGRAM * 9 / 10);
    }

    #[test]
    fn the_losses_of_one_round_trip_halve_it_once() {
        let mut congestion = Congestion::new();
        for number in [3, 4, 29] {
            congestion.lost(number, 30);
        }
        assert_eq!(congestion.window(), 5 * DATAGRAM);
        congestion.lost(30, 50);
        assert_eq!(congestion.window(), 5 * DATAGRAM / 2);
    }

    #[test]
    fn the_window_never_closes() {
        let mut congestion = Congestion::new();
        for number in 0..100 {
            congestion.lost(number, number + 1);
            congestion.timed_out(number + 1);
        }
        assert_eq!(congestion.window(), SMALLEST);
    }
}
