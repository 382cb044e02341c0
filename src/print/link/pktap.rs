//! Apple's packet tap: any link type behind a header that tells it.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::put;
use crate::wire::LinkType;

/// A captured packet.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("pktap");
    if packet.len() < HEADER {
        put!(page, " (packet too short, ", packet.len(), " < ", HEADER, ")");
        return Err(Stop::Invalid);
    }
    let mut rest = packet;
    let (length, kind, link) = (rest.u32_le()?, rest.u32_le()?, rest.u32_le()?);
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length < HEADER {
        put!(page, " (pkt_len too small, ", length, " < ", HEADER, ")");
        return Err(Stop::Invalid);
    }
    if length > packet.len() {
        put!(page, " (pkt_len too big, ", length, " > ", packet.len(), ")");
        return Err(Stop::Invalid);
    }
    packet.need(length)?;
    let link = LinkType::from_file(link);
    if page.options.link_header {
        header(page, packet, link, length);
    }
    page.link_len = length;
    let payload = packet.after(length);
    let mut found = true;
    match kind {
        0 => put!(page, "no data"),
        PACKET => {
            let base = page.link_len;
            page.link_len = 0;
            let known = page.deeper(|page| {
                found = super::decode(page, link, payload)?;
                Ok(())
            });
            page.link_len += base;
            known?;
            if !found {
                if !page.options.link_header {
                    header(page, packet, link, length);
                }
                page.raw(payload.bytes());
            }
        }
        _ => {}
    }
    Ok(())
}

fn header(page: &mut Page<'_>, packet: Cursor<'_>, link: LinkType, length: usize) {
    let name = link.name().unwrap_or("UNKNOWN");
    if page.quiet() {
        put!(page, name);
    } else {
        put!(page, "DLT ", name, " (", link.0, ") len ", length);
    }
    put!(page, ", length ", packet.len(), ": ");
}

const HEADER: usize = 108;
const PACKET: u32 = 1;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e};
    use crate::wire::LinkType;

    const TAP: LinkType = LinkType(258);

    fn tapped(link: u8) -> Vec<u8> {
        let mut packet = vec![108, 0, 0, 0, 1, 0, 0, 0, link];
        packet.resize(108, 0);
        packet.extend(ipv4(253, &[]));
        packet
    }

    #[test]
    fn the_link_type_in_the_header_chooses_the_printer() {
        assert!(shown(TAP, &tapped(101)).starts_with("IP 192.0.2.1"));
        let text = under_e(TAP, &tapped(101));
        assert!(
            text.starts_with("DLT RAW (101) len 108, length 128: IP 192.0.2.1"),
            "{text}"
        );
        assert!(shown(TAP, &tapped(231)).starts_with("DLT DBUS (231) len 108, length 128: \n\t0x0000:"));
        assert_every_cut_is_told(TAP, &tapped(101));
    }

    #[test]
    fn lengths_that_cannot_be_are_told() {
        let mut packet = tapped(101);
        packet[0] = 107;
        assert_eq!(shown(TAP, &packet), " (pkt_len too small, 107 < 108) (invalid)");
        packet[0] = 129;
        assert_eq!(shown(TAP, &packet), " (pkt_len too big, 129 > 128) (invalid)");
    }
}
