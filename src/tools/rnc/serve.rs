//! What is done with those who come in: an accepted socket → its handshake → an endpoint → what the connection is
//! for.

use std::os::fd::OwnedFd;
use std::rc::Rc;

use tokio::task::{JoinSet, LocalSet};

use super::listen::{Client, Door};
use super::plan::{Plan, Task};
use super::run::{self, stdio};
use super::{broker, exec, say};
use crate::cli::{Exit, Failure, words};
use crate::net::{Endpoint, Hub, PumpError, Stdio, Turns, is_exhausted, raise_descriptor_limit};

/// What all clients share.
#[derive(Clone)]
pub(super) struct Server(Rc<Shared>);

struct Shared {
    plan: Rc<Plan>,
    stdio: Stdio,
    /// With `-k`.
    turns: Option<Turns>,
    /// Of `--broker`.
    hub: Hub,
}

/// How it ended with one client.
struct Over {
    exit: Exit,
    /// Nobody else can be served either.
    last: bool,
}

impl Server {
    /// Needs a runtime.
    pub(super) fn new(plan: &Rc<Plan>, keep: bool) -> Result<Self, Failure> {
        Ok(Self(Rc::new(Shared {
            plan: Rc::clone(plan),
            stdio: stdio()?,
            turns: keep.then(Turns::new),
            hub: Hub::new(),
        })))
    }

    /// Serves one client, or with `-k` all that come.
    pub(super) async fn run(self, mut door: Door) -> Result<Exit, Failure> {
        if self.0.turns.is_some() {
            return self.many(door).await;
        }
        let client = door.next().await?;
        // Nobody else is taken: who still tries should know at once.
        drop(door);
        Ok(self.serve(client).await.exit)
    }

    /// Serves clients side by side. Ends only when nobody can be served any more.
    async fn many(self, mut door: Door) -> Result<Exit, Failure> {
        raise_descriptor_limit();
        let mut clients = JoinSet::new();
        let local = LocalSet::new();
        let serving = local.run_until(async {
            loop {
                tokio::select! {
                    never = self.0.hub.keep_time() => never,
                    client = door.next(), if clients.len() < self.0.plan.serve.most => {
                        let (server, client) = (self.clone(), client?);
                        clients.spawn_local(async move { server.serve(client).await });
                    }
                    Some(over) = clients.join_next() => match over {
                        Ok(Over { exit, last: true }) => return Ok(exit),
                        Ok(_) => {}
                        Err(error) => return Err(Failure::new(Exit::FAILURE, error)),
                    }
                }
            }
        });
        serving.await
    }

    async fn serve(&self, client: Client) -> Over {
        let plan = &self.0.plan;
        if plan.verbose {
            client.announce(plan).await;
        }
        if let Task::Exec(line) = &plan.serve.task
            && exec::is_direct(plan)
        {
            return Over::with(exec::hand_over(line, client.socket).await);
        }
        let socket = match self.welcome(client.socket).await {
            Ok(socket) => socket,
            Err(why) => {
                say::warn(&why);
                return Over::with(Exit::FAILURE);
            }
        };
        match &plan.serve.task {
            Task::Relay => self.relay(socket).await,
            Task::Exec(line) => Over::with(exec::bridge(&plan.relay, line, socket).await),
            Task::Broker => {
                let idle = plan.relay.rules.abandon;
                Over::with(broker::take_part(&self.0.hub, socket, idle).await)
            }
        }
    }

    /// What comes before everything else on a new connection.
    async fn welcome(&self, socket: OwnedFd) -> Result<Rc<Endpoint>, String> {
        let socket = Endpoint::socket(socket).map_err(|error| format!("socket: {}", words(error)))?;
        self.0.plan.guard.admit(Rc::new(socket), &[]).await
    }

    /// What the client sends is printed as it comes, and standard input goes to the client that has been there
    /// longest.
    async fn relay(&self, socket: Rc<Endpoint>) -> Over {
        let Shared {
            plan, stdio, turns, ..
        } = &*self.0;
        let end = run::relay(&plan.relay, stdio, socket, turns.as_ref()).await;
        Over {
            exit: run::conclude(&end),
            last: matches!(&end, Err(PumpError::Stdout(error) | PumpError::HexDump(error)) if !is_exhausted(error)),
        }
    }
}

impl Over {
    fn with(exit: Exit) -> Self {
        Self { exit, last: false }
    }
}
