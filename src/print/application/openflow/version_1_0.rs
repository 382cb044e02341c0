//! The messages of version 1.0.

use super::Takes::{self, AtLeast, Exactly};
use super::actions::{self, matching};
use super::errors::ERRORS;
use super::ports::{self, CONFIGURATION, CONFIGURATION_KNOWN, FEATURES, FEATURES_KNOWN, put_port};
use super::{
    big_switch, data, errors, invalid, put_bitmap, put_reason, put_valid, put_vendor, put_word, statistics,
};
use crate::print::cursor::{Cursor, Shown};
use crate::print::link::ether;
use crate::print::page::Page;
use crate::print::text::{Hex4, HexPad, Mac, put};

/// Prints the body of a message, whose length fits its kind.
pub(super) fn print(page: &mut Page<'_>, kind: u8, body: Cursor<'_>) -> Shown {
    match kind {
        0 | 2 | 3 => data(page, body),
        1 => errors::print(page, ERRORS, body),
        4 => vendor(page, body),
        6 => features(page, body),
        8 | 9 => configuration(page, body),
        10 => packet_in(page, body),
        11 => flow_removed(page, body),
        12 => port_status(page, body),
        13 => packet_out(page, body),
        14 => flow(page, body),
        15 => port(page, body),
        16 => statistics::request(page, body),
        17 => statistics::reply(page, body),
        20 | 21 => queues(page, kind == 21, body),
        _ => body.need(body.len()),
    }
}

fn vendor(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let vendor = rest.u32()?;
    put!(page, ", vendor ");
    put_vendor(page, vendor);
    match vendor {
        big_switch::VENDOR => big_switch::message(page, rest),
        _ => data(page, rest),
    }
}

fn features(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const PORT: usize = 48;
    put!(page, "\n\t dpid 0x", HexPad(rest.u64()?, 16));
    put!(page, ", n_buffers ", rest.u32()?);
    put!(page, ", n_tables ", rest.u8()?);
    rest.advance(3);
    put_word(page, "\n\t capabilities 0x", &mut rest, CAPABILITIES, 0xef)?;
    put_word(page, "\n\t actions 0x", &mut rest, ACTIONS, 0x0fff)?;
    while !rest.is_empty() {
        if rest.len() < PORT {
            return invalid(page, rest);
        }
        ports::print(page, rest)?;
        rest.advance(PORT);
    }
    Ok(())
}

fn configuration(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let flags = rest.u16()?;
    put!(page, "\n\t flags ");
    put_valid(page, FRAGMENTS, flags);
    put!(page, ", miss_send_len ", rest.u16()?);
    Ok(())
}

fn packet_in(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let buffer = rest.u32()?;
    put!(page, "\n\t buffer_id ");
    put_buffer(page, buffer);
    put!(page, ", total_len ", rest.u16()?);
    let port = rest.u16()?;
    put!(page, ", in_port ");
    put_port(page, port);
    let reason = rest.u8()?;
    put!(page, ", reason ");
    put_reason(page, &[(0, "NO_MATCH"), (1, "ACTION")], reason, "invalid");
    rest.skip(1)?;
    packet(page, rest)
}

fn packet_out(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(page, "\n\t buffer_id 0x", HexPad(rest.u32()?.into(), 8));
    let port = rest.u16()?;
    put!(page, ", in_port ");
    put_port(page, port);
    let length = usize::from(rest.u16()?);
    if length > rest.len() {
        return invalid(page, rest);
    }
    actions::print(page, "\n\t ", rest.claiming(length))?;
    rest.advance(length);
    packet(page, rest)
}

/// The frame that a message carries: it is printed under `-vvv`, with three `-v` less.
fn packet(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    if rest.is_empty() {
        return Ok(());
    }
    put!(page, "\n\t data (", rest.len(), " octets)");
    if !page.verbose(3) {
        return rest.need(rest.len());
    }
    put!(page, ", frame decoding below\n");
    let frame = rest.limited(rest.len());
    if frame.captured() < ETHERNET || frame.len() < ETHERNET {
        // The segment goes on behind it.
        page.enter("ether");
        page.truncated();
        return Ok(());
    }
    page.hushed(3, |page| page.deeper(|page| ether::frame(page, frame)))
}

fn flow_removed(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    matching(page, "\n\t ", &mut rest)?;
    put!(page, "\n\t cookie 0x", HexPad(rest.u64()?, 16));
    put_unless_zero(page, ", priority ", rest.u16()?);
    let reason = rest.u8()?;
    put!(page, ", reason ");
    put_reason(page, REMOVALS, reason, "unknown");
    rest.advance(1);
    put!(page, ", duration_sec ", rest.u32()?);
    put!(page, ", duration_nsec ", rest.u32()?);
    put_unless_zero(page, ", idle_timeout ", rest.u16()?);
    rest.advance(2);
    put!(page, ", packet_count ", rest.u64()?);
    put!(page, ", byte_count ", rest.u64()?);
    Ok(())
}

fn port_status(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let reason = rest.u8()?;
    put!(page, "\n\t reason ");
    put_reason(page, CHANGES, reason, "invalid");
    rest.advance(7);
    ports::print(page, rest)
}

fn flow(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    matching(page, "\n\t ", &mut rest)?;
    put!(page, "\n\t cookie 0x", HexPad(rest.u64()?, 16));
    let command = rest.u16()?;
    put!(page, ", command ");
    put_valid(page, COMMANDS, command);
    put_unless_zero(page, ", idle_timeout ", rest.u16()?);
    put_unless_zero(page, ", hard_timeout ", rest.u16()?);
    put_unless_zero(page, ", priority ", rest.u16()?);
    if command <= 2 {
        let buffer = rest.peek_u32(0)?;
        put!(page, ", buffer_id ");
        put_buffer(page, buffer);
    }
    rest.advance(4);
    if matches!(command, 3 | 4) {
        let port = rest.peek_u16(0)?;
        put!(page, ", out_port ");
        put_port(page, port);
    }
    rest.advance(2);
    let flags = rest.u16()?;
    put!(page, ", flags 0x", Hex4(flags));
    put_bitmap(page, FLAGS, flags.into(), 7);
    actions::print(page, "\n\t ", rest)
}

fn port(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let port = rest.u16()?;
    put!(page, "\n\t port_no ");
    put_port(page, port);
    put!(page, ", hw_addr ", Mac(rest.take(6)?));
    put_word(
        page,
        "\n\t config 0x",
        &mut rest,
        CONFIGURATION,
        CONFIGURATION_KNOWN,
    )?;
    put_word(
        page,
        "\n\t mask 0x",
        &mut rest,
        CONFIGURATION,
        CONFIGURATION_KNOWN,
    )?;
    put_word(page, "\n\t advertise 0x", &mut rest, FEATURES, FEATURES_KNOWN)?;
    rest.need(4)
}

/// The queues of a port, asked for or told.
fn queues(page: &mut Page<'_>, told: bool, mut rest: Cursor<'_>) -> Shown {
    const HEADER: usize = 8;
    let port = rest.u16()?;
    put!(page, "\n\t port ");
    put_port(page, port);
    rest.skip(if told { 6 } else { 2 })?;
    while !rest.is_empty() {
        if rest.len() < HEADER {
            return invalid(page, rest);
        }
        put!(page, "\n\t  queue_id ", rest.u32()?);
        let length = usize::from(rest.u16()?);
        put!(page, ", len ", length);
        if length < HEADER || length > rest.len() + 6 {
            return invalid(page, rest);
        }
        rest.skip(2)?;
        let properties = rest.claiming(length - HEADER);
        if page.verbose(2) {
            queue_properties(page, properties)?;
        } else {
            properties.need(properties.len())?;
        }
        rest.advance(length - HEADER);
    }
    Ok(())
}

fn queue_properties(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const HEADER: usize = 8;
    while !rest.is_empty() {
        if rest.len() < HEADER {
            return invalid(page, rest);
        }
        let kind = rest.u16()?;
        put!(page, "\n\t   property ");
        put_valid(page, &[(0, "NONE"), (1, "MIN_RATE")], kind);
        let length = usize::from(rest.u16()?);
        put!(page, ", len ", length);
        if length < HEADER || length > rest.len() + 4 {
            return invalid(page, rest);
        }
        rest.skip(4)?;
        let length = length - HEADER;
        match (kind, length) {
            (0, 0) => {}
            (1, 8) => match rest.peek_u16(0)? {
                rate @ 0..=1000 => put!(page, ", rate ", rate / 10, ".", rate % 10, "%"),
                _ => put!(page, ", rate disabled"),
            },
            (0 | 1, _) => put!(page, " (bogus)"),
            _ => {}
        }
        rest.skip(length)?;
    }
    Ok(())
}

/// The header of an Ethernet frame.
const ETHERNET: usize = 14;

fn put_buffer(page: &mut Page<'_>, buffer: u32) {
    match buffer {
        u32::MAX => put!(page, "NONE"),
        _ => put!(page, "0x", HexPad(buffer.into(), 8)),
    }
}

fn put_unless_zero(page: &mut Page<'_>, what: &str, number: u16) {
    if number != 0 {
        put!(page, what, number);
    }
}

/// The messages by their numbers, and how long their bodies are.
pub(super) const MESSAGES: &[(&str, Takes)] = &[
    ("HELLO", Takes::Any),
    ("ERROR", AtLeast(4)),
    ("ECHO_REQUEST", Takes::Any),
    ("ECHO_REPLY", Takes::Any),
    ("VENDOR", AtLeast(4)),
    ("FEATURES_REQUEST", Exactly(0)),
    ("FEATURES_REPLY", AtLeast(24)),
    ("GET_CONFIG_REQUEST", Exactly(0)),
    ("GET_CONFIG_REPLY", Exactly(4)),
    ("SET_CONFIG", Exactly(4)),
    ("PACKET_IN", AtLeast(10)),
    ("FLOW_REMOVED", Exactly(80)),
    ("PORT_STATUS", Exactly(56)),
    ("PACKET_OUT", AtLeast(8)),
    ("FLOW_MOD", AtLeast(64)),
    ("PORT_MOD", Exactly(24)),
    ("STATS_REQUEST", AtLeast(4)),
    ("STATS_REPLY", AtLeast(4)),
    ("BARRIER_REQUEST", Exactly(0)),
    ("BARRIER_REPLY", Exactly(0)),
    ("QUEUE_GET_CONFIG_REQUEST", Exactly(4)),
    ("QUEUE_GET_CONFIG_REPLY", AtLeast(8)),
];

const CAPABILITIES: &[(u32, &str)] = &[
    (0x01, "FLOW_STATS"),
    (0x02, "TABLE_STATS"),
    (0x04, "PORT_STATS"),
    (0x08, "STP"),
    (0x10, "RESERVED"),
    (0x20, "IP_REASM"),
    (0x40, "QUEUE_STATS"),
    (0x80, "ARP_MATCH_IP"),
];

const ACTIONS: &[(u32, &str)] = &[
    (0x001, "OUTPUT"),
    (0x002, "SET_VLAN_VID"),
    (0x004, "SET_VLAN_PCP"),
    (0x008, "STRIP_VLAN"),
    (0x010, "SET_DL_SRC"),
    (0x020, "SET_DL_DST"),
    (0x040, "SET_NW_SRC"),
    (0x080, "SET_NW_DST"),
    (0x100, "SET_NW_TOS"),
    (0x200, "SET_TP_SRC"),
    (0x400, "SET_TP_DST"),
    (0x800, "ENQUEUE"),
];

/// What is done with fragments; both versions have these.
pub(super) const FRAGMENTS: &[(u16, &str)] = &[(0, "FRAG_NORMAL"), (1, "FRAG_DROP"), (2, "FRAG_REASM")];

/// What happened to a port; both versions have these.
pub(super) const CHANGES: &[(u8, &str)] = &[(0, "ADD"), (1, "DELETE"), (2, "MODIFY")];

const REMOVALS: &[(u8, &str)] = &[(0, "IDLE_TIMEOUT"), (1, "HARD_TIMEOUT"), (2, "DELETE")];

const COMMANDS: &[(u16, &str)] = &[
    (0, "ADD"),
    (1, "MODIFY"),
    (2, "MODIFY_STRICT"),
    (3, "DELETE"),
    (4, "DELETE_STRICT"),
];

const FLAGS: &[(u32, &str)] = &[(1, "SEND_FLOW_REM"), (2, "CHECK_OVERLAP"), (4, "EMERG")];

#[cfg(test)]
mod tests {
    use super::super::sample::{message, told};
    use crate::print::sample::{ether, verbose};
    use crate::wire::LinkType;

    #[test]
    fn a_switch_tells_its_features() {
        let features = [
            0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0x90, 0, 0, 0x10, 1,
        ];
        assert_eq!(
            told(1, 1, 6, &features),
            "\n\t dpid 0x0000000000000007, n_buffers 256, n_tables 2\
             \n\t capabilities 0x00000090 (RESERVED, ARP_MATCH_IP) (bogus)\n\t actions 0x00001001 (OUTPUT) (bogus)"
        );
        assert_eq!(
            told(1, 1, 9, &[0, 9, 0, 128]),
            "\n\t flags invalid (0x0009), miss_send_len 128"
        );
    }

    #[test]
    fn queues_have_properties_from_vv_on() {
        let queues = [
            0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 24, 0, 0, 0, 1, 0, 16, 0, 0, 0, 0, 0, 25, 0, 0, 0, 0, 0, 0,
        ];
        assert_eq!(told(1, 1, 21, &queues), "\n\t port 1\n\t  queue_id 5, len 24");
        assert!(told(2, 1, 21, &queues).ends_with("\n\t   property MIN_RATE, len 16, rate 2.5%"));
    }

    #[test]
    fn ports_change() {
        let mut status = vec![1, 0, 0, 0, 0, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 3];
        status.extend(*b"eth3\0\0\0\0\0\0\0\0\0\0\0\0");
        status.extend([0, 0, 0, 1, 0, 0, 3, 1]);
        status.resize(56, 0);
        let short = "\n\t reason DELETE\n\t  port_no 3, hw_addr 02:00:00:00:00:03, name 'eth3'";
        assert_eq!(told(1, 1, 12, &status), short);
        assert_eq!(
            told(2, 1, 12, &status),
            format!(
                "{short}\n\t   config 0x00000001 (PORT_DOWN)\n\t   state 0x00000301 (STP_BLOCK, LINK_DOWN)\
                 \n\t   curr 0x00000000\n\t   advertised 0x00000000\n\t   supported 0x00000000\n\t   peer 0x00000000"
            )
        );
    }

    #[test]
    fn the_frame_within_is_printed_with_three_v() {
        let request = [
            0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2,
        ];
        let frame = ether(0x0806, &request);
        let body = [&[255, 255, 255, 255, 0, 42, 0, 1, 0, 0][..], &frame].concat();
        let before = "\n\t buffer_id NONE, total_len 42, in_port 1, reason NO_MATCH\n\t data (42 octets)";
        assert!(told(1, 1, 10, &body).ends_with(before));
        assert!(
            verbose(3, LinkType::RAW, &message(1, 10, &body)).ends_with(&format!(
                "{before}, frame decoding below\nARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28"
            ))
        );
    }
}
