//! Statistics of version 1.0, asked for and told.

use super::actions::{self, matching, put_queue};
use super::ports::put_port;
use super::{data, invalid, put_bitmap, put_valid, put_vendor, put_word};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex4, HexPad, put};

/// Prints what is asked for.
pub(super) fn request(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let kind = rest.u16()?;
    put!(page, "\n\t type ");
    put_valid(page, KINDS, kind);
    let flags = rest.u16()?;
    put!(
        page,
        ", flags 0x",
        Hex4(flags),
        if flags == 0 { "" } else { " (bogus)" }
    );
    let expected = match kind {
        DESCRIPTION | TABLE => 0,
        FLOW | AGGREGATE => 44,
        PORT | QUEUE => 8,
        VENDOR => return vendor(page, rest),
        _ => return Ok(()),
    };
    if rest.len() != expected {
        return invalid(page, rest);
    }
    match kind {
        FLOW | AGGREGATE => {
            matching(page, "\n\t ", &mut rest)?;
            let table = rest.u8()?;
            put!(page, "\n\t table_id ");
            put_table(page, table);
            rest.advance(1);
            let port = rest.u16()?;
            put!(page, ", out_port ");
            put_port(page, port);
        }
        PORT | QUEUE => {
            let port = rest.u16()?;
            put!(page, "\n\t port_no ");
            put_port(page, port);
            if kind == QUEUE {
                rest.advance(2);
                let queue = rest.u32()?;
                put!(page, ", queue_id ");
                put_queue(page, queue);
            }
            rest.need(rest.len())?;
        }
        _ => {}
    }
    Ok(())
}

/// Prints what is told.
pub(super) fn reply(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let kind = rest.u16()?;
    put!(page, "\n\t type ");
    put_valid(page, KINDS, kind);
    let flags = rest.u16()?;
    put!(page, ", flags 0x", Hex4(flags));
    put_bitmap(page, &[(1, "MORE")], flags.into(), 1);
    match kind {
        DESCRIPTION => description(page, rest),
        FLOW => flows(page, rest),
        AGGREGATE => aggregate(page, rest),
        TABLE => each(page, rest, 64, table),
        PORT => each(page, rest, 104, port),
        QUEUE => each(page, rest, 32, queue),
        VENDOR => vendor(page, rest),
        _ => rest.need(rest.len()),
    }
}

/// Prints entries that have one size.
fn each(
    page: &mut Page<'_>,
    mut rest: Cursor<'_>,
    size: usize,
    print: impl Fn(&mut Page<'_>, Cursor<'_>) -> Shown,
) -> Shown {
    while !rest.is_empty() {
        if rest.len() < size {
            return invalid(page, rest);
        }
        print(page, rest.claiming(size))?;
        rest.advance(size);
    }
    Ok(())
}

fn vendor(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() < 4 {
        return invalid(page, rest);
    }
    let vendor = rest.u32()?;
    put!(page, ", vendor ");
    put_vendor(page, vendor);
    data(page, rest)
}

fn description(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const FIELDS: [(&str, usize); 5] = [
        ("\n\t  mfr_desc '", 256),
        ("\n\t  hw_desc '", 256),
        ("\n\t  sw_desc '", 256),
        ("\n\t  serial_num '", 32),
        ("\n\t  dp_desc '", 256),
    ];
    if rest.len() != 1056 {
        return invalid(page, rest);
    }
    for (what, size) in FIELDS {
        put!(page, what);
        page.padded_text(&mut rest, size)?;
        put!(page, "'");
    }
    Ok(())
}

fn flows(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const LEAST: usize = 88;
    while !rest.is_empty() {
        if rest.len() < LEAST {
            return invalid(page, rest);
        }
        let length = usize::from(rest.peek_u16(0)?);
        put!(page, "\n\t length ", length);
        if length < LEAST || length > rest.len() {
            return invalid(page, rest);
        }
        let mut entry = rest.claiming(length).after(2);
        let table = entry.u8()?;
        put!(page, ", table_id ");
        put_table(page, table);
        entry.advance(1);
        matching(page, "\n\t  ", &mut entry)?;
        put!(page, "\n\t  duration_sec ", entry.u32()?);
        put!(page, ", duration_nsec ", entry.u32()?);
        for what in [", priority ", ", idle_timeout ", ", hard_timeout "] {
            put!(page, what, entry.u16()?);
        }
        entry.advance(6);
        put!(page, ", cookie 0x", HexPad(entry.u64()?, 16));
        put!(page, ", packet_count ", entry.u64()?);
        put!(page, ", byte_count ", entry.u64()?);
        actions::print(page, "\n\t  ", entry)?;
        rest.advance(length);
    }
    Ok(())
}

fn aggregate(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() != 24 {
        return invalid(page, rest);
    }
    put!(page, "\n\t packet_count ", rest.u64()?);
    put!(page, ", byte_count ", rest.u64()?);
    put!(page, ", flow_count ", rest.u32()?);
    rest.need(4)
}

fn table(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let table = rest.u8()?;
    put!(page, "\n\t table_id ");
    put_table(page, table);
    rest.advance(3);
    put!(page, ", name '");
    page.padded_text(&mut rest, 32)?;
    put!(page, "'");
    put_word(page, "\n\t  wildcards 0x", &mut rest, WILDCARDS, 0x003f_ffff)?;
    put!(page, "\n\t  max_entries ", rest.u32()?);
    put!(page, ", active_count ", rest.u32()?);
    put!(page, ", lookup_count ", rest.u64()?);
    put!(page, ", matched_count ", rest.u64()?);
    Ok(())
}

fn port(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const COUNTERS: [&str; 12] = [
        ", rx_packets ",
        ", tx_packets ",
        ", rx_bytes ",
        ", tx_bytes ",
        ", rx_dropped ",
        ", tx_dropped ",
        ", rx_errors ",
        ", tx_errors ",
        ", rx_frame_err ",
        ", rx_over_err ",
        ", rx_crc_err ",
        ", collisions ",
    ];
    let port = rest.u16()?;
    put!(page, "\n\t  port_no ");
    put_port(page, port);
    if !page.verbose(2) {
        return rest.need(rest.len());
    }
    rest.advance(6);
    for what in COUNTERS {
        put!(page, what, rest.u64()?);
    }
    Ok(())
}

fn queue(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let port = rest.u16()?;
    put!(page, "\n\t  port_no ");
    put_port(page, port);
    rest.advance(2);
    put!(page, ", queue_id ", rest.u32()?);
    for what in [", tx_bytes ", ", tx_packets ", ", tx_errors "] {
        put!(page, what, rest.u64()?);
    }
    Ok(())
}

fn put_table(page: &mut Page<'_>, table: u8) {
    match table {
        0xfe => put!(page, "EMERG"),
        0xff => put!(page, "ALL"),
        _ => put!(page, table),
    }
}

const DESCRIPTION: u16 = 0;
const FLOW: u16 = 1;
const AGGREGATE: u16 = 2;
const TABLE: u16 = 3;
const PORT: u16 = 4;
const QUEUE: u16 = 5;
const VENDOR: u16 = 0xffff;

const KINDS: &[(u16, &str)] = &[
    (DESCRIPTION, "DESC"),
    (FLOW, "FLOW"),
    (AGGREGATE, "AGGREGATE"),
    (TABLE, "TABLE"),
    (PORT, "PORT"),
    (QUEUE, "QUEUE"),
    (VENDOR, "VENDOR"),
];

/// The fields of a match that may be left out; those of addresses are counts, and have no names here.
const WILDCARDS: &[(u32, &str)] = &[
    (0x0001, "IN_PORT"),
    (0x0002, "DL_VLAN"),
    (0x0004, "DL_SRC"),
    (0x0008, "DL_DST"),
    (0x0010, "DL_TYPE"),
    (0x0020, "NW_PROTO"),
    (0x0040, "TP_SRC"),
    (0x0080, "TP_DST"),
    (0x0010_0000, "DL_VLAN_PCP"),
    (0x0020_0000, "NW_TOS"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn statistics_are_asked_for_by_kind() {
        assert_eq!(told(1, 1, 16, &[0, 0, 0, 0]), "\n\t type DESC, flags 0x0000");
        assert_eq!(
            told(1, 1, 16, &[0, 5, 0, 1, 0, 2, 0, 0, 255, 255, 255, 255]),
            "\n\t type QUEUE, flags 0x0001 (bogus)\n\t port_no 2, queue_id ALL"
        );
        assert_eq!(
            told(1, 1, 16, &[0, 4, 0, 0, 0]),
            "\n\t type PORT, flags 0x0000 (invalid)"
        );
    }

    #[test]
    fn counters_are_told() {
        let mut reply = vec![0, 2, 0, 1];
        reply.extend(7_u64.to_be_bytes());
        reply.extend(700_u64.to_be_bytes());
        reply.extend([0, 0, 0, 3, 0, 0, 0, 0]);
        assert_eq!(
            told(1, 1, 17, &reply),
            "\n\t type AGGREGATE, flags 0x0001 (MORE)\n\t packet_count 7, byte_count 700, flow_count 3"
        );
        let ports = [&[0, 4, 0, 0, 0xff, 0xfe][..], &[0; 102]].concat();
        assert_eq!(
            told(1, 1, 17, &ports),
            "\n\t type PORT, flags 0x0000\n\t  port_no LOCAL"
        );
        assert!(told(2, 1, 17, &ports).ends_with("port_no LOCAL, rx_packets 0, tx_packets 0, rx_bytes 0, tx_bytes 0, rx_dropped 0, tx_dropped 0, rx_errors 0, tx_errors 0, rx_frame_err 0, rx_over_err 0, rx_crc_err 0, collisions 0"));
    }
}
