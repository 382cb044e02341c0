//! `+json`: a message as an object on a line of its own.

use std::time::Duration;

use super::{Envelope, Page};
use crate::tools::dns_json::{Failed, Object, Parts};
use crate::wire::dns::Message;

/// What an object says besides its message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aside<'a> {
    /// When and between whom the message passed.
    pub(crate) envelope: &'a Envelope,
    /// How the server was called when it was asked.
    pub(crate) server: &'a str,
    /// How long the reply took, and how often the query was sent; nothing of our own query.
    pub(crate) effort: Option<(Duration, u32)>,
    /// The name by which the server was verified, if it was.
    pub(crate) verified: Option<&'a str>,
    /// The tries that came to nothing before.
    pub(crate) failed: &'a [Failed],
    /// What text would have said in comments.
    pub(crate) warnings: &'a [String],
    /// The lookup in words, if that was asked for.
    pub(crate) explanation: &'a [String],
}

/// Appends a message.
pub(crate) fn write_json(page: Page<'_>, aside: &Aside<'_>, out: &mut Vec<u8>) {
    let (envelope, show) = (aside.envelope, &page.lookup.show);
    let time = match aside.effort {
        Some(_) => envelope.received,
        None => envelope.sent,
    };
    let mut object = Object::at(time);
    if let Ok(message) = Message::parse(page.reply.bytes) {
        let parts = Parts {
            answer: show.answer,
            authority: show.authority,
            additional: show.additional,
            edns: show.comments,
        };
        object.message(&message, parts, |_| true);
    }
    if show.stats || show.identify {
        object.server(envelope.server, aside.server, envelope.transport);
        if let Some((elapsed, sendings)) = aside.effort {
            object.effort(elapsed, sendings);
        }
    }
    if let Some(name) = aside.verified {
        object.set("verifiedName", name);
    }
    if let Some(cached) = envelope.cached {
        object.cached(cached.age, cached.stale);
    }
    object.failed(aside.failed).warnings(aside.warnings);
    if !aside.explanation.is_empty() {
        object.set("explanation", aside.explanation);
    }
    object.write(out);
}
