//! Generic routing encapsulation, version 0 (RFC 1701, RFC 2784, RFC 2890) and 1 (PPTP, RFC 2637).

use pnet_packet::ethernet::EtherType;

use super::{atalk, erspan, ipv4, ipv6, mpls, nhrp, nsh};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::link::{ether, ethertype, isoclns, ppp};
use crate::print::page::Page;
use crate::print::text::{Hex, put, put_bits};

/// Prints a GRE packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("gre");
    put!(page, "GRE");
    page.expect("length", packet, 2)?;
    let mut rest = packet;
    let flags = rest.u16()?;
    let version = flags & 7;
    put!(page, "v", version);
    if version > 1 {
        put!(page, " ERROR: unknown-version");
        return Ok(());
    }
    if page.verbose(1) {
        put!(page, ", Flags [");
        put_bits(page.out, FLAGS, flags.into(), ", ", "none");
        put!(page, "]");
    }
    page.expect("len", rest, 2)?;
    let protocol = rest.u16()?;
    if version == 0 {
        plain(page, flags, &mut rest)?;
    } else {
        enhanced(page, flags, &mut rest)?;
    }
    if page.options.link_header {
        let name = ethertype::name(EtherType(protocol)).unwrap_or("unknown");
        put!(page, ", proto ", name, " (", EtherType(protocol), ")");
    }
    put!(page, ", length ", packet.len());
    if version == 1 && flags & SEQUENCE == 0 {
        return Ok(());
    }
    put!(page, if page.verbose(1) { "\n\t" } else { ": " });
    page.deeper(|page| match version {
        0 => payload(page, flags, protocol, rest),
        _ if protocol == PPP => ppp::print(page, rest),
        _ => {
            put!(page, "gre-proto-0x", Hex(protocol.into()));
            Ok(())
        }
    })
}

fn payload(page: &mut Page<'_>, flags: u16, protocol: u16, rest: Cursor<'_>) -> Shown {
    match protocol {
        KEEP_ALIVE => {
            put!(page, "keep-alive");
            Ok(())
        }
        WCCP => web_cache(page, rest),
        0x0800 => ipv4::print(page, rest),
        0x86dd => ipv6::print(page, rest),
        0x8847 | 0x8848 => mpls::print(page, rest),
        0x6558 => ether::print(page, rest).map(|_| ()),
        0x809b => atalk::print(page, rest),
        0x00fe => isoclns::print(page, rest),
        0x2001 => nhrp::print(page, rest),
        0x894f => nsh::print(page, rest),
        0x88be => erspan::print_i_or_ii(page, flags & SEQUENCE != 0, rest),
        0x22eb => erspan::print_iii(page, rest),
        _ => {
            put!(page, "gre-proto-0x", Hex(protocol.into()));
            Ok(())
        }
    }
}

fn plain(page: &mut Page<'_>, flags: u16, rest: &mut Cursor<'_>) -> Shown {
    if flags & (CHECKSUM | ROUTING) != 0 {
        page.expect("len", *rest, 2)?;
        let sum = rest.u16()?;
        if page.verbose(1) {
            put!(page, ", sum 0x", Hex(sum.into()));
        }
        page.expect("len", *rest, 2)?;
        put!(page, ", off 0x", Hex(rest.u16()?.into()));
    }
    if flags & KEY != 0 {
        page.expect("len", *rest, 4)?;
        put!(page, ", key=0x", Hex(rest.u32()?.into()));
    }
    if flags & SEQUENCE != 0 {
        page.expect("len", *rest, 4)?;
        put!(page, ", seq ", rest.u32()?);
    }
    if flags & ROUTING != 0 {
        routes(page, rest)?;
    }
    Ok(())
}

/// Source route entries, which RFC 2784 did away with; the last one is empty.
fn routes(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    loop {
        page.expect("len", *rest, 4)?;
        let (family, offset, length) = (rest.u16()?, rest.u8()?, rest.u8()?);
        if family == 0 && length == 0 {
            return Ok(());
        }
        match family {
            ROUTE_IP => route(page, ", (rtaf=ip", 4, (offset, length), *rest)?,
            ROUTE_AS => route(page, ", (rtaf=asn", 2, (offset, length), *rest)?,
            _ => put!(page, ", (rtaf=0x", Hex(family.into()), ")"),
        }
        page.expect("len", *rest, length.into())?;
        rest.advance(length.into());
    }
}

/// Prints the hops of a source route, each `size` bytes; the next one has an asterisk.
fn route(
    page: &mut Page<'_>,
    name: &str,
    size: u8,
    (offset, length): (u8, u8),
    mut rest: Cursor<'_>,
) -> Shown {
    put!(page, name);
    if !offset.is_multiple_of(size) {
        put!(page, ", badoffset=", offset, ")");
        return Err(Stop::Invalid);
    }
    if !length.is_multiple_of(size) {
        put!(page, ", badlength=", length, ")");
        return Err(Stop::Invalid);
    }
    if offset >= length {
        put!(page, ", badoff/len=", offset, "/", length, ")");
        return Err(Stop::Invalid);
    }
    for place in (0..length).step_by(size.into()) {
        let next = if place == offset { " *" } else { " " };
        if let Err(stop) = page.expect("len", rest, size.into()) {
            put!(page, ")");
            return Err(stop);
        }
        match size {
            4 => put!(page, next, rest.ipv4()?),
            _ => put!(page, next, Hex(rest.u16()?.into())),
        }
    }
    put!(page, ")");
    Ok(())
}

fn enhanced(page: &mut Page<'_>, flags: u16, rest: &mut Cursor<'_>) -> Shown {
    if flags & KEY != 0 {
        page.expect("len", *rest, 4)?;
        put!(page, ", call ", rest.u32()? & 0xffff);
    }
    if flags & SEQUENCE != 0 {
        page.expect("len", *rest, 4)?;
        put!(page, ", seq ", rest.u32()?);
    }
    if flags & ACKNOWLEDGMENT != 0 {
        page.expect("len", *rest, 4)?;
        put!(page, ", ack ", rest.u32()?);
    }
    if flags & SEQUENCE == 0 {
        put!(page, ", no-payload");
    }
    Ok(())
}

/// A packet redirected to a web cache: IPv4, perhaps behind a redirect header, which cannot be mistaken for IPv4.
fn web_cache(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(page, "wccp ");
    page.expect("len", rest, 1)?;
    if rest.peek_u8(0)? >> 4 != 4 {
        page.expect("len", rest, 4)?;
        let flags = rest.u8()?;
        let bit = |mask: u8| u8::from(flags & mask != 0);
        put!(page, "T:", bit(0x80), " A:", bit(0x40), " U:", bit(0x20));
        put!(
            page,
            " SId:",
            rest.u8()?,
            " Alt:",
            rest.u8()?,
            " Pri:",
            rest.u8()?,
            ": "
        );
    }
    ipv4::print(page, rest)
}

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGMENT: u16 = 0x0080;

/// A reserved type, in which Cisco's keep-alives come.
const KEEP_ALIVE: u16 = 0;
const PPP: u16 = 0x880b;
const WCCP: u16 = 0x883e;

const ROUTE_IP: u16 = 0x0800;
const ROUTE_AS: u16 = 0xfffe;

const FLAGS: &[(u32, &str)] = &[
    (0x8000, "checksum present"),
    (0x4000, "routing present"),
    (0x2000, "key present"),
    (0x1000, "sequence# present"),
    (0x0800, "source routing present"),
    (0x0080, "ack present"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_payload_follows_the_key_and_the_number() {
        let mut packet = vec![0x30, 0, 8, 0, 0, 0, 0, 5, 0, 0, 0, 6];
        packet.extend(ipv4(253, &[]));
        let packet = ipv4(47, &packet);
        assert_eq!(
            shown(LinkType::RAW, &packet),
            "IP 192.0.2.1 > 192.0.2.2: GREv0, key=0x5, seq 6, length 32: IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert!(verbose(1, LinkType::RAW, &packet).contains("Flags [key present, sequence# present]"));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }

    #[test]
    fn a_source_route_marks_its_next_hop() {
        let mut packet = vec![
            0x40, 0, 0, 0, 0, 0, 0, 0, 0x08, 0, 4, 8, 192, 0, 2, 7, 192, 0, 2, 8,
        ];
        packet.extend_from_slice(&[0xff, 0xfe, 0, 2, 0xfd, 0xe8, 0, 0, 0, 0]);
        assert!(shown(LinkType::RAW, &ipv4(47, &packet)).ends_with(
            ": GREv0, off 0x0, (rtaf=ip 192.0.2.7 *192.0.2.8), (rtaf=asn *fde8), length 30: keep-alive"
        ));
        packet[10] = 3;
        assert!(shown(LinkType::RAW, &ipv4(47, &packet)).ends_with(", (rtaf=ip, badoffset=3) (invalid)"));
        packet[10] = 4;
        packet.truncate(18);
        assert!(
            shown(LinkType::RAW, &ipv4(47, &packet)).ends_with(", (rtaf=ip 192.0.2.7 [len 2 < 4]) (invalid)")
        );
    }

    #[test]
    fn a_redirect_header_comes_before_the_packet() {
        let mut packet = vec![0, 0, 0x88, 0x3e, 0x80, 1, 2, 3];
        packet.extend(ipv4(253, &[]));
        assert!(
            shown(LinkType::RAW, &ipv4(47, &packet))
                .contains(": wccp T:1 A:0 U:0 SId:1 Alt:2 Pri:3: IP 192.0.2.1")
        );
    }

    #[test]
    fn a_header_that_is_too_short_is_told() {
        assert!(shown(LinkType::RAW, &ipv4(47, &[0])).ends_with(": GRE [length 1 < 2] (invalid)"));
        assert!(shown(LinkType::RAW, &ipv4(47, &[0x10, 0, 8])).ends_with(": GREv0 [len 1 < 2] (invalid)"));
    }
}
