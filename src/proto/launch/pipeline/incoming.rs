//! What comes from the server, and what it means for its call.

use std::time::Duration;

use super::call::{News, Phase};
use super::course::Course;
use super::{Output, Pipeline};
use crate::proto::launch::{Ending, answers, envelope};
use crate::proto::link::{Answers, Verdict};
use crate::wire::rlaunch::{Datagram, Kind, Status};

impl Pipeline {
    /// A datagram came.
    pub(super) fn came(&mut self, bytes: &[u8]) {
        let Some(reply) = envelope::open(bytes, &self.seal) else {
            self.tally.rejected += 1;
            return;
        };
        if reply.kind == Kind::Session && self.came_for_opening(bytes) {
            return;
        }
        if reply.seq == 0 {
            return self.came_for_closing(bytes);
        }
        match reply.status {
            // It proves an address to a session's number, whichever store gave that out.
            Status::Cookie => (0..self.courses.len()).for_each(|place| self.came_for_call(place, &reply)),
            // Of two stores' sessions with one number it is that of the store which is not there.
            Status::Gone => {
                let place = self
                    .place_for(&reply, false)
                    .or_else(|| self.place_for(&reply, true));
                place
                    .into_iter()
                    .for_each(|place| self.came_for_call(place, &reply));
            }
            _ => {
                let place = self.place_for(&reply, true);
                place
                    .into_iter()
                    .for_each(|place| self.came_for_call(place, &reply));
            }
        }
    }

    /// Whether a datagram says that whoever sent it has another store than a call of ours: nothing was begun there,
    /// nor will be. With the answer goes whether new calls are asked of that other store.
    pub fn is_elsewhere(&mut self, bytes: &[u8]) -> Option<bool> {
        let seal = self.seal.clone();
        let reply = envelope::open(bytes, &seal)?;
        let is_gone = reply.kind == Kind::Reply && reply.status == Status::Gone && reply.seq > 0;
        if !is_gone || self.place_for(&reply, true).is_some() {
            return None;
        }
        self.place_for(&reply, false)?;
        Some(
            self.course()
                .is_some_and(|course| course.session.instance == reply.instance),
        )
    }

    /// The place of the session in which the call of `reply` is in hand, of its own store or of another one.
    fn place_for(&mut self, reply: &Datagram<'_>, is_own: bool) -> Option<usize> {
        self.courses.iter_mut().position(|course| {
            course.as_mut().is_some_and(|course| {
                (course.session.instance == reply.instance) == is_own
                    && course.session.id == reply.session
                    && course.call(reply.seq).is_some()
            })
        })
    }

    fn came_for_opening(&mut self, bytes: &[u8]) -> bool {
        let Some(opening) = &mut self.opening else {
            return false;
        };
        let (is_its, is_answer) = opening.hear(self.now, bytes);
        if is_its {
            self.pace.heard(self.now);
        }
        if let Some(session) = opening.question.session().filter(|_| is_answer).cloned() {
            if let Some(rtt) = opening.rtt() {
                self.tally.samples += 1;
                self.pace.sample(rtt, 1);
            }
            self.opening = None;
            self.outputs.push_back(Output::Opened(session.clone()));
            self.current = Some(self.add(Course::new(session, false)));
        }
        is_its
    }

    fn came_for_closing(&mut self, bytes: &[u8]) {
        let Some(closing) = &mut self.closing else {
            return;
        };
        if closing.hear(self.now, bytes).1 {
            self.tally.samples += u64::from(closing.rtt().is_some());
            self.closing = None;
            self.outputs.push_back(Output::Closed);
        }
    }

    fn came_for_call(&mut self, place: usize, reply: &Datagram<'_>) {
        let (now, flying) = (self.now, self.window.flying());
        let Some(course) = self.courses.get_mut(place).and_then(Option::as_mut) else {
            return;
        };
        if course.session.id != reply.session || course.call(reply.seq).is_none() {
            return;
        }
        let learnt = course.session.learn(reply);
        course.cookie += u32::from(matches!(learnt, Some(Verdict::Working(..))));
        let cookie = course.cookie;
        let Some(call) = course.call(reply.seq) else {
            return;
        };
        if learnt.is_none() && reply.kind != Kind::Reply {
            return;
        }
        let answers = answers(reply);
        if let Some(rtt) = call.round_trip(now, answers) {
            call.rtt = Some(rtt);
            self.tally.samples += 1;
            self.pace.sample(rtt, flying);
        }
        let news = match learnt {
            // Who was asked with this cookie already is answered yet.
            Some(_) if call.cookie == cookie => News::Nothing,
            Some(_) => News::Now,
            None => call.hear(now, reply),
        };
        if let (News::Over(Ending::Launched(_)), Answers::Attempt { number: 1, held }) = (&news, answers) {
            self.pace.hold(held, flying);
        }
        if !matches!(news, News::Nothing) && std::mem::take(&mut call.is_flying) {
            self.window.landed();
        }
        self.carry_on(place, reply, news);
        if self.pace.heard(now) {
            self.hurry();
        }
    }

    /// Does for a call what a reply to it asks for.
    fn carry_on(&mut self, place: usize, reply: &Datagram<'_>, news: News) {
        let (now, seq) = (self.now, reply.seq);
        if reply.status == Status::Busy {
            self.tally.busy += 1;
            self.window.narrow(now, self.pace.rto().timeout());
        }
        let Some(course) = self.courses.get_mut(place).and_then(Option::as_mut) else {
            return;
        };
        let ack = course.session.ack_through;
        let Some(call) = course.call(seq) else { return };
        match news {
            News::Nothing => {}
            News::Over(ending) => self.finish(place, seq, ending),
            News::Again(at) => {
                call.phase = Phase::Waiting(at);
                self.wake_at(at);
            }
            News::Now => {
                call.phase = Phase::Due;
                self.due.push_back((place, seq));
            }
            News::Ahead => {
                if call.attempts == u32::from(reply.attempt) {
                    let ahead = seq.saturating_sub(call.acknowledged);
                    self.reach = self.reach.min(ahead.saturating_sub(1).max(1));
                }
                if seq <= ack + self.reach {
                    call.phase = Phase::Due;
                    self.due.push_back((place, seq));
                } else {
                    call.phase = Phase::Ahead(now + AHEAD);
                    self.wake_at(now + AHEAD);
                }
            }
        }
    }

    /// The server is back: nobody waits as long as one waits for a server that is silent.
    fn hurry(&mut self) {
        let soon = self.now + self.pace.wait(0, self.now, &mut self.rng);
        for (_, call) in self.courses.iter_mut().flatten().flat_map(Course::calls) {
            if let Phase::Waiting(at) = call.phase
                && call.is_flying
                && at > soon
            {
                call.phase = Phase::Waiting(soon);
            }
        }
        self.wake_at(soon);
    }
}

/// When a call that is too far ahead is tried again, although nothing was settled.
const AHEAD: Duration = Duration::from_secs(1);
