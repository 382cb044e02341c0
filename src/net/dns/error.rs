//! Why an exchange brought no reply.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;

/// Why there is no reply.
#[derive(Debug, Error)]
pub enum ExchangeError {
    /// Nothing that counts as the reply came in time.
    #[error("{server} did not answer within {after:?}")]
    TimedOut {
        /// Who was asked.
        server: SocketAddr,
        /// How long was waited.
        after: Duration,
    },
    /// Nobody listens there: an ICMP port unreachable or a TCP reset told so.
    #[error("{server} refused the connection")]
    Refused {
        /// Who was asked.
        server: SocketAddr,
    },
    /// The network has no way to it.
    #[error("{server} cannot be reached")]
    Unreachable {
        /// Who was asked.
        server: SocketAddr,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The server closed the TCP connection before a whole reply.
    #[error("{server} closed the connection")]
    Closed {
        /// Who was asked.
        server: SocketAddr,
    },
    /// The server reset the TCP connection.
    #[error("{server} reset the connection")]
    Reset {
        /// Who was asked.
        server: SocketAddr,
    },
    /// The local address cannot be used.
    #[error("use the local address {local}")]
    Bind {
        /// The address that was asked for.
        local: SocketAddr,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// Something else went wrong on this host.
    #[error("{doing} {server}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// Who was asked.
        server: SocketAddr,
        /// What the system said.
        #[source]
        error: io::Error,
    },
}

impl ExchangeError {
    /// Sorts what the system said while `doing` something with `server`.
    pub(super) fn from_io(server: SocketAddr, doing: &'static str, error: io::Error) -> Self {
        use io::ErrorKind;
        match error.kind() {
            ErrorKind::ConnectionRefused => Self::Refused { server },
            ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
                Self::Unreachable { server, error }
            }
            ErrorKind::UnexpectedEof => Self::Closed { server },
            ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Self::Reset { server },
            _ => Self::Io { doing, server, error },
        }
    }

    /// Sorts what the system said to binding a socket to `local` in order to ask `server`.
    pub(super) fn from_bind(server: SocketAddr, local: Option<SocketAddr>, error: io::Error) -> Self {
        match local {
            Some(local) => Self::Bind { local, error },
            None => Self::from_io(server, "open a socket for", error),
        }
    }
}
