//! A scan by datagrams.
//!
//! A closed UDP port is known by the ICMP message of its host; an open one may be silent, and so is a closed one
//! whose host is tired of saying so: Linux says it to one asker six times at once and then once a second. A scan
//! that hurries takes every closed port after that for an open one. So a port is asked several times, and when the
//! host may be tired, silence counts only if a port that is known to be closed is refused at the same time
//! ([`Rounds`]).

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::in_order::InOrder;
use super::room::Room;
use super::rounds::Rounds;
use super::{Attempt, Input, Outcome, Output, Pace, Reason, Report, State};
use crate::proto::link::{Limits, Rto};
use crate::proto::{Instant, Machine};

/// A scan of UDP ports at one address.
///
/// A port is [`State::Silent`] when it has not answered three questions, for at least [`Pace::patience`] or three
/// seconds.
#[derive(Debug)]
pub struct Probes {
    ports: usize,
    patience: Duration,
    pause: Option<Duration>,
    room: Room,
    slots: InOrder<Asked>,
    /// What there was no room for.
    refused: VecDeque<usize>,
    timers: BTreeSet<(Instant, usize)>,
    /// Whose time to be asked again has come.
    due: BTreeSet<usize>,
    /// How long the host takes to refuse, how often it did so at once, and which port it refused last.
    rto: Rto,
    prompt: usize,
    closed: Option<usize>,
    /// How to go on when the host may be tired.
    rounds: Option<Rounds>,
    outputs: VecDeque<Output>,
    now: Instant,
    over: bool,
}

/// A port that has been asked.
#[derive(Clone, Copy, Debug)]
struct Asked {
    first: Instant,
    last: Instant,
    times: u32,
    /// How many of these the host would have answered, as far as is known.
    fair: u32,
    timer: Option<Instant>,
}

impl Probes {
    /// A scan of so many ports.
    pub fn new(ports: usize, pace: Pace) -> Self {
        let inflight = if pace.pause.is_some() { 1 } else { pace.inflight };
        let patience = pace.patience.unwrap_or(PATIENCE);
        let limits = Limits {
            initial: patience / QUESTIONS,
            floor: SOONEST_REPEAT.min(patience / QUESTIONS),
            cap: patience / QUESTIONS,
            jitter: 0,
        };
        Self {
            ports,
            patience,
            pause: pace.pause,
            room: Room::new(inflight),
            slots: InOrder::new(),
            refused: VecDeque::new(),
            timers: BTreeSet::new(),
            due: BTreeSet::new(),
            rto: Rto::new(limits),
            prompt: 0,
            closed: None,
            rounds: None,
            outputs: VecDeque::new(),
            now: Instant::ZERO,
            over: false,
        }
    }

    /// Whom to ask next, if it is time and there is room.
    fn ask(&mut self) -> Option<Output> {
        if self
            .rounds
            .as_ref()
            .is_some_and(|rounds| !rounds.may_ask(self.now))
        {
            return self.ask_control();
        }
        let (port, again) = match self.due.pop_first() {
            Some(port) => (port, true),
            None => match self.fresh() {
                Some(port) => (port, false),
                None => return self.ask_control(),
            },
        };
        if let Some(rounds) = &mut self.rounds {
            rounds.asked(port);
        }
        let attempt = Attempt { port, address: 0 };
        if !again {
            return Some(Output::Start(attempt));
        }
        self.asked(port);
        Some(Output::Again(attempt))
    }

    /// A port that was not asked yet.
    fn fresh(&mut self) -> Option<usize> {
        if !self.has_fresh() || !self.room.is_free(self.now) {
            return None;
        }
        self.room.take();
        Some(self.refused.pop_front().unwrap_or_else(|| {
            self.slots.begin(Asked::new(self.now));
            self.slots.begun() - 1
        }))
    }

    /// Ends the questions of a round with one to a port whose answer is known.
    fn ask_control(&mut self) -> Option<Output> {
        let (now, wait) = (self.now, self.rto.timeout());
        let closed = self.closed?;
        self.rounds
            .as_mut()
            .filter(|rounds| rounds.is_ready())?
            .control(closed, now + wait);
        self.room.take();
        Some(Output::Start(Attempt {
            port: closed,
            address: 0,
        }))
    }

    /// Takes note that `port` was asked, and when it will be asked again.
    fn asked(&mut self, port: usize) {
        let (now, rto, patience) = (self.now, self.rto.timeout(), self.patience);
        let in_round = self.rounds.is_some();
        let Some(asked) = self.slots.state(port) else {
            return;
        };
        asked.last = now;
        asked.times += 1;
        if in_round {
            return;
        }
        let backed_off = rto.saturating_mul(1 << (asked.times - 1).min(8));
        let wait = now + backed_off.min(patience / QUESTIONS);
        // The last silence is the rest of the patience.
        let end = asked.first + patience;
        let timer = if asked.times < QUESTIONS {
            wait
        } else {
            wait.max(end)
        };
        asked.timer = Some(timer);
        self.timers.insert((timer, port));
    }

    /// `port` has been silent since it was last asked.
    fn is_silent(&mut self, port: usize) {
        if self.rounds.is_none() && BURST.contains(&self.prompt) {
            self.rounds = Some(Rounds::new());
        }
        let (in_round, now) = (self.rounds.is_some(), self.now);
        let Some(asked) = self.slots.state(port) else {
            return;
        };
        asked.timer = None;
        let questions = if in_round { asked.fair } else { asked.times };
        if questions < QUESTIONS {
            self.due.insert(port);
            return;
        }
        let end = asked.first + self.patience;
        if now < end {
            asked.timer = Some(end);
            self.timers.insert((end, port));
            return;
        }
        let attempt = Attempt { port, address: 0 };
        self.outputs.push_back(Output::Abandon(attempt));
        self.end(attempt, SILENT);
    }

    /// A round is over: was the host awake?
    fn end_round(&mut self) {
        let Some(rounds) = &mut self.rounds else {
            return;
        };
        let ended = rounds.end(self.now);
        if let Some(port) = ended.unanswered {
            self.room.give_back();
            self.outputs
                .push_back(Output::Abandon(Attempt { port, address: 0 }));
        }
        for port in ended.asked {
            if let Some(asked) = self.slots.state(port) {
                asked.fair += u32::from(ended.is_fair);
                self.is_silent(port);
            }
        }
    }

    fn end(&mut self, attempt: Attempt, outcome: Outcome) {
        let (port, now) = (attempt.port, self.now);
        if self
            .rounds
            .as_mut()
            .is_some_and(|rounds| rounds.is_answered(port))
        {
            self.room.give_back();
            return;
        }
        let Some(asked) = self.slots.state(port).copied() else {
            return;
        };
        if let Some(timer) = asked.timer {
            self.timers.remove(&(timer, port));
        }
        self.due.remove(&port);
        if outcome.state == State::Closed {
            self.closed = Some(port);
            if asked.times > 1 {
                self.rounds.get_or_insert_with(Rounds::new);
            } else {
                self.prompt += 1;
                self.rto.sample(now - asked.last);
            }
        }
        if let Some(rounds) = &mut self.rounds {
            rounds.forget(port);
        }
        self.slots.note(Report {
            attempt,
            outcome,
            elapsed: now - asked.first,
            last: true,
        });
        self.room.give_back();
        if let Some(pause) = self.pause {
            self.room.pause(now, pause);
        }
        while let Some(reports) = self.slots.next() {
            self.outputs.extend(reports.into_iter().map(Output::Report));
        }
    }

    fn has_fresh(&self) -> bool {
        !self.refused.is_empty() || self.slots.begun() < self.ports
    }
}

impl Asked {
    fn new(now: Instant) -> Self {
        Self {
            first: now,
            last: now,
            times: 0,
            fair: 0,
            timer: None,
        }
    }
}

impl Machine for Probes {
    type Input<'a> = Input;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input) {
        self.now = self.now.max(now);
        match input {
            Input::Begun(attempt) => {
                let now = self.now;
                if let Some(asked) = self.slots.state(attempt.port) {
                    *asked = Asked::new(now);
                    self.asked(attempt.port);
                }
            }
            Input::Ended(attempt, outcome) => {
                self.end(attempt, outcome);
                if self.rounds.as_ref().is_some_and(Rounds::is_answered_by_all) {
                    self.end_round();
                }
            }
            Input::NoRoom(attempt, errno) => {
                match &mut self.rounds {
                    Some(rounds) if rounds.has_control(attempt.port) => rounds.without_control(),
                    Some(rounds) => {
                        rounds.forget(attempt.port);
                        self.refused.push_back(attempt.port);
                    }
                    None => self.refused.push_back(attempt.port),
                }
                if self.room.refuse(self.now) {
                    self.over = true;
                    self.outputs.push_back(Output::Stuck(errno));
                }
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some(&(timer, port)) = self.timers.first() {
            if timer > self.now {
                break;
            }
            self.timers.pop_first();
            self.is_silent(port);
        }
        let ends = self.rounds.as_ref().and_then(Rounds::ends);
        if ends.is_some_and(|ends| ends <= self.now) {
            self.end_round();
        }
    }

    fn poll_output(&mut self, _bytes: &mut Vec<u8>) -> Option<Output> {
        if let Some(output) = self.outputs.pop_front() {
            return Some(output);
        }
        if self.over {
            return None;
        }
        if let Some(output) = self.ask() {
            return Some(output);
        }
        self.over = self.room.is_empty() && !self.has_fresh();
        self.over.then_some(Output::Over)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.over {
            return None;
        }
        let timer = self.timers.first().map(|(timer, _)| *timer);
        let fresh = self.room.free_at().filter(|_| self.has_fresh());
        let round = self.rounds.as_ref().and_then(|rounds| {
            let waits = !self.due.is_empty() || self.has_fresh();
            rounds
                .ends()
                .or_else(|| rounds.next().filter(|next| waits && *next > self.now))
        });
        timer.into_iter().chain(fresh).chain(round).min()
    }
}

const SILENT: Outcome = Outcome {
    state: State::Silent,
    reason: Reason::Silence,
};

/// How long an open port may be silent before that is believed; nc's time.
const PATIENCE: Duration = Duration::from_secs(3);
/// How many questions must have been in vain.
const QUESTIONS: u32 = 3;
/// How many refusals at once look like a limit: Linux allows 6 to one asker and 50 to all.
const BURST: std::ops::RangeInclusive<usize> = 4..=60;
const SOONEST_REPEAT: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests;
