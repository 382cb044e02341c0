//! What a server is to do for each call.

use anyhow::{Context, Result, bail};

use crate::tools::command::CommandLine;
use crate::tools::rlaunch::args;

/// The action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) enum Action {
    /// This command, for each call.
    Exec(CommandLine),
    /// This command, for all calls.
    Coproc(CommandLine),
}

impl Action {
    pub(super) fn new(args: &args::Action) -> Result<Self> {
        match (&args.exec, &args.coproc) {
            (Some(line), None) => Ok(Self::Exec(command("--exec", line)?)),
            (None, Some(line)) => Ok(Self::Coproc(command("--coproc", line)?)),
            (Some(_), Some(_)) => bail!("--coproc: the action is what --exec says"),
            (None, None) => bail!("--exec CMD or --coproc CMD: needed to do something"),
        }
    }
}

fn command(flag: &str, line: &str) -> Result<CommandLine> {
    CommandLine::cheapest(line).with_context(|| format!("{flag}: no command"))
}
