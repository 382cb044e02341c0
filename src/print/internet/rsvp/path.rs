//! Which way the packets go and under which label (RFC 3209, RFC 3473, RFC 3476).

use super::names::{PAYLOADS, ROUTE_PARTS, UNI_PARTS, kind_name};
use super::object::put_number;
use super::{Fault, Told, room};
use crate::print::cursor::{Cursor, Stop};
use crate::print::link::ethertype;
use crate::print::page::Page;
use crate::print::registry::{family, gmpls};
use crate::print::text::{Hex4, name_of, put, put_bits};
use pnet_packet::ethernet::EtherType;

/// Prints a label, whoever suggests it.
pub(super) fn label(page: &mut Page<'_>, indent: &'static str, kind: u8, mut rest: Cursor<'_>) -> Told {
    match kind {
        1 => {
            while rest.len() >= 4 {
                put!(page, indent, "  Label: ", rest.u32()?);
            }
        }
        2 => {
            room(rest, 4)?;
            put!(page, indent, "  Generalized Label: ", rest.u32()?);
        }
        3 => {
            room(rest, 12)?;
            put!(page, indent, "  Waveband ID: ", rest.u32()?, indent);
            put!(
                page,
                "  Start Label: ",
                rest.u32()?,
                ", Stop Label: ",
                rest.u32()?
            );
        }
        _ => return Ok(true),
    }
    Ok(false)
}

/// Prints what kind of label is wanted.
pub(super) fn label_request(
    page: &mut Page<'_>,
    indent: &'static str,
    kind: u8,
    mut rest: Cursor<'_>,
) -> Told {
    match kind {
        1 => {
            while rest.len() >= 4 {
                carried(page, indent, &mut rest)?;
            }
        }
        2 => {
            room(rest, 12)?;
            carried(page, indent, &mut rest)?;
            let merges = rest.peek_u8(0)? & 0x80 == 0;
            put!(page, ",", if merges { "" } else { "no" }, " merge capability");
            for what in ["  Minimum VPI/VCI: ", "  Maximum VPI/VCI: "] {
                put!(page, indent, what, rest.u16()? & 0xfff, "/", rest.u16()? & 0xfff);
            }
        }
        3 => {
            room(rest, 12)?;
            carried(page, indent, &mut rest)?;
            let bits = match (rest.peek_u16(0)? >> 7) & 3 {
                0 => "10",
                2 => "23",
                _ => "",
            };
            let (least, most) = (rest.u32()? & 0x7f_ffff, rest.u32()? & 0x7f_ffff);
            put!(
                page,
                indent,
                "  Minimum/Maximum DLCI: ",
                least,
                "/",
                most,
                ", ",
                bits,
                " bit DLCI"
            );
        }
        4 => {
            room(rest, 4)?;
            let (encoding, switching, payload) = (rest.u8()?, rest.u8()?, rest.u16()?);
            let name = name_of(gmpls::ENCODINGS, encoding).unwrap_or("Unknown");
            put!(
                page,
                indent,
                "  LSP Encoding Type: ",
                name,
                " (",
                encoding,
                ")",
                indent
            );
            let name = name_of(gmpls::SWITCHING, switching).unwrap_or("Unknown");
            put!(
                page,
                "  Switching Type: ",
                name,
                " (",
                switching,
                "), Payload ID: "
            );
            let name = name_of(PAYLOADS, payload).unwrap_or("Unknown");
            put!(page, name, " (0x", Hex4(payload), ")");
        }
        _ => return Ok(true),
    }
    Ok(false)
}

/// The protocol that will be carried.
fn carried(page: &mut Page<'_>, indent: &'static str, rest: &mut Cursor<'_>) -> Result<(), Stop> {
    rest.skip(2)?;
    let kind = rest.u16()?;
    put!(page, indent, "  L3 Protocol ID: ");
    match ethertype::name(EtherType(kind)) {
        Some(name) => put!(page, name),
        None => put!(page, "Unknown Protocol (0x", Hex4(kind), ")"),
    }
    Ok(())
}

/// Prints a route, explicit or recorded.
pub(super) fn route(page: &mut Page<'_>, indent: &'static str, mut rest: Cursor<'_>) -> Told {
    while rest.len() >= 4 {
        let (first, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        let kind = first & 0x7f;
        put!(page, indent, "  Subobject Type: ");
        match name_of(ROUTE_PARTS, kind) {
            Some(name) => put!(page, name),
            None => put!(page, "Unknown ", kind),
        }
        put!(page, ", length ", length);
        if rest.len() < usize::from(length) {
            put!(page, indent, "  ERROR: ERO subobject length > object length");
            break;
        }
        if length == 0 {
            put!(page, indent, "  ERROR: zero length ERO subtype");
            break;
        }
        let mut part = rest.sub(length.into());
        match kind {
            IPV4 | LABEL if length != 8 => {
                put!(page, " ERROR: length != 8");
                return Err(Stop::Invalid.into());
            }
            IPV4 => {
                part.skip(2)?;
                let (address, prefix, flags) = (part.ipv4()?, part.u8()?, part.u8()?);
                if prefix != 32 {
                    put!(page, " ERROR: Prefix length ", prefix, " != 32");
                    return Err(Stop::Invalid.into());
                }
                put!(
                    page,
                    if first & 0x80 == 0 {
                        ", Strict, "
                    } else {
                        ", Loose, "
                    }
                );
                page.host(address);
                put!(page, "/", prefix, ", Flags: [");
                put_bits(page.out, HOP_FLAGS, flags.into(), ", ", "none");
                put!(page, "]");
            }
            LABEL => {
                part.skip(2)?;
                let (flags, kind) = (part.u8()?, part.u8()?);
                put!(page, ", Flags: [");
                put_bits(page.out, &[(1, "Global")], flags.into(), ", ", "none");
                put!(page, "] (");
                put_number(page, flags);
                put!(
                    page,
                    "), Class-Type: ",
                    kind_name(RECORD, kind),
                    " (",
                    kind,
                    "), ",
                    part.u32()?
                );
            }
            _ => {}
        }
    }
    Ok(false)
}

/// Prints which labels are acceptable.
pub(super) fn label_set(page: &mut Page<'_>, indent: &'static str, mut rest: Cursor<'_>) -> Told {
    room(rest, 4)?;
    let word = rest.u32()?;
    let [action, ..] = word.to_be_bytes();
    let name = name_of(SET_ACTIONS, action).unwrap_or("Unknown");
    put!(
        page,
        indent,
        "  Action: ",
        name,
        " (",
        action,
        "), Label type: ",
        word & 0x7f
    );
    if matches!(action, 2 | 3) {
        room(rest, 8)?;
        put!(
            page,
            indent,
            "  Start range: ",
            rest.u32()?,
            ", End range: ",
            rest.u32()?
        );
        return Ok(false);
    }
    let mut number = 1_u32;
    while rest.len() >= 4 {
        put!(page, indent, "  Subchannel #", number, ": ", rest.u32()?);
        number += 1;
    }
    Ok(false)
}

/// Prints the nodes that a detour goes round.
pub(super) fn detour(page: &mut Page<'_>, indent: &'static str, mut rest: Cursor<'_>) -> Told {
    while rest.len() >= 8 {
        put!(page, indent, "  PLR-ID: ");
        page.host(rest.ipv4()?);
        put!(page, ", Avoid-Node-ID: ");
        page.host(rest.ipv4()?);
    }
    Ok(false)
}

/// Prints what a client of an optical network asks for.
pub(super) fn user_interface(page: &mut Page<'_>, indent: &'static str, mut rest: Cursor<'_>) -> Told {
    room(rest, 4)?;
    let mut dump = false;
    while !rest.is_empty() {
        if rest.len() < 4 {
            return Err(Stop::Invalid.into());
        }
        let (length, kind, af) = (usize::from(rest.peek_u16(0)?), rest.peek_u8(2)?, rest.peek_u8(3)?);
        let name = name_of(UNI_PARTS, kind).unwrap_or("Unknown");
        put!(page, indent, "  Subobject Type: ", name, " (", kind, "), AF: ");
        let name = family::name(af.into()).unwrap_or("Unknown");
        put!(page, name, " (", af, "), length: ", length);
        if length < 4 || length > rest.len() {
            return Err(Stop::Invalid.into());
        }
        let mut part = rest.sub(length);
        part.skip(4)?;
        let enough = |count| {
            if length < count {
                Err(Fault::ShortPart)
            } else {
                Ok(())
            }
        };
        match (kind, u16::from(af)) {
            (1 | 2, family::IPV4) => {
                enough(8)?;
                put!(page, indent, "    UNI IPv4 TNA address: ");
                page.host(part.ipv4()?);
            }
            (1 | 2, family::IPV6) => {
                enough(20)?;
                put!(page, indent, "    UNI IPv6 TNA address: ");
                page.host(part.ipv6()?);
            }
            (1 | 2, family::NSAP) => dump = true,
            (1 | 2, _) => {}
            (3, _) => dump |= length > 4,
            (4, _) => {
                enough(16)?;
                let word = part.u32()?;
                put!(
                    page,
                    indent,
                    "    U-bit: ",
                    word >> 31,
                    ", Label type: ",
                    word & 0xff
                );
                put!(page, ", Logical port id: ", part.u32()?, ", Label: ", part.u32()?);
            }
            (5, _) => {
                enough(8)?;
                put!(page, indent, "    Service level: ", part.u8()?);
            }
            _ => dump = true,
        }
    }
    Ok(dump)
}

/// The class of a recorded route.
const RECORD: u8 = 21;
const IPV4: u8 = 1;
const LABEL: u8 = 3;

const HOP_FLAGS: &[(u32, &str)] = &[
    (1, "Local protection available"),
    (2, "Local protection in use"),
    (4, "Bandwidth protection"),
    (8, "Node protection"),
];

const SET_ACTIONS: &[(u8, &str)] = &[
    (0, "Inclusive list"),
    (1, "Exclusive list"),
    (2, "Inclusive range"),
    (3, "Exclusive range"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn a_route_has_hops_and_labels() {
        assert_eq!(
            told(21, 1, &[1, 8, 192, 0, 2, 1, 32, 3, 3, 8, 1, 1, 0, 0, 0, 16]),
            "IPv4 (1), length: 20\n\t    Subobject Type: IPv4 prefix, length 8, Strict, 192.0.2.1/32, \
             Flags: [Local protection available, Local protection in use]\
             \n\t    Subobject Type: Label, length 8, Flags: [Global] (0x1), Class-Type: IPv4 (1), 16"
        );
        assert!(
            told(20, 1, &[0x81, 8, 192, 0, 2, 1, 24, 0]).ends_with("ERROR: Prefix length 24 != 32 (invalid)")
        );
        assert!(told(20, 1, &[32, 0, 0, 0]).ends_with("\n\t    ERROR: zero length ERO subtype"));
    }

    #[test]
    fn labels_are_asked_for_and_given() {
        assert!(told(19, 1, &[0, 0, 8, 0]).ends_with("\n\t    L3 Protocol ID: IPv4"));
        assert!(told(19, 1, &[0, 0, 8, 1]).ends_with("\n\t    L3 Protocol ID: Unknown Protocol (0x0801)"));
        assert!(told(19, 4, &[5, 100, 0, 34]).ends_with(
            "\n\t    LSP Encoding Type: SDH ITU-T G.707/SONET ANSI T1.105 (5)\
             \n\t    Switching Type: Time-Division-Multiplex (100), Payload ID: SONET/SDH (0x0022)"
        ));
        assert!(told(16, 1, &[0, 0, 0, 3]).ends_with("Label (1), length: 8\n\t    Label: 3"));
        assert!(
            told(36, 1, &[0, 0, 0, 1, 0, 0, 0, 7])
                .ends_with("\n\t    Action: Inclusive list (0), Label type: 1\n\t    Subchannel #1: 7")
        );
        assert!(told(36, 1, &[2, 0, 0, 1, 0, 0, 0, 7]).ends_with("ERROR: object is too short"));
    }

    #[test]
    fn a_client_of_an_optical_network_has_parts() {
        assert!(
            told(229, 1, &[0, 8, 1, 1, 192, 0, 2, 1, 0, 8, 5, 0, 9, 0, 0, 0]).ends_with(
                "\n\t    Subobject Type: Source TNA address (1), AF: IPv4 (1), length: 8\
             \n\t      UNI IPv4 TNA address: 192.0.2.1\
             \n\t    Subobject Type: Service level (5), AF: Reserved (0), length: 8\n\t      Service level: 9"
            )
        );
        assert!(told(229, 1, &[0, 4, 1, 1]).ends_with("\n\t  ERROR: sub-object is too short"));
    }
}
