//! What becomes of calls in doubt.

use anyhow::{Result, bail};

use super::action::{Action, command};
use crate::proto::launch::OnDoubt;
use crate::tools::command::CommandLine;
use crate::tools::rlaunch::args;

/// What is done about a call that was begun and has no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) enum Doubt {
    /// Its client is told, and an operator decides.
    Report,
    /// This command finds out.
    Probe(CommandLine),
    /// It is performed again.
    Rerun,
}

impl Doubt {
    pub(super) fn new(args: &args::Doubt, action: &Action) -> Result<Self> {
        let typed = args.on_doubt.as_deref();
        if *action == Action::Missile {
            match (&args.probe, typed) {
                (Some(_), _) => bail!("--probe: a --missile leaves no doubt"),
                (None, Some(_)) => bail!("--on-doubt: a --missile leaves no doubt"),
                (None, None) => {}
            }
        }
        match (&args.probe, typed) {
            (Some(_), Some("rerun")) => bail!("--on-doubt rerun: --probe finds out instead"),
            (Some(line), _) => Ok(Self::Probe(command("--probe", line)?)),
            (None, Some("rerun")) => Ok(Self::Rerun),
            (None, _) => Ok(Self::Report),
        }
    }

    /// What the server is told of it.
    pub(super) fn policy(&self) -> OnDoubt {
        match self {
            Self::Report => OnDoubt::Report,
            Self::Probe(_) => OnDoubt::Probe,
            Self::Rerun => OnDoubt::Rerun,
        }
    }
}
