//! Two ends, a bad network between them, and a clock that jumps to whatever is due next.

use fairloss::proto::link::{Chaos, Spec};
use fairloss::proto::{Instant, Machine};

/// One end, as the network sees it.
pub(crate) trait End {
    /// Takes a datagram.
    fn receive(&mut self, now: Instant, datagram: &[u8]);
    /// Takes note of the time.
    fn wake(&mut self, now: Instant);
    /// Appends the next datagram to be sent, if there is one.
    fn transmit(&mut self, datagram: &mut Vec<u8>) -> bool;
    /// When it wants to be woken.
    fn wakes_at(&self) -> Option<Instant>;
}

/// Two ends and the network between them.
pub(crate) struct Pair<A, B> {
    pub(crate) a: A,
    pub(crate) b: B,
    pub(crate) now: Instant,
    to_a: Chaos<()>,
    to_b: Chaos<()>,
}

impl<A: End, B: End> Pair<A, B> {
    pub(crate) fn new(a: A, b: B, network: Spec, seed: u64) -> Self {
        Self {
            a,
            b,
            now: Instant::ZERO,
            to_a: Chaos::new(network, seed),
            to_b: Chaos::new(network, !seed),
        }
    }

    /// Runs until `done`; fails if nothing is left to happen before that, or too much has.
    pub(crate) fn run(&mut self, done: impl Fn(&Self) -> bool) -> Result<(), String> {
        for _ in 0..MOST_STEPS {
            self.drain();
            if done(self) {
                return Ok(());
            }
            let due = [
                self.a.wakes_at(),
                self.b.wakes_at(),
                self.to_a.poll_timeout(),
                self.to_b.poll_timeout(),
            ];
            let Some(next) = due.into_iter().flatten().min() else {
                return Err(format!("nothing more will happen after {:?}", self.now));
            };
            self.now = self.now.max(next);
            self.a.wake(self.now);
            self.b.wake(self.now);
            self.to_a.handle_timeout(self.now);
            self.to_b.handle_timeout(self.now);
        }
        Err(format!("no end after {MOST_STEPS} steps, at {:?}", self.now))
    }

    /// Carries datagrams until none is due.
    fn drain(&mut self) {
        loop {
            let sent = exchange(self.now, &mut self.a, &mut self.to_b, &mut self.b)
                | exchange(self.now, &mut self.b, &mut self.to_a, &mut self.a);
            if !sent {
                return;
            }
        }
    }
}

/// Carries what `from` sends and what arrives for `to`. Whether there was anything.
fn exchange(now: Instant, from: &mut impl End, link: &mut Chaos<()>, to: &mut impl End) -> bool {
    let mut progress = false;
    let mut datagram = Vec::new();
    while from.transmit(&mut datagram) {
        link.handle(now, ((), &datagram));
        datagram.clear();
        progress = true;
    }
    while link.poll_output(&mut datagram).is_some() {
        to.receive(now, &datagram);
        datagram.clear();
        progress = true;
    }
    progress
}

const MOST_STEPS: u32 = 100_000;
