//! The request over the stubborn link: answered by its own answer, and timed by Karn's rule.

use std::net::SocketAddr;
use std::time::Duration;

use fairloss::proto::link::{
    Answers, Ask, Datagram, Limits, Outcome, Policy, Question, Report, Rto, Seal, Spec, Verdict,
};
use fairloss::proto::{Instant, Machine};

use crate::matrix::holds_everywhere;
use crate::pair::{End, Pair};

/// Asks with an id and the attempt, both of which the server echoes.
struct Client {
    ask: Ask<Echo>,
    reply: Option<Vec<u8>>,
    ended: bool,
}

struct Echo {
    id: u64,
    /// Whether it makes use of the attempt that is echoed.
    by_attempt: bool,
}

impl Question for Echo {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.id.to_be_bytes());
        bytes.extend_from_slice(&attempt.to_be_bytes());
        Seal::checksum().close(bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        let contents = Seal::checksum()
            .open(reply)
            .and_then(|contents| contents.split_first_chunk());
        let Some((_, rest)) = contents.filter(|(id, _)| u64::from_be_bytes(**id) == self.id) else {
            return Verdict::Ignore;
        };
        let number = rest.first_chunk().map_or(0, |number| u32::from_be_bytes(*number));
        Verdict::Accept(if self.by_attempt {
            Answers::Attempt {
                number,
                held: Duration::ZERO,
            }
        } else {
            Answers::Any
        })
    }
}

impl Client {
    fn new(policy: Policy, by_attempt: bool, seed: u64) -> Self {
        let limits = Limits {
            initial: Duration::from_millis(60),
            ..Limits::REQUEST
        };
        let question = Echo { id: seed, by_attempt };
        Self {
            ask: Ask::new(Instant::ZERO, server(), policy, Rto::new(limits), seed, question),
            reply: None,
            ended: false,
        }
    }

    fn report(&self) -> Report {
        self.ask.report(Instant::ZERO)
    }
}

impl End for Client {
    fn receive(&mut self, now: Instant, datagram: &[u8]) {
        self.ask.handle(
            now,
            Datagram {
                from: server(),
                bytes: datagram,
            },
        );
    }

    fn wake(&mut self, now: Instant) {
        self.ask.handle_timeout(now);
    }

    fn transmit(&mut self, datagram: &mut Vec<u8>) -> bool {
        match self.ask.poll_output(datagram) {
            Some(Outcome::Send(_)) => return true,
            Some(Outcome::Reply(_)) => {
                self.reply = Some(std::mem::take(datagram));
                self.ended = true;
            }
            Some(Outcome::GaveUp(_)) => self.ended = true,
            None => {}
        }
        false
    }

    fn wakes_at(&self) -> Option<Instant> {
        self.ask.poll_timeout()
    }
}

/// Sends back what comes whole, and before it something that looks like it and is not for the client.
#[derive(Default)]
struct Server {
    replies: Vec<Vec<u8>>,
}

impl End for Server {
    fn receive(&mut self, _: Instant, datagram: &[u8]) {
        if let Some(contents) = Seal::checksum().open(datagram) {
            let mut other = contents.to_vec();
            other[0] ^= 0x80;
            Seal::checksum().close(&mut other);
            self.replies.extend([datagram.to_vec(), other]);
        }
    }

    fn wake(&mut self, _: Instant) {}

    fn transmit(&mut self, datagram: &mut Vec<u8>) -> bool {
        let reply = self.replies.pop();
        datagram.extend_from_slice(reply.as_deref().unwrap_or_default());
        reply.is_some()
    }

    fn wakes_at(&self) -> Option<Instant> {
        None
    }
}

#[test]
fn a_request_is_answered_by_its_own_answer() {
    holds_everywhere("every request is answered", |network, seed| {
        let client = Client::new(Policy::default(), false, seed);
        let mut pair = Pair::new(client, Server::default(), network, seed);
        pair.run(|pair| pair.a.ended)?;
        let reply = pair.a.reply.ok_or("it was given up without a limit")?;
        if reply.starts_with(&seed.to_be_bytes()) {
            Ok(())
        } else {
            Err(format!("accepted {reply:?}"))
        }
    });
}

#[test]
fn a_deadline_is_kept_to_the_moment() {
    holds_everywhere("the deadline", |network, seed| {
        let deadline = Duration::from_millis(seed % 200);
        let client = Client::new(Policy::within(deadline), false, seed);
        let mut pair = Pair::new(client, Server::default(), network, seed);
        pair.run(|pair| pair.a.ended)?;
        let end = pair.now.since_origin();
        let kept = if pair.a.reply.is_some() {
            end <= deadline
        } else {
            end == deadline
        };
        if kept {
            Ok(())
        } else {
            Err(format!("ended at {end:?} instead of {deadline:?}"))
        }
    });
}

/// Karn's rule: no sample is shorter than the shortest round trip, as it would be if the reply to one attempt were
/// taken for the reply to a later one, nor longer than the longest.
#[test]
fn every_sample_is_a_true_round_trip() {
    holds_everywhere("Karn's rule", |network, seed| {
        for by_attempt in [false, true] {
            let client = Client::new(Policy::default(), by_attempt, seed);
            let mut pair = Pair::new(client, Server::default(), network, seed);
            pair.run(|pair| pair.a.ended)?;
            let (shortest, longest) = round_trips(&network);
            let report = pair.a.report();
            if report.rtt.is_some_and(|rtt| rtt < shortest || rtt > longest) {
                return Err(format!(
                    "{:?} is not within {shortest:?}..{longest:?}",
                    report.rtt
                ));
            }
            if report.rtt.is_some() != (by_attempt || report.attempts == 1) {
                return Err(format!("rtt {:?} after {} attempts", report.rtt, report.attempts));
            }
        }
        Ok(())
    });
}

/// The shortest and the longest round trip that a network can make.
fn round_trips(network: &Spec) -> (Duration, Duration) {
    let (shortest, longest) = network.delay;
    // What is to be overtaken is held back for up to the longest delay, and at least up to 10 ms; what keeps its
    // order waits for what is before it.
    let held = longest.max(Duration::from_millis(10));
    (shortest * 2, (longest + held) * 2)
}

fn server() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 1], 53))
}
