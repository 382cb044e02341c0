//! A relay that makes a bad network out of a good one: UDP or TCP, between any clients and a server, without root.
//!
//! ```text
//!   client ──▶ socket ──▶ chaos ──▶ a socket per client ──▶ server        up
//!   client ◀── socket ◀── chaos ◀── a socket per client ◀── server        down
//! ```
//!
//! A socket per client, so that the server sees as many clients as there are.

mod client;
mod stream;
mod thread;
mod udp;
mod way;

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

pub use self::stream::relay_tcp;
pub use self::thread::UdpRelay;
pub use self::udp::relay_udp;
use super::{Origin, SocketOptions};
use crate::proto::link::{Spec, StreamTally, Tally};
use crate::proto::relay::Access;

/// Where a relay leads to, and what it does on the way.
#[derive(Clone, Debug)]
pub struct Route {
    /// The addresses of the server, in the order in which they are tried. A datagram has one try only.
    pub targets: Vec<SocketAddr>,
    /// From where the server is reached.
    pub origin: Origin,
    /// What the sockets towards the server are told.
    pub options: SocketOptions,
    /// What is done to what passes.
    pub spec: Spec,
    /// What all chance comes from.
    pub seed: u64,
    /// A client that is quiet for so long is forgotten, and a connection cut.
    pub idle: Option<Duration>,
    /// Who is heard.
    pub access: Access,
    /// By which addresses of ours the server knows the clients.
    pub aliases: Aliases,
    /// Who is told of the clients. What does not fit in is not told.
    pub news: Option<mpsc::Sender<RelayNews>>,
}

impl Route {
    /// Straight to a server. The chance comes from the seed in `spec`; without one, from one of its own.
    pub fn new(target: SocketAddr, spec: Spec) -> Self {
        Self {
            targets: vec![target],
            origin: Origin::default(),
            options: SocketOptions::default(),
            spec,
            seed: spec.seed.unwrap_or_else(rand::random),
            idle: None,
            access: Access::default(),
            aliases: Aliases::default(),
            news: None,
        }
    }

    fn tell(&self, news: RelayNews) {
        if let Some(listener) = &self.news {
            let _ = listener.try_send(news);
        }
    }
}

/// Who is behind an address that a server sees.
#[derive(Clone, Debug, Default)]
pub struct Aliases(Arc<Mutex<HashMap<SocketAddr, SocketAddr>>>);

impl Aliases {
    /// The client behind it, if it is one.
    pub fn real(&self, alias: SocketAddr) -> Option<SocketAddr> {
        self.table().get(&alias).copied()
    }

    fn add(&self, alias: SocketAddr, real: SocketAddr) {
        self.table().insert(alias, real);
    }

    fn remove(&self, alias: SocketAddr) {
        self.table().remove(&alias);
    }

    fn table(&self) -> MutexGuard<'_, HashMap<SocketAddr, SocketAddr>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What happens at a relay.
#[derive(Debug)]
pub enum RelayNews {
    /// A new client, from this address.
    Client(SocketAddr),
    /// The server could not be reached for a client.
    Unreachable {
        /// The last address that was tried.
        to: SocketAddr,
        /// The system's answer.
        error: io::Error,
    },
}

/// What became of what passed through a relay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// Clients that came.
    pub clients: u64,
    /// Datagrams from the clients to the server.
    pub up: Tally,
    /// Datagrams from the server to the clients.
    pub down: Tally,
    /// Datagrams that came out of the bad network and could not be sent, or that a host said it does not take.
    pub refused: u64,
}

/// The same of connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamTallies {
    /// Clients that came.
    pub clients: u64,
    /// From the clients to the server.
    pub up: StreamTally,
    /// From the server to the clients.
    pub down: StreamTally,
    /// Clients for whom the server could not be reached.
    pub refused: u64,
}

/// The counters of a running relay, which others can look at.
#[derive(Clone, Debug, Default)]
pub struct Counters<T>(Arc<Mutex<T>>);

/// Those of a relay of datagrams.
pub type RelayTally = Counters<Tallies>;
/// Those of a relay of connections.
pub type StreamRelayTally = Counters<StreamTallies>;

impl<T: Copy> Counters<T> {
    /// What they say now.
    pub fn get(&self) -> T {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, note: impl FnOnce(&mut T)) {
        note(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
}

impl Direction {
    /// Each has a seed of its own.
    fn seed(self, seed: u64) -> u64 {
        match self {
            Self::Up => seed,
            Self::Down => seed.wrapping_add(1),
        }
    }
}
