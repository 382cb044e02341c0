//! What earlier runs have measured of the path to a server: the first timeout of the next begins with it.
//!
//! It is kept where the round trips of name servers are, in the cache of this user, which is bounded, shared by many
//! runs at once, and forgets what is older than an hour or damaged.

use std::net::SocketAddr;

use super::plan::Volume;
use super::tell;
use crate::cli::cache_folder;
use crate::net::LaunchClient;
use crate::proto::dns::Shelf;
use crate::proto::link::{Estimate, Rto};
use crate::store::dns_cache::DnsCache;

/// The path to one server.
pub(super) struct Path {
    server: SocketAddr,
    cache: Option<DnsCache>,
}

impl Path {
    pub(super) fn to(server: SocketAddr) -> Self {
        let cache = cache_folder().map(|folder| DnsCache::new(&folder));
        Self { server, cache }
    }

    /// Has the client begin with what is remembered.
    pub(super) fn recall(&self, client: &mut LaunchClient, volume: Volume) {
        if let Some(known) = self.known(volume) {
            client.remember(known);
        }
    }

    /// Remembers what the client has measured.
    pub(super) fn learn(&self, client: &LaunchClient) {
        self.keep(&client.rto(), client.tally().samples);
    }

    /// What is remembered.
    pub(super) fn known(&self, volume: Volume) -> Option<Estimate> {
        let known = self.cache.as_ref()?.estimate(self.server)?;
        if volume == Volume::Verbose {
            tell::remembered(self.server, known.smoothed);
        }
        Some(known)
    }

    /// Remembers what so many samples have come to.
    pub(super) fn keep(&self, rto: &Rto, samples: u64) {
        if let (Some(cache), Some(estimate)) = (&self.cache, rto.estimate())
            && samples > 0
        {
            cache.learn(self.server, estimate);
        }
    }
}
