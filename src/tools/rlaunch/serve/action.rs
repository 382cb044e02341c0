//! What a server does for each call.

use std::io;
use std::sync::Arc;

use super::coproc::Coproc;
use super::exec::exec;
use crate::net::launch::{Handler, Launch, NotDone};
use crate::proto::launch::Outcome;
use crate::tools::command::CommandLine;
use crate::tools::rlaunch::plan;

/// An action, ready to be performed. A copy of it is the same one.
#[derive(Clone, Debug)]
pub(super) enum Action {
    /// A command for each call.
    Exec(CommandLine),
    /// One command for all calls.
    Coproc(Arc<Coproc>),
}

impl Action {
    /// Makes an action ready. Needs a tokio runtime.
    ///
    /// # Errors
    /// When its command cannot be begun.
    pub(super) fn prepare(action: plan::Action) -> io::Result<Self> {
        Ok(match action {
            plan::Action::Exec(command) => Self::Exec(command),
            plan::Action::Coproc(command) => Self::Coproc(Arc::new(Coproc::start(command)?)),
        })
    }

    /// Ends it, when nothing is asked of it any more.
    pub(super) async fn close(&self) {
        if let Self::Coproc(coproc) = self {
            coproc.close().await;
        }
    }
}

impl Handler for Action {
    async fn run(&self, launch: Launch) -> Result<Outcome, NotDone> {
        match self {
            Self::Exec(command) => exec(command, &launch).await,
            Self::Coproc(coproc) => coproc.run(&launch).await,
        }
    }
}
