//! TCP (RFC 9293).

use std::net::IpAddr;

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;
use pnet_packet::tcp::{TcpFlags, TcpPacket};

use super::tcp_options;
use super::tcp_signature::Signed;
use super::udp::put_ends;
use crate::print::application::{self, Ports};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::flows::{End, Origin};
use crate::print::internet::{Datagram, Ends};
use crate::print::names::Transport;
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex4, Named, Truth, put, put_bits};
use crate::wire::should_be;

/// Prints a TCP segment.
pub(crate) fn print(page: &mut Page<'_>, datagram: &Datagram, segment: Cursor<'_>) -> Shown {
    page.enter("tcp");
    let (Ok(source), Ok(destination)) = (segment.peek_u16(0), segment.peek_u16(2)) else {
        datagram.put_ends(page);
        put!(page, ":");
        return Err(Stop::Truncated);
    };
    let ports = Ports { source, destination };
    put_ends(page, datagram, ports, Protocols::Tcp.0, Transport::Tcp);

    let header_len = usize::from(segment.peek_u8(12)? >> 4) * 4;
    if header_len < HEADER {
        put!(
            page,
            " tcp ",
            wrapped(segment.len()).wrapping_sub(wrapped(header_len))
        );
        put!(
            page,
            " [bad hdr length ",
            header_len,
            " - too short, < ",
            HEADER,
            "]"
        );
        return Err(Stop::Invalid);
    }
    let Some(view) = TcpPacket::new(segment.bytes()) else {
        return Err(Stop::Truncated);
    };
    if page.quiet() {
        put!(
            page,
            "tcp ",
            wrapped(segment.len()).wrapping_sub(wrapped(header_len))
        );
        return header_fits(page, header_len, segment);
    }
    let flags = Flags::of(&view);
    put!(page, "Flags [");
    put_bits(page.out, FLAGS, flags.0, "", "none");
    put!(page, "]");

    let numbers = Numbers::of(page, &view, datagram, ports);
    header_fits(page, header_len, segment)?;
    if page.verbose(1) && !page.options.no_checksums && !datagram.fragmented {
        checksum(page, datagram, segment, &view);
    }

    let length = segment.len() - header_len;
    page.field("seq", numbers.seq);
    if page.verbose(2) || length > 0 || flags.has(TcpFlags::SYN | TcpFlags::FIN | TcpFlags::RST) {
        put!(page, ", seq ", Named("", numbers.seq));
        if length > 0 {
            put!(
                page,
                ":",
                Named("next_seq", numbers.seq.wrapping_add(wrapped(length)))
            );
        }
    }
    if flags.has(TcpFlags::ACK) {
        put!(page, ", ack ", numbers.ack);
    } else if page.verbose(2) && numbers.ack != 0 {
        put!(
            page,
            ", [ack ",
            Named("ack_unset", numbers.ack),
            " != 0 while ACK flag not set]"
        );
    }
    put!(page, ", win ", view.get_window());
    if flags.has(TcpFlags::URG) {
        put!(page, ", urg ", view.get_urgent_ptr());
    } else if page.verbose(2) && view.get_urgent_ptr() != 0 {
        put!(
            page,
            ", [urg ",
            Named("urg_unset", view.get_urgent_ptr()),
            " != 0 while URG flag not set]"
        );
    }
    if header_len > HEADER {
        put!(page, ", options [");
        let area = segment.limited(header_len).after(HEADER);
        let signed = Signed {
            datagram,
            segment,
            header_len,
        };
        if !tcp_options::print(page, area, numbers.peer_origin, flags, signed)? {
            return Ok(());
        }
        put!(page, "]");
    }
    put!(page, ", length ", length);
    if length == 0 {
        return Ok(());
    }
    if !segment.has(header_len) {
        put!(
            page,
            " [remaining caplen(",
            segment.captured(),
            ") < header length(",
            header_len,
            ")]"
        );
        return Err(Stop::Truncated);
    }
    let payload = segment.after(header_len);
    if flags.has(TcpFlags::RST) {
        reset_reason(page, payload)
    } else {
        application::over_tcp(page, datagram, ports, payload)
    }
}

fn header_fits(page: &mut Page<'_>, header_len: usize, segment: Cursor<'_>) -> Shown {
    if header_len > segment.len() {
        put!(
            page,
            " [bad hdr length ",
            header_len,
            " - too long, > ",
            segment.len(),
            "]"
        );
        return Err(Stop::Invalid);
    }
    Ok(())
}

/// The twelve flag bits of a header.
#[derive(Clone, Copy)]
pub(super) struct Flags(u32);

impl Flags {
    fn of(view: &TcpPacket<'_>) -> Self {
        Self(u32::from(view.get_reserved()) << 8 | u32::from(view.get_flags()))
    }

    /// Whether any of these bits is set.
    pub(super) fn has(self, bits: u8) -> bool {
        self.0 & u32::from(bits) != 0
    }
}

/// The sequence numbers of a segment as they are shown.
struct Numbers {
    seq: u32,
    ack: u32,
    /// Where the other end began: the blocks of a selective acknowledgment are relative to this.
    peer_origin: u32,
}

impl Numbers {
    /// Relative to where the connection began, except in the segment that tells so. A SYN alone tells nothing:
    /// what it opens may be refused.
    fn of(page: &mut Page<'_>, view: &TcpPacket<'_>, datagram: &Datagram, ports: Ports) -> Self {
        let (seq, ack) = (view.get_sequence(), view.get_acknowledgement());
        let flags = view.get_flags();
        if page.options.absolute_seq || flags & TcpFlags::ACK == 0 {
            return Self {
                seq,
                ack,
                peer_origin: 0,
            };
        }
        let (source, destination) = match datagram.ends {
            Ends::V4 {
                source, destination, ..
            } => (IpAddr::V4(source), IpAddr::V4(destination)),
            Ends::V6 {
                source, destination, ..
            } => (IpAddr::V6(source), IpAddr::V6(destination)),
        };
        let first = Origin {
            sender: seq,
            receiver: ack.wrapping_sub(1),
        };
        let known = page.flows.origin(
            End {
                address: source,
                port: ports.source,
            },
            End {
                address: destination,
                port: ports.destination,
            },
            flags & TcpFlags::SYN != 0,
            first,
        );
        match known {
            Some(origin) => Self {
                seq: seq.wrapping_sub(origin.sender),
                ack: ack.wrapping_sub(origin.receiver),
                peer_origin: origin.receiver,
            },
            None => Self {
                seq,
                ack,
                peer_origin: first.receiver,
            },
        }
    }
}

fn checksum(page: &mut Page<'_>, datagram: &Datagram, segment: Cursor<'_>, view: &TcpPacket<'_>) {
    let Some(covered) = segment.bytes().get(..segment.len()) else {
        return;
    };
    let field = view.get_checksum();
    put!(page, ", cksum 0x", Hex4(field));
    match datagram.checksum(Protocols::Tcp.0, segment.len(), covered) {
        0 => {
            page.field("cksum_ok", Truth(true));
            put!(page, " (correct)");
        }
        found => {
            page.field("cksum_ok", Truth(false));
            page.wrong(|page| {
                put!(
                    page,
                    " (incorrect -> 0x",
                    Named("right_cksum", Hex4(should_be(field, found))),
                    ")"
                );
            });
        }
    }
}

/// RFC 9293 lets a reset say why: in words, or in the form of draft-ietf-tcpm-rst-diagnostic-payload.
fn reset_reason(page: &mut Page<'_>, payload: Cursor<'_>) -> Shown {
    if page.verbose(1) {
        let mut rest = payload;
        if payload.len() == DIAGNOSTIC_LEN && rest.u16() == Ok(DIAGNOSTIC_MAGIC) {
            put!(page, " [RST: ");
            diagnostic(page, rest)?;
        } else {
            let shown = payload.limited(MAX_REASON);
            put!(
                page,
                " [RST",
                if shown.len() < payload.len() { "+ " } else { " " },
                Named("reset_reason", Escaped(shown.bytes()))
            );
        }
        put!(page, "]");
    }
    payload.need(payload.len())
}

/// The reason of a reset as a number, from -vv on in words where the registry has some.
fn diagnostic(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let code = rest.u16()?;
    let enterprise = rest.u32()?;
    match (code, enterprise) {
        (1, 0) if page.verbose(2) => put!(page, "Illegal option length"),
        _ => put!(page, "code ", code, ", pen ", enterprise),
    }
    Ok(())
}

/// Sequence numbers count modulo 2³².
#[expect(clippy::cast_possible_truncation, reason = "sequence numbers wrap")]
fn wrapped(length: usize) -> u32 {
    length as u32
}

const HEADER: usize = 20;
/// What the diagnostic payload of a reset begins with, and how long it is.
const DIAGNOSTIC_MAGIC: u16 = 0x33aa;
const DIAGNOSTIC_LEN: usize = 8;
/// How much of the words in a reset is shown.
const MAX_REASON: usize = 30;

const FLAGS: &[(u32, &str)] = &[
    (0x01, "F"),
    (0x02, "S"),
    (0x04, "R"),
    (0x08, "P"),
    (0x10, "."),
    (0x20, "U"),
    (0x40, "E"),
    (0x80, "W"),
    (0x100, "e"),
];

#[cfg(test)]
mod tests {
    use crate::print::Options;
    use crate::print::sample::{assert_every_cut_is_told, options, shown, shown_with, tcp, texts, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;
    const SYN: u8 = 2;
    const RST: u8 = 4;
    const PSH_ACK: u8 = 0x18;
    const ACK: u8 = 0x10;

    #[test]
    fn a_syn_has_the_shape_of_the_lecture() {
        // The first packet of the lecture's session, on the loopback interface of BSD: over IPv6, with options.
        let mut packet = vec![0, 0, 0, 30];
        packet.extend([0x60, 0, 0, 0, 0, 40, 6, 64]);
        for _ in 0..2 {
            packet.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        }
        packet.extend(41120_u16.to_be_bytes());
        packet.extend(8080_u16.to_be_bytes());
        packet.extend(1_966_290_566_u32.to_be_bytes());
        packet.extend([0, 0, 0, 0, 0xa0, SYN]);
        packet.extend(43690_u16.to_be_bytes());
        packet.extend([0; 4]);
        packet.extend([2, 4, 0xff, 0xc4, 4, 2, 8, 10]);
        packet.extend(7_157_002_u32.to_be_bytes());
        packet.extend([0, 0, 0, 0, 1, 3, 3, 7]);
        assert_eq!(
            shown(LinkType::LOOP, &packet),
            "IP6 ::1.41120 > ::1.8080: Flags [S], seq 1966290566, win 43690, options [mss 65476,sackOK,TS val \
             7157002 ecr 0,nop,wscale 7], length 0"
        );
    }

    #[test]
    fn numbers_are_relative_after_the_first_acknowledgment() {
        let there = |seq, ack, flags, data: &[u8]| tcp((40000, 9), (seq, ack), flags, &[], data);
        let mut back = tcp((9, 40000), (5000, 1001), SYN | ACK, &[], &[]);
        back.swap(15, 19);
        let packets = [
            there(1000, 0, SYN, &[]),
            back,
            there(1001, 5001, ACK, &[]),
            there(1001, 5001, PSH_ACK, b"abc"),
        ];
        let packets: Vec<&[u8]> = packets.iter().map(Vec::as_slice).collect();
        let tails = |options: &Options| -> Vec<String> {
            let texts = texts(options, RAW, &packets);
            texts
                .iter()
                .map(|text| text.split_once("Flags ").unwrap().1.to_owned())
                .collect()
        };
        assert_eq!(
            tails(&options(0)),
            [
                "[S], seq 1000, win 512, length 0",
                "[S.], seq 5000, ack 1001, win 512, length 0",
                "[.], ack 1, win 512, length 0",
                "[P.], seq 1:4, ack 1, win 512, length 3",
            ]
        );
        let absolute = Options {
            absolute_seq: true,
            ..options(0)
        };
        assert_eq!(
            tails(&absolute)[3],
            "[P.], seq 1001:1004, ack 5001, win 512, length 3"
        );
    }

    #[test]
    fn the_checksum_is_told_under_v() {
        let mut packet = tcp((1, 2), (3, 4), ACK, &[], &[]);
        assert!(verbose(1, RAW, &packet).contains("Flags [.], cksum 0x"));
        assert!(verbose(1, RAW, &packet).contains(" (correct), ack 4"));
        packet[36] ^= 1;
        assert!(verbose(1, RAW, &packet).contains(" (incorrect -> 0x"));
    }

    #[test]
    fn a_reset_says_why_under_v() {
        let packet = tcp((1, 2), (3, 4), RST, &[], b"no such\x1b");
        assert!(verbose(1, RAW, &packet).ends_with(", length 8 [RST no such^[]"));
        assert!(shown(RAW, &packet).ends_with(", length 8"));
    }

    #[test]
    fn header_lengths_that_cannot_be_are_told() {
        let mut packet = tcp((1, 2), (3, 4), ACK, &[], &[]);
        packet[32] = 0x40;
        assert!(shown(RAW, &packet).ends_with(":  tcp 4 [bad hdr length 16 - too short, < 20] (invalid)"));
        packet[32] = 0xf0;
        assert!(shown(RAW, &packet).ends_with(" [bad hdr length 60 - too long, > 20] (invalid)"));
    }

    #[test]
    fn quiet_text_is_the_length() {
        let quiet = Options {
            quiet: 1,
            ..options(0)
        };
        assert!(shown_with(&quiet, RAW, &tcp((1, 2), (3, 4), ACK, &[], b"abc")).ends_with(".2: tcp 3"));
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(
            RAW,
            &tcp((1, 2), (3, 4), ACK, &[8, 10, 0, 0, 0, 1, 0, 0, 0, 2, 1, 1], &[]),
        );
        assert_every_cut_is_told(RAW, &tcp((1, 2), (3, 4), RST, &[], b"because"));
    }
}
