//! Cisco's hot standby router protocol, version 1 (RFC 2281).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, Span, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("hsrp");
    let version = message.peek_u8(0)?;
    put!(page, "HSRPv", version);
    if version != 0 {
        return Ok(());
    }
    let (operation, state) = (message.peek_u8(1)?, message.peek_u8(2)?);
    match name_of(&[(0, "hello"), (1, "coup"), (2, "resign")], operation) {
        Some(name) => put!(page, "-", name, " "),
        None => put!(page, "-unknown (", operation, ") "),
    }
    put!(page, message.len(), ": ");
    match name_of(STATES, state) {
        Some(name) => put!(page, "state=", name, " "),
        None => put!(page, "state=Unknown (", state, ") "),
    }
    put!(page, "group=", message.peek_u8(6)?, " ");
    let reserved = message.peek_u8(7)?;
    if reserved != 0 {
        put!(page, "[reserved=", reserved, "!] ");
    }
    let address = message.after(16).peek_ipv4()?;
    put!(page, "addr=");
    page.host(address);
    if page.verbose(1) {
        put!(page, " hellotime=", Span(message.peek_u8(3)?.into()));
        put!(
            page,
            " holdtime=",
            Span(message.peek_u8(4)?.into()),
            " priority=",
            message.peek_u8(5)?
        );
        let key = message.after(8).array::<8>()?;
        put!(
            page,
            " auth=\"",
            Escaped(key.split(|&byte| byte == 0).next().unwrap_or_default()),
            "\""
        );
    }
    Ok(())
}

const STATES: &[(u8, &str)] = &[
    (0, "initial"),
    (1, "learn"),
    (2, "listen"),
    (4, "speak"),
    (8, "standby"),
    (16, "active"),
];
