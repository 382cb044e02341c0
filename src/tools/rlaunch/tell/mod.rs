//! What `rlaunch` says on standard error while it asks.

mod advice;
mod ending;
pub(super) mod json;

use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::anyhow;

use super::plan::Volume;
use crate::cli::{message, program_name};
use crate::net::{LaunchError, Progress};
use crate::proto::launch::is_of_another_key;
use crate::proto::link::{Event, Rto, Seal, Why};
use crate::wire::rlaunch::CallId;

pub(super) use advice::Typed;
pub(super) use ending::{why, word};

/// Prints one message.
pub(super) fn say(what: impl Display) {
    message(format_args!("{}: {what}", program_name("rlaunch")));
}

/// Says what happens to a question to `server`, as loud as `volume`.
pub(super) fn progress(volume: Volume, server: SocketAddr, seal: &Seal, progress: &Progress<'_>) {
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
        Progress::Asked(Event::Measured { attempt, rtt, held }) if verbose => say(format_args!(
            "{server}: answered{}: round trip {}, held for {}",
            Attempt(*attempt),
            Time(*rtt),
            Time(*held)
        )),
        Progress::Asked(Event::Working(pause)) if verbose => say(format_args!(
            "{server}: it is at work; asking again in {}",
            Time(*pause)
        )),
        Progress::Asked(Event::Ignored { from, bytes, why }) if verbose => say(format_args!(
            "{from}: ignored {} bytes {}",
            bytes.len(),
            match why {
                Why::WrongSource => "that the server did not send",
                Why::Rejected if is_of_another_key(bytes, seal) => "made with another key",
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
        Progress::Left(next) => say(format_args!("{server}: no answer; asking {next}")),
        Progress::Elsewhere => say(format_args!(
            "{server}: has another store than the call, and refuses it"
        )),
        Progress::OwnStore => say(format_args!(
            "{server}: not asked: it has a store of its own, and one that is silent may have launched this already"
        )),
        Progress::Cancelling => say(format_args!("{server}: cancelling the call")),
    }
}

/// How a call is named to a person.
pub(super) fn id(instance: u64, call: CallId) -> String {
    format!("{instance:016x}-{}-{}", call.session, call.seq)
}

/// What earlier runs measured.
pub(super) fn remembered(server: SocketAddr, round_trip: Duration) {
    say(format_args!(
        "{server}: its round trip was {} before",
        Time(round_trip)
    ));
}

/// What a client sent and measured.
pub(super) fn figures(server: SocketAddr, sends: u64, samples: u64, rto: &Rto) {
    let smoothed = rto.estimate().map(|estimate| estimate.smoothed);
    say(format_args!(
        "{server}: {} sent, {} round trips measured{}, timeout now {}",
        sends,
        samples,
        Smoothed(smoothed),
        Time(rto.timeout())
    ));
}

/// Why there is no answer, and what looks the same.
pub(super) fn silence(error: LaunchError, seal: &Seal) -> anyhow::Error {
    let keyed = seal.id() != 0 && matches!(error, LaunchError::Silent { .. });
    let error = anyhow::Error::new(error);
    if keyed {
        anyhow!("{error:#}{ANOTHER_KEY}")
    } else {
        error
    }
}

/// What a server that is silent may have.
pub(super) const ANOTHER_KEY: &str = " (a server with another key is as silent)";

/// Which attempt was answered, if that is known.
struct Attempt(Option<u32>);

impl Display for Attempt {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(number) => write!(f, " (attempt {number})"),
            None => Ok(()),
        }
    }
}

struct Smoothed(Option<Duration>);

impl Display for Smoothed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(smoothed) => write!(f, ", {} smoothed", Time(smoothed)),
            None => Ok(()),
        }
    }
}

/// A time for a person: three digits that mean something.
pub(super) struct Time(pub(super) Duration);

impl Display for Time {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 < Duration::from_millis(10) {
            write!(f, "{:.2} ms", self.0.as_secs_f64() * 1e3)
        } else if self.0 < Duration::from_secs(1) {
            write!(f, "{} ms", self.0.as_millis())
        } else {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        }
    }
}
