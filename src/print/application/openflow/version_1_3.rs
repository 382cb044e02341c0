//! The messages of version 1.3.

use super::Takes::{self, AtLeast, Exactly};
use super::errors::{self, ERRORS_1_3};
use super::ports::{self, CONFIGURATION_WIDE, CONFIGURATION_WIDE_KNOWN, FEATURES_WIDE, put_wide_port};
use super::version_1_0::{CHANGES, FRAGMENTS};
use super::{data, invalid, put_bitmap, put_valid, put_vendor, put_word};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex4, HexPad, Mac, name_of, put};

/// Prints the body of a message, whose length fits its kind.
pub(super) fn print(page: &mut Page<'_>, kind: u8, body: Cursor<'_>) -> Shown {
    let mut rest = body;
    match kind {
        0 => return hello(page, body),
        1 => return errors::print(page, ERRORS_1_3, body),
        2 | 3 => return data(page, body),
        4 => {
            let experimenter = rest.u32()?;
            put!(page, "\n\t experimenter ");
            put_vendor(page, experimenter);
            put!(page, ", exp_type 0x", HexPad(rest.u32()?.into(), 8));
            return data(page, rest);
        }
        6 => {
            put!(page, "\n\t dpid 0x", HexPad(rest.u64()?, 16));
            put!(page, ", n_buffers ", rest.u32()?);
            put!(page, ", n_tables ", rest.u8()?);
            put!(page, ", auxiliary_id ", rest.u8()?);
            rest.advance(2);
            put_word(page, "\n\t capabilities 0x", &mut rest, CAPABILITIES, 0x16f)?;
        }
        8 | 9 => {
            let flags = rest.u16()?;
            put!(page, "\n\t flags ");
            put_valid(page, FRAGMENTS, flags);
            let length = rest.u16()?;
            put!(page, ", miss_send_len ");
            match length {
                0xffe5 => put!(page, "MAX"),
                0xffff => put!(page, "NO_BUFFER"),
                _ => put!(page, length),
            }
        }
        12 => {
            let reason = rest.u8()?;
            put!(page, "\n\t reason ");
            match name_of(CHANGES, reason) {
                Some(name) => put!(page, name),
                None => put!(page, "invalid (0x02x)"),
            }
            rest.advance(7);
            return ports::print_wide(page, rest);
        }
        16 => port(page, &mut rest)?,
        17 => {
            let table = rest.u8()?;
            put!(page, "\n\t table_id ");
            match table {
                0xfe => put!(page, "MAX"),
                0xff => put!(page, "ALL"),
                _ => put!(page, table),
            }
            rest.advance(3);
            put!(page, ", config 0x", HexPad(rest.u32()?.into(), 8));
        }
        22 => {
            let port = rest.u32()?;
            put!(page, "\n\t port ");
            put_wide_port(page, port);
        }
        24 | 25 => {
            let role = rest.u32()?;
            put!(page, "\n\t role ");
            match name_of(ROLES, role) {
                Some(name) => put!(page, name),
                None => put!(page, "invalid (0x", HexPad(role.into(), 8), ")"),
            }
            rest.advance(4);
            put!(page, ", generation_id 0x", HexPad(rest.u64()?, 16));
        }
        27 | 28 => {
            for (what, names) in MASKS {
                put_word(page, what, &mut rest, names, 7)?;
            }
        }
        _ => {}
    }
    rest.need(rest.len())
}

fn port(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let port = rest.u32()?;
    put!(page, "\n\t port_no ");
    put_wide_port(page, port);
    rest.advance(4);
    put!(page, ", hw_addr ", Mac(rest.take(6)?));
    rest.advance(2);
    put_word(
        page,
        "\n\t  config 0x",
        rest,
        CONFIGURATION_WIDE,
        CONFIGURATION_WIDE_KNOWN,
    )?;
    put_word(
        page,
        "\n\t  mask 0x",
        rest,
        CONFIGURATION_WIDE,
        CONFIGURATION_WIDE_KNOWN,
    )?;
    put_word(page, "\n\t  advertise 0x", rest, FEATURES_WIDE, 0xffff)
}

/// The elements of a greeting, which tell the versions that are spoken.
fn hello(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const HEADER: usize = 4;
    while !rest.is_empty() {
        if rest.len() < HEADER {
            return invalid(page, rest);
        }
        let kind = rest.u16()?;
        put!(page, "\n\t type ");
        match kind {
            1 => put!(page, "VERSIONBITMAP"),
            _ => put!(page, "unknown (0x", Hex4(kind), ")"),
        }
        let length = usize::from(rest.u16()?);
        put!(page, ", length ", length);
        if length < HEADER || length > HEADER + rest.len() {
            return invalid(page, rest);
        }
        let length = length - HEADER;
        if kind == 1 && length == 4 {
            let versions = rest.peek_u32(0)?;
            put!(page, ", bitmap 0x", HexPad(versions.into(), 8));
            put_bitmap(page, VERSIONS, versions, 0x3f);
        } else if kind == 1 {
            put!(page, " (bogus)");
        }
        rest.skip(length)?;
    }
    Ok(())
}

/// The messages by their numbers, and how long their bodies are.
pub(super) const MESSAGES: &[(&str, Takes)] = &[
    ("HELLO", Takes::Any),
    ("ERROR", AtLeast(4)),
    ("ECHO_REQUEST", Takes::Any),
    ("ECHO_REPLY", Takes::Any),
    ("EXPERIMENTER", AtLeast(8)),
    ("FEATURES_REQUEST", Exactly(0)),
    ("FEATURES_REPLY", Exactly(24)),
    ("GET_CONFIG_REQUEST", Exactly(0)),
    ("GET_CONFIG_REPLY", Exactly(4)),
    ("SET_CONFIG", Exactly(4)),
    ("PACKET_IN", Takes::Any),
    ("FLOW_REMOVED", Takes::Any),
    ("PORT_STATUS", Exactly(72)),
    ("PACKET_OUT", Takes::Any),
    ("FLOW_MOD", Takes::Any),
    ("GROUP_MOD", Takes::Any),
    ("PORT_MOD", Exactly(32)),
    ("TABLE_MOD", Exactly(8)),
    ("MULTIPART_REQUEST", Takes::Any),
    ("MULTIPART_REPLY", Takes::Any),
    ("BARRIER_REQUEST", Exactly(0)),
    ("BARRIER_REPLY", Exactly(0)),
    ("QUEUE_GET_CONFIG_REQUEST", Exactly(8)),
    ("QUEUE_GET_CONFIG_REPLY", Takes::Any),
    ("ROLE_REQUEST", Exactly(16)),
    ("ROLE_REPLY", Exactly(16)),
    ("GET_ASYNC_REQUEST", Exactly(0)),
    ("GET_ASYNC_REPLY", Exactly(24)),
    ("SET_ASYNC", Exactly(24)),
    ("METER_MOD", Takes::Any),
];

const CAPABILITIES: &[(u32, &str)] = &[
    (0x001, "FLOW_STATS"),
    (0x002, "TABLE_STATS"),
    (0x004, "PORT_STATS"),
    (0x008, "GROUP_STATS"),
    (0x020, "IP_REASM"),
    (0x040, "QUEUE_STATS"),
    (0x100, "PORT_BLOCKED"),
];

const VERSIONS: &[(u32, &str)] = &[
    (0x01, "1.0"),
    (0x02, "1.1"),
    (0x04, "1.2"),
    (0x08, "1.3"),
    (0x10, "1.4"),
    (0x20, "1.5"),
];

const ROLES: &[(u32, &str)] = &[(0, "NOCHANGE"), (1, "EQUAL"), (2, "MASTER"), (3, "SLAVE")];

/// What a controller wants to be told, in its role as master or equal, and as slave.
const MASKS: [(&str, &[(u32, &str)]); 6] = [
    ("\n\t packet_in_mask[EM] 0x", ARRIVALS),
    ("\n\t packet_in_mask[S] 0x", ARRIVALS),
    ("\n\t port_status_mask[EM] 0x", PORT_CHANGES),
    ("\n\t port_status_mask[S] 0x", PORT_CHANGES),
    ("\n\t flow_removed_mask[EM] 0x", PORT_CHANGES),
    ("\n\t flow_removed_mask[S] 0x", PORT_CHANGES),
];

const ARRIVALS: &[(u32, &str)] = &[(1, "NO_MATCH"), (2, "ACTION"), (4, "INVALID_TTL")];
const PORT_CHANGES: &[(u32, &str)] = &[(1, "ADD"), (2, "DELETE"), (4, "MODIFY")];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn a_greeting_tells_versions() {
        assert_eq!(
            told(1, 4, 0, &[0, 1, 0, 8, 0, 0, 0, 0x52]),
            "\n\t type VERSIONBITMAP, length 8, bitmap 0x00000052 (1.1, 1.4) (bogus)"
        );
        assert_eq!(
            told(1, 4, 0, &[0, 2, 0, 9, 0, 0]),
            "\n\t type unknown (0x0002), length 9 (invalid)"
        );
    }

    #[test]
    fn messages_of_one_length() {
        let role = [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7];
        assert_eq!(
            told(1, 4, 24, &role),
            "\n\t role MASTER, generation_id 0x0000000000000007"
        );
        assert_eq!(
            told(1, 4, 17, &[255, 0, 0, 0, 0, 0, 0, 3]),
            "\n\t table_id ALL, config 0x00000003"
        );
        assert_eq!(told(1, 4, 22, &[255, 255, 255, 255, 0, 0, 0, 0]), "\n\t port ANY");
        assert_eq!(
            told(1, 4, 9, &[0, 1, 255, 255]),
            "\n\t flags FRAG_DROP, miss_send_len NO_BUFFER"
        );
        assert!(told(1, 4, 28, &[0; 24]).ends_with("\n\t flow_removed_mask[S] 0x00000000"));
    }

    #[test]
    fn errors_have_codes_of_their_type() {
        assert_eq!(
            told(1, 4, 1, &[0, 11, 0, 2, 9]),
            "\n\t type ROLE_REQUEST_FAILED, code BAD_ROLE\n\t data (1 octets)"
        );
        assert_eq!(
            told(1, 4, 1, &[255, 255, 0, 2]),
            "\n\t type EXPERIMENTER, code invalid (0x0002)"
        );
        assert_eq!(
            told(1, 1, 1, &[0, 3, 0, 9]),
            "\n\t type FLOW_MOD_FAILED, code invalid (0x0009)"
        );
    }
}
