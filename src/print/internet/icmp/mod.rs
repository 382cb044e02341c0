//! ICMP (RFC 792, RFC 950, RFC 1256, RFC 8335).

pub(super) mod extension;

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;

use super::{Datagram, ipv4};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::names::Transport;
use crate::print::page::Page;
use crate::print::text::{Hex, HexPad, Named, Zeros, name_of, put};
use crate::wire::{Checksum, should_be};

/// Prints an ICMP message.
pub(crate) fn print(page: &mut Page<'_>, datagram: &Datagram, message: Cursor<'_>) -> Shown {
    page.enter("icmp");
    // A message that cannot be told whole is not told at all.
    let start = page.out.len();
    let told = tell(page, message);
    if told.is_err() {
        page.out.truncate(start);
    }
    let kind = told?;
    put!(page, ", length ", message.len());
    if page.verbose(1) && !datagram.fragmented {
        checksum(page, message)?;
    }
    if !page.verbose(1) {
        return Ok(());
    }
    if is_error(kind) {
        quoted(page, message.after(HEADER))?;
        page.enter("icmp");
    }
    match kind {
        UNREACHABLE | TIME_EXCEEDED | PARAMETER_PROBLEM if message.len() > extension::OFFSET => {
            extension::multipart(page, message)
        }
        EXTENDED_REQUEST => extension::echo_request(page, message),
        EXTENDED_REPLY => extension::echo_reply(page, message),
        _ => Ok(()),
    }
}

/// `ICMP echo request, id 1, seq 2`. Returns the type.
fn tell(page: &mut Page<'_>, message: Cursor<'_>) -> Shown<u8> {
    let mut rest = message;
    let kind = rest.u8()?;
    let code = rest.u8()?;
    rest.advance(2);
    page.field("type", kind);
    page.field("code", code);
    put!(page, "ICMP ");
    match kind {
        ECHO | ECHO_REPLY => {
            put!(
                page,
                Named(
                    "type_name",
                    if kind == ECHO {
                        "echo request"
                    } else {
                        "echo reply"
                    }
                )
            );
            put!(page, ", id ", rest.u16()?, ", seq ", rest.u16()?);
        }
        UNREACHABLE => unreachable(page, code, rest)?,
        REDIRECT => redirect(page, code, rest)?,
        ROUTER_ADVERTISEMENT => router_advertisement(page, rest)?,
        TIME_EXCEEDED => {
            rest.after(4).need(20)?;
            match code {
                0 => put!(page, "time exceeded in-transit"),
                1 => put!(page, "ip reassembly time exceeded"),
                _ => put!(page, "time exceeded-#", code),
            }
        }
        PARAMETER_PROBLEM if code != 0 => put!(page, "parameter problem - code ", code),
        PARAMETER_PROBLEM => put!(page, "parameter problem - octet ", rest.u8()?),
        MASK_REPLY => put!(page, "address mask is 0x", HexPad(rest.peek_u32(4)?.into(), 8)),
        TIMESTAMP => put!(page, "time stamp query id ", rest.u16()?, " seq ", rest.u16()?),
        TIMESTAMP_REPLY => {
            rest.need(16)?;
            put!(page, "time stamp reply id ", rest.u16()?, " seq ", rest.u16()?);
            for what in [": org ", ", recv ", ", xmit "] {
                put!(page, what);
                milliseconds(page, rest.u32()?);
            }
        }
        EXTENDED_REQUEST | EXTENDED_REPLY => {
            put!(
                page,
                Named(
                    "type_name",
                    if kind == EXTENDED_REQUEST {
                        "extended echo request"
                    } else {
                        "extended echo reply"
                    }
                )
            );
            put!(page, ", id ", rest.u16()?, ", seq ", rest.u8()?);
        }
        _ => match name_of(OTHERS, kind) {
            Some(name) => put!(page, Named("type_name", name)),
            None => put!(page, "type-#", Named("", kind)),
        },
    }
    Ok(kind)
}

/// What could not be reached, from the header that the message quotes.
fn unreachable(page: &mut Page<'_>, code: u8, rest: Cursor<'_>) -> Shown {
    let quoted = rest.after(4);
    let destination = quoted.after(16).peek_ipv4()?;
    let (before, after) = match code {
        0 => ("net ", ""),
        1 => ("host ", ""),
        2 => {
            page.one("dst", |page| page.host(destination));
            put!(page, " protocol ", quoted.peek_u8(9)?, " unreachable");
            return Ok(());
        }
        3 => return port_unreachable(page, quoted),
        4 => {
            let mtu = rest.peek_u16(2)?;
            page.one("dst", |page| page.host(destination));
            put!(page, " unreachable - need to frag");
            if mtu != 0 {
                put!(page, " (mtu ", mtu, ")");
            }
            return Ok(());
        }
        5 => ("", " - source route failed"),
        6 => ("net ", " - unknown"),
        7 => ("host ", " - unknown"),
        8 => ("", " - source host isolated"),
        9 => ("net ", " - admin prohibited"),
        10 => ("host ", " - admin prohibited"),
        11 => ("net ", " - tos prohibited"),
        12 => ("host ", " - tos prohibited"),
        13 => ("host ", " - admin prohibited filter"),
        14 => ("host ", " - host precedence violation"),
        15 => ("host ", " - precedence cutoff"),
        _ => {
            page.one("dst", |page| page.host(destination));
            put!(page, " unreachable - #", code);
            return Ok(());
        }
    };
    put!(page, before);
    page.one("dst", |page| page.host(destination));
    put!(page, " unreachable", after);
    Ok(())
}

fn port_unreachable(page: &mut Page<'_>, quoted: Cursor<'_>) -> Shown {
    let header_len = usize::from(quoted.peek_u8(0)? & 15) * 4;
    let protocol = quoted.peek_u8(9)?;
    let port = quoted.peek_u16(header_len + 2)?;
    let destination = quoted.after(16).peek_ipv4()?;
    page.one("dst", |page| page.host(destination));
    match protocol {
        protocol if protocol == Protocols::Tcp.0 => {
            put!(page, " tcp port ");
            page.one("port", |page| page.port(port, Transport::Tcp));
        }
        protocol if protocol == Protocols::Udp.0 => {
            put!(page, " udp port ");
            page.one("port", |page| page.port(port, Transport::Udp));
        }
        other => put!(page, " protocol ", other, " port ", port),
    }
    put!(page, " unreachable");
    Ok(())
}

fn redirect(page: &mut Page<'_>, code: u8, rest: Cursor<'_>) -> Shown {
    let gateway = rest.peek_ipv4()?;
    let destination = rest.after(20).peek_ipv4()?;
    match code {
        0 | 1 => put!(page, "redirect "),
        2 | 3 => put!(page, "redirect-tos "),
        _ => put!(page, "redirect-#", code, " "),
    }
    page.one("dst", |page| page.host(destination));
    put!(
        page,
        match code {
            0 | 2 => " to net ",
            1 | 3 => " to host ",
            _ => " to ",
        }
    );
    page.one("gateway", |page| page.host(gateway));
    Ok(())
}

/// RFC 1256.
fn router_advertisement(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let count = rest.u8()?;
    let size = rest.u8()?;
    let lifetime = u64::from(rest.u16()?);
    put!(page, "router advertisement lifetime ");
    match lifetime {
        0..60 => put!(page, lifetime),
        60..3600 => put!(page, lifetime / 60, ":", Zeros(lifetime % 60, 2)),
        _ => put!(
            page,
            lifetime / 3600,
            ":",
            Zeros(lifetime / 60 % 60, 2),
            ":",
            Zeros(lifetime % 60, 2)
        ),
    }
    put!(page, " ", count, ":");
    if size != 2 {
        put!(page, " [size ", size, "]");
        return Ok(());
    }
    for _ in 0..count {
        put!(page, " {");
        page.host(rest.ipv4()?);
        put!(page, " ", rest.u32()?, "}");
    }
    Ok(())
}

/// Milliseconds since midnight as a time of day.
fn milliseconds(page: &mut Page<'_>, stamp: u32) {
    let seconds = u64::from(stamp / 1000);
    put!(
        page,
        Zeros(seconds / 3600, 2),
        ":",
        Zeros(seconds / 60 % 60, 2),
        ":",
        Zeros(seconds % 60, 2)
    );
    put!(page, ".", Zeros((stamp % 1000).into(), 3));
}

fn checksum(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    if let Some(covered) = message.bytes().get(..message.len()) {
        let found = Checksum::default().with(covered).finish();
        if found != 0 {
            let field = message.peek_u16(2)?;
            page.wrong(|page| {
                put!(page, " (wrong icmp cksum ", Named("bad_cksum", Hex(field.into())));
                put!(
                    page,
                    " (->",
                    Named("right_cksum", Hex(should_be(field, found).into())),
                    ")!)"
                );
            });
        }
    }
    Ok(())
}

/// The datagram that an error is about, on a line of its own.
fn quoted(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    put!(page, "\n\t");
    let length = usize::from(rest.peek_u16(2)?);
    match page.deeper(|page| ipv4::print(page, rest.with_len(length))) {
        // What is wrong with the quotation is not wrong with the message.
        Err(Stop::Invalid) => {
            page.invalid();
            Ok(())
        }
        shown => shown,
    }
}

fn is_error(kind: u8) -> bool {
    matches!(
        kind,
        UNREACHABLE | SOURCE_QUENCH | REDIRECT | TIME_EXCEEDED | PARAMETER_PROBLEM
    )
}

/// Bytes before what an error quotes.
const HEADER: usize = 8;

const ECHO_REPLY: u8 = 0;
const UNREACHABLE: u8 = 3;
const SOURCE_QUENCH: u8 = 4;
const REDIRECT: u8 = 5;
const ECHO: u8 = 8;
const ROUTER_ADVERTISEMENT: u8 = 9;
const TIME_EXCEEDED: u8 = 11;
const PARAMETER_PROBLEM: u8 = 12;
const TIMESTAMP: u8 = 13;
const TIMESTAMP_REPLY: u8 = 14;
const MASK_REPLY: u8 = 18;
const EXTENDED_REQUEST: u8 = 42;
const EXTENDED_REPLY: u8 = 43;

const OTHERS: &[(u8, &str)] = &[
    (SOURCE_QUENCH, "source quench"),
    (10, "router solicitation"),
    (15, "information request"),
    (16, "information reply"),
    (17, "address mask request"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, udp, verbose};
    use crate::wire::{Checksum, LinkType};

    const RAW: LinkType = LinkType::RAW;

    fn icmp(kind: u8, code: u8, rest: &[u8]) -> Vec<u8> {
        let mut message = vec![kind, code, 0, 0];
        message.extend_from_slice(rest);
        let sum = Checksum::default().with(&message).finish().to_be_bytes();
        message[2..4].copy_from_slice(&sum);
        ipv4(1, &message)
    }

    /// Port 33434 of 192.0.2.2 cannot be reached.
    fn port_unreachable() -> Vec<u8> {
        let mut rest = vec![0; 4];
        rest.extend(udp(1000, 33434, b"abc"));
        icmp(3, 3, &rest)
    }

    #[test]
    fn an_echo_has_its_id_and_number() {
        assert_eq!(
            shown(RAW, &icmp(8, 0, &[0, 1, 0, 2, 9, 9])),
            "IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 1, seq 2, length 10"
        );
    }

    #[test]
    fn an_error_quotes_its_cause_under_v() {
        assert_eq!(
            shown(RAW, &port_unreachable()),
            "IP 192.0.2.1 > 192.0.2.2: ICMP 192.0.2.2 udp port 33434 unreachable, length 39"
        );
        assert!(verbose(1, RAW, &port_unreachable()).ends_with(
            "length 39\n\tIP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto UDP (17), length 31)\n    \
             192.0.2.1.1000 > 192.0.2.2.33434: UDP, length 3"
        ));
    }

    #[test]
    fn a_wrong_checksum_is_told_with_the_right_one() {
        let mut packet = icmp(8, 0, &[0, 1, 0, 2]);
        packet[22..24].copy_from_slice(&[0, 0]);
        assert!(verbose(1, RAW, &packet).ends_with(", length 8 (wrong icmp cksum 0 (->f7fc)!)"));
    }

    #[test]
    fn the_interface_of_an_extended_echo_is_told() {
        // Local interface by index 7: version 2, checksum, one object of class 3 and type 2.
        let mut extension = vec![0x20, 0, 0, 0, 0, 8, 3, 2, 0, 0, 0, 7];
        let sum = Checksum::default().with(&extension).finish().to_be_bytes();
        extension[2..4].copy_from_slice(&sum);
        let mut rest = vec![0, 9, 5, 1];
        rest.extend(extension);
        let text = verbose(1, RAW, &icmp(42, 0, &rest));
        assert!(
            text.contains(
                "ICMP extended echo request, id 9, seq 5, length 20\n\tLocal Interface, checksum 0x"
            )
        );
        assert!(text.ends_with(
            " (correct), length 12\n\t  Interface Identification Object (3), Class-Type: 2, length 8\
                                \n\t    Interface Index: 7"
        ));
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(RAW, &icmp(8, 0, &[0, 1, 0, 2]));
        assert_every_cut_is_told(RAW, &icmp(5, 1, &[192, 0, 2, 9, 0x45, 0, 0, 20]));
    }
}
