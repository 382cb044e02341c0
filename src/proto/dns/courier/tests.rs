use std::io;
use std::ops::Range;

use super::*;
use crate::proto::dns::Mismatch;
use crate::proto::link::{Chaos, Limits, Spec};

const SERVER: &str = "192.0.2.1:53";
const SOCKETS: Range<u16> = 0..4;

fn courier(rate: Option<u32>) -> Courier {
    let limits = Limits {
        initial: Duration::from_millis(376),
        floor: Duration::from_millis(30),
        cap: Duration::from_secs(1),
        jitter: 10,
    };
    let policy = Policy {
        limits,
        most: 4096,
        rate: rate.and_then(NonZeroU32::new),
    };
    Courier::new(policy, [7; 32])
}

/// A query for a name that is `number`.
fn query(courier: &mut Courier, number: u32) -> Vec<u8> {
    let mut query = courier.free_id().to_be_bytes().to_vec();
    query.extend_from_slice(b"\x01\0\0\x01\0\0\0\0\0\0\x08");
    query.extend_from_slice(format!("{number:08}").as_bytes());
    query.extend_from_slice(b"\x04test\0\0\x01\0\x01");
    query
}

/// The reply to a query.
fn reply(query: &[u8]) -> Vec<u8> {
    let mut reply = query.to_vec();
    reply[2] |= 0x80;
    reply
}

fn ask(courier: &mut Courier, now: Instant, number: u32) -> (Ticket, Vec<u8>) {
    let query = query(courier, number);
    let question = Question {
        query: query.clone(),
        server: SERVER.parse().unwrap(),
        sockets: SOCKETS,
        timeout: Duration::from_secs(5),
        accept: Accept::Lenient,
    };
    (courier.ask(now, question).unwrap(), query)
}

/// The outputs at the moment, each with its bytes.
fn outputs(courier: &mut Courier) -> Vec<(Output, Vec<u8>)> {
    let mut all = Vec::new();
    loop {
        let mut bytes = Vec::new();
        let Some(output) = courier.poll_output(&mut bytes) else {
            return all;
        };
        all.push((output, bytes));
    }
}

/// A file of names that is asked through a bad network.
struct Run {
    courier: Courier,
    to_server: Chaos<u16>,
    to_client: Chaos<u16>,
    now: Instant,
    /// What each name came to.
    ends: HashMap<Ticket, u32>,
    answered: Vec<u32>,
    unanswered: u32,
}

impl Run {
    /// Asks `names` names, as many at a time as `at_once`, until all have ended.
    fn new(names: u32, at_once: usize, network: &str, rate: Option<u32>) -> Self {
        let spec: Spec = network.parse().unwrap();
        let mut run = Self {
            courier: courier(rate),
            to_server: Chaos::new(spec, 1),
            to_client: Chaos::new(
                Spec {
                    loss: Spec::default().loss,
                    rate: None,
                    ..spec
                },
                2,
            ),
            now: Instant::ZERO,
            ends: HashMap::new(),
            answered: vec![0; names as usize],
            unanswered: 0,
        };
        let mut next = 0;
        loop {
            while next < names && run.courier.len() < at_once {
                let (ticket, _) = ask(&mut run.courier, run.now, next);
                run.ends.insert(ticket, next);
                next += 1;
            }
            run.carry();
            if run.courier.is_empty() && next == names {
                return run;
            }
            let due = [
                run.courier.poll_timeout(),
                run.to_server.poll_timeout(),
                run.to_client.poll_timeout(),
            ];
            if run.courier.len() == at_once || next == names {
                run.now = run.now.max(due.into_iter().flatten().min().unwrap());
            }
            run.to_server.handle_timeout(run.now);
            run.to_client.handle_timeout(run.now);
            run.receive();
            run.courier.handle_timeout(run.now);
        }
    }

    /// Carries what is sent, and notes what has ended.
    fn carry(&mut self) {
        for (output, bytes) in outputs(&mut self.courier) {
            match output {
                Output::Send { socket, .. } => self.to_server.handle(self.now, (socket, &bytes)),
                Output::Ended { ticket, end } => {
                    let number = self.ends.remove(&ticket).expect("a query ends once");
                    match end {
                        End::Reply { .. } => self.answered[number as usize] += 1,
                        _ => self.unanswered += 1,
                    }
                }
                Output::Ignored { why, .. } => panic!("{why}"),
            }
        }
    }

    /// The server answers what has arrived, and the courier gets what was answered.
    fn receive(&mut self) {
        let mut bytes = Vec::new();
        while let Some(socket) = self.to_server.poll_output(&mut bytes) {
            self.to_client.handle(self.now, (socket, &reply(&bytes)));
            bytes.clear();
        }
        while let Some(socket) = self.to_client.poll_output(&mut bytes) {
            let from = SERVER.parse().unwrap();
            let bytes_now = std::mem::take(&mut bytes);
            let input = Input::Datagram {
                socket,
                from,
                bytes: &bytes_now,
            };
            self.courier.handle(self.now, input);
        }
    }

    fn all_answered_once(&self) -> bool {
        self.unanswered == 0 && self.answered.iter().all(|times| *times == 1)
    }
}

#[test]
fn at_30_percent_loss_every_name_is_answered_once_with_hardly_a_query_too_many() {
    for (delay, most) in [("100us", 2000), ("20ms", 4000)] {
        let run = Run::new(1000, 1000, &format!("loss=30%,delay={delay}"), None);
        assert!(run.all_answered_once());
        let (sent, again) = run.courier.sent();
        assert_eq!(sent, 1000 + again);
        assert!(sent < 1429 * 115 / 100, "{delay}: {sent} queries");
        assert!(
            run.now < Instant::ZERO + Duration::from_millis(most),
            "{delay}: {:?}",
            run.now
        );
    }
}

#[test]
fn a_server_with_a_short_queue_is_kept_busy_and_not_overrun() {
    // 34 bytes each at 27 Mbit/s: 10 us for each, and room for 250.
    let run = Run::new(20_000, 4096, "rate=27M,queue=250,delay=20us", None);
    assert!(run.all_answered_once());
    let overflowed = run.to_server.tally().overflowed;
    assert!(overflowed < 20, "{overflowed} overflowed");
    assert!(
        run.now < Instant::ZERO + Duration::from_millis(240),
        "{:?}",
        run.now
    );
}

#[test]
fn nothing_is_sent_twice_where_nothing_is_lost() {
    let run = Run::new(
        5000,
        4096,
        "dup=20%,reorder=20%,delay=5ms..50ms,queue=10000",
        None,
    );
    assert!(run.all_answered_once());
    let (_, again) = run.courier.sent();
    assert!(again < 5000 / 50, "{again} again");
}

#[test]
fn silence_is_given_up_in_time_and_does_not_hold_up_another_server() {
    let run = Run::new(200, 200, "loss=100%", None);
    assert_eq!(run.unanswered, 200);
    let mut courier = courier(None);
    for number in 0..200 {
        ask(&mut courier, Instant::ZERO, number);
    }
    outputs(&mut courier);
    let other = Question {
        query: query(&mut courier, 999),
        server: "192.0.2.2:53".parse().unwrap(),
        sockets: SOCKETS,
        timeout: Duration::from_secs(5),
        accept: Accept::Lenient,
    };
    courier.ask(Instant::ZERO, other).unwrap();
    assert_eq!(outputs(&mut courier).len(), 1);
}

#[test]
fn many_names_of_a_server_that_is_not_there_are_given_up_soon() {
    let run = Run::new(3000, 3000, "loss=100%", None);
    assert_eq!(run.unanswered, 3000);
    assert!(run.now < Instant::ZERO + Duration::from_secs(20), "{:?}", run.now);
    assert_eq!(run.courier.queued(), 0);
}

#[test]
fn the_quota_counts_new_queries_and_repetitions() {
    let run = Run::new(300, 300, "loss=30%,delay=1ms", Some(200));
    assert!(run.all_answered_once());
    let (sent, _) = run.courier.sent();
    let least = Duration::from_secs(sent) / 200 - Duration::from_millis(20);
    assert!(run.now >= Instant::ZERO + least, "{sent} in {:?}", run.now);
}

/// One query on its way, with the socket that it left from.
fn one() -> (Courier, Ticket, u16, Vec<u8>) {
    let mut courier = courier(None);
    let (ticket, query) = ask(&mut courier, Instant::ZERO, 1);
    let socket = match outputs(&mut courier).as_slice() {
        [(Output::Send { socket, .. }, bytes)] if *bytes == query => *socket,
        other => panic!("{other:?}"),
    };
    (courier, ticket, socket, query)
}

fn came(courier: &mut Courier, socket: u16, from: &str, bytes: &[u8]) -> Vec<Output> {
    let from = from.parse().unwrap();
    courier.handle(
        Instant::ZERO + Duration::from_millis(1),
        Input::Datagram { socket, from, bytes },
    );
    outputs(courier).into_iter().map(|(output, _)| output).collect()
}

#[test]
fn a_reply_counts_only_from_its_server_at_its_socket_to_its_question() {
    let (mut courier, ticket, socket, query) = one();
    let reply = reply(&query);
    assert!(came(&mut courier, socket, "192.0.2.2:53", &reply).is_empty());
    assert!(came(&mut courier, socket, "192.0.2.1:54", &reply).is_empty());
    assert!(came(&mut courier, (socket + 1) % 4, SERVER, &reply).is_empty());
    let mut other = reply.clone();
    other[16] ^= 1;
    assert!(matches!(
        came(&mut courier, socket, SERVER, &other).as_slice(),
        [Output::Ignored {
            why: Mismatch::Question,
            ..
        }]
    ));
    let end = came(&mut courier, socket, SERVER, &reply);
    let [
        Output::Ended {
            ticket: ended,
            end: End::Reply {
                message, attempts: 1, ..
            },
        },
    ] = end.as_slice()
    else {
        panic!("{end:?}");
    };
    assert_eq!((*ended, message), (ticket, &reply));
    assert!(came(&mut courier, socket, SERVER, &reply).is_empty());
    assert_eq!(courier.poll_timeout(), None);
}

#[test]
fn a_wrong_id_is_told_to_the_one_for_whom_it_was_meant() {
    let (mut courier, first, socket, query) = one();
    let mut wrong = reply(&query);
    wrong[0] ^= 0xff;
    let told = came(&mut courier, socket, SERVER, &wrong);
    assert!(matches!(
        told.as_slice(),
        [Output::Ignored { ticket, why: Mismatch::Id { .. }, .. }] if *ticket == first
    ));
    for number in 2..40 {
        ask(&mut courier, Instant::ZERO, number);
    }
    outputs(&mut courier);
    let told = came(&mut courier, socket, SERVER, &wrong);
    assert!(matches!(told.as_slice(), [Output::Ignored { ticket, .. }] if *ticket == first));
    assert!(came(&mut courier, socket, SERVER, b"short").is_empty());
}

#[test]
fn another_reply_to_a_query_that_has_ended_is_told_to_nobody() {
    let (mut courier, _, socket, query) = one();
    let answer = reply(&query);
    came(&mut courier, socket, SERVER, &answer);
    ask(&mut courier, Instant::ZERO, 2);
    let next = outputs(&mut courier);
    assert!(matches!(next.as_slice(), [(Output::Send { .. }, _)]));
    for socket in 0..4 {
        assert!(came(&mut courier, socket, SERVER, &answer).is_empty());
    }
}

#[test]
fn what_the_network_refuses_ends_the_query_that_it_names_and_no_other() {
    let (mut courier, ticket, _, query) = one();
    ask(&mut courier, Instant::ZERO, 2);
    outputs(&mut courier);
    let refuse = |courier: &mut Courier, server: &str, start: &[u8]| {
        let failed = Input::Undelivered {
            server: server.parse().unwrap(),
            start,
            why: io::ErrorKind::ConnectionRefused,
        };
        courier.handle(Instant::ZERO, failed);
        outputs(courier)
    };
    assert!(refuse(&mut courier, "192.0.2.2:53", &query).is_empty());
    assert!(refuse(&mut courier, SERVER, b"").is_empty());
    let mut other = query.clone();
    other[13] ^= 1;
    assert!(refuse(&mut courier, SERVER, &other).is_empty());
    let refused = refuse(&mut courier, SERVER, &query[..20]);
    assert!(matches!(
        refused.as_slice(),
        [(Output::Ended { ticket: ended, end: End::Failed(io::ErrorKind::ConnectionRefused) }, _)] if *ended == ticket
    ));
    assert_eq!(courier.len(), 1);
}

#[test]
fn who_is_forgotten_makes_room_and_leaves_no_timer() {
    let mut courier = courier(None);
    let tickets: Vec<Ticket> = (0..500)
        .map(|number| ask(&mut courier, Instant::ZERO, number).0)
        .collect();
    let sent = outputs(&mut courier).len();
    assert_eq!(sent, 64);
    for ticket in tickets {
        courier.forget(ticket);
        courier.forget(ticket);
    }
    assert!(courier.is_empty());
    assert!(outputs(&mut courier).is_empty());
    assert_eq!(courier.poll_timeout(), None);
    for number in 0..64 {
        ask(&mut courier, Instant::ZERO, number);
    }
    assert_eq!(outputs(&mut courier).len(), 64);
}

#[test]
fn an_id_is_given_once_at_a_time() {
    let (mut courier, _, _, query) = one();
    let question = Question {
        query,
        server: SERVER.parse().unwrap(),
        sockets: SOCKETS,
        timeout: Duration::from_secs(5),
        accept: Accept::Lenient,
    };
    assert_eq!(courier.ask(Instant::ZERO, question), None);
}
