//! What response codes and extended errors mean to whoever asked.

use crate::wire::dns::{Message, OptionValue, Rcode};

/// What a response code means, and what can be done about it.
pub(super) fn meaning(rcode: Rcode) -> &'static str {
    match rcode.0 {
        1 => "the server could not read the query; an old one may choke on EDNS (+noedns)",
        2 => "the server could not get an answer, or what it got did not validate (+cd shows it)",
        4 => "the server does not do this kind of query",
        5 => "the server does not want to: it does not serve this client, or does not have the zone",
        9 => "the server is not authoritative for the zone, or does not accept the key",
        16 => "the server does not have this version of EDNS, or could not verify the signature",
        17 => "the server does not know the key",
        18 => "the signature is not of this time: compare the clocks",
        23 => "the server does not accept the cookie",
        _ => "the server did not do what was asked",
    }
}

/// What the extended errors in a message mean (RFC 8914).
pub(super) fn extended(message: &Message<'_>, lines: &mut Vec<String>) {
    let options = message
        .edns()
        .into_iter()
        .flat_map(|edns| edns.options().flatten());
    for option in options {
        let OptionValue::ExtendedError { error, text } = option.value() else {
            continue;
        };
        let purpose = error.purpose().unwrap_or("unknown");
        let reason = REASONS
            .get(usize::from(error.0))
            .copied()
            .unwrap_or("no meaning is known here");
        let mut line = format!("EDE {} ({purpose}): {reason}", error.0);
        if !text.is_empty() {
            let text = String::from_utf8_lossy(text);
            let printable = text.chars().map(|c| if c.is_control() { '.' } else { c });
            line.push_str("; the server adds: ");
            line.extend(printable);
        }
        lines.push(line);
    }
}

/// By the number of the extended error.
const REASONS: [&str; 31] = [
    "something that has no number of its own",
    "the zone is signed with an algorithm that the server does not know, so it counts as unsigned",
    "the DS record has a digest that the server does not know, so the zone counts as unsigned",
    "the servers of the zone do not answer, so this is an old answer whose time is over",
    "the answer was made up by policy, it is not what the zone says",
    "whether the answer is genuine cannot be told",
    "the answer does not validate: it was altered, or the zone is signed wrongly",
    "a signature has run out: the zone has not been signed anew",
    "a signature is not valid yet: a clock is wrong, or the zone was signed too early",
    "no key of the zone matches its DS record",
    "the zone should be signed, but signatures are missing",
    "the key is not marked as one that signs zones",
    "it is not proven that there is nothing",
    "it failed a moment ago, and the server remembers that",
    "the server is still starting",
    "the operator of the server blocks the name",
    "the operator of the server must block the name, somebody else says so",
    "the name is blocked because the client, or who answers for it, asked for that",
    "the server does not serve this client",
    "the servers of the zone do not answer, and by an old answer the name does not exist",
    "the server is not authoritative for the name and was not asked to, or does not, resolve it",
    "the server does not support the query or its operation",
    "none of the servers of the zone could be reached, or each refused",
    "the server's network failed on the way to the servers of the zone",
    "the server has the zone, but not in a state to answer from",
    "a signature ends before it begins",
    "it was sent before the handshake was over, and may be a replay",
    "the zone hashes its names more often than the server is willing to compute",
    "the server's policy for the answer cannot be kept",
    "the answer was put together from what the server knew, such as a wildcard or proven gaps",
    "this type cannot be asked for like this",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_extended_error_has_a_reason() {
        use crate::wire::dns::ExtendedError;
        let known = u16::try_from(REASONS.len()).unwrap();
        assert!(ExtendedError(known - 1).purpose().is_some());
        assert!(ExtendedError(known).purpose().is_none());
    }
}
