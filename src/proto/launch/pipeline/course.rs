//! One session and its calls, by their numbers within it.

use std::collections::VecDeque;

use super::call::Call;
use crate::proto::launch::Session;

/// A session in use.
#[derive(Debug)]
pub(super) struct Course {
    /// Its [`ack_through`](Session::ack_through) is the number before the first place.
    pub(super) session: Session,
    /// The server refuses it: no call is begun in it any more.
    pub(super) is_over: bool,
    /// Rises with every cookie that the server gave.
    pub(super) cookie: u32,
    /// Whether an earlier run opened it: then others than those that are known here may be unsettled in it.
    pub(super) is_resumed: bool,
    places: VecDeque<Place>,
}

/// What is known of one number.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "most are open, at most 64 are there, and a box would be one allocation more for each call"
)]
enum Place {
    /// Not a call of ours: it may be unsettled.
    Foreign,
    Open(Call),
    /// Over; not settled.
    Over(u64),
    Settled,
}

impl Course {
    pub(super) fn new(session: Session, is_resumed: bool) -> Self {
        Self {
            session,
            is_over: false,
            cookie: 0,
            is_resumed,
            places: VecDeque::new(),
        }
    }

    /// The number of the next call.
    pub(super) fn next(&self) -> u64 {
        self.session.ack_through + 1 + self.places.len() as u64
    }

    /// Whether nothing in it is unsettled.
    pub(super) fn is_settled(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether nothing in it is asked for or to be settled by us.
    pub(super) fn is_idle(&self) -> bool {
        let is_idle = |place: &Place| matches!(place, Place::Foreign | Place::Settled);
        self.places.iter().all(is_idle)
    }

    /// How many calls are unsettled, and all that come after the first of them.
    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Gives a call the next number.
    pub(super) fn push(&mut self, call: Call) -> u64 {
        let seq = self.next();
        self.places.push_back(Place::Open(call));
        seq
    }

    /// Puts a call at the number that it has; false if that is taken, settled, or further ahead than `most`.
    pub(super) fn put(&mut self, seq: u64, call: Call, most: u64) -> bool {
        if seq.saturating_sub(self.session.ack_through) > most {
            return false;
        }
        while self.next() <= seq {
            self.places.push_back(Place::Foreign);
        }
        match self.index(seq).and_then(|index| self.places.get_mut(index)) {
            Some(place @ Place::Foreign) => {
                *place = Place::Open(call);
                true
            }
            _ => false,
        }
    }

    /// The call with this number, if it is in hand.
    pub(super) fn call(&mut self, seq: u64) -> Option<&mut Call> {
        match self.index(seq).and_then(|index| self.places.get_mut(index)) {
            Some(Place::Open(call)) => Some(call),
            _ => None,
        }
    }

    /// The calls in hand, with their numbers.
    pub(super) fn calls(&mut self) -> impl Iterator<Item = (u64, &mut Call)> {
        let first = self.session.ack_through + 1;
        (first..)
            .zip(&mut self.places)
            .filter_map(|(seq, place)| match place {
                Place::Open(call) => Some((seq, call)),
                _ => None,
            })
    }

    /// Takes a call that is over out of hand; it stays unsettled.
    pub(super) fn end(&mut self, seq: u64) -> Option<Call> {
        let place = self.index(seq).and_then(|index| self.places.get_mut(index))?;
        let Place::Open(Call { number, .. }) = *place else {
            return None;
        };
        match std::mem::replace(place, Place::Over(number)) {
            Place::Open(call) => Some(call),
            _ => None,
        }
    }

    /// Takes note that the call with this number of the owner's is settled; false if it is none of these.
    pub(super) fn settle(&mut self, number: u64) -> bool {
        let is_it = |place: &&mut Place| matches!(place, Place::Over(over) if *over == number);
        let Some(place) = self.places.iter_mut().find(is_it) else {
            return false;
        };
        *place = Place::Settled;
        while let Some(Place::Settled) = self.places.front() {
            self.places.pop_front();
            self.session.ack_through += 1;
        }
        true
    }

    fn index(&self, seq: u64) -> Option<usize> {
        let behind = seq.checked_sub(self.session.ack_through)?.checked_sub(1)?;
        usize::try_from(behind).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::Instant;
    use crate::proto::launch::pipeline::call::Phase;

    fn call(number: u64) -> Call {
        Call::new(Instant::ZERO, number, Vec::new(), Phase::Due)
    }

    fn course(ack: u64) -> Course {
        Course::new(Session::resumed(1, 9, ack, 0), false)
    }

    #[test]
    fn only_what_is_settled_without_a_gap_is_acknowledged() {
        let mut course = course(0);
        for number in 100..104 {
            course.push(call(number));
        }
        assert!(!course.settle(100), "it is not over");
        for seq in [2, 1, 4] {
            assert!(course.end(seq).is_some());
        }
        assert!(course.settle(101));
        assert_eq!(course.session.ack_through, 0);
        assert!(course.settle(100));
        assert_eq!(course.session.ack_through, 2);
        assert!(course.settle(103));
        assert_eq!((course.session.ack_through, course.next()), (2, 5));
    }

    #[test]
    fn what_is_not_known_to_be_settled_is_never_acknowledged() {
        let mut course = course(5);
        assert!(course.put(8, call(1), 64));
        assert!(!course.put(8, call(2), 64), "its place is taken");
        assert!(!course.put(5, call(2), 64), "it was settled before");
        assert!(!course.put(6 + 64, call(2), 64), "no server has so many");
        assert!(course.end(8).is_some() && course.settle(1));
        assert_eq!((course.session.ack_through, course.is_idle()), (5, true));
        assert!(course.put(6, call(3), 64), "an earlier one may still be resumed");
    }
}
