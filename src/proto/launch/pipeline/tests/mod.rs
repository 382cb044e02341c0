//! The pipeline against the real server, over a bad network.

mod world;

use super::*;
use crate::proto::launch::{self, Session, envelope};
use crate::proto::link::Chaos;
use crate::wire::rlaunch::{Datagram, Kind};
use world::{MS, World, boot, config, payload};

#[test]
fn every_call_is_launched_once_and_all_in_one_session_however_bad_the_network() {
    for network in [
        "loss=0%",
        "loss=30%,dup=10%,reorder=10%,delay=1ms..50ms",
        "loss=60%,dup=30%,reorder=30%,delay=0ms..5s,corrupt=1%",
    ] {
        let mut world = World::new(network, config(16), 300);
        world.run();
        assert_eq!(world.check(), (300, 0, 0), "{network}");
        assert_eq!((world.sessions, world.most_in_hand), (1, 16), "{network}");
    }
}

#[test]
fn sends_stay_within_a_tenth_of_the_least_that_loss_allows() {
    for (window, takes, delay) in [
        (16, MS / 2, "1ms..50ms"),
        (64, 5 * MS, "0ms..2ms"),
        (1, MS, "10ms..12ms"),
    ] {
        for loss in [0_u32, 5, 10, 20, 30] {
            let network = format!("loss={loss}%,delay={delay}");
            let mut world = World::new(&network, config(window), 4000).limits(launch::Limits {
                window: 64,
                ..launch::Limits::DEFAULT
            });
            world.takes = takes;
            world.run();
            assert_eq!(world.check(), (4000, 0, 0), "{network}");
            let least = 1.0 / (1.0 - f64::from(loss) / 100.0).powi(2);
            let sends = world.pipeline.tally().sends as f64 / 4000.0;
            assert!(
                sends <= 1.1 * least,
                "{network}, window {window}: {sends:.3} sends per call, {least:.3} at least"
            );
        }
    }
}

#[test]
fn a_window_that_is_wider_than_the_servers_is_narrowed_to_it() {
    let mut world = World::new("delay=5ms..9ms", config(64), 500).limits(launch::Limits {
        window: 10,
        ..launch::Limits::DEFAULT
    });
    world.run();
    assert_eq!(world.check(), (500, 0, 0));
    assert_eq!(world.pipeline.reach, 10);
    assert!(world.pipeline.tally().sends < 600, "{:?}", world.pipeline.tally());
}

#[test]
fn as_many_slow_calls_as_the_window_are_worked_on_at_once() {
    // Twelve calls of ten seconds: what is worked on is in hand, and does not count as on its way.
    for (window, groups) in [(4, 3), (16, 1)] {
        let mut world = World::new("delay=1ms..2ms", config(window), 12);
        world.takes = Duration::from_secs(10);
        world.run();
        assert_eq!(world.check(), (12, 0, 0));
        assert_eq!(world.most_in_hand, window.min(12) as usize);
        let most = Duration::from_secs(groups * 20);
        assert!(world.now < Instant::ZERO + most, "{window}: {:?}", world.now);
    }
}

#[test]
fn nothing_is_sent_before_it_is_noted() {
    let noted = Config {
        noted: true,
        ..config(16)
    };
    let mut world = World::new("loss=20%,delay=1ms..5ms", noted, 200);
    world.run();
    assert_eq!((world.check(), world.noted.len()), ((200, 0, 0), 200));
}

#[test]
fn a_killed_server_loses_nothing_and_only_what_it_was_performing_is_unknown() {
    let mut world = World::new("loss=30%,dup=10%,delay=0ms..20ms", config(16), 400);
    world.takes = 20 * MS;
    let mut performing = 0;
    for kill in 1..=20 {
        world.run_until(|world| world.ended.len() >= kill * 18);
        performing += world.actions.len();
        world.kill();
    }
    world.run();
    let (launched, not, unknown) = world.check();
    assert_eq!((launched + not + unknown, not), (400, 0));
    assert!(unknown <= performing && unknown > 0, "{unknown} of {performing}");
    assert_eq!(world.sessions, 1, "the session outlives the server's death");
}

#[test]
fn when_the_session_is_gone_only_what_was_never_sent_goes_on_in_a_new_one() {
    let mut world = World::new("delay=5ms..9ms", config(16), 200);
    world.run_until(|world| world.ended.len() >= 50);
    world.forget();
    let before = world.performed.clone();
    world.run();
    let (mut gone, mut launched) = (0, 0);
    for ended in world.ended.values() {
        let (store, _) = ended.id.expect("it had a session");
        let (number, was_sent) = (payload(ended.number), ended.sends > 0);
        match ended.ending {
            Ending::Launched(_) => launched += 1,
            Ending::Unknown(Doubt::Gone) => {
                assert!(store == 77 && was_sent);
                assert_eq!(
                    world.performed.get(&number),
                    before.get(&number),
                    "never under a new id"
                );
                gone += 1;
            }
            _ => panic!("{ended:?}"),
        }
    }
    assert!(
        (1..=16).contains(&gone) && launched == 200 - gone,
        "{gone} {launched}"
    );
    assert_eq!(world.sessions, 2);
    world.check();
}

#[test]
fn at_its_deadline_a_call_is_cancelled_and_a_silent_server_leaves_it_unknown() {
    let hasty = Config {
        deadline: 300 * MS,
        grace: Duration::from_secs(60),
        ..config(16)
    };
    let mut world = World::new("loss=50%,delay=10ms..40ms", hasty, 300);
    world.run();
    let (launched, not, unknown) = world.check();
    assert!(
        launched > 0 && not > 0 && unknown == 0,
        "{launched} {not} {unknown}"
    );

    let mut world = World::new("loss=0%,delay=1ms..2ms", hasty, 40);
    world.run_until(|world| world.ended.len() >= 20);
    (world.up, world.down) = (
        Chaos::new("loss=100%".parse().unwrap(), 1),
        Chaos::new("loss=100%".parse().unwrap(), 1),
    );
    world.run();
    let silent = |ended: &&Ended| ended.ending == Ending::Unknown(Doubt::Silent);
    assert!(world.ended.values().filter(silent).count() > 0);
    assert_eq!(world.ended.len(), 40, "each has an ending");
    world.check();
}

#[test]
fn without_a_session_nothing_is_launched_and_that_is_certain() {
    let hasty = Config {
        deadline: 300 * MS,
        ..config(16)
    };
    let mut world = World::new("loss=100%", hasty, 3);
    world.run();
    assert_eq!(world.check(), (0, 3, 0));
    assert!(world.ended.values().all(|ended| ended.id.is_none()));
}

#[test]
fn what_an_earlier_run_began_is_resumed_under_its_id() {
    let mut first = World::new("delay=5ms..9ms", config(16), 40);
    first.run_until(|world| world.settled >= 20 && world.pipeline.window.flying() > 3);
    let course = first
        .pipeline
        .courses
        .iter_mut()
        .flatten()
        .next()
        .expect("a session");
    let known = course.session.clone();
    let pending: Vec<_> = course
        .calls()
        .map(|(seq, call)| Pending {
            session: Session::resumed(known.instance, known.id, known.ack_through, known.commit),
            seq,
            payload: call.payload.clone(),
        })
        .collect();
    assert!(pending.len() > 3);

    let mut second = World::new("loss=20%,delay=1ms..5ms", config(16), 0);
    second.server = boot(second.limits, 77, &first.records);
    (second.records, second.performed) = (first.records.clone(), first.performed.clone());
    second.total = pending.len() as u64;
    for pending in &pending {
        second.begun += 1;
        let number = second.begun;
        second
            .pipeline
            .handle(second.now, Input::Resume { number, pending });
    }
    second.run_until(|world| world.settled == world.total);
    for (pending, ended) in pending.iter().zip(second.ended.values()) {
        let call = CallId {
            session: known.id,
            seq: pending.seq,
        };
        assert_eq!(ended.id, Some((77, call)));
        assert!(second.performed.values().all(|times| *times == 1));
        match &ended.ending {
            Ending::Launched(outcome) => assert_eq!(outcome.result, pending.payload),
            Ending::Unknown(Doubt::InDoubt) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(second.sessions, 0, "no session is asked for without a new call");
}

#[test]
fn what_an_earlier_run_may_have_sent_is_unknown_in_a_session_that_is_gone() {
    let mut world = World::new("delay=0ms..0ms", config(16), 2);
    let pending = |seq| Pending {
        session: Session::resumed(5, 9, 0, 0),
        seq,
        payload: payload(seq),
    };
    let resume = |world: &mut World, number| {
        let pending = &pending(number);
        let input = Input::Resume { number, pending };
        world.pipeline.handle(world.now, input);
        world.begun += 1;
    };
    resume(&mut world, 1);
    world.pipeline.poll_output(&mut Vec::new());
    resume(&mut world, 2);
    let gone = Datagram {
        status: Status::Gone,
        instance: 77,
        session: 9,
        seq: 1,
        ..Datagram::new(Kind::Reply)
    };
    let mut bytes = Vec::new();
    envelope::close(&gone, &Seal::checksum(), &mut bytes);
    world.pipeline.handle(world.now, Input::Datagram(&bytes));
    world.run();
    let unknown = |ended: &Ended| ended.ending == Ending::Unknown(Doubt::Gone);
    assert!(
        world.ended.len() == 2 && world.ended.values().all(unknown),
        "{:?}",
        world.ended
    );
}

#[test]
fn a_store_that_was_rolled_back_is_given_nothing_more() {
    let mut world = World::new("delay=1ms..2ms", config(4), 100);
    world.run_until(|world| world.ended.len() >= 50);
    let older: Vec<_> = world.records.iter().take(20).cloned().collect();
    world.records = older;
    world.kill();
    world.run();
    let refused = Ending::Refused(Status::RolledBack);
    let count = world
        .ended
        .values()
        .filter(|ended| ended.ending == refused)
        .count();
    assert!(count >= 46, "{count}");
    assert_eq!(world.ended.len(), 100);
    assert_eq!(world.sessions, 1);
}

#[test]
fn memory_is_that_of_the_window() {
    let mut world = World::new("loss=10%,dup=10%,delay=0ms..5ms", config(16), 3000);
    world.run();
    let pipeline = &world.pipeline;
    assert!(pipeline.spare.len() <= 32 && pipeline.courses.len() == 1);
    assert!(pipeline.due.is_empty() && pipeline.outputs.is_empty() && pipeline.in_hand == 0);
    assert!(pipeline.due.capacity() <= 256 && pipeline.outputs.capacity() <= 256);
}
