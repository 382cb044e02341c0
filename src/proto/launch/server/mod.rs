//! The server: answers every datagram by the id set, and has actions begun when their intent is durable.
//!
//! ```text
//!   Request ─▶ fresh ─▶ Record(intent) Commit ─▶ Durable ─▶ Run ─▶ Done ─▶ Record(outcome) ─▶ Send(result)
//!           └▶ begun ─▶ Send(working), and the result when it is there
//!           │        └▶ in doubt ─▶ Unfenced ─▶ Probe ─▶ Probed ─▶ Record(resolved) Commit ─▶ Durable ─▶ Send
//!           └▶ answered ─▶ Send(the first answer)
//! ```
//!
//! The one who runs the machine keeps the journal, and to two rules: a `Record` is written before any `Send` that
//! comes after it, and `Durable` is told only of what would survive a loss of power. An intent is durable before
//! its action runs; a tombstone, a resolved doubt or a pair before anybody is told; an outcome is written before it
//! is told, and made durable with the next group or after [`Limits::settle`].

mod called;
mod counters;
mod doubts;
mod journal;
mod limits;
mod operator;
mod outputs;
mod pairs;
mod rate;
mod reply;
mod rollback;

use std::collections::VecDeque;
use std::net::SocketAddr;

use rustc_hash::FxHashMap;

use self::doubts::Doubts;
use self::journal::Replacing;
use self::outputs::Outputs;
use self::rate::Bucket;
use self::reply::{Asker, Desk};
use super::cookie::Baker;
use super::missile::Missiles;
use super::pairs::Pairs;
use super::{Id, Ids, Outcome, Record, envelope};
use crate::proto::link::Seal;
use crate::proto::{Instant, Machine};
use crate::wire::rlaunch::{CallId, Datagram, Kind};

pub use counters::Counters;
pub use doubts::Probe;
pub use limits::{Effect, Limits, OnDoubt, Rate};
pub use operator::{Order, Prune, Refusal};

/// Who the server is, across restarts.
#[derive(Clone, Copy)]
pub struct Identity {
    /// The random id of its store; not 0.
    pub instance: u64,
    /// Random bytes that only it knows.
    pub secret: [u8; 32],
}

/// What can happen to the server.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// A datagram came in.
    Datagram {
        /// Who sent it.
        from: SocketAddr,
        /// What it is.
        bytes: &'a [u8],
    },
    /// Every record up to this index is durable.
    Durable(u64),
    /// An action is over; `None` when it was certainly not begun.
    Done(Id, Option<Outcome>),
    /// An action was begun, and what became of it can no longer be learnt: it is in doubt at once.
    Lost(Id),
    /// The journal has grown long.
    Long,
    /// The new generation of the journal is in place and durable, with all that was appended meanwhile. From here on
    /// the indices are those of the new one.
    Replaced,
    /// No orphan of an earlier life, which might still perform an action, is alive any more.
    Unfenced,
    /// What was found out about a call in doubt.
    Probed(Id, Probe),
    /// An operator wants something; the number is that of the answer.
    Operator(u64, Order),
    /// Nothing new is to be begun; what is known is answered as before.
    Drain,
}

/// What the server wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Append the bytes to the journal, under the next index.
    Record,
    /// Make what was appended durable, then tell.
    Commit,
    /// Send the bytes.
    Send(SocketAddr),
    /// Perform the action of this call, once; the bytes are its payload.
    Run {
        /// The call.
        id: Id,
        /// A number that rises with every launch of the store.
        fence: u64,
    },
    /// Find out what became of this call, of which only the intent is known; the bytes are its payload, as far as it is
    /// at hand.
    Probe(Id),
    /// Begin a new generation of the journal with these records, and tell when it is in place. They have indices of
    /// their own, after those that they stand for; what is appended meanwhile is counted on as if they had none, and
    /// moves up by their number when it is in place.
    Replace(Vec<Record>),
    /// Tell the operator that a client has seen a later state of this store than the store holds.
    RolledBack {
        /// Who.
        client: SocketAddr,
        /// The index that the client has seen.
        seen: u64,
        /// The index of the store.
        held: u64,
        /// Whether the client knows the key, so that it is believed and the server has stopped serving.
        stopped: bool,
    },
    /// The order with this number is carried out and durable, and had to do with so many calls or sessions; or it is
    /// refused.
    Ordered(u64, Result<u64, Refusal>),
}

/// The machine.
#[derive(Clone, Debug)]
pub struct Server {
    limits: Limits,
    baker: Baker,
    desk: Desk,
    ids: Ids,
    pairs: Pairs,
    missiles: Missiles,
    /// The next session to give out; below `granted`, which is durable.
    next_session: u64,
    granted: u64,
    /// The index of the last record.
    last: u64,
    /// When what no group has taken along must be made durable.
    settle_at: Option<Instant>,
    /// The new generation of the journal that is being written.
    replacing: Option<Replacing>,
    running: FxHashMap<Id, Running>,
    doubts: Doubts,
    /// What is to be done when a record is durable, by rising index.
    waiting: VecDeque<(u64, Then)>,
    /// The payloads and values that wait with it.
    held: VecDeque<u8>,
    bucket: Option<Bucket>,
    /// No session can be evicted before this.
    full_until: Instant,
    draining: bool,
    /// What a client has seen that is not here any more.
    rolled_back: Option<u64>,
    told_of_rollback: bool,
    /// Who the store has been since an operator said that it was rolled back.
    reborn: Option<u64>,
}

#[derive(Clone, Debug)]
struct Running {
    asker: Asker,
    since: Instant,
}

#[derive(Clone, Debug)]
enum Then {
    Grant(u64),
    Run { id: Id, fence: u64, length: usize },
    Answer(Asker, Id),
    Stored(Asker),
    Value(Asker, usize),
    Ordered(u64, Result<u64, Refusal>),
}

impl Server {
    /// A server that remembers `records`, all of them durable, the last of which has the index `last`. A call
    /// that they leave without an outcome is in doubt.
    pub fn new(
        identity: Identity,
        seal: Seal,
        limits: Limits,
        records: impl IntoIterator<Item = Record>,
        last: u64,
    ) -> Self {
        let mut server = Self {
            limits,
            baker: Baker::new(&identity.secret),
            desk: Desk {
                seal,
                instance: identity.instance,
                durable: last,
                outputs: Outputs::default(),
                counters: Counters::default(),
            },
            ids: Ids::new(limits.sync_outcome),
            pairs: Pairs::default(),
            missiles: Missiles::default(),
            next_session: 1,
            granted: 1,
            last,
            settle_at: None,
            replacing: None,
            running: FxHashMap::default(),
            doubts: Doubts::new(Vec::new()),
            waiting: VecDeque::new(),
            held: VecDeque::new(),
            bucket: limits.rate.map(Bucket::new),
            full_until: Instant::ZERO,
            draining: false,
            rolled_back: None,
            told_of_rollback: false,
            reborn: None,
        };
        let records: Vec<_> = records.into_iter().collect();
        let first = (last + 1).saturating_sub(records.len() as u64);
        for (index, record) in (first..).zip(&records) {
            server.apply(index, record);
        }
        server.doubts = Doubts::new(server.ids.begun());
        server.next_session = server.ids.reserved().max(1);
        server.granted = server.next_session;
        server.reserve();
        server
    }

    /// The random id of the store.
    pub fn instance(&self) -> u64 {
        self.desk.instance
    }

    /// How many calls are in doubt.
    pub fn in_doubt(&self) -> usize {
        self.doubts().count()
    }

    /// The calls in doubt, in order, each with the moment since which it is known to be.
    pub fn doubts(&self) -> impl Iterator<Item = (&Id, Instant)> {
        self.doubts.since().filter(|(id, _)| self.is_begun(id))
    }

    /// Whether no action runs, and no one waits for a record to be durable.
    pub fn is_idle(&self) -> bool {
        self.running.is_empty() && self.waiting.is_empty() && self.desk.outputs.is_empty()
    }

    /// What was done, and what is held.
    pub fn counters(&self) -> Counters {
        let count = |number: usize| number as u64;
        Counters {
            sessions: count(self.ids.sessions()),
            calls: count(self.ids.calls()),
            ids: count(self.ids.named()),
            pairs: count(self.pairs.len()),
            doubts: count(self.in_doubt()),
            running: count(self.running.len()),
            missiles: self.missiles.count(),
            last: self.last,
            durable: self.desk.durable,
            ..self.desk.counters
        }
    }

    fn datagram(&mut self, now: Instant, from: SocketAddr, bytes: &[u8]) {
        let Some(datagram) = envelope::open(bytes, &self.desk.seal) else {
            self.desk.counters.bad_tags += 1;
            return;
        };
        let asker = Asker {
            to: from,
            call: datagram.call(),
            attempt: datagram.attempt,
            since: now,
            length: bytes.len(),
        };
        match datagram.kind {
            Kind::Session | Kind::Reply => {}
            // Nothing can be begun with a session alone: even who is refused everything may have one, to be told so.
            Kind::Hello => self.hello(now, asker, datagram.payload),
            _ if self.has_stopped(now, asker) => {}
            Kind::Get => self.read(now, asker, datagram.payload),
            Kind::Set => self.store(now, asker, datagram.payload),
            _ if !self.admit(now, asker, &datagram) => {}
            Kind::Bye => self.bye(now, asker, datagram.session),
            _ => self.called(now, asker, &datagram),
        }
    }

    /// Gives out a session. Nothing is kept of it until it is used, so that a flood of these costs only numbers.
    fn hello(&mut self, now: Instant, asker: Asker, payload: &[u8]) {
        let Some(nonce) = payload.get(..NONCE) else {
            return;
        };
        if self.next_session < self.granted {
            let session = self.next_session;
            self.next_session += 1;
            self.desk.counters.hellos += 1;
            let cookie = self.baker.bake(asker.to, session);
            let call = CallId { session, seq: 0 };
            let hello = Asker { call, ..asker };
            let reply = Datagram::new(Kind::Session);
            self.desk.send(
                now,
                hello,
                Datagram {
                    cookie,
                    payload: nonce,
                    ..reply
                },
            );
        }
        if self.granted.saturating_sub(self.next_session) < BLOCK / 2 {
            self.reserve();
        }
    }

    fn reserve(&mut self) {
        if self.ids.reserved() <= self.granted {
            let next = self.next_session + BLOCK;
            self.record(&Record::Reserved { next });
            self.when_durable(Then::Grant(next));
        }
    }
}

impl Machine for Server {
    type Input<'a> = Input<'a>;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Datagram { from, bytes } => self.datagram(now, from, bytes),
            Input::Durable(index) => self.durable(now, index),
            Input::Done(id, outcome) => self.done(now, id, outcome),
            Input::Lost(id) => self.lost(now, id),
            Input::Long => self.replace(),
            Input::Replaced => self.replaced(now),
            Input::Unfenced => self.unfenced(),
            Input::Probed(id, probe) => self.probed(now, id, probe),
            Input::Operator(ticket, order) => self.order(now, ticket, order),
            Input::Drain => self.draining = true,
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.settle_at.is_some_and(|at| now >= at) {
            self.commit();
        }
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        self.desk.outputs.pop(bytes)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.settle_at
    }
}

/// How long the nonce of a `Hello` is, in bytes.
pub(super) const NONCE: usize = 16;
/// How many sessions are reserved at a time.
const BLOCK: u64 = 1 << 16;
/// How many may wait for the disk at a time.
const WAITING: usize = 1024;

#[cfg(test)]
mod tests;
