//! What `rdig` and `rhost` say alike about an exchange: servers that fail, messages that are not the reply, packets
//! that make no sense. The words are dig's and host's.

use std::fmt::Write;
use std::net::SocketAddr;

use crate::net::dns::{ExchangeError, Notice};
use crate::proto::dns::{Mismatch, Transport};
use crate::wire::dns::{Message, NameError, Question};
use crate::wire::rdata::{Malformed, Style, try_write};

/// A server as both tools write it: `192.0.2.1#53`.
pub(super) fn endpoint(server: SocketAddr) -> String {
    match server {
        SocketAddr::V6(v6) if v6.scope_id() != 0 => {
            format!("{}%{}#{}", v6.ip(), v6.scope_id(), v6.port())
        }
        server => format!("{}#{}", server.ip(), server.port()),
    }
}

/// A transport as both tools write it.
pub(super) fn transport_name(transport: Transport) -> &'static str {
    transport.name()
}

/// Why a try came to nothing, without the `;; ` before it.
pub(super) fn communications_error(server: SocketAddr, error: &ExchangeError) -> String {
    let why = match error {
        ExchangeError::TimedOut { .. } | ExchangeError::NotConnected { .. } => "timed out".to_owned(),
        ExchangeError::Refused { .. } => "connection refused".to_owned(),
        // Nobody can be at port 0, and the kernel says so in its own way.
        _ if server.port() == 0 => "connection refused".to_owned(),
        ExchangeError::Unreachable { error, .. } if error.kind() == std::io::ErrorKind::HostUnreachable => {
            "host unreachable".to_owned()
        }
        ExchangeError::Unreachable { .. } => "network unreachable".to_owned(),
        ExchangeError::Closed { .. } => "end of file".to_owned(),
        ExchangeError::Reset { .. } => "connection reset".to_owned(),
        ExchangeError::Http { .. } => "failure".to_owned(),
        ExchangeError::Protocol { .. } => "unexpected error".to_owned(),
        ExchangeError::Untrusted { .. }
        | ExchangeError::Handshake { .. }
        | ExchangeError::NotHttp2 { .. }
        | ExchangeError::NotBuilt { .. } => error.to_string(),
        ExchangeError::Bind { error, .. } | ExchangeError::Io { error, .. } => error.to_string(),
    };
    format!("communications error to {}: {why}", endpoint(server))
}

/// What is said when something came that is not the reply, without the `;; ` before it. Nothing is said of what came from another address: a connected socket, which dig and host use, does
/// not see it.
pub(super) fn warning(notice: &Notice<'_>) -> Option<String> {
    let Notice::Ignored { why, message, .. } = notice else {
        return None;
    };
    mismatch(why, message)
}

/// What is said of a message that is not the reply.
pub(super) fn mismatch(why: &Mismatch, message: &[u8]) -> Option<String> {
    match why {
        // The last two are no reason for dig and host.
        Mismatch::Source(_) | Mismatch::Case | Mismatch::Cookie => None,
        Mismatch::Short(_) => Some("Warning: short (< header size) message received".to_owned()),
        Mismatch::Id { expected, got } => {
            Some(format!("Warning: ID mismatch: expected ID {expected}, got {got}"))
        }
        Mismatch::Opcode(got) => Some(format!("Warning: Opcode mismatch: expected QUERY, got {got}")),
        Mismatch::NotAResponse => Some("Warning: query response not set".to_owned()),
        Mismatch::Question => {
            let question = Message::parse(message).ok()?.questions().next()?.ok()?;
            let Question { name, rtype, class } = question;
            // The second `;; ` is in the original, too.
            Some(format!(
                ";; Question section mismatch: got {}/{rtype}/{class}",
                bare(&name.to_string())
            ))
        }
    }
}

/// What is wrong with a message that cannot be read to its end, as dig and host name it.
pub(super) fn flaw(message: &Message<'_>) -> Option<String> {
    let bad_name = |problem| Malformed::from(problem).to_string();
    for question in message.questions() {
        if let Err(error) = question {
            return Some(bad_name(error.problem));
        }
    }
    let mut ignored = Vec::new();
    for record in message.records() {
        let problem = match record {
            Err(error) => Some(bad_name(error.problem)),
            Ok(record) => {
                ignored.clear();
                try_write(
                    record.rtype,
                    record.class,
                    record.rdata,
                    &Style::default(),
                    &mut ignored,
                )
                .err()
                .map(|malformed| malformed.to_string())
            }
        };
        if problem.is_some() {
            return problem;
        }
    }
    // Counts that promise more than there is.
    message
        .trailing()
        .is_none()
        .then(|| bad_name(NameError::Truncated))
}

/// A packet that makes no sense: why, and its bytes in hex and ASCII.
pub(super) fn bad_packet(flaw: &str, bytes: &[u8]) -> String {
    let mut text = format!(";; Got bad packet: {flaw}\n{} bytes\n", bytes.len());
    for row in bytes.chunks(16) {
        let hex: String = row.iter().map(|byte| format!("{byte:02x} ")).collect();
        let ascii: String = row
            .iter()
            .map(|&byte| {
                if (0x21..0x7e).contains(&byte) {
                    char::from(byte)
                } else {
                    '.'
                }
            })
            .collect();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{hex:<57}{ascii}");
    }
    text
}

/// A name without its final dot, as host writes names; the root stays `.`.
pub(super) fn bare(name: &str) -> &str {
    match name.strip_suffix('.') {
        None | Some("") => name,
        Some(bare) => bare,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_packet_is_shown_in_rows_of_sixteen() {
        let text = bad_packet("unexpected end of input", b"0123456789abcdef\x00z");
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(
            rows[..2],
            [";; Got bad packet: unexpected end of input", "18 bytes"]
        );
        assert_eq!(
            rows[2],
            "30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66          0123456789abcdef"
        );
        assert_eq!(rows[3], format!("{:57}{}", "00 7a", ".z"));
    }

    #[test]
    fn a_message_that_ends_inside_a_record_is_flawed() {
        let mut bytes = b"\0\x07\x81\0\0\0\0\x01\0\0\0\0\0\0\x01\0\x01\0\0\0\x3c\0\x04\x7f\0\0\x01".to_vec();
        assert_eq!(flaw(&Message::parse(&bytes).unwrap()), None);
        bytes.pop();
        assert_eq!(
            flaw(&Message::parse(&bytes).unwrap()).as_deref(),
            Some("unexpected end of input")
        );
    }

    #[test]
    fn a_scope_is_part_of_an_endpoint() {
        assert_eq!(endpoint("[fe80::1%3]:53".parse().unwrap()), "fe80::1%3#53");
        assert_eq!(endpoint("127.0.0.1:5300".parse().unwrap()), "127.0.0.1#5300");
    }
}
