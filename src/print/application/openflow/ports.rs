//! Ports: their numbers, and what is said of each.

use super::put_word;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, Mac, name_of, put};

/// The number of a port in version 1.0, or the name of one that is none.
pub(super) fn put_port(page: &mut Page<'_>, port: u16) {
    match (name_of(PORTS, port), port) {
        (Some(name), _) => put!(page, name),
        (None, 0xffff) => put!(page, "NONE"),
        (None, port) => put!(page, port),
    }
}

/// The same in version 1.3, where they have four bytes.
pub(super) fn put_wide_port(page: &mut Page<'_>, port: u32) {
    let low = (port >> 16 == 0xffff)
        .then(|| port.to_be_bytes())
        .map(|[.., a, b]| u16::from_be_bytes([a, b]));
    match (low.and_then(|low| name_of(PORTS, low)), port) {
        (Some(name), _) => put!(page, name),
        (None, u32::MAX) => put!(page, "ANY"),
        (None, port) => put!(page, port),
    }
}

/// Prints a port of version 1.0.
pub(super) fn print(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let port = rest.u16()?;
    put!(page, "\n\t  port_no ");
    put_port(page, port);
    name(page, &mut rest, 0)?;
    if !page.verbose(2) {
        return rest.need(24);
    }
    put_word(
        page,
        "\n\t   config 0x",
        &mut rest,
        CONFIGURATION,
        CONFIGURATION_KNOWN,
    )?;
    let state = rest.u32()?;
    put!(page, "\n\t   state 0x", HexPad(state.into(), 8), " (");
    // One bit, and the state of spanning tree beside it.
    let tree = ["STP_LISTEN", "STP_LEARN", "STP_FORWARD", "STP_BLOCK"];
    put!(
        page,
        tree.get((state >> 8 & 3) as usize).copied().unwrap_or_default()
    );
    put!(page, if state & 1 == 0 { ")" } else { ", LINK_DOWN)" });
    put!(page, if state & !0x301 == 0 { "" } else { " (bogus)" });
    for what in FEATURE_SETS {
        put_word(page, what, &mut rest, FEATURES, FEATURES_KNOWN)?;
    }
    Ok(())
}

/// Prints a port of version 1.3.
pub(super) fn print_wide(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let port = rest.u32()?;
    put!(page, "\n\t  port_no ");
    put_wide_port(page, port);
    rest.advance(4);
    name(page, &mut rest, 2)?;
    if !page.verbose(2) {
        return rest.need(32);
    }
    put_word(
        page,
        "\n\t   config 0x",
        &mut rest,
        CONFIGURATION_WIDE,
        CONFIGURATION_WIDE_KNOWN,
    )?;
    put_word(page, "\n\t   state 0x", &mut rest, STATES_WIDE, 7)?;
    for what in FEATURE_SETS {
        put_word(page, what, &mut rest, FEATURES_WIDE, 0xffff)?;
    }
    put!(page, "\n\t   curr_speed ", rest.u32()?, "kbps");
    put!(page, "\n\t   max_speed ", rest.u32()?, "kbps");
    Ok(())
}

/// The hardware address, and the name some bytes behind it.
fn name(page: &mut Page<'_>, rest: &mut Cursor<'_>, padding: usize) -> Shown {
    put!(page, ", hw_addr ", Mac(rest.take(6)?), ", name '");
    rest.advance(padding);
    page.padded_text(rest, 16)?;
    put!(page, "'");
    Ok(())
}

const FEATURE_SETS: [&str; 4] = [
    "\n\t   curr 0x",
    "\n\t   advertised 0x",
    "\n\t   supported 0x",
    "\n\t   peer 0x",
];

const PORTS: &[(u16, &str)] = &[
    (0xff00, "MAX"),
    (0xfff8, "IN_PORT"),
    (0xfff9, "TABLE"),
    (0xfffa, "NORMAL"),
    (0xfffb, "FLOOD"),
    (0xfffc, "ALL"),
    (0xfffd, "CONTROLLER"),
    (0xfffe, "LOCAL"),
];

/// How a port is configured in version 1.0.
pub(super) const CONFIGURATION: &[(u32, &str)] = &[
    (1, "PORT_DOWN"),
    (2, "NO_STP"),
    (4, "NO_RECV"),
    (8, "NO_RECV_STP"),
    (0x10, "NO_FLOOD"),
    (0x20, "NO_FWD"),
    (0x40, "NO_PACKET_IN"),
];
pub(super) const CONFIGURATION_KNOWN: u32 = 0x7f;

/// The same in version 1.3, where ports have no spanning tree.
pub(super) const CONFIGURATION_WIDE: &[(u32, &str)] = &[
    (1, "PORT_DOWN"),
    (4, "NO_RECV"),
    (0x20, "NO_FWD"),
    (0x40, "NO_PACKET_IN"),
];
pub(super) const CONFIGURATION_WIDE_KNOWN: u32 = 0x65;

const STATES_WIDE: &[(u32, &str)] = &[(1, "LINK_DOWN"), (2, "BLOCKED"), (4, "LIVE")];

/// What a port can do in version 1.0.
pub(super) const FEATURES: &[(u32, &str)] = &[
    (0x001, "10MB_HD"),
    (0x002, "10MB_FD"),
    (0x004, "100MB_HD"),
    (0x008, "100MB_FD"),
    (0x010, "1GB_HD"),
    (0x020, "1GB_FD"),
    (0x040, "10GB_FD"),
    (0x080, "COPPER"),
    (0x100, "FIBER"),
    (0x200, "AUTONEG"),
    (0x400, "PAUSE"),
    (0x800, "PAUSE_ASYM"),
];
pub(super) const FEATURES_KNOWN: u32 = 0xfff;

/// The same in version 1.3, of which all sixteen bits are known.
pub(super) const FEATURES_WIDE: &[(u32, &str)] = &[
    (0x0001, "10MB_HD"),
    (0x0002, "10MB_FD"),
    (0x0004, "100MB_HD"),
    (0x0008, "100MB_FD"),
    (0x0010, "1GB_HD"),
    (0x0020, "1GB_FD"),
    (0x0040, "10GB_FD"),
    (0x0080, "40GB_FD"),
    (0x0100, "100GB_FD"),
    (0x0200, "1TB_FD"),
    (0x0400, "OTHER"),
    (0x0800, "COPPER"),
    (0x1000, "FIBER"),
    (0x2000, "AUTONEG"),
    (0x4000, "PAUSE"),
    (0x8000, "PAUSE_ASYM"),
];
