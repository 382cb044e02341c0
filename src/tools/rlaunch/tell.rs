//! What `rlaunch` says on standard error while it asks.

use std::fmt::Display;
use std::net::SocketAddr;
use std::time::Duration;

use super::plan::Volume;
use crate::cli::{message, program_name};
use crate::net::{Ended, Progress};
use crate::proto::launch::{Doubt, Ending};
use crate::proto::link::{Event, Why};
use crate::wire::rlaunch::{CallId, Status};

/// Prints one message.
pub(super) fn say(what: impl Display) {
    message(format_args!("{}: {what}", program_name("rlaunch")));
}

/// Says what happens to a question to `server`, as loud as `volume`.
pub(super) fn progress(volume: Volume, server: SocketAddr, progress: &Progress<'_>) {
    let verbose = volume == Volume::Verbose;
    match progress {
        _ if volume == Volume::Quiet => {}
        Progress::Asked(Event::Sent(attempt)) if attempt.number > 1 => say(format_args!(
            "{server}: no answer yet, asked again (attempt {}), waiting {}",
            attempt.number,
            Time(attempt.wait)
        )),
        Progress::Asked(Event::Sent(attempt)) if verbose => {
            say(format_args!("{server}: asked, waiting {}", Time(attempt.wait)));
        }
        Progress::Asked(Event::Working(pause)) if verbose => say(format_args!(
            "{server}: it is at work; asking again in {}",
            Time(*pause)
        )),
        Progress::Asked(Event::Ignored { from, bytes, why }) if verbose => say(format_args!(
            "{from}: ignored {} bytes {}",
            bytes.len(),
            match why {
                Why::WrongSource => "that the server did not send",
                Why::Rejected => "that are not the answer",
            }
        )),
        Progress::Asked(_) => {}
        Progress::Unreachable(error, pause) => {
            say(format_args!(
                "{server}: {error}; trying again in {}",
                Time(*pause)
            ));
        }
        Progress::Cancelling(call) => say(format_args!("{server}: call {call}: time is up, cancelling it")),
    }
}

/// Why a call ended as it did, unless it was simply launched.
pub(super) fn reason(ended: &Ended) -> &'static str {
    match (&ended.ending, ended.hint) {
        (Ending::Launched(_), _) => "launched",
        (Ending::NotLaunched, Some(Status::Full)) => "the server has no room for another session",
        (Ending::NotLaunched, Some(Status::Window)) => "too many earlier calls of the session are unsettled",
        (Ending::NotLaunched, Some(Status::Busy)) => "the server was busy until the deadline",
        (Ending::NotLaunched, Some(Status::Working)) => "the server could not begin its action",
        (Ending::NotLaunched, _) => "ruled out for ever",
        (Ending::Unknown(Doubt::InDoubt), _) => "the server died while it performed the action",
        (Ending::Unknown(Doubt::Gone), _) => "the server does not know the session any more",
        (Ending::Unknown(Doubt::Working), _) => "the server is still performing the action",
        (Ending::Unknown(Doubt::Silent), _) => "the server does not answer",
        (Ending::Refused(status), _) => match status {
            Status::Stale => "this call was settled before",
            Status::Conflict => "the id was used with another payload",
            Status::Window => "too many earlier calls of the session are unsettled",
            Status::Full => "the server has no room for another session",
            Status::RolledBack => "the server's store is older than what it has told before",
            _ => "the server does not say why",
        },
    }
}

/// The word for an ending.
pub(super) fn word(ending: &Ending) -> &'static str {
    match ending {
        Ending::Launched(_) => "launched",
        Ending::NotLaunched => "not-launched",
        Ending::Unknown(_) => "unknown",
        Ending::Refused(_) => "refused",
    }
}

/// How a call is named to a person.
pub(super) fn id(instance: u64, call: CallId) -> String {
    format!("{instance:016x}-{}-{}", call.session, call.seq)
}

/// A time for a person: three digits that mean something.
struct Time(Duration);

impl Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0 < Duration::from_secs(1) {
            write!(f, "{} ms", self.0.as_millis())
        } else {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        }
    }
}
