//! Keys for TSIG as they are typed: `-y [hmac:]name:secret`, and the algorithm that a file names.

use super::UsageError;
use super::number::number_of_bits;
use crate::proto::dns::tsig::{Algorithm, KeyText};

/// Reads the value of `-y`.
///
/// # Errors
/// When a part of it is missing.
pub(super) fn typed(value: &str) -> Result<KeyText, UsageError> {
    let (first, rest) = value.split_once(':').ok_or(UsageError::Usage)?;
    let (algorithm, name, secret) = match rest.split_once(':') {
        Some((name, secret)) => (first, name, secret),
        None => (DEFAULT_ALGORITHM, first, rest),
    };
    if [algorithm, name, secret].contains(&"") {
        return Err(UsageError::Usage);
    }
    Ok(KeyText::new(name, algorithm, secret))
}

/// The value of `-y` as it may be shown: without its secret.
pub(super) fn masked(value: &str) -> String {
    // A value that is no key may still hold a secret, as one typed with a colon too few does.
    let open = match typed(value) {
        Ok(key) if value.split(':').count() > 2 => key.algorithm.len() + key.name.len() + 2,
        Ok(key) => key.name.len() + 1,
        Err(_) => 0,
    };
    format!("{}{MASK}", value.get(..open).unwrap_or_default())
}

/// The algorithm that `text` names, and how many bits of each signature are sent; `None` if nobody knows it.
///
/// # Errors
/// When what stands behind the name is no number of bits.
pub(crate) fn algorithm(text: &str) -> Result<Option<(Algorithm, u16)>, UsageError> {
    let text = text.to_ascii_lowercase();
    if ["hmac-md5.sig-alg.reg.int", "hmac-md5.sig-alg.reg.int."].contains(&text.as_str()) {
        return Ok(Some((Algorithm::HmacMd5, 0)));
    }
    for (name, algorithm) in Algorithm::ALL {
        let Some(rest) = text.strip_prefix(name) else {
            continue;
        };
        if rest.is_empty() {
            return Ok(Some((algorithm, 0)));
        }
        if let Some(bits) = rest.strip_prefix('-') {
            let longest = u16::try_from(8 * algorithm.mac_len()).unwrap_or(u16::MAX);
            return Ok(Some((algorithm, number_of_bits(bits, longest)?)));
        }
    }
    Ok(None)
}

/// What is said of an algorithm that nobody knows.
pub(crate) fn unknown_algorithm(name: &str) -> String {
    format!(";; Warning, ignoring invalid TSIG algorithm {name}")
}

/// What a key without an algorithm is for.
const DEFAULT_ALGORITHM: &str = "hmac-md5";

/// What stands where the secret stood.
const MASK: &str = "***";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_a_name_and_a_secret_and_maybe_an_algorithm() {
        assert_eq!(typed("k:c2VjcmV0"), Ok(KeyText::new("k", "hmac-md5", "c2VjcmV0")));
        let three = KeyText::new("k", "hmac-sha1", "a:b");
        assert_eq!(typed("hmac-sha1:k:a:b"), Ok(three));
        for wrong in ["k", "k:", ":s", "a:k:", "a::s", ""] {
            assert!(typed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_part_of_the_secret_is_shown() {
        assert_eq!(masked("hmac-sha256:k:c2VjcmV0"), "hmac-sha256:k:***");
        assert_eq!(masked("k:c2VjcmV0"), "k:***");
        assert_eq!(masked("a:k:c2:VjcmV0"), "a:k:***");
        assert_eq!(masked("c2VjcmV0"), "***");
        assert_eq!(masked(":c2VjcmV0"), "***");
    }

    #[test]
    fn an_algorithm_may_be_cut_to_a_number_of_bits() {
        assert_eq!(algorithm("HMAC-SHA256"), Ok(Some((Algorithm::HmacSha256, 0))));
        assert_eq!(
            algorithm("hmac-sha384-200"),
            Ok(Some((Algorithm::HmacSha384, 200)))
        );
        assert_eq!(algorithm("hmac-sha256."), Ok(None));
        assert_eq!(algorithm("foo"), Ok(None));
        let error = algorithm("hmac-sha256-999").unwrap_err();
        assert_eq!(error.to_string(), "couldn't parse digest bits");
        assert_eq!(
            error.problem(),
            Some("invalid digest-bits [0..256] '999': out of range")
        );
    }
}
