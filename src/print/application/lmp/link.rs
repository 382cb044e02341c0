//! The objects that summarise links and tell of their channels.

use super::object::bandwidth;
use super::{Numbering, fits, put_id};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::gmpls;
use crate::print::text::{name_of, put, put_bits};

/// Prints an object; true if its bytes are to be shown as well.
pub(super) fn print(page: &mut Page<'_>, class: u8, kind: u8, mut rest: Cursor<'_>) -> Shown<bool> {
    let numbering = match kind {
        1 => Numbering::V4,
        2 => Numbering::V6,
        3 => Numbering::None,
        _ => return Ok(true),
    };
    let size = numbering.len();
    match class {
        TE_LINK if fits(page, rest, 4 + 2 * size) => ends(page, class, numbering, &mut rest)?,
        DATA_LINK if rest.len() < 4 + 2 * size => put!(page, " (not correct for object)"),
        DATA_LINK => {
            ends(page, class, numbering, &mut rest)?;
            return parts(page, rest);
        }
        STATUS => {
            while rest.len() >= size + 4 {
                put!(page, "\n\t    Interface ID: ");
                put_id(page, numbering, &mut rest)?;
                status(page, rest.u32()?);
            }
        }
        STATUS_REQUEST => {
            while rest.len() >= size {
                put!(page, "\n\t    Interface ID: ");
                put_id(page, numbering, &mut rest)?;
            }
        }
        _ => {}
    }
    Ok(false)
}

/// The flags of a link and how both ends call it.
fn ends(page: &mut Page<'_>, class: u8, numbering: Numbering, rest: &mut Cursor<'_>) -> Shown {
    let (names, local, remote) = if class == TE_LINK {
        (TE_FLAGS, "\n\t    Local Link-ID: ", "\n\t    Remote Link-ID: ")
    } else {
        (
            DATA_FLAGS,
            "\n\t    Local Interface ID: ",
            "\n\t    Remote Interface ID: ",
        )
    };
    put!(page, "\n\t    Flags: [");
    put_bits(page.out, names, rest.u8()?.into(), ", ", "none");
    rest.skip(3)?;
    put!(page, "]", local);
    put_id(page, numbering, rest)?;
    put!(page, remote);
    put_id(page, numbering, rest)
}

fn status(page: &mut Page<'_>, word: u32) {
    let (active, transmits, status) = (word >> 31, (word >> 30) & 1, word & 0x03ff_ffff);
    put!(
        page,
        "\n\t\t    Active: ",
        if active == 1 { "Allocated" } else { "Non-allocated" }
    );
    put!(page, " (", active, ")\n\t\t    Direction: ");
    put!(
        page,
        if transmits == 1 { "Transmit" } else { "Receive" },
        " (",
        transmits,
        ")"
    );
    let name = name_of(STATES, status).unwrap_or("Unknown");
    put!(page, "\n\t\t    Channel Status: ", name, " (", status, ")");
}

/// Prints what is said of a data link; true if something in it has no printer.
fn parts(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    while !rest.is_empty() {
        let (kind, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        let name = name_of(PARTS, kind).unwrap_or("Unknown");
        put!(
            page,
            "\n\t    Subobject, Type: ",
            name,
            " (",
            kind,
            "), Length: ",
            length
        );
        let complaint = match usize::from(length) {
            0..4 => " (too short)",
            length if !length.is_multiple_of(4) => " (not a multiple of 4)",
            length if length > rest.len() => " (goes past the end of the object)",
            _ => "",
        };
        put!(page, complaint);
        if !complaint.is_empty() {
            return Ok(false);
        }
        // What is read may be behind the part.
        let mut part = rest.after(2);
        match kind {
            1 => {
                let (switching, encoding) = (part.u8()?, part.u8()?);
                let name = name_of(gmpls::SWITCHING, switching).unwrap_or("Unknown");
                put!(page, "\n\t      Switching Type: ", name, " (", switching, ")");
                let name = name_of(gmpls::ENCODINGS, encoding).unwrap_or("Unknown");
                put!(page, "\n\t      Encoding Type: ", name, " (", encoding, ")");
                part.need(4)?;
                put!(page, "\n\t      Min Reservable Bandwidth: ");
                bandwidth(page, &mut part)?;
                part.need(4)?;
                put!(page, "\n\t      Max Reservable Bandwidth: ");
                bandwidth(page, &mut part)?;
            }
            2 => put!(page, "\n\t      Wavelength: ", part.after(2).u32()?),
            _ => return Ok(true),
        }
        rest.advance(length.into());
    }
    Ok(false)
}

const TE_LINK: u8 = 11;
const DATA_LINK: u8 = 12;
const STATUS: u8 = 13;
const STATUS_REQUEST: u8 = 14;

const TE_FLAGS: &[(u32, &str)] = &[
    (1, "Fault Management Supported"),
    (2, "Link Verification Supported"),
];

const DATA_FLAGS: &[(u32, &str)] = &[
    (1, "Data Link Port"),
    (2, "Allocated for user traffic"),
    (4, "Failed link"),
];

const STATES: &[(u32, &str)] = &[(1, "Signal Okay"), (2, "Signal Degraded"), (3, "Signal Fail")];

const PARTS: &[(u8, &str)] = &[(1, "Interface Switching Type"), (2, "Wavelength")];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn data_links_have_parts() {
        let mut link = vec![1, 0, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2, 1, 12, 100, 1];
        link.extend([0x47, 0x74, 0x24, 0, 0x47, 0xf4, 0x24, 0, 2, 8, 0, 0, 0, 0, 0, 7]);
        assert!(told(12, 1, &link).ends_with(
            "\n\t    Flags: [Data Link Port]\n\t    Local Interface ID: 192.0.2.1 (0xc0000201)\
             \n\t    Remote Interface ID: 192.0.2.2 (0xc0000202)\
             \n\t    Subobject, Type: Interface Switching Type (1), Length: 12\
             \n\t      Switching Type: Time-Division-Multiplex (100)\n\t      Encoding Type: Packet (1)\
             \n\t      Min Reservable Bandwidth: 0.500 Mbps\n\t      Max Reservable Bandwidth: 1.000 Mbps\
             \n\t    Subobject, Type: Wavelength (2), Length: 8\n\t      Wavelength: 7"
        ));
        link.truncate(14);
        link.extend([1, 1]);
        assert!(told(12, 1, &link).ends_with("(1), Length: 12 (goes past the end of the object)"));
    }

    #[test]
    fn channels_have_a_status() {
        assert!(told(13, 3, &[0, 0, 0, 5, 0xc0, 0, 0, 2]).ends_with(
            "\n\t    Interface ID: 5 (0x00000005)\n\t\t    Active: Allocated (1)\
             \n\t\t    Direction: Transmit (1)\n\t\t    Channel Status: Signal Degraded (2)"
        ));
        assert!(told(14, 1, &[192, 0, 2, 1]).ends_with("\n\t    Interface ID: 192.0.2.1 (0xc0000201)"));
    }
}
