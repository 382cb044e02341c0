//! The broker: what one member says, all others hear, and a slow one holds nobody up for long.
//!
//! There is one log of what was said. Each member has only its place in it, so that bytes are kept once however
//! many wait for them, and the memory is bounded by how far the slowest is behind. When the log is full, nobody is
//! heard for a moment. Who is still far behind when the moment is over, behind most others, or behind any and has
//! hardly moved, is cut off. When all are behind, it is the network or this machine that is slow, and waiting is
//! right.

mod log;

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

pub use self::log::Pending;
use self::log::{Log, Place};
use crate::proto::{Instant, Machine};

/// Who it is, as whoever runs the broker numbers them.
pub type MemberId = u64;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerInput<'a> {
    /// Somebody came, and hears what is said from now on.
    Joined(MemberId),
    /// A member said this.
    Said(MemberId, &'a [u8]),
    /// A member took so many of the bytes that are [pending](Broker::pending) for it.
    Took(MemberId, usize),
    /// A member will say no more. It still hears what was said before.
    Finished(MemberId),
    /// A member is gone.
    Left(MemberId),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrokerOutput {
    /// There is something for this member, for whom there was nothing.
    Wake(MemberId),
    /// Hear nobody.
    Hold,
    /// Hear them again.
    Release,
    /// This member has finished, and has heard all that was for it. It is a member no more.
    Dismiss(MemberId),
    /// This member is too far behind: disconnect it. It is a member no more.
    Cut(MemberId),
}

/// The machine.
#[derive(Debug)]
pub struct Broker {
    limit: usize,
    log: Log,
    members: BTreeMap<MemberId, Member>,
    /// Those who have heard all.
    idle: Vec<MemberId>,
    /// While nobody is heard: when to see who is at fault.
    judge_at: Option<Instant>,
    outputs: VecDeque<BrokerOutput>,
}

#[derive(Debug)]
struct Member {
    at: Place,
    /// How much had been said before the last that it took.
    heard: u64,
    /// Where it was when nobody was heard any more, or when that was looked at last.
    mark: u64,
    /// Where it finished.
    until: Option<Place>,
}

impl Broker {
    /// A broker without members, that keeps about `limit` bytes at most.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            log: Log::default(),
            members: BTreeMap::new(),
            idle: Vec::new(),
            judge_at: None,
            outputs: VecDeque::new(),
        }
    }

    /// What a member has still to be given, in pieces.
    pub fn pending(&self, member: MemberId) -> Pending<'_> {
        let end = self.log.end();
        match self.members.get(&member) {
            Some(Member { at, until, .. }) => self.log.between(*at, until.unwrap_or(end), member),
            None => self.log.between(end, end, member),
        }
    }

    /// How much memory is used for what was said.
    pub fn weight(&self) -> usize {
        self.log.weight()
    }

    fn joined(&mut self, id: MemberId) {
        // It must not hear the end of what was being said.
        let at = self.log.end();
        let heard = self.log.before(at);
        let member = Member {
            at,
            heard,
            mark: heard,
            until: None,
        };
        if self.members.insert(id, member).is_none() {
            self.idle.push(id);
        }
    }

    fn said(&mut self, now: Instant, from: MemberId, bytes: &[u8]) {
        if bytes.is_empty() || !self.members.contains_key(&from) {
            return;
        }
        let listeners = self.members.len() - 1;
        if listeners == 0 {
            return;
        }
        let place = self.log.push(from, bytes);
        let end = self.log.end();
        for id in std::mem::take(&mut self.idle) {
            let Some(member) = self.members.get_mut(&id) else {
                continue;
            };
            if id == from {
                member.at = end;
                self.idle.push(id);
            } else {
                member.at = place;
                self.log.enter(place);
                self.outputs.push_back(BrokerOutput::Wake(id));
            }
        }
        if self.log.weight() > self.limit && self.judge_at.is_none() {
            self.wait(now);
            self.outputs.push_back(BrokerOutput::Hold);
        }
    }

    fn took(&mut self, id: MemberId, count: usize) {
        let Some(member) = self.members.get_mut(&id).filter(|_| count > 0) else {
            return;
        };
        let (from, to) = (member.at, self.log.advance(member.at, id, count));
        member.at = to;
        member.heard = self.log.before(to);
        self.log.enter(to);
        self.log.leave(from);
        if to == self.log.end() {
            self.idle.push(id);
        }
        self.dismiss(id);
        self.release();
    }

    fn finished(&mut self, id: MemberId) {
        self.log.seal();
        if let Some(member) = self.members.get_mut(&id) {
            member.until.get_or_insert_with(|| self.log.end());
            self.dismiss(id);
        }
    }

    fn dismiss(&mut self, id: MemberId) {
        let finished = |member: &Member| member.until.is_some_and(|until| member.at >= until);
        if self.members.get(&id).is_some_and(finished) {
            self.remove(id);
            self.outputs.push_back(BrokerOutput::Dismiss(id));
        }
    }

    fn remove(&mut self, id: MemberId) {
        if let Some(member) = self.members.remove(&id) {
            self.log.leave(member.at);
            self.idle.retain(|idle| *idle != id);
        }
    }

    fn release(&mut self) {
        if self.judge_at.is_some() && self.log.weight() <= self.limit / 2 {
            self.judge_at = None;
            self.outputs.push_back(BrokerOutput::Release);
        }
    }

    fn wait(&mut self, now: Instant) {
        self.judge_at = Some(now + PATIENCE);
        for member in self.members.values_mut() {
            member.mark = self.log.before(member.at);
        }
    }

    /// Cuts off whoever is half the log behind at least half of the others, or behind any of them without having
    /// moved.
    fn judge(&mut self, now: Instant) {
        let mut heard: Vec<u64> = self.members.values().map(|member| member.heard).collect();
        heard.sort_unstable();
        let most = heard.last().copied().unwrap_or(0);
        let half = heard.len().saturating_sub(1).div_ceil(2).max(1);
        let crowd = heard.iter().rev().nth(half - 1).copied().unwrap_or(0);
        let (far, trickle) = ((self.limit / 2) as u64, (self.limit / 512) as u64);
        let is_late = |member: &Member| {
            let at = self.log.before(member.at);
            at + far < crowd || (at + far < most && at < member.mark + trickle)
        };
        let late = self.members.iter().filter(|(_, member)| is_late(member));
        for id in late.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.remove(id);
            self.outputs.push_back(BrokerOutput::Cut(id));
        }
        self.wait(now);
        self.release();
    }
}

impl Machine for Broker {
    type Input<'a> = BrokerInput<'a>;
    type Output = BrokerOutput;

    fn handle(&mut self, now: Instant, input: BrokerInput<'_>) {
        match input {
            BrokerInput::Joined(id) => self.joined(id),
            BrokerInput::Said(id, bytes) => self.said(now, id, bytes),
            BrokerInput::Took(id, count) => self.took(id, count),
            BrokerInput::Finished(id) => self.finished(id),
            BrokerInput::Left(id) => {
                self.remove(id);
                self.release();
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.judge_at.is_some_and(|moment| moment <= now) {
            self.judge(now);
        }
    }

    fn poll_output(&mut self, _bytes: &mut Vec<u8>) -> Option<BrokerOutput> {
        self.outputs.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.judge_at
    }
}

/// How long a slow member may hold the others up, once.
const PATIENCE: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests;
