//! Who hears what, who waits, and who is cut off.

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
