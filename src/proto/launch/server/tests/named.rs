//! Calls that have a name instead of a number.

use super::*;

#[test]
fn a_name_is_launched_once_for_all_clients() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&named(Kind::Request, "invoice-42"));
    bench.sync();
    bench.done(id_of("invoice-42"), b"paid");
    let other = ([192, 0, 2, 10], 2000).into();
    let mut bytes = Vec::new();
    let datagram = Datagram {
        cookie: Baker::new(&IDENTITY.secret).bake(other, 0),
        ..named(Kind::Request, "invoice-42")
    };
    envelope::close(&datagram, &Seal::checksum(), &mut bytes);
    bench.handle(Input::Datagram {
        from: other,
        bytes: &bytes,
    });
    bench.restart();
    bench.send(&named(Kind::Request, "invoice-42"));
    let paid = (Status::Launched, b"paid".to_vec());
    assert_eq!(bench.answers(), [paid.clone(), paid.clone(), paid]);
    assert_eq!(bench.begun, [id_of("invoice-42")]);
}

#[test]
fn a_reply_is_joined_to_its_request_by_the_number_that_the_client_chose() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&named(Kind::Request, "x"));
    bench.sync();
    bench.done(id_of("x"), b"");
    let reply = envelope::open(&bench.sent[0].1, &Seal::checksum()).unwrap();
    assert_eq!((reply.session, reply.seq), (0, 0xbeef));
}

#[test]
fn a_name_is_asked_for_with_a_cookie_and_without_a_session() {
    let mut bench = Bench::new(Limits::DEFAULT);
    let asked = bench.send(&Datagram {
        cookie: [0; 16],
        ..named(Kind::Request, "x")
    });
    assert!(bench.sent[0].1.len() <= asked, "no amplification");
    let challenge = envelope::open(&bench.sent[0].1, &Seal::checksum()).unwrap();
    assert_eq!(
        (challenge.status, challenge.cookie),
        (Status::Cookie, named(Kind::Request, "x").cookie)
    );
    bench.sent.clear();
    bench.send(&Datagram {
        session: 1,
        cookie: of_session(Kind::Request, 1).cookie,
        ..named(Kind::Request, "x")
    });
    bench.sync();
    assert_eq!((bench.statuses(), bench.begun.as_slice()), (vec![], &[][..]));
}

#[test]
fn a_store_that_the_client_knows_by_its_id_is_the_only_one_that_is_asked() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&Datagram {
        instance: 5,
        ..named(Kind::Request, "x")
    });
    bench.send(&Datagram {
        instance: IDENTITY.instance,
        commit: 1000,
        ..named(Kind::Request, "x")
    });
    bench.sync();
    assert_eq!(bench.statuses(), [Status::Gone, Status::RolledBack]);
    // What was seen of another store says nothing of this one.
    bench.send(&Datagram {
        commit: 1000,
        ..named(Kind::Request, "x")
    });
    bench.sync();
    assert_eq!(bench.begun, [id_of("x")]);
}

#[test]
fn another_payload_under_the_same_name_is_refused() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&named(Kind::Request, "x"));
    bench.send(&Datagram {
        payload: b"coffee",
        ..named(Kind::Request, "x")
    });
    bench.sync();
    assert_eq!(bench.statuses(), [Status::Conflict]);
    assert_eq!(bench.begun, [id_of("x")]);
}

#[test]
fn a_cancelled_name_is_never_launched() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&named(Kind::Cancel, "x"));
    bench.send(&named(Kind::Request, "x"));
    assert_eq!(bench.statuses(), [], "a promise that could be lost is not made");
    bench.sync();
    bench.restart();
    bench.send(&named(Kind::Request, "x"));
    bench.sync();
    assert_eq!(bench.statuses(), [Status::NotLaunched, Status::NotLaunched]);
    assert_eq!(bench.begun, []);
}

#[test]
fn there_are_no_more_names_than_there_is_room_for() {
    let mut bench = Bench::new(Limits {
        ids: 1,
        ..Limits::DEFAULT
    });
    bench.send(&named(Kind::Request, "x"));
    bench.send(&named(Kind::Request, "y"));
    bench.send(&named(Kind::Cancel, "z"));
    bench.sync();
    assert_eq!(bench.statuses(), [Status::Full, Status::Full]);
    assert_eq!(bench.begun, [id_of("x")]);
    bench.send(&named(Kind::Request, "x"));
    assert_eq!(bench.statuses(), [Status::Working], "what is known is answered");
}

#[test]
fn a_name_that_is_not_a_good_one_is_not_heard() {
    let mut bench = Bench::new(Limits::DEFAULT);
    for name in ["000000000000004d-1-1", "a\u{1b}[2J"] {
        bench.send(&named(Kind::Request, name));
        bench.send(&named(Kind::Cancel, name));
    }
    bench.sync();
    assert_eq!((bench.statuses(), bench.records.len()), (vec![], 1));
}
