//! The key that queries are signed with: typed, or read from a file, and what is said when there is none in the end.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use jiff::Zoned;

use super::plan::{End, Globals, Signing, algorithm, unknown_algorithm};
use super::run::end;
use super::session::output_failure;
use crate::cli::{Failure, message};
use crate::proto::dns::tsig::{Algorithm, Key, KeyFileError, KeyText, key_pair, key_statement};

/// Makes the key that was asked for last, if that is not done yet. As with dig, a key that makes no sense is no reason
/// not to ask: it is said, and the query goes out without a signature.
pub(super) fn load(globals: &mut Globals) -> Result<(), Failure> {
    let signing = &mut globals.signing;
    if !std::mem::take(&mut signing.changed) {
        return Ok(());
    }
    signing.key = None;
    let Some(file) = signing.file.clone() else {
        return match signing.typed.clone() {
            Some((text, algorithm)) => make(signing, &text, algorithm),
            None => Ok(()),
        };
    };
    if let Some((key, private)) = read_pair(&file) {
        log(&format!(
            "{private}: Use of K* file pairs for HMAC is deprecated\n"
        ));
        signing.key = Some(key);
        return Ok(());
    }
    match read_statement(&file) {
        Ok(text) => {
            signing.wanted = true;
            let algorithm = match algorithm(&text.algorithm) {
                Ok(Some(algorithm)) => Some(algorithm),
                Ok(None) => {
                    message(unknown_algorithm(&text.algorithm));
                    None
                }
                Err(error) => {
                    if let Some(problem) = error.problem() {
                        writeln!(io::stdout().lock(), "{problem}").map_err(output_failure)?;
                    }
                    return Err(end(&End::Error(error)));
                }
            };
            make(signing, &text, algorithm)
        }
        Err(Unreadable::Key(KeyFileError::Incomplete)) => {
            Err(anyhow::anyhow!("{}", KeyFileError::Incomplete).into())
        }
        Err(why) => {
            message(format_args!("Couldn't read key from {file}: {why}"));
            Ok(())
        }
    }
}

fn make(signing: &mut Signing, text: &KeyText, algorithm: Option<(Algorithm, u16)>) -> Result<(), Failure> {
    match text.key(algorithm) {
        Ok(key) => {
            if key.is_weak() {
                log(&format!("the key '{}' is too short to be secure", text.name));
            }
            if key.is_empty() {
                return Err(anyhow::anyhow!("illegal operation for a null key").into());
            }
            signing.key = Some(key);
            Ok(())
        }
        Err(why) => {
            let mut stdout = io::stdout().lock();
            writeln!(stdout, ";; Couldn't create key {}: {why}", text.name).map_err(output_failure)
        }
    }
}

/// Prints a line as the log of BIND's library does.
fn log(line: &str) {
    message(format_args!(
        "{} {line}",
        Zoned::now().strftime("%d-%b-%Y %H:%M:%S%.3f")
    ));
}

/// Why a file holds no key.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("{}", bind_words(_0))]
    Io(#[from] io::Error),
    #[error("not a file")]
    NotAFile,
    #[error(transparent)]
    Key(#[from] KeyFileError),
}

/// The key in a `K*.key` and a `K*.private`, by the name of either or what the two have in common; and the name of the
/// second.
fn read_pair(file: &str) -> Option<(Key, String)> {
    let suffixes = [".key", ".private", "."];
    let stem = suffixes.iter().find_map(|suffix| file.strip_suffix(suffix));
    let stem = stem.unwrap_or(file);
    let private = format!("{stem}.private");
    let key = key_pair(&read(&format!("{stem}.key")).ok()?, &read(&private).ok()?)?;
    Some((key, private))
}

fn read_statement(file: &str) -> Result<KeyText, Unreadable> {
    if !fs::metadata(Path::new(file))?.is_file() {
        return Err(Unreadable::NotAFile);
    }
    Ok(key_statement(&read(file)?)?)
}

/// The beginning of a file, which is more than all of any that holds a key.
fn read(file: &str) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(file)?.take(MAX_FILE).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

const MAX_FILE: u64 = 64 * 1024;

fn bind_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "file not found".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => crate::cli::words(error),
    }
}
