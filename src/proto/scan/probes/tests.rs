//! Hosts that refuse at once, now and then, once a second, or no more.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use super::super::testing::{Answer, Network};
use super::*;

const RTT: Duration = Duration::from_millis(10);

fn pace(patience: u64) -> Pace {
    Pace {
        inflight: 1000,
        patience: Some(Duration::from_secs(patience)),
        pause: None,
    }
}

/// Every tenth port is open and silent, the others refuse when `refuses` does.
fn host<'a>(mut refuses: impl FnMut(Instant) -> bool + 'a) -> impl FnMut(Instant, Attempt) -> Answer + 'a {
    move |now, attempt| (!is_open(attempt.port) && refuses(now)).then_some((RTT, State::Closed))
}

fn is_open(port: usize) -> bool {
    port % 10 == 3
}

#[track_caller]
fn assert_right(network: &Network<'_>, ports: usize) {
    assert_eq!(network.reports.len(), ports);
    let wrong: Vec<_> = network
        .reports
        .iter()
        .filter(|report| (report.outcome.state == State::Silent) != is_open(report.attempt.port))
        .collect();
    assert!(wrong.is_empty(), "{} wrong: {:?}", wrong.len(), wrong.first());
}

#[test]
fn silence_is_believed_after_three_questions_and_all_patience() {
    for patience in [1, 2] {
        let mut network = Network::new(host(|_| true));
        network.run(Probes::new(1000, pace(patience)));
        assert_right(&network, 1000);
        assert_eq!(network.took(), Duration::from_secs(patience));
        assert_eq!(network.asked, 900 + 100 * 3);
    }
}

#[test]
fn ports_that_a_lossy_network_hides_are_asked_again() {
    let mut random = StdRng::seed_from_u64(7);
    let mut network = Network::new(host(move |_| random.random_bool(0.9)));
    network.run(Probes::new(300, pace(3)));
    assert_right(&network, 300);
}

/// A bucket that holds six refusals, with a new one each second.
fn linux() -> impl FnMut(Instant) -> bool {
    let (mut tokens, mut filled) = (6.0_f64, Instant::ZERO);
    move |now| {
        tokens = (tokens + (now - filled).as_secs_f64()).min(6.0);
        filled = now;
        let refuses = tokens >= 1.0;
        tokens -= f64::from(u8::from(refuses));
        refuses
    }
}

#[test]
fn a_host_that_refuses_once_a_second_has_no_open_ports_for_that() {
    for patience in [1, 3] {
        for ports in [9, 20, 300, 1000] {
            let mut network = Network::new(host(linux()));
            network.run(Probes::new(ports, pace(patience)));
            assert_right(&network, ports);
            // Nine in ten are refused, at one a second.
            assert!(
                network.took().as_secs() < 20 + 2 * ports as u64,
                "{ports} ports in {:?}",
                network.took()
            );
        }
    }
}

#[test]
fn a_host_that_refuses_nothing_any_more_is_not_asked_for_ever() {
    let mut left = 6;
    let mut network = Network::new(host(move |_| {
        left -= i32::from(left > 0);
        left > 0
    }));
    network.run(Probes::new(100, pace(1)));
    let closed = network
        .states()
        .iter()
        .filter(|state| **state == State::Closed)
        .count();
    assert_eq!(closed, 5);
    assert!(network.took() < Duration::from_secs(60), "{:?}", network.took());
}

#[test]
fn with_a_pause_ports_are_asked_one_by_one() {
    let mut network = Network::new(host(|_| true));
    let slow = Pace {
        pause: Some(Duration::from_secs(1)),
        ..pace(1)
    };
    network.run(Probes::new(9, slow));
    assert_right(&network, 9);
    assert_eq!(network.most_at_once, 1);
}

#[test]
fn what_there_is_no_room_for_is_asked_later() {
    let mut network = Network::new(host(|_| true));
    network.room = 5;
    network.run(Probes::new(100, pace(1)));
    assert_right(&network, 100);
    assert_eq!(network.most_at_once, 5);
}

#[test]
fn answers_come_in_order() {
    let mut network = Network::new(|_, attempt: Attempt| {
        let later = u32::try_from(10 - attempt.port).unwrap();
        Some((RTT * later, State::Open))
    });
    network.run(Probes::new(10, pace(1)));
    assert_eq!(network.states(), [State::Open; 10]);
    let ports: Vec<_> = network.reports.iter().map(|report| report.attempt.port).collect();
    assert_eq!(ports, (0..10).collect::<Vec<_>>());
}
