//! The handshake over a socket, and what it has agreed on.

use std::io;
use std::os::fd::AsFd;

use rustls::{Connection, Error};
use tokio::io::Interest;

use super::channel::{Channel, Inbox, Outbox};
use super::refusal::Verdict;
use super::{Fingerprint, TlsError, version_name};
use crate::net::Endpoint;
use crate::wire::x509::Certificate;

/// What a handshake has agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsSession {
    /// `TLSv1.3` or `TLSv1.2`.
    pub version: &'static str,
    /// The cipher suite, by the name that the IANA has for it.
    pub suite: String,
    /// The protocol of ALPN.
    pub protocol: Option<String>,
    /// What the certificate of the peer says, if it has shown one.
    pub peer: Option<Certificate>,
    /// What that certificate is known by.
    pub fingerprint: Option<Fingerprint>,
}

/// Shakes hands over `socket`, of which `early` has been read already. With protocols in `alpn` the peer has to
/// speak one of them.
pub(super) async fn secure(
    socket: Endpoint,
    mut connection: Connection,
    early: &[u8],
    alpn: &[Vec<u8>],
    verdict: &Verdict,
) -> Result<(Endpoint, TlsSession), TlsError> {
    let mut inbox = Inbox::new(early);
    let mut has_heard = false;
    loop {
        send(&socket, &mut connection).await?;
        if !connection.is_handshaking() {
            break;
        }
        if receive(&socket, &mut connection, &mut inbox).await? == 0 {
            return Err(TlsError::HungUp);
        }
        if !has_heard && !inbox.begins_with_tls() {
            return Err(TlsError::NotTls);
        }
        has_heard = true;
        if let Err(error) = connection.process_new_packets() {
            // The peer may want to know why; whether it hears it changes nothing.
            let _ = connection.write_tls(&mut Outbox(socket.as_fd()));
            return Err(refused(error, verdict, alpn));
        }
    }
    if !alpn.is_empty() && connection.alpn_protocol().is_none() {
        return Err(TlsError::NoCommonProtocol(protocols(alpn)));
    }
    let session = TlsSession::of(&connection);
    Ok((socket.under(Box::new(Channel::new(connection, inbox))), session))
}

impl TlsSession {
    fn of(connection: &Connection) -> Self {
        let peer = connection.peer_certificates().and_then(<[_]>::first);
        let suite = connection.negotiated_cipher_suite();
        let suite = suite.and_then(|suite| suite.suite().as_str()).unwrap_or("?");
        Self {
            version: version_name(connection.protocol_version()),
            suite: suite.replacen("TLS13_", "TLS_", 1),
            protocol: connection
                .alpn_protocol()
                .map(|protocol| String::from_utf8_lossy(protocol).into_owned()),
            peer: peer.and_then(|certificate| Certificate::parse(certificate)),
            fingerprint: peer.map(|certificate| Fingerprint::of(certificate)),
        }
    }
}

/// Sends what the connection has to say.
async fn send(socket: &Endpoint, connection: &mut Connection) -> Result<(), TlsError> {
    while connection.wants_write() {
        let mut attempt = || connection.write_tls(&mut Outbox(socket.as_fd()));
        socket.when(Interest::WRITABLE, &mut attempt).await?;
    }
    Ok(())
}

/// Waits for bytes, unless there are some in the inbox.
async fn receive(socket: &Endpoint, connection: &mut Connection, inbox: &mut Inbox) -> io::Result<usize> {
    let is_empty = inbox.is_empty();
    let mut attempt = || connection.read_tls(&mut inbox.of(socket.as_fd()));
    if is_empty {
        socket.when(Interest::READABLE, attempt).await
    } else {
        attempt()
    }
}

fn refused(error: Error, verdict: &Verdict, alpn: &[Vec<u8>]) -> TlsError {
    match (verdict.take(), error) {
        (Some(refusal), _) => TlsError::Refused(Box::new(refusal)),
        (None, Error::NoApplicationProtocol) => TlsError::NoCommonProtocol(protocols(alpn)),
        (None, error) => error.into(),
    }
}

fn protocols(alpn: &[Vec<u8>]) -> String {
    let words: Vec<_> = alpn
        .iter()
        .map(|protocol| String::from_utf8_lossy(protocol))
        .collect();
    words.join(", ")
}
