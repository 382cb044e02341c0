//! A message as `rdig` shows it, without asking anybody: for tests against recorded messages, and for fuzzing.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};

use jiff::Timestamp;

use super::args::Args;
use super::plan::{Origin, Planner};
use super::render::{CookieFate, Envelope, Page, Role, ShownSoa, write_message, write_short, write_yaml};
use super::reply::Reply;
use crate::tools::dns_notes::bad_packet;
use crate::wire::dns::{Flags, Message};

/// What `rdig OPTIONS` prints when `message` comes as the reply, but for the banner, the statistics and the fate of
/// the cookie. `None` if the options cannot be obeyed, or the message has no header.
pub fn show(message: &[u8], options: &str) -> Option<Vec<u8>> {
    let words = Args::from_line(options).ok()?.words;
    let mut planner = Planner::default();
    let plan = planner.line(&words, options, Origin::CommandLine).ok()?;
    let (lookup, globals) = (plan.lookups.first()?, &planner.globals);
    let message = Message::parse(message).ok()?;
    let mut out = Vec::new();
    let warn = |text: &str, out: &mut Vec<u8>| {
        if !globals.yaml {
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
            if !globals.yaml {
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
        headers: true,
    };
    if globals.yaml {
        let envelope = Envelope {
            sent: Timestamp::UNIX_EPOCH,
            received: Timestamp::UNIX_EPOCH,
            server: SocketAddr::from((Ipv4Addr::LOCALHOST, globals.port)),
            transport: "UDP",
        };
        write_yaml(page, &envelope, &mut out);
    } else if globals.short {
        write_short(page, None, &mut out);
    } else {
        write_message(page, ShownSoa::All, &mut out);
    }
    Some(out)
}
