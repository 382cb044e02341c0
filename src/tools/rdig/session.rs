//! A lookup from its name to what is printed: the search list, the servers and tries, and what a reply leads to.

use std::io::Write as _;

use anyhow::Context as _;
use jiff::{Timestamp, Zoned};

use super::exchange::{Asker, Problem};
use super::plan::{Banner, Globals, Lookup};
use super::question::{Learned, query};
use super::render::{
    CookieFate, Envelope, Footer, Page, Role, ShownSoa, Size, write_banner, write_footer, write_message,
    write_received, write_short, write_yaml,
};
use super::reply::Reply;
use super::servers::{Server, Servers};
use super::{EXIT_BAD_VALUE, EXIT_NO_SERVER};
use crate::cli::{Exit, Failure, Out};
use crate::net::dns;
use crate::proto::dns::{ResolvConf, Transport, candidates};
use crate::tools::dns_notes::bad_packet;
use crate::wire::dns::{Flags, Message, Name, Rcode, RecordType, TypedName, option_code};

/// What lasts from one lookup to the next.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) out: Out,
    pub(super) asker: Asker,
    pub(super) servers: Servers,
    /// The client's part of the cookies of this run.
    client_cookie: [u8; 8],
    /// What the run ends with, as far as it has come.
    pub(super) exit: Exit,
}

/// A lookup on its way.
pub(super) struct Job<'a> {
    pub(super) lookup: &'a Lookup,
    pub(super) globals: &'a Globals,
    pub(super) servers: Vec<Server>,
    /// What opens the output; taken when it has been printed.
    pub(super) banner: Option<(&'a Banner, Option<usize>)>,
}

/// What a try leads to.
pub(super) enum Next {
    /// This was the answer, or as good as none will come.
    Done(Rcode),
    /// The same server again, in another way.
    Again,
    /// The next server.
    Pass,
}

/// How the next try is made.
#[derive(Debug)]
struct Way {
    transport: Transport,
    learned: Learned,
    /// Whether a server has already said once that it does not know the cookie.
    seen_bad_cookie: bool,
}

impl Session {
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self {
            out: Out::stdout().context("standard output")?,
            asker: Asker::new(),
            servers: Servers::default(),
            client_cookie: rand::random(),
            exit: Exit::SUCCESS,
        })
    }

    /// Does one lookup; what goes wrong on the network is printed and remembered as the exit status.
    pub(super) async fn look_up(&mut self, mut job: Job<'_>) -> Result<(), Failure> {
        let names = self.names(job.lookup, job.globals)?;
        if job.servers.is_empty() {
            return self.say(";; No acceptable nameservers").map_err(output_failure);
        }
        let last = names.len().saturating_sub(1);
        for (index, name) in names.iter().enumerate() {
            let shown = index == last || job.globals.show_search;
            let rcode = self.ask(&mut job, name, shown).await?;
            if rcode != Some(Rcode::NXDOMAIN) {
                break;
            }
        }
        self.out.flush().map_err(output_failure)
    }

    /// The names to try, in order.
    fn names(&mut self, lookup: &Lookup, globals: &Globals) -> Result<Vec<Name>, Failure> {
        let idn = lookup.exchange.idn.unwrap_or_else(|| self.out.is_terminal());
        let typed = if idn {
            TypedName::parse_idna(&lookup.name)
        } else {
            TypedName::parse(&lookup.name)
        };
        let typed = typed.map_err(|problem| {
            let error = anyhow::anyhow!("'{}' is not a legal name ({problem})", lookup.name);
            Failure::new(EXIT_BAD_VALUE, error)
        })?;
        if !globals.search && globals.domain.is_none() {
            return Ok(vec![typed.name]);
        }
        let conf = self.servers.conf();
        let search = match &globals.domain {
            Some(domain) => Name::from_text(domain).into_iter().collect(),
            None => conf.search.clone(),
        };
        let mut conf = ResolvConf {
            search,
            ..conf.clone()
        };
        conf.options.ndots = globals.ndots.unwrap_or(conf.options.ndots);
        Ok(candidates(&typed, &conf))
    }

    /// Asks the servers for one name. The answer's response code, if there is an answer.
    async fn ask(&mut self, job: &mut Job<'_>, name: &Name, shown: bool) -> Result<Option<Rcode>, Failure> {
        let tcp = job.lookup.exchange.tcp || job.lookup.rtype == RecordType::AXFR;
        let mut way = Way {
            transport: if tcp { Transport::Tcp } else { Transport::Udp },
            learned: Learned::default(),
            seen_bad_cookie: false,
        };
        let mut tries = job.lookup.exchange.tries;
        let servers = std::mem::take(&mut job.servers);
        let mut left = servers.iter().peekable();
        let mut rcode = None;
        'servers: while let Some(server) = left.next() {
            loop {
                let is_last = left.peek().is_none();
                let problem = match self.try_once(job, name, server, &mut way, shown, is_last).await? {
                    Ok(Next::Again) => continue,
                    Ok(Next::Pass) => break,
                    Ok(Next::Done(code)) => {
                        rcode = Some(code);
                        break 'servers;
                    }
                    Err(problem) => problem,
                };
                self.warn(job, &problem.text).map_err(output_failure)?;
                let again = tries > 1;
                if problem.before_sending {
                    if again || is_last {
                        self.error(job, NO_SERVERS).map_err(output_failure)?;
                        self.exit = EXIT_NO_SERVER;
                    }
                } else if !again && is_last {
                    // Even if `+short` came after the name.
                    if let Some((banner, servers)) = job.banner.take() {
                        let mut text = Vec::new();
                        write_banner(banner, servers, &mut text);
                        self.out.write_all(&text).map_err(output_failure)?;
                    }
                    self.error(job, NO_SERVERS).map_err(output_failure)?;
                    self.exit = EXIT_NO_SERVER;
                }
                if !again {
                    break;
                }
                tries -= 1;
            }
        }
        job.servers = servers;
        Ok(rcode)
    }

    async fn try_once(
        &mut self,
        job: &mut Job<'_>,
        name: &Name,
        server: &Server,
        way: &mut Way,
        shown: bool,
        is_last: bool,
    ) -> Result<Result<Next, Problem>, Failure> {
        let query = query(job.lookup, name, rand::random(), self.client_cookie, &way.learned);
        let cookie = query.edns.iter().flat_map(|edns| &edns.options);
        let cookie = cookie
            .filter(|(code, _)| *code == option_code::COOKIE)
            .map(|(_, data)| data.clone())
            .next();
        let query = query.to_bytes().map_err(anyhow::Error::new)?;
        let mut envelope = Envelope {
            sent: Timestamp::now(),
            received: Timestamp::now(),
            server: server.address,
            transport: transport_name(way.transport),
        };
        if job.lookup.show.query {
            self.show_query(job, &query, &envelope).map_err(output_failure)?;
        }
        if way.transport == Transport::Tcp && job.lookup.is_transfer() {
            let next = self
                .transfer(job, &query, cookie.as_deref(), server, envelope)
                .await;
            return next.map_err(output_failure);
        }
        let tried = self
            .asker
            .ask(&query, server, way.transport, job.lookup, job.globals)
            .await;
        envelope.received = Timestamp::now();
        for warning in &tried.warnings {
            self.warn(job, warning).map_err(output_failure)?;
        }
        let reply = match tried.result {
            Ok(reply) => reply,
            Err(problem) => return Ok(Err(problem)),
        };
        let handled = self.handle(
            job,
            &reply,
            cookie.as_deref(),
            server,
            way,
            &envelope,
            shown,
            is_last,
        );
        handled.map(Ok).map_err(output_failure)
    }

    /// Decides what a reply leads to, and prints it if it is the answer.
    #[expect(
        clippy::too_many_arguments,
        reason = "a reply is judged by all that led to it"
    )]
    fn handle(
        &mut self,
        job: &mut Job<'_>,
        came: &dns::Reply,
        cookie: Option<&[u8]>,
        server: &Server,
        way: &mut Way,
        envelope: &Envelope,
        shown: bool,
        is_last: bool,
    ) -> std::io::Result<Next> {
        let Ok(message) = Message::parse(&came.message) else {
            return Ok(Next::Done(Rcode::NOERROR));
        };
        if !message.header().flags.contains(Flags::QR) {
            self.warn(job, "Warning: query response not set")?;
        }
        let reply = match Reply::read(&message, job.lookup.exchange.best_effort) {
            Ok(reply) => reply,
            Err(problem) => {
                if !job.globals.yaml {
                    self.out
                        .write_all(bad_packet(&problem.to_string(), message.bytes()).as_bytes())?;
                }
                return Ok(Next::Done(Rcode::NOERROR));
            }
        };
        if reply.malformed {
            self.warn(job, "Warning: Message parser reports malformed message packet.")?;
        }
        let fate = CookieFate::of(cookie, reply.edns_option(option_code::COOKIE));
        if fate == CookieFate::Bad {
            self.warn(job, "Warning: Client COOKIE mismatch")?;
        }
        let footer = Footer {
            elapsed: came.elapsed,
            microseconds: job.lookup.show.microseconds,
            peer: came.peer,
            server: &server.name,
            transport: transport_name(way.transport),
            size: Size::Message(message.bytes().len()),
        };
        let exchange = &job.lookup.exchange;
        if self.renegotiates(job, &reply, fate, way)? {
            if reply.rcode == Rcode::BADCOOKIE && exchange.show_bad_cookie {
                self.show_reply(job, &reply, fate, envelope, &footer)?;
            }
            return Ok(Next::Again);
        }
        if reply.has(Flags::TC) && !exchange.ignore_truncation && way.transport == Transport::Udp {
            self.comment(job, "Truncated, retrying in TCP mode.")?;
            way.transport = Transport::Tcp;
            if fate == CookieFate::Good {
                way.learned.cookie = reply.edns_option(option_code::COOKIE).map(<[u8]>::to_vec);
            }
            return Ok(Next::Again);
        }
        if reply.rcode == Rcode::SERVFAIL && !exchange.servfail_stops && !is_last {
            self.comment(
                job,
                &format!(
                    "Got SERVFAIL reply from {}, trying next server",
                    server.address.ip()
                ),
            )?;
            return Ok(Next::Pass);
        }
        if shown || reply.rcode != Rcode::NXDOMAIN {
            self.show_reply(job, &reply, fate, envelope, &footer)?;
        }
        Ok(Next::Done(reply.rcode))
    }

    /// Whether the server wants another version of EDNS, or its own cookie, and how it gets it.
    fn renegotiates(
        &mut self,
        job: &Job<'_>,
        reply: &Reply<'_>,
        fate: CookieFate,
        way: &mut Way,
    ) -> std::io::Result<bool> {
        let asked = way.learned.edns_version.or(job.lookup.query.edns);
        let exchange = &job.lookup.exchange;
        if let (Rcode::BADVERS, Some(edns), Some(asked)) = (reply.rcode, &reply.edns, asked)
            && exchange.negotiate_edns
            && edns.version < asked
        {
            self.comment(
                job,
                &format!("BADVERS, retrying with EDNS version {}.", edns.version),
            )?;
            way.learned.edns_version = Some(edns.version);
            return Ok(true);
        }
        let can_retry = way.transport == Transport::Udp && exchange.retry_bad_cookie;
        if reply.rcode == Rcode::BADCOOKIE && can_retry && fate == CookieFate::Good {
            let how = if way.seen_bad_cookie { " in TCP mode" } else { "" };
            self.comment(job, &format!("BADCOOKIE, retrying{how}."))?;
            if way.seen_bad_cookie {
                way.transport = Transport::Tcp;
            }
            way.seen_bad_cookie = true;
            way.learned.cookie = reply.edns_option(option_code::COOKIE).map(<[u8]>::to_vec);
            return Ok(true);
        }
        Ok(false)
    }

    /// Prints the query that goes out.
    fn show_query(&mut self, job: &mut Job<'_>, query: &[u8], envelope: &Envelope) -> std::io::Result<()> {
        let Ok(message) = Message::parse(query) else {
            return Ok(());
        };
        let Ok(sent) = Reply::read(&message, true) else {
            return Ok(());
        };
        self.banner(job)?;
        let page = Page {
            reply: &sent,
            lookup: job.lookup,
            globals: job.globals,
            role: Role::Query,
            headers: true,
        };
        let mut text = Vec::new();
        if job.globals.yaml {
            write_yaml(page, envelope, &mut text);
        } else if !job.globals.short {
            write_message(page, ShownSoa::All, &mut text);
        }
        if job.lookup.show.stats && !job.globals.yaml {
            // Writing to a vector cannot fail.
            let _ = writeln!(text, ";; QUERY SIZE: {}\n", query.len());
        }
        self.out.write_all(&text)
    }

    /// Prints the answer and what is below it.
    fn show_reply(
        &mut self,
        job: &mut Job<'_>,
        reply: &Reply<'_>,
        fate: CookieFate,
        envelope: &Envelope,
        footer: &Footer<'_>,
    ) -> std::io::Result<()> {
        self.banner(job)?;
        let page = Page {
            reply,
            lookup: job.lookup,
            globals: job.globals,
            role: Role::Reply(fate),
            headers: true,
        };
        let mut text = Vec::new();
        if job.globals.yaml {
            write_yaml(page, envelope, &mut text);
        } else if job.globals.short {
            let identity = job.lookup.show.identify.then(|| footer.identity());
            write_short(page, identity.as_deref(), &mut text);
        } else {
            write_message(page, ShownSoa::All, &mut text);
        }
        self.out.write_all(&text)?;
        self.finish(job, footer)
    }

    /// Prints the statistics, or the one line in their place.
    pub(super) fn finish(&mut self, job: &Job<'_>, footer: &Footer<'_>) -> std::io::Result<()> {
        let mut text = Vec::new();
        if job.globals.short || job.globals.yaml {
            return Ok(());
        }
        if job.lookup.show.stats {
            write_footer(footer, &Zoned::now(), &mut text);
        } else if job.lookup.show.identify {
            write_received(footer, &mut text);
        }
        self.out.write_all(&text)
    }

    /// Prints the banner, once.
    pub(super) fn banner(&mut self, job: &mut Job<'_>) -> std::io::Result<()> {
        let Some((banner, servers)) = job.banner.take() else {
            return Ok(());
        };
        let mut text = Vec::new();
        if !job.globals.short && job.globals.cmd {
            write_banner(banner, servers, &mut text);
        }
        self.out.write_all(&text)
    }

    /// Says something that matters whatever is shown.
    pub(super) fn warn(&mut self, job: &Job<'_>, text: &str) -> std::io::Result<()> {
        if job.globals.yaml {
            return Ok(());
        }
        self.say(&format!(";; {text}"))
    }

    /// Says what went wrong for good.
    pub(super) fn error(&mut self, job: &Job<'_>, text: &str) -> std::io::Result<()> {
        if job.globals.yaml {
            return self.say(&format!("- type: DIG_ERROR\n  message: |\n    {text}"));
        }
        self.say(&format!(";; {text}"))
    }

    /// Says something on the way, if comments are shown.
    fn comment(&mut self, job: &Job<'_>, text: &str) -> std::io::Result<()> {
        if job.lookup.show.comments {
            return self.warn(job, text);
        }
        Ok(())
    }

    fn say(&mut self, text: &str) -> std::io::Result<()> {
        writeln!(self.out, "{text}")
    }
}

/// What is said when every try has come to nothing.
const NO_SERVERS: &str = "no servers could be reached";

pub(super) fn output_failure(error: std::io::Error) -> Failure {
    Failure::new(Exit::FAILURE, error)
}

pub(super) fn transport_name(transport: Transport) -> &'static str {
    match transport {
        Transport::Udp => "UDP",
        Transport::Tcp => "TCP",
    }
}
