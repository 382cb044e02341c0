//! One try: a query to one server and the reply back, over UDP or TCP.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::super::plan::Lookup;
use super::super::servers::Server;
use super::inquiry::{Inquiry, Sent};
use crate::net::dns::{Exchange, ExchangeError, Notice, Reply, Stream};
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
    /// Whether not even a query was sent: dig then ends without its banner.
    pub(super) before_sending: bool,
}

impl Inquiry<'_> {
    /// Sends the query and waits for the reply.
    pub(super) async fn exchange(&self, sent: &Sent<'_>) -> Tried {
        let (server, transport) = (sent.attempt.server, self.way.transport);
        let timeout = self.globals.timeout.unwrap_or(match transport {
            Transport::Udp => UDP_TIMEOUT,
            Transport::Tcp => TCP_TIMEOUT,
        });
        let rto = self.context.rto(server.address);
        let exchange = Exchange {
            rto,
            source: self.globals.source.map(SocketAddr::from),
            transport,
            accept: Accept::Lenient,
            ..Exchange::new(&sent.query, server.address, timeout)
        };
        let mut warnings = Vec::new();
        let (clock, mut first) = (&self.context.clock, None);
        let mut sendings = Vec::new();
        let result = if transport == Transport::Tcp && self.globals.keep_open {
            let asked = tokio::time::timeout(timeout, self.over_open_connection(&exchange));
            asked.await.unwrap_or(Err(ExchangeError::TimedOut {
                server: server.address,
                after: timeout,
            }))
        } else {
            let mut notice = |notice: Notice<'_>| {
                if let Notice::Sent { at, .. } = notice {
                    sendings.push(at - *first.get_or_insert(at));
                }
                // A query that is sent again may be answered wrongly again: once is enough to say it.
                let text = warning(&notice);
                warnings.extend(text.filter(|text| !warnings.contains(text)));
            };
            match self.context.courier.get() {
                // An id that was typed may be that of many queries.
                Some(courier) if transport == Transport::Udp && self.lookup.query.id.is_none() => {
                    courier.ask(&exchange, &mut notice).await
                }
                _ => {
                    // The semaphore is never closed.
                    let _leave = self.context.sockets.acquire().await;
                    exchange.run(clock, &mut notice).await
                }
            }
        };
        if let Ok(reply) = &result {
            self.context.learn(server.address, rto, reply.rtt);
        }
        let result = result.map_err(|error| Problem {
            sendings: sendings.clone(),
            ..Problem::new(server, transport, self.lookup, &error)
        });
        Tried {
            warnings,
            sendings,
            result,
        }
    }

    /// Over the connection that is open, or over a new one that then stays open.
    async fn over_open_connection(&self, exchange: &Exchange<'_>) -> Result<Reply, ExchangeError> {
        let start = self.context.clock.now();
        let mut stream = match self.context.open.take() {
            Some((server, stream)) if server == exchange.server => stream,
            _ => Stream::connect(exchange.server, exchange.source).await?,
        };
        stream.send(exchange.query).await?;
        let message = loop {
            let message = stream.receive().await?;
            if exchange.accept.judge(exchange.query, &message).is_ok() {
                break message;
            }
        };
        self.context.open.replace(Some((exchange.server, stream)));
        Ok(Reply {
            message,
            peer: exchange.server,
            transport: Transport::Tcp,
            elapsed: self.context.clock.now() - start,
            rtt: None,
            attempts: 1,
        })
    }
}

impl Problem {
    pub(super) fn new(server: &Server, transport: Transport, lookup: &Lookup, error: &ExchangeError) -> Self {
        let attempt = match (transport, error) {
            (_, ExchangeError::Bind { .. } | ExchangeError::Unreachable { .. })
                if transport == Transport::Udp =>
            {
                "UDP setup with"
            }
            (
                Transport::Tcp,
                ExchangeError::Refused { .. }
                | ExchangeError::Unreachable { .. }
                | ExchangeError::Bind { .. },
            ) => "Connection to",
            _ => {
                return Self {
                    text: communications_error(server.address, error),
                    trouble: Trouble::of(error),
                    sendings: Vec::new(),
                    before_sending: false,
                };
            }
        };
        Self {
            text: format!(
                "{attempt} {}({}) for {} failed: {}.",
                endpoint(server.address),
                server.name,
                lookup.name,
                reason(error)
            ),
            trouble: Trouble::of(error),
            sendings: Vec::new(),
            before_sending: true,
        }
    }
}

/// Why nothing could be sent, in BIND's words.
fn reason(error: &ExchangeError) -> String {
    let error = match error {
        ExchangeError::Refused { .. } => return "connection refused".to_owned(),
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
