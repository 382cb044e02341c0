//! OSPF for IPv6, version 3 (RFC 5340), with its authentication trailer (RFC 7166).

use super::{advertisement3 as advertisement, designated, neighbors, router_and_area};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex4, HexPad, name_of, put, put_bits};

/// Prints a packet.
pub(in crate::print::internet) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ospf3");
    let (kind, version) = (packet.peek_u8(1)?, packet.peek_u8(0)?);
    let Some(name) = name_of(super::KINDS, kind) else {
        put!(page, "OSPFv", version, ", unknown packet type (", kind, ")");
        put!(page, ", length ", packet.len());
        return Ok(());
    };
    put!(page, "OSPFv", version, ", ", name, ", length ", packet.len());
    if !page.verbose(1) {
        return Ok(());
    }
    let length = usize::from(packet.peek_u16(2)?);
    if length > packet.len() {
        put!(page, " [len ", length, "]");
        return Ok(());
    }
    router_and_area(page, packet)?;
    match packet.peek_u8(14)? {
        0 => {}
        instance => put!(page, ", Instance ", instance),
    }
    if version != 3 {
        return Ok(());
    }
    let body = packet.claiming(length).after(HEADER);
    match kind {
        super::HELLO => hello(page, body)?,
        super::DESCRIPTION => description(page, body)?,
        _ if !page.verbose(2) => {}
        super::REQUEST => request(page, body)?,
        super::UPDATE => update(page, body)?,
        _ => headers(page, body)?,
    }
    let options = match kind {
        super::HELLO => packet.peek_u32(HEADER + 4)?,
        super::DESCRIPTION => packet.peek_u32(HEADER)?,
        _ => 0,
    };
    trailer(page, options & SIGNALS != 0, packet.after(length))
}

fn put_options(page: &mut Page<'_>, before: &str, options: u32) {
    put!(page, before);
    put_bits(page.out, OPTIONS, options, ", ", "none");
    put!(page, "]");
}

/// `Options [V6, External]`, on a line of its own.
pub(super) fn options_line(page: &mut Page<'_>, options: u32) {
    put_options(page, "\n\t      Options [", options);
}

fn hello(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put_options(page, "\n\tOptions [", rest.peek_u32(4)?);
    let (interface, priority) = (rest.ipv4()?, rest.u8()?);
    rest.skip(3)?;
    put!(
        page,
        "\n\t  Hello Timer ",
        rest.u16()?,
        "s, Dead Timer ",
        rest.u16()?,
        "s, Interface-ID "
    );
    page.host(interface);
    put!(page, ", Priority ", priority);
    designated(page, &mut rest)?;
    if page.verbose(2) {
        put!(page, "\n\t  Neighbor List:");
        neighbors(page, rest)?;
    }
    Ok(())
}

fn description(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put_options(page, "\n\tOptions [", rest.u32()?);
    let (mtu, _, flags) = (rest.u16()?, rest.u8()?, rest.u8()?);
    put!(page, ", DD Flags [");
    put_bits(page.out, DESCRIPTION_FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    put!(
        page,
        ", MTU ",
        mtu,
        ", DD-Sequence 0x",
        HexPad(rest.u32()?.into(), 8)
    );
    if page.verbose(2) {
        headers(page, rest)?;
    }
    Ok(())
}

fn headers(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        page.item("lsas", |page| advertisement::header(page, rest))?;
        rest.advance(advertisement::HEADER);
    }
    Ok(())
}

fn request(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        rest.need(12)?;
        put!(page, "\n\t  Advertising Router ");
        page.host(rest.after(8).peek_ipv4()?);
        advertisement::kind(page, rest.peek_u16(2)?, rest.after(4))?;
        rest.skip(12)?;
    }
    Ok(())
}

fn update(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let mut count = rest.u32()?;
    while !rest.is_empty() && count > 0 {
        let length = page.item("lsas", |page| advertisement::print(page, rest))?;
        rest.advance(length);
        count -= 1;
    }
    Ok(())
}

/// What follows the packet: a block of signals if the packet says so, and the authentication.
fn trailer(page: &mut Page<'_>, signals: bool, mut rest: Cursor<'_>) -> Shown {
    if signals && !rest.is_empty() {
        let length = block(page, rest)?;
        rest.advance(length);
    }
    if rest.is_empty() {
        return Ok(());
    }
    if rest.len() < AUTHENTICATION {
        return Err(Stop::Truncated);
    }
    let kind = rest.peek_u16(0)?;
    put!(page, "\n\tAuthentication Type ");
    match kind {
        1 => put!(page, "HMAC"),
        _ => put!(page, "unknown (0x", Hex4(kind), ")"),
    }
    let length = usize::from(rest.peek_u16(2)?);
    put!(page, ", Length ", length);
    if length < AUTHENTICATION || length > rest.len() {
        return Err(Stop::Truncated);
    }
    put!(page, ", SAID ", rest.peek_u16(6)?);
    put!(page, ", CSN 0x", HexPad(rest.peek_u32(8)?.into(), 8));
    put!(page, ":", HexPad(rest.peek_u32(12)?.into(), 8));
    let data = rest.limited(length).after(AUTHENTICATION);
    data.need(data.len())?;
    if page.verbose(2) {
        page.hex("\n\tAuthentication Data ", data.bytes());
    }
    Ok(())
}

/// Prints the beginning of the block of signals and returns its length.
fn block(page: &mut Page<'_>, from: Cursor<'_>) -> Shown<usize> {
    let mut rest = from;
    if rest.len() < 4 {
        return Err(Stop::Truncated);
    }
    put!(page, "\n\tLLS Checksum 0x", Hex4(rest.u16()?));
    let length = usize::from(rest.u16()?);
    put!(page, ", Data Length ", length);
    if length < 4 || length > from.len() {
        return Err(Stop::Truncated);
    }
    from.need(length)?;
    Ok(length)
}

const HEADER: usize = 16;
const AUTHENTICATION: usize = 16;
const SIGNALS: u32 = 0x0200;

const OPTIONS: &[(u32, &str)] = &[
    (0x01, "V6"),
    (0x02, "External"),
    (0x04, "Deprecated"),
    (0x08, "NSSA"),
    (0x10, "Router"),
    (0x20, "Demand Circuit"),
    (0x0100, "AFs Support"),
    (SIGNALS, "LLS"),
    (0x0400, "Authentication Trailer"),
];

const DESCRIPTION_FLAGS: &[(u32, &str)] = &[(4, "Init"), (2, "More"), (1, "Master"), (0x10, "IPv6 MTU")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv6, shown, verbose};
    use crate::wire::LinkType;

    fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u8::try_from(16 + body.len()).unwrap();
        let mut packet = vec![3, kind, 0, length, 192, 0, 2, 1, 0, 0, 0, 1, 0, 0, 0, 0];
        packet.extend_from_slice(body);
        ipv6(89, &packet)
    }

    #[test]
    fn a_hello_names_its_neighbors_from_vv_on() {
        let body = [
            0, 0, 0, 5, 1, 0, 0, 0x13, 0, 10, 0, 40, 0, 0, 0, 0, 0, 0, 0, 0, 192, 0, 2, 2,
        ];
        let hello = packet(1, &body);
        assert!(shown(LinkType::RAW, &hello).ends_with(": OSPFv3, Hello, length 40"));
        assert!(verbose(2, LinkType::RAW, &hello).ends_with(
            "\n\tRouter-ID 192.0.2.1, Area 0.0.0.1\n\tOptions [V6, External, Router]\
             \n\t  Hello Timer 10s, Dead Timer 40s, Interface-ID 0.0.0.5, Priority 1\
             \n\t  Neighbor List:\n\t    192.0.2.2"
        ));
        assert_every_cut_is_told(LinkType::RAW, &hello);
    }

    #[test]
    fn advertisements_are_shown_from_vv_on() {
        let mut body = vec![
            0, 0, 0, 1, 0, 1, 0x20, 9, 0, 0, 0, 7, 192, 0, 2, 1, 0x80, 0, 0, 1, 0, 0, 0, 44,
        ];
        body.extend([0, 1, 0x20, 1, 0, 0, 0, 0, 192, 0, 2, 1]);
        body.extend([64, 2, 0, 10, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0]);
        let update = packet(4, &body);
        assert!(verbose(2, LinkType::RAW, &update).ends_with(
            "\n\t  Advertising Router 192.0.2.1, seq 0x80000001, age 1s, length 24\
             \n\t    Intra-Area Prefix LSA (9), Area Local Scope, LSA-ID 0.0.0.7\
             \n\t    Router LSA (1), Area Local Scope, LSA-ID 0.0.0.0\
             \n\t      Prefixes 1:\n\t\t2001:db8::/64, Options [Local address], metric 10"
        ));
        assert_every_cut_is_told(LinkType::RAW, &update);
    }
}
