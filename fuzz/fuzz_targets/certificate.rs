#![no_main]
//! Any bytes as a certificate: what it says of itself is in proportion to its length.

use fairloss::wire::x509::Certificate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(certificate) = Certificate::parse(bytes) {
        let words = certificate.subject.len() + certificate.issuer.len();
        assert!(words <= 64 * (1 + bytes.len()), "{certificate:?}");
    }
});
