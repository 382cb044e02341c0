//! ROUTE-REFRESH (RFC 2918, RFC 5291, RFC 7313).

use super::{Cut, HEADER, Told, unknown};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::registry::family;
use crate::print::text::{name_of, put};

/// Prints the message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Told {
    if message.len() < HEADER + 4 {
        return Ok(());
    }
    let mut rest = message.after(HEADER);
    let (afi, subtype, safi) = (rest.u16()?, rest.u8()?, rest.u8()?);
    let name = family::name(afi).unwrap_or("Unknown");
    put!(page, "\n\t  AFI ", name, " (", afi, "), SAFI ");
    let name = family::subsequent(safi).unwrap_or("Unknown");
    put!(page, name, " (", safi, "), Subtype ");
    let name = name_of(SUBTYPES, subtype).unwrap_or("Unknown");
    put!(page, name, " (", subtype, ")");

    if rest.len() >= 5 {
        let (when, kind, length) = (rest.u8()?, rest.u8()?, rest.u16()?);
        let name = name_of(&[(1, "Immediate"), (2, "Defer")], when).unwrap_or("Unknown");
        put!(page, "\n\t  ORF refresh ", name, " (", when, "), ORF type ");
        let name = name_of(FILTERS, kind).unwrap_or("Unknown");
        put!(page, name, " (", kind, "), ORF length ", length);
    }
    if page.verbose(2) {
        if !message.has(message.len()) {
            return Err(Cut::Message);
        }
        unknown(page, "\n\t  ", message);
    }
    Ok(())
}

const SUBTYPES: &[(u8, &str)] = &[
    (0, "Normal route refresh request"),
    (1, "Demarcation of the beginning of a route refresh"),
    (2, "Demarcation of the ending of a route refresh"),
];

const FILTERS: &[(u8, &str)] = &[(64, "Address Prefix ORF"), (65, "CP-ORF")];

#[cfg(test)]
mod tests {
    use super::super::sample::{message, text};

    #[test]
    fn a_refresh_may_have_a_filter() {
        let refresh = message(5, &[0, 1, 1, 1, 1, 64, 0, 1, 0x80]);
        assert_eq!(
            text(1, &refresh),
            "\n\tRoute Refresh Message (5), length: 28\
             \n\t  AFI IPv4 (1), SAFI Unicast (1), Subtype Demarcation of the beginning of a route refresh (1)\
             \n\t  ORF refresh Immediate (1), ORF type Address Prefix ORF (64), ORF length 1"
        );
        assert!(text(2, &refresh).contains("\n\t  0x0010:  001c 0500"));
    }
}
