//! What is noted of a lookup for those who want to know how it went: `+json` and the like.

use std::time::Duration;

use super::super::story::{Came, LeadsTo, Tried};
use super::exchange::Problem;
use super::inquiry::{Inquiry, Try};
use crate::tools::dns_json::Failed;
use crate::wire::dns::Name;

impl Inquiry<'_> {
    /// Whether anybody wants to know.
    fn is_told(&self) -> bool {
        self.globals.json
    }

    /// These names are to be tried.
    pub(super) fn note_names(&mut self, names: &[Name]) {
        if self.is_told() {
            self.story.names = names.to_vec();
        }
    }

    /// A try came to nothing.
    pub(super) fn note_failed(&mut self, attempt: Try<'_>, problem: Problem) {
        if !self.is_told() {
            return;
        }
        let failed = Failed {
            server: attempt.server.address,
            transport: self.way.transport_name(),
            trouble: problem.trouble,
            text: problem.text,
        };
        self.note(attempt, problem.sendings, Came::Nothing(failed));
    }

    /// A reply came.
    pub(super) fn note_reply(&mut self, attempt: Try<'_>, sendings: Vec<Duration>) {
        if !self.is_told() {
            return;
        }
        let came = Came::Reply {
            leads_to: LeadsTo::Answer,
        };
        self.note(attempt, sendings, came);
    }

    fn note(&mut self, attempt: Try<'_>, sendings: Vec<Duration>, came: Came) {
        self.story.tries.push(Tried {
            name: attempt.name.clone(),
            sendings,
            came,
        });
    }
}
