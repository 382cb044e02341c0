//! What the lookups of a run share.

use std::cell::{Cell, OnceCell, RefCell};
use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::Semaphore;

use super::super::plan::Carrier;
use super::super::servers::{Server, Servers};
#[cfg(feature = "dnssec")]
use super::validate::Validators;
use crate::net::Clock;
use crate::net::dns::{Connection, Courier, RETRANSMIT};
use crate::proto::link::Rto;
use crate::store::dns_cache::DnsCache;
use crate::tools::dns_cache;

/// What the lookups of a run share, whether they run one after the other or at once.
#[derive(Debug)]
pub(in crate::tools::rdig) struct Context {
    pub(in crate::tools::rdig) clock: Clock,
    /// Whom to ask, and what `resolv.conf` says.
    pub(in crate::tools::rdig) servers: Servers,
    /// The client's part of the cookies of this run.
    pub(super) client_cookie: [u8; 8],
    /// Whether a person may be reading.
    pub(in crate::tools::rdig) terminal: bool,
    /// With `+keepopen`, the connection of the last query that had one; whoever uses it takes it.
    pub(super) open: RefCell<Option<Open>>,
    /// The clients of TLS, by the name of the server and what was typed about TLS.
    #[cfg(feature = "tls")]
    pub(super) tls_clients: RefCell<Vec<(String, Carrier, crate::net::TlsClient)>>,
    /// What earlier runs have learnt, once somebody asks.
    cache: OnceCell<Option<DnsCache>>,
    /// Whether a lookup wanted its answer from there.
    pub(super) cache_wanted: Cell<bool>,
    /// The zones that `+validate` has seen.
    #[cfg(feature = "dnssec")]
    pub(super) validators: Validators,
    /// What carries queries over UDP when many are on their way at once; otherwise each has a socket of its own.
    pub(in crate::tools::rdig) courier: OnceCell<Courier>,
    /// Leave to open a socket or connection of one's own: many lookups must not use up the descriptors, nor the
    /// connections that a server takes.
    pub(super) sockets: Semaphore,
}

/// A connection that stays open, and whose it is: one that nobody was verified for is not used where somebody must be.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) server: Server,
    pub(super) carrier: Carrier,
    pub(super) connection: Connection,
}

impl Context {
    /// A context for output to a terminal, or not.
    pub(super) fn new(terminal: bool) -> Self {
        Self {
            clock: Clock::start(),
            servers: Servers::default(),
            client_cookie: rand::random(),
            terminal,
            open: RefCell::new(None),
            #[cfg(feature = "tls")]
            tls_clients: RefCell::default(),
            cache: OnceCell::new(),
            cache_wanted: Cell::new(false),
            #[cfg(feature = "dnssec")]
            validators: Validators::default(),
            courier: OnceCell::new(),
            sockets: Semaphore::new(MOST_SOCKETS),
        }
    }

    /// An id for a query.
    pub(super) fn id(&self) -> u16 {
        match self.courier.get() {
            Some(courier) => courier.free_id(),
            None => rand::random(),
        }
    }

    /// What earlier runs have learnt, if there is a place for it.
    pub(super) fn cache(&self) -> Option<&DnsCache> {
        self.cache.get_or_init(dns_cache::open).as_ref()
    }

    /// The retransmission timer for `server`; a courier has its own.
    pub(super) fn rto(&self, server: SocketAddr) -> Rto {
        match self.courier.get() {
            Some(_) => Rto::new(RETRANSMIT),
            None => dns_cache::rto(self.cache(), server),
        }
    }

    /// Learns from a round trip to `server`.
    pub(super) fn learn(&self, server: SocketAddr, rto: Rto, rtt: Option<Duration>) {
        if self.courier.get().is_none() {
            dns_cache::learn(self.cache(), server, rto, rtt);
        }
    }

    /// Says what is wrong with the cache; that it could not be used only to who wanted it.
    pub(in crate::tools::rdig) fn tell_troubles(&self) {
        if let Some(Some(cache)) = self.cache.get() {
            dns_cache::tell_troubles(cache, self.cache_wanted.get());
        }
    }
}

/// How many lookups may have sockets of their own at a time.
const MOST_SOCKETS: usize = 32;
