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
//! All its decisions come from seeded generators (PCG, the same on every machine), so that a seed and the same
//! datagrams make the same history. Time comes in as an argument: a test runs hours of bad network in
//! milliseconds; `net::UdpRelay` runs the machine between real programs.
//!
//! [`ChaosStream`] is what a byte stream goes through: there nothing can be lost, only late.

mod fates;
mod line;
mod spec;
mod stream;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub use self::fates::Fates;
use self::fates::{Fate, damage};
pub use self::line::Line;
pub use self::spec::{Chance, Queue, Spec, SpecError};
pub use self::stream::{ChaosStream, Last, StreamTally};
use crate::proto::{Instant, Machine};

/// One direction of a fair-loss link. `K` is what the owner wants to know again of a datagram when it comes out
/// (its destination, say).
///
/// As a [`Machine`] it is the link of one sender. Several share it through [`send`](Self::send): each has fates of
/// its own, and the line and its queue are one.
#[derive(Clone, Debug)]
pub struct Chaos<K> {
    spec: Spec,
    fates: Fates,
    line: Line,
    now: Instant,
    flying: BinaryHeap<Reverse<Flight<K>>>,
    flying_bytes: usize,
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
    /// Their bytes.
    pub bytes: u64,
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
            fates: Fates::new(seed),
            line: Line::new(&spec),
            now: Instant::ZERO,
            flying: BinaryHeap::new(),
            flying_bytes: 0,
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

    /// Takes a datagram of a sender with fates of its own.
    pub fn send(&mut self, now: Instant, fates: &mut Fates, key: K, bytes: &[u8])
    where
        K: Clone,
    {
        self.now = self.now.max(now);
        self.tally.offered += 1;
        let mut rng = fates.next();
        if self.spec.loss.happens(&mut rng) {
            self.tally.lost += 1;
            return;
        }
        // A copy is not copied again: that makes the duplication finite.
        if self.spec.duplicate.happens(&mut rng) {
            self.tally.duplicated += 1;
            let fate = Fate::draw(&self.spec, &mut rng);
            self.launch(fates, fate, key.clone(), bytes);
        }
        let fate = Fate::draw(&self.spec, &mut rng);
        self.launch(fates, fate, key, bytes);
    }

    /// Counts a datagram that a link which does no harm was not asked to carry.
    pub fn note_passed(&mut self, size: usize) {
        self.tally.offered += 1;
        self.tally.passed += 1;
        self.tally.bytes += size as u64;
    }

    /// Sends one copy on its way.
    fn launch(&mut self, fates: &mut Fates, fate: Fate, key: K, bytes: &[u8]) {
        let sent = if self.is_full(bytes.len()) {
            None
        } else {
            self.line.offer(self.now, bytes.len())
        };
        let Some(sent) = sent else {
            self.tally.overflowed += 1;
            return;
        };
        let mut copy = self.spare.pop().unwrap_or_default();
        copy.extend_from_slice(bytes);
        if let Some(mut rng) = fate.damage
            && damage(&mut copy, &mut rng)
        {
            self.tally.damaged += 1;
        }
        let arrival = sent + fate.delay;
        let arrival = if let Some(longer) = fate.held {
            self.tally.reordered += 1;
            arrival + longer
        } else {
            fates.in_order = fates.in_order.max(arrival);
            fates.in_order
        };
        self.order += 1;
        self.flying_bytes += copy.len();
        self.flying.push(Reverse(Flight {
            arrival,
            order: self.order,
            key,
            bytes: copy,
        }));
    }

    /// Whether no more can be on its way at one time. Without a rate nothing waits for the line, and the queue
    /// bounds what is on its way.
    fn is_full(&self, size: usize) -> bool {
        let full = match self.spec.queue {
            Some(Queue::Datagrams(most)) if !self.line.is_slow() => self.flying.len() >= most,
            Some(Queue::Bytes(most)) if !self.line.is_slow() => {
                !self.flying.is_empty() && self.flying_bytes + size > most
            }
            _ => false,
        };
        full || self.flying.len() >= MOST_FLYING || self.flying_bytes + size > MOST_FLYING_BYTES
    }
}

impl<K: Clone> Machine for Chaos<K> {
    type Input<'a> = (K, &'a [u8]);
    /// A datagram arrives.
    type Output = K;

    fn handle(&mut self, now: Instant, (key, bytes): (K, &[u8])) {
        let mut fates = self.fates.clone();
        self.send(now, &mut fates, key, bytes);
        self.fates = fates;
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<K> {
        if self.poll_timeout()? > self.now {
            return None;
        }
        let Reverse(mut flight) = self.flying.pop()?;
        self.flying_bytes -= flight.bytes.len();
        self.tally.passed += 1;
        self.tally.bytes += flight.bytes.len() as u64;
        bytes.extend_from_slice(&flight.bytes);
        if self.spare.len() < MOST_SPARE {
            flight.bytes.clear();
            self.spare.push(flight.bytes);
        }
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

/// The most datagrams on their way at one time, whatever was asked for, and the most bytes: memory has an end.
const MOST_FLYING: usize = 1 << 16;
const MOST_FLYING_BYTES: usize = 64 << 20;
/// How many buffers are kept for datagrams to come.
const MOST_SPARE: usize = 256;

#[cfg(test)]
mod tests {
    use std::time::Duration;

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

    /// What arrives of the numbers that the first of `senders` sends, while all send at once.
    fn of_the_first(spec: &str, senders: u64) -> Vec<Vec<u8>> {
        let mut link = Chaos::new(spec.parse().unwrap(), 0);
        let mut fates: Vec<_> = (0..senders).map(|number| Fates::of(7, number)).collect();
        let mut arrived = Vec::new();
        let mut bytes = Vec::new();
        for number in 0..200_u32 {
            let now = Instant::ZERO + Duration::from_millis(number.into());
            for (sender, fates) in fates.iter_mut().enumerate() {
                link.send(now, fates, sender, &number.to_be_bytes());
            }
        }
        while let Some(timeout) = link.poll_timeout() {
            link.handle_timeout(timeout);
            bytes.clear();
            if link.poll_output(&mut bytes) == Some(0) {
                arrived.push(bytes.clone());
            }
        }
        arrived
    }

    #[test]
    fn what_happens_to_one_sender_does_not_depend_on_others() {
        let spec = "loss=30%,dup=10%,reorder=20%,delay=5ms..50ms,corrupt=5%";
        assert_eq!(of_the_first(spec, 1), of_the_first(spec, 9));
        assert_ne!(of_the_first(spec, 1), numbers(200));
    }

    #[test]
    fn a_full_queue_does_not_change_the_fates_of_what_comes_later() {
        let fate = |queue: &str| {
            let mut link = Chaos::new(format!("corrupt=50%,{queue}").parse().unwrap(), 3);
            let mut bytes = Vec::new();
            for _ in 0..20 {
                link.handle(Instant::ZERO, ((), &[0]));
            }
            link.handle_timeout(Instant::ZERO + Duration::from_secs(9));
            while link.poll_output(&mut bytes).is_some() {}
            bytes.clear();
            for _ in 0..20 {
                link.handle(Instant::ZERO + Duration::from_secs(9), ((), &[0]));
                link.handle_timeout(Instant::ZERO + Duration::from_secs(99));
                link.poll_output(&mut bytes);
            }
            bytes
        };
        assert_eq!(fate("queue=1"), fate("queue=100"));
    }

    #[test]
    fn senders_share_the_line() {
        let mut link = Chaos::new("rate=8k".parse().unwrap(), 1);
        let mut fates = [Fates::of(1, 0), Fates::of(1, 1)];
        for _ in 0..3 {
            for (sender, fates) in fates.iter_mut().enumerate() {
                link.send(Instant::ZERO, fates, sender, &[0; 100]);
            }
        }
        let mut order = Vec::new();
        while let Some(timeout) = link.poll_timeout() {
            link.handle_timeout(timeout);
            order.extend(link.poll_output(&mut Vec::new()));
            assert_eq!(
                timeout,
                Instant::ZERO + Duration::from_millis(100 * order.len() as u64)
            );
        }
        assert_eq!(order, [0, 1, 0, 1, 0, 1]);
    }

    #[test]
    fn a_queue_in_front_of_a_line_holds_what_waits_and_not_what_is_on_its_way() {
        let mut link = Chaos::new("rate=8k,delay=10s,queue=1".parse().unwrap(), 1);
        for second in 0..5 {
            link.handle(Instant::ZERO + Duration::from_secs(second), ((), &[0; 100]));
        }
        assert_eq!((link.flying(), link.tally().overflowed), (5, 0));
    }

    #[test]
    fn what_is_on_its_way_is_bounded_whatever_was_asked_for() {
        let mut link = Chaos::new("delay=1h".replace("1h", "3600s").parse().unwrap(), 1);
        let datagram = vec![0; 60_000];
        for _ in 0..2000 {
            link.handle(Instant::ZERO, ((), &datagram));
        }
        assert!(link.tally().overflowed > 0);
        assert!(link.flying() * datagram.len() <= MOST_FLYING_BYTES);
    }
}
