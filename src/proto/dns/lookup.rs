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
mod tests;
