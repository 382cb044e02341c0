//! `rnc -l`: streams.

use std::net::SocketAddr;

use rustix::io::Errno;
use tokio::task::{JoinSet, LocalSet};

use super::plan::{Plan, Port};
use super::run::{self, endpoint, runtime, serve, stdio};
use super::{names, say, secure, signals};
use crate::cli::{Exit, Failure};
use crate::net::{Listener, Place, PumpError, Turns, UnixName};
use crate::proto::relay::End;

/// Waits for a TCP client and moves bytes; with `keep` for ever more of them.
pub(super) fn tcp(plan: &Plan, host: Option<&str>, port: &Port, keep: bool) -> Result<Exit, Failure> {
    let place = names::place(plan, host, names::port(plan, port)?)?;
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let listener = Listener::tcp(place, &plan.options).map_err(|error| say::cannot_listen(&error))?;
    runtime.block_on(async {
        if let (true, Some(address)) = (plan.verbose, listener.address()) {
            say::at(plan, "Listening", place, address).await;
        }
        clients(plan, &Greeting::Tcp(place), listener, keep).await
    })
}

/// The same at a UNIX-domain name.
pub(super) fn unix(plan: &Plan, name: &UnixName, keep: bool) -> Result<Exit, Failure> {
    let runtime = runtime()?;
    let _inside = runtime.enter();
    runtime.block_on(signals::or_die(async {
        let listener = Listener::unix(name).map_err(|error| say::cannot_listen(&error))?;
        if plan.verbose {
            say::at_name("Bound", name);
            say::at_name("Listening", name);
        }
        clients(plan, &Greeting::Unix(name.clone()), listener, keep).await
    }))
}

/// How a client is announced.
enum Greeting {
    Tcp(Place),
    Unix(UnixName),
}

impl Greeting {
    async fn say(&self, plan: &Plan, from: Option<SocketAddr>) {
        match (self, from) {
            (Self::Tcp(place), Some(from)) => say::received(plan, *place, from).await,
            (Self::Tcp(_), None) => {}
            (Self::Unix(name), _) => say::at_name("Connection received", name),
        }
    }
}

async fn clients(plan: &Plan, greeting: &Greeting, listener: Listener, keep: bool) -> Result<Exit, Failure> {
    let stdio = stdio()?;
    if keep {
        return many(plan, greeting, listener).await;
    }
    let accepted = listener.accept().await;
    let (socket, from) = accepted.map_err(|error| say::failure("accept", &error))?;
    // Nobody else is taken: who still tries should know at once.
    drop(listener);
    if plan.verbose {
        greeting.say(plan, from).await;
    }
    let socket = secure::admit(plan, endpoint(socket)?, &[]).await?;
    Ok(serve(&plan.relay, &stdio, socket).await)
}

/// Serves clients side by side: what they send is printed as it comes, and standard input goes to the one that
/// has been there longest. Ends only when standard output does.
async fn many(plan: &Plan, greeting: &Greeting, listener: Listener) -> Result<Exit, Failure> {
    let stdio = stdio()?;
    let turns = Turns::new();
    let mut clients = JoinSet::new();
    let local = LocalSet::new();
    local
        .run_until(async {
            loop {
                let full = tokio::select! {
                    accepted = listener.accept() => match accepted {
                        Ok((socket, from)) => {
                            if plan.verbose {
                                greeting.say(plan, from).await;
                            }
                            let socket = endpoint(socket)?;
                            let (relay, stdio, turns) = (plan.relay.clone(), stdio.clone(), turns.clone());
                            let guard = plan.guard.clone();
                            clients.spawn_local(async move {
                                let socket = match guard.admit(socket, &[]).await {
                                    Ok(socket) => socket,
                                    Err(why) => {
                                        say::warn(&why);
                                        return Ok(End::Lost);
                                    }
                                };
                                run::relay(&relay, &stdio, socket, Some(&turns)).await
                            });
                            continue;
                        }
                        // There is room again when a client leaves.
                        Err(error) if is_full(&error) && !clients.is_empty() => true,
                        Err(error) => return Err(say::failure("accept", &error)),
                    },
                    Some(end) = clients.join_next() => {
                        judge(end)?;
                        false
                    }
                };
                if full && let Some(end) = clients.join_next().await {
                    judge(end)?;
                }
            }
        })
        .await
}

/// One client's loss is said and survived; but without standard output there is nothing left to do.
fn judge(end: Result<Result<End, PumpError>, tokio::task::JoinError>) -> Result<(), Failure> {
    match end {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(fault)) => {
            say::fault(&fault);
            match fault {
                PumpError::Stdout(_) => Err(Failure::silent(Exit::FAILURE)),
                _ => Ok(()),
            }
        }
        Err(error) => Err(Failure::new(Exit::FAILURE, error)),
    }
}

fn is_full(error: &std::io::Error) -> bool {
    let full = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    Errno::from_io_error(error).is_some_and(|errno| full.contains(&errno))
}
