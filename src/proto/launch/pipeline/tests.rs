//! The pipeline against the real server, over a bad network, in virtual time.

use std::collections::{BTreeMap, HashMap};

use super::*;
use crate::proto::launch::{self, Identity, Outcome, Record, Server, Session};
use crate::proto::link::{Chaos, Limits};

const MS: Duration = Duration::from_millis(1);

fn config(window: u32) -> Config {
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
struct World {
    now: Instant,
    rng: StdRng,
    pipeline: Pipeline,
    server: Server,
    limits: launch::Limits,
    instance: u64,
    up: Chaos<()>,
    down: Chaos<()>,
    /// How long an action takes.
    takes: Duration,
    actions: Vec<(Instant, launch::Id, Vec<u8>)>,
    records: Vec<Record>,
    total: u64,
    begun: u64,
    ended: BTreeMap<u64, Ended>,
    /// All up to here were handed on.
    settled: u64,
    performed: HashMap<Vec<u8>, u32>,
    /// The calls that were told to be noted, and are.
    noted: Vec<u64>,
    sessions: u32,
    is_closed: bool,
    most_in_hand: usize,
}

impl World {
    fn new(network: &str, config: Config, total: u64) -> Self {
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

    fn limits(mut self, limits: launch::Limits) -> Self {
        self.limits = limits;
        self.server = boot(limits, self.instance, &[]);
        self
    }

    /// Runs until every call has ended and the session is closed.
    fn run(&mut self) {
        self.run_until(|world| world.is_closed);
    }

    fn run_until(&mut self, done: impl Fn(&Self) -> bool) {
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
    fn kill(&mut self) {
        self.actions.clear();
        self.server = boot(self.limits, self.instance, &self.records);
    }

    /// A new life with nothing, as another store.
    fn forget(&mut self) {
        self.actions.clear();
        self.records.clear();
        self.instance += 1;
        self.server = boot(self.limits, self.instance, &[]);
    }

    /// How many ended so; panics if an ending is not true.
    fn check(&self) -> (usize, usize, usize) {
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

fn boot(limits: launch::Limits, instance: u64, records: &[Record]) -> Server {
    let identity = Identity {
        instance,
        secret: [7; 32],
    };
    let last = records.len() as u64;
    let mut server = Server::new(identity, Seal::checksum(), limits, records.to_vec(), last);
    server.handle(Instant::ZERO, launch::Input::Unfenced);
    server
}

fn payload(number: u64) -> Vec<u8> {
    format!("call {number}").into_bytes()
}

#[test]
fn every_call_is_launched_once_and_all_in_one_session_however_bad_the_network() {
    for network in [
        "loss=0%",
        "loss=30%,dup=10%,reorder=10%,delay=1ms..50ms",
        "loss=60%,dup=30%,reorder=30%,delay=0ms..5s,corrupt=1%",
    ] {
        let mut world = World::new(network, config(16), 300);
        world.run();
        assert_eq!(world.check(), (300, 0, 0), "{network}");
        assert_eq!((world.sessions, world.most_in_hand), (1, 16), "{network}");
    }
}

#[test]
fn sends_stay_within_a_tenth_of_the_least_that_loss_allows() {
    for (window, takes, delay) in [
        (16, MS / 2, "1ms..50ms"),
        (64, 5 * MS, "0ms..2ms"),
        (1, MS, "10ms..12ms"),
    ] {
        for loss in [0_u32, 5, 10, 20, 30] {
            let network = format!("loss={loss}%,delay={delay}");
            let mut world = World::new(&network, config(window), 4000).limits(launch::Limits {
                window: 64,
                ..launch::Limits::DEFAULT
            });
            world.takes = takes;
            world.run();
            assert_eq!(world.check(), (4000, 0, 0), "{network}");
            let least = 1.0 / (1.0 - f64::from(loss) / 100.0).powi(2);
            let sends = world.pipeline.tally().sends as f64 / 4000.0;
            assert!(
                sends <= 1.1 * least,
                "{network}, window {window}: {sends:.3} sends per call, {least:.3} at least"
            );
        }
    }
}

#[test]
fn a_window_that_is_wider_than_the_servers_is_narrowed_to_it() {
    let mut world = World::new("delay=5ms..9ms", config(64), 500).limits(launch::Limits {
        window: 10,
        ..launch::Limits::DEFAULT
    });
    world.run();
    assert_eq!(world.check(), (500, 0, 0));
    assert_eq!(world.pipeline.reach, 10);
    assert!(world.pipeline.tally().sends < 600, "{:?}", world.pipeline.tally());
}

#[test]
fn one_slow_call_does_not_hold_up_the_others_of_its_window() {
    let mut world = World::new("delay=1ms..2ms", config(4), 12);
    world.takes = Duration::from_secs(10);
    world.run();
    assert_eq!(world.check(), (12, 0, 0));
    // Three groups of four at once; the window of what is on its way does not count what is worked on.
    assert!(
        world.now < Instant::ZERO + Duration::from_secs(60),
        "{:?}",
        world.now
    );
}

#[test]
fn nothing_is_sent_before_it_is_noted() {
    let noted = Config {
        noted: true,
        ..config(16)
    };
    let mut world = World::new("loss=20%,delay=1ms..5ms", noted, 200);
    world.run();
    assert_eq!((world.check(), world.noted.len()), ((200, 0, 0), 200));
}

#[test]
fn a_killed_server_loses_nothing_and_only_what_it_was_performing_is_unknown() {
    let mut world = World::new("loss=30%,dup=10%,delay=0ms..20ms", config(16), 400);
    world.takes = 20 * MS;
    let mut performing = 0;
    for kill in 1..=20 {
        world.run_until(|world| world.ended.len() >= kill * 18);
        performing += world.actions.len();
        world.kill();
    }
    world.run();
    let (launched, not, unknown) = world.check();
    assert_eq!((launched + not + unknown, not), (400, 0));
    assert!(unknown <= performing && unknown > 0, "{unknown} of {performing}");
    assert_eq!(world.sessions, 1, "the session outlives the server's death");
}

#[test]
fn when_the_session_is_gone_only_what_was_never_sent_goes_on_in_a_new_one() {
    let mut world = World::new("delay=5ms..9ms", config(16), 200);
    world.run_until(|world| world.ended.len() >= 50);
    world.forget();
    let before = world.performed.clone();
    world.run();
    let (mut gone, mut launched) = (0, 0);
    for ended in world.ended.values() {
        let (store, _) = ended.id.expect("it had a session");
        let (number, was_sent) = (payload(ended.number), ended.sends > 0);
        match ended.ending {
            Ending::Launched(_) => launched += 1,
            Ending::Unknown(Doubt::Gone) => {
                assert!(store == 77 && was_sent);
                assert_eq!(
                    world.performed.get(&number),
                    before.get(&number),
                    "never under a new id"
                );
                gone += 1;
            }
            _ => panic!("{ended:?}"),
        }
    }
    assert!(
        (1..=16).contains(&gone) && launched == 200 - gone,
        "{gone} {launched}"
    );
    assert_eq!(world.sessions, 2);
    world.check();
}

#[test]
fn at_its_deadline_a_call_is_cancelled_and_a_silent_server_leaves_it_unknown() {
    let hasty = Config {
        deadline: 300 * MS,
        grace: Duration::from_secs(60),
        ..config(16)
    };
    let mut world = World::new("loss=50%,delay=10ms..40ms", hasty, 300);
    world.run();
    let (launched, not, unknown) = world.check();
    assert!(
        launched > 0 && not > 0 && unknown == 0,
        "{launched} {not} {unknown}"
    );

    let mut world = World::new("loss=0%,delay=1ms..2ms", hasty, 40);
    world.run_until(|world| world.ended.len() >= 20);
    (world.up, world.down) = (
        Chaos::new("loss=100%".parse().unwrap(), 1),
        Chaos::new("loss=100%".parse().unwrap(), 1),
    );
    world.run();
    let silent = |ended: &&Ended| ended.ending == Ending::Unknown(Doubt::Silent);
    assert!(world.ended.values().filter(silent).count() > 0);
    assert_eq!(world.ended.len(), 40, "each has an ending");
    world.check();
}

#[test]
fn without_a_session_nothing_is_launched_and_that_is_certain() {
    let hasty = Config {
        deadline: 300 * MS,
        ..config(16)
    };
    let mut world = World::new("loss=100%", hasty, 3);
    world.run();
    assert_eq!(world.check(), (0, 3, 0));
    assert!(world.ended.values().all(|ended| ended.id.is_none()));
}

#[test]
fn what_an_earlier_run_began_is_resumed_under_its_id() {
    let mut first = World::new("delay=5ms..9ms", config(16), 40);
    first.run_until(|world| world.settled >= 20 && world.pipeline.window.flying() > 3);
    let course = first
        .pipeline
        .courses
        .iter_mut()
        .flatten()
        .next()
        .expect("a session");
    let known = course.session.clone();
    let pending: Vec<_> = course
        .calls()
        .map(|(seq, call)| Pending {
            session: Session::resumed(known.instance, known.id, known.ack_through, known.commit),
            seq,
            payload: call.payload.clone(),
        })
        .collect();
    assert!(pending.len() > 3);

    let mut second = World::new("loss=20%,delay=1ms..5ms", config(16), 0);
    second.server = boot(second.limits, 77, &first.records);
    (second.records, second.performed) = (first.records.clone(), first.performed.clone());
    second.total = pending.len() as u64;
    for pending in &pending {
        second.begun += 1;
        let number = second.begun;
        second
            .pipeline
            .handle(second.now, Input::Resume { number, pending });
    }
    second.run_until(|world| world.settled == world.total);
    for (pending, ended) in pending.iter().zip(second.ended.values()) {
        let call = CallId {
            session: known.id,
            seq: pending.seq,
        };
        assert_eq!(ended.id, Some((77, call)));
        assert!(second.performed.values().all(|times| *times == 1));
        match &ended.ending {
            Ending::Launched(outcome) => assert_eq!(outcome.result, pending.payload),
            Ending::Unknown(Doubt::InDoubt) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(second.sessions, 0, "no session is asked for without a new call");
}

#[test]
fn what_an_earlier_run_may_have_sent_is_unknown_in_a_session_that_is_gone() {
    let mut world = World::new("delay=0ms..0ms", config(16), 2);
    let pending = |seq| Pending {
        session: Session::resumed(5, 9, 0, 0),
        seq,
        payload: payload(seq),
    };
    let resume = |world: &mut World, number| {
        let pending = &pending(number);
        let input = Input::Resume { number, pending };
        world.pipeline.handle(world.now, input);
        world.begun += 1;
    };
    resume(&mut world, 1);
    world.pipeline.poll_output(&mut Vec::new());
    resume(&mut world, 2);
    let gone = Datagram {
        status: Status::Gone,
        instance: 77,
        session: 9,
        seq: 1,
        ..Datagram::new(Kind::Reply)
    };
    let mut bytes = Vec::new();
    envelope::close(&gone, &Seal::checksum(), &mut bytes);
    world.pipeline.handle(world.now, Input::Datagram(&bytes));
    world.run();
    let unknown = |ended: &Ended| ended.ending == Ending::Unknown(Doubt::Gone);
    assert!(
        world.ended.len() == 2 && world.ended.values().all(unknown),
        "{:?}",
        world.ended
    );
}

#[test]
fn a_store_that_was_rolled_back_is_given_nothing_more() {
    let mut world = World::new("delay=1ms..2ms", config(4), 100);
    world.run_until(|world| world.ended.len() >= 50);
    let older: Vec<_> = world.records.iter().take(20).cloned().collect();
    world.records = older;
    world.kill();
    world.run();
    let refused = Ending::Refused(Status::RolledBack);
    let count = world
        .ended
        .values()
        .filter(|ended| ended.ending == refused)
        .count();
    assert!(count >= 46, "{count}");
    assert_eq!(world.ended.len(), 100);
    assert_eq!(world.sessions, 1);
}

#[test]
fn memory_is_that_of_the_window() {
    let mut world = World::new("loss=10%,dup=10%,delay=0ms..5ms", config(16), 3000);
    world.run();
    let pipeline = &world.pipeline;
    assert!(pipeline.spare.len() <= 32 && pipeline.courses.len() == 1);
    assert!(pipeline.due.is_empty() && pipeline.outputs.is_empty() && pipeline.in_hand == 0);
    assert!(pipeline.due.capacity() <= 256 && pipeline.outputs.capacity() <= 256);
}
