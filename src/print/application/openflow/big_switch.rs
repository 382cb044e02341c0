//! The messages and actions that Big Switch Networks adds to version 1.0.

use super::invalid;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, name_of, put};

/// Prints the body of a message behind the number of the vendor.
pub(super) fn message(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() < 4 {
        return invalid(page, rest);
    }
    let kind = rest.u32()?;
    put!(page, "\n\t subtype ");
    match name_of(MESSAGES, kind) {
        Some(name) => put!(page, name),
        None => put!(page, "unknown (0x", HexPad(kind.into(), 8), ")"),
    }
    let fits = match kind {
        0..=2 => rest.len() == 8,
        3..=5 | 8 | 17 => rest.len() == 4,
        6 => rest.len() >= 4,
        9 | 13 | 19 | 21 | 27 => rest.is_empty(),
        _ => true,
    };
    if !fits {
        return invalid(page, rest);
    }
    match kind {
        0..=2 => {
            put!(page, ", index ", rest.u8()?);
            rest.advance(3);
            if kind != 1 {
                let mask = rest.ipv4()?;
                put!(page, ", mask ");
                page.host(mask);
            }
        }
        3..=5 => {
            let on = rest.u8()?;
            put!(page, ", report_mirror_ports ");
            match on {
                0 => put!(page, "OFF"),
                1 => put!(page, "ON"),
                _ => put!(page, "bogus (", on, ")"),
            }
        }
        6 | 7 => {
            if kind == 6 {
                put!(page, ", service ", rest.u32()?);
            }
            put!(page, ", data '");
            let length = rest.len();
            page.text(&mut rest, length)?;
            put!(page, "'");
        }
        8 => put!(page, ", status 0x", HexPad(rest.u32()?.into(), 8)),
        17 => put!(page, ", vport_no ", rest.u32()?),
        _ => {}
    }
    rest.need(rest.len())
}

/// Prints an action behind the number of the vendor.
pub(super) fn action(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const TAG: u32 = 0x8100;
    if rest.len() < 4 {
        return invalid(page, rest);
    }
    let kind = rest.u32()?;
    put!(page, "\n\t  subtype ");
    match name_of(ACTIONS, kind) {
        Some(name) => put!(page, name),
        None => put!(page, "unknown (0x", HexPad(kind.into(), 8), ")"),
    }
    if kind == MIRROR {
        if rest.len() != 12 {
            return invalid(page, rest);
        }
        put!(page, ", dest_port ", rest.u32()?);
        let (kind, tag) = (u32::from(rest.peek_u16(0)?), rest.peek_u16(2)?);
        rest.skip(4)?;
        match kind {
            0 => put!(page, ", vlan_tag none"),
            TAG => {
                put!(page, ", vlan_tag 802.1Q (vlan ", tag & 0x0fff, ", p ", tag >> 13);
                put!(page, if tag & 0x1000 == 0 { ")" } else { ", DEI)" });
            }
            _ => put!(page, ", vlan_tag unknown (0x", HexPad(kind.into(), 4), ")"),
        }
        let stage = rest.u8()?;
        put!(page, ", copy_stage ");
        match stage {
            0 => put!(page, "INGRESS"),
            1 => put!(page, "EGRESS"),
            _ => put!(page, "unknown (", stage, ")"),
        }
    }
    rest.need(rest.len())
}

/// Its number among the vendors.
pub(super) const VENDOR: u32 = 0x005c_16c7;

const MIRROR: u32 = 1;

const ACTIONS: &[(u32, &str)] = &[(MIRROR, "MIRROR"), (2, "SET_TUNNEL_DST"), (4, "CHECKSUM")];

const MESSAGES: &[(u32, &str)] = &[
    (0, "SET_IP_MASK"),
    (1, "GET_IP_MASK_REQUEST"),
    (2, "GET_IP_MASK_REPLY"),
    (3, "SET_MIRRORING"),
    (4, "GET_MIRRORING_REQUEST"),
    (5, "GET_MIRRORING_REPLY"),
    (6, "SHELL_COMMAND"),
    (7, "SHELL_OUTPUT"),
    (8, "SHELL_STATUS"),
    (9, "GET_INTERFACES_REQUEST"),
    (10, "GET_INTERFACES_REPLY"),
    (11, "SET_PKTIN_SUPPRESSION_REQUEST"),
    (12, "SET_L2_TABLE_REQUEST"),
    (13, "GET_L2_TABLE_REQUEST"),
    (14, "GET_L2_TABLE_REPLY"),
    (15, "VIRTUAL_PORT_CREATE_REQUEST"),
    (16, "VIRTUAL_PORT_CREATE_REPLY"),
    (17, "VIRTUAL_PORT_REMOVE_REQUEST"),
    (18, "BW_ENABLE_SET_REQUEST"),
    (19, "BW_ENABLE_GET_REQUEST"),
    (20, "BW_ENABLE_GET_REPLY"),
    (21, "BW_CLEAR_DATA_REQUEST"),
    (22, "BW_CLEAR_DATA_REPLY"),
    (23, "BW_ENABLE_SET_REPLY"),
    (24, "SET_L2_TABLE_REPLY"),
    (25, "SET_PKTIN_SUPPRESSION_REPLY"),
    (26, "VIRTUAL_PORT_REMOVE_REPLY"),
    (27, "HYBRID_GET_REQUEST"),
    (28, "HYBRID_GET_REPLY"),
    (31, "PDU_TX_REQUEST"),
    (32, "PDU_TX_REPLY"),
    (33, "PDU_RX_REQUEST"),
    (34, "PDU_RX_REPLY"),
    (35, "PDU_RX_TIMEOUT"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn its_messages_have_arguments() {
        let told = |body: &[u8]| {
            let text = told(1, 1, 4, &[&super::VENDOR.to_be_bytes(), body].concat());
            let text = text.strip_prefix(", vendor 0x005c16c7 (Big Switch Networks)\n\t subtype ");
            text.unwrap().to_owned()
        };
        assert_eq!(
            told(&[0, 0, 0, 2, 1, 0, 0, 0, 255, 255, 0, 0]),
            "GET_IP_MASK_REPLY, index 1, mask 255.255.0.0"
        );
        assert_eq!(
            told(&[0, 0, 0, 3, 1, 0, 0, 0]),
            "SET_MIRRORING, report_mirror_ports ON"
        );
        assert_eq!(
            told(b"\0\0\0\x06\0\0\0\x01ls\x1b"),
            "SHELL_COMMAND, service 1, data 'ls^['"
        );
        assert_eq!(told(&[0, 0, 0, 9, 0]), "GET_INTERFACES_REQUEST (invalid)");
        assert_eq!(told(&[0, 0, 0, 99, 0]), "unknown (0x00000063)");
    }
}
