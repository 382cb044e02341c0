//! IGMP, versions 1 to 3 (RFC 1112, RFC 2236, RFC 3376), and multicast traceroute.

use super::{dvmrp, pim};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, Named, Span, name_of, put};
use crate::wire::Checksum;

/// Prints an IGMP message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("igmp");
    if page.quiet() {
        put!(page, "igmp");
        return Ok(());
    }
    let kind = message.peek_u8(0)?;
    page.field("type", kind);
    match kind {
        0x11 => {
            put!(page, "igmp query");
            if message.len() >= 12 {
                query_3(page, message)?;
            } else {
                query(page, message)?;
            }
        }
        0x12 => {
            group(page, "igmp v1 report ", message)?;
            if message.len() != 8 {
                put!(page, " [len ", message.len(), "]");
            }
        }
        0x16 => group(page, "igmp v2 report ", message)?,
        0x17 => group(page, "igmp leave ", message)?,
        0x22 => {
            put!(page, "igmp v3 report");
            report_3(page, message)?;
        }
        0x13 => {
            put!(page, "igmp dvmrp");
            if message.len() < 8 {
                put!(page, " [len ", message.len(), "]");
            } else {
                match dvmrp::print(page, message) {
                    Err(Stop::Invalid) => page.invalid(),
                    ended => ended?,
                }
            }
        }
        0x14 => {
            put!(page, "igmp pimv1");
            pim::version_1::print(page, message)?;
        }
        0x1e => trace(page, "mresp", message)?,
        0x1f => trace(page, "mtrace", message)?,
        other => put!(page, "igmp-", other),
    }
    if page.verbose(1)
        && message.len() >= 4
        && let Some(covered) = message.bytes().get(..message.len())
        && Checksum::default().with(covered).finish() != 0
    {
        put!(page, " bad igmp cksum ", Hex(message.peek_u16(2)?.into()), "!");
    }
    Ok(())
}

fn group(page: &mut Page<'_>, what: &str, message: Cursor<'_>) -> Shown {
    let group = message.after(4).peek_ipv4()?;
    put!(page, Named("", what));
    page.one("group", |page| page.host(group));
    Ok(())
}

/// A query of version 1 or 2: only the latter has a response time.
fn query(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    match message.peek_u8(1)? {
        0 => put!(page, " v1"),
        100 => put!(page, " v2"),
        time => put!(page, " v2 [max resp time ", time, "]"),
    }
    let address = message.after(4).peek_ipv4()?;
    if !address.is_unspecified() {
        put!(page, " [gaddr ");
        page.host(address);
        put!(page, "]");
    }
    if message.len() != 8 {
        put!(page, " [len ", message.len(), "]");
    }
    Ok(())
}

fn query_3(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    put!(page, " v3");
    if !message.len().is_multiple_of(4) {
        put!(page, " [invalid len ", message.len(), "]");
        return Ok(());
    }
    let code = u32::from(message.peek_u8(1)?);
    if code != 100 {
        // RFC 3376 section 4.1.1: a small floating-point number of tenths of a second.
        let tenths = if code < 128 {
            code
        } else {
            (code & 15 | 16) << ((code >> 4 & 7) + 3)
        };
        put!(page, " [max resp time ");
        if tenths < 600 {
            put!(page, tenths / 10, ".", tenths % 10, "s]");
        } else {
            put!(page, Span(tenths / 10), "]");
        }
    }
    let address = message.after(4).peek_ipv4()?;
    if address.is_unspecified() {
        return Ok(());
    }
    put!(page, " [gaddr ");
    page.host(address);
    let sources = message.peek_u16(10)?;
    if sources > 0 {
        if message.len() < 12 + usize::from(sources) * 4 {
            put!(page, " [invalid number of sources]");
        } else if page.verbose(2) {
            addresses(page, sources, message.after(12))?;
        } else {
            put!(page, ", ", sources, " source(s)");
        }
    }
    put!(page, "]");
    Ok(())
}

fn report_3(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    if message.len() < 16 || !message.len().is_multiple_of(4) {
        put!(page, " [invalid len ", message.len(), "]");
        return Ok(());
    }
    let count = message.peek_u16(6)?;
    put!(page, ", ", Named("count", count), " group record(s)");
    if !page.verbose(1) {
        return Ok(());
    }
    let mut rest = message.after(8);
    for _ in 0..count {
        match page.item("records", |page| record(page, rest))? {
            Some(length) => rest.advance(length),
            None => break,
        }
    }
    Ok(())
}

/// Prints the record of a group; how long it is, unless it is too long.
fn record(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown<Option<usize>> {
    if rest.len() < 8 {
        put!(page, " [invalid number of groups]");
        return Ok(None);
    }
    group(page, " [gaddr ", rest)?;
    let kind = rest.peek_u8(0)?;
    page.field("type", kind);
    match name_of(RECORDS, kind) {
        Some(name) => put!(page, " ", Named("name", name)),
        None => put!(page, "  [v3-report-#", Named("", kind), "]"),
    }
    let sources = rest.peek_u16(2)?;
    let length = 8 + usize::from(sources) * 4;
    page.field("source_count", sources);
    if rest.len() < length {
        put!(page, " [invalid number of sources ", Named("", sources), "]");
        return Ok(None);
    }
    if page.verbose(2) {
        addresses(page, sources, rest.after(8))?;
    } else {
        put!(page, ", ", Named("", sources), " source(s)");
    }
    put!(page, "]");
    Ok(Some(length))
}

fn addresses(page: &mut Page<'_>, count: u16, mut rest: Cursor<'_>) -> Shown {
    put!(page, " {");
    for _ in 0..count {
        let address = rest.ipv4()?;
        put!(page, " ");
        page.one("sources", |page| page.host(address));
    }
    put!(page, " }");
    Ok(())
}

fn trace(page: &mut Page<'_>, what: &str, message: Cursor<'_>) -> Shown {
    if message.len() < 24 {
        put!(page, " [invalid len ", message.len(), "]");
        return Ok(());
    }
    let mut rest = message.after(8);
    let (source, destination, reply, hops) = (rest.ipv4()?, rest.ipv4()?, rest.ipv4()?, rest.u8()?);
    put!(page, what, " ", rest.u24()?, ": ");
    page.host(source);
    put!(page, " to ");
    page.host(destination);
    put!(page, " reply-to ");
    page.host(reply);
    if reply.is_multicast() {
        put!(page, " with-ttl ", hops);
    }
    Ok(())
}

const RECORDS: &[(u8, &str)] = &[
    (1, "is_in"),
    (2, "is_ex"),
    (3, "to_in"),
    (4, "to_ex"),
    (5, "allow"),
    (6, "block"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    #[test]
    fn each_version_is_told() {
        let shown =
            |message: &[u8]| shown(RAW, &ipv4(2, message)).split_off("IP 192.0.2.1 > 192.0.2.2: ".len());
        assert_eq!(shown(&[0x11, 100, 0, 0, 0, 0, 0, 0]), "igmp query v2");
        assert_eq!(shown(&[0x16, 0, 0, 0, 224, 0, 0, 9]), "igmp v2 report 224.0.0.9");
        assert_eq!(shown(&[0x17, 0, 0, 0, 224, 0, 0, 9]), "igmp leave 224.0.0.9");
        assert_eq!(
            shown(&[0x11, 0x8f, 0, 0, 0, 0, 0, 0, 2, 10, 0, 0]),
            "igmp query v3 [max resp time 24.8s]"
        );
    }

    #[test]
    fn every_cut_is_told() {
        let report = [0x22, 0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 1, 224, 0, 0, 9, 192, 0, 2, 9];
        assert!(
            verbose(2, RAW, &ipv4(2, &report))
                .contains("1 group record(s) [gaddr 224.0.0.9 to_ex { 192.0.2.9 }]")
        );
        assert_every_cut_is_told(RAW, &ipv4(2, &report[..16]));
    }
}
