//! The server of once-only calls under arbitrary datagrams and events: no panic, no call run twice, memory within its
//! limits, and before the cookie no answer longer than the question.
#![no_main]

use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

use fairloss::proto::launch::{
    Effect, Id, Identity, Input, Limits, OnDoubt, Order, Outcome, Output, Probe, Record, Server,
};
use fairloss::proto::link::Seal;
use fairloss::proto::{Instant, Machine};
use fairloss::wire::rlaunch::{Datagram, Kind};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut script = Script(data);
    let mut world = World::new(script.byte());
    while !script.0.is_empty() {
        world.step(&mut script);
    }
    let counters = world.server.counters();
    assert!(counters.sessions <= LIMITS.sessions as u64);
    assert!(counters.calls <= counters.sessions * LIMITS.window);
    assert!(counters.ids <= LIMITS.ids as u64 && counters.pairs <= LIMITS.pairs as u64);
});

struct World {
    now: Instant,
    server: Server,
    last: u64,
    cookies: HashMap<(SocketAddr, u64), [u8; 16]>,
    running: Vec<Id>,
    ran: HashSet<Id>,
}

/// The bytes of the fuzzer, from which everything is decided.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().unwrap_or((&0, &[]));
        self.0 = rest;
        *first
    }

    fn bytes(&mut self, most: u8) -> Vec<u8> {
        let length = usize::from(self.byte() % most).min(self.0.len());
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken.to_vec()
    }
}

impl World {
    fn new(flags: u8) -> Self {
        let effect = if flags & 1 == 0 {
            Effect::Outside
        } else {
            Effect::Missile
        };
        let on_doubt = if flags & 2 == 0 {
            OnDoubt::Report
        } else {
            OnDoubt::Probe
        };
        let limits = Limits {
            effect,
            on_doubt,
            sync_outcome: flags & 4 != 0,
            ..LIMITS
        };
        let server = Server::new(IDENTITY, Seal::checksum(), limits, [], 0);
        let mut world = Self {
            now: Instant::ZERO,
            server,
            last: 0,
            cookies: HashMap::new(),
            running: Vec::new(),
            ran: HashSet::new(),
        };
        world.drain(None);
        world
    }

    fn step(&mut self, script: &mut Script<'_>) {
        self.now += Duration::from_millis(script.byte().into());
        match script.byte() % 12 {
            0 => self.input(Input::Durable(self.last)),
            1 => self.input(Input::Long),
            2 => self.input(Input::Unfenced),
            3 => {
                if let Some(id) = self.running.pop() {
                    let result = script.bytes(200);
                    let outcome = (script.byte() % 4 != 0).then(|| Outcome {
                        result,
                        ..Outcome::default()
                    });
                    self.input(Input::Done(id, outcome));
                }
            }
            4 => {
                if let Some(id) = self.running.pop() {
                    self.input(Input::Lost(id));
                }
            }
            5 => {
                let doubt = self.server.doubts().next().map(|(id, _)| id.clone());
                if let Some(id) = doubt {
                    let order = Order::Resolve {
                        id,
                        outcome: None,
                        force: script.byte() % 2 == 0,
                    };
                    self.input(Input::Operator(1, order));
                }
            }
            6 => self.server.handle_timeout(self.now),
            7 => {
                let bytes = script.bytes(255);
                self.datagram(&bytes, address(script.byte()));
            }
            _ => self.made(script),
        }
        self.drain(None);
    }

    /// A datagram of this key, with the cookie that was given out, or not.
    fn made(&mut self, script: &mut Script<'_>) {
        const KINDS: [Kind; 8] = [
            Kind::Hello,
            Kind::Session,
            Kind::Request,
            Kind::Reply,
            Kind::Cancel,
            Kind::Bye,
            Kind::Get,
            Kind::Set,
        ];
        let kind = KINDS[usize::from(script.byte() % 8)];
        let from = address(script.byte());
        let session = u64::from(script.byte() % 8);
        let (name, payload) = (script.bytes(8), script.bytes(60));
        let name = String::from_utf8(name).unwrap_or_default();
        let flags = script.byte();
        let cookie = self.cookies.get(&(from, session)).copied();
        let datagram = Datagram {
            session,
            instance: if flags & 1 == 0 { IDENTITY.instance } else { 0 },
            seq: (script.byte() % 24).into(),
            ack_through: (script.byte() % 24).into(),
            commit: if flags & 2 == 0 {
                0
            } else {
                u64::from(script.byte())
            },
            cookie: cookie.filter(|_| flags & 4 == 0).unwrap_or_default(),
            name: if session == 0 { &name } else { "" },
            payload: &payload,
            ..Datagram::new(kind)
        };
        let mut bytes = Vec::new();
        datagram.encode(&mut bytes);
        Seal::checksum().close(&mut bytes);
        self.datagram(&bytes, from);
    }

    fn datagram(&mut self, bytes: &[u8], from: SocketAddr) {
        let asked = Seal::checksum()
            .open(bytes)
            .and_then(|inner| Datagram::decode(inner).ok());
        let proved = asked.is_some_and(|asked| {
            self.cookies.get(&(from, asked.session)) == Some(&asked.cookie) && asked.cookie != [0; 16]
        });
        self.server.handle(self.now, Input::Datagram { from, bytes });
        self.drain(Some((from, bytes.len(), proved)));
    }

    fn input(&mut self, input: Input<'_>) {
        self.server.handle(self.now, input);
    }

    fn drain(&mut self, asked: Option<(SocketAddr, usize, bool)>) {
        let (mut bytes, mut answered) = (Vec::new(), 0);
        while let Some(output) = self.server.poll_output(&mut bytes) {
            match output {
                Output::Record => {
                    assert!(Record::decode(&bytes).is_some(), "it is a record");
                    self.last += 1;
                }
                Output::Send(to) => {
                    let inner = Seal::checksum().open(&bytes).expect("it is sealed");
                    let reply = Datagram::decode(inner).expect("it is a datagram");
                    if reply.kind == Kind::Session {
                        self.cookies.insert((to, reply.session), reply.cookie);
                    }
                    if let Some((from, length, false)) = asked
                        && from == to
                    {
                        answered += bytes.len();
                        assert!(answered <= length, "{answered} bytes for {length}");
                    }
                }
                Output::Run { id, .. } => {
                    assert!(self.ran.insert(id.clone()), "{id:?} runs again");
                    self.running.push(id);
                }
                Output::Probe(id) => self.server.handle(self.now, Input::Probed(id, Probe::Unknown)),
                Output::Replace(records) => {
                    self.last += records.len() as u64;
                    self.server.handle(self.now, Input::Replaced);
                }
                Output::Commit | Output::RolledBack { .. } | Output::Ordered(..) => {}
            }
            bytes.clear();
        }
    }
}

fn address(number: u8) -> SocketAddr {
    ([192, 0, 2, number % 3], 1000).into()
}

const IDENTITY: Identity = Identity {
    instance: 77,
    secret: [7; 32],
};
const LIMITS: Limits = Limits {
    sessions: 4,
    window: 4,
    ids: 4,
    running: 3,
    pairs: 4,
    lease: Duration::from_secs(1),
    ..Limits::DEFAULT
};
