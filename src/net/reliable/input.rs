//! Standard input on its way into the link.

use std::io;
use std::ops::Range;
use std::rc::Rc;

use tokio::io::Interest;

use crate::net::Clock;
use crate::net::endpoint::Endpoint;
use crate::proto::Instant;
use crate::proto::link::fifo::Link;
use crate::proto::relay::Filter;

/// What is read, until the link takes it.
#[derive(Debug)]
pub(super) struct Input {
    from: Rc<Endpoint>,
    filter: Filter,
    room: Box<[u8]>,
    /// Read, and neither taken by the link nor by the filter.
    fresh: Range<usize>,
    /// What the filter has made of it, and how much of that the link has taken.
    out: Vec<u8>,
    taken: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Nothing new is passed on for now.
    Held,
    /// Only what is at hand is still read.
    Finishing,
    /// Everything was read; the link does not have all of it yet.
    Ended,
    /// It has, and that was said.
    Over,
}

impl Input {
    pub(super) fn new(from: Rc<Endpoint>, filter: Filter, detached: bool) -> Self {
        Self {
            from,
            filter,
            room: vec![0; ROOM].into_boxed_slice(),
            fresh: 0..0,
            out: Vec::new(),
            taken: 0,
            state: if detached { State::Ended } else { State::Open },
        }
    }

    pub(super) fn hold(&mut self) {
        if self.state == State::Open {
            self.state = State::Held;
        }
    }

    pub(super) fn release(&mut self) {
        if self.state == State::Held {
            self.state = State::Open;
        }
    }

    pub(super) fn finish(&mut self) {
        if matches!(self.state, State::Open | State::Held) {
            self.state = State::Finishing;
        }
    }

    /// Sends bytes of our own after those on their way.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Whether there is room for more, and more is wanted.
    pub(super) fn is_wanted(&self) -> bool {
        matches!(self.state, State::Open | State::Finishing) && self.is_empty()
    }

    fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.taken == self.out.len()
    }

    /// Waits for something to read. Only when it [`is_wanted`](Self::is_wanted).
    pub(super) async fn come(&mut self) -> io::Result<usize> {
        let (from, room) = (&self.from, &mut self.room);
        from.when(Interest::READABLE, || from.read(room)).await
    }

    /// Reads what there is, if it is wanted, and straight into the link if nothing is to be done to it: how many bytes
    /// went there. `None` when there was nothing to read.
    pub(super) fn read(&mut self, clock: &Clock, link: &mut Link) -> io::Result<Option<usize>> {
        if !self.is_wanted() {
            return Ok(None);
        }
        let direct = self.filter.is_none();
        let room = if direct { link.spare() } else { &mut self.room };
        if room.is_empty() {
            return Ok(None);
        }
        match self.from.read(room) {
            Ok(count) if direct && count > 0 => {
                link.wrote(clock.now(), count);
                return Ok(Some(count));
            }
            Ok(count) => self.came(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                if self.state == State::Finishing {
                    self.state = State::Ended;
                }
                return Ok(None);
            }
            Err(error) => return Err(error),
        }
        Ok(Some(0))
    }

    /// Takes note that so much was read; nothing is the end.
    pub(super) fn came(&mut self, count: usize) {
        self.fresh = 0..count;
        if count == 0 {
            self.state = State::Ended;
        }
    }

    /// Moves to the link what it has room for: how many bytes.
    pub(super) fn pass(&mut self, now: Instant, link: &mut Link) -> usize {
        if self.state == State::Held && self.taken == self.out.len() {
            return 0;
        }
        if self.taken == self.out.len() && !self.filter.is_none() && !self.fresh.is_empty() {
            self.out.clear();
            self.taken = 0;
            let fresh = self.room.get(self.fresh.clone()).unwrap_or_default();
            // Requests are answered on the way down.
            self.fresh.start += self.filter.pass(fresh, &mut self.out, &mut Vec::new());
        }
        let count = if self.taken == self.out.len() {
            let count = link.write(now, self.room.get(self.fresh.clone()).unwrap_or_default());
            self.fresh.start += count;
            count
        } else {
            let count = link.write(now, self.out.get(self.taken..).unwrap_or_default());
            self.taken += count;
            count
        };
        if self.taken == self.out.len() {
            self.out.clear();
            self.taken = 0;
        }
        count
    }

    /// Whether it has ended and the link has all of it; said once.
    pub(super) fn has_ended(&mut self) -> bool {
        let ended = self.state == State::Ended && self.is_empty();
        if ended {
            self.state = State::Over;
        }
        ended
    }
}

const ROOM: usize = 64 << 10;
