//! `rlaunch serve`: what was planned, put together into a server.

mod action;
#[cfg(feature = "etcd")]
mod cluster;
mod control;
mod coproc;
mod exec;
mod fence;
mod rollback;
mod signals;

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

#[cfg(not(feature = "etcd"))]
use anyhow::bail;
use anyhow::{Context, Result};
use tokio::net::UdpSocket;

use super::key;
use super::plan::{self, Doubt, Keep};
use crate::cli::{Exit, message, program_name};
use crate::net::launch::{NotDone, Notice, Service};
use crate::net::runtime;
use crate::proto::launch::{Forgetful, Id, Identity, Log, Probe, Record, Server};
use crate::proto::link::Seal;
use crate::store::{Folder, Found, IdLog};
use action::Action;
use control::Facts;
use fence::Raised;
use signals::Stop;

/// Serves until a signal, or until the store fails.
pub(super) fn serve(plan: plan::Serve) -> Result<Exit> {
    let seal = key::seal(plan.secret.as_deref())?;
    let runtime = runtime()?;
    match plan.keep.clone() {
        Keep::Ephemeral => {
            let identity = Identity {
                instance: rand::random_range(1..=u64::MAX),
                secret: rand::random(),
            };
            let log = Forgetful::default();
            runtime.block_on(run(plan, seal, identity, Vec::new(), log, Raised::default()))
        }
        Keep::Folder(folder) => {
            let name = folder.display().to_string();
            let (fence, found) = open(&folder).context(name)?;
            if found.torn {
                say("the last records were cut short by a crash, and had not been acknowledged");
            }
            let Found {
                identity,
                records,
                log,
                ..
            } = found;
            runtime.block_on(run(plan, seal, identity, records, log, fence))
        }
        #[cfg(feature = "etcd")]
        Keep::Shared(cluster) => runtime.block_on(cluster::run(plan, seal, cluster)),
        #[cfg(not(feature = "etcd"))]
        Keep::Shared(cluster) => bail!("--store {cluster}: this build has no etcd; it takes --features etcd"),
    }
}

fn open(folder: &Path) -> Result<(Raised, Found)> {
    let folder = Arc::new(Folder::open(folder)?);
    let fence = fence::raise(&folder)?;
    Ok((fence, IdLog::open_on(folder)?))
}

async fn run<L>(
    plan: plan::Serve,
    seal: Seal,
    identity: Identity,
    records: Vec<Record>,
    log: L,
    mut fence: Raised,
) -> Result<Exit>
where
    L: Log,
    L::Error: Error + Send + Sync + 'static,
{
    let mut server = Server::new(identity, seal, plan.limits, records, log.last());
    if plan.accept_rollback {
        rollback::accept(&mut server)?;
    } else if let Some(seen) = server.rolled_back() {
        say(rollback::refusing(seen));
    }
    if server.in_doubt() > 0 {
        let doubts = server.in_doubt();
        say(format_args!(
            "calls in doubt, begun before a crash and without an outcome: {doubts}"
        ));
    }
    let socket = UdpSocket::bind(plan.address.resolve().await?)
        .await
        .with_context(|| format!("listen on {}", plan.address))?;
    if plan.doubt == Doubt::Rerun {
        say(
            "a call in doubt is performed again when it is asked for again: at least once, no longer at most once",
        );
    }
    let mut stop = Stop::new()?;
    let tell_counters = signals::counters()?;
    let operators = control::listen(&plan)?;
    let action = Action::prepare(plan.action, plan.doubt).context("--coproc")?;
    say(format_args!("serving on {}", socket.local_addr()?));
    let verbose = plan.verbose;
    let instance = server.instance();
    let watch = move |notice: Notice<'_>| tell(&notice, instance, verbose);
    let (service, control) = Service::new(socket, server, log, action.clone(), watch)?;
    let passed = control.clone();
    fence.watch(move || passed.unfence())?;
    tokio::spawn(tell_counters(control.clone()));
    if let Some(socket) = operators {
        let facts = Facts::new(&plan.keep, fence.held());
        tokio::spawn(socket.attend(control.clone(), facts));
    }
    let served = async {
        service.run().await.with_context(|| plan.keep.to_string())?;
        action.close().await;
        Ok(Exit::SUCCESS)
    };
    tokio::select! {
        biased;
        end = served => end,
        () = stop.twice(&control) => {
            say("stopped at once; what it had begun may go on, and is in doubt");
            Ok(Exit::FAILURE)
        }
    }
}

fn tell(notice: &Notice<'_>, instance: u64, verbose: bool) {
    let text = |id: &Id| id.text(instance).to_string();
    match notice {
        Notice::Launching(launch) if verbose => say(format_args!("{}: launch", launch.id)),
        Notice::Done(id, Ok(outcome)) if verbose => {
            say(format_args!("{}: status {}", text(id), outcome.exit));
        }
        Notice::Launching(_) | Notice::Done(_, Ok(_)) => {}
        Notice::Done(id, Err(NotDone::NotBegun(why))) => {
            say(format_args!("{}: cannot begin the action: {why}", text(id)));
            if verbose {
                say(format_args!("{}: not launched", text(id)));
            }
        }
        Notice::Done(id, Err(NotDone::Lost(why))) => say(format_args!("{}: in doubt: {why}", text(id))),
        Notice::Probing(inquiry) if verbose => say(format_args!("{}: probe", inquiry.id)),
        Notice::Probing(_) => {}
        Notice::Probed(id, probe) => {
            let found = match probe {
                Probe::Launched(_) => "launched",
                Probe::NotLaunched => "not launched",
                Probe::Unknown => "still in doubt",
            };
            say(format_args!("{}: probed: {found}", text(id)));
        }
        Notice::RolledBack {
            client,
            seen,
            held,
            stopped,
        } => {
            say(format_args!(
                "{client} has seen record {seen} of this store, which ends at {held}: was an old copy restored? Refused"
            ));
            if *stopped {
                say(rollback::refusing(*seen));
            }
        }
    }
}

fn say(what: impl std::fmt::Display) {
    message(format_args!("{}: {what}", program_name("rlaunch")));
}
