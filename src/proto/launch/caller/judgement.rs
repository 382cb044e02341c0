//! What a reply to a call says of it: the one place where a status becomes an ending.

use std::time::Duration;

use super::pause;
use crate::proto::launch::{Doubt, Ending, Outcome};
use crate::wire::rlaunch::{Datagram, Status};

/// What a reply says of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::proto::launch) enum Judgement {
    /// Nothing yet; it is to be asked again after this time.
    Later(Status, Duration),
    /// Not now, which is not never: a late copy of the request may still find room. So the call is ruled out.
    NoRoom(Status),
    /// The end.
    Over(Ending),
    /// It is not an answer to a call.
    Nothing,
}

impl Judgement {
    /// What `reply` says of a call, which may already be being cancelled.
    pub(in crate::proto::launch) fn of(reply: &Datagram<'_>, cancelling: bool) -> Self {
        Self::Over(match reply.status {
            Status::Working | Status::Busy => return Self::Later(reply.status, pause(reply.payload)),
            Status::Launched | Status::Truncated => Ending::Launched(Outcome {
                exit: reply.exit,
                truncated: reply.status == Status::Truncated,
                result: reply.payload.to_vec(),
            }),
            Status::NotLaunched => Ending::NotLaunched,
            Status::InDoubt => Ending::Unknown(Doubt::InDoubt),
            Status::Gone => Ending::Unknown(Doubt::Gone),
            Status::Window | Status::Full if !cancelling => return Self::NoRoom(reply.status),
            Status::Stale | Status::Conflict | Status::Window | Status::Full | Status::RolledBack => {
                Ending::Refused(reply.status)
            }
            Status::None
            | Status::Cookie
            | Status::Closed
            | Status::Value
            | Status::Missing
            | Status::Stored => return Self::Nothing,
        })
    }
}

impl Ending {
    /// The end of a call whose time is over, by what was said last.
    pub(in crate::proto::launch) fn unanswered(hint: Option<Status>) -> Self {
        Self::Unknown(match hint {
            Some(Status::Working) => Doubt::Working,
            _ => Doubt::Silent,
        })
    }
}
