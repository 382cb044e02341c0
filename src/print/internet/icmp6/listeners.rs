//! Multicast listener discovery, version 1 (RFC 2710) and 2 (RFC 3810).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Named, name_of, put};

/// Prints a query; its length tells its version.
pub(super) fn query(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    match message.len() {
        VERSION_1 => version_1(page, message),
        VERSION_2.. => {
            put!(page, " v2");
            query_2(page, message)
        }
        other => {
            put!(page, " unknown-version (len ", other, ") ");
            Ok(())
        }
    }
}

/// Prints what queries, reports and dones of version 1 have in common.
pub(super) fn version_1(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    if message.has(VERSION_1) {
        put!(page, "max resp delay: ", message.peek_u16(4)?, " addr: ");
        page.host(message.after(8).peek_ipv6()?);
    }
    Ok(())
}

fn query_2(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let verbose = page.verbose(1);
    let code = u32::from(message.peek_u16(4)?);
    if verbose {
        // RFC 3810 section 5.1.3: a small floating-point number.
        let delay = if code < 0x8000 {
            code
        } else {
            (code & 0xfff | 0x1000) << ((code >> 12 & 7) + 3)
        };
        put!(page, " [max resp delay=", delay, "]");
    }
    put!(page, " [gaddr ");
    page.host(message.after(8).peek_ipv6()?);
    if verbose {
        let flags = message.peek_u8(24)?;
        if flags & 8 != 0 {
            put!(page, " sflag");
        }
        if flags & 7 != 0 {
            put!(page, " robustness=", flags & 7);
        }
        let code = u32::from(message.peek_u8(25)?);
        put!(
            page,
            " qqi=",
            if code < 128 {
                code
            } else {
                (code & 15 | 16) << ((code >> 4 & 7) + 3)
            }
        );
    }
    let sources = message.peek_u16(26)?;
    if sources > 0 {
        if message.len() < VERSION_2 + usize::from(sources) * ADDRESS {
            put!(page, " [invalid number of sources]");
        } else if page.verbose(2) {
            addresses(page, sources, message.after(VERSION_2))?;
        } else {
            put!(page, ", ", sources, " source(s)");
        }
    }
    put!(page, "]");
    Ok(())
}

/// Prints a report of version 2.
pub(super) fn report(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    if message.len() < 8 {
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
    if rest.len() < GROUP {
        put!(page, " [invalid number of groups]");
        return Ok(None);
    }
    put!(page, " [gaddr ");
    let group = rest.after(4).peek_ipv6()?;
    page.one("group", |page| page.host(group));
    let kind = rest.peek_u8(0)?;
    page.field("type", kind);
    match name_of(RECORDS, kind) {
        Some(name) => put!(page, " ", Named("name", name)),
        None => put!(page, "  [v2-report-#", Named("", kind), "]"),
    }
    let sources = rest.peek_u16(2)?;
    let length = GROUP + usize::from(sources) * ADDRESS;
    page.field("source_count", sources);
    if rest.len() < length {
        put!(page, " [invalid number of sources ", Named("", sources), "]");
        return Ok(None);
    }
    if page.verbose(2) {
        addresses(page, sources, rest.after(GROUP))?;
    } else {
        put!(page, ", ", Named("", sources), " source(s)");
    }
    put!(page, "]");
    Ok(Some(length))
}

fn addresses(page: &mut Page<'_>, count: u16, mut rest: Cursor<'_>) -> Shown {
    put!(page, " {");
    for _ in 0..count {
        put!(page, " ");
        let source = rest.ipv6()?;
        page.one("sources", |page| page.host(source));
    }
    put!(page, " }");
    Ok(())
}

const VERSION_1: usize = 24;
const VERSION_2: usize = 28;
const GROUP: usize = 20;
const ADDRESS: usize = 16;

const RECORDS: &[(u8, &str)] = &[
    (1, "is_in"),
    (2, "is_ex"),
    (3, "to_in"),
    (4, "to_ex"),
    (5, "allow"),
    (6, "block"),
];
