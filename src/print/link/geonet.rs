//! GeoNetworking and the basic transport protocol (ETSI EN 302 636), and CALM FAST (ISO 29281).

use super::ether::Addresses;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Mac, name_of, put};

/// Prints a GeoNetworking packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>, addresses: Option<Addresses>) -> Shown {
    page.enter("geonet");
    put!(page, "GeoNet ");
    if let Some(addresses) = addresses {
        put!(page, "src:", Mac(&addresses.source));
    }
    put!(page, "; ");
    if packet.len() < COMMON {
        put!(page, " (common header length ", packet.len(), " < ", COMMON, ")");
        return Err(Stop::Invalid);
    }
    packet.need(8)?;
    let (first, second) = (packet.peek_u8(0)?, packet.peek_u8(1)?);
    let (next, kind, subtype) = (first & 15, second >> 4, second & 15);
    put!(page, "v:", first >> 4, " NH:", next, "-");
    put!(
        page,
        ["Any", "BTP-A", "BTP-B", "IPv6"]
            .get(usize::from(next))
            .copied()
            .unwrap_or("Unknown")
    );
    let name = name_of(KINDS, (kind, if kind < 3 { 0 } else { subtype })).unwrap_or("Unknown");
    put!(
        page,
        " HT:",
        kind,
        "-",
        subtype,
        "-",
        name,
        " HopLim:",
        packet.peek_u8(7)?
    );
    put!(page, " Payload:", packet.peek_u16(4)?, " ");
    let mut rest = packet.after(8);
    let place = rest.array::<8>()?;
    put!(page, "GN_ADDR:", Mac(&place), " ");
    put!(page, "lat:", rest.peek_u32(4)?, " ");
    put!(page, "lon:", rest.peek_u32(8)?);
    rest = packet.after(COMMON);
    let extended = match (kind, subtype) {
        (0 | 1, _) | (5, 0) => Some(0),
        (5, 1) => Some(MULTI_HOP),
        _ => None,
    };
    if let Some(extended) = extended {
        if rest.len() < extended {
            put!(page, " (header size ", extended, " > ", rest.len(), ")");
            return Err(Stop::Invalid);
        }
        rest.skip(extended)?;
        if matches!(next, 1 | 2) {
            transport(page, &mut rest)?;
        }
    }
    dump(page, rest)
}

/// The header of the basic transport protocol, and what tells the message behind it.
fn transport(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    if rest.len() < 4 {
        put!(page, " (BTP length ", rest.len(), " < 4)");
        return Err(Stop::Invalid);
    }
    put!(page, "; BTP Dst:", rest.u16()?);
    put!(page, " Src:", rest.u16()?);
    if rest.len() >= 2 {
        put!(page, "; ItsPduHeader v:", rest.peek_u8(0)?);
        let kind = rest.peek_u8(1)?;
        match name_of(MESSAGES, kind) {
            Some(name) => put!(page, " t:", kind, "-", name),
            None => put!(page, " t:", kind, "-unknown (", kind, ")"),
        }
    }
    Ok(())
}

/// Prints a CALM FAST packet.
pub(super) fn calm_fast(page: &mut Page<'_>, packet: Cursor<'_>, addresses: Option<Addresses>) -> Shown {
    page.enter("calm_fast");
    put!(page, "CALM FAST");
    if let Some(addresses) = addresses {
        put!(page, " src:", Mac(&addresses.source));
    }
    put!(page, "; ");
    if packet.len() < 2 {
        put!(page, " (length ", packet.len(), " < 2)");
        return Err(Stop::Invalid);
    }
    let mut rest = packet;
    put!(page, "SrcNwref:", rest.u8()?, "; ");
    put!(page, "DstNwref:", rest.u8()?, "; ");
    dump(page, rest)
}

/// What a packet carries, under `-v`.
fn dump(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    if !page.verbose(1) {
        return Ok(());
    }
    page.hex_ascii("\n\t", rest.limited(rest.len()).bytes());
    rest.need(rest.len())
}

const COMMON: usize = 36;
/// What the header of a multi-hop broadcast has more.
const MULTI_HOP: usize = 32;

const KINDS: &[((u8, u8), &str)] = &[
    ((0, 0), "Any"),
    ((1, 0), "Beacon"),
    ((2, 0), "GeoUnicast"),
    ((3, 0), "GeoAnycastCircle"),
    ((3, 1), "GeoAnycastRect"),
    ((3, 2), "GeoAnycastElipse"),
    ((4, 0), "GeoBroadcastCircle"),
    ((4, 1), "GeoBroadcastRect"),
    ((4, 2), "GeoBroadcastElipse"),
    ((5, 0), "TopoScopeBcast-SH"),
    ((5, 1), "TopoScopeBcast-MH"),
    ((6, 0), "LocService-Request"),
    ((6, 1), "LocService-Reply"),
];

const MESSAGES: &[(u8, &str)] = &[
    (0, "CAM"),
    (1, "DENM"),
    (101, "TPEGM"),
    (102, "TSPDM"),
    (103, "VPM"),
    (104, "SRM"),
    (105, "SLAM"),
    (106, "ecoCAM"),
    (107, "ITM"),
    (150, "SA"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const ETHERNET: LinkType = LinkType::ETHERNET;

    #[test]
    fn place_and_message_are_told() {
        let mut packet = vec![1, 0x50, 0, 0, 0, 9, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8];
        packet.extend_from_slice(&[0; 4]);
        packet.extend_from_slice(&[0, 0, 0, 5, 0, 0, 0, 6]);
        packet.resize(36, 0);
        packet.extend_from_slice(&[7, 0xd1, 7, 0xd2, 1, 1]);
        let frame = ether(0x8947, &packet);
        assert_eq!(
            shown(ETHERNET, &frame),
            "GeoNet src:02:00:00:00:00:01; v:0 NH:1-BTP-A HT:5-0-TopoScopeBcast-SH HopLim:7 Payload:9 \
             GN_ADDR:01:02:03:04:05:06:07:08 lat:5 lon:6; BTP Dst:2001 Src:2002; ItsPduHeader v:1 t:1-DENM"
        );
        assert_every_cut_is_told(ETHERNET, &frame[..14 + 28]);
    }

    #[test]
    fn calm_fast_tells_its_references() {
        let frame = ether(0x1111, &[1, 2, 0x41]);
        assert_eq!(
            shown(ETHERNET, &frame),
            "CALM FAST src:02:00:00:00:00:01; SrcNwref:1; DstNwref:2; "
        );
        assert!(verbose(1, ETHERNET, &frame).contains("DstNwref:2; \n\t0x0000:  41 "));
    }
}
