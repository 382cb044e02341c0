//! Lookups against a world that says what comes of asking.

use super::super::testing::{Response, question};
use super::*;
use crate::wire::dns::{Question, RecordType};
use rand::SeedableRng;
use rand_pcg::Pcg32;

const UDP: Transport = Transport::Udp;
const TCP: Transport = Transport::Tcp;

fn www() -> Question {
    question("www.test.", RecordType::A)
}

fn lookup(servers: usize, first: usize, options: &str) -> Lookup<Pcg32> {
    let mut parsed = Options::default();
    options.split(' ').for_each(|word| parsed.set(word));
    let known = (0..servers).map(|_| Acquaintance::new(*b"client!!"));
    Lookup::new(
        Query::new(0, www().name, RecordType::A),
        known.collect(),
        first,
        Policy::from(&parsed),
        Pcg32::seed_from_u64(1),
    )
}

/// Runs the lookup against `world`, which says what comes of asking a server; returns whom it asked and the
/// end.
fn run(
    mut lookup: Lookup<Pcg32>,
    mut world: impl FnMut(usize, Transport, &[u8]) -> Result<Response, Input<'static>>,
) -> (Vec<(usize, Transport)>, End) {
    let mut asked = Vec::new();
    loop {
        let mut bytes = Vec::new();
        match lookup.poll_output(&mut bytes).expect("the lookup goes on") {
            Output::Ask {
                server, transport, ..
            } => {
                asked.push((server, transport));
                assert_eq!(lookup.poll_output(&mut Vec::new()), None);
                match world(server, transport, &bytes) {
                    Ok(response) => lookup.handle(Instant::ZERO, Input::Reply(&response.bytes())),
                    Err(input) => lookup.handle(Instant::ZERO, input),
                }
            }
            Output::Done(end) => {
                assert_eq!(lookup.poll_output(&mut Vec::new()), None);
                return (asked, end);
            }
        }
    }
}

fn answer() -> Response {
    Response::to(&www()).a("www.test.", 60, [192, 0, 2, 1])
}

#[test]
fn the_first_server_that_answers_ends_it() {
    let (asked, end) = run(lookup(3, 0, ""), |_, _, _| Ok(answer()));
    assert_eq!((asked, end), (vec![(0, UDP)], End::Replied { server: 0 }));
    let (_, end) = run(lookup(1, 0, ""), |_, _, _| Ok(Response::to(&www()).rcode(3)));
    assert_eq!(end, End::Replied { server: 0 });
}

#[test]
fn silent_servers_are_asked_again_in_each_round() {
    let (asked, end) = run(lookup(2, 0, "attempts:2"), |_, _, _| Err(Input::TimedOut));
    assert_eq!(asked, [(0, UDP), (1, UDP), (0, UDP), (1, UDP)]);
    assert_eq!(end, End::Silent);
}

#[test]
fn rotation_begins_at_another_server() {
    let (asked, _) = run(lookup(3, 4, "attempts:1"), |_, _, _| Err(Input::TimedOut));
    assert_eq!(asked, [(1, UDP), (2, UDP), (0, UDP)]);
}

#[test]
fn a_server_that_cannot_answer_is_passed_over_for_good() {
    let (asked, end) = run(lookup(3, 0, "attempts:2"), |server, _, _| match server {
        0 => Ok(Response::to(&www()).rcode(2)),
        1 => Err(Input::Unreachable),
        _ => Err(Input::TimedOut),
    });
    assert_eq!(asked, [(0, UDP), (1, UDP), (2, UDP), (2, UDP)]);
    assert_eq!(end, End::Failed(Rcode::SERVFAIL));
}

#[test]
fn a_referral_is_taken_for_an_answer_only_if_no_server_knows_better() {
    let referral = || Response::to(&www()).referral();
    let (asked, end) = run(lookup(2, 0, ""), |server, _, _| {
        Ok(if server == 0 { referral() } else { answer() })
    });
    assert_eq!((asked.len(), end), (2, End::Replied { server: 1 }));
    let (asked, end) = run(lookup(1, 0, ""), |_, _, _| Ok(referral()));
    assert_eq!((asked.len(), end), (1, End::Replied { server: 0 }));
}

#[test]
fn a_reply_that_makes_no_sense_is_passed_over() {
    let (asked, end) = run(lookup(2, 0, ""), |server, _, _| {
        Ok(if server == 0 { answer().cut() } else { answer() })
    });
    assert_eq!((asked.len(), end), (2, End::Replied { server: 1 }));
    let (_, end) = run(lookup(1, 0, ""), |_, _, _| Ok(answer().cut()));
    assert_eq!(end, End::Garbled);
}

#[test]
fn a_truncated_reply_is_asked_for_over_tcp_at_the_same_server() {
    let (asked, end) = run(lookup(2, 0, ""), |_, transport, _| {
        Ok(if transport == UDP {
            answer().truncated()
        } else {
            answer()
        })
    });
    assert_eq!(asked, [(0, UDP), (0, TCP)]);
    assert_eq!(end, End::Replied { server: 0 });
}

#[test]
fn use_vc_asks_over_tcp_only() {
    let (asked, _) = run(lookup(1, 0, "use-vc attempts:1"), |_, _, _| Err(Input::TimedOut));
    assert_eq!(asked, [(0, TCP)]);
}

#[test]
fn a_server_without_edns_is_asked_without_it() {
    let mut with_edns = Vec::new();
    let (asked, end) = run(lookup(1, 0, "edns0"), |_, _, query| {
        let edns = Message::parse(query).unwrap().edns().is_some();
        with_edns.push(edns);
        Ok(if edns {
            Response::to(&www()).rcode(1)
        } else {
            answer()
        })
    });
    assert_eq!((asked.len(), with_edns), (2, vec![true, false]));
    assert_eq!(end, End::Replied { server: 0 });
}

#[test]
fn a_server_that_changes_the_case_is_asked_once_more_in_lower_case() {
    let mut names = Vec::new();
    let (asked, end) = run(lookup(2, 0, ""), |_, _, query| {
        let question = Message::parse(query).unwrap().questions().next();
        names.push(question.unwrap().unwrap().name.to_string());
        if names.len() == 1 {
            Err(Input::WrongCase)
        } else {
            Ok(answer())
        }
    });
    assert_eq!(
        (asked, end),
        (vec![(0, UDP), (0, UDP)], End::Replied { server: 0 })
    );
    assert_eq!(names[1], "www.test.");
    let (asked, _) = run(lookup(1, 0, "attempts:1"), |_, _, _| Err(Input::WrongCase));
    assert_eq!(asked.len(), 2, "one that changes that too is of no use");
}

#[test]
fn a_server_that_wants_its_cookie_gets_it_and_then_is_asked_over_tcp() {
    let bad_cookie = || {
        let mut bytes = Response::to(&www()).rcode(7).bytes();
        bytes[11] = 1;
        // The extended part of the code makes it 23.
        bytes.extend_from_slice(b"\0\0\x29\x04\xd0\x01\0\0\0\0\x14\0\x0a\0\x10client!!server!!");
        bytes
    };
    let mut lookup = lookup(1, 0, "");
    let mut ways = Vec::new();
    loop {
        let mut bytes = Vec::new();
        match lookup.poll_output(&mut bytes).unwrap() {
            Output::Ask { transport, .. } => {
                ways.push((transport, bytes.ends_with(b"server!!")));
                lookup.handle(Instant::ZERO, Input::Reply(&bad_cookie()));
            }
            Output::Done(end) => {
                assert_eq!(end, End::Failed(Rcode::BADCOOKIE));
                break;
            }
        }
    }
    assert_eq!(ways, [(UDP, false), (UDP, true), (TCP, true)]);
}

#[test]
fn each_sending_has_an_id_of_its_own() {
    let mut ids = Vec::new();
    run(lookup(2, 0, "attempts:5"), |_, _, query| {
        ids.push(Message::parse(query).unwrap().header().id);
        Err(Input::TimedOut)
    });
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 10);
}

#[test]
fn without_a_server_it_ends_at_once() {
    assert_eq!(
        run(lookup(0, 5, ""), |_, _, _| Ok(answer())),
        (vec![], End::Silent)
    );
}

#[test]
fn an_input_that_nobody_waits_for_changes_nothing() {
    let mut lookup = lookup(1, 0, "");
    lookup.handle(Instant::ZERO, Input::TimedOut);
    assert!(matches!(
        lookup.poll_output(&mut Vec::new()),
        Some(Output::Ask { .. })
    ));
}
