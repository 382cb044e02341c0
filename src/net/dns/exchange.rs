//! One query to one server, and what comes of it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::net::UdpSocket;

use super::{ExchangeError, Stream};
use crate::net::Clock;
use crate::proto::dns::{Accept, Mismatch, Transport};

/// One query to one server: what a resolver's lookup is made of, and each try of `rdig`.
///
/// Truncation is not followed: the caller sees the TC bit and asks again over TCP.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The bytes of the query.
    pub query: &'a [u8],
    /// Whom to ask.
    pub server: SocketAddr,
    /// The local address and port (0 for a random one); any of the right family if `None`.
    pub source: Option<SocketAddr>,
    /// How to ask.
    pub transport: Transport,
    /// When to give up.
    pub timeout: Duration,
    /// What counts as the reply.
    pub accept: Accept,
}

/// The reply to a query.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its bytes: a whole header at least.
    pub message: Vec<u8>,
    /// Where it came from.
    pub peer: SocketAddr,
    /// What carried it.
    pub transport: Transport,
    /// From the first sending of the query to the reply.
    pub elapsed: Duration,
    /// How often the query was sent.
    pub attempts: u32,
}

/// What happens during an exchange, as it happens.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// The query was sent for the `attempt`th time, counted from 1.
    Sent {
        /// Which sending it was.
        attempt: u32,
    },
    /// Something came that is not the reply; the exchange goes on.
    Ignored {
        /// Where it came from.
        from: SocketAddr,
        /// Why it is not the reply.
        why: Mismatch,
        /// Its bytes.
        message: &'a [u8],
    },
}

impl Exchange<'_> {
    /// Asks, and waits for the reply; `notice` is told of each sending and of each message that is not the
    /// reply. Dropping the future ends the exchange.
    ///
    /// # Errors
    /// Why there is no reply.
    pub async fn run(&self, notice: &mut dyn FnMut(Notice<'_>)) -> Result<Reply, ExchangeError> {
        let clock = Clock::start();
        let replying = async {
            match self.transport {
                Transport::Udp => self.over_udp(notice).await,
                Transport::Tcp => self.over_tcp(notice).await,
            }
        };
        let (message, attempts) =
            tokio::time::timeout(self.timeout, replying)
                .await
                .map_err(|_| ExchangeError::TimedOut {
                    server: self.server,
                    after: self.timeout,
                })??;
        Ok(Reply {
            message,
            peer: self.server,
            transport: self.transport,
            elapsed: clock.now().since_origin(),
            attempts,
        })
    }

    async fn over_udp(&self, notice: &mut dyn FnMut(Notice<'_>)) -> Result<(Vec<u8>, u32), ExchangeError> {
        let fail = |error| ExchangeError::from_io(self.server, "ask", error);
        let local = self.source.unwrap_or_else(|| any_port(self.server));
        let socket = UdpSocket::bind(local)
            .await
            .map_err(|error| ExchangeError::Bind { local, error })?;
        socket.send_to(self.query, self.server).await.map_err(fail)?;
        notice(Notice::Sent { attempt: 1 });
        let mut buffer = vec![0; usize::from(u16::MAX)];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.map_err(fail)?;
            let message = buffer.get(..length).unwrap_or_default();
            match self.judge(from, message) {
                Ok(()) => return Ok((message.to_vec(), 1)),
                Err(why) => notice(Notice::Ignored { from, why, message }),
            }
        }
    }

    async fn over_tcp(&self, notice: &mut dyn FnMut(Notice<'_>)) -> Result<(Vec<u8>, u32), ExchangeError> {
        let mut stream = Stream::connect(self.server, self.source).await?;
        stream.send(self.query).await?;
        notice(Notice::Sent { attempt: 1 });
        loop {
            let message = stream.receive().await?;
            match self.judge(self.server, &message) {
                Ok(()) => return Ok((message, 1)),
                Err(why) => notice(Notice::Ignored {
                    from: self.server,
                    why,
                    message: &message,
                }),
            }
        }
    }

    fn judge(&self, from: SocketAddr, message: &[u8]) -> Result<(), Mismatch> {
        if (from.ip(), from.port()) != (self.server.ip(), self.server.port()) {
            return Err(Mismatch::Source(from));
        }
        self.accept.judge(self.query, message)
    }
}

/// A random port of any local address of the family of `server`.
fn any_port(server: SocketAddr) -> SocketAddr {
    let any = match server {
        SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
    };
    SocketAddr::new(any, 0)
}
