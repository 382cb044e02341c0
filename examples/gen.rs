//! Writes `completions/` from the parsers of the five tools: `cargo run --example gen` after a flag has changed.
//! `tests/docs.rs` fails while the files and the parsers disagree.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap_complete::Shell;
use fairloss::tools;

/// Every completion file, by its path below the package, with its text.
pub(crate) fn completions() -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for command in tools::commands() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let mut command = command.clone();
            let name = command.get_name().to_owned();
            let file = match shell {
                Shell::Bash => format!("{name}.bash"),
                Shell::Zsh => format!("_{name}"),
                _ => format!("{name}.fish"),
            };
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut command, name, &mut text);
            files.push((Path::new("completions").join(file), text));
        }
    }
    files
}

#[allow(
    dead_code,
    reason = "tests/docs.rs includes this file for `completions` alone"
)]
fn main() -> io::Result<()> {
    for (file, text) in completions() {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), text)?;
    }
    Ok(())
}
