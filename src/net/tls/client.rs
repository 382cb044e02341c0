//! A client: whom it trusts, who it is, and its handshake.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, SupportedProtocolVersion};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::handshake::{TlsSession, secure};
use super::identity::{Identity, IdentityFiles};
use super::refusal::Verdict;
use super::verify::Check;
use super::{Fingerprint, TlsError, TlsSetupError, Trust, authorities, suites};
use crate::net::Endpoint;

/// A client that can shake hands with one server, by its name, as often as it likes.
#[derive(Clone)]
pub struct TlsClient {
    provider: Arc<CryptoProvider>,
    /// Whom to trust; anyone if `None`.
    trust: Option<Arc<WebPkiServerVerifier>>,
    /// The one certificate that the server may show.
    pin: Option<Fingerprint>,
    identity: Option<Arc<Identity>>,
    name: String,
}

/// Why a handshake failed.
#[derive(Debug, Error)]
pub enum HandshakeError {
    /// The server is not who it should be, or nobody trusted vouches for it: why, in the words of OpenSSL.
    #[error("the server's certificate: {0}")]
    Untrusted(String),
    /// The connection broke, or the other side does not speak TLS, or not ours.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl TlsClient {
    /// A client for the server called `name`, a host name or an address.
    ///
    /// # Errors
    /// When a file cannot be read, or what is in it cannot be used.
    pub fn new(name: &str, trust: &Trust, identity: Option<&IdentityFiles>) -> Result<Self, TlsSetupError> {
        let provider = Arc::new(ring::default_provider());
        let trust = match authorities(trust)? {
            None => None,
            Some(roots) => {
                let verifier =
                    WebPkiServerVerifier::builder_with_provider(roots.into(), Arc::clone(&provider));
                Some(verifier.build().map_err(|_| TlsSetupError::NoAuthorities)?)
            }
        };
        let identity = identity.map(Identity::read).transpose()?.map(Arc::new);
        let client = Self {
            provider,
            trust,
            pin: None,
            identity,
            name: name.to_owned(),
        };
        // A certificate that does not belong to its key is noticed now.
        client.config(b"", rustls::ALL_VERSIONS)?;
        Ok(client)
    }

    /// The same, for a server with just this certificate.
    #[must_use]
    pub fn pinned(self, pin: Fingerprint) -> Self {
        Self {
            pin: Some(pin),
            ..self
        }
    }

    /// The name by which the server is verified, if it is.
    pub fn verified_name(&self) -> Option<&str> {
        self.trust.as_ref().map(|_| self.name.as_str())
    }

    /// Shakes hands over `stream`, which leads to `address`, for the protocol `alpn`.
    ///
    /// # Errors
    /// [`HandshakeError`].
    pub async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        stream: S,
        address: IpAddr,
        alpn: &[u8],
    ) -> Result<TlsStream<S>, HandshakeError> {
        let (config, verdict) = self
            .config(alpn, rustls::ALL_VERSIONS)
            .map_err(io::Error::other)?;
        let name = self.server_name(address);
        let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        connected.map_err(|error| match verdict.take() {
            Some(refusal) => HandshakeError::Untrusted(refusal.openssl()),
            None => error.into(),
        })
    }

    /// Shakes hands over `socket`, of which `early` has been read already, for one of the protocols `alpn`. What
    /// comes back has the bytes that are meant.
    ///
    /// # Errors
    /// [`TlsError`].
    pub async fn secure(
        &self,
        socket: Endpoint,
        early: &[u8],
        alpn: &[Vec<u8>],
    ) -> Result<(Endpoint, TlsSession), TlsError> {
        let provider = Arc::new(suites::fastest_first());
        let broken = |error: TlsSetupError| TlsError::Io(io::Error::other(error));
        let (mut config, verdict) = self.config_with(provider, rustls::ALL_VERSIONS).map_err(broken)?;
        config.alpn_protocols = alpn.to_vec();
        // An address is not sent; none at all stands for a server that has no name.
        let name = parse_name(&self.name).unwrap_or_else(|| IpAddr::from([0; 4]).into());
        let connection = ClientConnection::new(Arc::new(config), name)?;
        secure(socket, connection.into(), early, alpn, &verdict).await
    }

    /// The configuration for one connection, and where the verifier leaves its word if it refuses the server.
    pub(in crate::net) fn config(
        &self,
        alpn: &[u8],
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<(ClientConfig, Verdict), TlsSetupError> {
        let (mut config, verdict) = self.config_with(Arc::clone(&self.provider), versions)?;
        config.alpn_protocols = vec![alpn.to_vec()];
        Ok((config, verdict))
    }

    fn config_with(
        &self,
        provider: Arc<CryptoProvider>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<(ClientConfig, Verdict), TlsSetupError> {
        let check = Check::new(&provider, self.trust.clone(), parse_name(&self.name), self.pin);
        let verdict = check.verdict();
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .map_err(TlsSetupError::Other)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(check));
        let config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder
                .with_client_auth_cert(identity.certificates.clone(), identity.key.clone_key())
                .map_err(TlsSetupError::Identity)?,
        };
        Ok((config, verdict))
    }

    /// What the server is told that it is called: its name, unless that is none.
    pub(in crate::net) fn server_name(&self, address: IpAddr) -> ServerName<'static> {
        parse_name(&self.name).unwrap_or_else(|| address.into())
    }
}

impl fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsClient")
            .field("name", &self.name)
            .field("verifies", &self.trust.is_some())
            .field("pin", &self.pin)
            .finish_non_exhaustive()
    }
}

/// A host name, with or without its final dot, or an address.
fn parse_name(name: &str) -> Option<ServerName<'static>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    ServerName::try_from(name.to_owned()).ok()
}
