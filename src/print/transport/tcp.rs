//! TCP (RFC 9293).

use std::net::IpAddr;

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;
use pnet_packet::tcp::{TcpFlags, TcpPacket};

use super::tcp_options;
use super::udp::put_ends;
use crate::print::application::{self, Ports};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::flows::{End, Origin};
use crate::print::internet::{Datagram, Ends};
use crate::print::names::Transport;
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex4, put, put_bits};
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
    if page.verbose(2) || length > 0 || flags.has(TcpFlags::SYN | TcpFlags::FIN | TcpFlags::RST) {
        put!(page, ", seq ", numbers.seq);
        if length > 0 {
            put!(page, ":", numbers.seq.wrapping_add(wrapped(length)));
        }
    }
    if flags.has(TcpFlags::ACK) {
        put!(page, ", ack ", numbers.ack);
    } else if page.verbose(3) && numbers.ack != 0 {
        put!(page, ", [ack ", numbers.ack, " != 0 while ACK flag not set]");
    }
    put!(page, ", win ", view.get_window());
    if flags.has(TcpFlags::URG) {
        put!(page, ", urg ", view.get_urgent_ptr());
    } else if page.verbose(3) && view.get_urgent_ptr() != 0 {
        put!(
            page,
            ", [urg ",
            view.get_urgent_ptr(),
            " != 0 while URG flag not set]"
        );
    }
    if header_len > HEADER {
        put!(page, ", options [");
        let area = segment.limited(header_len).after(HEADER);
        if !tcp_options::print(page, area, numbers.peer_origin, flags)? {
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
        application::over_tcp(page, ports, payload)
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
        0 => put!(page, " (correct)"),
        found => put!(page, " (incorrect -> 0x", Hex4(should_be(field, found)), ")"),
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
                Escaped(shown.bytes())
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
