//! Passwords: from the environment, or from the terminal, which does not show them. Never from the command line, which
//! everybody on the machine can read.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};

use anyhow::anyhow;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use super::say;
use crate::cli::{Failure, md5_password};
use crate::net::Md5Key;

/// The password that the environment has, or what is typed after `prompt`. `what` it is, for the complaint.
pub(super) fn password(known: Option<String>, what: &str, prompt: &str) -> Result<String, Failure> {
    match known {
        Some(password) => Ok(password),
        None => ask(prompt).map_err(|error| say::failure(&format!("read {what}"), &error)),
    }
}

/// The key of `-S`.
pub(super) fn signature() -> Result<Md5Key, Failure> {
    let password = password(md5_password(), "the TCP MD5SIG password", "TCP MD5SIG password: ")?;
    let key = Md5Key::new(&password);
    Ok(key.ok_or_else(|| anyhow!("a TCP MD5SIG password has 1 to 80 bytes"))?)
}

fn ask(prompt: &str) -> io::Result<String> {
    let mut terminal = File::options().read(true).write(true).open("/dev/tty")?;
    let quiet = Quiet::new(terminal.try_clone()?)?;
    write!(terminal, "{prompt}")?;
    let mut line = String::new();
    let read = BufReader::new(&terminal).read_line(&mut line);
    drop(quiet);
    writeln!(terminal)?;
    match read? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end_matches(['\r', '\n']).to_owned()),
    }
}

/// A terminal that does not show what is typed, until this is dropped.
struct Quiet {
    terminal: File,
    before: Termios,
}

impl Quiet {
    fn new(terminal: File) -> io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // Nothing more can be done for a terminal that is gone.
        let _ = tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}
