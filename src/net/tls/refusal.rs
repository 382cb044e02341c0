//! Why a certificate was refused: in the words of OpenSSL, which dig prints, and in those that help.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CertificateError, Error};

use super::Fingerprint;
use crate::wire::x509::Certificate;

/// Why the peer was refused, once it was.
#[derive(Clone, Debug, Default)]
pub(in crate::net) struct Verdict(Arc<Mutex<Option<Refusal>>>);

impl Verdict {
    pub(in crate::net) fn take(&self) -> Option<Refusal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn leave(&self, refusal: Refusal) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
    }

    /// Refuses any certificate but the one that is pinned, if one is.
    pub(super) fn hold_to(
        &self,
        pin: Option<Fingerprint>,
        end_entity: &CertificateDer<'_>,
    ) -> Result<(), Error> {
        if pin.is_none_or(|pin| pin == Fingerprint::of(end_entity)) {
            return Ok(());
        }
        self.leave(Refusal::by_pin(end_entity));
        Err(CertificateError::ApplicationVerificationFailure.into())
    }
}

/// Why a certificate was refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    why: Why,
    fingerprint: Fingerprint,
    certificate: Certificate,
    has_self_issued_above: bool,
}

#[derive(Clone, Debug)]
enum Why {
    /// It is not the one that is pinned.
    Pin,
    /// It is for another name.
    Name(Option<ServerName<'static>>),
    Certificate(CertificateError),
    Other(String),
}

impl Refusal {
    /// Of a certificate that another is pinned instead of.
    fn by_pin(end_entity: &CertificateDer<'_>) -> Self {
        Self::new(Why::Pin, end_entity, &[])
    }

    /// Of a certificate that was to be for `name`.
    pub(super) fn by_verifier(
        error: &Error,
        name: Option<&ServerName<'static>>,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
    ) -> Self {
        let why = match error {
            Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => Why::Name(name.cloned()),
            Error::InvalidCertificate(why) => Why::Certificate(why.clone()),
            error => Why::Other(error.to_string()),
        };
        Self::new(why, end_entity, intermediates)
    }

    fn new(why: Why, end_entity: &CertificateDer<'_>, intermediates: &[CertificateDer<'_>]) -> Self {
        Self {
            why,
            fingerprint: Fingerprint::of(end_entity),
            certificate: Certificate::parse(end_entity).unwrap_or_default(),
            has_self_issued_above: intermediates
                .iter()
                .any(|above| Certificate::parse(above).is_some_and(|above| above.is_self_issued)),
        }
    }

    /// What OpenSSL says of it.
    pub(in crate::net) fn openssl(&self) -> String {
        let why = match &self.why {
            Why::Pin => return self.to_string(),
            Why::Name(Some(ServerName::IpAddress(_))) => return "IP address mismatch".to_owned(),
            Why::Name(_) => return "hostname mismatch".to_owned(),
            Why::Other(why) => return why.clone(),
            Why::Certificate(why) => why,
        };
        let words = match why {
            CertificateError::UnknownIssuer if self.certificate.is_self_issued => "self-signed certificate",
            CertificateError::UnknownIssuer if self.has_self_issued_above => {
                "self-signed certificate in certificate chain"
            }
            CertificateError::UnknownIssuer => "unable to get local issuer certificate",
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "certificate has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "certificate is not yet valid"
            }
            CertificateError::Revoked => "certificate revoked",
            CertificateError::BadSignature => "certificate signature failure",
            CertificateError::InvalidPurpose => "unsuitable certificate purpose",
            why => return why.to_string(),
        };
        words.to_owned()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            fingerprint,
            certificate,
            ..
        } = self;
        match &self.why {
            Why::Pin => write!(
                f,
                "the certificate is another than the one that is pinned: it has {fingerprint}"
            ),
            Why::Name(name) => {
                let name = name
                    .as_ref()
                    .map_or_else(|| "that name".into(), ServerName::to_str);
                write!(f, "the certificate is not for {name}")?;
                match certificate.names.split_at_checked(SHOWN) {
                    Some((shown, [_, ..])) => write!(f, ", but for {} and others", shown.join(", ")),
                    _ if certificate.names.is_empty() => write!(f, ": it names no host"),
                    _ => write!(f, ", but for {}", certificate.names.join(", ")),
                }
            }
            Why::Certificate(CertificateError::UnknownIssuer) if certificate.is_self_issued => {
                write!(f, "nobody vouches for the certificate but itself ({fingerprint})")
            }
            Why::Certificate(CertificateError::UnknownIssuer) => {
                write!(
                    f,
                    "no known authority vouches for the certificate: its issuer is {}",
                    certificate.issuer
                )
            }
            Why::Certificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
                write!(
                    f,
                    "the certificate has expired: it was valid until {}",
                    certificate.not_after
                )
            }
            Why::Certificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
                write!(
                    f,
                    "the certificate is not valid before {}",
                    certificate.not_before
                )
            }
            Why::Certificate(_) | Why::Other(_) => write!(f, "the certificate: {}", self.openssl()),
        }
    }
}

/// So many names of a certificate are enough to see whom it is for.
const SHOWN: usize = 8;

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, Issuer, KeyPair};

    use super::*;

    fn params(name: &str) -> CertificateParams {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params
    }

    #[test]
    fn an_unknown_issuer_is_told_as_openssl_does() {
        let (authority, key) = (params("authority.test"), KeyPair::generate().unwrap());
        let root = authority.self_signed(&key).unwrap();
        let leaf = params("ns.test")
            .signed_by(&KeyPair::generate().unwrap(), &Issuer::new(authority, key))
            .unwrap();
        let why = |end_entity: &CertificateDer<'static>, others: &[CertificateDer<'static>]| {
            let error = CertificateError::UnknownIssuer.into();
            Refusal::by_verifier(&error, None, end_entity, others).openssl()
        };
        let (root, leaf) = (root.der().clone(), leaf.der().clone());
        assert_eq!(why(&root, &[]), "self-signed certificate");
        assert_eq!(why(&leaf, &[]), "unable to get local issuer certificate");
        assert_eq!(
            why(&leaf, &[root]),
            "self-signed certificate in certificate chain"
        );
    }

    #[test]
    fn a_wrong_name_is_told_with_the_right_ones() {
        let name = ServerName::try_from("wrong.test").unwrap();
        let why = |names: usize| {
            let names: Vec<String> = (0..names).map(|number| format!("n{number}.test")).collect();
            let certificate = CertificateParams::new(names).unwrap();
            let certificate = certificate.self_signed(&KeyPair::generate().unwrap()).unwrap();
            let error = CertificateError::NotValidForName.into();
            Refusal::by_verifier(&error, Some(&name), certificate.der(), &[]).to_string()
        };
        let start = "the certificate is not for wrong.test";
        assert_eq!(why(0), format!("{start}: it names no host"));
        assert_eq!(why(2), format!("{start}, but for n0.test, n1.test"));
        assert!(why(9).ends_with(", n7.test and others"));
    }
}
