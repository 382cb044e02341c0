//! One lookup: the search list, the servers and tries, until a reply ends it.

use std::io::{self, IsTerminal as _, Write};
use std::net::{IpAddr, Ipv6Addr};

use jiff::Timestamp;

use super::super::plan::{Ask, Banner, Follow, Globals, Lookup};
use super::super::question::{Learned, query};
use super::super::render::{Cached, Envelope};
use super::super::servers::Server;
use super::super::status;
use super::super::story::Story;
use super::exchange::{Problem, Then};
use super::names::Names;
#[cfg(feature = "dnssec")]
use super::validate::Answered;
use super::verdict::Next;
use super::walk::{Keep, Kept};
use super::{Context, output_failure};
use crate::cli::{Exit, Failure, message};
use crate::proto::dns::tsig::Verifier;
use crate::proto::dns::{Key, Transport};
use crate::tools::dns_json::Trouble;
use crate::wire::dns::{Name, Query, Rcode, option_code};

/// What is to be looked up, and whom to ask.
pub(in crate::tools::rdig) struct Job<'a> {
    pub(in crate::tools::rdig) lookup: &'a Lookup,
    pub(in crate::tools::rdig) globals: &'a Globals,
    pub(in crate::tools::rdig) servers: Vec<Server>,
    /// What opens the output, and how many servers it counts; taken when it has been printed.
    pub(in crate::tools::rdig) banner: Option<(&'a Banner, Option<usize>)>,
}

/// One lookup on its way.
pub(in crate::tools::rdig) struct Inquiry<'a> {
    pub(super) context: &'a Context,
    pub(super) lookup: &'a Lookup,
    pub(super) globals: &'a Globals,
    pub(super) servers: Vec<Server>,
    pub(super) banner: Option<(&'a Banner, Option<usize>)>,
    /// Where its output goes.
    pub(super) out: &'a mut dyn Write,
    /// How the next try is made.
    pub(super) way: Way,
    /// Under what the reply is kept in the cache, if it is.
    pub(super) cache_key: Option<Key>,
    /// What has happened, if anybody wants to know.
    pub(super) story: Story,
    pub(super) exit: Exit,
    /// The response code of the answer, if there is one.
    pub(super) rcode: Option<Rcode>,
    /// The last reply, for `+validate`.
    #[cfg(feature = "dnssec")]
    pub(super) answered: Option<Answered>,
    /// Whether a search list was wanted, but the name has too many dots for it.
    pub(super) is_whole: bool,
    /// What becomes of the reply, and the reply if it is kept.
    pub(super) keep: Keep,
    pub(super) kept: Option<Kept>,
}

/// What a lookup came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tools::rdig) struct Outcome {
    pub(in crate::tools::rdig) exit: Exit,
    /// The response code of the answer, if there was one.
    pub(in crate::tools::rdig) rcode: Option<Rcode>,
}

/// How the next try is made: what earlier replies have led to.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) transport: Transport,
    pub(super) learned: Learned,
    /// Whether a server has already said once that it does not know the cookie.
    pub(super) seen_bad_cookie: bool,
    /// That it is no try at all, but the cache is looked at.
    pub(super) cached: Option<Cached>,
}

/// One try, as it is decided on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Try<'a> {
    pub(super) name: &'a Name,
    pub(super) server: &'a Server,
    /// Whether there is no server after this one.
    pub(super) is_last: bool,
    /// Whether a reply that denies the name is printed: not before the end of the search list.
    pub(super) shown: bool,
}

/// One try, with the query that goes out.
#[derive(Debug)]
pub(super) struct Sent<'a> {
    pub(super) attempt: Try<'a>,
    pub(super) query: Vec<u8>,
    /// The cookie in the query.
    pub(super) cookie: Option<Vec<u8>>,
    /// Verifies the replies, if the query is signed.
    pub(super) verifier: Option<Verifier>,
    pub(super) envelope: Envelope,
}

impl<'a> Inquiry<'a> {
    pub(in crate::tools::rdig) fn new(context: &'a Context, job: Job<'a>, out: &'a mut dyn Write) -> Self {
        Self {
            context,
            lookup: job.lookup,
            globals: job.globals,
            servers: job.servers,
            banner: job.banner,
            out,
            way: Way::of(job.lookup),
            cache_key: None,
            story: Story::default(),
            exit: Exit::SUCCESS,
            rcode: None,
            #[cfg(feature = "dnssec")]
            answered: None,
            is_whole: false,
            keep: Keep::No,
            kept: None,
        }
    }

    /// Does the lookup; what goes wrong on the network is printed, and is the exit status.
    ///
    /// What is rare has a box of its own: thousands of these futures are alive at a time, and each is as large as
    /// the largest way through it.
    pub(in crate::tools::rdig) async fn run(mut self) -> Result<Outcome, Failure> {
        match self.lookup.exchange.ask {
            _ if self.servers.len() < 2 => self.in_turn().await?,
            Ask::InTurn => self.in_turn().await?,
            _ if self.lookup.is_transfer() || self.lookup.follow != Follow::Nothing => {
                self.warn("Warning: zone transfers, +trace and +nssearch are neither raced nor compared")
                    .map_err(output_failure)?;
                self.in_turn().await?;
            }
            Ask::Race => Box::pin(self.race()).await?,
            Ask::Compare => Box::pin(self.compare()).await?,
        }
        Ok(Outcome {
            exit: self.exit,
            rcode: self.rcode,
        })
    }

    /// Asks one server after the other.
    pub(super) async fn in_turn(&mut self) -> Result<(), Failure> {
        let Names {
            names,
            reason,
            is_whole,
        } = self.names()?;
        self.is_whole = is_whole;
        self.note_names(&names, reason);
        #[cfg(feature = "dnssec")]
        self.prepare_validation()?;
        #[cfg(feature = "dnssec")]
        self.refuse_to_validate().map_err(output_failure)?;
        if self.servers.is_empty() {
            return self.no_servers().map_err(output_failure);
        }
        if let (true, Some(name)) = (self.lookup.follow != Follow::Nothing, names.first()) {
            Box::pin(self.walk(name)).await?;
            if self.lookup.follow == Follow::Servers {
                return Ok(());
            }
            return self.say_explanation().map_err(output_failure);
        }
        let last = names.len().saturating_sub(1);
        for (index, name) in names.iter().enumerate() {
            let shown = index == last || self.globals.show_search;
            self.rcode = self.ask(name, shown).await?;
            if self.rcode != Some(Rcode::NXDOMAIN) {
                break;
            }
        }
        #[cfg(feature = "dnssec")]
        if self.lookup.validation.is_some() {
            Box::pin(self.validate()).await?;
        }
        self.say_explanation().map_err(output_failure)
    }

    /// Asks the servers for one name. The answer's response code, if there is an answer.
    pub(super) async fn ask_servers(&mut self, name: &Name, shown: bool) -> Result<Option<Rcode>, Failure> {
        #[cfg(feature = "dnssec")]
        self.forget();
        let mut tries = self.lookup.exchange.tries;
        let servers = std::mem::take(&mut self.servers);
        let mut left = servers.iter().peekable();
        let mut rcode = None;
        'servers: while let Some(server) = left.next() {
            if let Some(mapped) = mapped(server) {
                self.skipped(mapped, left.peek().is_none())
                    .map_err(output_failure)?;
                continue;
            }
            let attempt = Try {
                name,
                server,
                is_last: left.peek().is_none(),
                shown,
            };
            loop {
                let problem = match self.try_once(attempt).await? {
                    Ok(Next::Again) => continue,
                    Ok(Next::Pass) => break,
                    Ok(Next::Done(code)) => {
                        rcode = Some(code);
                        break 'servers;
                    }
                    Err(problem) => problem,
                };
                let (again, then) = (tries > 1, problem.then);
                self.failed(attempt, problem, again).map_err(output_failure)?;
                match then {
                    Then::GiveUp => break 'servers,
                    Then::NextServer => break,
                    Then::Retry | Then::Reconnect if !again => break,
                    Then::Retry | Then::Reconnect => {}
                }
                tries -= 1;
            }
        }
        self.servers = servers;
        Ok(rcode)
    }

    /// A try came to nothing; unless there is another, so did the lookup.
    fn failed(&mut self, attempt: Try<'_>, problem: Problem, again: bool) -> io::Result<()> {
        let then = problem.then;
        if !self.globals.json && !problem.text.is_empty() {
            self.warn(&problem.text)?;
        }
        if let (true, Some(aside)) = (io::stderr().is_terminal(), &problem.aside) {
            message(aside);
        }
        self.note_failed(attempt, problem);
        let given_up = match then {
            Then::Retry => !again && attempt.is_last,
            Then::Reconnect => again || attempt.is_last,
            Then::NextServer if !attempt.is_last => false,
            // dig has said all that it says, and ends with 0.
            Then::NextServer | Then::GiveUp => {
                self.ends_with(status::NO_SERVER);
                self.globals.json
            }
        };
        if !given_up {
            return Ok(());
        }
        if then == Then::Retry {
            self.late_banner()?;
        }
        self.error(Trouble::NoServer, NO_SERVERS)?;
        if [Then::Retry, Then::Reconnect].contains(&then) {
            self.exit = status::NO_SERVER;
        }
        Ok(())
    }

    /// The id of the next query, which over QUIC nobody looks at (RFC 9250 section 4.2.1).
    fn id(&self) -> u16 {
        match self.way.transport {
            Transport::Quic => 0,
            _ => self.context.id(),
        }
    }

    pub(super) async fn try_once(&mut self, attempt: Try<'_>) -> Result<Result<Next, Problem>, Failure> {
        let query = query(
            self.lookup,
            attempt.name,
            self.id(),
            self.context.client_cookie,
            &self.way.learned,
        );
        let mut bytes = query.to_bytes().map_err(anyhow::Error::new)?;
        let key = self.globals.signing.key.as_ref();
        let mut sent = Sent {
            attempt,
            cookie: cookie_of(&query),
            verifier: key.map(|key| key.sign(&mut bytes, unix_time())),
            query: bytes,
            envelope: Envelope {
                sent: Timestamp::now(),
                received: Timestamp::now(),
                server: attempt.server.address,
                transport: self.way.transport_name(),
                cached: None,
            },
        };
        if self.lookup.show.query {
            self.show_query(&sent).map_err(output_failure)?;
        }
        if self.way.transport.is_reliable() && self.lookup.is_transfer() {
            return Box::pin(self.transfer(sent)).await.map_err(output_failure);
        }
        let tried = self.exchange(&sent).await;
        sent.envelope.received = Timestamp::now();
        for warning in &tried.warnings {
            self.warn(warning).map_err(output_failure)?;
        }
        let reply = match tried.result {
            Ok(reply) => reply,
            Err(problem) => return Ok(Err(problem)),
        };
        self.note_reply(attempt, &reply.message, reply.elapsed, tried.sendings);
        self.judge(&reply, &mut sent).map(Ok).map_err(output_failure)
    }
}

impl Way {
    /// How the first try is made.
    pub(super) fn of(lookup: &Lookup) -> Self {
        Self {
            transport: lookup.transport(),
            learned: Learned::default(),
            seen_bad_cookie: false,
            cached: None,
        }
    }

    /// What the footer calls the transport.
    pub(super) fn transport_name(&self) -> &'static str {
        match self.cached {
            Some(_) => "cache",
            None => self.transport.name(),
        }
    }
}

/// The time by the clock on the wall, in seconds since 1970: what signatures are dated with.
pub(super) fn unix_time() -> u64 {
    u64::try_from(Timestamp::now().as_second()).unwrap_or(0)
}

/// The IPv4 address that stands for an IPv6 address, written as one.
fn mapped(server: &Server) -> Option<Ipv6Addr> {
    match server.address.ip() {
        IpAddr::V6(address) => address.to_ipv4_mapped().map(|_| address),
        IpAddr::V4(_) => None,
    }
}

/// The first cookie in a query.
fn cookie_of(query: &Query) -> Option<Vec<u8>> {
    let mut options = query.edns.iter().flat_map(|edns| &edns.options);
    options
        .find(|(code, _)| *code == option_code::COOKIE)
        .map(|(_, data)| data.clone())
}

/// What is said when every try has come to nothing.
const NO_SERVERS: &str = "no servers could be reached";
