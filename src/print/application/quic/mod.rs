//! The headers of QUIC (RFC 9000), and under `-v` the name that a client asks for.

mod initial;

use crate::print::connection_ids::LONGEST;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, HexRun, Label, Named, put};

/// Whether a datagram may be QUIC: all packets of it have the fixed bit.
pub(super) fn detected(datagram: Cursor<'_>) -> Shown<bool> {
    Ok(!datagram.is_empty() && datagram.peek_u8(0)? & FIXED_BIT != 0)
}

/// Prints the packets in a datagram.
pub(super) fn print(page: &mut Page<'_>, datagram: Cursor<'_>) -> Shown {
    page.enter("quic");
    put!(page, "quic");
    let mut rest = datagram;
    while rest.captured() > 0 {
        if rest.peek_u8(0)? & LONG == 0 {
            return protected(page, rest);
        }
        let length = long(page, rest)?;
        rest.advance(length);
        // Zeros fill a datagram up.
        while rest.peek_u8(0) == Ok(0) {
            rest.advance(1);
        }
    }
    Ok(())
}

/// A packet with the short header, which fills the rest of the datagram.
fn protected(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    put!(page, ", ", Named("type", "protected"));
    let body = packet.after(1).bytes();
    if body.len() <= TAG {
        return Err(Stop::Truncated);
    }
    if let Some(id) = page.flows.connection_ids.known_prefix(body) {
        put!(page, ", dcid ", HexRun(id));
    }
    Ok(())
}

/// A packet with the long header. Returns its length.
fn long(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<usize> {
    let mut rest = packet;
    let kind = rest.u8()? >> 4 & 3;
    let version = rest.u32()?;
    // Version 2 has the same types with other numbers (RFC 9369 section 3.2).
    let kind = if version == initial::VERSION_2 {
        kind.wrapping_sub(1) & 3
    } else {
        kind
    };
    let name = match (version, kind) {
        (0, _) => ", version negotiation",
        (_, INITIAL) => ", initial",
        (_, 1) => ", 0-rtt",
        (_, 2) => ", handshake",
        _ => ", retry",
    };
    put!(page, Named("type", name));
    if version > 1 {
        put!(page, ", v", Named("version", Hex(version.into())));
    }
    let destination = connection_id(page, ", dcid ", &mut rest)?;
    connection_id(page, ", scid ", &mut rest)?;
    match kind {
        _ if version == 0 => {
            while rest.captured() > 0 {
                put!(page, ", version 0x", Hex(rest.u32()?.into()));
            }
            return Ok(packet.captured());
        }
        RETRY => {
            put!(page, ", token ");
            let token = rest.captured().checked_sub(TAG).filter(|&length| length > 0);
            put!(page, HexRun(rest.take(token.ok_or(Stop::Truncated)?)?));
            return Ok(packet.captured());
        }
        INITIAL => {
            let length = integer(&mut rest)?;
            if (1..LONGEST_TOKEN).contains(&length) {
                let token = rest.take(usize::try_from(length).map_err(|_| Stop::Truncated)?)?;
                put!(page, ", token ", HexRun(token));
            }
        }
        _ => {}
    }
    let length = integer(&mut rest)?;
    put!(page, ", length ", length);
    let protected = packet.captured() - rest.captured();
    rest.skip(usize::try_from(length).map_err(|_| Stop::Truncated)?)?;
    let length = packet.captured() - rest.captured();
    if page.verbose(1) && kind == INITIAL {
        initial::print(
            page,
            version,
            destination,
            packet.limited(length).bytes(),
            protected,
        );
    }
    Ok(length)
}

/// Prints and remembers a connection identifier. One that is longer than they can be is as good as none.
fn connection_id<'a>(page: &mut Page<'_>, label: &str, rest: &mut Cursor<'a>) -> Shown<&'a [u8]> {
    let length = usize::from(rest.u8()?);
    if !(1..=LONGEST).contains(&length) {
        return Ok(&[]);
    }
    let id = rest.take(length)?;
    put!(page, Label(label), HexRun(id));
    page.flows.connection_ids.learn(id);
    Ok(id)
}

/// An integer of variable length (RFC 9000 section 16).
fn integer(rest: &mut Cursor<'_>) -> Shown<u64> {
    let first = rest.u8()?;
    let mut value = u64::from(first & 0x3f);
    for _ in 1..1_u8 << (first >> 6) {
        value = value << 8 | u64::from(rest.u8()?);
    }
    Ok(value)
}

/// What is set in the first byte of every packet, and in that of a long header.
const FIXED_BIT: u8 = 0x40;
const LONG: u8 = 0x80;

const INITIAL: u8 = 0;
const RETRY: u8 = 3;
/// Tokens from here on are not shown.
const LONGEST_TOKEN: u64 = 1000;
/// The length of the tag that ends a protected packet.
const TAG: usize = 16;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, options, shown, texts, udp};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    #[test]
    fn short_headers_are_told_by_the_identifiers_of_long_ones() {
        let handshake = [0xe0, 0, 0, 0, 1, 2, 0xaa, 0xbb, 0, 4, 1, 2, 3, 4];
        let mut short = vec![0x40, 0xaa, 0xbb];
        short.resize(30, 7);
        let packets = [udp(9, 443, &handshake), udp(9, 443, &short)];
        let packets: Vec<&[u8]> = packets.iter().map(Vec::as_slice).collect();
        let texts = texts(&options(0), RAW, &packets);
        assert!(
            texts[0].ends_with(".443: quic, handshake, dcid aabb, length 4"),
            "{}",
            texts[0]
        );
        assert!(
            texts[1].ends_with(".443: quic, protected, dcid aabb"),
            "{}",
            texts[1]
        );
        assert!(shown(RAW, packets[1]).ends_with(": quic, protected"));
        assert_every_cut_is_told(RAW, packets[0]);
    }

    #[test]
    fn version_negotiation_and_retry() {
        let versions = [
            0x80 | 0x40,
            0,
            0,
            0,
            0,
            0,
            1,
            0xcc,
            0,
            0,
            0,
            1,
            0x6b,
            0x33,
            0x43,
            0xcf,
        ];
        assert!(
            shown(RAW, &udp(443, 9, &versions))
                .ends_with(": quic, version negotiation, scid cc, version 0x1, version 0x6b3343cf")
        );
        let mut retry = vec![0xf0, 0, 0, 0, 1, 0, 0, 0xab, 0xcd];
        retry.resize(9 + 16, 0);
        assert!(shown(RAW, &udp(443, 9, &retry)).ends_with(": quic, retry, token abcd"));
    }

    #[test]
    fn what_lacks_the_fixed_bit_is_not_quic() {
        assert!(shown(RAW, &udp(443, 9, &[0x80, 0, 0])).ends_with(": UDP, length 3"));
    }
}
