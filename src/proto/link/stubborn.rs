//! The stubborn link: what is sent is sent again, until it is answered or given up.
//!
//! Guarantees of a stubborn link (Cachin, Guerraoui, Rodrigues, module 2.2):
//!
//! * **SL1, stubborn delivery**: if a correct process sends a message once to a correct process, it is delivered
//!   there an infinite number of times;
//! * **SL2, no creation**: what is delivered was sent.
//!
//! An infinite number is for the book. Here a message is repeated for as long as nobody calls
//! [`Stubborn::answered`] and the [`Policy`] allows. Below it a fair-loss link loses datagrams; the repetition
//! is what no finite number of losses can stop.
//!
//! The machine knows *when*, not *what*: its owner (`Ask`, rlaunch's caller) puts the bytes to each
//! [`Output::Send`]. It keeps the manners of RFC 8085, section 3.1.3 for those who send single datagrams: one
//! message in flight, a timer that is measured where it can be, backed off at each loss, and jitter.

use std::time::Duration;

use rand::SeedableRng;
use rand_pcg::Pcg32;

use super::Rto;
use crate::proto::{Instant, Machine};

/// The repetition of one message.
#[derive(Clone, Debug)]
pub struct Stubborn {
    policy: Policy,
    rto: Rto,
    rng: Pcg32,
    started: Instant,
    attempts: u32,
    /// When the latest attempts were sent: attempt `n` is at `n % KEPT`.
    sent: [Instant; KEPT as usize],
    rtt: Option<Duration>,
    samples: u32,
    heard: bool,
    state: State,
}

/// How often and how long a message is repeated. The default is for ever, by the estimator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// What sets the time between two attempts.
    pub pace: Pace,
    /// The most attempts, if there is a most. After the last one the wait is as long as after any other.
    pub attempts: Option<u32>,
    /// The time from the first attempt after which the message is given up, whatever else is due.
    pub deadline: Option<Duration>,
}

/// What sets the time between two attempts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// The estimator: RFC 6298 with back-off and jitter.
    #[default]
    Adaptive,
    /// A fixed interval, with neither back-off nor jitter: what `dig +time=T +tries=N` means.
    Every(Duration),
}

impl Policy {
    /// Exactly `attempts` attempts, `interval` apart, and an `interval` of waiting after the last.
    pub const fn fixed(attempts: u32, interval: Duration) -> Self {
        Self {
            pace: Pace::Every(interval),
            attempts: Some(attempts),
            deadline: None,
        }
    }

    /// As many attempts as the estimator finds right within `deadline`.
    pub const fn within(deadline: Duration) -> Self {
        Self {
            pace: Pace::Adaptive,
            attempts: None,
            deadline: Some(deadline),
        }
    }
}

/// Which attempt a reply answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answers {
    /// The protocol does not say. By Karn's rule the reply is a sample only if there was one attempt, and only
    /// the first reply to it: a later one was held by the other end for a time that nobody knows.
    Any,
    /// The protocol echoes the attempt, so that each reply is a sample.
    Attempt {
        /// The attempt, counted from 1.
        number: u32,
        /// How long the other end says that it held the message before it answered: not part of the round
        /// trip.
        held: Duration,
    },
}

/// What the owner tells of the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The answer: the repetition ends.
    Answer(Answers),
    /// A sign that the message arrived and the answer is to come: the next attempt is due only after the time
    /// given.
    Working(Answers, Duration),
}

/// What the owner is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send the message.
    Send(Attempt),
    /// Nothing more: the policy is exhausted.
    GiveUp(GaveUp),
}

/// One transmission of the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its number, counted from 1.
    pub number: u32,
    /// How long the machine waits from here: to the next attempt, or until it gives up.
    pub wait: Duration,
}

/// Why a message was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GaveUp {
    /// The last attempt that the policy allows was not answered.
    Attempts,
    /// The time that the policy allows is over.
    Deadline,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// An attempt is to be sent, as of the time given.
    Due(Instant),
    /// The timer of the latest attempt runs out at `retry`.
    Waiting {
        retry: Instant,
    },
    /// To be told to the owner.
    GivingUp(GaveUp),
    Over,
}

impl Stubborn {
    /// A message whose first attempt is due at once. `seed` is the one of the jitter.
    pub fn new(now: Instant, policy: Policy, mut rto: Rto, seed: u64) -> Self {
        rto.settle(now);
        Self {
            policy,
            rto,
            rng: Pcg32::seed_from_u64(seed),
            started: now,
            attempts: 0,
            sent: [now; KEPT as usize],
            rtt: None,
            samples: 0,
            heard: false,
            state: State::Due(now),
        }
    }

    /// How many attempts were made.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// When the first attempt was made.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// When the latest attempt was made.
    pub fn latest(&self) -> Instant {
        self.sent_at(self.attempts).unwrap_or(self.started)
    }

    /// The round-trip time of the latest unambiguous reply.
    pub fn rtt(&self) -> Option<Duration> {
        self.rtt
    }

    /// How many replies were unambiguous.
    pub fn samples(&self) -> u32 {
        self.samples
    }

    /// The estimator, with what it has learnt.
    pub fn rto(&self) -> Rto {
        self.rto
    }

    /// Whether the message was answered or given up.
    pub fn is_over(&self) -> bool {
        matches!(self.state, State::GivingUp(_) | State::Over)
    }

    /// Shows a reply to the estimator, if it is unambiguous.
    fn measure(&mut self, now: Instant, answers: Answers) {
        let rtt = match answers {
            Answers::Any if self.attempts == 1 && !self.heard => Some(now - self.latest()),
            Answers::Any => None,
            // What the other end claims to have held cannot make the round trip shorter than nothing.
            Answers::Attempt { number, held } => {
                self.sent_at(number).map(|sent| (now - sent).saturating_sub(held))
            }
        };
        self.heard = true;
        if let Some(rtt) = rtt {
            self.rto.sample(rtt);
            self.rtt = Some(rtt);
            self.samples = self.samples.saturating_add(1);
        }
    }

    /// When an attempt was sent, if it was and is recent enough to be known.
    fn sent_at(&self, number: u32) -> Option<Instant> {
        let known = number >= 1 && number <= self.attempts && self.attempts - number < KEPT;
        known.then(|| self.sent.get(slot(number)).copied()).flatten()
    }

    fn deadline(&self) -> Option<Instant> {
        self.policy.deadline.map(|after| self.started + after)
    }

    fn is_past_deadline(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|deadline| now >= deadline)
    }
}

impl Machine for Stubborn {
    type Input<'a> = Heard;
    type Output = Output;

    fn handle(&mut self, now: Instant, heard: Heard) {
        if self.is_over() {
            return;
        }
        match heard {
            Heard::Answer(answers) => {
                self.measure(now, answers);
                self.state = State::Over;
            }
            Heard::Working(answers, pause) => {
                self.measure(now, answers);
                self.state = State::Waiting { retry: now + pause };
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        let State::Waiting { retry } = self.state else {
            return;
        };
        let ran_out = now >= retry;
        if ran_out && self.policy.pace == Pace::Adaptive {
            self.rto.back_off(now);
        }
        if self.is_past_deadline(now) {
            self.state = State::GivingUp(GaveUp::Deadline);
        } else if ran_out {
            self.state = match self.policy.attempts {
                Some(most) if self.attempts >= most => State::GivingUp(GaveUp::Attempts),
                _ => State::Due(now),
            };
        }
    }

    fn poll_output(&mut self, _bytes: &mut Vec<u8>) -> Option<Output> {
        match self.state {
            State::Due(now) => {
                self.attempts = self.attempts.saturating_add(1);
                if let Some(sent) = self.sent.get_mut(slot(self.attempts)) {
                    *sent = now;
                }
                let interval = match self.policy.pace {
                    Pace::Adaptive => self.rto.jittered(&mut self.rng),
                    Pace::Every(interval) => interval,
                };
                self.state = State::Waiting {
                    retry: now + interval,
                };
                Some(Output::Send(Attempt {
                    number: self.attempts,
                    wait: self.poll_timeout().map_or(interval, |timeout| timeout - now),
                }))
            }
            State::GivingUp(why) => {
                self.state = State::Over;
                Some(Output::GiveUp(why))
            }
            State::Waiting { .. } | State::Over => None,
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let State::Waiting { retry } = self.state else {
            return None;
        };
        Some(self.deadline().map_or(retry, |deadline| deadline.min(retry)))
    }
}

/// The place of an attempt's time among those kept.
fn slot(attempt: u32) -> usize {
    (attempt % KEPT) as usize
}

/// Of how many attempts the time is kept: with back-off, many more than are ever on their way.
const KEPT: u32 = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::link::{Estimate, Limits};

    const fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    fn at(millis: u64) -> Instant {
        Instant::ZERO + ms(millis)
    }

    fn steady() -> Rto {
        let limits = Limits {
            jitter: 0,
            ..Limits::REQUEST
        };
        Rto::remembering(
            limits,
            Estimate {
                smoothed: ms(80),
                variation: ms(5),
            },
        )
    }

    /// Runs the machine without an answer: when it sent, and how and when it ended.
    fn unanswered(policy: Policy, rto: Rto) -> (Vec<Duration>, Option<(GaveUp, Duration)>) {
        let mut machine = Stubborn::new(Instant::ZERO, policy, rto, 0);
        let (mut now, mut sends) = (Instant::ZERO, Vec::new());
        for _ in 0..100 {
            while let Some(output) = machine.poll_output(&mut Vec::new()) {
                match output {
                    Output::Send(_) => sends.push(now.since_origin()),
                    Output::GiveUp(why) => return (sends, Some((why, now.since_origin()))),
                }
            }
            now = machine.poll_timeout().expect("it waits");
            machine.handle_timeout(now);
        }
        (sends, None)
    }

    #[test]
    fn without_a_limit_the_message_is_sent_for_ever() {
        let (sends, end) = unanswered(Policy::default(), steady());
        assert_eq!(end, None);
        assert_eq!(sends.len(), 100);
        assert_eq!(sends[..4], [ms(0), ms(100), ms(300), ms(700)]);
        assert_eq!(sends[99] - sends[98], Limits::REQUEST.cap);
    }

    #[test]
    fn the_deadline_ends_it_even_before_the_first_timer() {
        let (sends, end) = unanswered(Policy::within(ms(30)), steady());
        assert_eq!(sends, [ms(0)]);
        assert_eq!(end, Some((GaveUp::Deadline, ms(30))));
    }

    #[test]
    fn a_fixed_pace_sends_exactly_n_times_t_apart_and_waits_t_after_the_last() {
        let (sends, end) = unanswered(Policy::fixed(3, ms(5000)), Rto::new(Limits::TCP));
        assert_eq!(sends, [ms(0), ms(5000), ms(10_000)]);
        assert_eq!(end, Some((GaveUp::Attempts, ms(15_000))));
    }

    #[test]
    fn a_deadline_that_cuts_the_timer_short_is_no_loss() {
        let mut machine = Stubborn::new(at(0), Policy::within(ms(30)), steady(), 0);
        machine.poll_output(&mut Vec::new());
        machine.handle_timeout(at(30));
        assert_eq!(machine.rto().timeout(), steady().timeout());
    }

    #[test]
    fn a_reply_to_the_only_attempt_is_a_sample() {
        let mut machine = Stubborn::new(at(0), Policy::default(), steady(), 0);
        machine.poll_output(&mut Vec::new());
        machine.handle(at(40), Heard::Answer(Answers::Any));
        assert_eq!(machine.rtt(), Some(ms(40)));
        assert!(machine.is_over() && machine.poll_timeout().is_none());
    }

    #[test]
    fn a_reply_after_a_second_attempt_is_no_sample_and_keeps_the_back_off() {
        let mut machine = Stubborn::new(at(0), Policy::default(), steady(), 0);
        machine.poll_output(&mut Vec::new());
        machine.handle_timeout(at(100));
        machine.poll_output(&mut Vec::new());
        machine.handle(at(110), Heard::Answer(Answers::Any));
        assert_eq!(machine.rtt(), None);
        assert_eq!(machine.rto().timeout(), ms(200));
    }

    #[test]
    fn an_echoed_attempt_is_a_sample_without_the_time_it_was_held() {
        let mut machine = Stubborn::new(at(0), Policy::default(), steady(), 0);
        machine.poll_output(&mut Vec::new());
        machine.handle_timeout(at(100));
        machine.poll_output(&mut Vec::new());
        machine.handle(
            at(190),
            Heard::Answer(Answers::Attempt {
                number: 2,
                held: ms(30),
            }),
        );
        assert_eq!(machine.rtt(), Some(ms(60)));
    }

    #[test]
    fn an_attempt_that_was_never_made_is_no_sample() {
        for number in [0, 2, u32::MAX] {
            let mut machine = Stubborn::new(at(0), Policy::default(), steady(), 0);
            machine.poll_output(&mut Vec::new());
            machine.handle(at(50), Heard::Answer(Answers::Attempt { number, held: ms(0) }));
            assert_eq!(machine.rtt(), None);
        }
    }

    #[test]
    fn the_time_that_the_other_end_worked_is_no_sample() {
        let mut machine = Stubborn::new(at(0), Policy::default(), steady(), 0);
        machine.poll_output(&mut Vec::new());
        machine.handle(at(20), Heard::Working(Answers::Any, ms(5000)));
        machine.handle(at(4000), Heard::Answer(Answers::Any));
        assert_eq!(machine.rtt(), Some(ms(20)));
    }

    #[test]
    fn a_sign_of_work_postpones_the_next_attempt_but_not_the_deadline() {
        let mut machine = Stubborn::new(at(0), Policy::within(ms(500)), steady(), 0);
        machine.poll_output(&mut Vec::new());
        machine.handle(at(20), Heard::Working(Answers::Any, ms(400)));
        assert_eq!(machine.poll_timeout(), Some(at(420)));
        machine.handle(at(30), Heard::Working(Answers::Any, ms(1000)));
        assert_eq!(machine.poll_timeout(), Some(at(500)));
        machine.handle_timeout(at(500));
        assert_eq!(
            machine.poll_output(&mut Vec::new()),
            Some(Output::GiveUp(GaveUp::Deadline))
        );
    }
}
