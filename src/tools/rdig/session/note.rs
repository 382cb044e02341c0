//! What is noted of a lookup for those who want to know how it went: `+json` and the like.

use std::time::Duration;

use super::super::plan::Ask;
use super::super::story::{Came, LeadsTo, Reason, Tried};
use super::exchange::Problem;
use super::inquiry::{Inquiry, Try};
use crate::net::dns::hosts;
use crate::tools::dns_json::Failed;
use crate::wire::dns::Name;

impl Inquiry<'_> {
    /// Whether anybody wants to know.
    fn is_told(&self) -> bool {
        let lookup = self.lookup;
        self.globals.json || lookup.show.explain || lookup.exchange.ask != Ask::InTurn
    }

    /// These names are to be tried, and those servers asked.
    pub(super) fn note_names(&mut self, names: &[Name], reason: Reason) {
        if !self.is_told() {
            return;
        }
        self.story.names = names.to_vec();
        self.story.reason = reason;
        self.story.servers = self.servers.clone();
        self.story.typed = !self.lookup.servers.is_empty();
        if self.lookup.show.explain {
            let hosts = hosts();
            let known = names.iter().map(|name| hosts.addresses(&name.to_string()));
            self.story.hosts = known.flatten().copied().collect();
        }
    }

    /// A try came to nothing.
    pub(super) fn note_failed(&mut self, attempt: Try<'_>, problem: Problem) {
        if !self.is_told() {
            return;
        }
        let failed = Failed {
            server: attempt.server.address,
            transport: self.way.transport.name(),
            trouble: problem.trouble,
            text: match problem.aside {
                Some(aside) if problem.text.is_empty() => aside,
                _ => problem.text,
            },
        };
        self.note(attempt, problem.sendings, Came::Nothing(failed));
    }

    /// A reply came.
    pub(super) fn note_reply(
        &mut self,
        attempt: Try<'_>,
        message: &[u8],
        elapsed: Duration,
        sendings: Vec<Duration>,
    ) {
        if !self.is_told() {
            return;
        }
        let came = Came::Reply {
            message: message.to_vec(),
            elapsed,
            leads_to: LeadsTo::Answer,
        };
        self.note(attempt, sendings, came);
    }

    fn note(&mut self, attempt: Try<'_>, sendings: Vec<Duration>, came: Came) {
        self.story.tries.push(Tried {
            name: attempt.name.clone(),
            server: attempt.server.address,
            transport: self.way.transport_name(),
            sendings,
            came,
        });
    }
}
