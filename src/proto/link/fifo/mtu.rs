//! How large a datagram may be: search by probes (DPLPMTUD, RFC 8899).
//!
//! It begins with a size that every path carries and asks for the largest that both ends take, with a padded datagram
//! whose acknowledgement confirms it: on loopback and in most local networks one probe is enough. A size of which
//! three probes were lost is too large; the next one is that of the next smaller kind of network. What was confirmed
//! can stop to get through when the path changes: then large datagrams vanish one and all (a black hole), and the
//! search begins again from the bottom, below what vanished.

use std::time::Duration;

use super::frame::BASE_DATAGRAM;
use crate::proto::Instant;

/// The search for the largest size.
#[derive(Clone, Debug)]
pub(super) struct Search {
    /// What is sure to get through.
    base: usize,
    current: usize,
    /// The largest that is allowed, and the largest that is not known to be too large.
    most: usize,
    bound: usize,
    /// The probe on its way: its number and size.
    probe: Option<(u64, usize)>,
    failures: u32,
    /// When to look again whether the path has got better.
    again_at: Option<Instant>,
    /// Large datagrams that were lost since one has arrived, and timeouts.
    vanished: u32,
    timeouts: u32,
    /// The highest number of a large one that has arrived.
    arrived: u64,
}

impl Search {
    pub(super) fn new(most: usize) -> Self {
        let base = BASE_DATAGRAM.min(most);
        Self {
            base,
            current: base,
            most,
            bound: most,
            probe: None,
            failures: 0,
            again_at: None,
            vanished: 0,
            timeouts: 0,
            arrived: 0,
        }
    }

    /// The size of a full datagram.
    pub(super) fn current(&self) -> usize {
        self.current
    }

    /// The size of the probe that is to be sent now, if there is one.
    pub(super) fn wanted(&mut self, now: Instant) -> Option<usize> {
        if self.again_at.is_some_and(|at| now >= at) {
            self.again_at = None;
            (self.bound, self.failures) = (self.most, 0);
        }
        if self.probe.is_some() || self.again_at.is_some() || self.current >= self.most {
            return None;
        }
        let next = self.candidate();
        if next.is_none() {
            self.again_at = Some(now + RAISE);
        }
        next
    }

    /// Takes note that the probe was sent.
    pub(super) fn sent(&mut self, number: u64, size: usize) {
        self.probe = Some((number, size));
    }

    /// Takes note that a datagram has arrived.
    pub(super) fn arrived(&mut self, number: u64, size: usize) {
        if size > self.base {
            (self.vanished, self.timeouts) = (0, 0);
            self.arrived = self.arrived.max(number);
        }
        if self.probe.is_some_and(|(probe, _)| probe == number) {
            self.probe = None;
            self.failures = 0;
            self.current = self.current.max(size);
        }
    }

    /// Takes note that a probe was lost.
    pub(super) fn probe_lost(&mut self, size: usize) {
        self.probe = None;
        self.failures += 1;
        if self.failures >= PROBES {
            self.failures = 0;
            self.bound = self.bound.min(size - 1);
        }
    }

    /// Takes note that a datagram was lost that was no probe.
    pub(super) fn lost(&mut self, number: u64, size: usize) {
        if size > self.base && size <= self.current && number > self.arrived {
            self.vanished += 1;
            self.look_for_black_hole();
        }
    }

    /// Takes note that nothing was heard for a whole timeout.
    pub(super) fn timed_out(&mut self) {
        if self.current > self.base {
            self.timeouts += 1;
            self.look_for_black_hole();
        }
    }

    /// The kernel refused a datagram of this size: it is larger than the interface takes.
    pub(super) fn refused(&mut self, size: usize) {
        if size <= self.base {
            return;
        }
        self.bound = self.bound.min(size - 1);
        self.most = self.most.min(size - 1);
        self.current = self.current.min(self.most);
        self.probe = self.probe.filter(|(_, probe)| *probe < size);
    }

    fn look_for_black_hole(&mut self) {
        if self.vanished >= VANISHED || self.timeouts >= TIMEOUTS {
            self.bound = (self.current - 1).max(self.base);
            self.current = self.base;
            (self.vanished, self.timeouts, self.failures) = (0, 0, 0);
        }
    }

    /// The next size worth a probe: the largest that is left of all, and then of those that networks have.
    fn candidate(&self) -> Option<usize> {
        if self.bound == self.most && self.bound > self.current {
            return Some(self.bound);
        }
        KINDS
            .into_iter()
            .find(|size| (self.current + 1..=self.bound).contains(size))
    }
}

/// UDP payloads of the networks there are: loopback over IPv4 and its halves, 9,000, 4,352, Ethernet over IPv4, IPv6,
/// with a tunnel or two; largest first.
const KINDS: [usize; 12] = [
    65_507, 32_768, 16_384, 8_972, 8_952, 4_324, 1_472, 1_452, 1_432, 1_392, 1_340, 1_260,
];

/// MAX_PROBES of RFC 8899.
const PROBES: u32 = 3;

/// So many full datagrams in a row are not lost by chance.
const VANISHED: u32 = 24;

/// Nor is what several timeouts in a row ask for again.
const TIMEOUTS: u32 = 3;

/// PMTU_RAISE_TIMER of RFC 8899.
const RAISE: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant::ZERO;

    /// Searches on a path that carries `path` bytes; says how many probes it took.
    fn search(search: &mut Search, path: usize) -> u64 {
        for number in 0..100 {
            let Some(size) = search.wanted(NOW) else {
                return number;
            };
            search.sent(number, size);
            if size <= path {
                search.arrived(number, size);
            } else {
                search.probe_lost(size);
            }
        }
        panic!("no end");
    }

    #[test]
    fn the_largest_is_asked_for_first() {
        let mut found = Search::new(65_507);
        assert_eq!((search(&mut found, 70_000), found.current()), (1, 65_507));
    }

    #[test]
    fn a_smaller_network_is_found_by_its_kind() {
        for (path, expected) in [
            (1472, 1472),
            (1500, 1472),
            (1300, 1260),
            (1200, 1200),
            (9000, 8972),
        ] {
            let mut found = Search::new(65_507);
            search(&mut found, path);
            assert_eq!(found.current(), expected, "{path}");
        }
    }

    #[test]
    fn what_the_interface_refuses_is_not_asked_for_again() {
        let mut found = Search::new(65_507);
        let size = found.wanted(NOW).unwrap();
        found.sent(0, size);
        found.refused(1473);
        assert_eq!((search(&mut found, 70_000), found.current()), (1, 1472));
    }

    #[test]
    fn large_ones_that_vanish_one_and_all_are_no_longer_sent() {
        for by_timeout in [true, false] {
            let mut found = Search::new(1472);
            search(&mut found, 1472);
            for number in 1000..1000 + u64::from(VANISHED) {
                if by_timeout {
                    found.timed_out();
                } else {
                    found.lost(number, 1472);
                }
            }
            assert_eq!(found.current(), 1200);
            search(&mut found, 1400);
            assert_eq!(found.current(), 1392);
        }
    }

    #[test]
    fn a_bad_line_is_no_black_hole() {
        let mut found = Search::new(1472);
        search(&mut found, 1472);
        for number in 0..1000 {
            found.lost(number, 1472);
            if number % 10 == 0 {
                found.arrived(number, 1472);
            }
        }
        // What was overtaken by a large one that has arrived was not swallowed.
        found.arrived(2000, 1472);
        for number in 1000..2000 {
            found.lost(number, 1472);
        }
        assert_eq!(found.current(), 1472);
    }

    #[test]
    fn after_a_while_it_is_tried_again() {
        let mut found = Search::new(1472);
        search(&mut found, 1200);
        assert_eq!(found.wanted(NOW), None);
        assert_eq!(found.wanted(NOW + RAISE), Some(1472));
    }
}
