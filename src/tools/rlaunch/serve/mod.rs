//! `rlaunch serve`: the server machine over a socket, a journal and commands.

mod action;
mod fence;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use tokio::net::UdpSocket;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use super::{key, plan};
use crate::cli::{Exit, message, program_name};
use crate::net::{Clock, Port, drive, runtime};
use crate::proto::Machine;
use crate::proto::launch::{Identity, Input, Limits, Outcome, Output, Record, Server};
use crate::proto::link::Seal;
use crate::store::frame::Header;
use crate::store::{self, Committer, Folder, Journal};
use crate::wire::rlaunch::{CallId, MAX_DATAGRAM};

pub(super) use action::Action;

/// Serves until a signal, or until the store fails.
pub(super) fn serve(plan: plan::Serve) -> Result<Exit> {
    runtime()?.block_on(run(plan))
}

async fn run(plan: plan::Serve) -> Result<Exit> {
    let name = plan.store.display().to_string();
    let clock = Clock::start();
    let seal = key::seal(plan.secret.as_deref())?;
    let folder = Arc::new(Folder::open(&plan.store).with_context(|| name.clone())?);
    let _fence = fence::raise(&folder, |_| {}).with_context(|| name.clone())?;
    let (mut server, mut journal) = open(&plan, folder, seal).with_context(|| name.clone())?;
    prepare(clock, &mut server, &mut journal).with_context(|| name.clone())?;
    let socket = UdpSocket::bind(plan.address.resolve().await?)
        .await
        .with_context(|| format!("listen on {}", plan.address))?;
    let (report, reports) = mpsc::unbounded_channel();
    let committed = report.clone();
    let committer = Committer::start(move |result| {
        // Nobody listens any more when the server is on its way out.
        let _ = committed.send(Report::Committed(result));
    })
    .context("start the committer")?;
    say(format_args!("serving on {}", socket.local_addr()?));
    let mut port = ServerPort {
        socket,
        instance: journal.header().id,
        durable: journal.last(),
        journal,
        committer,
        action: Arc::new(plan.action),
        verbose: plan.verbose,
        report,
        reports,
        received: vec![0; MAX_DATAGRAM + 1],
        running: 0,
        stop: Stop::new()?,
        stopping: false,
    };
    match drive(&clock, &mut server, &mut port).await {
        Err(End::Stopped) => Ok(Exit::SUCCESS),
        Err(End::Failed(error)) => Err(error.context(name)),
        Ok(never) => match never {},
    }
}

/// Opens the store, and tells what was found in it.
fn open(plan: &plan::Serve, folder: Arc<Folder>, seal: Seal) -> Result<(Server, Journal)> {
    let fresh = Header {
        role: *b"ids ",
        id: rand::random_range(1..=u64::MAX),
        first: 1,
        secret: rand::random(),
    };
    let (journal, recovered) = Journal::open(folder, fresh)?;
    let records: Option<Vec<_>> = recovered
        .records
        .iter()
        .map(|body| Record::decode(body))
        .collect();
    let records = records.ok_or_else(|| anyhow!("journal: a record that has no meaning here"))?;
    let identity = Identity {
        instance: journal.header().id,
        secret: journal.header().secret,
    };
    let limits = Limits {
        running: plan.jobs,
        ..Limits::DEFAULT
    };
    let server = Server::new(identity, seal, limits, records, journal.last());
    if recovered.torn {
        say("the last records were cut short by a crash, and had not been acknowledged");
    }
    if server.in_doubt() > 0 {
        let doubts = server.in_doubt();
        say(format_args!(
            "calls in doubt, begun before a crash and without an outcome: {doubts}"
        ));
    }
    Ok((server, journal))
}

/// Has done what the server wants before it hears anybody: above all, sessions to give out.
fn prepare(clock: Clock, server: &mut Server, journal: &mut Journal) -> Result<()> {
    let mut bytes = Vec::new();
    while let Some(output) = server.poll_output(&mut bytes) {
        match output {
            Output::Record => _ = journal.append(&bytes),
            Output::Commit => {
                journal.commit()?;
                server.handle(clock.now(), Input::Durable(journal.last()));
            }
            other => return Err(anyhow!("{other:?} before anything was heard")),
        }
        bytes.clear();
    }
    Ok(())
}

/// The world as the server machine sees it.
struct ServerPort {
    socket: UdpSocket,
    instance: u64,
    journal: Journal,
    durable: u64,
    committer: Committer,
    action: Arc<Action>,
    verbose: bool,
    report: mpsc::UnboundedSender<Report>,
    reports: mpsc::UnboundedReceiver<Report>,
    received: Vec<u8>,
    running: usize,
    stop: Stop,
    stopping: bool,
}

/// What the committer and the actions report.
enum Report {
    Committed(Result<u64, store::Error>),
    Done(CallId, Option<Outcome>),
}

enum Event {
    Datagram(SocketAddr, usize),
    Durable(u64),
    Done(CallId, Option<Outcome>),
    Long,
}

/// How serving ends.
enum End {
    Stopped,
    Failed(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for End {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Port<Server> for ServerPort {
    type Event = Event;
    type End = Infallible;
    type Error = End;

    async fn perform(&mut self, output: Output, bytes: &[u8]) -> Result<ControlFlow<Infallible>, End> {
        match output {
            Output::Record => {
                self.journal.append(bytes);
            }
            Output::Commit => {
                self.journal.write()?;
                self.committer.sync(self.journal.unsynced());
            }
            Output::Send(to) => {
                // Nothing is told that would not outlive this process.
                self.journal.write()?;
                // A full queue or an ICMP error loses the datagram, as the network may: it will be asked for again.
                let _ = self.socket.try_send_to(bytes, to);
            }
            Output::Run(call) => self.begin(call, bytes.to_vec()),
            Output::Replace(records) => {
                let bodies = records.iter().map(|record| {
                    let mut body = Vec::new();
                    record.encode(&mut body);
                    body
                });
                self.journal.replace(bodies)?;
                let _ = self.report.send(Report::Committed(Ok(self.journal.last())));
            }
            Output::RolledBack { client, seen, held } => say(format_args!(
                "{client} has seen record {seen} of this store, which ends at {held}: was an old copy restored? Refused"
            )),
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn next(&mut self) -> Result<Event, End> {
        if self.journal.is_long() {
            return Ok(Event::Long);
        }
        loop {
            if self.stopping && self.running == 0 && self.durable == self.journal.last() {
                return Err(End::Stopped);
            }
            let received = tokio::select! {
                biased;
                report = self.reports.recv() => return self.reported(report),
                () = self.stop.asked(), if !self.stopping => {
                    self.stopping = true;
                    continue;
                }
                received = self.socket.recv_from(&mut self.received), if !self.stopping => received,
            };
            match received {
                Ok((length, from)) => return Ok(Event::Datagram(from, length)),
                // What became of an answer that was sent before is not worth more than the answer.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(error) => return Err(anyhow::Error::new(error).context("receive").into()),
            }
        }
    }

    fn input<'a>(&'a self, event: &'a Event) -> Input<'a> {
        match event {
            Event::Datagram(from, length) => Input::Datagram {
                from: *from,
                bytes: self.received.get(..*length).unwrap_or_default(),
            },
            Event::Durable(index) => Input::Durable(*index),
            Event::Done(call, outcome) => Input::Done(*call, outcome.clone()),
            Event::Long => Input::Long,
        }
    }
}

impl ServerPort {
    fn begin(&mut self, call: CallId, payload: Vec<u8>) {
        let id = format!("{:016x}-{}-{}", self.instance, call.session, call.seq);
        if self.verbose {
            say(format_args!("{call}: launch"));
        }
        self.running += 1;
        let (action, report) = (Arc::clone(&self.action), self.report.clone());
        tokio::spawn(async move {
            let outcome = action.run(&id, &payload).await;
            if let Err(error) = &outcome {
                say(format_args!("{call}: cannot begin the action: {error}"));
            }
            let _ = report.send(Report::Done(call, outcome.ok()));
        });
    }

    fn reported(&mut self, report: Option<Report>) -> Result<Event, End> {
        match report {
            Some(Report::Committed(result)) => {
                let index = result?;
                self.journal.synced(index);
                self.durable = self.durable.max(index);
                Ok(Event::Durable(index))
            }
            Some(Report::Done(call, outcome)) => {
                self.running -= 1;
                if self.verbose {
                    match &outcome {
                        Some(outcome) => say(format_args!("{call}: status {}", outcome.exit)),
                        None => say(format_args!("{call}: not launched")),
                    }
                }
                Ok(Event::Done(call, outcome))
            }
            // The port itself holds a sender.
            None => Err(anyhow!("nothing reports any more").into()),
        }
    }
}

/// The signals that ask a server to stop: what runs is finished and recorded first.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

fn say(what: impl std::fmt::Display) {
    message(format_args!("{}: {what}", program_name("rlaunch")));
}
