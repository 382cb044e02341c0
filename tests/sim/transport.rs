//! The FIFO link as a transport: fast on a bad path, fair to others, and no burden for a queue. With a seed in virtual
//! time, so that a figure is the same each time.

use std::time::Duration;

use fairloss::proto::link::fifo::{Config, Failure, Output};

use crate::road::Road;

const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

const ENDLESS: u64 = u64::MAX;

fn ethernet() -> Config {
    Config {
        largest_datagram: 1472,
        socket_buffer: 4 << 20,
        ..Config::default()
    }
}

/// How much of a line of so many bits per second was used, in per cent.
fn used(bytes: u64, bits_per_second: u64, time: Duration) -> u64 {
    bytes * 8 * 100 / (bits_per_second * time.as_secs())
}

/// After the startup, a stream alone uses the line, whatever is lost by chance or overtaken.
#[test]
fn a_path_is_used_whatever_is_lost_by_chance() {
    for (network, least) in [
        ("rate=20M,delay=20ms", 95),
        ("rate=20M,delay=20ms,loss=1%", 93),
        ("rate=20M,delay=20ms,loss=10%", 83),
        ("rate=20M,delay=20ms,loss=20%", 70),
        ("rate=20M,delay=5ms,reorder=20%", 93),
        ("rate=20M,loss=10%,dup=10%,reorder=20%,corrupt=1%", 60),
    ] {
        let mut road = Road::new(network).stream(seconds(0), ENDLESS, ethernet());
        road.run(seconds(2));
        let percent = used(road.run(seconds(6))[0], 20_000_000, seconds(6));
        assert!(percent >= least, "{network}: {percent} %");
    }
}

/// The whole of a stream, from the first hello to the last word, at 1 % loss on a long path.
#[test]
fn ten_megabytes_at_one_per_cent_loss_take_little_longer_than_the_line() {
    let mut road = Road::new("rate=50M,delay=20ms,loss=1%").stream(seconds(0), 10_000_000, ethernet());
    road.run(seconds(60));
    assert!(road.streams[0].to.is_read());
    // The line needs 1.6 seconds, and its headers some more.
    assert!(
        road.now.since_origin() < Duration::from_millis(3500),
        "{:?}",
        road.now
    );
}

#[test]
fn two_streams_share_a_bottleneck() {
    for (network, rate, after) in [
        ("rate=20M,delay=20ms", 20_000_000, 0),
        ("rate=20M,delay=20ms", 20_000_000, 3),
        ("rate=20M", 20_000_000, 2),
        ("rate=10M,delay=5ms,loss=1%", 10_000_000, 1),
        ("rate=10M,delay=10ms,queue=30", 10_000_000, 2),
    ] {
        let mut road = Road::new(network).stream(seconds(0), ENDLESS, ethernet()).stream(
            seconds(after),
            ENDLESS,
            ethernet(),
        );
        road.run(seconds(after + 5));
        let parts = road.run(seconds(15));
        let (less, more) = (parts[0].min(parts[1]), parts[0].max(parts[1]));
        assert!(
            more <= less * 2,
            "{network}, the second after {after} s: {parts:?}"
        );
        let percent = used(less + more, rate, seconds(15));
        assert!(percent >= 85, "{network}: {percent} %");
    }
}

/// In the steady state, what a queue of its own length or longer drops is little, and a long one is not filled.
#[test]
fn a_queue_is_neither_overflowed_nor_filled() {
    for (network, most_lost) in [
        ("rate=20M,delay=20ms", 0),
        ("rate=20M,delay=20ms,queue=100", 5),
        ("rate=20M,delay=20ms,queue=20", 30),
    ] {
        let mut road = Road::new(network).stream(seconds(0), ENDLESS, ethernet());
        road.run(seconds(3));
        let before = road.tally();
        road.run(seconds(7));
        let after = road.tally();
        let (lost, offered) = (
            after.overflowed - before.overflowed,
            after.offered - before.offered,
        );
        assert!(
            lost * 1000 <= offered * most_lost,
            "{network}: {lost} of {offered}"
        );
        // 40 ms are the path; as much again may wait, and a burst.
        let rtt = road.streams[0].from.path().smoothed_rtt.expect("there was one");
        assert!(rtt < Duration::from_millis(90), "{network}: {rtt:?}");
    }
}

#[test]
fn disorder_is_not_taken_for_loss() {
    for network in [
        "rate=20M,delay=5ms,reorder=20%",
        "rate=20M,delay=30ms,reorder=20%",
    ] {
        let mut road = Road::new(network).stream(seconds(0), ENDLESS, ethernet());
        road.run(seconds(8));
        let counters = road.streams[0].from.counters();
        assert!(
            counters.retransmitted * 100 <= counters.sent,
            "{network}: {counters:?}"
        );
        assert_eq!(counters.lost, counters.spurious, "{network}");
    }
}

#[test]
fn the_size_of_datagrams_follows_the_path() {
    let config = Config {
        largest_datagram: 65_507,
        ..ethernet()
    };
    for (swallows, expected) in [
        ((|_, _| false) as fn(_, usize) -> bool, 65_507),
        (|_, size| size > 9000, 8972),
        (|_, size| size > 1400, 1392),
        (|_, size| size > 1200, 1200),
    ] {
        let mut road =
            Road::new("rate=50M,delay=5ms")
                .swallowing(swallows)
                .stream(seconds(0), 5_000_000, config);
        road.run(seconds(30));
        assert!(road.streams[0].to.is_read());
        assert_eq!(road.streams[0].from.path().datagram, expected);
    }
}

#[test]
fn a_path_that_becomes_a_black_hole_for_large_datagrams_is_left_by_small_ones() {
    let mut road = Road::new("rate=20M,delay=5ms")
        .swallowing(|now, size| now.since_origin() > seconds(1) && size > 1300)
        .stream(seconds(0), 10_000_000, ethernet());
    road.run(seconds(1));
    assert_eq!(road.streams[0].from.path().datagram, 1472);
    road.run(seconds(30));
    assert!(road.streams[0].to.is_read(), "{:?}", road.now);
    assert_eq!(road.streams[0].from.path().datagram, 1260);
}

#[test]
fn a_silence_is_a_suspicion_and_the_end_of_it_a_recovery() {
    let mut road = Road::new("rate=1M,delay=5ms")
        .swallowing(|now, _| (seconds(5)..seconds(12)).contains(&now.since_origin()))
        .stream(seconds(0), 3_000_000, ethernet());
    road.run(seconds(120));
    assert!(road.streams[0].to.is_read());
    let said: Vec<Output> = road.streams[0].said.iter().map(|(_, output)| *output).collect();
    for output in [Output::Suspect, Output::Recovered] {
        assert!(said.contains(&output), "{said:?}");
    }
    assert_eq!(road.streams[0].failure(), None);
}

#[test]
fn who_stays_silent_is_given_up_after_the_patience() {
    let config = Config {
        patience: Some(seconds(10)),
        ..ethernet()
    };
    let mut road = Road::new("rate=1M,delay=5ms")
        .swallowing(|now, _| now.since_origin() > seconds(5))
        .stream(seconds(0), ENDLESS, config);
    road.run(seconds(120));
    assert_eq!(road.streams[0].failure(), Some(Failure::Silent));
    let end = road.now.since_origin();
    assert!((seconds(14)..seconds(28)).contains(&end), "{end:?}");
}
