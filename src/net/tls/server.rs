//! A server: who it is, whom it takes, and its handshake.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use rustls::crypto::CryptoProvider;
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ServerConfig, ServerConnection};

use super::clients::ClientCheck;
use super::handshake::{TlsSession, secure};
use super::identity::{Identity, IdentityFiles};
use super::refusal::Verdict;
use super::{Fingerprint, TlsError, TlsSetupError, Trust, authorities, suites};
use crate::net::Endpoint;

/// A server that can shake hands with as many clients as come.
#[derive(Clone)]
pub struct TlsServer {
    provider: Arc<CryptoProvider>,
    identity: Arc<SingleCertAndKey>,
    fingerprint: Option<Fingerprint>,
    /// Who has to vouch for clients; nobody if `None`.
    trust: Option<Arc<dyn ClientCertVerifier>>,
    /// The one certificate that clients may show.
    pin: Option<Fingerprint>,
    alpn: Vec<Vec<u8>>,
}

impl TlsServer {
    /// A server with a certificate from files.
    ///
    /// # Errors
    /// When a file cannot be read, or what is in it cannot be used.
    pub fn new(files: &IdentityFiles) -> Result<Self, TlsSetupError> {
        Self::with(Identity::read(files)?)
    }

    /// A server with a certificate of its own making, for this host and `addresses`.
    ///
    /// # Errors
    /// When there is no randomness for a key.
    pub fn ephemeral(addresses: &[IpAddr]) -> Result<Self, TlsSetupError> {
        Self::with(Identity::ephemeral(addresses, since_1970()).map_err(TlsSetupError::Ephemeral)?)
    }

    fn with(identity: Identity) -> Result<Self, TlsSetupError> {
        let provider = Arc::new(suites::fastest_first());
        let fingerprint = identity.fingerprint();
        let key = CertifiedKey::from_der(identity.certificates, identity.key, &provider);
        let key = key.map_err(TlsSetupError::ServerIdentity)?;
        Ok(Self {
            provider,
            identity: Arc::new(key.into()),
            fingerprint,
            trust: None,
            pin: None,
            alpn: Vec::new(),
        })
    }

    /// The same, for clients for whom `trust` vouches.
    ///
    /// # Errors
    /// When a file cannot be read, or what is in it cannot be used.
    pub fn trusting(mut self, trust: &Trust) -> Result<Self, TlsSetupError> {
        if let Some(roots) = authorities(trust)? {
            let verifier =
                WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&self.provider));
            self.trust = Some(verifier.build().map_err(|_| TlsSetupError::NoAuthorities)?);
        }
        Ok(self)
    }

    /// The same, for clients with just this certificate.
    #[must_use]
    pub fn pinned(self, pin: Fingerprint) -> Self {
        Self {
            pin: Some(pin),
            ..self
        }
    }

    /// The same, for clients that speak one of these protocols, the first the dearest.
    #[must_use]
    pub fn speaking(self, alpn: Vec<Vec<u8>>) -> Self {
        Self { alpn, ..self }
    }

    /// What its certificate is known by.
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint
    }

    /// Shakes hands over `socket`. What comes back has the bytes that are meant.
    ///
    /// # Errors
    /// [`TlsError`].
    pub async fn secure(&self, socket: Endpoint) -> Result<(Endpoint, TlsSession), TlsError> {
        let verdict = Verdict::default();
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(rustls::ALL_VERSIONS)?;
        let builder = if self.trust.is_none() && self.pin.is_none() {
            builder.with_no_client_auth()
        } else {
            let check = ClientCheck::new(&self.provider, self.trust.clone(), self.pin, verdict.clone());
            builder.with_client_cert_verifier(Arc::new(check))
        };
        let identity: Arc<dyn rustls::server::ResolvesServerCert> = Arc::clone(&self.identity) as _;
        let mut config = builder.with_cert_resolver(identity);
        config.alpn_protocols.clone_from(&self.alpn);
        // Nobody resumes a session here. And a ticket that a client never reads would reset the connection when it
        // closes, and take our last bytes along.
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
        let connection = ServerConnection::new(Arc::new(config))?;
        secure(socket, connection.into(), &[], &self.alpn, &verdict).await
    }
}

impl fmt::Debug for TlsServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsServer")
            .field("fingerprint", &self.fingerprint)
            .field("verifies", &self.trust.is_some())
            .field("pin", &self.pin)
            .finish_non_exhaustive()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a certificate is valid at a time of day, and net is where the clocks are"
)]
fn since_1970() -> Duration {
    std::time::SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

impl From<TlsSetupError> for TlsError {
    fn from(error: TlsSetupError) -> Self {
        Self::Io(io::Error::other(error))
    }
}
