//! The server's answers, one rule a test.

mod calls;
mod doubts;
mod journal;
mod limits;
mod named;
mod operator;
mod pairs;
mod rollback;

use super::super::envelope;
use super::*;
use crate::wire::rlaunch::Status;

const IDENTITY: Identity = Identity {
    instance: 77,
    secret: [7; 32],
};

/// A server, its journal, and what it has sent and begun.
struct Bench {
    server: Server,
    seal: Seal,
    limits: Limits,
    now: Instant,
    records: Vec<Record>,
    /// The index of the first of them is this plus one.
    offset: usize,
    sent: Vec<(SocketAddr, Vec<u8>)>,
    begun: Vec<Id>,
    fences: Vec<u64>,
    commits: u32,
    rollbacks: u32,
    probes: Vec<Id>,
    ordered: Vec<(u64, Result<u64, Refusal>)>,
}

impl Bench {
    /// A server that has reserved its sessions.
    fn new(limits: Limits) -> Self {
        Self::sealed(Seal::checksum(), limits)
    }

    fn sealed(seal: Seal, limits: Limits) -> Self {
        let mut bench = Self {
            server: Server::new(IDENTITY, seal.clone(), limits, [], 0),
            seal,
            limits,
            now: Instant::ZERO,
            records: Vec::new(),
            sent: Vec::new(),
            begun: Vec::new(),
            fences: Vec::new(),
            offset: 0,
            commits: 0,
            rollbacks: 0,
            probes: Vec::new(),
            ordered: Vec::new(),
        };
        bench.sync();
        bench
    }

    /// Another life, after everything that was recorded.
    fn restart(&mut self) {
        self.restart_beside_orphans();
        self.handle(Input::Unfenced);
        self.sync();
    }

    fn restart_beside_orphans(&mut self) {
        let (records, last) = (self.records.clone(), self.last());
        self.server = Server::new(IDENTITY, self.seal.clone(), self.limits, records, last);
        self.sync();
    }

    fn handle(&mut self, input: Input<'_>) {
        self.server.handle(self.now, input);
        self.drain();
    }

    /// An order, carried out.
    fn order(&mut self, order: Order) -> Result<u64, Refusal> {
        let records = self.records.len();
        self.handle(Input::Operator(7, order));
        let is_any = self.records.len() > records;
        assert_ne!(
            self.ordered.is_empty(),
            !is_any,
            "nothing is told that could be lost"
        );
        self.sync();
        let (ticket, result) = self.ordered.pop().expect("every order is answered");
        assert_eq!(ticket, 7);
        result
    }

    fn last(&self) -> u64 {
        (self.offset + self.records.len()) as u64
    }

    fn drain(&mut self) {
        let mut bytes = Vec::new();
        while let Some(output) = self.server.poll_output(&mut bytes) {
            match output {
                Output::Record => self.records.push(Record::decode(&bytes).unwrap()),
                Output::Commit => self.commits += 1,
                Output::Send(to) => self.sent.push((to, bytes.clone())),
                Output::Run { id, fence } => {
                    self.begun.push(id);
                    self.fences.push(fence);
                }
                Output::RolledBack { .. } => self.rollbacks += 1,
                Output::Probe(id) => self.probes.push(id),
                Output::Ordered(ticket, result) => self.ordered.push((ticket, result)),
                Output::Replace(_) => {}
            }
            bytes.clear();
        }
    }

    /// Everything that was recorded becomes durable.
    fn sync(&mut self) {
        self.drain();
        let last = self.last();
        self.server.handle(self.now, Input::Durable(last));
        self.drain();
    }

    fn done(&mut self, id: Id, result: &[u8]) {
        let outcome = Outcome {
            exit: 0,
            truncated: false,
            result: result.to_vec(),
        };
        self.server.handle(self.now, Input::Done(id, Some(outcome)));
        self.drain();
    }

    /// Sends a datagram, and returns how long it was.
    fn send(&mut self, datagram: &Datagram<'_>) -> usize {
        let mut bytes = Vec::new();
        envelope::close(datagram, &self.seal, &mut bytes);
        let from = client();
        self.server
            .handle(self.now, Input::Datagram { from, bytes: &bytes });
        self.drain();
        bytes.len()
    }

    /// What was sent since it was asked last: status and payload.
    fn answers(&mut self) -> Vec<(Status, Vec<u8>)> {
        let sent = std::mem::take(&mut self.sent);
        let opened = |bytes: &Vec<u8>| {
            let datagram = envelope::open(bytes, &self.seal).unwrap();
            (datagram.status, datagram.payload.to_vec())
        };
        sent.iter().map(|(_, bytes)| opened(bytes)).collect()
    }

    fn statuses(&mut self) -> Vec<Status> {
        self.answers().into_iter().map(|(status, _)| status).collect()
    }
}

fn client() -> SocketAddr {
    ([192, 0, 2, 9], 1000).into()
}

/// A datagram of session 1 with the right cookie.
fn of_session(kind: Kind, seq: u64) -> Datagram<'static> {
    Datagram {
        instance: IDENTITY.instance,
        session: 1,
        seq,
        cookie: Baker::new(&IDENTITY.secret).bake(client(), 1),
        payload: if kind == Kind::Request { b"tea" } else { b"" },
        ..Datagram::new(kind)
    }
}

fn first() -> Id {
    Id::Call(CallId { session: 1, seq: 1 })
}

/// A datagram about the call of this name, with the right cookie and whatever store there is.
fn named(kind: Kind, name: &str) -> Datagram<'_> {
    Datagram {
        seq: 0xbeef,
        cookie: Baker::new(&IDENTITY.secret).bake(client(), 0),
        name,
        payload: if kind == Kind::Request { b"tea" } else { b"" },
        ..Datagram::new(kind)
    }
}

fn id_of(name: &str) -> Id {
    Id::Named(name.parse().unwrap())
}
