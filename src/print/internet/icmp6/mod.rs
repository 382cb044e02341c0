//! ICMPv6 (RFC 4443) and what stands on it: neighbor discovery, multicast listeners, RPL.

mod listeners;
mod node_info;
mod options;
mod renumbering;
mod rpl;

use pnet_packet::ip::{IpNextHeaderProtocol, IpNextHeaderProtocols as Protocols};

use super::icmp::extension;
use super::{Datagram, put_verdict};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::names::Transport;
use crate::print::page::Page;
use crate::print::text::{Hex4, Label, Named, name_of, put, put_bits};

/// Prints an ICMPv6 message.
pub(crate) fn print(page: &mut Page<'_>, datagram: &Datagram, message: Cursor<'_>) -> Shown {
    page.enter("icmp6");
    if message.is_empty() {
        put!(page, "ICMP6, length 0");
        return Err(Stop::Invalid);
    }
    if page.verbose(1) && !datagram.fragmented {
        checksum(page, datagram, message)?;
    }
    let kind = message.peek_u8(0)?;
    put!(page, "ICMP6, ");
    page.field("type", kind);
    match name_of(TYPES, kind) {
        Some(name) => put!(page, Named("type_name", name)),
        None => put!(page, "unknown icmp6 type (", Named("", kind), ")"),
    }
    let verbose = page.verbose(1);
    if verbose && LENGTH_FIRST.contains(&kind) {
        put!(page, ", length ", message.len());
    }
    let code = message.peek_u8(1)?;
    page.field("code", code);
    match kind {
        UNREACHABLE => unreachable(page, code, message)?,
        TOO_BIG => put!(page, ", mtu ", message.peek_u32(4)?),
        TIME_EXCEEDED => time_exceeded(page, code, message)?,
        PARAMETER_PROBLEM => parameter_problem(page, code, message)?,
        ECHO_REQUEST | ECHO_REPLY => {
            put!(
                page,
                ", id ",
                message.peek_u16(4)?,
                ", seq ",
                message.peek_u16(6)?
            );
        }
        EXTENDED_REQUEST | EXTENDED_REPLY => {
            put!(page, ", id ", message.peek_u16(4)?, ", seq ", message.peek_u8(6)?);
            if verbose && kind == EXTENDED_REQUEST {
                extension::echo_request(page, message)?;
            } else if verbose {
                extension::echo_reply(page, message)?;
            }
        }
        LISTENER_QUERY => listeners::query(page, message)?,
        LISTENER_REPORT | LISTENER_DONE => listeners::version_1(page, message)?,
        LISTENER_REPORT_V2 => listeners::report(page, message)?,
        ROUTER_SOLICITATION if verbose => options::print(page, message.after(8))?,
        ROUTER_ADVERTISEMENT if verbose => router_advertisement(page, message)?,
        NEIGHBOR_SOLICITATION => {
            let target = message.after(8).peek_ipv6()?;
            put!(page, ", who has ");
            page.one("target", |page| page.host(target));
            if verbose {
                options::print(page, message.after(24))?;
            }
        }
        NEIGHBOR_ADVERTISEMENT => {
            let target = message.after(8).peek_ipv6()?;
            put!(page, ", tgt is ");
            page.one("target", |page| page.host(target));
            if verbose {
                put!(page, ", Flags [");
                put_bits(page.out, NEIGHBOR_FLAGS, message.peek_u32(4)?, ", ", "none");
                put!(page, "]");
                options::print(page, message.after(24))?;
            }
        }
        REDIRECT => {
            let (destination, target) = (message.after(24).peek_ipv6()?, message.after(8).peek_ipv6()?);
            put!(page, ", ");
            page.one("dst", |page| page.host(destination));
            put!(page, " to ");
            page.one("target", |page| page.host(target));
            if verbose {
                options::print(page, message.after(40))?;
            }
        }
        NODE_QUERY | NODE_REPLY => node_info::print(page, message),
        HOME_AGENT_REQUEST | MOBILE_PREFIX_SOLICITATION => put!(page, ", id 0x", Hex4(message.peek_u16(4)?)),
        HOME_AGENT_REPLY if verbose => {
            put!(page, ", id 0x", Hex4(message.peek_u16(4)?));
            let mut rest = message.after(8);
            while rest.captured() > 0 && !rest.is_empty() {
                let agent = rest.ipv6()?;
                put!(page, ", ");
                page.host(agent);
            }
        }
        MOBILE_PREFIX_ADVERTISEMENT if verbose => {
            put!(page, ", id 0x", Hex4(message.peek_u16(4)?));
            let flags = message.peek_u16(6)?;
            if flags & 0xc000 != 0 {
                put!(page, " ");
            }
            put_bits(page.out, &[(0x8000, "M"), (0x4000, "O")], flags.into(), "", "");
            options::print(page, message.after(8))?;
        }
        RPL => rpl::print(page, code, message.after(4))?,
        ROUTER_SOLICITATION | ROUTER_ADVERTISEMENT | HOME_AGENT_REPLY | MOBILE_PREFIX_ADVERTISEMENT => {}
        RENUMBERING => page.apart(|page| renumbering::print(page, code, message))?,
        INVERSE_SOLICITATION | INVERSE_ADVERTISEMENT => {}
        _ => {
            put!(page, ", length ", message.len());
            if !page.verbose(2) {
                page.hex("\n\t", message.bytes());
            }
            return Ok(());
        }
    }
    if !verbose {
        put!(page, ", length ", message.len());
    }
    Ok(())
}

fn checksum(page: &mut Page<'_>, datagram: &Datagram, message: Cursor<'_>) -> Shown {
    let Some(covered) = message.bytes().get(..message.len()) else {
        return Ok(());
    };
    let field = message.peek_u16(2)?;
    let found = datagram.checksum(Protocols::Icmpv6.0, message.len(), covered);
    put_verdict(page, "icmp6", Named("bad_cksum", field), found);
    Ok(())
}

fn unreachable(page: &mut Page<'_>, code: u8, message: Cursor<'_>) -> Shown {
    put!(page, ", ");
    match name_of(UNREACHABLE_CODES, code) {
        Some(name) => put!(page, Named("code_name", name)),
        None => put!(page, "unknown unreach code (", Named("", code), ")"),
    }
    let quoted = message.after(8);
    match code {
        0 | 1 | 3 => quoted_host(page, " ", "dst", quoted.after(24))?,
        2 => {
            quoted_host(page, " ", "dst", quoted.after(24))?;
            quoted_host(page, ", source address ", "src", quoted.after(8))?;
        }
        4 => {
            let (protocol, port) = destination_port(quoted)?;
            quoted_host(page, ", ", "dst", quoted.after(24))?;
            let udp = protocol == Protocols::Udp;
            put!(page, if udp { " udp port " } else { " tcp port " });
            let transport = if udp { Transport::Udp } else { Transport::Tcp };
            page.one("port", |page| page.port(port, transport));
        }
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t", message.bytes());
            }
        }
    }
    Ok(())
}

/// An address of the quoted packet, if it was captured, behind a label.
fn quoted_host(page: &mut Page<'_>, label: &str, name: &'static str, at: Cursor<'_>) -> Shown {
    let address = at.peek_ipv6()?;
    put!(page, Label(label));
    page.one(name, |page| page.host(address));
    Ok(())
}

/// The protocol and destination port of the quoted packet, behind its extension headers.
fn destination_port(quoted: Cursor<'_>) -> Shown<(IpNextHeaderProtocol, u16)> {
    let mut next = IpNextHeaderProtocol(quoted.peek_u8(6)?);
    let mut rest = quoted.after(40);
    loop {
        let length = match next {
            Protocols::Tcp | Protocols::Udp => return Ok((next, rest.peek_u16(2)?)),
            Protocols::Hopopt | Protocols::Ipv6Opts | Protocols::Ipv6Route => {
                (usize::from(rest.peek_u8(1)?) + 1) * 8
            }
            Protocols::Ipv6Frag if rest.peek_u16(2)? & !7 == 0 => 8,
            Protocols::Ah => (usize::from(rest.peek_u8(1)?) + 2) * 4,
            _ => return Err(Stop::Truncated),
        };
        next = IpNextHeaderProtocol(rest.peek_u8(0)?);
        rest.advance(length);
    }
}

fn time_exceeded(page: &mut Page<'_>, code: u8, message: Cursor<'_>) -> Shown {
    match code {
        0 => {
            let target = message.after(32).peek_ipv6()?;
            put!(page, " for ");
            page.host(target);
        }
        1 => put!(page, " (reassembly)"),
        _ => put!(page, ", unknown code (", code, ")"),
    }
    Ok(())
}

fn parameter_problem(page: &mut Page<'_>, code: u8, message: Cursor<'_>) -> Shown {
    message.need(48)?;
    let what = match code {
        0 => ", erroneous - octet ",
        1 => ", next header - octet ",
        2 => ", option - octet ",
        3 => ", incomplete header chain - octet ",
        _ => {
            put!(page, ", code-#", code);
            return Ok(());
        }
    };
    put!(page, what, message.peek_u32(4)?);
    Ok(())
}

/// RFC 4861 section 4.2, with the preference of RFC 4191.
fn router_advertisement(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    message.need(16)?;
    let mut rest = message.after(4);
    put!(page, "\n\thop limit ", rest.u8()?, ", Flags [");
    let flags = rest.u8()?;
    put_bits(page.out, ROUTER_FLAGS, flags.into(), ", ", "none");
    put!(
        page,
        "], pref ",
        preference(flags),
        ", router lifetime ",
        rest.u16()?,
        "s"
    );
    put!(
        page,
        ", reachable time ",
        rest.u32()?,
        "ms, retrans timer ",
        rest.u32()?,
        "ms"
    );
    options::print(page, rest)
}

/// The preference of a router or a route, in bits 3 and 4.
fn preference(flags: u8) -> &'static str {
    match flags >> 3 & 3 {
        0 => "medium",
        1 => "high",
        2 => "rsv",
        _ => "low",
    }
}

const UNREACHABLE: u8 = 1;
const TOO_BIG: u8 = 2;
const TIME_EXCEEDED: u8 = 3;
const PARAMETER_PROBLEM: u8 = 4;
const ECHO_REQUEST: u8 = 128;
const ECHO_REPLY: u8 = 129;
const LISTENER_QUERY: u8 = 130;
const LISTENER_REPORT: u8 = 131;
const LISTENER_DONE: u8 = 132;
const ROUTER_SOLICITATION: u8 = 133;
const ROUTER_ADVERTISEMENT: u8 = 134;
const NEIGHBOR_SOLICITATION: u8 = 135;
const NEIGHBOR_ADVERTISEMENT: u8 = 136;
const REDIRECT: u8 = 137;
const RENUMBERING: u8 = 138;
const NODE_QUERY: u8 = 139;
const NODE_REPLY: u8 = 140;
const INVERSE_SOLICITATION: u8 = 141;
const INVERSE_ADVERTISEMENT: u8 = 142;
const LISTENER_REPORT_V2: u8 = 143;
const HOME_AGENT_REQUEST: u8 = 144;
const HOME_AGENT_REPLY: u8 = 145;
const MOBILE_PREFIX_SOLICITATION: u8 = 146;
const MOBILE_PREFIX_ADVERTISEMENT: u8 = 147;
const RPL: u8 = 155;
const EXTENDED_REQUEST: u8 = 160;
const EXTENDED_REPLY: u8 = 161;

const TYPES: &[(u8, &str)] = &[
    (UNREACHABLE, "destination unreachable"),
    (TOO_BIG, "packet too big"),
    (TIME_EXCEEDED, "time exceeded in-transit"),
    (PARAMETER_PROBLEM, "parameter problem"),
    (ECHO_REQUEST, "echo request"),
    (ECHO_REPLY, "echo reply"),
    (LISTENER_QUERY, "multicast listener query"),
    (LISTENER_REPORT, "multicast listener report"),
    (LISTENER_DONE, "multicast listener done"),
    (ROUTER_SOLICITATION, "router solicitation"),
    (ROUTER_ADVERTISEMENT, "router advertisement"),
    (NEIGHBOR_SOLICITATION, "neighbor solicitation"),
    (NEIGHBOR_ADVERTISEMENT, "neighbor advertisement"),
    (REDIRECT, "redirect"),
    (RENUMBERING, "router renumbering"),
    (NODE_QUERY, "node information query"),
    (NODE_REPLY, "node information reply"),
    (INVERSE_SOLICITATION, "inverse neighbor solicitation"),
    (INVERSE_ADVERTISEMENT, "inverse neighbor advertisement"),
    (LISTENER_REPORT_V2, "multicast listener report v2"),
    (HOME_AGENT_REQUEST, "ha discovery request"),
    (HOME_AGENT_REPLY, "ha discovery reply"),
    (MOBILE_PREFIX_SOLICITATION, "mobile router solicitation"),
    (MOBILE_PREFIX_ADVERTISEMENT, "mobile router advertisement"),
    (RPL, "RPL"),
    (EXTENDED_REQUEST, "extended echo request"),
    (EXTENDED_REPLY, "extended echo reply"),
    (200, "mtrace response"),
    (201, "mtrace message"),
];

/// The types that under `-v` have their length before their lines of options.
const LENGTH_FIRST: [u8; 7] = [
    ROUTER_SOLICITATION,
    ROUTER_ADVERTISEMENT,
    NEIGHBOR_SOLICITATION,
    NEIGHBOR_ADVERTISEMENT,
    REDIRECT,
    HOME_AGENT_REPLY,
    MOBILE_PREFIX_ADVERTISEMENT,
];

const UNREACHABLE_CODES: &[(u8, &str)] = &[
    (0, "unreachable route"),
    (1, " unreachable prohibited"),
    (2, "beyond scope"),
    (3, "unreachable address"),
    (4, "unreachable port"),
];

const ROUTER_FLAGS: &[(u32, &str)] = &[
    (0x80, "managed"),
    (0x40, "other stateful"),
    (0x20, "home agent"),
    (0x02, "ipv6 only"),
];

const NEIGHBOR_FLAGS: &[(u32, &str)] = &[
    (0x8000_0000, "router"),
    (0x4000_0000, "solicited"),
    (0x2000_0000, "override"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv6, shown, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn icmp6(kind: u8, code: u8, rest: &[u8]) -> Vec<u8> {
        let mut message = vec![kind, code, 0, 0];
        message.extend_from_slice(rest);
        ipv6(58, &message)
    }

    fn neighbor_solicitation() -> Vec<u8> {
        let mut rest = vec![0; 4];
        rest.extend_from_slice(&[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]);
        rest.extend_from_slice(&[1, 1, 2, 0, 0, 0, 0, 1]);
        icmp6(135, 0, &rest)
    }

    #[test]
    fn an_echo_has_its_id_and_number() {
        assert_eq!(
            shown(RAW, &icmp6(128, 0, &[0, 1, 0, 2])),
            "IP6 2001:db8::1 > 2001:db8::2: ICMP6, echo request, id 1, seq 2, length 8"
        );
    }

    #[test]
    fn options_are_lines_under_v_and_bytes_under_vv() {
        assert!(
            shown(RAW, &neighbor_solicitation())
                .ends_with("neighbor solicitation, who has fe80::9, length 32")
        );
        let option = "who has fe80::9\n\t  source link-address option (1), length 8 (1): 02:00:00:00:00:01";
        assert!(verbose(1, RAW, &neighbor_solicitation()).ends_with(option));
        assert!(verbose(2, RAW, &neighbor_solicitation()).ends_with("\n\t    0x0000:  0200 0000 0001"));
    }

    #[test]
    fn a_wrong_checksum_is_told_with_the_right_one() {
        assert!(verbose(1, RAW, &icmp6(128, 0, &[0, 1, 0, 2])).contains("[bad icmp6 cksum 0x0000 -> 0x"));
    }

    #[test]
    fn the_flags_of_a_mobile_prefix_advertisement_follow_its_id() {
        let message = icmp6(147, 0, &[0, 1, 0xc0, 0]);
        assert!(verbose(1, RAW, &message).ends_with("mobile router advertisement, length 8, id 0x0001 MO"));
        let cut = icmp6(134, 0, &[64, 0, 7, 8]);
        assert!(verbose(1, RAW, &cut).ends_with("router advertisement, length 8 [|icmp6]"));
    }

    #[test]
    fn every_cut_is_told() {
        assert_every_cut_is_told(RAW, &neighbor_solicitation());
        let mut advertisement = vec![64, 0x80, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2];
        advertisement.extend_from_slice(&[5, 1, 0, 0, 0, 0, 5, 0xdc]);
        assert_every_cut_is_told(RAW, &icmp6(134, 0, &advertisement));
    }
}
