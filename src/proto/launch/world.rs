//! A small world in virtual time: clients, a fair-loss network, one server with a journal and a disk that takes its
//! time, and deaths of all of them. The machines are the ones that the tools run.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use super::{
    Call, Doubt, Ending, Id, Identity, Input, Limits, Opening, Outcome, Output, Record, Server, Session, Step,
};
use crate::proto::link::{
    Ask, Chaos, Datagram, GaveUp, Outcome as Asked, Policy, Question, Rto, Seal, Spec, Verdict,
};
use crate::proto::{Instant, Machine};

/// How bad it is.
#[derive(Clone, Copy)]
struct Weather {
    network: Spec,
    /// The server dies so often, on average.
    server_lives: Duration,
    /// A client dies so often, on average.
    client_lives: Duration,
    /// Whether a dying machine loses what was not synced.
    power: bool,
    deadline: Duration,
}

/// What the clients were told, and what was done.
#[derive(Default)]
struct History {
    /// For each payload, how often its action was performed.
    performed: BTreeMap<Vec<u8>, u32>,
    /// For each payload, how its call ended.
    endings: BTreeMap<Vec<u8>, Ending>,
    server_deaths: u32,
    client_deaths: u32,
}

struct World {
    now: Instant,
    rng: Pcg32,
    weather: Weather,
    up: Chaos<usize>,
    down: Chaos<usize>,
    server: Server,
    disk: Disk,
    actions: Vec<(Instant, Id, Vec<u8>)>,
    clients: Vec<Client>,
    history: History,
}

/// The server's journal: what was written, and how much of it is durable.
#[derive(Default)]
struct Disk {
    records: Vec<Record>,
    /// The index of the first of them is this plus one.
    before: u64,
    durable: u64,
    /// Syncs under way: when they are done, and up to which index.
    syncs: Vec<(Instant, u64)>,
}

/// One client: makes calls one after another, and remembers, as its journal would, what is unsettled.
struct Client {
    number: usize,
    next: u32,
    session: Option<Session>,
    doing: Doing,
}

enum Doing {
    Opening(Ask<Shared<Opening>>, Rc<RefCell<Opening>>),
    Calling(Ask<Shared<Call>>, Rc<RefCell<Call>>),
    Through,
}

/// A question of which the client keeps hold while it is asked.
struct Shared<Q>(Rc<RefCell<Q>>);

impl<Q: Question> Question for Shared<Q> {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        self.0.borrow_mut().request(attempt, bytes);
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        self.0.borrow_mut().judge(reply)
    }
}

impl World {
    const CLIENTS: usize = 3;
    const CALLS: u32 = 5;

    fn new(seed: u64, weather: Weather) -> Self {
        let mut world = Self {
            now: Instant::ZERO,
            rng: Pcg32::seed_from_u64(seed),
            weather,
            up: Chaos::new(weather.network, seed + 1),
            down: Chaos::new(weather.network, seed + 2),
            server: boot(&Disk::default()),
            disk: Disk::default(),
            actions: Vec::new(),
            clients: Vec::new(),
            history: History::default(),
        };
        for number in 0..Self::CLIENTS {
            let doing = world.open();
            world.clients.push(Client {
                number,
                next: 0,
                session: None,
                doing,
            });
        }
        world
    }

    /// Lets time pass until every client is through.
    fn run(mut self) -> History {
        for _ in 0..2_000_000 {
            self.drain();
            if self
                .clients
                .iter()
                .all(|client| matches!(client.doing, Doing::Through))
            {
                return self.history;
            }
            let next = self.next_event();
            // What has no event of its own happens by chance per time.
            let step = next.since(self.now).min(Duration::from_millis(200));
            self.now += step;
            self.deaths(step);
            self.events();
        }
        panic!("the world does not come to an end");
    }

    /// When something happens next by itself.
    fn next_event(&self) -> Instant {
        let clients = self.clients.iter().filter_map(|client| match &client.doing {
            Doing::Opening(ask, _) => ask.poll_timeout(),
            Doing::Calling(ask, _) => ask.poll_timeout(),
            Doing::Through => None,
        });
        let actions = self.actions.iter().map(|(at, ..)| *at);
        let syncs = self.disk.syncs.iter().map(|(at, _)| *at);
        let machines = [
            self.up.poll_timeout(),
            self.down.poll_timeout(),
            self.server.poll_timeout(),
        ];
        let all = clients
            .chain(actions)
            .chain(syncs)
            .chain(machines.into_iter().flatten());
        all.min().unwrap_or(self.now).max(self.now)
    }

    fn events(&mut self) {
        let now = self.now;
        self.up.handle_timeout(now);
        self.down.handle_timeout(now);
        self.server.handle_timeout(now);
        let (done, running): (Vec<_>, _) = self.actions.drain(..).partition(|(at, ..)| *at <= now);
        self.actions = running;
        for (_, call, payload) in done {
            let outcome = Outcome {
                exit: 0,
                truncated: false,
                result: payload,
            };
            self.server.handle(now, Input::Done(call, Some(outcome)));
        }
        let (done, waiting): (Vec<_>, _) = self.disk.syncs.drain(..).partition(|(at, _)| *at <= now);
        self.disk.syncs = waiting;
        for (_, index) in done {
            self.disk.durable = self.disk.durable.max(index);
            self.server.handle(now, Input::Durable(index));
        }
        for client in &mut self.clients {
            match &mut client.doing {
                Doing::Opening(ask, _) => ask.handle_timeout(now),
                Doing::Calling(ask, _) => ask.handle_timeout(now),
                Doing::Through => {}
            }
        }
        if self.rng.random_bool(0.01) {
            self.server.handle(now, Input::Long);
        }
    }

    /// Carries out what the machines want, until they want nothing more.
    fn drain(&mut self) {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            if let Some(output) = self.server.poll_output(&mut bytes) {
                self.perform(output, &bytes);
            } else if let Some(client) = self.up.poll_output(&mut bytes) {
                let from = address(client);
                self.server
                    .handle(self.now, Input::Datagram { from, bytes: &bytes });
            } else if let Some(client) = self.down.poll_output(&mut bytes) {
                let datagram = Datagram {
                    from: address(SERVER),
                    bytes: &bytes,
                };
                match &mut self.clients[client].doing {
                    Doing::Opening(ask, _) => ask.handle(self.now, datagram),
                    Doing::Calling(ask, _) => ask.handle(self.now, datagram),
                    Doing::Through => {}
                }
            } else if !(0..self.clients.len()).any(|client| self.turn(client)) {
                return;
            }
        }
    }

    fn perform(&mut self, output: Output, bytes: &[u8]) {
        match output {
            Output::Record => self
                .disk
                .records
                .push(Record::decode(bytes).expect("it is a record")),
            Output::Commit => {
                let delay = Duration::from_micros(self.rng.random_range(50..20_000));
                self.disk.syncs.push((self.now + delay, self.disk.last()));
            }
            Output::Send(to) => {
                let client = usize::from(to.port());
                self.down.handle(self.now, (client, bytes));
            }
            Output::Run { id, .. } => {
                // The worst case: whatever becomes of the server, a command that was begun has its effect.
                *self.history.performed.entry(bytes.to_vec()).or_default() += 1;
                let takes = Duration::from_micros(self.rng.random_range(0..100_000));
                self.actions.push((self.now + takes, id, bytes.to_vec()));
            }
            Output::Replace(records) => {
                self.disk.before = self.disk.last();
                self.disk.records = records;
                self.disk.durable = self.disk.last();
                self.disk.syncs.push((self.now, self.disk.last()));
                self.server.handle(self.now, Input::Replaced);
            }
            Output::Probe(_) | Output::Ordered(..) => panic!("nobody asked for {output:?}"),
            Output::RolledBack { .. } => panic!("no store was rolled back"),
        }
    }

    /// One output of a client; whether there was one.
    fn turn(&mut self, number: usize) -> bool {
        let mut bytes = Vec::new();
        let client = &mut self.clients[number];
        let output = match &mut client.doing {
            Doing::Opening(ask, _) => ask.poll_output(&mut bytes),
            Doing::Calling(ask, _) => ask.poll_output(&mut bytes),
            Doing::Through => None,
        };
        match output {
            None => return false,
            Some(Asked::Send(_)) => self.up.handle(self.now, (number, &bytes)),
            Some(Asked::Reply(_) | Asked::GaveUp(GaveUp::Deadline | GaveUp::Attempts)) => {
                self.advance(number)
            }
        }
        true
    }

    /// What a client does after a question is answered or given up.
    fn advance(&mut self, number: usize) {
        let next = match &self.clients[number].doing {
            Doing::Opening(_, opening) => opening.borrow().session().cloned(),
            Doing::Calling(_, call) => {
                let step = call.borrow_mut().step(self.now);
                match step {
                    Step::Ask(policy) => {
                        let call = Rc::clone(call);
                        self.clients[number].doing = self.ask(policy, call);
                        return;
                    }
                    Step::Over(ending) => {
                        let mut session = call.borrow().session().clone();
                        session.ack_through = call.borrow().id().seq;
                        self.history
                            .endings
                            .insert(payload(number, self.clients[number].next), ending);
                        self.clients[number].next += 1;
                        Some(session)
                    }
                }
            }
            Doing::Through => return,
        };
        self.clients[number].session = next;
        self.begin(number);
    }

    /// Begins the next call of a client, or goes on with the one that it had begun.
    fn begin(&mut self, number: usize) {
        let client = &self.clients[number];
        self.clients[number].doing = if client.next == Self::CALLS {
            Doing::Through
        } else if let Some(session) = client.session.clone() {
            let (seq, payload) = (session.ack_through + 1, payload(client.number, client.next));
            let deadline = self.now + self.weather.deadline;
            let grace = deadline + Duration::from_secs(30);
            let mut call = Call::new(Seal::checksum(), session, seq, payload, deadline, grace);
            match call.step(self.now) {
                Step::Ask(policy) => self.ask(policy, Rc::new(RefCell::new(call))),
                Step::Over(ending) => panic!("over before it began: {ending:?}"),
            }
        } else {
            self.open()
        };
    }

    fn open(&mut self) -> Doing {
        let opening = Rc::new(RefCell::new(Opening::new(Seal::checksum(), self.rng.random())));
        let shared = Shared(Rc::clone(&opening));
        let policy = Policy::default();
        let ask = Ask::new(
            self.now,
            address(SERVER),
            policy,
            rto(),
            self.rng.random(),
            shared,
        );
        Doing::Opening(ask, opening)
    }

    fn ask(&mut self, policy: Policy, call: Rc<RefCell<Call>>) -> Doing {
        let shared = Shared(Rc::clone(&call));
        let ask = Ask::new(
            self.now,
            address(SERVER),
            policy,
            rto(),
            self.rng.random(),
            shared,
        );
        Doing::Calling(ask, call)
    }

    /// Lets machines die that have lived their time.
    fn deaths(&mut self, step: Duration) {
        let chance = |lives: Duration| (step.as_secs_f64() / lives.as_secs_f64()).min(1.0);
        if self.rng.random_bool(chance(self.weather.server_lives)) {
            self.history.server_deaths += 1;
            if self.weather.power {
                // Of what was not synced, some is there and some is not.
                let kept = self.rng.random_range(self.disk.durable..=self.disk.last()) - self.disk.before;
                self.disk
                    .records
                    .truncate(usize::try_from(kept).expect("it fits"));
            }
            self.disk.syncs.clear();
            self.disk.durable = self.disk.last();
            self.actions.clear();
            self.server = boot(&self.disk);
        }
        for number in 0..self.clients.len() {
            if self.rng.random_bool(chance(self.weather.client_lives)) {
                self.client_dies(number);
            }
        }
    }

    /// A new process resumes what the journal of the old one has: the session, without its cookie, and the call.
    fn client_dies(&mut self, number: usize) {
        let client = &mut self.clients[number];
        if matches!(client.doing, Doing::Calling(..)) {
            self.history.client_deaths += 1;
            let known = client.session.take().expect("a call is of a session");
            client.session = Some(Session::resumed(
                known.instance,
                known.id,
                known.ack_through,
                known.commit,
            ));
            self.begin(number);
        }
    }
}

impl Disk {
    fn last(&self) -> u64 {
        self.before + self.records.len() as u64
    }
}

fn boot(disk: &Disk) -> Server {
    let identity = Identity {
        instance: 77,
        secret: [7; 32],
    };
    let mut server = Server::new(
        identity,
        Seal::checksum(),
        Limits::DEFAULT,
        disk.records.clone(),
        disk.last(),
    );
    server.handle(Instant::ZERO, Input::Unfenced);
    server
}

fn rto() -> Rto {
    Rto::new(crate::proto::link::Limits {
        initial: Duration::from_millis(200),
        ..crate::proto::link::Limits::REQUEST
    })
}

fn payload(client: usize, number: u32) -> Vec<u8> {
    format!("call {number} of client {client}").into_bytes()
}

fn address(port: usize) -> std::net::SocketAddr {
    ([192, 0, 2, 1], u16::try_from(port).expect("a port")).into()
}

/// The number of the server among the machines; the clients are 0, 1, 2 …
const SERVER: usize = 4517;

/// What must hold in every history, and the share of calls that ended well.
fn check(history: &History, what: &str) -> f64 {
    let mut launched = 0;
    for (payload, ending) in &history.endings {
        let performed = history.performed.get(payload).copied().unwrap_or(0);
        let name = String::from_utf8_lossy(payload);
        assert!(performed <= 1, "{what}: {name} performed {performed} times");
        match ending {
            Ending::Launched(outcome) => {
                assert_eq!(performed, 1, "{what}: {name} launched but not performed");
                assert_eq!(&outcome.result, payload, "{what}: the result of another call");
                launched += 1;
            }
            Ending::NotLaunched => assert_eq!(performed, 0, "{what}: {name} performed although ruled out"),
            Ending::Unknown(Doubt::Gone) | Ending::Refused(_) => {
                panic!("{what}: {name} {ending:?} although no session was given up")
            }
            Ending::Unknown(_) => {}
        }
    }
    f64::from(launched) / history.endings.len() as f64
}

mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn weather(network: &str) -> Weather {
        Weather {
            network: network.parse().unwrap(),
            server_lives: HOUR * 1000,
            client_lives: HOUR * 1000,
            power: false,
            deadline: HOUR,
        }
    }

    fn runs(seeds: std::ops::Range<u64>, weather: Weather) -> (f64, u32, u32) {
        let count = seeds.end - seeds.start;
        let (mut launched, mut server_deaths, mut client_deaths) = (0.0, 0, 0);
        for seed in seeds {
            let history = World::new(seed, weather).run();
            launched += check(&history, &format!("seed {seed}"));
            server_deaths += history.server_deaths;
            client_deaths += history.client_deaths;
        }
        (launched / count as f64, server_deaths, client_deaths)
    }

    #[test]
    fn without_deaths_every_call_is_launched_once_however_bad_the_network() {
        for network in [
            "loss=0%",
            "loss=30%,dup=10%,reorder=10%,delay=1ms..50ms",
            "loss=60%,dup=30%,reorder=30%,delay=0ms..5s,corrupt=1%",
        ] {
            let (launched, ..) = runs(0..60, weather(network));
            assert!(
                (launched - 1.0).abs() < f64::EPSILON,
                "{network}: only {launched} of the calls"
            );
        }
    }

    #[test]
    fn killed_servers_and_clients_lose_nothing_and_repeat_nothing() {
        let mut weather = weather("loss=30%,dup=20%,reorder=20%,delay=0ms..100ms,corrupt=1%");
        (weather.server_lives, weather.client_lives) = (Duration::from_secs(1), Duration::from_secs(2));
        let (launched, server, client) = runs(0..300, weather);
        assert!(server > 500 && client > 500, "{server} and {client} deaths");
        assert!(launched > 0.8, "most calls end well: {launched}");
    }

    #[test]
    fn a_loss_of_power_loses_nothing_that_was_promised() {
        let mut weather = weather("loss=30%,dup=20%,reorder=20%,delay=0ms..100ms");
        (weather.server_lives, weather.client_lives, weather.power) =
            (Duration::from_millis(300), Duration::from_secs(2), true);
        let (launched, server, _) = runs(0..300, weather);
        assert!(server > 1000, "{server} deaths");
        assert!(launched > 0.5, "many calls end well: {launched}");
    }

    #[test]
    fn a_call_that_is_cancelled_at_its_deadline_is_never_performed_later() {
        let mut weather = weather("loss=40%,dup=30%,reorder=50%,delay=0ms..2s");
        (weather.server_lives, weather.deadline) = (Duration::from_secs(5), Duration::from_millis(400));
        runs(0..300, weather);
    }
}
