//! The fingerprint of a certificate: the SHA-256 hash of its DER.

use std::fmt;
use std::str::FromStr;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The SHA-256 hash of a certificate. As text `SHA256:` and 64 hexadecimal digits; read in any case, with colons
/// between the digits or without, alone or as `openssl x509 -fingerprint -sha256` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// What was typed is not the SHA-256 hash of anything.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("not a SHA-256 fingerprint: {0}")]
pub struct NotAFingerprint(String);

impl Fingerprint {
    /// That of a certificate in DER.
    pub(super) fn of(certificate: &[u8]) -> Self {
        Self(Sha256::digest(certificate).into())
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SHA256:{}", HEXLOWER.encode(&self.0))
    }
}

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(typed: &str) -> Result<Self, NotAFingerprint> {
        let wrong = || NotAFingerprint(typed.to_owned());
        let text = typed.trim().to_ascii_lowercase();
        let digits = ["sha256 fingerprint=", "sha256:", "sha256="]
            .iter()
            .find_map(|prefix| text.strip_prefix(prefix))
            .unwrap_or(&text);
        let digits = digits.replace(':', "");
        let hash = HEXLOWER_PERMISSIVE
            .decode(digits.as_bytes())
            .map_err(|_| wrong())?;
        hash.try_into().map(Self).map_err(|_| wrong())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    #[test]
    fn a_fingerprint_is_read_in_every_form_that_is_printed_somewhere() {
        let print = Fingerprint::of(b"test");
        let pairs: Vec<&str> = (0..64).step_by(2).map(|at| &PLAIN[at..at + 2]).collect();
        let colons = pairs.join(":").to_uppercase();
        for text in [
            print.to_string(),
            PLAIN.to_owned(),
            PLAIN.to_uppercase(),
            colons.clone(),
            format!("sha256 Fingerprint={colons}"),
            format!("SHA256 Fingerprint={colons}\n"),
        ] {
            assert_eq!(text.parse(), Ok(print), "{text}");
        }
        assert_eq!(print.to_string(), format!("SHA256:{PLAIN}"));
    }

    #[test]
    fn what_is_no_hash_of_that_length_is_refused() {
        for text in [
            "",
            "SHA256:",
            &PLAIN[2..],
            &format!("{PLAIN}00"),
            &format!("SHA1:{PLAIN}"),
            "xyz",
        ] {
            assert!(text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }
}
