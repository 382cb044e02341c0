//! The network layer of OSI, by its protocol identifier: CLNP, ES-IS and IS-IS (ISO/IEC TR 9577).

mod checksum;
mod clnp;
mod esis;
mod isis;

use super::{frame_relay, ppp};
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{ipv4, ipv6};
use crate::print::page::Page;
use crate::print::registry::nlpid;
use crate::print::text::{Hex2, put};

/// Prints a packet that begins with its identifier.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("isoclns");
    let identifier = packet.peek_u8(0)?;
    let comma = comma(page);
    if page.options.link_header {
        put!(page, "OSI NLPID ", nlpid::Named(identifier, "Unknown"), ": ");
    }
    let told = match identifier {
        nlpid::CLNP => clnp::print(page, packet)?,
        nlpid::ESIS => return esis::print(page, packet),
        nlpid::ISIS => isis::print(page, packet)?,
        nlpid::NULL => {
            put!(page, comma, "length: ", packet.len());
            true
        }
        nlpid::Q933 => return page.deeper(|page| frame_relay::signalling(page, packet.after(1))),
        nlpid::IPV4 => return page.deeper(|page| ipv4::print(page, packet.after(1))),
        nlpid::IPV6 => return page.deeper(|page| ipv6::print(page, packet.after(1))),
        nlpid::PPP => return page.deeper(|page| ppp::print(page, packet.after(1))),
        _ => {
            if !page.options.link_header {
                put!(page, "OSI NLPID 0x", Hex2(identifier), " unknown");
            }
            put!(page, comma, "length: ", packet.len());
            packet.len() <= 1
        }
    };
    if !told {
        dump(page, "\n\t", packet, packet.len());
    }
    Ok(())
}

/// What comes between the name of the protocol and its text: `-e` has ended the name itself.
fn comma(page: &Page<'_>) -> &'static str {
    if page.options.link_header { "" } else { ", " }
}

/// The next `count` bytes in hexadecimal, as far as they were captured.
fn dump(page: &mut Page<'_>, indent: &str, rest: Cursor<'_>, count: usize) {
    page.hex(indent, rest.limited(count).bytes());
}

/// What is shown of a header that says it is too short to be one: all that was captured.
fn dump_capitals(page: &mut Page<'_>, bytes: &[u8]) {
    for &byte in bytes {
        let start = page.out.len();
        put!(page, Hex2(byte));
        if let Some(digits) = page.out.get_mut(start..) {
            digits.make_ascii_uppercase();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, under_e, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    /// A PDU in 802.2, whose service access points are those of OSI.
    fn osi(pdu: &[u8]) -> Vec<u8> {
        let mut packet = vec![0xfe, 0xfe, 3];
        packet.extend_from_slice(pdu);
        ether(u16::try_from(packet.len()).unwrap(), &packet)
    }

    #[test]
    fn an_unknown_identifier_is_dumped() {
        let frame = osi(&[0x99, 1]);
        assert_eq!(
            shown(LINK, &frame),
            "OSI NLPID 0x99 unknown, length: 2\n\t0x0000:  9901"
        );
        let text = under_e(LINK, &frame);
        assert!(text.contains("OSI NLPID Unknown (0x99): length: 2\n\t"), "{text}");
    }

    #[test]
    fn clnp_tells_its_addresses_and_options() {
        let pdu = [
            0x81, 20, 1, 3, 0x9c, 0, 22, 0, 0, 3, 0x49, 0, 1, 3, 0x49, 0, 2, 0xcd, 1, 0x05, 0xab, 0xcd,
        ];
        let frame = osi(&pdu);
        assert_eq!(shown(LINK, &frame), "CLNP, 49.0002 > 49.0001, Data, length 22");
        assert_eq!(
            verbose(1, LINK, &frame),
            "CLNP, length 22\n\tData PDU, hlen: 20, v: 1, lifetime: 1.5s, Segment PDU length: 22, \
             checksum: 0x0000 (unverified)\n\tFlags [Segmentation permitted]\n\tsource address (length 3): \
             49.0002\n\tdest   address (length 3): 49.0001li < size of fixed part of CLNP header, addresses, \
             and segment part\n\t0x0000:  8114 0103 9c00 1600 0003 4900 0103 4900\n\t0x0010:  02cd 0105 abcd"
        );
        let mut whole = pdu;
        whole[4] = 0x1c;
        let text = verbose(1, LINK, &osi(&whole));
        assert!(
            text.ends_with(
                "\n\t  Priority Option #205, length 1, value: 0x5\n\t  undecoded non-header data, length 2\n\t  \
                 0x0000:  abcd"
            ),
            "{text}"
        );
        assert_every_cut_is_told(
            LINK,
            &osi(&[0x81, 17, 1, 3, 0x1c, 0, 17, 0, 0, 3, 0x49, 0, 1, 3, 0x49, 0, 2]),
        );
    }

    #[test]
    fn es_is_tells_who_is_there() {
        let frame = osi(&[0x82, 17, 1, 0, 4, 0, 60, 0, 0, 3, 0x49, 0, 1, 198, 2, 0, 9]);
        assert_eq!(shown(LINK, &frame), "ES-IS, ISH, length 17");
        assert_eq!(
            verbose(1, LINK, &frame),
            "ES-IS, length 17\n\tISH (4), v: 1, checksum: 0x0000 (unverified), holding time: 60s, length \
             indicator: 17\n\t  NET (length: 3): 49.0001\n\t  ES Configuration Time Option #198, length 2, \
             value: 9s"
        );
        assert_every_cut_is_told(LINK, &frame);
    }

    /// A hello on a LAN with one value of `kind`.
    fn hello(kind: u8, value: &[u8]) -> Vec<u8> {
        let length = u8::try_from(29 + value.len()).unwrap();
        let mut pdu = vec![
            0x83, 27, 1, 0, 15, 1, 0, 0, 3, 0x19, 0x21, 0x68, 0, 0x10, 1, 0, 30, 0, length,
        ];
        pdu.extend_from_slice(&[64, 0x19, 0x21, 0x68, 0, 0x10, 1, 2, kind]);
        pdu.push(length - 29);
        pdu.extend_from_slice(value);
        osi(&pdu)
    }

    #[test]
    fn a_hello_tells_its_sender_and_values() {
        let frame = hello(1, &[3, 0x49, 0, 1]);
        assert_eq!(
            shown(LINK, &frame),
            "IS-IS, L1 Lan IIH, src-id 1921.6800.1001, lan-id 1921.6800.1001.02, prio 64, length 33"
        );
        assert_eq!(
            verbose(1, LINK, &frame),
            "IS-IS, length 33\n\tL1 Lan IIH, hlen: 27, v: 1, pdu-v: 1, sys-id-len: 6 (0), max-area: 3 (0)\
             \n\t  source-id: 1921.6800.1001,  holding time: 30s, Flags: [Level 1, Level 2]\
             \n\t  lan-id:    1921.6800.1001.02, Priority: 64, PDU length: 33\
             \n\t    Area address(es) TLV #1, length: 4\n\t      Area address (length: 3): 49.0001"
        );
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn reachability_tells_its_metrics_and_attributes() {
        let text = verbose(
            1,
            LINK,
            &hello(135, &[0, 0, 0, 10, 0x58, 10, 1, 2, 6, 1, 4, 0, 0, 0, 7]),
        );
        assert!(
            text.ends_with(
                "\n\t      IPv4 prefix:        10.1.2.0/24, Distribution: up, Metric: 10, sub-TLVs present (6)\
                 \n\t        32-Bit Administrative tag subTLV #1, length: 4, 0x00000007 (=7)"
            ),
            "{text}"
        );
        let mut neighbour = vec![0x19, 0x21, 0x68, 0, 0x10, 2, 0, 0, 0, 10, 6, 9, 4];
        neighbour.extend(125_000_000.0_f32.to_be_bytes());
        let frame = hello(22, &neighbour);
        let text = verbose(1, LINK, &frame);
        assert!(
            text.ends_with(
                "\n\t      IS Neighbor: 1921.6800.1002.00, Metric: 10, sub-TLVs present (6)\
                 \n\t        Maximum link bandwidth subTLV #9, length: 4, 1000.000 Mbps"
            ),
            "{text}"
        );
        assert_every_cut_is_told(LINK, &frame);
    }
}
