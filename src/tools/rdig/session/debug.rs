//! `-d`: what is done, told on standard error as it is done.

use std::net::SocketAddr;

use super::inquiry::{Inquiry, Sent};
use crate::cli::message;
use crate::net::dns::{Notice, Reply};
use crate::proto::Instant;
use crate::tools::dns_notes::endpoint;

/// What is told of one query.
#[derive(Debug)]
pub(super) struct Debug {
    /// The name and type asked for.
    subject: String,
    server: SocketAddr,
    transport: &'static str,
    length: usize,
}

impl Debug {
    /// Nothing is told without `-d`.
    pub(super) fn of(inquiry: &Inquiry<'_>, sent: &Sent<'_>) -> Option<Self> {
        inquiry.globals.debug.then(|| Self {
            subject: format!("{} {}", sent.attempt.name, inquiry.lookup.rtype),
            server: sent.attempt.server.address,
            transport: sent.envelope.transport,
            length: sent.query.len(),
        })
    }

    /// Tells what happens while the query is out; `first` is when it was sent for the first time.
    pub(super) fn notice(&self, notice: &Notice<'_>, first: Option<Instant>) {
        let (subject, server) = (&self.subject, endpoint(self.server));
        match notice {
            Notice::Sent { attempt: 1, .. } => message(format_args!(
                ";; {subject}: a query of {} bytes to {server} ({})",
                self.length, self.transport
            )),
            Notice::Sent { attempt, at } => {
                let after = first.map_or(0, |first| (*at - first).as_millis());
                message(format_args!(
                    ";; {subject}: no reply from {server} after {after} ms, sent again (attempt {attempt})"
                ));
            }
            Notice::Ignored {
                from,
                why,
                message: bytes,
            } => message(format_args!(
                ";; {subject}: {} bytes from {} ignored: {why}",
                bytes.len(),
                endpoint(*from)
            )),
        }
    }

    /// Tells what came back.
    pub(super) fn reply(&self, reply: &Reply) {
        message(format_args!(
            ";; {}: a reply of {} bytes from {} after {:.1?}",
            self.subject,
            reply.message.len(),
            endpoint(reply.peer),
            reply.elapsed
        ));
    }
}
