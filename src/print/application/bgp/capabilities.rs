//! The capabilities of a speaker (RFC 5492).

use super::as_number::put_as;
use super::{Told, unknown};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::family;
use crate::print::text::{Hex2, name_of, put, put_bits};

/// Prints the capabilities of one optional parameter.
pub(super) fn print(page: &mut Page<'_>, area: Cursor<'_>) -> Told {
    let mut rest = area;
    page.list("capabilities");
    while !rest.is_empty() {
        if !rest.has(2) {
            page.truncated();
            return Ok(());
        }
        let (kind, length) = (rest.u8()?, usize::from(rest.u8()?));
        let name = name_of(CAPABILITIES, kind).unwrap_or("Unknown");
        put!(page, "\n\t      ", name, " (", kind, "), length: ", length);
        if !rest.has(length) {
            page.truncated();
            return Ok(());
        }
        let value = rest.claiming(length);
        if length < least(kind) {
            put!(page, " (too short, < ", least(kind), ")");
            return Ok(());
        }
        if kind == BGPSEC && length != 3 {
            put!(page, " [", length, " != 3]");
            return Ok(());
        }
        capability(page, kind, value)?;
        if page.verbose(2) && length > 0 {
            unknown(page, "\n\t\t", value);
        }
        rest.advance(length);
    }
    Ok(())
}

/// How many bytes the value has at least.
fn least(kind: u8) -> usize {
    match kind {
        MULTIPROTOCOL | FOUR_BYTE_AS => 4,
        GRACEFUL_RESTART => 2,
        ROLE => 1,
        _ => 0,
    }
}

fn capability(page: &mut Page<'_>, kind: u8, mut value: Cursor<'_>) -> Shown {
    match kind {
        MULTIPROTOCOL => {
            let (afi, safi) = (value.u16()?, value.peek_u8(1)?);
            families(page, "\n\t\t", afi, safi);
        }
        BGPSEC => bgpsec(page, value)?,
        MULTIPLE_LABELS => {
            while value.len() >= 4 {
                families(page, "\n\t\t", value.u16()?, value.u8()?);
                put!(page, ", Count: ", value.u8()?);
            }
        }
        GRACEFUL_RESTART => graceful_restart(page, value)?,
        ROLE => {
            let role = value.u8()?;
            let name = name_of(ROLES, role).unwrap_or("Unassigned");
            put!(page, "\n\t\tRole name ", name, " (", role, ")");
        }
        ROUTE_REFRESH | LONG_LIVED | ROUTE_REFRESH_OLD | EXTENDED_MESSAGE | ENHANCED_REFRESH => {}
        FOUR_BYTE_AS => {
            put!(page, "\n\t\t 4 Byte AS ");
            put_as(page, value.u32()?);
        }
        ADD_PATH => add_path(page, value)?,
        _ => {
            put!(page, "\n\t\tno decoder for Capability ", kind);
            if !page.verbose(2) {
                unknown(page, "\n\t\t", value);
            }
        }
    }
    Ok(())
}

/// `AFI IPv4 (1), SAFI Unicast (1)`.
pub(super) fn families(page: &mut Page<'_>, before: &str, afi: u16, safi: u8) {
    let name = family::name(afi).unwrap_or("Unknown");
    put!(page, before, "AFI ", name, " (", afi, "), SAFI ");
    let name = family::subsequent(safi).unwrap_or("Unknown");
    put!(page, name, " (", safi, ")");
}

fn bgpsec(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let (first, afi) = (value.u8()?, value.u16()?);
    let sends = first & 8 != 0;
    put!(page, "\n\t\tVersion ", first & 0xf0, ", Direction ");
    put!(page, if sends { "Send (1)" } else { "Receive (0)" }, ", AFI ");
    // The family's number is looked at bit by bit here.
    for (index, name) in family::by_bits(afi).enumerate() {
        put!(page, if index > 0 { ", " } else { "" }, name);
    }
    put!(page, " (", afi, ")");
    Ok(())
}

fn graceful_restart(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let first = value.u16()?;
    put!(page, "\n\t\tRestart Flags: [");
    put_bits(page.out, RESTART_FLAGS, (first >> 12).into(), ", ", "none");
    put!(page, "], Restart Time ", first & 0x0fff, "s");
    while value.len() >= 4 {
        families(page, "\n\t\t  ", value.u16()?, value.u8()?);
        let preserved = value.u8()? & 0x80 != 0;
        put!(page, ", Forwarding state preserved: ");
        put!(page, if preserved { "yes" } else { "no" });
    }
    Ok(())
}

fn add_path(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    if value.is_empty() {
        put!(page, " (bogus)");
    }
    while !value.is_empty() {
        if value.len() < 4 {
            page.invalid();
            break;
        }
        families(page, "\n\t\t", value.u16()?, value.u8()?);
        put!(page, ", Send/Receive: ");
        let direction = value.u8()?;
        match name_of(&[(1, "Receive"), (2, "Send"), (3, "Both")], direction) {
            Some(name) => put!(page, name),
            None => put!(page, "Bogus (0x", Hex2(direction), ")"),
        }
    }
    Ok(())
}

const MULTIPROTOCOL: u8 = 1;
const ROUTE_REFRESH: u8 = 2;
const EXTENDED_MESSAGE: u8 = 6;
const BGPSEC: u8 = 7;
const MULTIPLE_LABELS: u8 = 8;
const ROLE: u8 = 9;
const GRACEFUL_RESTART: u8 = 64;
const FOUR_BYTE_AS: u8 = 65;
const ADD_PATH: u8 = 69;
const ENHANCED_REFRESH: u8 = 70;
const LONG_LIVED: u8 = 71;
const ROUTE_REFRESH_OLD: u8 = 128;

const CAPABILITIES: &[(u8, &str)] = &[
    (MULTIPROTOCOL, "Multiprotocol Extensions"),
    (ROUTE_REFRESH, "Route Refresh"),
    (3, "Cooperative Route Filtering"),
    (4, "Multiple Routes to a Destination"),
    (5, "Extended Next Hop Encoding"),
    (EXTENDED_MESSAGE, "BGP Extended Message"),
    (BGPSEC, "BGPsec"),
    (MULTIPLE_LABELS, "Multiple Labels"),
    (GRACEFUL_RESTART, "Graceful Restart"),
    (FOUR_BYTE_AS, "32-Bit AS Number"),
    (67, "Dynamic Capability"),
    (68, "Multisession BGP"),
    (ADD_PATH, "Multiple Paths"),
    (ENHANCED_REFRESH, "Enhanced Route Refresh"),
    (LONG_LIVED, "Long-lived Graceful Restart"),
    (ROUTE_REFRESH_OLD, "Route Refresh (Cisco)"),
    (ROLE, "Role Capability"),
];

const RESTART_FLAGS: &[(u32, &str)] = &[(8, "R"), (4, "N")];

const ROLES: &[(u8, &str)] = &[
    (0, "Provider"),
    (1, "RS"),
    (2, "RS-Client"),
    (3, "Customer"),
    (4, "Peer"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::{message, text};

    fn told(capability: &[u8]) -> String {
        let length = u8::try_from(capability.len()).unwrap();
        let mut open = vec![4, 0, 1, 0, 9, 1, 1, 1, 1, length + 2, 2, length];
        open.extend_from_slice(capability);
        let text = text(1, &message(1, &open));
        text.split_once("\n\t      ").unwrap().1.to_owned()
    }

    #[test]
    fn values_are_told() {
        assert_eq!(
            told(&[64, 6, 0x80, 120, 0, 2, 1, 0x80]),
            "Graceful Restart (64), length: 6\n\t\tRestart Flags: [R], Restart Time 120s\
             \n\t\t  AFI IPv6 (2), SAFI Unicast (1), Forwarding state preserved: yes"
        );
        assert_eq!(
            told(&[69, 4, 0, 1, 4, 7]),
            "Multiple Paths (69), length: 4\
             \n\t\tAFI IPv4 (1), SAFI labeled Unicast (4), Send/Receive: Bogus (0x07)"
        );
        assert_eq!(
            told(&[7, 3, 0x18, 0, 1]),
            "BGPsec (7), length: 3\n\t\tVersion 16, Direction Send (1), AFI Reserved, IPv4 (1)"
        );
        assert_eq!(
            told(&[9, 1, 9]),
            "Role Capability (9), length: 1\n\t\tRole name Unassigned (9)"
        );
    }

    #[test]
    fn a_value_that_is_too_short_ends_the_list() {
        assert_eq!(
            told(&[64, 1, 0, 2, 0]),
            "Graceful Restart (64), length: 1 (too short, < 2)"
        );
        assert_eq!(told(&[7, 1, 0, 2, 0]), "BGPsec (7), length: 1 [1 != 3]");
        assert_eq!(
            told(&[200, 1, 0xab]),
            "Unknown (200), length: 1\n\t\tno decoder for Capability 200\n\t\t0x0000:  ab"
        );
    }
}
