//! Version 3: the message header (RFC 3412, section 6), the user-based security model (RFC 3414, section 2.4), and the
//! scoped data unit.

use super::element::Value;
use super::{End, VERSION_3, expect, expect_integer, go_on, pdu, put_signed};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::put;

/// Prints all behind the version.
pub(super) fn print(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Result<(), End> {
    let message = rest;
    let mut header = expect(page, &mut rest, Value::Sequence, "!message")?.contents;
    let before = message.len() - rest.len() - header.len();
    let length = header.len();
    if page.verbose(1) {
        put!(page, "{ ");
    }
    expect_integer(page, &mut header, "msgID!=INT")?;
    expect_integer(page, &mut header, "msgMaxSize!=INT")?;
    let flags = expect(page, &mut header, Value::Text, "msgFlags!=STR")?.contents;
    if flags.len() != 1 {
        put!(page, "[msgFlags size ", flags.len(), "]");
        return Err(End::Told);
    }
    let flags = flags.peek_u8(0)?;
    // Privacy without authentication there is not.
    if !matches!(flags, 0 | 1 | 3 | 4 | 5 | 7) {
        let digit = |nibble: u8| {
            let digit = char::from_digit(nibble.into(), 16).unwrap_or_default();
            digit.to_ascii_uppercase()
        };
        put!(page, "[msgFlags=0x", digit(flags >> 4), digit(flags & 15), "]");
        return Err(End::Told);
    }
    let letter = |bit, letter| if flags & bit == 0 { "" } else { letter };
    put!(page, "F=", letter(1, "a"), letter(2, "p"), letter(4, "r"), " ");
    let ahead = header.len();
    let model = expect_integer(page, &mut header, "msgSecurityModel!=INT")?;
    more(page, header, ahead, "message SEQ");
    if page.verbose(1) {
        put!(page, "} ");
    }
    if model != USER_BASED {
        put_signed(page, "[security model ", model);
        put!(page, "]");
        return Err(End::Told);
    }
    if page.verbose(1) {
        put!(page, "{ USM ");
    }
    // It goes on where the fields end, whatever the length of their sequence says.
    let mut rest = message.after(before + length - header.len());
    let security = expect(page, &mut rest, Value::Text, "msgSecurityParameters!=STR")?;
    go_on(user(page, security.contents))?;
    if page.verbose(1) {
        put!(page, "} { ScopedPDU ");
    }
    go_on(scoped(page, rest))?;
    if page.verbose(1) {
        put!(page, "} ");
    }
    Ok(())
}

fn user(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Result<(), End> {
    let mut rest = expect(page, &mut rest, Value::Sequence, "!usm")?.contents;
    expect(page, &mut rest, Value::Text, "msgAuthoritativeEngineID!=STR")?;
    let fields = [
        ("msgAuthoritativeEngineBoots!=INT", "B="),
        ("msgAuthoritativeEngineTime!=INT", "T="),
    ];
    for (complaint, name) in fields {
        let number = expect_integer(page, &mut rest, complaint)?;
        if page.verbose(1) {
            put_signed(page, name, number);
            put!(page, " ");
        }
    }
    let name = expect(page, &mut rest, Value::Text, "msgUserName!=STR")?;
    put!(page, "U=");
    name.print_text(page)?;
    put!(page, " ");
    expect(page, &mut rest, Value::Text, "msgAuthenticationParameters!=STR")?;
    let ahead = rest.len();
    expect(page, &mut rest, Value::Text, "msgPrivacyParameters!=STR")?;
    more(page, rest, ahead, "usm SEQ");
    Ok(())
}

fn scoped(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Result<(), End> {
    let mut rest = expect(page, &mut rest, Value::Sequence, "!scoped PDU")?.contents;
    let engine = expect(page, &mut rest, Value::Text, "contextEngineID!=STR")?;
    put!(page, "E=");
    engine.print_octets(page)?;
    put!(page, " ");
    let name = expect(page, &mut rest, Value::Text, "contextName!=STR")?;
    put!(page, "C=");
    name.print_text(page)?;
    put!(page, " ");
    pdu::print(page, rest, VERSION_3)
}

/// Says how much more there is than there was in the last field, which began `ahead` of the end: tcpdump's measure.
fn more(page: &mut Page<'_>, rest: Cursor<'_>, ahead: usize, what: &str) {
    let last = ahead - rest.len();
    if rest.len() > last {
        put!(page, "[", rest.len() - last, " extra after ", what, "]");
    }
}

const USER_BASED: i32 = 3;
