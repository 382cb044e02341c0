//! The objects of control channels and of the verification of links.

use super::{Numbering, fits, put_id};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::gmpls;
use crate::print::text::{Hex, Thousandths, name_of, put, put_bits};

/// Prints an object; true if its bytes are to be shown as well.
pub(super) fn print(page: &mut Page<'_>, class: u8, kind: u8, value: Cursor<'_>) -> Shown<bool> {
    let mut rest = value;
    let (what, numbering) = match (class, kind) {
        (1, 1 | 2) => ("\n\t    Control Channel ID: ", Numbering::None),
        (2, 1 | 2) => ("\n\t    Node ID: ", Numbering::V4),
        (3 | 4, 1 | 2) => ("\n\t    IPv4 Link ID: ", Numbering::V4),
        (3 | 4, 3 | 4) => ("\n\t    IPv6 Link ID: ", Numbering::V6),
        (3 | 4, 5 | 6) => ("\n\t    Link ID: ", Numbering::None),
        (5, 1) => ("\n\t    Message ID: ", Numbering::None),
        (5, 2) => ("\n\t    Message ID Ack: ", Numbering::None),
        (6, 1) => {
            if fits(page, value, 4) {
                put!(page, "\n\t    Hello Interval: ", rest.u16()?);
                put!(page, "\n\t    Hello Dead Interval: ", rest.u16()?);
            }
            return Ok(false);
        }
        (7, 1) => {
            if fits(page, value, 8) {
                put!(page, "\n\t    Tx Seq: ", rest.u32()?, ", Rx Seq: ", rest.u32()?);
            }
            return Ok(false);
        }
        (8, 1) => {
            if fits(page, value, 20) {
                verification(page, rest)?;
            }
            return Ok(false);
        }
        (9, 1) => {
            if fits(page, value, 4) {
                put!(page, "\n\t    Verify Dead Interval: ", rest.u16()?);
                put!(page, "\n\t    Verify Transport Response: ", rest.u16()?);
            }
            return Ok(false);
        }
        (10, 1) => {
            if fits(page, value, 4) {
                put!(page, "\n\t    Verify ID: ", rest.u32()?);
            }
            return Ok(false);
        }
        (20, 1 | 2) => {
            if fits(page, value, 4) {
                put!(page, "\n\t    Error Code: ");
                let names = if kind == 1 { VERIFY_ERRORS } else { SUMMARY_ERRORS };
                put_bits(page.out, names, rest.u32()?, ", ", "none");
            }
            return Ok(false);
        }
        (1..=10 | 20, _) => return Ok(true),
        _ => {
            // From -vv on the bytes are shown anyway.
            return Ok(!page.verbose(2));
        }
    };
    if fits(page, value, numbering.len()) {
        put!(page, what);
        put_id(page, numbering, &mut rest)?;
    }
    Ok(false)
}

fn verification(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    /// Not the one bit that says it, but those of its number if that is taken for a decimal one.
    const PAYLOAD: u16 = 8000;
    put!(page, "\n\t    Flags: ");
    let names = &[(1, "Verify all links"), (2, "Data link type")];
    put_bits(page.out, names, rest.u16()?.into(), ", ", "none");
    put!(page, "\n\t    Verify Interval: ", rest.u16()?);
    put!(page, "\n\t    Data links: ", rest.u32()?);
    let encoding = name_of(gmpls::ENCODINGS, rest.u8()?).unwrap_or("Unknown");
    put!(page, "\n\t    Encoding type: ", encoding);
    rest.skip(1)?;
    let transport = rest.u16()?;
    put!(
        page,
        "\n\t    Verify Transport Mechanism: ",
        transport,
        " (0x",
        Hex(transport.into()),
        ")"
    );
    if transport & PAYLOAD != 0 {
        put!(page, " (Payload test messages capable)");
    }
    put!(page, "\n\t    Transmission Rate: ");
    bandwidth(page, &mut rest)?;
    put!(page, "\n\t    Wavelength: ", rest.u32()?);
    Ok(())
}

/// A bandwidth that is told in bytes a second.
pub(super) fn bandwidth(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let bytes = f32::from_bits(rest.u32()?);
    put!(page, Thousandths((bytes * 8.0 / 1e6).into()), " Mbps");
    Ok(())
}

const VERIFY_ERRORS: &[(u32, &str)] = &[
    (0x01, "Link Verification Procedure Not supported"),
    (0x02, "Unwilling to verify"),
    (0x04, "Unsupported verification transport mechanism"),
    (0x08, "Link-Id configuration error"),
    (0x10, "Unknown object c-type"),
];

const SUMMARY_ERRORS: &[(u32, &str)] = &[
    (0x01, "Unacceptable non-negotiable LINK-SUMMARY parameters"),
    (0x02, "Renegotiate LINK-SUMMARY parameters"),
    (0x04, "Invalid TE-LINK Object"),
    (0x08, "Invalid DATA-LINK Object"),
    (0x10, "Unknown TE-LINK Object c-type"),
    (0x20, "Unknown DATA-LINK Object c-type"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::told;

    #[test]
    fn identifiers_are_addresses_or_numbers() {
        assert_eq!(
            told(3, 1, &[192, 0, 2, 1]),
            "IPv4 Local (1) Flags: [non-negotiable], length: 8\n\t    IPv4 Link ID: 192.0.2.1 (0xc0000201)"
        );
        assert!(told(4, 6, &[0, 0, 0, 9]).ends_with("\n\t    Link ID: 9 (0x00000009)"));
        assert!(told(5, 2, &[0, 0, 0, 9]).ends_with("\n\t    Message ID Ack: 9 (0x00000009)"));
    }

    #[test]
    fn a_verification_has_a_rate() {
        let body = [
            0, 1, 0, 20, 0, 0, 0, 3, 8, 0, 0x80, 0, 0x47, 0x74, 0x24, 0, 0, 0, 0, 8,
        ];
        assert!(told(8, 1, &body).ends_with(
            "\n\t    Flags: Verify all links\n\t    Verify Interval: 20\n\t    Data links: 3\
             \n\t    Encoding type: Lambda (photonic)\n\t    Verify Transport Mechanism: 32768 (0x8000)\
             \n\t    Transmission Rate: 0.500 Mbps\n\t    Wavelength: 8"
        ));
    }

    #[test]
    fn objects_without_a_printer_are_bytes() {
        assert!(
            told(99, 1, &[1, 2, 3, 4])
                .ends_with("Unknown (1) Flags: [non-negotiable], length: 8\n\t    0x0000:  0102 0304")
        );
    }
}
