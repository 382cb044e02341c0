//! IPv4 (RFC 791).

use std::net::Ipv4Addr;

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;
use pnet_packet::ipv4::Ipv4Packet;

use super::{Datagram, Ends, demux};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::protocol;
use crate::print::text::{Hex, Label, Named, name_of, put, put_bits};
use crate::wire::{Checksum, should_be};

/// Prints an IPv4 datagram.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ip");
    if !page.options.link_header {
        put!(page, "IP ");
    }
    if packet.len() < MIN_HEADER {
        return Err(page.refuse("length", packet.len(), "<", MIN_HEADER));
    }
    let first = packet.peek_u8(0)?;
    if first >> 4 != 4 {
        return Err(page.refuse("version", (first >> 4).into(), "!=", 4));
    }
    let header_len = usize::from(first & 15) * 4;
    if header_len < MIN_HEADER {
        return Err(page.refuse("header length", header_len, "<", MIN_HEADER));
    }
    let (total, presumed) = total_length(page, packet, header_len)?;
    let Some(view) = Ipv4Packet::new(packet.bytes()) else {
        return Err(Stop::Truncated);
    };
    let packet = packet.with_len(total);
    let header = packet.limited(header_len);
    let source = view.get_source();
    let destination = view.get_destination();
    page.field("src", source);
    page.field("dst", destination);

    if page.verbose(1) {
        verbose_header(page, &view, header, presumed.map(|why| (total, why)))?;
    }
    let protocol = view.get_next_level_protocol();
    if view.get_fragment_offset() != 0 {
        later_fragment(page, &view);
        return Ok(());
    }
    let datagram = Datagram {
        ends: Ends::V4 {
            source,
            destination,
            last: last_destination(header, destination),
        },
        protocol: protocol.0,
        fragmented: view.get_flags() & MORE_FRAGMENTS != 0,
        hops: view.get_ttl(),
    };
    if !demux::has_ports(protocol) {
        datagram.put_ends(page);
        put!(page, ": ");
    }
    if !packet.has(header_len) {
        put!(
            page,
            " [remaining caplen(",
            packet.captured(),
            ") < header length(",
            header_len,
            ")]"
        );
        return Err(Stop::Truncated);
    }
    demux::print(page, protocol, &datagram, packet.after(header_len))
}

/// The length of the datagram: what the header claims, or what there is if it claims nothing, as the kernel does
/// of a send that is larger than the field can say.
///
/// Returns in the latter case what the datagram is presumed to be.
fn total_length(
    page: &mut Page<'_>,
    packet: Cursor<'_>,
    header_len: usize,
) -> Shown<(usize, Option<&'static str>)> {
    let claimed = usize::from(packet.peek_u16(2)?);
    if claimed > packet.len() {
        put!(page, "[total length ", claimed, " > length ", packet.len(), "]");
        page.invalid();
        put!(page, " ");
        return Ok((packet.len(), None));
    }
    if claimed == 0 && packet.len() > usize::from(u16::MAX) {
        return Ok((packet.len(), Some("BIG TCP")));
    }
    if claimed == 0 && packet.peek_u8(9)? == Protocols::Tcp.0 {
        return Ok((packet.len(), Some("TSO")));
    }
    if claimed < header_len {
        put!(
            page,
            "[total length ",
            claimed,
            " < header length ",
            header_len,
            "]"
        );
        return Err(Stop::Invalid);
    }
    Ok((claimed, None))
}

/// `(tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60)` and a line break.
fn verbose_header(
    page: &mut Page<'_>,
    view: &Ipv4Packet<'_>,
    header: Cursor<'_>,
    presumed: Option<(usize, &str)>,
) -> Shown {
    let protocol = view.get_next_level_protocol().0;
    put!(
        page,
        "(tos 0x",
        Hex((view.get_dscp() << 2 | view.get_ecn()).into())
    );
    page.field("ecn", view.get_ecn());
    put!(
        page,
        match view.get_ecn() {
            0 => Label(""),
            1 => Label(",ECT(1)"),
            2 => Label(",ECT(0)"),
            _ => Label(",CE"),
        }
    );
    if view.get_ttl() > 0 {
        put!(page, ", ttl ", view.get_ttl());
    }
    put!(
        page,
        ", id ",
        view.get_identification(),
        ", offset ",
        u32::from(view.get_fragment_offset()) * 8
    );
    put!(page, ", flags [");
    put_bits(page.out, FLAGS, view.get_flags().into(), ", ", "none");
    put!(
        page,
        "], proto ",
        Named("proto_name", demux::name(protocol)),
        " (",
        Named("proto", protocol),
        "), length "
    );
    match presumed {
        Some((length, why)) => put!(page, Named("length", length), " [was 0, presumed ", why, "]"),
        None => put!(page, Named("length", view.get_total_length())),
    }
    if header.len() > MIN_HEADER {
        put!(page, ", options (");
        match options(page, header.after(MIN_HEADER)) {
            Err(Stop::Truncated) => {
                put!(page, " [truncated-option])");
                put!(page, if page.options.one_line { ") " } else { ")\n    " });
                page.aside(|page| page.host(view.get_source()));
                put!(page, " > ");
                page.aside(|page| page.host(view.get_destination()));
                put!(page, ": ");
                return Err(Stop::Truncated);
            }
            _ => put!(page, ")"),
        }
    }
    if !page.options.no_checksums && header.has(header.len()) {
        let found = Checksum::default().with(header.bytes()).finish();
        if found != 0 {
            let field = view.get_checksum();
            page.wrong(|page| {
                put!(
                    page,
                    ", bad cksum ",
                    Named("bad_cksum", Hex(field.into())),
                    " (->",
                    Named("right_cksum", Hex(should_be(field, found).into())),
                    ")!"
                );
            });
        }
    }
    put!(page, if page.options.one_line { ") " } else { ")\n    " });
    Ok(())
}

/// The header of the next layer was in another fragment, so only the protocol can be told.
fn later_fragment(page: &mut Page<'_>, view: &Ipv4Packet<'_>) {
    if page.options.quiet > 1 {
        return;
    }
    page.aside(|page| page.host(view.get_source()));
    put!(page, " > ");
    page.aside(|page| page.host(view.get_destination()));
    let number = view.get_next_level_protocol();
    match protocol::name(number.0).filter(|_| !page.numeric()) {
        Some(name) => put!(page, ": ", name),
        None => put!(page, ": ip-proto-", number),
    }
}

/// The options, separated by commas, up to their end or the first that is wrong.
fn options(page: &mut Page<'_>, mut area: Cursor<'_>) -> Shown {
    let mut first = true;
    while !area.is_empty() {
        if !first {
            put!(page, ",");
        }
        first = false;
        let kind = area.peek_u8(0)?;
        match name_of(OPTIONS, kind) {
            Some(name) => put!(page, name),
            None => put!(page, "unknown ", kind),
        }
        if kind == END {
            return Ok(());
        }
        let length = if kind == NOP {
            1
        } else {
            usize::from(area.peek_u8(1)?)
        };
        if (length < 2 && kind != NOP) || length > area.len() {
            put!(page, " [bad length ", length, "]");
            return Ok(());
        }
        area.need(length)?;
        let option = area.sub(length);
        match kind {
            TIMESTAMP => timestamps(page, option)?,
            RECORD_ROUTE | STRICT_ROUTE | LOOSE_ROUTE => route(page, option)?,
            ROUTER_ALERT if length < 4 => put!(page, " [bad length ", length, "]"),
            ROUTER_ALERT => {
                let value = option.peek_u16(2)?;
                if value != 0 {
                    put!(page, " value ", value);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The addresses of a record-route or source-route option; those before the pointer are followed by a comma.
fn route(page: &mut Page<'_>, option: Cursor<'_>) -> Shown {
    let length = option.len();
    if length < 3 {
        put!(page, " [bad length ", length, "]");
        return Ok(());
    }
    if (length + 1) & 3 != 0 {
        put!(page, " [bad length ", length, "]");
    }
    let raw = option.peek_u8(2)?;
    let pointer = usize::from(raw).wrapping_sub(1);
    if pointer < 3 || (pointer.wrapping_add(1)) & 3 != 0 || pointer > length + 1 {
        put!(page, " [bad ptr ", raw, "]");
    }
    let mut hops = option.after(3);
    let mut at = 3;
    while !hops.is_empty() {
        let address = hops.ipv4()?;
        put!(page, " ");
        page.host(address);
        if pointer > at {
            put!(page, ",");
        }
        at += 4;
    }
    Ok(())
}

/// The internet timestamp option.
fn timestamps(page: &mut Page<'_>, option: Cursor<'_>) -> Shown {
    let length = option.len();
    if length < 4 {
        put!(page, "[bad length ", length, "]");
        return Ok(());
    }
    put!(page, " TS{");
    let flags = option.peek_u8(3)?;
    let each = if flags & 15 == 0 { 4 } else { 8 };
    if (length - 4) & (each - 1) != 0 {
        put!(page, "[bad length ", length, "]");
    }
    let raw = option.peek_u8(2)?;
    let pointer = usize::from(raw).wrapping_sub(1);
    if pointer < 4 || (pointer.wrapping_sub(4)) & (each - 1) != 0 || pointer > length + 1 {
        put!(page, "[bad ptr ", raw, "]");
    }
    let mut at = 0;
    match flags & 15 {
        kind @ (0 | 1 | 3) => {
            put!(
                page,
                match kind {
                    0 => "TSONLY",
                    1 => "TS+ADDR",
                    _ => "PRESPEC",
                }
            );
            let mut stamps = option.after(4);
            at = 4;
            while !stamps.is_empty() {
                put!(page, if pointer == at { " ^ " } else { " " });
                let hop = if each == 8 { Some(stamps.ipv4()?) } else { None };
                put!(page, stamps.u32()?, "@");
                if let Some(hop) = hop {
                    page.host(hop);
                }
                at += each;
            }
        }
        other => put!(page, "[bad ts type ", other, "]"),
    }
    if pointer == at {
        put!(page, " ^ ");
    }
    match flags >> 4 {
        0 => put!(page, "}"),
        missed => put!(page, " [", missed, " hops not recorded]} "),
    }
    Ok(())
}

/// The last hop of a source route, for which transport checksums are made; without one, the destination.
fn last_destination(header: Cursor<'_>, destination: Ipv4Addr) -> Ipv4Addr {
    let mut area = header.after(MIN_HEADER);
    while let Ok(kind) = area.peek_u8(0) {
        let length = match kind {
            END => break,
            NOP => 1,
            _ => match area.peek_u8(1) {
                Ok(length @ 2..) => usize::from(length),
                _ => break,
            },
        };
        let option = area.sub(length);
        if matches!(kind, STRICT_ROUTE | LOOSE_ROUTE) && length >= 7 {
            return option.after(length - 4).ipv4().unwrap_or(destination);
        }
    }
    destination
}

const MIN_HEADER: usize = 20;
const MORE_FRAGMENTS: u8 = 1;
const FLAGS: &[(u32, &str)] = &[(1, "+"), (2, "DF"), (4, "rsvd")];

const END: u8 = 0;
const NOP: u8 = 1;
const RECORD_ROUTE: u8 = 7;
const TIMESTAMP: u8 = 68;
const LOOSE_ROUTE: u8 = 131;
const STRICT_ROUTE: u8 = 137;
const ROUTER_ALERT: u8 = 148;
const OPTIONS: &[(u8, &str)] = &[
    (END, "EOL"),
    (NOP, "NOP"),
    (RECORD_ROUTE, "RR"),
    (TIMESTAMP, "timestamp"),
    (82, "traceroute"),
    (130, "security"),
    (LOOSE_ROUTE, "LSRR"),
    (STRICT_ROUTE, "SSRR"),
    (ROUTER_ALERT, "RA"),
];

#[cfg(test)]
mod tests {
    use crate::print::Options;
    use crate::print::sample::{assert_every_cut_is_told, ipv4, options, shown, shown_with, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    #[test]
    fn verbose_text_has_the_header_on_a_line_of_its_own() {
        assert_eq!(
            verbose(1, RAW, &ipv4(253, &[0; 4])),
            "IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto unknown (253), length 24)\n    \
             192.0.2.1 > 192.0.2.2:  ip-proto-253 4"
        );
        let one_line = Options {
            one_line: true,
            ..options(1)
        };
        assert!(shown_with(&one_line, RAW, &ipv4(253, &[])).contains("length 20) 192.0.2.1 > "));
    }

    #[test]
    fn a_wrong_header_checksum_is_told_with_the_right_one() {
        let mut packet = ipv4(253, &[]);
        packet[10] ^= 0xff;
        assert!(verbose(1, RAW, &packet).contains(", bad cksum "));
        let unchecked = Options {
            no_checksums: true,
            ..options(1)
        };
        assert!(!shown_with(&unchecked, RAW, &packet).contains("cksum"));
    }

    #[test]
    fn a_later_fragment_names_only_its_protocol() {
        let mut packet = ipv4(17, &[0; 16]);
        packet[6..8].copy_from_slice(&[0, 1]);
        assert_eq!(shown(RAW, &packet), "IP 192.0.2.1 > 192.0.2.2: ip-proto-17");
    }

    #[test]
    fn lengths_that_contradict_each_other_are_told() {
        let mut packet = ipv4(253, &[]);
        packet[3] = 40;
        assert!(shown(RAW, &packet).starts_with("IP [total length 40 > length 20] (invalid) 192.0.2.1 > "));
        packet[3] = 19;
        assert_eq!(
            shown(RAW, &packet),
            "IP [total length 19 < header length 20] (invalid)"
        );
        packet[0] = 0x44;
        assert_eq!(shown(RAW, &packet), "IP  [header length 16 < 20] (invalid)");
    }

    #[test]
    fn a_record_route_marks_the_hops_before_its_pointer() {
        // Record route of 7 bytes with one hop recorded, and padding.
        let options = [7, 7, 8, 192, 0, 2, 9, 0];
        let mut packet = ipv4(253, &options);
        packet[0] = 0x47;
        assert!(verbose(1, RAW, &packet).contains("options (RR 192.0.2.9,,EOL)"));
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(RAW, &ipv4(253, &[]));
    }

    #[test]
    fn headers_nested_without_end_do_not_exhaust_the_stack() {
        let mut packet = ipv4(253, &[]);
        while packet.len() < 60_000 {
            packet = ipv4(4, &packet);
        }
        assert!(shown(RAW, &packet).ends_with("[nested too deep]"));
    }
}
