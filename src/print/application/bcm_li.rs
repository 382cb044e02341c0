//! Broadcom's lawful interception shim: who was listened to, and the packet.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::{ipv4, ipv6};
use crate::print::link::ether;
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints the shim, and the packet behind it under `-v`.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("bcm_li");
    if packet.len() < 4 {
        put!(page, " (length ", packet.len(), " < 4)");
        return Err(Stop::Invalid);
    }
    let mut rest = packet;
    let shim = rest.u32()?;
    let kind = shim >> 25 & 15;
    let line = if page.verbose(1) { "\n    " } else { "" };
    put!(
        page,
        line,
        "BCM-LI-SHIM: direction ",
        name_of(DIRECTIONS, shim >> 29).unwrap_or("unknown")
    );
    put!(page, ", pkt-type ", name_of(KINDS, kind).unwrap_or("unknown"));
    put!(
        page,
        ", pkt-subtype ",
        name_of(TAGS, shim >> 22 & 7).unwrap_or("unknown")
    );
    put!(page, ", li-id ", shim & 0x3f_ffff, line);
    if !page.verbose(1) {
        return rest.need(rest.len());
    }
    page.deeper(|page| match kind {
        ETHERNET => ether::print(page, rest).map(|_| ()),
        IPV4 => ipv4::print(page, rest),
        IPV6 => ipv6::print(page, rest),
        UNDECIDED => match rest.peek_u8(0)? >> 4 {
            4 => ipv4::print(page, rest),
            6 => ipv6::print(page, rest),
            _ => {
                put!(page, "unknown payload");
                Ok(())
            }
        },
        _ => Err(Stop::Invalid),
    })
}

const UNDECIDED: u32 = 4;
const IPV4: u32 = 5;
const IPV6: u32 = 6;
const ETHERNET: u32 = 7;
const KINDS: &[(u32, &str)] = &[
    (UNDECIDED, "undecided"),
    (IPV4, "ipv4"),
    (IPV6, "ipv6"),
    (ETHERNET, "ethernet"),
];
const DIRECTIONS: &[(u32, &str)] = &[(1, "unused"), (2, "egress"), (3, "ingress")];
const TAGS: &[(u32, &str)] = &[(1, "single VLAN tag"), (2, "double VLAN tag"), (3, "untagged")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, udp, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_packet_is_told_under_v() {
        let shim = 3_u32 << 29 | 4 << 25 | 2 << 22 | 7;
        let packet = [&shim.to_be_bytes()[..], &ipv4(253, &[])].concat();
        let packet = udp(49152, 9, &packet);
        let told = "BCM-LI-SHIM: direction ingress, pkt-type undecided, pkt-subtype double VLAN tag, li-id 7";
        assert!(shown(LinkType::RAW, &packet).ends_with(told));
        assert!(verbose(1, LinkType::RAW, &packet).contains(&format!("\n    {told}\n    IP (tos")));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
