//! The shared white board `wb` of the multicast backbone.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints a packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("wb");
    packet.claims(12)?;
    packet.need(12)?;
    if packet.peek_u8(11)? != 0 {
        put!(page, "*");
    }
    let mut rest = packet.after(12);
    let kind = packet.peek_u8(10)?;
    let Some(&(_, name, fixed)) = KINDS.iter().find(|(known, ..)| *known == kind) else {
        put!(page, " wb-", kind, "!");
        return Err(Stop::Invalid);
    };
    put!(page, " ", name);
    rest.claims(fixed)?;
    match kind {
        ANNOUNCEMENT => announcement(page, rest),
        DRAWING => {
            put!(page, " ");
            drawing(page, rest)
        }
        REPAIR_REQUEST => {
            put!(page, " please repair ", rest.peek_ipv4()?);
            rest.advance(4);
            put!(page, " ");
            put_page_and_range(page, &mut rest)
        }
        REPAIR_REPLY => {
            put!(page, " for ", rest.peek_ipv4()?, " ");
            rest.advance(4);
            drawing(page, rest)
        }
        VECTOR_REQUEST => {
            put!(
                page,
                " need ",
                rest.peek_u32(8)?,
                "/",
                rest.ipv4()?,
                ":",
                rest.u32()?
            );
            rest.skip(8)
        }
        VECTOR_REPLY => vectors(page, rest),
        _ => Ok(()),
    }
}

/// A page by its creator and number, and the first and last of the operations on it.
fn put_page_and_range(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let (site, number, first, last) = (rest.ipv4()?, rest.u32()?, rest.u32()?, rest.u32()?);
    put!(page, site, ":", number, "<", first, ":", last, ">");
    Ok(())
}

fn announcement(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let (most, most_site, most_page) = (rest.u32()?, rest.ipv4()?, rest.u32()?);
    let (slot, site, number) = (rest.u32()?, rest.ipv4()?, rest.u32()?);
    put!(page, " ", slot, "/", site, ":", number);
    put!(page, " (max ", most, "/", most_site, ":");
    put!(page, most_page, ") ");
    rest.need(4)?;
    let count = rest.u16()?;
    rest.advance(2);
    rest.claims(usize::from(count) * 8)?;
    let mut before = "<";
    for _ in 0..count {
        put!(page, before, rest.ipv4()?, ":", rest.u32()?);
        before = ",";
    }
    put!(page, "> \"");
    let length = rest.len();
    page.padded_text(&mut rest, length)?;
    put!(page, "\"");
    Ok(())
}

fn vectors(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    for _ in 0..rest.u32()? {
        put!(page, " ", rest.u32()?, "/", rest.ipv4()?, ":", rest.u32()?);
        rest.need(4)?;
        // As tcpdump does: only the high half of the count.
        let count = rest.u8()?;
        rest.advance(3);
        let mut before = "<";
        for _ in 0..count {
            put!(page, before, rest.ipv4()?, ":", rest.u32()?);
            before = ",";
        }
        put!(page, ">");
    }
    Ok(())
}

/// The operations on a page, one by one under `-v`.
fn drawing(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let (first, last) = (rest.peek_u32(8)?, rest.peek_u32(12)?);
    put_page_and_range(page, &mut rest)?;
    if !page.verbose(1) {
        return Ok(());
    }
    put!(page, " <");
    let mut number = first;
    while number <= last {
        let kind = rest.peek_u8(7)?;
        match name_of(OPERATIONS, kind) {
            Some(name) => put!(page, " ", name),
            None => put!(page, " dop-", kind, "!"),
        }
        if matches!(kind, SKIP | HOLE) {
            let until = rest.peek_u32(0)?;
            put!(page, until.wrapping_sub(number).wrapping_add(1));
            if number > until || until > last {
                put!(page, "[|]");
            }
            if until < number {
                return Ok(());
            }
            number = until;
        }
        rest.advance((usize::from(rest.peek_u16(4)?) + 8).next_multiple_of(4));
        let Some(next) = number.checked_add(1) else { break };
        number = next;
    }
    put!(page, " >");
    Ok(())
}

const DRAWING: u8 = 0;
const ANNOUNCEMENT: u8 = 1;
const REPAIR_REQUEST: u8 = 2;
const REPAIR_REPLY: u8 = 3;
const VECTOR_REQUEST: u8 = 5;
const VECTOR_REPLY: u8 = 7;

/// The kinds of packets, their names, and how many bytes each has at least.
const KINDS: &[(u8, &str, usize)] = &[
    (DRAWING, "wb-dop:", 16),
    (ANNOUNCEMENT, "wb-id:", 28),
    (REPAIR_REQUEST, "wb-rreq:", 20),
    (REPAIR_REPLY, "wb-rrep:", 20),
    (4, "wb-kill", 0),
    (VECTOR_REQUEST, "wb-preq:", 16),
    (VECTOR_REPLY, "wb-prep:", 4),
];

const SKIP: u8 = 14;
const HOLE: u8 = 15;
#[rustfmt::skip]
const OPERATIONS: &[(u8, &str)] = &[
    (2, "RECT"), (3, "LINE"), (4, "ML"), (5, "DEL"), (6, "XFORM"), (7, "ELL"), (8, "CHAR"), (9, "STR"), (10, "NOP"),
    (11, "PSCODE"), (12, "PSCOMP"), (13, "REF"), (SKIP, "SKIP"), (HOLE, "HOLE"),
];

#[cfg(test)]
mod tests {
    use crate::print::application::rpc::tests::words;
    use crate::print::sample::{udp, verbose};
    use crate::wire::LinkType;

    #[test]
    fn operations_are_told_one_by_one_under_v() {
        let shown = |kind: u32, body: &[u32], v| {
            let packet = words(&[&[9, 9, 0x0001_0000 | kind << 8], body].concat());
            verbose(v, LinkType::RAW, &udp(9, 4567, &packet))
        };
        let body = [0xc000_0201, 7, 1, 5, 0, 0x0004_0002, 0, 3, 0x0000_000e];
        let text = shown(0, &body[..4], 0);
        assert!(text.ends_with(":  wb-dop: 192.0.2.1:7<1:5>"), "{text}");
        let text = shown(0, &body, 1);
        assert!(text.ends_with("<1:5> < RECT SKIP2 [|wb]"), "{text}");
        assert!(shown(2, &[1], 0).ends_with(" wb-rreq: (invalid)"));
        assert!(shown(9, &[], 0).ends_with(" wb-9! (invalid)"));
    }
}
