//! How two ends part.
//!
//! **In order**: each end finishes its stream for itself. An end that is closed has everything, and knows that the
//! other one has. It says so (done), and who is closed and hears it may go: nobody needs anything of it any more. The
//! last word can get lost, and no number of words mends that; so an end that is closed and has not heard it lingers
//! for as long as it takes the other one to ask five times, and then goes, because the other one may have gone.
//!
//! **Not in order**: an end that cannot go on says so (reset), again and again until the other one answers or the same
//! time has passed.

use std::time::Duration;

use super::config::{Failure, Output, Reason};
use super::frame::Frame;
use super::link::{Link, Stage};
use crate::proto::Instant;

/// What is known of the end.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Closing {
    /// Whether the other end has said that it is closed.
    pub(super) peer_done: bool,
    /// When this end became closed.
    pub(super) since: Option<Instant>,
    /// Whether it has said so.
    pub(super) told: bool,
    /// The reset that is to be sent: when.
    reset_at: Option<Instant>,
    resets: u32,
}

impl Link {
    /// Gives up: the other end is told why, and nothing else happens any more. The owner goes on until the link
    /// [`is_over`](Self::is_over).
    pub fn abort(&mut self, now: Instant, reason: Reason) {
        self.now = self.now.max(now);
        match self.stage {
            Stage::Open if self.closing.since.is_none() => {
                self.stage = Stage::Resetting(reason);
                self.closing.reset_at = Some(self.now);
            }
            Stage::Greeting | Stage::Open => self.stage = Stage::Over,
            Stage::Resetting(_) | Stage::Answering | Stage::Over => {}
        }
    }

    /// Takes what a frame says of the end. Whether the frame is to be looked at any further.
    pub(super) fn take_leave(&mut self, frame: &Frame<'_>) -> bool {
        match (self.stage, frame.reset) {
            (Stage::Resetting(_), Some(_)) => {
                self.stage = Stage::Over;
                false
            }
            (Stage::Resetting(_), None) => {
                self.closing.reset_at = Some(self.now);
                false
            }
            (Stage::Open, Some(Some(reason))) => {
                if self.closing.since.is_none() {
                    self.fail(Failure::Reset(reason));
                }
                self.stage = Stage::Answering;
                false
            }
            (Stage::Open, _) => {
                self.closing.peer_done |= frame.done;
                true
            }
            _ => false,
        }
    }

    /// Looks whether this end has become closed, or can go.
    pub(super) fn look_for_end(&mut self) {
        if self.stage != Stage::Open {
            return;
        }
        if self.incoming.is_wrong() {
            self.fail(Failure::Digest);
            self.stage = Stage::Resetting(Reason::Digest);
            self.closing.reset_at = Some(self.now);
        } else if self.is_closed() {
            if self.closing.since.is_none() {
                self.closing.since = Some(self.now);
                self.ping_due = true;
            }
            let heard = self.closing.told && !self.sender.flight.is_awaiting();
            if self.closing.peer_done && heard {
                self.stage = Stage::Over;
            }
        }
    }

    /// What the time brings to the end.
    pub(super) fn end_timeout(&mut self) {
        if self.lingers_until().is_some_and(|until| self.now >= until) {
            self.stage = Stage::Over;
        }
    }

    /// When something about the end is due.
    pub(super) fn end_due(&self) -> Option<Instant> {
        let reset = self
            .closing
            .reset_at
            .filter(|_| matches!(self.stage, Stage::Resetting(_)));
        reset.into_iter().chain(self.lingers_until()).min()
    }

    /// The next reset, if one is due. Whether one was written.
    pub(super) fn poll_reset(&mut self, bytes: &mut Vec<u8>) -> bool {
        let reset = match self.stage {
            Stage::Resetting(reason) if self.closing.reset_at.is_some_and(|at| self.now >= at) => {
                self.closing.resets += 1;
                let wait = self.sender.rtt.probe_timeout() * self.closing.resets;
                self.closing.reset_at = Some(self.now + wait);
                if self.closing.resets > MOST_RESETS {
                    self.stage = Stage::Over;
                    return false;
                }
                Some(reason)
            }
            Stage::Answering => {
                self.stage = Stage::Over;
                None
            }
            _ => return false,
        };
        let frame = Frame {
            reset: Some(reset),
            ..self.frame()
        };
        self.write_frame(&frame, bytes);
        true
    }

    /// Until when a closed end answers one who has not heard it.
    fn lingers_until(&self) -> Option<Instant> {
        let since = self.closing.since.filter(|_| self.stage == Stage::Open)?;
        let linger = (self.sender.rtt.probe_timeout() * LINGER).clamp(SHORTEST_LINGER, LONGEST_LINGER);
        Some(since.max(self.detector.last_heard()) + linger)
    }

    pub(super) fn fail(&mut self, failure: Failure) {
        self.events.push_back(Output::Failed(failure));
    }
}

/// How often a reset is said to one who does not answer.
const MOST_RESETS: u32 = 5;

/// In probe timeouts: five probes of one who backs off, 1 + 2 + 4 + 8 + 16.
const LINGER: u32 = 32;
const SHORTEST_LINGER: Duration = Duration::from_secs(1);
const LONGEST_LINGER: Duration = Duration::from_secs(10);
