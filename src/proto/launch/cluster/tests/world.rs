//! Servers of one cluster, clients, the shared store and everything between them, all of it seeded.
//!
//! A datagram may be delivered at any time later, any number of times, or never. A transaction may take place and its
//! answer be lost; the server may be told that there is no answer, and the transaction take place at any time after;
//! or never. Servers are killed and started; their leases end while they live. An action has its effect when it is
//! begun, and its server may never hear of its end.

use std::collections::BTreeMap;

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::store::Store;
use super::*;
use crate::proto::launch::Outcome;
use crate::proto::launch::{Id, Probe};
use crate::wire::rlaunch::CallId;

/// What may happen in a history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Faults {
    pub(super) kills: bool,
    pub(super) expiries: bool,
    pub(super) lost_answers: bool,
    pub(super) probe: bool,
}

pub(super) struct World {
    pub(super) rng: Pcg64Mcg,
    pub(super) now: Instant,
    pub(super) store: Store,
    pub(super) servers: Vec<Server>,
    pub(super) clients: Vec<Client>,
    faults: Faults,
    asks: Vec<Ask>,
    network: Vec<(SocketAddr, SocketAddr, Vec<u8>)>,
    running: Vec<(u64, Id, Probe)>,
    probing: Vec<(u64, Id)>,
    /// Every effect of every call.
    pub(super) launches: BTreeMap<Id, u32>,
    /// The last fence with which an action was begun.
    fence: u64,
    /// What a probe said not to have happened is kept from happening.
    fenced: Vec<Id>,
    lives: u64,
    quiet: bool,
    /// What was told of each call, by anybody to anybody.
    pub(super) told: BTreeMap<Id, Vec<(Status, Vec<u8>)>>,
    pub(super) kills: u32,
}

pub(super) struct Server {
    address: SocketAddr,
    pub(super) machine: Cluster,
    life: u64,
}

struct Ask {
    life: u64,
    ticket: Ticket,
    transaction: kv::Transaction,
    answer: Option<kv::Answer>,
    told: bool,
}

/// A client that makes calls, two at a time, and asks for each until it is settled.
pub(super) struct Client {
    address: SocketAddr,
    nonce: [u8; NONCE],
    cookie: [u8; 16],
    session: Option<u64>,
    commit: u64,
    next: u64,
    ack: u64,
    open: BTreeMap<u64, bool>,
    pub(super) calls: u32,
    pub(super) most: u32,
}

impl World {
    pub(super) fn new(seed: u64, servers: usize, clients: usize, most: u32, faults: Faults) -> Self {
        let mut world = Self {
            rng: Pcg64Mcg::seed_from_u64(seed),
            now: Instant::ZERO,
            store: founded(),
            servers: Vec::new(),
            clients: Vec::new(),
            faults,
            asks: Vec::new(),
            network: Vec::new(),
            running: Vec::new(),
            probing: Vec::new(),
            launches: BTreeMap::new(),
            fence: 0,
            fenced: Vec::new(),
            lives: 0,
            quiet: false,
            told: BTreeMap::new(),
            kills: 0,
        };
        for number in 0..servers {
            let address = ([10, 0, 0, 1], 1000 + u16::try_from(number).unwrap()).into();
            let server = world.start(address);
            world.servers.push(server);
        }
        for number in 0..clients {
            let nonce = world.rng.random();
            world.clients.push(Client {
                address: ([10, 0, 0, 2], 1000 + u16::try_from(number).unwrap()).into(),
                nonce,
                cookie: [0; 16],
                session: None,
                commit: 0,
                next: 1,
                ack: 0,
                open: BTreeMap::new(),
                calls: 0,
                most,
            });
        }
        world
    }

    fn start(&mut self, address: SocketAddr) -> Server {
        self.lives += 1;
        let life = self.lives;
        enliven(&mut self.store, life);
        let limits = Limits {
            sessions: 16,
            window: 4,
            ids: 100,
            pairs: 10,
            running: 3,
            lease: Duration::from_secs(1000),
        };
        let seal = Seal::checksum();
        let machine = Cluster::new(PREFIX, IDENTITY, life, seal, limits, self.faults.probe, 0);
        Server {
            address,
            machine,
            life,
        }
    }

    /// One thing happens.
    pub(super) fn step(&mut self) {
        self.now += Duration::from_millis(self.rng.random_range(0..30));
        match self.rng.random_range(0..100) {
            0..=24 => self.a_client_asks(),
            25..=54 => self.a_datagram_arrives(),
            55..=84 => self.the_store_does_something(),
            85..=92 => self.an_action_ends(),
            93..=94 => self.a_probe_ends(),
            95..=96 => self.time_passes(),
            97 if self.faults.expiries => self.a_lease_ends(),
            98 => self.leases_are_renewed(),
            99 if self.faults.kills && self.rng.random_range(0..4) == 0 => self.a_server_is_killed(),
            _ => {}
        }
        self.drain();
    }

    /// From here on nothing goes wrong any more, and everybody has the time they need.
    pub(super) fn settle(&mut self) -> bool {
        self.quiet = true;
        for _ in 0..200_000 {
            if self.clients.iter().all(Client::is_done) {
                return true;
            }
            self.step();
        }
        false
    }

    fn drain(&mut self) {
        for number in 0..self.servers.len() {
            let mut bytes = Vec::new();
            while let Some(output) = self.servers[number].machine.poll_output(&mut bytes) {
                let (life, from) = (self.servers[number].life, self.servers[number].address);
                match output {
                    Output::Send(to) => self.network.push((from, to, bytes.clone())),
                    Output::Ask(ticket, transaction) => self.asks.push(Ask {
                        life,
                        ticket,
                        transaction,
                        answer: None,
                        told: false,
                    }),
                    Output::Run(id, fence) => self.begin(life, id, fence, &bytes),
                    Output::Probe(id, _) => self.probing.push((life, id)),
                    Output::Contradicted(id) => panic!("a truthful probe was contradicted: {id:?}"),
                    Output::Stop(fault) => panic!("{fault:?}"),
                    Output::Drained => panic!("nobody asked for it"),
                    Output::RolledBack { .. } => panic!("the store was not rolled back"),
                }
                bytes.clear();
            }
        }
    }

    fn begin(&mut self, life: u64, id: Id, fence: u64, payload: &[u8]) {
        assert_ne!(fence, self.fence, "no two launches have the same fence");
        self.fence = fence;
        let outcome = if self.fenced.contains(&id) {
            // The command compares the fence, as the manual says it should, and refuses.
            Probe::NotLaunched
        } else {
            *self.launches.entry(id.clone()).or_default() += 1;
            Probe::Launched(outcome(payload))
        };
        self.running.push((life, id, outcome));
    }

    fn an_action_ends(&mut self) {
        if let Some(at) = self.pick(self.running.len()) {
            let (life, id, outcome) = self.running.swap_remove(at);
            let outcome = match outcome {
                Probe::Launched(outcome) => Some(outcome),
                _ => None,
            };
            let now = self.now;
            if let Some(server) = self.alive(life) {
                server.machine.handle(now, Input::Done(id, outcome));
            }
        }
    }

    fn a_probe_ends(&mut self) {
        let Some(at) = self.pick(self.probing.len()) else {
            return;
        };
        let (life, id) = self.probing.swap_remove(at);
        let Id::Call(call) = &id else { return };
        let found = if self.rng.random_range(0..4) == 0 && !self.quiet {
            Probe::Unknown
        } else if self.launches.contains_key(&id) {
            Probe::Launched(outcome(&payload(*call)))
        } else {
            self.fenced.push(id.clone());
            Probe::NotLaunched
        };
        let now = self.now;
        if let Some(server) = self.alive(life) {
            server.machine.handle(now, Input::Probed(id, found));
        }
    }

    fn the_store_does_something(&mut self) {
        let Some(at) = self.pick(self.asks.len()) else {
            return;
        };
        let may_fail = self.faults.lost_answers && !self.quiet;
        let fails = may_fail && self.rng.random_range(0..6) == 0;
        let ask = &mut self.asks[at];
        let (life, ticket) = (ask.life, ask.ticket);
        let answer = if ask.answer.is_some() || ask.told {
            if ask.answer.is_none() {
                // Long after its server was told that there is no answer, it takes place; or it never does.
                ask.answer = Some(self.store.transact(&ask.transaction));
            }
            let ask = self.asks.swap_remove(at);
            if ask.told {
                return;
            } else {
                ask.answer.filter(|_| !fails)
            }
        } else if fails {
            ask.told = true;
            if self.rng.random_range(0..3) == 0 {
                self.asks.swap_remove(at);
            }
            None
        } else {
            ask.answer = Some(self.store.transact(&ask.transaction));
            return;
        };
        let now = self.now;
        if let Some(server) = self.alive(life) {
            server.machine.handle(now, Input::Answered(ticket, answer));
        }
    }

    fn a_datagram_arrives(&mut self) {
        let Some(at) = self.pick(self.network.len()) else {
            return;
        };
        let (from, to, bytes) = match self.rng.random_range(0..10) {
            0 => self.network[at].clone(),
            _ => self.network.swap_remove(at),
        };
        if self.network.len() > 200 {
            self.network.swap_remove(0);
        }
        let now = self.now;
        if let Some(server) = self.servers.iter_mut().find(|server| server.address == to) {
            let bytes = &bytes;
            server.machine.handle(now, Input::Datagram { from, bytes });
        } else if let Some(client) = self.clients.iter_mut().find(|client| client.address == to) {
            client.hear(&bytes, &mut self.told);
        }
    }

    fn a_client_asks(&mut self) {
        let Some(at) = self.pick(self.clients.len()) else {
            return;
        };
        let to = self.servers[self.rng.random_range(0..self.servers.len())].address;
        let client = &mut self.clients[at];
        if let Some(bytes) = client.ask(&mut self.rng, self.quiet) {
            self.network.push((client.address, to, bytes));
        }
    }

    fn a_server_is_killed(&mut self) {
        if self.quiet {
            return;
        }
        let at = self.rng.random_range(0..self.servers.len());
        let address = self.servers[at].address;
        self.kills += 1;
        self.servers[at] = self.start(address);
    }

    fn a_lease_ends(&mut self) {
        let life = self.rng.random_range(1..=self.lives);
        if !self.quiet {
            expire(&mut self.store, life);
        }
    }

    fn leases_are_renewed(&mut self) {
        for server in &self.servers {
            enliven(&mut self.store, server.life);
        }
        if self.quiet {
            // What the dead have left ends sooner or later.
            let living: Vec<_> = self.servers.iter().map(|server| server.life).collect();
            for life in (1..=self.lives).filter(|life| !living.contains(life)) {
                expire(&mut self.store, life);
            }
        }
    }

    fn time_passes(&mut self) {
        self.now += Duration::from_millis(200);
        for server in &mut self.servers {
            if server.machine.poll_timeout().is_some_and(|at| at <= self.now) {
                server.machine.handle_timeout(self.now);
            }
        }
    }

    fn alive(&mut self, life: u64) -> Option<&mut Server> {
        self.servers.iter_mut().find(|server| server.life == life)
    }

    fn pick(&mut self, length: usize) -> Option<usize> {
        (length > 0).then(|| self.rng.random_range(0..length))
    }
}

impl Client {
    fn is_done(&self) -> bool {
        self.calls >= self.most && self.open.is_empty() && self.session.is_none()
    }

    /// What it asks next, if anything.
    fn ask(&mut self, rng: &mut impl Rng, quiet: bool) -> Option<Vec<u8>> {
        let Some(session) = self.session else {
            if self.calls >= self.most {
                return None;
            }
            return Some(self.sealed(Datagram {
                payload: &self.nonce.clone(),
                ..Datagram::new(Kind::Hello)
            }));
        };
        if self.calls < self.most && self.open.len() < 2 && self.next <= 4 && rng.random_range(0..3) == 0 {
            self.open.insert(self.next, false);
            self.next += 1;
            self.calls += 1;
        }
        let mut seqs: Vec<_> = self.open.iter_mut().collect();
        if seqs.is_empty() {
            let is_over = self.next > 4 || self.calls >= self.most;
            return is_over.then(|| self.of_session(Kind::Bye, session, 0, &[]));
        }
        let at = rng.random_range(0..seqs.len());
        let (seq, cancels) = &mut seqs[at];
        **cancels |= !quiet && rng.random_range(0..20) == 0;
        let (seq, cancels) = (**seq, **cancels);
        let call = CallId { session, seq };
        Some(if cancels {
            self.of_session(Kind::Cancel, session, seq, &[])
        } else {
            self.of_session(Kind::Request, session, seq, &payload(call))
        })
    }

    fn of_session(&self, kind: Kind, session: u64, seq: u64, payload: &[u8]) -> Vec<u8> {
        self.sealed(Datagram {
            session,
            seq,
            payload,
            instance: IDENTITY.instance,
            ack_through: self.ack,
            commit: self.commit,
            ..Datagram::new(kind)
        })
    }

    fn sealed(&self, datagram: Datagram<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        let cookie = self.cookie;
        envelope::close(&Datagram { cookie, ..datagram }, &Seal::checksum(), &mut bytes);
        bytes
    }

    fn hear(&mut self, bytes: &[u8], told: &mut BTreeMap<Id, Vec<(Status, Vec<u8>)>>) {
        let reply = envelope::open(bytes, &Seal::checksum()).expect("servers send what can be read");
        if reply.kind == Kind::Session {
            let is_ours = reply.session == self.session.unwrap_or(0);
            match reply.status {
                Status::Cookie if is_ours => self.cookie = reply.cookie,
                Status::None if self.session.is_none() && reply.payload == self.nonce => {
                    (self.session, self.cookie) = (Some(reply.session), reply.cookie);
                    self.commit = self.commit.max(reply.commit);
                    (self.next, self.ack) = (1, 0);
                }
                _ => {}
            }
            return;
        }
        let id = Id::Call(reply.call());
        told.entry(id)
            .or_default()
            .push((reply.status, reply.payload.to_vec()));
        if Some(reply.session) != self.session {
            return;
        }
        self.commit = self.commit.max(reply.commit);
        match reply.status {
            Status::Launched | Status::NotLaunched | Status::InDoubt => {
                self.open.remove(&reply.seq);
                self.ack = self.open.keys().next().map_or(self.next - 1, |first| first - 1);
            }
            Status::Closed if self.open.is_empty() => self.begin_anew(),
            _ => {}
        }
    }

    fn begin_anew(&mut self) {
        self.session = None;
        self.cookie = [0; 16];
        let fresh = blake3::hash(&self.nonce);
        self.nonce.copy_from_slice(&fresh.as_bytes()[..NONCE]);
    }
}

pub(super) fn payload(call: CallId) -> Vec<u8> {
    format!("{}.{}", call.session, call.seq).into_bytes()
}

fn outcome(payload: &[u8]) -> Outcome {
    Outcome {
        exit: 0,
        truncated: false,
        result: payload.to_vec(),
    }
}
