//! DNS over TCP: each message behind its length in two bytes (RFC 1035 section 4.2.2, RFC 7766).

use std::fmt::Debug;
use std::io;
use std::net::SocketAddr;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::{ExchangeError, Seal};

/// A connection to a server, for one exchange or for many messages in a row (a zone transfer). None of its
/// methods has a time limit of its own.
#[derive(Debug)]
pub struct Stream {
    server: SocketAddr,
    stream: Box<dyn Wire>,
    seal: Option<Seal>,
}

/// What bytes go through: TCP, or TLS over it.
trait Wire: AsyncRead + AsyncWrite + Debug + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Debug + Send + Unpin> Wire for T {}

impl Stream {
    /// Connects to `server`, from the address `source` if there is one (port 0 for any port).
    ///
    /// # Errors
    /// [`ExchangeError::Refused`], [`Unreachable`](ExchangeError::Unreachable) or
    /// [`Io`](ExchangeError::Io).
    pub async fn connect(server: SocketAddr, source: Option<SocketAddr>) -> Result<Self, ExchangeError> {
        Ok(Self::over(connect(server, source).await?, server))
    }

    /// Speaks over a connection that is there.
    pub(super) fn over(stream: TcpStream, server: SocketAddr) -> Self {
        Self {
            server,
            stream: Box::new(stream),
            seal: None,
        }
    }

    /// Shakes hands over a connection as `site` says; with anyone if it says nothing.
    #[cfg(feature = "tls")]
    pub(super) async fn over_tls(
        stream: TcpStream,
        server: SocketAddr,
        site: Option<&super::Site>,
    ) -> Result<Self, ExchangeError> {
        let (stream, seal) = super::secure::shake_hands(stream, server, site, b"dot").await?;
        Ok(Self {
            server,
            stream: Box::new(stream),
            seal: Some(seal),
        })
    }

    /// How what is said is protected, if it is.
    pub(super) fn seal(&self) -> Option<&Seal> {
        self.seal.as_ref()
    }

    /// Sends one message.
    ///
    /// # Errors
    /// When it is longer than 65,535 bytes, or the connection breaks.
    pub async fn send(&mut self, message: &[u8]) -> Result<(), ExchangeError> {
        let fail = |error| ExchangeError::from_io(self.server, "send", error);
        let length = u16::try_from(message.len()).map_err(|_| {
            fail(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the message is too long",
            ))
        })?;
        // One write, so that the length and the message leave in one segment (RFC 7766 section 8).
        let mut framed = Vec::with_capacity(2 + message.len());
        framed.extend_from_slice(&length.to_be_bytes());
        framed.extend_from_slice(message);
        self.stream.write_all(&framed).await.map_err(fail)?;
        self.stream.flush().await.map_err(fail)
    }

    /// Says that no more will be said; what the other side thinks of it does not matter.
    pub(super) async fn close(&mut self) {
        if self.seal.is_some() {
            let _ = self.stream.shutdown().await;
        }
    }

    /// Receives one whole message.
    ///
    /// # Errors
    /// [`ExchangeError::Closed`] when the server closes the connection before the end of one.
    pub async fn receive(&mut self) -> Result<Vec<u8>, ExchangeError> {
        let server = self.server;
        let fail = |error| ExchangeError::from_io(server, "receive", error);
        let mut length = [0; 2];
        self.stream.read_exact(&mut length).await.map_err(fail)?;
        // At most 65,535 bytes, and none of them is believed before it came.
        let mut message = vec![0; u16::from_be_bytes(length).into()];
        self.stream.read_exact(&mut message).await.map_err(fail)?;
        Ok(message)
    }
}

/// A TCP connection to `server`.
pub(super) async fn connect(
    server: SocketAddr,
    source: Option<SocketAddr>,
) -> Result<TcpStream, ExchangeError> {
    let fail = |error| ExchangeError::from_io(server, "connect", error);
    let socket = Socket::new(Domain::for_address(server), Type::STREAM, Some(Protocol::TCP)).map_err(fail)?;
    socket.set_nonblocking(true).map_err(fail)?;
    if let Some(local) = source {
        socket.set_reuse_address(true).map_err(fail)?;
        socket
            .bind(&local.into())
            .map_err(|error| ExchangeError::Bind { local, error })?;
    }
    let socket = TcpSocket::from_std_stream(socket.into());
    let stream = socket.connect(server).await.map_err(fail)?;
    stream.set_nodelay(true).map_err(fail)?;
    Ok(stream)
}
