//! Asking a host that may be tired of answering.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::proto::Instant;

/// Questions in rounds. Each ends with a question to a port that is known to be closed, the control: only if that is
/// refused, the silence of the others means anything. After a round in which it was not, the host gets a rest.
#[derive(Debug)]
pub(super) struct Rounds {
    /// Who was asked in this round and has not answered.
    asked: BTreeSet<usize>,
    control: Option<Control>,
    /// When the answers to this round have had their time, once all is asked.
    ends: Option<Instant>,
    /// How many are asked in a round.
    size: usize,
    rest: Duration,
    next: Instant,
    /// How many rounds have been without any answer at all.
    dead: u32,
    answers: usize,
}

#[derive(Clone, Copy, Debug)]
struct Control {
    port: usize,
    is_refused: bool,
}

/// What became of a round.
#[derive(Debug)]
pub(super) struct Ended {
    /// Who did not answer.
    pub(super) asked: BTreeSet<usize>,
    /// Whether the host would have answered.
    pub(super) is_fair: bool,
    /// The control, if it was not refused.
    pub(super) unanswered: Option<usize>,
}

impl Rounds {
    pub(super) fn new() -> Self {
        Self {
            asked: BTreeSet::new(),
            control: None,
            ends: None,
            size: FEW,
            rest: Duration::ZERO,
            next: Instant::ZERO,
            dead: 0,
            answers: 0,
        }
    }

    /// Whether somebody may be asked at `now`.
    pub(super) fn may_ask(&self, now: Instant) -> bool {
        self.ends.is_none() && self.next <= now && self.asked.len() < self.size
    }

    /// Whether the round wants its control.
    pub(super) fn is_ready(&self) -> bool {
        self.ends.is_none() && !self.asked.is_empty()
    }

    pub(super) fn asked(&mut self, port: usize) {
        self.asked.insert(port);
    }

    /// `port` is asked as the control, and the round ends at `ends`.
    pub(super) fn control(&mut self, port: usize, ends: Instant) {
        self.control = Some(Control {
            port,
            is_refused: false,
        });
        self.ends = Some(ends);
    }

    pub(super) fn has_control(&self, port: usize) -> bool {
        self.control
            .is_some_and(|control| control.port == port && !control.is_refused)
    }

    /// There is no room for the control.
    pub(super) fn without_control(&mut self) {
        self.control = None;
    }

    /// `port` has answered. True if it is the control.
    pub(super) fn is_answered(&mut self, port: usize) -> bool {
        let is_control = self.has_control(port);
        if let Some(control) = self.control.as_mut().filter(|_| is_control) {
            control.is_refused = true;
        }
        is_control
    }

    /// `port` has answered, or was not asked after all.
    pub(super) fn forget(&mut self, port: usize) {
        self.answers += usize::from(self.asked.remove(&port));
    }

    /// Whether nothing is left to wait for.
    pub(super) fn is_answered_by_all(&self) -> bool {
        self.asked.is_empty() && self.control.is_some_and(|control| control.is_refused)
    }

    pub(super) fn ends(&self) -> Option<Instant> {
        self.ends
    }

    /// When the next round may begin.
    pub(super) fn next(&self) -> Option<Instant> {
        self.ends.is_none().then_some(self.next)
    }

    /// The round is over.
    pub(super) fn end(&mut self, now: Instant) -> Ended {
        let control = self.control.take();
        let is_refused = control.is_some_and(|control| control.is_refused);
        let is_dead = !is_refused && self.answers == 0;
        self.dead = if is_dead { self.dead + 1 } else { 0 };
        // A host that refuses nothing any more will not do so if it is given more time.
        let is_fair = is_refused || self.dead >= GIVE_UP;
        if is_fair {
            self.size = self.size.saturating_mul(2).min(MANY);
            self.rest /= 2;
        } else {
            self.size = (self.size / 2).max(1);
            self.rest = (self.rest * 2).clamp(SHORTEST_REST, LONGEST_REST);
        }
        self.ends = None;
        self.answers = 0;
        self.next = now + self.rest;
        Ended {
            asked: std::mem::take(&mut self.asked),
            is_fair,
            unanswered: control
                .filter(|control| !control.is_refused)
                .map(|control| control.port),
        }
    }
}

const FEW: usize = 8;
const MANY: usize = 256;
const SHORTEST_REST: Duration = Duration::from_millis(50);
/// Linux refuses once a second.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// How many rounds without any answer make a host that does not refuse.
const GIVE_UP: u32 = 12;
