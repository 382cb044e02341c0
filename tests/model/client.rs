//! A client: the machines of `proto::launch` for a session and its calls, and its journal, as the tool runs them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fairloss::proto::Instant;
use fairloss::proto::launch::{Call, Calls, Closing, Doubt, Ending, Note, Opening, Pending, Session, Step};
use fairloss::proto::link::{Question, Verdict};
use fairloss::wire::rlaunch::CallId;

use super::fault::Fault;
use super::net::{Message, Way, digest, seal};

/// One client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    number: usize,
    /// Its journal: all of it is durable.
    journal: Calls,
    /// How many nonces it has drawn, in all its lives.
    nonces: u8,
    opening: Option<Opening>,
    session: Option<Session>,
    /// The number of the last call that was begun in the session.
    last: u64,
    pub(crate) operations: Vec<Operation>,
    closed: bool,
}

/// How far an operation has come.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    /// Not begun.
    Waiting,
    /// Begun by a life of the client that is over.
    Noted(Pending),
    /// It is being asked for.
    Asked(Box<Call>),
    /// It is over; what came of it has been handed on, if the flag says so.
    Over(Pending, Ending, bool),
    /// And nobody will ask for it again.
    Settled,
}

/// What a client does, or what happens to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    Open,
    Begin(usize),
    Resume(usize),
    /// Sends a request again, with what was learnt since.
    Again(usize),
    Deadline(usize),
    HandOn(usize),
    Settle(usize),
    Close,
    Die,
}

/// What comes of it for the world.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Send(Arc<Message>),
    /// What came of an operation is handed on.
    Told(usize, Ending),
}

/// A client in one of its states.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) client: Client,
    pub(crate) digest: u64,
}

/// Its next state, and what comes of it; nothing if nothing has changed.
pub(crate) type Reaction = Option<(Arc<Person>, Arc<[Deed]>)>;

/// The reactions that are known.
#[derive(Default)]
pub(crate) struct Reactions(Mutex<HashMap<(u64, u64), Reaction>>);

impl Reactions {
    pub(crate) fn hear(&self, person: &Person, message: &Message, fault: Option<Fault>) -> Reaction {
        self.remembered(person, message.digest, |client, deeds| {
            client.hear(message, fault, deeds);
        })
    }

    pub(crate) fn make(&self, person: &Person, step: &Move, fault: Option<Fault>) -> Reaction {
        self.remembered(person, digest(step), |client, deeds| {
            client.make(step, fault, deeds)
        })
    }

    fn remembered(
        &self,
        person: &Person,
        event: u64,
        work: impl FnOnce(&mut Client, &mut Vec<Deed>),
    ) -> Reaction {
        let key = (person.digest, event);
        if let Some(known) = self.0.lock().expect("no thread panics").get(&key) {
            return known.clone();
        }
        let (mut client, mut deeds) = (person.client.clone(), Vec::new());
        work(&mut client, &mut deeds);
        let after = Person::new(client);
        let changed = after.digest != person.digest || !deeds.is_empty();
        let reaction = changed.then(|| (Arc::new(after), deeds.into()));
        self.0
            .lock()
            .expect("no thread panics")
            .insert(key, reaction.clone());
        reaction
    }
}

impl Person {
    pub(crate) fn new(client: Client) -> Self {
        let digest = digest(&client);
        Self { client, digest }
    }
}

impl Client {
    pub(crate) fn new(number: usize, operations: usize) -> Self {
        Self {
            number,
            journal: Calls::default(),
            nonces: 0,
            opening: None,
            session: None,
            last: 0,
            operations: vec![Operation::Waiting; operations],
            closed: false,
        }
    }

    /// Whether it listens at all.
    pub(crate) fn listens(&self) -> bool {
        self.opening.is_some() || self.operations.iter().any(|o| matches!(o, Operation::Asked(_)))
    }

    /// What it may do by itself.
    pub(crate) fn moves(&self, pipelined: bool, resumes: bool, moves: &mut Vec<Move>) {
        let waits = |o: &Operation| matches!(o, Operation::Waiting);
        if self.opening.is_none() && self.session.is_none() && self.operations.iter().any(waits) {
            moves.push(Move::Open);
        }
        for (number, operation) in self.operations.iter().enumerate() {
            match operation {
                Operation::Waiting => {
                    let before = self.operations.iter().take(number);
                    let is_next = if pipelined {
                        before.clone().all(|o| !waits(o))
                    } else {
                        before
                            .clone()
                            .all(|o| matches!(o, Operation::Settled | Operation::Over(_, _, true)))
                    };
                    if self.session.is_some() && is_next {
                        moves.push(Move::Begin(number));
                    }
                }
                Operation::Noted(_) => moves.push(Move::Resume(number)),
                Operation::Over(_, Ending::Unknown(Doubt::InDoubt), true) if resumes => {
                    moves.push(Move::Resume(number));
                }
                Operation::Over(_, Ending::Unknown(_), true) => {}
                Operation::Over(_, _, true) => moves.push(Move::Settle(number)),
                Operation::Over(_, _, false) => moves.push(Move::HandOn(number)),
                Operation::Asked(_) | Operation::Settled => {}
            }
        }
        let settled = self.operations.iter().all(|o| matches!(o, Operation::Settled));
        if settled && self.session.is_some() && !self.closed {
            moves.push(Move::Close);
        }
    }

    /// The operations that are being asked for.
    pub(crate) fn asked(&self) -> impl Iterator<Item = usize> + '_ {
        let asked = self.operations.iter().enumerate();
        asked
            .filter(|(_, o)| matches!(o, Operation::Asked(_)))
            .map(|(number, _)| number)
    }

    /// The operations whose deadline may pass.
    pub(crate) fn may_cancel(&self) -> impl Iterator<Item = usize> + '_ {
        let asked = self.operations.iter().enumerate();
        asked
            .filter(|(_, o)| matches!(o, Operation::Asked(call) if !call.is_cancelling()))
            .map(|(number, _)| number)
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_through(&self) -> bool {
        let over = |o: &Operation| matches!(o, Operation::Settled | Operation::Over(_, _, true));
        self.operations.iter().all(over)
    }

    fn hear(&mut self, message: &Message, fault: Option<Fault>, deeds: &mut Vec<Deed>) {
        if let Some(opening) = &mut self.opening {
            let heard = fault.map_or_else(|| message.bytes.clone(), |fault| fault.hears(message, opening));
            if let Verdict::Accept(_) = opening.judge(&heard) {
                let session = opening.session().expect("it was accepted").clone();
                self.note(&Note::Opened {
                    server: SERVER.into(),
                    instance: session.instance,
                    session: session.id,
                    commit: session.commit,
                });
                (self.session, self.last, self.opening) = (Some(session), 0, None);
            }
        }
        for number in 0..self.operations.len() {
            if let Some(Operation::Asked(call)) = self.operations.get_mut(number) {
                let heard = fault.map_or_else(|| message.bytes.clone(), |fault| fault.answers(message, call));
                match call.judge(&heard) {
                    Verdict::Accept(_) => self.over(number, fault, deeds),
                    Verdict::Working(_, Duration::ZERO) => deeds.push(send(self.number, &mut **call)),
                    Verdict::Working(..) | Verdict::Ignore => {}
                }
            }
        }
    }

    /// The call of an operation has come to its end.
    fn over(&mut self, number: usize, fault: Option<Fault>, deeds: &mut Vec<Deed>) {
        let Some(Operation::Asked(call)) = self.operations.get_mut(number) else {
            return;
        };
        let Step::Over(ending) = call.step(Instant::ZERO) else {
            return;
        };
        let pending = Pending {
            session: call.session().clone(),
            seq: call.id().seq,
            payload: payload(self.number, number),
        };
        if let Some(session) = self
            .session
            .as_mut()
            .filter(|session| session.id == pending.session.id)
        {
            session.commit = session.commit.max(pending.session.commit);
        }
        self.end(number, pending, ending, fault, deeds);
    }

    fn end(
        &mut self,
        number: usize,
        pending: Pending,
        ending: Ending,
        fault: Option<Fault>,
        deeds: &mut Vec<Deed>,
    ) {
        let dead = matches!(ending, Ending::Unknown(Doubt::Gone) | Ending::Refused(_));
        if dead && self.session.as_ref().is_some_and(|s| s.id == pending.session.id) {
            self.session = None;
        }
        if fault == Some(Fault::GoneAgain) && ending == Ending::Unknown(Doubt::Gone) {
            self.operations[number] = Operation::Waiting;
            return;
        }
        let handed_on = fault != Some(Fault::SettledBeforeHandedOn);
        if handed_on {
            deeds.push(Deed::Told(number, ending.clone()));
        } else {
            self.settled(&pending);
        }
        self.operations[number] = Operation::Over(pending, ending, handed_on);
    }

    fn make(&mut self, step: &Move, fault: Option<Fault>, deeds: &mut Vec<Deed>) {
        match step {
            Move::Open => {
                self.nonces += 1;
                let nonce = [10 * self.nonces + self.number_u8(); 16];
                let opening = self.opening.insert(Opening::new(seal(), nonce));
                deeds.push(send(self.number, opening));
            }
            Move::Begin(number) => self.begin(*number, fault, deeds),
            Move::Resume(number) => {
                if let Operation::Noted(pending) | Operation::Over(pending, ..) = &self.operations[*number] {
                    let Pending {
                        session,
                        seq,
                        payload,
                    } = pending.clone();
                    self.ask(*number, session, seq, payload, deeds);
                }
            }
            Move::Again(number) => {
                if let Operation::Asked(call) = &mut self.operations[*number] {
                    deeds.push(send(self.number, &mut **call));
                }
            }
            Move::Deadline(number) => {
                if let Operation::Asked(call) = &mut self.operations[*number] {
                    if fault == Some(Fault::DeadlineIsNo) {
                        let (session, seq) = (call.session().clone(), call.id().seq);
                        let payload = payload(self.number, *number);
                        let pending = Pending {
                            session,
                            seq,
                            payload,
                        };
                        return self.end(*number, pending, Ending::NotLaunched, fault, deeds);
                    }
                    let _ = call.step(DEADLINE);
                    deeds.push(send(self.number, &mut **call));
                }
            }
            Move::HandOn(number) => {
                if let Operation::Over(_, ending, handed_on) = &mut self.operations[*number] {
                    *handed_on = true;
                    deeds.push(Deed::Told(*number, ending.clone()));
                }
            }
            Move::Settle(number) => {
                if let Operation::Over(pending, ..) = self.operations[*number].clone() {
                    self.settled(&pending);
                    self.operations[*number] = Operation::Settled;
                }
            }
            Move::Close => {
                if let Some(mut session) = self.session.clone() {
                    session.ack_through = self.last;
                    self.closed = true;
                    let seal = seal();
                    deeds.push(send(self.number, &mut Closing { seal, session }));
                }
            }
            Move::Die => self.die(fault),
        }
    }

    /// Notes a call under the next number of the session, durably, and asks for it.
    fn begin(&mut self, number: usize, fault: Option<Fault>, deeds: &mut Vec<Deed>) {
        let Some(mut session) = self.session.clone() else {
            return;
        };
        self.last += 1;
        let payload = payload(self.number, number);
        let call = CallId {
            session: session.id,
            seq: self.last,
        };
        self.note(&Note::Begun {
            instance: session.instance,
            call,
            payload: payload.clone(),
        });
        let servers = [SERVER.into()];
        let known = self.journal.unsettled(&servers);
        let acknowledged = known
            .filter(|p| p.session.id == call.session)
            .map(|p| p.session.ack_through);
        session.ack_through = acknowledged.min().expect("the call itself is not settled");
        if fault == Some(Fault::AckWithGaps) {
            let settled = |o: &Operation| matches!(o, Operation::Settled);
            let highest = self.operations.iter().rposition(settled);
            session.ack_through = highest.map_or(session.ack_through, |number| number as u64 + 1);
        }
        self.ask(number, session, call.seq, payload, deeds);
    }

    fn ask(&mut self, number: usize, session: Session, seq: u64, payload: Vec<u8>, deeds: &mut Vec<Deed>) {
        let mut call = Call::new(seal(), session, seq, payload, DEADLINE, NEVER);
        let _ = call.step(Instant::ZERO);
        deeds.push(send(self.number, &mut call));
        self.operations[number] = Operation::Asked(Box::new(call));
    }

    fn settled(&mut self, pending: &Pending) {
        let (instance, seq) = (pending.session.instance, pending.seq);
        let call = CallId {
            session: pending.session.id,
            seq,
        };
        self.note(&Note::Settled { instance, call });
    }

    /// Another life, with what the journal says.
    fn die(&mut self, fault: Option<Fault>) {
        if fault == Some(Fault::SendBeforeJournal) {
            self.journal = Calls::default();
        }
        self.journal.begin_run();
        (self.opening, self.session, self.last) = (None, None, 0);
        let unsettled: Vec<_> = self.journal.unsettled(&[SERVER.into()]).collect();
        for (number, operation) in self.operations.iter_mut().enumerate() {
            let noted = unsettled
                .iter()
                .find(|p| p.payload == payload(self.number, number));
            *operation = match (&operation, noted) {
                // What is unknown for good was told, and is not asked for again by itself.
                (Operation::Over(_, Ending::Unknown(_), true), _) => operation.clone(),
                (Operation::Waiting, None) => Operation::Waiting,
                (Operation::Asked(_) | Operation::Noted(_), None) => Operation::Waiting,
                (_, Some(pending)) => Operation::Noted(pending.clone()),
                (_, None) => Operation::Settled,
            };
        }
    }

    fn note(&mut self, note: &Note) {
        self.journal.apply(note);
    }

    fn number_u8(&self) -> u8 {
        u8::try_from(self.number).expect("there are few clients")
    }
}

/// What tells one operation from another, everywhere.
pub(crate) fn payload(client: usize, operation: usize) -> Vec<u8> {
    format!("{client}{operation}").into_bytes()
}

/// Whose operation it is, and which.
pub(crate) fn operation(payload: &[u8]) -> (usize, usize) {
    match payload {
        [client, operation, ..] => (usize::from(client - b'0'), usize::from(operation - b'0')),
        _ => panic!("no operation has this payload"),
    }
}

fn send(client: usize, question: &mut impl Question) -> Deed {
    let mut bytes = Vec::new();
    question.request(1, &mut bytes);
    Deed::Send(Message::new(client, Way::ToServer, bytes))
}

const SERVER: ([u8; 4], u16) = ([192, 0, 2, 77], 4517);
const DEADLINE: Instant = Instant::from_origin(Duration::from_secs(1));
const NEVER: Instant = Instant::from_origin(Duration::from_secs(2));
