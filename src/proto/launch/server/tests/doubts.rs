//! Calls of which only the intent is known.

use super::*;

#[test]
fn a_call_whose_action_was_lost_is_in_doubt_and_never_begun_again() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.server.handle(bench.now, Input::Lost(first()));
    bench.sync();
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    assert_eq!(bench.statuses(), [Status::InDoubt, Status::InDoubt]);
    assert_eq!(
        (bench.begun.as_slice(), bench.server.in_doubt()),
        (&[first()][..], 1)
    );
}

#[test]
fn a_call_without_an_outcome_is_in_doubt_after_a_restart_and_not_begun_again() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.restart();
    assert_eq!(bench.server.in_doubt(), 1);
    for kind in [Kind::Request, Kind::Cancel] {
        bench.send(&of_session(kind, 1));
        bench.sync();
        assert_eq!(bench.statuses(), [Status::InDoubt]);
    }
    assert_eq!(bench.begun, [first()]);
}

fn with(on_doubt: OnDoubt) -> Limits {
    Limits {
        on_doubt,
        ..Limits::DEFAULT
    }
}

/// A server that died after it had begun the first call.
fn died(on_doubt: OnDoubt) -> Bench {
    let mut bench = Bench::new(with(on_doubt));
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.restart_beside_orphans();
    bench.statuses();
    bench
}

fn outcome() -> Outcome {
    Outcome {
        result: b"hot".to_vec(),
        ..Outcome::default()
    }
}

#[test]
fn nothing_is_said_or_done_about_a_doubt_while_an_orphan_may_be_at_work() {
    for on_doubt in [OnDoubt::Report, OnDoubt::Probe, OnDoubt::Rerun] {
        let mut bench = died(on_doubt);
        for kind in [Kind::Request, Kind::Cancel] {
            bench.send(&of_session(kind, 1));
            bench.sync();
            assert_eq!(bench.statuses(), [Status::Working], "{on_doubt:?}");
        }
        assert_eq!((bench.begun.len(), bench.probes.len()), (1, 0), "{on_doubt:?}");
    }
}

#[test]
fn a_doubt_is_probed_once_at_a_time_and_settled_for_ever() {
    for (probe, answer) in [
        (Probe::Launched(outcome()), (Status::Launched, b"hot".to_vec())),
        (Probe::NotLaunched, (Status::NotLaunched, vec![])),
    ] {
        let mut bench = died(OnDoubt::Probe);
        bench.handle(Input::Unfenced);
        bench.send(&of_session(Kind::Request, 1));
        bench.send(&of_session(Kind::Request, 1));
        assert_eq!(bench.statuses(), [Status::Working, Status::Working]);
        assert_eq!(bench.probes, [first()]);
        bench.handle(Input::Probed(first(), probe));
        bench.send(&of_session(Kind::Request, 1));
        assert_eq!(bench.statuses(), [], "nothing is told that could be lost");
        bench.sync();
        assert_eq!(bench.answers(), std::slice::from_ref(&answer));
        bench.restart();
        bench.send(&of_session(Kind::Request, 1));
        bench.sync();
        assert_eq!(bench.answers(), [answer]);
        assert_eq!((bench.begun.len(), bench.server.in_doubt()), (1, 0));
    }
}

#[test]
fn what_no_probe_finds_out_stays_in_doubt_and_is_probed_when_it_is_asked_for() {
    let mut bench = died(OnDoubt::Probe);
    bench.handle(Input::Unfenced);
    bench.handle(Input::Probed(first(), Probe::Unknown));
    assert_eq!((bench.statuses(), bench.probes.len()), (vec![], 1));
    bench.send(&of_session(Kind::Request, 1));
    bench.handle(Input::Probed(first(), Probe::Unknown));
    assert_eq!(bench.statuses(), [Status::Working, Status::InDoubt]);
    assert_eq!((bench.probes.len(), bench.server.in_doubt()), (2, 1));
}

#[test]
fn no_more_probes_are_at_work_than_actions_may() {
    let mut bench = Bench::new(with(OnDoubt::Probe));
    for seq in 1..=5 {
        bench.send(&of_session(Kind::Request, seq));
    }
    bench.sync();
    bench.limits.running = 2;
    bench.restart();
    assert_eq!(bench.probes.len(), 2);
    for asked in 0..5 {
        let id = bench.probes[asked].clone();
        bench.handle(Input::Probed(id, Probe::Unknown));
    }
    let mut probed = bench.probes.clone();
    probed.sort();
    probed.dedup();
    assert_eq!((probed.len(), bench.probes.len()), (5, 5), "each of them once");
}

#[test]
fn a_probe_that_comes_late_changes_nothing() {
    let mut bench = died(OnDoubt::Probe);
    bench.handle(Input::Unfenced);
    assert_eq!(
        bench.order(Order::Resolve {
            id: first(),
            outcome: None,
            force: false,
        }),
        Ok(1)
    );
    bench.handle(Input::Probed(first(), Probe::Launched(outcome())));
    bench.handle(Input::Probed(first(), Probe::Unknown));
    bench.sync();
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.statuses(), [Status::NotLaunched]);
}

#[test]
fn only_a_request_with_the_same_payload_reruns_and_only_where_the_operator_chose_so() {
    let mut bench = died(OnDoubt::Rerun);
    bench.handle(Input::Unfenced);
    bench.send(&of_session(Kind::Cancel, 1));
    bench.send(&Datagram {
        payload: b"coffee",
        ..of_session(Kind::Request, 1)
    });
    assert_eq!(bench.statuses(), [Status::InDoubt, Status::Conflict]);
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.begun.len(), 1, "the intent is durable first, again");
    bench.sync();
    assert_eq!(bench.begun, [first(), first()]);
    bench.done(first(), b"hot");
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(
        bench.statuses(),
        [Status::Working, Status::Launched, Status::Launched]
    );
    assert_eq!((bench.begun.len(), bench.server.in_doubt()), (2, 0));
}

#[test]
fn a_rerun_has_a_higher_fence() {
    let mut bench = died(OnDoubt::Rerun);
    bench.handle(Input::Unfenced);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    assert!(bench.fences[0] < bench.fences[1], "{:?}", bench.fences);
}

#[test]
fn a_name_in_doubt_is_treated_like_a_number() {
    let mut bench = Bench::new(with(OnDoubt::Probe));
    bench.send(&named(Kind::Request, "x"));
    bench.sync();
    bench.restart();
    assert_eq!(bench.probes, [id_of("x")]);
    bench.handle(Input::Probed(id_of("x"), Probe::Launched(outcome())));
    bench.sync();
    bench.send(&named(Kind::Request, "x"));
    assert_eq!(bench.answers(), [(Status::Launched, b"hot".to_vec())]);
}

#[test]
fn a_lost_action_is_probed_at_once() {
    let mut bench = Bench::new(with(OnDoubt::Probe));
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.handle(Input::Lost(first()));
    assert_eq!(bench.probes, [first()]);
    bench.handle(Input::Probed(first(), Probe::NotLaunched));
    bench.sync();
    assert_eq!(bench.statuses(), [Status::NotLaunched]);
}

#[test]
fn what_its_client_has_given_up_is_no_doubt_any_more_and_takes_no_room() {
    let mut bench = Bench::new(Limits::DEFAULT);
    for seq in 1..=40 {
        bench.send(&Datagram {
            ack_through: seq - 1,
            ..of_session(Kind::Request, seq)
        });
        bench.sync();
        let id = Id::Call(CallId { session: 1, seq });
        bench.handle(Input::Lost(id));
        assert_eq!(bench.server.in_doubt(), 1);
    }
    assert_eq!(bench.server.doubts.since().count(), 1);
    bench.send(&of_session(Kind::Bye, 0));
    assert_eq!(bench.server.in_doubt(), 0);
}
