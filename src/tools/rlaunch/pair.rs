//! `rlaunch get` and `rlaunch set`: the idempotent pair, which needs no id.

use std::io::{self, Write};
use std::net::SocketAddr;

use anyhow::{Context, anyhow};
use serde_json::{Map, Value, json};

use super::path::Paths;
use super::plan::Pair;
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
    let (clock, servers, volume) = (Clock::start(), plan.server.resolve().await?, plan.volume);
    let ours = seal.clone();
    let watch = move |server: SocketAddr, progress: Progress<'_>| {
        tell::progress(volume, server, &ours, &progress);
    };
    let mut client = LaunchClient::new(clock, &servers, seal.clone(), watch).context("ask")?;
    let paths = Paths::new();
    paths.recall(&servers, &mut client, volume);
    let deadline = clock.now() + plan.deadline;
    let said = match &plan.value {
        None => client.get(&plan.key, deadline).await,
        Some(value) => client.set(&plan.key, value, deadline).await,
    };
    paths.learn(&client, volume);
    print(plan, said.as_ref().ok()).context("standard output")?;
    let name = plan.key.escape_ascii();
    match said {
        Ok(Said::Value(_) | Said::Stored) => Ok(Exit::SUCCESS),
        Ok(Said::Missing) => Err(anyhow!("{name}: has no value").into()),
        Ok(Said::Full) => Err(Failure::new(
            REFUSED,
            anyhow!("{name}: the server has no room for another key"),
        )),
        Ok(Said::RolledBack) => Err(Failure::new(
            REFUSED,
            anyhow!("{name}: an old copy of the store was put back, and its server refuses everything"),
        )),
        Err(error) => {
            let silence = tell::silence(error, &seal);
            Err(match plan.value {
                None => silence.context("no answer").into(),
                // It may be set or not, now or later.
                Some(_) => Failure::new(UNKNOWN, silence.context("unknown whether it is set")),
            })
        }
    }
}

/// Prints the value, or an object with all that was said.
fn print(plan: &Pair, said: Option<&Said>) -> io::Result<()> {
    let line = match said {
        _ if plan.json => tell::json::line(&object(plan, said)),
        Some(Said::Value(value)) => [value, b"\n".as_slice()].concat(),
        _ => return Ok(()),
    };
    let mut out = Out::stdout()?;
    out.write_all(&line)?;
    out.flush()
}

fn object(plan: &Pair, said: Option<&Said>) -> Map<String, Value> {
    let mut object = tell::json::object();
    tell::json::bytes("key", &plan.key, &mut object);
    let answer = match said {
        Some(Said::Value(_)) => "value",
        Some(Said::Missing) => "missing",
        Some(Said::Stored) => "stored",
        Some(Said::Full) => "full",
        Some(Said::RolledBack) => "rolled-back",
        None if plan.value.is_none() => "silent",
        None => "unknown",
    };
    object.insert("answer".to_owned(), json!(answer));
    if let Some(Said::Value(value)) = said {
        tell::json::bytes("value", value, &mut object);
    }
    object
}
