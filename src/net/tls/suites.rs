//! Which cipher suites are offered first.

use rustls::CipherSuite;
use rustls::crypto::{CryptoProvider, ring};

/// ring's, the fastest first: AES with the shorter key where the processor has instructions for it, ChaCha20
/// elsewhere.
pub(super) fn fastest_first() -> CryptoProvider {
    let mut provider = ring::default_provider();
    let has_aes = has_aes();
    provider.cipher_suites.sort_by_key(|suite| {
        let (is_aes, is_long) = match suite.suite() {
            CipherSuite::TLS13_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => (true, false),
            CipherSuite::TLS13_AES_256_GCM_SHA384
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => (true, true),
            _ => (false, false),
        };
        // Newer versions before older ones, as they were.
        (suite.tls13().is_none(), is_aes != has_aes, is_long)
    });
    provider
}

#[cfg(any(target_arch = "x86_64", target_arch = "x86"))]
fn has_aes() -> bool {
    std::arch::is_x86_feature_detected!("aes")
}

#[cfg(target_arch = "aarch64")]
fn has_aes() -> bool {
    std::arch::is_aarch64_feature_detected!("aes")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")))]
fn has_aes() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suite_is_still_offered_and_the_newer_version_first() {
        let (ours, all) = (
            fastest_first().cipher_suites,
            ring::default_provider().cipher_suites,
        );
        assert_eq!(ours.len(), all.len());
        assert!(ours.is_sorted_by_key(|suite| suite.tls13().is_none()));
        let place = |wanted| ours.iter().position(|suite| suite.suite() == wanted).unwrap();
        assert!(place(CipherSuite::TLS13_AES_128_GCM_SHA256) < place(CipherSuite::TLS13_AES_256_GCM_SHA384));
    }
}
