//! Ad hoc on-demand distance vector routing (RFC 3561).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, put};

/// Prints a message; its addresses are those of the version of IP that carries it.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>, ipv6: bool) -> Shown {
    page.enter("aodv");
    put!(page, " aodv");
    let kind = message.peek_u8(0)?;
    match kind {
        1 => {
            put!(page, " rreq");
            request(page, message, ipv6)
        }
        2 => {
            put!(page, " rrep");
            reply(page, message, ipv6)
        }
        3 => {
            put!(page, " rerr");
            error(page, message, ipv6)
        }
        4 => {
            put!(page, " rrep-ack ", message.len());
            Ok(())
        }
        _ => {
            put!(page, " type ", kind, " ", message.len());
            Ok(())
        }
    }
}

fn request(page: &mut Page<'_>, message: Cursor<'_>, ipv6: bool) -> Shown {
    let size = if ipv6 { 48 } else { 24 };
    if message.len() < size {
        return Err(page.refuse("message length", message.len(), "<", size));
    }
    message.need(size)?;
    let mut rest = message;
    // The flags are looked for in the byte before them, the type, by the text that we match.
    let flags = message.peek_u8(0)?;
    put!(page, " ", message.len(), " ");
    for (mask, name) in [(0x80, "[J]"), (0x40, "[R]"), (0x20, "[G]"), (0x10, "[D]")] {
        put!(page, if flags & mask != 0 { name } else { "" });
    }
    put!(
        page,
        if flags & 0x08 != 0 { "[U] " } else { " " },
        "hops ",
        message.peek_u8(3)?
    );
    put!(page, " id 0x", HexPad(message.peek_u32(4)?.into(), 8), "\n\tdst ");
    rest.advance(8);
    page.next_host(&mut rest, ipv6)?;
    put!(page, " seq ", rest.u32()?, " src ");
    page.next_host(&mut rest, ipv6)?;
    put!(page, " seq ", rest.u32()?);
    extension(page, rest)
}

fn reply(page: &mut Page<'_>, message: Cursor<'_>, ipv6: bool) -> Shown {
    let size = if ipv6 { 44 } else { 20 };
    if message.len() < size {
        return Err(page.refuse("message length", message.len(), "<", size));
    }
    message.need(size)?;
    let mut rest = message;
    let flags = message.peek_u8(0)?;
    put!(
        page,
        " ",
        message.len(),
        " ",
        if flags & 0x80 != 0 { "[R]" } else { "" }
    );
    put!(page, if flags & 0x40 != 0 { "[A] " } else { " " });
    put!(
        page,
        "prefix ",
        message.peek_u8(2)? & 0x1f,
        " hops ",
        message.peek_u8(3)?,
        "\n\tdst "
    );
    rest.advance(4);
    page.next_host(&mut rest, ipv6)?;
    put!(page, " dseq ", rest.u32()?, " src ");
    page.next_host(&mut rest, ipv6)?;
    put!(page, " ", rest.u32()?, " ms");
    extension(page, rest)
}

fn error(page: &mut Page<'_>, message: Cursor<'_>, ipv6: bool) -> Shown {
    if message.len() < 4 {
        return Err(page.refuse("message length", message.len(), "<", 4));
    }
    let (flags, count) = (message.peek_u8(1)?, message.peek_u8(3)?);
    put!(page, " ", if flags & 0x80 != 0 { "[D]" } else { "" });
    put!(page, " [items ", count, "] [", message.len(), "]:");
    let mut rest = message.after(4);
    let size = if ipv6 { 20 } else { 8 };
    for _ in 0..count {
        if rest.len() < size {
            return Err(page.refuse("remaining length", rest.len(), "<", size));
        }
        rest.need(size)?;
        put!(page, " {");
        page.next_host(&mut rest, ipv6)?;
        put!(page, "}(", rest.u32()?, ")");
    }
    Ok(())
}

fn extension(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const HELLO: u8 = 1;
    if rest.len() < 2 {
        return Ok(());
    }
    let left = rest.len();
    let (kind, length) = (rest.u8()?, rest.u8()?);
    if kind != HELLO {
        put!(page, "\n\text ", kind, " ", length);
    } else if left < 6 {
        return Err(page.refuse("ext data length", left, "<", 6));
    } else if length < 4 {
        put!(page, "\n\text HELLO - bad length ", length);
        page.invalid();
    } else {
        put!(page, "\n\text HELLO ", rest.u32()?, " ms");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    #[test]
    fn a_request_tells_what_it_looks_for() {
        let mut message = vec![
            1, 0, 0, 3, 0, 0, 0, 7, 192, 0, 2, 9, 0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0, 2,
        ];
        message.extend_from_slice(&[1, 4, 0, 0, 3, 0xe8]);
        let datagram = udp(654, 654, &message);
        let text = shown(RAW, &datagram);
        assert!(
            text.ends_with(
                " aodv rreq 30  hops 3 id 0x00000007\n\tdst 192.0.2.9 seq 1 src 192.0.2.1 seq 2\n\text HELLO 1000 ms"
            ),
            "{text}"
        );
        assert_every_cut_is_told(RAW, &datagram);
        let text = shown(RAW, &udp(654, 654, &message[..23]));
        assert!(
            text.ends_with(" aodv rreq [message length 23 < 24] (invalid)"),
            "{text}"
        );
    }

    #[test]
    fn an_error_lists_what_cannot_be_reached() {
        let message = [3, 0x80, 0, 2, 192, 0, 2, 9, 0, 0, 0, 1];
        let text = shown(RAW, &udp(654, 654, &message));
        assert!(
            text.ends_with(" rerr [D] [items 2] [12]: {192.0.2.9}(1) [remaining length 0 < 8] (invalid)"),
            "{text}"
        );
    }
}
