//! A question beside the calls: for a session, or for its end.

use crate::proto::link::{Attempt, GaveUp, Heard, Output, Policy, Question, Rto, Stubborn, Verdict};
use crate::proto::{Instant, Machine};

/// A question that is repeated until it is answered.
#[derive(Debug)]
pub(super) struct Errand<Q> {
    pub(super) question: Q,
    stubborn: Stubborn,
}

/// What an errand wants.
pub(super) enum Step {
    /// Send the bytes.
    Send(Attempt),
    /// It is given up.
    GiveUp,
}

impl<Q: Question> Errand<Q> {
    pub(super) fn new(now: Instant, policy: Policy, rto: Rto, seed: u64, question: Q) -> Self {
        Self {
            question,
            stubborn: Stubborn::new(now, policy, rto, seed),
        }
    }

    /// Shows it a datagram. Whether it was for it, and whether it is the answer.
    pub(super) fn hear(&mut self, now: Instant, bytes: &[u8]) -> (bool, bool) {
        match self.question.judge(bytes) {
            Verdict::Accept(answers) => {
                self.stubborn.handle(now, Heard::Answer(answers));
                (true, true)
            }
            Verdict::Working(answers, pause) => {
                self.stubborn.handle(now, Heard::Working(answers, pause));
                // What is to be asked at once is not asked after the next timer.
                self.stubborn.handle_timeout(now);
                (true, false)
            }
            Verdict::Ignore => (false, false),
        }
    }

    /// The round trip that was measured, if one was.
    pub(super) fn rtt(&self) -> Option<std::time::Duration> {
        self.stubborn.rtt()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.stubborn.handle_timeout(now);
    }

    pub(super) fn poll(&mut self, bytes: &mut Vec<u8>) -> Option<Step> {
        Some(match self.stubborn.poll_output(bytes)? {
            Output::Send(attempt) => {
                self.question.request(attempt.number, bytes);
                Step::Send(attempt)
            }
            Output::GiveUp(GaveUp::Attempts | GaveUp::Deadline) => Step::GiveUp,
        })
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.stubborn.poll_timeout()
    }
}
