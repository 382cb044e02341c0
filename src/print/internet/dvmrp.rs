//! The distance vector multicast routing protocol (RFC 1075, draft-ietf-idmr-dvmrp-v3), in messages of IGMP.

use std::net::Ipv4Addr;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Span, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("dvmrp");
    let kind = message.peek_u8(1)?;
    match TYPES.get(usize::from(kind)).filter(|name| !name.is_empty()) {
        Some(name) => put!(page, " ", *name),
        None => put!(page, " [type ", kind, "]"),
    }
    let body = message.after(8);
    match kind {
        1 if page.verbose(1) => probe(page, body),
        2 if page.verbose(2) => report(page, body),
        4 => neighbors(page, body),
        6 => neighbors_2(page, message.peek_u8(7)?, message.peek_u8(6)?, body),
        7 => {
            pair(page, body)?;
            put!(page, " timer ");
            put!(page, Span(body.peek_u32(8)?));
            Ok(())
        }
        8 | 9 => pair(page, body),
        _ => Ok(()),
    }
}

fn probe(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() < 4 {
        return Err(page.refuse("full length", rest.len(), "<", 4));
    }
    put!(page, if page.verbose(2) { "\n\t" } else { " " });
    put!(page, "genid ", rest.u32()?);
    while page.verbose(2) && !rest.is_empty() {
        if rest.len() < 4 {
            put!(page, "[remaining length ", rest.len(), " < 4]");
            return Err(Stop::Invalid);
        }
        let neighbor = rest.ipv4()?;
        put!(page, "\n\tneighbor ");
        page.host(neighbor);
    }
    Ok(())
}

/// Routes by mask: neither a mask nor an origin has more bytes than it needs.
fn report(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        if rest.len() < 3 {
            return Err(page.refuse("length", rest.len(), "<", 3));
        }
        let [b, c, d] = rest.array()?;
        let width = match (b, c, d) {
            (0, 0, 0) => 1,
            (_, 0, 0) => 2,
            (_, _, 0) => 3,
            _ => 4,
        };
        put!(page, "\n\tMask ", Ipv4Addr::new(255, b, c, d));
        loop {
            if rest.len() < width + 1 {
                put!(page, "\n\t  [Truncated Report]");
                return Err(Stop::Invalid);
            }
            let mut origin = [0; 4];
            for (octet, byte) in origin.iter_mut().zip(rest.take(width)?) {
                *octet = *byte;
            }
            let metric = rest.u8()?;
            put!(page, "\n\t  ", Ipv4Addr::from(origin), " metric ", metric & 0x7f);
            if metric & 0x80 != 0 {
                break;
            }
        }
    }
    Ok(())
}

fn neighbors(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        if rest.len() < 7 {
            return Err(page.refuse("length", rest.len(), "<", 7));
        }
        rest.need(7)?;
        let (local, metric, threshold, count) = (rest.ipv4()?, rest.u8()?, rest.u8()?, rest.u8()?);
        for _ in 0..count {
            if rest.len() < 4 {
                return Err(page.refuse("length", rest.len(), "<", 4));
            }
            put!(page, " [");
            page.host(local);
            put!(page, " ->");
            let neighbor = rest.ipv4()?;
            put!(page, " ");
            page.host(neighbor);
            put!(page, ", (", metric, "/", threshold, ")]");
        }
    }
    Ok(())
}

fn neighbors_2(page: &mut Page<'_>, major: u8, minor: u8, mut rest: Cursor<'_>) -> Shown {
    put!(page, " (v ", major, ".", minor, "):");
    while !rest.is_empty() {
        if rest.len() < 8 {
            return Err(page.refuse("length", rest.len(), "<", 8));
        }
        let (local, metric, threshold) = (rest.ipv4()?, rest.u8()?, rest.u8()?);
        let (flags, mut count) = (rest.u8()?, rest.u8()?);
        while count > 0 && !rest.is_empty() {
            count -= 1;
            if rest.len() < 4 {
                return Err(page.refuse("length", rest.len(), "<", 4));
            }
            put!(page, " [");
            page.host(local);
            put!(page, " -> ");
            page.host(rest.ipv4()?);
            put!(page, " (", metric, "/", threshold);
            for (bit, name) in FLAGS {
                put!(page, if flags & bit != 0 { *name } else { "" });
            }
            put!(page, ")]");
        }
        // Fewer neighbors than were promised.
        if count > 0 {
            put!(page, " [ncount ", count - 1, "]");
            return Err(Stop::Invalid);
        }
    }
    Ok(())
}

fn pair(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let (source, group) = (rest.ipv4()?, rest.ipv4()?);
    put!(page, " src ");
    page.host(source);
    put!(page, " grp ");
    page.host(group);
    Ok(())
}

const TYPES: [&str; 10] = [
    "",
    "Probe",
    "Report",
    "Ask-neighbors(old)",
    "Neighbors(old)",
    "Ask-neighbors2",
    "Neighbors2",
    "Prune",
    "Graft",
    "Graft-ACK",
];

/// How a neighbor is reached.
const FLAGS: &[(u8, &str)] = &[
    (0x01, "/tunnel"),
    (0x02, "/srcrt"),
    (0x40, "/querier"),
    (0x20, "/disabled"),
    (0x10, "/down"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::{Checksum, LinkType};

    const RAW: LinkType = LinkType::RAW;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = vec![0x13, kind, 0, 0, 0, 0, 255, 3];
        message.extend_from_slice(body);
        let sum = Checksum::default().with(&message).finish().to_be_bytes();
        message[2..4].copy_from_slice(&sum);
        ipv4(2, &message)
    }

    #[test]
    fn routes_are_told_by_mask_from_vv_on() {
        let report = message(2, &[0xff, 0, 0, 192, 1, 2, 193, 5, 0x83]);
        assert!(shown(RAW, &report).ends_with(": igmp dvmrp Report"));
        assert!(
            verbose(2, RAW, &report)
                .contains(" Report\n\tMask 255.255.0.0\n\t  192.1.0.0 metric 2\n\t  193.5.0.0 metric 3")
        );
        assert_every_cut_is_told(RAW, &report);
    }

    #[test]
    fn neighbors_are_told_with_how_they_are_reached() {
        let list = message(6, &[192, 0, 2, 1, 1, 32, 0x41, 1, 192, 0, 2, 9]);
        assert!(
            shown(RAW, &list)
                .ends_with(" Neighbors2 (v 3.255): [192.0.2.1 -> 192.0.2.9 (1/32/tunnel/querier)]")
        );
        let short = message(6, &[192, 0, 2, 1, 1, 32, 0, 3, 192, 0, 2, 9]);
        assert!(shown(RAW, &short).ends_with(" (1/32)] [ncount 1] (invalid)"));
    }
}
