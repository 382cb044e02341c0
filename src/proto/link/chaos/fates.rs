//! What chance has in store for each datagram.

use std::time::Duration;

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg32;

use super::spec::Spec;
use crate::proto::Instant;

/// The fates of the datagrams that one sender sends one way.
///
/// The n-th datagram's fate depends on the seed and on n, and on nothing else: not on the time, not on the queue,
/// not on what other senders do. That is what makes a run between real programs repeatable.
#[derive(Clone, Debug)]
pub struct Fates {
    seeds: Pcg32,
    /// The latest arrival of those that keep their order.
    pub(super) in_order: Instant,
}

impl Fates {
    /// Those of the seed.
    pub fn new(seed: u64) -> Self {
        Self {
            seeds: Pcg32::seed_from_u64(seed),
            in_order: Instant::ZERO,
        }
    }

    /// Those of one of many senders, by its number.
    pub fn of(seed: u64, sender: u64) -> Self {
        // The first sender is as if there were no others. The factor (an odd one: the golden ratio) keeps the
        // seeds of many senders apart from those of many runs.
        Self::new(seed ^ sender.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// The generator that decides about the next datagram, and about no other.
    pub(super) fn next(&mut self) -> Pcg32 {
        Pcg32::seed_from_u64(self.seeds.next_u64())
    }
}

/// What happens to one copy of a datagram.
#[derive(Clone, Debug)]
pub(super) struct Fate {
    /// Its bytes are to be damaged by this generator.
    pub(super) damage: Option<Pcg32>,
    /// Its time on the way.
    pub(super) delay: Duration,
    /// It is held back for so much longer, and others may overtake it.
    pub(super) held: Option<Duration>,
}

impl Fate {
    pub(super) fn draw(spec: &Spec, rng: &mut Pcg32) -> Self {
        let damage = spec
            .damage
            .happens(rng)
            .then(|| Pcg32::seed_from_u64(rng.next_u64()));
        let (shortest, longest) = spec.delay;
        Self {
            damage,
            delay: between(shortest, longest, rng),
            held: spec
                .reorder
                .happens(rng)
                .then(|| between(Duration::ZERO, longest.max(SHORTEST_HOLD), rng)),
        }
    }
}

/// Flips bits in one byte, and in half of the cases in a second one as well. Whether there was one to flip.
pub(super) fn damage<R: Rng>(bytes: &mut [u8], rng: &mut R) -> bool {
    let Some(last) = bytes.len().checked_sub(1) else {
        return false;
    };
    let first = rng.random_range(0..=last);
    let second = rng.random_range(0..=last);
    let both = rng.random_bool(0.5) && second != first;
    for place in [Some(first), both.then_some(second)].into_iter().flatten() {
        if let Some(byte) = bytes.get_mut(place) {
            *byte ^= rng.random_range(1..=u8::MAX);
        }
    }
    true
}

pub(super) fn between<R: Rng>(shortest: Duration, longest: Duration, rng: &mut R) -> Duration {
    if shortest >= longest {
        return shortest;
    }
    rng.random_range(shortest..=longest)
}

/// A datagram that is to be overtaken is held back for up to the longest delay, and for up to this time if that
/// is longer.
const SHORTEST_HOLD: Duration = Duration::from_millis(10);
