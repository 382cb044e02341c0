//! How many calls may be on their way at once: additive increase, multiplicative decrease.
//!
//! On their way are those of which nothing has been heard since they were last sent; what the server says that it
//! works on is no load on the network. The window begins at 4 (RFC 3390), and each answer that finds it full widens
//! it: by one until the first loss, then by one a round trip. A loss halves it, once a round trip.
//!
//! The ladder's `Flow` is for windows of thousands: its floor, below which loss is not taken for congestion, is the
//! most that a session allows. Here the floor is what RFC 6928 lets every connection begin with. Without one, a path
//! that loses a third of what is sent for reasons of its own would starve.

use std::time::Duration;

use crate::proto::Instant;

#[derive(Debug)]
pub(super) struct Window {
    most: f64,
    width: f64,
    flying: u32,
    /// How many of these flew when the window was full: their landing widens it.
    full: u32,
    /// Whether the window doubles its way up: until the first loss.
    opening: bool,
    /// Losses before this moment belong to the one that halved the window last.
    recovering: Instant,
}

impl Window {
    pub(super) fn new(most: u32) -> Self {
        let most = f64::from(most.max(1));
        Self {
            most,
            width: START.min(most),
            flying: 0,
            full: 0,
            opening: true,
            recovering: Instant::ZERO,
        }
    }

    pub(super) fn has_room(&self) -> bool {
        f64::from(self.flying) + 1.0 <= self.width
    }

    /// How many are on their way.
    pub(super) fn flying(&self) -> u32 {
        self.flying
    }

    /// One more is on its way.
    pub(super) fn sent(&mut self) {
        self.flying += 1;
        if !self.has_room() {
            self.full = self.flying;
        }
    }

    /// Something was heard of one that was on its way.
    pub(super) fn landed(&mut self) {
        if self.full > 0 {
            let more = if self.opening { 1.0 } else { 1.0 / self.width };
            self.width = (self.width + more).min(self.most);
        }
        self.forgotten();
    }

    /// One that was on its way is of no interest any more.
    pub(super) fn forgotten(&mut self) {
        self.flying = self.flying.saturating_sub(1);
        self.full = self.full.saturating_sub(1);
    }

    /// One was lost, or the server has too much to do, on a path with this round trip.
    pub(super) fn narrow(&mut self, now: Instant, round_trip: Duration) {
        self.opening = false;
        if now >= self.recovering {
            self.width = (self.width / 2.0).max(self.width.min(FLOOR));
            self.recovering = now + round_trip;
        }
    }
}

const START: f64 = 4.0;
const FLOOR: f64 = 10.0;

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Fills the window, then hears of all. How many there were.
    fn round(window: &mut Window) -> u32 {
        while window.has_room() {
            window.sent();
        }
        let width = window.flying();
        (0..width).for_each(|_| window.landed());
        width
    }

    #[test]
    fn it_doubles_from_four_to_the_most() {
        let mut window = Window::new(64);
        let widths: Vec<_> = (0..6).map(|_| round(&mut window)).collect();
        assert_eq!(widths, [4, 8, 16, 32, 64, 64]);
        assert_eq!(round(&mut Window::new(2)), 2);
    }

    #[test]
    fn a_burst_of_losses_halves_it_once_and_it_grows_by_one_a_round_trip() {
        let mut window = Window::new(64);
        for _ in 0..5 {
            round(&mut window);
        }
        let now = Instant::ZERO + 100 * MS;
        (0..5).for_each(|_| window.narrow(now, MS));
        assert_eq!(round(&mut window), 32);
        assert_eq!(round(&mut window), 32, "the first round brings almost one");
        assert_eq!(round(&mut window), 33);
        window.narrow(now + 2 * MS, MS);
        assert_eq!(round(&mut window), 17);
    }

    #[test]
    fn endless_loss_does_not_close_it_below_the_floor() {
        let mut window = Window::new(64);
        for _ in 0..5 {
            round(&mut window);
        }
        (1..20).for_each(|n| window.narrow(Instant::ZERO + n * MS, MS));
        assert_eq!(round(&mut window), 10);
    }

    #[test]
    fn a_window_that_is_not_used_does_not_grow() {
        let mut window = Window::new(64);
        for _ in 0..100 {
            window.sent();
            window.landed();
        }
        assert_eq!(round(&mut window), 4);
    }
}
