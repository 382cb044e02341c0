//! One question put to the system's servers, until one of them answers it.
//!
//! ```text
//!   for each round ─▶ for each server, in order ─▶ UDP ─ truncated ─▶ TCP
//!                            ▲                      │
//!                            └── no answer, or ─────┤
//!                                SERVFAIL, REFUSED… └─▶ the answer: done
//! ```
//!
//! Retransmission is not done here: within the time that one server is given, the exchange repeats the query by
//! itself (`net::ask`). This machine holds the bounds around that: how long, how often, whom next. Each exchange
//! ends by itself, so the machine never asks to be woken.

use std::time::Duration;

use rand::{Rng, RngExt};
use thiserror::Error;

use super::{Acquaintance, Options, Transport};
use crate::proto::{Instant, Machine};
use crate::wire::dns::{Flags, Message, Query, Rcode};

/// The machine of one question. `R` draws the ids: nobody should be able to foretell it (RFC 5452 section 9.2).
#[derive(Debug)]
pub struct Lookup<R> {
    query: Query,
    policy: Policy,
    random: R,
    /// What is known of each server.
    known: Vec<Acquaintance>,
    /// The servers still to be asked, the next one last; a server comes once for each round.
    left: Vec<usize>,
    state: State,
    /// What it comes to if nothing better happens, and the reply that it comes from.
    otherwise: (End, Vec<u8>),
}

/// How a question is put to the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long one server is given in one round.
    pub timeout: Duration,
    /// How many rounds through the servers.
    pub attempts: u32,
    /// How to ask first.
    pub transport: Transport,
    /// Whether a server that cannot answer, or whose reply makes no sense, is passed over for the next one.
    pub pass_failures: bool,
}

/// What happened to the query that is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// This reply came.
    Reply(&'a [u8]),
    /// What would be the reply came, but for the upper and lower case of the name in it.
    WrongCase,
    /// There was none in time.
    TimedOut,
    /// The server cannot be asked: nobody listens, the network has no way, the connection broke.
    Unreachable,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send the query, which is in the bytes, and bring what comes of it as the next input.
    Ask {
        /// Which server, as an index into the list.
        server: usize,
        /// How.
        transport: Transport,
        /// For how long.
        timeout: Duration,
    },
    /// The end; a reply, if there is one, is in the bytes.
    Done(End),
}

/// What a lookup comes to.
#[derive(Clone, Copy, Debug, Default, Error, PartialEq, Eq)]
pub enum End {
    /// A server replied.
    #[error("server {server} replied")]
    Replied {
        /// Which server, as an index into the list.
        server: usize,
    },
    /// Every server that replied said that it could not answer; this is what the last of them said.
    #[error("the servers cannot answer: {0}")]
    Failed(Rcode),
    /// The last reply could not be read to its end.
    #[error("the reply makes no sense")]
    Garbled,
    /// No server replied.
    #[default]
    #[error("no servers could be reached")]
    Silent,
    /// The query does not fit into a message.
    #[error("the query cannot be sent")]
    Unsendable,
}

#[derive(Debug)]
enum State {
    /// A query is to go out.
    Due(Asking),
    /// A query is out.
    Waiting(Asking),
    /// The end is to be told.
    Ending(End, Vec<u8>),
    /// It has been told.
    Over,
}

#[derive(Clone, Copy, Debug)]
struct Asking {
    server: usize,
    transport: Transport,
    /// Whether it has said already that it does not know the cookie.
    renewed: bool,
}

impl<R: Rng> Lookup<R> {
    /// Puts `query` to the servers that are `known` as far as they are, beginning at server `first` (reduced to their
    /// number). Each sending gets an id of its own, the name in a case of its own, and a cookie.
    pub fn new(query: Query, known: Vec<Acquaintance>, first: usize, policy: Policy, random: R) -> Self {
        let servers = known.len();
        let round = (0..servers).map(|n| (first % servers + n) % servers);
        let mut left: Vec<usize> = (0..policy.attempts).flat_map(|_| round.clone()).collect();
        left.reverse();
        let mut lookup = Self {
            query,
            policy,
            random,
            known,
            left,
            state: State::Over,
            otherwise: (End::Silent, Vec::new()),
        };
        lookup.turn_to_next();
        lookup
    }

    /// What is known of each server now.
    pub fn known(&self) -> &[Acquaintance] {
        &self.known
    }

    /// Asks the next server, or ends.
    fn turn_to_next(&mut self) {
        self.state = match self.left.pop() {
            Some(server) => State::Due(Asking {
                server,
                transport: self.policy.transport,
                renewed: false,
            }),
            None => {
                let (end, reply) = std::mem::take(&mut self.otherwise);
                State::Ending(end, reply)
            }
        };
    }

    /// Asks no server twice that can be expected to do the same again, and turns to the next.
    fn pass_over(&mut self, server: usize) {
        self.left.retain(|&other| other != server);
        self.turn_to_next();
    }

    fn hear(&mut self, asking: Asking, reply: &[u8]) {
        let Asking {
            server, transport, ..
        } = asking;
        let (Ok(message), Some(known)) = (Message::parse(reply), self.known.get_mut(server)) else {
            return self.turn_to_next();
        };
        let with_edns = known.is_asked_with_edns();
        known.hear(&message);
        let header = message.header();
        if header.flags.contains(Flags::TC) && transport == Transport::Udp {
            self.state = State::Due(Asking {
                transport: Transport::Tcp,
                ..asking
            });
            return;
        }
        let rcode = message.rcode();
        if rcode == Rcode::BADCOOKIE && (!asking.renewed || transport == Transport::Udp) {
            // RFC 7873 section 5.3: once more with the new cookie, and then over TCP.
            self.state = State::Due(Asking {
                transport: if asking.renewed { Transport::Tcp } else { transport },
                renewed: true,
                ..asking
            });
            return;
        }
        let refused = matches!(rcode, Rcode::FORMERR | Rcode::NOTIMP) && message.edns().is_none();
        if with_edns && (refused || rcode == Rcode::BADVERS) {
            // RFC 6891 section 6.2.2: a server that does not know EDNS is asked without it.
            known.refuses_edns();
            self.state = State::Due(asking);
            return;
        }
        let failures = [
            Rcode::SERVFAIL,
            Rcode::REFUSED,
            Rcode::FORMERR,
            Rcode::NOTIMP,
            Rcode::BADVERS,
            Rcode::BADCOOKIE,
        ];
        let failed = failures.contains(&rcode);
        // A referral, from a server that neither knows the answer nor goes to look for it.
        let lame = rcode == Rcode::NOERROR
            && header.answers == 0
            && !header.flags.contains(Flags::AA)
            && !header.flags.contains(Flags::RA);
        let end = if message.records().any(|record| record.is_err()) {
            End::Garbled
        } else if failed {
            End::Failed(rcode)
        } else {
            End::Replied { server }
        };
        if self.policy.pass_failures && (lame || end != (End::Replied { server })) {
            self.otherwise = (end, reply.to_vec());
            self.pass_over(server);
        } else {
            self.state = State::Ending(end, reply.to_vec());
        }
    }
}

impl<R: Rng> Machine for Lookup<R> {
    type Input<'a> = Input<'a>;
    type Output = Output;

    fn handle(&mut self, _now: Instant, input: Input<'_>) {
        let State::Waiting(asking) = self.state else {
            return;
        };
        match input {
            Input::Reply(reply) => self.hear(asking, reply),
            Input::WrongCase => {
                let known = self.known.get_mut(asking.server);
                if known.is_some_and(Acquaintance::changed_case) {
                    self.state = State::Due(asking);
                } else {
                    self.turn_to_next();
                }
            }
            Input::TimedOut => {
                if let Some(known) = self.known.get_mut(asking.server) {
                    known.was_silent();
                }
                self.turn_to_next();
            }
            Input::Unreachable => self.pass_over(asking.server),
        }
    }

    fn handle_timeout(&mut self, _now: Instant) {}

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        match std::mem::replace(&mut self.state, State::Over) {
            State::Due(asking) => {
                let mut query = self.query.clone();
                query.id = self.random.random();
                if let Some(known) = self.known.get(asking.server) {
                    known.disguise(&mut query, &mut self.random);
                }
                let Ok(query) = query.to_bytes() else {
                    return Some(Output::Done(End::Unsendable));
                };
                bytes.extend_from_slice(&query);
                self.state = State::Waiting(asking);
                Some(Output::Ask {
                    server: asking.server,
                    transport: asking.transport,
                    timeout: self.policy.timeout,
                })
            }
            State::Ending(end, reply) => {
                bytes.extend_from_slice(&reply);
                Some(Output::Done(end))
            }
            waiting @ State::Waiting(_) => {
                self.state = waiting;
                None
            }
            State::Over => None,
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}

impl From<&Options> for Policy {
    fn from(options: &Options) -> Self {
        Self {
            timeout: options.timeout,
            attempts: options.attempts,
            transport: if options.use_vc {
                Transport::Tcp
            } else {
                Transport::Udp
            },
            pass_failures: true,
        }
    }
}

#[cfg(test)]
mod tests {
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
}
