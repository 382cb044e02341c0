//! One question to the servers, in host's order: the first server is tried again, each other one once.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::time::Duration;

use super::disguise::{disguise, reveal};
use super::gathered::Gathered;
use super::memory::{Memory, is_failure};
use super::plan::Plan;
use super::report::short;
use super::run::rcode;
use crate::cli::Out;
use crate::net::dns::{Exchange, ExchangeError, Reply};
use crate::net::{Clock, in_runtime};
use crate::proto::dns::{Accept, Key, Shelved, Transport};
use crate::tools::dns_cache::{CLIENT_RESPONSE, Use};
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
    /// Whether to ask over TCP from the start.
    pub(super) tcp: bool,
    /// Whether to ask with an OPT record.
    pub(super) edns: bool,
    /// What earlier runs have learnt.
    pub(super) memory: Memory,
}

impl Asker<'_> {
    /// Asks `question`. What goes wrong on the way is told; `None` means that nothing more is to be said.
    pub(super) async fn ask(&self, question: &Question, out: &mut Out) -> io::Result<Option<Reply>> {
        let mut gathered = Gathered::new(self.plan, question);
        let reply = self.find_out(question, &mut gathered, out).await?;
        gathered.finish(out)?;
        Ok(reply)
    }

    /// The same, from the cache or from the servers.
    async fn find_out(
        &self,
        question: &Question,
        gathered: &mut Gathered<'_>,
        out: &mut Out,
    ) -> io::Result<Option<Reply>> {
        let query = self.query(question);
        let Some(key) = self.memory.key(&self.servers, &query) else {
            return self.ask_servers(question, gathered, out).await;
        };
        if let Some(shelved) = self.memory.known(&key) {
            return Ok(Some(self.give(&shelved, &key, query.id, gathered)));
        }
        if self.memory.is_all(question) {
            gathered.missing();
            return Ok(None);
        }
        let Some(stale) = self.memory.stale(&key) else {
            let reply = self.ask_servers(question, gathered, out).await?;
            if let Some(reply) = &reply {
                self.memory.keep(Some(&key), reply);
            }
            return Ok(reply);
        };
        // RFC 8767 section 5: whoever can have a stale answer need not wait long for a fresh one.
        in_runtime().await;
        match tokio::time::timeout(CLIENT_RESPONSE, self.ask_servers(question, gathered, out)).await {
            Ok(Ok(Some(reply))) if !is_failure(rcode(&reply)) => {
                self.memory.keep(Some(&key), &reply);
                Ok(Some(reply))
            }
            Ok(Err(error)) => Err(error),
            _ => Ok(Some(self.give(&stale, &key, query.id, gathered))),
        }
    }

    /// A reply from the cache.
    fn give(&self, shelved: &Shelved, key: &Key, id: u16, gathered: &mut Gathered<'_>) -> Reply {
        let reply = self.memory.give(shelved, key, id);
        gathered.known(shelved, &reply);
        reply
    }

    /// The same, from the servers.
    async fn ask_servers(
        &self,
        question: &Question,
        gathered: &mut Gathered<'_>,
        out: &mut Out,
    ) -> io::Result<Option<Reply>> {
        let mut edns = self.edns;
        let mut transport = if self.tcp { Transport::Tcp } else { Transport::Udp };
        let mut tries = self.tries;
        let mut servers = self.servers.iter().peekable();
        self.trying(question, out)?;
        while let Some(&server) = servers.next() {
            loop {
                match self
                    .exchange(gathered, question, (server, transport, edns), out)
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
                        let unknown = [Rcode::FORMERR, Rcode::NOTIMP, Rcode::BADVERS];
                        if edns && unknown.contains(&message.rcode()) {
                            // RFC 6891 section 6.2.2: a server that does not know EDNS is asked without it.
                            edns = false;
                            continue;
                        }
                        if servers.peek().is_some() && self.passes_over(&message) {
                            break;
                        }
                        gathered.answered(&reply);
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
        // What is kept is of use to rdig only if it says whether it is authentic.
        query.flags.set(Flags::AD, self.plan.cache != Use::No);
        query
    }

    async fn exchange(
        &self,
        gathered: &mut Gathered<'_>,
        question: &Question,
        (server, transport, edns): (SocketAddr, Transport, bool),
        out: &mut Out,
    ) -> io::Result<Result<Reply, ExchangeError>> {
        let mut query = self.query(question);
        if edns {
            query = query.with_edns();
        }
        let kept = self.plan.cache != Use::No;
        let sent = if kept {
            disguise(&question.name)
        } else {
            question.name.clone()
        };
        if let Some(question) = &mut query.question {
            question.name = sent.clone();
        }
        let query = query.to_bytes().map_err(io::Error::other)?;
        let rto = self.memory.rto(server);
        let exchange = Exchange {
            transport,
            rto,
            accept: Accept::Lenient,
            ..Exchange::new(&query, server, self.timeout)
        };
        let mut warnings = Vec::new();
        let mut result = exchange
            .run(&self.clock, &mut |notice| warnings.extend(warning(&notice)))
            .await;
        if let Ok(reply) = &mut result {
            self.memory.learn(server, rto, reply.rtt);
            let is_repeated = kept && reveal(&mut reply.message, &sent, &question.name);
            self.memory.trusts(is_repeated);
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
