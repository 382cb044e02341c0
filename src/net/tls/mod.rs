//! TLS (RFC 8446, RFC 5246): whom to trust, who one is, the handshake, and what follows it. The cryptography is
//! ring's.
//!
//! `rdig` shakes hands over tokio's streams ([`TlsClient::handshake`]); `rnc` over an [`Endpoint`](super::Endpoint),
//! which comes back with a layer above its socket, for the byte pump ([`TlsClient::secure`], [`TlsServer::secure`]).

mod channel;
mod client;
mod clients;
mod fault;
mod handshake;
mod identity;
mod pin;
mod refusal;
mod server;
mod suites;
mod verify;

use std::path::PathBuf;

use rustls::{ProtocolVersion, RootCertStore};
use thiserror::Error;

pub use client::{HandshakeError, TlsClient};
pub use fault::TlsError;
pub use handshake::TlsSession;
pub use identity::IdentityFiles;
pub use pin::{Fingerprint, NotAFingerprint};
pub use refusal::Refusal;
pub use server::TlsServer;

/// Whom to trust.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Trust {
    /// Anyone: what is said is hidden from those who only listen.
    #[default]
    Anyone,
    /// Those for whom one of the system's authorities vouches.
    System,
    /// Those for whom one of the authorities in this file vouches.
    File(PathBuf),
}

/// Why there can be no client or server.
#[derive(Debug, Error)]
pub enum TlsSetupError {
    /// A file cannot be read, or is not what it should be.
    #[error("read {file}: {why}")]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// There is nobody to trust.
    #[error("there are no certificates of authorities")]
    NoAuthorities,
    /// The certificate and the key cannot be used.
    #[error("use the certificate of the client: {0}")]
    Identity(#[source] rustls::Error),
    /// The same of a server.
    #[error("use the certificate of the server: {0}")]
    ServerIdentity(#[source] rustls::Error),
    /// No certificate can be made up.
    #[error("make a certificate: {0}")]
    Ephemeral(#[source] rcgen::Error),
    /// Anything else.
    #[error("set TLS up: {0}")]
    Other(#[source] rustls::Error),
}

/// The version of TLS as people write it.
pub(super) fn version_name(version: Option<ProtocolVersion>) -> &'static str {
    match version {
        Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
        _ => "TLSv1.3",
    }
}

fn authorities(trust: &Trust) -> Result<Option<RootCertStore>, TlsSetupError> {
    let mut roots = RootCertStore::empty();
    match trust {
        Trust::Anyone => return Ok(None),
        // A certificate of the system that makes no sense takes nothing from the others.
        Trust::System => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Trust::File(file) => {
            roots.add_parsable_certificates(identity::read_certificates(file)?);
        }
    }
    if roots.is_empty() {
        return Err(TlsSetupError::NoAuthorities);
    }
    Ok(Some(roots))
}
