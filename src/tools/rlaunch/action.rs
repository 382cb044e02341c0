//! The action of `rlaunch serve --exec`: a command, run once for each call.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::proto::launch::Outcome;
use crate::wire::rlaunch::MAX_PAYLOAD;

/// A command. As `make` does, a line that the shell would treat no differently is run without one: a shell costs
/// more than most actions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// These words.
    Words(Vec<String>),
    /// This line, by `/bin/sh -c`.
    Shell(String),
}

impl Action {
    /// The action that a command line is.
    ///
    /// # Errors
    /// When it is empty.
    pub(super) fn parse(line: &str) -> Result<Self> {
        let words: Vec<_> = line.split_whitespace().map(str::to_owned).collect();
        ensure!(!words.is_empty(), "--exec: no command");
        Ok(if line.contains(SPECIAL) {
            Self::Shell(line.to_owned())
        } else {
            Self::Words(words)
        })
    }

    /// Runs the command: `payload` on its standard input, `id` in its environment.
    ///
    /// # Errors
    /// When it could not be begun; then nothing of it was done.
    pub(super) async fn run(&self, id: &str, payload: &[u8]) -> io::Result<Outcome> {
        let child = self
            .command()
            .env("RLAUNCH_ID", id)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(finish(child, payload).await)
    }

    fn command(&self) -> Command {
        match self {
            Self::Words(words) => {
                let mut words = words.iter().map(OsStr::new);
                let mut command = Command::new(words.next().unwrap_or_default());
                command.args(words);
                command
            }
            Self::Shell(line) => {
                let mut command = Command::new("/bin/sh");
                command.arg("-c").arg(line);
                command
            }
        }
    }
}

/// Feeds the command and collects what it says, to its end.
async fn finish(mut child: Child, payload: &[u8]) -> Outcome {
    if let Some(mut stdin) = child.stdin.take() {
        // A pipe holds more than the longest payload, so this does not wait for a command that does not read;
        // and a command may end without reading.
        let _ = stdin.write_all(payload).await;
    }
    let (mut result, mut truncated) = (Vec::new(), false);
    if let Some(mut stdout) = child.stdout.take() {
        let limit = MAX_PAYLOAD as u64 + 1;
        let _ = (&mut stdout).take(limit).read_to_end(&mut result).await;
        truncated = result.len() > MAX_PAYLOAD;
        result.truncate(MAX_PAYLOAD);
        // The rest is read and dropped: a command must not die of a result that is too long.
        let mut rest = [0; 4096];
        while matches!(stdout.read(&mut rest).await, Ok(1..)) {}
    }
    let exit = child.wait().await.map_or(u8::MAX, code);
    Outcome {
        exit,
        truncated,
        result,
    }
}

/// The status as a shell tells it.
fn code(status: ExitStatus) -> u8 {
    let code = status
        .code()
        .or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// What makes a line one for the shell.
const SPECIAL: &[char] = &[
    '|', '&', ';', '<', '>', '(', ')', '$', '`', '\\', '"', '\'', '*', '?', '[', ']', '#', '~', '=', '%',
    '{', '}', '!', '\n',
];

#[cfg(test)]
mod tests {
    use super::*;

    fn run(line: &str, payload: &[u8]) -> io::Result<Outcome> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(Action::parse(line).unwrap().run("id-1", payload))
    }

    #[test]
    fn a_plain_line_is_run_without_a_shell() {
        assert_eq!(
            Action::parse("tee  -a log").unwrap(),
            Action::Words(vec!["tee".to_owned(), "-a".to_owned(), "log".to_owned()])
        );
        assert!(matches!(Action::parse("cat; date").unwrap(), Action::Shell(_)));
        assert!(Action::parse(" ").is_err());
    }

    #[test]
    fn the_payload_is_its_input_and_its_output_the_result() {
        let outcome = run("cat", b"coffee").unwrap();
        assert_eq!(
            outcome,
            Outcome {
                exit: 0,
                truncated: false,
                result: b"coffee".to_vec()
            }
        );
        assert_eq!(run("echo $RLAUNCH_ID", b"").unwrap().result, b"id-1\n");
    }

    #[test]
    fn a_command_that_fails_or_dies_was_launched_all_the_same() {
        assert_eq!(run("exit 7;", b"unread").unwrap().exit, 7);
        assert_eq!(run("kill -9 $$", b"").unwrap().exit, 137);
    }

    #[test]
    fn a_command_that_cannot_be_begun_was_not_launched() {
        assert!(run("/nonexistent/command", b"").is_err());
    }

    #[test]
    fn a_long_result_is_cut_and_the_command_lives_on() {
        let outcome = run("head -c 300000 /dev/zero", b"").unwrap();
        assert_eq!(
            (outcome.exit, outcome.truncated, outcome.result.len()),
            (0, true, MAX_PAYLOAD)
        );
    }
}
