//! What packets a flow takes and what is done with them, in version 1.0.

use super::ports::put_port;
use super::{big_switch, data, invalid, put_valid, put_vendor};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, HexPad, Mac, put};

/// Prints a match, of which only the fields are shown that are not wildcards.
pub(super) fn matching(page: &mut Page<'_>, before: &str, rest: &mut Cursor<'_>) -> Shown {
    const ARP: u16 = 0x0806;
    const IPV4: u16 = 0x0800;
    const ICMP: u8 = 1;
    let wildcards = rest.u32()?;
    let given = |bit: u32| wildcards >> bit & 1 == 0;
    if wildcards >> 22 != 0 {
        put!(
            page,
            before,
            "wildcards 0x",
            HexPad(wildcards.into(), 8),
            " (bogus)"
        );
    }
    if given(0) {
        let port = rest.peek_u16(0)?;
        put!(page, before, "match in_port ");
        put_port(page, port);
    }
    rest.advance(2);
    for (bit, what) in [(2, "match dl_src "), (3, "match dl_dst ")] {
        if given(bit) {
            put!(page, before, what, Mac(rest.after(0).take(6)?));
        }
        rest.advance(6);
    }
    if given(1) {
        let vlan = rest.peek_u16(0)?;
        put!(page, before, "match dl_vlan ");
        put_vlan(page, vlan);
    }
    rest.advance(2);
    if given(20) {
        let priority = rest.peek_u8(0)?;
        put!(page, before, "match dl_vlan_pcp ");
        put_priority(page, priority);
    }
    rest.advance(2);
    let ether_type = rest.u16()?;
    if given(4) {
        put!(page, before, "match dl_type 0x", Hex4(ether_type));
    }
    if given(21) {
        put!(page, before, "match nw_tos 0x", Hex2(rest.peek_u8(0)?));
    }
    rest.advance(1);
    let protocol = rest.u8()?;
    if given(5) {
        let is_arp = given(4) && ether_type == ARP;
        put!(
            page,
            before,
            if is_arp {
                "match arp_opcode "
            } else {
                "match nw_proto "
            },
            protocol
        );
    }
    rest.advance(2);
    for (bit, what) in [(8, "match nw_src "), (14, "match nw_dst ")] {
        let ignored = wildcards >> bit & 0x3f;
        if ignored < 32 {
            let address = rest.peek_ipv4()?;
            put!(page, before, what);
            page.host(address);
            put!(page, "/", 32 - ignored);
        }
        rest.advance(4);
    }
    let is_icmp = given(4) && ether_type == IPV4 && given(5) && protocol == ICMP;
    let names = if is_icmp {
        ["match icmp_type ", "match icmp_code "]
    } else {
        ["match tp_src ", "match tp_dst "]
    };
    for (bit, what) in [6, 7].into_iter().zip(names) {
        if given(bit) {
            put!(page, before, what, rest.peek_u16(0)?);
        } else if bit == 7 {
            rest.need(2)?;
        }
        rest.advance(2);
    }
    Ok(())
}

/// Prints a list of actions.
pub(super) fn print(page: &mut Page<'_>, before: &str, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        if rest.len() < 8 {
            return invalid(page, rest);
        }
        let kind = rest.u16()?;
        put!(page, before, "action type ");
        put_valid(page, KINDS, kind);
        let length = usize::from(rest.u16()?);
        put!(page, ", len ", length);
        if length < 8 || length > rest.len() + 4 {
            return invalid(page, rest);
        }
        let length = length - 4;
        let fits = match kind {
            VENDOR => length % 8 == 4,
            4 | 5 | 11 => length == 12,
            _ => length == 4,
        };
        let known = matches!(kind, 0..=11 | VENDOR);
        if known && fits {
            action(page, kind, rest.claiming(length))?;
        } else {
            put!(page, if known { " (bogus)" } else { "" });
            rest.need(length)?;
        }
        rest.advance(length);
    }
    Ok(())
}

fn action(page: &mut Page<'_>, kind: u16, mut rest: Cursor<'_>) -> Shown {
    const CONTROLLER: u16 = 0xfffd;
    match kind {
        0 => {
            let port = rest.u16()?;
            put!(page, ", port ");
            put_port(page, port);
            if port == CONTROLLER {
                put!(page, ", max_len ", rest.peek_u16(0)?);
            }
        }
        1 => {
            let vlan = rest.u16()?;
            put!(page, ", vlan_vid ");
            put_vlan(page, vlan);
        }
        2 => {
            let priority = rest.u8()?;
            put!(page, ", vlan_pcp ");
            put_priority(page, priority);
        }
        4 | 5 => put!(page, ", dl_addr ", Mac(rest.take(6)?)),
        6 | 7 => {
            let address = rest.ipv4()?;
            put!(page, ", nw_addr ");
            page.host(address);
        }
        8 => put!(page, ", nw_tos 0x", Hex2(rest.u8()?)),
        9 | 10 => put!(page, ", tp_port ", rest.u16()?),
        11 => {
            let port = rest.u16()?;
            put!(page, ", port ");
            put_port(page, port);
            rest.advance(6);
            let queue = rest.u32()?;
            put!(page, ", queue_id ");
            put_queue(page, queue);
        }
        VENDOR => {
            let vendor = rest.u32()?;
            put!(page, ", vendor ");
            put_vendor(page, vendor);
            return match vendor {
                big_switch::VENDOR => big_switch::action(page, rest),
                _ => data(page, rest),
            };
        }
        _ => {}
    }
    rest.need(rest.len())
}

/// The number of a queue, or that it is all of them.
pub(super) fn put_queue(page: &mut Page<'_>, queue: u32) {
    match queue {
        u32::MAX => put!(page, "ALL"),
        _ => put!(page, queue),
    }
}

fn put_vlan(page: &mut Page<'_>, vlan: u16) {
    match vlan {
        0xffff => put!(page, "NONE"),
        1..=0x0ffe => put!(page, vlan),
        _ => put!(page, vlan, " (bogus)"),
    }
}

fn put_priority(page: &mut Page<'_>, priority: u8) {
    put!(page, priority, if priority <= 7 { "" } else { " (bogus)" });
}

const VENDOR: u16 = 0xffff;

const KINDS: &[(u16, &str)] = &[
    (0, "OUTPUT"),
    (1, "SET_VLAN_VID"),
    (2, "SET_VLAN_PCP"),
    (3, "STRIP_VLAN"),
    (4, "SET_DL_SRC"),
    (5, "SET_DL_DST"),
    (6, "SET_NW_SRC"),
    (7, "SET_NW_DST"),
    (8, "SET_NW_TOS"),
    (9, "SET_TP_SRC"),
    (10, "SET_TP_DST"),
    (11, "ENQUEUE"),
    (VENDOR, "VENDOR"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    /// The body of a flow that is added: it takes all packets but for what these wildcards leave.
    fn flow(wildcards: u32, fields: &[u8], actions: &[u8]) -> Vec<u8> {
        let mut body = wildcards.to_be_bytes().to_vec();
        body.extend_from_slice(fields);
        body.resize(72 - 8, 0);
        body.extend_from_slice(actions);
        body
    }

    #[test]
    fn only_what_is_no_wildcard_is_shown() {
        let fields = [0; 18]
            .into_iter()
            .chain([8, 0, 0, 1])
            .chain([0, 0, 10, 0, 0, 0])
            .collect::<Vec<u8>>();
        let all = 0x003f_ffff;
        let given = all & !(1 << 4 | 1 << 5 | 0x3f << 8 | 1 << 6) | 24 << 8;
        assert!(told(1, 1, 14, &flow(given, &fields, &[])).starts_with(
            "\n\t match dl_type 0x0800\n\t match nw_proto 1\n\t match nw_src 10.0.0.0/8\n\t match icmp_type 0\
             \n\t cookie 0x0000000000000000, command ADD"
        ));
        assert!(
            told(1, 1, 14, &flow(all | 1 << 22, &[], &[]))
                .starts_with("\n\t wildcards 0x007fffff (bogus)\n\t cookie")
        );
    }

    #[test]
    fn actions_have_arguments_of_their_length() {
        let told = |actions: &[u8]| {
            let text = told(1, 1, 14, &flow(0x003f_ffff, &[], actions));
            text.split_once(", flags 0x0000").unwrap().1.to_owned()
        };
        assert_eq!(
            told(&[0, 0, 0, 8, 0xff, 0xfd, 0, 64]),
            "\n\t action type OUTPUT, len 8, port CONTROLLER, max_len 64"
        );
        assert_eq!(
            told(&[0, 11, 0, 16, 0, 1, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255]),
            "\n\t action type ENQUEUE, len 16, port 1, queue_id ALL"
        );
        assert_eq!(
            told(&[0, 1, 0, 8, 0x10, 0, 0, 0]),
            "\n\t action type SET_VLAN_VID, len 8, vlan_vid 4096 (bogus)"
        );
        assert_eq!(
            told(&[0, 4, 0, 8, 0, 0, 0, 0]),
            "\n\t action type SET_DL_SRC, len 8 (bogus)"
        );
        assert_eq!(
            told(&[0, 99, 0, 16, 0, 0, 0, 0]),
            "\n\t action type invalid (0x0063), len 16 (invalid)"
        );
    }
}
