//! The lowest rung: what `Chaos` does to datagrams is what the book allows to a fair-loss link.

use std::time::Duration;

use fairloss::proto::link::{Chance, Chaos, Spec};
use fairloss::proto::{Instant, Machine};

use crate::matrix::holds_everywhere;

/// Sends `messages` a millisecond apart, and says what arrives, in order.
fn carry(network: Spec, seed: u64, messages: impl Iterator<Item = Vec<u8>>) -> Vec<Vec<u8>> {
    let mut link = Chaos::new(network, seed);
    let mut arrived = Vec::new();
    let mut now = Instant::ZERO;
    for message in messages {
        link.handle(now, ((), &message));
        now += Duration::from_millis(1);
        link.handle_timeout(now);
        take(&mut link, &mut arrived);
    }
    while let Some(next) = link.poll_timeout() {
        link.handle_timeout(next);
        take(&mut link, &mut arrived);
    }
    arrived
}

fn take(link: &mut Chaos<()>, arrived: &mut Vec<Vec<u8>>) {
    let mut bytes = Vec::new();
    while link.poll_output(&mut bytes).is_some() {
        arrived.push(std::mem::take(&mut bytes));
    }
}

/// FLL1, in as far as a test can wait for "an infinite number of times": of 300 repetitions some arrive.
#[test]
fn what_is_sent_again_and_again_arrives() {
    holds_everywhere("FLL1, fair loss", |network, seed| {
        let arrived = carry(network, seed, std::iter::repeat_n(b"again".to_vec(), 300));
        let whole = arrived.iter().filter(|message| *message == b"again").count();
        if whole > 0 {
            Ok(())
        } else {
            Err(format!("none of 300 came whole, {} came damaged", arrived.len()))
        }
    });
}

/// FLL2 and FLL3: each message comes at most twice, and nothing comes that was not sent.
#[test]
fn what_arrives_was_sent_and_comes_at_most_twice() {
    holds_everywhere(
        "FLL2, finite duplication, and FLL3, no creation",
        |network, seed| {
            let undamaged = Spec {
                damage: Chance::NEVER,
                ..network
            };
            let mut arrivals = [0_u32; 100];
            for message in carry(undamaged, seed, (0..100_u8).map(|number| vec![number; 4])) {
                match message.as_slice() {
                    [number, b, c, d] if [b, c, d] == [number; 3] && *number < 100 => {
                        arrivals[usize::from(*number)] += 1;
                    }
                    other => return Err(format!("{other:?} was never sent")),
                }
            }
            match arrivals.iter().position(|times| *times > 2) {
                None => Ok(()),
                Some(number) => Err(format!("{number} came {} times", arrivals[number])),
            }
        },
    );
}

/// Without reordering, what arrives keeps the order in which it was sent, whatever else happens.
#[test]
fn order_is_kept_unless_disorder_was_asked_for() {
    holds_everywhere("order without reordering", |network, seed| {
        let orderly = Spec {
            reorder: Chance::NEVER,
            damage: Chance::NEVER,
            ..network
        };
        let arrived = carry(orderly, seed, (0..100_u8).map(|number| vec![number]));
        if arrived.is_sorted() {
            Ok(())
        } else {
            Err(format!("{arrived:?}"))
        }
    });
}
