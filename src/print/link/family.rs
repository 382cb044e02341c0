//! Captures that begin with an address family: netfilter's log, OpenBSD's packet filter and IPsec, Solaris's ipnet.

use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{ipv4, ipv6};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, HexPad, name_of, put};

/// Linux's netfilter log: values behind their lengths and kinds, in the byte order of the machine.
pub(super) fn netfilter(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    const PAYLOAD: u16 = 9;
    page.enter("nflog");
    let mut rest = packet;
    rest.need(4)?;
    let (family, version, resource) = (rest.u8()?, rest.u8()?, rest.u16()?);
    let mut header = 4;
    if version != 0 {
        put!(page, "version ", version, " (unknown)");
        page.link_len += header;
        return Ok(());
    }
    let show = |page: &mut Page<'_>, length: usize| {
        put!(page, "version ", version, ", resource ID ", resource);
        let name = name_of(&[(INET, "IPv4"), (LINUX_INET6, "IPv6")], family);
        if page.quiet() {
            match name {
                Some(name) => put!(page, ", ", name),
                None => put!(page, ", Unknown NFLOG (0x", Hex2(family), ")"),
            }
        } else {
            put!(page, ", family ", name.unwrap_or("Unknown"), " (", family, ")");
        }
        put!(page, ", length ", length, ": ");
    };
    if page.options.link_header {
        show(page, packet.len());
    }
    while !rest.is_empty() {
        let size = rest
            .after(0)
            .u16_le()
            .map_or(0, |size| usize::from(size).next_multiple_of(4));
        let (Ok(kind), true) = (rest.after(2).u16_le(), size >= 4 && rest.has(size)) else {
            page.truncated();
            page.link_len += header;
            return Ok(());
        };
        let passed = if kind == PAYLOAD { 4 } else { size };
        rest.advance(passed);
        header += passed;
        if kind == PAYLOAD {
            break;
        }
    }
    match family {
        INET => ipv4::print(page, rest)?,
        LINUX_INET6 => ipv6::print(page, rest)?,
        _ => {
            if !page.options.link_header {
                show(page, rest.len() + 4);
            }
            page.raw(rest.bytes());
        }
    }
    page.link_len += header;
    Ok(())
}

/// The log of the packet filter of OpenBSD and its relatives.
pub(super) fn packet_filter(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("pflog");
    let length = usize::from(packet.peek_u8(0)?);
    if length < SHORTEST_LOG {
        put!(page, "[pflog: invalid header length!]");
        page.link_len += length;
        return Ok(());
    }
    let header = length.next_multiple_of(4);
    if !packet.has(header.max(LOG)) {
        page.truncated();
        page.link_len += header;
        return Ok(());
    }
    if page.options.link_header {
        log(page, packet)?;
    }
    let rest = packet.after(header);
    match packet.peek_u8(1)? {
        INET => ipv4::print(page, rest)?,
        INET6_BSD | INET6_FREEBSD | INET6_DARWIN => ipv6::print(page, rest)?,
        _ => {
            if !page.options.link_header {
                log(page, packet)?;
            }
            page.raw(rest.bytes());
        }
    }
    page.link_len += header;
    Ok(())
}

/// Which rule decided, why, what, and where.
fn log(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    const NO_RULE: u32 = u32::MAX;
    let (rule, inner) = (packet.peek_u32(36)?, packet.peek_u32(40)?);
    put!(page, "rule ", rule);
    if inner == NO_RULE {
        put!(page, "/");
    } else {
        put!(page, ".");
        page.padded_text(&mut packet.after(20), 16)?;
        put!(page, ".", inner, "/");
    }
    let (action, reason) = (packet.peek_u8(2)?, packet.peek_u8(3)?);
    named(page, REASONS, reason);
    put!(page, ": ");
    named(page, ACTIONS, action);
    put!(page, " ");
    named(page, DIRECTIONS, packet.peek_u8(60)?);
    put!(page, " on ");
    page.padded_text(&mut packet.after(4), 16)?;
    put!(page, ": ");
    Ok(())
}

fn named(page: &mut Page<'_>, names: &[(u8, &'static str)], number: u8) {
    match name_of(names, number) {
        Some(name) => put!(page, name),
        None => put!(page, "unkn(", number, ")"),
    }
}

/// IPsec in OpenBSD: what was protected, once it is not any more.
pub(super) fn encapsulated(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("enc");
    packet.need(12)?;
    page.link_len += 12;
    let mut rest = packet;
    let (family, index, flags) = (rest.u32_le()?, rest.u32()?, rest.u32_le()?);
    // A family fits in sixteen bits, so a larger one was written by a machine of the other byte order.
    let (family, flags) = if family & 0xffff_0000 != 0 {
        (family.swap_bytes(), flags.swap_bytes())
    } else {
        (family, flags)
    };
    put!(page, if flags == 0 { "(unprotected): " } else { "(" });
    let mut left = flags;
    for (mask, name) in [(0x0800, "authentic"), (0x0400, "confidential")] {
        if left & mask != 0 {
            put!(page, name, if left == mask { "): " } else { "," });
            left &= !mask;
        }
    }
    put!(page, "SPI 0x", HexPad(index.into(), 8), ": ");
    match u8::try_from(family) {
        Ok(INET) => ipv4::print(page, rest),
        Ok(INET6_BSD | INET6_FREEBSD | INET6_DARWIN) => ipv6::print(page, rest),
        _ => Ok(()),
    }
}

/// What Solaris hands over: the zones and the family of each packet.
pub(super) fn solaris(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    const HEADER: usize = 24;
    page.enter("ipnet");
    packet.need(HEADER)?;
    page.link_len += HEADER;
    let family = packet.peek_u8(1)?;
    let (source, destination) = (packet.peek_u32(16)?, packet.peek_u32(20)?);
    let show = |page: &mut Page<'_>| {
        put!(page, source, " > ", destination);
        let name = name_of(&[(INET, "IPv4"), (SOLARIS_INET6, "IPv6")], family);
        if page.quiet() {
            match name {
                Some(name) => put!(page, ", ", name),
                None => put!(page, ", Unknown Ethertype (0x", Hex4(family.into()), ")"),
            }
        } else {
            put!(page, ", family ", name.unwrap_or("Unknown"), " (", family, ")");
        }
        put!(page, ", length ", packet.len(), ": ");
    };
    if page.options.link_header {
        show(page);
    }
    let rest = packet.after(HEADER);
    match family {
        INET => ipv4::print(page, rest),
        SOLARIS_INET6 => ipv6::print(page, rest),
        _ => {
            if !page.options.link_header {
                show(page);
            }
            page.raw(rest.bytes());
            Ok(())
        }
    }
}

const INET: u8 = 2;
const LINUX_INET6: u8 = 10;
const INET6_BSD: u8 = 24;
const SOLARIS_INET6: u8 = 26;
const INET6_FREEBSD: u8 = 28;
const INET6_DARWIN: u8 = 30;

/// The shortest header that a log says to have, and how long the fields are that are shown of it.
const SHORTEST_LOG: usize = 45;
const LOG: usize = 61;

#[rustfmt::skip]
const REASONS: &[(u8, &str)] = &[
    (0, "0(match)"), (1, "1(bad-offset)"), (2, "2(fragment)"), (3, "3(short)"), (4, "4(normalize)"),
    (5, "5(memory)"), (6, "6(bad-timestamp)"), (7, "7(congestion)"), (8, "8(ip-option)"), (9, "9(proto-cksum)"),
    (10, "10(state-mismatch)"), (11, "11(state-insert)"), (12, "12(state-limit)"), (13, "13(src-limit)"),
    (14, "14(synproxy)"),
];

#[rustfmt::skip]
const ACTIONS: &[(u8, &str)] = &[
    (0, "pass"), (1, "block"), (2, "scrub"), (3, "nonat"), (4, "nat"), (5, "nobinat"), (6, "binat"),
    (7, "nordr"), (8, "rdr"), (9, "synproxy-drop"),
];

const DIRECTIONS: &[(u8, &str)] = &[(0, "in/out"), (1, "in"), (2, "out")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, ipv6, shown, under_e};
    use crate::wire::LinkType;

    fn check(link: u32, header: &[u8], text: &str) {
        let packet = [header, &ipv4(253, &[])].concat();
        let told = shown(LinkType(link), &packet);
        assert!(
            told.ends_with("IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"),
            "{told}"
        );
        assert_every_cut_is_told(LinkType(link), &packet);
        let told = under_e(LinkType(link), &packet);
        assert!(told.starts_with(text), "{told}");
    }

    #[test]
    fn netfilters_values_lead_to_the_packet() {
        let header = [2, 0, 0, 7, 6, 0, 10, 0, b'x', 0, 0, 0, 24, 0, 9, 0];
        check(
            239,
            &header,
            "version 0, resource ID 7, family IPv4 (2), length 36: 192.0.2.1",
        );
        let packet = [&[10, 0, 0, 7, 44, 0, 9, 0][..], &ipv6(59, &[])].concat();
        assert!(shown(LinkType(239), &packet).starts_with("IP6 2001:db8::1 > "));
        assert_eq!(shown(LinkType(239), &[2, 1, 0, 7]), "version 1 (unknown)");
        assert_eq!(shown(LinkType(239), &[2, 0, 0, 7, 0, 0, 3, 0]), " [|nflog]");
    }

    #[test]
    fn the_rule_that_decided_is_told() {
        let mut header = vec![61, 2, 1, 0];
        header.extend(b"em0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        header.extend(b"inner\0\0\0\0\0\0\0\0\0\0\0");
        header.extend([0, 0, 0, 5, 0, 0, 0, 6]);
        header.resize(60, 0);
        header.extend([1, 0, 0, 0]);
        check(
            117,
            &header,
            "rule 5.inner.6/0(match): block in on em0: 192.0.2.1",
        );
        header[40..44].fill(0xff);
        header[2] = 10;
        check(117, &header, "rule 5/0(match): unkn(10) in on em0: ");
        assert_eq!(shown(LinkType(117), &[44]), "[pflog: invalid header length!]");
    }

    #[test]
    fn what_protected_a_packet_is_told_in_either_byte_order() {
        check(
            109,
            &[2, 0, 0, 0, 0, 0, 0, 9, 0, 0x0c, 0, 0],
            "(authentic,confidential): SPI 0x00000009: ",
        );
        check(
            109,
            &[0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 0],
            "(unprotected): SPI 0x00000009: ",
        );
    }

    #[test]
    fn zones_are_told() {
        let mut header = vec![1, 2];
        header.resize(16, 0);
        header.extend([0, 0, 0, 3, 0, 0, 0, 4]);
        check(226, &header, "3 > 4, family IPv4 (2), length 44: 192.0.2.1");
    }
}
