//! Operations, administration and maintenance of a link (IEEE 802.3ah).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::oui;
use crate::print::text::{HexPad, name_of, put, put_bits};

/// Prints a message. Returns false if the packet is too short.
pub(super) fn print(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    if rest.len() < 3 {
        return Ok(false);
    }
    rest.need(3)?;
    let (flags, code) = (rest.u16()?, rest.u8()?);
    put!(page, "\n\tCode ");
    match name_of(CODES, code) {
        Some(name) => put!(page, name),
        None => put!(page, "Unknown (", code, ")"),
    }
    put!(page, " OAM PDU, Flags [");
    put_bits(page.out, FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    match code {
        INFORMATION => values(page, rest, INFORMATION_KINDS, " Information Type (", information),
        EVENT => {
            if rest.len() < 2 {
                return Ok(false);
            }
            put!(page, "\n\t  Sequence Number ", rest.u16()?);
            values(page, rest, EVENT_KINDS, " Link Event Type (", event)
        }
        LOOPBACK => {
            if rest.is_empty() {
                return Ok(false);
            }
            let command = rest.u8()?;
            put!(
                page,
                "\n\t  Command ",
                match command {
                    1 => "Enable OAM Remote Loopback",
                    2 => "Disable OAM Remote Loopback",
                    _ => "Unknown",
                }
            );
            put!(page, " (", command, ")");
            Ok(true)
        }
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t  ", rest.limited(rest.len()).bytes());
            }
            Ok(true)
        }
    }
}

/// Prints values, each with `print`, which returns false if the bytes are to be shown.
fn values(
    page: &mut Page<'_>,
    mut rest: Cursor<'_>,
    kinds: &[(u8, &'static str)],
    label: &str,
    print: fn(&mut Page<'_>, u8, Cursor<'_>) -> Shown<bool>,
) -> Shown<bool> {
    while !rest.is_empty() {
        if rest.len() < 2 {
            return Ok(false);
        }
        let (kind, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        put!(
            page,
            "\n\t  ",
            name_of(kinds, kind).unwrap_or("Reserved"),
            label,
            kind,
            "), length ",
            length
        );
        if kind == END {
            return Ok(true);
        }
        let length = usize::from(length);
        if length < 2 {
            put!(page, "\n\t    ERROR: illegal length - should be >= 2");
            return Ok(true);
        }
        if rest.len() < length {
            return Ok(false);
        }
        rest.need(length)?;
        let value = rest.sub(length);
        let told = print(page, kind, value)?;
        if !told || page.verbose(2) {
            page.hex("\n\t  ", value.bytes());
        }
    }
    Ok(true)
}

fn information(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown<bool> {
    const LENGTH: usize = 16;
    if !matches!(kind, 1 | 2) {
        return Ok(false);
    }
    if value.len() != LENGTH {
        put!(page, "\n\t    ERROR: illegal length - should be ", LENGTH);
        return Ok(false);
    }
    let mut rest = value.after(2);
    put!(
        page,
        "\n\t    OAM-Version ",
        rest.u8()?,
        ", Revision ",
        rest.u16()?
    );
    let (state, configuration, size) = (rest.u8()?, rest.u8()?, rest.u16()?);
    put!(
        page,
        "\n\t    State-Parser-Action ",
        match state & 3 {
            0 => "forwarding",
            1 => "looping back",
            2 => "discarding",
            _ => "reserved",
        }
    );
    put!(
        page,
        ", State-MUX-Action ",
        if state & 4 == 0 {
            "forwarding"
        } else {
            "discarding"
        }
    );
    put!(page, "\n\t    OAM-Config Flags [");
    put_bits(page.out, CONFIGURATION, configuration.into(), ", ", "none");
    put!(page, "], OAM-PDU-Config max-PDU size ", size & 0x07ff);
    let number = rest.u24()?;
    let name = oui::organisation(number).unwrap_or("Unknown");
    put!(
        page,
        "\n\t    OUI ",
        name,
        " (0x",
        HexPad(number.into(), 6),
        "), Vendor-Private 0x"
    );
    put!(page, HexPad(rest.u32()?.into(), 8));
    Ok(true)
}

fn event(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown<bool> {
    const LENGTH: usize = 40;
    if !matches!(kind, 1..=4) {
        return Ok(false);
    }
    if value.len() != LENGTH {
        put!(page, "\n\t    ERROR: illegal length - should be ", LENGTH);
        return Ok(false);
    }
    let mut rest = value.after(2);
    // In units of a tenth of a second.
    put!(
        page,
        "\n\t    Timestamp ",
        u32::from(rest.u16()?) * 100,
        " ms, Errored Window ",
        rest.u64()?
    );
    put!(
        page,
        "\n\t    Errored Threshold ",
        rest.u64()?,
        "\n\t    Errors ",
        rest.u64()?
    );
    put!(page, "\n\t    Error Running Total ", rest.u64()?);
    put!(page, "\n\t    Event Running Total ", rest.u32()?);
    Ok(true)
}

const INFORMATION: u8 = 0;
const EVENT: u8 = 1;
const LOOPBACK: u8 = 4;
const CODES: &[(u8, &str)] = &[
    (INFORMATION, "Information"),
    (EVENT, "Event Notification"),
    (2, "Variable Request"),
    (3, "Variable Response"),
    (LOOPBACK, "Loopback Control"),
    (0xfe, "Vendor Private"),
];

const FLAGS: &[(u32, &str)] = &[
    (0x01, "Link Fault"),
    (0x02, "Dying Gasp"),
    (0x04, "Critical Event"),
    (0x08, "Local Evaluating"),
    (0x10, "Local Stable"),
    (0x20, "Remote Evaluating"),
    (0x40, "Remote Stable"),
];

const END: u8 = 0;
const INFORMATION_KINDS: &[(u8, &str)] = &[
    (END, "End of TLV marker"),
    (1, "Local"),
    (2, "Remote"),
    (0xfe, "Organization specific"),
];
const EVENT_KINDS: &[(u8, &str)] = &[
    (END, "End of TLV marker"),
    (1, "Errored Symbol Period Event"),
    (2, "Errored Frame Event"),
    (3, "Errored Frame Period Event"),
    (4, "Errored Frame Seconds Summary Event"),
    (0xfe, "Organization specific"),
];

const CONFIGURATION: &[(u32, &str)] = &[
    (0x01, "Active"),
    (0x02, "Unidirectional"),
    (0x04, "Remote-Loopback"),
    (0x08, "Link-Events"),
    (0x10, "Variable-Retrieval"),
];
