//! The proxy of `-x`, `-X` and `-P`.

use anyhow::bail;

use super::super::Args;
use super::Port;

/// A proxy to connect through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Proxy {
    pub(in super::super) protocol: ProxyProtocol,
    pub(in super::super) host: String,
    pub(in super::super) port: Port,
    /// `-P`.
    pub(in super::super) user: Option<String>,
}

/// What is spoken to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum ProxyProtocol {
    Socks4,
    /// SOCKS 4 to a proxy that takes names.
    Socks4a,
    Socks5,
    Http,
}

impl Proxy {
    /// The proxy that was asked for, if there was one.
    pub(super) fn parse(args: &Args) -> anyhow::Result<Option<Self>> {
        let protocol = match args.proxy_protocol.as_deref() {
            Some("connect") => ProxyProtocol::Http,
            Some("4") => ProxyProtocol::Socks4,
            Some("4a" | "4A") => ProxyProtocol::Socks4a,
            Some("5") | None => ProxyProtocol::Socks5,
            Some(_) => bail!("unsupported proxy protocol"),
        };
        let Some(text) = &args.proxy else {
            return Ok(None);
        };
        let default = match protocol {
            ProxyProtocol::Http => HTTP_PORT,
            ProxyProtocol::Socks4 | ProxyProtocol::Socks4a | ProxyProtocol::Socks5 => SOCKS_PORT,
        };
        let (host, port) = split(text);
        Ok(Some(Self {
            protocol,
            host: host.to_owned(),
            port: port.map_or(Ok(Port::Number(default)), Port::parse)?,
            user: args.proxy_user.clone(),
        }))
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`. More than one colon without brackets is an address.
fn split(text: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        return (host, rest.strip_prefix(':'));
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

const SOCKS_PORT: u16 = 1080;
/// Squid's.
const HTTP_PORT: u16 = 3128;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_follows_the_last_colon_but_not_within_an_address() {
        assert_eq!(split("proxy.test:80"), ("proxy.test", Some("80")));
        assert_eq!(split("proxy.test"), ("proxy.test", None));
        assert_eq!(split("[::1]:80"), ("::1", Some("80")));
        assert_eq!(split("[::1]"), ("::1", None));
        assert_eq!(split("::1"), ("::1", None));
    }

    #[test]
    fn each_protocol_has_its_port() {
        let port = |protocol: Option<&str>| {
            let args = Args {
                proxy: Some("p".to_owned()),
                proxy_protocol: protocol.map(str::to_owned),
                ..Args::default()
            };
            Proxy::parse(&args).unwrap().unwrap().port
        };
        assert_eq!(port(None), Port::Number(1080));
        assert_eq!(port(Some("connect")), Port::Number(3128));
    }
}
