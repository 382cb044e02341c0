//! Optimized link state routing (RFC 3626), with the extensions of olsrd.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Fixed, Hex2, Hex4, Put, name_of, put};

/// Prints a packet; its addresses are those of the version of IP that carries it.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>, ipv6: bool) -> Shown {
    page.enter("olsr");
    put!(page, if ipv6 { "OLSRv6" } else { "OLSRv4" });
    if packet.len() < 4 {
        return Err(page.refuse("packet length", packet.len(), "<", 4));
    }
    let length = packet.len().min(packet.peek_u16(0)?.into());
    put!(page, ", seq 0x", Hex4(packet.peek_u16(2)?), ", length ", length);
    if !page.verbose(1) {
        return Ok(());
    }
    let mut rest = packet.after(4);
    let mut left = length.saturating_sub(4);
    let header = if ipv6 { 24 } else { 12 };
    while left > 0 {
        rest.need(header)?;
        let (kind, valid_for) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        let size = usize::from(rest.peek_u16(2)?);
        if kind == 0 || size == 0 {
            return Ok(());
        }
        put!(
            page,
            "\n\t",
            name_of(KINDS, kind).unwrap_or("Unknown"),
            " Message (0x",
            Hex2(kind)
        );
        put!(page, "), originator ");
        let mut fields = rest.after(4);
        page.next_host(&mut fields, ipv6)?;
        put!(
            page,
            ", ttl ",
            fields.u8()?,
            ", hop ",
            fields.u8()?,
            "\n\t  vtime ",
            Time(valid_for)
        );
        put!(page, "s, msg-seq 0x", Hex4(fields.u16()?), ", length ", size);
        if size < header || size > length {
            put!(page, " (invalid)");
            return Ok(());
        }
        let data = Message {
            rest: rest.after(header),
            left: size - header,
            ipv6,
        };
        message(page, kind, data)?;
        rest.advance(size);
        left = left.saturating_sub(size);
    }
    Ok(())
}

/// What follows the header of a message: what was captured from here on, and how much of it is the message's.
struct Message<'a> {
    rest: Cursor<'a>,
    left: usize,
    ipv6: bool,
}

impl Message<'_> {
    fn advance(&mut self, count: usize) {
        self.rest.advance(count);
        self.left -= count;
    }
}

fn message(page: &mut Page<'_>, kind: u8, mut data: Message<'_>) -> Shown {
    match kind {
        HELLO | HELLO_QUALITY => hello(page, kind, data),
        TOPOLOGY | TOPOLOGY_QUALITY => {
            if data.left < 4 {
                return Err(page.refuse("message length", data.left, "<", 4));
            }
            data.rest.need(4)?;
            put!(
                page,
                "\n\t    advertised neighbor seq 0x",
                Hex4(data.rest.peek_u16(0)?)
            );
            data.advance(4);
            neighbors(page, kind == TOPOLOGY, data.rest, data.left, data.ipv6)
        }
        INTERFACES => {
            let size = if data.ipv6 { 16 } else { 4 };
            for _ in 0..data.left / size {
                data.rest.need(size)?;
                put!(page, "\n\t  interface address ");
                page.next_host(&mut data.rest, data.ipv6)?;
            }
            Ok(())
        }
        NETWORKS => networks(page, data),
        NAMES => names(page, data),
        _ => {
            page.hex("\n\t    ", data.rest.limited(data.left).bytes());
            Ok(())
        }
    }
}

fn hello(page: &mut Page<'_>, kind: u8, mut data: Message<'_>) -> Shown {
    if data.left < 4 {
        return Err(page.refuse("message length", data.left, "<", 4));
    }
    let (time, willingness) = (data.rest.peek_u8(2)?, data.rest.peek_u8(3)?);
    put!(
        page,
        "\n\t  hello-time ",
        Time(time),
        "s, MPR willingness ",
        willingness
    );
    data.advance(4);
    while data.left >= 4 {
        data.rest.need(4)?;
        let (code, size) = (data.rest.peek_u8(0)?, usize::from(data.rest.peek_u16(2)?));
        put!(
            page,
            "\n\t    link-type ",
            match code & 3 {
                0 => "Unspecified",
                1 => "Asymmetric",
                2 => "Symmetric",
                _ => "Lost",
            }
        );
        put!(
            page,
            ", neighbor-type ",
            match code >> 2 {
                0 => "Not-Neighbor",
                1 => "Symmetric",
                2 => "Symmetric-MPR",
                _ => "Unknown",
            }
        );
        put!(page, ", len ", size);
        if !(4..=data.left).contains(&size) {
            put!(page, " (invalid)");
            return Ok(());
        }
        data.advance(4);
        data.rest.need(size - 4)?;
        neighbors(page, kind == HELLO, data.rest, size - 4, data.ipv6)?;
        data.advance(size - 4);
    }
    Ok(())
}

/// Neighbours, in the extended messages with the quality of the links to them.
fn neighbors(page: &mut Page<'_>, plain: bool, mut rest: Cursor<'_>, length: usize, ipv6: bool) -> Shown {
    if plain {
        // Those of IPv6 are shown as if they were four of IPv4 each, by the text that we match.
        put!(page, "\n\t      neighbor\n\t\t");
        for _ in 0..length / 4 {
            rest.need(4)?;
            page.next_host(&mut rest, false)?;
            put!(page, " ");
        }
        return Ok(());
    }
    let size = if ipv6 { 20 } else { 8 };
    for _ in 0..length / size {
        rest.need(size)?;
        put!(page, "\n\t      neighbor ");
        page.next_host(&mut rest, ipv6)?;
        put!(
            page,
            ", link-quality ",
            Quality(rest.u8()?),
            "%, neighbor-link-quality "
        );
        put!(page, Quality(rest.u8()?), "%");
        rest.advance(2);
    }
    Ok(())
}

fn networks(page: &mut Page<'_>, mut data: Message<'_>) -> Shown {
    let size = if data.ipv6 { 32 } else { 8 };
    let count = data.left / size;
    put!(page, "\n\t  Advertised networks (total ", count, ")");
    for index in 0..count {
        data.rest.need(size)?;
        if data.ipv6 {
            put!(page, "\n\t    #0: ");
            page.next_host(&mut data.rest, true)?;
            put!(page, "/", MaskBits(&data.rest.array::<16>()?));
            continue;
        }
        put!(page, if index % 4 == 0 { "\n\t    " } else { ", " });
        let (address, mask) = (data.rest.ipv4()?, data.rest.array::<4>()?);
        match mask {
            [0, flags, up, down] if address.is_unspecified() && flags != 0 => gateway(page, flags, up, down),
            mask => {
                page.host(address);
                put!(page, "/", MaskBits(&mask));
            }
        }
    }
    Ok(())
}

/// A gateway to the Internet tells its speeds where a network has its mask.
fn gateway(page: &mut Page<'_>, flags: u8, up: u8, down: u8) {
    const SPEED: u8 = 1;
    put!(page, "Smart-Gateway:");
    for (mask, name) in [
        (SPEED, " LINKSPEED"),
        (2, " IPV4"),
        (4, " IPV4-NAT"),
        (8, " IPV6"),
        (16, " IPv6-PREFIX"),
    ] {
        put!(page, if flags & mask != 0 { name } else { "" });
    }
    let speed = |value| if flags & SPEED != 0 { speed(value) } else { 0 };
    put!(page, " ", speed(up), "/", speed(down));
}

/// A speed in kilobits a second: five bits of mantissa and three of a decimal exponent.
fn speed(value: u8) -> u32 {
    match value {
        0 => 0,
        u8::MAX => 320_000_000,
        _ => (u32::from(value >> 3) + 1) * 10_u32.pow(u32::from(value & 7)),
    }
}

/// Names of hosts and services.
fn names(page: &mut Page<'_>, mut data: Message<'_>) -> Shown {
    if data.left < 4 {
        return Err(page.refuse("message length", data.left, "<", 4));
    }
    let (version, count) = (data.rest.peek_u16(0)?, data.rest.peek_u16(2)?);
    let size = if data.ipv6 { 16 } else { 4 };
    put!(page, "\n\t  Version ", version, ", Entries ", count);
    if count == 0 || usize::from(count) * (4 + size) > data.left {
        put!(page, " (invalid)");
        return Ok(());
    }
    data.advance(4);
    for index in 0..count {
        if data.left < 4 {
            return Ok(());
        }
        let (kind, length) = (data.rest.peek_u16(0)?, usize::from(data.rest.peek_u16(2)?));
        data.advance(4);
        put!(
            page,
            "\n\t    #",
            index,
            ": type ",
            Prefixed4(kind),
            ", length ",
            length
        );
        if length == 0 || size + length > data.left {
            put!(page, " (invalid)");
            return Ok(());
        }
        let all = size + length.next_multiple_of(4);
        if data.left < all {
            return Err(page.refuse("name entry length", data.left, "<", all));
        }
        data.rest.need(all)?;
        let mut entry = data.rest;
        put!(page, ", address ");
        page.next_host(&mut entry, data.ipv6)?;
        put!(page, ", name \"");
        page.text(&mut entry, length)?;
        put!(page, "\"");
        data.advance(all);
    }
    Ok(())
}

/// A number as `%#06x` shows it: zero has no prefix.
struct Prefixed4(u16);

impl Put for Prefixed4 {
    fn put(self, out: &mut Vec<u8>) {
        match self.0 {
            0 => "000000".put(out),
            number => ("0x", Hex4(number)).put(out),
        }
    }
}

/// A time in seconds, of four bits of mantissa and four of exponent.
struct Time(u8);

impl Put for Time {
    fn put(self, out: &mut Vec<u8>) {
        let mantissa = 1.0 + f64::from(self.0 >> 4) / 16.0;
        let exponent = f64::from(1_u32 << (self.0 & 15));
        Fixed(0.0625 * mantissa * exponent, 3).put(out);
    }
}

/// The quality of a link as a percentage.
struct Quality(u8);

impl Put for Quality {
    fn put(self, out: &mut Vec<u8>) {
        Fixed(f64::from(self.0) / 2.55, 2).put(out);
    }
}

/// The length of a mask.
struct MaskBits<'a>(&'a [u8]);

impl Put for MaskBits<'_> {
    fn put(self, out: &mut Vec<u8>) {
        if let Ok(mask) = <[u8; 4]>::try_from(self.0) {
            let mask = u32::from_be_bytes(mask);
            let whole = mask.leading_ones() + mask.trailing_zeros() >= 32;
            // Minus one, without its sign, if it is not one of leading ones.
            return if whole { mask.leading_ones() } else { u32::MAX }.put(out);
        }
        // Of IPv6's, bytes of ones count, and the first that is not if its ones are its first bits.
        let whole = self.0.iter().take_while(|&&byte| byte == 0xff).count();
        let ones = match self.0.get(whole).copied().unwrap_or_default() {
            byte if byte.leading_ones() + byte.trailing_zeros() >= 8 => byte.leading_ones(),
            _ => 0,
        };
        (whole * 8 + ones as usize).put(out);
    }
}

const HELLO: u8 = 1;
const TOPOLOGY: u8 = 2;
const INTERFACES: u8 = 3;
const NETWORKS: u8 = 4;
const NAMES: u8 = 130;
const HELLO_QUALITY: u8 = 201;
const TOPOLOGY_QUALITY: u8 = 202;
const KINDS: &[(u8, &str)] = &[
    (HELLO, "Hello"),
    (TOPOLOGY, "TC"),
    (INTERFACES, "MID"),
    (NETWORKS, "HNA"),
    (128, "Powerinfo"),
    (NAMES, "Nameservice"),
    (HELLO_QUALITY, "Hello-LQ"),
    (TOPOLOGY_QUALITY, "TC-LQ"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn packet(kind: u8, body: &[u8]) -> Vec<u8> {
        let size = u8::try_from(12 + body.len()).unwrap();
        let mut message = vec![0, size + 4, 0, 1, kind, 0x86, 0, size, 192, 0, 2, 1, 255, 0, 0, 2];
        message.extend_from_slice(body);
        udp(698, 698, &message)
    }

    #[test]
    fn a_hello_lists_the_neighbours() {
        let datagram = packet(201, &[0, 0, 5, 3, 6, 0, 0, 12, 192, 0, 2, 9, 255, 128, 0, 0]);
        assert!(shown(RAW, &datagram).ends_with("OLSRv4, seq 0x0001, length 32"));
        let text = verbose(1, RAW, &datagram);
        assert!(
            text.ends_with(
                "\n\tHello-LQ Message (0xc9), originator 192.0.2.1, ttl 255, hop 0\
                 \n\t  vtime 6.000s, msg-seq 0x0002, length 28\n\t  hello-time 2.000s, MPR willingness 3\
                 \n\t    link-type Symmetric, neighbor-type Symmetric, len 12\
                 \n\t      neighbor 192.0.2.9, link-quality 100.00%, neighbor-link-quality 50.20%"
            ),
            "{text}"
        );
        assert_every_cut_is_told(RAW, &datagram);
    }

    #[test]
    fn networks_and_gateways_are_told_four_a_line() {
        let text = verbose(
            1,
            RAW,
            &packet(4, &[10, 1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 3, 0x0a, 0x52]),
        );
        assert!(
            text.ends_with(
                "\n\t  Advertised networks (total 2)\n\t    10.1.0.0/16, Smart-Gateway: LINKSPEED IPV4 200/1100"
            ),
            "{text}"
        );
    }
}
