//! The sending half of one stream: keeps every byte until it is acknowledged, and sends it again if it is lost.
//!
//! A segment is lost when a transmission three numbers later was answered (RFC 9002, 6.1.1), or when the timer ran
//! out with nothing heard (RFC 6298, section 5). A receiver without room is asked again at the same timer, because
//! the news that there is room may be lost as well.

use std::collections::VecDeque;

use super::congestion::Congestion;
use super::frame::{Ack, LARGEST_PAYLOAD};
use crate::proto::Instant;
use crate::proto::link::Rto;

/// The sending half.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    capacity: usize,
    /// The most bytes of a segment.
    payload: usize,
    /// The stream from `acked` on.
    bytes: VecDeque<u8>,
    /// Everything before this index has arrived.
    acked: u64,
    /// The index behind the last byte that was written: the one of the end of the stream.
    written: u64,
    /// The first index that was never sent.
    next: u64,
    finished: bool,
    /// The first index that the receiver has no room for, if it has said so.
    limit: Option<u64>,
    /// What was sent from `acked` on, in the order of the stream, without gaps.
    segments: VecDeque<Segment>,
    /// The highest transmission number that was answered.
    answered: u64,
    in_flight: u64,
    lost: usize,
    rto: Rto,
    congestion: Congestion,
    timer: Option<Instant>,
    probe: bool,
    retransmissions: u64,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    first: u64,
    end: u64,
    /// Its latest transmission.
    number: u64,
    sent: Instant,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    InFlight,
    Lost,
    Arrived,
}

impl Segment {
    fn len(&self) -> u64 {
        self.end - self.first
    }
}

/// What is to be transmitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transmission {
    /// The index of the first byte.
    pub(super) first: u64,
    /// How many bytes.
    pub(super) len: usize,
    /// Whether the stream ends behind them.
    pub(super) fin: bool,
}

impl Sender {
    pub(super) fn new(capacity: usize, payload: usize, rto: Rto) -> Self {
        Self {
            capacity,
            payload,
            bytes: VecDeque::new(),
            acked: 0,
            written: 0,
            next: 0,
            finished: false,
            limit: None,
            segments: VecDeque::new(),
            answered: 0,
            in_flight: 0,
            lost: 0,
            rto,
            congestion: Congestion::new(),
            timer: None,
            probe: false,
            retransmissions: 0,
        }
    }

    /// Takes as many of the bytes as there is room for; none once the stream was finished.
    pub(super) fn write(&mut self, now: Instant, bytes: &[u8]) -> usize {
        let room = if self.finished {
            0
        } else {
            self.capacity - self.bytes.len()
        };
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.bytes.extend(taken);
        self.written += taken.len() as u64;
        self.arm(now);
        taken.len()
    }

    /// Ends the stream.
    pub(super) fn finish(&mut self, now: Instant) {
        self.finished = true;
        self.arm(now);
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether there is anything that was not acknowledged.
    pub(super) fn is_waiting(&self) -> bool {
        self.acked < self.end()
    }

    pub(super) fn rto(&self) -> Rto {
        self.rto
    }

    pub(super) fn retransmissions(&self) -> u64 {
        self.retransmissions
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.timer
    }

    /// Takes an acknowledgement. One of what was never sent is refused.
    pub(super) fn acknowledge(&mut self, now: Instant, upcoming: u64, ack: &Ack) {
        let highest = ack.ranges.last().map_or(ack.next, |range| range.end);
        if highest > self.next {
            return;
        }
        // A receiver never takes back what it said that it has room for: an older word counts less.
        self.limit = self
            .limit
            .max(Some(ack.next.saturating_add(u64::from(ack.window))));
        if let Some(number) = ack.answered.filter(|number| *number < upcoming) {
            self.measure(now, number);
            self.answered = self.answered.max(number);
        }
        let arrived = self.mark_arrived(ack);
        self.congestion.acknowledged(arrived);
        self.drop_arrived();
        self.mark_lost(upcoming);
        // RFC 6298 (5.2), (5.3): the timer starts again with everything new that arrives.
        if arrived > 0 || !self.wants_timer() {
            self.timer = None;
        }
        self.arm(now);
    }

    /// Shows the round trip of the transmission that was answered to the estimator.
    fn measure(&mut self, now: Instant, number: u64) {
        let answered = |segment: &&Segment| segment.number == number && segment.state != State::Arrived;
        if let Some(segment) = self.segments.iter().find(answered) {
            self.rto.sample(now - segment.sent);
        }
    }

    /// Marks what an acknowledgement names, and says how much of it was new.
    fn mark_arrived(&mut self, ack: &Ack) -> u64 {
        let mut arrived = 0;
        for segment in &mut self.segments {
            let named = segment.end <= ack.next
                || ack
                    .ranges
                    .iter()
                    .any(|range| range.start <= segment.first && segment.end <= range.end);
            if !named {
                continue;
            }
            match segment.state {
                State::InFlight => self.in_flight -= segment.len(),
                State::Lost => self.lost -= 1,
                State::Arrived => continue,
            }
            segment.state = State::Arrived;
            arrived += segment.len();
        }
        arrived
    }

    /// Forgets what has arrived at the front of the stream.
    fn drop_arrived(&mut self) {
        while let Some(segment) = self.segments.front()
            && segment.state == State::Arrived
        {
            let bytes = usize::try_from(segment.len())
                .unwrap_or(usize::MAX)
                .min(self.bytes.len());
            self.bytes.drain(..bytes);
            self.acked = segment.end;
            self.segments.pop_front();
        }
    }

    /// Marks what was overtaken by too much of what arrived.
    fn mark_lost(&mut self, upcoming: u64) {
        for segment in &mut self.segments {
            if segment.state == State::InFlight && segment.number + OVERTAKEN <= self.answered {
                segment.state = State::Lost;
                self.in_flight -= segment.len();
                self.lost += 1;
                self.congestion.lost(segment.number, upcoming);
            }
        }
    }

    /// Takes note of the time: when the timer has run out, everything in flight is taken to be lost.
    pub(super) fn handle_timeout(&mut self, now: Instant, upcoming: u64) {
        if self.timer.is_none_or(|timer| now < timer) {
            return;
        }
        self.timer = None;
        self.rto.back_off(now);
        // What is to be sent again asks by itself; if all is held up by a receiver without room, a probe does.
        self.probe = self.segments.is_empty();
        if self.in_flight > 0 {
            self.congestion.timed_out(upcoming);
        }
        for segment in &mut self.segments {
            if segment.state == State::InFlight {
                segment.state = State::Lost;
                self.lost += 1;
            }
        }
        self.in_flight = 0;
        self.arm(now);
    }

    /// What is to be transmitted now, as transmission `number`, if anything.
    pub(super) fn poll(&mut self, now: Instant, number: u64) -> Option<Transmission> {
        let transmission = self.poll_lost(now, number).or_else(|| self.poll_new(now, number));
        let transmission = transmission.or_else(|| {
            std::mem::take(&mut self.probe).then_some(Transmission {
                first: self.next,
                len: 0,
                fin: false,
            })
        });
        if transmission.is_some() {
            self.probe = false;
            self.arm(now);
        }
        transmission
    }

    fn poll_lost(&mut self, now: Instant, number: u64) -> Option<Transmission> {
        if self.lost == 0 || !self.has_room() {
            return None;
        }
        let segment = self
            .segments
            .iter_mut()
            .find(|segment| segment.state == State::Lost)?;
        (segment.state, segment.number, segment.sent) = (State::InFlight, number, now);
        let segment = *segment;
        self.lost -= 1;
        self.in_flight += segment.len();
        self.retransmissions += 1;
        Some(self.transmission(segment))
    }

    fn poll_new(&mut self, now: Instant, number: u64) -> Option<Transmission> {
        let end = self
            .end()
            .min(self.limit.unwrap_or(FIRST_FLIGHT))
            .min(self.next + self.payload as u64);
        if end <= self.next || !self.has_room() {
            return None;
        }
        let segment = Segment {
            first: self.next,
            end,
            number,
            sent: now,
            state: State::InFlight,
        };
        self.next = end;
        self.in_flight += segment.len();
        self.segments.push_back(segment);
        Some(self.transmission(segment))
    }

    fn transmission(&self, segment: Segment) -> Transmission {
        let fin = self.finished && segment.end == self.end();
        Transmission {
            first: segment.first,
            len: usize::try_from(segment.len()).unwrap_or(usize::MAX) - usize::from(fin),
            fin,
        }
    }

    /// Appends the bytes of a transmission to `out`.
    pub(super) fn copy(&self, transmission: Transmission, out: &mut Vec<u8>) {
        let start = usize::try_from(transmission.first - self.acked).unwrap_or(usize::MAX);
        let (front, back) = self.bytes.as_slices();
        let end = start.saturating_add(transmission.len);
        for (part, before) in [(front, 0), (back, front.len())] {
            let range = start.saturating_sub(before)..end.saturating_sub(before).min(part.len());
            out.extend_from_slice(part.get(range).unwrap_or_default());
        }
    }

    /// The index behind everything that there is to send. The end of the stream has an index, but no byte.
    fn end(&self) -> u64 {
        self.written + u64::from(self.finished)
    }

    /// Whether the congestion window lets another segment go.
    fn has_room(&self) -> bool {
        self.in_flight == 0 || self.in_flight + self.payload as u64 <= self.congestion.window()
    }

    /// Whether something must be heard of, or asked again.
    fn wants_timer(&self) -> bool {
        self.in_flight > 0 || (self.lost == 0 && self.is_waiting())
    }

    fn arm(&mut self, now: Instant) {
        if self.timer.is_none() && self.wants_timer() {
            self.timer = Some(now + self.rto.timeout());
        }
    }
}

/// How many later transmissions must have been answered before one is taken to be lost (kPacketThreshold).
const OVERTAKEN: u64 = 3;

/// What a receiver is taken to have room for until it says so.
const FIRST_FLIGHT: u64 = 10 * LARGEST_PAYLOAD as u64;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::proto::link::Limits;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    /// A sender with `count` full segments sent as transmissions 0, 1, 2 …
    fn sender(count: usize) -> Sender {
        let mut sender = Sender::new(1 << 20, LARGEST_PAYLOAD, Rto::new(Limits::REQUEST));
        assert_eq!(
            sender.write(at(0), &vec![7; count * LARGEST_PAYLOAD]),
            count * LARGEST_PAYLOAD
        );
        for number in 0..count as u64 {
            assert_eq!(
                sender.poll(at(0), number).unwrap().first,
                number * LARGEST_PAYLOAD as u64
            );
        }
        assert_eq!(sender.poll(at(0), count as u64), None);
        sender
    }

    /// That the segments in the range have arrived, all before `next` too, in answer to `answered`.
    fn ack(next: u64, ranges: &[(u64, u64)], answered: u64) -> Ack {
        let index = |segment: u64| segment * LARGEST_PAYLOAD as u64;
        Ack {
            next: index(next),
            window: 1 << 20,
            answered: Some(answered),
            ranges: ranges
                .iter()
                .map(|(start, end)| index(*start)..index(*end))
                .collect(),
        }
    }

    #[test]
    fn what_three_later_ones_overtook_is_sent_again() {
        let mut sender = sender(5);
        sender.acknowledge(at(10), 5, &ack(0, &[(1, 3)], 2));
        assert_eq!(sender.poll(at(10), 5), None);
        sender.acknowledge(at(11), 5, &ack(0, &[(1, 4)], 3));
        let again = sender.poll(at(11), 5).unwrap();
        assert_eq!((again.first, again.len), (0, LARGEST_PAYLOAD));
        assert_eq!(sender.poll(at(11), 6), None);
    }

    #[test]
    fn when_the_timer_runs_out_everything_in_flight_is_sent_again_and_slowly() {
        let mut sender = sender(5);
        sender.handle_timeout(at(1000), 5);
        assert_eq!(sender.poll(at(1000), 5).unwrap().first, 0);
        assert_eq!(sender.poll(at(1000), 6).unwrap().first, LARGEST_PAYLOAD as u64);
        assert_eq!(sender.poll(at(1000), 7), None);
        assert_eq!(sender.poll_timeout(), Some(at(3000)));
    }

    #[test]
    fn each_answered_transmission_is_a_sample_even_if_it_was_repeated() {
        let mut sender = sender(1);
        sender.handle_timeout(at(1000), 1);
        sender.poll(at(1000), 1).unwrap();
        sender.acknowledge(at(1040), 2, &ack(1, &[], 1));
        assert_eq!(
            sender.rto().estimate().unwrap().smoothed,
            Duration::from_millis(40)
        );
        assert!(!sender.is_waiting() && sender.poll_timeout().is_none());
    }

    #[test]
    fn the_answer_to_an_earlier_copy_is_no_sample() {
        let mut sender = sender(1);
        sender.handle_timeout(at(1000), 1);
        sender.poll(at(1000), 1).unwrap();
        sender.acknowledge(at(1040), 2, &ack(1, &[], 0));
        assert_eq!(sender.rto().estimate(), None);
        assert!(!sender.is_waiting());
    }

    #[test]
    fn an_acknowledgement_of_what_was_never_sent_is_refused() {
        let mut sender = sender(1);
        sender.acknowledge(at(1), 1, &ack(2, &[], 0));
        sender.acknowledge(at(1), 1, &ack(0, &[(1, 3)], 0));
        assert!(sender.is_waiting());
    }

    #[test]
    fn the_end_is_sent_and_acknowledged_like_a_byte() {
        let mut sender = sender(1);
        sender.finish(at(0));
        let end = sender.poll(at(0), 1).unwrap();
        assert_eq!((end.len, end.fin), (0, true));
        sender.acknowledge(at(1), 2, &ack(1, &[], 0));
        assert!(sender.is_waiting());
        sender.acknowledge(
            at(1),
            2,
            &Ack {
                next: LARGEST_PAYLOAD as u64 + 1,
                ..ack(1, &[], 1)
            },
        );
        assert!(!sender.is_waiting());
        assert_eq!(sender.write(at(2), b"more"), 0);
    }

    #[test]
    fn a_receiver_without_room_is_asked_again_until_it_has_some() {
        let mut sender = Sender::new(1 << 20, LARGEST_PAYLOAD, Rto::new(Limits::REQUEST));
        sender.write(at(0), &[7; 100]);
        sender.poll(at(0), 0).unwrap();
        sender.acknowledge(
            at(5),
            1,
            &Ack {
                next: 100,
                window: 0,
                answered: Some(0),
                ranges: vec![],
            },
        );
        sender.write(at(5), b"more");
        assert_eq!(sender.poll(at(5), 1), None);
        let timer = sender.poll_timeout().unwrap();
        sender.handle_timeout(timer, 1);
        assert_eq!(
            sender.poll(timer, 1),
            Some(Transmission {
                first: 100,
                len: 0,
                fin: false
            })
        );
        sender.acknowledge(
            timer,
            2,
            &Ack {
                next: 100,
                window: 50,
                answered: Some(1),
                ranges: vec![],
            },
        );
        assert_eq!(sender.poll(timer, 2).unwrap().len, 4);
    }
}
