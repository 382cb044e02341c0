//! FDDI (ANSI X3T9.5): LLC behind a frame control byte and two addresses.

use super::ether::Addresses;
use super::llc;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Mac, name_of, put};

/// A captured frame.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.link_len += print(page, packet)?;
    Ok(())
}

/// A frame, perhaps within another packet. Returns how many of its bytes were headers.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<usize> {
    page.enter("fddi");
    if !packet.has(HEADER) {
        page.truncated();
        return Ok(packet.captured());
    }
    let mut rest = packet;
    let control = rest.u8()?;
    let destination = rest.array()?;
    let addresses = Addresses {
        source: rest.array()?,
        destination,
    };
    if page.options.link_header {
        header(page, control, addresses, packet.len());
    }
    match control & KIND {
        ASYNCHRONOUS_LLC => return Ok(HEADER + llc::print(page, rest, Some(addresses))?),
        STATION_MANAGEMENT => put!(page, "<SMT printer not yet implemented>"),
        _ => {
            if !page.options.link_header {
                header(page, control, addresses, packet.len());
            }
            page.raw(rest.bytes());
        }
    }
    Ok(HEADER)
}

fn header(page: &mut Page<'_>, control: u8, addresses: Addresses, length: usize) {
    if !page.quiet() {
        match (name_of(FRAMES, control), name_of(KINDS, control & KIND)) {
            (Some(name), _) => put!(page, name),
            (None, Some(name)) => put!(page, name, Hex(u64::from(control & !KIND))),
            (None, None) => put!(page, Hex2(control)),
        }
        put!(page, " ");
    }
    put!(page, Mac(&addresses.source), " > ", Mac(&addresses.destination));
    put!(page, ", length ", length, ": ");
}

const HEADER: usize = 13;

/// Class, length of the addresses and format; the other bits are control.
const KIND: u8 = 0xf0;
const STATION_MANAGEMENT: u8 = 0x40;
const ASYNCHRONOUS_LLC: u8 = 0x50;

const FRAMES: &[(u8, &str)] = &[
    (0x40, "void"),
    (0x80, "nrt"),
    (0xc0, "rt"),
    (0x41, "info"),
    (0x4f, "nsa"),
    (0xc2, "beacon"),
    (0xc3, "claim"),
];

const KINDS: &[(u8, &str)] = &[
    (0xc0, "mac"),
    (STATION_MANAGEMENT, "smt"),
    (ASYNCHRONOUS_LLC, "async"),
    (0xd0, "sync"),
    (0x60, "imp_async"),
    (0xe0, "imp_sync"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::FDDI;

    fn frame(control: u8) -> Vec<u8> {
        let mut frame = vec![control, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1];
        frame.extend([0xaa, 0xaa, 3, 0, 0, 0, 8, 0]);
        frame.extend(ipv4(253, &[]));
        frame
    }

    #[test]
    fn asynchronous_frames_lead_to_llc() {
        assert!(shown(LINK, &frame(0x57)).starts_with("IP 192.0.2.1"));
        assert!(
            under_e(LINK, &frame(0x57))
                .starts_with("async7 02:00:00:00:00:01 > 02:00:00:00:00:02, length 41: LLC, dsap SNAP")
        );
        assert_every_cut_is_told(LINK, &frame(0x57));
    }

    #[test]
    fn other_frames_are_named() {
        assert_eq!(shown(LINK, &frame(0x41)), "<SMT printer not yet implemented>");
        assert!(shown(LINK, &frame(0xc2)).starts_with("beacon 02:00:00:00:00:01 > "));
        assert!(shown(LINK, &frame(0x10)).starts_with("10 02:00:00:00:00:01 > "));
    }
}
