//! Which ports of a host are open: many asked at a time, told in the order in which they were to be asked.
//!
//! Two machines, with the same outputs: [`Connects`] for TCP, where the kernel repeats what is lost, and [`Probes`]
//! for UDP, where that is ours to do. Neither knows the ports or the addresses: they are numbers from 0 on.

mod connects;
mod in_order;
mod probes;
mod room;
mod rounds;
#[cfg(test)]
mod testing;

use std::time::Duration;

pub use self::connects::Connects;
pub use self::probes::Probes;

/// How a scan is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many ports may be asked at a time.
    pub inflight: usize,
    /// How long to wait for a port. Without it a TCP port is waited for as long as the kernel tries.
    pub patience: Option<Duration>,
    /// How long to rest between the end of one port and the beginning of the next. With it they are asked one by one.
    pub pause: Option<Duration>,
}

/// One port asked at one of the addresses of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attempt {
    /// Which port, counted from 0.
    pub port: usize,
    /// Which address, counted from 0.
    pub address: usize,
}

/// What a port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It answered.
    Open,
    /// It refused.
    Closed,
    /// Something on the way refused, or nobody answered.
    Filtered,
    /// Nobody answered, as an open UDP port may do.
    Silent,
}

impl State {
    /// Its name in the field.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Filtered => "filtered",
            Self::Silent => "open|filtered",
        }
    }

    /// Whether the port may be used, as far as anybody can tell.
    pub fn is_promising(self) -> bool {
        matches!(self, Self::Open | Self::Silent)
    }
}

/// How a state is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A connection was made.
    Connected,
    /// A datagram came back.
    Answered,
    /// A connection was made, but with ourselves: both ends were given the same port.
    Ourselves,
    /// Nothing came.
    Silence,
    /// The system said this: the number of an error.
    System(i32),
}

/// What became of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// What the port is.
    pub state: State,
    /// How that is known.
    pub reason: Reason,
}

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Input {
    /// An attempt is on its way: it counts from now.
    Begun(Attempt),
    /// An attempt is over, and what it needed is given back.
    Ended(Attempt, Outcome),
    /// An attempt could not be made now, for want of descriptors, memory or local ports: the number of the error.
    NoRoom(Attempt, i32),
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Make this attempt: connect, or send a first datagram.
    Start(Attempt),
    /// Send another datagram.
    Again(Attempt),
    /// Give this one up.
    Abandon(Attempt),
    /// This is known. Reports come in order of ports, then of addresses.
    Report(Report),
    /// Nothing can be started although nothing else is on its way: the number of the error.
    Stuck(i32),
    /// All is told.
    Over,
}

/// What is known of one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which.
    pub attempt: Attempt,
    /// What became of it.
    pub outcome: Outcome,
    /// How long it took.
    pub elapsed: Duration,
    /// Whether this is the last word on the port.
    pub last: bool,
}
