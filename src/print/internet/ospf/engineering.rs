//! Traffic engineering: what a link can carry (RFC 3630, RFC 4124, RFC 4203).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::gmpls;
use crate::print::text::{HexPad, Thousandths, name_of, put, put_bits};

/// Prints the TLVs; false if one of them cannot be, which is told.
pub(super) fn print(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    let mut left = rest.len();
    while left > 0 {
        if !rest.has(4) {
            page.truncated();
            return Ok(false);
        }
        if left < 4 {
            put!(page, "\n\t    Remaining LS length ", left, " < 4");
            return Ok(false);
        }
        let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
        left -= 4;
        let name = name_of(&[(ROUTER, "Router Address"), (LINK, "Link")], kind).unwrap_or("unknown");
        put!(page, "\n\t    ", name, " TLV (", kind, "), length: ", length);
        if length > left {
            put!(page, "\n\t    Bogus length ", length, " > ", left);
            page.invalid();
            return Ok(false);
        }
        if kind == 0 || length == 0 {
            // Told twice in the peer.
            page.invalid();
            page.invalid();
            return Ok(false);
        }
        match kind {
            LINK if !link(page, rest, length)? => return Ok(false),
            LINK => {}
            ROUTER if length < 4 => {
                put!(page, "\n\t    TLV length ", length, " < 4");
                page.invalid();
                return Ok(false);
            }
            ROUTER => {
                let address = rest.peek_ipv4()?;
                put!(page, ", ");
                page.host(address);
            }
            _ => {
                if !page.verbose(2) {
                    page.hex("\n\t      ", rest.limited(length).bytes());
                }
            }
        }
        let padded = length.next_multiple_of(4);
        if padded > left {
            put!(page, "\n\t    Bogus padded length ", padded, " > ", left);
            page.invalid();
            return Ok(false);
        }
        left -= padded;
        rest.advance(padded);
    }
    Ok(true)
}

fn link(page: &mut Page<'_>, mut rest: Cursor<'_>, length: usize) -> Shown<bool> {
    let mut left = length;
    while left > 0 {
        if left < 4 {
            put!(page, "\n\t    Remaining TLV length ", left, " < 4");
            return Ok(false);
        }
        let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
        left -= 4;
        if kind == 0 || length == 0 {
            page.invalid();
            return Ok(false);
        }
        let name = name_of(PROPERTIES, kind).unwrap_or("unknown");
        put!(page, "\n\t      ", name, " subTLV (", kind, "), length: ", length);
        if left < length {
            put!(page, "\n\t    Remaining TLV length ", left, " < ", length);
            return Ok(false);
        }
        if !rest.has(length) {
            page.truncated();
            return Ok(false);
        }
        if let Some(complaint) = wrong_length(kind, length) {
            put!(page, complaint);
            page.invalid();
            return Ok(false);
        }
        if !property(page, kind, rest.limited(length))? {
            page.invalid();
            return Ok(false);
        }
        if kind == SHARED_RISK {
            // The groups are passed over twice.
            rest.advance(length);
        }
        let padded = length.next_multiple_of(4);
        if left < padded {
            put!(page, "\n\t    Remaining TLV length ", left, " < ", padded);
            return Ok(false);
        }
        left -= padded;
        rest.advance(padded);
    }
    Ok(true)
}

/// What is wrong with the length of a property, if anything.
fn wrong_length(kind: u16, length: usize) -> Option<&'static str> {
    match kind {
        1 if length != 1 => Some(" != 1"),
        2 | 11 if length != 4 && length != 8 => Some(" != 4 && != 8"),
        3..=7 | 9 | 14 if length != 4 => Some(" != 4"),
        8 if length != 32 => Some(" != 32"),
        15 if length < 36 => Some(" < 36"),
        SHARED_RISK if !length.is_multiple_of(4) => Some(" != N x 4"),
        CONSTRAINTS if length < 4 => Some(" < 4"),
        _ => None,
    }
}

/// Prints a property of a link; false if its length is not one of those that it may have.
fn property(page: &mut Page<'_>, kind: u16, value: Cursor<'_>) -> Shown<bool> {
    let mut rest = value;
    match kind {
        1 => {
            let kind = rest.u8()?;
            let name = name_of(&[(1, "Point-to-point"), (2, "Multi-Access")], kind);
            put!(page, ", ", name.unwrap_or("unknown"), " (", kind, ")");
        }
        2 | 11 => {
            while !rest.is_empty() {
                let number = rest.peek_u32(0)?;
                put!(page, ", ");
                page.host(rest.ipv4()?);
                put!(page, " (0x", HexPad(number.into(), 8), ")");
            }
        }
        3 | 4 => {
            put!(page, ", ");
            page.host(rest.ipv4()?);
        }
        5 => put!(page, ", Metric ", rest.u32()?),
        6 | 7 => {
            put!(page, ", ");
            bandwidth(page, &mut rest)?;
        }
        8 => {
            for class in 0_u8..8 {
                put!(page, "\n\t\tTE-Class ", class, ": ");
                bandwidth(page, &mut rest)?;
            }
        }
        9 => put!(page, ", 0x", HexPad(rest.u32()?.into(), 8)),
        14 => {
            put!(page, ", ");
            put_bits(page.out, gmpls::PROTECTION, rest.u8()?.into(), ", ", "none");
        }
        15 => {
            let capability = name_of(gmpls::SWITCHING, rest.u8()?).unwrap_or("Unknown");
            let encoding = name_of(gmpls::ENCODINGS, rest.u8()?).unwrap_or("Unknown");
            put!(page, "\n\t\tInterface Switching Capability: ", capability);
            put!(page, "\n\t\tLSP Encoding: ", encoding, "\n\t\tMax LSP Bandwidth:");
            rest.skip(2)?;
            for priority in 0_u8..8 {
                put!(page, "\n\t\t  priority level ", priority, ": ");
                bandwidth(page, &mut rest)?;
            }
        }
        SHARED_RISK => {
            put!(page, "\n\t\t  Shared risk group: ");
            while !rest.is_empty() {
                put!(page, rest.u32()?);
                put!(page, if rest.is_empty() { "" } else { ", " });
            }
        }
        CONSTRAINTS => return constraints(page, rest),
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t\t", value.bytes());
            }
        }
    }
    Ok(true)
}

fn constraints(page: &mut Page<'_>, value: Cursor<'_>) -> Shown<bool> {
    let mut rest = value;
    let model = rest.u8()?;
    let name = name_of(gmpls::BANDWIDTH_MODELS, model).unwrap_or("unknown");
    put!(
        page,
        "\n\t\tBandwidth Constraints Model ID: ",
        name,
        " (",
        model,
        ")"
    );
    if !value.len().is_multiple_of(4) {
        put!(page, "\n\t\tlength ", value.len(), " != N x 4");
        return Ok(false);
    }
    if value.len() > 36 {
        put!(page, "\n\t\tlength ", value.len(), " > 36");
        return Ok(false);
    }
    rest.skip(3)?;
    let mut class = 0_u8;
    while !rest.is_empty() {
        put!(page, "\n\t\t  Bandwidth constraint CT", class, ": ");
        bandwidth(page, &mut rest)?;
        class += 1;
    }
    Ok(true)
}

fn bandwidth(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let bytes = f32::from_bits(rest.u32()?);
    put!(page, Thousandths((bytes * 8.0 / 1e6).into()), " Mbps");
    Ok(())
}

const ROUTER: u16 = 1;
const LINK: u16 = 2;
const SHARED_RISK: u16 = 16;
const CONSTRAINTS: u16 = 17;

const PROPERTIES: &[(u16, &str)] = &[
    (1, "Link Type"),
    (2, "Link ID"),
    (3, "Local Interface IP address"),
    (4, "Remote Interface IP address"),
    (5, "Traffic Engineering Metric"),
    (6, "Maximum Bandwidth"),
    (7, "Maximum Reservable Bandwidth"),
    (8, "Unreserved Bandwidth"),
    (9, "Administrative Group"),
    (11, "Link Local/Remote Identifier"),
    (14, "Link Protection Type"),
    (15, "Interface Switching Capability"),
    (SHARED_RISK, "Shared Risk Link Group"),
    (CONSTRAINTS, "Bandwidth Constraints"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::{advertisement, packet};
    use crate::print::sample::{ipv4, verbose};
    use crate::wire::LinkType;

    fn told(body: &[u8]) -> String {
        let update = [vec![0, 0, 0, 1], advertisement(10, [1, 0, 0, 0], body)].concat();
        let text = verbose(1, LinkType::RAW, &ipv4(89, &packet(4, &update)));
        text.split_once("\n\t    Options: [External]")
            .unwrap()
            .1
            .to_owned()
    }

    #[test]
    fn links_have_properties() {
        let link = [
            0, 2, 0, 16, 0, 1, 0, 1, 2, 0, 0, 0, 0, 6, 0, 4, 0x49, 0x74, 0x24, 0,
        ];
        assert_eq!(
            told(&link),
            "\n\t    Link TLV (2), length: 16\n\t      Link Type subTLV (1), length: 1, Multi-Access (2)\
             \n\t      Maximum Bandwidth subTLV (6), length: 4, 8.000 Mbps"
        );
        assert_eq!(
            told(&[0, 2, 0, 8, 0, 6, 0, 3, 0, 0, 0, 0]),
            "\n\t    Link TLV (2), length: 8\n\t      Maximum Bandwidth subTLV (6), length: 3 != 4 (invalid)"
        );
        assert_eq!(
            told(&[0, 1, 0, 4, 1, 2, 3, 4]),
            "\n\t    Router Address TLV (1), length: 4, 1.2.3.4"
        );
    }
}
