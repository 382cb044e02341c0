//! The mathematics of DNSSEC: the one file that names the crate which does it.

use ring::digest::{self, Context};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};

use crate::wire::Reader;

/// Why a signature was not accepted by one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The algorithm is none that we know.
    Unsupported,
    /// The key is not of its algorithm's form, or of a size that nobody should trust (RSA below 1024 bits).
    BadKey,
    /// The signature is not the key's signature of the data.
    Mismatch,
}

/// Whether signatures of an algorithm (IANA "DNS Security Algorithm Numbers") can be checked: RSA with SHA-1, SHA-256
/// and SHA-512, ECDSA on P-256 and P-384, and Ed25519.
pub(super) fn supports(algorithm: u8) -> bool {
    matches!(algorithm, 5 | 7 | 8 | 10 | 13 | 14 | 15)
}

/// Whether `signature` is that of `data` by `key`, the public key as it stands in a DNSKEY record.
pub(super) fn verify(algorithm: u8, key: &[u8], data: &[u8], signature: &[u8]) -> Result<(), Refused> {
    let rsa = match algorithm {
        5 | 7 => &signature::RSA_PKCS1_1024_8192_SHA1_FOR_LEGACY_USE_ONLY,
        8 => &signature::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        10 => &signature::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        13 => {
            let key = UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point(key, 64)?);
            return key.verify(data, signature).map_err(|_| Refused::Mismatch);
        }
        14 => {
            let key = UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point(key, 96)?);
            return key.verify(data, signature).map_err(|_| Refused::Mismatch);
        }
        15 if key.len() != 32 => return Err(Refused::BadKey),
        15 => {
            let key = UnparsedPublicKey::new(&signature::ED25519, key);
            return key.verify(data, signature).map_err(|_| Refused::Mismatch);
        }
        _ => return Err(Refused::Unsupported),
    };
    rsa_key(key)?
        .verify(rsa, data, signature)
        .map_err(|_| Refused::Mismatch)
}

/// The digest of `parts` one after the other, by a number of the IANA registry "DS RR Type Digest Algorithms": SHA-1,
/// SHA-256 and SHA-384.
pub(super) fn digest(kind: u8, parts: &[&[u8]]) -> Option<Vec<u8>> {
    let mut context = Context::new(match kind {
        1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        2 => &digest::SHA256,
        4 => &digest::SHA384,
        _ => return None,
    });
    for part in parts {
        context.update(part);
    }
    Some(context.finish().as_ref().to_vec())
}

/// An uncompressed point of a curve (SEC 1 section 2.3.3), of which DNSSEC leaves out the first byte.
fn point(key: &[u8], length: usize) -> Result<Vec<u8>, Refused> {
    if key.len() != length {
        return Err(Refused::BadKey);
    }
    Ok([&[4], key].concat())
}

/// An RSA key: the length of the exponent in one byte, or a zero and two; the exponent; the modulus (RFC 3110
/// section 2).
fn rsa_key(key: &[u8]) -> Result<RsaPublicKeyComponents<&[u8]>, Refused> {
    let mut reader = Reader::new(key);
    let mut read = || {
        let length = match reader.u8()? {
            0 => reader.u16()?,
            short => u16::from(short),
        };
        Ok((reader.take(length.into())?, reader.rest()))
    };
    let (e, n) = read().map_err(|_: crate::wire::Truncated| Refused::BadKey)?;
    let (e, n) = (without_zeros(e), without_zeros(n));
    if e.is_empty() || e.len() > 5 || !(128..=1024).contains(&n.len()) {
        return Err(Refused::BadKey);
    }
    Ok(RsaPublicKeyComponents { n, e })
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|&&byte| byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_not_of_their_algorithms_form_are_refused() {
        for (algorithm, key) in [
            (8, &b""[..]),
            (8, b"\x03\x01\0\x01"),
            (8, b"\0\0"),
            (13, &[1; 63]),
            (14, &[1; 97]),
            (15, &[1; 31]),
        ] {
            assert_eq!(
                verify(algorithm, key, b"data", &[0; 64]),
                Err(Refused::BadKey),
                "{algorithm}"
            );
        }
        // The RSA key of 512 bits of RFC 5702 section 6.1 would be too small to trust.
        let small = [b"\x03\x01\0\x01".as_slice(), &[0xff; 64]].concat();
        assert_eq!(verify(8, &small, b"data", &[0; 64]), Err(Refused::BadKey));
    }

    #[test]
    fn what_is_supported_is_verified_and_the_rest_is_not() {
        for algorithm in 0..=u8::MAX {
            let refused = verify(algorithm, &[], b"data", &[]);
            assert_eq!(
                refused == Err(Refused::Unsupported),
                !supports(algorithm),
                "{algorithm}"
            );
        }
    }

    #[test]
    fn digests_go_over_all_parts() {
        let whole = digest(2, &[b"abc"]).unwrap();
        assert_eq!(whole[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(digest(2, &[b"a", b"bc"]).unwrap(), whole);
        assert_eq!(
            (digest(1, &[]).unwrap().len(), digest(4, &[]).unwrap().len()),
            (20, 48)
        );
        assert_eq!(digest(3, &[b"abc"]), None);
    }
}
