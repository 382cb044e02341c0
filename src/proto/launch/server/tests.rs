//! The server's answers, one rule a test.

use super::super::envelope;
use super::super::pairs::put_pair;
use super::*;
use crate::wire::rlaunch::{MAX_PAYLOAD, Status};

const IDENTITY: Identity = Identity {
    instance: 77,
    secret: [7; 32],
};

/// A server, its journal, and what it has sent and begun.
struct Bench {
    server: Server,
    now: Instant,
    records: Vec<Record>,
    sent: Vec<(SocketAddr, Vec<u8>)>,
    begun: Vec<Id>,
    commits: u32,
    rollbacks: u32,
}

impl Bench {
    /// A server that has reserved its sessions.
    fn new(limits: Limits) -> Self {
        let mut bench = Self {
            server: Server::new(IDENTITY, Seal::checksum(), limits, [], 0),
            now: Instant::ZERO,
            records: Vec::new(),
            sent: Vec::new(),
            begun: Vec::new(),
            commits: 0,
            rollbacks: 0,
        };
        bench.sync();
        bench
    }

    /// Another life, after everything that was recorded.
    fn restart(&mut self) {
        let (records, last) = (self.records.clone(), self.records.len() as u64);
        self.server = Server::new(IDENTITY, Seal::checksum(), Limits::DEFAULT, records, last);
        self.server.handle(self.now, Input::Unfenced);
        self.sync();
    }

    fn drain(&mut self) {
        let mut bytes = Vec::new();
        while let Some(output) = self.server.poll_output(&mut bytes) {
            match output {
                Output::Record => self.records.push(Record::decode(&bytes).unwrap()),
                Output::Commit => self.commits += 1,
                Output::Send(to) => self.sent.push((to, bytes.clone())),
                Output::Run { id, .. } => self.begun.push(id),
                Output::RolledBack { .. } => self.rollbacks += 1,
                _ => {}
            }
            bytes.clear();
        }
    }

    /// Everything that was recorded becomes durable.
    fn sync(&mut self) {
        self.drain();
        let last = self.records.len() as u64;
        self.server.handle(self.now, Input::Durable(last));
        self.drain();
    }

    fn done(&mut self, id: Id, result: &[u8]) {
        let outcome = Outcome {
            exit: 0,
            truncated: false,
            result: result.to_vec(),
        };
        self.server.handle(self.now, Input::Done(id, Some(outcome)));
        self.drain();
    }

    /// Sends a datagram, and returns how long it was.
    fn send(&mut self, datagram: &Datagram<'_>) -> usize {
        let mut bytes = Vec::new();
        envelope::close(datagram, &Seal::checksum(), &mut bytes);
        let from = client();
        self.server
            .handle(self.now, Input::Datagram { from, bytes: &bytes });
        self.drain();
        bytes.len()
    }

    /// What was sent since it was asked last: status and payload.
    fn answers(&mut self) -> Vec<(Status, Vec<u8>)> {
        let sent = std::mem::take(&mut self.sent);
        let opened = |bytes: &Vec<u8>| {
            let datagram = envelope::open(bytes, &Seal::checksum()).unwrap();
            (datagram.status, datagram.payload.to_vec())
        };
        sent.iter().map(|(_, bytes)| opened(bytes)).collect()
    }

    fn statuses(&mut self) -> Vec<Status> {
        self.answers().into_iter().map(|(status, _)| status).collect()
    }
}

fn client() -> SocketAddr {
    ([192, 0, 2, 9], 1000).into()
}

/// A datagram of session 1 with the right cookie.
fn of_session(kind: Kind, seq: u64) -> Datagram<'static> {
    Datagram {
        instance: IDENTITY.instance,
        session: 1,
        seq,
        cookie: Baker::new(&IDENTITY.secret).bake(client(), 1),
        payload: if kind == Kind::Request { b"tea" } else { b"" },
        ..Datagram::new(kind)
    }
}

fn first() -> Id {
    Id::Call(CallId { session: 1, seq: 1 })
}

#[test]
fn the_action_begins_only_when_its_intent_is_durable() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    assert_eq!(bench.begun, []);
    bench.sync();
    assert_eq!(bench.begun, [first()]);
}

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
fn a_result_longer_than_a_reply_is_cut_and_marked() {
    let mut bench = Bench::new(Limits::DEFAULT);
    bench.send(&of_session(Kind::Request, 1));
    bench.sync();
    bench.done(first(), &[b'x'; MAX_PAYLOAD + 1]);
    assert_eq!(bench.answers(), [(Status::Truncated, vec![b'x'; MAX_PAYLOAD])]);
}
