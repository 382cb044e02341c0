//! What can happen to queries, what is to be done, and how they end.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use super::Ticket;
use crate::proto::dns::Mismatch;

/// What can happen.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A datagram came.
    Datagram {
        /// The socket at which it came.
        socket: u16,
        /// Who sent it.
        from: SocketAddr,
        /// What it is.
        bytes: &'a [u8],
    },
    /// The network says that a datagram did not arrive.
    Undelivered {
        /// To whom it was sent.
        server: SocketAddr,
        /// How it begins, as far as the network tells.
        start: &'a [u8],
        /// Why.
        why: io::ErrorKind,
    },
}

/// What the owner is to do.
#[derive(Debug)]
pub enum Output {
    /// Send the bytes.
    Send {
        /// The query whose they are.
        ticket: Ticket,
        /// From this socket.
        socket: u16,
        /// To this server.
        server: SocketAddr,
    },
    /// Something came for a query that is not its reply.
    Ignored {
        /// The query.
        ticket: Ticket,
        /// Why it is not the reply.
        why: Mismatch,
        /// Who sent it.
        from: SocketAddr,
        /// What it is.
        message: Vec<u8>,
    },
    /// A query has ended; its ticket means nothing any more.
    Ended {
        /// The query.
        ticket: Ticket,
        /// How.
        end: End,
    },
}

/// How a query ends.
#[derive(Debug)]
pub enum End {
    /// With its reply.
    Reply {
        /// What it is.
        message: Vec<u8>,
        /// Who sent it.
        from: SocketAddr,
        /// From the first transmission to the reply.
        elapsed: Duration,
        /// The round-trip time, if it can be told.
        rtt: Option<Duration>,
        /// How often the query was sent.
        attempts: u32,
    },
    /// There was none in time.
    TimedOut,
    /// The network says that the query did not arrive.
    Failed(io::ErrorKind),
}
