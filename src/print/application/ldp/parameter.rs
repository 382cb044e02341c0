//! The parameters of a message of LDP, type, length and value (RFC 5036 section 3.4).

use super::{element, least};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::family;
use crate::print::text::{Hex4, HexPad, Zeros, name_of, put};

/// Prints a parameter and returns its length, if the message has room for it.
pub(super) fn print(page: &mut Page<'_>, from: Cursor<'_>) -> Shown<Option<usize>> {
    from.need(4)?;
    let mut rest = from;
    let (first, length) = (rest.u16()?, usize::from(rest.u16()?));
    if length > rest.len() {
        put!(page, "\n\t\t TLV contents go past end of message");
        return Ok(None);
    }
    let kind = first & 0x3fff;
    let name = name_of(PARAMETERS, kind).unwrap_or("Unknown");
    put!(
        page,
        "\n\t    ",
        name,
        " TLV (0x",
        Hex4(kind),
        "), length: ",
        length,
        ", Flags: ["
    );
    put!(
        page,
        if first & 0x8000 != 0 {
            "continue processing"
        } else {
            "ignore"
        },
        " and "
    );
    put!(
        page,
        if first & 0x4000 != 0 { "do" } else { "don't" },
        " forward if unknown]"
    );
    match value(page, kind, rest.claiming(length)) {
        // What follows can be shown all the same.
        Err(Stop::Invalid) => page.invalid(),
        shown => shown?,
    }
    Ok(Some(length + 4))
}

fn value(page: &mut Page<'_>, kind: u16, value: Cursor<'_>) -> Shown {
    let mut rest = value;
    least(page, rest, shortest(kind))?;
    match kind {
        ADDRESS_LIST => address_list(page, rest)?,
        FEC => element::print(page, rest)?,
        GENERIC_LABEL => put!(page, "\n\t      Label: ", rest.u32()? & 0x000f_ffff),
        STATUS => {
            let status = rest.u32()?;
            let code = status & 0x3fff_ffff;
            put!(page, "\n\t      Status Code: ");
            match name_of(STATUSES, code) {
                Some(name) => put!(page, name),
                None => put!(page, "Unknown (0x", HexPad(code.into(), 2), ")"),
            }
            put!(page, ", Flags: [");
            let fatal = status & 0x8000_0000 != 0;
            put!(
                page,
                if fatal {
                    "Fatal error"
                } else {
                    "Advisory Notification"
                },
                " and "
            );
            put!(
                page,
                if status & 0x4000_0000 != 0 { "do" } else { "don't" },
                " forward]"
            );
            match rest.u32()? {
                0 => {}
                id => put!(page, ", causing Message ID: 0x", HexPad(id.into(), 8)),
            }
            match rest.u16()? {
                0 => {}
                kind => {
                    let name = name_of(super::MESSAGES, kind & 0x7fff).unwrap_or("Unknown");
                    put!(page, ", Message Type: ", name);
                }
            }
        }
        HELLO => {
            let (hold, flags) = (rest.u16()?, rest.u16()?);
            put!(page, "\n\t      Hold Time: ", hold, "s, Flags: [");
            put!(
                page,
                if flags & 0x8000 != 0 { "Targeted" } else { "Link" },
                " Hello"
            );
            let requested = flags & 0x4000 != 0;
            put!(
                page,
                if requested {
                    ", Request for targeted Hellos"
                } else {
                    ""
                },
                "]"
            );
        }
        TRANSPORT4 => {
            let address = rest.ipv4()?;
            put!(page, "\n\t      IPv4 Transport Address: ");
            page.host(address);
        }
        SEQUENCE => put!(page, "\n\t      Sequence Number: ", rest.u32()?),
        TRANSPORT6 => {
            let address = rest.ipv6()?;
            put!(page, "\n\t      IPv6 Transport Address: ");
            page.host(address);
        }
        SESSION => session(page, rest)?,
        HOP_COUNT => put!(page, "\n\t      Hop Count: ", rest.u8()?),
        PATH_VECTOR => {
            put!(page, "\n\t      Path Vector: ");
            while rest.len() >= 4 {
                page.host(rest.ipv4()?);
                put!(page, if rest.len() >= 4 { ", " } else { "" });
            }
        }
        WILDCARD => {
            let supported = rest.u8()? & 0x80 != 0;
            put!(page, "\n\t      ", if supported { "Support" } else { "Withdraw" });
        }
        FAULT_TOLERANCE => fault_tolerance(page, rest)?,
        DUAL_STACK => {
            let preference = rest.u8()? >> 4;
            put!(page, "\n\t      Transport Connection Preference: ");
            match preference {
                4 => put!(page, "IPv4"),
                6 => put!(page, "IPv6"),
                other => put!(page, "Unknown (", other, ")"),
            }
        }
        MTU => put!(page, "\n\t      MTU: ", rest.u16()?),
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t      ", value.limited(value.len()).bytes());
            }
        }
    }
    Ok(())
}

fn shortest(kind: u16) -> usize {
    match kind {
        HELLO | TRANSPORT4 | SEQUENCE | GENERIC_LABEL | DUAL_STACK => 4,
        TRANSPORT6 => 16,
        ADDRESS_LIST | MTU => 2,
        SESSION => 14,
        STATUS => 10,
        FEC | HOP_COUNT | WILDCARD => 1,
        FAULT_TOLERANCE => 12,
        _ => 0,
    }
}

fn session(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(
        page,
        "\n\t      Version: ",
        rest.u16()?,
        ", Keepalive: ",
        rest.u16()?,
        "s"
    );
    let flags = rest.u8()?;
    put!(page, ", Flags: [Downstream ");
    put!(
        page,
        if flags & 0x80 != 0 {
            "On Demand"
        } else {
            "Unsolicited"
        }
    );
    put!(page, ", Loop Detection ");
    put!(page, if flags & 0x40 != 0 { "Enabled" } else { "Disabled" }, "]");
    put!(page, "\n\t      Path Vector Limit ", rest.u8()?);
    put!(
        page,
        ", Max-PDU length: ",
        rest.u16()?,
        ", Receiver Label-Space-ID "
    );
    page.host(rest.ipv4()?);
    put!(page, ":", rest.u16()?);
    Ok(())
}

fn address_list(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let number = rest.u16()?;
    put!(page, "\n\t      Address Family: ");
    match family::name(number) {
        Some(name) => put!(page, name),
        None => put!(page, "Unknown (", number, ")"),
    }
    put!(page, ", addresses");
    while number == family::IPV4 && rest.len() >= 4 {
        let address = rest.ipv4()?;
        put!(page, " ");
        page.host(address);
    }
    while number == family::IPV6 && rest.len() >= 16 {
        let address = rest.ipv6()?;
        put!(page, " ");
        page.host(address);
    }
    Ok(())
}

/// What is kept while a session is down (RFC 3479).
fn fault_tolerance(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let flags = rest.u16()?;
    let has = |bit: u16, without: &'static str| if flags & bit != 0 { "" } else { without };
    put!(page, "\n\t      Flags: [", has(0x8000, "No "), "Reconnect, ");
    put!(
        page,
        has(8, "Don't "),
        "Save State, ",
        has(4, "No "),
        "All-Label Protection, "
    );
    put!(
        page,
        if flags & 2 != 0 {
            "Sequence Numbered Label"
        } else {
            "All Labels"
        },
        " Checkpoint, "
    );
    put!(page, has(1, "Don't "), "Re-Learn State]");
    rest.skip(2)?;
    for what in [", Reconnect Timeout: ", ", Recovery Time: "] {
        match rest.u32()? {
            0 => {}
            time => put!(page, what, Zeros(time.into(), 1), "ms"),
        }
    }
    Ok(())
}

const FEC: u16 = 0x0100;
const ADDRESS_LIST: u16 = 0x0101;
const HOP_COUNT: u16 = 0x0103;
const PATH_VECTOR: u16 = 0x0104;
const GENERIC_LABEL: u16 = 0x0200;
const STATUS: u16 = 0x0300;
const HELLO: u16 = 0x0400;
const TRANSPORT4: u16 = 0x0401;
const SEQUENCE: u16 = 0x0402;
const TRANSPORT6: u16 = 0x0403;
const SESSION: u16 = 0x0500;
const FAULT_TOLERANCE: u16 = 0x0503;
/// Whether a speaker takes classes by their type alone (RFC 5918).
const WILDCARD: u16 = 0x050b;
const MTU: u16 = 0x0601;
/// Which family of addresses a session is preferred over (RFC 7552).
const DUAL_STACK: u16 = 0x0701;

const STATUSES: &[(u32, &str)] = &[
    (0x00, "Success"),
    (0x01, "Bad LDP Identifier"),
    (0x02, "Bad Protocol Version"),
    (0x03, "Bad PDU Length"),
    (0x04, "Unknown Message Type"),
    (0x05, "Bad Message Length"),
    (0x06, "Unknown TLV"),
    (0x07, "Bad TLV Length"),
    (0x08, "Malformed TLV Value"),
    (0x09, "Hold Timer Expired"),
    (0x0a, "Shutdown"),
    (0x0b, "Loop Detected"),
    (0x0c, "Unknown FEC"),
    (0x0d, "No Route"),
    (0x0e, "No Label Resources"),
    (0x0f, "Label Resources / Available"),
    (0x10, "Session Rejected / No Hello"),
    (0x11, "Session Rejected / Parameters Advertisement Mode"),
    (0x12, "Session Rejected / Parameters Max PDU Length"),
    (0x13, "Session Rejected / Parameters Label Range"),
    (0x14, "KeepAlive Timer Expired"),
    (0x15, "Label Request Aborted"),
    (0x16, "Missing Message Parameters"),
    (0x17, "Unsupported Address Family"),
    (0x18, "Session Rejected / Bad KeepAlive Time"),
    (0x19, "Internal Error"),
];

const PARAMETERS: &[(u16, &str)] = &[
    (FEC, "FEC"),
    (ADDRESS_LIST, "Address List"),
    (HOP_COUNT, "Hop Count"),
    (PATH_VECTOR, "Path Vector"),
    (GENERIC_LABEL, "Generic Label"),
    (0x0201, "ATM Label"),
    (0x0202, "Frame-Relay Label"),
    (STATUS, "Status"),
    (0x0301, "Extended Status"),
    (0x0302, "Returned PDU"),
    (0x0303, "Returned Message"),
    (HELLO, "Common Hello Parameters"),
    (TRANSPORT4, "IPv4 Transport Address"),
    (SEQUENCE, "Configuration Sequence Number"),
    (TRANSPORT6, "IPv6 Transport Address"),
    (SESSION, "Common Session Parameters"),
    (0x0501, "ATM Session Parameters"),
    (0x0502, "Frame-Relay Session Parameters"),
    (FAULT_TOLERANCE, "Fault-Tolerant Session Parameters"),
    (WILDCARD, "Typed Wildcard FEC Capability"),
    (0x0600, "Label Request Message ID"),
    (MTU, "MTU"),
    (DUAL_STACK, "Dual-Stack Capability"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::tlv;

    #[test]
    fn values_are_told() {
        assert_eq!(
            tlv(0x0101, &[0, 1, 192, 0, 2, 1]),
            "\n\t      Address Family: IPv4, addresses 192.0.2.1"
        );
        assert_eq!(tlv(0x0200, &[0, 0, 1, 0]), "\n\t      Label: 256");
        assert_eq!(
            tlv(0x0300, &[0x80, 0, 0, 9, 0, 0, 0, 3, 4, 0]),
            "\n\t      Status Code: Hold Timer Expired, Flags: [Fatal error and don't forward], causing Message ID: 0x00000003\
             , Message Type: Label Mapping"
        );
        assert_eq!(tlv(0x0200, &[0, 0]), " [tlv length 2 < 4] (invalid)");
        assert_eq!(
            tlv(0x0104, &[10, 0, 0, 1, 10, 0, 0, 2]),
            "\n\t      Path Vector: 10.0.0.1, 10.0.0.2"
        );
        assert_eq!(tlv(0x0201, &[1, 2]), "\n\t      0x0000:  0102");
    }
}
