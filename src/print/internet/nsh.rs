//! The network service header (RFC 8300).

use super::{ipv4, ipv6};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::link::ether;
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, HexPad, Zeros, name_of, put};

/// Prints the header, its context under `-vvv`, and what it carries.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("nsh");
    if packet.len() < 8 {
        put!(page, " (packet length ", packet.len(), " < 8)");
        return Err(Stop::Invalid);
    }
    let mut rest = packet;
    let base = rest.u32()?;
    let version = base >> 30;
    put!(page, "NSH, ");
    if page.verbose(2) {
        put!(page, "ver ", version, ", ");
    }
    if version != 0 {
        return Ok(());
    }
    let [_, length, kind, next] = (base & 0x003f_0fff).to_be_bytes();
    put!(
        page,
        "flags [",
        if base >> 28 & 2 != 0 { "O" } else { "none" },
        "], "
    );
    if page.verbose(3) {
        put!(page, "TTL ", base >> 22 & 0x3f, ", length ", length, ", md type ");
        name_or_number(page, METADATA, kind);
    }
    if page.verbose(2) {
        put!(page, "next-protocol ");
        name_or_number(page, PROTOCOLS, next);
    }
    let words = usize::from(length);
    if packet.len() < words * WORD {
        put!(page, " (too many headers for packet length ", packet.len(), ")");
        return Err(Stop::Invalid);
    }
    put!(page, "service-path-id 0x", HexPad(rest.u24()?.into(), 6), ", ");
    put!(page, "service-index 0x", Hex(rest.u8()?.into()));
    let Some(words) = words.checked_sub(2) else {
        put!(page, " (less than two headers)");
        return Err(Stop::Invalid);
    };
    if page.verbose(3) {
        match kind {
            FIXED => fixed_context(page, rest, words)?,
            VARIABLE => variable_context(page, rest, words)?,
            _ => {}
        }
    }
    rest.need(words * WORD)?;
    rest.advance(words * WORD);
    put!(page, if page.verbose(1) { "\n    " } else { ": " });
    page.deeper(|page| match next {
        1 => ipv4::print(page, rest),
        2 => ipv6::print(page, rest),
        3 => ether::print(page, rest).map(|_| ()),
        _ => {
            put!(page, "ERROR: unknown-next-protocol");
            Ok(())
        }
    })
}

fn name_or_number(page: &mut Page<'_>, table: &[(u8, &'static str)], number: u8) {
    match name_of(table, number) {
        Some(name) => put!(page, name, ", "),
        None => put!(page, "unknown (0x", Hex2(number), "), "),
    }
}

fn fixed_context(page: &mut Page<'_>, mut rest: Cursor<'_>, words: usize) -> Shown {
    if words != 4 {
        put!(page, " (length for the MD type)");
        return Err(Stop::Invalid);
    }
    for number in 0..4 {
        put!(
            page,
            "\n        Context[",
            Zeros(number, 2),
            "]: 0x",
            HexPad(rest.u32()?.into(), 8)
        );
    }
    Ok(())
}

fn variable_context(page: &mut Page<'_>, mut rest: Cursor<'_>, words: usize) -> Shown {
    let mut words = words;
    while let Some(left) = words.checked_sub(1) {
        let (class, kind, length) = (rest.u16()?, rest.u8()?, rest.u8()? & 0x7f);
        put!(
            page,
            "\n        TLV Class ",
            class,
            ", Type ",
            kind,
            ", Len ",
            length
        );
        let value_words = usize::from(length).div_ceil(WORD);
        let Some(left) = left.checked_sub(value_words) else {
            put!(page, " (length too big)");
            return Err(Stop::Invalid);
        };
        words = left;
        let mut value = rest.sub(value_words * WORD);
        for place in 0..length {
            let before = if place == 0 {
                "\n            Value: 0x"
            } else {
                ":"
            };
            put!(page, before, Hex2(value.u8()?));
        }
        value.need(value.len())?;
    }
    Ok(())
}

const WORD: usize = 4;
const FIXED: u8 = 1;
const VARIABLE: u8 = 2;
const METADATA: &[(u8, &str)] = &[
    (0, "reserved"),
    (FIXED, "1"),
    (VARIABLE, "2"),
    (15, "experimental"),
];

const PROTOCOLS: &[(u8, &str)] = &[
    (1, "IPv4"),
    (2, "IPv6"),
    (3, "Ethernet"),
    (4, "NSH"),
    (5, "MPLS"),
    (0xfe, "Experiment 1"),
    (0xff, "Experiment 2"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, ipv4, shown, verbose};
    use crate::wire::LinkType;

    const ETHERNET: LinkType = LinkType::ETHERNET;

    fn header(length: u8, kind: u8, context: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x2f, 0xc0 | length, kind, 1, 0, 0, 9, 255];
        packet.extend_from_slice(context);
        packet.extend(ipv4(253, &[]));
        ether(0x894f, &packet)
    }

    #[test]
    fn the_path_is_told_and_the_context_under_vvv() {
        let frame = header(6, 1, &[0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4]);
        assert_eq!(
            shown(ETHERNET, &frame),
            "NSH, flags [O], service-path-id 0x000009, service-index 0xff: IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        let text = verbose(3, ETHERNET, &frame);
        assert!(text.starts_with("NSH, ver 0, flags [O], TTL 63, length 6, md type 1, next-protocol IPv4, "));
        assert!(
            text.contains("\n        Context[03]: 0x00000004\n    IP (tos"),
            "{text}"
        );
        assert_every_cut_is_told(ETHERNET, &frame);
    }

    #[test]
    fn variable_context_is_told_value_by_value() {
        let frame = header(4, 2, &[0, 5, 6, 2, 0xab, 0xcd, 0, 0]);
        let text = verbose(3, ETHERNET, &frame);
        assert!(
            text.contains("\n        TLV Class 5, Type 6, Len 2\n            Value: 0xab:cd\n    IP"),
            "{text}"
        );
        assert_every_cut_is_told(ETHERNET, &frame);
        let text = verbose(3, ETHERNET, &header(3, 2, &[0, 5, 6, 2]));
        assert!(text.ends_with(", Len 2 (length too big) (invalid)"), "{text}");
    }
}
