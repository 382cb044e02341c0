//! What can happen to a pipeline, and what it wants done.

use std::time::Duration;

use crate::proto::launch::{Ending, Pending, Session};
use crate::proto::link::{Attempt, Limits};
use crate::wire::rlaunch::{CallId, Status};

/// How the calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// The most calls under way at a time, queued ones included: 1 to [`Pipeline::MOST`](super::Pipeline::MOST).
    pub window: u32,
    /// For how long a call is requested, from its first transmission; and a session, from the first question.
    pub deadline: Duration,
    /// For how long it is cancelled after that.
    pub grace: Duration,
    /// Whether each call is to be noted before it is sent: then [`Output::Begun`] is told of it, and it waits for
    /// [`Input::Noted`].
    pub noted: bool,
    /// The bounds of the retransmission timer.
    pub limits: Limits,
}

/// What can happen.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A datagram came from the server.
    Datagram(&'a [u8]),
    /// Another call is to be made, if [`Pipeline::has_room`](super::Pipeline::has_room).
    Begin {
        /// What its ending is told with: a number that no other call in hand has.
        number: u64,
        /// What the action gets.
        payload: &'a [u8],
    },
    /// A call that an earlier run began is to be asked for again, under the same id.
    Resume {
        /// What its ending is told with.
        number: u64,
        /// What the journal knows of it.
        pending: &'a Pending,
    },
    /// Every call that [`Output::Begun`] has told of is noted, durably.
    Noted,
    /// The result of the call with this number was handed on: nobody will ask for it again.
    Settled(u64),
    /// No call will follow. The session is closed if all in it is settled.
    Close,
}

/// What the owner is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send the bytes to the server.
    Send(Sent),
    /// A session was opened; its note comes before those of its calls.
    Opened(Session),
    /// Note the call, durably, before [`Input::Noted`].
    Begun {
        /// Its number.
        number: u64,
        /// The random id of the server's store.
        instance: u64,
        /// Its id there.
        call: CallId,
    },
    /// A call is over. It is to be settled with [`Input::Settled`] when its result has been handed on.
    Ended(Ended),
    /// The session is closed, as far as it is going to be.
    Closed,
}

/// What was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What it was.
    pub what: What,
    /// Which transmission of it, and how long the answer is waited for.
    pub attempt: Attempt,
}

/// What is sent to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The question for a session.
    Hello,
    /// A request.
    Request(CallId),
    /// A cancellation.
    Cancel(CallId),
    /// The end of the session.
    Bye,
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The number that it was begun with.
    pub number: u64,
    /// The random id of the server's store, and the id of the call there; `None` if it was never given one, because
    /// there was no session for it.
    pub id: Option<(u64, CallId)>,
    /// The answer.
    pub ending: Ending,
    /// What the server said last that was not final, which may explain the answer.
    pub hint: Option<Status>,
    /// How often it was sent.
    pub sends: u32,
    /// The round trip that was measured last with it.
    pub rtt: Option<Duration>,
}

/// What was sent and measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Datagrams sent.
    pub sends: u64,
    /// Those among them that repeated a request, a cancellation or a question.
    pub repeats: u64,
    /// Round trips measured.
    pub samples: u64,
    /// Timers that ran out.
    pub timeouts: u64,
    /// Datagrams that are none, or were made with another key.
    pub rejected: u64,
    /// Answers that the server is busy.
    pub busy: u64,
}
