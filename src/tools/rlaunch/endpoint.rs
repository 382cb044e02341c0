//! `HOST:PORT`, as a server is named, and `HOST:PORT,HOST:PORT`, as the places of one store are.

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
        Ok(self.all().await?.0)
    }

    /// The first address, and all of them.
    async fn all(&self) -> Result<(SocketAddr, Vec<SocketAddr>)> {
        let (host, port) = match self {
            Self::Address(address) => return Ok((*address, vec![*address])),
            Self::Name { host, port } => (host, *port),
        };
        let resolver = Resolver::system(&resolver_environment());
        let addresses = resolver.lookup_ip(host, port, Family::Any).await?;
        let first = addresses.first().copied();
        Ok((
            first.with_context(|| format!("{host}: has no address"))?,
            addresses,
        ))
    }
}

/// Where a store may be asked: one place or several, each of which may have several addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Servers(Vec<Endpoint>);

impl Servers {
    /// All their addresses, in the order in which they are asked; none twice.
    ///
    /// # Errors
    /// When none of them is known.
    pub(super) async fn resolve(&self) -> Result<Vec<SocketAddr>> {
        let (mut addresses, mut unknown) = (Vec::new(), None);
        for endpoint in &self.0 {
            match endpoint.all().await {
                Ok((_, found)) => addresses.extend(found),
                Err(error) => unknown = Some(error),
            }
        }
        let mut seen = Vec::new();
        addresses.retain(|address| {
            !seen.contains(address) && seen.len() < MOST && {
                seen.push(*address);
                true
            }
        });
        match unknown {
            Some(error) if addresses.is_empty() => Err(error),
            _ => Ok(addresses),
        }
    }
}

impl FromStr for Servers {
    type Err = Error;

    fn from_str(typed: &str) -> Result<Self> {
        typed.split(',').map(str::parse).collect::<Result<_>>().map(Self)
    }
}

impl fmt::Display for Servers {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, endpoint) in self.0.iter().enumerate() {
            out.write_str(if number > 0 { "," } else { "" })?;
            endpoint.fmt(out)?;
        }
        Ok(())
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

/// More addresses than this no store needs.
const MOST: usize = 16;
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
    fn several_places_are_divided_by_commas_and_no_address_is_asked_twice() {
        let typed = "127.0.0.1:1,[::1]:2,127.0.0.1:1";
        let servers: Servers = typed.parse().unwrap();
        assert_eq!(servers.to_string(), typed);
        let runtime = crate::net::runtime().unwrap();
        let found = runtime.block_on(servers.resolve()).unwrap();
        assert_eq!(
            found,
            ["127.0.0.1:1", "[::1]:2"].map(|address| address.parse().unwrap())
        );
        assert!("127.0.0.1:1,".parse::<Servers>().is_err());
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
