//! SLIP with the pseudo-header of libpcap: direction and the header as it was compressed (RFC 1144).

use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{ipv4, ipv6};
use crate::print::page::Page;
use crate::print::text::put;

/// A captured SLIP packet.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("slip");
    packet.need(HEADER)?;
    page.link_len = HEADER;
    let rest = packet.after(HEADER);
    if page.options.link_header {
        header(page, packet, rest)?;
    }
    match rest.peek_u8(0)? >> 4 {
        4 => ipv4::print(page, rest),
        6 => ipv6::print(page, rest),
        other => {
            put!(page, "ip v", other);
            Ok(())
        }
    }
}

/// A packet that BSD/OS captured on SLIP: always IPv4.
pub(super) fn bsdos(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("slip_bsdos");
    packet.need(HEADER)?;
    page.link_len = HEADER;
    ipv4::print(page, packet.after(HEADER))
}

fn header(page: &mut Page<'_>, packet: Cursor<'_>, rest: Cursor<'_>) -> Shown {
    let direction = packet.peek_u8(0)?;
    match direction {
        0 => put!(page, "I "),
        1 => put!(page, "O "),
        other => put!(page, "Invalid direction ", other, " "),
    }
    let directed = direction <= 1;
    let kind = packet.peek_u8(1)?;
    match kind & 0xf0 {
        0x40 => put!(page, "ip ", packet.len(), ": "),
        0x70 => {
            // The number of the connection is in the place of the protocol.
            put!(page, "utcp ", packet.peek_u8(10)?, ": ");
            if directed {
                headers(rest)?;
            }
        }
        _ if !directed => {}
        _ if kind & COMPRESSED != 0 => compressed(page, packet.limited(HEADER).after(1), rest)?,
        _ => put!(page, "slip-", kind, "!: "),
    }
    Ok(())
}

/// The length of the headers of IP and TCP as they were before they were compressed.
fn headers(rest: Cursor<'_>) -> Shown<usize> {
    rest.need(20)?;
    let ip = usize::from(rest.peek_u8(0)? & 15) * 4;
    let tcp = rest.after(ip);
    tcp.need(20)?;
    Ok(ip + usize::from(tcp.peek_u8(12)? >> 4) * 4)
}

/// Prints the changes of a compressed header.
fn compressed(page: &mut Page<'_>, mut changes: Cursor<'_>, rest: Cursor<'_>) -> Shown {
    let start = changes.captured();
    let mask = changes.u8()?;
    if mask & 0x40 != 0 {
        put!(page, "ctcp ", changes.u8()?);
    } else {
        put!(page, "ctcp *");
    }
    // The checksum of TCP.
    changes.advance(2);
    let length = rest.len().saturating_sub(headers(rest)?);
    match mask & 15 {
        // How much the numbers grow by is the length of the packet before, which this printer does not know.
        INTERACTIVE => put!(page, "*SA+*"),
        UNIDIRECTIONAL => put!(page, "*S+*"),
        _ => {
            if mask & 1 != 0 {
                change(page, " U=", &mut changes)?;
            }
            if mask & 2 != 0 {
                window(page, &mut changes)?;
            }
            if mask & 4 != 0 {
                change(page, " A+", &mut changes)?;
            }
            if mask & 8 != 0 {
                change(page, " S+", &mut changes)?;
            }
        }
    }
    if mask & 0x20 != 0 {
        change(page, " I+", &mut changes)?;
    }
    put!(page, " ", length, " (", start - changes.captured(), "): ");
    Ok(())
}

/// A change is one byte, or two behind a zero.
fn change(page: &mut Page<'_>, name: &str, changes: &mut Cursor<'_>) -> Shown {
    put!(page, name, delta(changes)?);
    Ok(())
}

fn window(page: &mut Page<'_>, changes: &mut Cursor<'_>) -> Shown {
    match delta(changes)? {
        grown @ ..=0x7fff => put!(page, " W+", grown),
        shrunk => put!(page, " W-", 0x1_0000 - u32::from(shrunk)),
    }
    Ok(())
}

fn delta(changes: &mut Cursor<'_>) -> Shown<u16> {
    match changes.u8()? {
        0 => changes.u16(),
        small => Ok(small.into()),
    }
}

/// Direction and fifteen bytes of the header as it was compressed.
const HEADER: usize = 16;
const COMPRESSED: u8 = 0x80;
/// The masks of the two special cases of RFC 1144.
const INTERACTIVE: u8 = 11;
const UNIDIRECTIONAL: u8 = 15;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, tcp, under_e};
    use crate::wire::LinkType;

    fn with_header(packet: &[u8]) -> String {
        under_e(LinkType::SLIP, packet)
    }

    fn packet(header: &[u8]) -> Vec<u8> {
        let mut packet = header.to_vec();
        packet.resize(16, 0);
        packet.extend(tcp((1, 2), (3, 4), 0x10, &[], b"abc"));
        packet
    }

    #[test]
    fn the_changes_of_a_compressed_header_are_told_under_e() {
        let packet = packet(&[1, 0xce, 5, 0, 0, 0, 0xff, 0xf0, 7, 9]);
        assert!(shown(LinkType::SLIP, &packet).starts_with("IP 192.0.2.1.1 > "));
        assert!(
            with_header(&packet).starts_with("O ctcp 5 W-16 A+7 S+9 3 (9): IP 192.0.2.1.1 > ")
                || with_header(&packet).starts_with("O ctcp 5 W-16 A+7 S+9 3 (9): 192.0.2.1.1 > "),
            "{}",
            with_header(&packet)
        );
        assert_every_cut_is_told(LinkType::SLIP, &packet);
    }

    #[test]
    fn whole_headers_are_named() {
        assert!(with_header(&packet(&[0, 0x45])).starts_with("I ip 59: "));
        let mut whole = vec![0, 0x75];
        whole.resize(10, 0);
        whole.push(6);
        assert!(with_header(&packet(&whole)).starts_with("I utcp 6: "));
        assert!(with_header(&packet(&[9, 0x10])).starts_with("Invalid direction 9 "));
    }
}
