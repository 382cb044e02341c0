//! The server of `rlaunch`: the machine over a socket, a log and a handler, on one thread.
//!
//! ```text
//!   recvmmsg ─▶ machine ─▶ one write ─▶ sendmmsg
//!                 ▲  │        └─▶ the committer's thread ─┐
//!                 │  └─▶ handler ─▶ done                  │
//!                 └────────────── durable ◀───────────────┘
//! ```
//!
//! All that came is handed to the machine, all that it wants recorded is written at once, and only then all that it
//! wants said is sent. There is no timer for groups: what is written while the disk is busy makes the next one.

mod actions;
mod alarm;
mod control;
mod handler;
mod outbox;
#[cfg(test)]
mod tests;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use thiserror::Error;
use tokio::io::Interest;
use tokio::net::UdpSocket;

pub use control::{Control, Report};
pub use handler::{Handler, Inquiry, Launch, LaunchId, NotDone, Reason};

use crate::net::datagrams::Inbox;
use crate::net::{Clock, widen};
use crate::proto::launch::{Id, Input, Log, News, Outcome, Output, Probe, Server};
use crate::proto::{Instant, Machine};
use crate::wire::rlaunch::MAX_DATAGRAM;
use actions::{Actions, Done, End};
use alarm::Alarm;
use control::Tickets;
pub(super) use control::{Desk, Request};
use outbox::Outbox;

/// A server, until it is told to end.
pub struct Service<L, H> {
    clock: Clock,
    server: Server,
    socket: UdpSocket,
    inbox: Inbox,
    desk: Desk,
    alarm: Alarm,
    is_draining: bool,
    world: World<L, H>,
}

/// What the machine's outputs go to.
struct World<L, H> {
    instance: u64,
    log: L,
    durable: u64,
    /// The index up to which somebody waits for all to be durable.
    wanted: u64,
    is_commit_wanted: bool,
    /// Whether one datagram is all that there is to deal with.
    is_alone: bool,
    /// For so many commits the disk is taken to be slow.
    slow_for: u32,
    outbox: Outbox,
    tickets: Tickets,
    actions: Actions<H>,
    watch: Box<dyn FnMut(Notice<'_>) + Send>,
}

/// What happens in a server that somebody may want to be told of.
#[derive(Debug)]
pub enum Notice<'a> {
    /// An action is about to begin.
    Launching(&'a Launch),
    /// An action is over.
    Done(Id, &'a Result<Outcome, NotDone>),
    /// A doubt is about to be looked into.
    Probing(&'a Inquiry),
    /// A doubt was looked into.
    Probed(Id, &'a Probe),
    /// A client has seen a later state of this store than the store holds: it was restored from an old copy.
    RolledBack {
        /// Who.
        client: SocketAddr,
        /// The index that the client has seen.
        seen: u64,
        /// The index of the store.
        held: u64,
        /// Whether nothing is served any more, because the client knows the key.
        stopped: bool,
    },
}

/// Why a server ended before it was told to.
#[derive(Debug, Error)]
pub enum ServiceError<E> {
    /// The log keeps nothing more. What was sent before was kept; nothing was sent since.
    #[error(transparent)]
    Log(#[from] E),
    /// The socket brings nothing more.
    #[error("receive")]
    Socket(#[source] io::Error),
}

impl<L: Log, H: Handler> Service<L, H> {
    /// A server that answers on `socket`, keeps its records in `log` and has its actions performed by `handler`.
    /// `server` was made from what is in the log. Needs a tokio runtime with time; one on the current thread is the
    /// fastest. `watch` is told what happens.
    ///
    /// # Errors
    /// When the socket is none.
    pub fn new(
        socket: UdpSocket,
        server: Server,
        log: L,
        handler: H,
        watch: impl FnMut(Notice<'_>) + Send + 'static,
    ) -> io::Result<(Self, Control)> {
        widen(&socket, RECEIVE_BUFFER)?;
        let clock = Clock::start();
        let (control, desk) = Control::new();
        let service = Self {
            clock,
            socket,
            inbox: Inbox::with_room(MAX_DATAGRAM + 1),
            desk,
            alarm: Alarm::new(clock),
            is_draining: false,
            world: World {
                instance: server.instance(),
                durable: log.last(),
                wanted: 0,
                log,
                is_commit_wanted: false,
                is_alone: false,
                slow_for: 0,
                outbox: Outbox::default(),
                tickets: Tickets::default(),
                actions: Actions::new(handler),
                watch: Box::new(watch),
            },
            server,
        };
        Ok((service, control))
    }

    /// Serves until it is told to drain, and has then finished and recorded all that it had begun.
    ///
    /// # Errors
    /// [`ServiceError`]: the process should end then, and whoever starts it again finds what is on disk.
    pub async fn run(mut self) -> Result<(), ServiceError<L::Error>> {
        // What the machine wants before it hears anybody: above all, sessions to give out.
        poll_fn(|context| self.prepare(context)).await?;
        let mut turns = 0_u32;
        while !self.is_over() {
            poll_fn(|context| self.turn(context)).await?;
            turns = turns.wrapping_add(1);
            // A flood must not keep actions, signals and timers from their turn.
            if self.world.actions.running() > 0 || turns.is_multiple_of(TURNS) {
                tokio::task::yield_now().await;
            }
        }
        Ok(())
    }

    fn prepare(&mut self, context: &mut Context<'_>) -> Poll<Result<(), L::Error>> {
        self.settle(context)?;
        if self.world.durable < self.world.wanted {
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn is_over(&self) -> bool {
        let world = &self.world;
        self.is_draining
            && self.server.is_idle()
            && world.actions.running() == 0
            && world.durable == world.log.last()
    }

    /// Waits until there is something to do, and does all of it that has gathered.
    fn turn(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ServiceError<L::Error>>> {
        let now = self.clock.now();
        self.world.is_alone = false;
        let mut is_any = self.timeout(now, context)?;
        is_any |= self.heed(now, context)?;
        if let Poll::Ready(result) = self.receive(now, context) {
            result?;
            is_any = true;
        }
        is_any |= self.settle(context)?;
        if is_any {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    /// Whether the machine's timer had gone off.
    fn timeout(&mut self, now: Instant, context: &mut Context<'_>) -> Result<bool, L::Error> {
        let Some(moment) = self.server.poll_timeout() else {
            return Ok(false);
        };
        if moment > now {
            self.alarm.wake_at(moment, context);
            return Ok(false);
        }
        self.server.handle_timeout(now);
        self.world.perform(&mut self.server, context)?;
        Ok(true)
    }

    /// Whether somebody asked for something.
    fn heed(&mut self, now: Instant, context: &mut Context<'_>) -> Result<bool, L::Error> {
        let mut is_any = false;
        while let Poll::Ready(request) = self.desk.poll_request(context) {
            is_any = true;
            let input = match request {
                Request::Drain => {
                    self.is_draining = true;
                    Input::Drain
                }
                Request::Unfence => Input::Unfenced,
                Request::Order(order, answer) => Input::Operator(self.world.tickets.issue(answer), order),
                Request::Report(answer) => {
                    // Who asked may not want to know any more.
                    let _ = answer.send(self.report(now));
                    continue;
                }
            };
            self.server.handle(now, input);
            self.world.perform(&mut self.server, context)?;
        }
        Ok(is_any)
    }

    fn report(&self, now: Instant) -> Report {
        let doubts = self.server.doubts().take(DOUBTS);
        Report {
            instance: self.server.instance(),
            counters: self.server.counters(),
            doubts: doubts.map(|(id, since)| (id.clone(), now - since)).collect(),
        }
    }

    /// Hands what has come to the machine.
    fn receive(
        &mut self,
        now: Instant,
        context: &mut Context<'_>,
    ) -> Poll<Result<(), ServiceError<L::Error>>> {
        // While something runs there is something to answer.
        if self.is_draining && self.world.actions.running() == 0 {
            return Poll::Pending;
        }
        loop {
            ready!(self.socket.poll_recv_ready(context)).map_err(ServiceError::Socket)?;
            let received = self.socket.try_io(Interest::READABLE, || {
                let count = self.inbox.fill(&self.socket)?;
                // The socket is empty, and need not be asked again to know that.
                let is_all = count < Inbox::CAPACITY;
                if is_all {
                    Err(io::ErrorKind::WouldBlock.into())
                } else {
                    Ok(())
                }
            });
            match received {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // What became of an answer that was sent before is not worth more than the answer.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                other => other.map_err(ServiceError::Socket)?,
            }
            if !self.inbox.is_empty() {
                break;
            }
        }
        self.world.is_alone = self.inbox.len() == 1 && self.world.actions.running() == 0;
        for (from, bytes) in self.inbox.datagrams() {
            self.server.handle(now, Input::Datagram { from, bytes });
            self.world.perform(&mut self.server, context)?;
        }
        Poll::Ready(Ok(()))
    }

    /// Writes what is to be recorded, takes note of what has become durable and of what is done, until nothing more
    /// comes of it; then sends what is to be said. Whether anything had happened.
    fn settle(&mut self, context: &mut Context<'_>) -> Result<bool, L::Error> {
        let (server, world) = (&mut self.server, &mut self.world);
        let mut is_any = false;
        world.perform(server, context)?;
        loop {
            world.write(server, self.clock, context)?;
            let mut is_news = false;
            while let Poll::Ready(news) = world.log.poll_news(context) {
                let (durable, input) = match news? {
                    News::Durable(index) => (index, Input::Durable(index)),
                    News::Replaced => (world.log.last(), Input::Replaced),
                };
                world.durable = world.durable.max(durable);
                server.handle(self.clock.now(), input);
                world.perform(server, context)?;
                is_news = true;
            }
            while let Poll::Ready(Done { call, end }) = world.actions.poll_done(context) {
                (world.watch)(match &end {
                    End::Ran(result) => Notice::Done(call.clone(), result),
                    End::Probed(probe) => Notice::Probed(call.clone(), probe),
                });
                let input = match end {
                    End::Ran(Ok(outcome)) => Input::Done(call, Some(outcome)),
                    End::Ran(Err(NotDone::NotBegun(_))) => Input::Done(call, None),
                    End::Ran(Err(NotDone::Lost(_))) => Input::Lost(call),
                    End::Probed(probe) => Input::Probed(call, probe),
                };
                server.handle(self.clock.now(), input);
                world.perform(server, context)?;
                is_news = true;
            }
            if !is_news {
                break;
            }
            is_any = true;
        }
        world.outbox.send(&self.socket);
        Ok(is_any)
    }
}

impl<L: Log, H: Handler> World<L, H> {
    /// Carries out all that the machine wants, except that what is to be said waits for what is to be written.
    fn perform(&mut self, server: &mut Server, context: &mut Context<'_>) -> Result<(), L::Error> {
        loop {
            let (bytes, start) = self.outbox.buffer();
            let Some(output) = server.poll_output(bytes) else {
                return Ok(());
            };
            match output {
                Output::Send(to) => {
                    self.outbox.seal(to, start);
                    continue;
                }
                Output::Record => _ = self.log.append(self.outbox.since(start)),
                Output::Commit => self.is_commit_wanted = true,
                Output::Run { id: call, fence } => {
                    let launch = Launch {
                        id: LaunchId {
                            instance: self.instance,
                            call,
                        },
                        fence,
                        payload: self.outbox.since(start).to_vec(),
                    };
                    (self.watch)(Notice::Launching(&launch));
                    self.actions.begin(launch, context);
                }
                Output::Replace(records) => self.log.replace(records)?,
                Output::Probe(call) => {
                    let payload = self.outbox.since(start);
                    let inquiry = Inquiry {
                        id: LaunchId {
                            instance: self.instance,
                            call,
                        },
                        fence: self.log.last() + 1,
                        payload: (!payload.is_empty()).then(|| payload.to_vec()),
                    };
                    (self.watch)(Notice::Probing(&inquiry));
                    self.actions.probe(inquiry, context);
                }
                Output::Ordered(ticket, result) => self.tickets.redeem(ticket, result),
                Output::RolledBack {
                    client,
                    seen,
                    held,
                    stopped,
                } => (self.watch)(Notice::RolledBack {
                    client,
                    seen,
                    held,
                    stopped,
                }),
            }
            self.outbox.cut(start);
        }
    }

    /// Writes what was appended, and begins to make it durable if somebody waits for that.
    fn write(
        &mut self,
        server: &mut Server,
        clock: Clock,
        context: &mut Context<'_>,
    ) -> Result<(), L::Error> {
        let now = clock.now();
        self.log.write()?;
        if self.log.is_long() {
            server.handle(now, Input::Long);
            self.perform(server, context)?;
            self.log.write()?;
        }
        if std::mem::take(&mut self.is_commit_wanted) {
            self.wanted = self.log.last();
            // Two changes of threads take as long as a fast disk; a slow one is tried again now and then.
            let at_once = self.is_alone && self.slow_for == 0;
            self.slow_for = self.slow_for.saturating_sub(1);
            self.log.commit(at_once)?;
            if at_once && clock.now() - now > SLOW {
                self.slow_for = RETRY;
            }
        }
        Ok(())
    }
}

/// As much as can come while the disk is busy.
const RECEIVE_BUFFER: usize = 4 << 20;
/// So many calls in doubt are told.
const DOUBTS: usize = 1000;
/// So many turns are taken before others have theirs.
const TURNS: u32 = 16;
/// Whoever has to wait so long for a disk had better do something else meanwhile.
const SLOW: Duration = Duration::from_micros(300);
/// After so many commits a slow disk may have become faster.
const RETRY: u32 = 64;
