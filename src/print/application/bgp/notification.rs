//! NOTIFICATION: why a session ends (RFC 4271 section 6, RFC 4486, RFC 7313, RFC 8538, RFC 9003).

use super::capabilities::families;
use super::{Cut, Told};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints the message.
pub(super) fn print(page: &mut Page<'_>, body: Cursor<'_>) -> Told {
    if !body.has(2) {
        return Err(Cut::Message);
    }
    if body.len() < 2 {
        return Ok(());
    }
    let mut rest = body;
    loop {
        let (code, subcode) = (rest.u8()?, rest.u8()?);
        reason(page, code, subcode);
        if code == CEASE {
            cease(page, subcode, rest)?;
        }
        // A hard reset quotes the notification that it stands for.
        if (code, subcode) != (CEASE, HARD_RESET) || rest.len() < 2 {
            return Ok(());
        }
    }
}

fn reason(page: &mut Page<'_>, code: u8, subcode: u8) {
    let name = name_of(ERRORS, code).unwrap_or("Unknown Error");
    put!(page, ", ", name, " (", code, ")");
    let (before, subcodes) = match code {
        1 => (", subcode ", HEADER_ERRORS),
        2 => (", subcode ", OPEN_ERRORS),
        3 => (", subcode ", UPDATE_ERRORS),
        5 => (" subcode ", STATES),
        CEASE => (", subcode ", CEASES),
        7 => (" subcode ", REFRESH_ERRORS),
        _ => {
            if subcode != 0 {
                put!(page, ", subcode ", subcode);
            }
            return;
        }
    };
    let name = name_of(subcodes, subcode).unwrap_or("Unknown");
    put!(page, before, name, " (", subcode, ")");
}

/// What comes along with a cease.
fn cease(page: &mut Page<'_>, subcode: u8, data: Cursor<'_>) -> Shown {
    let mut rest = data;
    match subcode {
        TOO_MANY_PREFIXES if data.len() >= 7 => {
            families(page, ", ", rest.u16()?, rest.u8()?);
            put!(page, ", Max Prefixes: ", rest.u32()?);
        }
        SHUTDOWN | RESET if !data.is_empty() => {
            let length = usize::from(rest.u8()?);
            if length > rest.len() {
                put!(page, ", invalid Shutdown Communication length");
                rest = data;
            } else if length == 0 {
                put!(page, ", empty Shutdown Communication");
            } else {
                put!(page, ", Shutdown Communication (length: ", length, "): \"");
                page.text(&mut rest, length)?;
                put!(page, "\"");
            }
            if !rest.is_empty() {
                put!(page, ", Data: (length: ", rest.len(), ")");
                page.hex("\n\t\t", rest.limited(rest.len()).bytes());
                rest.need(rest.len())?;
            }
        }
        _ => {}
    }
    Ok(())
}

const CEASE: u8 = 6;
const TOO_MANY_PREFIXES: u8 = 1;
const SHUTDOWN: u8 = 2;
const RESET: u8 = 4;
const HARD_RESET: u8 = 9;

const ERRORS: &[(u8, &str)] = &[
    (1, "Message Header Error"),
    (2, "OPEN Message Error"),
    (3, "UPDATE Message Error"),
    (4, "Hold Timer Expired"),
    (5, "Finite State Machine Error"),
    (CEASE, "Cease"),
    (7, "ROUTE-REFRESH Message Error"),
];

const HEADER_ERRORS: &[(u8, &str)] = &[
    (1, "Connection Not Synchronized"),
    (2, "Bad Message Length"),
    (3, "Bad Message Type"),
];

const OPEN_ERRORS: &[(u8, &str)] = &[
    (1, "Unsupported Version Number"),
    (2, "Bad Peer AS"),
    (3, "Bad BGP Identifier"),
    (4, "Unsupported Optional Parameter"),
    (5, "Authentication Failure"),
    (6, "Unacceptable Hold Time"),
    (7, "Capability Message Error"),
];

const UPDATE_ERRORS: &[(u8, &str)] = &[
    (1, "Malformed Attribute List"),
    (2, "Unrecognized Well-known Attribute"),
    (3, "Missing Well-known Attribute"),
    (4, "Attribute Flags Error"),
    (5, "Attribute Length Error"),
    (6, "Invalid ORIGIN Attribute"),
    (7, "AS Routing Loop"),
    (8, "Invalid NEXT_HOP Attribute"),
    (9, "Optional Attribute Error"),
    (10, "Invalid Network Field"),
    (11, "Malformed AS_PATH"),
];

const STATES: &[(u8, &str)] = &[
    (0, "Unspecified Error"),
    (1, "In OpenSent State"),
    (2, "In OpenConfirm State"),
    (3, "In Established State"),
];

const CEASES: &[(u8, &str)] = &[
    (TOO_MANY_PREFIXES, "Maximum Number of Prefixes Reached"),
    (SHUTDOWN, "Administrative Shutdown"),
    (3, "Peer Unconfigured"),
    (RESET, "Administrative Reset"),
    (5, "Connection Rejected"),
    (6, "Other Configuration Change"),
    (7, "Connection Collision Resolution"),
    (8, "Out of Resources"),
    (HARD_RESET, "Hard Reset"),
    (10, "BFD Down"),
];

const REFRESH_ERRORS: &[(u8, &str)] = &[(1, "Invalid Message Length")];

#[cfg(test)]
mod tests {
    use super::super::sample::{message, text};

    fn told(body: &[u8]) -> String {
        let text = text(1, &message(3, body));
        text.split_once("Notification Message (3), length: ").unwrap().1[2..].to_owned()
    }

    #[test]
    fn the_reason_is_told_with_what_comes_along() {
        assert_eq!(told(&[2, 2]), ", OPEN Message Error (2), subcode Bad Peer AS (2)");
        assert_eq!(told(&[4, 0]), ", Hold Timer Expired (4)");
        assert_eq!(
            told(&[6, 1, 0, 1, 1, 0, 0, 0, 9]),
            ", Cease (6), subcode Maximum Number of Prefixes Reached (1)\
             , AFI IPv4 (1), SAFI Unicast (1), Max Prefixes: 9"
        );
        assert_eq!(
            told(&[6, 2, 2, b'b', 0x1b, 7]),
            ", Cease (6), subcode Administrative Shutdown (2), Shutdown Communication (length: 2): \"b^[\"\
             , Data: (length: 1)\n\t\t0x0000:  07"
        );
        assert_eq!(
            told(&[6, 4, 9, 1]),
            ", Cease (6), subcode Administrative Reset (4), invalid Shutdown Communication length\
             , Data: (length: 2)\n\t\t0x0000:  0901"
        );
    }

    #[test]
    fn a_hard_reset_holds_the_notification_it_stands_for() {
        assert_eq!(
            told(&[6, 9, 6, 9, 1, 3]),
            ", Cease (6), subcode Hard Reset (9), Cease (6), subcode Hard Reset (9)\
             , Message Header Error (1), subcode Bad Message Type (3)"
        );
    }
}
