//! TLS over TCP, as the transports of the DNS want it.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use super::{ExchangeError, Seal, Site};
use crate::net::tls::{HandshakeError, TlsClient, Trust, version_name};

/// Shakes hands over `stream` as `site` says, for the protocol `alpn`.
pub(super) async fn shake_hands(
    stream: TcpStream,
    server: SocketAddr,
    site: Option<&Site>,
    alpn: &[u8],
) -> Result<(TlsStream<TcpStream>, Seal), ExchangeError> {
    let client = client(server, site)?;
    let stream = client.handshake(stream, server.ip(), alpn).await;
    let stream = stream.map_err(|error| from_handshake(server, error))?;
    let (_, session) = stream.get_ref();
    let seal = Seal {
        verified: client.verified_name().map(str::to_owned),
        version: version_name(session.protocol_version()),
        protocol: session.alpn_protocol().map(<[u8]>::to_vec),
    };
    Ok((stream, seal))
}

/// The client of `site`, or one that shakes hands with anyone.
pub(super) fn client(server: SocketAddr, site: Option<&Site>) -> Result<TlsClient, ExchangeError> {
    if let Some(client) = site.and_then(|site| site.tls.clone()) {
        return Ok(client);
    }
    TlsClient::new(&server.ip().to_string(), &Trust::Anyone, None).map_err(|error| ExchangeError::Handshake {
        server,
        error: io::Error::other(error),
    })
}

pub(super) fn from_handshake(server: SocketAddr, error: HandshakeError) -> ExchangeError {
    match error {
        HandshakeError::Untrusted(why) => ExchangeError::Untrusted { server, why },
        HandshakeError::Io(error) => ExchangeError::Handshake { server, error },
    }
}
