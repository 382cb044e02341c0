//! `rlaunch serve --store etcd://…`: one of several servers that share the decision.

use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use tokio::net::UdpSocket;
use tokio::sync::oneshot;

use super::action::Action;
use super::control::{self, Facts};
use super::signals::{self, Stop};
use super::{say, tell};
use crate::cli::{Exit, words};
use crate::net::launch::{ClusterNotice, ClusterService};
use crate::proto::launch::Identity;
use crate::proto::launch::cluster::kv::{Answer, Shared};
use crate::proto::launch::cluster::{Cluster, Founding, Limits};
use crate::proto::link::Seal;
use crate::store::etcd::{Etcd, Lease, News};
use crate::tools::rlaunch::plan;

/// Serves until a signal, or until the store is no longer what it was.
pub(super) async fn run(plan: plan::Serve, seal: Seal, place: plan::Cluster) -> Result<Exit> {
    let name = plan.keep.to_string();
    let etcd = Etcd::new(&place.endpoints, |news| say(described(news)))?;
    let socket = UdpSocket::bind(plan.address.resolve().await?)
        .await
        .with_context(|| format!("listen on {}", plan.address))?;
    let address = socket.local_addr()?.to_string();
    let life = rand::random();
    let mut stop = Stop::new()?;
    let tell_counters = signals::counters()?;
    let (identity, revision, lease) = tokio::select! {
        joined = join(&etcd, &place.prefix, life, &address) => joined.with_context(|| name.clone())?,
        // Nothing was begun.
        () = stop.once() => return Ok(Exit::SUCCESS),
    };
    let limits = Limits {
        running: plan.limits.running,
        sessions: plan.limits.sessions,
        ids: plan.limits.ids,
        ..Limits::DEFAULT
    };
    let can_probe = matches!(plan.doubt, plan::Doubt::Probe(_));
    let cluster = Cluster::new(&place.prefix, identity, life, seal, limits, can_probe, revision);
    let (operators, facts) = (control::listen(&plan)?, Facts::of_none());
    let (instance, verbose) = (identity.instance, plan.verbose);
    let watch = move |notice: ClusterNotice<'_>| match notice {
        ClusterNotice::Any(notice) => tell(&notice, instance, verbose),
        ClusterNotice::Contradicted(id) => say(format_args!(
            "{}: was launched here while this server was taken for dead, and a probe said that it was not",
            id.text(instance)
        )),
    };
    let action = Action::prepare(plan.action, plan.doubt).context("--coproc")?;
    let (service, control) = ClusterService::new(socket, cluster, etcd, action.clone(), watch)?;
    tokio::spawn(tell_counters(control.clone()));
    if let Some(socket) = operators {
        tokio::spawn(socket.attend(control.clone(), facts));
    }
    let (over, is_over) = oneshot::channel();
    let keeper = tokio::spawn(keep(lease, is_over));
    say(format_args!("serving on {address}"));
    let served = async {
        service.run().await.context(name)?;
        action.close().await;
        let _ = over.send(());
        // The others need not wait for the lease to end; if it cannot be given back in time, they do.
        let _ = tokio::time::timeout(FAREWELL, keeper).await;
        Ok(Exit::SUCCESS)
    };
    tokio::select! {
        biased;
        end = served => end,
        () = stop.twice(&control) => {
            say("stopped at once; what it had begun may go on, and is in doubt when its lease has ended");
            Ok(Exit::FAILURE)
        }
    }
}

/// Becomes one of the servers: learns, or lays down, who they are, and shows the first sign of life.
async fn join(etcd: &Etcd, prefix: &str, life: u64, address: &str) -> Result<(Identity, u64, Lease)> {
    let fresh = Identity {
        instance: rand::random_range(1..=u64::MAX),
        secret: rand::random(),
    };
    let founding = Founding::new(prefix, fresh);
    let answer: Answer = loop {
        match etcd.transact(founding.transaction()).await {
            Some(answer) => break answer,
            None => tokio::time::sleep(AGAIN).await,
        }
    };
    let identity = founding
        .identity(&answer)
        .ok_or_else(|| anyhow!("{prefix}/identity: not that of a cluster of this version"))?;
    let (key, value) = founding.sign_of_life(life, address);
    let lease = loop {
        match Lease::take(etcd.clone(), key.clone(), value.clone()).await {
            Ok(lease) => break lease,
            Err(_) => tokio::time::sleep(AGAIN).await,
        }
    };
    Ok((identity, answer.revision, lease))
}

/// Renews the lease until the server is through, and gives it back then.
async fn keep(mut lease: Lease, is_over: oneshot::Receiver<()>) {
    tokio::select! {
        () = lease.keep() => {}
        _ = is_over => {}
    }
    lease.give_back().await;
}

fn described(news: &News) -> String {
    match news {
        News::Lost(trouble) => words(format_args!("{trouble}; clients are told to ask again")),
        News::Found { endpoint } => format!("{endpoint}: answers again"),
    }
}

const AGAIN: Duration = Duration::from_millis(500);
const FAREWELL: Duration = Duration::from_secs(2);
