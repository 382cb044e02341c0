//! What `rnc` does.

use std::rc::Rc;

use super::Args;
use super::plan::{Mode, Plan};
use super::{connect, listen, say};
use crate::cli::{Exit, Failure};
use crate::net::{Clock, Endpoint, Relay};
use crate::proto::relay::End;

/// Runs the tool.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let plan = Plan::new(args)?;
    match &plan.mode {
        Mode::Connect(target) => connect::connect(&plan, target),
        Mode::Scan(target) => connect::scan(&plan, target),
        Mode::Listen { host, port, keep } => listen::listen(&plan, host.as_deref(), port, *keep),
    }
}

/// The runtime for a connection, started only when there is one.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| say::failure("start the runtime", &error))
}

/// Standard input and output.
#[derive(Clone, Debug)]
pub(super) struct Stdio {
    pub(super) stdin: Rc<Endpoint>,
    pub(super) stdout: Rc<Endpoint>,
}

impl Stdio {
    /// Must be called within the runtime.
    pub(super) fn open() -> Result<Self, Failure> {
        Ok(Self {
            stdin: Rc::new(Endpoint::stdin().map_err(|error| say::failure("standard input", &error))?),
            stdout: Rc::new(Endpoint::stdout().map_err(|error| say::failure("standard output", &error))?),
        })
    }
}

/// Runs one connection to its end. Everything but a loss is a success; the loss has been said.
pub(super) async fn serve(relay: &Relay, stdio: &Stdio, socket: Rc<Endpoint>) -> Exit {
    let (stdin, stdout) = (Rc::clone(&stdio.stdin), Rc::clone(&stdio.stdout));
    match relay.run(&Clock::start(), stdin, stdout, socket).await {
        Ok(End::Complete | End::Idle | End::Lingered | End::Limit) => Exit::SUCCESS,
        Ok(End::Lost) => Exit::FAILURE,
        Err(fault) => {
            say::fault(&fault);
            Exit::FAILURE
        }
    }
}
