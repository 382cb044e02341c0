//! UDP (RFC 768).

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;

use crate::print::application::{self, Decoder, Payload, Ports};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::{Datagram, put_verdict};
use crate::print::names::Transport;
use crate::print::page::Page;
use crate::print::text::{Hex4, Named, put};

/// Prints a UDP datagram.
pub(crate) fn print(page: &mut Page<'_>, datagram: &Datagram, packet: Cursor<'_>) -> Shown {
    page.enter("udp");
    let mut rest = packet;
    let (Ok(source), Ok(destination)) = (rest.u16(), rest.u16()) else {
        if datagram.protocol == Protocols::Udp.0 {
            datagram.put_ends(page);
            put!(page, ": ");
        }
        return Err(Stop::Truncated);
    };
    let ports = Ports { source, destination };
    // A request to the port mapper is told with its own addresses.
    let by_request = page.options.packet_type == Some(Decoder::Rpc);
    if !by_request {
        put_ends(page, datagram, ports, Protocols::Udp.0, Transport::Udp);
    }
    page.expect("undersized-udp", packet, HEADER)?;
    let (claimed, field) = (rest.u16()?, rest.u16()?);
    let claimed = match usize::from(claimed) {
        // That of a datagram larger than the field can say (RFC 2675).
        0 if packet.len() > usize::from(u16::MAX) => packet.len(),
        claimed if claimed < HEADER => return Err(page.refuse("undersized-udplength", claimed, "<", HEADER)),
        claimed => claimed,
    } - HEADER;
    page.field("length", packet.len().min(claimed + HEADER));
    page.field("cksum", Hex4(field));
    let payload = rest.limited(claimed);
    let carried = Payload {
        datagram: payload,
        rest: rest.claiming(payload.len()),
    };

    if by_request && application::with_addresses(page, datagram, carried)? {
        return Ok(());
    }
    if page.options.packet_type.is_some() && application::as_packet_type(page, datagram, ports, carried)? {
        return Ok(());
    }
    if !page.quiet() && application::before_checksum(page, datagram, ports, carried)? {
        return Ok(());
    }
    if page.verbose(1) && !page.options.no_checksums && !datagram.fragmented {
        checksum(page, datagram, packet, payload, field);
    }
    if !page.quiet() && application::over_udp(page, datagram, ports, carried)? {
        return Ok(());
    }
    if claimed > payload.len() && !datagram.fragmented {
        page.wrong(|page| {
            put!(
                page,
                "UDP, bad length ",
                Named("bad_length", claimed),
                " > ",
                Named("", payload.len())
            );
        });
    } else {
        put!(page, "UDP, length ", Named("", claimed));
    }
    Ok(())
}

/// `a.1 > b.2: `, or `1 > 2: ` where the addresses were printed before an extension header.
pub(super) fn put_ends(
    page: &mut Page<'_>,
    datagram: &Datagram,
    ports: Ports,
    protocol: u8,
    transport: Transport,
) {
    let addresses = datagram.protocol == protocol;
    page.field("sport", ports.source);
    page.field("dport", ports.destination);
    if addresses {
        datagram.put_source(page);
        put!(page, ".");
    }
    page.aside(|page| page.port(ports.source, transport));
    put!(page, " > ");
    if addresses {
        datagram.put_destination(page);
        put!(page, ".");
    }
    page.aside(|page| page.port(ports.destination, transport));
    put!(page, ": ");
}

/// Under IPv4 the checksum may be left out, and is shown from `-vv` on; under IPv6 it may not.
fn checksum(page: &mut Page<'_>, datagram: &Datagram, packet: Cursor<'_>, payload: Cursor<'_>, field: u16) {
    if !datagram.is_v6() {
        if !page.verbose(2) {
            return;
        }
        if field == 0 {
            put!(page, "[no cksum] ");
            return;
        }
    }
    let length = payload.len() + HEADER;
    let Some(covered) = packet.bytes().get(..length) else {
        return;
    };
    let found = datagram.checksum(Protocols::Udp.0, length, covered);
    put_verdict(page, "udp", Named("", field), found);
}

const HEADER: usize = 8;

#[cfg(test)]
mod tests {
    use crate::print::Options;
    use crate::print::sample::{assert_every_cut_is_told, ipv6, options, shown, shown_with, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    #[test]
    fn a_datagram_of_no_known_port_has_its_length() {
        assert_eq!(
            shown(RAW, &udp(1000, 2000, b"abc")),
            "IP 192.0.2.1.1000 > 192.0.2.2.2000: UDP, length 3"
        );
    }

    #[test]
    fn a_length_that_cannot_be_is_told() {
        let mut packet = udp(1000, 2000, b"abc");
        packet[25] = 99;
        assert!(shown(RAW, &packet).ends_with(": UDP, bad length 91 > 3"));
        packet[25] = 7;
        assert!(shown(RAW, &packet).ends_with(":  [undersized-udplength 7 < 8] (invalid)"));
    }

    #[test]
    fn the_checksum_is_told_from_vv_on_and_under_ipv6_from_v_on() {
        assert!(!verbose(1, RAW, &udp(1000, 2000, b"abc")).contains("cksum"));
        assert!(verbose(2, RAW, &udp(1000, 2000, b"abc")).contains(": [no cksum] UDP"));
        let under_ipv6 = ipv6(17, &[0, 1, 0, 2, 0, 8, 0x12, 0x34]);
        assert!(verbose(1, RAW, &under_ipv6).contains(": [bad udp cksum 0x1234 -> 0x"));
    }

    #[test]
    fn quiet_text_does_not_decode() {
        let quiet = Options {
            quiet: 1,
            ..options(0)
        };
        assert!(shown_with(&quiet, RAW, &udp(1000, 53, &[0; 12])).ends_with(": UDP, length 12"));
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(RAW, &udp(1000, 2000, &[]));
    }
}
