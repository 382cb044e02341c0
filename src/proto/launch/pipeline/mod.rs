//! Many once-only calls to one server, side by side in one session.
//!
//! ```text
//!   Begin ─▶ queue ─▶ room in the window? ─▶ id ─▶ (Begun ─▶ Noted) ─▶ Send ─▶ Ended ─▶ Settled ─▶ acknowledged
//!                                                                      ▲  │ timer          with the next request
//!                                                                      └──┘
//! ```
//!
//! Two windows hold a call back: how many may be on their way ([`window`]), and how far a call may be ahead of
//! those that are settled, which is the server's to say. A call is settled when its owner says that the result was
//! handed on, and all that is settled without a gap is acknowledged with every datagram.
//!
//! What a reply means for a call is judged as for a single one ([`Call`](super::Call)): three honest answers, and a
//! refusal. At its deadline a call is cancelled until the grace is over. When the server has forgotten the session,
//! the calls that were sent in it are told apart from those that were not: only the latter go on in a new one.
//!
//! Memory is bounded by the window. `net::LaunchPipeline` runs this machine over a socket.

mod call;
mod course;
mod errand;
mod event;
mod pace;
mod window;

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub use event::{Config, Ended, Input, Output, Sent, Tally, What};

use self::call::{Call, News, Phase};
use self::course::Course;
use self::errand::{Errand, Step};
use self::pace::Pace;
use self::window::Window;
use super::{Closing, Doubt, Ending, Opening, Pending, answers, envelope};
use crate::proto::link::{Answers, Attempt, Policy, Rto, Seal, Verdict};
use crate::proto::{Instant, Machine};
use crate::wire::rlaunch::{CallId, Datagram, Kind, Status};

/// Many calls to one server.
#[derive(Debug)]
pub struct Pipeline {
    config: Config,
    seal: Seal,
    now: Instant,
    rng: StdRng,
    pace: Pace,
    window: Window,
    /// The sessions in use, by a place that stays theirs.
    courses: Vec<Option<Course>>,
    /// The place of the one in which new calls are begun.
    current: Option<usize>,
    /// How far ahead of the settled calls the server lets a call be, as far as it has said.
    reach: u64,
    queue: VecDeque<(u64, Vec<u8>)>,
    /// How many calls are queued or in hand.
    in_hand: usize,
    opening: Option<Errand<Opening>>,
    closing: Option<Errand<Closing>>,
    /// The server's store is older than what it has told: nothing is begun there any more.
    refused: Option<Status>,
    /// The calls to be sent, by the place of their session and their number in it.
    due: VecDeque<(usize, u64)>,
    /// No timer of a call runs out before.
    wake: Option<Instant>,
    outputs: VecDeque<Output>,
    spare: Vec<Vec<u8>>,
    tally: Tally,
}

impl Pipeline {
    /// The most calls that a session can have unsettled.
    pub const MOST: u32 = 64;

    /// Nothing is asked yet. `rto` is what is known of the path; `seed` is that of the nonces, which nobody may be
    /// able to guess, and of the jitter.
    pub fn new(config: Config, seal: Seal, rto: Rto, seed: [u8; 32]) -> Self {
        let config = Config {
            window: config.window.clamp(1, Self::MOST),
            ..config
        };
        Self {
            config,
            seal,
            now: Instant::ZERO,
            rng: StdRng::from_seed(seed),
            pace: Pace::new(rto, config.limits),
            window: Window::new(config.window),
            courses: Vec::new(),
            current: None,
            reach: u64::from(config.window).max(USUAL_REACH),
            queue: VecDeque::new(),
            in_hand: 0,
            opening: None,
            closing: None,
            refused: None,
            due: VecDeque::new(),
            wake: None,
            outputs: VecDeque::new(),
            spare: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Whether another call may be begun or resumed.
    pub fn has_room(&self) -> bool {
        let unsettled = self.course().map_or(0, Course::len) + self.queue.len();
        self.in_hand < self.config.window as usize && (unsettled as u64) < self.reach
    }

    /// How many calls are queued or asked for.
    pub fn in_hand(&self) -> usize {
        self.in_hand
    }

    /// What was sent and measured.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The estimator of the path.
    pub fn rto(&self) -> Rto {
        self.pace.rto()
    }

    fn course(&self) -> Option<&Course> {
        self.courses.get(self.current?)?.as_ref()
    }

    fn course_at(&mut self, place: usize) -> Option<&mut Course> {
        self.courses.get_mut(place)?.as_mut()
    }

    fn begin(&mut self, number: u64, payload: &[u8]) {
        self.in_hand += 1;
        if let Some(status) = self.refused {
            return self.tell_unsent(number, Ending::Refused(status));
        }
        let mut copy = self.spare.pop().unwrap_or_default();
        copy.extend_from_slice(payload);
        self.queue.push_back((number, copy));
    }

    fn resume(&mut self, number: u64, pending: &Pending) {
        self.in_hand += 1;
        let place = self.place_of(pending.session.instance, pending.session.id);
        let place = place.unwrap_or_else(|| self.add(Course::new(pending.session.clone(), true)));
        let call = Call::new(self.now, number, pending.payload.clone(), Phase::Due);
        let course = self.course_at(place);
        if course.is_some_and(|course| course.put(pending.seq, call, u64::from(Self::MOST))) {
            self.due.push_back((place, pending.seq));
            return;
        }
        self.in_hand -= 1;
        let call = CallId {
            session: pending.session.id,
            seq: pending.seq,
        };
        self.outputs.push_back(Output::Ended(Ended {
            number,
            id: Some((pending.session.instance, call)),
            ending: Ending::Unknown(Doubt::Silent),
            hint: None,
            sends: 0,
            rtt: None,
        }));
    }

    fn place_of(&self, instance: u64, session: u64) -> Option<usize> {
        let is_it = |course: &Course| course.session.instance == instance && course.session.id == session;
        self.courses
            .iter()
            .position(|course| course.as_ref().is_some_and(is_it))
    }

    fn add(&mut self, course: Course) -> usize {
        if let Some(place) = self.courses.iter().position(Option::is_none) {
            if let Some(free) = self.courses.get_mut(place) {
                *free = Some(course);
            }
            return place;
        }
        self.courses.push(Some(course));
        self.courses.len() - 1
    }

    fn noted(&mut self) {
        let Self { courses, due, .. } = self;
        for (place, course) in courses.iter_mut().enumerate() {
            for (seq, call) in course.iter_mut().flat_map(Course::calls) {
                if call.phase == Phase::Noting {
                    call.phase = Phase::Due;
                    due.push_back((place, seq));
                }
            }
        }
    }

    fn settle(&mut self, number: u64) {
        let settled = |course: &mut Option<Course>| course.as_mut().is_some_and(|c| c.settle(number));
        let Some(place) = self.courses.iter_mut().position(settled) else {
            return;
        };
        let (reach, is_current) = (self.reach, self.current == Some(place));
        let Self { courses, due, .. } = self;
        let Some(slot) = courses.get_mut(place) else {
            return;
        };
        let Some(course) = slot else { return };
        let within = course.session.ack_through + reach;
        for (seq, call) in course.calls() {
            if seq <= within && matches!(call.phase, Phase::Ahead(_)) {
                call.phase = Phase::Due;
                due.push_back((place, seq));
            }
        }
        if course.is_idle() && !is_current {
            *slot = None;
        }
    }

    fn close(&mut self) {
        let course = self
            .course()
            .filter(|course| course.is_settled() && !course.is_resumed);
        let Some(session) = course
            .map(|course| course.session.clone())
            .filter(|_| self.queue.is_empty())
        else {
            return self.outputs.push_back(Output::Closed);
        };
        self.current = None;
        let policy = Policy {
            attempts: Some(BYES),
            deadline: Some(self.rto().timeout().saturating_mul(4).min(LONGEST_BYE)),
            ..Policy::default()
        };
        let seal = self.seal.clone();
        let (rto, seed) = (self.rto(), self.rng.random());
        self.closing = Some(Errand::new(
            self.now,
            policy,
            rto,
            seed,
            Closing { seal, session },
        ));
    }

    fn open(&mut self) {
        let question = Opening::new(self.seal.clone(), self.rng.random());
        let policy = Policy::within(self.config.deadline);
        let (rto, seed) = (self.rto(), self.rng.random());
        self.opening = Some(Errand::new(self.now, policy, rto, seed, question));
    }

    /// A datagram came.
    fn came(&mut self, bytes: &[u8]) {
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

    /// Ends a call.
    fn finish(&mut self, place: usize, seq: u64, ending: Ending) {
        let is_over = matches!(ending, Ending::Unknown(Doubt::Gone) | Ending::Refused(_));
        let refused = matches!(ending, Ending::Refused(Status::RolledBack));
        let Some(course) = self.course_at(place) else {
            return;
        };
        let (instance, session) = (course.session.instance, course.session.id);
        course.is_over |= is_over;
        let Some(mut call) = course.end(seq) else { return };
        if call.is_flying {
            self.window.forgotten();
        }
        self.in_hand -= 1;
        call.payload.clear();
        self.spare.push(call.payload);
        self.outputs.push_back(Output::Ended(Ended {
            number: call.number,
            id: Some((instance, CallId { session, seq })),
            ending,
            hint: call.hint,
            sends: call.attempts,
            rtt: call.rtt,
        }));
        if is_over {
            self.leave(place);
        }
        if refused {
            self.refused = Some(Status::RolledBack);
            self.end_queue(&Ending::Refused(Status::RolledBack));
        }
    }

    /// Begins nothing more in a session. What has its id and was not yet sent never will be; what an earlier run
    /// began, though, it may have sent.
    fn leave(&mut self, place: usize) {
        if self.current == Some(place) {
            self.current = None;
        }
        let course = self.course_at(place).filter(|course| !course.is_resumed);
        let unsent = course.into_iter().flat_map(Course::calls);
        let unsent = unsent.filter(|(_, call)| call.attempts == 0);
        let unsent: Vec<_> = unsent.map(|(seq, _)| seq).collect();
        for seq in unsent {
            self.finish(place, seq, Ending::NotLaunched);
        }
    }

    /// Ends all that have no id yet.
    fn end_queue(&mut self, ending: &Ending) {
        for (number, mut payload) in std::mem::take(&mut self.queue) {
            payload.clear();
            self.spare.push(payload);
            self.tell_unsent(number, ending.clone());
        }
    }

    fn tell_unsent(&mut self, number: u64, ending: Ending) {
        self.in_hand -= 1;
        self.outputs.push_back(Output::Ended(Ended {
            number,
            id: None,
            ending,
            hint: None,
            sends: 0,
            rtt: None,
        }));
    }

    fn wake_at(&mut self, at: Instant) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    /// Looks at every call whose time has come.
    fn timers(&mut self) {
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
    fn errands(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
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
    fn repeat(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        while let Some((place, seq)) = self.due.pop_front() {
            let call = self.course_at(place).and_then(|course| course.call(seq));
            if call.is_some_and(|call| call.phase == Phase::Due) {
                return self.transmit(place, seq, bytes);
            }
        }
        None
    }

    /// The next call of the queue, if it may go.
    fn launch(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
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

impl Machine for Pipeline {
    type Input<'a> = Input<'a>;
    type Output = Output;

    fn handle(&mut self, now: Instant, input: Input<'_>) {
        self.now = self.now.max(now);
        match input {
            Input::Datagram(bytes) => self.came(bytes),
            Input::Begin { number, payload } => self.begin(number, payload),
            Input::Resume { number, pending } => self.resume(number, pending),
            Input::Noted => self.noted(),
            Input::Settled(number) => self.settle(number),
            Input::Close => self.close(),
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = self.now.max(now);
        if let Some(opening) = &mut self.opening {
            opening.handle_timeout(self.now);
        }
        if let Some(closing) = &mut self.closing {
            closing.handle_timeout(self.now);
        }
        if self.wake.is_some_and(|wake| wake <= self.now) {
            self.timers();
        }
    }

    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Output> {
        if let Some(output) = self.outputs.pop_front() {
            return Some(output);
        }
        if self.opening.is_some() || self.closing.is_some() {
            let output = self.errands(bytes);
            if output.is_some() {
                return output;
            }
        }
        let output = self.repeat(bytes);
        output.or_else(|| self.launch(bytes))
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let opening = self.opening.as_ref().and_then(Errand::poll_timeout);
        let closing = self.closing.as_ref().and_then(Errand::poll_timeout);
        [self.wake, opening, closing].into_iter().flatten().min()
    }
}

/// As many as a server lets be unsettled unless its operator says otherwise.
const USUAL_REACH: u64 = 16;
/// When a call that is too far ahead is tried again, although nothing was settled.
const AHEAD: Duration = Duration::from_secs(1);
/// The end of a session is not insisted on.
const BYES: u32 = 3;
const LONGEST_BYE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
