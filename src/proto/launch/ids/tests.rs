//! What the table knows, one rule a test.

use proptest::prelude::*;

use super::*;

const W: u64 = 16;

fn call(session: u64, seq: u64) -> CallId {
    CallId { session, seq }
}

fn intent(call: CallId, ack: u64) -> Record {
    Record::Intent {
        id: Id::Call(call),
        ack,
        fingerprint: [1; 16],
    }
}

fn outcome(call: CallId) -> Record {
    let outcome = Outcome {
        exit: 0,
        truncated: false,
        result: b"done".to_vec(),
    };
    Record::Outcome {
        id: Id::Call(call),
        outcome,
    }
}

fn table(records: &[Record]) -> Ids {
    let mut ids = Ids::default();
    ids.apply(0, &Record::Reserved { next: 100 });
    for record in records {
        ids.apply(1, record);
    }
    ids
}

#[test]
fn a_call_is_fresh_until_its_intent_and_never_again() {
    let mut ids = table(&[]);
    assert_eq!(
        ids.standing(Key::Call(call(5, 1)), Some([1; 16]), W),
        Standing::Fresh
    );
    ids.apply(1, &intent(call(5, 1), 0));
    assert_eq!(
        ids.standing(Key::Call(call(5, 1)), Some([1; 16]), W),
        Standing::Begun
    );
    ids.apply(2, &outcome(call(5, 1)));
    assert!(matches!(
        ids.standing(Key::Call(call(5, 1)), Some([1; 16]), W),
        Standing::Answered(Answer::Launched(..))
    ));
    ids.acknowledge(5, 1);
    assert_eq!(
        ids.standing(Key::Call(call(5, 1)), Some([1; 16]), W),
        Standing::Stale
    );
    ids.apply(3, &Record::Closed { first: 5, last: 5 });
    assert_eq!(
        ids.standing(Key::Call(call(5, 1)), Some([1; 16]), W),
        Standing::Gone
    );
}

#[test]
fn another_payload_under_the_same_id_is_a_conflict() {
    let ids = table(&[intent(call(5, 1), 0)]);
    assert_eq!(
        ids.standing(Key::Call(call(5, 1)), Some([2; 16]), W),
        Standing::Conflict
    );
    assert_eq!(ids.standing(Key::Call(call(5, 1)), None, W), Standing::Begun);
}

#[test]
fn a_session_that_was_never_given_out_is_gone() {
    let ids = table(&[]);
    assert_eq!(ids.standing(Key::Call(call(100, 1)), None, W), Standing::Gone);
    assert_eq!(ids.standing(Key::Call(call(0, 1)), None, W), Standing::Gone);
    assert_eq!(ids.standing(Key::Call(call(99, 1)), None, W), Standing::Fresh);
}

#[test]
fn a_call_beyond_the_window_is_refused_until_the_acknowledged_ones_follow() {
    let mut ids = table(&[intent(call(5, 1), 0)]);
    assert_eq!(ids.standing(Key::Call(call(5, 17)), None, W), Standing::Ahead);
    ids.acknowledge(5, 1);
    assert_eq!(ids.standing(Key::Call(call(5, 17)), None, W), Standing::Fresh);
    assert_eq!(ids.standing(Key::Call(call(5, 0)), None, W), Standing::Stale);
    assert_eq!(ids.standing(Key::Call(call(6, 0)), None, W), Standing::Stale);
    assert_eq!(
        ids.standing(Key::Call(call(5, u64::MAX)), None, W),
        Standing::Ahead
    );
}

#[test]
fn an_outcome_after_the_acknowledgement_brings_nothing_back() {
    let mut ids = table(&[intent(call(5, 1), 0)]);
    ids.acknowledge(5, u64::MAX);
    ids.apply(2, &outcome(call(5, 1)));
    assert_eq!(ids.standing(Key::Call(call(5, 1)), None, W), Standing::Stale);
    assert_eq!(
        ids.standing(Key::Call(call(5, u64::MAX)), None, W),
        Standing::Ahead
    );
}

#[test]
fn a_tombstone_does_not_bring_a_closed_session_back() {
    let mut ids = table(&[intent(call(5, 1), 0), Record::Closed { first: 5, last: 5 }]);
    ids.apply(
        3,
        &Record::Tombstone {
            id: call(5, 1).into(),
        },
    );
    assert_eq!(ids.standing(Key::Call(call(5, 1)), None, W), Standing::Gone);
    assert_eq!(ids.standing(Key::Call(call(5, 2)), None, W), Standing::Gone);
}

#[test]
fn only_a_silent_session_with_nothing_begun_makes_room() {
    let mut ids = table(&[intent(call(5, 1), 0), intent(call(6, 1), 0), outcome(call(6, 1))]);
    let lease = Duration::from_secs(10);
    let later = Instant::ZERO + lease;
    assert_eq!(ids.evictable(later, lease), Some(6));
    ids.heard(later, 6);
    assert_eq!(ids.evictable(later, lease), None);
}

proptest! {
    #[test]
    fn a_snapshot_says_all_that_its_records_did(steps in prop::collection::vec((0_u8..5, 1_u64..6, 1_u64..8), 0..60)) {
        let mut ids = table(&[]);
        for (kind, session, seq) in steps {
            let call = call(session, seq);
            if ids.is_over(session) {
                continue;
            }
            match (kind, ids.standing(Key::Call(call), None, W)) {
                (0, Standing::Fresh) => ids.apply(1, &intent(call, seq / 2)),
                (1, Standing::Begun) => ids.apply(1, &outcome(call)),
                (2, Standing::Fresh) => ids.apply(1, &Record::Tombstone { id: call.into() }),
                (3, _) => ids.acknowledge(session, seq),
                (4, _) if seq == 7 => ids.apply(1, &Record::Closed { first: session, last: session }),
                _ => {}
            }
        }
        let copy = {
            let mut copy = Ids::default();
            ids.snapshot().for_each(|record| copy.apply(1, &record));
            copy
        };
        for session in 0..8 {
            for seq in 0..30 {
                let call = call(session, seq);
                prop_assert_eq!(copy.standing(Key::Call(call), None, W), ids.standing(Key::Call(call), None, W), "{}", call);
            }
        }
    }
}
