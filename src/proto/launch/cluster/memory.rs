//! What a server remembers of calls that are over, so that it need not ask: truths that never change, the most
//! recent of them. Forgetting one costs a question, nothing else.

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use crate::proto::Instant;
use crate::proto::launch::Outcome;
use crate::wire::rlaunch::{CallId, Fingerprint};

/// The memory.
#[derive(Debug)]
pub(super) struct Memory {
    known: FxHashMap<CallId, Known>,
    order: VecDeque<CallId>,
    room: usize,
}

/// What is known of a call.
#[derive(Clone, Debug)]
pub(super) enum Known {
    /// It was performed: payload, outcome.
    Launched(Fingerprint, Outcome),
    /// It never will be.
    Never,
    /// Another server has performed it since about this time.
    Elsewhere(Instant),
}

impl Memory {
    /// A memory with room for so many calls.
    pub(super) fn new(room: usize) -> Self {
        Self {
            known: FxHashMap::default(),
            order: VecDeque::new(),
            room,
        }
    }

    pub(super) fn of(&self, call: CallId) -> Option<&Known> {
        self.known.get(&call)
    }

    /// Remembers; if there is no room, what was remembered the longest ago is forgotten.
    pub(super) fn remember(&mut self, call: CallId, known: Known) {
        if self.known.insert(call, known).is_none() {
            self.order.push_back(call);
        }
        while self.order.len() > self.room {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_it_has_room_for_and_forgets_the_oldest() {
        let mut memory = Memory::new(2);
        let call = |seq| CallId { session: 1, seq };
        for seq in [1, 2, 2, 3] {
            memory.remember(call(seq), Known::Never);
        }
        assert!(memory.of(call(1)).is_none());
        assert!(memory.of(call(2)).is_some() && memory.of(call(3)).is_some());
        assert_eq!((memory.known.len(), memory.order.len()), (2, 2));
    }
}
