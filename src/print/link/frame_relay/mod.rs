//! Frame relay (RFC 2427), with the fragmentation of FRF.12, FRF.15 and FRF.16.

mod multilink;
mod q933;

pub(super) use multilink::print as multilink;
pub(super) use q933::print as signalling;

use pnet_packet::ethernet::EtherType;

use super::{ethertype, isoclns, ppp, snap};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::{ipv4, ipv6};
use crate::print::page::Page;
use crate::print::registry::nlpid;
use crate::print::text::{Hex2, Hex4, put, put_bits};

/// A captured frame.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("fr");
    packet.need(4)?;
    page.link_len = print(page, packet)?;
    Ok(())
}

/// A captured frame of a bundle of links (FRF.16).
pub(super) fn bundle(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("mfr");
    packet.need(2)?;
    page.link_len = multilink(page, packet)?;
    Ok(())
}

/// A frame, perhaps within another packet. Returns how many of its bytes were headers.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<usize> {
    page.enter("fr");
    let Some(address) = Address::read(packet)? else {
        put!(page, "Q.922, invalid address");
        return Ok(0);
    };
    let mut rest = packet.after(address.len);
    let control = byte(rest, 0)?;
    if control != UNNUMBERED && address.link != 0 {
        // Cisco's own encapsulation: an EtherType follows the address.
        match rest.peek_u16(0) {
            Ok(kind) if rest.len() >= 2 => {
                if page.options.link_header {
                    header(page, address, kind, packet.len());
                }
                if ethertype::print(page, EtherType(kind), rest.after(2), None)? {
                    return Ok(address.len + 2);
                }
            }
            _ => {}
        }
        page.enter("fr");
        put!(page, "UI ", Hex2(control), "! ");
    }
    let padded = byte(rest, 1)? == 0;
    // Only an address of three bytes needs a pad to make the header even.
    match (padded, address.len) {
        (true, 3) | (false, 2 | 4) => {}
        (true, _) => put!(page, "Pad! "),
        (false, _) => put!(page, "No pad! "),
    }
    let skipped = if padded { 2 } else { 1 };
    let protocol = byte(rest, skipped)?;
    let header_len = address.len + skipped + 1;
    rest.advance(skipped + 1);
    if page.options.link_header {
        header(page, address, protocol.into(), packet.len());
    }
    page.deeper(|page| match protocol {
        nlpid::IPV4 => ipv4::print(page, rest),
        nlpid::IPV6 => ipv6::print(page, rest),
        // These begin with the protocol's number.
        nlpid::CLNP | nlpid::ESIS | nlpid::ISIS => isoclns::print(page, packet.after(header_len - 1)),
        nlpid::SNAP => {
            if !snap::print(page, rest, None, 0)? {
                if !page.options.link_header {
                    let shown = Address {
                        len: header_len,
                        ..address
                    };
                    header(page, shown, protocol.into(), packet.len());
                }
                page.raw_declared(packet)?;
            }
            Ok(())
        }
        nlpid::Q933 => q933::print(page, rest),
        nlpid::MFR => multilink::end_to_end(page, rest),
        nlpid::PPP => ppp::print(page, rest),
        _ => {
            if !page.options.link_header {
                header(page, address, protocol.into(), packet.len());
            }
            page.raw_declared(rest)
        }
    })?;
    Ok(header_len)
}

/// The byte at `offset`, which must have been captured and declared.
fn byte(rest: Cursor<'_>, offset: usize) -> Shown<u8> {
    if rest.len() <= offset {
        return Err(Stop::Truncated);
    }
    rest.peek_u8(offset)
}

/// An address of two to four bytes (Q.922).
#[derive(Clone, Copy)]
struct Address {
    len: usize,
    /// The data link connection identifier.
    link: u32,
    flags: u32,
}

impl Address {
    /// Reads it; `None` if it does not end where an address can.
    fn read(packet: Cursor<'_>) -> Shown<Option<Self>> {
        let first = byte(packet, 0)?;
        if first & LAST != 0 {
            return Ok(None);
        }
        let second = byte(packet, 1)?;
        let mut address = Self {
            len: 2,
            link: u32::from(first & 0xfc) << 2 | u32::from(second >> 4),
            flags: u32::from(first & 2) << 24 | u32::from(second & 0x0e) << 16,
        };
        if second & LAST != 0 {
            return Ok(Some(address));
        }
        let mut end = byte(packet, 2)?;
        address.len = 3;
        if end & LAST == 0 {
            address.link = address.link << 7 | u32::from(end >> 1);
            address.len = 4;
            end = byte(packet, 3)?;
        }
        if end & LAST == 0 {
            return Ok(None);
        }
        address.flags |= u32::from(end & 2);
        address.link = address.link << 6 | u32::from(end >> 2);
        Ok(Some(address))
    }
}

fn header(page: &mut Page<'_>, address: Address, protocol: u16, length: usize) {
    if page.quiet() {
        put!(page, "Q.922, DLCI ", address.link, ", length ", length, ": ");
        return;
    }
    put!(
        page,
        "Q.922, hdr-len ",
        address.len,
        ", DLCI ",
        address.link,
        ", Flags ["
    );
    put_bits(page.out, FLAGS, address.flags, ", ", "none");
    match u8::try_from(protocol) {
        Ok(number) => {
            let name = nlpid::name(number).unwrap_or("unknown");
            put!(page, "], NLPID ", name, " (0x", Hex2(number));
        }
        Err(_) => {
            let name = ethertype::name(EtherType(protocol)).unwrap_or("unknown");
            put!(page, "], cisco-ethertype ", name, " (0x", Hex4(protocol));
        }
    }
    put!(page, "), length ", length, ": ");
}

/// The bit of the last byte of an address.
const LAST: u8 = 1;
const UNNUMBERED: u8 = 3;
const FLAGS: &[(u32, &str)] = &[
    (0x0200_0000, "C!"),
    (0x0002_0000, "DE"),
    (0x0004_0000, "BECN"),
    (0x0008_0000, "FECN"),
    (0x0000_0002, "sdlcore"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e};
    use crate::wire::LinkType;

    const RELAY: LinkType = LinkType::FRELAY;

    fn with_header(packet: &[u8]) -> String {
        under_e(RELAY, packet)
    }

    fn frame(header: &[u8]) -> Vec<u8> {
        [header, &ipv4(253, &[])].concat()
    }

    #[test]
    fn the_address_is_told_under_e() {
        let packet = frame(&[0x18, 0x43, 3, 0xcc]);
        assert!(shown(RELAY, &packet).starts_with("IP 192.0.2.1"));
        assert!(
            with_header(&packet).starts_with(
                "Q.922, hdr-len 2, DLCI 100, Flags [DE], NLPID IPv4 (0xcc), length 24: 192.0.2.1"
            ),
            "{}",
            with_header(&packet)
        );
        assert_every_cut_is_told(RELAY, &packet);
    }

    #[test]
    fn long_addresses_and_pads_are_read() {
        assert!(
            with_header(&frame(&[0x18, 0x40, 0x0b, 3, 0, 0xcc]))
                .contains("hdr-len 3, DLCI 6402, Flags [sdlcore]")
        );
        assert!(with_header(&frame(&[0x18, 0x40, 2, 0x09, 3, 0xcc])).contains("hdr-len 4, DLCI 819266,"));
        assert!(shown(RELAY, &frame(&[0x18, 0x41, 3, 0, 0xcc])).starts_with("Pad! IP 192"));
        assert_eq!(shown(RELAY, &[1, 2, 3, 4]), "Q.922, invalid address");
    }

    #[test]
    fn an_ethertype_may_follow_the_address() {
        let packet = frame(&[0x18, 0x41, 8, 0]);
        assert!(shown(RELAY, &packet).starts_with("IP 192.0.2.1"));
        assert!(with_header(&packet).contains("cisco-ethertype IPv4 (0x0800), length 24: "));
    }
}
