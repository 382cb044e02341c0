//! Keys and the digests by which a parent or an anchor vouches for them (RFC 4034 sections 2 and 5).

use super::crypto;
use crate::wire::Reader;
use crate::wire::dns::Name;
use crate::wire::rdata::{algorithm_name, key_tag};

/// A zone's key, from the data of a DNSKEY record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    rdata: Vec<u8>,
    flags: u16,
    protocol: u8,
    pub(super) algorithm: u8,
    pub(super) tag: u16,
}

/// The digest of a key, from the data of a DS record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ds {
    pub(super) tag: u16,
    pub(super) algorithm: u8,
    pub(super) kind: u8,
    digest: Vec<u8>,
}

impl Key {
    const ZONE: u16 = 0x0100;
    const REVOKED: u16 = 0x0080;

    /// `None` if there is not even an algorithm.
    pub(super) fn read(rdata: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(rdata);
        Some(Self {
            flags: reader.u16().ok()?,
            protocol: reader.u8().ok()?,
            algorithm: reader.u8().ok()?,
            tag: key_tag(rdata),
            rdata: rdata.to_vec(),
        })
    }

    /// Whether it may sign a zone: it is a zone's key for DNSSEC that nobody has revoked (RFC 4034 section 2.1, RFC
    /// 5011 section 2.1).
    pub(super) fn may_sign(&self) -> bool {
        self.flags & (Self::ZONE | Self::REVOKED) == Self::ZONE && self.protocol == 3
    }

    /// The bytes of the public key.
    pub(super) fn public(&self) -> &[u8] {
        self.rdata.get(4..).unwrap_or_default()
    }

    /// Whether this is the same key as `other`.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.rdata == other.rdata
    }
}

impl Ds {
    /// `None` if the data ends before the digest.
    pub(super) fn read(rdata: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(rdata);
        Some(Self {
            tag: reader.u16().ok()?,
            algorithm: reader.u8().ok()?,
            kind: reader.u8().ok()?,
            digest: reader.rest().to_vec(),
        })
    }

    /// Whether both the key's algorithm and the digest's are known.
    pub(super) fn is_supported(&self) -> bool {
        crypto::supports(self.algorithm) && crypto::digest(self.kind, &[]).is_some()
    }

    /// Whether it is the digest of `key`, owned by `zone`.
    pub(super) fn is_of(&self, key: &Key, zone: &Name) -> bool {
        self.tag == key.tag
            && self.algorithm == key.algorithm
            && crypto::digest(self.kind, &[zone.to_lowercase().as_wire(), &key.rdata])
                .is_some_and(|digest| digest == self.digest)
    }
}

/// Those of `set` by which a zone's keys are to be judged: the ones that are supported, and of these none with SHA-1
/// if there is a better one (RFC 4509 section 3).
pub(super) fn usable(set: &[Ds]) -> Vec<&Ds> {
    let supported = || set.iter().filter(|ds| ds.is_supported());
    let better = supported().any(|ds| ds.kind != SHA1);
    supported().filter(|ds| !better || ds.kind != SHA1).collect()
}

const SHA1: u8 = 1;

/// An algorithm by its mnemonic, or its number.
pub(super) fn algorithm_text(algorithm: u8) -> String {
    algorithm_name(algorithm).map_or_else(|| format!("algorithm {algorithm}"), str::to_owned)
}

/// A digest's algorithm by name, or number.
pub(super) fn digest_text(kind: u8) -> String {
    match kind {
        1 => "SHA-1".to_owned(),
        2 => "SHA-256".to_owned(),
        3 => "GOST".to_owned(),
        4 => "SHA-384".to_owned(),
        _ => format!("digest {kind}"),
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

    use super::*;

    fn key(flags: u16, algorithm: u8, public: &str) -> Key {
        let mut rdata = flags.to_be_bytes().to_vec();
        rdata.extend([3, algorithm]);
        rdata.extend(BASE64.decode(public.as_bytes()).unwrap());
        Key::read(&rdata).unwrap()
    }

    fn ds(tag: u16, algorithm: u8, kind: u8, digest: &str) -> Ds {
        let digest = HEXLOWER_PERMISSIVE.decode(digest.as_bytes()).unwrap();
        Ds {
            tag,
            algorithm,
            kind,
            digest,
        }
    }

    #[test]
    fn a_ds_record_is_the_digest_of_its_key() {
        // RFC 6605 sections 6.1 and 6.2, RFC 8080 section 6.1.
        let net = Name::from_text("Example.NET").unwrap();
        let com = Name::from_text("example.com").unwrap();
        let p256 = key(
            257,
            13,
            "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
        );
        let p384 = key(
            257,
            14,
            "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
        );
        let ed = key(257, 15, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=");
        for (zone, key, ds) in [
            (
                &net,
                &p256,
                ds(
                    55648,
                    13,
                    2,
                    "b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
                ),
            ),
            (
                &net,
                &p384,
                ds(
                    10771,
                    14,
                    4,
                    "72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6",
                ),
            ),
            (
                &com,
                &ed,
                ds(
                    3613,
                    15,
                    2,
                    "3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b",
                ),
            ),
        ] {
            assert!(ds.is_of(key, zone), "{}", ds.tag);
            assert!(!ds.is_of(key, &Name::root()));
            let other = Ds {
                digest: ds.digest[1..].to_vec(),
                ..ds
            };
            assert!(!other.is_of(key, zone));
        }
        assert!(p256.may_sign());
        assert!(!key(0x0181, 13, "").may_sign(), "revoked");
        assert!(!key(1, 13, "").may_sign(), "no zone key");
    }

    #[test]
    fn a_digest_with_sha_1_does_not_count_beside_a_better_one() {
        let weak = ds(1, 8, 1, "");
        let strong = ds(1, 8, 2, "");
        let unknown = ds(1, 16, 2, "");
        let odd = ds(1, 8, 3, "");
        assert_eq!(
            usable(&[weak.clone(), strong.clone(), unknown.clone()]),
            [&strong]
        );
        assert_eq!(usable(&[weak.clone(), unknown.clone(), odd.clone()]), [&weak]);
        assert!(usable(&[unknown, odd]).is_empty());
    }
}
