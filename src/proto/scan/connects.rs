//! A scan by connections.

use std::collections::VecDeque;

use super::in_order::InOrder;
use super::room::Room;
use super::{Attempt, Input, Outcome, Output, Pace, Reason, Report, State};
use crate::proto::{Instant, Machine};

/// A scan of TCP ports. Each is asked at one address after another until one of them is open.
///
/// * No more than [`Pace::inflight`] attempts are on their way, and no more than the system has room for.
/// * An attempt that lasts longer than [`Pace::patience`] is given up, and its port filtered.
#[derive(Debug)]
pub struct Connects {
    pace: Pace,
    ports: usize,
    addresses: usize,
    room: Room,
    slots: InOrder<Going>,
    /// Other addresses of ports that were begun, and what there was no room for.
    next: VecDeque<Attempt>,
    /// When attempts are given up; those that have ended meanwhile are still in it.
    deadlines: VecDeque<(Instant, Attempt)>,
    outputs: VecDeque<Output>,
    now: Instant,
    over: bool,
}

/// An attempt on its way.
#[derive(Clone, Copy, Debug)]
struct Going {
    address: usize,
    since: Instant,
}

impl Connects {
    /// A scan of so many ports, of a host with so many addresses.
    pub fn new(ports: usize, addresses: usize, pace: Pace) -> Self {
        let inflight = if pace.pause.is_some() { 1 } else { pace.inflight };
        Self {
            pace,
            ports,
            addresses,
            room: Room::new(inflight),
            slots: InOrder::new(),
            next: VecDeque::new(),
            deadlines: VecDeque::new(),
            outputs: VecDeque::new(),
            now: Instant::ZERO,
            over: false,
        }
    }

    /// What to start next, if there is room.
    fn start(&mut self) -> Option<Output> {
        if !self.room.is_free(self.now) {
            return None;
        }
        let attempt = match self.next.pop_front() {
            Some(attempt) => attempt,
            None if self.slots.begun() < self.ports => {
                let port = self.slots.begun();
                self.slots.begin(Going {
                    address: 0,
                    since: self.now,
                });
                Attempt { port, address: 0 }
            }
            None => return None,
        };
        self.room.take();
        *self.slots.state(attempt.port)? = Going {
            address: attempt.address,
            since: self.now,
        };
        Some(Output::Start(attempt))
    }

    fn going(&mut self, attempt: Attempt) -> Option<&mut Going> {
        self.slots
            .state(attempt.port)
            .filter(|going| going.address == attempt.address)
    }

    fn end(&mut self, attempt: Attempt, outcome: Outcome) {
        let now = self.now;
        let Some(going) = self.going(attempt) else {
            return;
        };
        let elapsed = now - going.since;
        let address = attempt.address + 1;
        let last = outcome.state == State::Open || address >= self.addresses;
        self.slots.note(Report {
            attempt,
            outcome,
            elapsed,
            last,
        });
        self.room.give_back();
        if !last {
            self.next.push_back(Attempt { address, ..attempt });
            return;
        }
        if let Some(pause) = self.pace.pause {
            self.room.pause(now, pause);
        }
        while let Some(reports) = self.slots.next() {
            self.outputs.extend(reports.into_iter().map(Output::Report));
        }
    }

    fn has_more(&self) -> bool {
        !self.next.is_empty() || self.slots.begun() < self.ports
    }
}

impl Machine for Connects {
    type Input<'a> = Input;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input) {
        self.now = self.now.max(now);
        match input {
            Input::Begun(attempt) => {
                let deadline = self.pace.patience.map(|patience| self.now + patience);
                let now = self.now;
                if let Some(going) = self.going(attempt) {
                    going.since = now;
                    self.deadlines
                        .extend(deadline.map(|deadline| (deadline, attempt)));
                }
            }
            Input::Ended(attempt, outcome) => self.end(attempt, outcome),
            Input::NoRoom(attempt, errno) => {
                self.next.push_front(attempt);
                if self.room.refuse(self.now) {
                    self.over = true;
                    self.outputs.push_back(Output::Stuck(errno));
                }
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some(&(deadline, attempt)) = self.deadlines.front() {
            if self.going(attempt).is_some() {
                if deadline > self.now {
                    return;
                }
                self.outputs.push_back(Output::Abandon(attempt));
                self.end(attempt, SILENT);
            }
            self.deadlines.pop_front();
        }
    }

    fn poll_output(&mut self, _bytes: &mut Vec<u8>) -> Option<Output> {
        if let Some(output) = self.outputs.pop_front() {
            return Some(output);
        }
        if self.over {
            return None;
        }
        if let Some(start) = self.start() {
            return Some(start);
        }
        self.over = self.room.is_empty() && !self.has_more();
        self.over.then_some(Output::Over)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.over {
            return None;
        }
        let deadline = self.deadlines.front().map(|(deadline, _)| *deadline);
        let start = self.room.free_at().filter(|_| self.has_more());
        deadline.into_iter().chain(start).min()
    }
}

const SILENT: Outcome = Outcome {
    state: State::Filtered,
    reason: Reason::Silence,
};

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{Answer, Network};
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pace(inflight: usize) -> Pace {
        Pace {
            inflight,
            patience: Some(SECOND),
            pause: None,
        }
    }

    /// Scans ports that answer so.
    fn scan<'a>(
        pace: Pace,
        addresses: usize,
        answers: impl FnMut(Instant, Attempt) -> Answer + 'a,
    ) -> Network<'a> {
        let mut network = Network::new(answers);
        network.run(Connects::new(1000, addresses, pace));
        network
    }

    fn after(state: State, millis: u64) -> Answer {
        Some((Duration::from_millis(millis), state))
    }

    #[test]
    fn reports_come_in_order_whenever_they_are_known() {
        let answers = |_, attempt: Attempt| after(State::Closed, attempt.port as u64 * 7919 % 900);
        let network = scan(pace(100), 1, answers);
        let ports: Vec<usize> = network.reports.iter().map(|report| report.attempt.port).collect();
        assert_eq!(ports, (0..1000).collect::<Vec<_>>());
        assert_eq!(network.most_at_once, 100);
    }

    #[test]
    fn a_thousand_silent_ports_take_the_time_of_one() {
        let network = scan(pace(1000), 1, |_, _| None);
        assert_eq!(network.took(), SECOND);
        assert!(network.reports.iter().all(|report| report.outcome == SILENT));
        assert_eq!(network.abandoned, 1000);
    }

    #[test]
    fn patience_counts_from_the_beginning_of_each_attempt() {
        let network = scan(pace(500), 1, |_, _| None);
        assert_eq!(network.took(), 2 * SECOND);
        assert!(network.reports.iter().all(|report| report.elapsed == SECOND));
    }

    #[test]
    fn the_next_address_is_asked_until_one_is_open() {
        let answers = |_, attempt: Attempt| match (attempt.port % 2, attempt.address) {
            (0, 0) => after(State::Open, 1),
            (_, 1) => after(State::Open, 1),
            _ => after(State::Closed, 1),
        };
        let network = scan(pace(10), 3, answers);
        let of = |port| {
            network
                .reports
                .iter()
                .filter(move |report| report.attempt.port == port)
        };
        assert_eq!(of(0).count(), 1);
        let second: Vec<_> = of(1).map(|report| (report.outcome.state, report.last)).collect();
        assert_eq!(second, [(State::Closed, false), (State::Open, true)]);
    }

    #[test]
    fn with_a_pause_ports_are_asked_one_by_one() {
        let slow = Pace {
            pause: Some(SECOND),
            ..pace(100)
        };
        let network = scan(slow, 1, |_, _| after(State::Closed, 0));
        assert_eq!(network.most_at_once, 1);
        assert_eq!(network.took(), 999 * SECOND);
    }

    #[test]
    fn what_there_is_no_room_for_is_asked_later() {
        let answers = |_, _| after(State::Open, 10);
        let mut network = Network::new(answers);
        network.room = 7;
        network.run(Connects::new(1000, 1, pace(100)));
        assert_eq!(network.reports.len(), 1000);
        assert!(
            network
                .reports
                .iter()
                .all(|report| report.outcome.state == State::Open)
        );
        assert_eq!(network.most_at_once, 7);
        assert!(network.refused < 250, "{} times no room", network.refused);
    }

    #[test]
    fn without_any_room_it_says_so() {
        let answers = |_, _| after(State::Open, 0);
        let mut network = Network::new(answers);
        network.room = 0;
        network.run(Connects::new(10, 1, pace(100)));
        assert_eq!(network.stuck, Some(24));
        assert!(network.reports.is_empty());
    }
}
