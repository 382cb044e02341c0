//! The bottleneck: a line that carries so many bits a second, and a queue in front of it that is full at some time.

use std::collections::VecDeque;
use std::time::Duration;

use super::spec::{Queue, Spec};
use crate::proto::Instant;

/// The line of one direction. All who send in that direction share it, first come, first served.
#[derive(Clone, Debug)]
pub struct Line {
    /// Bits per second; without it the line takes no time.
    rate: Option<u64>,
    queue: Queue,
    /// When everything that waits has been sent.
    free: Instant,
    /// What waits or is being sent: when it will have been, and its size.
    waiting: VecDeque<(Instant, usize)>,
    waiting_bytes: usize,
}

impl Line {
    /// The line that `spec` speaks of.
    pub fn new(spec: &Spec) -> Self {
        Self {
            rate: spec.rate.map(u64::from),
            queue: spec.queue.unwrap_or(Queue::Datagrams(DATAGRAMS)),
            free: Instant::ZERO,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
        }
    }

    /// Whether it takes time at all.
    pub fn is_slow(&self) -> bool {
        self.rate.is_some()
    }

    /// When `size` bytes that come now will have been sent; `None` if the queue is full and they are lost.
    pub(super) fn offer(&mut self, now: Instant, size: usize) -> Option<Instant> {
        if self.rate.is_none() {
            return Some(now);
        }
        while let Some((_, sent)) = self.waiting.pop_front_if(|(end, _)| *end <= now) {
            self.waiting_bytes -= sent;
        }
        let room = match self.queue {
            Queue::Datagrams(most) => self.waiting.len() < most,
            // One datagram there is always room for: a queue shorter than that would carry nothing.
            Queue::Bytes(most) => self.waiting.is_empty() || self.waiting_bytes + size <= most,
            Queue::Time(most) => self.free.since(now) <= most,
        };
        if !room {
            return None;
        }
        let end = self.reserve(now, size);
        self.waiting.push_back((end, size));
        self.waiting_bytes += size;
        Some(end)
    }

    /// The same without a queue, for senders who are held back instead.
    pub fn reserve(&mut self, now: Instant, size: usize) -> Instant {
        self.free = self.free.max(now) + self.time(size);
        self.free
    }

    fn time(&self, size: usize) -> Duration {
        let Some(rate) = self.rate else {
            return Duration::ZERO;
        };
        let nanos = size as u128 * 8 * 1_000_000_000 / u128::from(rate);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

/// How many datagrams may wait if nothing was said: what Linux gives an interface.
const DATAGRAMS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(spec: &str) -> Line {
        Line::new(&spec.parse().unwrap())
    }

    fn millis(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    /// How many of `count` datagrams of `size` bytes that come at once are taken.
    fn taken(spec: &str, count: usize, size: usize) -> usize {
        let mut line = line(spec);
        (0..count)
            .filter(|_| line.offer(Instant::ZERO, size).is_some())
            .count()
    }

    #[test]
    fn a_line_without_a_rate_takes_no_time_and_has_no_queue() {
        let mut line = line("queue=1");
        assert!(!line.is_slow());
        for _ in 0..10 {
            assert_eq!(line.offer(millis(7), 1000), Some(millis(7)));
        }
    }

    #[test]
    fn a_queue_is_full_by_number_by_size_or_by_time() {
        assert_eq!(taken("rate=8k", 2000, 100), 1000);
        assert_eq!(taken("rate=8k,queue=3", 10, 100), 3);
        assert_eq!(taken("rate=8k,queue=500B", 10, 100), 5);
        // Each takes 100 ms: the fourth would wait 300.
        assert_eq!(taken("rate=8k,queue=250ms", 10, 100), 3);
    }

    #[test]
    fn a_queue_shorter_than_a_datagram_holds_one() {
        assert_eq!(taken("rate=8k,queue=10B", 10, 100), 1);
        assert_eq!(taken("rate=8k,queue=1ms", 10, 100), 1);
    }

    #[test]
    fn what_has_been_sent_makes_room() {
        let mut line = line("rate=8k,queue=100B");
        assert_eq!(line.offer(Instant::ZERO, 100), Some(millis(100)));
        assert_eq!(line.offer(millis(99), 100), None);
        assert_eq!(line.offer(millis(100), 100), Some(millis(200)));
    }
}
