//! Cisco's encapsulated remote switch port analyser, types I to III (draft-foschiano-erspan).

use crate::print::cursor::{Cursor, Shown};
use crate::print::link::ether;
use crate::print::page::Page;
use crate::print::text::{Hex, name_of, put};

/// Prints a mirrored frame: of type I, which is the frame alone, if the GRE header has no sequence number.
pub(super) fn print_i_or_ii(page: &mut Page<'_>, numbered: bool, packet: Cursor<'_>) -> Shown {
    page.enter("erspan");
    put!(page, "erspan");
    let mut rest = packet;
    if !numbered {
        put!(page, " type1: ");
        return ether::print(page, rest).map(|_| ());
    }
    page.expect("len", rest, 4)?;
    let Some(header) = Header::read(page, &mut rest, 1)? else {
        return Ok(());
    };
    if page.verbose(1) {
        put!(page, " type2");
    }
    put!(page, " session ", header.session());
    match header.two_bits() {
        1 => put!(page, " isl ", header.vlan()),
        2 => put!(page, " vlan ", header.vlan()),
        3 => put!(page, " vlan payload"),
        _ => {}
    }
    header.class(page);
    page.expect("len", rest, 4)?;
    let index = rest.u32()? & 0xf_ffff;
    if page.verbose(1) {
        put!(page, " index ", index);
    }
    put!(page, ": ");
    ether::print(page, rest).map(|_| ())
}

/// Prints a mirrored frame of type III, whose header may have a part that depends on the platform.
pub(super) fn print_iii(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("erspan");
    put!(page, "erspan");
    let mut rest = packet;
    page.expect("len", rest, 4)?;
    let Some(header) = Header::read(page, &mut rest, 2)? else {
        return Ok(());
    };
    if page.verbose(1) {
        put!(page, " type3");
    }
    put!(page, " session ", header.session(), " bso ");
    put!(page, name_of(FRAME_STATES, header.two_bits()).unwrap_or_default());
    header.class(page);
    // The time stamp and the security group come before the fields that tell what follows.
    for size in [4, 2] {
        page.expect("len", rest, size)?;
        rest.advance(size);
    }
    page.expect("len", rest, 2)?;
    let fields = rest.u16()?;
    let kind = fields >> 10 & 0x1f;
    match name_of(FRAME_TYPES, kind) {
        Some(name) => put!(page, " ft ", name),
        None => put!(page, " ft unknown ", Hex(kind.into())),
    }
    if fields & PLATFORM_SPECIFIC != 0 {
        page.expect("len", rest, 8)?;
        rest.skip(8)?;
    }
    put!(page, ": ");
    if kind == ETHERNET {
        return ether::print(page, rest).map(|_| ());
    }
    put!(page, "Frame type unknown");
    Ok(())
}

/// The word with which types II and III begin.
#[derive(Clone, Copy)]
struct Header(u32);

impl Header {
    /// Reads it; `None`, and said so, if it is of another version.
    fn read(page: &mut Page<'_>, rest: &mut Cursor<'_>, version: u32) -> Shown<Option<Self>> {
        let word = rest.u32()?;
        if word >> 28 == version {
            return Ok(Some(Self(word)));
        }
        put!(page, " erspan-unknown-version-", Hex((word >> 28).into()));
        Ok(None)
    }

    fn vlan(self) -> u32 {
        self.0 >> 16 & 0xfff
    }

    /// How the VLAN was encapsulated in type II, how good the frame was in type III.
    fn two_bits(self) -> u32 {
        self.0 >> 11 & 3
    }

    fn session(self) -> u32 {
        self.0 & 0x3ff
    }

    /// The class of service, and whether the frame was cut, under `-v`.
    fn class(self, page: &mut Page<'_>) {
        if page.verbose(1) {
            let cut = self.0 & 0x400 != 0;
            put!(
                page,
                " cos ",
                self.0 >> 13 & 7,
                if cut { " truncated" } else { "" }
            );
        }
    }
}

const PLATFORM_SPECIFIC: u16 = 1;
const ETHERNET: u16 = 0;
const FRAME_TYPES: &[(u16, &str)] = &[(ETHERNET, "Ethernet"), (2, "IP")];
const FRAME_STATES: &[(u32, &str)] = &[(0, "Good/unknown"), (1, "Short"), (2, "Oversized"), (3, "Bad")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, ipv4, shown, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn mirrored(gre: [u8; 4], header: &[u8]) -> Vec<u8> {
        let mut packet = gre.to_vec();
        packet.extend_from_slice(header);
        packet.extend(ether(0x0800, &ipv4(253, &[])));
        ipv4(47, &packet)
    }

    #[test]
    fn type_one_is_the_frame_alone() {
        let packet = mirrored([0, 0, 0x88, 0xbe], &[]);
        assert!(shown(RAW, &packet).contains(": erspan type1: IP 192.0.2.1 > 192.0.2.2:"));
    }

    #[test]
    fn type_two_tells_session_and_vlan() {
        let header = [0, 0, 0, 9, 0x10, 5, 0x74, 7, 0, 0, 0, 3];
        let packet = mirrored([0x10, 0, 0x88, 0xbe], &header);
        assert!(shown(RAW, &packet).contains(": erspan session 7 vlan 5: IP 192.0.2.1"));
        assert!(
            verbose(1, RAW, &packet)
                .contains("\n\terspan type2 session 7 vlan 5 cos 3 truncated index 3: IP (tos")
        );
        assert_every_cut_is_told(RAW, &packet);
    }

    #[test]
    fn another_version_is_told_and_no_more() {
        let header = [0, 0, 0, 9, 0x30, 5, 0x74, 7, 0, 0, 0, 3, 0, 0, 0, 0];
        let packet = mirrored([0x10, 0, 0x88, 0xbe], &header);
        assert!(shown(RAW, &packet).ends_with(": erspan erspan-unknown-version-3"));
        let packet = mirrored([0x10, 0, 0x22, 0xeb], &header);
        assert!(shown(RAW, &packet).ends_with(": erspan erspan-unknown-version-3"));
    }

    #[test]
    fn type_three_tells_what_the_frame_is() {
        let mut header = [0, 0, 0, 9, 0x20, 0, 0x10, 7, 0, 0, 0, 0, 0, 0, 0, 0];
        let packet = mirrored([0x10, 0, 0x22, 0xeb], &header);
        assert!(shown(RAW, &packet).contains(": erspan session 7 bso Oversized ft Ethernet: IP 192.0.2.1"));
        assert_every_cut_is_told(RAW, &packet);
        header[14] = 0x08;
        let packet = mirrored([0x10, 0, 0x22, 0xeb], &header);
        assert!(shown(RAW, &packet).ends_with(" ft IP: Frame type unknown"));
    }
}
