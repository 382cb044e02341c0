//! What an answer means: aliases, records or their absence, how long it may be kept, and who vouches for it.

use std::time::Duration;

use jiff::{SignedDuration, Zoned};

use super::{and, count, failure};
use crate::proto::dns::{Answer, Verdict, target};
use crate::wire::dns::{Flags, Message, Name, Question, Rcode, Record, RecordType, Section};

/// Where a reply comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A server, just now.
    Server,
    /// The cache of earlier runs.
    Cache,
}

/// What `message` says to `question`.
pub(super) fn answer(
    message: &Message<'_>,
    question: &Question,
    from: Source,
    now: &Zoned,
    lines: &mut Vec<String>,
) {
    let answer = Answer::read(message, question);
    if let Some(flaw) = flaw(message) {
        lines.push(format!("Broken: {flaw}"));
        if answer.verdict != Verdict::Found {
            // What is not there may be what could not be read.
            return;
        }
    }
    if let [first, rest @ ..] = answer.aliases.as_slice() {
        let rest: String = rest.iter().map(|name| format!(" {name}, that for")).collect();
        lines.push(format!("Alias: {first} is an alias for{rest} {}", answer.name));
    }
    let (name, rtype) = (&answer.name, question.rtype);
    let said = match answer.verdict {
        Verdict::Found => format!(
            "{} of {name}",
            count(answer.records.len(), &format!("{rtype} record"))
        ),
        Verdict::NoData => match (referral(message), message.header().answers) {
            (Some(referral), _) => referral,
            (None, others) if others > 0 && answer.aliases.is_empty() => format!(
                "{}, and none is what was asked for: {name} {} {rtype}",
                count(others.into(), "record"),
                question.class
            ),
            (None, _) => format!("NODATA: {name} exists, but has no {rtype} records"),
        },
        Verdict::NoName => format!("NXDOMAIN: {name} does not exist, and nothing below it"),
        Verdict::Elsewhere => {
            format!("it ends at {name}, of which the reply says nothing more: ask for that name")
        }
        Verdict::Loop => "the aliases go in a circle, or on for too long".to_owned(),
        Verdict::Failed(rcode) => format!("{rcode}: {}", failure::meaning(rcode)),
    };
    lines.push(format!("Answer: {said}"));
    match answer.verdict {
        Verdict::Found | Verdict::Elsewhere => positive(message, answer.lifetime, from, now, lines),
        Verdict::NoData | Verdict::NoName => negative(message, answer.lifetime, now, lines),
        Verdict::Loop | Verdict::Failed(_) => {}
    }
    dnssec(message, lines);
}

/// What is wrong with a message as such.
fn flaw(message: &Message<'_>) -> Option<String> {
    if !message.header().flags.contains(Flags::QR) {
        return Some("it does not say that it is a reply: perhaps the query came back".to_owned());
    }
    let error = message.records().find_map(Result::err)?;
    Some(format!("{error}; what comes before can be read"))
}

/// A reply that only says who knows: from a server that does not resolve for others, or has nothing to do with the
/// name at all.
fn referral(message: &Message<'_>) -> Option<String> {
    let flags = message.header().flags;
    let authority: Vec<Record<'_>> = message.section(Section::Authority).collect();
    let denies = authority.iter().any(|record| record.rtype == RecordType::SOA);
    if denies || flags.contains(Flags::AA) || message.rcode() != Rcode::NOERROR {
        return None;
    }
    let servers = authority.iter().filter(|record| record.rtype == RecordType::NS);
    let zone = servers.clone().map(|record| record.name.clone()).next()?;
    let names: Vec<String> = servers
        .filter_map(target)
        .map(|name: Name| name.to_string())
        .collect();
    let why = if flags.contains(Flags::RA) {
        "the server does not say more"
    } else {
        "the server does not resolve for others and is not authoritative here"
    };
    let lame = if zone.is_root() {
        "; it points to the root, so it is lame: it does not know the zone at all"
    } else {
        ""
    };
    Some(format!(
        "a referral to the servers of {zone}: {}; {why}{lame}",
        and(&names)
    ))
}

fn positive(
    message: &Message<'_>,
    lifetime: Option<Duration>,
    from: Source,
    now: &Zoned,
    lines: &mut Vec<String>,
) {
    let flags = message.header().flags;
    let Some(lifetime) = lifetime else {
        let why = if flags.contains(Flags::TC) || flaw(message).is_some() {
            "none: a part of an answer is not to be kept"
        } else {
            "0: it is not to be kept"
        };
        lines.push(format!("TTL: {why}"));
        return;
    };
    let seconds = lifetime.as_secs();
    let whose = if from == Source::Cache {
        "what is left of it here"
    } else if flags.contains(Flags::AA) {
        "the zone's own, for the server is authoritative (AA)"
    } else if is_round(seconds) {
        "a round number from a cache (no AA), so probably fetched just now"
    } else {
        "what is left of it in the server's cache (no AA)"
    };
    lines.push(format!(
        "TTL: {}{}; {whose}",
        count_seconds(seconds),
        until(lifetime, now)
    ));
}

/// RFC 2308 section 5.
fn negative(message: &Message<'_>, lifetime: Option<Duration>, now: &Zoned, lines: &mut Vec<String>) {
    let soa = message
        .section(Section::Authority)
        .find(|record| record.rtype == RecordType::SOA);
    let Some(soa) = soa else {
        lines.push("TTL: none: without an SOA record nobody may keep that there is nothing".to_owned());
        return;
    };
    let minimum = soa
        .rdata
        .bytes()
        .last_chunk()
        .map_or(0, |bytes| u32::from_be_bytes(*bytes));
    let seconds = lifetime.map_or(0, |lifetime| lifetime.as_secs());
    lines.push(format!(
        "TTL: {}{} for that there is nothing; the lesser of the TTL ({}) and the minimum field ({minimum}) of the SOA \
         record of {}",
        count_seconds(seconds),
        lifetime.map(|lifetime| until(lifetime, now)).unwrap_or_default(),
        soa.ttl,
        soa.name
    ));
}

pub(super) fn count_seconds(seconds: u64) -> String {
    count(usize::try_from(seconds).unwrap_or(usize::MAX), "second")
}

/// When it is over; the day too, unless it is today.
fn until(lifetime: Duration, now: &Zoned) -> String {
    let Some(end) = SignedDuration::try_from(lifetime)
        .ok()
        .and_then(|time| now.checked_add(time).ok())
    else {
        return String::new();
    };
    let form = if end.date() == now.date() {
        "%H:%M:%S"
    } else {
        "%a %b %d %H:%M:%S %Y"
    };
    format!(", until {}", end.strftime(form))
}

/// Whether a person may have written the number into a zone.
fn is_round(seconds: u64) -> bool {
    seconds.is_multiple_of(60) || seconds.is_multiple_of(100) || (seconds <= 60 && seconds.is_multiple_of(5))
}

/// What the flags say about validation.
fn dnssec(message: &Message<'_>, lines: &mut Vec<String>) {
    let flags = message.header().flags;
    let said = if flags.contains(Flags::AD) {
        "validated by the server (AD): as trustworthy as the server and the way to it"
    } else if flags.contains(Flags::CD) {
        "not checked by the server, as was asked (CD)"
    } else if flags.contains(Flags::RA) && [Rcode::NOERROR, Rcode::NXDOMAIN].contains(&message.rcode()) {
        "not validated by the server (no AD): the zone is not signed, or the server does not check"
    } else {
        return;
    };
    lines.push(format!("DNSSEC: {said}"));
}
