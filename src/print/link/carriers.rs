//! IP over links of other kinds: Fibre Channel, InfiniBand, FireWire, classical ATM, and a firewall's captures.

use pnet_packet::ethernet::EtherType;

use super::ether::Addresses;
use super::ethertype;
use super::llc;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::ipv4;
use crate::print::page::Page;
use crate::print::text::{Mac, put};

/// IP over Fibre Channel (RFC 2625): LLC behind two addresses with an identifier each.
pub(super) fn fibre_channel(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ipfc");
    packet.need(FIBRE_CHANNEL)?;
    let addresses = Addresses {
        source: packet.after(10).array()?,
        destination: packet.after(2).array()?,
    };
    if page.options.link_header {
        put!(page, Mac(&addresses.source), " > ", Mac(&addresses.destination));
        put!(page, ", length ", packet.len(), ": ");
    }
    let llc = llc::print(page, packet.after(FIBRE_CHANNEL), Some(addresses))?;
    page.link_len += FIBRE_CHANNEL + llc;
    Ok(())
}

/// IP over InfiniBand (RFC 4391), behind what its captures put before it.
pub(super) fn infiniband(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ipoib");
    let header = |page: &mut Page<'_>, kind: EtherType| {
        put!(page, ", ethertype ", ethertype::name(kind).unwrap_or("Unknown"));
        if !page.quiet() {
            put!(page, " (", kind, ")");
        }
        put!(page, ", length ", packet.len(), ": ");
    };
    if packet.len() < INFINIBAND {
        return Err(Stop::Truncated);
    }
    packet.need(INFINIBAND)?;
    page.link_len += INFINIBAND;
    let kind = EtherType(packet.peek_u16(40)?);
    if page.options.link_header {
        put!(page, "IPOIB");
        header(page, kind);
    }
    by_type(page, kind, packet.after(INFINIBAND), header)
}

/// Apple's IP over FireWire (RFC 2734): two addresses of eight bytes and a type.
pub(super) fn firewire(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ap1394");
    packet.need(FIREWIRE)?;
    page.link_len += FIREWIRE;
    let mut rest = packet;
    let (destination, source) = (rest.array::<8>()?, rest.array::<8>()?);
    let kind = EtherType(rest.u16()?);
    let header = |page: &mut Page<'_>, kind: EtherType| {
        put!(page, Mac(&source), " > ", Mac(&destination), ", ");
        type_and_length(page, kind, packet.len());
    };
    if page.options.link_header {
        header(page, kind);
    }
    by_type(page, kind, rest, header)
}

/// What Symantec's firewall captures: a type among much else.
pub(super) fn symantec(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("symantec");
    packet.need(SYMANTEC)?;
    page.link_len += SYMANTEC;
    let kind = EtherType(packet.peek_u16(6)?);
    let header = |page: &mut Page<'_>, kind: EtherType| {
        if kind.0 <= ethertype::LARGEST_LENGTH {
            put!(
                page,
                "invalid ethertype ",
                kind.0,
                ", length ",
                packet.len(),
                ": "
            );
        } else {
            type_and_length(page, kind, packet.len());
        }
    };
    if page.options.link_header {
        header(page, kind);
    }
    let rest = packet.after(SYMANTEC);
    if kind.0 > ethertype::LARGEST_LENGTH {
        return by_type(page, kind, rest, header);
    }
    if !page.options.link_header {
        header(page, kind);
    }
    page.raw(rest.bytes());
    Ok(())
}

/// Classical IP over ATM (RFC 2225): LLC, or IP at once.
pub(super) fn classical(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    const LLC: [u8; 6] = [0xaa, 0xaa, 3, 0, 0, 0];
    page.enter("cip");
    if page.options.link_header {
        put!(page, packet.len(), ": ");
    }
    packet.need(LLC.len())?;
    if packet.bytes().starts_with(&LLC) {
        page.link_len += llc::print(page, packet, None)?;
        return Ok(());
    }
    ipv4::print(page, packet)
}

/// The payload of a type; behind the header, if it is none that we know and the header was not shown.
fn by_type(
    page: &mut Page<'_>,
    kind: EtherType,
    payload: Cursor<'_>,
    header: impl Fn(&mut Page<'_>, EtherType),
) -> Shown {
    if !ethertype::print(page, kind, payload, None)? {
        if !page.options.link_header {
            header(page, kind);
        }
        page.raw(payload.bytes());
    }
    Ok(())
}

fn type_and_length(page: &mut Page<'_>, kind: EtherType, length: usize) {
    ethertype::put(page, kind);
    put!(page, ", length ", length, ": ");
}

const FIBRE_CHANNEL: usize = 16;
const INFINIBAND: usize = 44;
const FIREWIRE: usize = 18;
const SYMANTEC: usize = 44;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e};
    use crate::wire::LinkType;

    #[test]
    fn each_carrier_leads_to_its_packet() {
        let snap = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
        let mut infiniband = vec![0; 40];
        infiniband.extend([8, 0, 0, 0]);
        let mut symantec = vec![0, 0, 0, 0, 0, 0, 8, 0];
        symantec.resize(44, 0);
        for (link, header, text) in [
            (
                122,
                [&[16, 0, 2, 0, 0, 0, 0, 2, 16, 0, 2, 0, 0, 0, 0, 1][..], &snap].concat(),
                "02:00:00:00:00:01 > 02:00:00:00:00:02, length 44: LLC",
            ),
            (
                242,
                infiniband,
                "IPOIB, ethertype IPv4 (0x0800), length 64: 192.0.2.1",
            ),
            (
                138,
                [&[2; 8][..], &[1; 8], &[8, 0]].concat(),
                "01:01:01:01:01:01:01:01 > 02:02:02:02:02:02:02:02, ethertype IPv4 (0x0800), length 38: 192.0.2.1",
            ),
            (99, symantec, "ethertype IPv4 (0x0800), length 64: 192.0.2.1"),
            (106, snap.to_vec(), "28: LLC, dsap SNAP"),
            (106, vec![], "20: 192.0.2.1"),
        ] {
            let packet = [header, ipv4(253, &[])].concat();
            assert!(
                shown(LinkType(link), &packet).starts_with("IP 192.0.2.1"),
                "{link}"
            );
            let told = under_e(LinkType(link), &packet);
            assert!(told.starts_with(text), "{told}");
            assert_every_cut_is_told(LinkType(link), &packet);
        }
    }

    #[test]
    fn an_unknown_type_is_told_with_the_header() {
        let mut packet = vec![0; 40];
        packet.extend([0x12, 0x34, 0, 0, 9]);
        assert!(
            shown(LinkType(242), &packet)
                .starts_with(", ethertype Unknown (0x1234), length 45: \n\t0x0000:  09")
        );
        packet[..44].fill(0);
        assert!(shown(LinkType(99), &packet).starts_with("invalid ethertype 0, length 45: \n\t0x0000:  09"));
    }
}
