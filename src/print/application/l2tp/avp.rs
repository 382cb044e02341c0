//! Attribute-value pairs (RFC 2661 section 4).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, Hex4, HexPad, HexRun, name_of, put};

/// Prints the pairs of a control message.
pub(super) fn list(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        put!(page, " ");
        let flags = rest.peek_u16(0)?;
        let length = usize::from(flags & 0x03ff);
        if length < HEADER || length > rest.len() {
            return Err(Stop::Truncated);
        }
        rest.need(length)?;
        let mut pair = rest.sub(length).after(2);
        put!(page, if flags & MANDATORY != 0 { "*" } else { "" });
        put!(page, if flags & HIDDEN != 0 { "?" } else { "" });
        let (vendor, kind) = (pair.u16()?, pair.u16()?);
        if vendor != 0 {
            put!(
                page,
                "VENDOR",
                Hex4(vendor),
                ":ATTR",
                Hex4(kind),
                "(",
                HexRun(pair.bytes()),
                ")"
            );
            continue;
        }
        match name_of(NAMES, kind) {
            Some(name) => put!(page, name, "("),
            None => put!(page, "AVP-#", kind, "("),
        }
        if flags & HIDDEN != 0 {
            put!(page, "???");
        } else if value(page, kind, pair).is_err() {
            put!(page, "AVP too short");
        }
        put!(page, ")");
    }
    Ok(())
}

/// Prints a value; fails where it is shorter than its kind needs.
fn value(page: &mut Page<'_>, kind: u16, mut value: Cursor<'_>) -> Shown {
    match kind {
        0 => named(page, MESSAGES, "MSGTYPE-#", value.u16()?),
        1 => return result(page, value),
        2 => put!(page, value.peek_u8(0)?, ".", value.peek_u8(1)?),
        // Framing and bearer, capabilities and types: two bits each.
        3 | 19 => letters(page, value.u32()?, "S"),
        4 | 18 => letters(page, value.u32()?, "D"),
        5 => put!(page, HexRun(&value.array::<8>()?)),
        6 | 9 | 10 | 14 => put!(page, value.u16()?),
        7 | 8 | 21 | 22 | 23 | 30 | 37 => put!(page, Escaped(value.bytes())),
        11 | 26 | 27 | 28 | 31 | 33 | 36 => put!(page, HexRun(value.bytes())),
        12 => {
            value.need(3)?;
            put!(page, value.u16()?, ", ", Hex2(value.u8()?));
            message(page, value);
        }
        13 => put!(page, HexRun(&value.array::<16>()?)),
        15 | 16 | 17 | 24 | 25 | 38 => put!(page, value.u32()?),
        20 => put!(page, "obsolete"),
        29 => named(page, AUTHENTICATIONS, "AuthType-#", value.u16()?),
        32 => put!(page, value.u16()? & 0xff),
        34 => {
            value.skip(2)?;
            for name in ["CRCErr", "FrameErr", "HardOver", "BufOver", "Timeout", "AlignErr"] {
                put!(page, name, "=", value.u32()?, " ");
            }
        }
        35 => {
            value.skip(2)?;
            put!(page, "send=", HexPad(value.u32()?.into(), 8), " ");
            put!(page, "recv=", HexPad(value.u32()?.into(), 8), " ");
        }
        46 => {
            value.need(5)?;
            put!(page, Hex4(value.u16()?), ", ", Hex4(value.u16()?), " ");
            named(page, DIRECTIONS, "Direction-#", value.u8()?.into());
            message(page, value);
        }
        _ => {}
    }
    Ok(())
}

fn named(page: &mut Page<'_>, table: &[(u16, &'static str)], unknown: &str, number: u16) {
    match name_of(table, number) {
        Some(name) => put!(page, name),
        None => put!(page, unknown, number),
    }
}

/// A result code, and perhaps an error code and a message.
fn result(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    put!(page, value.u16()?);
    if value.is_empty() {
        return Ok(());
    }
    if value.len() < 2 {
        put!(page, " ");
    }
    put!(page, "/", value.u16()?);
    message(page, value);
    Ok(())
}

fn letters(page: &mut Page<'_>, bits: u32, second: &str) {
    put!(
        page,
        if bits & 2 != 0 { "A" } else { "" },
        if bits & 1 != 0 { second } else { "" }
    );
}

/// What is left is a message for people.
fn message(page: &mut Page<'_>, value: Cursor<'_>) {
    if !value.is_empty() {
        put!(page, " ", Escaped(value.bytes()));
    }
}

const HEADER: usize = 6;
const MANDATORY: u16 = 0x8000;
const HIDDEN: u16 = 0x4000;

const MESSAGES: &[(u16, &str)] = &[
    (1, "SCCRQ"),
    (2, "SCCRP"),
    (3, "SCCCN"),
    (4, "StopCCN"),
    (6, "HELLO"),
    (7, "OCRQ"),
    (8, "OCRP"),
    (9, "OCCN"),
    (10, "ICRQ"),
    (11, "ICRP"),
    (12, "ICCN"),
    (14, "CDN"),
    (15, "WEN"),
    (16, "SLI"),
];

const AUTHENTICATIONS: &[(u16, &str)] = &[
    (0, "Reserved"),
    (1, "Textual"),
    (2, "CHAP"),
    (3, "PAP"),
    (4, "No Auth"),
    (5, "MS-CHAPv1"),
];

const DIRECTIONS: &[(u16, &str)] = &[(0, "global error"), (1, "at peer"), (2, "at local")];

#[rustfmt::skip]
const NAMES: &[(u16, &str)] = &[
    (0, "MSGTYPE"), (1, "RESULT_CODE"), (2, "PROTO_VER"), (3, "FRAMING_CAP"), (4, "BEARER_CAP"),
    (5, "TIE_BREAKER"), (6, "FIRM_VER"), (7, "HOST_NAME"), (8, "VENDOR_NAME"), (9, "ASSND_TUN_ID"),
    (10, "RECV_WIN_SIZE"), (11, "CHALLENGE"), (12, "Q931_CC"), (13, "CHALLENGE_RESP"),
    (14, "ASSND_SESS_ID"), (15, "CALL_SER_NUM"), (16, "MINIMUM_BPS"), (17, "MAXIMUM_BPS"),
    (18, "BEARER_TYPE"), (19, "FRAMING_TYPE"), (20, "PACKET_PROC_DELAY"), (21, "CALLED_NUMBER"),
    (22, "CALLING_NUMBER"), (23, "SUB_ADDRESS"), (24, "TX_CONN_SPEED"), (25, "PHY_CHANNEL_ID"),
    (26, "INI_RECV_LCP"), (27, "LAST_SENT_LCP"), (28, "LAST_RECV_LCP"), (29, "PROXY_AUTH_TYPE"),
    (30, "PROXY_AUTH_NAME"), (31, "PROXY_AUTH_CHAL"), (32, "PROXY_AUTH_ID"), (33, "PROXY_AUTH_RESP"),
    (34, "CALL_ERRORS"), (35, "ACCM"), (36, "RANDOM_VECTOR"), (37, "PRIVATE_GRP_ID"),
    (38, "RX_CONN_SPEED"), (39, "SEQ_REQUIRED"), (46, "PPP_DISCON_CC"),
];

#[cfg(test)]
mod tests {
    use super::super::tests::control;
    use crate::print::sample::{assert_every_cut_is_told, shown};
    use crate::wire::LinkType;

    #[test]
    fn each_pair_is_told_by_its_kind() {
        let mut pairs = vec![0x80, 8, 0, 0, 0, 0, 0, 4];
        pairs.extend_from_slice(b"\x80\x0c\0\0\0\x01\0\x02\0\x06no");
        pairs.extend_from_slice(&[0, 10, 0, 0, 0, 3, 0, 0, 0, 3]);
        pairs.extend_from_slice(&[0x40, 6, 0, 0, 0, 11, 0, 7, 0, 9, 0, 1, 0xab]);
        let packet = control(&pairs);
        let text = shown(LinkType::RAW, &packet);
        assert!(
            text.ends_with(
                " *MSGTYPE(StopCCN) *RESULT_CODE(2/6 no) FRAMING_CAP(AS) ?CHALLENGE(???) VENDOR0009:ATTR0001(ab)"
            ),
            "{text}"
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }

    #[test]
    fn a_value_that_ends_too_soon_is_told() {
        let text = shown(LinkType::RAW, &control(&[0, 9, 0, 0, 0, 1, 0, 2, 1]));
        assert!(text.ends_with(" RESULT_CODE(2 AVP too short)"), "{text}");
        let text = shown(LinkType::RAW, &control(&[0, 12, 0, 0, 0, 34, 0, 0, 0, 0, 0, 7]));
        assert!(text.ends_with(" CALL_ERRORS(CRCErr=7 AVP too short)"), "{text}");
        let text = shown(LinkType::RAW, &control(&[0, 5, 0, 0, 0, 1]));
        assert!(text.ends_with("  [|l2tp]"), "{text}");
    }
}
