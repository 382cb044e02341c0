//! One query to one server, and what comes of it.

use std::net::SocketAddr;
use std::time::Duration;

use super::{Connection, ExchangeError, Seal, Site};
use crate::net::{AskError, Clock, Failure, ask, bind_udp, in_runtime};
use crate::proto::Instant;
use crate::proto::dns::{Accept, Mismatch, Transport};
use crate::proto::link::{self, Answers, Event, Limits, Rto, Verdict, Why};

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
    /// Whether the query is repeated over UDP within that time, by the estimator; otherwise it is sent once.
    pub retransmit: bool,
    /// What is known of the round-trip time to the server.
    pub rto: Rto,
    /// What counts as the reply.
    pub accept: Accept,
    /// What the server is besides an address, for the transports that must know.
    pub site: Option<&'a Site>,
}

/// The timer of a query. The servers that a stub asks are near, and their users wait: the first timeout is that of
/// unbound's before it knows a server (RFC 8961 section 4 leaves the value to those who know their traffic), and
/// the back-off ends at a second, so that a link that loses every third datagram is heard through within the five
/// seconds that a try may take.
pub const RETRANSMIT: Limits = Limits {
    initial: Duration::from_millis(376),
    floor: Duration::from_millis(20),
    cap: Duration::from_secs(1),
    jitter: 10,
};

/// The same with a server whose round-trip time an earlier run has learnt. That was for an answer which the server
/// had at hand; what it has to ask others for takes longer, so that the floor is unbound's 50 ms.
pub const REMEMBERED: Limits = Limits {
    floor: Duration::from_millis(50),
    ..RETRANSMIT
};

/// The reply to a query.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Its bytes: a whole header at least.
    pub message: Vec<u8>,
    /// Where it came from.
    pub peer: SocketAddr,
    /// What carried it.
    pub transport: Transport,
    /// From the first sending of the query (over TCP: from the beginning of the connection) to the reply.
    pub elapsed: Duration,
    /// The round-trip time over UDP, if it can be told: worth showing to an [`Rto`] that outlives the exchange.
    pub rtt: Option<Duration>,
    /// How often the query was sent.
    pub attempts: u32,
    /// How it was protected on its way, if it was.
    pub seal: Option<Seal>,
}

/// What happens during an exchange, as it happens.
#[derive(Clone, Copy, Debug)]
pub enum Notice<'a> {
    /// The query was sent for the `attempt`th time, counted from 1.
    Sent {
        /// Which sending it was.
        attempt: u32,
        /// When.
        at: Instant,
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

impl<'a> Exchange<'a> {
    /// A query over UDP with retransmission, from any local address, with nothing known of the server.
    pub fn new(query: &'a [u8], server: SocketAddr, timeout: Duration) -> Self {
        Self {
            query,
            server,
            source: None,
            transport: Transport::Udp,
            timeout,
            retransmit: true,
            rto: Rto::new(RETRANSMIT),
            accept: Accept::Strict,
            site: None,
        }
    }

    /// Asks, and waits for the reply; `notice` is told of each sending and of each message that is not the
    /// reply. Dropping the future ends the exchange.
    ///
    /// # Errors
    /// Why there is no reply.
    pub async fn run(
        &self,
        clock: &Clock,
        notice: &mut (dyn FnMut(Notice<'_>) + Send),
    ) -> Result<Reply, ExchangeError> {
        in_runtime().await;
        match self.transport {
            Transport::Udp => self.over_udp(clock, notice).await,
            _ => self.over_connection(clock, notice).await,
        }
    }

    async fn over_udp(
        &self,
        clock: &Clock,
        notice: &mut (dyn FnMut(Notice<'_>) + Send),
    ) -> Result<Reply, ExchangeError> {
        let socket = bind_udp(self.server, self.source)
            .map_err(|error| ExchangeError::from_bind(self.server, self.source, error))?;
        let policy = if self.retransmit {
            link::Policy::within(self.timeout)
        } else {
            link::Policy::fixed(1, self.timeout)
        };
        let question = Question {
            exchange: self,
            clock,
            why: Mismatch::NotAResponse,
            notice,
        };
        let mut rto = self.rto;
        match ask(clock, &socket, self.server, &mut rto, policy, question).await {
            Ok(reply) => Ok(Reply {
                message: reply.bytes,
                peer: reply.from,
                transport: Transport::Udp,
                elapsed: reply.report.elapsed,
                rtt: reply.report.rtt,
                attempts: reply.report.attempts,
                seal: None,
            }),
            Err(AskError {
                why: Failure::NoReply { .. },
                ..
            }) => Err(self.timed_out()),
            Err(AskError {
                why: Failure::Network(error),
                ..
            }) => Err(ExchangeError::from_io(self.server, "ask", error)),
        }
    }

    async fn over_connection(
        &self,
        clock: &Clock,
        notice: &mut (dyn FnMut(Notice<'_>) + Send),
    ) -> Result<Reply, ExchangeError> {
        let start = clock.now();
        let mut connection = self.connect(clock).await?;
        let left = self.timeout.saturating_sub(clock.now() - start);
        let reply = Exchange {
            timeout: left,
            ..*self
        }
        .over(&mut connection, clock, notice)
        .await
        .map_err(|error| match error {
            ExchangeError::TimedOut { .. } => self.timed_out(),
            error => error,
        })?;
        connection.close().await;
        Ok(Reply {
            elapsed: clock.now() - start,
            ..reply
        })
    }

    /// Connects to the server.
    ///
    /// # Errors
    /// Why there is no connection.
    pub async fn connect(&self, clock: &Clock) -> Result<Connection, ExchangeError> {
        let Self {
            server,
            source,
            transport,
            site,
            timeout,
            ..
        } = *self;
        Connection::open(clock, server, source, transport, site, timeout).await
    }

    /// Asks over a connection that is there, and can be used again if this does not fail.
    ///
    /// # Errors
    /// Why there is no reply.
    pub async fn over(
        &self,
        connection: &mut Connection,
        clock: &Clock,
        notice: &mut (dyn FnMut(Notice<'_>) + Send),
    ) -> Result<Reply, ExchangeError> {
        let start = clock.now();
        let asking = async {
            notice(Notice::Sent {
                attempt: 1,
                at: clock.now(),
            });
            connection.send(self.query).await?;
            loop {
                let message = connection.receive().await?;
                match self.accept.judge(self.query, &message) {
                    Ok(()) => return Ok(message),
                    Err(why) => notice(Notice::Ignored {
                        from: self.server,
                        why,
                        message: &message,
                    }),
                }
            }
        };
        let asked = tokio::time::timeout(self.timeout, asking).await;
        let message = asked.unwrap_or_else(|_| Err(self.timed_out()))?;
        Ok(Reply {
            message,
            peer: self.server,
            transport: self.transport,
            elapsed: clock.now() - start,
            rtt: None,
            attempts: 1,
            seal: connection.seal().cloned(),
        })
    }

    fn timed_out(&self) -> ExchangeError {
        ExchangeError::TimedOut {
            server: self.server,
            after: self.timeout,
        }
    }
}

/// The exchange as `net::ask` sees it.
struct Question<'a, 'q> {
    exchange: &'a Exchange<'q>,
    clock: &'a Clock,
    /// What was wrong with the message judged last.
    why: Mismatch,
    notice: &'a mut (dyn FnMut(Notice<'_>) + Send),
}

impl link::Question for Question<'_, '_> {
    /// The same bytes each time: a reply to any of them will do.
    fn request(&mut self, _attempt: u32, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.exchange.query);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        match self.exchange.accept.judge(self.exchange.query, reply) {
            Ok(()) => Verdict::Accept(Answers::Any),
            Err(why) => {
                self.why = why;
                Verdict::Ignore
            }
        }
    }

    fn observe(&mut self, event: Event<'_>) {
        match event {
            Event::Sent(attempt) => (self.notice)(Notice::Sent {
                attempt: attempt.number,
                at: self.clock.now(),
            }),
            Event::Ignored { from, bytes, why } => (self.notice)(Notice::Ignored {
                from,
                why: match why {
                    Why::WrongSource => Mismatch::Source(from),
                    Why::Rejected => self.why,
                },
                message: bytes,
            }),
            Event::Measured { .. } | Event::Working(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, UdpSocket};

    use super::super::testing::run;
    use super::*;

    const QUERY: &[u8] = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01x\0\0\x01\0\x01";

    fn reply() -> Vec<u8> {
        let mut reply = QUERY.to_vec();
        reply[2] = 0x81;
        reply
    }

    async fn exchange(server: SocketAddr, transport: Transport) -> Result<Reply, ExchangeError> {
        let exchange = Exchange {
            transport,
            ..Exchange::new(QUERY, server, Duration::from_secs(20))
        };
        exchange.run(&Clock::start(), &mut |_| {}).await
    }

    /// A TCP server that reads a query, writes `bytes`, and closes.
    async fn tcp_server(bytes: Vec<u8>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut query = [0; QUERY.len() + 2];
            stream.read_exact(&mut query).await.unwrap();
            stream.write_all(&bytes).await.unwrap();
        });
        address
    }

    fn framed(message: &[u8]) -> Vec<u8> {
        let mut bytes = u16::try_from(message.len()).unwrap().to_be_bytes().to_vec();
        bytes.extend_from_slice(message);
        bytes
    }

    #[test]
    fn what_is_not_the_reply_is_told_and_passed_over() {
        run(async {
            let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let elsewhere = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let address = server.local_addr().unwrap();
            let wrong_source = Mismatch::Source(elsewhere.local_addr().unwrap());
            tokio::spawn(async move {
                let mut query = [0; 100];
                let (_, client) = server.recv_from(&mut query).await.unwrap();
                let mut wrong_id = reply();
                wrong_id[0] = 0xff;
                elsewhere.send_to(&reply(), client).await.unwrap();
                for message in [b"short".to_vec(), wrong_id, reply()] {
                    server.send_to(&message, client).await.unwrap();
                }
            });
            let mut ignored = Vec::new();
            let exchange = Exchange::new(QUERY, address, Duration::from_secs(20));
            let mut watch = |notice: Notice<'_>| {
                if let Notice::Ignored { why, .. } = notice {
                    ignored.push(why);
                }
            };
            let received = exchange.run(&Clock::start(), &mut watch).await.unwrap();
            assert_eq!(received.message, reply());
            let wrong_id = Mismatch::Id {
                expected: 0x1234,
                got: 0xff34,
            };
            assert_eq!(ignored, [wrong_source, Mismatch::Short(5), wrong_id]);
        });
    }

    #[test]
    fn over_tcp_what_is_not_the_reply_is_passed_over_too() {
        run(async {
            let mut other = reply();
            other[1] = 0;
            let server = tcp_server([framed(&other), framed(&reply())].concat()).await;
            let received = exchange(server, Transport::Tcp).await.unwrap();
            assert_eq!((received.message, received.transport), (reply(), Transport::Tcp));
        });
    }

    #[test]
    fn a_connection_that_ends_early_is_closed() {
        run(async {
            for bytes in [
                vec![],
                vec![0],
                vec![0xff, 0xff, 1],
                framed(&reply())[..9].to_vec(),
            ] {
                let error = exchange(tcp_server(bytes).await, Transport::Tcp)
                    .await
                    .unwrap_err();
                assert!(matches!(error, ExchangeError::Closed { .. }), "{error}");
            }
        });
    }

    #[test]
    fn nobody_listening_is_refused_at_once() {
        run(async {
            let server = UdpSocket::bind("127.0.0.1:0")
                .await
                .unwrap()
                .local_addr()
                .unwrap();
            for transport in [Transport::Udp, Transport::Tcp] {
                let error = exchange(server, transport).await.unwrap_err();
                assert!(matches!(error, ExchangeError::Refused { .. }), "{error}");
            }
        });
    }

    #[test]
    fn silence_is_timed_out() {
        run(async {
            let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
            for (transport, server) in [
                (Transport::Udp, udp.local_addr().unwrap()),
                (Transport::Tcp, tcp.local_addr().unwrap()),
            ] {
                let exchange = Exchange {
                    transport,
                    ..Exchange::new(QUERY, server, Duration::from_millis(20))
                };
                let error = exchange.run(&Clock::start(), &mut |_| {}).await.unwrap_err();
                assert!(matches!(error, ExchangeError::TimedOut { .. }), "{error}");
            }
        });
    }

    #[test]
    fn a_local_address_that_is_not_ours_cannot_be_used() {
        run(async {
            for transport in [Transport::Udp, Transport::Tcp] {
                let exchange = Exchange {
                    transport,
                    source: Some("192.0.2.1:0".parse().unwrap()),
                    ..Exchange::new(QUERY, "127.0.0.1:9".parse().unwrap(), Duration::from_secs(20))
                };
                let error = exchange.run(&Clock::start(), &mut |_| {}).await.unwrap_err();
                assert!(matches!(error, ExchangeError::Bind { .. }), "{error}");
            }
        });
    }
}
