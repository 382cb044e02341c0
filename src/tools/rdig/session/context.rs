//! What the lookups of a run share.

use std::cell::{OnceCell, RefCell};
use std::net::SocketAddr;

use tokio::sync::Semaphore;

use super::super::servers::Servers;
#[cfg(feature = "dnssec")]
use super::validate::Validators;
use crate::net::Clock;
use crate::net::dns::{Courier, Stream};

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
    /// With `+keepopen`, the connection of the last query over TCP; whoever uses it takes it.
    pub(super) open: RefCell<Option<(SocketAddr, Stream)>>,
    /// The zones that `+validate` has seen.
    #[cfg(feature = "dnssec")]
    pub(super) validators: Validators,
    /// What carries queries over UDP when many are on their way at once; otherwise each has a socket of its own.
    pub(in crate::tools::rdig) courier: OnceCell<Courier>,
    /// Leave to open a socket or connection of one's own: many lookups must not use up the descriptors, nor the
    /// connections that a server takes.
    pub(super) sockets: Semaphore,
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
}

/// How many lookups may have sockets of their own at a time.
const MOST_SOCKETS: usize = 32;
