//! What a server does when the store answers, and above all when it does not.

use super::super::kv::Transaction;
use super::*;

/// One server, a store, and what has become of both.
struct Bench {
    cluster: Cluster,
    store: store::Store,
    now: Instant,
    asked: Vec<(Ticket, Transaction)>,
    sent: Vec<(Status, u64, [u8; 16])>,
    begun: u32,
}

impl Bench {
    fn new() -> Self {
        let mut store = founded();
        enliven(&mut store, 1);
        let cluster = Cluster::new(PREFIX, IDENTITY, 1, Seal::checksum(), Limits::DEFAULT, false, 0);
        let mut bench = Self {
            cluster,
            store,
            now: Instant::ZERO,
            asked: Vec::new(),
            sent: Vec::new(),
            begun: 0,
        };
        bench.settle();
        bench
    }

    fn drain(&mut self) {
        let mut bytes = Vec::new();
        while let Some(output) = self.cluster.poll_output(&mut bytes) {
            match output {
                Output::Ask(ticket, transaction) => self.asked.push((ticket, transaction)),
                Output::Send(_) => {
                    let reply = envelope::open(&bytes, &Seal::checksum()).unwrap();
                    self.sent.push((reply.status, reply.session, reply.cookie));
                }
                Output::Run(..) => self.begun += 1,
                other => panic!("{other:?}"),
            }
            bytes.clear();
        }
    }

    /// The store answers everything.
    fn settle(&mut self) {
        self.drain();
        while !self.asked.is_empty() {
            let (ticket, transaction) = self.asked.remove(0);
            let answer = self.store.transact(&transaction);
            self.cluster
                .handle(self.now, Input::Answered(ticket, Some(answer)));
            self.drain();
        }
    }

    /// What was asked takes place, and no answer comes.
    fn lose_the_answer(&mut self) {
        self.drain();
        let (ticket, transaction) = self.asked.remove(0);
        self.store.transact(&transaction);
        self.cluster.handle(self.now, Input::Answered(ticket, None));
        self.drain();
    }

    fn send(&mut self, kind: Kind, session: u64, cookie: [u8; 16]) {
        let mut bytes = Vec::new();
        let datagram = Datagram {
            session,
            cookie,
            instance: IDENTITY.instance,
            seq: u64::from(session > 0),
            payload: &[7; NONCE],
            ..Datagram::new(kind)
        };
        envelope::close(&datagram, &Seal::checksum(), &mut bytes);
        let from = ([192, 0, 2, 9], 1000).into();
        self.cluster
            .handle(self.now, Input::Datagram { from, bytes: &bytes });
        self.drain();
    }

    /// A session, by the two steps that it takes.
    fn session(&mut self) -> (u64, [u8; 16]) {
        self.send(Kind::Hello, 0, [0; 16]);
        let (_, _, cookie) = self.sent.pop().unwrap();
        self.send(Kind::Hello, 0, cookie);
        self.settle();
        let (_, session, cookie) = self.sent.pop().unwrap();
        (session, cookie)
    }
}

#[test]
fn a_hello_from_an_unproven_address_costs_nothing_but_a_cookie() {
    let mut bench = Bench::new();
    bench.send(Kind::Hello, 0, [0; 16]);
    assert!(bench.asked.is_empty());
    let (status, session, _) = bench.sent[0];
    assert_eq!((status, session), (Status::Cookie, 0));
}

#[test]
fn a_session_whose_creation_was_not_answered_is_never_told_nor_asked_for_again() {
    let mut bench = Bench::new();
    bench.send(Kind::Hello, 0, [0; 16]);
    let (_, _, cookie) = bench.sent.pop().unwrap();
    bench.send(Kind::Hello, 0, cookie);
    let first = bench.asked[0].1.clone();
    bench.lose_the_answer();
    bench.now += Duration::from_secs(10);
    bench.cluster.handle_timeout(bench.now);
    bench.drain();
    assert!(bench.sent.is_empty() && bench.asked.iter().all(|(_, asked)| *asked != first));
    bench.send(Kind::Hello, 0, cookie);
    assert!(
        bench.asked.iter().all(|(_, asked)| *asked != first),
        "another number"
    );
}

#[test]
fn a_claim_without_an_answer_runs_nothing_until_the_store_says_whose_it_is() {
    let mut bench = Bench::new();
    let (session, cookie) = bench.session();
    bench.send(Kind::Request, session, cookie);
    bench.lose_the_answer();
    assert_eq!((bench.begun, bench.sent.pop().unwrap().0), (0, Status::Busy));
    bench.now += RETRY;
    bench.cluster.handle_timeout(bench.now);
    bench.settle();
    assert_eq!(bench.begun, 1);
    bench.send(Kind::Request, session, cookie);
    bench.settle();
    assert_eq!((bench.begun, bench.sent.pop().unwrap().0), (1, Status::Working));
}

#[test]
fn a_claim_of_a_server_that_was_taken_for_dead_meanwhile_is_not_begun() {
    let mut bench = Bench::new();
    let (session, cookie) = bench.session();
    bench.send(Kind::Request, session, cookie);
    let (ticket, transaction) = bench.asked.remove(0);
    let answer = bench.store.transact(&transaction);
    // Its lease ends and is renewed before it hears of its claim.
    expire(&mut bench.store, 1);
    enliven(&mut bench.store, 1);
    bench
        .cluster
        .handle(bench.now, Input::Answered(ticket, Some(answer)));
    bench.settle();
    assert_eq!(
        (bench.begun, bench.sent.pop().unwrap().0),
        (0, Status::NotLaunched)
    );
}

#[test]
fn a_store_that_went_back_in_time_is_not_served() {
    let mut bench = Bench::new();
    let (session, cookie) = bench.session();
    bench.send(Kind::Request, session, cookie);
    let (ticket, _) = bench.asked.remove(0);
    let answer = kv::Answer {
        revision: 1,
        ..kv::Answer::default()
    };
    bench
        .cluster
        .handle(bench.now, Input::Answered(ticket, Some(answer)));
    let output = bench.cluster.poll_output(&mut Vec::new());
    assert!(
        matches!(output, Some(Output::Stop(Fault::Older { held: 1, .. }))),
        "{output:?}"
    );
}
