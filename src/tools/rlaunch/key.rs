//! `--key FILE`: the secret that makes and checks the tags of all datagrams.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::proto::link::Seal;
use crate::tools::secret::Secret;

/// What makes and checks tags: with a file, its secret; without one, what guards only against accidents.
///
/// # Errors
/// When the file is not fit to be a secret.
pub(super) fn seal(file: Option<&Path>) -> Result<Seal> {
    let Some(path) = file else {
        return Ok(Seal::checksum());
    };
    let (secret, name) = (Secret::read(path)?, path.display());
    // As ssh does it: what belongs to somebody else is for a group that its owner has chosen.
    ensure!(
        !(secret.is_ours() && secret.is_open_to_others()),
        "{name}: others than its owner can read or write this key: chmod 600 {name}"
    );
    let length = secret.bytes.len();
    ensure!(
        length >= SHORTEST,
        "{name}: a key of {length} bytes can be guessed: it needs {SHORTEST} or more"
    );
    Ok(Seal::keyed(&secret.bytes))
}

/// 128 random bits, as many as the tag has.
const SHORTEST: usize = 16;

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn read(text: &str, mode: u32) -> Result<Seal, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        seal(Some(&path)).map_err(|error| error.to_string().replace(&path.display().to_string(), "KEY"))
    }

    #[test]
    fn a_line_end_behind_a_key_is_not_of_it() {
        let (with, without) = (read("0123456789abcdef\n", 0o600), read("0123456789abcdef", 0o400));
        assert_eq!(with.unwrap().id(), without.unwrap().id());
    }

    #[test]
    fn a_key_that_can_be_guessed_is_refused() {
        let error = read("0123456789abcde\n", 0o600).unwrap_err();
        assert_eq!(
            error,
            "KEY: a key of 15 bytes can be guessed: it needs 16 or more"
        );
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        for mode in [0o640, 0o604, 0o620] {
            let error = read("0123456789abcdef", mode).unwrap_err();
            assert_eq!(
                error,
                "KEY: others than its owner can read or write this key: chmod 600 KEY"
            );
        }
    }

    #[test]
    fn without_a_key_the_tag_is_a_checksum() {
        assert_eq!(seal(None).unwrap().id(), 0);
    }
}
