//! VXLAN (RFC 7348): Ethernet in UDP.

use crate::print::cursor::{Cursor, Shown};
use crate::print::link::ether;
use crate::print::page::Page;
use crate::print::text::{Hex2, put};

/// Prints the header and the frame behind it.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("vxlan");
    put!(page, "VXLAN");
    packet.claims(8)?;
    let mut rest = packet;
    let flags = rest.u8()?;
    put!(
        page,
        ", flags [",
        if flags & 8 != 0 { "I" } else { "invalid" },
        "] (0x",
        Hex2(flags),
        "), vni "
    );
    rest.skip(3)?;
    put!(page, rest.u24()?, "\n");
    rest.skip(1)?;
    page.deeper(|page| ether::print(page, rest).map(|_| ()))
}

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, ipv4, shown, udp};
    use crate::wire::LinkType;

    #[test]
    fn the_frame_is_told_on_a_line_of_its_own() {
        let mut packet = vec![8, 0, 0, 0, 0, 0, 5, 0];
        packet.extend(ether(0x0800, &ipv4(253, &[])));
        let packet = udp(1, 4789, &packet);
        assert!(
            shown(LinkType::RAW, &packet).ends_with(
                ".4789: VXLAN, flags [I] (0x08), vni 5\nIP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
            )
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
