//! What is asked, and how.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::ops::Range;
use std::time::Duration;

use crate::proto::dns::Accept;
use crate::proto::link::Limits;

/// How all queries are sent.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// The bounds of the retransmission timer.
    pub limits: Limits,
    /// The most queries on their way to one server.
    pub most: u32,
    /// The most transmissions a second, to all servers together.
    pub rate: Option<NonZeroU32>,
}

/// A query to be asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its bytes, with an id that [`Courier::free_id`](super::Courier::free_id) gave.
    pub query: Vec<u8>,
    /// Whom to ask.
    pub server: SocketAddr,
    /// The sockets that can reach the server; one of them is taken.
    pub sockets: Range<u16>,
    /// The time from the first transmission after which it is given up.
    pub timeout: Duration,
    /// What counts as the reply.
    pub accept: Accept,
}

/// Names a query that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ticket {
    pub(super) slot: u32,
    pub(super) generation: u32,
}

impl Ticket {
    /// A small number that no other query has at the same time.
    pub fn slot(self) -> usize {
        self.slot as usize
    }
}
