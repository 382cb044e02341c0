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
        let known = self.cache.as_ref().and_then(|cache| cache.estimate(self.server));
        if let Some(known) = known {
            client.remember(known);
            if volume == Volume::Verbose {
                tell::remembered(self.server, known.smoothed);
            }
        }
    }

    /// Remembers what the client has measured.
    pub(super) fn learn(&self, client: &LaunchClient) {
        if let (Some(cache), Some(estimate)) = (&self.cache, client.rto().estimate())
            && client.tally().samples > 0
        {
            cache.learn(self.server, estimate);
        }
    }
}
