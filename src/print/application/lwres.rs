//! The lightweight resolver protocol of BIND 9: questions about names between a program and its resolver.

use super::dns;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, HexRun, Span, name_of, put};

/// Prints a question or an answer. What it reads may be behind the end of the datagram.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("lwres");
    packet.need(HEADER)?;
    put!(page, " lwres");
    let (claimed, version) = (packet.peek_u32(0)?, packet.peek_u16(4)?);
    if page.verbose(1) || version != 0 {
        put!(page, " v", version);
    }
    let end = if version == 0 {
        header(page, packet)?;
        let body = packet.after(HEADER);
        let is_answer = packet.peek_u16(6)? & ANSWER != 0;
        let rest = match (packet.peek_u32(12)?, is_answer) {
            (NOTHING, _) => Some(body),
            (ADDRESSES, false) => Some(addresses_wanted(page, body)?),
            (ADDRESSES, true) => Some(addresses(page, body)?),
            (NAMES, false) => Some(name_wanted(page, body)?),
            (NAMES, true) => Some(names(page, body)?),
            (RECORDS, false) => Some(records_wanted(page, body)?),
            (RECORDS, true) => Some(records(page, body)?),
            _ => None,
        };
        rest.map(|rest| packet.captured() - rest.captured())
    } else {
        let whole = usize::try_from(claimed).map_err(|_| Stop::Truncated)?;
        packet.need(whole)?;
        Some(whole)
    };
    let claimed = usize::try_from(claimed).unwrap_or(usize::MAX);
    if claimed != packet.len() {
        put!(page, " [len: ", claimed, " != ", packet.len(), "]");
    }
    if end.is_some_and(|end| end < claimed) {
        put!(page, "[extra]");
    }
    Ok(())
}

/// What all packets have.
fn header(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    let (flags, operation) = (packet.peek_u16(6)?, packet.peek_u32(12)?);
    match name_of(OPERATIONS, operation) {
        Some(name) => put!(page, " ", name),
        None => put!(page, " #0x", Hex(operation.into())),
    }
    put!(page, if flags & ANSWER == 0 { "?" } else { "" });
    if flags & !ANSWER != 0 {
        put!(page, "[0x", Hex(flags.into()), "]");
    }
    if page.verbose(2) {
        let mut rest = packet.after(16);
        put!(page, " (serial:0x", Hex(packet.peek_u32(8)?.into()));
        put!(
            page,
            " result:0x",
            Hex(rest.u32()?.into()),
            " recvlen:",
            rest.u32()?
        );
        if page.verbose(3) {
            put!(
                page,
                " authtype:0x",
                Hex(rest.u16()?.into()),
                " authlen:",
                rest.u16()?
            );
        }
        put!(page, ")");
    }
    Ok(())
}

fn flags(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let flags = rest.u32()?;
    if page.verbose(3) {
        put!(page, " flags:0x", Hex(flags.into()));
    }
    Ok(())
}

/// Which addresses a name has.
fn addresses_wanted<'a>(page: &mut Page<'_>, mut rest: Cursor<'a>) -> Shown<Cursor<'a>> {
    rest.need(10)?;
    flags(page, &mut rest)?;
    let (wanted, length) = (rest.u32()?, rest.u16()?);
    match wanted & 3 {
        1 => put!(page, " IPv4"),
        2 => put!(page, " IPv6"),
        3 => put!(page, " IPv4/6"),
        _ => {}
    }
    if wanted & !3 != 0 {
        put!(page, "[0x", Hex(wanted.into()), "]");
    }
    name(page, &mut rest, length)?;
    Ok(rest)
}

/// The name that was looked for, its aliases and its addresses.
fn addresses<'a>(page: &mut Page<'_>, mut rest: Cursor<'a>) -> Shown<Cursor<'a>> {
    rest.need(10)?;
    flags(page, &mut rest)?;
    let (aliases, addresses, length) = (rest.u16()?, rest.u16()?, rest.u16()?);
    put!(page, " ", aliases, "/", addresses);
    name(page, &mut rest, length)?;
    for _ in 0..aliases {
        measured_name(page, &mut rest)?;
    }
    for _ in 0..addresses {
        address(page, &mut rest)?;
    }
    Ok(rest)
}

/// Which name an address has.
fn name_wanted<'a>(page: &mut Page<'_>, mut rest: Cursor<'a>) -> Shown<Cursor<'a>> {
    flags(page, &mut rest)?;
    address(page, &mut rest)?;
    Ok(rest)
}

/// The name of an address and its aliases.
fn names<'a>(page: &mut Page<'_>, mut rest: Cursor<'a>) -> Shown<Cursor<'a>> {
    rest.need(8)?;
    flags(page, &mut rest)?;
    let (aliases, length) = (rest.u16()?, rest.u16()?);
    put!(page, " ", aliases);
    name(page, &mut rest, length)?;
    for _ in 0..aliases {
        measured_name(page, &mut rest)?;
    }
    Ok(rest)
}

/// Which records of a type a name has.
fn records_wanted<'a>(page: &mut Page<'_>, mut rest: Cursor<'a>) -> Shown<Cursor<'a>> {
    rest.need(10)?;
    flags(page, &mut rest)?;
    let (class, kind) = (rest.u16()?, rest.u16()?);
    put!(page, " ");
    dns::put_type_and_class(page, kind, class);
    let length = rest.u16()?;
    name(page, &mut rest, length)?;
    Ok(rest)
}

/// The records and their signatures, undecoded.
fn records<'a>(page: &mut Page<'_>, mut rest: Cursor<'a>) -> Shown<Cursor<'a>> {
    rest.need(16)?;
    flags(page, &mut rest)?;
    let (class, kind, ttl) = (rest.u16()?, rest.u16()?, rest.u32()?);
    put!(page, " ");
    dns::put_type_and_class(page, kind, class);
    let (records, signatures) = (rest.u16()?, rest.u16()?);
    put!(page, " TTL ", Span(ttl), " ", records, "/", signatures);
    measured_name(page, &mut rest)?;
    for _ in 0..u32::from(records) + u32::from(signatures) {
        let length = rest.u16()?.into();
        page.digits(&mut rest, length)?;
    }
    Ok(rest)
}

/// A name of so many bytes, and the zero byte behind it.
fn name(page: &mut Page<'_>, rest: &mut Cursor<'_>, length: u16) -> Shown {
    put!(page, " ");
    page.text(rest, length.into())?;
    if rest.u8()? != 0 {
        put!(page, " (not NUL-terminated!)");
    }
    Ok(())
}

/// A name behind its length.
fn measured_name(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let length = rest.u16()?;
    name(page, rest, length)
}

/// An address of a family. What it has more than such an address needs is what the next one begins with.
fn address(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let length = usize::from(rest.peek_u16(4)?);
    let family = rest.u32()?;
    rest.advance(2);
    rest.need(length)?;
    match family {
        1 if length < 4 => return Err(Stop::Invalid),
        2 if length < 16 => return Err(Stop::Invalid),
        1 | 2 => {
            put!(page, " ");
            page.next_host(rest, family == 2)?;
        }
        _ => put!(page, " ", family, "/", HexRun(rest.take(length)?)),
    }
    Ok(())
}

const HEADER: usize = 28;
/// The flag of an answer.
const ANSWER: u16 = 1;
const NOTHING: u32 = 0;
const ADDRESSES: u32 = 0x0001_0001;
const NAMES: u32 = 0x0001_0002;
const RECORDS: u32 = 0x0001_0003;
const OPERATIONS: &[(u32, &str)] = &[
    (NOTHING, "noop"),
    (ADDRESSES, "getaddrsbyname"),
    (NAMES, "getnamebyaddr"),
    (RECORDS, "getrdatabyname"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    fn packet(is_answer: bool, operation: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![
            0,
            0,
            0,
            u8::try_from(28 + body.len()).unwrap(),
            0,
            0,
            0,
            is_answer.into(),
        ];
        bytes.extend([0, 0, 0, 9, 0, u8::from(operation != 0), 0, operation, 0, 0, 0, 0]);
        bytes.extend([0, 0, 0x40, 0, 0, 0, 0, 0]);
        bytes.extend(body);
        udp(771, 921, &bytes)
    }

    fn told(packet: &[u8]) -> String {
        shown(LinkType::RAW, packet).replace("IP 192.0.2.1.771 > 192.0.2.2.921: ", "")
    }

    #[test]
    fn the_addresses_of_a_name_are_asked_for_and_told() {
        let question = packet(false, 1, b"\0\0\0\0\0\0\0\x03\0\x02a.\0");
        assert_eq!(told(&question), " lwres getaddrsbyname? IPv4/6 a.");
        assert!(verbose(3, LinkType::RAW, &question).ends_with(
            "getaddrsbyname? (serial:0x9 result:0x0 recvlen:16384 authtype:0x0 authlen:0) \
                            flags:0x0 IPv4/6 a."
        ));
        assert_every_cut_is_told(LinkType::RAW, &question);
        let mut body = b"\0\0\0\0\0\x01\0\x02\0\x02a.\0\0\x02b.x".to_vec();
        body.extend([0, 0, 0, 1, 0, 4, 192, 0, 2, 9, 0, 0, 0, 7, 0, 2, 0xab, 0xcd]);
        let answer = packet(true, 1, &body);
        assert_eq!(
            told(&answer),
            " lwres getaddrsbyname 1/2 a. b. (not NUL-terminated!) 192.0.2.9 7/abcd"
        );
        assert_every_cut_is_told(LinkType::RAW, &answer);
    }

    #[test]
    fn records_are_told_in_hexadecimal() {
        let question = packet(false, 3, b"\0\0\0\0\0\x03\0\x0f\0\x02a.\0");
        assert_eq!(told(&question), " lwres getrdatabyname? MX CHAOS a.");
        let answer = packet(
            true,
            3,
            b"\0\0\0\0\0\x01\0\x10\0\0\x0e\x10\0\x01\0\0\0\x02a.\0\0\x02\x01x",
        );
        assert_eq!(told(&answer), " lwres getrdatabyname TXT TTL 1h 1/0 a.0178");
    }

    #[test]
    fn lengths_that_do_not_fit_are_told() {
        assert_eq!(
            told(&packet(false, 2, &[0, 0, 0, 0, 0, 0, 0, 1, 0, 3, 1, 2, 3])),
            " lwres getnamebyaddr? (invalid)"
        );
        assert_eq!(told(&packet(false, 0, &[1])), " lwres noop?[extra]");
        assert_eq!(told(&packet(false, 9, &[1])), " lwres #0x10009?");
    }
}
