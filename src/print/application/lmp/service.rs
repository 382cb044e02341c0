//! What services a node supports and wants (OIF UNI 1.0).

use super::{Numbering, fits, put_id};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{name_of, put, put_bits};

/// Prints a configuration; true if its bytes are to be shown as well.
pub(super) fn print(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown<bool> {
    let mut rest = value;
    match kind {
        1 => {
            if fits(page, value, 4) {
                put_flags(page, "\n\t Flags: ", PROTOCOLS, rest.u8()?.into());
                put!(page, "\n\t  UNI Version: ", rest.u8()?);
            }
        }
        2 => {
            if fits(page, value, 16) {
                attributes(page, rest)?;
            }
        }
        3 => {
            if fits(page, value, 8) {
                put_flags(page, "\n\t Transparency Flags: ", TRANSPARENCY, rest.u32()?);
                let monitoring = rest.peek_u8(3)?;
                put_flags(page, "\n\t TCM Monitoring Flags: ", MONITORING, monitoring.into());
            }
        }
        4 => {
            if fits(page, value, 4) {
                put_flags(
                    page,
                    "\n\t Diversity: Flags: ",
                    DIVERSITY,
                    rest.peek_u8(3)?.into(),
                );
            }
        }
        _ => return Ok(true),
    }
    Ok(false)
}

/// What the port of a client can do.
fn attributes(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let (link, signal) = (rest.u8()?, rest.u8()?);
    let (name, signals) = match link {
        5 => ("SDH ITU-T G.707", SDH),
        6 => ("SONET ANSI T1.105", SONET),
        _ => ("Unknown", &[][..]),
    };
    put!(page, "\n\t Link Type: ", name, " (", link, ")");
    if !signals.is_empty() {
        let name = name_of(signals, signal).unwrap_or("Unknown");
        put!(page, "\n\t Signal Type: ", name, " (", signal, ")");
    }
    put_flags(page, "\n\t Transparency: ", PORT_TRANSPARENCY, rest.u8()?.into());
    put_flags(
        page,
        "\n\t Contiguous Concatenation Types: ",
        CONCATENATION,
        rest.u8()?.into(),
    );
    put!(page, "\n\t Minimum NCC: ", rest.u16()?);
    put!(page, "\n\t Maximum NCC: ", rest.u16()?);
    put!(page, "\n\t Minimum NVC:", rest.u16()?);
    put!(page, "\n\t Maximum NVC:", rest.u16()?);
    put!(page, "\n\t    Local Interface ID: ");
    put_id(page, Numbering::V4, &mut rest)
}

fn put_flags(page: &mut Page<'_>, what: &str, names: &[(u32, &str)], flags: u32) {
    put!(page, what);
    put_bits(page.out, names, flags, ", ", "none");
}

const PROTOCOLS: &[(u32, &str)] = &[(1, "RSVP Supported"), (2, "LDP Supported")];

const PORT_TRANSPARENCY: &[(u32, &str)] = &[
    (1, "Path/VC Overhead Transparency Supported"),
    (2, "Line/MS Overhead Transparency Supported"),
    (4, "Section/RS Overhead Transparency Supported"),
];

const CONCATENATION: &[(u32, &str)] = &[(1, "Contiguous Concatenation Types Supported")];

const TRANSPARENCY: &[(u32, &str)] = &[
    (1, "Standard SOH/RSOH Transparency Supported"),
    (2, "Standard LOH/MSOH Transparency Supported"),
];

const MONITORING: &[(u32, &str)] = &[(1, "Transparent Tandem Connection Monitoring Supported")];

const DIVERSITY: &[(u32, &str)] = &[
    (1, "Node Diversity Supported"),
    (2, "Link Diversity Supported"),
    (4, "SRLG Diversity Supported"),
];

const SDH: &[(u8, &str)] = &[
    (5, "VC-3"),
    (6, "VC-4"),
    (7, "STM-0"),
    (8, "STM-1"),
    (9, "STM-4"),
    (10, "STM-16"),
    (11, "STM-64"),
    (12, "STM-256"),
];

const SONET: &[(u8, &str)] = &[
    (5, "STS-1 SPE"),
    (6, "STS-3c SPE"),
    (7, "STS-1"),
    (8, "STM-3"),
    (9, "STM-12"),
    (10, "STM-48"),
    (11, "STM-192"),
    (12, "STM-768"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn ports_have_attributes() {
        let port = [5, 6, 1, 0, 0, 1, 0, 2, 0, 3, 0, 4, 192, 0, 2, 1];
        assert!(told(51, 2, &port).ends_with(
            "\n\t Link Type: SDH ITU-T G.707 (5)\n\t Signal Type: VC-4 (6)\
             \n\t Transparency: Path/VC Overhead Transparency Supported\
             \n\t Contiguous Concatenation Types: none\n\t Minimum NCC: 1\n\t Maximum NCC: 2\
             \n\t Minimum NVC:3\n\t Maximum NVC:4\n\t    Local Interface ID: 192.0.2.1 (0xc0000201)"
        ));
        assert!(
            told(51, 1, &[3, 1, 0, 0])
                .ends_with("\n\t Flags: RSVP Supported, LDP Supported\n\t  UNI Version: 1")
        );
    }
}
