//! Cisco's hot standby router protocol, version 1 (RFC 2281).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, Named, Span, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("hsrp");
    let version = message.peek_u8(0)?;
    put!(page, "HSRPv", Named("version", version));
    if version != 0 {
        return Ok(());
    }
    put!(page, "-");
    let operation = message.peek_u8(1)?;
    match name_of(&[(0, "hello"), (1, "coup"), (2, "resign")], operation) {
        Some(name) => put!(page, Named("type_name", name), " "),
        None => put!(page, "unknown (", Named("", operation), ") "),
    }
    page.field("type", operation);
    put!(page, Named("length", message.len()), ": ");
    let state = message.peek_u8(2)?;
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
        // These are before the address, and so were captured.
        put!(page, " hellotime=", Span(message.peek_u8(3)?.into()));
        put!(page, " holdtime=", Span(message.peek_u8(4)?.into()));
        put!(page, " priority=", message.peek_u8(5)?);
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

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    #[test]
    fn a_hello_is_told() {
        let message = b"\0\0\x10\x03\x0a\x64\x01\0cisco\0\0\0\xc0\0\x02\x09";
        let packet = udp(1985, 1985, message);
        assert!(
            shown(LinkType::RAW, &packet).ends_with(": HSRPv0-hello 20: state=active group=1 addr=192.0.2.9")
        );
        let more = " hellotime=3s holdtime=10s priority=100 auth=\"cisco\"";
        assert!(verbose(1, LinkType::RAW, &packet).ends_with(more));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
