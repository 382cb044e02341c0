//! What was sent and not acknowledged, by number.
//!
//! Numbers count up without gaps, so that what was sent lies in a queue and is found by its place in it. An
//! acknowledgement costs as much as it says that is new: of each range only what was not acknowledged before is
//! looked at. Loss is found from the oldest on and ends at the first that is neither arrived nor lost, because those
//! behind it were sent later.

use std::collections::VecDeque;
use std::ops::Range;

use super::super::ranges::Ranges;
use super::congestion::Stamp;
use super::frame::Numbers;
use crate::proto::Instant;

/// A datagram that was sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) at: Instant,
    pub(super) size: usize,
    pub(super) role: Role,
    /// What of the stream it carries.
    pub(super) range: Range<u64>,
    pub(super) stamp: Stamp,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Asks for nothing: nobody waits for it.
    Bare,
    /// Asks to be acknowledged.
    Asking,
    /// Looks whether a datagram of its size gets through; its loss is no surprise.
    Search,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Awaited,
    Arrived,
    Lost,
}

/// All that was sent and may still be acknowledged.
#[derive(Clone, Debug, Default)]
pub(super) struct Flight {
    /// The number of the first in the queue.
    base: u64,
    sent: VecDeque<Sent>,
    /// Those of them that were acknowledged.
    arrived: Ranges,
    highest: Option<u64>,
    /// Below this number nothing is awaited.
    awaited_from: u64,
    in_flight: u64,
    awaited: usize,
}

impl Flight {
    /// The number of the next datagram.
    pub(super) fn next(&self) -> u64 {
        self.base + self.sent.len() as u64
    }

    /// The lowest number that an acknowledgement may still name.
    pub(super) fn oldest(&self) -> u64 {
        self.base
    }

    /// How many bytes are on their way.
    pub(super) fn in_flight(&self) -> u64 {
        self.in_flight
    }

    /// Whether an acknowledgement is waited for.
    pub(super) fn is_awaiting(&self) -> bool {
        self.awaited > 0
    }

    /// The oldest that is awaited.
    pub(super) fn first_awaited(&self) -> Option<&Sent> {
        self.oldest_awaited().map(|(_, sent)| sent)
    }

    pub(super) fn push(&mut self, sent: Sent) {
        if sent.is_awaited() {
            self.in_flight += sent.size as u64;
            self.awaited += 1;
        }
        self.sent.push_back(sent);
    }

    /// Takes the numbers of an acknowledgement, and shows what is new: what was awaited, and what was thought to be
    /// lost. Whether all the numbers were sent; if not, it takes none.
    pub(super) fn acknowledge(&mut self, numbers: Numbers<'_>, mut news: impl FnMut(u64, &Sent)) -> bool {
        if numbers.highest() >= self.next() {
            return false;
        }
        let (base, sent) = (self.base, &mut self.sent);
        let (in_flight, awaited) = (&mut self.in_flight, &mut self.awaited);
        for range in numbers.iter() {
            let range = (*range.start()).max(base)..*range.end() + 1;
            if range.is_empty() {
                break;
            }
            self.arrived.insert(range, |fresh| {
                for number in fresh {
                    let place = usize::try_from(number - base).unwrap_or(usize::MAX);
                    let Some(sent) = sent.get_mut(place) else {
                        return;
                    };
                    if sent.is_awaited() {
                        *in_flight -= sent.size as u64;
                        *awaited -= 1;
                    }
                    if sent.role != Role::Bare {
                        news(number, sent);
                    }
                    sent.state = State::Arrived;
                }
            });
        }
        self.highest = self.highest.max(Some(numbers.highest()));
        true
    }

    /// Shows what is to be taken for lost: overtaken by so many numbers, or overtaken and sent before `deadline`.
    pub(super) fn lose(&mut self, packets: Option<u64>, deadline: Instant, mut lost: impl FnMut(u64, &Sent)) {
        let Some(highest) = self.highest else {
            return;
        };
        let mut number = self.awaited_from.max(self.base);
        while number < highest
            && let Some(sent) = self.get_mut(number)
        {
            if sent.is_awaited() {
                let overtaken = packets.is_some_and(|packets| number + packets <= highest);
                if !overtaken && sent.at > deadline {
                    break;
                }
                sent.state = State::Lost;
                let size = sent.size as u64;
                lost(number, sent);
                self.in_flight -= size;
                self.awaited -= 1;
            }
            number += 1;
        }
        self.awaited_from = number;
    }

    /// When the oldest one was sent that was overtaken and is still awaited.
    pub(super) fn oldest_overtaken(&self) -> Option<Instant> {
        let (number, sent) = self.oldest_awaited()?;
        (Some(number) < self.highest).then_some(sent.at)
    }

    /// Forgets what has arrived at the front of the queue, and what was lost before `horizon`. What must be forgotten
    /// because there is too much of it is shown.
    pub(super) fn forget(&mut self, horizon: Instant, mut dropped: impl FnMut(u64, &Sent)) {
        while let Some(sent) = self.sent.front() {
            let crowded = self.sent.len() > MOST_SENT;
            let settled = sent.role == Role::Bare
                || sent.state == State::Arrived
                || (sent.state == State::Lost && sent.at < horizon);
            if !settled && !crowded {
                break;
            }
            if sent.is_awaited() {
                dropped(self.base, sent);
                self.in_flight -= sent.size as u64;
                self.awaited -= 1;
            }
            self.sent.pop_front();
            self.base += 1;
        }
        self.arrived.forget_below(self.base);
    }

    fn get_mut(&mut self, number: u64) -> Option<&mut Sent> {
        let place = usize::try_from(number.checked_sub(self.base)?).ok()?;
        self.sent.get_mut(place)
    }

    fn oldest_awaited(&self) -> Option<(u64, &Sent)> {
        if self.awaited == 0 {
            return None;
        }
        let from = self.awaited_from.max(self.base);
        let place = usize::try_from(from - self.base).unwrap_or(usize::MAX);
        (from..)
            .zip(self.sent.range(place.min(self.sent.len())..))
            .find(|(_, sent)| sent.is_awaited())
    }
}

impl Sent {
    pub(super) fn is_awaited(&self) -> bool {
        self.role != Role::Bare && self.state == State::Awaited
    }
}

/// The most datagrams that are remembered.
const MOST_SENT: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    /// So many datagrams of 100 bytes, sent a millisecond apart.
    fn flight(count: u64) -> Flight {
        let mut flight = Flight::default();
        for number in 0..count {
            flight.push(Sent {
                at: at(number),
                size: 100,
                role: Role::Asking,
                range: number..number + 1,
                stamp: Stamp::default(),
                state: State::Awaited,
            });
        }
        flight
    }

    fn acknowledge(flight: &mut Flight, ranges: &[(u64, u64)]) -> Option<Vec<(u64, State)>> {
        let mut set = Ranges::default();
        for (start, end) in ranges {
            set.insert(*start..*end, |_| ());
        }
        let (mut bytes, mut news) = (Vec::new(), Vec::new());
        let numbers = Numbers::encode(&set, 0, 1000, &mut bytes).unwrap();
        let known = flight.acknowledge(numbers, |number, sent| news.push((number, sent.state)));
        known.then_some(news)
    }

    fn lose(flight: &mut Flight, packets: Option<u64>, deadline: Instant) -> Vec<u64> {
        let mut lost = Vec::new();
        flight.lose(packets, deadline, |number, _| lost.push(number));
        lost
    }

    #[test]
    fn only_what_is_new_is_shown_and_what_was_never_sent_is_refused() {
        let mut flight = flight(5);
        let awaited = |numbers: &[u64]| Some(numbers.iter().map(|n| (*n, State::Awaited)).collect());
        assert_eq!(acknowledge(&mut flight, &[(0, 2)]), awaited(&[0, 1]));
        assert_eq!(acknowledge(&mut flight, &[(0, 2), (4, 5)]), awaited(&[4]));
        assert_eq!(acknowledge(&mut flight, &[(0, 6)]), None);
        assert_eq!(flight.in_flight(), 200);
    }

    #[test]
    fn what_three_later_ones_overtook_is_lost_and_what_the_deadline_passed() {
        let mut flight = flight(6);
        acknowledge(&mut flight, &[(3, 4)]);
        assert_eq!(lose(&mut flight, Some(3), Instant::ZERO), [0]);
        assert_eq!(flight.oldest_overtaken(), Some(at(1)));
        assert_eq!(lose(&mut flight, None, at(1)), [1]);
        assert_eq!(lose(&mut flight, None, at(9)), [2]);
        // Nobody overtook those behind the highest.
        assert_eq!((flight.oldest_overtaken(), flight.in_flight()), (None, 200));
    }

    #[test]
    fn a_late_one_is_told_from_a_new_one() {
        let mut flight = flight(5);
        acknowledge(&mut flight, &[(4, 5)]);
        lose(&mut flight, Some(3), Instant::ZERO);
        assert_eq!(acknowledge(&mut flight, &[(0, 1)]), Some(vec![(0, State::Lost)]));
    }

    #[test]
    fn what_is_settled_is_forgotten_and_the_lost_after_a_while() {
        let mut flight = flight(5);
        acknowledge(&mut flight, &[(1, 2), (4, 5)]);
        lose(&mut flight, Some(3), Instant::ZERO);
        flight.forget(Instant::ZERO, |_, _| unreachable!());
        assert_eq!(flight.oldest(), 0);
        flight.forget(at(1), |_, _| unreachable!());
        assert_eq!((flight.oldest(), flight.next()), (2, 5));
        assert_eq!(
            acknowledge(&mut flight, &[(0, 5)]).map(|news| news.len()),
            Some(2)
        );
    }

    #[test]
    fn memory_is_bounded() {
        let mut flight = flight(MOST_SENT as u64 + 10);
        let mut dropped = 0;
        flight.forget(Instant::ZERO, |_, _| dropped += 1);
        assert_eq!((dropped, flight.in_flight()), (10, 100 * MOST_SENT as u64));
    }
}
