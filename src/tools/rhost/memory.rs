//! What earlier runs have learnt: replies, as far as this run may use them, and round-trip times.

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::Duration;

use super::plan::Plan;
use crate::net::dns::Reply;
use crate::proto::dns::{Key, Shelf, Shelved};
use crate::proto::link::Rto;
use crate::store::dns_cache::DnsCache;
use crate::tools::dns_cache::{self, Tally, Use, find, open};
use crate::wire::dns::{Query, Question, Rcode};

/// What earlier runs have learnt.
#[derive(Debug)]
pub(super) struct Memory {
    /// There is none if it was not wanted, or if there is no place for it.
    pub(super) cache: Option<DnsCache>,
    /// Whether replies are taken from there.
    replies: Use,
    /// Whether the latest reply is trusted enough to be kept.
    is_trusted: Cell<bool>,
    pub(super) tally: Tally,
}

impl Memory {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            cache: if plan.remembers { open() } else { None },
            replies: plan.cache,
            is_trusted: Cell::new(false),
            tally: Tally::default(),
        }
    }

    /// Under which key the reply to `query` is kept, if it is.
    pub(super) fn key(&self, servers: &[SocketAddr], query: &Query) -> Option<Key> {
        if self.replies == Use::No {
            return None;
        }
        Key::new(servers, query)
    }

    /// The reply that is known already.
    pub(super) fn known(&self, key: &Key) -> Option<Shelved> {
        find(self.cache.as_ref()?, key, false)
    }

    /// The reply whose time is over, for who accepts it when there is no fresh one.
    pub(super) fn stale(&self, key: &Key) -> Option<Shelved> {
        if self.replies != Use::Stale {
            return None;
        }
        find(self.cache.as_ref()?, key, true)
    }

    /// A reply from the cache as if it had just come.
    pub(super) fn give(&self, shelved: &Shelved, key: &Key, id: u16) -> Reply {
        self.tally.cached(shelved);
        dns_cache::reply(shelved, id, key)
    }

    /// Whether nobody may be asked; says that `question` stays without an answer then.
    pub(super) fn is_all(&self, question: &Question) -> bool {
        if self.replies == Use::Only {
            self.tally.missing(question);
        }
        self.replies == Use::Only
    }

    /// Whether the latest reply is trusted enough to be kept.
    pub(super) fn trusts(&self, latest: bool) {
        self.is_trusted.set(latest);
    }

    /// Keeps what a server has replied.
    pub(super) fn keep(&self, key: Option<&Key>, reply: &Reply) {
        self.tally.fresh();
        if let (Some(cache), Some(key), true) = (&self.cache, key, self.is_trusted.get()) {
            cache.put(key, reply.peer, &reply.message);
        }
    }

    /// The retransmission timer for `server`.
    pub(super) fn rto(&self, server: SocketAddr) -> Rto {
        dns_cache::rto(self.cache.as_ref(), server)
    }

    /// Learns from a round trip to `server`.
    pub(super) fn learn(&self, server: SocketAddr, rto: Rto, rtt: Option<Duration>) {
        dns_cache::learn(self.cache.as_ref(), server, rto, rtt);
    }
}

/// Whether a server could not answer, so that a stale answer is better.
pub(super) fn is_failure(rcode: Rcode) -> bool {
    matches!(rcode, Rcode::SERVFAIL | Rcode::REFUSED)
}
