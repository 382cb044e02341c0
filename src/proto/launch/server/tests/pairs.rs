//! Keys and their values.

use super::*;
use crate::proto::launch::pairs::put_pair;

#[test]
fn no_answer_to_an_unproven_address_is_longer_than_the_question() {
    let mut bench = Bench::new(Limits::DEFAULT);
    let pair = |key: &[u8], value: &[u8]| {
        let mut payload = Vec::new();
        put_pair(key, value, &mut payload);
        payload
    };
    let questions = [
        (Kind::Set, pair(b"k", &[b'v'; 900])),
        (Kind::Get, pair(b"k", b"")),
        (Kind::Get, pair(b"k", &[0; 1000])),
        (Kind::Get, pair(b"", b"")),
        (Kind::Hello, vec![1; NONCE]),
        (Kind::Hello, vec![1; NONCE - 1]),
    ];
    for (kind, payload) in questions {
        let asked = bench.send(&Datagram {
            payload: &payload,
            ..Datagram::new(kind)
        });
        bench.sync();
        assert!(
            bench.sent.iter().all(|(_, answer)| answer.len() <= asked),
            "{kind:?}"
        );
        bench.sent.clear();
    }
}

#[test]
fn a_value_is_told_only_when_it_is_durable() {
    let mut bench = Bench::new(Limits::DEFAULT);
    let mut payload = Vec::new();
    put_pair(b"k", b"v", &mut payload);
    bench.send(&Datagram {
        payload: &payload,
        ..Datagram::new(Kind::Set)
    });
    bench.send(&Datagram {
        payload: &payload,
        ..Datagram::new(Kind::Get)
    });
    assert_eq!(bench.statuses(), []);
    bench.sync();
    assert_eq!(
        bench.answers(),
        [(Status::Stored, vec![]), (Status::Value, b"v".to_vec())]
    );
}
