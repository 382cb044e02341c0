//! What happened during a lookup: the facts behind `+json` and `+explain`, gathered as they happen.

use std::time::Duration;

use crate::tools::dns_json::Failed;
use crate::wire::dns::Name;

/// What happened, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    /// Which names were to be tried.
    pub(super) names: Vec<Name>,
    /// The tries.
    pub(super) tries: Vec<Tried>,
    /// What came that is not a reply, and what else was worth a comment.
    pub(super) warnings: Vec<String>,
}

/// One try.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    /// The name that was asked for.
    pub(super) name: Name,
    /// When the query was sent, counted from the beginning of the try.
    pub(super) sendings: Vec<Duration>,
    /// What came of it.
    pub(super) came: Came,
}

/// What came of a try.
#[derive(Clone, Debug)]
pub(super) enum Came {
    /// A reply.
    Reply {
        /// What was done about it.
        leads_to: LeadsTo,
    },
    /// No reply.
    Nothing(Failed),
}

/// What a reply led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LeadsTo {
    /// It was taken for the answer.
    Answer,
    /// It was truncated: the same again over TCP.
    Tcp,
    /// The server does not have that version of EDNS: the same again with this one.
    Version(u8),
    /// The server wants its own cookie: the same again with it, over TCP the second time.
    Cookie,
    /// It is of no use: the next server.
    NextServer,
}

impl Story {
    /// The tries that came to nothing.
    pub(super) fn failed(&self) -> Vec<Failed> {
        let failed = self.tries.iter().filter_map(|tried| match &tried.came {
            Came::Nothing(failed) => Some(failed.clone()),
            Came::Reply { .. } => None,
        });
        failed.collect()
    }

    /// Notes what the last reply led to.
    pub(super) fn led_to(&mut self, next: LeadsTo) {
        if let Some(Tried {
            came: Came::Reply { leads_to, .. },
            ..
        }) = self.tries.last_mut()
        {
            *leads_to = next;
        }
    }

    /// How often the query of the last try was sent.
    pub(super) fn sendings(&self) -> u32 {
        let last = self.tries.last().map_or(1, |tried| tried.sendings.len());
        u32::try_from(last).unwrap_or(u32::MAX)
    }
}
