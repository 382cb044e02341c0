//! Protocol-independent multicast, version 2 (RFC 7761, RFC 3973, RFC 5059, RFC 5015).

pub(super) mod version_1;

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::{Datagram, ipv4, ipv6};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, HexPad, Span, name_of, put, put_bits};
use crate::wire::Checksum;

/// Prints a message.
pub(in crate::print) fn print(page: &mut Page<'_>, datagram: &Datagram, message: Cursor<'_>) -> Shown {
    page.enter("pim");
    let first = message.peek_u8(0)?;
    let (version, kind) = (first >> 4, first & 15);
    put!(page, "PIMv", version);
    if version != 2 {
        put!(page, ", length ", message.len());
        return Ok(());
    }
    let name = TYPES.get(usize::from(kind)).copied().unwrap_or("Unknown Type");
    if !page.verbose(1) {
        put!(page, ", ", name, ", length ", message.len());
        return Ok(());
    }
    put!(page, ", length ", message.len(), "\n\t", name);
    page.enter("pimv2");
    if message.len() < 2 {
        put!(page, "[length ", message.len(), " < 2]");
        return Err(Stop::Invalid);
    }
    let reserved = message.peek_u8(1)?;
    let form = Form(reserved & 15);
    if form.0 != 0 {
        put!(page, ", RFC2117-encoding");
    }
    if message.len() < 4 {
        put!(page, "[length ", message.len(), " < 4]");
        return Err(Stop::Invalid);
    }
    let field = message.peek_u16(2)?;
    put!(
        page,
        ", cksum 0x",
        Hex4(field),
        " ",
        verdict(datagram, kind, field, message)
    );
    let mut rest = message.after(4);
    match kind {
        0 => hello(page, form, rest),
        1 => register(page, rest),
        2 => {
            address(page, " group=", form, &mut rest, Kind::Group)?;
            address(page, " source=", form, &mut rest, Kind::Unicast)
        }
        3 | 6 | 7 => join_prune(page, kind == 7, form, rest),
        4 => bootstrap(page, form, rest),
        5 => {
            address(page, " group=", form, &mut rest, Kind::Group)?;
            address(page, " src=", form, &mut rest, Kind::Unicast)?;
            rest.need(8)?;
            let preference = rest.u32()?;
            put!(
                page,
                if preference >> 31 != 0 { " RPT" } else { "" },
                " pref=",
                preference & 0x7fff_ffff
            );
            put!(page, " metric=", rest.u32()?);
            Ok(())
        }
        8 => candidate(page, form, rest),
        9 => {
            address(page, " src=", form, &mut rest, Kind::Unicast)?;
            address(page, " grp=", form, &mut rest, Kind::Group)?;
            address(page, " forwarder=", form, &mut rest, Kind::Unicast)?;
            if rest.len() < 2 {
                return Err(Stop::Truncated);
            }
            put!(page, " TUNR ");
            put!(page, Span(rest.u16()?.into()));
            Ok(())
        }
        10 => election(page, reserved >> 4, form, rest),
        _ => {
            put!(page, " [type ", kind, "]");
            Ok(())
        }
    }
}

/// Whether the checksum is right. That of a register may leave out the packet in it.
fn verdict(datagram: &Datagram, kind: u8, field: u16, message: Cursor<'_>) -> &'static str {
    let sum = |length: usize| {
        message
            .bytes()
            .get(..length)
            .map(|covered| match datagram.is_v6() {
                true => datagram.checksum(Protocols::Pim.0, length, covered),
                false => Checksum::default().with(covered).finish(),
            })
    };
    if field == 0 {
        return "(unverified)";
    }
    let first = if kind == 1 { sum(8) } else { Some(1) };
    match first
        .filter(|&sum| sum != 0)
        .map_or(first, |_| sum(message.len()))
    {
        None => "(unverified)",
        Some(0) => "(correct)",
        Some(_) => "(incorrect)",
    }
}

fn hello(page: &mut Page<'_>, form: Form, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        if rest.len() < 4 {
            return Err(Stop::Truncated);
        }
        let (kind, length) = (rest.u16()?, rest.u16()?);
        let name = name_of(HELLO_OPTIONS, kind).unwrap_or("Unknown");
        put!(
            page,
            "\n\t  ",
            name,
            " Option (",
            kind,
            "), length ",
            length,
            ", Value: "
        );
        if rest.len() < usize::from(length) {
            return Err(Stop::Truncated);
        }
        rest.need(length.into())?;
        if matches!(kind, 24 | 65001) && page.verbose(2) {
            addresses(page, form, rest, length.into())?;
        }
        let value = rest.sub(length.into());
        hello_option(page, kind, value)?;
        if page.verbose(2) {
            page.hex("\n\t    ", value.bytes());
        }
    }
    Ok(())
}

/// The addresses of an option; the last may go on behind it.
fn addresses(page: &mut Page<'_>, form: Form, mut rest: Cursor<'_>, length: usize) -> Shown {
    let behind = rest.len().saturating_sub(length);
    while rest.len() > behind {
        address(page, "\n\t    ", form, &mut rest, Kind::Unicast)?;
    }
    Ok(())
}

fn hello_option(page: &mut Page<'_>, kind: u16, mut value: Cursor<'_>) -> Shown {
    let wanted = match kind {
        1 => 2,
        2 | 20 | 21 => 4,
        18 | 19 if !value.is_empty() => 4,
        _ => value.len(),
    };
    if value.len() != wanted {
        put!(page, "[option length ", value.len(), " != ", wanted, "]");
        return Err(Stop::Invalid);
    }
    match kind {
        1 => put!(page, Span(value.u16()?.into())),
        2 => {
            let delay = value.u16()?;
            put!(
                page,
                "\n\t    T-bit=",
                delay >> 15,
                ", LAN delay ",
                delay & 0x7fff,
                "ms"
            );
            put!(page, ", Override interval ", value.u16()?, "ms");
        }
        18 | 19 if value.is_empty() => put!(page, "Bi-Directional Capability (Old)"),
        18 | 19 => put!(page, value.u32()?),
        20 => put!(page, "0x", HexPad(value.u32()?.into(), 8)),
        21 => {
            put!(page, "v", value.u8()?);
            let (interval, reserved) = (value.u8()?, value.u16()?);
            if interval != 0 {
                put!(page, ", interval ", Span(interval.into()));
            }
            if reserved != 0 {
                put!(page, " ?0x", Hex4(reserved), "?");
            }
        }
        22 | 24 | 65001 => {}
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t    ", value.bytes());
            }
        }
    }
    Ok(())
}

fn register(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let flags = rest.u32()?;
    let name = name_of(&[(0x8000_0000, "Border"), (0x4000_0000, "Null")], flags);
    put!(page, ", Flags [ ", name.unwrap_or("none"), " ]\n\t");
    match rest.peek_u8(0)? >> 4 {
        0 => {
            let (source, group) = (rest.after(12).peek_ipv4()?, rest.after(16).peek_ipv4()?);
            put!(page, "IP-Null-header ");
            page.host(source);
            put!(page, " > ");
            page.host(group);
            Ok(())
        }
        4 => page.deeper(|page| ipv4::print(page, rest)),
        6 => page.deeper(|page| ipv6::print(page, rest)),
        other => {
            put!(page, "IP ver ", other);
            Ok(())
        }
    }
}

fn join_prune(page: &mut Page<'_>, graft_ack: bool, form: Form, mut rest: Cursor<'_>) -> Shown {
    if !graft_ack {
        address(page, ", upstream-neighbor: ", form, &mut rest, Kind::Unicast)?;
    }
    rest.skip(1)?;
    let (groups, hold) = (rest.u8()?, rest.u16()?);
    put!(page, "\n\t  ", groups, " group(s)");
    if !graft_ack {
        match hold {
            0xffff => put!(page, ", holdtime: infinite"),
            _ => put!(page, ", holdtime: ", Span(hold.into())),
        }
    }
    for group in 1..=u16::from(groups) {
        put!(page, "\n\t    group #", group, ": ");
        address(page, "", form, &mut rest, Kind::Group)?;
        rest.need(4)?;
        let (joined, pruned) = (rest.u16()?, rest.u16()?);
        put!(page, ", joined sources: ", joined, ", pruned sources: ", pruned);
        for (count, what) in [(joined, "joined"), (pruned, "pruned")] {
            for source in 1..=u32::from(count) {
                put!(page, "\n\t      ", what, " source #", source, ": ");
                address(page, "", form, &mut rest, Kind::Source)?;
            }
        }
    }
    Ok(())
}

fn bootstrap(page: &mut Page<'_>, form: Form, mut rest: Cursor<'_>) -> Shown {
    put!(page, " tag=", Hex(rest.u16()?.into()));
    put!(page, " hashmlen=", rest.u8()?);
    if rest.is_empty() {
        return Err(Stop::Truncated);
    }
    rest.need(2)?;
    put!(page, " BSRprio=", rest.u8()?);
    address(page, " BSR=", form, &mut rest, Kind::Unicast)?;
    let mut group = 0;
    while !rest.is_empty() {
        put!(page, " (group", group, ": ");
        address(page, "", form, &mut rest, Kind::Group)?;
        put!(page, " RPcnt=", rest.u8()?);
        let fragment = rest.u8()?;
        put!(page, " FRPcnt=", fragment);
        pass(&mut rest, 2)?;
        for point in 0..fragment {
            if rest.is_empty() {
                break;
            }
            put!(page, " RP", point, "=");
            address(page, "", form, &mut rest, Kind::Unicast)?;
            if rest.len() < 2 {
                return Err(Stop::Truncated);
            }
            put!(page, ",holdtime=");
            put!(page, Span(rest.u16()?.into()));
            put!(page, ",prio=", rest.u8()?);
            pass(&mut rest, 1)?;
        }
        put!(page, ")");
        group += 1;
    }
    Ok(())
}

/// Passes over bytes that need not have been captured, but must be declared.
fn pass(rest: &mut Cursor<'_>, count: usize) -> Shown {
    if rest.len() < count {
        return Err(Stop::Truncated);
    }
    rest.advance(count);
    Ok(())
}

fn candidate(page: &mut Page<'_>, form: Form, mut rest: Cursor<'_>) -> Shown {
    let count = rest.u8()?;
    put!(page, " prefix-cnt=", count);
    put!(page, " prio=", rest.u8()?);
    if rest.len() < 2 {
        return Err(Stop::Truncated);
    }
    put!(page, " holdtime=");
    put!(page, Span(rest.u16()?.into()));
    address(page, " RP=", form, &mut rest, Kind::Unicast)?;
    for group in 0..count {
        if rest.is_empty() {
            break;
        }
        put!(page, " Group", group, "=");
        address(page, "", form, &mut rest, Kind::Group)?;
    }
    Ok(())
}

fn election(page: &mut Page<'_>, subtype: u8, form: Form, mut rest: Cursor<'_>) -> Shown {
    let name = name_of(
        &[(1, "Offer"), (2, "Winner"), (3, "Backoff"), (4, "Pass")],
        subtype,
    );
    put!(page, "\n\t  ", name.unwrap_or("Unknown"), ",");
    address(page, " rpa=", form, &mut rest, Kind::Unicast)?;
    put!(page, " sender pref=", rest.u32()?);
    put!(page, " sender metric=", rest.u32()?);
    if !matches!(subtype, 3 | 4) {
        return Ok(());
    }
    let what = if subtype == 3 { "offer" } else { "new winner" };
    put!(page, "\n\t  ", what, " addr=");
    address(page, "", form, &mut rest, Kind::Unicast)?;
    put!(page, " ", what, " pref=", rest.u32()?);
    put!(page, " ", what, " metric=", rest.u32()?);
    if subtype == 3 {
        put!(page, " interval ", rest.u16()?, "ms");
    }
    Ok(())
}

/// How addresses are encoded: with their family before each (0), or bare and of this length as RFC 2117 had them.
#[derive(Clone, Copy)]
struct Form(u8);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unicast,
    Group,
    Source,
}

/// Prints an encoded address (RFC 7761 section 4.9.1).
fn address(page: &mut Page<'_>, before: &str, form: Form, rest: &mut Cursor<'_>, kind: Kind) -> Shown {
    put!(page, before);
    let length = match form.0 {
        0 => {
            let (family, encoding) = (rest.u8()?, rest.u8()?);
            match (family, encoding) {
                (1, 0) => 4,
                (2, 0) => 16,
                _ => return Err(Stop::Truncated),
            }
        }
        length @ (4 | 16) => length,
        _ => return Err(Stop::Truncated),
    };
    let (mut flags, mut mask) = (0, length * 8);
    if kind != Kind::Unicast {
        rest.need(usize::from(length) + 2)?;
        flags = rest.u8()?;
        mask = rest.u8()?;
    }
    if length == 4 {
        page.host(rest.ipv4()?);
    } else {
        page.host(rest.ipv6()?);
    }
    if mask != length * 8 {
        put!(page, "/", mask);
    }
    match kind {
        _ if flags == 0 => {}
        Kind::Source => {
            put!(page, "(");
            put_bits(page.out, &[(4, "S"), (2, "W"), (1, "R")], flags.into(), "", "");
            if flags & 0xf8 != 0 {
                put!(page, "+0x", Hex2(flags & 0xf8));
            }
            put!(page, ")");
        }
        _ => put!(page, "(0x", Hex2(flags), ")"),
    }
    Ok(())
}

const TYPES: [&str; 12] = [
    "Hello",
    "Register",
    "Register Stop",
    "Join / Prune",
    "Bootstrap",
    "Assert",
    "Graft",
    "Graft Acknowledgement",
    "Candidate RP Advertisement",
    "Prune Refresh",
    "DF Election",
    "ECMP Redirect",
];

const HELLO_OPTIONS: &[(u16, &str)] = &[
    (1, "Hold Time"),
    (2, "LAN Prune Delay"),
    (18, "DR Priority (Old)"),
    (19, "DR Priority"),
    (20, "Generation ID"),
    (21, "State Refresh Capability"),
    (22, "Bi-Directional Capability"),
    (24, "Address List"),
    (65001, "Address List (Old)"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_options_of_a_hello_are_lines_under_v() {
        let hello = ipv4(103, &[0x20, 0, 0, 0, 0, 1, 0, 2, 0, 105, 0, 19, 0, 4, 0, 0, 0, 1]);
        assert_eq!(
            shown(LinkType::RAW, &hello),
            "IP 192.0.2.1 > 192.0.2.2: PIMv2, Hello, length 18"
        );
        assert!(verbose(1, LinkType::RAW, &hello).ends_with(
            "PIMv2, length 18\n\tHello, cksum 0x0000 (unverified)\
             \n\t  Hold Time Option (1), length 2, Value: 1m45s\n\t  DR Priority Option (19), length 4, Value: 1"
        ));
        assert_every_cut_is_told(LinkType::RAW, &hello);
    }

    #[test]
    fn a_join_lists_its_sources() {
        let join = [
            0x23, 0, 0, 0, 1, 0, 192, 0, 2, 9, 0, 1, 0, 210, 1, 0, 0, 32, 239, 0, 0, 1, 0, 1, 0, 0, 1, 0, 4,
            32, 192, 0, 2, 7,
        ];
        assert!(verbose(1, LinkType::RAW, &ipv4(103, &join)).ends_with(
            ", upstream-neighbor: 192.0.2.9\n\t  1 group(s), holdtime: 3m30s\
             \n\t    group #1: 239.0.0.1, joined sources: 1, pruned sources: 0\
             \n\t      joined source #1: 192.0.2.7(S)"
        ));
    }
}
