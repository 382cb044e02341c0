//! Pragmatic general multicast (RFC 3208).

use std::net::IpAddr;

use super::udp::put_ends;
use crate::print::application::{Decoder, Ports, zmtp};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::Datagram;
use crate::print::names::Transport;
use crate::print::page::Page;
use crate::print::registry::family;
use crate::print::text::{Hex2, HexPad, HexRun, put};

/// Prints a packet; all but its length under `-v`.
pub(crate) fn print(page: &mut Page<'_>, datagram: &Datagram, packet: Cursor<'_>) -> Shown {
    page.enter("pgm");
    let mut rest = packet;
    let (Ok(source), Ok(destination)) = (rest.u16(), rest.u16()) else {
        datagram.put_ends(page);
        put!(page, ":");
        return Err(Stop::Truncated);
    };
    put_ends(
        page,
        datagram,
        Ports { source, destination },
        PROTOCOL,
        Transport::Tcp,
    );
    packet.need(HEADER)?;
    let (kind, flags) = (rest.u8()?, rest.u8()?);
    rest.advance(2);
    let (session, length) = (rest.array::<6>()?, rest.u16()?);
    put!(page, "PGM, length ", length);
    if !page.verbose(1) {
        return Ok(());
    }
    put!(page, " 0x", HexRun(&session), " ");
    message(page, kind, &mut rest)?;
    if flags & HAS_OPTIONS != 0 && !options(page, &mut rest)? {
        return Ok(());
    }
    put!(page, " [", packet.len(), "]");
    if page.options.packet_type == Some(Decoder::PgmZmtp1) && matches!(kind, DATA | REPAIR) {
        return zmtp::datagram(page, rest.limited(length.into()), length.into());
    }
    Ok(())
}

/// What is told of each kind of packet.
fn message(page: &mut Page<'_>, kind: u8, rest: &mut Cursor<'_>) -> Shown {
    match kind {
        0 => {
            rest.need(16)?;
            let (sequence, trail, lead) = (rest.u32()?, rest.u32()?, rest.u32()?);
            let path = address(rest)?;
            put!(
                page, "SPM seq ", sequence, " trail ", trail, " lead ", lead, " nla ", path
            );
        }
        1 => {
            rest.need(12)?;
            let (sequence, round) = (rest.u32()?, rest.u16()?);
            rest.advance(2);
            let path = address(rest)?;
            let (interval, random, mask) = (rest.u32()?, rest.u32()?, rest.u32()?);
            put!(
                page,
                "POLL seq ",
                sequence,
                " round ",
                round,
                " nla ",
                path,
                " ivl ",
                interval
            );
            put!(
                page,
                " rnd 0x",
                HexPad(random.into(), 8),
                " mask 0x",
                HexPad(mask.into(), 8)
            );
        }
        2 => {
            rest.need(8)?;
            put!(page, "POLR seq ", rest.u32()?, " round ", rest.u16()?);
            rest.advance(2);
        }
        DATA | REPAIR => {
            rest.need(8)?;
            let sequence = rest.u32()?;
            put!(page, if kind == DATA { "ODATA" } else { "RDATA" });
            put!(page, " trail ", rest.u32()?, " seq ", sequence);
        }
        8..=10 => {
            rest.need(8)?;
            let sequence = rest.u32()?;
            let source = address(rest)?;
            let group = address(rest)?;
            put!(
                page,
                ["NAK", "NNAK", "NCF"]
                    .get(usize::from(kind - 8))
                    .copied()
                    .unwrap_or_default()
            );
            put!(page, " (", source, " -> ", group, "), seq ", sequence);
        }
        11 => {
            rest.need(8)?;
            put!(page, "ACK seq ", rest.u32()?);
            rest.advance(4);
        }
        12 => put!(page, "SPMR"),
        _ => put!(page, "UNKNOWN type 0x", Hex2(kind)),
    }
    Ok(())
}

/// A family, two reserved bytes and an address of that family.
fn address(rest: &mut Cursor<'_>) -> Shown<IpAddr> {
    let kind = rest.u16()?;
    rest.skip(2)?;
    match kind {
        family::IPV4 => rest.ipv4().map(IpAddr::V4),
        family::IPV6 => rest.ipv6().map(IpAddr::V6),
        _ => Err(Stop::Truncated),
    }
}

/// Prints the options and passes over them. Returns false where one of them cannot be.
fn options(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown<bool> {
    rest.need(SHORTEST)?;
    let (first, length, total) = (rest.u8()? & KIND, rest.u8()?, rest.u16()?);
    if first != 0 {
        put!(
            page,
            "[First option bad, should be PGM_OPT_LENGTH, is ",
            first,
            "]"
        );
        return Ok(false);
    }
    if length != 4 {
        put!(page, "[Bad OPT_LENGTH option, length ", length, " != 4]");
        return Ok(false);
    }
    let Some(left) = usize::from(total).checked_sub(SHORTEST) else {
        put!(page, "[Bad total option length ", total, " < 4]");
        return Ok(false);
    };
    put!(page, " OPTS LEN ", total);
    let mut area = rest.claiming(left);
    while !area.is_empty() {
        if area.len() < SHORTEST {
            put!(page, "[Total option length leaves no room for final option]");
            return Ok(false);
        }
        let (kind, length) = (area.peek_u8(0)?, usize::from(area.peek_u8(1)?));
        if length < SHORTEST {
            put!(page, "[Bad option, length ", length, " < ", SHORTEST, "]");
            break;
        }
        if length > area.len() {
            put!(page, "[Total option length leaves no room for final option]");
            return Ok(false);
        }
        area.need(length)?;
        let value = area.sub(length).after(2);
        rest.advance(length);
        if !option(page, kind, length, value)? {
            return Ok(false);
        }
        if kind & LAST != 0 {
            break;
        }
    }
    Ok(true)
}

fn option(page: &mut Page<'_>, kind: u8, length: usize, mut value: Cursor<'_>) -> Shown<bool> {
    let (name, wanted) = match kind & KIND {
        0x00 => ("LENGTH", 4),
        0x01 => ("FRAGMENT", 16),
        0x03 => ("JOIN", 8),
        0x04 => ("NAK_BO_IVL", 12),
        0x05 => ("NAK_BO_RNG", 12),
        0x08 => ("PARITY_PRM", 8),
        0x09 => ("PARITY_GRP", 8),
        0x0a => ("CURR_TGSIZE", 8),
        0x0b => ("NBR_UNREACH", 4),
        0x0d => ("SYN", 4),
        0x0e => ("FIN", 4),
        0x0f => ("RST", 4),
        0x11 => ("CRQST", 4),
        _ => ("", length),
    };
    if length != wanted {
        put!(
            page,
            "[Bad OPT_",
            name,
            " option, length ",
            length,
            " != ",
            wanted,
            "]"
        );
        return Ok(false);
    }
    if kind & KIND == 0 {
        put!(page, " OPTS LEN (extra?) ", value.u16()?);
        return Ok(true);
    }
    // A reserved byte and one of flags come before what an option says.
    value.advance(2);
    match kind & KIND {
        0x01 => put!(
            page,
            " FRAG seq ",
            value.u32()?,
            " off ",
            value.u32()?,
            " len ",
            value.u32()?
        ),
        0x02 => {
            put!(page, " NAK LIST");
            while !value.is_empty() {
                if value.len() < 4 {
                    put!(page, "[Option length not a multiple of 4]");
                    return Ok(false);
                }
                put!(page, " ", value.u32()?);
            }
        }
        0x03 => put!(page, " JOIN ", value.u32()?),
        0x04 => put!(page, " BACKOFF ivl ", value.u32()?, " ivlseq ", value.u32()?),
        0x05 => put!(page, " BACKOFF max ", value.u32()?, " min ", value.u32()?),
        0x07 => return place(page, "REDIRECT", 8, length, value),
        0x08 => put!(page, " PARITY MAXTGS ", value.u32()?),
        0x09 => put!(page, " PARITY GROUP ", value.u32()?),
        0x0a => put!(page, " PARITY ATGS ", value.u32()?),
        0x0b | 0x0d | 0x0e | 0x0f | 0x11 => put!(page, " ", name),
        0x0c => put!(page, " PATH_NLA [", length, "]"),
        0x10 => put!(page, " CR"),
        0x12 => return place(page, "PGMCC DATA", 12, length, value),
        0x13 => return place(page, "PGMCC FEEDBACK", 12, length, value),
        _ => {
            put!(page, " OPT_");
            let start = page.out.len();
            put!(page, Hex2(kind));
            if let Some(digits) = page.out.get_mut(start..) {
                digits.make_ascii_uppercase();
            }
            put!(page, " [", length, "] ");
        }
    }
    Ok(true)
}

/// An option with an address at its end, behind `fixed` bytes.
fn place(page: &mut Page<'_>, name: &str, fixed: usize, length: usize, mut value: Cursor<'_>) -> Shown<bool> {
    let option = match name {
        "REDIRECT" => "REDIRECT",
        "PGMCC DATA" => "PGMCC_DATA",
        _ => "PGMCC_FEEDBACK",
    };
    if length < fixed {
        put!(
            page,
            "[Bad OPT_",
            option,
            " option, length ",
            length,
            " < ",
            fixed,
            "]"
        );
        return Ok(false);
    }
    let time = if fixed > 8 { Some(value.u32()?) } else { None };
    let size = match value.peek_u16(0)? {
        family::IPV4 => 4,
        family::IPV6 => 16,
        _ => return Err(Stop::Truncated),
    };
    if length != fixed + size {
        put!(
            page,
            "[Bad OPT_",
            option,
            " option, length ",
            length,
            " != ",
            fixed,
            " + address size]"
        );
        return Ok(false);
    }
    let address = address(&mut value)?;
    put!(page, " ", name, " ");
    if let Some(time) = time {
        put!(page, time, " ");
    }
    put!(page, address);
    Ok(true)
}

const PROTOCOL: u8 = 113;
const HEADER: usize = 16;
const DATA: u8 = 4;
const REPAIR: u8 = 5;
const HAS_OPTIONS: u8 = 1;

const SHORTEST: usize = 4;
const KIND: u8 = 0x7f;
const LAST: u8 = 0x80;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn packet(kind: u8, options: u8, body: &[u8]) -> Vec<u8> {
        let mut packet = vec![0, 1, 0, 2, kind, options, 0, 0, 1, 2, 3, 4, 5, 6, 0, 0];
        packet.extend_from_slice(body);
        ipv4(113, &packet)
    }

    #[test]
    fn each_kind_is_told_under_v() {
        let packet = packet(
            8,
            0,
            &[0, 0, 0, 9, 0, 1, 0, 0, 192, 0, 2, 7, 0, 1, 0, 0, 239, 0, 0, 1],
        );
        assert!(shown(RAW, &packet).ends_with("192.0.2.1.1 > 192.0.2.2.2: PGM, length 0"));
        let text = verbose(1, RAW, &packet);
        assert!(
            text.ends_with("length 0 0x010203040506 NAK (192.0.2.7 -> 239.0.0.1), seq 9 [36]"),
            "{text}"
        );
        assert_every_cut_is_told(RAW, &packet);
    }

    #[test]
    fn options_are_told_until_the_last() {
        let mut body = vec![
            0, 4, 0, 32, 3, 8, 0, 0, 0, 0, 0, 5, 7, 12, 0, 0, 0, 1, 0, 0, 192, 0, 2, 7,
        ];
        body.extend_from_slice(&[2, 8, 0, 0, 0, 0, 0, 6]);
        let whole = packet(12, 1, &body);
        let text = verbose(1, RAW, &whole);
        assert!(
            text.ends_with(" SPMR OPTS LEN 32 JOIN 5 REDIRECT 192.0.2.7 NAK LIST 6 [48]"),
            "{text}"
        );
        assert_every_cut_is_told(RAW, &whole);
        body[5] = 7;
        let text = verbose(1, RAW, &packet(12, 1, &body));
        assert!(text.ends_with("[Bad OPT_JOIN option, length 7 != 8]"), "{text}");
    }
}
