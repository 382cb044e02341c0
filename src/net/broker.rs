//! The broker over sockets: one task a member, and one for the time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::{self, IoSlice};
use std::rc::Rc;
use std::time::Duration;

use tokio::io::Interest;
use tokio::sync::Notify;

use super::{Clock, Endpoint};
use crate::proto::relay::{Broker, BrokerInput, BrokerOutput, MemberId};
use crate::proto::{Instant, Machine};

/// Where members meet. What one sends, the others receive.
#[derive(Debug)]
pub struct Hub {
    clock: Clock,
    broker: RefCell<Broker>,
    members: RefCell<BTreeMap<MemberId, Rc<Member>>>,
    next: Cell<MemberId>,
    /// Nobody is heard.
    held: Cell<bool>,
    held_changed: Notify,
    /// What is read passes through here.
    room: RefCell<Box<[u8]>>,
}

#[derive(Debug, Default)]
struct Member {
    bell: Notify,
    parting: Cell<Option<Parting>>,
}

/// How a member left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// It ended, and has been sent all that was for it.
    Left,
    /// It did not read, and was cut off.
    Late,
    /// Nothing moved for too long.
    Idle,
}

impl Hub {
    /// Nobody is here.
    pub fn new() -> Self {
        Self {
            clock: Clock::start(),
            broker: RefCell::new(Broker::new(LIMIT)),
            members: RefCell::default(),
            next: Cell::new(0),
            held: Cell::new(false),
            held_changed: Notify::new(),
            // The kernel gives memory to it when it is first used.
            room: RefCell::new(vec![0; READ].into_boxed_slice()),
        }
    }

    /// Lets somebody take part, until it ends or breaks, or nothing has moved for the time of `idle`. Needs
    /// [`keep_time`](Self::keep_time) to run beside it.
    ///
    /// # Errors
    /// When the connection broke.
    pub async fn join(&self, socket: &Endpoint, idle: Option<Duration>) -> io::Result<Parting> {
        let seat = Seat::take(self);
        let (mut finished, mut moved_at) = (false, self.clock.now());
        loop {
            if let Some(parting) = seat.member.parting.get() {
                if parting == Parting::Left {
                    socket.farewell().await;
                } else {
                    socket.break_off();
                }
                return Ok(parting);
            }
            let step = tokio::select! {
                heard = self.hear(socket, seat.id), if !finished => match heard? {
                    0 => {
                        finished = true;
                        self.tell(BrokerInput::Finished(seat.id));
                        continue;
                    }
                    count => count,
                },
                sent = self.send(socket, &seat) => sent?,
                () = self.passed(idle.map(|idle| moved_at + idle)) => {
                    socket.break_off();
                    return Ok(Parting::Idle);
                }
            };
            if step > 0 {
                moved_at = self.clock.now();
                // Nobody is late because somebody else was served first.
                tokio::task::yield_now().await;
            }
        }
    }

    /// Sees to it that who holds the others up is cut off in time. Never ends.
    pub async fn keep_time(&self) -> ! {
        loop {
            let due = self.broker.borrow().poll_timeout();
            tokio::select! {
                () = self.passed(due) => {
                    self.broker.borrow_mut().handle_timeout(self.clock.now());
                    self.carry_out();
                }
                () = self.held_changed.notified() => {}
            }
        }
    }

    async fn passed(&self, moment: Option<Instant>) {
        match moment {
            Some(moment) => self.clock.sleep_until(moment).await,
            None => std::future::pending().await,
        }
    }

    /// Hears the next words of a member, when anybody is heard: how many bytes. Zero at its end.
    async fn hear(&self, socket: &Endpoint, id: MemberId) -> io::Result<usize> {
        loop {
            while self.held.get() {
                self.held_changed.notified().await;
            }
            let read = || {
                let mut room = self.room.borrow_mut();
                let count = socket.read(&mut room)?;
                self.tell(BrokerInput::Said(id, room.get(..count).unwrap_or_default()));
                Ok(count)
            };
            tokio::select! {
                biased;
                () = self.held_changed.notified() => {}
                heard = socket.when(Interest::READABLE, read) => return heard,
            }
        }
    }

    /// Sends a member what there is for it, or waits until there is something. How many bytes.
    async fn send(&self, socket: &Endpoint, seat: &Seat<'_>) -> io::Result<usize> {
        if self.broker.borrow().pending(seat.id).next().is_none() {
            return tokio::select! {
                () = seat.member.bell.notified() => Ok(0),
                flushed = socket.flush(), if socket.has_unsent() => flushed.map(|()| 0),
            };
        }
        let write = || {
            let broker = self.broker.borrow();
            let mut parts = [IoSlice::new(&[]); PARTS];
            let (mut count, mut left) = (0, TURN);
            for (part, piece) in parts.iter_mut().zip(broker.pending(seat.id)) {
                let piece = piece.get(..left).unwrap_or(piece);
                *part = IoSlice::new(piece);
                (count, left) = (count + 1, left - piece.len());
                if left == 0 {
                    break;
                }
            }
            let count = socket.write_parts(parts.get(..count).unwrap_or_default())?;
            drop(broker);
            self.tell(BrokerInput::Took(seat.id, count));
            Ok(count)
        };
        tokio::select! {
            biased;
            () = seat.member.bell.notified() => Ok(0),
            sent = socket.when(Interest::WRITABLE, write) => sent,
        }
    }

    fn tell(&self, input: BrokerInput<'_>) {
        self.broker.borrow_mut().handle(self.clock.now(), input);
        self.carry_out();
    }

    fn carry_out(&self) {
        let mut broker = self.broker.borrow_mut();
        let members = self.members.borrow();
        while let Some(output) = broker.poll_output(&mut Vec::new()) {
            let (id, parting) = match output {
                BrokerOutput::Wake(id) => (id, None),
                BrokerOutput::Dismiss(id) => (id, Some(Parting::Left)),
                BrokerOutput::Cut(id) => (id, Some(Parting::Late)),
                BrokerOutput::Hold | BrokerOutput::Release => {
                    self.held.set(output == BrokerOutput::Hold);
                    self.held_changed.notify_waiters();
                    continue;
                }
            };
            if let Some(member) = members.get(&id) {
                if parting.is_some() {
                    member.parting.set(parting);
                }
                member.bell.notify_one();
            }
        }
    }
}

impl Default for Hub {
    fn default() -> Self {
        Self::new()
    }
}

/// The place of a member, given back in the end.
struct Seat<'a> {
    hub: &'a Hub,
    id: MemberId,
    member: Rc<Member>,
}

impl<'a> Seat<'a> {
    fn take(hub: &'a Hub) -> Self {
        let id = hub.next.replace(hub.next.get() + 1);
        let member = Rc::new(Member::default());
        hub.members.borrow_mut().insert(id, Rc::clone(&member));
        hub.tell(BrokerInput::Joined(id));
        Self { hub, id, member }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        self.hub.members.borrow_mut().remove(&self.id);
        self.hub.tell(BrokerInput::Left(self.id));
    }
}

/// How far behind the slowest may be, with what that costs in memory.
const LIMIT: usize = 8 << 20;
/// As much as one piece of the broker's log.
const READ: usize = 64 << 10;
/// So much a member is sent in its turn.
const TURN: usize = 128 << 10;
/// So many small messages leave in one call.
const PARTS: usize = 64;
