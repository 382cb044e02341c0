//! RPL, the routing protocol of low-power networks (RFC 6550 section 6).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex2, name_of, put};

/// Prints an RPL message: what follows the code and the checksum.
pub(super) fn print(page: &mut Page<'_>, code: u8, body: Cursor<'_>) -> Shown {
    if code & SECURED != 0 {
        put!(page, ", (SEC) [worktodo]");
        return Ok(());
    }
    put!(page, ", (CLR)");
    match code {
        0 => put!(page, "DODAG Information Solicitation"),
        1 => put!(page, "DODAG Information Object"),
        2 => put!(page, "Destination Advertisement Object"),
        3 => put!(page, "Destination Advertisement Object Ack"),
        _ => put!(page, "RPL message, unknown code ", code),
    }
    match code {
        _ if !page.verbose(1) => Ok(()),
        1 => information(page, body),
        2 => advertisement(page, body),
        3 => acknowledgment(page, body),
        _ => Ok(()),
    }
}

fn information(page: &mut Page<'_>, body: Cursor<'_>) -> Shown {
    if body.len() < INFORMATION {
        return Err(page.refuse("length", body.len(), "<", INFORMATION));
    }
    put!(page, " [dagid:");
    page.host(body.after(8).peek_ipv6()?);
    put!(
        page,
        ",seq:",
        body.peek_u8(5)?,
        ",instance:",
        body.peek_u8(0)?,
        ",rank:",
        body.peek_u16(2)?,
        ","
    );
    let mode = body.peek_u8(4)?;
    put!(page, if mode & 0x80 != 0 { "grounded," } else { "" }, "mop:");
    match name_of(MODES, mode >> 3 & 7) {
        Some(name) => put!(page, name),
        None => put!(page, "mop", mode >> 3 & 7),
    }
    put!(page, ",prf:", mode & 7, "]");
    options(page, body.after(INFORMATION))
}

fn advertisement(page: &mut Page<'_>, body: Cursor<'_>) -> Shown {
    body.need(FIXED)?;
    let (instance, flags, sequence) = (body.peek_u8(0)?, body.peek_u8(1)?, body.peek_u8(3)?);
    let has_id = flags & 0x40 != 0;
    let Some(rest) = graph_id(page, has_id, body, " [|length too short]")? else {
        return Ok(());
    };
    put!(
        page,
        ",seq:",
        sequence,
        ",instance:",
        instance,
        if flags & 0x80 != 0 { ",acK" } else { "" }
    );
    put!(
        page,
        if has_id { ",Dagid" } else { "" },
        ",flags:",
        Hex2(flags),
        "]"
    );
    options(page, rest)
}

fn acknowledgment(page: &mut Page<'_>, body: Cursor<'_>) -> Shown {
    body.need(FIXED)?;
    let (instance, flags, sequence, status) = (
        body.peek_u8(0)?,
        body.peek_u8(1)?,
        body.peek_u8(2)?,
        body.peek_u8(3)?,
    );
    let Some(rest) = graph_id(page, flags & 0x80 != 0, body, " [|dao-length too short]")? else {
        return Ok(());
    };
    put!(
        page,
        ",seq:",
        sequence,
        ",instance:",
        instance,
        ",status:",
        status,
        "]"
    );
    options(page, rest)
}

/// Prints the identifier of the graph, which may be left out. Returns what follows it.
fn graph_id<'a>(
    page: &mut Page<'_>,
    given: bool,
    body: Cursor<'a>,
    too_short: &str,
) -> Shown<Option<Cursor<'a>>> {
    let rest = body.after(FIXED);
    if !given {
        put!(page, " [dagid:<elided>");
        return Ok(Some(rest));
    }
    let id = rest.peek_ipv6()?;
    if rest.len() < 16 {
        put!(page, too_short);
        return Ok(None);
    }
    put!(page, " [dagid:");
    page.host(id);
    Ok(Some(rest.after(16)))
}

fn options(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while page.verbose(2) && !rest.is_empty() {
        let kind = rest.peek_u8(0)?;
        if kind == PAD_1 {
            put!(page, " opt:pad1");
            rest.advance(1);
            continue;
        }
        if rest.len() < 2 {
            return Err(Stop::Truncated);
        }
        let length = usize::from(rest.peek_u8(1)?) + 2;
        put!(page, " opt:");
        match name_of(OPTIONS, kind) {
            Some(name) => put!(page, name),
            None => put!(page, "subopt:", kind),
        }
        put!(page, " len:", length, " ");
        rest.need(length)?;
        let option = rest.sub(length);
        if page.verbose(3) {
            page.hex(" ", option.after(2).bytes());
        }
    }
    Ok(())
}

const SECURED: u8 = 0x80;
const INFORMATION: usize = 24;
const FIXED: usize = 4;
const PAD_1: u8 = 0;

const MODES: &[(u8, &str)] = &[
    (0, "nonstoring"),
    (1, "storing"),
    (2, "nonstoring-multicast"),
    (3, "storing-multicast"),
];

const OPTIONS: &[(u8, &str)] = &[
    (1, "padN"),
    (2, "metrics"),
    (3, "routinginfo"),
    (4, "config"),
    (5, "rpltarget"),
    (6, "transitinfo"),
    (8, "destprefix"),
    (9, "rpltargetdesc"),
];
