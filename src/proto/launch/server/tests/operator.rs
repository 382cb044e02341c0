//! What an operator decides.

use std::time::Duration;

use super::*;

fn resolve(id: Id, launched: bool) -> Order {
    Order::Resolve {
        id,
        outcome: launched.then(Outcome::default),
        force: false,
    }
}

#[test]
fn an_operators_word_settles_a_doubt_for_ever() {
    for (launched, answer) in [(true, Status::Launched), (false, Status::NotLaunched)] {
        let mut bench = Bench::new(Limits::DEFAULT);
        bench.send(&of_session(Kind::Request, 1));
        bench.sync();
        bench.restart();
        assert_eq!(bench.order(resolve(first(), launched)), Ok(1));
        for _ in 0..2 {
            bench.send(&of_session(Kind::Request, 1));
            bench.sync();
            assert_eq!(bench.statuses(), [answer]);
            assert_eq!(bench.order(resolve(first(), !launched)), Err(Refusal::Settled));
            bench.restart();
        }
        assert_eq!(bench.begun, [first()]);
    }
}

#[test]
fn only_a_doubt_can_be_resolved_and_only_when_no_orphan_is_at_work() {
    let mut bench = Bench::new(Limits::DEFAULT);
    assert_eq!(bench.order(resolve(first(), true)), Err(Refusal::Unknown));
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    assert_eq!(bench.order(resolve(first(), true)), Err(Refusal::Running));
    bench.restart_beside_orphans();
    assert_eq!(bench.order(resolve(first(), true)), Err(Refusal::Orphan));
    bench.handle(Input::Unfenced);
    assert_eq!(bench.order(resolve(first(), true)), Ok(1));
}

#[test]
fn an_operator_may_decide_beside_an_orphan_and_say_what_the_result_was() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.restart_beside_orphans();
    let result = b"by hand".to_vec();
    let order = Order::Resolve {
        id: first(),
        outcome: Some(Outcome {
            result: result.clone(),
            ..Outcome::default()
        }),
        force: true,
    };
    assert_eq!(bench.order(order), Ok(1));
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    assert_eq!(bench.answers(), [(Status::Launched, result)]);
}

/// "a" and "b" are settled, "c" is in doubt and "d" is running.
fn with_names() -> Bench {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&named(Kind::Request, "c"));
    bench.sync();
    bench.restart();
    for name in ["a", "b", "d"] {
        bench.send(&named(Kind::Request, name));
        bench.sync();
        if name != "d" {
            bench.done(id_of(name), b"");
        }
    }
    bench.statuses();
    bench
}

fn prune(name: &str) -> Order {
    Order::Prune(Prune::Name(name.parse().unwrap()))
}

#[test]
fn a_name_that_is_settled_is_forgotten_on_an_operators_word_and_then_new() {
    let mut bench = with_names();
    let runs = bench.begun.len();
    assert_eq!(bench.order(prune("a")), Ok(1));
    assert_eq!(bench.order(prune("a")), Err(Refusal::Unknown));
    assert_eq!(bench.order(prune("c")), Err(Refusal::InDoubt));
    assert_eq!(bench.order(prune("d")), Err(Refusal::Running));
    bench.restart();
    bench.send(&named(Kind::Request, "a"));
    bench.send(&named(Kind::Request, "b"));
    bench.sync();
    assert_eq!(bench.begun[runs..], [id_of("a")]);
}

#[test]
fn names_are_forgotten_by_the_index_of_what_settled_them() {
    let settled = |bench: &Bench, name: &str| {
        let of = |record: &Record| matches!(record, Record::Outcome { id, .. } if *id == id_of(name));
        bench.records.iter().position(of).unwrap() as u64 + 1
    };
    let mut bench = with_names();
    let (a, b) = (settled(&bench, "a"), settled(&bench, "b"));
    assert_eq!(bench.order(Order::Prune(Prune::Through(a - 1))), Ok(0));
    bench.restart();
    assert_eq!(bench.order(Order::Prune(Prune::Through(b - 1))), Ok(1));
    assert_eq!(bench.order(prune("a")), Err(Refusal::Unknown));
    assert_eq!(bench.order(Order::Prune(Prune::Through(u64::MAX))), Ok(1));
    assert_eq!(bench.server.counters().ids, 2, "what is not settled stays");
}

#[test]
fn silent_sessions_are_closed_on_an_operators_word_unless_something_is_begun_in_them() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    let silent = Order::Prune(Prune::Silent(Duration::from_secs(60)));
    bench.now += Duration::from_secs(60);
    assert_eq!(bench.order(silent.clone()), Ok(0));
    bench.done(first(), b"hot");
    assert_eq!(bench.order(silent), Ok(1));
    bench.statuses();
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&of_session(Kind::Request, 2));
    bench.sync();
    assert_eq!(bench.statuses(), [Status::Gone, Status::Gone]);
}
