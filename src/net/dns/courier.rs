//! Many exchanges at once over few sockets: [`proto::dns::Courier`](crate::proto::dns::Courier) over UDP.
//!
//! ```text
//!   ask ──┐                       ┌─▶ sendmmsg
//!   ask ──┼─▶ machine ◀─ carry ◀──┤
//!   ask ──┘                       └── recvmmsg, timer, ICMP
//! ```
//!
//! Whoever asks waits for a slot in a table to be filled; one task, [`Courier::carry`], does all the sending and
//! receiving for everybody. What has arrived is looked at before any timer: a process that was held up does not
//! ask again for what already waits in its socket.

mod desk;

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::ops::Range;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use socket2::SockRef;
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::{Exchange, ExchangeError, Notice, RETRANSMIT, Reply};
use crate::net::datagrams::{Inbox, send_datagrams};
use crate::net::udp::{failed_datagram, report_icmp};
use crate::net::{Clock, bind_udp};
use crate::proto::dns::Transport;
use crate::proto::dns::courier::{self, End, Input, Output, Policy, Question, Ticket};
use crate::proto::link::Limits;
use crate::proto::{Instant, Machine};
use desk::Desk;

/// Asks many questions at once. Shared by reference; [`carry`](Self::carry) must run for any of them to be answered.
#[derive(Debug)]
pub struct Courier {
    clock: Clock,
    inner: RefCell<Inner>,
}

#[derive(Debug)]
struct Inner {
    machine: courier::Courier,
    sockets: Vec<UdpSocket>,
    /// Which sockets are for which family and local address.
    pools: Vec<Pool>,
    /// Who waits, by the slot of the ticket.
    desks: Vec<Option<Rc<RefCell<Desk>>>>,
    /// What is to be sent: from which socket, to whom, and how many of `bytes`.
    outgoing: Vec<(u16, SocketAddr, Range<usize>)>,
    bytes: Vec<u8>,
    inbox: Inbox,
    /// Wakes the one who carries.
    carrier: Option<Waker>,
}

#[derive(Debug)]
struct Pool {
    is_v4: bool,
    source: Option<SocketAddr>,
    sockets: Range<u16>,
}

impl Courier {
    /// At most `rate` transmissions a second, to all servers together.
    pub fn new(clock: Clock, rate: Option<NonZeroU32>) -> Self {
        let policy = Policy {
            limits: TIMER,
            most: MOST_ON_THE_WAY,
            rate,
        };
        Self {
            clock,
            inner: RefCell::new(Inner {
                machine: courier::Courier::new(policy, rand::random()),
                sockets: Vec::new(),
                pools: Vec::new(),
                desks: Vec::new(),
                outgoing: Vec::new(),
                bytes: Vec::new(),
                inbox: Inbox::new(),
                carrier: None,
            }),
        }
    }

    /// How many queries wait to be sent to a server that answers.
    pub fn queued(&self) -> usize {
        self.inner.borrow().machine.queued()
    }

    /// How many transmissions there were, and how many of them were repetitions.
    pub fn sent(&self) -> (u64, u64) {
        self.inner.borrow().machine.sent()
    }

    /// From now on so many transmissions a second at most.
    pub fn set_rate(&self, rate: Option<NonZeroU32>) {
        self.inner.borrow_mut().machine.set_rate(rate);
    }

    /// A random id that no query on its way has.
    pub fn free_id(&self) -> u16 {
        self.inner.borrow_mut().machine.free_id()
    }

    /// Does an exchange over UDP as [`Exchange::run`] does it, but over the shared sockets if its id is free. The
    /// estimator is the courier's. Dropping the future ends the exchange.
    ///
    /// # Errors
    /// Why there is no reply.
    pub async fn ask(
        &self,
        exchange: &Exchange<'_>,
        notice: &mut (dyn FnMut(Notice<'_>) + Send),
    ) -> Result<Reply, ExchangeError> {
        let desk = Rc::new(RefCell::new(Desk::default()));
        let Some(ticket) = self.inner.borrow_mut().submit(&self.clock, exchange, &desk)? else {
            return Box::pin(exchange.run(&self.clock, notice)).await;
        };
        let _waiting = Waiting {
            courier: self,
            ticket,
        };
        match poll_fn(|context| desk.borrow_mut().poll(context, notice)).await {
            End::Reply {
                message,
                from,
                elapsed,
                rtt,
                attempts,
            } => Ok(Reply {
                message,
                peer: from,
                transport: Transport::Udp,
                elapsed,
                rtt,
                attempts,
                seal: None,
            }),
            End::TimedOut => Err(ExchangeError::TimedOut {
                server: exchange.server,
                after: exchange.timeout,
            }),
            End::Failed(kind) => Err(ExchangeError::from_io(exchange.server, "ask", kind.into())),
        }
    }

    /// Carries queries and replies for everybody. Never ends.
    pub async fn carry(&self) -> Infallible {
        let mut timer = pin!(self.clock.sleep_until(self.clock.now()));
        let mut armed = None;
        poll_fn(|context| {
            loop {
                let mut inner = self.inner.borrow_mut();
                inner.carrier = Some(context.waker().clone());
                inner.turn(&self.clock, context);
                let due = inner.machine.poll_timeout();
                drop(inner);
                if due.is_some_and(|moment| moment <= self.clock.now()) {
                    continue;
                }
                // A timer that has run out must not be polled again.
                if armed != Some(due) {
                    armed = Some(due);
                    timer.set(self.clock.sleep_until(due.unwrap_or(FAR)));
                }
                if Pin::as_mut(&mut timer).poll(context).is_pending() {
                    return Poll::Pending;
                }
                armed = None;
            }
        })
        .await
    }
}

/// Withdraws a question of which nobody waits for the reply any more.
struct Waiting<'a> {
    courier: &'a Courier,
    ticket: Ticket,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // Does nothing after the end.
        self.courier.inner.borrow_mut().machine.forget(self.ticket);
    }
}

impl Inner {
    /// Hands a query over. `None` if it has to go its own way: its id is taken, or there is no socket for it.
    fn submit(
        &mut self,
        clock: &Clock,
        exchange: &Exchange<'_>,
        desk: &Rc<RefCell<Desk>>,
    ) -> Result<Option<Ticket>, ExchangeError> {
        let Some(sockets) = self.pool(exchange.server, exchange.source)? else {
            return Ok(None);
        };
        let question = Question {
            query: exchange.query.to_vec(),
            server: exchange.server,
            sockets,
            timeout: exchange.timeout,
            accept: exchange.accept,
        };
        let Some(ticket) = self.machine.ask(clock.now(), question) else {
            return Ok(None);
        };
        if self.desks.len() <= ticket.slot() {
            self.desks.resize_with(ticket.slot() + 1, || None);
        }
        if let Some(place) = self.desks.get_mut(ticket.slot()) {
            *place = Some(Rc::clone(desk));
        }
        if let Some(carrier) = &self.carrier {
            carrier.wake_by_ref();
        }
        Ok(Some(ticket))
    }

    /// The sockets from which `server` can be asked; `None` if there are too many kinds of them already.
    fn pool(
        &mut self,
        server: SocketAddr,
        source: Option<SocketAddr>,
    ) -> Result<Option<Range<u16>>, ExchangeError> {
        let is_v4 = server.is_ipv4();
        let known = self
            .pools
            .iter()
            .find(|pool| pool.is_v4 == is_v4 && pool.source == source);
        if let Some(pool) = known {
            return Ok(Some(pool.sockets.clone()));
        }
        if self.pools.len() >= MOST_POOLS {
            return Ok(None);
        }
        let count = match source {
            // Only one socket can have a port that was asked for.
            Some(source) if source.port() != 0 => 1,
            _ => SOCKETS,
        };
        let first = self.sockets.len();
        for _ in 0..count {
            let socket = open(server, source).map_err(|error| {
                self.sockets.truncate(first);
                ExchangeError::from_bind(server, source, error)
            })?;
            self.sockets.push(socket);
        }
        let index = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let sockets = index(first)..index(self.sockets.len());
        self.pools.push(Pool {
            is_v4,
            source,
            sockets: sockets.clone(),
        });
        Ok(Some(sockets))
    }

    /// Takes what has come, does what is due, and sends what is to be sent.
    fn turn(&mut self, clock: &Clock, context: &mut Context<'_>) {
        for index in 0..self.sockets.len() {
            self.receive(index, clock, context);
        }
        self.machine.handle_timeout(clock.now());
        loop {
            self.send(clock, context);
            if !self.outgoing.is_empty() {
                return;
            }
            self.drain(clock);
            if self.outgoing.is_empty() {
                return;
            }
        }
    }

    /// Shows the machine what has come to a socket, a few batches at most.
    fn receive(&mut self, index: usize, clock: &Clock, context: &mut Context<'_>) {
        let Self {
            sockets,
            inbox,
            machine,
            ..
        } = self;
        let (Some(socket), Ok(number)) = (sockets.get(index), u16::try_from(index)) else {
            return;
        };
        // A socket that is never empty must not keep the others from theirs.
        for _ in 0..BATCHES {
            if socket.poll_recv_ready(context).is_pending() {
                return;
            }
            let mut count = 0;
            let read = socket.try_io(Interest::READABLE, || {
                count = inbox.fill(socket)?;
                // Fewer than there is room for: the socket is empty now.
                if count < Inbox::CAPACITY {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Ok(())
            });
            if count > 0 {
                let now = clock.now();
                for (from, bytes) in inbox.datagrams() {
                    let socket = number;
                    machine.handle(now, Input::Datagram { socket, from, bytes });
                }
            }
            match read {
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                    report_failures(socket, &error, clock, machine);
                }
                _ => {}
            }
        }
        context.waker().wake_by_ref();
    }

    /// Collects what the machine wants sent, and tells those who wait what has come for them.
    fn drain(&mut self, clock: &Clock) {
        self.bytes.clear();
        loop {
            let start = self.bytes.len();
            let Some(output) = self.machine.poll_output(&mut self.bytes) else {
                return;
            };
            let (ticket, news) = match output {
                Output::Send {
                    ticket,
                    socket,
                    server,
                } => {
                    self.outgoing.push((socket, server, start..self.bytes.len()));
                    if let Some(Some(desk)) = self.desks.get(ticket.slot()) {
                        let mut desk = desk.borrow_mut();
                        match desk.attempts {
                            0 if desk.sent.is_none() => desk.sent = Some(clock.now()),
                            _ => desk.sent_again.push(clock.now()),
                        }
                    }
                    continue;
                }
                Output::Ignored {
                    ticket,
                    why,
                    from,
                    message,
                } => (ticket, Err((why, from, message))),
                Output::Ended { ticket, end } => (ticket, Ok(end)),
            };
            let Some(place) = self.desks.get_mut(ticket.slot()) else {
                continue;
            };
            let desk = match news {
                Ok(_) => place.take(),
                Err(_) => place.clone(),
            };
            let Some(desk) = desk else { continue };
            let mut desk = desk.borrow_mut();
            match news {
                Ok(end) => desk.end = Some(end),
                Err(ignored) if desk.ignored.len() < MOST_IGNORED => desk.ignored.push(ignored),
                Err(_) => {}
            }
            if let Some(waker) = &desk.waker {
                waker.wake_by_ref();
            }
        }
    }

    /// Sends what was collected; what finds no room stays, and the socket's readiness wakes us.
    fn send(&mut self, clock: &Clock, context: &mut Context<'_>) {
        let Self {
            sockets,
            outgoing,
            bytes,
            machine,
            ..
        } = self;
        // By socket, so that one call takes many; the order within a socket stays.
        outgoing.sort_by_key(|(socket, ..)| *socket);
        let mut rest = outgoing.as_slice();
        let mut unsent = Vec::new();
        while let Some((first, ..)) = rest.first() {
            let length = rest.iter().take_while(|(socket, ..)| socket == first).count();
            let (mut here, others) = rest.split_at(length);
            rest = others;
            let Some(socket) = sockets.get(usize::from(*first)) else {
                continue;
            };
            while let Some((_, server, range)) = here.first() {
                if socket.poll_send_ready(context).is_pending() {
                    unsent.extend_from_slice(here);
                    break;
                }
                let datagrams = here
                    .iter()
                    .map(|(_, server, range)| (*server, bytes.get(range.clone()).unwrap_or_default()));
                let sent = socket.try_io(Interest::WRITABLE, || send_datagrams(socket, datagrams));
                match sent {
                    Ok(count) => here = here.get(count..).unwrap_or_default(),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    // What ICMP said of an earlier datagram.
                    Err(error) if report_failures(socket, &error, clock, machine) => {}
                    Err(error) => {
                        let failed = Input::Undelivered {
                            server: *server,
                            start: bytes.get(range.clone()).unwrap_or_default(),
                            why: error.kind(),
                        };
                        machine.handle(clock.now(), failed);
                        here = here.get(1..).unwrap_or_default();
                    }
                }
            }
        }
        *outgoing = unsent;
    }
}

/// Tells the machine of the datagrams that ICMP says did not arrive. Whether there was any.
fn report_failures(
    socket: &UdpSocket,
    error: &io::Error,
    clock: &Clock,
    machine: &mut courier::Courier,
) -> bool {
    let mut start = [0; 512];
    let mut any = false;
    while let Some((server, length)) = failed_datagram(socket, &mut start) {
        any = true;
        let failed = Input::Undelivered {
            server,
            start: start.get(..length).unwrap_or_default(),
            why: error.kind(),
        };
        machine.handle(clock.now(), failed);
    }
    any
}

fn open(server: SocketAddr, source: Option<SocketAddr>) -> io::Result<UdpSocket> {
    let socket = bind_udp(server, source)?;
    report_icmp(&socket)?;
    // As much as the system allows: replies that come together must not be lost here.
    let _ = SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER);
    Ok(socket)
}

/// The timer of queries that are asked in bulk: a server that has much to answer is late now and then by more
/// than the floor of one that has one.
const TIMER: Limits = Limits {
    floor: std::time::Duration::from_millis(30),
    ..RETRANSMIT
};

/// The most queries on their way to one server, however long the way: what the receive buffers have room for.
const MOST_ON_THE_WAY: u32 = 4096;
/// How many sockets share the queries to a family of addresses: so many ports must a forger choose from, and so
/// many receive buffers are there.
const SOCKETS: usize = 8;
const MOST_POOLS: usize = 8;
const RECEIVE_BUFFER: usize = 1 << 20;
/// How many batches are read from one socket before the next has its turn.
const BATCHES: usize = 4;
/// How many wrong replies to one query are remembered until they are looked at.
const MOST_IGNORED: usize = 16;
/// A timer that is not armed.
const FAR: Instant = Instant::from_origin(std::time::Duration::MAX);
