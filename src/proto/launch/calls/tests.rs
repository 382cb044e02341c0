//! What a client remembers of its calls.

use super::*;

fn server() -> SocketAddr {
    "[::1]:4517".parse().unwrap()
}

fn call(session: u64, seq: u64) -> CallId {
    CallId { session, seq }
}

fn opened(session: u64) -> Note {
    Note::Opened {
        server: server(),
        instance: 1,
        session,
        commit: 40,
    }
}

fn begun(session: u64, seq: u64, payload: &[u8]) -> Note {
    Note::Begun {
        instance: 1,
        call: call(session, seq),
        payload: payload.to_vec(),
    }
}

fn settled(session: u64, seq: u64) -> Note {
    Note::Settled {
        instance: 1,
        call: call(session, seq),
    }
}

fn named(name: &str) -> Note {
    Note::BegunNamed {
        server: server(),
        instance: 1,
        commit: 40,
        name: name.parse().unwrap(),
        payload: b"tea".to_vec(),
    }
}

fn settled_named(name: &str) -> Note {
    Note::SettledNamed {
        instance: 1,
        name: name.parse().unwrap(),
    }
}

#[test]
fn a_call_with_a_name_is_remembered_with_its_store_until_it_is_settled() {
    let names = |calls: &Calls| -> Vec<_> {
        let servers = [server()];
        let unsettled = calls.unsettled_named(&servers);
        unsettled
            .map(|call| (call.name.to_string(), call.session.instance, call.session.commit))
            .collect()
    };
    let calls = table(&[named("a"), named("b"), settled_named("a")]);
    assert_eq!(names(&calls), [("b".to_owned(), 1, 40)]);
    assert_eq!(names(&table(&calls.snapshot())), [("b".to_owned(), 1, 40)]);
    assert_eq!(calls.unsettled(&[server()]).count(), 0, "it is no numbered call");
    let elsewhere = "[::1]:1".parse().unwrap();
    assert_eq!(calls.unsettled_named(&[elsewhere]).count(), 0);
}

fn table(notes: &[Note]) -> Calls {
    let mut calls = Calls::default();
    notes.iter().for_each(|note| calls.apply(note));
    calls
}

#[test]
fn every_note_reads_back() {
    let batch = Batch {
        settled: 3,
        digest: [9; 32],
    };
    let notes = [
        opened(5),
        begun(5, 1, b"x"),
        settled(5, 1),
        Note::Batch(Some(batch)),
        Note::Batch(None),
        named("invoice-42"),
        settled_named("invoice-42"),
    ];
    for note in notes {
        let mut bytes = Vec::new();
        note.encode(&mut bytes);
        assert_eq!(Note::decode(&bytes), Some(note));
    }
    assert_eq!(Note::decode(b""), None);
}

fn pending(calls: &Calls) -> Vec<(Vec<u8>, u64, u64, u64)> {
    let servers = [server()];
    let unsettled = calls.unsettled(&servers);
    unsettled
        .map(|call| (call.payload, call.session.id, call.session.ack_through, call.seq))
        .collect()
}

#[test]
fn only_a_call_that_was_begun_and_not_settled_is_left_to_ask_for() {
    let calls = table(&[
        opened(5),
        begun(5, 1, b"tea"),
        settled(5, 1),
        begun(5, 2, b"coffee"),
    ]);
    assert_eq!(pending(&calls), [(b"coffee".to_vec(), 5, 1, 2)]);
    assert_eq!(
        calls.unsettled(&["[::1]:1".parse().unwrap()]).count(),
        0,
        "not from another server"
    );
}

#[test]
fn nothing_after_an_unsettled_call_is_acknowledged() {
    let calls = table(&[
        opened(5),
        begun(5, 1, b"tea"),
        begun(5, 2, b"coffee"),
        settled(5, 2),
    ]);
    assert_eq!(pending(&calls), [(b"tea".to_vec(), 5, 0, 1)]);
}

#[test]
fn an_unsettled_call_outlives_newer_sessions_and_snapshots() {
    let calls = table(&[
        opened(5),
        begun(5, 1, b"tea"),
        opened(6),
        begun(6, 1, b"x"),
        settled(6, 1),
        opened(7),
    ]);
    let copy = table(&calls.snapshot());
    assert_eq!(pending(&copy), [(b"tea".to_vec(), 5, 0, 1)]);
}

#[test]
fn a_batch_counts_what_is_settled_and_knows_its_payloads() {
    let mut expected = Batch::default();
    expected.advance(b"one");
    expected.advance(b"two");
    let calls = table(&[
        Note::Batch(Some(Batch::default())),
        opened(5),
        begun(5, 1, b"one"),
        settled(5, 1),
        begun(5, 2, b"two"),
        settled(5, 2),
        begun(5, 3, b"three"),
    ]);
    assert_eq!(calls.batch(), Some(expected));
    assert_eq!(table(&calls.snapshot()).batch(), Some(expected));
}
