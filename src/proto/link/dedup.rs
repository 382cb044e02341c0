//! The perfect link's half at the receiver: a filter that lets each message through once.
//!
//! Guarantees of a perfect point-to-point link (Cachin, Guerraoui, Rodrigues, module 2.3):
//!
//! * **PL1, reliable delivery**: if a correct process sends a message to a correct process, it is delivered;
//! * **PL2, no duplication**: no message is delivered more than once;
//! * **PL3, no creation**: what is delivered was sent.
//!
//! The book remembers every message for ever. With bounded memory something must be forgotten, and there are two
//! ways to treat a message of which it is no longer known whether it was delivered: deliver it (again, perhaps),
//! or refuse it. **This filter fails closed: PL2 holds whatever happens**, and PL1 is what a sender that breaks
//! its side of the contract loses:
//!
//! * it numbers its messages 0, 1, 2 … and repeats each one until it is answered (a [`Stubborn`](super::Stubborn)
//!   link);
//! * it has no more messages open at one time than the [`Window`] is wide; one that is ahead of the window is
//!   refused for now, and let through when it is repeated after the gap has closed;
//! * it says when it gives a message up ([`Window::settle_below`]), because a gap that is never filled never closes.

use std::collections::BTreeMap;

/// What the filter says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It was never let through: deliver it, now and never again.
    New,
    /// It was let through before, or settled without: answer it again, do not deliver it.
    Repeated,
    /// It is too far ahead of the oldest open message. It may be let through when it is repeated later.
    Ahead,
    /// Its sender was retired: whether it was let through is no longer known.
    Retired,
    /// Its sender is unknown, and there is no room for another one.
    Full,
}

/// The filter for many senders: a [`Window`] for each, for a bounded number of them.
///
/// The filter never forgets a sender by itself. Its owner [retires](Self::retire_through) senders in the order of
/// their ids, and no id that has been retired comes back. With ids that are handed out in ascending order the
/// oldest senders go first; with any others the guarantee holds all the same, but the wrong ones may be refused.
#[derive(Clone, Debug)]
pub struct Dedup<K> {
    senders: BTreeMap<K, Window>,
    most: usize,
    width: usize,
    retired: Option<K>,
}

impl<K: Ord + Clone> Dedup<K> {
    /// A filter for at most `most` senders, each with at most `width` open messages (rounded up to a multiple of
    /// 64). Takes `width / 8` bytes a sender, and some overhead.
    pub fn new(most: usize, width: usize) -> Self {
        Self {
            senders: BTreeMap::new(),
            most,
            width,
            retired: None,
        }
    }

    /// Decides on message `id` of `sender`, and remembers it if it is new.
    pub fn admit(&mut self, sender: &K, id: u64) -> Admission {
        if let Some(window) = self.senders.get_mut(sender) {
            return window.admit(id);
        }
        if self.retired.as_ref().is_some_and(|retired| sender <= retired) {
            return Admission::Retired;
        }
        if self.senders.len() >= self.most {
            return Admission::Full;
        }
        let mut window = Window::new(self.width);
        let admission = window.admit(id);
        if admission == Admission::New {
            self.senders.insert(sender.clone(), window);
        }
        admission
    }

    /// The window of a sender, if it is known.
    pub fn window(&mut self, sender: &K) -> Option<&mut Window> {
        self.senders.get_mut(sender)
    }

    /// Forgets `sender` and all before it: from now on each of them is refused.
    pub fn retire_through(&mut self, sender: &K) {
        self.senders.retain(|known, _| known > sender);
        self.retired = self.retired.take().max(Some(sender.clone()));
    }

    /// The least sender that is known: the next one to retire.
    pub fn oldest(&self) -> Option<&K> {
        self.senders.keys().next()
    }

    /// How many senders are known.
    pub fn len(&self) -> usize {
        self.senders.len()
    }

    /// Whether no sender is known.
    pub fn is_empty(&self) -> bool {
        self.senders.is_empty()
    }
}

/// The filter for one sender: every id below the floor is settled, and of the `width` ids from there on a bit
/// each says whether they were let through.
///
/// The bits are a ring, so that a rising floor moves nothing (the idea of RFC 6479). Unlike that anti-replay
/// window it does not slide over what is still missing: a late message is not lost, it is what the window waits
/// for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    floor: u64,
    bits: Box<[u64]>,
}

impl Window {
    /// A window of `width` ids (at least one, rounded up to a multiple of 64), of which none is settled.
    pub fn new(width: usize) -> Self {
        Self {
            floor: 0,
            bits: vec![0; width.max(1).div_ceil(64)].into(),
        }
    }

    /// The first id that is not settled: every id below was let through or given up, and is refused.
    pub fn floor(&self) -> u64 {
        self.floor
    }

    /// How many ids from the floor on can be let through.
    pub fn width(&self) -> u64 {
        self.bits.len() as u64 * 64
    }

    /// Decides on an id without remembering it. The last id, `u64::MAX`, is never let through, so that there is
    /// a floor above every id that was.
    pub fn check(&self, id: u64) -> Admission {
        match id.checked_sub(self.floor) {
            None => Admission::Repeated,
            Some(ahead) if ahead >= self.width() || id == u64::MAX => Admission::Ahead,
            Some(_) if self.is_set(id) => Admission::Repeated,
            Some(_) => Admission::New,
        }
    }

    /// Decides on an id, and remembers it if it is new.
    pub fn admit(&mut self, id: u64) -> Admission {
        let admission = self.check(id);
        if admission == Admission::New {
            self.put(id, true);
            self.close();
        }
        admission
    }

    /// Settles every id below `floor`: the sender says that it has the answers that it wants, and gives up the
    /// rest. None of them is let through any more.
    pub fn settle_below(&mut self, floor: u64) {
        let Some(rise) = floor.checked_sub(self.floor) else {
            return;
        };
        if rise >= self.width() {
            self.bits.fill(0);
        } else {
            (self.floor..floor).for_each(|id| self.put(id, false));
        }
        self.floor = floor;
        self.close();
    }

    /// Raises the floor over every id that was let through.
    fn close(&mut self) {
        while self.is_set(self.floor) {
            self.put(self.floor, false);
            self.floor += 1;
        }
    }

    fn is_set(&self, id: u64) -> bool {
        let (word, mask) = self.place(id);
        self.bits.get(word).is_some_and(|bits| bits & mask != 0)
    }

    fn put(&mut self, id: u64, value: bool) {
        let (word, mask) = self.place(id);
        if let Some(bits) = self.bits.get_mut(word) {
            *bits = if value { *bits | mask } else { *bits & !mask };
        }
    }

    /// The word and the bit of an id, in the ring.
    fn place(&self, id: u64) -> (usize, u64) {
        let bit = id % self.width();
        (usize::try_from(bit / 64).unwrap_or(usize::MAX), 1 << (bit % 64))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_is_let_through_once_in_any_order() {
        let mut window = Window::new(64);
        for id in [2, 0, 1, 40] {
            assert_eq!(window.admit(id), Admission::New);
        }
        for id in [0, 1, 2, 40] {
            assert_eq!(window.admit(id), Admission::Repeated);
        }
        assert_eq!(window.floor(), 3);
    }

    #[test]
    fn an_id_ahead_of_the_window_is_let_through_after_the_gap_has_closed() {
        let mut window = Window::new(64);
        assert_eq!(window.admit(64), Admission::Ahead);
        assert_eq!(window.admit(0), Admission::New);
        assert_eq!(window.admit(64), Admission::New);
    }

    #[test]
    fn what_is_settled_is_refused_for_ever() {
        let mut window = Window::new(64);
        window.admit(5);
        window.settle_below(5);
        assert_eq!(window.floor(), 6);
        window.settle_below(1000);
        assert_eq!(window.check(999), Admission::Repeated);
        assert_eq!(window.admit(1000), Admission::New);
        window.settle_below(3);
        assert_eq!(window.floor(), 1001);
    }

    #[test]
    fn the_end_of_the_numbers_is_no_way_round() {
        let mut window = Window::new(64);
        window.settle_below(u64::MAX - 1);
        assert_eq!(window.admit(u64::MAX - 1), Admission::New);
        assert_eq!(window.admit(u64::MAX), Admission::Ahead);
        assert_eq!(window.admit(u64::MAX - 1), Admission::Repeated);
        window.settle_below(u64::MAX);
        assert_eq!(window.admit(0), Admission::Repeated);
    }

    #[test]
    fn a_full_table_refuses_and_a_retired_sender_does_not_come_back() {
        let mut dedup = Dedup::new(2, 64);
        assert_eq!(dedup.admit(&7, 0), Admission::New);
        assert_eq!(dedup.admit(&8, 0), Admission::New);
        assert_eq!(dedup.admit(&9, 0), Admission::Full);
        let oldest = *dedup.oldest().unwrap();
        dedup.retire_through(&oldest);
        assert_eq!(dedup.admit(&9, 0), Admission::New);
        for sender in [3, 7] {
            assert_eq!(dedup.admit(&sender, 0), Admission::Retired);
        }
        assert_eq!(dedup.admit(&8, 0), Admission::Repeated);
    }

    #[test]
    fn a_sender_that_is_refused_takes_no_room() {
        let mut dedup = Dedup::new(1, 64);
        assert_eq!(dedup.admit(&1, 1000), Admission::Ahead);
        assert!(dedup.is_empty());
    }

    proptest! {
        /// Against a model that remembers everything: what the filter lets through is new, and what the model
        /// knows to be new and within the window is let through.
        #[test]
        fn the_window_agrees_with_unbounded_memory(ops in prop::collection::vec((0..400_u64, prop::bool::weighted(0.05)), 0..800)) {
            let mut window = Window::new(128);
            let (mut delivered, mut settled) = (BTreeSet::new(), 0);
            for (id, settle) in ops {
                if settle {
                    window.settle_below(id);
                    settled = settled.max(id);
                } else {
                    let known = delivered.contains(&id) || id < settled;
                    match window.admit(id) {
                        Admission::New => prop_assert!(!known && delivered.insert(id)),
                        Admission::Repeated => prop_assert!(known),
                        Admission::Ahead => prop_assert!(!known && id >= window.floor() + 128),
                        other => prop_assert!(false, "{other:?}"),
                    }
                }
                let lowest_missing = (settled..).find(|id| !delivered.contains(id));
                prop_assert_eq!(Some(window.floor()), lowest_missing);
            }
        }
    }
}
