//! A client's machine: its disk, and on it one process after another, which makes calls as `rlaunch launch` does:
//! noted before they are asked for, several side by side in one session, and resumed by the next process if this
//! one dies.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use fairloss::proto::launch::{
    Call, Calls, Closing, Doubt, Effect, Ending, Note, Opening, Pending, Session, Step,
};
use fairloss::proto::link::{Ask, Datagram, Limits, Outcome, Policy, Question, Rto, Seal, Verdict};
use fairloss::proto::{Instant, Machine};
use fairloss::store::frame::Header;
use fairloss::store::{Error, Journal};
use fairloss::wire::rlaunch::{CallId, Status};
use rand::RngExt;

use super::faulty::{Crash, FaultyDisk};
use super::oracle::Op;
use super::weather::{Weather, lifetime, up_to};
use super::world::Outside;

pub(super) struct Client {
    number: u32,
    /// A new one for each process.
    port: u16,
    disk: FaultyDisk,
    process: Option<Process>,
    starts_at: Instant,
    steps: u64,
    user: User,
}

/// Who uses the client, and outlives every process of it.
struct User {
    /// The next thing to be done that no process has begun.
    next: u32,
    /// How often each was tried, which are over, and which of them the user has given up.
    tried: Vec<u32>,
    over: Vec<bool>,
    given_up: Vec<bool>,
}

struct Process {
    journal: Journal,
    calls: Calls,
    session: Option<Lane>,
    asked: Vec<Asked>,
    /// What an earlier process left unsettled, or this one wants to try again.
    unsettled: Vec<Pending>,
    said_bye: bool,
}

/// A session in which calls are made.
struct Lane {
    session: Session,
    last: u64,
    unsettled: BTreeSet<u64>,
}

/// A question under way.
struct Asked {
    ask: Ask<Shared>,
    what: Rc<RefCell<What>>,
}

enum What {
    Opening(Opening),
    Call(Box<Call>, Op),
    Closing(Closing),
}

/// A question of which the client keeps hold while it is asked.
struct Shared(Rc<RefCell<What>>);

/// Its time had come, or its disk failed.
struct Death;

impl From<Error> for Death {
    fn from(error: Error) -> Self {
        assert!(
            matches!(error, Error::Io { .. } | Error::Stopped { .. }),
            "the journal of a client: {error}"
        );
        Self
    }
}

impl Client {
    pub(super) fn new(number: usize, seed: u64) -> Self {
        Self {
            number: number as u32,
            port: 1000,
            disk: FaultyDisk::new(seed),
            process: None,
            starts_at: Instant::ZERO,
            steps: 0,
            user: User {
                next: 0,
                tried: Vec::new(),
                over: Vec::new(),
                given_up: Vec::new(),
            },
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        ([192, 0, 2, self.number as u8], self.port).into()
    }

    pub(super) fn is_through(&self) -> bool {
        self.process
            .as_ref()
            .is_some_and(|process| process.said_bye && process.asked.is_empty())
    }

    pub(super) fn next_at(&self) -> Instant {
        let Some(process) = &self.process else {
            return self.starts_at;
        };
        let times = process.asked.iter().filter_map(|asked| asked.ask.poll_timeout());
        times.min().unwrap_or(Instant::ZERO + Duration::MAX)
    }

    pub(super) fn wake(&mut self, out: &mut Outside) {
        let outcome = match &mut self.process {
            None => self.start(out),
            Some(process) => {
                for asked in &mut process.asked {
                    asked.ask.handle_timeout(out.now);
                }
                self.drain(out)
            }
        };
        self.survive(out, outcome);
    }

    pub(super) fn datagram(&mut self, out: &mut Outside, bytes: &[u8]) {
        let Some(process) = &mut self.process else {
            return;
        };
        for asked in &mut process.asked {
            let from = server();
            asked.ask.handle(out.now, Datagram { from, bytes });
        }
        let outcome = self.drain(out);
        self.survive(out, outcome);
    }

    /// Carries out what the questions want, and goes on where they are answered.
    fn drain(&mut self, out: &mut Outside) -> Result<(), Death> {
        let from = self.address();
        let mut bytes = Vec::new();
        let mut place = 0;
        while let Some(process) = &mut self.process
            && let Some(asked) = process.asked.get_mut(place)
        {
            bytes.clear();
            match asked.ask.poll_output(&mut bytes) {
                None => place += 1,
                Some(output) => {
                    self.steps = self.steps.checked_sub(1).ok_or(Death)?;
                    match output {
                        Outcome::Send(_) => out.up.handle(out.now, (from, &bytes)),
                        Outcome::Reply(_) | Outcome::GaveUp(_) => {
                            let asked = process.asked.swap_remove(place);
                            process.answered(out, &mut self.user, asked)?;
                            process.go_on(out, &mut self.user, self.number)?;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    fn start(&mut self, out: &mut Outside) -> Result<(), Death> {
        self.port += 1;
        self.steps = lifetime(&mut out.rng, out.weather.client_steps);
        self.disk.heal();
        if out.weather.client_steps != u32::MAX && out.rng.random_bool(0.2) {
            self.disk.fail_at(out.rng.random_range(0..200));
        }
        let fresh = Header {
            role: *b"call",
            id: 1,
            first: 1,
            secret: [0; 32],
        };
        let (journal, recovered) = Journal::open(Arc::new(self.disk.clone()), fresh)?;
        let mut calls = Calls::default();
        for body in &recovered.records {
            calls.apply(&Note::decode(body).expect("what was written is a note"));
        }
        calls.begin_run();
        let unsettled: Vec<_> = calls.unsettled(&[server()]).collect();
        for pending in &unsettled {
            out.figures.resumed += 1;
            self.user.begun(Op::of(&pending.payload));
        }
        let mut process = Process {
            journal,
            calls,
            session: None,
            asked: Vec::new(),
            unsettled,
            said_bye: false,
        };
        let outcome = process.go_on(out, &mut self.user, self.number);
        self.process = Some(process);
        outcome?;
        self.drain(out)
    }

    fn survive(&mut self, out: &mut Outside, outcome: Result<(), Death>) {
        if outcome.is_err() {
            out.figures.client_deaths += 1;
            self.process = None;
            self.disk.crash(Crash::Kill);
            self.starts_at = out.now + up_to(&mut out.rng, Duration::from_secs(1));
        }
    }
}

impl User {
    /// Takes note that this is being done.
    fn begun(&mut self, op: Op) {
        self.next = self.next.max(op.number + 1);
        self.tried.resize(self.next as usize, 0);
        self.over.resize(self.next as usize, false);
        self.given_up.resize(self.next as usize, false);
    }
}

impl Process {
    /// Asks for as much as may be asked for at a time.
    fn go_on(&mut self, out: &mut Outside, user: &mut User, client: u32) -> Result<(), Death> {
        while self.asked.len() < out.weather.width {
            if let Some(pending) = self.unsettled.pop() {
                let op = Op::of(&pending.payload);
                if !user.given_up[op.number as usize] {
                    self.call(out, pending.session, pending.seq, op);
                }
            } else if user.next < out.weather.calls {
                let full = |lane: &Lane| lane.last - lane.acknowledged() >= out.weather.limits.window;
                self.session.take_if(|lane| full(lane));
                let Some(lane) = &mut self.session else {
                    return self.open(out);
                };
                let op = Op {
                    client,
                    number: user.next,
                };
                lane.session.ack_through = lane.acknowledged();
                lane.last += 1;
                lane.unsettled.insert(lane.last);
                let (session, seq) = (lane.session.clone(), lane.last);
                self.note(
                    out,
                    &Note::Begun {
                        instance: session.instance,
                        call: CallId {
                            session: session.id,
                            seq,
                        },
                        payload: op.payload(),
                    },
                )?;
                self.journal.commit()?;
                user.begun(op);
                self.call(out, session, seq, op);
            } else {
                break;
            }
        }
        if self.asked.is_empty() && !self.said_bye {
            self.said_bye = true;
            if let Some(lane) = self.session.take_if(|lane| lane.unsettled.is_empty()) {
                let mut session = lane.session;
                session.ack_through = lane.last;
                let seal = Seal::checksum();
                let policy = Policy {
                    attempts: Some(3),
                    ..Policy::default()
                };
                self.ask(out, policy, What::Closing(Closing { seal, session }));
            }
        }
        Ok(())
    }

    /// Asks for a session, unless that is being done.
    fn open(&mut self, out: &mut Outside) -> Result<(), Death> {
        let is_opening = |asked: &Asked| matches!(*asked.what.borrow(), What::Opening(_));
        if !self.asked.iter().any(is_opening) {
            let opening = Opening::new(Seal::checksum(), out.rng.random());
            self.ask(out, Policy::default(), What::Opening(opening));
        }
        Ok(())
    }

    fn call(&mut self, out: &mut Outside, session: Session, seq: u64, op: Op) {
        out.oracle.wants(op);
        let deadline = out.now + out.weather.deadline.unwrap_or(Duration::MAX);
        let grace = deadline + out.weather.grace;
        let mut call = Call::new(Seal::checksum(), session, seq, op.payload(), deadline, grace);
        match call.step(out.now) {
            Step::Ask(policy) => self.ask(out, policy, What::Call(Box::new(call), op)),
            Step::Over(ending) => panic!("over before it began: {ending:?}"),
        }
    }

    fn ask(&mut self, out: &mut Outside, policy: Policy, what: What) {
        let what = Rc::new(RefCell::new(what));
        let shared = Shared(Rc::clone(&what));
        let ask = Ask::new(
            out.now,
            server(),
            policy,
            Rto::new(LIMITS),
            out.rng.random(),
            shared,
        );
        self.asked.push(Asked { ask, what });
    }

    /// A question is answered, or given up.
    fn answered(&mut self, out: &mut Outside, user: &mut User, asked: Asked) -> Result<(), Death> {
        let mut what = asked.what.borrow_mut();
        match &mut *what {
            What::Closing(_) => Ok(()),
            What::Opening(opening) => {
                let session = opening
                    .session()
                    .expect("it is asked until it is answered")
                    .clone();
                self.note(
                    out,
                    &Note::Opened {
                        server: server(),
                        instance: session.instance,
                        session: session.id,
                        commit: session.commit,
                    },
                )?;
                self.session = Some(Lane {
                    session,
                    last: 0,
                    unsettled: BTreeSet::new(),
                });
                Ok(())
            }
            What::Call(call, op) => match call.step(out.now) {
                Step::Over(ending) => self.ended(out, user, call, *op, &ending),
                Step::Ask(policy) => {
                    let what = Rc::clone(&asked.what);
                    let shared = Shared(Rc::clone(&what));
                    let rto = asked.ask.rto();
                    let ask = Ask::new(out.now, server(), policy, rto, out.rng.random(), shared);
                    self.asked.push(Asked { ask, what });
                    Ok(())
                }
            },
        }
    }

    fn ended(
        &mut self,
        out: &mut Outside,
        user: &mut User,
        call: &Call,
        op: Op,
        ending: &Ending,
    ) -> Result<(), Death> {
        out.oracle.hears(op, ending);
        may_end(&out.weather, op, ending);
        let (session, id) = (call.session(), call.id());
        let is_lane =
            |lane: &&mut Lane| lane.session.id == session.id && lane.session.instance == session.instance;
        if let Some(lane) = self.session.as_mut().filter(is_lane) {
            lane.learn(session);
            if matches!(ending, Ending::Unknown(Doubt::Gone) | Ending::Refused(_)) {
                self.session = None;
            }
        }
        let tried = &mut user.tried[op.number as usize];
        *tried += 1;
        if matches!(
            ending,
            Ending::Unknown(Doubt::Silent | Doubt::Working | Doubt::InDoubt)
        ) && *tried < TRIES
        {
            self.unsettled.push(Pending {
                session: session.clone(),
                seq: id.seq,
                payload: op.payload(),
            });
            return Ok(());
        }
        if !std::mem::replace(&mut user.over[op.number as usize], true) {
            out.figures.requests += 1;
            let (count, number) = match ending {
                Ending::Launched(_) => (&mut out.figures.launched, 1),
                Ending::NotLaunched => (&mut out.figures.not_launched, 2),
                Ending::Unknown(_) => (&mut out.figures.unknown, 3),
                Ending::Refused(_) => (&mut out.figures.refused, 4),
            };
            *count += 1;
            let happened = (u64::from(op.client) << 40) | (u64::from(op.number) << 8) | number;
            out.figures.mix(happened);
            out.figures.mix(out.now.since_origin().as_nanos() as u64);
        }
        if matches!(ending, Ending::Unknown(_)) {
            // Nobody asks for it again, and nobody says that it is settled.
            user.given_up[op.number as usize] = true;
            return Ok(());
        }
        self.note(
            out,
            &Note::Settled {
                instance: session.instance,
                call: id,
            },
        )?;
        if let Some(lane) = self.session.as_mut().filter(is_lane) {
            lane.unsettled.remove(&id.seq);
        }
        Ok(())
    }

    /// Adds a note; it outlives the process.
    fn note(&mut self, out: &mut Outside, note: &Note) -> Result<(), Death> {
        self.calls.apply(note);
        self.journal.append(&encoded(note));
        self.journal.write()?;
        if out.rng.random_bool(0.002) {
            let snapshot = self.calls.snapshot();
            self.journal.replace(snapshot.iter().map(encoded))?;
        }
        Ok(())
    }
}

impl Lane {
    /// Every call up to this one is settled.
    fn acknowledged(&self) -> u64 {
        self.unsettled.first().map_or(self.last, |seq| seq - 1)
    }

    /// Takes what a call has learnt of the session: the cookie above all.
    fn learn(&mut self, session: &Session) {
        let (ack_through, commit) = (self.session.ack_through, self.session.commit.max(session.commit));
        self.session.clone_from(session);
        (self.session.ack_through, self.session.commit) = (ack_through, commit);
    }
}

/// Fails if a call cannot have ended like this in such a world.
fn may_end(weather: &Weather, op: Op, ending: &Ending) {
    let may = match ending {
        Ending::Launched(_) => true,
        Ending::Unknown(Doubt::InDoubt) => weather.limits.effect == Effect::Outside,
        Ending::Unknown(Doubt::Silent | Doubt::Working) => weather.deadline.is_some(),
        Ending::Unknown(Doubt::Gone) => weather.forgets(),
        Ending::Refused(Status::Full) => weather.limits.sessions < 100,
        // The system may be unable to begin an action, and what was never begun may be in doubt.
        Ending::NotLaunched => {
            weather.limits.effect == Effect::Outside
                || weather.deadline.is_some()
                || weather.limits.sessions < 100
        }
        Ending::Refused(_) => false,
    };
    assert!(may, "{op:?} ended as {ending:?} in {weather:?}");
}

impl Question for Shared {
    fn request(&mut self, attempt: u32, bytes: &mut Vec<u8>) {
        match &mut *self.0.borrow_mut() {
            What::Opening(opening) => opening.request(attempt, bytes),
            What::Call(call, _) => call.request(attempt, bytes),
            What::Closing(closing) => closing.request(attempt, bytes),
        }
    }

    fn judge(&mut self, reply: &[u8]) -> Verdict {
        match &mut *self.0.borrow_mut() {
            What::Opening(opening) => opening.judge(reply),
            What::Call(call, _) => call.judge(reply),
            What::Closing(closing) => closing.judge(reply),
        }
    }
}

fn encoded(note: &Note) -> Vec<u8> {
    let mut bytes = Vec::new();
    note.encode(&mut bytes);
    bytes
}

fn server() -> SocketAddr {
    ([192, 0, 2, 200], 4517).into()
}

/// How often a call is tried again whose end nobody knows.
const TRIES: u32 = 3;
const LIMITS: Limits = Limits {
    initial: Duration::from_millis(376),
    cap: Duration::from_secs(2),
    ..Limits::REQUEST
};
