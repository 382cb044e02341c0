//! UDP (RFC 768).

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;

use crate::print::application::{self, Ports};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::Datagram;
use crate::print::names::Transport;
use crate::print::page::Page;
use crate::print::text::{Hex4, put};
use crate::wire::should_be;

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
    put_ends(page, datagram, ports, Protocols::Udp.0, Transport::Udp);
    if packet.len() < HEADER {
        put!(page, "truncated-udp ", packet.len());
        return Ok(());
    }
    // A length of zero is that of a datagram larger than the field can say (RFC 2675).
    let claimed = match usize::from(rest.u16()?) {
        0 if packet.len() > usize::from(u16::MAX) => packet.len(),
        claimed => claimed,
    };
    let Some(claimed) = claimed.checked_sub(HEADER) else {
        put!(page, "truncated-udplength ", claimed);
        return Ok(());
    };
    packet.need(HEADER)?;
    let field = rest.u16()?;
    let payload = rest.limited(claimed);

    if page.verbose(1) && !page.options.no_checksums && !datagram.fragmented {
        checksum(page, datagram, packet, payload, field);
    }
    if !page.quiet() && application::over_udp(page, ports, payload)? {
        return Ok(());
    }
    if claimed > payload.len() && !datagram.fragmented {
        put!(page, "UDP, bad length ", claimed, " > ", payload.len());
    } else {
        put!(page, "UDP, length ", claimed);
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
    if addresses {
        datagram.put_source(page);
        put!(page, ".");
    }
    page.port(ports.source, transport);
    put!(page, " > ");
    if addresses {
        datagram.put_destination(page);
        put!(page, ".");
    }
    page.port(ports.destination, transport);
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
    match datagram.checksum(Protocols::Udp.0, length, covered) {
        0 => put!(page, "[udp sum ok] "),
        found => {
            put!(
                page,
                "[bad udp cksum 0x",
                Hex4(field),
                " -> 0x",
                Hex4(should_be(field, found)),
                "!] "
            );
        }
    }
}

const HEADER: usize = 8;
