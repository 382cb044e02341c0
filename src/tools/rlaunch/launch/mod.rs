//! `rlaunch launch`: one call, or one for each line of standard input.

mod lines;
mod notes;

use std::io::{self, Read};

use anyhow::{Context, Result, anyhow};

use super::call::{self, Caller, Style, exit};
use super::key;
use super::plan::{self, Payloads};
use crate::cli::{Exit, Failure};
use crate::net::runtime;
use crate::proto::launch::Ending;
use crate::wire::rlaunch::MAX_PAYLOAD;

pub(super) use notes::Notes;

/// Makes the call or calls.
pub(super) fn launch(plan: &plan::Launch) -> Result<Exit, Failure> {
    match &plan.payloads {
        Payloads::Lines => {
            let runtime = runtime().context("start the runtime")?;
            runtime.block_on(lines(plan))
        }
        Payloads::One(payload) => one(plan, payload.clone()),
        Payloads::Input => {
            let payload = whole_input(io::stdin().lock())?;
            one(plan, plan::fit(plan.name.as_ref(), payload)?)
        }
    }
}

/// Makes one call: the one that an earlier run left unsettled, or a new one.
fn one(plan: &plan::Launch, payload: Vec<u8>) -> Result<Exit, Failure> {
    call::run(&plan.conduct(), async |caller: &mut Caller<'_>| {
        if caller.is_of_lines() {
            return Err(anyhow!("the journal is that of an interrupted run of --lines").into());
        }
        let left = caller.left(plan.name.as_ref(), &payload);
        let is_new = left.is_none();
        let mut asked = match (left, plan.name.clone()) {
            (Some(left), _) => caller.resumed(left, payload),
            (None, Some(name)) => caller.begin_named(name, payload).await?,
            (None, None) => caller.begin(payload).await?,
        };
        let ended = caller.ask(&mut asked).await;
        let exit = caller.report(&asked, &ended, Style::Plain)?;
        if is_new && matches!(ended.ending, Ending::Launched(_) | Ending::NotLaunched) {
            caller.close(asked).await;
        }
        Ok(exit)
    })
}

async fn lines(plan: &plan::Launch) -> Result<Exit, Failure> {
    let notes = match &plan.journal {
        Some(folder) => Notes::open(folder)?,
        None => Notes::forgetful(),
    };
    let servers = plan.server.resolve().await?;
    let seal = key::seal(plan.secret.as_deref())?;
    lines::run(plan, &servers, seal, notes).await
}

/// The whole of standard input, as far as it can be a payload.
///
/// # Errors
/// When it cannot be read.
pub(super) fn whole_input(input: impl Read) -> Result<Vec<u8>> {
    let mut payload = Vec::new();
    // One byte more shows that it is too long.
    let limit = MAX_PAYLOAD as u64 + 1;
    input
        .take(limit)
        .read_to_end(&mut payload)
        .context("standard input")?;
    Ok(payload)
}
