//! A bad network under a byte stream, as those see it who use TCP: nothing is lost, repeated or out of order, but
//! what would have been lost comes late, and everything behind it too.

use std::collections::VecDeque;
use std::time::Duration;

use rand::RngExt;

use super::fates::{Fates, between};
use super::line::Line;
use super::spec::Spec;
use crate::proto::Instant;

/// One direction of one stream. Holds a bounded number of bytes: whoever sends is held back
/// ([`room`](Self::room)) and never cut short.
///
/// Chance counts in segments of 1460 bytes of the stream, however they come in, so that the n-th segment's fate
/// depends on the seed and on n alone.
#[derive(Debug)]
pub struct ChaosStream {
    spec: Spec,
    fates: Fates,
    now: Instant,
    segment: Segment,
    bytes: VecDeque<u8>,
    /// The bytes at the front that have arrived.
    arrived: usize,
    /// What has not: when it will have, and how many bytes.
    flying: VecDeque<(Instant, usize)>,
    /// What waits for the line: until when, and how many bytes.
    waiting: VecDeque<(Instant, usize)>,
    waiting_bytes: usize,
    end: Option<(Instant, Last)>,
    tally: StreamTally,
}

/// How a stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// In order: all of it arrives, and then its end.
    Fin,
    /// By a reset: what has not been taken when it arrives is gone.
    Reset,
}

/// What became of a stream, or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamTally {
    /// Bytes delivered.
    pub bytes: u64,
    /// Segments that were lost once or more often, and came late.
    pub lost: u64,
    /// Segments that were damaged.
    pub damaged: u64,
    /// Connections reset by chance.
    pub reset: u64,
}

/// The segment that is being sent.
#[derive(Debug, Default)]
struct Segment {
    /// What is missing of it.
    left: usize,
    delay: Duration,
    /// The bytes before the one to be damaged, and how.
    damage: Option<(usize, u8)>,
}

impl ChaosStream {
    /// A stream through what `spec` says.
    pub fn new(spec: Spec, fates: Fates) -> Self {
        Self {
            spec,
            fates,
            now: Instant::ZERO,
            segment: Segment::default(),
            bytes: VecDeque::new(),
            arrived: 0,
            flying: VecDeque::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            end: None,
            tally: StreamTally::default(),
        }
    }

    /// What became of it until now.
    pub fn tally(&self) -> StreamTally {
        self.tally
    }

    /// How many bytes it takes now. With none, ask again at [`poll_timeout`](Self::poll_timeout), or when some of
    /// those that have arrived were taken.
    pub fn room(&self) -> usize {
        if self.end.is_some() {
            return 0;
        }
        let share = self.spec.rate.map_or(WINDOW, |rate| {
            let patience = usize::try_from(rate.get() / 8 / 50).unwrap_or(WINDOW);
            patience.clamp(SMALLEST_SHARE, WINDOW)
        });
        let window = WINDOW.saturating_sub(self.bytes.len());
        window.min(share.saturating_sub(self.waiting_bytes))
    }

    /// Takes bytes that come in, over a line that may be shared with other streams.
    pub fn push(&mut self, now: Instant, line: &mut Line, mut bytes: &[u8]) {
        self.advance(now);
        while !bytes.is_empty() && self.end.is_none() {
            let begins = self.segment.left == 0;
            let mut late = Duration::ZERO;
            if begins && !self.begin(&mut late) {
                self.tally.reset += 1;
                self.end(now, Last::Reset);
                return;
            }
            let (piece, rest) = bytes.split_at(bytes.len().min(self.segment.left));
            bytes = rest;
            self.segment.left -= piece.len();
            let sent = line.reserve(self.now, piece.len());
            if sent > self.now {
                self.waiting.push_back((sent, piece.len()));
                self.waiting_bytes += piece.len();
            }
            self.put(piece);
            let arrival = (sent + self.segment.delay + late).max(self.fates.in_order);
            self.fates.in_order = arrival;
            match self.flying.back_mut() {
                Some((last, count)) if *last == arrival => *count += piece.len(),
                _ => self.flying.push_back((arrival, piece.len())),
            }
        }
    }

    /// The stream ends here. What comes after is ignored.
    pub fn end(&mut self, now: Instant, last: Last) {
        self.advance(now);
        let arrival = self.now + self.spec.delay.0;
        match (last, self.end) {
            (_, Some((_, Last::Reset))) => {}
            // Nothing overtakes what is on its way.
            (Last::Fin, None) => self.end = Some((arrival.max(self.fates.in_order), last)),
            (Last::Fin, Some(_)) => {}
            // A reset does not wait for what waits for the line, or for a reader.
            (Last::Reset, _) => self.end = Some((arrival, last)),
        }
    }

    /// The bytes that have arrived, or as many as are in one place.
    pub fn arrived(&mut self, now: Instant) -> &[u8] {
        self.advance(now);
        let (front, _) = self.bytes.as_slices();
        front.get(..self.arrived).unwrap_or(front)
    }

    /// So many of them were delivered.
    pub fn take(&mut self, count: usize) {
        let count = count.min(self.arrived);
        self.bytes.drain(..count);
        self.arrived -= count;
        self.tally.bytes += count as u64;
    }

    /// How it has ended, when that has arrived and, before a [`Last::Fin`], everything was taken.
    pub fn ended(&mut self, now: Instant) -> Option<Last> {
        self.advance(now);
        let (arrival, last) = self.end?;
        let delivered = last == Last::Reset || self.bytes.is_empty();
        (arrival <= self.now && delivered).then_some(last)
    }

    /// When something arrives, or there is more room.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let arrival = self.flying.front().map(|(arrival, _)| *arrival);
        let sent = self.waiting.front().map(|(sent, _)| *sent);
        let end = self.end.map(|(arrival, _)| arrival);
        [arrival, sent, end.filter(|end| *end > self.now)]
            .into_iter()
            .flatten()
            .min()
    }

    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
        while let Some((_, count)) = self.flying.pop_front_if(|(arrival, _)| *arrival <= self.now) {
            self.arrived += count;
        }
        while let Some((_, count)) = self.waiting.pop_front_if(|(sent, _)| *sent <= self.now) {
            self.waiting_bytes -= count;
        }
    }

    /// Draws the next segment's fate. False if the connection is reset instead.
    fn begin(&mut self, late: &mut Duration) -> bool {
        let mut rng = self.fates.next();
        if self.spec.reset.happens(&mut rng) {
            return false;
        }
        let (shortest, longest) = self.spec.delay;
        let mut patience = (longest * 2).max(SHORTEST_RETRANSMISSION);
        for _ in 0..MOST_RETRANSMISSIONS {
            if !self.spec.loss.happens(&mut rng) {
                break;
            }
            *late = late.saturating_add(patience);
            patience = patience.saturating_mul(2);
        }
        self.tally.lost += u64::from(!late.is_zero());
        self.segment = Segment {
            left: SEGMENT,
            delay: between(shortest, longest, &mut rng),
            damage: self
                .spec
                .damage
                .happens(&mut rng)
                .then(|| (rng.random_range(0..SEGMENT), rng.random_range(1..=u8::MAX))),
        };
        true
    }

    fn put(&mut self, piece: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend(piece);
        let Some((before, mask)) = self.segment.damage else {
            return;
        };
        match self
            .bytes
            .get_mut(start + before)
            .filter(|_| before < piece.len())
        {
            Some(byte) => {
                *byte ^= mask;
                self.segment.damage = None;
                self.tally.damaged += 1;
            }
            None => self.segment.damage = Some((before.saturating_sub(piece.len()), mask)),
        }
    }
}

impl StreamTally {
    /// What has come since `earlier`.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            bytes: self.bytes - earlier.bytes,
            lost: self.lost - earlier.lost,
            damaged: self.damaged - earlier.damaged,
            reset: self.reset - earlier.reset,
        }
    }

    /// Adds what became of another stream.
    pub fn add(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.lost += other.lost;
        self.damaged += other.damaged;
        self.reset += other.reset;
    }
}

/// What an Ethernet frame carries of a TCP stream.
const SEGMENT: usize = 1460;
/// The most bytes that are on their way, or wait to be read.
const WINDOW: usize = 1 << 20;
/// A stream may have so much waiting for a slow line, or 20 ms of its rate: streams that share it take turns.
const SMALLEST_SHARE: usize = 16 << 10;
/// A sender notices a loss after a round trip, or after this time if that is longer; and after twice the time when
/// what it sent again is lost again.
const SHORTEST_RETRANSMISSION: Duration = Duration::from_millis(10);
const MOST_RETRANSMISSIONS: u32 = 16;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stream(spec: &str) -> (ChaosStream, Line) {
        let spec: Spec = spec.parse().unwrap();
        (ChaosStream::new(spec, Fates::new(7)), Line::new(&spec))
    }

    fn millis(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn read(stream: &mut ChaosStream, now: Instant) -> Vec<u8> {
        let mut all = Vec::new();
        loop {
            let some = stream.arrived(now).to_vec();
            if some.is_empty() {
                return all;
            }
            stream.take(some.len());
            all.extend(some);
        }
    }

    /// Sends `bytes` in pieces of `size`, as there is room, and reads them: with how it ends, and when.
    fn carry(spec: &str, bytes: &[u8], size: usize) -> (Vec<u8>, Last, Instant) {
        let (mut stream, mut line) = stream(spec);
        let (mut now, mut rest, mut read_so_far) = (Instant::ZERO, bytes, Vec::new());
        loop {
            while !rest.is_empty() && stream.room() > 0 {
                let (piece, after) = rest.split_at(rest.len().min(size).min(stream.room()));
                stream.push(now, &mut line, piece);
                rest = after;
            }
            if rest.is_empty() {
                stream.end(now, Last::Fin);
            }
            read_so_far.extend(read(&mut stream, now));
            if let Some(last) = stream.ended(now) {
                return (read_so_far, last, now);
            }
            now = stream.poll_timeout().map_or(now, |timeout| timeout.max(now));
        }
    }

    fn text(length: usize) -> Vec<u8> {
        (0..=u8::MAX)
            .cycle()
            .flat_map(|byte| [byte; 7])
            .take(length)
            .collect()
    }

    #[test]
    fn bytes_come_after_the_delay_and_their_end_behind_them() {
        let (mut stream, mut line) = stream("delay=5ms");
        stream.push(Instant::ZERO, &mut line, b"hello");
        stream.end(millis(1), Last::Fin);
        assert_eq!(read(&mut stream, millis(4)), b"");
        assert_eq!(stream.poll_timeout(), Some(millis(5)));
        assert_eq!(stream.ended(millis(6)), None);
        assert_eq!(read(&mut stream, millis(6)), b"hello");
        assert_eq!(stream.ended(millis(6)), Some(Last::Fin));
    }

    #[test]
    fn a_lost_segment_holds_up_all_that_follows() {
        let bytes = text(200_000);
        let (got, last, when) = carry("loss=10%,delay=5ms", &bytes, 9000);
        assert!(got == bytes && last == Last::Fin);
        assert!(when >= millis(15), "{when:?}");
        assert_eq!(carry("delay=5ms", &bytes, 9000).2, millis(5));
    }

    #[test]
    fn who_sends_faster_than_the_line_is_held_back() {
        let (mut stream, mut line) = stream("rate=800k");
        let room = stream.room();
        stream.push(Instant::ZERO, &mut line, &vec![0; room]);
        assert_eq!(stream.room(), 0);
        // 16 KiB at 100,000 bytes a second.
        let (.., when) = carry("rate=800k", &text(100_000), 1000);
        assert_eq!(when, Instant::ZERO + Duration::from_secs(1));
    }

    #[test]
    fn streams_share_the_line() {
        let (mut a, mut line) = stream("rate=800k");
        let (mut b, _) = stream("rate=800k");
        let (mut counts, mut now) = ([0, 0], Instant::ZERO);
        while now < millis(2000) {
            for (stream, count) in [&mut a, &mut b].into_iter().zip(&mut counts) {
                stream.push(now, &mut line, &vec![0; stream.room()]);
                *count += read(stream, now).len();
            }
            now += Duration::from_millis(1);
        }
        assert!(counts[0].abs_diff(counts[1]) < 20_000, "{counts:?}");
        assert!(
            (150_000..=200_000).contains(&(counts[0] + counts[1])),
            "{counts:?}"
        );
    }

    #[test]
    fn memory_is_bounded_when_nobody_reads() {
        let (mut stream, mut line) = stream("loss=1%");
        let mut taken = 0;
        while stream.room() > 0 {
            let piece = vec![0; stream.room().min(5000)];
            stream.push(millis(taken as u64), &mut line, &piece);
            taken += piece.len();
        }
        assert_eq!(taken, WINDOW);
        stream.arrived(millis(1 << 30));
        stream.take(10);
        assert_eq!(stream.room(), 10);
    }

    #[test]
    fn a_reset_comes_even_if_nobody_reads() {
        let (mut stream, mut line) = stream("delay=5ms");
        stream.push(Instant::ZERO, &mut line, b"unread");
        stream.end(millis(1), Last::Reset);
        assert_eq!(stream.ended(millis(5)), None);
        assert_eq!(stream.ended(millis(6)), Some(Last::Reset));
    }

    #[test]
    fn a_connection_is_reset_as_often_as_was_asked_for() {
        let (got, last, _) = carry("reset=2%", &text(1 << 20), 9000);
        assert_eq!(last, Last::Reset);
        assert!(got.len() < 1 << 20);
        assert_eq!(carry("reset=100%", b"x", 1).1, Last::Reset);
    }

    #[test]
    fn a_line_that_loses_everything_stalls() {
        let (.., when) = carry("loss=100%", b"x", 1);
        assert!(when > millis(600_000));
    }

    proptest! {
        #[test]
        fn nothing_but_damage_changes_a_stream(length in 0..100_000_usize, size in 1..70_000_usize) {
            let bytes = text(length);
            let (got, last, _) = carry("loss=20%,delay=1ms..9ms,rate=10M", &bytes, size);
            prop_assert!(got == bytes && last == Last::Fin);
        }

        #[test]
        fn fates_do_not_depend_on_how_the_bytes_come(size in 1..20_000_usize) {
            let bytes = text(50_000);
            let whole = carry("corrupt=30%", &bytes, 50_000);
            let pieces = carry("corrupt=30%", &bytes, size);
            prop_assert!(whole.0 == pieces.0 && whole.0 != bytes);
        }
    }
}
