//! One call in hand: when it was sent, what was heard of it, when it is due again.

use std::time::Duration;

use crate::proto::Instant;
use crate::proto::launch::{Ending, Judgement};
use crate::proto::link::Answers;
use crate::wire::rlaunch::{Datagram, Status};

/// A call that has its id and is not over.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) number: u64,
    pub(super) payload: Vec<u8>,
    pub(super) phase: Phase,
    /// Whether it is on its way: sent, and nothing was heard of it since.
    pub(super) is_flying: bool,
    pub(super) cancelling: bool,
    /// What the server said last, while it said nothing final.
    pub(super) hint: Option<Status>,
    pub(super) attempts: u32,
    /// How many timers in a row ran out.
    pub(super) losses: u32,
    pub(super) rtt: Option<Duration>,
    /// Which of the session's cookies went with it last, and which calls it said are settled.
    pub(super) cookie: u32,
    pub(super) acknowledged: u64,
    /// When it was first sent; its time counts from here.
    pub(super) began: Instant,
    /// When the latest attempts were sent: attempt `n` is at `n % KEPT`.
    sent: [Instant; KEPT],
}

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It must not be sent before it is noted.
    Noting,
    /// It is among those that are to be sent.
    Due,
    /// It is sent again at this time, if nothing is heard before.
    Waiting(Instant),
    /// It is too far ahead of what is settled, and waits for that; it is tried again at this time at the latest.
    Ahead(Instant),
}

/// What becomes of a call by a reply.
#[derive(Debug)]
pub(super) enum News {
    /// It goes on; the next attempt is due then.
    Again(Instant),
    /// It is to be sent again at once.
    Now,
    /// It waits for earlier ones to be settled.
    Ahead,
    /// It is over.
    Over(Ending),
    /// The reply says nothing.
    Nothing,
}

impl Call {
    pub(super) fn new(now: Instant, number: u64, payload: Vec<u8>, phase: Phase) -> Self {
        Self {
            number,
            payload,
            phase,
            is_flying: false,
            cancelling: false,
            hint: None,
            attempts: 0,
            losses: 0,
            rtt: None,
            cookie: 0,
            acknowledged: 0,
            began: now,
            sent: [now; KEPT],
        }
    }

    /// Takes note that it is sent.
    pub(super) fn sent(&mut self, now: Instant) {
        self.attempts = self.attempts.saturating_add(1);
        if self.attempts == 1 {
            self.began = now;
        }
        if let Some(sent) = self.sent.get_mut(self.attempts as usize % KEPT) {
            *sent = now;
        }
        self.is_flying = true;
    }

    /// The round trip that a reply ends, if it can be told; without the time that the server held the request.
    pub(super) fn round_trip(&self, now: Instant, answers: Answers) -> Option<Duration> {
        let (number, held) = match answers {
            Answers::Any => return None,
            Answers::Attempt { number, held } => (number, held),
        };
        let behind = self.attempts.checked_sub(number)?;
        let known = number >= 1 && (behind as usize) < KEPT;
        let sent = self.sent.get(number as usize % KEPT).filter(|_| known)?;
        Some((now - *sent).saturating_sub(held))
    }

    /// What a reply from the server to this very call means for it.
    pub(super) fn hear(&mut self, now: Instant, reply: &Datagram<'_>) -> News {
        self.losses = 0;
        if reply.status == Status::Window {
            // A late copy may still find room: nothing is certain until it is answered.
            self.hint = Some(Status::Window);
            return News::Ahead;
        }
        match Judgement::of(reply, self.cancelling) {
            Judgement::Later(status, pause) => {
                self.hint = Some(status);
                News::Again(now + pause)
            }
            Judgement::NoRoom(status) => {
                self.hint = Some(status);
                self.cancelling = true;
                News::Now
            }
            Judgement::Over(ending) => {
                // Before anybody asked for it: the action could not be begun.
                if ending == Ending::NotLaunched && !self.cancelling {
                    self.hint = Some(Status::NotLaunched);
                }
                News::Over(ending)
            }
            Judgement::Nothing => News::Nothing,
        }
    }

    /// The moment at which its time is over: for the request, and then for the cancellation.
    pub(super) fn limit(&self, deadline: Duration, grace: Duration) -> Instant {
        let limit = self.began + deadline;
        if self.cancelling { limit + grace } else { limit }
    }

    /// When it wants to be looked at.
    pub(super) fn wake(&self, deadline: Duration, grace: Duration) -> Option<Instant> {
        match self.phase {
            Phase::Noting | Phase::Due => None,
            Phase::Waiting(at) | Phase::Ahead(at) => Some(at.min(self.limit(deadline, grace))),
        }
    }
}

/// Of how many attempts the time is kept.
const KEPT: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn attempt(number: u32) -> Answers {
        Answers::Attempt {
            number,
            held: Duration::from_millis(5),
        }
    }

    #[test]
    fn a_round_trip_is_measured_against_the_attempt_that_was_answered() {
        let mut call = Call::new(at(0), 1, Vec::new(), Phase::Due);
        call.sent(at(10));
        call.sent(at(100));
        assert_eq!(call.began, at(10));
        let ms = Duration::from_millis;
        assert_eq!(call.round_trip(at(130), attempt(2)), Some(ms(25)));
        assert_eq!(call.round_trip(at(130), attempt(1)), Some(ms(115)));
        assert_eq!(call.round_trip(at(101), attempt(2)), Some(Duration::ZERO));
        for unknown in [attempt(0), attempt(3), Answers::Any] {
            assert_eq!(call.round_trip(at(130), unknown), None);
        }
        (0..KEPT as u64).for_each(|n| call.sent(at(200 + n)));
        assert_eq!(call.round_trip(at(300), attempt(2)), None, "too long ago");
    }
}
