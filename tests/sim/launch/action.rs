//! Actions under way: each has its effect at some moment, and ends at a later one, whatever becomes of its server.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use fairloss::proto::Instant;
use fairloss::proto::launch::Id;
use rand::{Rng, RngExt};

use super::oracle::Op;
use super::weather::up_to;

/// All of them.
#[derive(Default)]
pub(super) struct Actions {
    due: BinaryHeap<Reverse<(Instant, u64)>>,
    running: Vec<Action>,
    begun: u64,
}

struct Action {
    number: u64,
    id: Id,
    op: Op,
    /// Which life of the server began it.
    life: u64,
    ends: Instant,
    had_effect: bool,
}

/// What happens to an action.
pub(super) enum Moment {
    Effect(Op),
    /// It has ended.
    End(u64, Id, Op),
}

impl Actions {
    pub(super) fn begin(
        &mut self,
        now: Instant,
        rng: &mut impl Rng,
        longest: Duration,
        life: u64,
        id: Id,
        op: Op,
    ) {
        let effect = now + up_to(rng, longest);
        self.begun += 1;
        self.due.push(Reverse((effect, self.begun)));
        self.running.push(Action {
            number: self.begun,
            id,
            op,
            life,
            ends: effect + up_to(rng, longest),
            had_effect: false,
        });
    }

    pub(super) fn next_at(&self) -> Option<Instant> {
        self.due.peek().map(|Reverse((at, _))| *at)
    }

    /// What happens now, if something does.
    pub(super) fn happens(&mut self, now: Instant) -> Option<Moment> {
        while let Some(Reverse((at, number))) = self.due.peek().copied()
            && at <= now
        {
            self.due.pop();
            let Some(place) = self.running.iter().position(|action| action.number == number) else {
                continue;
            };
            let action = &mut self.running[place];
            if !action.had_effect {
                action.had_effect = true;
                self.due.push(Reverse((action.ends, number)));
                return Some(Moment::Effect(action.op));
            }
            let over = self.running.swap_remove(place);
            return Some(Moment::End(over.life, over.id, over.op));
        }
        None
    }

    /// The server of this life is dead. Some of its actions live on; how many, is returned.
    pub(super) fn orphan(&mut self, rng: &mut impl Rng, life: u64, live_on: f64) -> u64 {
        let before = self.running.len();
        self.running
            .retain(|action| action.life != life || rng.random_bool(live_on));
        let left = self.running.iter().filter(|action| action.life == life).count();
        debug_assert!(left <= before);
        left as u64
    }

    /// Whether no action of a server before `life` is alive.
    pub(super) fn are_fenced(&self, life: u64) -> bool {
        self.running.iter().all(|action| action.life >= life)
    }

    pub(super) fn are_over(&self) -> bool {
        self.running.is_empty()
    }
}
