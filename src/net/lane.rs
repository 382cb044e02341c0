//! One way of a connection: bytes move from one descriptor to another.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use rustix::io::Errno;
use tokio::io::Interest;

use super::endpoint::{Endpoint, Kind};
use super::meter::Counter;
use super::stage::{Stage, Work};
use super::sys;

/// What happened on a lane.
#[derive(Debug)]
pub(super) enum Step {
    /// Bytes, or one message, reached the far end.
    Moved,
    /// The source has ended and all of it was delivered.
    Ended,
    /// The source broke.
    Broke(io::Error),
    /// The far end takes no more.
    Refused(io::Error),
}

/// One way of a connection.
#[derive(Debug)]
pub(super) struct Lane {
    from: Rc<Endpoint>,
    to: Rc<Endpoint>,
    stage: Stage,
    state: State,
    bulk: Bulk,
    replies: Vec<u8>,
    /// How many bytes have reached the far end.
    moved: Counter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Nothing new is read for now.
    Held,
    /// Only what is at hand is still read.
    Finishing,
    /// The source has ended.
    Ended,
    /// The far end has.
    Refused,
}

impl Lane {
    pub(super) fn new(from: Rc<Endpoint>, to: Rc<Endpoint>, work: Work, moved: Counter) -> io::Result<Self> {
        Ok(Self {
            stage: Stage::between(&from, &to, work)?,
            bulk: Bulk::new(&from),
            state: State::Open,
            replies: Vec::new(),
            moved,
            from,
            to,
        })
    }

    /// Takes bytes that were read from the source already, before anything else.
    pub(super) fn preload(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stage.preload(bytes)
    }

    /// Passes the end of the source on, if the far end is a socket of our own.
    pub(super) fn pass_end(&self) {
        if self.to.kind() == Kind::Stream {
            self.to.half_close();
        }
    }

    /// Reads nothing more.
    pub(super) fn end(&mut self) {
        self.state = State::Ended;
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

    /// Sends bytes of our own after those on their way. Only on a lane with a filter.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        if self.state != State::Refused {
            self.stage.put(bytes);
        }
    }

    /// What is to be said to the source: the answers of the filter.
    pub(super) fn take_replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replies)
    }

    /// The next thing that happens. Cancel-safe. Never, when all has been reported.
    pub(super) async fn next(&mut self) -> Step {
        if self.stage.is_empty()
            && self.state != State::Refused
            && let Err(error) = self.to.flush().await
        {
            let has_ended = self.state == State::Ended;
            self.state = State::Refused;
            if !has_ended {
                return Step::Refused(error);
            }
        }
        let held = self.state == State::Held && self.stage.is_at_rest();
        if held || self.state == State::Refused {
            return std::future::pending().await;
        }
        if self.stage.is_empty() {
            let filled = match self.state {
                State::Open => self.fill().await,
                State::Finishing => self.stage.fill(&self.from, &self.to),
                State::Held | State::Ended | State::Refused => std::future::pending().await,
            };
            match filled {
                // An empty datagram is a message like any other.
                Ok(0) if self.from.kind() == Kind::Messages => return Step::Moved,
                Ok(0) => {
                    self.state = State::Ended;
                    return Step::Ended;
                }
                Ok(count) => self.bulk.note(&self.from, count),
                Err(error) if self.state == State::Finishing && error.kind() == io::ErrorKind::WouldBlock => {
                    self.state = State::Ended;
                    return Step::Ended;
                }
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    self.state = State::Refused;
                    return Step::Refused(error);
                }
                Err(error) => {
                    self.state = State::Ended;
                    return Step::Broke(error);
                }
            }
        }
        loop {
            let (stage, replies) = (&mut self.stage, &mut self.replies);
            let drained = self
                .to
                .when(Interest::WRITABLE, || stage.drain(&self.from, &self.to, replies));
            match drained.await {
                Ok(count) => {
                    self.moved.add(count);
                    return Step::Moved;
                }
                Err(error) if is_full(&error) && self.to.kind() == Kind::Messages => {
                    tokio::time::sleep(SILENCE).await;
                }
                Err(error) => {
                    self.state = State::Refused;
                    return Step::Refused(error);
                }
            }
        }
    }

    /// Waits for the source and takes what it has. `BrokenPipe` when meanwhile the far end went away.
    async fn fill(&mut self) -> io::Result<usize> {
        loop {
            let stage = &mut self.stage;
            tokio::select! {
                biased;
                filled = self.from.when(Interest::READABLE, || stage.fill(&self.from, &self.to)) => return filled,
                () = self.to.gone() => return Err(io::ErrorKind::BrokenPipe.into()),
                () = self.bulk.silence() => self.bulk.over(&self.from),
            }
        }
    }
}

/// A queue of the network device is full: a datagram would be lost, and no event says when there is room.
fn is_full(error: &io::Error) -> bool {
    Errno::from_io_error(error) == Some(Errno::NOBUFS)
}

/// While a lot comes over TCP, fewer wake-ups are worth more than fewer copies: the kernel is asked to wake the
/// reader only for 4 MiB (`SO_RCVLOWAT`), until for a millisecond nothing has come.
#[derive(Debug)]
enum Bulk {
    /// Not TCP.
    Never,
    /// So many large reads in a row.
    Streak(u8),
    On,
}

impl Bulk {
    fn new(from: &Endpoint) -> Self {
        if from.is_tcp() {
            Self::Streak(0)
        } else {
            Self::Never
        }
    }

    fn note(&mut self, from: &Endpoint, count: usize) {
        *self = match *self {
            Self::Streak(_) if count < LARGE_READ => Self::Streak(0),
            Self::Streak(streak) if streak < LONG_STREAK => Self::Streak(streak + 1),
            Self::Streak(_) if sys::set_receive_low_water(from, LOW_WATER).is_ok() => Self::On,
            Self::Streak(_) | Self::Never => Self::Never,
            Self::On => Self::On,
        }
    }

    async fn silence(&self) {
        match self {
            Self::On => tokio::time::sleep(SILENCE).await,
            Self::Never | Self::Streak(_) => std::future::pending().await,
        }
    }

    fn over(&mut self, from: &Endpoint) {
        // Cannot fail where it could be set before.
        let _ = sys::set_receive_low_water(from, 1);
        *self = Self::Streak(0);
    }
}

const LARGE_READ: usize = 32 << 10;
const LONG_STREAK: u8 = 8;
/// The kernel takes no more than half of the largest receive buffer (`net.ipv4.tcp_rmem`).
const LOW_WATER: i32 = 4 << 20;
const SILENCE: Duration = Duration::from_millis(1);
