//! Whom to ask: the servers that were typed, or those of the system.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::net::SocketAddr;

use thiserror::Error;

use super::plan::{Family, Globals};
use crate::cli::resolver_environment;
use crate::net::dns::{self, LookupError, Resolver, resolv_conf, server_address};
use crate::proto::dns::ResolvConf;

/// A server to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    /// How it was typed, or the address as text.
    pub(super) name: String,
}

/// A server's name that has no address.
#[derive(Debug, Error)]
#[error("couldn't get address for '{name}': {why}")]
pub(super) struct NoServer {
    name: String,
    why: &'static str,
}

/// Finds the addresses of servers; asks for each name once.
#[derive(Debug, Default)]
pub(super) struct Servers {
    conf: OnceCell<ResolvConf>,
    resolver: OnceCell<Resolver>,
    found: RefCell<HashMap<String, Vec<SocketAddr>>>,
}

impl Servers {
    /// What the system says of servers and search lists.
    pub(super) fn conf(&self) -> &ResolvConf {
        self.conf.get_or_init(|| resolv_conf(&resolver_environment()))
    }

    /// The servers of the system.
    pub(super) fn of_system(&self, globals: &Globals) -> Vec<Server> {
        let family = globals.family;
        let servers = self.conf().servers.iter().filter_map(|server| {
            let address = server_address(server, globals.port)?;
            Some(Server {
                address: in_family(address, family)?,
                name: server.address.to_string(),
            })
        });
        servers.collect()
    }

    /// The addresses of the server that was typed as `name`.
    pub(super) async fn find(&self, name: &str, globals: &Globals) -> Result<Vec<Server>, NoServer> {
        let known = self.found.borrow().get(name).cloned();
        let addresses = match known {
            Some(addresses) => addresses,
            None => {
                let addresses = Box::pin(self.resolve(name, globals)).await?;
                self.found.borrow_mut().insert(name.to_owned(), addresses.clone());
                addresses
            }
        };
        let server = |mut address: SocketAddr| {
            // The port can be typed after the server.
            address.set_port(globals.port);
            Server {
                address,
                name: name.to_owned(),
            }
        };
        Ok(addresses.into_iter().map(server).collect())
    }

    async fn resolve(&self, name: &str, globals: &Globals) -> Result<Vec<SocketAddr>, NoServer> {
        let error = |why| NoServer {
            name: name.to_owned(),
            why,
        };
        if let Some(address) = dns::literal(name, globals.port) {
            let address = in_family(address, globals.family);
            return address
                .map(|address| vec![address])
                .ok_or_else(|| error("address family not supported"));
        }
        let family = match globals.family {
            Family::Any => dns::Family::Any,
            Family::V4 => dns::Family::V4,
            Family::V6 => dns::Family::V6,
        };
        let resolver = self
            .resolver
            .get_or_init(|| Resolver::system(&resolver_environment()));
        let found = resolver.lookup_ip(name, globals.port, family).await;
        found.map_err(|problem| match problem {
            LookupError::Silent(_) | LookupError::Failed { .. } => error("failure"),
            _ => error("not found"),
        })
    }
}

/// The address, if that family can have it: with IPv6 alone, an IPv4 address is mapped, and passed over later.
fn in_family(address: SocketAddr, family: Family) -> Option<SocketAddr> {
    match (address, family) {
        (SocketAddr::V4(v4), Family::V6) => Some((v4.ip().to_ipv6_mapped(), v4.port()).into()),
        _ => family.includes(address.ip()).then_some(address),
    }
}
