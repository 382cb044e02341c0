//! The fourth rung: a stream in each direction, read in order, whole, and once.

use std::time::Duration;

use fairloss::proto::link::fifo::{Config, Link, Output, Side};
use fairloss::proto::link::{Seal, Spec};
use fairloss::proto::{Instant, Machine};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use crate::matrix::holds_everywhere;
use crate::pair::{End, Pair};

/// An end that writes and reads at its own pace, in pieces of any size.
struct Stream {
    link: Link,
    rng: Pcg32,
    unwritten: Vec<u8>,
    /// What the other end is to be heard to say, from what was not read yet.
    expected: Vec<u8>,
    strange: bool,
    /// When the program on this end does something again.
    acts_at: Option<Instant>,
}

impl Stream {
    fn new(side: Side, buffer: usize, says: Vec<u8>, hears: Vec<u8>, seed: u64) -> Self {
        let config = Config {
            buffer,
            ..Config::default()
        };
        Self {
            link: match side {
                Side::Caller => Link::caller(Instant::ZERO, 1, Seal::checksum(), config),
                Side::Listener => Link::listener(Instant::ZERO, 2, Seal::checksum(), config),
            },
            rng: Pcg32::seed_from_u64(seed),
            unwritten: says,
            expected: hears,
            strange: false,
            acts_at: Some(Instant::ZERO),
        }
    }

    /// Writes something, reads something, and comes back in a while.
    fn act(&mut self, now: Instant) {
        let most = self.rng.random_range(0..=2500).min(self.unwritten.len());
        let written = self.link.write(now, &self.unwritten[..most]);
        self.unwritten.drain(..written);
        if self.unwritten.is_empty() {
            self.link.finish(now);
        }
        for _ in 0..2 {
            let count = self.rng.random_range(0..=2500).min(self.link.readable().len());
            let read = &self.link.readable()[..count];
            self.strange |= !self.expected.starts_with(read);
            self.expected.drain(..count.min(self.expected.len()));
            self.link.consume(now, count);
        }
        let rests = self.unwritten.is_empty() && self.link.is_read();
        self.acts_at = (!rests).then(|| now + Duration::from_millis(self.rng.random_range(1..20)));
    }

    /// For the one who has to find out why it does not end.
    fn state(&self) -> String {
        let link = &self.link;
        format!(
            "open {} read {} delivered {} closed {} over {}, bytes {:?}, {:?}, {:?}, wakes {:?}",
            link.is_open(),
            link.is_read(),
            link.is_delivered(),
            link.is_closed(),
            link.is_over(),
            link.bytes(),
            link.counters(),
            link.path(),
            link.poll_timeout(),
        )
    }

    /// Whether everything was written and read.
    fn is_done(&self) -> bool {
        self.acts_at.is_none()
    }
}

impl End for Stream {
    fn receive(&mut self, now: Instant, datagram: &[u8]) {
        self.link.handle(now, datagram);
    }

    fn wake(&mut self, now: Instant) {
        self.link.handle_timeout(now);
        if self.acts_at.is_some_and(|at| now >= at) {
            self.act(now);
        }
    }

    fn transmit(&mut self, datagram: &mut Vec<u8>) -> bool {
        loop {
            match self.link.poll_output(datagram) {
                Some(Output::Send) => return true,
                Some(_) => {}
                None => return false,
            }
        }
    }

    fn wakes_at(&self) -> Option<Instant> {
        self.link.poll_timeout().into_iter().chain(self.acts_at).min()
    }
}

/// Whether both ends have all they wanted, and one of them has let go: the last word may be lost.
fn is_over(pair: &Pair<Stream, Stream>) -> bool {
    pair.a.is_done() && pair.b.is_done() && (pair.a.link.is_over() || pair.b.link.is_over())
}

/// Carries `sizes` bytes each way, and checks everything that the link promises.
fn converse(
    network: Spec,
    seed: u64,
    buffer: usize,
    sizes: [usize; 2],
) -> Result<Pair<Stream, Stream>, String> {
    let mut rng = Pcg32::seed_from_u64(seed);
    let [from_a, from_b] = sizes.map(|size| {
        let mut bytes = vec![0; size];
        rng.fill(bytes.as_mut_slice());
        bytes
    });
    let a = Stream::new(Side::Caller, buffer, from_a.clone(), from_b.clone(), seed);
    let b = Stream::new(Side::Listener, buffer, from_b, from_a, !seed);
    let mut pair = Pair::new(a, b, network, seed);
    pair.run(|pair| pair.a.strange || pair.b.strange || is_over(pair))
        .map_err(|why| format!("{why}\ncaller {}\nlistener {}", pair.a.state(), pair.b.state()))?;
    for (name, end) in [("caller", &pair.a), ("listener", &pair.b)] {
        if end.strange {
            return Err(format!("the {name} read what was not written, or not there"));
        }
        if !end.expected.is_empty() {
            return Err(format!(
                "the {name} read the end before the last {} bytes",
                end.expected.len()
            ));
        }
    }
    Ok(pair)
}

#[test]
fn what_is_read_is_a_prefix_of_what_was_written_and_in_the_end_all_of_it() {
    holds_everywhere("PL1–PL3 and FRD4, FIFO delivery", |network, seed| {
        let mut rng = Pcg32::seed_from_u64(!seed);
        let buffer = rng.random_range(1500..8000);
        let sizes = [0; 2].map(|_: usize| rng.random_range(0..6000));
        converse(network, seed, buffer, sizes).map(|_| ())
    });
}

/// A damaged datagram is never delivered as if it were whole: it is counted, and its bytes come another time.
#[test]
fn with_every_second_datagram_damaged_nothing_strange_is_read() {
    for seed in 0..200 {
        let network = "loss=10%,dup=10%,reorder=20%,corrupt=50%,delay=1ms..5ms"
            .parse()
            .expect("well-formed");
        let pair =
            converse(network, seed, 4000, [5000, 5000]).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        let counters = [pair.a.link.counters(), pair.b.link.counters()];
        assert!(
            counters.iter().all(|c| c.damaged + c.foreign > 0),
            "seed {seed}: {counters:?}"
        );
    }
}

/// On a good network every byte is sent once.
#[test]
fn without_loss_nothing_is_sent_twice() {
    for seed in 0..50 {
        let network = "delay=10ms".parse().expect("well-formed");
        let pair = converse(network, seed, 64 << 10, [200_000, 0])
            .unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        assert_eq!(pair.a.link.counters().retransmitted, 0, "seed {seed}");
    }
}
