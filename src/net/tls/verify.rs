//! Whether a server is who it should be, and if not, why, in the words of OpenSSL: those that dig prints.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use crate::wire::Reader;

/// Why the server was refused, once it was.
#[derive(Clone, Debug, Default)]
pub(in crate::net) struct Verdict(Arc<Mutex<Option<String>>>);

impl Verdict {
    pub(in crate::net) fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn leave(&self, why: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }
}

/// Verifies one server, or takes whoever it is.
#[derive(Debug)]
pub(super) struct Check {
    /// Whom to trust; anyone if `None`.
    trust: Option<Arc<WebPkiServerVerifier>>,
    /// Who the server should be; nobody is called by a name that is none.
    name: Option<ServerName<'static>>,
    algorithms: WebPkiSupportedAlgorithms,
    verdict: Verdict,
}

impl Check {
    pub(super) fn new(
        provider: &CryptoProvider,
        trust: Option<Arc<WebPkiServerVerifier>>,
        name: Option<ServerName<'static>>,
    ) -> Self {
        Self {
            trust,
            name,
            algorithms: provider.signature_verification_algorithms,
            verdict: Verdict::default(),
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.verdict.clone()
    }
}

impl ServerCertVerifier for Check {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(trust) = &self.trust else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified = match &self.name {
            Some(name) => trust.verify_server_cert(end_entity, intermediates, name, ocsp_response, now),
            None => Err(CertificateError::NotValidForName.into()),
        };
        if let Err(error) = &verified {
            let is_address = matches!(self.name, Some(ServerName::IpAddress(_)));
            self.verdict.leave(match error {
                Error::InvalidCertificate(why) => words(why, is_address, end_entity, intermediates),
                error => error.to_string(),
            });
        }
        verified
    }

    // Even from a server that may be anyone, the handshake is signed: with the key of the certificate that it showed.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// What OpenSSL says of a certificate.
fn words(
    why: &CertificateError,
    is_address: bool,
    end_entity: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
) -> String {
    let words = match why {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } if is_address => {
            "IP address mismatch"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "hostname mismatch"
        }
        CertificateError::UnknownIssuer if is_self_issued(end_entity) => "self-signed certificate",
        CertificateError::UnknownIssuer if intermediates.iter().any(|cert| is_self_issued(cert)) => {
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

/// Whether a certificate names its subject as its issuer (RFC 5280 section 4.1).
fn is_self_issued(certificate: &[u8]) -> bool {
    let names = || {
        let (_, mut certificate) = element(&mut Reader::new(certificate))?;
        let (_, mut fields) = element(&mut certificate)?;
        let (tag, _) = element(&mut fields)?;
        if tag == EXPLICIT_VERSION {
            element(&mut fields)?; // the serial number
        }
        element(&mut fields)?; // the algorithm
        let (_, issuer) = element(&mut fields)?;
        element(&mut fields)?; // the validity
        let (_, subject) = element(&mut fields)?;
        Some((issuer.rest(), subject.rest()))
    };
    names().is_some_and(|(issuer, subject)| issuer == subject)
}

const EXPLICIT_VERSION: u8 = 0xa0;

/// The next element of DER: its tag, and what is in it.
fn element<'a>(reader: &mut Reader<'a>) -> Option<(u8, Reader<'a>)> {
    let tag = reader.u8().ok()?;
    let length = match reader.u8().ok()? {
        0x81 => usize::from(reader.u8().ok()?),
        0x82 => usize::from(reader.u16().ok()?),
        short @ 0..=0x7f => usize::from(short),
        _ => return None,
    };
    Some((tag, reader.sub(length).ok()?))
}

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
    fn a_certificate_of_its_own_making_is_told_from_one_that_another_signed() {
        let (authority, key) = (params("authority.test"), KeyPair::generate().unwrap());
        let root = authority.self_signed(&key).unwrap();
        let leaf = params("ns.test")
            .signed_by(&KeyPair::generate().unwrap(), &Issuer::new(authority, key))
            .unwrap();
        assert!(is_self_issued(root.der()));
        assert!(!is_self_issued(leaf.der()));
        let why = |end_entity: &CertificateDer<'static>, others: &[CertificateDer<'static>]| {
            words(&CertificateError::UnknownIssuer, false, end_entity, others)
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
    fn a_certificate_cut_anywhere_says_nothing() {
        let key = KeyPair::generate().unwrap();
        let whole = params("ns.test").self_signed(&key).unwrap();
        for end in 0..whole.der().len() {
            assert!(!is_self_issued(&whole.der()[..end]), "{end}");
        }
    }
}
