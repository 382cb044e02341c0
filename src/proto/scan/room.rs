//! How many attempts the system has room for: found out by asking for more until it says no.

use std::time::Duration;

use crate::proto::Instant;

/// The window of a scan.
#[derive(Debug)]
pub(super) struct Room {
    /// What was asked for.
    most: usize,
    /// What there is room for.
    window: usize,
    /// Attempts that have ended since the window last grew.
    ended: usize,
    taken: usize,
    /// Nothing is started before this, and how long the rest was.
    rest: Option<(Instant, Duration)>,
    /// Since when nothing could be started although nothing is on its way.
    stuck: Option<Instant>,
}

impl Room {
    pub(super) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most,
            window: most,
            ended: 0,
            taken: 0,
            rest: None,
            stuck: None,
        }
    }

    /// Whether one more may be started at `now`.
    pub(super) fn is_free(&self, now: Instant) -> bool {
        self.taken < self.window && self.rest.is_none_or(|(until, _)| until <= now)
    }

    /// When that will be, if only time is needed.
    pub(super) fn free_at(&self) -> Option<Instant> {
        let (until, _) = self.rest?;
        (self.taken < self.window).then_some(until)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.taken == 0
    }

    pub(super) fn take(&mut self) {
        self.taken += 1;
    }

    /// One has ended. For each whole window of them one more is tried.
    pub(super) fn give_back(&mut self) {
        self.taken = self.taken.saturating_sub(1);
        self.rest = None;
        self.stuck = None;
        self.ended += 1;
        if self.ended >= self.window && self.window < self.most {
            self.window += 1;
            self.ended = 0;
        }
    }

    /// The system had no room for the one that was just taken. True when there is no hope.
    pub(super) fn refuse(&mut self, now: Instant) -> bool {
        self.taken = self.taken.saturating_sub(1);
        self.window = self.taken.max(1);
        self.ended = 0;
        if self.taken > 0 {
            return false;
        }
        // Others on this machine have what we need: they may give it back.
        let since = *self.stuck.get_or_insert(now);
        let rest = self
            .rest
            .map_or(FIRST_REST, |(_, rest)| (rest * 2).min(LONGEST_REST));
        self.rest = Some((now + rest, rest));
        now - since >= HOPE
    }

    /// Nothing is started for `pause` from `now` on.
    pub(super) fn pause(&mut self, now: Instant, pause: Duration) {
        self.rest = Some((now + pause, FIRST_REST));
    }
}

const FIRST_REST: Duration = Duration::from_millis(10);
const LONGEST_REST: Duration = Duration::from_secs(1);
/// How long we wait for others to give back what we need.
const HOPE: Duration = Duration::from_secs(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_makes_the_window_what_fits_and_each_window_of_ends_tries_one_more() {
        let mut room = Room::new(8);
        for _ in 0..5 {
            assert!(room.is_free(Instant::ZERO));
            room.take();
        }
        assert!(!room.refuse(Instant::ZERO));
        assert!(!room.is_free(Instant::ZERO), "four are what fits");
        for _ in 0..4 {
            room.give_back();
        }
        for _ in 0..5 {
            assert!(room.is_free(Instant::ZERO));
            room.take();
        }
        assert!(!room.is_free(Instant::ZERO));
    }

    #[test]
    fn without_room_for_any_it_waits_and_in_the_end_gives_up() {
        let mut room = Room::new(8);
        let mut now = Instant::ZERO;
        let mut tries = 0;
        loop {
            assert!(room.is_free(now));
            room.take();
            tries += 1;
            if room.refuse(now) {
                break;
            }
            assert!(!room.is_free(now));
            now = room.free_at().unwrap();
        }
        assert!(now - Instant::ZERO >= HOPE);
        assert!((10..30).contains(&tries));
    }
}
