//! UDP-Lite (RFC 3828), whose checksum may cover only the beginning of a datagram.

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;

use super::udp::put_ends;
use crate::print::application::Ports;
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::Datagram;
use crate::print::names::Transport;
use crate::print::page::Page;
use crate::print::text::{Hex4, put};
use crate::wire::should_be;

/// Prints a datagram; from `-v` on with the coverage of its checksum.
pub(crate) fn print(page: &mut Page<'_>, datagram: &Datagram, packet: Cursor<'_>) -> Shown {
    page.enter("udplite");
    let mut rest = packet;
    let (source, destination) = (rest.u16()?, rest.u16()?);
    let ports = Ports { source, destination };
    put_ends(page, datagram, ports, Protocols::UdpLite.0, Transport::Udp);
    if packet.len() < HEADER {
        put!(page, "UDP-Lite");
        return Err(page.refuse("length", packet.len(), "<", HEADER));
    }
    let (coverage, field) = (rest.u16()?, rest.u16()?);
    let covered = match usize::from(coverage) {
        0 => packet.len(),
        some => some,
    };
    put!(page, "UDP-Lite");
    if page.verbose(1) {
        put!(page, ", coverage ", coverage);
    }
    if covered < HEADER || covered > packet.len() {
        page.invalid();
    } else if page.verbose(1)
        && !page.options.no_checksums
        && !datagram.fragmented
        && let Some(bytes) = packet.bytes().get(..covered)
    {
        put!(page, ", cksum 0x", Hex4(field));
        match datagram.checksum(Protocols::UdpLite.0, packet.len(), bytes) {
            0 => put!(page, " (correct)"),
            found => put!(page, " (incorrect -> 0x", Hex4(should_be(field, found)), ")"),
        }
    }
    put!(page, ", length ", packet.len() - HEADER);
    Ok(())
}

const HEADER: usize = 8;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    #[test]
    fn the_coverage_is_told_under_v() {
        let packet = ipv4(136, &[0, 7, 0, 9, 0, 8, 0x75, 0x33, 1, 2, 3]);
        assert_eq!(
            shown(RAW, &packet),
            "IP 192.0.2.1.7 > 192.0.2.2.9: UDP-Lite, length 3"
        );
        let text = verbose(1, RAW, &packet);
        assert!(
            text.ends_with(": UDP-Lite, coverage 8, cksum 0x7533 (incorrect -> 0x7b50), length 3"),
            "{text}"
        );
        assert_every_cut_is_told(RAW, &packet);
    }

    #[test]
    fn a_coverage_that_cannot_be_is_told() {
        let packet = ipv4(136, &[0, 7, 0, 9, 0, 7, 0, 0]);
        assert!(shown(RAW, &packet).ends_with(": UDP-Lite (invalid), length 0"));
    }
}
