//! A store that is older than what it has told.

use super::*;

#[test]
fn a_store_older_than_what_a_client_has_seen_launches_nothing_for_it() {
    let mut bench = Bench::new(Limits::DEFAULT);
    for _ in 0..2 {
        bench.send(&Datagram {
            commit: 1000,
            ..of_session(Kind::Request, 1)
        });
        bench.sync();
    }
    assert_eq!(bench.statuses(), [Status::RolledBack, Status::RolledBack]);
    assert_eq!((bench.begun.len(), bench.rollbacks), (0, 1));
}

fn keyed() -> Bench {
    Bench::sealed(Seal::keyed(b"secret"), Limits::DEFAULT)
}

fn from_the_future() -> Datagram<'static> {
    Datagram {
        commit: 1000,
        ..of_session(Kind::Request, 1)
    }
}

#[test]
fn without_a_key_only_the_one_who_claims_a_rollback_is_refused() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&from_the_future());
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    assert_eq!(bench.statuses(), [Status::RolledBack]);
    assert_eq!((bench.begun.len(), bench.server.rolled_back()), (1, None));
}

#[test]
fn a_client_that_knows_the_key_stops_a_server_that_was_rolled_back_across_restarts() {
    let mut bench = keyed();
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.done(first(), b"hot");
    bench.statuses();
    bench.send(&from_the_future());
    let pair = [1, 0, b'k', b'v'];
    for _ in 0..2 {
        bench.send(&of_session(Kind::Request, 2));
        bench.send(&of_session(Kind::Request, 1));
        bench.send(&named(Kind::Request, "x"));
        let set = Datagram {
            payload: &pair,
            ..Datagram::new(Kind::Set)
        };
        let asked = bench.send(&set);
        assert!(bench.sent.iter().all(|(_, answer)| answer.len() <= asked));
        bench.sync();
        assert!(
            bench
                .statuses()
                .iter()
                .all(|status| *status == Status::RolledBack)
        );
        bench.restart();
        assert_eq!(bench.server.rolled_back(), Some(1000));
        assert_eq!(
            bench.order(Order::Prune(Prune::Through(0))),
            Err(Refusal::RolledBack)
        );
    }
    assert_eq!((bench.begun.len(), bench.rollbacks), (1, 1));
}

#[test]
fn an_action_whose_intent_was_on_its_way_to_the_disk_is_not_begun() {
    let mut bench = keyed();
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&Datagram {
        seq: 2,
        ..from_the_future()
    });
    bench.sync();
    bench.sync();
    assert_eq!(bench.begun, []);
    assert_eq!(bench.statuses(), [Status::RolledBack, Status::NotLaunched]);
}

#[test]
fn a_rollback_that_was_accepted_makes_another_store_that_refuses_every_old_call() {
    let mut bench = keyed();
    bench.send(&of_session(Kind::Request, 1));
    bench.send(&named(Kind::Request, "x"));
    bench.sync();
    bench.done(first(), b"hot");
    bench.done(id_of("x"), b"paid");
    bench.send(&from_the_future());
    bench.sync();
    bench.restart_beside_orphans();
    bench.server.accept_rollback(78);
    bench.sync();
    bench.statuses();
    for _ in 0..2 {
        assert_eq!((bench.server.instance(), bench.server.rolled_back()), (78, None));
        for seq in 1..=2 {
            bench.send(&of_session(Kind::Request, seq));
        }
        // A session of the old store does not become one of the new.
        bench.send(&Datagram {
            instance: 78,
            ..of_session(Kind::Request, 2)
        });
        bench.send(&named(Kind::Request, "x"));
        bench.sync();
        assert_eq!(
            bench.statuses(),
            [Status::Gone, Status::Gone, Status::Gone, Status::Launched]
        );
        bench.send(&Datagram {
            payload: &[1; NONCE],
            ..Datagram::new(Kind::Hello)
        });
        let (_, bytes) = bench.sent.pop().expect("there are sessions to give out");
        let session = envelope::open(&bytes, &bench.seal).unwrap().session;
        assert!(!bench.server.ids.is_over(session), "a new session is alive");
        bench.restart();
    }
    assert_eq!(bench.begun.len(), 2);
}
