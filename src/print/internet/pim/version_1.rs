//! Version 1 of PIM, which goes in messages of IGMP.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Span, put};

/// Prints a message; what it says of joins, prunes and grafts only under `-v`.
pub(crate) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("pimv1");
    let kind = message.peek_u8(1)?;
    match TYPES.get(usize::from(kind)) {
        Some(name) => put!(page, " ", *name),
        None => put!(page, " [type ", kind, "]"),
    }
    match kind {
        QUERY => query(page, message)?,
        1 if !message.after(8).has(20) => {
            page.truncated();
            return Ok(());
        }
        1 => pair(page, " for ", message.after(20))?,
        2 => pair(page, " for ", message.after(8))?,
        JOIN_PRUNE | GRAFT | GRAFT_ACK if page.verbose(1) => {
            if message.len() < 8 {
                page.truncated();
                return Ok(());
            }
            match join_prune(page, message.after(8)) {
                // It ends too soon, which is told as if it were cut.
                Err(Stop::Invalid) => page.truncated(),
                shown => shown?,
            }
        }
        4 if page.verbose(1) => {
            masked(page, " group ", message.after(8))?;
            let router = message.after(16).peek_ipv4()?;
            put!(page, " RP ");
            page.host(router);
            put!(page, " hold ");
            put!(page, Span(message.peek_u16(22)?.into()));
        }
        5 => assert(page, message)?,
        _ => {}
    }
    let version = message.peek_u8(4)? >> 4;
    if version != 1 {
        put!(page, " [v", version, "]");
    }
    Ok(())
}

fn query(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    match message.peek_u8(8).map(|mode| mode >> 4) {
        Ok(0) => put!(page, " Dense-mode"),
        Ok(1) => put!(page, " Sparse-mode"),
        Ok(2) => put!(page, " Sparse-Dense-mode"),
        Ok(other) => put!(page, " mode-", other),
        Err(_) => {}
    }
    if page.verbose(1) {
        put!(page, " (Hold-time ");
        put!(page, Span(message.peek_u16(10)?.into()), ")");
    }
    Ok(())
}

fn assert(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let source = message.after(16).peek_ipv4()?;
    let group = message.after(8).peek_ipv4()?;
    put!(page, " for ");
    page.host(source);
    put!(page, " > ");
    page.host(group);
    mask(page, message.after(12))?;
    let preference = message.peek_u32(20)?;
    let tree = if preference >> 31 != 0 { " RP-tree" } else { " SPT" };
    put!(
        page,
        tree,
        " pref ",
        preference & 0x7fff_ffff,
        " metric ",
        message.peek_u32(24)?
    );
    Ok(())
}

/// One group with one source is told in one line, anything else as lists.
fn join_prune(page: &mut Page<'_>, body: Cursor<'_>) -> Shown {
    if body.has(30) && body.peek_u8(11)? == 1 {
        let (joined, pruned) = (body.peek_u16(20)?, body.peek_u16(22)?);
        if u32::from(joined) + u32::from(pruned) == 1 {
            return single(page, body, joined == 1);
        }
    }
    let mut rest = body;
    let line = if page.verbose(2) { "\n" } else { "" };
    rest.claims(4)?;
    put!(page, line);
    let upstream = rest.ipv4()?;
    put!(page, " Upstream Nbr: ");
    page.host(upstream);
    rest.claims(4)?;
    put!(page, line, " Hold time: ");
    put!(page, Span(rest.peek_u16(2)?.into()));
    if !page.verbose(2) {
        return Ok(());
    }
    rest.advance(4);
    rest.claims(4)?;
    let groups = rest.peek_u8(3)?;
    rest.advance(4);
    for _ in 0..groups {
        rest.claims(4)?;
        let group = rest.ipv4()?;
        put!(page, "\n\tGroup: ");
        page.host(group);
        rest.claims(4)?;
        mask(page, rest)?;
        rest.advance(4);
        rest.claims(4)?;
        let (joined, pruned) = (rest.u16()?, rest.u16()?);
        put!(page, " joined: ", joined, " pruned: ", pruned);
        for index in 0..u32::from(joined) + u32::from(pruned) {
            rest.claims(6)?;
            source(page, index < joined.into(), &mut rest)?;
        }
    }
    Ok(())
}

fn single(page: &mut Page<'_>, body: Cursor<'_>, joins: bool) -> Shown {
    put!(page, " RPF ");
    page.host(body.peek_ipv4()?);
    put!(page, " ");
    let hold = body.peek_u16(6)?;
    if hold != USUAL_HOLD {
        put!(page, "Hold ", Span(hold.into()));
    }
    put!(page, if joins { "Join (" } else { "Prune (" });
    page.host(body.after(26).peek_ipv4()?);
    let flags = body.peek_u8(25)?;
    put!(page, "/", flags & 0x3f, ", ");
    masked(page, "", body.after(12))?;
    put!(
        page,
        if body.peek_u8(24)? & 1 != 0 {
            ") Sparse"
        } else {
            ") Dense"
        },
        if flags & WILDCARD != 0 { " WC" } else { "" },
        if flags & RENDEZVOUS != 0 { " RP" } else { " SPT" }
    );
    Ok(())
}

fn source(page: &mut Page<'_>, joins: bool, rest: &mut Cursor<'_>) -> Shown {
    let (mode, flags, address) = (rest.u8()?, rest.u8()?, rest.ipv4()?);
    put!(
        page,
        if joins { "\n\tJoin  " } else { "\n\tPrune " },
        if mode & 1 != 0 { "Sparse " } else { "Dense " },
        if flags & WILDCARD != 0 { "WC " } else { "" },
        if flags & RENDEZVOUS != 0 { "RP " } else { "SPT " }
    );
    page.host(address);
    put!(page, "/", flags & 0x3f);
    Ok(())
}

/// `source > group`, the two addresses here.
fn pair(page: &mut Page<'_>, before: &str, mut rest: Cursor<'_>) -> Shown {
    let (source, group) = (rest.ipv4()?, rest.ipv4()?);
    put!(page, before);
    page.host(source);
    put!(page, " > ");
    page.host(group);
    Ok(())
}

/// An address and the mask behind it.
fn masked(page: &mut Page<'_>, before: &str, rest: Cursor<'_>) -> Shown {
    let address = rest.peek_ipv4()?;
    put!(page, before);
    page.host(address);
    mask(page, rest.after(4))
}

/// The mask of a group, unless it is that of a single one.
fn mask(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    let mask = rest.peek_ipv4()?;
    if !mask.is_broadcast() {
        put!(page, "/");
        page.host(mask);
    }
    Ok(())
}

const QUERY: u8 = 0;
const JOIN_PRUNE: u8 = 3;
const GRAFT: u8 = 6;
const GRAFT_ACK: u8 = 7;
/// What a join is held for if it does not say.
const USUAL_HOLD: u16 = 180;
const WILDCARD: u8 = 0x80;
const RENDEZVOUS: u8 = 0x40;

const TYPES: [&str; 8] = [
    "Query",
    "Register",
    "Register-Stop",
    "Join/Prune",
    "RP-reachable",
    "Assert",
    "Graft",
    "Graft-ACK",
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::{Checksum, LinkType};

    const RAW: LinkType = LinkType::RAW;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut message = vec![0x14, kind, 0, 0, 0x10, 0, 0, 0];
        message.extend_from_slice(body);
        let sum = Checksum::default().with(&message).finish().to_be_bytes();
        message[2..4].copy_from_slice(&sum);
        ipv4(2, &message)
    }

    #[test]
    fn a_query_tells_its_mode_and_under_v_how_long_it_holds() {
        let query = message(0, &[0x20, 0, 0, 105]);
        assert!(shown(RAW, &query).ends_with(": igmp pimv1 Query Sparse-Dense-mode"));
        assert!(verbose(1, RAW, &query).contains(" Query Sparse-Dense-mode (Hold-time 1m45s)"));
    }

    #[test]
    fn one_join_is_one_line_and_more_are_lists() {
        let one = [
            192, 0, 2, 9, 0, 0, 0, 180, 0, 4, 4, 1, 239, 0, 0, 1, 255, 255, 255, 255, 0, 1, 0, 0, 1, 0xe0,
            192, 0, 2, 7,
        ];
        let told = " Join/Prune RPF 192.0.2.9 Join (192.0.2.7/32, 239.0.0.1) Sparse WC RP";
        assert!(verbose(1, RAW, &message(3, &one)).contains(told));
        let mut two = one.to_vec();
        two[23] = 1;
        two.extend_from_slice(&[0, 0x20, 192, 0, 2, 8]);
        assert!(verbose(2, RAW, &message(3, &two)).contains(
            "\n Upstream Nbr: 192.0.2.9\n Hold time: 3m\n\tGroup: 239.0.0.1 joined: 1 pruned: 1\
             \n\tJoin  Sparse WC RP 192.0.2.7/32\n\tPrune Dense SPT 192.0.2.8/32"
        ));
        assert_every_cut_is_told(RAW, &message(3, &two));
    }
}
