//! Why an exchange brought no reply.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use thiserror::Error;

use crate::proto::dns::Transport;

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
    /// There was no connection in time.
    #[error("there was no connection to {server} within {after:?}")]
    NotConnected {
        /// Who was asked.
        server: SocketAddr,
        /// How long was waited.
        after: Duration,
    },
    /// The server is not who it should be, or nobody trusted vouches for it.
    #[error("the certificate of {server}: {why}")]
    Untrusted {
        /// Who was asked.
        server: SocketAddr,
        /// Why, in the words of OpenSSL.
        why: String,
    },
    /// The connection was made, but not made secure.
    #[error("shake hands with {server}")]
    Handshake {
        /// Who was asked.
        server: SocketAddr,
        /// What went wrong.
        #[source]
        error: io::Error,
    },
    /// The server does not speak HTTP/2, or does not say so.
    #[error("{server} does not offer HTTP/2")]
    NotHttp2 {
        /// Who was asked.
        server: SocketAddr,
    },
    /// The server answered the request, but not with a DNS message.
    #[error("{server} answered {status}{}", if *status == 200 { " without a DNS message of a sound length" } else { "" })]
    Http {
        /// Who was asked.
        server: SocketAddr,
        /// The status of HTTP.
        status: u16,
    },
    /// The server speaks another protocol.
    #[error("{server} does not speak the protocol: {why}")]
    Protocol {
        /// Who was asked.
        server: SocketAddr,
        /// What is wrong.
        why: String,
    },
    /// This build does not have the transport.
    #[error("this build cannot ask over {transport}")]
    NotBuilt {
        /// What was asked for.
        transport: Transport,
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
