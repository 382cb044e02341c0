//! Cells of operation and maintenance (ITU-T I.610).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, HexPad, name_of, put};

/// Prints a cell behind `skipped` bytes.
pub(in crate::print::link) fn print(page: &mut Page<'_>, cell: Cursor<'_>, skipped: usize) -> Shown {
    page.enter("oam");
    let header = cell.peek_u32(skipped)?;
    let body = cell.after(skipped + 4);
    let kinds = body.peek_u8(0)?;
    let (kind, function) = (kinds >> 4, kinds & 15);
    let channel = header >> 4 & 0xffff;
    put!(
        page,
        name_of(FLOWS, channel).unwrap_or("OAM F5"),
        ", vpi ",
        header >> 20 & 0xff
    );
    put!(page, ", vci ", channel, ", payload [ ");
    put!(
        page,
        name_of(PAYLOADS, header >> 1 & 7).unwrap_or("Unknown"),
        " ], clp ",
        header & 1
    );
    put!(page, ", length ", cell.len());
    if !page.verbose(1) {
        return Ok(());
    }
    put!(
        page,
        "\n\tcell-type ",
        name_of(KINDS, kind).unwrap_or("unknown"),
        " (",
        kind,
        "), func-type "
    );
    let name = match kind {
        FAULT => name_of(FAULT_FUNCTIONS, function).unwrap_or("none"),
        PERFORMANCE => name_of(PERFORMANCE_FUNCTIONS, function).unwrap_or("none"),
        ACTIVATION => name_of(ACTIVATION_FUNCTIONS, function).unwrap_or("none"),
        _ => "unknown",
    };
    put!(page, name, " (", function, ")");
    let mut rest = body.after(1);
    match (kind, function) {
        (FAULT, LOOPBACK) => {
            rest.need(45)?;
            put!(
                page,
                "\n\tLoopback-Indicator ",
                if rest.u8()? & 1 != 0 { "Request" } else { "Reply" }
            );
            put!(page, ", Correlation-Tag 0x", HexPad(rest.u32()?.into(), 8));
            place(page, "\n\tLocation-ID", rest.take(12)?);
            place(page, "\n\tSource-ID  ", rest.take(12)?);
        }
        (FAULT, 0 | 1) => {
            rest.need(45)?;
            put!(page, "\n\tFailure-type 0x", Hex2(rest.u8()?));
            place(page, "\n\tLocation-ID", rest.take(16)?);
        }
        _ => {}
    }
    let sum = body.peek_u16(CELL - 2)? & 0x3ff;
    let mut covered = body;
    let correct = remainder(covered.take(CELL)?) == 0;
    put!(
        page,
        "\n\tcksum 0x",
        HexPad(sum.into(), 3),
        if correct { " (correct)" } else { " (incorrect)" }
    );
    Ok(())
}

fn place(page: &mut Page<'_>, name: &str, bytes: &[u8]) {
    put!(page, name);
    for &byte in bytes {
        put!(page, " ", Hex2(byte));
    }
}

/// What is left of the bytes divided by the polynomial of the check, x¹⁰+x⁹+x⁵+x⁴+x+1.
fn remainder(bytes: &[u8]) -> u16 {
    let bits = bytes
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |bit| u16::from(byte >> bit & 1)));
    bits.fold(0, |rest, bit| {
        let rest = rest << 1 | bit;
        if rest & 0x400 != 0 { rest ^ 0x633 } else { rest }
    })
}

/// The payload of a cell.
const CELL: usize = 48;

const FLOWS: &[(u32, &str)] = &[(3, "OAM F4 (segment)"), (4, "OAM F4 (end)")];

const PAYLOADS: &[(u32, &str)] = &[
    (0, "user data, uncongested, SDU 0"),
    (1, "user data, uncongested, SDU 1"),
    (2, "user data, congested, SDU 0"),
    (3, "user data, congested, SDU 1"),
    (4, "VCC OAM F5 flow segment"),
    (5, "VCC OAM F5 flow end-to-end"),
    (6, "Traffic Control and resource Mgmt"),
];

const FAULT: u8 = 1;
const PERFORMANCE: u8 = 2;
const ACTIVATION: u8 = 8;
const KINDS: &[(u8, &str)] = &[
    (FAULT, "Fault Management"),
    (PERFORMANCE, "Performance Management"),
    (ACTIVATION, "activate/deactivate"),
    (15, "System Management"),
];

const LOOPBACK: u8 = 8;
const FAULT_FUNCTIONS: &[(u8, &str)] = &[
    (0, "AIS"),
    (1, "RDI"),
    (4, "Continuity Check"),
    (LOOPBACK, "Loopback"),
];
const PERFORMANCE_FUNCTIONS: &[(u8, &str)] = &[
    (0, "Forward Monitoring"),
    (1, "Backward Reporting"),
    (2, "Monitoring and Reporting"),
];
const ACTIVATION_FUNCTIONS: &[(u8, &str)] = &[(0, "Performance Monitoring"), (1, "Continuity Check")];

#[cfg(test)]
mod tests {
    use super::remainder;
    use crate::print::sample::{assert_every_cut_is_told, verbose};
    use crate::wire::LinkType;

    /// An alarm in a cell with a correct check.
    fn alarm() -> Vec<u8> {
        let mut cell = vec![0, 0, 0, 4, 0, 0, 0, 0, 0x4b, 0x10, 0x6a];
        cell.resize(5 + 4 + 48, 0x6a);
        let end = cell.len();
        cell[end - 2..].copy_from_slice(&[0, 0]);
        let check = remainder(&cell[9..]).to_be_bytes();
        cell[end - 2..].copy_from_slice(&check);
        cell
    }

    #[test]
    fn an_alarm_tells_its_place_and_its_check() {
        let cell = alarm();
        let text = verbose(1, LinkType(123), &cell);
        assert!(
            text.contains("func-type AIS (0)\n\tFailure-type 0x6a\n\tLocation-ID 6a 6a"),
            "{text}"
        );
        assert!(text.ends_with(" (correct)"), "{text}");
        assert_every_cut_is_told(LinkType(123), &cell);
        let mut wrong = cell;
        wrong[20] ^= 1;
        assert!(verbose(1, LinkType(123), &wrong).ends_with(" (incorrect)"));
    }
}
