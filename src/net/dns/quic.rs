//! DNS over QUIC (RFC 9250): each query has a stream of its own, on which its replies come back.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use quinn::crypto::rustls::QuicClientConfig;
use quinn::{ClientConfig, ConnectionError, Endpoint, ReadExactError, RecvStream, VarInt, WriteError};

use super::{ExchangeError, Seal, Site, any_port, secure};

/// A connection of QUIC.
pub(super) struct Quic {
    server: SocketAddr,
    endpoint: Endpoint,
    connection: quinn::Connection,
    /// Where the replies to the last query come.
    replies: Option<RecvStream>,
    seal: Seal,
}

impl Quic {
    pub(super) async fn connect(
        server: SocketAddr,
        source: Option<SocketAddr>,
        site: Option<&Site>,
    ) -> Result<Self, ExchangeError> {
        let fail = |error: &dyn fmt::Display| ExchangeError::Handshake {
            server,
            error: io::Error::other(error.to_string()),
        };
        let client = secure::client(server, site)?;
        let (config, verdict) = client
            .config(PROTOCOL, &[&rustls::version::TLS13])
            .map_err(|error| fail(&error))?;
        let config = QuicClientConfig::try_from(config).map_err(|error| fail(&error))?;
        let endpoint = Endpoint::client(source.unwrap_or_else(|| any_port(server)))
            .map_err(|error| ExchangeError::from_bind(server, source, error))?;
        let name = client.server_name(server.ip());
        let connecting = endpoint
            .connect_with(ClientConfig::new(Arc::new(config)), server, &name.to_str())
            .map_err(|error| fail(&error))?;
        let connection = connecting.await.map_err(|error| match verdict.take() {
            Some(refusal) => ExchangeError::Untrusted {
                server,
                why: refusal.openssl(),
            },
            None => match from_connection(server, &error) {
                ExchangeError::Protocol { why, .. } => fail(&why),
                error => error,
            },
        })?;
        let seal = Seal {
            verified: client.verified_name().map(str::to_owned),
            version: "TLSv1.3",
            protocol: Some(PROTOCOL.to_vec()),
        };
        Ok(Self {
            server,
            endpoint,
            connection,
            replies: None,
            seal,
        })
    }

    pub(super) fn seal(&self) -> &Seal {
        &self.seal
    }

    /// Sends a query on a stream of its own, and says that there is no other on it (section 4.2).
    pub(super) async fn send(&mut self, message: &[u8]) -> Result<(), ExchangeError> {
        let server = self.server;
        let length = u16::try_from(message.len()).map_err(|_| ExchangeError::Protocol {
            server,
            why: "the message is too long".to_owned(),
        })?;
        let (mut queries, replies) = self
            .connection
            .open_bi()
            .await
            .map_err(|error| from_connection(server, &error))?;
        let framed = [&length.to_be_bytes(), message].concat();
        let written = queries.write_all(&framed).await;
        written.map_err(|error| match error {
            WriteError::ConnectionLost(error) => from_connection(server, &error),
            _ => ExchangeError::Reset { server },
        })?;
        // It fails only for a stream that has been finished already.
        let _ = queries.finish();
        self.replies = Some(replies);
        Ok(())
    }

    /// Receives the next reply to the last query.
    pub(super) async fn receive(&mut self) -> Result<Vec<u8>, ExchangeError> {
        let server = self.server;
        let fail = |error: ReadExactError| match error {
            ReadExactError::FinishedEarly(_) => ExchangeError::Closed { server },
            ReadExactError::ReadError(quinn::ReadError::ConnectionLost(error)) => {
                from_connection(server, &error)
            }
            ReadExactError::ReadError(_) => ExchangeError::Reset { server },
        };
        let replies = self.replies.as_mut().ok_or(ExchangeError::Closed { server })?;
        let mut length = [0; 2];
        replies.read_exact(&mut length).await.map_err(fail)?;
        // At most 65,535 bytes, and none of them is believed before it came.
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        replies.read_exact(&mut message).await.map_err(fail)?;
        Ok(message)
    }

    /// Says goodbye, and waits a moment for the word to leave.
    pub(super) async fn close(self) {
        self.connection.close(NO_ERROR, b"");
        let _ = tokio::time::timeout(GOODBYE, self.endpoint.wait_idle()).await;
    }
}

impl fmt::Debug for Quic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Quic")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

fn from_connection(server: SocketAddr, error: &ConnectionError) -> ExchangeError {
    match error {
        ConnectionError::TimedOut => ExchangeError::from_io(server, "ask", io::ErrorKind::TimedOut.into()),
        ConnectionError::Reset => ExchangeError::Reset { server },
        ConnectionError::ApplicationClosed(_) | ConnectionError::LocallyClosed => {
            ExchangeError::Closed { server }
        }
        error => ExchangeError::Protocol {
            server,
            why: error.to_string(),
        },
    }
}

/// The name of the protocol in the handshake (section 4.1.1).
const PROTOCOL: &[u8] = b"doq";
/// DOQ_NO_ERROR (section 4.3).
const NO_ERROR: VarInt = VarInt::from_u32(0);
/// Longer than it takes to send one datagram.
const GOODBYE: Duration = Duration::from_millis(20);
