//! `rnc --relay`: a bad network between others.

use std::io;

use anyhow::anyhow;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc::{self, Receiver};

use super::plan::{Forward, Plan};
use super::ready::Ready;
use super::run::runtime;
use super::{names, say};
use crate::cli::{Exit, Failure, words};
use crate::net::dns::Family;
use crate::net::{
    Clock, Listener, Origin, Place, RelayNews, RelayTally, Route, StreamRelayTally, address, bind_datagrams,
    relay_tcp, relay_udp,
};
use crate::tools::signals;

/// Passes datagrams on until a signal ends it.
pub(super) fn udp(plan: &Plan, forward: &Forward, ready: Ready) -> Result<Exit, Failure> {
    let place = names::place(plan, forward.host.as_deref(), names::port(plan, &forward.port)?)?;
    let (route, news) = route(plan, forward)?;
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let socket = bind_datagrams(place, &plan.options).map_err(|error| say::cannot_listen(&error))?;
    let tally = RelayTally::default();
    let show = || say::tally(&tally.get());
    // From the first line that it says it can be asked.
    let asked = signal(SignalKind::user_defined1()).map_err(|error| say::failure("SIGUSR1", &error))?;
    runtime.block_on(signals::or_die(async {
        ready.at(plan, "Bound", place, address(&socket)).await?;
        announce(plan, forward, &route);
        let _tally = AtTheEnd(plan.verbose.then_some(&show));
        let relay = relay_udp(Clock::start(), socket, route, &tally);
        until_it_fails(plan, place, relay, news, asked, &show).await
    }))
}

/// The same for connections.
pub(super) fn tcp(plan: &Plan, forward: &Forward, ready: Ready) -> Result<Exit, Failure> {
    let place = names::place(plan, forward.host.as_deref(), names::port(plan, &forward.port)?)?;
    let (route, news) = route(plan, forward)?;
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let listener = Listener::tcp(place, &plan.options).map_err(|error| say::cannot_listen(&error))?;
    let tally = StreamRelayTally::default();
    let show = || say::stream_tally(&tally.get());
    // From the first line that it says it can be asked.
    let asked = signal(SignalKind::user_defined1()).map_err(|error| say::failure("SIGUSR1", &error))?;
    runtime.block_on(signals::or_die(async {
        ready.at(plan, "Listening", place, listener.address()).await?;
        announce(plan, forward, &route);
        let _tally = AtTheEnd(plan.verbose.then_some(&show));
        let relay = relay_tcp(Clock::start(), listener, route, &tally);
        until_it_fails(plan, place, relay, news, asked, &show).await
    }))
}

fn route(plan: &Plan, forward: &Forward) -> anyhow::Result<(Route, Receiver<RelayNews>)> {
    let port = names::port(plan, &forward.target_port)?;
    let mut targets = names::addresses_of(plan, &forward.target, port, plan.family)?;
    let mut origin = Origin::default();
    if let (Some(source), Some(first)) = (&forward.source, targets.first()) {
        let family = if first.is_ipv4() { Family::V4 } else { Family::V6 };
        let address = names::source(plan, source, family)?;
        targets.retain(|target| target.is_ipv4() == address.is_ipv4());
        origin.address = Some(address);
    }
    let first = *targets
        .first()
        .ok_or_else(|| anyhow!("{}: no address", forward.target))?;
    let (listener, news) = mpsc::channel(NEWS);
    let route = Route {
        targets,
        origin,
        options: plan.options.clone(),
        idle: plan.serve.idle.or(plan.timeout).filter(|idle| !idle.is_zero()),
        news: plan.verbose.then_some(listener),
        ..Route::new(first, plan.chaos.unwrap_or_default())
    };
    Ok((route, news))
}

fn announce(plan: &Plan, forward: &Forward, route: &Route) {
    if let (true, Some(target)) = (plan.verbose, route.targets.first()) {
        say::forwarding(&forward.target, *target);
        if let Some(spec) = &plan.chaos {
            say::weather(spec);
        }
    }
}

/// Runs the relay, and says what happens meanwhile.
async fn until_it_fails(
    plan: &Plan,
    place: Place,
    relay: impl Future<Output = io::Result<()>>,
    mut news: Receiver<RelayNews>,
    mut asked: Signal,
    show: &dyn Fn(),
) -> Result<Exit, Failure> {
    let asked = async {
        while asked.recv().await.is_some() {
            show();
        }
        std::future::pending::<io::Result<()>>().await
    };
    let said = async {
        while let Some(event) = news.recv().await {
            match event {
                RelayNews::Client(from) => say::received(plan, place, from).await,
                RelayNews::Unreachable { to, error } => say::unreachable(to, &error),
            }
        }
        std::future::pending::<io::Result<()>>().await
    };
    let end = tokio::select! {
        end = relay => end,
        end = asked => end,
        end = said => end,
    };
    match end {
        Ok(()) => Ok(Exit::SUCCESS),
        Err(error) => Err(Failure::from(anyhow!("relay: {}", words(&error)))),
    }
}

/// Calls what is in it when it goes, which may be by a signal.
struct AtTheEnd<'a>(Option<&'a dyn Fn()>);

impl Drop for AtTheEnd<'_> {
    fn drop(&mut self) {
        if let Some(last) = self.0 {
            last();
        }
    }
}

/// How many clients may be waiting to be announced.
const NEWS: usize = 256;
