//! Who one is: a certificate and its key, from files or made up on the spot.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, date_time_ymd};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::{Fingerprint, TlsSetupError};

/// The files with a certificate and its key, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityFiles {
    /// The certificate, and those between it and an authority.
    pub certificates: PathBuf,
    /// The key of the first certificate: PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
}

/// A certificate, those behind it, and its key, which is never shown.
pub(super) struct Identity {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl Identity {
    pub(super) fn read(files: &IdentityFiles) -> Result<Self, TlsSetupError> {
        let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| match error {
            pem::Error::NoItemsFound => unreadable(
                &files.key,
                "there is no private key in it, or none without a password",
            ),
            error => not_pem(&files.key, &error),
        })?;
        Ok(Self {
            certificates: read_certificates(&files.certificates)?,
            key,
        })
    }

    /// A certificate that nobody vouches for, with a new key (ECDSA on P-256), for `addresses` and this host. `now`
    /// is the time since 1970.
    pub(super) fn ephemeral(addresses: &[IpAddr], now: Duration) -> Result<Self, rcgen::Error> {
        let mut names = vec!["localhost".to_owned()];
        names.extend(addresses.iter().map(IpAddr::to_string));
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, "rnc");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(1970, 1, 1) + now.saturating_sub(CLOCKS_DIFFER);
        params.not_after = date_time_ymd(1970, 1, 1) + now + EPHEMERAL;
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        Ok(Self {
            certificates: vec![certificate.der().clone()],
            key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        })
    }

    /// What its first certificate is known by.
    pub(super) fn fingerprint(&self) -> Option<Fingerprint> {
        self.certificates
            .first()
            .map(|certificate| Fingerprint::of(certificate))
    }
}

/// The certificates in a file, at least one.
pub(super) fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsSetupError> {
    let certificates = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let certificates: Vec<_> = certificates.map_err(|error| not_pem(file, &error))?;
    if certificates.is_empty() {
        return Err(unreadable(file, "there is no certificate in it"));
    }
    Ok(certificates)
}

/// Nothing of what is in the file is repeated: it may be a key.
fn not_pem(file: &Path, error: &pem::Error) -> TlsSetupError {
    match error {
        pem::Error::Io(error) => unreadable(file, error),
        pem::Error::MissingSectionEnd { .. } => unreadable(file, "it ends before an END line"),
        _ => unreadable(file, "it is not PEM"),
    }
}

fn unreadable(file: &Path, why: impl std::fmt::Display) -> TlsSetupError {
    TlsSetupError::File {
        file: file.to_owned(),
        why: why.to_string(),
    }
}

const CLOCKS_DIFFER: Duration = Duration::from_secs(3600);
const EPHEMERAL: Duration = Duration::from_secs(365 * 24 * 3600);
