//! The server: answers every datagram by the id set, and has actions begun when their intent is durable.
//!
//! ```text
//!   Request ─▶ fresh ─▶ Record(intent) Commit ─▶ Durable ─▶ Run ─▶ Done ─▶ Record(outcome) ─▶ Send(result)
//!           └▶ begun ─▶ Send(working), and the result when it is there
//!           └▶ answered ─▶ Send(the first answer)
//! ```
//!
//! The one who runs the machine keeps the journal, and to two rules: a `Record` is written before any `Send` that
//! comes after it, and `Durable` is told only of what would survive a loss of power. An intent is durable before
//! its action runs; a tombstone or a pair before anybody is told; an outcome is written before it is told, and
//! made durable with the next group or after [`Limits::settle`].

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::cookie::Baker;
use super::pairs::{Pairs, take_pair};
use super::{Answer, Ids, Outcome, Record, Standing, envelope};
use crate::proto::link::Seal;
use crate::proto::{Instant, Machine};
use crate::wire::rlaunch::{CallId, Datagram, Kind, MAX_PAYLOAD, Status, fingerprint};

/// Who the server is, across restarts.
#[derive(Clone, Copy)]
pub struct Identity {
    /// The random id of its store; not 0.
    pub instance: u64,
    /// Random bytes that only it knows.
    pub secret: [u8; 32],
}

/// How much the server takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most sessions at a time; beyond it new ones are refused.
    pub sessions: usize,
    /// How far ahead of the acknowledged calls of its session a call may be; at most 64.
    pub window: u64,
    /// The most actions at a time; beyond it clients are told to ask again.
    pub running: usize,
    /// The most keys.
    pub pairs: usize,
    /// How long a session must have been silent before it may be closed for a new one.
    pub lease: Duration,
    /// How long an outcome, or the end of a session, may wait for a group to be made durable with.
    pub settle: Duration,
}

/// What can happen to the server.
#[derive(Debug)]
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
    /// An action is over; `None` when it could not be begun at all.
    Done(CallId, Option<Outcome>),
    /// An action was begun, and what became of it can no longer be learnt: it is in doubt at once.
    Lost(CallId),
    /// The journal has grown long.
    Long,
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
    Run(CallId),
    /// Begin a new generation of the journal with these records, and tell when they are durable.
    Replace(Vec<Record>),
    /// Tell the operator that a client has seen a later state of this store than the store holds.
    RolledBack {
        /// Who.
        client: SocketAddr,
        /// The index that the client has seen.
        seen: u64,
        /// The index of the store.
        held: u64,
    },
}

/// The machine.
#[derive(Clone, Debug)]
pub struct Server {
    instance: u64,
    limits: Limits,
    seal: Seal,
    baker: Baker,
    ids: Ids,
    pairs: Pairs,
    /// The next session to give out; below `granted`, which is durable.
    next_session: u64,
    granted: u64,
    /// The index of the last record.
    last: u64,
    durable: u64,
    running: FxHashMap<CallId, Running>,
    /// What is to be done when a record is durable, by rising index.
    waiting: VecDeque<(u64, Then)>,
    outputs: VecDeque<(Output, Vec<u8>)>,
    /// When what no group has taken along must be made durable.
    settle_at: Option<Instant>,
    told_of_rollback: bool,
}

/// Whom to answer, and how.
#[derive(Clone, Copy, Debug)]
struct Asker {
    to: SocketAddr,
    call: CallId,
    attempt: u8,
    since: Instant,
    /// How long the request was: an answer to somebody who has not proved where it is must not be longer.
    length: usize,
}

#[derive(Clone, Debug)]
struct Running {
    asker: Asker,
    since: Instant,
}

#[derive(Clone, Debug)]
enum Then {
    Grant(u64),
    Run(CallId, Vec<u8>),
    Tell(Asker, Status),
    TellValue(Asker, Vec<u8>),
}

impl Limits {
    /// A few tens of megabytes at most.
    pub const DEFAULT: Self = Self {
        sessions: 4096,
        window: 16,
        running: 64,
        pairs: 16_384,
        lease: Duration::from_secs(3600),
        settle: Duration::from_millis(50),
    };
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
        let (mut ids, mut pairs) = (Ids::default(), Pairs::default());
        for record in records {
            ids.apply(last, &record);
            pairs.apply(&record);
        }
        let next_session = ids.reserved().max(1);
        let mut server = Self {
            instance: identity.instance,
            limits,
            seal,
            baker: Baker::new(&identity.secret),
            ids,
            pairs,
            next_session,
            granted: next_session,
            last,
            durable: last,
            running: FxHashMap::default(),
            waiting: VecDeque::new(),
            outputs: VecDeque::new(),
            settle_at: None,
            told_of_rollback: false,
        };
        server.reserve();
        server
    }

    /// The random id of its store.
    pub fn instance(&self) -> u64 {
        self.instance
    }

    /// How many calls were begun and have no outcome; those that nothing runs are in doubt.
    pub fn in_doubt(&self) -> usize {
        self.ids.begun().saturating_sub(self.running.len())
    }

    /// Whether no action runs, and no one waits for a record to be durable.
    pub fn is_idle(&self) -> bool {
        self.running.is_empty() && self.waiting.is_empty() && self.outputs.is_empty()
    }

    fn datagram(&mut self, now: Instant, from: SocketAddr, bytes: &[u8]) {
        let Some(datagram) = envelope::open(bytes, &self.seal) else {
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
            Kind::Hello => self.hello(now, asker, datagram.payload),
            Kind::Get => self.read(now, asker, datagram.payload),
            Kind::Set => self.store(now, asker, datagram.payload),
            Kind::Request | Kind::Cancel | Kind::Bye => {
                if self.admit(now, asker, &datagram) {
                    self.called(now, asker, &datagram);
                }
            }
            Kind::Session | Kind::Reply => {}
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
            let cookie = self.baker.bake(asker.to, session);
            let call = CallId { session, seq: 0 };
            let hello = Asker { call, ..asker };
            self.send(
                now,
                hello,
                Datagram {
                    cookie,
                    payload: nonce,
                    ..Datagram::new(Kind::Session)
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

    /// The checks that come before anything is looked up.
    fn admit(&mut self, now: Instant, asker: Asker, datagram: &Datagram<'_>) -> bool {
        let cookie = self.baker.bake(asker.to, datagram.session);
        if datagram.cookie != cookie {
            let status = Status::Cookie;
            self.send(
                now,
                asker,
                Datagram {
                    cookie,
                    status,
                    ..Datagram::new(Kind::Session)
                },
            );
            false
        } else if datagram.instance != self.instance || self.ids.is_over(datagram.session) {
            let is_bye = datagram.kind == Kind::Bye && datagram.instance == self.instance;
            self.tell(now, asker, if is_bye { Status::Closed } else { Status::Gone });
            false
        } else if datagram.commit > self.last {
            if !std::mem::replace(&mut self.told_of_rollback, true) {
                let (seen, held) = (datagram.commit, self.last);
                let notice = Output::RolledBack {
                    client: asker.to,
                    seen,
                    held,
                };
                self.outputs.push_back((notice, Vec::new()));
            }
            self.tell(now, asker, Status::RolledBack);
            false
        } else {
            self.ids.acknowledge(datagram.session, datagram.ack_through);
            self.ids.heard(now, datagram.session);
            true
        }
    }

    fn called(&mut self, now: Instant, asker: Asker, datagram: &Datagram<'_>) {
        if datagram.kind == Kind::Bye {
            let (first, last) = (datagram.session, datagram.session);
            self.record(&Record::Closed { first, last });
            self.settle_at.get_or_insert(now + self.limits.settle);
            return self.tell(now, asker, Status::Closed);
        }
        let call = datagram.call();
        let print = (datagram.kind == Kind::Request).then(|| fingerprint(datagram.payload));
        match self.ids.standing(call, print, self.limits.window) {
            Standing::Stale => self.tell(now, asker, Status::Stale),
            Standing::Gone => self.tell(now, asker, Status::Gone),
            Standing::Conflict => self.tell(now, asker, Status::Conflict),
            Standing::Ahead => self.tell(now, asker, Status::Window),
            Standing::Answered(Answer::Launched(outcome)) => {
                let outcome = outcome.clone();
                self.tell_outcome(now, asker, &outcome);
            }
            Standing::Answered(Answer::NotLaunched(index)) if index <= self.durable => {
                self.tell(now, asker, Status::NotLaunched);
            }
            // Whoever wrote the tombstone will be told; the others ask again.
            Standing::Answered(Answer::NotLaunched(_)) => {}
            Standing::Begun => match self.running.get_mut(&call) {
                Some(running) => {
                    running.asker = asker;
                    let age = now - running.since;
                    self.ask_later(now, asker, Status::Working, age.clamp(SOON, LATE));
                }
                None => self.tell(now, asker, Status::InDoubt),
            },
            Standing::Fresh => self.fresh(now, asker, datagram),
        }
    }

    /// A call of which nothing is known.
    fn fresh(&mut self, now: Instant, asker: Asker, datagram: &Datagram<'_>) {
        let is_cancel = datagram.kind == Kind::Cancel;
        if self.waiting.len() >= WAITING || (!is_cancel && self.running.len() >= self.limits.running) {
            return self.ask_later(now, asker, Status::Busy, SOON);
        }
        let call = datagram.call();
        if !self.has_room(now, call.session) {
            return self.tell(now, asker, Status::Full);
        }
        if is_cancel {
            self.record(&Record::Tombstone { call });
            self.ids.heard(now, call.session);
            return self.when_durable(Then::Tell(asker, Status::NotLaunched));
        }
        self.record(&Record::Intent {
            call,
            ack: datagram.ack_through,
            fingerprint: fingerprint(datagram.payload),
        });
        self.ids.heard(now, call.session);
        self.running.insert(call, Running { asker, since: now });
        self.when_durable(Then::Run(call, datagram.payload.to_vec()));
    }

    /// Whether the session is in the table or fits into it, if need be in the place of one that is long silent.
    fn has_room(&mut self, now: Instant, session: u64) -> bool {
        if self.ids.is_alive(session) || self.ids.sessions() < self.limits.sessions {
            return true;
        }
        let Some(silent) = self.ids.evictable(now, self.limits.lease) else {
            return false;
        };
        // Written before the intent that takes its place, so durable no later than that.
        self.record(&Record::Closed {
            first: silent,
            last: silent,
        });
        true
    }

    fn done(&mut self, now: Instant, call: CallId, outcome: Option<Outcome>) {
        let Some(Running { asker, .. }) = self.running.remove(&call) else {
            return;
        };
        let Some(mut outcome) = outcome else {
            self.record(&Record::Tombstone { call });
            return self.when_durable(Then::Tell(asker, Status::NotLaunched));
        };
        if outcome.result.len() > MAX_PAYLOAD {
            outcome.result.truncate(MAX_PAYLOAD);
            outcome.truncated = true;
        }
        let told = outcome.clone();
        self.record(&Record::Outcome { call, outcome });
        self.settle_at.get_or_insert(now + self.limits.settle);
        self.tell_outcome(now, asker, &told);
    }

    fn lost(&mut self, now: Instant, call: CallId) {
        if let Some(Running { asker, .. }) = self.running.remove(&call) {
            self.tell(now, asker, Status::InDoubt);
        }
    }

    fn replace(&mut self) {
        let records: Vec<_> = self.ids.snapshot().chain(self.pairs.snapshot()).collect();
        // Each record of the snapshot has an index of its own, after those that it stands for.
        self.last += records.len() as u64;
        self.outputs.push_back((Output::Replace(records), Vec::new()));
    }

    fn durable(&mut self, now: Instant, index: u64) {
        self.durable = self.durable.max(index);
        while self
            .waiting
            .front()
            .is_some_and(|(needed, _)| *needed <= self.durable)
        {
            match self.waiting.pop_front() {
                Some((_, Then::Grant(next))) => self.granted = next,
                Some((_, Then::Run(call, payload))) => self.outputs.push_back((Output::Run(call), payload)),
                Some((_, Then::Tell(asker, status))) => self.tell(now, asker, status),
                Some((_, Then::TellValue(asker, value))) => self.tell_value(now, asker, &value),
                None => {}
            }
        }
    }

    fn read(&mut self, now: Instant, asker: Asker, payload: &[u8]) {
        let Ok((key, _)) = take_pair(payload) else {
            return;
        };
        let Some(value) = self.pairs.value(key).map(<[u8]>::to_vec) else {
            return self.tell(now, asker, Status::Missing);
        };
        if self.durable == self.last {
            self.tell_value(now, asker, &value);
        } else if self.waiting.len() < WAITING {
            // The value may be younger than the last sync: nobody is shown what could yet be lost.
            self.when_durable(Then::TellValue(asker, value));
        }
    }

    fn store(&mut self, now: Instant, asker: Asker, payload: &[u8]) {
        let Ok((key, value)) = take_pair(payload) else {
            return;
        };
        if self.pairs.value(key).is_none() && self.pairs.len() >= self.limits.pairs {
            return self.tell(now, asker, Status::Full);
        }
        if self.waiting.len() >= WAITING {
            return self.tell(now, asker, Status::Busy);
        }
        if self.pairs.value(key) != Some(value) {
            self.record(&Record::Pair {
                key: key.to_vec(),
                value: value.to_vec(),
            });
        }
        self.when_durable(Then::Tell(asker, Status::Stored));
    }

    fn record(&mut self, record: &Record) {
        self.last += 1;
        self.ids.apply(self.last, record);
        self.pairs.apply(record);
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        self.outputs.push_back((Output::Record, bytes));
    }

    /// Has `then` done once everything up to here is durable.
    fn when_durable(&mut self, then: Then) {
        self.waiting.push_back((self.last, then));
        self.commit();
    }

    fn commit(&mut self) {
        self.settle_at = None;
        self.outputs.push_back((Output::Commit, Vec::new()));
    }

    fn tell(&mut self, now: Instant, asker: Asker, status: Status) {
        self.send(
            now,
            asker,
            Datagram {
                status,
                ..Datagram::new(Kind::Reply)
            },
        );
    }

    fn tell_outcome(&mut self, now: Instant, asker: Asker, outcome: &Outcome) {
        let status = if outcome.truncated {
            Status::Truncated
        } else {
            Status::Launched
        };
        let (exit, payload) = (outcome.exit, outcome.result.as_slice());
        self.send(
            now,
            asker,
            Datagram {
                exit,
                status,
                payload,
                ..Datagram::new(Kind::Reply)
            },
        );
    }

    /// A value goes only to who asked at such length that the answer is no longer.
    fn tell_value(&mut self, now: Instant, asker: Asker, value: &[u8]) {
        if asker.length >= value.len() + Datagram::OVERHEAD {
            let status = Status::Value;
            self.send(
                now,
                asker,
                Datagram {
                    status,
                    payload: value,
                    ..Datagram::new(Kind::Reply)
                },
            );
        }
    }

    fn ask_later(&mut self, now: Instant, asker: Asker, status: Status, after: Duration) {
        let millis = u32::try_from(after.as_millis()).unwrap_or(u32::MAX).to_le_bytes();
        self.send(
            now,
            asker,
            Datagram {
                status,
                payload: &millis,
                ..Datagram::new(Kind::Reply)
            },
        );
    }

    fn send(&mut self, now: Instant, asker: Asker, datagram: Datagram<'_>) {
        let mut bytes = Vec::with_capacity(Datagram::OVERHEAD + datagram.payload.len());
        let reply = Datagram {
            attempt: asker.attempt,
            instance: self.instance,
            session: asker.call.session,
            seq: asker.call.seq,
            commit: self.durable,
            hold: u32::try_from((now - asker.since).as_micros()).unwrap_or(u32::MAX),
            ..datagram
        };
        envelope::close(&reply, &self.seal, &mut bytes);
        self.outputs.push_back((Output::Send(asker.to), bytes));
    }
}

impl Machine for Server {
    type Input<'a> = Input<'a>;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input<'_>) {
        match input {
            Input::Datagram { from, bytes } => self.datagram(now, from, bytes),
            Input::Durable(index) => self.durable(now, index),
            Input::Done(call, outcome) => self.done(now, call, outcome),
            Input::Lost(call) => self.lost(now, call),
            Input::Long => self.replace(),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.settle_at.is_some_and(|at| now >= at) {
            self.commit();
        }
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        let (output, with) = self.outputs.pop_front()?;
        bytes.extend_from_slice(&with);
        Some(output)
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
/// Between these, a client that is told to ask again asks after as long as its call has been running.
const SOON: Duration = Duration::from_millis(20);
const LATE: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests;
