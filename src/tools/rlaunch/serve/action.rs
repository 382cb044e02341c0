//! The action of `rlaunch serve --exec`: a command, run once for each call.

use std::io;
use std::process::Stdio;

use anyhow::Context;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::net::launch::{Handler, Launch, NotDone};
use crate::proto::launch::Outcome;
use crate::tools::command::{CommandLine, code};
use crate::wire::rlaunch::MAX_PAYLOAD;

/// A command.
#[derive(Clone, Debug)]
pub(in crate::tools::rlaunch) struct Action(CommandLine);

impl Action {
    /// The action that a command line is.
    ///
    /// # Errors
    /// When it is empty.
    pub(in crate::tools::rlaunch) fn parse(line: &str) -> anyhow::Result<Self> {
        CommandLine::cheapest(line)
            .map(Self)
            .context("--exec: no command")
    }

    /// Runs the command: `payload` on its standard input, `id` in its environment.
    ///
    /// # Errors
    /// When it could not be begun; then nothing of it was done.
    pub(in crate::tools::rlaunch) async fn run(&self, id: &str, payload: &[u8]) -> io::Result<Outcome> {
        let child = Command::from(self.0.command())
            .env("RLAUNCH_ID", id)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(finish(child, payload).await)
    }
}

impl Handler for Action {
    async fn run(&self, launch: Launch) -> Result<Outcome, NotDone> {
        let id = launch.id.to_string();
        Self::run(self, &id, &launch.payload)
            .await
            .map_err(NotDone::not_begun)
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
