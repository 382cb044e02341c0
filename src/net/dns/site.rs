//! What a server is besides an address, for the transports that must know.

use crate::proto::dns::Transport;

/// What a server is besides an address: what HTTP and TLS want to know.
#[derive(Clone, Debug, Default)]
pub struct Site {
    /// How it is called, by name or by address: the authority of its URI.
    pub host: String,
    /// Where on it the DNS is.
    pub path: String,
    /// How it is spoken to in secret.
    #[cfg(feature = "tls")]
    pub tls: Option<crate::net::TlsClient>,
}

impl Site {
    /// The URI of the DNS on this server (RFC 8484 section 4.1).
    pub fn uri(&self, transport: Transport, port: u16) -> String {
        let scheme = match transport {
            Transport::Http(_) => "http",
            _ => "https",
        };
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        let port = match port == transport.default_port() {
            true => String::new(),
            false => format!(":{port}"),
        };
        format!("{scheme}://{host}{port}{}", self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::dns::Method;

    #[test]
    fn a_port_is_named_if_it_is_not_the_usual_one() {
        let site = |host: &str| Site {
            host: host.to_owned(),
            path: "/dns-query".to_owned(),
            #[cfg(feature = "tls")]
            tls: None,
        };
        let https = Transport::Https(Method::Post);
        assert_eq!(site("ns.test").uri(https, 443), "https://ns.test/dns-query");
        assert_eq!(site("::1").uri(https, 8443), "https://[::1]:8443/dns-query");
        let http = Transport::Http(Method::Get);
        assert_eq!(site("192.0.2.1").uri(http, 80), "http://192.0.2.1/dns-query");
    }
}
