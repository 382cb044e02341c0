//! One question to the servers, in host's order: the first server is tried again, each other one once.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use super::gathered::Gathered;
use super::plan::Plan;
use super::report::short;
use crate::cli::Out;
use crate::net::Clock;
use crate::net::dns::{Exchange, ExchangeError, Reply};
use crate::proto::dns::{Accept, Transport};
use crate::tools::dns_notes::{endpoint, flaw, warning};
use crate::wire::dns::{Flags, Message, Query, Question, Rcode};

/// How the servers are asked.
#[derive(Debug)]
pub(super) struct Asker<'a> {
    pub(super) plan: &'a Plan,
    pub(super) servers: Vec<SocketAddr>,
    pub(super) clock: Clock,
    /// How often a server that does not answer is tried, at least once.
    pub(super) tries: u32,
    pub(super) timeout: Duration,
    /// Whether the name is full as it was typed, so that the search list has no say.
    pub(super) full: bool,
    /// Whether a server that does not offer recursion is passed over for the next.
    pub(super) needs_recursion: bool,
}

impl Asker<'_> {
    /// Asks `question`. What goes wrong on the way is told; `None` means that nothing more is to be said.
    pub(super) async fn ask(&self, question: &Question, out: &mut Out) -> io::Result<Option<Reply>> {
        let mut transport = if self.plan.tcp {
            Transport::Tcp
        } else {
            Transport::Udp
        };
        let mut tries = self.tries;
        let mut servers = self.servers.iter().peekable();
        let mut gathered = Gathered::new(self.plan, question);
        self.trying(question, out)?;
        while let Some(&server) = servers.next() {
            loop {
                match self
                    .exchange(&mut gathered, question, server, transport, out)
                    .await?
                {
                    Ok(reply) => {
                        let Ok(message) = Message::parse(&reply.message) else {
                            return Ok(None);
                        };
                        if let Some(flaw) = flaw(&message) {
                            gathered.unreadable(&flaw, &reply.message, out)?;
                            return Ok(None);
                        }
                        if message.header().flags.contains(Flags::TC) && transport == Transport::Udp {
                            transport = Transport::Tcp;
                            self.trying(question, out)?;
                            continue;
                        }
                        if servers.peek().is_some() && self.passes_over(&message) {
                            break;
                        }
                        gathered.answered(&reply, out)?;
                        return Ok(Some(reply));
                    }
                    Err(error) => {
                        gathered.failed(server, transport, &error, out)?;
                        if tries <= 1 {
                            break;
                        }
                        tries -= 1;
                        if transport == Transport::Tcp {
                            self.trying(question, out)?;
                        }
                    }
                }
            }
        }
        gathered.no_servers(out)?;
        Ok(None)
    }

    /// With -v, that a name is tried now.
    pub(super) fn trying(&self, question: &Question, out: &mut Out) -> io::Result<()> {
        if self.plan.verbose {
            writeln!(out, "Trying \"{}\"", short(&question.name))?;
        }
        Ok(())
    }

    /// With -v, what was received.
    pub(super) fn received(&self, reply: &Reply, out: &mut Out) -> io::Result<()> {
        self.received_bytes(reply.message.len(), reply.peer, reply.elapsed, out)
    }

    /// With -v, that so many bytes were received.
    pub(super) fn received_bytes(
        &self,
        length: usize,
        peer: SocketAddr,
        elapsed: Duration,
        out: &mut Out,
    ) -> io::Result<()> {
        if self.plan.verbose {
            let (peer, millis) = (endpoint(peer), elapsed.as_millis());
            writeln!(out, "Received {length} bytes from {peer} in {millis} ms")?;
        }
        Ok(())
    }

    /// The query for `question`, with an id of its own.
    pub(super) fn query(&self, question: &Question) -> Query {
        let mut query = Query::new(rand::random(), question.name.clone(), question.rtype);
        query.question = Some(question.clone());
        query.flags.set(Flags::RD, self.plan.recurse);
        query
    }

    async fn exchange(
        &self,
        gathered: &mut Gathered<'_>,
        question: &Question,
        server: SocketAddr,
        transport: Transport,
        out: &mut Out,
    ) -> io::Result<Result<Reply, ExchangeError>> {
        let query = self.query(question).to_bytes().map_err(io::Error::other)?;
        let exchange = Exchange {
            transport,
            accept: Accept::Lenient,
            ..Exchange::new(&query, server, self.timeout)
        };
        let mut warnings = Vec::new();
        let result = exchange
            .run(&self.clock, &mut |notice| warnings.extend(warning(&notice)))
            .await;
        if let Ok(reply) = &result {
            warnings.extend(unmarked(&reply.message).map(str::to_owned));
        }
        for warning in warnings {
            gathered.warn(&warning, out)?;
        }
        Ok(result)
    }

    /// Whether the next server may know better.
    fn passes_over(&self, message: &Message<'_>) -> bool {
        let failed = message.rcode() == Rcode::SERVFAIL && !self.plan.servfail_stops;
        let unwilling = self.needs_recursion && !message.header().flags.contains(Flags::RA);
        failed || unwilling
    }
}

/// What is said of a reply that does not say that it is one.
fn unmarked(message: &[u8]) -> Option<&'static str> {
    let message = Message::parse(message).ok()?;
    (!message.header().flags.contains(Flags::QR)).then_some("Warning: query response not set")
}
