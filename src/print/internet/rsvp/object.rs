//! The objects of a message, and the smaller ones of them.

use super::names::{CLASSES, ERRORS, ERRORS_DIFFSERV, ERRORS_ROUTING, PROPERTIES, kind_name};
use super::{Fault, Told, flow, path, room, session};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::signature;
use crate::print::text::{Hex, Hex2, HexPad, HexRun, Significant, name_of, put, put_bits};

/// Prints all objects of a message; false if one of them ended it.
pub(super) fn print_all(
    page: &mut Page<'_>,
    indent: &'static str,
    message: Cursor<'_>,
    mut rest: Cursor<'_>,
) -> Shown<bool> {
    while rest.len() >= HEADER {
        match print(page, indent, message, rest) {
            Ok(length) => rest.advance(length),
            Err(Fault::Stop(stop)) => return Err(stop),
            Err(Fault::Short) => {
                put!(page, indent, "ERROR: object is too short");
                return Ok(false);
            }
            Err(Fault::ShortPart) => {
                put!(page, indent, "ERROR: sub-object is too short");
                return Ok(false);
            }
            Err(Fault::Told) => return Ok(false),
        }
    }
    Ok(true)
}

/// Prints an object and returns its length.
fn print(
    page: &mut Page<'_>,
    indent: &'static str,
    message: Cursor<'_>,
    object: Cursor<'_>,
) -> Result<usize, Fault> {
    object.need(HEADER)?;
    let length = usize::from(object.peek_u16(0)?);
    if !length.is_multiple_of(4) {
        put!(
            page,
            indent,
            "ERROR: object header size ",
            length,
            " not a multiple of 4"
        );
        return Err(Fault::Told);
    }
    if length < HEADER {
        put!(
            page,
            indent,
            "ERROR: object header too short ",
            length,
            " < ",
            HEADER
        );
        return Err(Fault::Told);
    }
    let (class, kind) = (object.peek_u8(2)?, object.peek_u8(3)?);
    let name = name_of(CLASSES, class).unwrap_or("Unknown");
    put!(page, indent, name, " Object (", class, ") Flags: [");
    put!(
        page,
        match class {
            0..0x80 => "reject",
            0x80..0xc0 => "ignore silently",
            0xc0.. => "ignore and forward",
        },
        " if unknown], Class-Type: "
    );
    put!(page, kind_name(class, kind), " (", kind, "), length: ", length);
    if length > object.len() {
        put!(page, indent, "ERROR: object goes past end of objects TLV");
        return Err(Fault::Told);
    }
    object.need(length)?;
    let value = object.limited(length).after(HEADER);
    let dump = if (class, kind) == (4, 1) {
        let digest = message.captured() - object.captured() + HEADER + DIGEST;
        integrity(page, indent, message, digest, value)?
    } else {
        contents(page, indent, class, kind, value)?
    };
    if dump || page.verbose(2) {
        page.hex("\n\t    ", value.bytes());
    }
    Ok(length)
}

/// Prints what an object holds.
fn contents(page: &mut Page<'_>, indent: &'static str, class: u8, kind: u8, value: Cursor<'_>) -> Told {
    match (class, kind) {
        (1, _) => session::session(page, indent, kind, value),
        (3, _) => hop(page, indent, kind, value),
        (5, 1) => {
            room(value, 4)?;
            put!(page, indent, "  Refresh Period: ", value.peek_u32(0)?, "ms");
            Ok(false)
        }
        (6, _) => error(page, indent, kind, value),
        (8, 1) => style(page, indent, value),
        (9 | 12 | 13, 2) => flow::print(page, indent, value),
        (10 | 11, _) => session::sender(page, indent, class == 11, kind, value),
        (15, 1 | 2) => host(page, indent, kind == 2, "Receiver Address: ", value),
        (16 | 34 | 35 | 129, _) => path::label(page, indent, kind, value),
        (19, _) => path::label_request(page, indent, kind, value),
        (20 | 21, 1) => path::route(page, indent, value),
        (22, 1 | 2) => {
            room(value, 8)?;
            put!(
                page,
                indent,
                "  Source Instance: 0x",
                HexPad(value.peek_u32(0)?.into(), 8)
            );
            put!(
                page,
                ", Destination Instance: 0x",
                HexPad(value.peek_u32(4)?.into(), 8)
            );
            Ok(false)
        }
        (23..=25, 1 | 2) => message_ids(page, indent, value),
        (36, 1) => path::label_set(page, indent, value),
        (50, 1 | 2) => {
            let is_v6 = kind == 2;
            room(value, if is_v6 { 16 } else { 4 })?;
            put!(page, indent, "  Sub-LSP destination address: ");
            page.next_host(&mut value.after(0), is_v6)?;
            Ok(false)
        }
        (63, 7) => path::detour(page, indent, value),
        (66 | 125, 1) => {
            room(value, 4)?;
            put!(page, indent, "  CT: ", value.peek_u32(0)? & 7);
            Ok(false)
        }
        (131, 1) => {
            room(value, 8)?;
            put!(page, indent, "  Restart  Time: ", value.peek_u32(0)?, "ms");
            put!(page, ", Recovery Time: ", value.peek_u32(4)?, "ms");
            Ok(false)
        }
        (134, 1) => capability(page, indent, value),
        (195, 1 | 2) => host(page, indent, kind == 2, "Notify Node Address: ", value),
        (196, 1) => {
            room(value, 4)?;
            put!(page, indent, "  Flags [");
            put_bits(page.out, STATUS, value.peek_u32(0)?, ", ", "none");
            put!(page, "]");
            Ok(false)
        }
        (204, 1) => properties(page, indent, value),
        (205, 1 | 7) => fast_reroute(page, indent, kind == 7, value),
        (207, 7) => session::attribute(page, indent, value),
        (229, 1) => path::user_interface(page, indent, value),
        // A type that is not known of a class that is.
        (4 | 5 | 8 | 9 | 12 | 13 | 15 | 20..=25 | 36 | 50 | 63 | 66 | 125, _)
        | (131 | 134 | 195 | 196 | 204 | 205 | 207 | 229, _) => Ok(true),
        _ => {
            // From -vv on the bytes are shown anyway.
            if !page.verbose(2) {
                page.hex("\n\t    ", value.bytes());
            }
            Ok(false)
        }
    }
}

fn host(page: &mut Page<'_>, indent: &'static str, is_v6: bool, what: &str, value: Cursor<'_>) -> Told {
    room(value, if is_v6 { 16 } else { 4 })?;
    put!(page, indent, if is_v6 { "  IPv6 " } else { "  IPv4 " }, what);
    page.next_host(&mut value.after(0), is_v6)?;
    Ok(false)
}

fn hop(page: &mut Page<'_>, indent: &'static str, kind: u8, mut rest: Cursor<'_>) -> Told {
    let is_v6 = match kind {
        1 | 3 => false,
        2 | 4 => true,
        _ => return Ok(true),
    };
    room(rest, if is_v6 { 20 } else { 8 })?;
    put!(page, indent, "  Previous/Next Interface: ");
    page.next_host(&mut rest, is_v6)?;
    put!(
        page,
        ", Logical Interface Handle: 0x",
        HexPad(rest.u32()?.into(), 8)
    );
    // What may follow has no printer.
    Ok(is_v6 || !rest.is_empty())
}

/// Prints the signature of the message, whose digest is `digest` bytes into it (RFC 2747).
fn integrity(
    page: &mut Page<'_>,
    indent: &'static str,
    message: Cursor<'_>,
    digest: usize,
    mut rest: Cursor<'_>,
) -> Told {
    room(rest, 32)?;
    let flags = rest.u8()?;
    rest.skip(1)?;
    put!(page, indent, "  Key-ID 0x", HexRun(rest.take(6)?));
    put!(page, ", Sequence 0x", HexPad(rest.u64()?, 16), ", Flags [");
    put_bits(page.out, &[(0x80, "Handshake")], flags.into(), ", ", "none");
    put!(page, "]", indent, "  MD5-sum 0x", HexRun(rest.take(16)?), " ");
    // The sum over the message is made last, and over the digest.
    signature::print(page, message, digest, &[CHECKSUM]);
    Ok(false)
}

fn error(page: &mut Page<'_>, indent: &'static str, kind: u8, mut rest: Cursor<'_>) -> Told {
    let is_v6 = match kind {
        1 | 3 => false,
        2 | 4 => true,
        _ => return Ok(true),
    };
    room(rest, if is_v6 { 20 } else { 8 })?;
    put!(page, indent, "  Error Node Address: ");
    page.next_host(&mut rest, is_v6)?;
    let (flags, code, value) = (rest.u8()?, rest.u8()?, rest.u16()?);
    put!(page, ", Flags: [0x", Hex2(flags), "]", indent);
    let name = name_of(ERRORS, code).unwrap_or("unknown");
    put!(page, "  Error Code: ", name, " (", code, ")");
    let values = match code {
        24 => ERRORS_ROUTING,
        28 | 125 if !is_v6 => ERRORS_DIFFSERV,
        _ => {
            if !is_v6 {
                put!(page, ", Unknown Error Value (", value, ")");
            }
            return Ok(false);
        }
    };
    let name = name_of(values, value).unwrap_or("unknown");
    put!(page, ", Error Value: ", name, " (", value, ")");
    Ok(false)
}

fn style(page: &mut Page<'_>, indent: &'static str, value: Cursor<'_>) -> Told {
    room(value, 4)?;
    let style = value.peek_u32(0)?;
    let [flags, ..] = style.to_be_bytes();
    let name = name_of(STYLES, style & 0x00ff_ffff).unwrap_or("Unknown");
    put!(
        page,
        indent,
        "  Reservation Style: ",
        name,
        ", Flags: [0x",
        Hex2(flags),
        "]"
    );
    Ok(false)
}

fn message_ids(page: &mut Page<'_>, indent: &'static str, mut rest: Cursor<'_>) -> Told {
    room(rest, 4)?;
    put!(
        page,
        indent,
        "  Flags [0x",
        Hex2(rest.u8()?),
        "], epoch: ",
        rest.u24()?
    );
    while rest.len() >= 4 {
        let id = rest.u32()?;
        put!(
            page,
            indent,
            "    Message-ID 0x",
            HexPad(id.into(), 8),
            " (",
            id,
            ")"
        );
    }
    Ok(false)
}

fn capability(page: &mut Page<'_>, indent: &'static str, value: Cursor<'_>) -> Told {
    const KNOWN: u32 = 7;
    room(value, 4)?;
    let flags = value.peek_u32(0)?;
    if flags & !KNOWN != 0 {
        put!(
            page,
            indent,
            "  [reserved=0x",
            HexPad((flags & !KNOWN).into(), 8),
            " must be zero]"
        );
    }
    put!(page, indent, "  Flags: [");
    put_bits(page.out, RECOVERY, flags & KNOWN, ", ", "none");
    put!(page, "]");
    Ok(false)
}

fn properties(page: &mut Page<'_>, indent: &'static str, mut rest: Cursor<'_>) -> Told {
    room(rest, 4)?;
    put!(page, indent, "  TLV count: ", rest.u16()?);
    let padding = usize::from(rest.u16()?);
    put!(page, ", padding bytes: ", padding);
    while rest.len() >= 2 + padding {
        let (kind, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        let name = name_of(PROPERTIES, kind).unwrap_or("unknown");
        put!(
            page,
            indent,
            "    ",
            name,
            " TLV (0x",
            Hex2(kind),
            "), length: ",
            length
        );
        let length = usize::from(length);
        room(rest, length)?;
        if length < 2 {
            put!(page, indent, "ERROR: property TLV is too short");
            return Err(Fault::Told);
        }
        page.hex("\n\t\t", rest.sub(length).after(2).bytes());
    }
    Ok(false)
}

fn fast_reroute(page: &mut Page<'_>, indent: &'static str, old: bool, mut rest: Cursor<'_>) -> Told {
    room(rest, if old { 16 } else { 20 })?;
    put!(
        page,
        indent,
        "  Setup Priority: ",
        rest.u8()?,
        ", Holding Priority: ",
        rest.u8()?
    );
    put!(page, ", Hop-limit: ", rest.u8()?);
    rest.skip(1)?;
    let bandwidth = f32::from_bits(rest.u32()?) * 8.0 / 1e6;
    put!(
        page,
        ", Bandwidth: ",
        Significant(bandwidth.into()),
        " Mbps",
        indent
    );
    let names: &[&str] = if old {
        &["  Include Colors: 0x", ", Exclude Colors: 0x"]
    } else {
        &["  Include-any: 0x", ", Exclude-any: 0x", ", Include-all: 0x"]
    };
    for &name in names {
        put!(page, name, HexPad(rest.u32()?.into(), 8));
    }
    Ok(false)
}

/// A number as `%#x`: zero has no prefix.
pub(super) fn put_number(page: &mut Page<'_>, number: u8) {
    put!(page, if number == 0 { "" } else { "0x" }, Hex(number.into()));
}

const HEADER: usize = 4;
/// Where the checksum is in a message.
const CHECKSUM: std::ops::Range<usize> = 2..4;
/// Where the digest is in an integrity object.
const DIGEST: usize = 16;

const STYLES: &[(u32, &str)] = &[
    (17, "Wildcard Filter"),
    (10, "Fixed Filter"),
    (18, "Shared Explicit"),
];

const STATUS: &[(u32, &str)] = &[
    (0x8000_0000, "Reflect"),
    (4, "Testing"),
    (2, "Admin-down"),
    (1, "Delete-in-progress"),
];

const RECOVERY: &[(u32, &str)] = &[
    (4, "RecoveryPath Transmit Enabled"),
    (2, "RecoveryPath Desired"),
    (1, "RecoveryPath Srefresh Capable"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn errors_have_codes_and_values() {
        assert_eq!(
            told(6, 1, &[192, 0, 2, 1, 1, 24, 0, 2]),
            "IPv4 (1), length: 12\n\t    Error Node Address: 192.0.2.1, Flags: [0x01]\
             \n\t    Error Code: Routing Problem (24), Error Value: Bad strict node (2)"
        );
        assert!(told(6, 1, &[192, 0, 2, 1, 0, 25, 0, 2]).ends_with(", Unknown Error Value (2)"));
        assert!(told(6, 1, &[192, 0, 2, 1]).ends_with("\n\t  ERROR: object is too short"));
    }

    #[test]
    fn what_follows_a_hop_is_shown_as_bytes() {
        let hop = [192, 0, 2, 1, 0, 0, 0, 1];
        assert!(told(3, 1, &hop).ends_with("Interface: 192.0.2.1, Logical Interface Handle: 0x00000001"));
        assert!(
            told(3, 3, &[&hop[..], &[0, 1, 0, 4]].concat())
                .ends_with("0x0000:  c000 0201 0000 0001 0001 0004")
        );
    }

    #[test]
    fn objects_without_a_printer_are_bytes() {
        assert_eq!(
            told(37, 1, &[1, 2, 3, 4]),
            "Unknown (1), length: 8\n\t    0x0000:  0102 0304"
        );
        assert_eq!(
            told(22, 9, &[1, 2, 3, 4]),
            "Unknown (9), length: 8\n\t    0x0000:  0102 0304"
        );
    }

    #[test]
    fn flags_are_named() {
        assert!(told(196, 1, &[0x80, 0, 0, 2]).ends_with("\n\t    Flags [Reflect, Admin-down]"));
        assert!(told(134, 1, &[0, 0, 0, 9]).ends_with(
            "\n\t    [reserved=0x00000008 must be zero]\n\t    Flags: [RecoveryPath Srefresh Capable]"
        ));
        assert!(told(8, 1, &[1, 0, 0, 10]).ends_with("Style: Fixed Filter, Flags: [0x01]"));
    }

    #[test]
    fn a_backup_path_has_bandwidth() {
        let body = [
            7, 0, 6, 0, 0x47, 0x74, 0x24, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,
        ];
        assert!(told(205, 1, &body).ends_with(
            "\n\t    Setup Priority: 7, Holding Priority: 0, Hop-limit: 6, Bandwidth: 0.5 Mbps\
             \n\t    Include-any: 0x00000001, Exclude-any: 0x00000002, Include-all: 0x00000003"
        ));
        assert!(told(205, 7, &body[..16]).ends_with("Exclude Colors: 0x00000002"));
    }

    #[test]
    fn ids_go_on_to_the_end_of_their_list() {
        assert!(told(25, 1, &[1, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 20]).ends_with(
            "\n\t    Flags [0x01], epoch: 9\n\t      Message-ID 0x00000001 (1)\n\t      Message-ID 0x00000014 (20)"
        ));
    }
}
