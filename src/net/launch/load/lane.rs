//! One session's share of the load.

use std::io;
use std::ops::Range;

use crate::proto::Instant;
use crate::proto::launch::Session;
use crate::proto::link::Seal;
use crate::wire::rlaunch::Status;

/// The requests of one session, in order.
pub(super) struct Lane {
    session: Session,
    window: u64,
    /// The requests from `first` on, one behind the other.
    bytes: Vec<u8>,
    first: u64,
    /// The next to be sent, and the one after the last that there is.
    next: u64,
    end: u64,
    /// All before this one are answered; of those from here on, the bits say which are.
    unsettled: u64,
    answered: u64,
    /// When each was sent, by its number within the window.
    sent: [Instant; 64],
    scratch: Vec<u8>,
}

impl Lane {
    pub(super) fn new(session: Session, window: u64) -> Self {
        Self {
            session,
            window,
            bytes: Vec::new(),
            first: 1,
            next: 1,
            end: 1,
            unsettled: 1,
            answered: 0,
            sent: [Instant::ZERO; 64],
            scratch: Vec::new(),
        }
    }

    /// Makes the next `count` requests. Each acknowledges what must have been answered for it to be sent.
    pub(super) fn prepare(&mut self, seal: &Seal, count: u64) {
        (self.first, self.end) = (self.next, self.next + count);
        self.bytes.clear();
        for seq in self.first..self.end {
            self.session.ack_through = seq.saturating_sub(self.window);
            let mut payload = [0; PAYLOAD];
            payload[..8].copy_from_slice(&seq.to_le_bytes());
            self.scratch.clear();
            self.session.request(seal, seq, &payload, &mut self.scratch);
            self.bytes.extend_from_slice(&self.scratch);
        }
    }

    /// Whether all are answered.
    pub(super) fn is_over(&self) -> bool {
        self.unsettled == self.end
    }

    /// Those that may be sent now, and are.
    pub(super) fn next(&mut self, now: Instant) -> Range<u64> {
        let due = self.next..self.end.min(self.unsettled + self.window);
        for seq in due.clone() {
            if let Some(sent) = self.sent.get_mut(place(seq)) {
                *sent = now;
            }
        }
        self.next = due.end.max(self.next);
        due
    }

    /// Those that are sent and not all answered.
    pub(super) fn outstanding(&self) -> Range<u64> {
        self.unsettled..self.next
    }

    pub(super) fn request(&self, seq: u64) -> &[u8] {
        let length = self.scratch.len();
        let start = usize::try_from(seq - self.first).unwrap_or(usize::MAX) * length;
        self.bytes.get(start..start + length).unwrap_or_default()
    }

    /// Whether `reply` is of this session.
    pub(super) fn is_of(&self, reply: &[u8]) -> bool {
        number(reply, SESSION) == Some(self.session.id)
    }

    /// Takes a reply, and says how long it took; `None` if the request had been answered before.
    ///
    /// # Errors
    /// When it says that nothing was launched.
    pub(super) fn settle(&mut self, now: Instant, reply: &[u8]) -> io::Result<Option<std::time::Duration>> {
        let Some(seq) = number(reply, SEQ).filter(|seq| (self.unsettled..self.next).contains(seq)) else {
            return Ok(None);
        };
        // An echo answers with the request, which has no status.
        let status = reply.get(STATUS).copied().unwrap_or_default();
        if status != Status::Launched as u8 && status != Status::None as u8 {
            return Err(io::Error::other(format!("answered with status {status}")));
        }
        let bit = 1 << (seq - self.unsettled);
        if self.answered & bit != 0 {
            return Ok(None);
        }
        self.answered |= bit;
        let settled = self.answered.trailing_ones();
        self.unsettled += u64::from(settled);
        self.answered = self.answered.checked_shr(settled).unwrap_or(0);
        Ok(self.sent.get(place(seq)).map(|sent| now - *sent))
    }
}

fn place(seq: u64) -> usize {
    usize::try_from(seq % 64).unwrap_or_default()
}

fn number(reply: &[u8], offset: usize) -> Option<u64> {
    Some(u64::from_le_bytes(*reply.get(offset..)?.first_chunk()?))
}

/// Where the fields lie that an echo and a server answer with alike.
const STATUS: usize = 6;
const SESSION: usize = 16;
const SEQ: usize = 24;
/// With header and tag, datagrams of 120 bytes.
const PAYLOAD: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(seq: u64) -> Vec<u8> {
        let mut bytes = vec![0; 120];
        bytes[SESSION] = 5;
        bytes[SEQ..SEQ + 8].copy_from_slice(&seq.to_le_bytes());
        bytes
    }

    fn lane() -> Lane {
        let mut lane = Lane::new(Session::resumed(1, 5, 0, 0), 4);
        lane.prepare(&Seal::checksum(), 10);
        lane
    }

    #[test]
    fn a_request_is_sent_when_all_are_answered_that_it_acknowledges() {
        let mut lane = lane();
        assert_eq!(lane.next(Instant::ZERO), 1..5);
        for seq in [2, 3, 4] {
            assert!(lane.settle(Instant::ZERO, &reply(seq)).unwrap().is_some());
            assert!(lane.next(Instant::ZERO).is_empty());
        }
        assert!(lane.settle(Instant::ZERO, &reply(1)).unwrap().is_some());
        assert_eq!(lane.next(Instant::ZERO), 5..9);
        assert_eq!(lane.outstanding(), 5..9);
    }

    #[test]
    fn an_answer_counts_once() {
        let mut lane = lane();
        lane.next(Instant::ZERO);
        for seq in [2, 1] {
            assert!(lane.settle(Instant::ZERO, &reply(seq)).unwrap().is_some());
            assert!(lane.settle(Instant::ZERO, &reply(seq)).unwrap().is_none());
        }
        assert!(
            lane.settle(Instant::ZERO, &reply(9)).unwrap().is_none(),
            "not asked"
        );
    }

    #[test]
    fn requests_have_the_length_of_what_they_are_compared_with() {
        let lane = lane();
        assert!((1..=10).all(|seq| lane.request(seq).len() == 120));
        assert_ne!(lane.request(1), lane.request(2));
    }
}
