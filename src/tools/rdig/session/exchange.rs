//! One try: a query to one server and the reply back, over whatever carries it.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::super::plan::Lookup;
use super::super::servers::Server;
use super::context::Open;
use super::debug::Debug;
use super::inquiry::{Inquiry, Sent};
use crate::net::dns::{Exchange, ExchangeError, Notice, Reply, Site};
use crate::proto::dns::{Accept, Transport};
use crate::tools::dns_json::Trouble;
use crate::tools::dns_notes::{communications_error, endpoint, warning};

/// What a try came to.
#[derive(Debug)]
pub(super) struct Tried {
    /// What came that is not the reply, in words.
    pub(super) warnings: Vec<String>,
    /// When the query was sent, counted from the first time.
    pub(super) sendings: Vec<Duration>,
    pub(super) result: Result<Reply, Problem>,
}

/// Why a try came to nothing.
#[derive(Debug)]
pub(super) struct Problem {
    /// In dig's words, without `;; `.
    pub(super) text: String,
    /// In one word.
    pub(super) trouble: Trouble,
    /// When the query was sent, counted from the first time.
    pub(super) sendings: Vec<Duration>,
    /// What there is to say to a person besides, where dig says nothing.
    pub(super) aside: Option<String>,
    /// What it leads to.
    pub(super) then: Then,
}

/// What a try that came to nothing leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// Another try.
    Retry,
    /// Another try; not even a query was sent: dig then ends without its banner.
    Reconnect,
    /// The next server, without a word if there is none.
    #[cfg_attr(
        not(feature = "tls"),
        expect(dead_code, reason = "for clients that cannot be made")
    )]
    NextServer,
    /// The end of the lookup, without a word.
    GiveUp,
}

impl Inquiry<'_> {
    /// Sends the query and waits for the reply.
    pub(super) async fn exchange(&self, sent: &Sent<'_>) -> Tried {
        let server = sent.attempt.server;
        let mut warnings = Vec::new();
        let mut first = None;
        let mut sendings = Vec::new();
        let debug = Debug::of(self, sent);
        let mut notice = |notice: Notice<'_>| {
            if let Some(debug) = &debug {
                debug.notice(&notice, first);
            }
            if let Notice::Sent { at, .. } = notice {
                sendings.push(at - *first.get_or_insert(at));
            }
            // A query that is sent again may be answered wrongly again: once is enough to say it.
            let text = warning(&notice);
            warnings.extend(text.filter(|text| !warnings.contains(text)));
        };
        let asked = match self.site_of(sent) {
            Err(problem) => Err(problem),
            Ok(site) => {
                let exchange = self.exchange_with(sent, site.as_ref());
                let asked = self.carry_out(sent, &exchange, &mut notice).await;
                if let Ok(reply) = &asked {
                    if let Some(debug) = &debug {
                        debug.reply(reply);
                    }
                    self.context.learn(server.address, exchange.rto, reply.rtt);
                }
                asked.map_err(|error| self.problem(sent, &error))
            }
        };
        let result = asked.map_err(|problem| Problem {
            sendings: sendings.clone(),
            ..problem
        });
        Tried {
            warnings,
            sendings,
            result,
        }
    }

    /// Asks over what is open, over what many queries share, or over a socket or connection of its own.
    async fn carry_out(
        &self,
        sent: &Sent<'_>,
        exchange: &Exchange<'_>,
        notice: &mut (dyn FnMut(Notice<'_>) + Send),
    ) -> Result<Reply, ExchangeError> {
        if self.globals.keep_open && exchange.transport.is_reliable() {
            return Box::pin(self.over_open_connection(sent, exchange, notice)).await;
        }
        match self.context.courier.get() {
            // An id that was typed may be that of many queries.
            Some(courier) if exchange.transport == Transport::Udp && self.lookup.query.id.is_none() => {
                courier.ask(exchange, notice).await
            }
            _ => {
                // The semaphore is never closed.
                let _leave = self.context.sockets.acquire().await;
                Box::pin(exchange.run(&self.context.clock, notice)).await
            }
        }
    }

    /// The site of the server that is asked.
    pub(super) fn site_of(&self, sent: &Sent<'_>) -> Result<Option<Site>, Problem> {
        self.context
            .site(sent.attempt.server, self.lookup, self.way.transport)
    }

    /// The exchange that a try is.
    pub(super) fn exchange_with<'e>(&self, sent: &'e Sent<'_>, site: Option<&'e Site>) -> Exchange<'e> {
        let transport = self.way.transport;
        let usual = if transport.is_reliable() {
            TCP_TIMEOUT
        } else {
            UDP_TIMEOUT
        };
        let timeout = self.globals.timeout.unwrap_or(usual);
        Exchange {
            rto: self.context.rto(sent.attempt.server.address),
            source: self.globals.source.map(SocketAddr::from),
            transport,
            accept: Accept::Lenient,
            site,
            ..Exchange::new(&sent.query, sent.attempt.server.address, timeout)
        }
    }

    /// Over the connection that is open, or over a new one that then stays open.
    async fn over_open_connection(
        &self,
        sent: &Sent<'_>,
        exchange: &Exchange<'_>,
        notice: &mut (dyn FnMut(Notice<'_>) + Send),
    ) -> Result<Reply, ExchangeError> {
        let (server, carrier) = (sent.attempt.server, &self.lookup.carrier);
        let open = self.context.open.take().filter(|open| {
            open.server == *server
                && open.carrier == *carrier
                && open.connection.transport() == exchange.transport
        });
        let mut connection = match open {
            Some(open) => open.connection,
            None => exchange.connect(&self.context.clock).await?,
        };
        let reply = exchange
            .over(&mut connection, &self.context.clock, notice)
            .await?;
        self.context.open.replace(Some(Open {
            server: server.clone(),
            carrier: carrier.clone(),
            connection,
        }));
        Ok(reply)
    }

    /// What an exchange that brought no reply comes to.
    pub(super) fn problem(&self, sent: &Sent<'_>, error: &ExchangeError) -> Problem {
        Problem::new(sent.attempt.server, self.way.transport, self.lookup, error)
    }
}

impl Problem {
    fn new(server: &Server, transport: Transport, lookup: &Lookup, error: &ExchangeError) -> Self {
        use ExchangeError::{Bind, Handshake, NotConnected, NotHttp2, Refused, Unreachable, Untrusted};
        let address = endpoint(server.address);
        let named = |attempt: &str| {
            let (name, why) = (server.address.ip(), reason(error));
            format!("{attempt} {address}({name}) for {} failed: {why}.", lookup.name)
        };
        let mut aside = None;
        let (text, then) = match (transport, error) {
            (Transport::Udp, Bind { .. } | Unreachable { .. }) => (named("UDP setup with"), Then::Reconnect),
            (_, Untrusted { why, .. }) => {
                let text = format!("TLS peer certificate verification for {address} failed: {why}");
                (text, Then::GiveUp)
            }
            // dig says nothing, and ends with 0.
            (Transport::Tls, Handshake { .. }) => {
                aside = Some(named("Connection to"));
                (String::new(), Then::GiveUp)
            }
            (Transport::Udp, _) => (communications_error(server.address, error), Then::Retry),
            (
                _,
                Refused { .. }
                | Unreachable { .. }
                | Bind { .. }
                | NotConnected { .. }
                | Handshake { .. }
                | NotHttp2 { .. },
            ) => (named("Connection to"), Then::Reconnect),
            _ => (communications_error(server.address, error), Then::Retry),
        };
        Self {
            text,
            aside,
            trouble: Trouble::of(error),
            sendings: Vec::new(),
            then,
        }
    }
}

/// Why nothing could be sent, in BIND's words.
fn reason(error: &ExchangeError) -> String {
    let error = match error {
        ExchangeError::Refused { .. } => return "connection refused".to_owned(),
        ExchangeError::NotConnected { .. } => return "timed out".to_owned(),
        ExchangeError::NotHttp2 { .. } => return "ALPN for HTTP/2 failed".to_owned(),
        ExchangeError::Handshake { error, .. } => {
            return match error.kind() {
                io::ErrorKind::UnexpectedEof => "end of file".to_owned(),
                io::ErrorKind::ConnectionReset => "connection reset".to_owned(),
                io::ErrorKind::TimedOut => "timed out".to_owned(),
                _ => "TLS error".to_owned(),
            };
        }
        ExchangeError::Bind { error, .. } | ExchangeError::Unreachable { error, .. } => error,
        error => return error.to_string(),
    };
    match error.kind() {
        io::ErrorKind::AddrNotAvailable => "address not available".to_owned(),
        io::ErrorKind::AddrInUse => "address in use".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::HostUnreachable => "host unreachable".to_owned(),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => "network unreachable".to_owned(),
        _ => error.to_string(),
    }
}

/// How long one try takes when nothing else was asked for.
const UDP_TIMEOUT: Duration = Duration::from_secs(5);
/// The same over TCP, which must connect first.
pub(super) const TCP_TIMEOUT: Duration = Duration::from_secs(10);
