//! Calls of a session.

use super::*;
use crate::wire::rlaunch::MAX_PAYLOAD;

#[test]
fn the_action_begins_only_when_its_intent_is_durable() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.begun, []);
    bench.sync();
    assert_eq!(bench.begun, [first()]);
}

#[test]
fn duplicates_are_answered_by_working_then_by_the_first_result_and_begin_nothing() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.statuses(), [Status::Working]);
    bench.done(first(), b"hot");
    assert_eq!(bench.answers(), [(Status::Launched, b"hot".to_vec())]);
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.answers(), [(Status::Launched, b"hot".to_vec())]);
    assert_eq!(bench.begun, [first()]);
}

#[test]
fn the_first_result_is_still_the_answer_after_a_restart() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.done(first(), b"hot");
    bench.restart();
    bench.statuses();
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.answers(), [(Status::Launched, b"hot".to_vec())]);
}

#[test]
fn a_cancelled_call_is_told_when_the_tombstone_is_durable_and_never_begins() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Cancel, 1));
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.statuses(), [], "a promise that could be lost is not made");
    bench.sync();
    assert_eq!(bench.statuses(), [Status::NotLaunched]);
    bench.restart();
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    assert_eq!(bench.statuses(), [Status::NotLaunched]);
    assert_eq!(bench.begun, []);
}

#[test]
fn an_action_that_could_not_begin_is_ruled_out() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.server.handle(bench.now, Input::Done(first(), None));
    bench.sync();
    assert_eq!(bench.statuses(), [Status::NotLaunched]);
}

#[test]
fn another_payload_under_the_same_id_is_refused() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.send(&Datagram {
        payload: b"coffee",
        ..of_session(Kind::Request, 1)
    });
    assert_eq!(bench.statuses(), [Status::Conflict]);
}

#[test]
fn what_was_acknowledged_or_closed_is_refused_for_ever() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&Datagram {
        ack_through: 1,
        ..of_session(Kind::Request, 2)
    });
    bench.sync();
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.statuses(), [Status::Stale]);
    bench.send(&of_session(Kind::Bye, 0));
    bench.send(&of_session(Kind::Bye, 0));
    bench.send(&of_session(Kind::Request, 3));
    assert_eq!(bench.statuses(), [Status::Closed, Status::Closed, Status::Gone]);
    bench.restart();
    bench.send(&of_session(Kind::Request, 3));
    assert_eq!(bench.statuses(), [Status::Gone]);
    assert_eq!(bench.begun.len(), 1);
}

#[test]
fn without_the_right_cookie_there_is_a_cookie_and_nothing_else() {
    let mut bench = Bench::new(Limits::DEFAULT);
    for kind in [Kind::Request, Kind::Cancel, Kind::Bye] {
        let asked = bench.send(&Datagram {
            cookie: [0; 16],
            ..of_session(kind, 1)
        });
        let (_, answer) = bench.sent[0].clone();
        assert!(answer.len() <= asked, "no amplification");
        let answer = envelope::open(&answer, &Seal::checksum()).unwrap();
        assert_eq!(
            (answer.status, answer.cookie),
            (Status::Cookie, of_session(kind, 1).cookie)
        );
        bench.sent.clear();
    }
    assert_eq!(bench.records.len(), 1, "nothing but the reservation");
}

#[test]
fn a_session_is_given_out_once_across_restarts() {
    let mut bench = Bench::new(Limits::DEFAULT);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        for _ in 0..10 {
            bench.send(&Datagram {
                payload: &[1; NONCE],
                ..Datagram::new(Kind::Hello)
            });
        }
        for (_, bytes) in std::mem::take(&mut bench.sent) {
            let session = envelope::open(&bytes, &Seal::checksum()).unwrap().session;
            assert!(seen.insert(session), "{session} twice");
        }
        bench.restart();
    }
    assert_eq!(seen.len(), 30);
}

#[test]
fn another_store_is_not_asked_to_launch_what_this_one_was() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&Datagram {
        instance: 5,
        ..of_session(Kind::Request, 1)
    });
    assert_eq!(bench.statuses(), [Status::Gone]);
}

#[test]
fn a_result_longer_than_a_reply_is_cut_and_marked() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.done(first(), &[b'x'; MAX_PAYLOAD + 1]);
    assert_eq!(bench.answers(), [(Status::Truncated, vec![b'x'; MAX_PAYLOAD])]);
}
