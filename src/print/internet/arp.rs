//! ARP and its relatives (RFC 826, RFC 903, RFC 2390).

use pnet_packet::ethernet::EtherType;

use crate::print::cursor::{Cursor, Shown};
use crate::print::ink::Kind;
use crate::print::link::ethertype;
use crate::print::page::Page;
use crate::print::text::{Mac, Named, Put, name_of, put};

/// Prints an ARP packet.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("arp");
    let mut rest = packet;
    let hardware = rest.u16()?;
    let protocol = EtherType(rest.u16()?);
    let hardware_len = rest.u8()?;
    let protocol_len = rest.u8()?;
    let operation = rest.u16()?;
    let sender_hardware = rest.take(hardware_len.into())?;
    let sender = Party {
        protocol,
        address: rest.take(protocol_len.into())?,
    };
    let target_hardware = rest.take(hardware_len.into())?;
    let target = Party {
        protocol,
        address: rest.take(protocol_len.into())?,
    };

    if !page.options.link_header {
        put!(page, "ARP, ");
    }
    page.field("hardware", hardware);
    page.field("protocol", protocol.0);
    page.field("op", operation);
    for (name, hardware, address) in [
        (("src_mac", "src"), sender_hardware, &sender),
        (("dst_mac", "dst"), target_hardware, &target),
    ] {
        page.field(name.0, Hardware(hardware));
        if let (true, Ok(address)) = (is_ip(protocol), <[u8; 4]>::try_from(address.address)) {
            page.field(name.1, std::net::Ipv4Addr::from(address));
        }
    }
    let usual = is_ip(protocol) && protocol_len == 4 && hardware_len != 0;
    if !usual || page.verbose(1) {
        match name_of(HARDWARE, hardware) {
            Some(name) => put!(page, Named("hardware_name", name)),
            None => put!(page, "Unknown Hardware (", Named("", hardware), ")"),
        }
        put!(page, " (len ", Named("hardware_len", hardware_len), "), ");
        match ethertype::name(protocol) {
            Some(name) => put!(page, Named("protocol_name", name)),
            None => put!(page, "Unknown Protocol (", Named("", protocol), ")"),
        }
        put!(page, " (len ", Named("protocol_len", protocol_len), ")");
        if !page.verbose(1) {
            put!(page, ", length ", packet.len());
            return Ok(());
        }
        put!(page, ", ");
    }
    match name_of(OPERATIONS, operation) {
        Some(name) => put!(page, Named("op_name", name)),
        None => put!(page, "Unknown (", Named("", operation), ")"),
    }
    put!(page, " ");
    match operation {
        1 => {
            put!(page, "who-has ");
            target.put(page);
            if target_hardware.iter().any(|&byte| byte != 0) {
                put!(page, " (", Named("", Hardware(target_hardware)), ")");
            }
            put!(page, " tell ");
            sender.put(page);
        }
        2 => {
            sender.put(page);
            put!(page, " is-at ", Named("", Hardware(sender_hardware)));
        }
        3 | 8 => put!(
            page,
            "who-is ",
            Named("", Hardware(target_hardware)),
            " tell ",
            Named("", Hardware(sender_hardware))
        ),
        4 => {
            put!(page, Named("", Hardware(target_hardware)), " at ");
            target.put(page);
        }
        9 => {
            put!(page, Named("", Hardware(sender_hardware)), " at ");
            sender.put(page);
        }
        _ => {
            page.raw(packet.bytes());
            return Ok(());
        }
    }
    put!(page, ", length ", packet.len());
    Ok(())
}

/// The protocol address of the sender or of the target.
struct Party<'a> {
    protocol: EtherType,
    address: &'a [u8],
}

impl Party<'_> {
    fn put(&self, page: &mut Page<'_>) {
        match <[u8; 4]>::try_from(self.address) {
            _ if !is_ip(self.protocol) => put!(page, "<wrong proto type>"),
            Ok(address) => page.aside(|page| page.host(std::net::Ipv4Addr::from(address))),
            Err(_) => put!(page, "<wrong len>"),
        }
    }
}

/// A hardware address of any length.
struct Hardware<'a>(&'a [u8]);

impl Put for Hardware<'_> {
    const KIND: Kind = Kind::Address;

    fn put(self, out: &mut Vec<u8>) {
        match self.0 {
            [] => "<empty>".put(out),
            address => Mac(address).put(out),
        }
    }
}

/// IPv4, or the trailer negotiation of RFC 893 that resolves the same addresses.
fn is_ip(protocol: EtherType) -> bool {
    matches!(protocol.0, 0x0800 | 0x1000)
}

const HARDWARE: &[(u16, &str)] = &[
    (1, "Ethernet"),
    (6, "TokenRing"),
    (7, "ArcNet"),
    (15, "FrameRelay"),
    (19, "ATM"),
    (23, "Strip"),
    (24, "IEEE 1394"),
    (32, "InfiniBand"),
];

const OPERATIONS: &[(u16, &str)] = &[
    (1, "Request"),
    (2, "Reply"),
    (3, "Reverse Request"),
    (4, "Reverse Reply"),
    (8, "Inverse Request"),
    (9, "Inverse Reply"),
    (10, "NACK Reply"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, under_e, verbose};
    use crate::wire::LinkType;

    const ETHERNET: LinkType = LinkType::ETHERNET;

    /// Who has 192.0.2.2 (operation 1), or 192.0.2.1 is at 02:00:00:00:00:01 (2).
    fn arp(operation: u8) -> Vec<u8> {
        let mut packet = vec![0, 1, 8, 0, 6, 4, 0, operation];
        packet.extend_from_slice(&[2, 0, 0, 0, 0, 1, 192, 0, 2, 1]);
        packet.extend_from_slice(&[0, 0, 0, 0, 0, 0, 192, 0, 2, 2]);
        ether(0x0806, &packet)
    }

    #[test]
    fn a_request_asks_and_a_reply_tells() {
        assert_eq!(
            shown(ETHERNET, &arp(1)),
            "ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28"
        );
        assert_eq!(
            shown(ETHERNET, &arp(2)),
            "ARP, Reply 192.0.2.1 is-at 02:00:00:00:00:01, length 28"
        );
    }

    #[test]
    fn the_target_address_of_a_request_is_shown_if_it_is_set() {
        let mut packet = arp(1);
        packet[14 + 18] = 0xff;
        assert!(shown(ETHERNET, &packet).contains("192.0.2.2 (ff:00:00:00:00:00) tell"));
    }

    #[test]
    fn the_formats_are_told_under_v_and_the_name_is_not_repeated_under_e() {
        assert!(verbose(1, ETHERNET, &arp(1)).starts_with("ARP, Ethernet (len 6), IPv4 (len 4), Request "));
        assert!(under_e(ETHERNET, &arp(1)).ends_with(
            ", ethertype ARP (0x0806), length 42: Request who-has 192.0.2.2 tell 192.0.2.1, length 28"
        ));
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(ETHERNET, &arp(1));
    }
}
