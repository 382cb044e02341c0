//! Token Ring (IEEE 802.5), with the route that its bridges follow.

use super::ether::Addresses;
use super::llc;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Mac, put};

/// A captured frame.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.link_len += print(page, packet)?;
    Ok(())
}

/// A frame, perhaps within another packet. Returns how many of its bytes were headers.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<usize> {
    page.enter("token-ring");
    let mut header = HEADER;
    if !packet.has(header) {
        page.truncated();
        return Ok(header);
    }
    let mut rest = packet;
    let control = [rest.u8()?, rest.u8()?];
    let destination = rest.array()?;
    let mut addresses = Addresses {
        source: rest.array()?,
        destination,
    };
    // The group bit of the source says that there is a route.
    let [first, ..] = &mut addresses.source;
    let is_routed = *first & 0x80 != 0;
    *first &= 0x7f;
    if page.options.link_header {
        header_text(page, control, addresses, packet.len());
    }
    if is_routed {
        let Ok(field) = rest.peek_u16(0) else {
            page.truncated();
            return Ok(header);
        };
        header += usize::from(field >> 8 & 0x1f);
        if !packet.has(header) {
            page.truncated();
            return Ok(header);
        }
        route(page, field, rest.after(2))?;
        rest = packet.after(header);
    }
    if control[1] >> 6 == LLC {
        return Ok(header + llc::print(page, rest, Some(addresses))?);
    }
    if !page.options.link_header {
        header_text(page, control, addresses, packet.len());
    }
    page.raw(rest.bytes());
    Ok(header)
}

fn header_text(page: &mut Page<'_>, control: [u8; 2], addresses: Addresses, length: usize) {
    if !page.quiet() {
        let [access, frame] = control;
        put!(page, Hex2(access), " ", Hex2(frame), " ");
    }
    put!(page, Mac(&addresses.source), " > ", Mac(&addresses.destination));
    put!(page, ", length ", length, ": ");
}

/// The routing field and the rings and bridges behind it.
fn route(page: &mut Page<'_>, field: u16, mut rest: Cursor<'_>) -> Shown {
    let segments = (field >> 8 & 0x1f).saturating_sub(2) / 2;
    if page.verbose(1) {
        put!(
            page,
            match field >> 13 {
                0..=3 => "Non-Broadcast ",
                4 | 5 => "All-routes ",
                _ => "Single-route ",
            },
            if field & 0x80 == 0 { "Forward" } else { "Backward" }
        );
        for _ in 0..segments {
            let segment = rest.u16()?;
            put!(page, " [", segment >> 4, ":", segment & 15, "]");
        }
    } else {
        put!(page, "rt = ", Hex(field.into()));
        for _ in 0..segments {
            put!(page, ":", Hex(rest.u16()?.into()));
        }
    }
    let largest = usize::from(field >> 4 & 7);
    put!(
        page,
        " (",
        LARGEST_FRAMES.get(largest).copied().unwrap_or("??"),
        ") "
    );
    Ok(())
}

const HEADER: usize = 14;
const LLC: u8 = 1;
const LARGEST_FRAMES: [&str; 7] = ["516", "1500", "2052", "4472", "8144", "11407", "17800"];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::TOKEN_RING;

    fn frame(control: u8, route: &[u8]) -> Vec<u8> {
        let routed = if route.is_empty() { 0 } else { 0x80 };
        let mut frame = vec![0x10, control, 2, 0, 0, 0, 0, 2, 2 | routed, 0, 0, 0, 0, 1];
        frame.extend_from_slice(route);
        frame.extend([0xaa, 0xaa, 3, 0, 0, 0, 8, 0]);
        frame.extend(ipv4(253, &[]));
        frame
    }

    #[test]
    fn llc_frames_lead_to_their_packet() {
        assert!(shown(LINK, &frame(0x40, &[])).starts_with("IP 192.0.2.1"));
        assert!(
            under_e(LINK, &frame(0x40, &[]))
                .starts_with("10 40 02:00:00:00:00:01 > 02:00:00:00:00:02, length 42: LLC, dsap SNAP")
        );
        assert!(shown(LINK, &frame(0, &[])).starts_with("10 00 02:00:00:00:00:01 > "));
        assert_every_cut_is_told(LINK, &frame(0x40, &[]));
    }

    #[test]
    fn the_route_is_told() {
        let routed = frame(0x40, &[0x86, 0x90, 0x01, 0x25, 0x01, 0x30]);
        assert!(shown(LINK, &routed).starts_with("rt = 8690:125:130 (1500) IP "));
        assert!(verbose(1, LINK, &routed).starts_with("All-routes Backward [18:5] [19:0] (1500) IP "));
        assert!(under_e(LINK, &routed).starts_with("10 40 02:00:00:00:00:01 > "));
        assert_every_cut_is_told(LINK, &routed);
    }
}
