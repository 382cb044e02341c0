//! The generic protocol extension for VXLAN (draft-ietf-nvo3-vxlan-gpe): more than Ethernet in UDP.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::{ipv4, ipv6, nsh};
use crate::print::link::ether;
use crate::print::page::Page;
use crate::print::text::{Hex, put, put_bits};

/// Prints the header and the packet behind it.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("vxlan_gpe");
    put!(page, "VXLAN-GPE, ");
    if packet.len() < 8 {
        put!(page, " (len ", packet.len(), " < 8)");
        return Err(Stop::Invalid);
    }
    let mut rest = packet;
    let flags = rest.u8()?;
    let version = flags >> 4 & 3;
    if version != 0 {
        put!(page, "unknown version ", version);
        return Err(Stop::Invalid);
    }
    put!(page, "flags [");
    put_bits(page.out, FLAGS, flags.into(), "", "none");
    put!(page, "], ");
    rest.advance(2);
    // Without the flag this is plain VXLAN, which has no such field.
    let next = if flags & NEXT_PROTOCOL != 0 {
        rest.peek_u8(0)?
    } else {
        ETHERNET
    };
    rest.advance(1);
    if flags & INSTANCE != 0 {
        put!(page, "vni ", rest.after(0).u24()?);
    } else {
        put!(page, "ERROR: I flag not set");
    }
    rest.advance(3);
    if flags & BROADCAST != 0 {
        put!(page, ", BUM");
    }
    if flags & MANAGEMENT != 0 {
        put!(
            page,
            ", OAM (proto 0x",
            Hex(next.into()),
            ", len ",
            rest.len(),
            ")"
        );
        return Ok(());
    }
    rest.skip(1)?;
    put!(page, if page.verbose(1) { "\n    " } else { ": " });
    page.deeper(|page| match next {
        1 => ipv4::print(page, rest),
        2 => ipv6::print(page, rest),
        ETHERNET => ether::print(page, rest).map(|_| ()),
        4 => nsh::print(page, rest),
        _ => {
            put!(page, "ERROR: unknown-next-protocol");
            Err(Stop::Invalid)
        }
    })
}

const ETHERNET: u8 = 3;
const INSTANCE: u8 = 8;
const NEXT_PROTOCOL: u8 = 4;
const BROADCAST: u8 = 2;
const MANAGEMENT: u8 = 1;
const FLAGS: &[(u32, &str)] = &[(8, "I"), (4, "P"), (2, "B"), (1, "O")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, ipv4, shown, udp};
    use crate::wire::LinkType;

    #[test]
    fn the_next_protocol_is_ethernet_unless_it_is_named() {
        let mut packet = vec![0x0c, 0, 0, 1, 0, 0, 5, 0];
        packet.extend(ipv4(253, &[]));
        let packet = udp(1, 4790, &packet);
        assert!(
            shown(LinkType::RAW, &packet)
                .ends_with(".4790: VXLAN-GPE, flags [IP], vni 5: IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0")
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
        let mut packet = vec![8, 0, 0, 1, 0, 0, 5, 0];
        packet.extend(ether(0x0800, &ipv4(253, &[])));
        assert!(shown(LinkType::RAW, &udp(1, 4790, &packet)).contains("flags [I], vni 5: IP 192.0.2.1"));
    }

    #[test]
    fn what_is_not_a_packet_is_told() {
        let text = shown(LinkType::RAW, &udp(1, 4790, &[7, 0, 0, 9, 0, 0, 5, 0]));
        assert!(
            text.ends_with("flags [PBO], ERROR: I flag not set, BUM, OAM (proto 0x9, len 1)"),
            "{text}"
        );
    }
}
