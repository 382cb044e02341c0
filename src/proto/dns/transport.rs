//! What carries a query to a server and the reply back.

use std::fmt;

/// What carries a query to a server and the reply back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transport {
    /// One datagram each way, retransmitted.
    Udp,
    /// A connection of its own, each message behind its length (RFC 7766).
    Tcp,
    /// The same inside TLS (RFC 7858).
    Tls,
    /// HTTP/2 inside TLS (RFC 8484).
    Https(Method),
    /// HTTP/2 in the clear, as a server behind a proxy speaks it.
    Http(Method),
    /// A stream of QUIC for each query (RFC 9250).
    Quic,
}

/// How a query is put into HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// As the body of a request.
    Post,
    /// In the URI of a request: what caches like.
    Get,
}

impl Transport {
    /// Its name, as dig writes it below a reply.
    pub fn name(self) -> &'static str {
        match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Https(Method::Post) => "HTTPS",
            Self::Https(Method::Get) => "HTTPS-GET",
            Self::Http(Method::Post) => "HTTP",
            Self::Http(Method::Get) => "HTTP-GET",
            Self::Quic => "QUIC",
        }
    }

    /// Whether there is a connection, over which nothing is lost or cut.
    pub fn is_reliable(self) -> bool {
        self != Self::Udp
    }

    /// Where servers listen if nobody says otherwise.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Udp | Self::Tcp => 53,
            Self::Tls | Self::Quic => 853,
            Self::Https(_) => 443,
            Self::Http(_) => 80,
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
