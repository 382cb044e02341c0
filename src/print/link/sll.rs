//! The cooked headers of Linux, which stand for the link-layer header of packets of the `any` interface.

use pnet_packet::ethernet::EtherType;

use super::{ether, llc};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Mac, name_of, put};

/// Prints a packet with a header of version 1: 16 bytes.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("sll");
    if !packet.has(HEADER_1) {
        return Err(Stop::Truncated);
    }
    let mut rest = packet;
    let direction = rest.u16()?;
    let _hardware = rest.u16()?;
    let address_len = rest.u16()?;
    let address = rest.take(8)?;
    let protocol = rest.u16()?;
    let show = |page: &mut Page<'_>| {
        put!(page, name_of(DIRECTIONS, direction).unwrap_or("Unknown"), " ");
        link_address(page, address, address_len);
        type_and_length(page, protocol, packet.len());
    };
    if page.options.link_header {
        show(page);
    }
    page.link_len = HEADER_1;
    payload(page, protocol, rest, show)
}

/// Prints a packet with a header of version 2: 20 bytes, with the index of the interface.
pub(crate) fn print_v2(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("sll2");
    if !packet.has(HEADER_2) {
        return Err(Stop::Truncated);
    }
    let mut rest = packet;
    let protocol = rest.u16()?;
    let _reserved = rest.u16()?;
    let interface = rest.u32()?;
    let _hardware = rest.u16()?;
    let direction = rest.u8()?;
    let address_len = rest.u8()?;
    let address = rest.take(8)?;
    // The index means nothing away from the machine that captured, so it is shown as what it is.
    put!(
        page,
        "ifindex ",
        interface,
        " ",
        name_of(DIRECTIONS, direction.into()).unwrap_or("Unknown"),
        " "
    );
    let show = |page: &mut Page<'_>| {
        link_address(page, address, address_len.into());
        type_and_length(page, protocol, packet.len());
    };
    if page.options.link_header {
        show(page);
    }
    page.link_len = HEADER_2;
    payload(page, protocol, rest, show)
}

fn payload(
    page: &mut Page<'_>,
    mut protocol: u16,
    mut rest: Cursor<'_>,
    show: impl Fn(&mut Page<'_>),
) -> Shown {
    while protocol == VLAN {
        page.enter("vlan");
        rest.need(4)?;
        let tag = rest.u16()?;
        protocol = rest.u16()?;
        page.link_len += 4;
        if page.options.link_header {
            put!(page, "vlan ", tag & 0xfff, ", p ", tag >> 13);
            put!(page, if tag & 0x1000 != 0 { ", DEI, " } else { ", " });
            if protocol > ether::LARGEST_LENGTH {
                ether::put_type(page, EtherType(protocol));
                put!(page, ", ");
            }
        }
    }
    if protocol == LLC {
        return llc::print(page, rest, None).map(|header| page.link_len += header);
    }
    if !ether::by_type(page, EtherType(protocol), rest, None)? {
        if !page.options.link_header {
            show(page);
        }
        page.raw(rest.bytes());
    }
    Ok(())
}

fn link_address(page: &mut Page<'_>, address: &[u8], length: u16) {
    if let Some(used @ [_, ..]) = address.get(..usize::from(length).min(address.len())) {
        put!(page, Mac(used), " ");
    }
}

fn type_and_length(page: &mut Page<'_>, protocol: u16, length: usize) {
    if !page.quiet() {
        put!(page, "ethertype ");
        match protocol {
            LLC => put!(page, "LLC"),
            _ => match ether::type_name(EtherType(protocol)) {
                Some(name) => put!(page, name),
                None => put!(page, "Unknown"),
            },
        }
        put!(page, " (", EtherType(protocol), "), ");
    } else if let Some(name) = ether::type_name(EtherType(protocol)) {
        put!(page, name, ", ");
    }
    put!(page, "length ", length, ": ");
}

const HEADER_1: usize = 16;
const HEADER_2: usize = 20;
const LLC: u16 = 4;
const VLAN: u16 = 0x8100;

const DIRECTIONS: &[(u16, &str)] = &[(0, "In"), (1, "B"), (2, "M"), (3, "P"), (4, "Out")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e};
    use crate::wire::LinkType;

    #[test]
    fn both_versions_lead_to_the_packet() {
        let mut first = vec![0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0];
        first.extend(ipv4(253, &[]));
        assert_eq!(
            shown(LinkType::LINUX_SLL, &first),
            "IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert!(
            under_e(LinkType::LINUX_SLL, &first)
                .starts_with("Out 02:00:00:00:00:01 ethertype IPv4 (0x0800), length 36: 192.0.2.1")
        );
        assert_every_cut_is_told(LinkType::LINUX_SLL, &first);
        let mut second = vec![8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0];
        second.extend(ipv4(253, &[]));
        assert_eq!(
            shown(LinkType::LINUX_SLL2, &second),
            "ifindex 3 In IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert_every_cut_is_told(LinkType::LINUX_SLL2, &second);
    }
}
