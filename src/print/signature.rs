//! Signatures that a message holds itself: HMAC-MD5 (RFC 2104) with the key of `-M`, of RSVP (RFC 2747) and of
//! IS-IS (RFC 5304). TCP has its own.

use std::ops::Range;

use hmac::{Hmac, KeyInit as _, Mac as _};
use md5::Md5;

use super::cursor::Cursor;
use super::page::Page;
use super::text::{HexRun, put};

/// How long the digest is.
const DIGEST: usize = 16;

/// Prints ` (valid)`, ` (invalid)` behind the digest that it should be, or ` (unchecked)` if there is no key or not
/// all was captured. The digest is `at` bytes into the message; the fields that were zero when it was made are
/// `cleared`, in order, and it too.
pub(crate) fn print(page: &mut Page<'_>, message: Cursor<'_>, at: usize, cleared: &[Range<usize>]) {
    let Some(key) = &page.options.signature_key else {
        return put!(page, " (unchecked)");
    };
    let own = at..at + DIGEST;
    let (Some(bytes), Some(found)) = (
        message.bytes().get(..message.len()),
        message
            .bytes()
            .get(own.clone())
            .filter(|_| own.end <= message.len()),
    ) else {
        return put!(page, " (unchecked)");
    };
    let zeros = cleared.iter().cloned().chain([own]);
    match digest(key, bytes, zeros) {
        Some(right) if right == found => put!(page, " (valid)"),
        Some(right) => {
            put!(page, HexRun(&right));
            page.invalid();
        }
        None => put!(page, " (unchecked)"),
    }
}

/// The digest of the bytes with zeros in these places.
fn digest(key: &[u8], bytes: &[u8], zeros: impl Iterator<Item = Range<usize>>) -> Option<[u8; DIGEST]> {
    let mut mac = Hmac::<Md5>::new_from_slice(key).ok()?;
    let mut done = 0;
    for zero in zeros {
        mac.update(bytes.get(done..zero.start)?);
        done = zero.end;
        for _ in zero {
            mac.update(&[0]);
        }
    }
    mac.update(bytes.get(done..)?);
    Some(mac.finalize().into_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn what_is_cleared_counts_as_zeros() {
        let right = digest(b"key", &[1, 0, 0, 4, 5], std::iter::empty());
        assert!(right.is_some());
        assert_eq!(digest(b"key", &[1, 2, 3, 4, 5], std::iter::once(1..3)), right);
        assert_ne!(digest(b"yek", &[1, 0, 0, 4, 5], std::iter::empty()), right);
        assert_eq!(
            digest(b"key", &[1], std::iter::once(1..3)),
            None,
            "a place behind the end"
        );
    }

    #[test]
    fn a_digest_is_that_of_the_rfc() {
        // RFC 2202, test case 2.
        let right = digest(b"Jefe", b"what do ya want for nothing?", std::iter::empty()).unwrap();
        assert_eq!(
            u128::from_be_bytes(right),
            0x750c_783e_6ab0_b503_eaa8_6e31_0a5d_b738
        );
    }

    #[test]
    fn a_message_of_rsvp_is_signed_but_for_its_checksum() {
        use crate::print::Options;
        use crate::print::sample::{ipv4, options, shown_with};
        use crate::wire::LinkType;

        let mut message = vec![0x10, 1, 0, 0, 64, 0, 0, 44, 0, 36, 4, 1];
        message.extend([0; 32]);
        let right = digest(b"secret", &message, std::iter::empty()).unwrap();
        message[28..].copy_from_slice(&right);
        message[2..4].copy_from_slice(&[0x12, 0x34]);
        let told = |key: Option<&[u8]>| {
            let options = Options {
                signature_key: key.map(Into::into),
                ..options(1)
            };
            shown_with(&options, LinkType::RAW, &ipv4(46, &message))
        };
        assert!(told(None).ends_with("  (unchecked)"));
        assert!(told(Some(b"secret")).ends_with("  (valid)"));
        assert!(told(Some(b"other")).ends_with(" (invalid)"));
    }
}
