//! What arrived, to be acknowledged: the numbers of datagrams, and when the other end is to be told.
//!
//! RFC 9000, 13.2: every second datagram is acknowledged, one alone after a few milliseconds, and at once what is out
//! of order, because the other end waits for it to tell loss from disorder. Several datagrams that come in one batch
//! are answered together, because the owner polls for outputs behind the batch.

use std::time::Duration;

use super::super::ranges::Ranges;
use crate::proto::Instant;

/// The numbers that arrived.
#[derive(Clone, Debug)]
pub(super) struct Arrivals {
    numbers: Ranges,
    /// Nothing below this is remembered, or waited for by the other end.
    floor: u64,
    /// When the highest of them came.
    highest_at: Instant,
    unanswered: u32,
    /// The lowest number that came since the last acknowledgement, and that of some acknowledgements before.
    fresh_from: u64,
    told_from: [u64; REPEATS],
    due: Option<Instant>,
}

impl Default for Arrivals {
    fn default() -> Self {
        Self {
            numbers: Ranges::default(),
            floor: 0,
            highest_at: Instant::ZERO,
            unanswered: 0,
            fresh_from: u64::MAX,
            told_from: [u64::MAX; REPEATS],
            due: None,
        }
    }
}

impl Arrivals {
    /// Whether the datagram with this number has not come before.
    pub(super) fn is_new(&self, number: u64) -> bool {
        number >= self.floor && !self.numbers.contains(number)
    }

    /// Takes note of a datagram, of one who still waits for `oldest`.
    pub(super) fn note(&mut self, now: Instant, number: u64, oldest: u64, asks: bool) {
        let before = self.numbers.last();
        if before.as_ref().is_none_or(|last| number >= last.end) {
            self.highest_at = now;
        }
        self.numbers.insert(number..number + 1, |_| ());
        self.fresh_from = self.fresh_from.min(number);
        self.floor = self.floor.max(oldest);
        if self.numbers.len() > MOST_RANGES
            && let Some(lowest) = self.numbers.first()
        {
            self.floor = self.floor.max(lowest.end);
        }
        self.numbers.forget_below(self.floor);
        if !asks {
            return;
        }
        self.unanswered += 1;
        let in_order = before.is_none_or(|last| last.end == number);
        let wait = if in_order && self.unanswered < EVERY {
            LONGEST_ACK_DELAY
        } else {
            Duration::ZERO
        };
        self.due = Some(self.due.map_or(now + wait, |due| due.min(now + wait)));
    }

    /// What is acknowledged next is told at once.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.due = Some(now);
    }

    /// When the other end is to be told.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Whether there is anything that was not told.
    pub(super) fn has_news(&self) -> bool {
        self.due.is_some()
    }

    /// The numbers, and down to which of them they are to be told: acknowledgements get lost like anything else.
    pub(super) fn numbers(&self) -> (&Ranges, u64) {
        let told = self.told_from.into_iter().min().unwrap_or(u64::MAX);
        (&self.numbers, told.min(self.fresh_from))
    }

    /// Takes note that they are told now, and says how long ago the highest came.
    pub(super) fn tell(&mut self, now: Instant) -> Duration {
        self.unanswered = 0;
        self.due = None;
        self.told_from.rotate_right(1);
        if let Some(newest) = self.told_from.first_mut() {
            *newest = std::mem::replace(&mut self.fresh_from, u64::MAX);
        }
        now - self.highest_at
    }
}

/// How long the acknowledgement of one datagram alone may wait.
pub(super) const LONGEST_ACK_DELAY: Duration = Duration::from_millis(5);

/// So many datagrams are not waited longer than it takes to handle them.
const EVERY: u32 = 2;

/// In how many acknowledgements a number is told again.
const REPEATS: usize = 3;

/// The most ranges that are remembered: as many as the holes that a long path with much loss makes.
const MOST_RANGES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    #[test]
    fn one_alone_waits_and_the_second_does_not() {
        let mut arrivals = Arrivals::default();
        arrivals.note(at(0), 0, 0, true);
        assert_eq!(arrivals.due(), Some(at(0) + LONGEST_ACK_DELAY));
        arrivals.note(at(1), 1, 0, true);
        assert_eq!(arrivals.due(), Some(at(1)));
        assert_eq!(arrivals.numbers().0.first(), Some(0..2));
        assert_eq!(arrivals.tell(at(2)), Duration::from_millis(1));
        assert_eq!(arrivals.due(), None);
    }

    #[test]
    fn disorder_is_told_at_once() {
        let mut arrivals = Arrivals::default();
        arrivals.note(at(0), 0, 0, true);
        arrivals.tell(at(0));
        arrivals.note(at(1), 2, 0, true);
        assert_eq!(arrivals.due(), Some(at(1)));
        arrivals.tell(at(1));
        arrivals.note(at(2), 1, 0, true);
        assert_eq!(arrivals.due(), Some(at(2)));
    }

    #[test]
    fn what_does_not_ask_is_not_answered() {
        let mut arrivals = Arrivals::default();
        arrivals.note(at(0), 7, 0, false);
        assert_eq!(arrivals.due(), None);
        assert!(!arrivals.is_new(7) && arrivals.is_new(6));
    }

    #[test]
    fn memory_is_bounded_and_what_is_forgotten_counts_as_seen() {
        let mut arrivals = Arrivals::default();
        for number in 0..10_000 {
            arrivals.note(at(0), number * 2, 0, true);
        }
        assert_eq!(arrivals.numbers.len(), MOST_RANGES);
        assert!(!arrivals.is_new(1) && arrivals.is_new(19_997));
        arrivals.note(at(0), 19_999, 19_990, true);
        assert!(!arrivals.is_new(19_989) && arrivals.numbers.len() < 10);
    }

    #[test]
    fn a_number_is_told_four_times() {
        let mut arrivals = Arrivals::default();
        arrivals.note(at(0), 7, 0, true);
        for round in 0..6 {
            arrivals.note(at(0), 100 + round, 0, true);
            assert_eq!(arrivals.numbers().1 == 7, round < 4);
            arrivals.tell(at(0));
        }
    }
}
