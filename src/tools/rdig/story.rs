//! What happened during a lookup: the facts behind `+json` and `+explain`, gathered as they happen.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::render::Cached;
use super::servers::Server;
use crate::tools::dns_json::Failed;
use crate::wire::dns::{Message, Name, Rcode};

/// What happened, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    /// Which names were to be tried.
    pub(super) names: Vec<Name>,
    /// Why those.
    pub(super) reason: Reason,
    /// What `/etc/hosts` says of the name, though nobody here goes by it.
    pub(super) hosts: Vec<IpAddr>,
    /// Whom there was to ask.
    pub(super) servers: Vec<Server>,
    /// Whether they were typed; else they are those of `resolv.conf`.
    pub(super) typed: bool,
    /// The tries.
    pub(super) tries: Vec<Tried>,
    /// Whether the answer came from the cache instead.
    pub(super) cached: Option<Cached>,
    /// What came that is not a reply, and what else was worth a comment.
    pub(super) warnings: Vec<String>,
}

/// Why these names are tried and in this order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Reason {
    /// Nobody asked for a search list.
    #[default]
    Typed,
    /// A final dot says that the name is whole.
    Absolute,
    /// A domain was typed that completes names.
    Domain,
    /// The search list completes names.
    Search {
        /// How many dots the name has.
        dots: usize,
        /// With how many it is tried as it stands first.
        ndots: usize,
    },
}

/// One try.
#[derive(Clone, Debug)]
pub(super) struct Tried {
    /// The name that was asked for.
    pub(super) name: Name,
    /// Who was asked.
    pub(super) server: SocketAddr,
    /// What carried the query.
    pub(super) transport: &'static str,
    /// When the query was sent, counted from the first time.
    pub(super) sendings: Vec<Duration>,
    /// What came of it.
    pub(super) came: Came,
}

/// What came of a try.
#[derive(Clone, Debug)]
pub(super) enum Came {
    /// A reply.
    Reply {
        /// Its bytes.
        message: Vec<u8>,
        /// When it came, counted like the sendings.
        elapsed: Duration,
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

    /// Whether the last reply is the one in which the lookup ends.
    pub(super) fn is_over(&self) -> bool {
        let Some(Tried {
            name,
            came: Came::Reply {
                message, leads_to, ..
            },
            ..
        }) = self.tries.last()
        else {
            return false;
        };
        let denied = Message::parse(message).is_ok_and(|message| message.rcode() == Rcode::NXDOMAIN);
        *leads_to == LeadsTo::Answer && (!denied || self.names.last() == Some(name))
    }

    /// How often the query of the last try was sent.
    pub(super) fn sendings(&self) -> u32 {
        let last = self.tries.last().map_or(1, |tried| tried.sendings.len());
        u32::try_from(last).unwrap_or(u32::MAX)
    }
}

/// A time for a person: with a digit behind the point where that says something.
pub(super) fn span(time: Duration) -> String {
    match time.as_micros() {
        micros @ 0..10_000 => {
            let tenths = micros.div_ceil(100);
            format!("{}.{} ms", tenths / 10, tenths % 10)
        }
        micros @ 10_000..1_000_000 => format!("{} ms", micros / 1000),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_two_or_three_digits() {
        let said = |micros| span(Duration::from_micros(micros));
        assert_eq!(said(40), "0.1 ms");
        assert_eq!(said(1234), "1.3 ms");
        assert_eq!(said(376_400), "376 ms");
        assert_eq!(said(5_000_000), "5.0 s");
    }
}
