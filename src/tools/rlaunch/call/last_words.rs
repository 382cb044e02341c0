//! What is said when a signal ends the process while a call is under way.

use std::cell::RefCell;
use std::io::Write;

use serde_json::json;

use super::Asked;
use crate::tools::rlaunch::plan::{Conduct, Volume};
use crate::tools::rlaunch::tell::{self, Typed};

/// Knows the call that is under way.
pub(super) struct LastWords<'a> {
    conduct: &'a Conduct,
    asked: RefCell<Option<Asked>>,
}

impl<'a> LastWords<'a> {
    pub(super) fn new(conduct: &'a Conduct) -> Self {
        Self {
            conduct,
            asked: RefCell::default(),
        }
    }

    pub(super) fn begin(&self, asked: &Asked) {
        self.asked.replace(Some(asked.clone()));
    }

    pub(super) fn end(&self) {
        self.asked.take();
    }

    /// Says how the call can be asked for again, if there is one.
    pub(super) fn say(&self) {
        let Some(asked) = self.asked.take() else {
            return;
        };
        let id = asked.text();
        let again = self.conduct.typed(&asked).again(&id);
        if self.conduct.json {
            let mut object = tell::json::object();
            for (name, value) in [
                ("id", id.as_str()),
                ("answer", "unknown"),
                ("why", "interrupted"),
                ("reason", REASON),
                ("next", &again),
            ] {
                object.insert(name.to_owned(), json!(value));
            }
            // Nobody can be told that standard output is gone.
            let _ = std::io::stdout().lock().write_all(&tell::json::line(&object));
        }
        tell::say(format_args!("unknown: {id}: {REASON}"));
        if self.conduct.volume != Volume::Quiet {
            tell::say(format_args!("to ask again: `{again}`"));
        }
    }
}

impl Conduct {
    /// What was typed, as far as it must be typed again for this call.
    pub(super) fn typed<'t>(&'t self, asked: &'t Asked) -> Typed<'t> {
        Typed {
            server: &self.server,
            key: self.secret.as_deref(),
            journal: self.journal.as_deref(),
            payload: asked.payload.as_deref(),
        }
    }
}

const REASON: &str = "interrupted before the server answered";
