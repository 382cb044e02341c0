//! TLS as a client (RFC 8446, RFC 5246): whom to trust, who one is, and the handshake. The cryptography is ring's.

mod verify;

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use verify::{Check, Verdict};

/// A client that can shake hands with one server, by its name, as often as it likes.
#[derive(Clone)]
pub struct TlsClient {
    provider: Arc<CryptoProvider>,
    /// Whom to trust; anyone if `None`.
    trust: Option<Arc<WebPkiServerVerifier>>,
    identity: Option<Arc<Identity>>,
    name: String,
}

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

/// The files with a client's certificate and its key, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityFiles {
    /// The certificate, and those between it and an authority.
    pub certificates: PathBuf,
    /// The key of the first certificate.
    pub key: PathBuf,
}

/// Why there can be no client.
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
    /// Anything else.
    #[error("set TLS up: {0}")]
    Other(#[source] rustls::Error),
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

struct Identity {
    certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
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
            identity,
            name: name.to_owned(),
        };
        // A certificate that does not belong to its key is noticed now.
        client.config(b"", rustls::ALL_VERSIONS)?;
        Ok(client)
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
            Some(why) => HandshakeError::Untrusted(why),
            None => error.into(),
        })
    }

    /// The configuration for one connection, and where the verifier leaves its word if it refuses the server.
    pub(super) fn config(
        &self,
        alpn: &[u8],
        versions: &[&'static SupportedProtocolVersion],
    ) -> Result<(ClientConfig, Verdict), TlsSetupError> {
        let check = Check::new(&self.provider, self.trust.clone(), parse_name(&self.name));
        let verdict = check.verdict();
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_protocol_versions(versions)
            .map_err(TlsSetupError::Other)?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(check));
        let mut config = match &self.identity {
            None => builder.with_no_client_auth(),
            Some(identity) => builder
                .with_client_auth_cert(identity.certificates.clone(), identity.key.clone_key())
                .map_err(TlsSetupError::Identity)?,
        };
        config.alpn_protocols = vec![alpn.to_vec()];
        Ok((config, verdict))
    }

    /// What the server is told that it is called: its name, unless that is none.
    pub(super) fn server_name(&self, address: IpAddr) -> ServerName<'static> {
        parse_name(&self.name).unwrap_or_else(|| address.into())
    }
}

impl fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsClient")
            .field("name", &self.name)
            .field("verifies", &self.trust.is_some())
            .finish_non_exhaustive()
    }
}

impl Identity {
    fn read(files: &IdentityFiles) -> Result<Self, TlsSetupError> {
        let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unreadable(&files.key, error))?;
        Ok(Self {
            certificates: read_certificates(&files.certificates)?,
            key,
        })
    }
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
            roots.add_parsable_certificates(read_certificates(file)?);
        }
    }
    if roots.is_empty() {
        return Err(TlsSetupError::NoAuthorities);
    }
    Ok(Some(roots))
}

fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let certificates = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let certificates: Vec<_> = certificates.map_err(|error| unreadable(file, error))?;
    if certificates.is_empty() {
        return Err(unreadable(file, "there is no certificate in it"));
    }
    Ok(certificates)
}

fn unreadable(file: &Path, why: impl fmt::Display) -> TlsSetupError {
    TlsSetupError::File {
        file: file.to_owned(),
        why: why.to_string(),
    }
}

/// A host name, with or without its final dot, or an address.
fn parse_name(name: &str) -> Option<ServerName<'static>> {
    let name = name.strip_suffix('.').unwrap_or(name);
    ServerName::try_from(name.to_owned()).ok()
}
