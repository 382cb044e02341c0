//! The DNS over sockets: one exchange with one server, and the stub resolver that the tools share.

mod connection;
mod courier;
mod error;
mod exchange;
mod family;
#[cfg(feature = "doh")]
mod https;
mod lookup_error;
mod names;
#[cfg(feature = "doq")]
mod quic;
mod resolver;
mod seal;
#[cfg(feature = "tls")]
mod secure;
mod site;
mod stream;
mod system;
#[cfg(test)]
mod testing;

pub use connection::Connection;
pub use courier::Courier;
pub use error::ExchangeError;
pub use exchange::{Exchange, Notice, REMEMBERED, RETRANSMIT, Reply};
pub use family::Family;
pub(super) use family::has_way;
pub use lookup_error::LookupError;
pub use resolver::{Found, Resolver};
pub use seal::Seal;
pub use site::Site;
pub use stream::Stream;
pub use system::{Environment, hosts, literal, resolv_conf, server_address};

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// A port of the kernel's choice at any local address of the family of `peer`.
fn any_port(peer: SocketAddr) -> SocketAddr {
    match peer {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    }
}
