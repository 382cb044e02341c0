//! What earlier runs have measured of the paths to servers: the first timeout of the next begins with it.
//!
//! It is kept where the round trips of name servers are, in the cache of this user, which is bounded, shared by many
//! runs at once, and forgets what is older than an hour or damaged.

use std::net::SocketAddr;

use super::plan::Volume;
use super::tell;
use crate::cli::cache_folder;
use crate::net::LaunchClient;
use crate::net::launch::Standing;
use crate::proto::dns::Shelf;
use crate::proto::link::{Estimate, Rto};
use crate::store::dns_cache::DnsCache;

/// What is remembered of the paths to servers.
pub(super) struct Paths {
    cache: Option<DnsCache>,
}

impl Paths {
    pub(super) fn new() -> Self {
        let cache = cache_folder().map(|folder| DnsCache::new(&folder));
        Self { cache }
    }

    /// Has the client begin with what is remembered of these.
    pub(super) fn recall(&self, servers: &[SocketAddr], client: &mut LaunchClient, volume: Volume) {
        for server in servers {
            if let Some(known) = self.known(*server, volume) {
                client.remember(*server, known);
            }
        }
    }

    /// Remembers what the client has measured, and says it to who wants to know.
    pub(super) fn learn(&self, client: &LaunchClient, volume: Volume) {
        for Standing { server, tally, rto } in client.standings().filter(|known| known.tally.sends > 0) {
            self.keep(server, &rto, tally.samples);
            if volume == Volume::Verbose {
                tell::figures(server, tally.sends, tally.samples, &rto);
            }
        }
    }

    /// What is remembered of one.
    pub(super) fn known(&self, server: SocketAddr, volume: Volume) -> Option<Estimate> {
        let known = self.cache.as_ref()?.estimate(server)?;
        if volume == Volume::Verbose {
            tell::remembered(server, known.smoothed);
        }
        Some(known)
    }

    /// Remembers what so many samples have come to.
    pub(super) fn keep(&self, server: SocketAddr, rto: &Rto, samples: u64) {
        if let (Some(cache), Some(estimate)) = (&self.cache, rto.estimate())
            && samples > 0
        {
            cache.learn(server, estimate);
        }
    }
}
