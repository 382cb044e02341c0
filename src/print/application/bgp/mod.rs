//! The Border Gateway Protocol, version 4 (RFC 4271).
//!
//! A segment of TCP holds any number of messages, the first and the last of which may be cut off: the marker of
//! 16 set bytes shows where one begins. What a message says is shown from `-v` on.

mod as_number;
mod attributes;
mod bgpsec;
mod capabilities;
mod communities;
mod multiprotocol;
mod nlri;
mod notification;
mod open;
mod pmsi;
mod prefix;
mod refresh;
mod update;
mod vpn;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

pub(super) use prefix::Prefix;
pub(super) use vpn::distinguisher;

/// Prints the messages of a segment.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("bgp");
    put!(page, ": BGP");
    if !page.verbose(1) {
        return Ok(());
    }
    let mut rest = segment;
    while let Some(skipped) = next_marker(rest.bytes()) {
        rest.advance(skipped);
        rest.need(HEADER)?;
        if skipped > 0 {
            page.truncated();
        }
        let (length, kind) = (usize::from(rest.peek_u16(16)?), rest.peek_u8(18)?);
        if length < HEADER {
            put!(page, "\nmessage length ", length, " < ", HEADER);
            return Err(Stop::Invalid);
        }
        if !rest.has(length) {
            let name = name_of(MESSAGES, kind).unwrap_or("Unknown Message Type");
            put!(page, "\n[|BGP ", name, "]");
            return Ok(());
        }
        message(page, kind, rest.claiming(length))?;
        rest.advance(length);
    }
    Ok(())
}

/// How many bytes are before the next message.
fn next_marker(bytes: &[u8]) -> Option<usize> {
    bytes.windows(MARKER.len()).position(|window| window == MARKER)
}

/// Prints one message. The cursor declares its length, but reaches as far as the capture: fields that lie about
/// their lengths are read as far as there is anything to read.
fn message(page: &mut Page<'_>, kind: u8, message: Cursor<'_>) -> Shown {
    let name = name_of(MESSAGES, kind).unwrap_or("Unknown");
    put!(
        page,
        "\n\t",
        name,
        " Message (",
        kind,
        "), length: ",
        message.len()
    );
    let shown = match kind {
        OPEN => open::print(page, message),
        UPDATE => update::print(page, message.after(HEADER)),
        NOTIFICATION => notification::print(page, message.after(HEADER)),
        KEEPALIVE => Ok(()),
        ROUTE_REFRESH => refresh::print(page, message),
        _ => {
            put!(page, "\n\t  no Message ", kind, " decoder");
            unknown(page, "\n\t  ", message);
            Ok(())
        }
    };
    match shown {
        Ok(()) => Ok(()),
        Err(Cut::Message) => {
            page.truncated();
            Ok(())
        }
        Err(Cut::Packet(stop)) => Err(stop),
    }
}

/// Why a message was not shown to its end.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// A length within it leaves too little room; the next message may be whole.
    Message,
    /// There is no more of the packet.
    Packet(Stop),
}

impl From<Stop> for Cut {
    fn from(stop: Stop) -> Self {
        Self::Packet(stop)
    }
}

/// Whether a message was shown to its end.
type Told<T = ()> = Result<T, Cut>;

/// Ends the message unless there is room for `count` bytes here, and they were captured.
fn room(rest: Cursor<'_>, count: usize) -> Told {
    if rest.has(count) && rest.len() >= count {
        Ok(())
    } else {
        Err(Cut::Message)
    }
}

/// What has no printer, in hexadecimal.
fn unknown(page: &mut Page<'_>, indent: &str, bytes: Cursor<'_>) {
    page.hex(indent, bytes.limited(bytes.len()).bytes());
}

const MARKER: [u8; 16] = [0xff; 16];
const HEADER: usize = 19;

const OPEN: u8 = 1;
const UPDATE: u8 = 2;
const NOTIFICATION: u8 = 3;
const KEEPALIVE: u8 = 4;
const ROUTE_REFRESH: u8 = 5;

const MESSAGES: &[(u8, &str)] = &[
    (OPEN, "Open"),
    (UPDATE, "Update"),
    (NOTIFICATION, "Notification"),
    (KEEPALIVE, "Keepalive"),
    (ROUTE_REFRESH, "Route Refresh"),
];

#[cfg(test)]
mod sample {
    //! Messages for the tests of the printers of this folder.

    use crate::print::sample::{tcp, verbose};
    use crate::wire::LinkType;

    /// A message with its marker and length.
    pub(super) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(19 + body.len()).unwrap();
        let mut message = vec![0xff; 16];
        message.extend(length.to_be_bytes());
        message.push(kind);
        message.extend_from_slice(body);
        message
    }

    /// A segment that holds `payload`.
    pub(super) fn segment(payload: &[u8]) -> Vec<u8> {
        tcp((179, 50000), (1, 1), 0x10, &[], payload)
    }

    /// What is shown of messages after the `: BGP`.
    pub(super) fn text(verbosity: u8, messages: &[u8]) -> String {
        let text = verbose(verbosity, LinkType::RAW, &segment(messages));
        text.split_once(": BGP").unwrap().1.to_owned()
    }

    /// What is shown of an update with only this path attribute, transitive and of a short length.
    pub(super) fn attribute(verbosity: u8, kind: u8, value: &[u8]) -> String {
        let length = u8::try_from(value.len()).unwrap();
        let mut body = vec![0, 0, 0, 3 + length, 0x40, kind, length];
        body.extend_from_slice(value);
        let text = text(verbosity, &message(2, &body));
        text.split_once("Flags [T]: ").unwrap().1.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{message, segment, text};
    use crate::print::sample::shown;
    use crate::wire::LinkType;

    #[test]
    fn messages_follow_each_other_from_v_on() {
        let messages = [message(4, &[]), message(9, &[1, 2])].concat();
        assert!(shown(LinkType::RAW, &segment(&messages)).ends_with(", length 40: BGP"));
        assert!(text(1, &messages).starts_with(
            "\n\tKeepalive Message (4), length: 19\n\tUnknown Message (9), length: 21\n\t  no Message 9 decoder\
             \n\t  0x0000:  ffff ffff"
        ));
    }

    #[test]
    fn what_is_before_the_first_marker_is_the_end_of_a_message() {
        let messages = [vec![0xff, 1, 2], message(4, &[])].concat();
        assert_eq!(text(1, &messages), " [|bgp]\n\tKeepalive Message (4), length: 19");
    }

    #[test]
    fn a_message_that_goes_on_in_the_next_segment_is_told() {
        for length in 19..28 {
            assert_eq!(text(1, &message(2, &[0; 9])[..length]), "\n[|BGP Update]");
        }
        assert_eq!(text(1, &message(2, &[0; 9])[..18]), " [|bgp]");
        let mut short = message(4, &[]);
        short[17] = 18;
        assert_eq!(text(1, &short), "\nmessage length 18 < 19 (invalid)");
    }
}
