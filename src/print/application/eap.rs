//! The extensible authentication protocol (RFC 3748), and its frames on a LAN (802.1X).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, name_of, put, put_bits};

/// Prints an 802.1X frame.
pub(crate) fn frame(page: &mut Page<'_>, frame: Cursor<'_>) -> Shown {
    page.enter("eap");
    let mut rest = frame;
    rest.need(4)?;
    let (version, kind, length) = (rest.u8()?, rest.u8()?, rest.u16()?);
    put!(
        page,
        name_of(FRAMES, kind).unwrap_or("unknown"),
        " (",
        kind,
        ") v",
        version,
        ", len ",
        length
    );
    if !page.verbose(1) || kind != 0 {
        return Ok(());
    }
    if length == 0 {
        return Err(Stop::Truncated);
    }
    put!(page, ", ");
    message(page, rest.with_len(length.into()))
}

/// Prints a message, which may be one part of several.
pub(super) fn message(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let (code, id) = (message.peek_u8(0)?, message.peek_u8(1));
    let length = usize::from(message.peek_u16(2)?);
    if length != message.len() {
        put!(page, "EAP fragment?");
        return Ok(());
    }
    put!(
        page,
        name_of(CODES, code).unwrap_or("unknown"),
        " (",
        code,
        "), id ",
        id?,
        ", len ",
        length
    );
    if length < 4 {
        put!(page, " (too short for EAP header)");
        return Ok(());
    }
    message.need(length)?;
    if !matches!(code, 1 | 2) {
        return Ok(());
    }
    if length < 5 {
        put!(page, " (too short for EAP request/response)");
        return Ok(());
    }
    let mut rest = message.after(4);
    let kind = rest.u8()?;
    put!(
        page,
        "\n\t\t Type ",
        name_of(TYPES, kind).unwrap_or("unknown"),
        " (",
        kind,
        ")"
    );
    let least = match kind {
        2 => "Notification",
        3 => "Legacy NAK",
        13 | 21 => "TLS/TTLS",
        43 => "FAST",
        18 | 23 => "SIM/AKA",
        1 if length > 5 => {
            put!(page, ", Identity: ", Escaped(until_padding(rest.bytes())));
            return Ok(());
        }
        _ => return Ok(()),
    };
    if length < 6 {
        put!(page, " (too short for EAP ", least, " request/response)");
        return Ok(());
    }
    match kind {
        2 => put!(page, ", Notification: ", Escaped(until_padding(rest.bytes()))),
        3 => {
            let mut separator = " ";
            for &wanted in rest.bytes() {
                put!(
                    page,
                    separator,
                    name_of(TYPES, wanted).unwrap_or("unknown"),
                    " (",
                    wanted,
                    ")"
                );
                separator = ", ";
            }
        }
        18 | 23 => {
            let subtype = rest.u8()?;
            put!(
                page,
                " subtype [",
                name_of(SUBTYPES, subtype).unwrap_or("unknown"),
                "] 0x",
                Hex2(subtype)
            );
        }
        _ => {
            let flags = rest.u8()?;
            match kind {
                21 => put!(page, " TTLSv", flags & 7),
                43 => put!(page, " FASTv", flags & 7),
                _ => {}
            }
            put!(page, " flags [");
            put_bits(page.out, FLAGS, flags.into(), ", ", "none");
            put!(page, "] 0x", Hex2(flags));
            if flags & LENGTH_INCLUDED != 0 {
                if length < 10 {
                    put!(
                        page,
                        " (too short for EAP ",
                        least,
                        " request/response with length)"
                    );
                    return Ok(());
                }
                put!(page, ", len ", rest.u32()?);
            }
        }
    }
    Ok(())
}

/// The text before the zeros at its end.
fn until_padding(text: &[u8]) -> &[u8] {
    let end = text
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |last| last + 1);
    text.get(..end).unwrap_or_default()
}

const LENGTH_INCLUDED: u8 = 0x80;
const FLAGS: &[(u32, &str)] = &[(0x80, "L bit"), (0x40, "More fragments bit"), (0x20, "Start bit")];
const CODES: &[(u8, &str)] = &[(1, "Request"), (2, "Response"), (3, "Success"), (4, "Failure")];

const FRAMES: &[(u8, &str)] = &[
    (0, "EAP packet"),
    (1, "EAPOL start"),
    (2, "EAPOL logoff"),
    (3, "EAPOL key"),
    (4, "Encapsulated ASF alert"),
];

#[rustfmt::skip]
const TYPES: &[(u8, &str)] = &[
    (0, "No proposed"), (1, "Identity"), (2, "Notification"), (3, "Nak"), (4, "MD5-challenge"), (5, "OTP"),
    (6, "GTC"), (13, "TLS"), (18, "SIM"), (21, "TTLS"), (23, "AKA"), (43, "FAST"), (254, "Expanded types"),
    (255, "Experimental"),
];

#[rustfmt::skip]
const SUBTYPES: &[(u8, &str)] = &[
    (1, "Challenge"), (2, "Auth reject"), (4, "Sync failure"), (5, "Identity"), (10, "Start"), (11, "Challenge"),
    (12, "Notification"), (13, "Reauth"), (14, "Client error"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn who_asks_is_told_under_v() {
        let frame = ether(0x888e, &[1, 0, 0, 8, 2, 9, 0, 8, 1, b'b', b'o', b'b']);
        assert_eq!(shown(LinkType::ETHERNET, &frame), "EAP packet (0) v1, len 8");
        assert_eq!(
            verbose(1, LinkType::ETHERNET, &frame),
            "EAP packet (0) v1, len 8, Response (2), id 9, len 8\n\t\t Type Identity (1), Identity: bob"
        );
        assert_every_cut_is_told(LinkType::ETHERNET, &frame);
    }

    #[test]
    fn a_part_of_a_message_says_so() {
        let frame = ether(0x888e, &[1, 0, 0, 5, 2, 9, 0, 8, 1]);
        assert!(verbose(1, LinkType::ETHERNET, &frame).ends_with(", EAP fragment?"));
    }
}
