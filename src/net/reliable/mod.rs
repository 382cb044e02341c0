//! A connection over UDP that loses nothing: the FIFO link of `proto::link` between the standard streams and a
//! socket.
//!
//! ```text
//!   standard input ──▶ Input ──▶ ┌──────┐ ──▶ Channel ──▶ trains of datagrams
//!                                │ Link │
//!   standard output ◀─ Output ◀─ └──────┘ ◀── Channel ◀── trains of datagrams
//! ```
//!
//! When it ends is decided by the same [`Session`](crate::proto::relay::Session) as for TCP. What is more: an end that
//! leaves waits until the other one has everything, and both compare digests.

mod channel;
mod driver;
mod error;
mod input;
mod output;

use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::time::Duration;

use self::channel::Channel;
use self::driver::Driver;
pub use self::error::ReliableError;
use super::{Endpoint, Meter, Relay, Stdio};
use crate::proto::link::Seal;
use crate::proto::link::fifo::{Counters, Path, Side};
use crate::proto::relay::End;

/// How a reliable connection is to be run.
#[derive(Clone, Debug)]
pub struct Reliable {
    /// When it ends, and what is done to the bytes.
    pub relay: Relay,
    /// Makes and checks the tags of datagrams: both ends must have the same.
    pub seal: Seal,
    /// How long a caller waits to be answered.
    pub answer_within: Duration,
    /// How long the other end may be silent once it was heard.
    pub patience: Duration,
}

/// What happens on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The other end has been silent for longer than can be explained.
    Suspect,
    /// The one that was suspected was heard again.
    Recovered,
    /// Before anybody was heard, a datagram came whose tag is wrong.
    WrongTag,
}

/// How a connection went.
#[derive(Clone, Copy, Debug)]
pub struct Account {
    /// The BLAKE3 digest of all that was sent.
    pub sent: Option<blake3::Hash>,
    /// The BLAKE3 digest of all that was received.
    pub received: Option<blake3::Hash>,
    /// What happened to datagrams.
    pub counters: Counters,
    /// What was found out about the way.
    pub path: Path,
}

impl Reliable {
    /// Calls whoever `socket`, of UDP, is connected to.
    ///
    /// # Errors
    /// Why there is no connection.
    pub async fn call(
        &self,
        stdio: &Stdio,
        socket: OwnedFd,
        tell: &mut dyn FnMut(Notice),
    ) -> Result<Conversation, ReliableError> {
        let channel = Endpoint::socket(socket).and_then(|socket| Channel::connected(Rc::new(socket)));
        let channel = channel.map_err(ReliableError::Network)?;
        self.open(Side::Caller, stdio, channel, tell).await
    }

    /// Waits for a caller at `socket`, which is bound to a UDP port. With `keep` the socket stays open to others, for
    /// the next time.
    ///
    /// # Errors
    /// Why there is no connection.
    pub async fn answer(
        &self,
        stdio: &Stdio,
        socket: &Rc<Endpoint>,
        keep: bool,
        tell: &mut dyn FnMut(Notice),
    ) -> Result<Conversation, ReliableError> {
        let channel = Channel::bound(Rc::clone(socket), keep).await;
        let channel = channel.map_err(ReliableError::Network)?;
        self.open(Side::Listener, stdio, channel, tell).await
    }

    async fn open(
        &self,
        side: Side,
        stdio: &Stdio,
        channel: Channel,
        tell: &mut dyn FnMut(Notice),
    ) -> Result<Conversation, ReliableError> {
        let driver = Driver::new(self.clone(), side, stdio, channel);
        let mut driver = driver.map_err(ReliableError::Stdout)?;
        driver.open(tell).await?;
        Ok(Conversation(driver))
    }
}

/// A reliable connection whose two ends know of each other.
#[derive(Debug)]
pub struct Conversation(Driver);

impl Conversation {
    /// The other end.
    pub fn peer(&self) -> SocketAddr {
        self.0.peer()
    }

    /// How far it has come.
    pub fn meter(&self) -> &Meter {
        self.0.meter()
    }

    /// Moves bytes until the rules say that it is over.
    ///
    /// # Errors
    /// Whatever kept a byte from where it belongs.
    pub async fn run(&mut self, tell: &mut dyn FnMut(Notice)) -> Result<End, ReliableError> {
        self.0.run(tell).await
    }

    /// How it went, until now.
    pub fn account(&self) -> Account {
        self.0.account()
    }
}
