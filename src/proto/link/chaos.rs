//! The fair-loss link: the network at its worst, on demand and the same each time.
//!
//! Guarantees of a fair-loss link (Cachin, Guerraoui, Rodrigues, module 2.1):
//!
//! * **FLL1, fair loss**: what is sent an infinite number of times is delivered an infinite number of times
//!   (with a loss below 100 %, and with probability 1);
//! * **FLL2, finite duplication**: what is sent a finite number of times is delivered a finite number of times
//!   (here at most twice as often);
//! * **FLL3, no creation**: what is delivered was sent. Damage breaks this one, as it does on a real network: it
//!   is the business of a checksum or a MAC above to turn *altered* into *lost*.
//!
//! All its decisions come from one seeded generator (PCG, the same on every machine), so that a seed and the
//! same datagrams at the same times make the same history. Time comes in as an argument: a test runs hours of
//! bad network in milliseconds; `net::UdpRelay` runs the machine between real programs.

mod spec;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg32;

pub use self::spec::{Chance, Spec, SpecError};
use crate::proto::{Instant, Machine};

/// One direction of a fair-loss link. `K` is what the owner wants to know again of a datagram when it comes out
/// (its destination, say).
#[derive(Clone, Debug)]
pub struct Chaos<K> {
    spec: Spec,
    rng: Pcg32,
    now: Instant,
    /// When the line has sent everything that was offered: only matters with a rate.
    line_free: Instant,
    /// The latest arrival of those that keep their order.
    in_order: Instant,
    flying: BinaryHeap<Reverse<Flight<K>>>,
    order: u64,
    spare: Vec<Vec<u8>>,
    tally: Tally,
}

/// What became of the datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Datagrams that came in.
    pub offered: u64,
    /// Datagrams that came out, copies included.
    pub passed: u64,
    /// Datagrams lost by chance.
    pub lost: u64,
    /// Datagrams and copies lost because the queue was full.
    pub overflowed: u64,
    /// Datagrams of which a second copy was made.
    pub duplicated: u64,
    /// Datagrams and copies held back, so that later ones overtake them.
    pub reordered: u64,
    /// Datagrams and copies damaged.
    pub damaged: u64,
}

impl<K> Chaos<K> {
    /// A link that does what `spec` says, with chance by `seed`; the seed in the spec is for the owner.
    pub fn new(spec: Spec, seed: u64) -> Self {
        Self {
            spec,
            rng: Pcg32::seed_from_u64(seed),
            now: Instant::ZERO,
            line_free: Instant::ZERO,
            in_order: Instant::ZERO,
            flying: BinaryHeap::new(),
            order: 0,
            spare: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// What became of the datagrams until now.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// How many datagrams are on their way.
    pub fn flying(&self) -> usize {
        self.flying.len()
    }

    /// Sends one copy on its way.
    fn launch(&mut self, key: K, bytes: &[u8]) {
        if self.flying.len() >= self.spec.queue {
            self.tally.overflowed += 1;
            return;
        }
        let mut copy = self.spare.pop().unwrap_or_default();
        copy.extend_from_slice(bytes);
        if self.spec.damage.happens(&mut self.rng) && damage(&mut copy, &mut self.rng) {
            self.tally.damaged += 1;
        }
        let arrival = self.arrival(bytes.len());
        self.order += 1;
        self.flying.push(Reverse(Flight {
            arrival,
            order: self.order,
            key,
            bytes: copy,
        }));
    }

    /// When a datagram of `size` bytes that is offered now arrives.
    fn arrival(&mut self, size: usize) -> Instant {
        if let Some(rate) = self.spec.rate {
            let nanos = size as u128 * 8 * 1_000_000_000 / u128::from(rate.get());
            let time = Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX));
            self.line_free = self.line_free.max(self.now) + time;
        }
        let sent = self.line_free.max(self.now);
        let (shortest, longest) = self.spec.delay;
        let arrival = sent + between(shortest, longest, &mut self.rng);
        if self.spec.reorder.happens(&mut self.rng) {
            self.tally.reordered += 1;
            return arrival + between(Duration::ZERO, longest.max(SHORTEST_HOLD), &mut self.rng);
        }
        self.in_order = self.in_order.max(arrival);
        self.in_order
    }
}

impl<K: Clone> Machine for Chaos<K> {
    type Input<'a> = (K, &'a [u8]);
    /// A datagram arrives.
    type Output = K;

    fn handle(&mut self, now: Instant, (key, bytes): (K, &[u8])) {
        self.now = self.now.max(now);
        self.tally.offered += 1;
        if self.spec.loss.happens(&mut self.rng) {
            self.tally.lost += 1;
            return;
        }
        // A copy is not copied again: that makes the duplication finite.
        if self.spec.duplicate.happens(&mut self.rng) {
            self.tally.duplicated += 1;
            self.launch(key.clone(), bytes);
        }
        self.launch(key, bytes);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<K> {
        if self.poll_timeout()? > self.now {
            return None;
        }
        let Reverse(mut flight) = self.flying.pop()?;
        self.tally.passed += 1;
        bytes.extend_from_slice(&flight.bytes);
        flight.bytes.clear();
        self.spare.push(flight.bytes);
        Some(flight.key)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.flying.peek().map(|Reverse(flight)| flight.arrival)
    }
}

/// A datagram on its way.
#[derive(Clone, Debug)]
struct Flight<K> {
    arrival: Instant,
    /// Among those that arrive at one time, the one sent first arrives first.
    order: u64,
    key: K,
    bytes: Vec<u8>,
}

impl<K> Ord for Flight<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.arrival, self.order).cmp(&(other.arrival, other.order))
    }
}

impl<K> PartialOrd for Flight<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> PartialEq for Flight<K> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<K> Eq for Flight<K> {}

/// Flips bits in one byte, and in half of the cases in a second one as well. Whether there was one to flip.
fn damage<R: Rng>(bytes: &mut [u8], rng: &mut R) -> bool {
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

fn between<R: Rng>(shortest: Duration, longest: Duration, rng: &mut R) -> Duration {
    if shortest >= longest {
        return shortest;
    }
    rng.random_range(shortest..=longest)
}

/// A datagram that is to be overtaken is held back for up to the longest delay, and for up to this time if that
/// is longer.
const SHORTEST_HOLD: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends the numbers below `count`, a millisecond apart, and says what arrives.
    fn run(spec: &str, seed: u64, count: u32) -> (Vec<Vec<u8>>, Tally) {
        let mut link = Chaos::new(spec.parse().unwrap(), seed);
        let mut now = Instant::ZERO;
        let mut arrived = Vec::new();
        for number in 0..count {
            link.handle(now, ((), &number.to_be_bytes()));
            drain(&mut link, &mut arrived);
            now += Duration::from_millis(1);
            link.handle_timeout(now);
            drain(&mut link, &mut arrived);
        }
        while let Some(timeout) = link.poll_timeout() {
            link.handle_timeout(timeout);
            drain(&mut link, &mut arrived);
        }
        (arrived, link.tally())
    }

    fn drain(link: &mut Chaos<()>, arrived: &mut Vec<Vec<u8>>) {
        let mut bytes = Vec::new();
        while link.poll_output(&mut bytes).is_some() {
            arrived.push(std::mem::take(&mut bytes));
        }
    }

    fn numbers(count: u32) -> Vec<Vec<u8>> {
        (0..count).map(|number| number.to_be_bytes().to_vec()).collect()
    }

    #[test]
    fn a_good_network_changes_nothing() {
        assert_eq!(run("delay=5ms..50ms", 1, 200).0, numbers(200));
    }

    #[test]
    fn one_seed_makes_one_history() {
        let spec = "loss=30%,dup=10%,reorder=20%,delay=5ms..50ms,corrupt=5%,rate=1M";
        assert_eq!(run(spec, 7, 500), run(spec, 7, 500));
        assert_ne!(run(spec, 7, 500).0, run(spec, 8, 500).0);
    }

    #[test]
    fn each_harm_comes_about_as_often_as_it_was_asked_for() {
        let (arrived, tally) = run("loss=30%,dup=10%,reorder=20%,corrupt=5%", 1, 10_000);
        let near = |count: u64, of: u64, percent: u64| (count * 100).abs_diff(of * percent) < of * 2;
        assert!(near(tally.lost, 10_000, 30), "{tally:?}");
        assert!(near(tally.duplicated, 7_000, 10), "{tally:?}");
        assert!(near(tally.reordered, 7_700, 20), "{tally:?}");
        assert!(near(tally.damaged, 7_700, 5), "{tally:?}");
        assert_eq!(arrived.len() as u64, tally.passed);
        assert_eq!(tally.passed, tally.offered - tally.lost + tally.duplicated);
    }

    #[test]
    fn duplication_is_finite_even_at_its_worst() {
        let (arrived, _) = run("dup=100%", 1, 100);
        assert_eq!(arrived.len(), 200);
    }

    #[test]
    fn held_back_datagrams_are_overtaken_and_arrive() {
        let (mut arrived, _) = run("reorder=20%", 1, 500);
        assert_ne!(arrived, numbers(500));
        arrived.sort();
        assert_eq!(arrived, numbers(500));
    }

    #[test]
    fn a_damaged_datagram_differs_from_what_was_sent() {
        let (arrived, tally) = run("corrupt=100%", 1, 500);
        assert_eq!(tally.damaged, 500);
        assert!(
            arrived
                .iter()
                .zip(numbers(500))
                .all(|(got, sent)| *got != sent && got.len() == sent.len())
        );
    }

    #[test]
    fn the_rate_spaces_datagrams_out() {
        let mut link = Chaos::new("rate=8k".parse().unwrap(), 1);
        link.handle(Instant::ZERO, ('a', &[0; 100]));
        link.handle(Instant::ZERO, ('b', &[0; 100]));
        assert_eq!(
            link.poll_timeout(),
            Some(Instant::ZERO + Duration::from_millis(100))
        );
        link.handle_timeout(Instant::ZERO + Duration::from_millis(100));
        assert_eq!(link.poll_output(&mut Vec::new()), Some('a'));
        assert_eq!(
            link.poll_timeout(),
            Some(Instant::ZERO + Duration::from_millis(200))
        );
    }

    #[test]
    fn a_full_queue_drops_what_comes_last() {
        let mut link = Chaos::new("delay=1s,queue=2".parse().unwrap(), 1);
        for key in ['a', 'b', 'c'] {
            link.handle(Instant::ZERO, (key, b""));
        }
        assert_eq!((link.flying(), link.tally().overflowed), (2, 1));
        link.handle_timeout(Instant::ZERO + Duration::from_secs(1));
        assert_eq!(link.poll_output(&mut Vec::new()), Some('a'));
        assert_eq!(link.poll_output(&mut Vec::new()), Some('b'));
    }
}
