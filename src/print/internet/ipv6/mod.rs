//! IPv6 (RFC 8200) and its extension headers.

mod fragment;
mod mobility;
mod options;
mod routing;

use std::net::Ipv6Addr;

use pnet_packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols as Protocols};
use pnet_packet::ipv6::Ipv6Packet;

use super::{Datagram, Ends, demux};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex2, HexPad, Named, put};

/// Prints an IPv6 packet.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ip6");
    if !page.options.link_header {
        put!(page, "IP6 ");
    }
    if packet.len() < HEADER {
        return Err(page.refuse("length", packet.len(), "<", HEADER));
    }
    let version = packet.peek_u8(0)? >> 4;
    if version != 6 {
        return Err(page.refuse("version", version.into(), "!=", 6));
    }
    let Some(view) = Ipv6Packet::new(packet.bytes()) else {
        return Err(Stop::Truncated);
    };
    let claimed = usize::from(view.get_payload_length());
    let packet = if claimed == 0 {
        packet
    } else {
        checked_length(page, packet, claimed + HEADER)
    };
    if page.verbose(1) {
        verbose_header(page, &view);
    }
    let packet = match claimed {
        // The length is in a hop-by-hop option, or the packet is a send that no length field could hold.
        0 => {
            if view.get_next_header() == Protocols::Hopopt {
                packet
            } else if packet.len() > usize::from(u16::MAX) {
                put!(page, "[real length ", packet.len(), ", presumed BIG TCP] ");
                packet
            } else {
                packet.claiming(HEADER)
            }
        }
        _ => packet,
    };
    let source = view.get_source();
    let destination = view.get_destination();
    page.field("src", source);
    page.field("dst", destination);
    let datagram = Datagram {
        ends: Ends::V6 {
            source,
            destination,
            last: last_destination(packet, destination),
        },
        protocol: view.get_next_header().0,
        fragmented: false,
        hops: view.get_hop_limit(),
    };
    if !demux::has_ports(view.get_next_header()) {
        datagram.put_ends(page);
        put!(page, ": ");
    }
    headers(page, packet, view.get_next_header(), datagram)
}

/// Walks the extension headers and prints what is behind them.
fn headers(
    page: &mut Page<'_>,
    packet: Cursor<'_>,
    mut next: IpNextHeaderProtocol,
    mut datagram: Datagram,
) -> Shown {
    let mut rest = packet.after(HEADER);
    loop {
        if rest.captured() == 0 && !rest.is_empty() && !matches!(next, Protocols::Ipv6NoNxt) {
            return Err(Stop::Truncated);
        }
        let length = match next {
            Protocols::Hopopt => {
                let (length, jumbo) = options::hop_by_hop(page, rest)?;
                if let Some(jumbo) = jumbo {
                    let total = jumbo as usize + HEADER;
                    let passed = packet.len() - rest.len();
                    rest = checked_length(page, packet, total).after(passed);
                }
                length
            }
            Protocols::Ipv6Opts => options::destination(page, rest)?,
            Protocols::Ipv6Frag => {
                let passed = packet.len() - rest.len() + 8;
                let left = (usize::from(packet.peek_u16(4)?) + HEADER).checked_sub(passed);
                if !fragment::print(page, rest, left)? {
                    return Ok(());
                }
                datagram.fragmented = true;
                8
            }
            MOBILITY | MOBILITY_OLD => return mobility::print(page, rest),
            Protocols::Ipv6Route => routing::print(page, rest)?,
            _ => return demux::print(page, next, &datagram, rest),
        };
        next = IpNextHeaderProtocol(rest.peek_u8(0)?);
        rest.advance(length);
    }
}

/// The packet cut to the length that it claims, or a note that it claims more than there is.
fn checked_length<'a>(page: &mut Page<'_>, packet: Cursor<'a>, total: usize) -> Cursor<'a> {
    if total > packet.len() {
        put!(
            page,
            "[header+payload length ",
            total,
            " > length ",
            packet.len(),
            "]"
        );
        page.invalid();
        put!(page, " ");
    }
    packet.with_len(total)
}

/// `(class 0x20, flowlabel 0x12345, hlim 64, next-header TCP (6), payload length 40) `.
fn verbose_header(page: &mut Page<'_>, view: &Ipv6Packet<'_>) {
    put!(page, "(");
    if view.get_traffic_class() != 0 {
        put!(page, "class 0x", Hex2(view.get_traffic_class()), ", ");
    }
    if view.get_flow_label() != 0 {
        put!(
            page,
            "flowlabel 0x",
            HexPad(view.get_flow_label().into(), 5),
            ", "
        );
    }
    let next = view.get_next_header().0;
    put!(
        page,
        "hlim ",
        view.get_hop_limit(),
        ", next-header ",
        Named("next_header_name", demux::name(next)),
        " (",
        Named("next_header", next),
        "), "
    );
    put!(
        page,
        "payload length ",
        Named("payload_length", view.get_payload_length()),
        ") "
    );
}

/// The last segment of a routing header, for which transport checksums are made; without one, the destination.
fn last_destination(packet: Cursor<'_>, destination: Ipv6Addr) -> Ipv6Addr {
    let mut next = packet.peek_u8(6).map(IpNextHeaderProtocol);
    let mut rest = packet.after(HEADER);
    while let Ok(Protocols::Hopopt | Protocols::Ipv6Opts | Protocols::Ipv6Frag | Protocols::Ipv6Route) = next
    {
        let Ok(units) = rest.peek_u8(1) else { break };
        if next == Ok(Protocols::Ipv6Route) {
            return routing::last_segment(rest).unwrap_or(destination);
        }
        let length = if next == Ok(Protocols::Ipv6Frag) {
            8
        } else {
            (usize::from(units) + 1) * 8
        };
        next = rest.peek_u8(0).map(IpNextHeaderProtocol);
        rest.advance(length);
    }
    destination
}

const HEADER: usize = 40;
const MOBILITY: IpNextHeaderProtocol = IpNextHeaderProtocol(135);
const MOBILITY_OLD: IpNextHeaderProtocol = IpNextHeaderProtocol(62);

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv6, shown, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    #[test]
    fn class_and_flow_label_are_told_where_they_are_not_zero() {
        let mut packet = ipv6(59, &[]);
        packet[..4].copy_from_slice(&[0x62, 0x01, 0x23, 0x45]);
        assert_eq!(
            verbose(1, RAW, &packet),
            "IP6 (class 0x20, flowlabel 0x12345, hlim 64, next-header no next header (59), payload length 0) \
             2001:db8::1 > 2001:db8::2: no next header"
        );
    }

    #[test]
    fn a_first_fragment_is_decoded_and_a_later_one_is_not() {
        let first = [17, 0, 0, 1, 0, 0, 0, 7, 0, 53, 0, 99, 0, 8, 0, 0];
        assert!(shown(RAW, &ipv6(44, &first)).contains(": frag (0|8) 53 > 99: "));
        let later = [17, 0, 0, 9, 0, 0, 0, 7, 1, 2, 3, 4];
        assert!(shown(RAW, &ipv6(44, &later)).ends_with(": frag (8|4)"));
    }

    #[test]
    fn options_are_told_under_v() {
        // Hop-by-hop: a router alert and two bytes of padding.
        let header = [59, 0, 5, 2, 0, 0, 1, 0];
        assert!(shown(RAW, &ipv6(0, &header)).ends_with(": HBH no next header"));
        assert!(
            verbose(1, RAW, &ipv6(0, &header)).ends_with(": HBH (rtalert: 0x0000) (padn) no next header")
        );
    }

    #[test]
    fn another_version_is_refused() {
        assert_eq!(
            shown(LinkType::IPV6, &[0x45; 40]),
            "IP6  [version 4 != 6] (invalid)"
        );
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(RAW, &ipv6(44, &[59, 0, 0, 1, 0, 0, 0, 7]));
        assert_every_cut_is_told(RAW, &ipv6(0, &[59, 0, 5, 2, 0, 0, 1, 0]));
        // Segment routing (type 4) with one segment.
        let mut segments = vec![59, 2, 4, 0, 0, 0, 0, 0];
        segments.extend_from_slice(&[0x20; 16]);
        assert_every_cut_is_told(RAW, &ipv6(43, &segments));
        // A binding update.
        assert_every_cut_is_told(
            RAW,
            &ipv6(135, &[59, 1, 5, 0, 0, 0, 0, 1, 0xc0, 0, 0, 9, 1, 2, 0, 0]),
        );
    }
}
