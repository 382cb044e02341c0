//! `HOST:PORT`, as a server is named.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;

use anyhow::{Context, Error, Result, bail, ensure};

use crate::cli::resolver_environment;
use crate::net::Resolver;
use crate::net::dns::Family;

/// Where a server is: an address, or a name that our resolver knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// `192.0.2.1:4517`, `[2001:db8::1]:4517`.
    Address(SocketAddr),
    /// `launcher.example:4517`.
    Name { host: String, port: u16 },
}

impl Endpoint {
    /// The address; of several, the first.
    pub(super) async fn resolve(&self) -> Result<SocketAddr> {
        let (host, port) = match self {
            Self::Address(address) => return Ok(*address),
            Self::Name { host, port } => (host, *port),
        };
        let resolver = Resolver::system(&resolver_environment());
        let addresses = resolver.lookup_ip(host, port, Family::Any).await?;
        addresses
            .first()
            .copied()
            .with_context(|| format!("{host}: has no address"))
    }
}

impl FromStr for Endpoint {
    type Err = Error;

    fn from_str(typed: &str) -> Result<Self> {
        if let Ok(address) = typed.parse() {
            return Ok(Self::Address(address));
        }
        let Some((host, port)) = typed.rsplit_once(':') else {
            bail!("{typed}: {EXPECTED}")
        };
        // An IPv6 address without its brackets is not a name.
        ensure!(
            !host.is_empty() && !host.contains([':', '[', ']']),
            "{typed}: {EXPECTED}"
        );
        let port = port
            .parse()
            .ok()
            .with_context(|| format!("{typed}: {EXPECTED}"))?;
        Ok(Self::Name {
            host: host.to_owned(),
            port,
        })
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(out),
            Self::Name { host, port } => write!(out, "{host}:{port}"),
        }
    }
}

const EXPECTED: &str = "not a host and port, such as 127.0.0.1:4517, [::1]:4517 or launcher.example:4517";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_a_name_with_a_port() {
        for typed in ["127.0.0.1:4517", "[::1]:4517", "launcher.example:4517"] {
            assert_eq!(typed.parse::<Endpoint>().unwrap().to_string(), typed);
        }
    }

    #[test]
    fn what_is_neither_is_refused_in_words() {
        for typed in [
            "",
            "localhost",
            ":4517",
            "::1:4517",
            "localhost:",
            "localhost:http",
            "localhost:65536",
        ] {
            let error = typed.parse::<Endpoint>().unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("{typed}: not a host and port")),
                "{error}"
            );
        }
    }
}
