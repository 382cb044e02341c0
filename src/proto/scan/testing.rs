//! A network in virtual time: who answers when, and how much room there is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Attempt, Input, Outcome, Output, Reason, Report, State};
use crate::proto::{Instant, Machine};

/// What comes of asking at some moment: a state after some time, or nothing.
pub(super) type Answer = Option<(Duration, State)>;

/// Runs a scan, and keeps account of it.
pub(super) struct Network<'a> {
    answer: Box<dyn FnMut(Instant, Attempt) -> Answer + 'a>,
    /// How many attempts the system has room for.
    pub(super) room: usize,
    pub(super) reports: Vec<Report>,
    pub(super) most_at_once: usize,
    pub(super) abandoned: usize,
    pub(super) refused: usize,
    pub(super) asked: usize,
    pub(super) stuck: Option<i32>,
    now: Instant,
}

impl<'a> Network<'a> {
    pub(super) fn new(answer: impl FnMut(Instant, Attempt) -> Answer + 'a) -> Self {
        Self {
            answer: Box::new(answer),
            room: usize::MAX,
            reports: Vec::new(),
            most_at_once: 0,
            abandoned: 0,
            refused: 0,
            asked: 0,
            stuck: None,
            now: Instant::ZERO,
        }
    }

    pub(super) fn took(&self) -> Duration {
        self.now - Instant::ZERO
    }

    pub(super) fn states(&self) -> Vec<State> {
        self.reports.iter().map(|report| report.outcome.state).collect()
    }

    pub(super) fn run<M>(&mut self, mut machine: M)
    where
        M: for<'i> Machine<Input<'i> = Input, Output = Output>,
    {
        let mut open = BTreeSet::new();
        let mut coming: BTreeMap<(Instant, usize), (Attempt, State)> = BTreeMap::new();
        loop {
            while let Some(output) = machine.poll_output(&mut Vec::new()) {
                match output {
                    Output::Start(attempt) if open.len() >= self.room => {
                        self.refused += 1;
                        machine.handle(self.now, Input::NoRoom(attempt, TOO_MANY_FILES));
                        continue;
                    }
                    Output::Start(attempt) => {
                        assert!(open.insert(attempt), "it is asked already");
                        self.most_at_once = self.most_at_once.max(open.len());
                        machine.handle(self.now, Input::Begun(attempt));
                    }
                    Output::Again(attempt) => assert!(open.contains(&attempt)),
                    Output::Abandon(attempt) => {
                        self.abandoned += 1;
                        assert!(open.remove(&attempt));
                        continue;
                    }
                    Output::Report(report) => {
                        self.reports.push(report);
                        continue;
                    }
                    Output::Stuck(errno) => {
                        self.stuck = Some(errno);
                        return;
                    }
                    Output::Over => {
                        assert!(open.is_empty());
                        return;
                    }
                }
                let (Output::Start(attempt) | Output::Again(attempt)) = output else {
                    continue;
                };
                self.asked += 1;
                assert!(self.asked < 1_000_000, "it asks for ever");
                if let Some((after, state)) = (self.answer)(self.now, attempt) {
                    coming.insert((self.now + after, self.asked), (attempt, state));
                }
            }
            let timer = machine.poll_timeout();
            let event = coming.first_key_value().map(|(&(at, _), _)| at);
            let next = timer.into_iter().chain(event).min();
            self.now = self.now.max(next.expect("something is to happen"));
            if event.is_some_and(|event| timer.is_none_or(|timer| event <= timer)) {
                let (_, (attempt, state)) = coming.pop_first().expect("there is one");
                if open.remove(&attempt) {
                    let reason = Reason::Connected;
                    machine.handle(self.now, Input::Ended(attempt, Outcome { state, reason }));
                }
            } else {
                machine.handle_timeout(self.now);
            }
        }
    }
}

const TOO_MANY_FILES: i32 = 24;
