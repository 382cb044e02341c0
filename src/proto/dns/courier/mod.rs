//! Many queries at once over few sockets, each answered by its own reply.
//!
//! ```text
//!   ask ──▶ the queue of its server ──▶ room in the Flow? within the Quota? ──▶ Send
//!                     ▲                                            │ timer (Rto)
//!                     └────────────────── again ◀──────────────────┘
//!   datagram ──▶ its id ──▶ from the server, to the socket, about the question? ──▶ Ended
//! ```
//!
//! One estimator and one window per server: what one query learns of the path, all know. A query is repeated as
//! bytes, so that a reply to any of its transmissions counts, and it is given up when its time from the first
//! transmission is over. Time in the queue does not count.
//!
//! Ids are unique among all that is on the way, whatever the socket: a reply finds its query by one look into a
//! table. A forger who cannot see the traffic must still guess the port, the id and the question of one query.
//!
//! `net::dns` runs this machine over sockets.

mod arrivals;
mod event;
mod ids;
mod path;
mod question;

pub use event::{End, Input, Output};
pub use question::{Policy, Question, Ticket};

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use rand::RngExt;
use rustc_hash::FxBuildHasher;

use super::Accept;
use crate::proto::link::{Quota, is_from};
use crate::proto::{Instant, Machine};
use ids::Ids;
use path::Path;

/// Many queries at once.
#[derive(Debug)]
pub struct Courier {
    policy: Policy,
    ids: Ids,
    now: Instant,
    /// The queries by slot; a slot is used again.
    asked: Vec<Asked>,
    free: Vec<u32>,
    paths: Vec<Path>,
    by_server: HashMap<SocketAddr, u32, FxBuildHasher>,
    /// The paths that may have something to send, in turn.
    ready: VecDeque<u32>,
    quota: Option<Quota>,
    timers: BinaryHeap<Reverse<(Instant, u32, u32)>>,
    outputs: VecDeque<Output>,
    sent: (u64, u64),
}

/// A query in its slot.
#[derive(Debug)]
struct Asked {
    generation: u32,
    state: State,
    query: Vec<u8>,
    path: u32,
    socket: u16,
    accept: Accept,
    timeout: Duration,
    attempts: u32,
    first_sent: Instant,
    sent: Instant,
    /// When it is due to be sent again.
    retry: Instant,
    /// When its timer runs out; older entries among the timers mean nothing.
    wake: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// The slot is free.
    Free,
    /// In the queue of its path.
    Queued,
    /// On its way.
    Flying,
    /// Counted as lost, but not yet due to be sent again.
    Waiting,
}

impl Courier {
    /// The most queries that can be asked at a time: an id must be free at the second guess, more or less.
    pub const MOST: usize = 1 << 15;

    /// Nothing is asked. `seed` is that of the ids, which nobody may be able to guess.
    pub fn new(policy: Policy, seed: [u8; 32]) -> Self {
        Self {
            policy,
            ids: Ids::new(seed),
            now: Instant::ZERO,
            asked: Vec::new(),
            free: Vec::new(),
            paths: Vec::new(),
            by_server: HashMap::default(),
            ready: VecDeque::new(),
            quota: policy.rate.map(Quota::new),
            timers: BinaryHeap::new(),
            outputs: VecDeque::new(),
            sent: (0, 0),
        }
    }

    /// How many queries are asked and have not ended.
    pub fn len(&self) -> usize {
        self.asked.len() - self.free.len()
    }

    /// How many transmissions there were, and how many of them were repetitions.
    pub fn sent(&self) -> (u64, u64) {
        self.sent
    }

    /// From now on so many transmissions a second at most.
    pub fn set_rate(&mut self, rate: Option<NonZeroU32>) {
        if self.policy.rate != rate {
            self.policy.rate = rate;
            self.quota = rate.map(Quota::new);
        }
    }

    /// How many of them wait to be sent to a server that answers.
    pub fn queued(&self) -> usize {
        let alive = self.paths.iter().filter(|path| !path.is_silent(self.now));
        alive.map(|path| path.queue.len()).sum()
    }

    /// Whether nothing is asked.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A random id that no query on its way has.
    pub fn free_id(&mut self) -> u16 {
        debug_assert!(self.len() < Self::MOST);
        self.ids.free()
    }

    /// Asks. `None` if there are too many queries already, or one with the same id.
    pub fn ask(&mut self, now: Instant, question: Question) -> Option<Ticket> {
        self.now = self.now.max(now);
        let id = id_of(&question.query)?;
        if self.len() >= Self::MOST || self.ids.slot_of(id).is_some() {
            return None;
        }
        let path = self.path_to(question.server);
        let socket = self.ids.rng.random_range(question.sockets);
        let asked = Asked {
            generation: 0,
            state: State::Queued,
            query: question.query,
            path,
            socket,
            accept: question.accept,
            timeout: question.timeout,
            attempts: 0,
            first_sent: now,
            sent: now,
            retry: now,
            wake: None,
        };
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                self.asked.push(Asked {
                    state: State::Free,
                    query: Vec::new(),
                    ..asked
                });
                u32::try_from(self.asked.len() - 1).ok()?
            }
        };
        let place = self.asked.get_mut(slot as usize)?;
        let generation = place.generation.wrapping_add(1);
        *place = Asked { generation, ..asked };
        self.ids.take(id, slot);
        if let Some(path) = self.paths.get_mut(path as usize) {
            path.users += 1;
            path.queue.push_back((slot, generation));
        }
        self.make_ready(path);
        Some(Ticket { slot, generation })
    }

    /// Ends a query of which nobody waits for the reply.
    pub fn forget(&mut self, ticket: Ticket) {
        if self.is_current(ticket.slot, ticket.generation) {
            self.release(ticket.slot);
        }
    }
}

impl Machine for Courier {
    type Input<'a> = Input<'a>;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input<'_>) {
        self.now = self.now.max(now);
        match input {
            Input::Datagram { socket, from, bytes } => self.came(socket, from, bytes),
            Input::Undelivered { server, start, why } => self.undelivered(server, start, why),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some(Reverse((moment, slot, generation))) = self.timers.peek().copied() {
            if moment > self.now {
                break;
            }
            self.timers.pop();
            let is_its = self.is_current(slot, generation)
                && self
                    .asked
                    .get(slot as usize)
                    .is_some_and(|asked| asked.wake == Some(moment));
            if is_its {
                self.timer_ran_out(slot);
            }
        }
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        if let Some(output) = self.outputs.pop_front() {
            return Some(output);
        }
        let output = self.transmit(bytes);
        if output.is_none() {
            self.drop_stale_timers();
        }
        output
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let timer = self.timers.peek().map(|Reverse((moment, ..))| *moment);
        let quota = self.quota.filter(|_| !self.ready.is_empty());
        timer.into_iter().chain(quota.map(|quota| quota.next())).min()
    }
}

impl Courier {
    /// The next query that goes out.
    fn transmit(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        while let Some(index) = self.ready.front().copied() {
            let path = self.paths.get_mut(index as usize)?;
            let next = path.queue.front().copied().filter(|_| path.flow.has_room());
            let Some((slot, generation)) = next else {
                path.is_ready = false;
                self.ready.pop_front();
                continue;
            };
            if !self.is_current(slot, generation) {
                self.paths.get_mut(index as usize)?.queue.pop_front();
                continue;
            }
            if !self.quota.as_mut().is_none_or(|quota| quota.take(self.now)) {
                return None;
            }
            let path = self.paths.get_mut(index as usize)?;
            path.queue.pop_front();
            path.sends(self.now);
            self.ready.rotate_left(1);
            let asked = self.asked.get_mut(slot as usize)?;
            asked.attempts += 1;
            if asked.attempts == 1 {
                asked.first_sent = self.now;
            }
            self.sent.0 += 1;
            self.sent.1 += u64::from(asked.attempts > 1);
            asked.sent = self.now;
            asked.state = State::Flying;
            asked.retry = self.now + path.wait(asked.attempts, self.now, &mut self.ids.rng);
            bytes.extend_from_slice(&asked.query);
            let sent = Output::Send {
                ticket: Ticket { slot, generation },
                socket: asked.socket,
                server: path.server,
            };
            let lost = self.now + path.patience(self.now);
            let deadline = asked.first_sent + asked.timeout;
            self.set_timer(slot, lost.min(deadline));
            return Some(sent);
        }
        None
    }

    fn timer_ran_out(&mut self, slot: u32) {
        let Some(asked) = self.asked.get_mut(slot as usize) else {
            return;
        };
        asked.wake = None;
        let (index, deadline, retry) = (asked.path, asked.first_sent + asked.timeout, asked.retry);
        let Some(path) = self.paths.get_mut(index as usize) else {
            return;
        };
        let was_flying = asked.state == State::Flying;
        if was_flying {
            asked.state = State::Waiting;
            path.flow.lost(self.now);
        }
        if deadline <= self.now {
            return self.end_of(slot, End::TimedOut, true);
        }
        if asked.state == State::Waiting && retry <= self.now {
            asked.state = State::Queued;
            path.queue.push_front((slot, asked.generation));
        }
        let next = if asked.state == State::Queued {
            deadline
        } else {
            retry.min(deadline)
        };
        self.set_timer(slot, next);
        self.make_ready(index);
    }

    /// The way is known now: what was sent before need not wait as long as one waits for a stranger.
    fn hurry(&mut self, index: u32) {
        let Some(patience) = self.paths.get(index as usize).map(Path::usual_wait) else {
            return;
        };
        for slot in 0..self.asked.len() {
            let Some(asked) = self.asked.get_mut(slot) else {
                continue;
            };
            if asked.path == index && asked.state == State::Flying && asked.attempts == 1 {
                asked.retry = asked.sent + patience;
                let moment = asked.retry.max(self.now);
                if let Ok(slot) = u32::try_from(slot) {
                    self.set_timer(slot, moment);
                }
            }
        }
    }

    /// Ends a query; `counted` says whether its window knows already.
    fn end_of(&mut self, slot: u32, end: End, counted: bool) {
        let Some(ticket) = self.ticket(slot) else { return };
        if counted
            && let Some(asked) = self.asked.get_mut(slot as usize)
            && asked.state == State::Flying
        {
            asked.state = State::Waiting;
        }
        self.outputs.push_back(Output::Ended { ticket, end });
        self.release(slot);
    }

    /// Frees a slot.
    fn release(&mut self, slot: u32) {
        let Some(asked) = self.asked.get_mut(slot as usize) else {
            return;
        };
        let was_flying = asked.state == State::Flying;
        asked.state = State::Free;
        asked.wake = None;
        let query = std::mem::take(&mut asked.query);
        let index = asked.path;
        if let Some(id) = id_of(&query) {
            self.ids.give_back(id);
        }
        self.free.push(slot);
        if let Some(path) = self.paths.get_mut(index as usize) {
            path.users -= 1;
            if was_flying {
                path.flow.forgotten();
            }
        }
        self.make_ready(index);
    }

    /// The path to a server. Those that nobody uses make room when there are very many.
    fn path_to(&mut self, server: SocketAddr) -> u32 {
        if let Some(index) = self.by_server.get(&server) {
            return *index;
        }
        let path = Path::new(server, &self.policy);
        let idle = (self.paths.len() >= MOST_PATHS)
            .then(|| {
                self.paths
                    .iter()
                    .position(|path| path.users == 0 && !path.is_ready)
            })
            .flatten();
        let index = match idle.and_then(|index| Some((index, self.paths.get_mut(index)?))) {
            Some((index, place)) => {
                self.by_server.remove(&place.server);
                *place = path;
                index
            }
            None => {
                self.paths.push(path);
                self.paths.len() - 1
            }
        };
        // No more paths than queries and `MOST_PATHS`.
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        self.by_server.insert(server, index);
        index
    }

    fn make_ready(&mut self, index: u32) {
        if let Some(path) = self.paths.get_mut(index as usize)
            && !path.is_ready
            && !path.queue.is_empty()
            && path.flow.has_room()
        {
            path.is_ready = true;
            self.ready.push_back(index);
        }
    }

    fn set_timer(&mut self, slot: u32, moment: Instant) {
        if let Some(asked) = self.asked.get_mut(slot as usize) {
            asked.wake = Some(moment);
            self.timers.push(Reverse((moment, slot, asked.generation)));
        }
    }

    /// Drops the timers of queries that have ended, so that nobody is woken for nothing.
    fn drop_stale_timers(&mut self) {
        while let Some(Reverse((moment, slot, generation))) = self.timers.peek().copied() {
            let asked = self.asked.get(slot as usize);
            if asked.is_some_and(|asked| asked.generation == generation && asked.wake == Some(moment)) {
                return;
            }
            self.timers.pop();
        }
    }

    fn ticket(&self, slot: u32) -> Option<Ticket> {
        let generation = self.asked.get(slot as usize)?.generation;
        Some(Ticket { slot, generation })
    }

    fn is_current(&self, slot: u32, generation: u32) -> bool {
        let asked = self.asked.get(slot as usize);
        asked.is_some_and(|asked| asked.generation == generation && asked.state != State::Free)
    }

    fn is_from_its_server(&self, slot: u32, socket: u16, from: SocketAddr) -> bool {
        let Some(asked) = self.asked.get(slot as usize) else {
            return false;
        };
        let Some(path) = self.paths.get(asked.path as usize) else {
            return false;
        };
        asked.state != State::Free && asked.socket == socket && is_from(from, path.server)
    }
}

fn id_of(message: &[u8]) -> Option<u16> {
    message.first_chunk().map(|id| u16::from_be_bytes(*id))
}

/// How many servers are remembered.
const MOST_PATHS: usize = 4096;

#[cfg(test)]
mod tests;
