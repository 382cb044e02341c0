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
const PATIENCE: Duration = Duration::from_millis(500);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LIMIT: usize = 4 << 10;

    /// A broker, and what each member should and did hear.
    struct Room {
        broker: Broker,
        now: Instant,
        held: bool,
        /// Those who are members, and what each of them has still to hear.
        due: BTreeMap<MemberId, VecDeque<u8>>,
        finished: Vec<MemberId>,
        cut: Vec<MemberId>,
        dismissed: Vec<MemberId>,
    }

    impl Room {
        fn with(members: MemberId) -> Self {
            let mut room = Self {
                broker: Broker::new(LIMIT),
                now: Instant::ZERO,
                held: false,
                due: BTreeMap::new(),
                finished: Vec::new(),
                cut: Vec::new(),
                dismissed: Vec::new(),
            };
            (0..members).for_each(|id| room.join(id));
            room
        }

        fn join(&mut self, id: MemberId) {
            self.due.insert(id, VecDeque::new());
            self.tell(BrokerInput::Joined(id));
        }

        fn say(&mut self, from: MemberId, bytes: &[u8]) {
            for (id, due) in &mut self.due {
                if *id != from && !self.finished.contains(id) {
                    due.extend(bytes);
                }
            }
            self.tell(BrokerInput::Said(from, bytes));
        }

        /// Takes up to `most` bytes, which must be those that are due.
        fn take(&mut self, id: MemberId, most: usize) {
            let bytes: Vec<u8> = self.broker.pending(id).flatten().copied().take(most).collect();
            for byte in &bytes {
                assert_eq!(self.due.get_mut(&id).unwrap().pop_front(), Some(*byte));
            }
            self.tell(BrokerInput::Took(id, bytes.len()));
        }

        fn wait(&mut self, time: Duration) {
            self.now += time;
            self.broker.handle_timeout(self.now);
            self.listen();
        }

        fn tell(&mut self, input: BrokerInput<'_>) {
            self.broker.handle(self.now, input);
            self.listen();
        }

        fn listen(&mut self) {
            while let Some(output) = self.broker.poll_output(&mut Vec::new()) {
                match output {
                    BrokerOutput::Wake(_) => {}
                    BrokerOutput::Hold => self.held = true,
                    BrokerOutput::Release => self.held = false,
                    BrokerOutput::Dismiss(id) => {
                        assert!(self.due.remove(&id).unwrap().is_empty(), "it has heard all");
                        self.dismissed.push(id);
                    }
                    BrokerOutput::Cut(id) => {
                        self.due.remove(&id).unwrap();
                        self.cut.push(id);
                    }
                }
            }
            // The last piece may have doubled its room.
            assert!(self.broker.weight() <= LIMIT * 2 + MOST_AT_ONCE + 100);
            assert_eq!(self.held, self.broker.poll_timeout().is_some());
        }
    }

    const MOST_AT_ONCE: usize = 900;

    #[test]
    fn what_one_says_all_others_hear_and_nobody_hears_itself() {
        let mut room = Room::with(3);
        room.say(0, b"to all");
        room.say(1, b"to all, too");
        let heard = |id| room.broker.pending(id).flatten().copied().collect::<Vec<_>>();
        assert_eq!(heard(0), b"to all, too");
        assert_eq!(heard(1), b"to all");
        assert_eq!(heard(2), b"to allto all, too");
    }

    #[test]
    fn who_joins_hears_only_what_is_said_then() {
        let mut room = Room::with(2);
        room.say(0, b"before");
        room.join(2);
        room.say(0, b"after");
        assert_eq!(room.broker.pending(2).flatten().count(), 5);
        room.take(2, 10);
        room.take(1, 20);
    }

    #[test]
    fn one_that_never_reads_is_cut_off_after_a_moment_and_the_rest_go_on() {
        let mut room = Room::with(3);
        while !room.held {
            room.say(0, &[7; 100]);
            room.take(1, usize::MAX);
        }
        room.wait(PATIENCE - Duration::from_millis(1));
        assert!(room.held && room.cut.is_empty());
        room.wait(Duration::from_millis(1));
        assert_eq!((room.held, room.cut.as_slice()), (false, &[2][..]));
        assert_eq!(room.broker.weight(), 0);
    }

    #[test]
    fn when_all_are_slow_the_speaker_waits_and_nobody_is_cut_off() {
        let mut room = Room::with(3);
        while !room.held {
            room.say(0, &[7; 100]);
        }
        room.wait(PATIENCE * 9);
        assert!(room.held && room.cut.is_empty());
        while room.held {
            room.take(1, 100);
            room.take(2, 100);
            room.wait(PATIENCE);
        }
        assert!(room.cut.is_empty());
    }

    #[test]
    fn a_few_that_are_faster_than_the_rest_cost_nobody_its_place() {
        let mut room = Room::with(9);
        while !room.held {
            room.say(0, &[7; 64]);
            room.take(1, usize::MAX);
            // All others are at half the speed.
            (2..9).for_each(|id| room.take(id, 28));
        }
        while room.held {
            (2..9).for_each(|id| room.take(id, 28));
            room.wait(PATIENCE);
        }
        assert!(room.cut.is_empty());
    }

    #[test]
    fn a_majority_that_never_reads_does_not_hold_up_the_rest() {
        let mut room = Room::with(9);
        while !room.held {
            room.say(0, &[7; 100]);
            room.take(1, usize::MAX);
        }
        room.wait(PATIENCE);
        assert_eq!(
            (room.held, room.cut.as_slice()),
            (false, &[2, 3, 4, 5, 6, 7, 8][..])
        );
    }

    #[test]
    fn who_catches_up_within_the_moment_stays() {
        let mut room = Room::with(3);
        for speaker in [0, 1].into_iter().cycle() {
            room.say(speaker, &[7; 100]);
            room.take(0, usize::MAX);
            room.take(1, usize::MAX);
            if room.held {
                break;
            }
        }
        room.take(2, LIMIT / 2 + 500);
        assert!(!room.held);
        room.wait(PATIENCE);
        assert!(room.cut.is_empty());
    }

    #[test]
    fn who_finishes_still_hears_what_was_said_before() {
        let mut room = Room::with(2);
        room.say(0, b"before");
        room.tell(BrokerInput::Finished(1));
        room.finished.push(1);
        room.say(0, b"after");
        room.take(1, 3);
        assert!(room.dismissed.is_empty());
        room.take(1, 100);
        assert_eq!(room.dismissed, [1]);
        room.tell(BrokerInput::Finished(0));
        assert_eq!(room.dismissed, [1, 0]);
    }

    #[test]
    fn many_small_words_cost_no_more_than_their_bytes() {
        let mut room = Room::with(2);
        for _ in 0..1000 {
            room.say(0, b"x");
        }
        assert!(!room.held, "{}", room.broker.weight());
    }

    #[derive(Clone, Debug)]
    enum Step {
        Join,
        Say(u64, usize),
        Take(u64, usize),
        Finish(u64),
        Leave(u64),
        Wait(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            1 => Just(Step::Join),
            8 => (0..8_u64, 1..MOST_AT_ONCE).prop_map(|(id, length)| Step::Say(id, length)),
            8 => (0..8_u64, 1..2000_usize).prop_map(|(id, length)| Step::Take(id, length)),
            1 => (0..8_u64).prop_map(Step::Finish),
            1 => (0..8_u64).prop_map(Step::Leave),
            2 => (0..400_u64).prop_map(Step::Wait),
        ]
    }

    proptest! {
        #[test]
        fn each_hears_exactly_what_the_others_said_while_it_was_there(
            steps in proptest::collection::vec(step(), 0..200),
        ) {
            let mut room = Room::with(3);
            let (mut next, mut byte) = (3, 0_u8);
            for step in steps {
                match step {
                    Step::Join => {
                        room.join(next);
                        next += 1;
                    }
                    Step::Say(id, length) if !room.held && !room.finished.contains(&id) && room.due.contains_key(&id) => {
                        let bytes: Vec<u8> = (0..length).map(|_| { byte = byte.wrapping_add(1); byte }).collect();
                        room.say(id, &bytes);
                    }
                    Step::Take(id, most) if room.due.contains_key(&id) => room.take(id, most),
                    Step::Finish(id) if room.due.contains_key(&id) => {
                        room.finished.push(id);
                        room.tell(BrokerInput::Finished(id));
                    }
                    Step::Leave(id) => {
                        room.due.remove(&id);
                        room.tell(BrokerInput::Left(id));
                    }
                    Step::Wait(millis) => room.wait(Duration::from_millis(millis)),
                    _ => {}
                }
            }
            // In the end everybody has heard everything.
            let members: Vec<MemberId> = room.due.keys().copied().collect();
            for id in members {
                if room.due.contains_key(&id) {
                    room.take(id, usize::MAX);
                    prop_assert!(room.due.get(&id).is_none_or(VecDeque::is_empty));
                }
            }
            prop_assert_eq!(room.broker.weight(), 0);
            prop_assert!(!room.held);
        }
    }
}
