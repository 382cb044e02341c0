//! What a server does for each call.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::coproc::Coproc;
use super::exec::{exec, probe};
use crate::net::launch::{Handler, Inquiry, Launch, NotDone};
use crate::proto::launch::{Outcome, Probe};
use crate::tools::command::CommandLine;
use crate::tools::rlaunch::plan::{self, Doubt};

/// An action with its probe, ready to be performed. A copy of it is the same one.
#[derive(Clone, Debug)]
pub(super) struct Action {
    way: Way,
    doubt: Doubt,
}

#[derive(Clone, Debug)]
enum Way {
    /// A command for each call.
    Exec(CommandLine),
    /// One command for all calls.
    Coproc(Arc<Coproc>),
    /// None: the effect is in the store.
    Within,
}

impl Action {
    /// Makes an action ready. Needs a tokio runtime.
    ///
    /// # Errors
    /// When its command cannot be begun.
    pub(super) fn prepare(action: plan::Action, doubt: Doubt) -> io::Result<Self> {
        let way = match action {
            plan::Action::Exec(command) => Way::Exec(command),
            plan::Action::Coproc(command) => Way::Coproc(Arc::new(Coproc::start(command)?)),
            plan::Action::Missile => Way::Within,
        };
        Ok(Self { way, doubt })
    }

    /// Ends it, when nothing is asked of it any more.
    pub(super) async fn close(&self) {
        if let Way::Coproc(coproc) = &self.way {
            coproc.close().await;
        }
    }
}

impl Handler for Action {
    async fn run(&self, launch: Launch) -> Result<Outcome, NotDone> {
        match &self.way {
            Way::Exec(command) => exec(command, &launch).await,
            Way::Coproc(coproc) => coproc.run(&launch).await,
            Way::Within => Err(NotDone::not_begun("the server performs it itself")),
        }
    }

    async fn probe(&self, inquiry: Inquiry) -> Probe {
        match &self.doubt {
            Doubt::Probe(command) => probe(command, &inquiry, PROBE_LIMIT).await,
            Doubt::Report | Doubt::Rerun => Probe::Unknown,
        }
    }
}

/// So long a probe may take.
const PROBE_LIMIT: Duration = Duration::from_secs(30);
