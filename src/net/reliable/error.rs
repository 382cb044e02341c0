//! What can keep a byte from where it belongs.

use std::io;
use std::time::Duration;

use thiserror::Error;

use crate::proto::link::fifo::Reason;

/// Why a reliable connection was not, or did not end as it should.
#[derive(Debug, Error)]
pub enum ReliableError {
    /// Nobody answered the caller.
    #[error("no answer for {} s", after.as_secs())]
    Unanswered {
        /// How long it had called.
        after: Duration,
        /// What the network said meanwhile, if it did.
        trouble: Option<io::Error>,
        /// Somebody did, and had another key.
        wrong_tag: bool,
    },
    /// The other end was heard, and then no more.
    #[error("the peer is silent for {} s", .0.as_secs())]
    Silent(Duration),
    /// The system of the other end says that nobody is there any more.
    #[error("the peer is gone")]
    Gone(#[source] io::Error),
    /// The other end has given up.
    #[error("reset by the peer: {0}")]
    Reset(Reason),
    /// What arrived is not what was sent.
    #[error("the digest of what arrived is not that of what was sent")]
    Digest,
    /// Nothing moved for the time of `-w`.
    #[error("nothing moved for {} s", .0.as_secs())]
    Idle(Duration),
    /// When it was time to leave, not everything had arrived.
    #[error("not everything was delivered")]
    Undelivered,
    /// The socket broke.
    #[error("the network")]
    Network(#[source] io::Error),
    /// Standard input could not be read.
    #[error("read standard input")]
    Stdin(#[source] io::Error),
    /// Standard output does not take more.
    #[error("write to standard output")]
    Stdout(#[source] io::Error),
}
