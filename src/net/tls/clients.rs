//! Whether a client is one of those that a server is for.

use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};

use super::Fingerprint;
use super::refusal::{Refusal, Verdict};

/// Verifies one client, which has to show a certificate.
#[derive(Debug)]
pub(super) struct ClientCheck {
    /// Who may vouch for it; nobody has to if `None`.
    trust: Option<Arc<dyn ClientCertVerifier>>,
    /// The one certificate that it may show.
    pin: Option<Fingerprint>,
    algorithms: WebPkiSupportedAlgorithms,
    verdict: Verdict,
}

impl ClientCheck {
    pub(super) fn new(
        provider: &CryptoProvider,
        trust: Option<Arc<dyn ClientCertVerifier>>,
        pin: Option<Fingerprint>,
        verdict: Verdict,
    ) -> Self {
        Self {
            trust,
            pin,
            algorithms: provider.signature_verification_algorithms,
            verdict,
        }
    }
}

impl ClientCertVerifier for ClientCheck {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.trust
            .as_ref()
            .map_or(&[], |trust| trust.root_hint_subjects())
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        self.verdict.hold_to(self.pin, end_entity)?;
        let Some(trust) = &self.trust else {
            return Ok(ClientCertVerified::assertion());
        };
        let verified = trust.verify_client_cert(end_entity, intermediates, now);
        if let Err(error) = &verified {
            self.verdict
                .leave(Refusal::by_verifier(error, None, end_entity, intermediates));
        }
        verified
    }

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
