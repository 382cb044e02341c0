//! A connection to a server, whatever it is made of.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

#[cfg(feature = "doh")]
use super::https::Https;
#[cfg(feature = "doq")]
use super::quic::Quic;
use super::stream::connect;
use super::{ExchangeError, Seal, Site, Stream};
use crate::net::Clock;
use crate::proto::dns::Transport;

/// A connection to a server, for one exchange, for several one after the other, or for many replies in a row (a zone
/// transfer). None of its methods has a time limit of its own.
#[derive(Debug)]
pub struct Connection {
    server: SocketAddr,
    transport: Transport,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Stream(Stream),
    #[cfg(feature = "doh")]
    Https(Https),
    #[cfg(feature = "doq")]
    Quic(Quic),
}

impl Connection {
    /// Connects to `server`, from the address `source` if there is one (port 0 for any port), within `limit`. `site`
    /// says what HTTP and TLS want to know of it.
    ///
    /// # Errors
    /// Those of the network and of handshakes; [`ExchangeError::NotBuilt`] for what this build cannot do, and for UDP,
    /// which has no connections.
    pub async fn open(
        clock: &Clock,
        server: SocketAddr,
        source: Option<SocketAddr>,
        transport: Transport,
        site: Option<&Site>,
        limit: Duration,
    ) -> Result<Self, ExchangeError> {
        let late = || ExchangeError::NotConnected { server, after: limit };
        let start = clock.now();
        let kind = if transport == Transport::Quic {
            timeout(limit, over_quic(server, source, site))
                .await
                .unwrap_or_else(|_| Err(late()))?
        } else {
            let connected = timeout(limit, connect(server, source)).await;
            let stream = connected.unwrap_or_else(|_| Err(late()))?;
            let left = limit.saturating_sub(clock.now() - start);
            let begun = timeout(left, over_tcp(stream, server, transport, site)).await;
            begun.unwrap_or_else(|_| {
                Err(ExchangeError::Handshake {
                    server,
                    error: io::ErrorKind::TimedOut.into(),
                })
            })?
        };
        Ok(Self {
            server,
            transport,
            kind,
        })
    }

    /// To whom it leads.
    pub fn server(&self) -> SocketAddr {
        self.server
    }

    /// What it is made of.
    pub fn transport(&self) -> Transport {
        self.transport
    }

    /// How what is said over it is protected, if it is.
    pub fn seal(&self) -> Option<&Seal> {
        match &self.kind {
            Kind::Stream(stream) => stream.seal(),
            #[cfg(feature = "doh")]
            Kind::Https(https) => https.seal(),
            #[cfg(feature = "doq")]
            Kind::Quic(quic) => Some(quic.seal()),
        }
    }

    /// Sends one query.
    ///
    /// # Errors
    /// When it is longer than 65,535 bytes, or the connection breaks.
    pub async fn send(&mut self, message: &[u8]) -> Result<(), ExchangeError> {
        match &mut self.kind {
            Kind::Stream(stream) => stream.send(message).await,
            #[cfg(feature = "doh")]
            Kind::Https(https) => https.send(message).await,
            #[cfg(feature = "doq")]
            Kind::Quic(quic) => quic.send(message).await,
        }
    }

    /// Receives one whole message.
    ///
    /// # Errors
    /// [`ExchangeError::Closed`] when there is no more, and what else can break.
    pub async fn receive(&mut self) -> Result<Vec<u8>, ExchangeError> {
        match &mut self.kind {
            Kind::Stream(stream) => stream.receive().await,
            #[cfg(feature = "doh")]
            Kind::Https(https) => https.receive().await,
            #[cfg(feature = "doq")]
            Kind::Quic(quic) => quic.receive().await,
        }
    }

    /// Says goodbye where that is the custom; a dropped connection just ends.
    pub async fn close(self) {
        match self.kind {
            Kind::Stream(mut stream) => stream.close().await,
            #[cfg(feature = "doh")]
            Kind::Https(_) => {}
            #[cfg(feature = "doq")]
            Kind::Quic(quic) => quic.close().await,
        }
    }
}

/// What a transport makes of a connection of TCP.
#[cfg_attr(
    not(feature = "tls"),
    expect(unused_variables, clippy::unused_async, reason = "plain TCP shakes no hands")
)]
async fn over_tcp(
    stream: TcpStream,
    server: SocketAddr,
    transport: Transport,
    site: Option<&Site>,
) -> Result<Kind, ExchangeError> {
    match transport {
        Transport::Tcp => Ok(Kind::Stream(Stream::over(stream, server))),
        #[cfg(feature = "tls")]
        Transport::Tls => Ok(Kind::Stream(Stream::over_tls(stream, server, site).await?)),
        #[cfg(feature = "doh")]
        Transport::Https(method) | Transport::Http(method) => {
            let https = Https::over(stream, server, transport, method, site).await?;
            Ok(Kind::Https(https))
        }
        transport => Err(ExchangeError::NotBuilt { transport }),
    }
}

#[cfg(feature = "doq")]
async fn over_quic(
    server: SocketAddr,
    source: Option<SocketAddr>,
    site: Option<&Site>,
) -> Result<Kind, ExchangeError> {
    Ok(Kind::Quic(Quic::connect(server, source, site).await?))
}

#[cfg(not(feature = "doq"))]
#[expect(
    clippy::unused_async,
    reason = "what stands in its place in another build waits"
)]
async fn over_quic(_: SocketAddr, _: Option<SocketAddr>, _: Option<&Site>) -> Result<Kind, ExchangeError> {
    Err(ExchangeError::NotBuilt {
        transport: Transport::Quic,
    })
}
