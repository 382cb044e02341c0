//! The third rung: stubborn senders and the duplicate filter make a perfect link.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use fairloss::proto::link::{Admission, Answers, Dedup, Heard, Limits, Output, Policy, Rto, Seal, Stubborn};
use fairloss::proto::{Instant, Machine};

use crate::matrix::holds_everywhere;
use crate::pair::{End, Pair};

/// Several senders at one end; each repeats each of its messages until it is answered.
struct Senders {
    open: BTreeMap<(u32, u64), Stubborn>,
}

impl Senders {
    /// `messages` of each sender, all open at once: on purpose more than the window of the receiver.
    fn new(senders: u32, messages: u64, seed: u64) -> Self {
        let limits = Limits {
            initial: Duration::from_millis(100),
            cap: Duration::from_secs(1),
            ..Limits::REQUEST
        };
        let mut open = BTreeMap::new();
        for sender in 0..senders {
            for id in 0..messages {
                let machine = Stubborn::new(Instant::ZERO, Policy::default(), Rto::new(limits), seed + id);
                open.insert((sender, id), machine);
            }
        }
        Self { open }
    }
}

impl End for Senders {
    fn receive(&mut self, now: Instant, datagram: &[u8]) {
        if let Some((sender, id, _)) = read(datagram)
            && let Some(mut machine) = self.open.remove(&(sender, id))
        {
            machine.handle(now, Heard::Answer(Answers::Any));
        }
    }

    fn wake(&mut self, now: Instant) {
        self.open
            .values_mut()
            .for_each(|machine| machine.handle_timeout(now));
    }

    fn transmit(&mut self, datagram: &mut Vec<u8>) -> bool {
        for ((sender, id), machine) in &mut self.open {
            if let Some(Output::Send(_)) = machine.poll_output(datagram) {
                write(*sender, *id, contents(*sender, *id), datagram);
                return true;
            }
        }
        false
    }

    fn wakes_at(&self) -> Option<Instant> {
        self.open.values().filter_map(Stubborn::poll_timeout).min()
    }
}

/// Delivers what the filter lets through, and answers what it has let through before.
struct Receiver {
    dedup: Dedup<u32>,
    delivered: BTreeMap<(u32, u64), Vec<u32>>,
    answers: VecDeque<(u32, u64)>,
}

impl End for Receiver {
    fn receive(&mut self, _: Instant, datagram: &[u8]) {
        let Some((sender, id, contents)) = read(datagram) else {
            return;
        };
        match self.dedup.admit(&sender, id) {
            Admission::New => {
                self.delivered.entry((sender, id)).or_default().push(contents);
                self.answers.push_back((sender, id));
            }
            Admission::Repeated => self.answers.push_back((sender, id)),
            Admission::Ahead | Admission::Full | Admission::Retired => {}
        }
    }

    fn wake(&mut self, _: Instant) {}

    fn transmit(&mut self, datagram: &mut Vec<u8>) -> bool {
        let Some((sender, id)) = self.answers.pop_front() else {
            return false;
        };
        write(sender, id, 0, datagram);
        true
    }

    fn wakes_at(&self) -> Option<Instant> {
        None
    }
}

#[test]
fn every_message_is_delivered_once() {
    holds_everywhere(
        "PL1, reliable delivery, PL2, no duplication, PL3, no creation",
        |network, seed| {
            // Now and then one sender with more open messages than the window has room for.
            let (senders, messages) = if seed % 8 == 0 { (1, 80) } else { (3, 8) };
            let receiver = Receiver {
                dedup: Dedup::new(3, 64),
                delivered: BTreeMap::new(),
                answers: VecDeque::new(),
            };
            let mut pair = Pair::new(Senders::new(senders, messages, seed), receiver, network, seed);
            pair.run(|pair| pair.a.open.is_empty())?;
            for sender in 0..senders {
                for id in 0..messages {
                    let delivered = pair.b.delivered.remove(&(sender, id)).unwrap_or_default();
                    if delivered != [contents(sender, id)] {
                        return Err(format!("message {id} of {sender} was delivered as {delivered:?}"));
                    }
                }
            }
            if pair.b.delivered.is_empty() {
                Ok(())
            } else {
                Err(format!("created {:?}", pair.b.delivered))
            }
        },
    );
}

/// PL2 fails closed: with a filter that has room for one sender only, and that retires senders in the middle of
/// their messages, some are refused, but none is delivered twice.
#[test]
fn what_is_forgotten_is_refused_and_not_delivered_again() {
    holds_everywhere("PL2 with a filter that forgets", |network, seed| {
        let receiver = Receiver {
            dedup: Dedup::new(1, 64),
            delivered: BTreeMap::new(),
            answers: VecDeque::new(),
        };
        let mut pair = Pair::new(Senders::new(3, 8, seed), receiver, network, seed);
        for round in 1..=4 {
            let until = Instant::ZERO + Duration::from_millis(200 * round);
            pair.run(|pair| pair.now >= until || pair.a.open.is_empty())?;
            if let Some(oldest) = pair.b.dedup.oldest().copied() {
                pair.b.dedup.retire_through(&oldest);
            }
        }
        match pair
            .b
            .delivered
            .iter()
            .find(|(_, delivered)| delivered.len() != 1)
        {
            None => Ok(()),
            Some(((sender, id), delivered)) => Err(format!(
                "message {id} of {sender} was delivered {} times",
                delivered.len()
            )),
        }
    });
}

fn contents(sender: u32, id: u64) -> u32 {
    (sender << 16 | u32::try_from(id).expect("ids are small")).wrapping_mul(2_654_435_761)
}

fn write(sender: u32, id: u64, contents: u32, datagram: &mut Vec<u8>) {
    datagram.extend_from_slice(&sender.to_be_bytes());
    datagram.extend_from_slice(&id.to_be_bytes());
    datagram.extend_from_slice(&contents.to_be_bytes());
    Seal::checksum().close(datagram);
}

fn read(datagram: &[u8]) -> Option<(u32, u64, u32)> {
    let (sender, rest) = Seal::checksum().open(datagram)?.split_first_chunk()?;
    let (id, contents) = rest.split_first_chunk()?;
    let (sender, id) = (u32::from_be_bytes(*sender), u64::from_be_bytes(*id));
    Some((sender, id, u32::from_be_bytes(*contents.first_chunk()?)))
}
