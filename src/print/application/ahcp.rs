//! The ad-hoc configuration protocol (draft-chroboczek-ahcp-00).

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, Mac, Zeros, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("ahcp");
    put!(page, "AHCP");
    let mut rest = message;
    if message.len() < 2 || rest.u8()? != MAGIC {
        return invalid(page, rest);
    }
    let version = rest.u8()?;
    if version != 1 {
        put!(page, " Version ", version, " (unknown)");
        return rest.need(rest.len());
    }
    put!(page, " Version 1");
    if message.len() < HEADER {
        return invalid(page, rest);
    }
    if page.verbose(1) {
        put!(page, "\n\tHopcount ", rest.u8()?);
        put!(page, ", Original Hopcount ", rest.u8()?);
        put!(page, ", Nonce 0x", HexPad(rest.u32()?.into(), 8));
        put!(page, ", Source Id ", Mac(rest.take(8)?));
        put!(page, ", Destination Id ", Mac(rest.take(8)?));
    } else {
        rest.skip(HEADER - 2)?;
    }
    body(page, rest)
}

/// ` (invalid)`, and ` [|ahcp]` if what cannot be was not even captured.
fn invalid(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    page.invalid();
    rest.need(rest.len())
}

fn body(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() < 4 {
        return invalid(page, rest);
    }
    let (kind, reserved, length) = (rest.u8()?, rest.u8()?, rest.u16()?);
    if page.verbose(1) {
        put!(page, "\n\t");
        put_name(page, MESSAGES, kind);
        if reserved != 0 {
            put!(page, ", MBZ ", reserved);
        }
        put!(page, ", Length ", length);
    }
    let length = usize::from(length);
    if length > rest.len() {
        return invalid(page, rest);
    }
    if page.verbose(2) {
        options(page, rest.claiming(length))
    } else {
        rest.need(length)
    }
}

fn options(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        let kind = rest.u8()?;
        put!(page, "\n\t ");
        put_name(page, OPTIONS, kind);
        if matches!(kind, PAD | MANDATORY) {
            continue;
        }
        if rest.is_empty() {
            return invalid(page, rest);
        }
        let length = usize::from(rest.u8()?);
        if length > rest.len() {
            return invalid(page, rest);
        }
        let value = rest.claiming(length);
        match kind {
            2 => time(page, value)?,
            3 if length == 4 => put!(page, ": ", value.peek_u32(0)?, "s"),
            3 => invalid(page, value)?,
            4 | 8 | 12 | 13 => addresses(page, true, false, value)?,
            5 | 9 => addresses(page, false, false, value)?,
            6 | 10 => addresses(page, true, true, value)?,
            11 => addresses(page, false, true, value)?,
            _ => {
                put!(page, " (Length ", length, ")");
                value.need(length)?;
            }
        }
        rest.advance(length);
    }
    Ok(())
}

fn time(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    if value.len() != 4 {
        return invalid(page, value);
    }
    let seconds = value.peek_u32(0)?;
    let at = Timestamp::from_second(seconds.into()).unwrap_or_default();
    let at = Offset::UTC.to_datetime(at);
    let two = |number: i8| Zeros(number.unsigned_abs().into(), 2);
    put!(page, ": ", at.year(), "-", two(at.month()), "-", two(at.day()));
    put!(
        page,
        " ",
        two(at.hour()),
        ":",
        two(at.minute()),
        ":",
        two(at.second()),
        " UTC"
    );
    Ok(())
}

/// Addresses of one family, each with the length of its prefix if they are such.
fn addresses(page: &mut Page<'_>, is_v6: bool, are_prefixes: bool, mut rest: Cursor<'_>) -> Shown {
    let size = if is_v6 { 16 } else { 4 } + usize::from(are_prefixes);
    let mut separator = ": ";
    while !rest.is_empty() {
        if rest.len() < size {
            return invalid(page, rest);
        }
        rest.need(size)?;
        put!(page, separator);
        page.next_host(&mut rest, is_v6)?;
        if are_prefixes {
            put!(page, "/", rest.u8()?);
        }
        separator = ", ";
    }
    Ok(())
}

fn put_name(page: &mut Page<'_>, names: &[(u8, &'static str)], number: u8) {
    match name_of(names, number) {
        Some(name) => put!(page, name),
        None => put!(page, "Unknown-", number),
    }
}

const MAGIC: u8 = 43;
const HEADER: usize = 24;
const PAD: u8 = 0;
const MANDATORY: u8 = 1;

const MESSAGES: &[(u8, &str)] = &[
    (0, "Discover"),
    (1, "Offer"),
    (2, "Request"),
    (3, "Ack"),
    (4, "Nack"),
    (5, "Release"),
];

const OPTIONS: &[(u8, &str)] = &[
    (PAD, "Pad"),
    (MANDATORY, "Mandatory"),
    (2, "Origin Time"),
    (3, "Expires"),
    (4, "My-IPv6-Address"),
    (5, "My-IPv4-Address"),
    (6, "IPv6 Prefix"),
    (7, "IPv4 Prefix"),
    (8, "IPv6 Address"),
    (9, "IPv4 Address"),
    (10, "IPv6 Prefix Delegation"),
    (11, "IPv4 Prefix Delegation"),
    (12, "Name Server"),
    (13, "NTP Server"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    fn message(options: &[u8]) -> Vec<u8> {
        let mut message = vec![43, 1, 1, 2, 0xde, 0x3e, 0x51, 0x27];
        message.extend([2; 8]);
        message.extend([0xff; 8]);
        message.extend([1, 0, 0, u8::try_from(options.len()).unwrap()]);
        message.extend_from_slice(options);
        udp(5359, 5359, &message)
    }

    #[test]
    fn an_offer_has_options_from_vv_on() {
        let offer = message(&[
            1, 2, 4, 0x65, 0x53, 0xf1, 0, 3, 4, 0, 0, 0, 60, 9, 8, 192, 0, 2, 1, 192, 0, 2, 2, 11, 5, 10, 0,
            0, 0, 8,
        ]);
        assert!(shown(LinkType::RAW, &offer).ends_with(": AHCP Version 1"));
        assert!(verbose(1, LinkType::RAW, &offer).ends_with(
            "AHCP Version 1\n\tHopcount 1, Original Hopcount 2, Nonce 0xde3e5127, \
             Source Id 02:02:02:02:02:02:02:02, Destination Id ff:ff:ff:ff:ff:ff:ff:ff\n\tOffer, Length 30"
        ));
        assert!(verbose(2, LinkType::RAW, &offer).ends_with(
            "\n\t Mandatory\n\t Origin Time: 2023-11-14 22:13:20 UTC\n\t Expires: 60s\
             \n\t IPv4 Address: 192.0.2.1, 192.0.2.2\n\t IPv4 Prefix Delegation: 10.0.0.0/8"
        ));
        assert_every_cut_is_told(LinkType::RAW, &offer);
    }

    #[test]
    fn options_of_a_wrong_length_are_invalid() {
        let text = |options: &[u8]| verbose(2, LinkType::RAW, &message(options));
        assert!(text(&[3, 2, 0, 0, 7, 1, 9]).ends_with("\n\t Expires (invalid)\n\t IPv4 Prefix (Length 1)"));
        assert!(text(&[5, 9, 0, 0]).ends_with("\n\t My-IPv4-Address (invalid)"));
        assert!(text(&[99, 1, 0]).ends_with("\n\t Unknown-99 (Length 1)"));
    }
}
