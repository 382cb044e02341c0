//! What the server takes on.

use super::*;

#[test]
fn a_hello_costs_the_server_no_memory() {
    let mut bench = Bench::new(Limits::DEFAULT);
    for _ in 0..1000 {
        bench.send(&Datagram {
            payload: &[1; NONCE],
            ..Datagram::new(Kind::Hello)
        });
    }
    assert_eq!(bench.sent.len(), 1000);
    assert_eq!(bench.server.ids.sessions(), 0);
}

#[test]
fn no_more_actions_are_begun_than_may_run() {
    let mut bench = Bench::new(Limits {
        running: 2,
        ..Limits::DEFAULT
    });
    for seq in 1..=3 {
        bench.send(&of_session(Kind::Request, seq));
        bench.sync();
    }
    assert_eq!(bench.begun.len(), 2);
    assert_eq!(bench.statuses(), [Status::Busy]);
}

#[test]
fn a_full_table_refuses_until_a_session_has_been_silent_for_the_lease() {
    let mut bench = Bench::new(Limits {
        sessions: 1,
        ..Limits::DEFAULT
    });
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.done(first(), b"hot");
    bench.statuses();
    let second = Datagram {
        session: 2,
        cookie: Baker::new(&IDENTITY.secret).bake(client(), 2),
        ..of_session(Kind::Request, 1)
    };
    bench.send(&second);
    assert_eq!(bench.statuses(), [Status::Full]);
    bench.now += Limits::DEFAULT.lease;
    bench.send(&second);
    bench.sync();
    assert_eq!(bench.begun.len(), 2);
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.statuses(), [Status::Gone], "what was forgotten is refused");
}

#[test]
fn a_full_table_makes_room_as_soon_as_a_session_is_closed() {
    let mut bench = Bench::new(Limits {
        sessions: 1,
        ..Limits::DEFAULT
    });
    bench.send(&of_session(Kind::Cancel, 1));
    let second = Datagram {
        session: 2,
        cookie: Baker::new(&IDENTITY.secret).bake(client(), 2),
        ..of_session(Kind::Request, 1)
    };
    bench.send(&second);
    bench.send(&of_session(Kind::Bye, 0));
    bench.sync();
    bench.send(&second);
    bench.sync();
    assert_eq!(bench.begun.len(), 1);
}

#[test]
fn launches_beyond_the_rate_are_put_off_and_duplicates_are_not() {
    let every = std::time::Duration::from_secs(1);
    let mut bench = Bench::new(Limits {
        rate: Some(Rate { every }),
        ..Limits::DEFAULT
    });
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&of_session(Kind::Request, 2));
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&of_session(Kind::Cancel, 3));
    bench.sync();
    let answers = bench.answers();
    assert_eq!(
        answers.iter().map(|(status, _)| *status).collect::<Vec<_>>(),
        [Status::Busy, Status::Working, Status::NotLaunched]
    );
    let wait = u32::from_le_bytes(answers[0].1.as_slice().try_into().unwrap());
    bench.now += std::time::Duration::from_millis(wait.into());
    bench.send(&of_session(Kind::Request, 2));
    bench.sync();
    assert_eq!(bench.begun.len(), 2);
}

#[test]
fn a_server_that_is_drained_begins_nothing_and_answers_as_before() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.handle(Input::Drain);
    bench.send(&of_session(Kind::Request, 2));
    bench.send(&named(Kind::Request, "x"));
    bench.sync();
    assert_eq!(bench.begun, [first()], "what was promised is done");
    bench.done(first(), b"hot");
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&of_session(Kind::Cancel, 2));
    bench.sync();
    assert_eq!(
        bench.statuses(),
        [
            Status::Busy,
            Status::Busy,
            Status::Launched,
            Status::Launched,
            Status::NotLaunched
        ]
    );
    assert!(bench.server.is_idle());
}

#[test]
fn every_answer_is_counted() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&Datagram {
        cookie: [0; 16],
        ..of_session(Kind::Request, 1)
    });
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&Datagram {
        payload: b"coffee",
        ..of_session(Kind::Request, 1)
    });
    bench.send(&of_session(Kind::Request, 100));
    bench.handle(Input::Datagram {
        from: client(),
        bytes: b"noise",
    });
    bench.sync();
    let counters = bench.server.counters();
    let expected = Counters {
        requests: 4,
        launches: 1,
        duplicates: 1,
        working: 1,
        conflict: 1,
        window: 1,
        bad_tags: 1,
        cookies: 1,
        records: 2,
        commits: 2,
        sessions: 1,
        calls: 1,
        running: 1,
        last: 2,
        durable: 2,
        ..Counters::default()
    };
    assert_eq!(counters, expected);
    let all: std::collections::BTreeSet<_> = counters.named().map(|(name, _)| name).into();
    assert_eq!(all.len(), counters.named().len(), "each has a name of its own");
}
