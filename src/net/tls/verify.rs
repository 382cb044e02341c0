//! Whether a server is who it should be.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

use super::Fingerprint;
use super::refusal::{Refusal, Verdict};

/// Verifies one server, or takes whoever it is.
#[derive(Debug)]
pub(super) struct Check {
    /// Whom to trust; anyone if `None`.
    trust: Option<Arc<WebPkiServerVerifier>>,
    /// Who the server should be; nobody is called by a name that is none.
    name: Option<ServerName<'static>>,
    /// The one certificate that the server may show.
    pin: Option<Fingerprint>,
    algorithms: WebPkiSupportedAlgorithms,
    verdict: Verdict,
}

impl Check {
    pub(super) fn new(
        provider: &CryptoProvider,
        trust: Option<Arc<WebPkiServerVerifier>>,
        name: Option<ServerName<'static>>,
        pin: Option<Fingerprint>,
    ) -> Self {
        Self {
            trust,
            name,
            pin,
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
        self.verdict.hold_to(self.pin, end_entity)?;
        let Some(trust) = &self.trust else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified = match &self.name {
            Some(name) => trust.verify_server_cert(end_entity, intermediates, name, ocsp_response, now),
            None => Err(CertificateError::NotValidForName.into()),
        };
        if let Err(error) = &verified {
            let refusal = Refusal::by_verifier(error, self.name.as_ref(), end_entity, intermediates);
            self.verdict.leave(refusal);
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
