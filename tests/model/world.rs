//! The world as a model for the checker: which states it has, and what can happen in each.

use std::sync::Arc;

use fairloss::proto::launch::{Id, Order, Outcome, Probe, Record};
use fairloss::wire::rlaunch::{Fingerprint, Kind, fingerprint};
use stateright::{Model, Property};

use super::case::Case;
use super::client::{Client, Deed, Move, Person, Reactions, operation, payload};
use super::disk::Disk;
use super::fault::{Fault, forget_doubts, forget_session, nothing};
use super::graph::Graph;
use super::history::History;
use super::net::{Message, Way};
use super::properties;
use super::site::{Event, Step, Steps, Wish};
use super::state::{Child, INSTANCE, State};

/// What is explored.
pub(crate) struct World {
    pub(crate) case: Case,
    pub(crate) fault: Option<Fault>,
    pub(crate) graph: Graph,
    steps: Steps,
    reactions: Reactions,
}

/// One step of the world.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Action {
    Deliver(Arc<Message>),
    /// The oldest sync is done.
    Synced,
    /// The server's timer.
    Timeout,
    /// An action takes effect.
    Fire(usize),
    /// The server hears that an action is over.
    Report(usize),
    NotBegun(usize),
    OrphanDies(usize),
    Kill,
    PowerCut {
        kept: u64,
    },
    Snapshot,
    /// The snapshot is in the place of the journal.
    Replaced,
    /// No orphan is alive any more.
    Unfence,
    Probe(Id),
    Resolve(Id),
    /// What became of an action can no longer be learnt.
    Lose(usize),
    CopyStore,
    RestoreCopy,
    LoseStore,
    Client(usize, Move),
}

impl World {
    pub(crate) fn new(case: Case, fault: Option<Fault>) -> Self {
        Self {
            case,
            fault,
            graph: Graph::default(),
            steps: Steps::default(),
            reactions: Reactions::default(),
        }
    }

    /// The same world, of which something is known.
    pub(crate) fn knowing(self, graph: Graph) -> Self {
        Self { graph, ..self }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// What the server does with an event, and what comes of that.
    fn server(&self, state: &mut State, event: &Event<'_>) -> Arc<[Wish]> {
        let Step { site, wishes } = self.steps.step(&state.site, event);
        state.site = site;
        for wish in wishes.iter() {
            self.grant(state, wish);
        }
        wishes
    }

    fn grant(&self, state: &mut State, wish: &Wish) {
        match wish {
            Wish::Record(record) => self.record(state, record),
            Wish::Commit if self.has(Fault::FireBeforeIntent) => {
                let last = state.disk.last;
                self.server(state, &Event::Durable(last));
            }
            Wish::Commit => Arc::make_mut(&mut state.disk).commit(),
            Wish::Send(message) => self.send(state, message),
            Wish::Probe(id) => state.probes.push(id.clone()),
            Wish::Ordered => {}
            Wish::Run(id, payload) => state.children.push(Child {
                id: id.clone(),
                payload: payload.clone(),
                result: None,
                orphan: false,
            }),
            Wish::Replace(records) => {
                let forgotten = |record: &Record| self.fault.is_some_and(|fault| fault.forgets(record));
                let kept = records
                    .iter()
                    .map(|r| if forgotten(r) { nothing() } else { r.clone() });
                Arc::make_mut(&mut state.disk).replace(kept);
            }
            Wish::RolledBack => Arc::make_mut(&mut state.history).rollback_noticed = true,
        }
    }

    fn record(&self, state: &mut State, record: &Record) {
        let disk = Arc::make_mut(&mut state.disk);
        match record {
            Record::Closed { first, .. } if self.has(Fault::EvictWithoutFloor) => {
                forget_session(&mut disk.records, *first);
                disk.write(nothing());
            }
            record if self.fault.is_some_and(|fault| fault.swallows(record)) => disk.write(nothing()),
            record => disk.write(record.clone()),
        }
        // With a transactional action, the record is the effect.
        if let Record::Performed { fingerprint, .. } = record {
            let whose = self.whose(fingerprint);
            Arc::make_mut(&mut state.history).launches[whose.0][whose.1] += 1;
        }
    }

    /// Puts a datagram into the network. Where no store is ever rolled back nobody heeds the commit index, and
    /// datagrams that differ in nothing else are one.
    fn send(&self, state: &mut State, message: &Arc<Message>) {
        let message = if self.case.may.rollbacks == 0 && message.head.commit > 0 {
            message.forged(|datagram| datagram.commit = 0)
        } else {
            Arc::clone(message)
        };
        if state.net.contains(&message) {
            return;
        }
        let power_was_lost = state.spent.power_cuts > 0;
        if message.way == Way::ToClient && History::contradicts(&message, power_was_lost, state.net.iter()) {
            Arc::make_mut(&mut state.history).contradiction = true;
        }
        Arc::make_mut(&mut state.net).send(message);
    }

    fn deliver(&self, state: &mut State, message: &Arc<Message>) {
        if message.way == Way::ToClient {
            let reaction = self
                .reactions
                .hear(&state.people[message.client], message, self.fault);
            return self.react(state, message.client, reaction);
        }
        let asked = Id::Call(message.head.call);
        let running = state.children.iter().find(|c| !c.orphan && c.id == asked);
        if self.has(Fault::CancelWhileRunning) && message.head.kind == Kind::Cancel && running.is_some() {
            self.server(state, &Event::Done(asked, None));
        }
        let held = state.disk.last;
        let shown = match self.fault {
            Some(fault) => message.forged(|datagram| fault.asks(datagram)),
            None => Arc::clone(message),
        };
        let wishes = self.server(state, &Event::Datagram(&shown));
        if message.head.kind == Kind::Hello && !wishes.is_empty() {
            match state.answered.binary_search(&message.digest) {
                Ok(_) => state.spent.hellos += 1,
                Err(place) => state.answered.insert(place, message.digest),
            }
        }
        let changes = wishes
            .iter()
            .any(|wish| matches!(wish, Wish::Record(_) | Wish::Run(..)));
        if message.head.commit > held && changes {
            Arc::make_mut(&mut state.history).rollback_ignored = true;
        }
        let sent = wishes.iter().map(|wish| match wish {
            Wish::Send(reply) => reply.bytes.len(),
            _ => 0,
        });
        let is_longer = sent.sum::<usize>() > message.bytes.len();
        if is_longer && !state.net.proves(message.client, &message.head.cookie) {
            Arc::make_mut(&mut state.history).amplified = true;
        }
    }

    fn react(&self, state: &mut State, client: usize, reaction: Option<(Arc<Person>, Arc<[Deed]>)>) {
        let Some((person, deeds)) = reaction else {
            return;
        };
        state.people[client] = person;
        for deed in deeds.iter() {
            match deed {
                Deed::Send(message) => self.send(state, message),
                Deed::Told(number, ending) => {
                    Arc::make_mut(&mut state.history).tell(client, *number, ending);
                }
            }
        }
    }

    fn fire(state: &mut State, number: usize) {
        let child = &mut state.children[number];
        let history = Arc::make_mut(&mut state.history);
        child.result = Some(history.launch(operation(&child.payload), &child.payload));
        if child.orphan {
            state.children.remove(number);
        }
    }

    /// Tells the server that an action is over: with its result, or that it was not begun.
    fn report(&self, state: &mut State, number: usize) {
        let child = state.children.remove(number);
        let mut id = child.id;
        if self.has(Fault::OutcomeOfAnother)
            && let Some(other) = state.children.iter().find(|other| !other.orphan)
        {
            id = other.id.clone();
        }
        let outcome = child.result.filter(|_| !self.has(Fault::FailedIsNotBegun));
        let outcome = outcome.map(done);
        self.server(state, &Event::Done(id, outcome));
    }

    /// The server dies, and another begins with what the disk has.
    fn restart(&self, state: &mut State) {
        state.children.retain(|child| child.result.is_none());
        for child in &mut state.children {
            child.orphan = true;
        }
        let mut found = (*state.disk).clone();
        if self.has(Fault::RerunInDoubt) {
            forget_doubts(&mut found.records);
        }
        state.disk = Arc::new(found);
        let Step { site, wishes } = self.steps.boot(&self.case, state.instance, &state.disk);
        state.site = site;
        for wish in wishes.iter() {
            self.grant(state, wish);
        }
        // Whoever finds no orphan knows so at once.
        state.probes.clear();
        state.fenced = !state.children.is_empty() && !self.has(Fault::NoFence);
        if !state.fenced {
            self.server(state, &Event::Unfenced);
        }
    }

    /// A probe looks, and says what is true at that moment.
    fn probe(&self, state: &mut State, id: &Id) {
        let found = match self.truth(state, id) {
            Some(result) => Probe::Launched(done(result)),
            None => Probe::NotLaunched,
        };
        self.server(state, &Event::Probed(id.clone(), found));
    }

    /// What an action answered, if it took effect.
    fn truth(&self, state: &State, id: &Id) -> Option<Vec<u8>> {
        let intent = state.disk.records.iter().find_map(|(_, record)| match record {
            Record::Intent {
                id: of, fingerprint, ..
            } if of == id => Some(fingerprint),
            _ => None,
        });
        let (client, number) = self.whose(intent?);
        let launched = state.history.launches[client][number] > 0;
        launched.then(|| [payload(client, number), b"a".to_vec()].concat())
    }

    /// Whose operation has this fingerprint.
    fn whose(&self, print: &Fingerprint) -> (usize, usize) {
        let clients = 0..self.case.clients;
        let mut all =
            clients.flat_map(|client| (0..self.case.operations).map(move |number| (client, number)));
        let found = all.find(|(client, number)| fingerprint(&payload(*client, *number)) == *print);
        found.expect("nobody asks for anything else")
    }

    /// Of what a loss of power takes with it, the effects that were records are undone.
    fn cut(&self, state: &mut State, kept: u64) {
        for (index, record) in state.disk.records.clone() {
            if let Record::Performed { fingerprint, .. } = record
                && index > kept
            {
                let whose = self.whose(&fingerprint);
                Arc::make_mut(&mut state.history).launches[whose.0][whose.1] -= 1;
            }
        }
        Arc::make_mut(&mut state.disk).crash(kept);
    }

    /// What is on the disk after the process was killed.
    fn survives_kill(&self, disk: &Disk) -> u64 {
        let mut kept = disk.last;
        if self.has(Fault::ToldBeforeWritten) {
            let is_outcome = |(_, record): &&(u64, Record)| matches!(record, Record::Outcome { .. });
            let outcomes = disk.records.iter().rev().take_while(is_outcome).count() as u64;
            kept = disk.durable.max(kept - outcomes);
        }
        kept
    }
}

impl Model for World {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let Case {
            clients, operations, ..
        } = self.case;
        let disk = Disk::default();
        let Step { site, wishes } = self.steps.boot(&self.case, INSTANCE, &disk);
        let people = (0..clients).map(|number| Arc::new(Person::new(Client::new(number, operations))));
        let history = History::new(clients, operations);
        let mut state = State::new(site, people.collect(), history);
        for wish in wishes.iter() {
            self.grant(&mut state, wish);
        }
        state.fenced = false;
        self.server(&mut state, &Event::Unfenced);
        state.seal(None);
        vec![state]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let may = |spent: u8, most: u8| spent < most;
        let (spent, most) = (state.spent, self.case.may);
        let delivered = state.net.iter().filter(|m| match m.way {
            Way::ToServer => !state.answered.contains(&m.digest) || may(spent.hellos, most.hellos),
            Way::ToClient => state.people[m.client].client.listens(),
        });
        actions.extend(delivered.map(|message| Action::Deliver(Arc::clone(message))));
        if !state.disk.syncs.is_empty() {
            actions.push(Action::Synced);
        }
        if state.site.has_timer() {
            actions.push(Action::Timeout);
        }
        for (number, child) in state.children.iter().enumerate() {
            match child {
                Child { result: Some(_), .. } => actions.push(Action::Report(number)),
                Child { orphan: true, .. } => {
                    actions.extend([Action::Fire(number), Action::OrphanDies(number)])
                }
                Child { .. } => {
                    actions.push(Action::Fire(number));
                    if may(spent.not_begun, most.not_begun) {
                        actions.push(Action::NotBegun(number));
                    }
                }
            }
        }
        if state.fenced && state.children.iter().all(|child| !child.orphan) {
            actions.push(Action::Unfence);
        }
        actions.extend(state.probes.iter().cloned().map(Action::Probe));
        if may(spent.resolved, most.resolved) {
            actions.extend(state.site.doubts().cloned().map(Action::Resolve));
        }
        if may(spent.lost, most.lost) {
            let begun = state
                .children
                .iter()
                .enumerate()
                .filter(|(_, child)| !child.orphan);
            actions.extend(begun.map(|(number, _)| Action::Lose(number)));
        }
        if may(spent.kills, most.kills) {
            actions.push(Action::Kill);
        }
        if may(spent.power_cuts, most.power_cuts) {
            let kept = state.disk.remains().into_iter();
            actions.extend(kept.map(|kept| Action::PowerCut { kept }));
        }
        if state.disk.next.is_some() {
            actions.push(Action::Replaced);
        } else if may(spent.snapshots, most.snapshots) {
            actions.push(Action::Snapshot);
        }
        if may(spent.rollbacks, most.rollbacks) {
            actions.push(if state.copy.is_some() {
                Action::RestoreCopy
            } else {
                Action::CopyStore
            });
        }
        if may(spent.losses, most.losses) {
            actions.push(Action::LoseStore);
        }
        let mut moves = Vec::new();
        for (number, person) in state.people.iter().enumerate() {
            person
                .client
                .moves(self.case.pipelined, most.resolved > 0, &mut moves);
            if most.rollbacks > 0 {
                moves.extend(person.client.asked().map(Move::Again));
            }
            if may(spent.deadlines, most.deadlines) {
                moves.extend(person.client.may_cancel().map(Move::Deadline));
            }
            if may(spent.client_kills, most.client_kills) && !person.client.is_through() {
                moves.push(Move::Die);
            }
            actions.extend(moves.drain(..).map(|step| Action::Client(number, step)));
        }
    }

    fn next_state(&self, before: &State, action: Action) -> Option<State> {
        let mut state = before.clone();
        match action {
            Action::Deliver(message) => {
                self.deliver(&mut state, &message);
            }
            Action::Synced => {
                let disk = Arc::make_mut(&mut state.disk);
                let durable = disk.durable;
                let index = disk.synced()?;
                if self.has(Fault::LyingSync) {
                    disk.durable = durable;
                }
                self.server(&mut state, &Event::Durable(index));
            }
            Action::Timeout => {
                self.server(&mut state, &Event::Timeout);
            }
            Action::Fire(number) => Self::fire(&mut state, number),
            Action::Report(number) => self.report(&mut state, number),
            Action::NotBegun(number) => {
                state.spent.not_begun += 1;
                self.report(&mut state, number);
            }
            Action::OrphanDies(number) => drop(state.children.remove(number)),
            Action::Kill => {
                state.spent.kills += 1;
                let kept = self.survives_kill(&state.disk);
                Arc::make_mut(&mut state.disk).crash(kept);
                self.restart(&mut state);
            }
            Action::PowerCut { kept } => {
                state.spent.power_cuts += 1;
                state.children.clear();
                self.cut(&mut state, kept);
                self.restart(&mut state);
            }
            Action::Snapshot => {
                state.spent.snapshots += 1;
                self.server(&mut state, &Event::Long);
            }
            Action::Replaced => {
                let disk = Arc::make_mut(&mut state.disk);
                disk.replaced();
                let last = disk.last;
                self.server(&mut state, &Event::Replaced);
                self.server(&mut state, &Event::Durable(last));
            }
            Action::Unfence => {
                state.fenced = false;
                self.server(&mut state, &Event::Unfenced);
            }
            Action::Probe(id) => {
                state.probes.retain(|probed| *probed != id);
                self.probe(&mut state, &id);
            }
            Action::Resolve(id) => {
                state.spent.resolved += 1;
                let launched = self.truth(&state, &id).is_some();
                self.server(
                    &mut state,
                    &Event::Order(Order::Resolve {
                        id,
                        outcome: launched.then(Outcome::default),
                        force: false,
                    }),
                );
            }
            Action::Lose(number) => {
                state.spent.lost += 1;
                let child = state.children.remove(number);
                if self.has(Fault::LostIsNotBegun) {
                    self.server(&mut state, &Event::Done(child.id, None));
                } else {
                    self.server(&mut state, &Event::Lost(child.id));
                }
            }
            Action::CopyStore => {
                let mut copy = (*state.disk).clone();
                let last = copy.last;
                copy.crash(last);
                state.copy = Some((state.instance, Arc::new(copy)));
            }
            Action::RestoreCopy => {
                state.spent.rollbacks += 1;
                (state.instance, state.disk) = state.copy.take()?;
                self.restart(&mut state);
            }
            Action::LoseStore => {
                state.spent.losses += 1;
                state.disk = Arc::default();
                if !self.has(Fault::LossUnderTheSameName) {
                    state.instance += 1;
                }
                self.restart(&mut state);
            }
            Action::Client(number, step) => {
                match step {
                    Move::Deadline(_) => state.spent.deadlines += 1,
                    Move::Die => state.spent.client_kills += 1,
                    _ => {}
                }
                let reaction = self.reactions.make(&state.people[number], &step, self.fault);
                self.react(&mut state, number, reaction);
            }
        }
        state
            .children
            .sort_unstable_by(|a, b| a.id.cmp(&b.id).then(a.orphan.cmp(&b.orphan)));
        state.seal(Some(before));
        self.graph.edge(before.key, state.key);
        (state.key != before.key).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all()
    }
}

fn done(result: Vec<u8>) -> Outcome {
    Outcome {
        exit: 0,
        truncated: false,
        result,
    }
}
