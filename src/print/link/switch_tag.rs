//! The tags that switch chips put between a frame's addresses and its type for the processor that drives them:
//! Marvell's distributed switch architecture (DSA), its form behind an EtherType (EDSA), and Broadcom's.

use pnet_packet::ethernet::EtherType;

use super::ethertype;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex4, name_of, put, put_bits};

/// The kinds of tag.
#[derive(Clone, Copy)]
pub(crate) enum SwitchTag {
    /// Marvell's four bytes.
    Dsa,
    /// Marvell's four bytes after an EtherType and two reserved bytes.
    EtherDsa,
    /// Broadcom's four bytes.
    Broadcom,
}

impl SwitchTag {
    /// How many bytes the tag has.
    pub(super) fn len(self) -> usize {
        match self {
            Self::EtherDsa => 8,
            Self::Dsa | Self::Broadcom => 4,
        }
    }

    /// Prints the tag and the comma behind it.
    pub(super) fn print(self, page: &mut Page<'_>, mut tag: Cursor<'_>) -> Shown {
        let long = page.options.link_header;
        match self {
            Self::Dsa => {
                put!(page, if long { "Marvell DSA " } else { "DSA " });
                marvell(page, tag)
            }
            Self::EtherDsa => {
                let (kind, first, second) = (tag.u16()?, tag.u8()?, tag.u8()?);
                if long {
                    let name = ethertype::name(EtherType(kind)).unwrap_or("Unknown");
                    put!(page, "Marvell EDSA ethertype 0x", Hex4(kind), " (", name, "), ");
                    put!(page, "rsvd ", first, " ", second, ", ");
                } else {
                    put!(page, "EDSA 0x", Hex4(kind), ", ");
                }
                marvell(page, tag)
            }
            Self::Broadcom => broadcom(page, tag),
        }
    }
}

fn marvell(page: &mut Page<'_>, mut tag: Cursor<'_>) -> Shown {
    let [first, second, third, fourth] = tag.array()?;
    let mode = first >> 6;
    let (device, port) = (first & 0x1f, second >> 3);
    // Of a forwarded frame: it came from a trunk; of a sniffed one: it was received.
    let flag = second & 0x04 != 0;
    let tagged = first & 0x20 != 0;
    let vlan = u16::from_be_bytes([third & 0x0f, fourth]);
    if !page.options.link_header {
        match mode {
            TO_CPU => put!(page, "port ", device, ".", port, " > CPU, "),
            FROM_CPU => put!(page, "CPU > port ", device, ".", port, ", "),
            TO_SNIFFER => {
                put!(page, "port ", device, ".", port, " > ");
                put!(page, if flag { "Rx Sniffer, " } else { "Tx Sniffer, " });
            }
            _ => {
                put!(page, "Forward ", if flag { "trunk " } else { "port " });
                put!(page, device, ".", port, ", ");
            }
        }
        put!(page, "VLAN ", vlan, if tagged { "t, " } else { "u, " });
        return Ok(());
    }
    match mode {
        TO_CPU => {
            put!(page, "mode To CPU, source dev ", device, ", port ", port, ", ");
            let code = second & 0x06 | (third & 0x10) >> 4;
            put!(page, "code ", name_of(CODES, code).unwrap_or("reserved"), ", ");
        }
        FROM_CPU => put!(page, "mode From CPU, target dev ", device, ", port ", port, ", "),
        TO_SNIFFER => {
            put!(
                page,
                "mode To Sniffer, source dev ",
                device,
                ", port ",
                port,
                ", "
            );
            put!(page, if flag { "ingress sniff, " } else { "egress sniff, " });
        }
        _ => {
            put!(page, "mode Forward, dev ", device, ", ");
            put!(page, if flag { "trunk " } else { "port " }, port, ", ");
        }
    }
    put!(page, if tagged { "tagged, " } else { "untagged, " });
    put!(page, if second & 0x01 != 0 { "CFI, " } else { "" });
    put!(page, "VID ", vlan, ", FPri ", third >> 5, ", ");
    Ok(())
}

fn broadcom(page: &mut Page<'_>, mut tag: Cursor<'_>) -> Shown {
    let [first, second, third, fourth] = tag.array()?;
    put!(page, "BRCM tag OP: ", if first == 0 { "EG" } else { "IG" });
    if first & 0x20 != 0 {
        put!(page, ", TC: ", second >> 2 & 7, ", TE: ");
        put!(page, name_of(ENCAPSULATIONS, second & 3).unwrap_or("unknown"));
        put!(page, ", TS: ", second >> 7, ", DST map: [");
        let map = u16::from_be_bytes([third, fourth]);
        let ports = (0..9_u8).filter(|port| map >> port & 1 != 0);
        for (index, port) in ports.enumerate() {
            put!(page, if index == 0 { "port " } else { ", port " }, port);
        }
        put!(page, "], ");
    } else {
        put!(page, ", CID: ", second, ", RC: [");
        put_bits(page.out, REASONS, third.into(), ", ", "reserved");
        put!(page, "], TC: ", fourth >> 5, ", port: ", fourth & 0x1f, ", ");
    }
    Ok(())
}

const TO_CPU: u8 = 0;
const FROM_CPU: u8 = 1;
const TO_SNIFFER: u8 = 2;

/// Why a frame was sent to the processor.
const CODES: &[(u8, &str)] = &[
    (0, "BPDU (MGMT) Trap"),
    (1, "Frame2Reg"),
    (2, "IGMP/MLD Trap"),
    (3, "Policy Trap"),
    (4, "ARP Mirror"),
    (5, "Policy Mirror"),
];

const ENCAPSULATIONS: &[(u8, &str)] = &[(0, "None"), (1, "Untag"), (2, "Header"), (3, "Reserved")];

const REASONS: &[(u32, &str)] = &[
    (1, "mirror"),
    (2, "MAC learning"),
    (4, "switching"),
    (8, "prot term"),
    (16, "prot snoop"),
    (32, "exception"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, under_e};
    use crate::wire::LinkType;

    const DSA: LinkType = LinkType(284);

    /// An ARP frame behind a tag: forwarded from port 1 of chip 2, in VLAN 5.
    fn tagged() -> Vec<u8> {
        let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2];
        frame.extend_from_slice(&[0xe2, 0x08, 0x60, 5, 8, 6]);
        frame.extend_from_slice(&[0, 1, 8, 0, 6, 4, 0, 1]);
        frame.extend_from_slice(&[2, 0, 0, 0, 0, 2, 192, 0, 2, 2, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1]);
        frame
    }

    #[test]
    fn the_tag_is_told_before_the_frame() {
        assert!(
            shown(DSA, &tagged())
                .starts_with("DSA Forward port 2.1, VLAN 5t, ARP, Request who-has 192.0.2.1")
        );
        assert_every_cut_is_told(DSA, &tagged());
    }

    #[test]
    fn why_a_frame_went_to_the_processor_is_told() {
        let mut frame = tagged();
        frame[12..15].copy_from_slice(&[0x02, 0x0c, 0]);
        assert!(under_e(DSA, &frame).contains(" mode To CPU, source dev 2, port 1, code ARP Mirror, "));
    }

    #[test]
    fn with_the_link_header_all_of_the_tag_is_told() {
        let told = "02:00:00:00:00:02 > 02:00:00:00:00:01, Marvell DSA mode Forward, dev 2, port 1, tagged, \
                    VID 5, FPri 3, ethertype ARP (0x0806), length 46: ";
        assert!(under_e(DSA, &tagged()).starts_with(told));
    }
}
