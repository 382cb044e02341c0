//! The second rung: what is sent by a stubborn link arrives, again and again.

use std::time::Duration;

use fairloss::proto::link::{Answers, Heard, Limits, Output, Policy, Rto, Seal, Stubborn};
use fairloss::proto::{Instant, Machine};

use crate::matrix::holds_everywhere;
use crate::pair::{End, Pair};

/// Sends one message stubbornly, and hears nothing.
struct Repeater {
    machine: Stubborn,
    seal: Seal,
}

impl Repeater {
    fn new(policy: Policy, seed: u64) -> Self {
        let limits = Limits {
            initial: Duration::from_millis(100),
            ..Limits::REQUEST
        };
        Self {
            machine: Stubborn::new(Instant::ZERO, policy, Rto::new(limits), seed),
            seal: Seal::checksum(),
        }
    }
}

impl End for Repeater {
    fn receive(&mut self, now: Instant, _: &[u8]) {
        self.machine.handle(now, Heard::Answer(Answers::Any));
    }

    fn wake(&mut self, now: Instant) {
        self.machine.handle_timeout(now);
    }

    fn transmit(&mut self, datagram: &mut Vec<u8>) -> bool {
        if !matches!(self.machine.poll_output(datagram), Some(Output::Send(_))) {
            return false;
        }
        datagram.extend_from_slice(MESSAGE);
        self.seal.close(datagram);
        true
    }

    fn wakes_at(&self) -> Option<Instant> {
        self.machine.poll_timeout()
    }
}

/// Counts what arrives whole.
#[derive(Default)]
struct Counter {
    delivered: u32,
    strange: u32,
}

impl End for Counter {
    fn receive(&mut self, _: Instant, datagram: &[u8]) {
        match Seal::checksum().open(datagram) {
            Some(MESSAGE) => self.delivered += 1,
            Some(_) => self.strange += 1,
            None => {}
        }
    }

    fn wake(&mut self, _: Instant) {}

    fn transmit(&mut self, _: &mut Vec<u8>) -> bool {
        false
    }

    fn wakes_at(&self) -> Option<Instant> {
        None
    }
}

/// SL1, in as far as a test can wait for "an infinite number of times", and SL2.
#[test]
fn what_is_sent_once_is_delivered_again_and_again() {
    holds_everywhere("SL1, stubborn delivery, and SL2, no creation", |network, seed| {
        let repeater = Repeater::new(Policy::default(), seed);
        let mut pair = Pair::new(repeater, Counter::default(), network, seed);
        pair.run(|pair| pair.b.delivered >= 10)?;
        if pair.b.strange == 0 {
            Ok(())
        } else {
            Err("something arrived that was not sent".to_owned())
        }
    });
}

/// RFC 8085 manners: however bad the network, the repetition backs off. Over an hour it makes no more attempts
/// than one a cap, and the few that it takes to get there.
#[test]
fn an_unanswered_message_is_repeated_ever_more_slowly() {
    holds_everywhere("back-off", |network, seed| {
        let policy = Policy::within(Duration::from_secs(3600));
        let mut pair = Pair::new(Repeater::new(policy, seed), Counter::default(), network, seed);
        pair.run(|pair| pair.a.machine.is_over())?;
        let attempts = pair.a.machine.attempts();
        if (50..=80).contains(&attempts) {
            Ok(())
        } else {
            Err(format!("{attempts} attempts in an hour"))
        }
    });
}

const MESSAGE: &[u8] = b"the same message";
