//! How a call ended: its result on standard output, all else on standard error, and the exit status.

use std::io::{self, Write};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::{Asked, Caller};
use crate::cli::Exit;
use crate::net::Ended;
use crate::proto::launch::{Doubt, Ending, Outcome};
use crate::tools::rlaunch::plan::Volume;
use crate::tools::rlaunch::{NOT_LAUNCHED, REFUSED, UNKNOWN, tell};
use crate::wire::rlaunch::{MAX_PAYLOAD, Status};

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) enum Style {
    /// The result as it is.
    Plain,
    /// A line for each of several calls, as `--lines` has it.
    Lines,
}

impl Caller<'_> {
    /// Prints how the call ended, and settles it if nobody has a reason to ask again.
    pub(in crate::tools::rlaunch) fn report(
        &mut self,
        asked: &Asked,
        ended: &Ended,
        style: Style,
    ) -> Result<Exit> {
        let id = asked.text();
        let Ended { ending, hint } = ended;
        let advice = self.conduct.typed(asked).advice(ending, &id);
        if self.conduct.json {
            let mut object = tell::json::call(Some(&id), ending, *hint);
            if let Some(advice) = &advice {
                object.insert("next".to_owned(), json!(advice));
            }
            self.print_object(&object)?;
        } else {
            self.print(&id, ended, style).context("standard output")?;
        }
        match ending {
            Ending::Launched(outcome) => remarks(outcome),
            _ => {
                let (word, reason) = (tell::word(ending), tell::why(ending, *hint).reason);
                let keyed = self.seal.id() != 0 && *ending == Ending::Unknown(Doubt::Silent);
                let key = if keyed { tell::ANOTHER_KEY } else { "" };
                tell::say(format_args!("{word}: {id}: {reason}{key}"));
            }
        }
        if let Some(advice) = advice.filter(|_| self.conduct.volume != Volume::Quiet) {
            tell::say(advice);
        }
        if asked.noted && is_settled(ending) {
            self.settle(asked)?;
        }
        Ok(exit(ending))
    }

    fn print(&mut self, id: &str, ended: &Ended, style: Style) -> io::Result<()> {
        let Ended { ending, hint } = ended;
        let word = tell::word(ending);
        match (style, ending) {
            (Style::Plain, Ending::Launched(outcome)) => self.out.write_all(&outcome.result)?,
            (Style::Plain, _) => {}
            (Style::Lines, Ending::Launched(outcome)) => writeln!(
                self.out,
                "{word} {id} {} {}",
                outcome.exit,
                outcome.result.escape_ascii()
            )?,
            (Style::Lines, _) => writeln!(self.out, "{word} {id} - {}", tell::why(ending, *hint).reason)?,
        }
        self.out.flush()
    }

    /// Prints an object, if objects are asked for.
    pub(super) fn print_object(&mut self, object: &Map<String, Value>) -> Result<()> {
        if !self.conduct.json {
            return Ok(());
        }
        let printed = self.out.write_all(&tell::json::line(object));
        printed.and_then(|()| self.out.flush()).context("standard output")
    }
}

impl Asked {
    /// The id as a person types it.
    pub(super) fn text(&self) -> String {
        self.id.text(self.session.instance).to_string()
    }
}

fn remarks(outcome: &Outcome) {
    if outcome.truncated {
        tell::say(format_args!(
            "the result is longer than the {MAX_PAYLOAD} bytes of one reply"
        ));
    }
    if outcome.exit != 0 {
        tell::say(format_args!(
            "launched, and the command ended with status {}",
            outcome.exit
        ));
    }
}

/// Whether nobody has a reason to ask again: what is not known, or may yet find room, is kept in the journal, so that
/// the next run asks under the same id and never under a new one.
fn is_settled(ending: &Ending) -> bool {
    match ending {
        Ending::Launched(_) | Ending::NotLaunched => true,
        Ending::Unknown(_) => false,
        Ending::Refused(status) => matches!(status, Status::Stale | Status::Conflict),
    }
}

pub(in crate::tools::rlaunch) fn exit(ending: &Ending) -> Exit {
    match ending {
        Ending::Launched(_) => Exit::SUCCESS,
        Ending::NotLaunched => NOT_LAUNCHED,
        Ending::Unknown(_) => UNKNOWN,
        Ending::Refused(_) => REFUSED,
    }
}
