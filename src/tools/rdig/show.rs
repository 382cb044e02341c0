//! A message as `rdig` shows it, without asking anybody: for tests against recorded messages, and for fuzzing.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use jiff::Timestamp;

use super::args::words;
use super::plan::{Globals, Lookup, Origin, Planner};
use super::render::{
    Aside, CookieFate, Envelope, Page, Role, ShownSoa, write_json, write_message, write_short, write_yaml,
};
use super::reply::Reply;
use crate::tools::dns_notes::bad_packet;
use crate::wire::dns::{Flags, Message};

/// The layout that `rdig OPTIONS` gives to a reply.
#[derive(Clone, Debug)]
pub struct View {
    lookup: Lookup,
    globals: Globals,
}

impl View {
    /// The layout for `options`, as they would be typed; `None` if they cannot be obeyed.
    pub fn new(options: &str) -> Option<Self> {
        let mut planner = Planner::default();
        let plan = planner.line(&words(options), Origin::CommandLine);
        Some(Self {
            lookup: plan.lookups.into_iter().next()?,
            globals: planner.globals,
        })
    }

    /// What is printed when `message` comes as the reply, but for the banner, the statistics and the fate of the
    /// cookie. `None` if the message has no header.
    pub fn show(&self, message: &[u8]) -> Option<Vec<u8>> {
        let (lookup, globals) = (&self.lookup, &self.globals);
        let message = Message::parse(message).ok()?;
        let mut out = Vec::new();
        let warn = |text: &str, out: &mut Vec<u8>| {
            if !globals.yaml && !globals.json {
                // Writing to a vector cannot fail.
                let _ = writeln!(out, ";; Warning: {text}");
            }
        };
        if !message.header().flags.contains(Flags::QR) {
            warn("query response not set", &mut out);
        }
        let reply = match Reply::read(&message, lookup.exchange.best_effort) {
            Ok(reply) => reply,
            Err(problem) => {
                if !globals.yaml && !globals.json {
                    out.extend_from_slice(bad_packet(&problem.to_string(), message.bytes()).as_bytes());
                }
                return Some(out);
            }
        };
        if reply.malformed {
            warn("Message parser reports malformed message packet.", &mut out);
        }
        let page = Page {
            reply: &reply,
            lookup,
            globals,
            role: Role::Reply(CookieFate::Unknown),
        };
        let envelope = Envelope {
            sent: Timestamp::UNIX_EPOCH,
            received: Timestamp::UNIX_EPOCH,
            server: SocketAddr::from((Ipv4Addr::LOCALHOST, globals.port)),
            transport: "UDP",
            cached: None,
        };
        if globals.json {
            let aside = Aside {
                envelope: &envelope,
                server: "127.0.0.1",
                effort: Some((Duration::ZERO, 1)),
                verified: None,
                failed: &[],
                warnings: &[],
                explanation: &[],
            };
            write_json(page, &aside, &mut out);
        } else if globals.yaml {
            write_yaml(page, &envelope, &mut out);
        } else if globals.short {
            write_short(page, None, &mut out);
        } else {
            write_message(page, ShownSoa::All, &mut out);
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assert, proptest};

    use super::*;
    use crate::wire::dns::RecordType;

    /// One question and `records` as answers.
    fn message(count: u16, records: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0, 7, 0x84, 0, 0, 1];
        bytes.extend_from_slice(&count.to_be_bytes());
        bytes.extend_from_slice(b"\0\0\0\0\x01x\0\0\x01\0\x01");
        bytes.extend_from_slice(records);
        bytes
    }

    fn is_fit_for_a_terminal(text: &[u8]) -> bool {
        text.iter()
            .all(|&byte| byte >= 0x20 && byte != 0x7f || b"\n\t".contains(&byte))
    }

    proptest! {
        #[test]
        fn any_bytes_are_shown_without_a_control_character(bytes in vec(any::<u8>(), 0..300), count in 0..5_u16) {
            for layout in ["", "+multiline", "+short", "+yaml", "+json", "+unknownformat +nobesteffort"] {
                let view = View::new(layout).unwrap();
                for bytes in [&bytes, &message(count, &bytes)] {
                    prop_assert!(view.show(bytes).is_none_or(|text| is_fit_for_a_terminal(&text)));
                }
            }
        }

        #[test]
        fn any_data_of_any_type_is_shown_without_a_control_character(data in vec(any::<u8>(), 0..80), rtype in 0..270_u16) {
            let mut record = b"\xc0\x0c".to_vec();
            record.extend_from_slice(&rtype.to_be_bytes());
            record.extend_from_slice(b"\0\x01\0\0\0\x3c\0");
            record.push(u8::try_from(data.len()).unwrap());
            record.extend_from_slice(&data);
            for layout in ["", "+multiline", "+short +rrcomments +split=4"] {
                let text = View::new(layout).unwrap().show(&message(1, &record)).unwrap();
                prop_assert!(is_fit_for_a_terminal(&text), "{}", RecordType(rtype));
            }
        }
    }
}
