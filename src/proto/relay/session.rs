//! One connection between the standard streams and the network: which side has ended, and what follows from it.
//!
//! The rules are those of OpenBSD's nc with Debian's `-q`. Where that nc loses data in silence the session ends
//! as [`End::Lost`]: whoever runs it then exits non-zero.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Duration;

use crate::proto::{Instant, Machine};

/// The way that bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From standard input to the network.
    Up,
    /// From the network to standard output.
    Down,
}

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// `-N`: the end of standard input is passed on to the peer.
    pub half_close: bool,
    /// `-l`: the end of the peer is the end of the connection, even with standard input still open.
    pub peer_decides: bool,
    /// `--send-only`: the end of standard input is the end of the connection, and that of the peer is not.
    pub sender_decides: bool,
    /// `-w`: give up after this long without a byte either way.
    pub idle: Option<Duration>,
    /// `--idle-timeout`: the same, but as a fault.
    pub abandon: Option<Duration>,
    /// `-q`: leave this long after the end of standard input.
    pub linger: Option<Duration>,
    /// `-i`: the time between two lines sent.
    pub pause: Option<Duration>,
    /// `-W`: leave after this many reads from the network.
    pub limit: Option<NonZeroU32>,
}

/// What happened at one of the ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// Bytes, or one datagram, reached the far end of this direction.
    Moved(Direction),
    /// The source of this direction has ended, and all that came from it was delivered.
    Ended(Direction),
    /// The far end of this direction takes no more: what was on its way is lost.
    Refused(Direction),
    /// The network connection broke.
    Broke,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Tell the peer that no more will be sent.
    HalfClose,
    /// Send what standard input has at hand, then report its end.
    Finish,
    /// Send nothing until [`Output::Release`].
    Hold,
    /// Go on sending.
    Release,
    /// The connection is over.
    End(End),
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Both ways ended, or the one that decides, and everything was delivered.
    Complete,
    /// Nothing moved for the time of `-w`.
    Idle,
    /// Nothing moved for the time of `--idle-timeout`.
    Abandoned,
    /// The time of `-q` was over.
    Lingered,
    /// The reads of `-W` were over.
    Limit,
    /// Something was not delivered.
    Lost,
}

/// The machine.
#[derive(Debug)]
pub struct Session {
    rules: Rules,
    up: Up,
    down: Down,
    lost: bool,
    moved_at: Instant,
    reads: u32,
    outputs: VecDeque<Output>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Up {
    Open,
    Held { until: Instant },
    Finishing,
    Ended { at: Instant },
    Broken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Down {
    Open,
    Ended,
    Broken,
    Over,
}

impl Session {
    /// A connection that was made at `now`.
    pub fn new(rules: Rules, now: Instant) -> Self {
        Self {
            rules,
            up: Up::Open,
            down: Down::Open,
            lost: false,
            moved_at: now,
            reads: 0,
            outputs: VecDeque::new(),
        }
    }

    fn moved(&mut self, now: Instant, direction: Direction) {
        self.moved_at = self.moved_at.max(now);
        match direction {
            Direction::Up => {
                if let (Up::Open, Some(pause)) = (self.up, self.rules.pause) {
                    self.up = Up::Held { until: now + pause };
                    self.outputs.push_back(Output::Hold);
                }
            }
            Direction::Down => {
                self.reads = self.reads.saturating_add(1);
                if self.rules.limit.is_some_and(|limit| self.reads >= limit.get()) {
                    self.end(End::Limit);
                }
            }
        }
    }

    fn ended(&mut self, now: Instant, direction: Direction) {
        match direction {
            Direction::Up => {
                if self.rules.half_close {
                    self.outputs.push_back(Output::HalfClose);
                }
                self.up = Up::Ended { at: now };
                if self.down != Down::Open || self.rules.sender_decides {
                    self.end(End::Complete);
                }
            }
            Direction::Down => {
                self.down = Down::Ended;
                match self.up {
                    Up::Ended { .. } | Up::Broken => self.end(End::Complete),
                    Up::Open | Up::Held { .. } if self.rules.peer_decides && !self.rules.sender_decides => {
                        self.up = Up::Finishing;
                        self.outputs.push_back(Output::Finish);
                    }
                    Up::Open | Up::Held { .. } | Up::Finishing => {}
                }
            }
        }
    }

    fn refused(&mut self, direction: Direction) {
        self.lost = true;
        match direction {
            Direction::Up => {
                self.up = Up::Broken;
                if self.down != Down::Open {
                    self.end(End::Lost);
                }
            }
            Direction::Down => {
                self.down = Down::Broken;
                if self.rules.peer_decides || matches!(self.up, Up::Ended { .. } | Up::Broken) {
                    self.end(End::Lost);
                }
            }
        }
    }

    fn end(&mut self, end: End) {
        self.down = Down::Over;
        self.up = Up::Broken;
        self.outputs
            .push_back(Output::End(if self.lost { End::Lost } else { end }));
    }

    fn idle_at(&self) -> Option<Instant> {
        Some(self.moved_at + self.rules.idle?)
    }

    fn abandon_at(&self) -> Option<Instant> {
        Some(self.moved_at + self.rules.abandon?)
    }

    fn leave_at(&self) -> Option<Instant> {
        match self.up {
            Up::Ended { at } => Some(at + self.rules.linger?),
            _ => None,
        }
    }

    fn release_at(&self) -> Option<Instant> {
        match self.up {
            Up::Held { until } => Some(until),
            _ => None,
        }
    }
}

impl Machine for Session {
    type Input<'a> = Input;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input) {
        if self.down == Down::Over {
            return;
        }
        match input {
            Input::Moved(direction) => self.moved(now, direction),
            Input::Ended(direction) => self.ended(now, direction),
            Input::Refused(direction) => self.refused(direction),
            Input::Broke => {
                self.lost = true;
                self.end(End::Lost);
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        let due = |moment: Option<Instant>| moment.is_some_and(|moment| moment <= now);
        if self.down == Down::Over {
        } else if due(self.leave_at()) {
            self.end(End::Lingered);
        } else if due(self.abandon_at()) {
            self.end(End::Abandoned);
        } else if due(self.idle_at()) {
            self.end(End::Idle);
        } else if due(self.release_at()) {
            self.up = Up::Open;
            self.outputs.push_back(Output::Release);
        }
    }

    fn poll_output(&mut self, _bytes: &mut Vec<u8>) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.down == Down::Over {
            return None;
        }
        [
            self.idle_at(),
            self.abandon_at(),
            self.leave_at(),
            self.release_at(),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a session under `rules` says to each of `inputs`, all at the origin.
    fn told(rules: Rules, inputs: &[Input]) -> Vec<Output> {
        let mut session = Session::new(rules, Instant::ZERO);
        let mut outputs = Vec::new();
        for input in inputs {
            session.handle(Instant::ZERO, *input);
            outputs.extend(std::iter::from_fn(|| session.poll_output(&mut Vec::new())));
        }
        outputs
    }

    fn listening() -> Rules {
        Rules {
            peer_decides: true,
            ..Rules::default()
        }
    }

    use Direction::{Down, Up};
    use Input::{Broke, Ended, Moved, Refused};

    #[test]
    fn a_client_ends_when_both_ways_have_ended() {
        assert_eq!(told(Rules::default(), &[Ended(Up)]), []);
        assert_eq!(told(Rules::default(), &[Ended(Down)]), []);
        let both = [Output::End(End::Complete)];
        assert_eq!(told(Rules::default(), &[Ended(Up), Ended(Down)]), both);
        assert_eq!(told(Rules::default(), &[Ended(Down), Ended(Up)]), both);
    }

    #[test]
    fn half_close_follows_the_end_of_standard_input_only_when_asked_for() {
        let rules = Rules {
            half_close: true,
            ..Rules::default()
        };
        assert_eq!(told(rules, &[Ended(Up)]), [Output::HalfClose]);
    }

    #[test]
    fn a_listener_ends_with_its_peer_after_sending_what_is_at_hand() {
        let outputs = told(listening(), &[Ended(Down), Moved(Up), Ended(Up)]);
        assert_eq!(outputs, [Output::Finish, Output::End(End::Complete)]);
        assert_eq!(
            told(listening(), &[Ended(Up), Ended(Down)]),
            [Output::End(End::Complete)]
        );
    }

    #[test]
    fn whoever_only_sends_ends_with_its_input_and_not_with_its_peer() {
        let rules = Rules {
            half_close: true,
            sender_decides: true,
            ..listening()
        };
        assert_eq!(told(rules.clone(), &[Ended(Down), Moved(Up)]), []);
        let over = [Output::HalfClose, Output::End(End::Complete)];
        assert_eq!(told(rules, &[Moved(Down), Ended(Up)]), over);
    }

    #[test]
    fn what_was_read_but_not_delivered_is_a_loss_at_the_end() {
        let lost = [Output::End(End::Lost)];
        assert_eq!(
            told(Rules::default(), &[Refused(Up), Moved(Down), Ended(Down)]),
            lost
        );
        assert_eq!(
            told(Rules::default(), &[Refused(Down), Moved(Up), Ended(Up)]),
            lost
        );
        assert_eq!(told(listening(), &[Refused(Down)]), lost);
        assert_eq!(told(Rules::default(), &[Broke]), lost);
    }

    #[test]
    fn nothing_is_said_after_the_end() {
        let outputs = told(Rules::default(), &[Broke, Ended(Up), Ended(Down), Refused(Up)]);
        assert_eq!(outputs, [Output::End(End::Lost)]);
    }

    /// Any input, or the passing of so many milliseconds.
    fn event() -> impl Strategy<Value = Result<Input, u64>> {
        let direction = prop_oneof![Just(Up), Just(Down)];
        prop_oneof![
            direction.clone().prop_map(|way| Ok(Moved(way))),
            direction.clone().prop_map(|way| Ok(Ended(way))),
            direction.prop_map(|way| Ok(Refused(way))),
            Just(Ok(Broke)),
            (0..3000_u64).prop_map(Err),
        ]
    }

    fn rules() -> impl Strategy<Value = Rules> {
        let seconds = || proptest::option::of((1..3_u64).prop_map(Duration::from_secs));
        let limit = proptest::option::of((1..9_u32).prop_map(|limit| NonZeroU32::new(limit).unwrap()));
        let times = [seconds(), seconds(), seconds(), seconds()];
        (any::<[bool; 3]>(), times, limit).prop_map(
            |([half_close, peer_decides, sender_decides], [idle, abandon, linger, pause], limit)| Rules {
                half_close,
                peer_decides,
                sender_decides,
                idle,
                abandon,
                linger,
                pause,
                limit,
            },
        )
    }

    proptest! {
        #[test]
        fn the_end_is_said_once_and_last_and_tells_of_every_loss(
            rules in rules(),
            events in proptest::collection::vec(event(), 0..40),
        ) {
            let mut session = Session::new(rules, Instant::ZERO);
            let (mut now, mut lost, mut end) = (Instant::ZERO, false, None);
            for event in events {
                match event {
                    Ok(input) => {
                        lost |= end.is_none() && matches!(input, Refused(_) | Broke);
                        session.handle(now, input);
                    }
                    Err(millis) => {
                        now += Duration::from_millis(millis);
                        session.handle_timeout(now);
                    }
                }
                while let Some(output) = session.poll_output(&mut Vec::new()) {
                    prop_assert_eq!(end, None, "nothing after the end");
                    if let Output::End(how) = output {
                        prop_assert_eq!(how == End::Lost, lost);
                        end = Some(how);
                    }
                }
                prop_assert!(end.is_none() || session.poll_timeout().is_none());
            }
        }
    }

    #[test]
    fn traffic_either_way_restarts_the_idle_timer() {
        let second = Duration::from_secs(1);
        let rules = Rules {
            idle: Some(second * 2),
            ..Rules::default()
        };
        let mut session = Session::new(rules, Instant::ZERO);
        session.handle(Instant::ZERO + second, Moved(Down));
        assert_eq!(session.poll_timeout(), Some(Instant::ZERO + second * 3));
        session.handle_timeout(Instant::ZERO + second * 2);
        assert_eq!(session.poll_output(&mut Vec::new()), None);
        session.handle_timeout(Instant::ZERO + second * 3);
        assert_eq!(session.poll_output(&mut Vec::new()), Some(Output::End(End::Idle)));
        assert_eq!(session.poll_timeout(), None);
    }

    #[test]
    fn an_idle_connection_can_be_a_fault() {
        let second = Duration::from_secs(1);
        let rules = Rules {
            idle: Some(second * 3),
            abandon: Some(second * 2),
            ..Rules::default()
        };
        let mut session = Session::new(rules, Instant::ZERO);
        session.handle(Instant::ZERO + second, Moved(Up));
        assert_eq!(session.poll_timeout(), Some(Instant::ZERO + second * 3));
        session.handle_timeout(Instant::ZERO + second * 3);
        assert_eq!(
            session.poll_output(&mut Vec::new()),
            Some(Output::End(End::Abandoned))
        );
    }

    #[test]
    fn the_linger_timer_runs_from_the_end_of_standard_input() {
        let second = Duration::from_secs(1);
        let rules = Rules {
            linger: Some(second),
            half_close: true,
            ..Rules::default()
        };
        let mut session = Session::new(rules, Instant::ZERO);
        assert_eq!(session.poll_timeout(), None);
        session.handle(Instant::ZERO + second * 5, Ended(Up));
        assert_eq!(session.poll_output(&mut Vec::new()), Some(Output::HalfClose));
        session.handle_timeout(Instant::ZERO + second * 6);
        assert_eq!(
            session.poll_output(&mut Vec::new()),
            Some(Output::End(End::Lingered))
        );
    }

    #[test]
    fn a_pause_holds_the_way_up_until_it_is_over() {
        let second = Duration::from_secs(1);
        let rules = Rules {
            pause: Some(second),
            ..Rules::default()
        };
        let mut session = Session::new(rules, Instant::ZERO);
        session.handle(Instant::ZERO, Moved(Up));
        assert_eq!(session.poll_output(&mut Vec::new()), Some(Output::Hold));
        assert_eq!(session.poll_timeout(), Some(Instant::ZERO + second));
        session.handle_timeout(Instant::ZERO + second);
        assert_eq!(session.poll_output(&mut Vec::new()), Some(Output::Release));
    }

    #[test]
    fn the_limit_counts_reads_from_the_network() {
        let rules = Rules {
            limit: NonZeroU32::new(2),
            ..Rules::default()
        };
        assert_eq!(
            told(rules, &[Moved(Down), Moved(Up), Moved(Down)]),
            [Output::End(End::Limit)]
        );
    }
}
