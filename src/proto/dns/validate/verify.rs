//! Whether a record set is signed by one of a zone's keys (RFC 4035 section 5.3).

use super::budget::Budget;
use super::crypto::{self, Refused};
use super::key::Key;
use super::reason::Failure;
use super::rrset::{RrSet, Signature};
use crate::wire::dns::Name;

/// A record set that is signed, and how.
#[derive(Clone, Debug)]
pub(super) struct Verified {
    pub(super) tag: u16,
    pub(super) algorithm: u8,
    /// When the signature ends, in seconds since 1970.
    pub(super) until: i64,
    /// If the records were made from a wildcard, the name of which it must be proved that it does not exist.
    pub(super) next_closer: Option<Name>,
}

/// Looks for a signature of `set` by one of `keys` of `zone` that is good at `now` (in seconds since 1970).
///
/// # Errors
/// Why there is none: of several signatures, what is wrong with the one that came furthest.
pub(super) fn verify(
    set: &RrSet,
    zone: &Name,
    keys: &[&Key],
    now: i64,
    budget: &mut Budget,
) -> Result<Verified, Failure> {
    let mut worst = Failure::Unsigned;
    let by_zone = set
        .signatures
        .iter()
        .filter(|signature| signature.signer == *zone);
    for signature in by_zone.take(Budget::SIGNATURES) {
        match verify_one(set, zone, signature, keys, now, budget) {
            Ok(verified) => return Ok(verified),
            Err(failure) if failure.progress() > worst.progress() => worst = failure,
            Err(_) => {}
        }
    }
    Err(worst)
}

fn verify_one(
    set: &RrSet,
    zone: &Name,
    signature: &Signature,
    keys: &[&Key],
    now: i64,
    budget: &mut Budget,
) -> Result<Verified, Failure> {
    let (tag, algorithm) = (signature.tag, signature.algorithm);
    if !crypto::supports(algorithm) {
        return Err(Failure::Algorithm { tag, algorithm });
    }
    let data = set.signed_by(signature).ok_or(Failure::Labels { tag })?;
    if usize::from(signature.labels) < zone.label_count() || !set.name.is_within(zone) {
        return Err(Failure::Labels { tag });
    }
    let (since, until) = (
        moment(signature.inception, now),
        moment(signature.expiration, now),
    );
    if since > now {
        return Err(Failure::NotYet { tag, since });
    }
    if until < now {
        return Err(Failure::Expired { tag, until });
    }
    let mut candidates = keys
        .iter()
        .filter(|key| key.tag == tag && key.algorithm == algorithm && key.may_sign())
        .take(Budget::COLLIDING_KEYS)
        .peekable();
    if candidates.peek().is_none() {
        return Err(Failure::NoKey { tag, algorithm });
    }
    for key in candidates {
        budget.verification().ok_or(Failure::Budget)?;
        match crypto::verify(algorithm, key.public(), &data, &signature.bytes) {
            Ok(()) => {
                let next_closer = set.next_closer(signature).flatten();
                return Ok(Verified {
                    tag,
                    algorithm,
                    until,
                    next_closer,
                });
            }
            Err(Refused::BadKey) => return Err(Failure::BadKey { tag, algorithm }),
            Err(Refused::Mismatch | Refused::Unsupported) => budget.failure().ok_or(Failure::Budget)?,
        }
    }
    Err(Failure::Mismatch { tag, algorithm })
}

/// The moment that is nearest to `now` of those that 32 bits stand for (RFC 4034 section 3.1.5, RFC 1982).
fn moment(seconds: u32, now: i64) -> i64 {
    let here = now.rem_euclid(1 << 32);
    let ahead = (i64::from(seconds) - here).rem_euclid(1 << 32);
    let ahead = if ahead < 1 << 31 { ahead } else { ahead - (1 << 32) };
    now + ahead
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;

    use super::super::testing::{name, rrsig};
    use super::*;
    use crate::wire::dns::RecordType;

    /// A signature of an RFC's examples.
    struct Example {
        zone: &'static str,
        key: (u16, u8, &'static str),
        owner: &'static str,
        rtype: RecordType,
        data: &'static [u8],
        /// Labels, expiration, inception, signature.
        signature: (u8, u32, u32, &'static str),
    }

    const EXAMPLES: [Example; 6] = [
        // RFC 4035 appendix B.6: made from a wildcard.
        Example {
            zone: "example",
            key: (
                256,
                5,
                "AQOy1bZVvpPqhg4j7EJoM9rI3ZmyEx2OzDBVrZy/lvI5CQePxXHZS4i8dANH4DX3tbHol61ek8EFMcsGXxKciJFHyhl94C+NwILQdzsUlSFovBZsyl/NX6yEbtw/xN9ZNcrbYvgjjZ/UVPZIySFNsgEYvh0z2542lzMKR4Dh8uZffQ==",
            ),
            owner: "a.z.w.example",
            rtype: RecordType::MX,
            data: b"\0\x01\x02ai\x07example\0",
            signature: (
                2,
                1_084_127_779,
                1_081_535_779,
                "OMK8rAZlepfzLWW75Dxd63jy2wswESzxDKG2f9AMN1CytCd10cYISAxfAdvXSZ7xujKAtPbctvOQ2ofO7AZJ+d01EeeQTVBPq4/6KCWhqe2XTjnkVLNvvhnc0u28aoSsG0+4InvkkOHknKxw4kX18MMR34i8lC36SR5xBni8vHI=",
            ),
        },
        // Signed by BIND's dnssec-signzone.
        Example {
            zone: "example.test",
            key: (
                256,
                8,
                "AwEAAbG08O04AqgGjlgrSyTPjf3tYNnAB7x5m2/2ILjUutVPyXlihaI4mhkyQfXDGua6P1hWhLkV1GmRt5npwGwh64NHWE/gqdE8QHqu56FRP/5dY/ltJ+lDoSWEaaogYJdwNT0yHQv7yrINc8lkrsN1Mw2PB+vPl67UkQrHCvMp6cjeYoOs8ruKiQyBmyeUECCk7goQh5JixCMtydbHfo2XMqxJy3AK66qfXdMqx87Pc3zBCK/NCC5MDUVBPN8GYLB/NRUtuJF3tjNuXl4OD1DEg9ugS25QeVjQSbala/56eFWqEO4MsfTAe66Tc86m/3VC79hrKe7dZbfv2eEFNockpKk=",
            ),
            owner: "example.test",
            rtype: RecordType::AAAA,
            data: &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
            signature: (
                2,
                2_398_377_600,
                1_767_225_600,
                "EfL7w7AAivTRbNUsqQkmtXi423q51lasRoRUcWe43UtuMQcF5oLA3a3uta6dK3KW6ix+EP9pK0mmvK95mevS2HsdiWinLIEHtrqKrXX3GhjdsMbEpw+nfby61niLvonLzUjn7iE81xJzt7Pcrzs2TD30Rwj8fPt3Dop2aSffNYVRPL4OaB2YVwTQQFycWJIk+7gJvj8zzvsF5Wq88aAUWoN1wX4Mv/SpkRCNeRCMW1zIBNJdyRL0b4IAv2VV4MCUQlZ1JSKdkxL69riRjnkrRF6UhOKVt1nIhXibJL2SCYtZ0z6I/UORY49J3Cxw8ADHnl+1U+AhkKlZ6kNq0VwMPA==",
            ),
        },
        // RFC 5702 section 6.2.
        Example {
            zone: "example.net",
            key: (
                256,
                10,
                "AwEAAdHoNTOW+et86KuJOWRDp1pndvwb6Y83nSVXXyLA3DLroROUkN6X0O6pnWnjJQujX/AyhqFDxj13tOnD9u/1kTg7cV6rklMrZDtJCQ5PCl/D7QNPsgVsMu1J2Q8gpMpztNFLpPBz1bWXjDtaR7ZQBlZ3PFY12ZTSncorffcGmhOL",
            ),
            owner: "www.example.net",
            rtype: RecordType::A,
            data: &[192, 0, 2, 91],
            signature: (
                3,
                1_893_456_000,
                946_684_800,
                "tsb4wnjRUDnB1BUi+t6TMTXThjVnG+eCkWqjvvjhzQL1d0YRoOe0CbxrVDYd0xDtsuJRaeUw1ep94PzEWzr0iGYgZBWm/zpq+9fOuagYJRfDqfReKBzMweOLDiNa8iP5g9vMhpuv6OPlvpXwm9Sa9ZXIbNl1MBGk0fthPgxdDLw=",
            ),
        },
        // RFC 6605 section 6.1.
        Example {
            zone: "example.net",
            key: (
                257,
                13,
                "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
            ),
            owner: "www.example.net",
            rtype: RecordType::A,
            data: &[192, 0, 2, 1],
            signature: (
                3,
                1_284_026_679,
                1_281_607_479,
                "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
            ),
        },
        // RFC 6605 section 6.2.
        Example {
            zone: "example.net",
            key: (
                257,
                14,
                "xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40",
            ),
            owner: "www.example.net",
            rtype: RecordType::A,
            data: &[192, 0, 2, 1],
            signature: (
                3,
                1_284_027_625,
                1_281_608_425,
                "/L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm",
            ),
        },
        // RFC 8080 section 6.1 with erratum 4935.
        Example {
            zone: "example.com",
            key: (257, 15, "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4="),
            owner: "example.com",
            rtype: RecordType::MX,
            data: b"\0\x0a\x04mail\x07example\x03com\0",
            signature: (
                2,
                1_440_021_600,
                1_438_207_200,
                "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
            ),
        },
    ];

    impl Example {
        fn key(&self) -> Key {
            let (flags, algorithm, public) = self.key;
            let mut rdata = flags.to_be_bytes().to_vec();
            rdata.extend([3, algorithm]);
            rdata.extend(BASE64.decode(public.as_bytes()).unwrap());
            Key::read(&rdata).unwrap()
        }

        fn set(&self) -> RrSet {
            let (labels, expiration, inception, bytes) = self.signature;
            let mut set = RrSet::unsigned(name(self.owner), self.rtype, self.data.to_vec());
            let data = rrsig(
                self.rtype,
                self.key.1,
                labels,
                [3600, expiration, inception],
                self.key().tag,
                &name(self.zone),
                &BASE64.decode(bytes.as_bytes()).unwrap(),
            );
            set.signatures.extend(Signature::read(&data));
            set
        }

        fn verify(&self, set: &RrSet, now: i64) -> Result<Verified, Failure> {
            verify(set, &name(self.zone), &[&self.key()], now, &mut Budget::default())
        }
    }

    #[test]
    fn the_signatures_of_the_rfcs_verify() {
        for example in &EXAMPLES {
            let (_, expiration, inception, _) = example.signature;
            for now in [i64::from(inception), i64::from(expiration)] {
                let verified = example.verify(&example.set(), now).unwrap();
                assert_eq!(
                    (verified.algorithm, verified.until),
                    (example.key.1, i64::from(expiration))
                );
            }
        }
    }

    #[test]
    fn a_signature_is_good_in_its_time_only() {
        for example in &EXAMPLES {
            let (_, expiration, inception, _) = example.signature;
            let tag = example.key().tag;
            assert_eq!(
                example
                    .verify(&example.set(), i64::from(inception) - 1)
                    .unwrap_err(),
                Failure::NotYet {
                    tag,
                    since: inception.into()
                }
            );
            assert_eq!(
                example
                    .verify(&example.set(), i64::from(expiration) + 1)
                    .unwrap_err(),
                Failure::Expired {
                    tag,
                    until: expiration.into()
                }
            );
        }
    }

    #[test]
    fn no_bit_of_data_or_signature_can_be_changed() {
        for example in &EXAMPLES {
            let now = i64::from(example.signature.2);
            let set = example.set();
            for bit in 0..8 * set.records[0].len() {
                let mut changed = set.clone();
                changed.records[0][bit / 8] ^= 1 << (bit % 8);
                assert!(example.verify(&changed, now).is_err());
            }
            for bit in 0..8 * set.signatures[0].bytes.len() {
                let mut changed = set.clone();
                changed.signatures[0].bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(example.verify(&changed, now).is_err());
            }
        }
    }

    #[test]
    fn signatures_and_keys_without_number_are_tried_in_small_number() {
        let [.., example] = &EXAMPLES;
        let (key, mut set) = (example.key(), example.set());
        let bad = |n: u8| {
            let mut signature = set.signatures[0].clone();
            signature.bytes[0] ^= n;
            signature
        };
        let all: Vec<Signature> = (1..100).map(bad).chain([set.signatures[0].clone()]).collect();
        set.signatures = all;
        let mut budget = Budget::default();
        let now = i64::from(example.signature.2);
        let refused = verify(&set, &name(example.zone), &[&key; 50], now, &mut budget);
        assert_eq!(refused.unwrap_err(), Failure::Budget);
        // Four signatures with four keys each come to the 16 that may fail; the four others to one each.
        assert_eq!((0..256).map_while(|_| budget.verification()).count(), 256 - 20);
    }

    #[test]
    fn times_are_compared_around_the_end_of_their_32_bits() {
        let end = 1_i64 << 32;
        assert_eq!(moment(u32::MAX, end - 5), end - 1);
        assert_eq!(moment(3, end - 5), end + 3);
        assert_eq!(moment(u32::MAX, end + 5), end - 1);
        assert_eq!(moment(1_800_000_000, 1_700_000_000), 1_800_000_000);
    }
}
