//! Which of the addresses of a name to connect to: happy eyeballs (RFC 8305).
//!
//! The first address is tried as soon as it is known, though not an IPv4 address in the first moment after it came:
//! IPv6 addresses may be about to come (section 3). While an attempt is on its way, another begins from time to time
//! at the next address, the families taking turns (sections 4 and 5); the first connection wins, and the other
//! attempts are given up. So a family that leads nowhere costs a quarter of a second instead of a timeout.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use super::{Instant, Machine};

/// A race between the addresses of a name.
#[derive(Debug)]
pub struct Race {
    /// How long one attempt may take.
    patience: Option<Duration>,
    /// Addresses that are still to be tried: IPv6, IPv4, and those that there seems to be no way to.
    v6: VecDeque<SocketAddr>,
    v4: VecDeque<SocketAddr>,
    hopeless: VecDeque<SocketAddr>,
    /// Whether all addresses have come.
    resolved: bool,
    /// When IPv4 addresses need not wait any longer for IPv6 addresses to come.
    waits_until: Option<Instant>,
    /// Which family was tried last.
    last_was_v6: bool,
    /// Attempts on their way, and when they are given up.
    attempts: Vec<(SocketAddr, Option<Instant>)>,
    /// When the next one begins although others are on their way.
    next: Option<Instant>,
    outputs: VecDeque<Output>,
    over: bool,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Input {
    /// Addresses have come, the most preferred of each family first.
    Addresses(Vec<Candidate>),
    /// No more will come.
    Resolved,
    /// A connection was made.
    Connected(SocketAddr),
    /// None was made.
    Failed(SocketAddr),
}

/// An address that may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The address.
    pub address: SocketAddr,
    /// Whether this host has a way to it (RFC 6724, rule 1).
    pub has_way: bool,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Connect to this.
    Connect(SocketAddr),
    /// This attempt has lasted too long: it has failed.
    TimeOut(SocketAddr),
    /// Another one has won: close this.
    Close(SocketAddr),
    /// This is the connection.
    Won(SocketAddr),
    /// There is none.
    Lost,
}

impl Race {
    /// A race in which no attempt may take longer than `patience`.
    pub fn new(patience: Option<Duration>) -> Self {
        Self {
            patience,
            v6: VecDeque::new(),
            v4: VecDeque::new(),
            hopeless: VecDeque::new(),
            resolved: false,
            waits_until: None,
            last_was_v6: false,
            attempts: Vec::new(),
            next: None,
            outputs: VecDeque::new(),
            over: false,
        }
    }

    fn add(&mut self, now: Instant, candidates: Vec<Candidate>) {
        for Candidate { address, has_way } in candidates {
            match (has_way, address) {
                (false, _) => self.hopeless.push_back(address),
                (true, SocketAddr::V6(_)) => self.v6.push_back(address),
                (true, SocketAddr::V4(_)) => self.v4.push_back(address),
            }
        }
        self.waits_until.get_or_insert(now + RESOLUTION_DELAY);
    }

    /// Begins what is to begin at `now`.
    fn go_on(&mut self, now: Instant) {
        while !self.over && self.may_begin(now) {
            let Some(address) = self.next_address() else {
                break;
            };
            self.next = Some(now + ATTEMPT_DELAY);
            self.attempts
                .push((address, self.patience.map(|patience| now + patience)));
            self.outputs.push_back(Output::Connect(address));
        }
        if !self.over && self.resolved && self.attempts.is_empty() {
            self.over = true;
            self.outputs.push_back(Output::Lost);
        }
    }

    fn may_begin(&self, now: Instant) -> bool {
        if self.has_to_wait() && self.waits_until.is_some_and(|until| now < until) {
            return false;
        }
        self.attempts.is_empty() || self.next.is_some_and(|next| next <= now)
    }

    /// Whether only addresses are known that might not be the best to come, and none was tried.
    fn has_to_wait(&self) -> bool {
        !self.resolved && self.next.is_none() && self.v6.is_empty()
    }

    fn next_address(&mut self) -> Option<SocketAddr> {
        let (first, second) = if self.last_was_v6 {
            (&mut self.v4, &mut self.v6)
        } else {
            (&mut self.v6, &mut self.v4)
        };
        let address = first.pop_front().or_else(|| second.pop_front());
        let address = address.or_else(|| self.hopeless.pop_front())?;
        self.last_was_v6 = address.is_ipv6();
        Some(address)
    }

    fn has_more(&self) -> bool {
        !(self.v6.is_empty() && self.v4.is_empty() && self.hopeless.is_empty())
    }

    fn forget(&mut self, address: SocketAddr) {
        self.attempts.retain(|(attempt, _)| *attempt != address);
    }

    fn win(&mut self, address: SocketAddr) {
        self.over = true;
        self.forget(address);
        let losers = self.attempts.drain(..).map(|(loser, _)| Output::Close(loser));
        self.outputs.extend(losers);
        self.outputs.push_back(Output::Won(address));
    }
}

impl Machine for Race {
    type Input<'a> = Input;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input) {
        if self.over {
            return;
        }
        match input {
            Input::Addresses(candidates) => self.add(now, candidates),
            Input::Resolved => self.resolved = true,
            Input::Connected(address) => return self.win(address),
            Input::Failed(address) => {
                self.forget(address);
                // The next one need not wait for what is over.
                self.next = self.next.map(|_| now);
            }
        }
        self.go_on(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        let is_late = |deadline: Option<Instant>| deadline.is_some_and(|deadline| deadline <= now);
        for (address, _) in self.attempts.extract_if(.., |(_, deadline)| is_late(*deadline)) {
            self.outputs.push_back(Output::TimeOut(address));
            self.next = Some(now);
        }
        self.go_on(now);
    }

    fn poll_output(&mut self, _bytes: &mut Vec<u8>) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.over {
            return None;
        }
        let deadline = self.attempts.iter().filter_map(|(_, deadline)| *deadline).min();
        let next = match self.has_to_wait() {
            true => self.waits_until,
            false => self.next,
        };
        let next = next.filter(|_| self.has_more());
        deadline.into_iter().chain(next).min()
    }
}

/// How long IPv4 addresses wait for IPv6 addresses (section 3: 50 ms).
const RESOLUTION_DELAY: Duration = Duration::from_millis(50);
/// How long after one attempt the next begins (section 5: 250 ms; not less than 100 ms nor more than 2 s).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Output::{Close, Connect, Lost, TimeOut, Won};
    use super::*;

    /// A race in virtual time: what comes when, and what each attempt comes to after how long.
    struct Course {
        addresses: Vec<(u64, Vec<SocketAddr>)>,
        resolved: u64,
        /// `None`: it never answers.
        outcomes: BTreeMap<SocketAddr, (u64, bool)>,
        patience: Option<Duration>,
        without_way: Vec<SocketAddr>,
    }

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn v6(number: u8) -> SocketAddr {
        at(&format!("[2001:db8::{number}]:80"))
    }

    fn v4(number: u8) -> SocketAddr {
        at(&format!("192.0.2.{number}:80"))
    }

    impl Course {
        fn new(addresses: &[(u64, &[SocketAddr])], outcomes: &[(SocketAddr, u64, bool)]) -> Self {
            let resolved = addresses.iter().map(|(at, _)| *at).max().unwrap_or_default();
            Self {
                addresses: addresses.iter().map(|(at, list)| (*at, list.to_vec())).collect(),
                resolved,
                outcomes: outcomes
                    .iter()
                    .map(|(to, after, well)| (*to, (*after, *well)))
                    .collect(),
                patience: None,
                without_way: Vec::new(),
            }
        }

        /// What the race did, with the milliseconds at which it did it.
        fn run(&self) -> Vec<(u64, Output)> {
            let mut race = Race::new(self.patience);
            let mut events: Vec<(u64, Input)> = self
                .addresses
                .iter()
                .map(|(at, list)| {
                    let candidate = |address: &SocketAddr| Candidate {
                        address: *address,
                        has_way: !self.without_way.contains(address),
                    };
                    (*at, Input::Addresses(list.iter().map(candidate).collect()))
                })
                .collect();
            events.push((self.resolved, Input::Resolved));
            let mut did = Vec::new();
            let mut now = Instant::ZERO;
            loop {
                while let Some(output) = race.poll_output(&mut Vec::new()) {
                    let millis = u64::try_from(now.since_origin().as_millis()).unwrap();
                    did.push((millis, output));
                    if let Connect(to) = output
                        && let Some((after, well)) = self.outcomes.get(&to)
                    {
                        let input = if *well {
                            Input::Connected(to)
                        } else {
                            Input::Failed(to)
                        };
                        events.push((millis + after, input));
                    }
                }
                if matches!(did.last(), Some((_, Won(_) | Lost))) {
                    return did;
                }
                events.sort_by_key(|(at, _)| *at);
                let event = events
                    .first()
                    .map(|(at, _)| Instant::ZERO + Duration::from_millis(*at));
                let timer = race.poll_timeout();
                now = now.max(event.into_iter().chain(timer).min().expect("something happens"));
                if event.is_some_and(|event| timer.is_none_or(|timer| event <= timer)) {
                    race.handle(now, events.remove(0).1);
                } else {
                    race.handle_timeout(now);
                }
            }
        }
    }

    #[test]
    fn ipv6_that_answers_is_alone() {
        let course = Course::new(&[(10, &[v4(1)]), (20, &[v6(1)])], &[(v6(1), 100, true)]);
        assert_eq!(course.run(), [(20, Connect(v6(1))), (120, Won(v6(1)))]);
    }

    #[test]
    fn ipv6_that_is_silent_costs_the_attempt_delay() {
        let course = Course::new(&[(0, &[v6(1), v4(1)])], &[(v4(1), 30, true)]);
        assert_eq!(
            course.run(),
            [
                (0, Connect(v6(1))),
                (250, Connect(v4(1))),
                (280, Close(v6(1))),
                (280, Won(v4(1)))
            ]
        );
    }

    #[test]
    fn ipv4_waits_a_moment_for_ipv6_to_be_known_and_not_longer() {
        let course = Course::new(&[(0, &[v4(1)]), (500, &[v6(1)])], &[(v4(1), 10, true)]);
        assert_eq!(course.run(), [(50, Connect(v4(1))), (60, Won(v4(1)))]);
        let mut known = Course::new(&[(0, &[v4(1)])], &[(v4(1), 10, true)]);
        known.resolved = 7;
        assert_eq!(known.run(), [(7, Connect(v4(1))), (17, Won(v4(1)))]);
    }

    #[test]
    fn families_take_turns_and_a_refusal_does_not_make_the_next_wait() {
        let refused = |to| (to, 5, false);
        let all = [v6(1), v6(2), v6(3), v4(1), v4(2)];
        let course = Course::new(&[(0, &all)], &all.map(refused));
        let tried: Vec<_> = course.run();
        assert_eq!(
            tried,
            [
                (0, Connect(v6(1))),
                (5, Connect(v4(1))),
                (10, Connect(v6(2))),
                (15, Connect(v4(2))),
                (20, Connect(v6(3))),
                (25, Lost)
            ]
        );
    }

    #[test]
    fn a_refusal_is_gone_on_from_at_once_while_others_are_on_their_way() {
        let course = Course::new(
            &[(0, &[v6(1), v4(1), v6(2)])],
            &[(v4(1), 5, false), (v6(2), 10, true)],
        );
        assert_eq!(
            course.run(),
            [
                (0, Connect(v6(1))),
                (250, Connect(v4(1))),
                (255, Connect(v6(2))),
                (265, Close(v6(1))),
                (265, Won(v6(2)))
            ]
        );
    }

    #[test]
    fn each_attempt_has_its_own_time() {
        let mut course = Course::new(&[(0, &[v6(1), v4(1)])], &[]);
        course.patience = Some(Duration::from_secs(1));
        assert_eq!(
            course.run(),
            [
                (0, Connect(v6(1))),
                (250, Connect(v4(1))),
                (1000, TimeOut(v6(1))),
                (1250, TimeOut(v4(1))),
                (1250, Lost)
            ]
        );
    }

    #[test]
    fn what_there_is_no_way_to_is_tried_last() {
        let mut course = Course::new(&[(0, &[v6(1), v4(1)])], &[(v4(1), 5, false), (v6(1), 5, true)]);
        course.without_way = vec![v6(1)];
        assert_eq!(
            course.run(),
            [(0, Connect(v4(1))), (5, Connect(v6(1))), (10, Won(v6(1)))]
        );
    }

    #[test]
    fn no_address_is_no_connection() {
        assert_eq!(Course::new(&[], &[]).run(), [(0, Lost)]);
    }
}
