//! The cooked headers of Linux, which stand for the link-layer header of packets of the `any` interface.

use pnet_packet::ethernet::EtherType;

use super::{ethertype, ipx, llc, wlan};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, Label, Mac, Named, name_of, put};

/// Prints a packet with a header of version 1: 16 bytes.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("sll");
    packet.need(HEADER_1)?;
    let mut rest = packet;
    let direction = rest.u16()?;
    let hardware = rest.u16()?;
    let address_len = rest.u16()?;
    let address = rest.array()?;
    let protocol = rest.u16()?;
    let show = |page: &mut Page<'_>| {
        let direction = name_of(DIRECTIONS, direction).unwrap_or("?");
        page.right(3, |page| put!(page, direction));
        put!(page, " ");
        link_address(page, address, address_len);
        type_and_length(page, protocol, packet.len());
    };
    if page.options.link_header {
        show(page);
    }
    payload(page, hardware, protocol, rest, HEADER_1, show)
}

/// Prints a packet with a header of version 2: 20 bytes, with the index of the interface.
pub(crate) fn print_v2(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("sll2");
    packet.need(HEADER_2)?;
    let mut rest = packet;
    let protocol = rest.u16()?;
    let _reserved = rest.u16()?;
    let index = rest.u32()?;
    let hardware = rest.u16()?;
    let direction = rest.u8()?;
    let address_len = rest.u8()?;
    let address = rest.array()?;
    interface(page, index);
    let direction = name_of(DIRECTIONS, direction.into()).unwrap_or("?");
    put!(
        page,
        direction,
        Label(PADDING.get(direction.len()..4).unwrap_or(" "))
    );
    let show = |page: &mut Page<'_>| {
        put!(page, "ifindex ", index, " ");
        link_address(page, address, address_len.into());
        type_and_length(page, protocol, packet.len());
    };
    if page.options.link_header {
        show(page);
    }
    payload(page, hardware, protocol, rest, HEADER_2, show)
}

/// The name that the interface of this index has here, as far as a file from elsewhere may have another opinion.
fn interface(page: &mut Page<'_>, index: u32) {
    page.field("ifindex", index);
    let known = page
        .options
        .interfaces
        .iter()
        .find(|(number, _)| *number == index);
    let name = known.map_or("?", |(_, name)| name);
    put!(page, Named("interface", Escaped(name.as_bytes())));
    put!(
        page,
        Label(
            PADDING
                .get(name.len()..)
                .filter(|rest| !rest.is_empty())
                .unwrap_or(" ")
        )
    );
}

fn payload(
    page: &mut Page<'_>,
    hardware: u16,
    mut protocol: u16,
    mut rest: Cursor<'_>,
    mut headers: usize,
    show: impl Fn(&mut Page<'_>),
) -> Shown {
    if hardware == RADIOTAP {
        page.link_len += headers;
        return wlan::radio(page, rest);
    }
    while protocol == VLAN {
        if !rest.has(4) {
            page.enter("vlan");
            page.truncated();
            page.link_len += headers + rest.captured();
            return Ok(());
        }
        let tag = rest.u16()?;
        protocol = rest.u16()?;
        headers += 4;
        page.tag(tag & 0xfff, (tag >> 13) as u8, tag & 0x1000 != 0);
        if page.options.link_header {
            put!(page, "vlan ", tag & 0xfff, ", p ", tag >> 13);
            put!(page, Label(if tag & 0x1000 != 0 { ", DEI, " } else { ", " }));
        }
        if protocol <= ethertype::LARGEST_LENGTH {
            protocol = LLC;
        }
        if !page.quiet() {
            let name = ethertype::name(EtherType(protocol)).unwrap_or("Unknown");
            put!(page, "ethertype ", name, ", ");
        }
    }
    match protocol {
        IPX => page.carried(|page| ipx::print(page, rest))?,
        LLC => {
            let found = llc::decode(page, rest, None)?;
            if found.known {
                headers += found.header;
            } else {
                page.raw(rest.after(found.header).bytes());
            }
        }
        0..=ethertype::LARGEST_LENGTH => page.raw(rest.bytes()),
        _ => {
            let mut known = true;
            page.carried(|page| {
                known = ethertype::print(page, EtherType(protocol), rest, None)?;
                Ok(())
            })?;
            if !known {
                if !page.options.link_header {
                    show(page);
                }
                page.raw(rest.bytes());
            }
        }
    }
    page.link_len += headers;
    Ok(())
}

/// The address of the sender, if it is one of Ethernet.
fn link_address(page: &mut Page<'_>, address: [u8; 8], length: u16) {
    if let (6, Some(address)) = (length, address.first_chunk::<6>()) {
        put!(page, Named("src", Mac(address)), " ");
    }
}

fn type_and_length(page: &mut Page<'_>, protocol: u16, length: usize) {
    if page.quiet() {
        return;
    }
    match protocol {
        IPX => put!(page, "802.3"),
        LLC => put!(page, "802.2"),
        _ => {
            let kind = EtherType(protocol);
            let name = Some(kind).filter(|kind| kind.0 > ethertype::LARGEST_LENGTH);
            let name = name.and_then(ethertype::name).unwrap_or("Unknown");
            put!(
                page,
                "ethertype ",
                Named("type_name", name),
                " (",
                Named("type", kind),
                ")"
            );
        }
    }
    put!(page, ", length ", length, ": ");
}

const HEADER_1: usize = 16;
const HEADER_2: usize = 20;
/// The hardware type of an interface whose packets begin with a header of radiotap.
const RADIOTAP: u16 = 803;
/// Where Ethernet has a length: Novell's frames without LLC, and all others.
const IPX: u16 = 1;
const LLC: u16 = 4;
const VLAN: u16 = 0x8100;
/// What fills the column of names up.
const PADDING: &str = "      ";

const DIRECTIONS: &[(u16, &str)] = &[(0, "In"), (1, "B"), (2, "M"), (3, "P"), (4, "Out")];

#[cfg(test)]
mod tests {
    use crate::print::Options;
    use crate::print::sample::{assert_every_cut_is_told, ipv4, options, shown, shown_with, under_e};
    use crate::wire::LinkType;

    #[test]
    fn the_interface_and_the_direction_are_told_in_columns() {
        let mut packet = vec![0x12, 0x34, 0, 0, 0, 0, 0, 3, 0, 1, 4, 6, 2, 0, 0, 0, 0, 1, 0, 0];
        packet.push(9);
        let options = Options {
            link_header: true,
            interfaces: vec![(3, "eth0".to_owned())],
            ..options(0)
        };
        assert!(shown_with(&options, LinkType::LINUX_SLL2, &packet).starts_with(
            "eth0  Out ifindex 3 02:00:00:00:00:01 ethertype Unknown (0x1234), length 21: \n\t0x0000:  09"
        ));
        let first = [0, 1, 0, 1, 0, 4, 1, 2, 3, 4, 0, 0, 0, 0, 0, 9, 7];
        assert!(
            under_e(LinkType::LINUX_SLL, &first).starts_with("  B ethertype Unknown (0x0009), length 17: \n")
        );
    }

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
            "?     In  IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
        assert_every_cut_is_told(LinkType::LINUX_SLL2, &second);
    }
}
