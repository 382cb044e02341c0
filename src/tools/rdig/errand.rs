//! The lookups of one line, typed or from a file, and their servers.

use super::plan::{Globals, Lookup};
use super::servers::{NoServer, Server, Servers};
use super::session::Job;

/// The lookups of a line, with what holds for all of them at that point of the run.
#[derive(Clone, Debug)]
pub(super) struct Errand {
    pub(super) lookups: Vec<Lookup>,
    pub(super) globals: Globals,
}

impl Errand {
    /// Finds the servers of each lookup.
    pub(super) async fn prepare(&self, servers: &Servers) -> Result<Vec<Job<'_>>, NoServer> {
        let mut jobs = Vec::with_capacity(self.lookups.len());
        for lookup in &self.lookups {
            let mut asked: Vec<Server> = Vec::new();
            for name in &lookup.servers {
                asked.extend(servers.find(name, &self.globals).await?);
            }
            if lookup.servers.is_empty() {
                asked = servers.of_system(&self.globals);
            }
            let port = lookup.transport().default_port();
            if !self.globals.port_typed && port != self.globals.port {
                asked.iter_mut().for_each(|server| server.address.set_port(port));
            }
            let banner = match &lookup.banner {
                None => None,
                Some(banner) => {
                    let named = banner
                        .opening
                        .as_ref()
                        .and_then(|opening| opening.server.as_ref());
                    let count = match named {
                        None => None,
                        Some(name) => Some(servers.find(name, &self.globals).await?.len()),
                    };
                    Some((banner, count))
                }
            };
            jobs.push(Job {
                lookup,
                globals: &self.globals,
                servers: asked,
                banner,
            });
        }
        Ok(jobs)
    }

    /// Whether it can be done while others are: a zone is printed as it comes, and a connection that is kept open
    /// is for one lookup after the other.
    pub(super) fn can_run_beside_others(&self) -> bool {
        !self.globals.keep_open && !self.lookups.iter().any(Lookup::is_transfer)
    }
}
