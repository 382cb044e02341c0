//! The ids of queries: who has which, and which must rest.

use std::collections::VecDeque;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Who has which id. An id that is given back rests before it is given again, so that a late reply to its old query,
/// which the network may well repeat, is not taken for a wrong reply to a new one.
#[derive(Debug)]
pub(super) struct Ids {
    pub(super) rng: StdRng,
    /// By id: free, resting, or the slot of its query and [`FIRST`].
    holders: Vec<u32>,
    /// The ids that rest, the first to be free first; one that was taken nevertheless is among them too.
    resting: VecDeque<u16>,
}

impl Ids {
    /// All are free. `seed` is that of the ids, which nobody may be able to guess.
    pub(super) fn new(seed: [u8; 32]) -> Self {
        Self {
            rng: StdRng::from_seed(seed),
            holders: vec![FREE; 1 << 16],
            resting: VecDeque::new(),
        }
    }

    /// A random id that is free: [`super::Courier::MOST`] and [`REST`] together leave every fourth.
    pub(super) fn free(&mut self) -> u16 {
        loop {
            let id: u16 = self.rng.random();
            if self.holder(id) == FREE {
                return id;
            }
        }
    }

    /// Gives an id to a slot. One that rests may be asked for by name.
    pub(super) fn take(&mut self, id: u16, slot: u32) {
        self.set(id, slot + FIRST);
    }

    /// An id's query has ended.
    pub(super) fn give_back(&mut self, id: u16) {
        self.set(id, RESTING);
        self.resting.push_back(id);
        if self.resting.len() > REST
            && let Some(rested) = self.resting.pop_front()
            && self.holder(rested) == RESTING
        {
            self.set(rested, FREE);
        }
    }

    /// The slot of the query that has an id.
    pub(super) fn slot_of(&self, id: u16) -> Option<u32> {
        self.holder(id).checked_sub(FIRST)
    }

    /// Whether the query that had an id has ended not long ago.
    pub(super) fn rests(&self, id: u16) -> bool {
        self.holder(id) == RESTING
    }

    fn holder(&self, id: u16) -> u32 {
        self.holders.get(usize::from(id)).copied().unwrap_or(FREE)
    }

    fn set(&mut self, id: u16, holder: u32) {
        if let Some(place) = self.holders.get_mut(usize::from(id)) {
            *place = holder;
        }
    }
}

const FREE: u32 = 0;
const RESTING: u32 = 1;
const FIRST: u32 = 2;
/// How many ids rest: as many as end while a reply is late, many times over.
const REST: usize = 1 << 14;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_rests_before_it_is_free_again() {
        let mut ids = Ids::new([7; 32]);
        let first = ids.free();
        ids.take(first, 3);
        assert_eq!((ids.slot_of(first), ids.rests(first)), (Some(3), false));
        ids.give_back(first);
        for _ in 0..REST {
            assert!(ids.rests(first));
            let id = ids.free();
            assert_ne!(id, first);
            ids.take(id, 0);
            ids.give_back(id);
        }
        assert_eq!((ids.slot_of(first), ids.rests(first)), (None, false));
    }

    #[test]
    fn an_id_that_was_asked_for_by_name_stays_taken() {
        let mut ids = Ids::new([7; 32]);
        ids.take(5, 0);
        ids.give_back(5);
        ids.take(5, 1);
        for id in 0..=REST {
            ids.give_back(u16::try_from(1000 + id).unwrap());
        }
        assert_eq!(ids.slot_of(5), Some(1));
    }
}
