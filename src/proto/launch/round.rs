//! Which of several addresses is asked: one that is silent, or busy for long, is left for the next.
//!
//! A question about one store may go to any address. An id names its store, so that a server with another one
//! answers *gone* and begins nothing; such an address is *foreign* and is not asked again. Only when every address
//! is foreign is the store gone.

use std::time::Duration;

use crate::proto::Instant;

/// Which of the addresses of a server is asked about one store.
#[derive(Clone, Debug)]
pub struct Ring {
    here: usize,
    places: Vec<Place>,
    /// How many addresses in a row were silent, or could not be reached.
    silent: usize,
    /// Since when the one that is asked has said nothing but that it is busy.
    busy_since: Option<Instant>,
}

/// What is known of an address.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// It may have the store, and wants not to be asked before.
    Possible(Instant),
    /// It has another store.
    Foreign,
}

impl Ring {
    /// So many attempts an address has to answer, where there are others.
    pub const ATTEMPTS: u32 = 3;

    /// All of `count` addresses, of which `first` is asked first.
    pub fn new(count: usize, first: usize) -> Self {
        Self {
            here: first,
            places: vec![Place::Possible(Instant::ZERO); count.max(1)],
            silent: 0,
            busy_since: None,
        }
    }

    /// The address that is asked, by its number.
    pub fn here(&self) -> usize {
        self.here
    }

    /// Whether there is another address that may have the store.
    pub fn has_others(&self) -> bool {
        self.next().is_some()
    }

    /// Asks no other address.
    pub fn stay(&mut self) {
        let here = self.here;
        for (number, place) in self.places.iter_mut().enumerate() {
            if number != here {
                *place = Place::Foreign;
            }
        }
    }

    /// The one that is asked has answered.
    pub fn heard(&mut self) {
        (self.silent, self.busy_since) = (0, None);
    }

    /// The one that is asked does not answer, or cannot be reached. Whether all were tried in vain by now.
    pub fn silent(&mut self) -> bool {
        self.silent += 1;
        let possible = self.places.iter().filter(|place| !place.is_foreign()).count();
        self.leave();
        self.silent.is_multiple_of(possible.max(1))
    }

    /// The one that is asked is busy and wants to be asked again after `pause`. When the next is to be asked, if it
    /// is left for that: once it would have said nothing else for a second.
    pub fn busy(&mut self, now: Instant, pause: Duration) -> Option<Instant> {
        self.silent = 0;
        let since = *self.busy_since.get_or_insert(now);
        let next = self.next()?;
        if now + pause < since + PATIENCE {
            return None;
        }
        if let Some(place) = self.places.get_mut(self.here) {
            *place = Place::Possible(now + pause);
        }
        self.leave();
        match self.places.get(next) {
            Some(Place::Possible(not_before)) => Some(now.max(*not_before)),
            _ => Some(now),
        }
    }

    /// The one that is asked has another store. Whether there is another address to ask.
    pub fn foreign(&mut self) -> bool {
        let next = self.next();
        if next.is_some() {
            if let Some(place) = self.places.get_mut(self.here) {
                *place = Place::Foreign;
            }
            self.leave();
        }
        next.is_some()
    }

    fn leave(&mut self) {
        self.busy_since = None;
        self.here = self.next().unwrap_or(self.here);
    }

    /// The next that may have the store, but for the one that is asked.
    fn next(&self) -> Option<usize> {
        let count = self.places.len();
        let others = (1..count).map(|step| (self.here + step) % count);
        let is_possible = |place: &usize| self.places.get(*place).is_some_and(|place| !place.is_foreign());
        others.into_iter().find(is_possible)
    }
}

impl Place {
    fn is_foreign(&self) -> bool {
        matches!(self, Self::Foreign)
    }
}

/// For how long a server may say nothing but that it is busy.
const PATIENCE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    #[test]
    fn who_is_silent_is_left_for_the_next_and_comes_round_again() {
        let mut ring = Ring::new(3, 1);
        let rounds: Vec<_> = (0..4).map(|_| (ring.here(), ring.silent())).collect();
        assert_eq!(rounds, [(1, false), (2, false), (0, true), (1, false)]);
        let mut alone = Ring::new(1, 0);
        assert!(!alone.has_others() && alone.silent() && alone.here() == 0);
    }

    #[test]
    fn who_has_another_store_is_not_asked_again_and_the_last_is_never_struck_out() {
        let mut ring = Ring::new(3, 0);
        assert!(ring.foreign() && ring.here() == 1);
        assert!(!ring.silent() && ring.here() == 2);
        assert!(ring.silent() && ring.here() == 1, "a round is two now");
        assert!(ring.foreign() && ring.here() == 2 && !ring.has_others());
        assert!(!ring.foreign() && ring.here() == 2);
    }

    #[test]
    fn who_is_busy_for_a_second_is_left_and_not_asked_before_it_said() {
        let mut ring = Ring::new(2, 0);
        let pause = Duration::from_millis(400);
        assert_eq!(ring.busy(at(0), pause), None);
        assert_eq!(ring.busy(at(500), pause), None);
        assert_eq!(ring.busy(at(900), pause), Some(at(900)));
        assert_eq!(ring.here(), 1);
        assert_eq!(
            ring.busy(at(950), SECOND),
            Some(at(1300)),
            "the first wanted so much time"
        );
        assert_eq!(ring.here(), 0);
        ring.heard();
        assert_eq!(ring.busy(at(2000), pause), None, "it is counted anew");
        assert_eq!(Ring::new(1, 0).busy(at(0), 9 * SECOND), None);
    }
}
