//! What a server is to do for each call.

use anyhow::{Context, Result, bail};

use crate::proto::launch::Effect;
use crate::tools::command::CommandLine;
use crate::tools::rlaunch::args;

/// The action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) enum Action {
    /// This command, for each call.
    Exec(CommandLine),
    /// This command, for all calls.
    Coproc(CommandLine),
    /// The lecture's: it counts.
    Missile,
}

impl Action {
    pub(super) fn new(args: &args::Action) -> Result<Self> {
        match (&args.exec, &args.coproc, args.missile) {
            (Some(line), None, false) => Ok(Self::Exec(command("--exec", line)?)),
            (None, Some(line), false) => Ok(Self::Coproc(command("--coproc", line)?)),
            (None, None, true) => Ok(Self::Missile),
            (None, None, false) => bail!("--exec CMD, --coproc CMD or --missile: needed to do something"),
            (Some(_), Some(_), _) => bail!("--coproc: the action is what --exec says"),
            (Some(_), None, true) => bail!("--missile: the action is what --exec says"),
            (None, Some(_), true) => bail!("--missile: the action is what --coproc says"),
        }
    }
}

impl Action {
    /// Where it has its effect.
    pub(super) fn effect(&self) -> Effect {
        match self {
            Self::Exec(_) | Self::Coproc(_) => Effect::Outside,
            Self::Missile => Effect::Missile,
        }
    }
}

pub(super) fn command(flag: &str, line: &str) -> Result<CommandLine> {
    CommandLine::cheapest(line).with_context(|| format!("{flag}: no command"))
}
