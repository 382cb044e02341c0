//! `rlaunch get` and `rlaunch set`: the idempotent pair, which needs no id.

use std::io::Write;

use anyhow::{Context, anyhow};

use super::plan::{Pair, Volume};
use super::{REFUSED, UNKNOWN, key, tell};
use crate::cli::{Exit, Failure, Out};
use crate::net::{Clock, LaunchClient, Progress, runtime};
use crate::proto::launch::Said;

/// Reads or sets the value of a key.
pub(super) fn pair(plan: &Pair) -> Result<Exit, Failure> {
    let runtime = runtime().context("start the runtime")?;
    runtime.block_on(run(plan))
}

async fn run(plan: &Pair) -> Result<Exit, Failure> {
    let seal = key::seal(plan.secret.as_deref())?;
    let (clock, server, volume) = (Clock::start(), plan.server.resolve().await?, plan.volume);
    let ours = seal.clone();
    let watch = move |progress: Progress<'_>| tell::progress(volume, server, &ours, &progress);
    let mut client = LaunchClient::new(clock, server, seal.clone(), watch).context("ask")?;
    let deadline = clock.now() + plan.deadline;
    let name = plan.key.escape_ascii();
    let said = match &plan.value {
        None => client.get(&plan.key, deadline).await,
        Some(value) => client.set(&plan.key, value, deadline).await,
    };
    if volume == Volume::Verbose {
        tell::figures(server, &client);
    }
    let said = said.map_err(|error| {
        let silence = tell::silence(error, &seal);
        match plan.value {
            None => silence.context("no answer").into(),
            // It may be set or not, now or later.
            Some(_) => Failure::new(UNKNOWN, silence.context("unknown whether it is set")),
        }
    })?;
    match said {
        Said::Value(mut value) => {
            value.push(b'\n');
            let mut out = Out::stdout().context("standard output")?;
            out.write_all(&value)
                .and_then(|()| out.flush())
                .context("standard output")?;
            Ok(Exit::SUCCESS)
        }
        Said::Stored => Ok(Exit::SUCCESS),
        Said::Missing => Err(anyhow!("{name}: has no value").into()),
        Said::Full => Err(Failure::new(
            REFUSED,
            anyhow!("{name}: the server has no room for another key"),
        )),
    }
}
