//! What goes to the server: what is due by the clock, what is to be sent again, and what is new.

use super::call::{Call, Phase};
use super::course::Course;
use super::errand::Step;
use super::{Config, Output, Pipeline, Sent, What};
use crate::proto::Instant;
use crate::proto::launch::{Ending, envelope};
use crate::proto::link::Attempt;
use crate::wire::rlaunch::{CallId, Datagram, Kind};

impl Pipeline {
    pub(super) fn wake_at(&mut self, at: Instant) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    /// Looks at every call whose time has come.
    pub(super) fn timers(&mut self) {
        let now = self.now;
        let Config { deadline, grace, .. } = self.config;
        let (mut next, mut ended, mut lost) = (None::<Instant>, Vec::new(), 0);
        let Self { courses, due, .. } = self;
        for (place, course) in courses.iter_mut().enumerate() {
            for (seq, call) in course.iter_mut().flat_map(Course::calls) {
                let Some(wake) = call.wake(deadline, grace) else {
                    continue;
                };
                if wake > now {
                    next = Some(next.map_or(wake, |next| next.min(wake)));
                    continue;
                }
                if now >= call.limit(deadline, grace) {
                    if call.cancelling || grace.is_zero() {
                        ended.push((place, seq));
                        continue;
                    }
                    call.cancelling = true;
                    call.losses = 0;
                } else if call.is_flying {
                    lost += 1;
                    call.losses += 1;
                }
                call.phase = Phase::Due;
                due.push_back((place, seq));
            }
        }
        self.wake = next;
        if lost > 0 {
            self.tally.timeouts += lost;
            self.window.narrow(now, self.pace.rto().timeout());
        }
        for (place, seq) in ended {
            let hint = self.course_at(place).and_then(|course| course.call(seq)?.hint);
            self.finish(place, seq, Ending::unanswered(hint));
        }
    }

    /// What is to be sent beside the calls.
    pub(super) fn errands(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        if let Some(step) = self.opening.as_mut().and_then(|opening| opening.poll(bytes)) {
            match step {
                Step::Send(attempt) => return Some(self.sent(What::Hello, attempt)),
                Step::GiveUp => {
                    self.opening = None;
                    self.end_queue(&Ending::NotLaunched);
                    return self.outputs.pop_front();
                }
            }
        }
        match self.closing.as_mut()?.poll(bytes)? {
            Step::Send(attempt) => Some(self.sent(What::Bye, attempt)),
            Step::GiveUp => {
                self.closing = None;
                Some(Output::Closed)
            }
        }
    }

    /// The next call that is due.
    pub(super) fn repeat(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        while let Some((place, seq)) = self.due.pop_front() {
            let call = self.course_at(place).and_then(|course| course.call(seq));
            if call.is_some_and(|call| call.phase == Phase::Due) {
                return self.transmit(place, seq, bytes);
            }
        }
        None
    }

    /// The next call of the queue, if it may go.
    pub(super) fn launch(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        if self.queue.is_empty() || self.opening.is_some() {
            return None;
        }
        let Some(place) = self.current else {
            self.open();
            return self.errands(bytes);
        };
        let (now, reach, noted) = (self.now, self.reach, self.config.noted);
        let course = self.courses.get_mut(place)?.as_mut()?;
        if !self.window.has_room() || course.len() as u64 >= reach {
            return None;
        }
        let (number, payload) = self.queue.pop_front()?;
        let phase = if noted { Phase::Noting } else { Phase::Due };
        let mut call = Call::new(now, number, payload, phase);
        self.window.sent();
        call.is_flying = true;
        let seq = course.push(call);
        if !noted {
            return self.transmit(place, seq, bytes);
        }
        let (instance, session) = (course.session.instance, course.session.id);
        let call = CallId { session, seq };
        Some(Output::Begun {
            number,
            instance,
            call,
        })
    }

    fn transmit(&mut self, place: usize, seq: u64, bytes: &mut Vec<u8>) -> Option<Output> {
        let now = self.now;
        let course = self.courses.get_mut(place)?.as_mut()?;
        let (cookie, acknowledged) = (course.cookie, course.session.ack_through);
        let call = course.call(seq)?;
        if !call.is_flying {
            self.window.sent();
        }
        call.sent(now);
        (call.cookie, call.acknowledged) = (cookie, acknowledged);
        let wait = self.pace.wait(call.losses, now, &mut self.rng);
        call.phase = Phase::Waiting(now + wait);
        let (number, cancelling) = (call.attempts, call.cancelling);
        let limit = call.limit(self.config.deadline, self.config.grace);
        let kind = if cancelling { Kind::Cancel } else { Kind::Request };
        let header = course.session.datagram(kind, seq, number);
        let session = course.session.id;
        let payload = course
            .call(seq)
            .filter(|_| !cancelling)
            .map(|call| call.payload.as_slice());
        let payload = payload.unwrap_or_default();
        envelope::close(&Datagram { payload, ..header }, &self.seal, bytes);
        let at = (now + wait).min(limit);
        self.wake_at(at);
        let call = CallId { session, seq };
        let what = if cancelling {
            What::Cancel(call)
        } else {
            What::Request(call)
        };
        let wait = at - now;
        Some(self.sent(what, Attempt { number, wait }))
    }

    fn sent(&mut self, what: What, attempt: Attempt) -> Output {
        self.tally.sends += 1;
        self.tally.repeats += u64::from(attempt.number > 1);
        Output::Send(Sent { what, attempt })
    }
}
