//! HMAC (RFC 2104) by the algorithms that TSIG knows (RFC 8945 section 6).

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Sha224, Sha256, Sha384, Sha512};

use crate::wire::dns::Name;

/// An algorithm of TSIG.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Broken elsewhere, not recommended here, and still what a key without an algorithm means to dig.
    HmacMd5,
    /// HMAC-SHA1.
    HmacSha1,
    /// HMAC-SHA224.
    HmacSha224,
    /// HMAC-SHA256.
    HmacSha256,
    /// HMAC-SHA384.
    HmacSha384,
    /// HMAC-SHA512.
    HmacSha512,
}

impl Algorithm {
    /// Every algorithm, with the name that a person gives it.
    pub const ALL: [(&'static str, Self); 6] = [
        ("hmac-md5", Self::HmacMd5),
        ("hmac-sha1", Self::HmacSha1),
        ("hmac-sha224", Self::HmacSha224),
        ("hmac-sha256", Self::HmacSha256),
        ("hmac-sha384", Self::HmacSha384),
        ("hmac-sha512", Self::HmacSha512),
    ];

    /// How many bytes a whole signature has.
    pub fn mac_len(self) -> usize {
        match self {
            Self::HmacMd5 => 16,
            Self::HmacSha1 => 20,
            Self::HmacSha224 => 28,
            Self::HmacSha256 => 32,
            Self::HmacSha384 => 48,
            Self::HmacSha512 => 64,
        }
    }

    /// The name that stands in a record.
    pub(super) fn wire_name(self) -> Name {
        let text = match self {
            Self::HmacMd5 => "hmac-md5.sig-alg.reg.int",
            _ => Self::ALL
                .iter()
                .find(|(_, algorithm)| *algorithm == self)
                .map_or("", |(name, _)| name),
        };
        Name::from_text(text).unwrap_or_else(|_| Name::root())
    }

    /// Begins a signature.
    pub(super) fn start(self, secret: &[u8]) -> Running {
        match self {
            Self::HmacMd5 => start::<Hmac<Md5>>(secret),
            Self::HmacSha1 => start::<Hmac<Sha1>>(secret),
            Self::HmacSha224 => start::<Hmac<Sha224>>(secret),
            Self::HmacSha256 => start::<Hmac<Sha256>>(secret),
            Self::HmacSha384 => start::<Hmac<Sha384>>(secret),
            Self::HmacSha512 => start::<Hmac<Sha512>>(secret),
        }
    }
}

/// A signature in the making.
pub(super) type Running = Box<dyn Digest>;

/// What can be done with one, whatever the algorithm.
pub(super) trait Digest: Send {
    fn update(&mut self, bytes: &[u8]);
    fn copy(&self) -> Running;
    fn finish(self: Box<Self>) -> Vec<u8>;
    /// Whether the signature begins with `mac`; takes the same time wherever the two differ.
    fn begins_with(self: Box<Self>, mac: &[u8]) -> bool;
}

impl<M: Mac + Clone + Send + 'static> Digest for M {
    fn update(&mut self, bytes: &[u8]) {
        Mac::update(self, bytes);
    }

    fn copy(&self) -> Running {
        Box::new(self.clone())
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        self.finalize().into_bytes().to_vec()
    }

    fn begins_with(self: Box<Self>, mac: &[u8]) -> bool {
        self.verify_truncated_left(mac).is_ok()
    }
}

impl std::fmt::Debug for dyn Digest {
    /// Says nothing: the state of a digest is as good as the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Digest")
    }
}

fn start<M: KeyInit + Mac + Clone + Send + 'static>(secret: &[u8]) -> Running {
    match M::new_from_slice(secret) {
        Ok(mac) => Box::new(mac),
        Err(_) => unreachable!("HMAC takes a secret of any length"),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn signatures_are_those_of_the_rfcs() {
        // The second test case of RFC 2202 and RFC 4231.
        for (algorithm, expected) in [
            (Algorithm::HmacMd5, "750c783e6ab0b503eaa86e310a5db738"),
            (Algorithm::HmacSha1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            (
                Algorithm::HmacSha224,
                "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
            ),
            (
                Algorithm::HmacSha256,
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                Algorithm::HmacSha384,
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
            ),
            (
                Algorithm::HmacSha512,
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ),
        ] {
            let mut running = algorithm.start(b"Jefe");
            running.update(b"what do ya want ");
            running.update(b"for nothing?");
            let mac = running.finish();
            assert_eq!(HEXLOWER.encode(&mac), expected);
            assert_eq!(mac.len(), algorithm.mac_len());
        }
    }

    #[test]
    fn the_beginning_of_a_signature_is_enough_and_a_wrong_bit_too_much() {
        let begins = |mac: &[u8]| {
            let mut running = Algorithm::HmacMd5.start(b"Jefe");
            running.update(b"what do ya want for nothing?");
            running.begins_with(mac)
        };
        assert!(begins(&[0x75, 0x0c, 0x78, 0x3e]));
        assert!(!begins(&[0x75, 0x0c, 0x78, 0x3f]));
        assert!(!begins(&[0; 17]));
    }
}
