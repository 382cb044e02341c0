//! Many once-only calls to one server, side by side in one session.
//!
//! ```text
//!   Begin ─▶ queue ─▶ room in the window? ─▶ id ─▶ (Begun ─▶ Noted) ─▶ Send ─▶ Ended ─▶ Settled ─▶ acknowledged
//!                                                                      ▲  │ timer          with the next request
//!                                                                      └──┘
//! ```
//!
//! Two windows hold a call back: how many may be on their way (`window`), and how far a call may be ahead of
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
mod ending;
mod errand;
mod event;
mod incoming;
mod outgoing;
mod pace;
mod window;

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

pub use event::{Config, Ended, Input, Output, Sent, Tally, What};

use self::call::{Call, Phase};
use self::course::Course;
use self::errand::Errand;
use self::pace::Pace;
use self::window::Window;
use super::{Closing, Doubt, Ending, Opening, Pending};
use crate::proto::link::{Policy, Rto, Seal};
use crate::proto::{Instant, Machine};
use crate::wire::rlaunch::{CallId, Status};

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
/// The end of a session is not insisted on.
const BYES: u32 = 3;
const LONGEST_BYE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
