//! The server: the machine itself, never a description of it. What it does with an input is worked out once for
//! each state that it can be in, and remembered.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fairloss::proto::launch::{Id, Identity, Input, Limits, Order, Outcome, Output, Probe, Record, Server};
use fairloss::proto::{Instant, Machine};

use super::case::Case;
use super::disk::Disk;
use super::net::{self, Message, Way, digest, seal};

/// The server in one of its states.
#[derive(Debug)]
pub(crate) struct Site {
    server: Server,
    pub(crate) digest: u64,
}

/// What happens to it. Time stands still, but for the timer.
#[derive(Clone, Debug)]
pub(crate) enum Event<'a> {
    Datagram(&'a Message),
    Durable(u64),
    Done(Id, Option<Outcome>),
    Lost(Id),
    Long,
    Replaced,
    Unfenced,
    Probed(Id, Probe),
    Order(Order),
    Timeout,
}

/// What it wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Record(Record),
    Commit,
    Send(Arc<Message>),
    Run(Id, Vec<u8>),
    Probe(Id),
    Replace(Vec<Record>),
    RolledBack,
    Ordered,
}

/// Its next state, and what it wants.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) site: Arc<Site>,
    pub(crate) wishes: Arc<[Wish]>,
}

/// The steps that are known: by the state and what happened in it.
#[derive(Default)]
pub(crate) struct Steps(Mutex<HashMap<(u64, u64), Step>>);

impl Site {
    /// A server that finds `disk`.
    fn boot(case: &Case, instance: u64, disk: &Disk) -> Self {
        let identity = Identity {
            instance,
            secret: [7; 32],
        };
        let limits = Limits {
            sessions: case.sessions,
            window: case.window,
            // Whoever may be closed for another is closed at once: no safety reads a clock.
            lease: Duration::ZERO,
            on_doubt: case.on_doubt,
            effect: case.effect,
            ..Limits::DEFAULT
        };
        let records = disk.records.iter().map(|(_, record)| record.clone());
        Self::of(Server::new(identity, seal(), limits, records, disk.last))
    }

    fn of(server: Server) -> Self {
        // What is only counted changes nothing that the server ever does.
        let whole = format!("{server:?}");
        let (before, counters) = whole.split_once("Counters {").unwrap_or((&whole, "}"));
        let (_, after) = counters.split_once('}').unwrap_or_default();
        let digest = digest(&(before, after));
        Self { server, digest }
    }

    /// The calls in doubt.
    pub(crate) fn doubts(&self) -> impl Iterator<Item = &Id> {
        self.server.doubts().map(|(id, _)| id)
    }

    pub(crate) fn has_timer(&self) -> bool {
        self.server.poll_timeout().is_some()
    }

    fn after(&self, event: &Event<'_>) -> Server {
        let (mut server, now) = (self.server.clone(), Instant::ZERO);
        match event {
            Event::Datagram(message) => {
                let (from, bytes) = (net::address(message.client), message.bytes.as_slice());
                server.handle(now, Input::Datagram { from, bytes });
            }
            Event::Durable(index) => server.handle(now, Input::Durable(*index)),
            Event::Done(id, outcome) => server.handle(now, Input::Done(id.clone(), outcome.clone())),
            Event::Lost(id) => server.handle(now, Input::Lost(id.clone())),
            Event::Long => server.handle(now, Input::Long),
            Event::Replaced => server.handle(now, Input::Replaced),
            Event::Unfenced => server.handle(now, Input::Unfenced),
            Event::Probed(id, found) => server.handle(now, Input::Probed(id.clone(), found.clone())),
            Event::Order(order) => server.handle(now, Input::Operator(0, order.clone())),
            Event::Timeout => {
                if let Some(due) = server.poll_timeout() {
                    server.handle_timeout(due);
                }
            }
        }
        server
    }
}

impl Steps {
    pub(crate) fn boot(&self, case: &Case, instance: u64, disk: &Disk) -> Step {
        let found = digest(&(instance, &disk.records, disk.last));
        self.remembered((found, 0), || Site::boot(case, instance, disk).server)
    }

    pub(crate) fn step(&self, site: &Site, event: &Event<'_>) -> Step {
        let mut hasher = DefaultHasher::new();
        match event {
            Event::Datagram(message) => (0, message.digest).hash(&mut hasher),
            Event::Durable(index) => (1, index).hash(&mut hasher),
            other => (2, digest(other)).hash(&mut hasher),
        }
        self.remembered((site.digest, hasher.finish()), || site.after(event))
    }

    fn remembered(&self, key: (u64, u64), work: impl FnOnce() -> Server) -> Step {
        if let Some(step) = self.0.lock().expect("no thread panics").get(&key) {
            return step.clone();
        }
        let step = drained(work());
        self.0.lock().expect("no thread panics").insert(key, step.clone());
        step
    }
}

fn drained(mut server: Server) -> Step {
    let (mut wishes, mut bytes) = (Vec::new(), Vec::new());
    while let Some(output) = server.poll_output(&mut bytes) {
        wishes.push(match output {
            Output::Record => Wish::Record(Record::decode(&bytes).expect("it is a record")),
            Output::Commit => Wish::Commit,
            Output::Send(to) => Wish::Send(Message::new(net::client(to), Way::ToClient, bytes.clone())),
            Output::Run { id, .. } => Wish::Run(id, bytes.clone()),
            Output::Probe(id) => Wish::Probe(id),
            Output::Ordered(..) => Wish::Ordered,
            Output::Replace(records) => Wish::Replace(records),
            Output::RolledBack { .. } => Wish::RolledBack,
        });
        bytes.clear();
    }
    Step {
        site: Arc::new(Site::of(server)),
        wishes: wishes.into(),
    }
}
