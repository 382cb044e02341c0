//! Commands that are run for one call: the action of `--exec`, and the probe.

use std::io;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::say;
use crate::cli::words;
use crate::net::launch::{Inquiry, Launch, NotDone};
use crate::proto::launch::{Outcome, Probe};
use crate::tools::command::{CommandLine, code};
use crate::wire::rlaunch::MAX_PAYLOAD;

/// Has a command perform a call: the payload on its standard input, the id and the fence in its environment.
///
/// # Errors
/// When it could not be begun; then nothing of it was done.
pub(super) async fn exec(command: &CommandLine, launch: &Launch) -> Result<Outcome, NotDone> {
    let child = begin(command, &launch.id.to_string(), launch.fence).map_err(NotDone::not_begun)?;
    Ok(finish(child, &launch.payload).await)
}

/// Has a command find out what became of a call: by its exit status, 0 launched (with its output as the result), 3 not
/// launched, anything else not known. One that takes longer than `limit` is killed, and not known either.
pub(super) async fn probe(command: &CommandLine, inquiry: &Inquiry, limit: Duration) -> Probe {
    let id = inquiry.id.to_string();
    let child = match begin(command, &id, inquiry.fence) {
        Ok(child) => child,
        Err(error) => {
            say(words(format_args!("{id}: cannot begin the probe: {error}")));
            return Probe::Unknown;
        }
    };
    let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let payload = inquiry.payload.as_deref().unwrap_or_default();
    let Ok(outcome) = timeout(limit, finish(child, payload)).await else {
        say(format_args!(
            "{id}: the probe takes longer than {} s",
            limit.as_secs()
        ));
        // It is the leader of its group, and not yet waited for, so that the number is still its own.
        let _ = group.map(|group| kill_process_group(group, Signal::KILL));
        return Probe::Unknown;
    };
    match outcome.exit {
        0 => Probe::Launched(outcome),
        3 => Probe::NotLaunched,
        _ => Probe::Unknown,
    }
}

/// Begins a command about a call.
fn begin(command: &CommandLine, id: &str, fence: u64) -> io::Result<Child> {
    Command::from(command.command())
        .env("RLAUNCH_ID", id)
        .env("RLAUNCH_FENCE", itoa::Buffer::new().format(fence))
        // What a terminal sends to stop the server is not for what the server has yet to finish.
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
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
    use crate::net::launch::LaunchId;
    use crate::wire::rlaunch::CallId;

    fn run(line: &str, payload: &[u8]) -> Result<Outcome, NotDone> {
        let launch = Launch {
            id: LaunchId {
                instance: 0xf,
                call: CallId { session: 2, seq: 3 }.into(),
            },
            fence: 7,
            payload: payload.to_vec(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(exec(&CommandLine::cheapest(line).unwrap(), &launch))
    }

    fn probed(line: &str, payload: &[u8], limit: Duration) -> Probe {
        let inquiry = Inquiry {
            id: LaunchId {
                instance: 0xf,
                call: CallId { session: 2, seq: 3 }.into(),
            },
            fence: 7,
            payload: Some(payload.to_vec()),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(probe(&CommandLine::cheapest(line).unwrap(), &inquiry, limit))
    }

    #[test]
    fn a_probe_reads_the_payload_and_is_not_waited_for_longer_than_its_limit() {
        let Probe::Launched(outcome) = probed("cat", b"coffee", LONG) else {
            panic!("it exits with 0");
        };
        assert_eq!(outcome.result, b"coffee");
        assert_eq!(probed("exit 3;", b"", LONG), Probe::NotLaunched);
        assert_eq!(probed("exit 4;", b"", LONG), Probe::Unknown);
        assert_eq!(
            probed("sleep 600; exit 3", b"", Duration::from_millis(50)),
            Probe::Unknown
        );
    }

    const LONG: Duration = Duration::from_secs(600);

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
    }

    #[test]
    fn the_environment_tells_id_and_fence() {
        let outcome = run("echo $RLAUNCH_ID $RLAUNCH_FENCE", b"").unwrap();
        assert_eq!(outcome.result, b"000000000000000f-2-3 7\n");
    }

    #[test]
    fn a_command_that_fails_or_dies_was_launched_all_the_same() {
        assert_eq!(run("exit 7;", b"unread").unwrap().exit, 7);
        assert_eq!(run("kill -9 $$", b"").unwrap().exit, 137);
    }

    #[test]
    fn a_command_that_cannot_be_begun_was_not_launched() {
        let refused = run("/nonexistent/command", b"");
        assert!(matches!(refused, Err(NotDone::NotBegun(_))));
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
