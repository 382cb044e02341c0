//! One pipeline, the real server, and the bad network between them, in virtual time.

use std::collections::{BTreeMap, HashMap};

use crate::proto::launch::pipeline::*;
use crate::proto::launch::{self, Identity, Outcome, Record, Server, envelope};
use crate::proto::link::{Chaos, Limits};

pub(super) const MS: Duration = Duration::from_millis(1);

pub(super) fn config(window: u32) -> Config {
    Config {
        window,
        deadline: Duration::from_secs(3600),
        grace: Duration::from_secs(30),
        noted: false,
        limits: Limits {
            initial: 376 * MS,
            cap: Duration::from_secs(2),
            ..Limits::REQUEST
        },
    }
}

/// One pipeline, one server, and the network between them.
pub(super) struct World {
    pub(super) now: Instant,
    pub(super) rng: StdRng,
    pub(super) pipeline: Pipeline,
    pub(super) server: Server,
    pub(super) limits: launch::Limits,
    pub(super) instance: u64,
    pub(super) up: Chaos<()>,
    pub(super) down: Chaos<()>,
    /// How long an action takes.
    pub(super) takes: Duration,
    pub(super) actions: Vec<(Instant, launch::Id, Vec<u8>)>,
    pub(super) records: Vec<Record>,
    pub(super) total: u64,
    pub(super) begun: u64,
    pub(super) ended: BTreeMap<u64, Ended>,
    /// All up to here were handed on.
    pub(super) settled: u64,
    pub(super) performed: HashMap<Vec<u8>, u32>,
    /// The calls that were told to be noted, and are.
    pub(super) noted: Vec<u64>,
    pub(super) sessions: u32,
    pub(super) is_closed: bool,
    pub(super) most_in_hand: usize,
}

impl World {
    pub(super) fn new(network: &str, config: Config, total: u64) -> Self {
        let (spec, seed) = (network.parse().expect("a spec"), 7);
        let limits = launch::Limits::DEFAULT;
        Self {
            now: Instant::ZERO,
            rng: StdRng::from_seed([9; 32]),
            pipeline: Pipeline::new(config, Seal::checksum(), Rto::new(config.limits), [1; 32]),
            server: boot(limits, 77, &[]),
            limits,
            instance: 77,
            up: Chaos::new(spec, seed),
            down: Chaos::new(spec, seed + 1),
            takes: Duration::from_micros(500),
            actions: Vec::new(),
            records: Vec::new(),
            total,
            begun: 0,
            ended: BTreeMap::new(),
            settled: 0,
            performed: HashMap::new(),
            noted: Vec::new(),
            sessions: 0,
            is_closed: false,
            most_in_hand: 0,
        }
    }

    pub(super) fn limits(mut self, limits: launch::Limits) -> Self {
        self.limits = limits;
        self.server = boot(limits, self.instance, &[]);
        self
    }

    /// Runs until every call has ended and the session is closed.
    pub(super) fn run(&mut self) {
        self.run_until(|world| world.is_closed);
    }

    pub(super) fn run_until(&mut self, done: impl Fn(&Self) -> bool) {
        for _ in 0..3_000_000 {
            self.drain();
            if done(self) {
                return;
            }
            self.now = self.next_event();
            self.events();
        }
        panic!("it does not come to an end: {:?}", self.pipeline);
    }

    fn next_event(&self) -> Instant {
        let machines = [
            self.up.poll_timeout(),
            self.down.poll_timeout(),
            self.server.poll_timeout(),
            self.pipeline.poll_timeout(),
        ];
        let actions = self.actions.iter().map(|(at, ..)| *at);
        let next = machines.into_iter().flatten().chain(actions).min();
        next.expect("something is to come").max(self.now)
    }

    fn events(&mut self) {
        let now = self.now;
        self.up.handle_timeout(now);
        self.down.handle_timeout(now);
        self.server.handle_timeout(now);
        self.pipeline.handle_timeout(now);
        let over = |(at, ..): &mut (Instant, _, _)| *at <= now;
        for (_, call, payload) in self.actions.extract_if(.., over).collect::<Vec<_>>() {
            let outcome = Outcome {
                exit: 0,
                truncated: false,
                result: payload,
            };
            self.server.handle(now, launch::Input::Done(call, Some(outcome)));
        }
    }

    fn drain(&mut self) {
        let (mut bytes, now) = (Vec::new(), self.now);
        loop {
            bytes.clear();
            if let Some(output) = self.server.poll_output(&mut bytes) {
                self.perform(output, &bytes);
            } else if self.up.poll_output(&mut bytes).is_some() {
                let from = ([192, 0, 2, 1], 1).into();
                let input = launch::Input::Datagram { from, bytes: &bytes };
                self.server.handle(now, input);
            } else if self.down.poll_output(&mut bytes).is_some() {
                self.pipeline.handle(now, Input::Datagram(&bytes));
            } else if let Some(output) = self.pipeline.poll_output(&mut bytes) {
                self.hear(output, &bytes);
            } else if !self.feed() {
                return;
            }
        }
    }

    /// Begins the next call, settles what was handed on, or closes. Whether there was anything to do.
    fn feed(&mut self) -> bool {
        if self.ended.contains_key(&(self.settled + 1)) {
            self.settled += 1;
            self.pipeline.handle(self.now, Input::Settled(self.settled));
        } else if self.begun < self.total && self.pipeline.has_room() {
            self.begun += 1;
            let (number, payload) = (self.begun, &payload(self.begun));
            self.pipeline.handle(self.now, Input::Begin { number, payload });
            self.most_in_hand = self.most_in_hand.max(self.pipeline.in_hand());
        } else if self.settled == self.total && !self.is_closed && self.pipeline.closing.is_none() {
            self.pipeline.handle(self.now, Input::Close);
        } else {
            return false;
        }
        true
    }

    fn hear(&mut self, output: Output, bytes: &[u8]) {
        match output {
            Output::Send(sent) => {
                if let What::Request(_) = sent.what
                    && self.pipeline.config.noted
                {
                    let sent = envelope::open(bytes, &Seal::checksum()).expect("it is sealed");
                    let number = self.begun_with(sent.payload);
                    assert!(
                        self.noted.contains(&number),
                        "{number} was sent before it was noted"
                    );
                }
                self.up.handle(self.now, ((), bytes));
            }
            Output::Opened(_) => self.sessions += 1,
            Output::Begun { number, .. } => {
                self.noted.push(number);
                self.pipeline.handle(self.now, Input::Noted);
            }
            Output::Ended(ended) => {
                assert!(!self.ended.contains_key(&ended.number), "a call ends once");
                self.ended.insert(ended.number, ended);
            }
            Output::Closed => self.is_closed = true,
        }
    }

    fn begun_with(&self, bytes: &[u8]) -> u64 {
        let number = (1..=self.begun).find(|number| payload(*number) == bytes);
        number.expect("it was begun")
    }

    fn perform(&mut self, output: launch::Output, bytes: &[u8]) {
        match output {
            launch::Output::Record => self.records.push(Record::decode(bytes).expect("it is a record")),
            launch::Output::Commit => {
                let index = self.records.len() as u64;
                self.server.handle(self.now, launch::Input::Durable(index));
            }
            launch::Output::Send(_) => self.down.handle(self.now, ((), bytes)),
            launch::Output::Run { id: call, .. } => {
                *self.performed.entry(bytes.to_vec()).or_default() += 1;
                let jitter = self.rng.random_range(0.5..1.5);
                let at = self.now + self.takes.mul_f64(jitter);
                self.actions.push((at, call, bytes.to_vec()));
            }
            launch::Output::RolledBack { .. } => {}
            other => panic!("not expected: {other:?}"),
        }
    }

    /// SIGKILL, and a new life with what was written.
    pub(super) fn kill(&mut self) {
        self.actions.clear();
        self.server = boot(self.limits, self.instance, &self.records);
    }

    /// A new life with nothing, as another store.
    pub(super) fn forget(&mut self) {
        self.actions.clear();
        self.records.clear();
        self.instance += 1;
        self.server = boot(self.limits, self.instance, &[]);
    }

    /// How many ended so; panics if an ending is not true.
    pub(super) fn check(&self) -> (usize, usize, usize) {
        let (mut launched, mut not, mut unknown) = (0, 0, 0);
        for (number, ended) in &self.ended {
            let performed = self.performed.get(&payload(*number)).copied().unwrap_or(0);
            assert!(performed <= 1, "call {number} was performed {performed} times");
            match &ended.ending {
                Ending::Launched(outcome) => {
                    assert_eq!((performed, &outcome.result), (1, &payload(*number)));
                    launched += 1;
                }
                Ending::NotLaunched => {
                    assert_eq!(performed, 0, "call {number} was ruled out");
                    not += 1;
                }
                Ending::Unknown(_) | Ending::Refused(_) => unknown += 1,
            }
        }
        (launched, not, unknown)
    }
}

pub(super) fn boot(limits: launch::Limits, instance: u64, records: &[Record]) -> Server {
    let identity = Identity {
        instance,
        secret: [7; 32],
    };
    let last = records.len() as u64;
    let mut server = Server::new(identity, Seal::checksum(), limits, records.to_vec(), last);
    server.handle(Instant::ZERO, launch::Input::Unfenced);
    server
}

pub(super) fn payload(number: u64) -> Vec<u8> {
    format!("call {number}").into_bytes()
}
