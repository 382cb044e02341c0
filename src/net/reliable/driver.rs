//! The loop of a reliable connection.
//!
//! Everything that can be done without waiting is done in turn, so that neither a flood of datagrams nor a fast file
//! holds up the rest; only when nothing could be done does it wait.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::channel::Channel;
use super::input::Input;
use super::output::Output;
use super::{Account, Notice, Reliable, ReliableError};
use crate::net::sys::Train;
use crate::net::{Clock, Endpoint, Meter, Stdio};
use crate::proto::link::fifo::{self, Config, Failure, Link, Reason, Side};
use crate::proto::relay::{Direction, End, Input as Event, Output as Rule, Session};
use crate::proto::{Instant, Machine};

/// One connection from its beginning to its end.
#[derive(Debug)]
pub(super) struct Driver {
    reliable: Reliable,
    clock: Clock,
    link: Link,
    session: Session,
    channel: Channel,
    input: Input,
    output: Output,
    phase: Phase,
    /// Since when the system of the other end has refused what is sent, with nothing heard of it.
    refused: Option<Instant>,
    /// What the network said of what was sent, last.
    trouble: Option<io::Error>,
    heard: u64,
    warned: bool,
    meter: Meter,
    /// What is to be told.
    notices: Vec<Notice>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nobody was heard yet. A caller waits so long.
    Opening {
        until: Option<Instant>,
    },
    Open,
    /// Nothing more is read; what was is delivered.
    Closing(End),
    /// It has failed, and the other end is told.
    Parting,
}

/// What there was to wait for.
enum Happened {
    Datagrams(Train),
    Read(usize),
    Written(usize),
    Flushed,
    Timer,
    /// Nobody reads standard output any more.
    Unread,
}

impl Driver {
    pub(super) fn new(reliable: Reliable, side: Side, stdio: &Stdio, channel: Channel) -> io::Result<Self> {
        let clock = Clock::start();
        let now = clock.now();
        let relay = &reliable.relay;
        let config = Config {
            buffer: BUFFER,
            patience: Some(reliable.patience),
            largest_datagram: channel.largest,
            socket_buffer: channel.held,
            ..Config::default()
        };
        let (seal, nonce) = (reliable.seal.clone(), rand::random());
        let (link, until) = match side {
            Side::Caller => (
                Link::caller(now, nonce, seal, config),
                Some(now + reliable.answer_within),
            ),
            Side::Listener => (Link::listener(now, nonce, seal, config), None),
        };
        let stdout = if relay.mute {
            Rc::new(Endpoint::nowhere()?)
        } else {
            Rc::clone(&stdio.stdout)
        };
        Ok(Self {
            clock,
            link,
            session: Session::new(relay.rules.clone(), now),
            channel,
            input: Input::new(stdio.stdin.clone(), relay.up.clone(), relay.detached),
            output: Output::new(stdout, relay.down.clone()),
            phase: Phase::Opening { until },
            refused: None,
            trouble: None,
            heard: 0,
            warned: false,
            meter: Meter::default(),
            notices: Vec::new(),
            reliable,
        })
    }

    pub(super) fn meter(&self) -> &Meter {
        &self.meter
    }

    pub(super) fn peer(&self) -> SocketAddr {
        self.channel.peer()
    }

    /// Works until the other end has answered.
    pub(super) async fn open(&mut self, tell: &mut dyn FnMut(Notice)) -> Result<(), ReliableError> {
        while matches!(self.phase, Phase::Opening { .. }) {
            self.step(tell).await?;
        }
        Ok(())
    }

    /// Works until it is over. An end that fails tells the other one.
    pub(super) async fn run(&mut self, tell: &mut dyn FnMut(Notice)) -> Result<End, ReliableError> {
        loop {
            match self.step(tell).await {
                Ok(Some(end)) => {
                    self.part().await;
                    return Ok(end);
                }
                Ok(None) => {}
                Err(error) => {
                    self.flush_output(&error).await;
                    self.part().await;
                    return Err(error);
                }
            }
        }
    }

    /// Writes what had arrived before a failure.
    async fn flush_output(&mut self, failure: &ReliableError) {
        while !matches!(failure, ReliableError::Stdout(_)) && self.output.is_wanted(&self.link) {
            let Ok(count) = self.output.go(&self.link).await else {
                return;
            };
            self.wrote(count);
        }
    }

    /// Tells the other end that nothing more will come, unless both have everything anyway.
    async fn part(&mut self) {
        self.link.abort(self.clock.now(), Reason::Cancelled);
        self.phase = Phase::Parting;
        let until = self.clock.now() + GOODBYE;
        while self.send().is_ok() && !self.link.is_over() && self.clock.now() < until {
            let timeout = self.link.poll_timeout().map_or(until, |moment| moment.min(until));
            let happened = self.wait(Some(timeout)).await;
            if happened.and_then(|happened| self.happened(happened)).is_err() {
                return;
            }
            self.link.handle_timeout(self.clock.now());
        }
    }

    pub(super) fn account(&self) -> Account {
        Account {
            sent: self.link.sent_digest(),
            received: self.link.received_digest(),
            counters: self.link.counters(),
            path: self.link.path(),
        }
    }

    /// Does what can be done; when nothing can, waits. How it has ended, if it has.
    async fn step(&mut self, tell: &mut dyn FnMut(Notice)) -> Result<Option<End>, ReliableError> {
        let mut busy = self.receive()?;
        if self.phase == Phase::Open {
            busy |= self.write()?;
            busy |= self.read()?;
        }
        // What the rules say may be for the other end.
        self.obey();
        self.send()?;
        self.notices.drain(..).for_each(&mut *tell);
        if let Some(end) = self.end()? {
            return Ok(Some(end));
        }
        let now = self.clock.now();
        let timeout = self.timeout();
        if timeout.is_some_and(|moment| moment <= now) {
            self.link.handle_timeout(now);
            if self.phase == Phase::Open {
                self.session.handle_timeout(now);
            }
        } else if busy {
            // So that signals have their turn.
            tokio::task::coop::consume_budget().await;
        } else {
            let happened = self.wait(timeout).await?;
            self.happened(happened)?;
        }
        Ok(None)
    }

    /// Takes what has come, but not for ever.
    fn receive(&mut self) -> Result<bool, ReliableError> {
        for turn in 0..MOST_TRAINS {
            match self.channel.receive() {
                Ok(Some(train)) => self.take(train)?,
                Ok(None) => return Ok(turn > 0),
                Err(error) => self.trouble(error)?,
            }
        }
        Ok(true)
    }

    fn take(&mut self, train: Train) -> Result<(), ReliableError> {
        let now = self.clock.now();
        let open = self.link.is_open();
        for datagram in self.channel.datagrams(train, open) {
            self.link.handle(now, datagram);
        }
        let counters = self.link.counters();
        if counters.received > self.heard {
            self.heard = counters.received;
            self.refused = None;
        }
        if !open {
            // One may have been damaged on the way; none that was right is another matter.
            if counters.damaged > 1 && counters.received == 0 && !self.warned {
                self.warned = true;
                self.notices.push(Notice::WrongTag);
            }
            // The answer goes to where this came from.
            self.send()?;
        }
        Ok(())
    }

    /// Nothing could be received: the socket is broken, or the network has said something of what was sent.
    fn trouble(&mut self, error: io::Error) -> Result<(), ReliableError> {
        use io::ErrorKind::{ConnectionRefused, HostUnreachable, Interrupted, NetworkUnreachable};
        match error.kind() {
            Interrupted => {}
            ConnectionRefused | HostUnreachable | NetworkUnreachable => self.note(error),
            _ => return Err(ReliableError::Network(error)),
        }
        Ok(())
    }

    /// The network has said something of what was sent.
    fn note(&mut self, error: io::Error) {
        if error.kind() == io::ErrorKind::ConnectionRefused {
            let clock = self.clock;
            self.refused.get_or_insert_with(|| clock.now());
        }
        self.trouble = Some(error);
    }

    /// Writes to standard output what has arrived.
    fn write(&mut self) -> Result<bool, ReliableError> {
        let replies = self.output.prepare(self.clock.now(), &mut self.link);
        self.input.put(&replies);
        let count = self.output.write(&self.link).map_err(ReliableError::Stdout)?;
        self.wrote(count);
        Ok(count > 0)
    }

    fn wrote(&mut self, count: usize) {
        let now = self.clock.now();
        if count > 0 {
            self.output.went(now, &mut self.link, count);
            self.meter.down().add(count);
            self.session.handle(now, Event::Moved(Direction::Down));
        }
        if self.output.has_ended(&self.link) {
            self.session.handle(now, Event::Ended(Direction::Down));
        }
    }

    /// Reads standard input into the link.
    fn read(&mut self) -> Result<bool, ReliableError> {
        let read = self.input.read(&self.clock, &mut self.link);
        let read = read.map_err(ReliableError::Stdin)?;
        let now = self.clock.now();
        let count = read.unwrap_or(0) + self.input.pass(now, &mut self.link);
        if count > 0 {
            self.meter.up().add(count);
            self.session.handle(now, Event::Moved(Direction::Up));
        }
        if self.input.has_ended() {
            self.session.handle(now, Event::Ended(Direction::Up));
        }
        Ok(read.is_some() || count > 0)
    }

    /// Sends what the link wants to be sent.
    fn send(&mut self) -> Result<(), ReliableError> {
        loop {
            let flushed = self.channel.flush().map_err(ReliableError::Network)?;
            if let Some(size) = self.channel.too_large.take() {
                self.link.too_large(self.clock.now(), size);
            }
            if let Some(error) = self.channel.trouble.take() {
                self.note(error);
            }
            if !flushed {
                return Ok(());
            }
            while !self.channel.is_full() {
                match self.link.poll_output(&mut self.channel.outbox) {
                    Some(fifo::Output::Send) => self.channel.posted(),
                    Some(fifo::Output::Opened) => self.opened(),
                    Some(fifo::Output::Suspect) => self.notices.push(Notice::Suspect),
                    Some(fifo::Output::Recovered) => self.notices.push(Notice::Recovered),
                    Some(fifo::Output::Failed(failure)) => return Err(self.failed(failure)),
                    None => break,
                }
            }
            if self.channel.is_flushed() {
                return Ok(());
            }
        }
    }

    fn opened(&mut self) {
        self.channel.settle();
        self.phase = Phase::Open;
        self.session = Session::new(self.reliable.relay.rules.clone(), self.clock.now());
    }

    fn failed(&self, failure: Failure) -> ReliableError {
        match failure {
            Failure::Silent => ReliableError::Silent(self.reliable.patience),
            Failure::Reset(reason) => ReliableError::Reset(reason),
            Failure::Digest => ReliableError::Digest,
        }
    }

    /// Does what the rules of nc say.
    fn obey(&mut self) {
        let now = self.clock.now();
        while let Some(rule) = self.session.poll_output(&mut Vec::new()) {
            match rule {
                Rule::HalfClose => self.link.finish(now),
                Rule::Finish => self.input.finish(),
                Rule::Hold => self.input.hold(),
                Rule::Release => self.input.release(),
                Rule::End(end) => {
                    self.phase = Phase::Closing(end);
                    self.link.finish(now);
                }
            }
        }
    }

    /// How it has ended, if it has.
    fn end(&mut self) -> Result<Option<End>, ReliableError> {
        let now = self.clock.now();
        let patience = self.reliable.patience.min(REFUSALS);
        match self.phase {
            Phase::Opening { until: Some(until) } if now >= until => {
                return Err(ReliableError::Unanswered {
                    after: self.reliable.answer_within,
                    trouble: self.trouble.take(),
                    wrong_tag: self.link.counters().damaged > 0,
                });
            }
            Phase::Closing(End::Idle | End::Abandoned) => {
                let idle = self.reliable.relay.rules.idle.unwrap_or_default();
                return Err(ReliableError::Idle(idle));
            }
            Phase::Closing(end) if self.link.is_over() => return Ok(Some(end)),
            // Who leaves early is done when the other end has everything.
            Phase::Closing(end @ (End::Lingered | End::Limit))
                if self.link.is_delivered() && !self.link.is_closed() =>
            {
                return Ok(Some(end));
            }
            _ => {}
        }
        match self.refused {
            Some(since) if self.link.is_open() && now >= since + patience => {
                let refusal = self.trouble.take();
                Err(ReliableError::Gone(
                    refusal.unwrap_or_else(|| io::ErrorKind::ConnectionRefused.into()),
                ))
            }
            _ => Ok(None),
        }
    }

    fn timeout(&self) -> Option<Instant> {
        let patience = self.reliable.patience.min(REFUSALS);
        let phase = match self.phase {
            Phase::Opening { until } => until,
            Phase::Open => self.session.poll_timeout(),
            Phase::Closing(_) | Phase::Parting => None,
        };
        let refused = self.refused.filter(|_| self.link.is_open());
        let refused = refused.map(|since| since + patience);
        [phase, refused, self.link.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Waits for whatever can be gone on with.
    async fn wait(&mut self, timeout: Option<Instant>) -> Result<Happened, ReliableError> {
        let open = self.phase == Phase::Open;
        let reads = open && self.input.is_wanted() && !self.link.spare().is_empty();
        let writes = open && self.output.is_wanted(&self.link);
        let flushed = self.channel.is_flushed();
        let timer = async {
            match timeout {
                Some(moment) => self.clock.sleep_until(moment).await,
                None => std::future::pending().await,
            }
        };
        let network = async {
            if flushed {
                return self.channel.come().await.map(Happened::Datagrams);
            }
            self.channel.come_or_go().await.map(|train| match train {
                Some(train) => Happened::Datagrams(train),
                None => Happened::Flushed,
            })
        };
        tokio::select! {
            biased;
            happened = network => match happened {
                Ok(happened) => Ok(happened),
                Err(error) => self.trouble(error).map(|()| Happened::Flushed),
            },
            count = self.output.go(&self.link), if writes => {
                count.map(Happened::Written).map_err(ReliableError::Stdout)
            }
            count = self.input.come(), if reads => count.map(Happened::Read).map_err(ReliableError::Stdin),
            () = self.output.gone(), if open => Ok(Happened::Unread),
            () = timer => Ok(Happened::Timer),
        }
    }

    fn happened(&mut self, happened: Happened) -> Result<(), ReliableError> {
        match happened {
            Happened::Datagrams(train) => self.take(train)?,
            Happened::Read(count) => self.input.came(count),
            Happened::Written(count) => self.wrote(count),
            Happened::Unread => return Err(ReliableError::Stdout(io::ErrorKind::BrokenPipe.into())),
            Happened::Timer | Happened::Flushed => {}
        }
        Ok(())
    }
}

/// How many bytes each direction may hold.
const BUFFER: usize = 8 << 20;
/// How long one that has failed stays to tell the other end.
const GOODBYE: Duration = Duration::from_secs(2);
/// How many calls what comes in may take before the rest has its turn.
const MOST_TRAINS: usize = 16;
/// How long the system of the other end may refuse what is sent before it is believed: for a moment it may be wrong.
const REFUSALS: Duration = Duration::from_secs(2);
