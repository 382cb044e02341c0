//! What the text of a packet owes to the packets before it, found out ahead of the text.
//!
//! Most packets owe them at most where their TCP connection began and when the packet before was captured. Those
//! can be told in passing, and the text then be made elsewhere, by any printer, beside that of other packets.
//! Whether a packet is one of them is decided by its fixed headers alone, and cautiously: whatever may lead
//! to another packet within it, or to something else that is remembered, is not.

use std::net::IpAddr;

use super::cursor::{Cursor, Shown};
use super::flows::{End, Flows, Origin};
use super::options::Options;
use super::packet::{Packet, Timestamp};
use crate::wire::LinkType;

/// What the packets before it tell of a packet that can be printed apart from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Where its TCP connection began, if that will be asked, and if this is not the beginning.
    pub(super) origin: Option<Origin>,
    /// What its time stamp is relative to.
    pub(super) reference: Option<Timestamp>,
    /// How many of its bytes there are to print.
    pub(super) read: usize,
}

impl Known {
    /// The bytes of the packet that its printer will read; it needs no others.
    pub fn read<'a>(&self, packet: &Packet<'a>) -> &'a [u8] {
        packet.bytes.get(..self.read).unwrap_or(packet.bytes)
    }
}

/// What there is to be known of the packet if it can be printed apart from those before it; the TCP connection that
/// it begins, if it does, is remembered.
pub(super) fn look(options: &Options, flows: &mut Flows, packet: &Packet<'_>) -> Option<Known> {
    let cursor = Cursor::new(packet.bytes, packet.wire_len as usize);
    let (origin, unread) = match question(options, packet.link, cursor) {
        Ok(Question::None { unread }) => (None, unread),
        Ok(Question::Origin {
            source,
            destination,
            opens,
            first,
            unread,
        }) => (flows.origin(source, destination, opens, first), unread),
        Ok(Question::Unforeseen) | Err(_) => return None,
    };
    Some(Known {
        origin,
        reference: None,
        read: packet.bytes.len() - unread.min(packet.bytes.len()),
    })
}

/// What the printers will ask of what is remembered.
enum Question {
    None {
        unread: usize,
    },
    Origin {
        source: End,
        destination: End,
        opens: bool,
        first: Origin,
        /// How many of the last bytes that were captured no printer looks at.
        unread: usize,
    },
    /// Nobody knows before they ask.
    Unforeseen,
}

fn question(options: &Options, link: LinkType, mut packet: Cursor<'_>) -> Shown<Question> {
    let kind = match link {
        LinkType::ETHERNET => {
            packet.skip(12)?;
            packet.u16()?
        }
        LinkType::LINUX_SLL => {
            packet.skip(14)?;
            packet.u16()?
        }
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 => match packet.peek_u8(0)? >> 4 {
            4 => IPV4,
            _ => IPV6,
        },
        _ => return Ok(Question::Unforeseen),
    };
    let kind = if kind == VLAN {
        packet.skip(2)?;
        packet.u16()?
    } else {
        kind
    };
    match kind {
        IPV4 => ipv4(options, packet),
        IPV6 => ipv6(options, packet),
        ARP => Ok(ALL_READ),
        _ => Ok(Question::Unforeseen),
    }
}

fn ipv4(options: &Options, packet: Cursor<'_>) -> Shown<Question> {
    /// More fragments, and the offset of this one.
    const FRAGMENT: u16 = 0x3fff;
    let total = usize::from(packet.peek_u16(2)?);
    let protocol = packet.peek_u8(9)?;
    packet.need(IPV4_HEADER)?;
    if packet.peek_u8(0)? != 0x45
        || packet.peek_u16(6)? & FRAGMENT != 0
        || !(IPV4_HEADER..=packet.len()).contains(&total)
    {
        return Ok(Question::Unforeseen);
    }
    let payload = packet.with_len(total).after(IPV4_HEADER);
    match protocol {
        TCP => tcp(options, payload, || {
            Ok((
                IpAddr::V4(packet.after(12).ipv4()?),
                IpAddr::V4(packet.after(16).ipv4()?),
            ))
        }),
        UDP => udp(payload),
        // Echo and its reply; others quote a packet.
        ICMP if matches!(payload.peek_u8(0)?, 0 | 8) => Ok(ALL_READ),
        _ => Ok(Question::Unforeseen),
    }
}

fn ipv6(options: &Options, packet: Cursor<'_>) -> Shown<Question> {
    packet.need(IPV6_HEADER)?;
    let length = usize::from(packet.peek_u16(4)?);
    if packet.peek_u8(0)? >> 4 != 6 || length == 0 || length + IPV6_HEADER > packet.len() {
        return Ok(Question::Unforeseen);
    }
    let payload = packet.after(IPV6_HEADER).with_len(length);
    match packet.peek_u8(6)? {
        TCP => tcp(options, payload, || {
            Ok((
                IpAddr::V6(packet.after(8).ipv6()?),
                IpAddr::V6(packet.after(24).ipv6()?),
            ))
        }),
        UDP => udp(payload),
        // Echo and its reply, and neighbour discovery; the errors quote a packet.
        ICMPV6 if matches!(payload.peek_u8(0)?, 128 | 129 | 133..=136) => Ok(ALL_READ),
        _ => Ok(Question::Unforeseen),
    }
}

fn tcp(
    options: &Options,
    segment: Cursor<'_>,
    addresses: impl FnOnce() -> Shown<(IpAddr, IpAddr)>,
) -> Shown<Question> {
    segment.need(TCP_HEADER)?;
    let header = usize::from(segment.peek_u8(12)? >> 4) * 4;
    if header < TCP_HEADER || header > segment.len() {
        return Ok(Question::Unforeseen);
    }
    let ports = (segment.peek_u16(0)?, segment.peek_u16(2)?);
    if segment.len() > header && !plain(ports, tcp_port) {
        return Ok(Question::Unforeseen);
    }
    let flags = segment.peek_u8(13)?;
    // The reason of a reset has to be there, though it is not shown.
    // And all that may be signed, even if the signature is not checked.
    let silent = plain(ports, silent_port) && flags & RST == 0 && header < TCP_HEADER + SIGNATURE;
    let unread = if silent && !reads_all(options) {
        segment.after(header).captured()
    } else {
        0
    };
    if flags & ACK == 0 || options.absolute_seq || options.quiet > 0 {
        return Ok(Question::None { unread });
    }
    let (source, destination) = addresses()?;
    Ok(Question::Origin {
        source: End {
            address: source,
            port: ports.0,
        },
        destination: End {
            address: destination,
            port: ports.1,
        },
        opens: flags & SYN != 0,
        first: Origin {
            sender: segment.peek_u32(4)?,
            receiver: segment.peek_u32(8)?.wrapping_sub(1),
        },
        unread,
    })
}

fn udp(datagram: Cursor<'_>) -> Shown<Question> {
    Ok(
        if plain((datagram.peek_u16(0)?, datagram.peek_u16(2)?), udp_port) {
            ALL_READ
        } else {
            Question::Unforeseen
        },
    )
}

/// Whether the options ask for more than the headers of a payload that has no printer: checksums, dumps, the
/// captured length.
fn reads_all(options: &Options) -> bool {
    options.verbosity > 0 || options.dump.is_some() || options.lengths
}

const ALL_READ: Question = Question::None { unread: 0 };

/// From here on are the ports that clients are given.
const CLIENTS: u16 = 32_768;

/// Whether one of the ports is known, and the other one too or a client's. Two clients' are not: some printer may be
/// meant by one of them.
#[inline(always)]
fn plain((one, other): (u16, u16), is_known: impl Fn(u16) -> bool) -> bool {
    let (one_known, other_known) = (is_known(one), is_known(other));
    (one_known || one >= CLIENTS) && (other_known || other >= CLIENTS) && (one_known || other_known)
}

/// The ports of which is known that what they carry over TCP remembers nothing.
fn tcp_port(port: u16) -> bool {
    matches!(
        port,
        443 | 80 | 22 | 8080 | 53 | 25 | 5432 | 6379 | 21 | 587 | 993 | 3306
    )
}

/// Those whose payload has no printer, or one that says nothing without `-v`.
fn silent_port(port: u16) -> bool {
    matches!(port, 443 | 5432 | 993 | 3306)
}

/// The ports of which is known that what they carry over UDP remembers nothing.
fn udp_port(port: u16) -> bool {
    matches!(port, 53 | 123 | 5353 | 67 | 68 | 546 | 547)
}

const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;
const ARP: u16 = 0x0806;
const VLAN: u16 = 0x8100;
const IPV4_HEADER: usize = 20;
const IPV6_HEADER: usize = 40;
const TCP_HEADER: usize = 20;
/// How long the option is that signs a segment.
const SIGNATURE: usize = 18;
const ICMP: u8 = 1;
const TCP: u8 = 6;
const UDP: u8 = 17;
const ICMPV6: u8 = 58;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::print::sample::{ipv4, options, tcp, udp};
    use crate::print::{Options, Packet, Printer, TimeStyle, Timestamp};
    use crate::wire::LinkType;

    /// Both texts of packets: by one printer, and by one that looks ahead and another that is told.
    /// Says how many were printed apart.
    fn compare(options: &Options, link: LinkType, packets: &[(Vec<u8>, u32)]) -> (String, String, usize) {
        let (mut one, mut two) = (Vec::new(), Vec::new());
        let mut alone = Printer::new(options.clone());
        let mut first = Printer::new(options.clone());
        let mut second = Printer::new(options.clone());
        let mut apart = 0;
        for (number, (bytes, more)) in (1..).zip(packets) {
            let packet = Packet {
                number,
                interface: None,
                time: Timestamp {
                    secs: i64::from(bytes.first().copied().unwrap_or_default()) * 3,
                    nanos: 5000,
                },
                link,
                wire_len: u32::try_from(bytes.len()).unwrap() + more,
                bytes,
            };
            alone.print(&packet, &mut one);
            match first.look_ahead(&packet) {
                Some(known) => {
                    apart += 1;
                    let bytes = known.read(&packet);
                    second.print_knowing(&Packet { bytes, ..packet }, known, &mut two);
                }
                None => first.print(&packet, &mut two),
            }
        }
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(one), text(two), apart)
    }

    #[test]
    fn a_connection_is_told_apart_from_its_packets() {
        let packets: Vec<(Vec<u8>, u32)> = [
            tcp((40000, 80), (1000, 0), 0x02, &[], &[]),
            tcp((40000, 80), (1001, 5001), 0x10, &[], &[]),
            tcp((40000, 80), (1001, 5001), 0x18, &[], b"GET / HTTP/1.1\r\n\r\n"),
            udp(40000, 4789, &[8; 40]),
            udp(40000, 53, &[8; 40]),
            udp(49152, 40000, &[8; 40]),
            tcp((40000, 80), (1019, 5001), 0x11, &[], &[]),
            tcp((40000, 443), (1, 1), 0x18, &[], b"\x16\x03\x01"),
            ipv4(47, &[0; 8]),
        ]
        .map(|packet| (packet, 0))
        .into();
        for time in [TimeStyle::Off, TimeStyle::SinceLast, TimeStyle::SinceFirst] {
            let options = Options { time, ..options(1) };
            let (one, two, apart) = compare(&options, LinkType::RAW, &packets);
            assert_eq!(one, two);
            assert_eq!(apart, 6);
        }
    }

    /// Packets that are nearly right: of few addresses and ports, so that they meet.
    fn packet() -> impl Strategy<Value = (Vec<u8>, u32)> {
        let port = prop::sample::select(vec![22_u16, 53, 80, 123, 443, 520, 2049, 4789, 40000, 49152]);
        let body = prop::collection::vec(any::<u8>(), 0..60);
        let flags = prop::sample::select(vec![0x02_u8, 0x12, 0x10, 0x18, 0x11, 0x04, 0x14]);
        let segment = (
            port.clone(),
            port.clone(),
            0_u32..9,
            0_u32..9,
            flags,
            body.clone(),
        )
            .prop_map(|(a, b, seq, ack, flags, body)| tcp((a, b), (seq, ack), flags, &[], &body));
        let datagram = (port.clone(), port, body.clone()).prop_map(|(a, b, body)| udp(a, b, &body));
        let other =
            (prop::sample::select(vec![1_u8, 4, 41, 47, 51, 58]), body).prop_map(|(p, body)| ipv4(p, &body));
        let whole = prop_oneof![4 => segment, 2 => datagram.clone(), 1 => other];
        // In one of them another one is quoted, as the errors of ICMP do, or carried.
        let nested =
            (whole.clone(), prop::sample::select(vec![1_u8, 4, 17, 47])).prop_map(|(inner, outer)| {
                let prefix: &[u8] = match outer {
                    1 => &[3, 3, 0, 0, 0, 0, 0, 0],
                    47 => &[0, 0, 8, 0],
                    17 => &[0x9c, 0x40, 0x12, 0xb5, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 1, 0],
                    _ => &[],
                };
                ipv4(outer, &[prefix, &inner].concat())
            });
        let flip = prop::option::weighted(0.3, (any::<prop::sample::Index>(), any::<u8>()));
        let cut = prop::option::weighted(0.1, any::<prop::sample::Index>());
        (prop_oneof![3 => whole, 1 => nested], flip, cut, 0_u32..3).prop_map(
            |(mut bytes, flip, cut, more)| {
                if let Some((at, value)) = flip {
                    let at = at.index(bytes.len().min(44));
                    bytes[at] = value;
                }
                if let Some(at) = cut {
                    bytes.truncate(at.index(bytes.len()) + 1);
                }
                (bytes, more)
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        /// Whatever the packets: both texts are the same.
        #[test]
        fn packets_printed_apart_have_the_same_text(
            packets in prop::collection::vec(packet(), 1..40),
            verbosity in 0_u8..4,
            quiet in 0_u8..2,
            absolute_seq in any::<bool>(),
            lengths in prop::bool::weighted(0.1),
            link_header in any::<bool>(),
            ethernet in any::<bool>(),
            time in prop::sample::select(vec![TimeStyle::Off, TimeStyle::SinceLast, TimeStyle::SinceFirst]),
        ) {
            let options = Options { verbosity, quiet, absolute_seq, lengths, link_header, time, ..options(0) };
            let (link, packets) = if ethernet {
                let header = b"\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x08\0";
                let framed = packets.into_iter().map(|(bytes, more)| ([&header[..], &bytes].concat(), more));
                (LinkType::ETHERNET, framed.collect())
            } else {
                (LinkType::RAW, packets)
            };
            let (one, two, _) = compare(&options, link, &packets);
            prop_assert_eq!(one, two);
        }
    }
}
