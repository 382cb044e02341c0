//! What is made durable, and when.

use super::*;

#[test]
fn an_outcome_is_made_durable_soon_even_without_a_group() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.done(first(), b"hot");
    let commits = bench.commits;
    let due = bench.server.poll_timeout().unwrap();
    assert_eq!(due, bench.now + Limits::DEFAULT.settle);
    bench.server.handle_timeout(due);
    bench.drain();
    assert_eq!((bench.commits, bench.server.poll_timeout()), (commits + 1, None));
}

#[test]
fn nothing_stays_without_being_made_durable() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.done(first(), b"hot");
    bench.server.handle_timeout(bench.server.poll_timeout().unwrap());
    bench.send(&of_session(Kind::Bye, 0));
    assert!(bench.server.poll_timeout().is_some());
}

#[test]
fn a_restart_does_not_bring_back_what_a_cancellation_acknowledged() {
    let mut bench = Bench::new(Limits::DEFAULT);
    let acknowledging = |kind, seq, ack_through| Datagram {
        ack_through,
        ..of_session(kind, seq)
    };
    for (kind, seq, ack) in [(Kind::Request, 1, 0), (Kind::Cancel, 2, 1), (Kind::Request, 3, 0)] {
        bench.send(&acknowledging(kind, seq, ack));
        bench.sync();
    }
    bench.restart();
    bench.answers();
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.statuses(), [Status::Stale]);
}

#[test]
fn with_sync_outcome_nobody_is_told_what_could_be_lost() {
    let mut bench = Bench::new(Limits {
        sync_outcome: true,
        ..Limits::DEFAULT
    });
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.done(first(), b"hot");
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.statuses(), []);
    bench.sync();
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.statuses(), [Status::Launched, Status::Launched]);
}

#[test]
fn a_missile_is_launched_by_the_record_that_says_so() {
    let mut bench = Bench::new(Limits {
        effect: Effect::Missile,
        ..Limits::DEFAULT
    });
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&named(Kind::Request, "x"));
    assert_eq!(bench.statuses(), [], "it is launched when it is durable");
    bench.sync();
    let told = |number: u64| {
        (
            Status::Launched,
            format!("missile {number} launched").into_bytes(),
        )
    };
    assert_eq!(bench.answers(), [told(1), told(2)]);
    bench.restart();
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&of_session(Kind::Request, 2));
    bench.sync();
    assert_eq!(bench.answers(), [told(1), told(3)]);
    assert_eq!((bench.begun.len(), bench.server.in_doubt()), (0, 0));
    assert_eq!(bench.server.counters().missiles, 3);
}

#[test]
fn a_crash_at_any_record_leaves_no_missile_in_doubt() {
    let mut bench = Bench::new(Limits {
        effect: Effect::Missile,
        ..Limits::DEFAULT
    });
    for seq in 1..=3 {
        bench.send(&of_session(Kind::Request, seq));
    }
    let all = bench.records.clone();
    for kept in 1..=all.len() {
        bench.records = all[..kept].to_vec();
        bench.restart();
        assert_eq!(bench.server.in_doubt(), 0);
        bench.statuses();
        for seq in 1..=3 {
            bench.send(&of_session(Kind::Request, seq));
        }
        bench.sync();
        assert_eq!(bench.statuses(), [Status::Launched; 3]);
        assert_eq!(bench.server.counters().missiles, 3);
    }
}

/// Everything that a new generation has to say, and more that comes while it is written.
fn replaced(finished: bool) -> Bench {
    let mut bench = Bench::new(Limits {
        sync_outcome: true,
        ..Limits::DEFAULT
    });
    for seq in 1..=2 {
        bench.send(&of_session(Kind::Request, seq));
    }
    for name in ["a", "b"] {
        bench.send(&named(Kind::Request, name));
    }
    bench.sync();
    bench.done(first(), b"one");
    bench.done(id_of("b"), b"b");
    bench.sync();
    bench.server.handle(bench.now, Input::Long);
    bench.server.handle(bench.now, Input::Long);
    let mut bytes = Vec::new();
    let Some(Output::Replace(snapshot)) = bench.server.poll_output(&mut bytes) else {
        panic!("a new generation is wanted");
    };
    assert_eq!(bench.server.poll_output(&mut bytes), None, "one at a time");
    let before = bench.records.len();
    bench.done(id_of("a"), b"a");
    bench.send(&of_session(Kind::Request, 3));
    bench.send(&named(Kind::Request, "c"));
    bench.statuses();
    if finished {
        let since = bench.records.split_off(before);
        // The generation begins after the records that it stands for: these only count.
        bench.offset = before;
        bench.records = [snapshot, since].concat();
        bench.handle(Input::Replaced);
    }
    bench
}

#[test]
fn while_a_new_generation_is_written_everything_goes_on_and_it_says_the_same() {
    for finished in [false, true] {
        let mut bench = replaced(finished);
        bench.sync();
        assert_eq!(bench.begun.len(), 6, "finished: {finished}");
        bench.restart();
        bench.statuses();
        for seq in 1..=3 {
            bench.send(&of_session(Kind::Request, seq));
        }
        for name in ["a", "b", "c"] {
            bench.send(&named(Kind::Request, name));
        }
        use Status::{InDoubt, Launched};
        assert_eq!(
            bench.statuses(),
            [Launched, InDoubt, InDoubt, Launched, Launched, InDoubt]
        );
    }
}

#[test]
fn a_generation_in_place_is_durable_and_has_the_indices_that_a_restart_finds() {
    let mut bench = replaced(true);
    assert_eq!(bench.begun.len(), 6, "what was waiting goes on");
    assert_eq!(
        bench.statuses(),
        [Status::Launched],
        "and what could not be told before is told"
    );
    let counters = bench.server.counters();
    assert_eq!(counters.last, (bench.offset + bench.records.len()) as u64);
    assert_eq!(counters.durable, counters.last);
    let through = |bench: &Bench, index: u64| bench.server.ids.settled_through(index);
    let indices = 0..=counters.last;
    let live: Vec<_> = indices.clone().map(|index| through(&bench, index)).collect();
    bench.restart();
    let found: Vec<_> = indices.map(|index| through(&bench, index)).collect();
    assert_eq!(live, found);
    assert_eq!(live.last().map(Vec::len), Some(2));
}
