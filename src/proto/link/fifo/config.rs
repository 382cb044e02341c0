//! What the owner of a link tells it, and is told.

use std::time::Duration;

use thiserror::Error;

/// What a link is to keep to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// How many bytes each direction may hold: those that were written and have not arrived, and those that arrived
    /// and were not read. Memory is taken as it is needed.
    pub buffer: usize,
    /// How long the other end may be silent when something is waited for, until it is given up.
    pub patience: Option<Duration>,
    /// How long nothing is heard before the other end is asked for a sign of life.
    pub keep_alive: Option<Duration>,
    /// The largest datagram (bytes of UDP payload) that the interface takes: 65,507 on loopback over IPv4, 1,472 on
    /// Ethernet. What the path takes, the link finds out.
    pub largest_datagram: usize,
    /// What `getsockopt(SO_RCVBUF)` says of the socket: how much the kernel holds for this end while it is busy.
    pub socket_buffer: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            buffer: 16 << 20,
            patience: None,
            keep_alive: Some(Duration::from_secs(10)),
            largest_datagram: super::BASE_DATAGRAM,
            socket_buffer: 212_992,
        }
    }
}

/// What the owner is to do or to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send the bytes that were appended, one datagram, to the other end.
    Send,
    /// The other end has answered: the streams are open.
    Opened,
    /// The other end was silent for longer than can be explained. It may be gone; nothing is to be done yet.
    Suspect,
    /// The one that was suspected was heard again.
    Recovered,
    /// The link has failed. What was not read yet is still there; the other end is told if it can be, until the link
    /// [`is_over`](super::Link::is_over).
    Failed(Failure),
}

/// Why a link has failed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Failure {
    /// Nothing was heard for longer than the patience.
    #[error("the other end is silent")]
    Silent,
    /// The other end has given the connection up.
    #[error("the other end has given up: {0}")]
    Reset(Reason),
    /// What arrived is not what was sent.
    #[error("the digest of what arrived is not that of what was sent")]
    Digest,
}

/// Why an end gives up what is not finished.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Reason {
    /// It was told to, or no longer has where to write to.
    #[error("it cannot go on")]
    Cancelled,
    /// The digest of what arrived there is not that of what was sent.
    #[error("it got other bytes than were sent")]
    Digest,
}

impl Reason {
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Cancelled => 1,
            Self::Digest => 2,
        }
    }

    /// A reason that this version does not know is one not to go on.
    pub(super) fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => None,
            2 => Some(Self::Digest),
            _ => Some(Self::Cancelled),
        }
    }
}

/// What happened to datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Datagrams sent.
    pub sent: u64,
    /// Of these, those with a segment that was sent before.
    pub retransmitted: u64,
    /// Datagrams that were taken for lost.
    pub lost: u64,
    /// Of these, those that had arrived after all.
    pub spurious: u64,
    /// Datagrams of the other end.
    pub received: u64,
    /// Of these, those that had come before.
    pub duplicates: u64,
    /// Datagrams with a wrong tag: damaged, or made with another key.
    pub damaged: u64,
    /// Datagrams of another version of the protocol.
    pub other_version: u64,
    /// Datagrams of other protocols, other streams or this end itself.
    pub foreign: u64,
}

/// What is known of the path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The smoothed round-trip time, if there was a round trip.
    pub smoothed_rtt: Option<Duration>,
    /// The shortest one.
    pub least_rtt: Option<Duration>,
    /// How many bytes arrive per second, by the model of the congestion control.
    pub delivery_rate: u64,
    /// How many bytes may be on their way.
    pub window: u64,
    /// How many are.
    pub in_flight: u64,
    /// The size of a full datagram.
    pub datagram: usize,
}
