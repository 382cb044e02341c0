//! One of several servers that share the decision: what was claimed, by whom and with what outcome stands in a store
//! that all of them use, and whoever is asked answers by it.
//!
//! ```text
//!   Request ─▶ known here ─▶ Send(the first answer, or working)
//!           └▶ else Ask(claim) ─▶ mine ─▶ Ask(does this life go on?) ─▶ Run ─▶ Done ─▶ Ask(outcome) ─▶ Send(result)
//!                              └▶ theirs, answered ─▶ Send(the first answer)
//!                              └▶ theirs, begun ─▶ Ask(doubt, if its owner is gone) ─▶ Send(working), or Probe
//! ```
//!
//! A claim has no lease: it would vanish with its server, and with it what keeps the call from a second launch. What
//! has a lease is the sign of life of a server, and all that its end permits is to write *in doubt* over what that
//! server claimed. A doubt is settled by a probe, by the server that was taken for dead, or not at all; it is never
//! run again.
//!
//! An answer that does not come is no answer: the transaction may have taken place, or may yet. Nothing is run or
//! told until the same question is answered; until then clients hear *busy*. No decision reads a clock.

mod calls;
mod claims;
mod founding;
mod keys;
pub mod kv;
mod memory;
mod pairs;
mod record;
mod reply;
mod sessions;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use rustc_hash::FxHashMap;

use super::cookie::Baker;
use super::{Counters, Id, Identity, Key, Outcome, Probe, envelope};
use crate::proto::link::Seal;
use crate::proto::{Instant, Machine};
use crate::wire::rlaunch::{Datagram, Kind, Status};

use calls::Call;
use claims::Claims;
use keys::Keys;
use memory::Memory;
use reply::Asker;
use sessions::Sessions;

pub use founding::Founding;

/// How much a server takes on, and how much all of them together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most sessions of the cluster at a time; beyond it new ones are refused.
    pub sessions: usize,
    /// How far ahead of the acknowledged calls of its session a call may be.
    pub window: u64,
    /// The most names of the cluster; beyond it new ones are refused.
    pub ids: usize,
    /// The most keys of the cluster.
    pub pairs: usize,
    /// The most actions of this server at a time; beyond it clients are told to ask again.
    pub running: usize,
    /// How long a session must have claimed nothing before it may be closed for a new one.
    pub lease: Duration,
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
    /// A question was answered; `None` when it will not be, and may have taken place or yet take place.
    Answered(Ticket, Option<kv::Answer>),
    /// An action is over; `None` when it could not be begun at all.
    Done(Id, Option<Outcome>),
    /// An action was begun, and what became of it can no longer be learnt.
    Lost(Id),
    /// A probe has looked for the effect of a call.
    Probed(Id, Probe),
    /// Begin nothing more.
    Drain,
}

/// What the server wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send the bytes.
    Send(SocketAddr),
    /// Ask the shared store, once, and tell the answer under this number.
    Ask(Ticket, kv::Transaction),
    /// Perform the action of this call, once; the bytes are its payload. The number rises with every launch of the
    /// cluster.
    Run(Id, u64),
    /// Look whether this call, which is in doubt, had its effect; the bytes are its payload, if it is at hand. The
    /// number is higher than that of its launch, and lower than that of any later one.
    Probe(Id, u64),
    /// Tell the operator that this life was taken for dead while its action ran, and that a probe said of the call
    /// what is not so: it was performed.
    Contradicted(Id),
    /// End: it was told to drain, and nothing of what it had begun is left to do.
    Drained,
    /// End: the shared store has become an older one, or another one.
    Stop(Fault),
    /// Tell the operator that a client has seen a later state of the shared store than it holds.
    RolledBack {
        /// Who.
        client: SocketAddr,
        /// The revision that the client has seen.
        seen: u64,
        /// The revision of the store.
        held: u64,
    },
}

/// What is wrong with the shared store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Its revision is lower than one that this server has seen.
    Older {
        /// The revision that it has seen.
        seen: u64,
        /// The revision that it was told later.
        held: u64,
    },
    /// What stands at the identity is not what this server serves.
    Foreign,
}

/// Joins an answer to its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

/// The machine.
#[derive(Debug)]
pub struct Cluster {
    instance: u64,
    life: u64,
    limits: Limits,
    /// Whether there is somebody to look for the effect of a call in doubt.
    can_probe: bool,
    seal: Seal,
    baker: Baker,
    claims: Claims,
    /// The highest revision that the store has told.
    revision: u64,
    calls: FxHashMap<Id, Call>,
    /// How many of them are, or may be, this server's own to run.
    own: usize,
    /// How many names there are, as counted last, and how many this server has claimed since.
    names: Names,
    checking: Checking,
    memory: Memory,
    sessions: Sessions,
    asked: FxHashMap<Ticket, Asked>,
    next_ticket: u64,
    /// What got no answer and is asked again at `retry_at`.
    stuck: Vec<Again>,
    retry_at: Option<Instant>,
    outputs: VecDeque<(Output, Vec<u8>)>,
    is_draining: bool,
    is_over: bool,
    told_of_rollback: bool,
    counters: Counters,
}

/// Claims that wait until it is certain that this life is not taken for over.
#[derive(Debug, Default)]
struct Checking {
    /// Those that the question which is under way will answer for.
    asked: Option<Vec<Id>>,
    /// Those that came later.
    next: Vec<Id>,
}

#[derive(Debug, Default)]
struct Names {
    counted: u64,
    since: u64,
    counting: bool,
}

/// A question that is under way.
#[derive(Debug)]
struct Asked {
    /// The revision that was known when it was asked: no answer can be older.
    floor: u64,
    about: About,
}

#[derive(Debug)]
enum About {
    Call(Id),
    Check,
    CountNames,
    /// How late it is in the store, for a client that has seen a later state than this server.
    Revision(SocketAddr, Vec<u8>),
    Reserve,
    Open([u8; NONCE]),
    Close(Asker),
    Survey,
    Evict(u64, u64),
    Evicted,
    Read(Asker),
    Store(Asker, Vec<u8>, Vec<u8>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Again {
    Call(Id),
    Check,
    Reserve,
}

impl Limits {
    /// Those of a single server.
    pub const DEFAULT: Self = Self {
        sessions: 4096,
        window: 16,
        ids: 1 << 20,
        pairs: 16_384,
        running: 64,
        lease: Duration::from_secs(3600),
    };
}

impl Cluster {
    /// A server of the cluster below `prefix`, in a life that no start of any server had before. `revision` is
    /// what the store told when it told the identity.
    pub fn new(
        prefix: &str,
        identity: Identity,
        life: u64,
        seal: Seal,
        limits: Limits,
        can_probe: bool,
        revision: u64,
    ) -> Self {
        let mut cluster = Self {
            instance: identity.instance,
            life,
            limits,
            can_probe,
            seal,
            baker: Baker::new(&identity.secret),
            claims: Claims::new(Keys::new(prefix), founding::encoded(&identity), life),
            revision,
            calls: FxHashMap::default(),
            own: 0,
            names: Names::default(),
            checking: Checking::default(),
            memory: Memory::new(REMEMBERED),
            sessions: Sessions::default(),
            asked: FxHashMap::default(),
            next_ticket: 0,
            stuck: Vec::new(),
            retry_at: None,
            outputs: VecDeque::new(),
            is_draining: false,
            is_over: false,
            told_of_rollback: false,
            counters: Counters::default(),
        };
        cluster.reserve();
        cluster.count_names();
        cluster
    }

    /// The random id of the cluster.
    pub fn instance(&self) -> u64 {
        self.instance
    }

    /// What this server has done, and what it holds.
    pub fn counters(&self) -> Counters {
        Counters {
            sessions: self.sessions.count(),
            calls: self.calls.len() as u64,
            ids: self.names.counted + self.names.since,
            running: self.own as u64,
            last: self.revision,
            durable: self.revision,
            ..self.counters
        }
    }

    fn datagram(&mut self, now: Instant, from: SocketAddr, bytes: &[u8], caught_up: bool) {
        let Some(datagram) = envelope::open(bytes, &self.seal) else {
            self.counters.bad_tags += 1;
            return;
        };
        let asker = Asker::of(now, from, bytes, &datagram);
        match datagram.kind {
            Kind::Hello => self.hello(now, asker, &datagram),
            Kind::Get => self.read(now, asker, datagram.payload),
            Kind::Set => self.store(now, asker, datagram.payload),
            Kind::Request | Kind::Cancel | Kind::Bye => {
                if self.admit(now, asker, &datagram, bytes, caught_up) {
                    self.called(now, asker, &datagram);
                }
            }
            Kind::Session | Kind::Reply => {}
        }
    }

    /// The checks that come before anything is looked up.
    fn admit(
        &mut self,
        now: Instant,
        asker: Asker,
        datagram: &Datagram<'_>,
        bytes: &[u8],
        caught_up: bool,
    ) -> bool {
        if !datagram.name.is_empty() && datagram.session != 0 {
            return false;
        }
        let any_store = !datagram.name.is_empty() && datagram.instance == 0;
        if datagram.cookie != self.baker.bake(asker.to, datagram.session) {
            self.challenge(now, asker, &[]);
        } else if datagram.instance != self.instance && !any_store {
            self.tell(now, asker, Status::Gone);
        } else if datagram.instance == 0 || datagram.commit <= self.revision {
            return true;
        } else if !caught_up {
            // Another server may have told the client of what this one has not heard of.
            if let Some(ticket) = self.ask_for(now, asker, About::Revision(asker.to, bytes.to_vec())) {
                let check = self.claims.check();
                self.outputs.push_back((Output::Ask(ticket, check), Vec::new()));
            }
        } else {
            if !std::mem::replace(&mut self.told_of_rollback, true) {
                let (client, seen, held) = (asker.to, datagram.commit, self.revision);
                let notice = Output::RolledBack { client, seen, held };
                self.outputs.push_back((notice, Vec::new()));
            }
            self.tell(now, asker, Status::RolledBack);
        }
        false
    }

    fn called(&mut self, now: Instant, asker: Asker, datagram: &Datagram<'_>) {
        match (datagram.kind, Key::of(datagram).id()) {
            (Kind::Bye, _) => self.bye(now, asker, datagram.session),
            (_, None) => {}
            (Kind::Cancel, Some(id)) => {
                self.counters.cancels += 1;
                self.cancelled(now, asker, id, datagram.ack_through);
            }
            (_, Some(id)) => {
                self.counters.requests += 1;
                self.requested(now, asker, id, datagram);
            }
        }
    }

    /// The number under which to ask, unless too much is being asked already: then the asker hears *busy*.
    fn ask_for(&mut self, now: Instant, asker: Asker, about: About) -> Option<Ticket> {
        if self.asked.len() >= ASKED {
            self.ask_later(now, asker, Status::Busy, SOON);
            return None;
        }
        Some(self.ticket(about))
    }

    fn ask(&mut self, about: About, transaction: kv::Transaction) -> Ticket {
        let ticket = self.ticket(about);
        self.outputs
            .push_back((Output::Ask(ticket, transaction), Vec::new()));
        ticket
    }

    fn ticket(&mut self, about: About) -> Ticket {
        let ticket = Ticket(self.next_ticket);
        self.next_ticket += 1;
        let floor = self.revision;
        self.asked.insert(ticket, Asked { floor, about });
        ticket
    }

    fn answered(&mut self, now: Instant, ticket: Ticket, answer: Option<kv::Answer>) {
        let Some(Asked { floor, about }) = self.asked.remove(&ticket) else {
            return;
        };
        if let Some(answer) = &answer {
            if answer.revision < floor {
                let held = answer.revision;
                return self.stop(Fault::Older { seen: floor, held });
            }
            self.revision = self.revision.max(answer.revision);
        }
        match about {
            About::Call(id) => self.call_answered(now, id, ticket, answer),
            About::Check => self.checked(now, answer),
            About::CountNames => self.names_counted(answer),
            About::Revision(from, bytes) => {
                if answer.is_some() {
                    self.datagram(now, from, &bytes, true);
                }
            }
            About::Reserve => self.reserved(now, answer),
            About::Open(nonce) => self.opened(now, nonce, answer),
            About::Close(asker) => self.closed(now, asker, answer),
            About::Survey => self.surveyed(now, answer),
            About::Evict(session, since) => self.evict(session, since, answer),
            About::Evicted => self.evicted(answer),
            About::Read(asker) => self.value(now, asker, answer),
            About::Store(asker, key, value) => self.stored(now, asker, key, value, answer),
        }
    }

    /// Asks again when a while has passed.
    fn again(&mut self, now: Instant, what: Again) {
        if !self.stuck.contains(&what) {
            self.stuck.push(what);
        }
        self.retry_at.get_or_insert(now + RETRY);
    }

    fn retry(&mut self, now: Instant) {
        self.retry_at = None;
        for what in std::mem::take(&mut self.stuck) {
            match what {
                Again::Call(id) => self.ask_about_again(&id),
                Again::Check => self.check(),
                Again::Reserve => self.reserve(),
            }
        }
        self.survey_if_due(now);
    }

    /// Serves no more: what runs goes on, but nothing of it can be written.
    fn stop(&mut self, fault: Fault) {
        if !std::mem::replace(&mut self.is_over, true) {
            self.outputs.push_back((Output::Stop(fault), Vec::new()));
        }
    }
}

impl Machine for Cluster {
    type Input<'a> = Input<'a>;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input<'_>) {
        if self.is_over {
            return;
        }
        match input {
            Input::Datagram { from, bytes } => self.datagram(now, from, bytes, false),
            Input::Answered(ticket, answer) => self.answered(now, ticket, answer),
            Input::Done(id, outcome) => self.done(id, outcome),
            Input::Lost(id) => self.lost(id),
            Input::Probed(id, probe) => self.probed(now, id, probe),
            Input::Drain => self.is_draining = true,
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.retry_at.is_some_and(|at| now >= at) {
            self.retry(now);
        }
        self.survey_if_due(now);
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        if let Some((output, with)) = self.outputs.pop_front() {
            bytes.extend_from_slice(&with);
            return Some(output);
        }
        let is_drained = self.is_draining && self.calls.is_empty();
        (is_drained && !std::mem::replace(&mut self.is_over, true)).then_some(Output::Drained)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match (self.retry_at, self.sessions.survey_at()) {
            (Some(retry), Some(survey)) => Some(retry.min(survey)),
            (retry, survey) => retry.or(survey),
        }
    }
}

/// How long the nonce of a `Hello` is, in bytes.
const NONCE: usize = super::server::NONCE;
/// How many calls that are over are remembered, so that their duplicates cost no question.
const REMEMBERED: usize = 8192;
/// How many questions may be under way at a time.
const ASKED: usize = 4096;
/// How soon what got no answer is asked again: the one who asks waits for an answer before it gives up.
const RETRY: Duration = Duration::from_millis(100);
/// Between these, a client that is told to ask again asks after as long as its call has been running.
const SOON: Duration = Duration::from_millis(20);
const LATE: Duration = Duration::from_secs(5);
