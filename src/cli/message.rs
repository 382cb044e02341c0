//! What goes to standard error.

use std::borrow::Cow;
use std::env;
use std::fmt::Display;
use std::io::Write;
use std::path::Path;

/// The name that the program was called by, as its messages begin: the last component of `argv[0]`, so that a
/// link named `nc` says `nc: `.
pub fn program_name(default: &'static str) -> Cow<'static, str> {
    env::args_os()
        .next()
        .and_then(|argv0| Some(Path::new(&argv0).file_name()?.to_string_lossy().into_owned()))
        .map_or(Cow::Borrowed(default), Cow::Owned)
}

/// What an error says, as C would say it: without the ` (os error 111)` that Rust puts behind the system's words.
pub fn words(error: impl Display) -> String {
    const NUMBER: &str = " (os error ";
    let mut text = error.to_string();
    while let Some(start) = text.find(NUMBER) {
        let Some(length) = text.get(start..).and_then(|rest| rest.find(')')) else {
            break;
        };
        text.replace_range(start..=start + length, "");
    }
    text
}

/// Prints one line on standard error. Control characters are escaped: what is said may quote the network.
pub fn message(line: impl Display) {
    remark(format_args!("{line}\n"));
}

/// Prints on standard error what ends its line itself, or leaves it open; else as [`message`].
pub fn remark(remark: impl Display) {
    let mut text = String::new();
    for c in remark.to_string().chars() {
        if c.is_control() && c != '\n' && c != '\t' {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    // Nobody can be told that standard error is gone.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Prints a line on standard error that the next one is written over. Nothing in it may be from the network.
pub fn passing_message(line: impl Display) {
    let _ = write!(std::io::stderr().lock(), "{line}\r");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_words_stand_without_their_number() {
        let refused = std::io::Error::from_raw_os_error(111);
        assert_eq!(words(refused), "Connection refused");
        assert_eq!(words("open x (os error 2): y (os error 13)"), "open x: y");
        assert_eq!(words("an odd name (os error "), "an odd name (os error ");
    }
}
