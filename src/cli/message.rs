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

/// Prints one line on standard error. Control characters are escaped: what is said may quote the network.
pub fn message(line: impl Display) {
    let mut text = String::new();
    for c in line.to_string().chars() {
        if c.is_control() && c != '\n' && c != '\t' {
            text.extend(c.escape_default());
        } else {
            text.push(c);
        }
    }
    text.push('\n');
    // Nobody can be told that standard error is gone.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
