//! The options of TCP.

use super::mptcp;
use super::tcp::Flags;
use super::tcp_signature::{self, Signed};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, HexRun, Named, name_of, put};

/// Prints the options. Returns false after one whose length cannot be: what follows cannot be trusted.
///
/// `peer_origin` is what the edges of selective acknowledgments are relative to.
pub(super) fn print(
    page: &mut Page<'_>,
    mut area: Cursor<'_>,
    peer_origin: u32,
    flags: Flags,
    signed: Signed<'_>,
) -> Shown<bool> {
    let mut first = true;
    while !area.is_empty() {
        if !first {
            put!(page, ",");
        }
        let kind = area.u8()?;
        let closing = if first { "" } else { "]" };
        first = false;
        let mut length = fixed_length(kind);
        if !matches!(kind, END | NOP) {
            length = area.u8()?.into();
            if length < 2 || length - 2 > area.len() {
                put!(page, "[bad opt]", closing);
                return Ok(false);
            }
        }
        // What a value needs counts, not what the option says, where the two differ.
        let needed = if has_fixed_length(kind) {
            fixed_length(kind)
        } else {
            length
        };
        let mut body = area.sub(needed.saturating_sub(2));
        let shown = page.item("options", |page| {
            page.field("kind", kind);
            match name_of(NAMES, kind) {
                Some(name) => put!(page, Named("name", name)),
                None => put!(page, "unknown-", Named("", kind)),
            }
            option(page, kind, &mut body, peer_origin, flags, signed)
        });
        match shown {
            Err(Stop::Invalid) => {
                put!(page, "[bad opt]", closing);
                return Ok(false);
            }
            shown => shown?,
        }
        if kind == END {
            break;
        }
        if length != needed {
            put!(page, "[len ", length, "]");
        }
    }
    Ok(true)
}

/// The value of one option; what it leaves unread was too much.
fn option(
    page: &mut Page<'_>,
    kind: u8,
    body: &mut Cursor<'_>,
    peer_origin: u32,
    flags: Flags,
    signed: Signed<'_>,
) -> Shown {
    body.claims(fixed_length(kind).saturating_sub(2))?;
    match kind {
        MSS => put!(page, " ", Named("mss", body.u16()?)),
        WINDOW_SCALE => put!(page, " ", Named("shift", body.u8()?)),
        SACK => return selective(page, body, peer_origin),
        ECHO | ECHO_REPLY | CC | CC_NEW | CC_ECHO => put!(page, " ", Named("value", body.u32()?)),
        TIMESTAMP => put!(page, " val ", body.u32()?, " ecr ", body.u32()?),
        SCPS => put!(page, " cap ", Hex2(body.u8()?), " id ", body.u8()?),
        AUTHENTICATION => return authentication(page, body),
        USER_TIMEOUT => {
            let value = body.u16()?;
            let seconds = if value & 1 == 0 {
                u32::from(value >> 1)
            } else {
                u32::from(value >> 1) * 60
            };
            put!(
                page,
                " 0x",
                Named("value", Hex(value.into())),
                " ",
                Named("seconds", seconds)
            );
        }
        MD5 => tcp_signature::print(page, signed, body.take(16)?),
        MULTIPATH => return mptcp::print(page, body, flags),
        FAST_OPEN => fast_open(page, body.take(body.len())?),
        EXPERIMENT => {
            body.claims(2)?;
            match body.u16()? {
                FAST_OPEN_MAGIC => {
                    put!(page, "-tfo");
                    fast_open(page, body.take(body.len())?);
                }
                magic => put!(page, "-", Hex4(magic)),
            }
            body.advance(body.len());
        }
        END | NOP | SACK_PERMITTED => {}
        _ => {
            if !body.is_empty() {
                put!(page, " 0x");
                page.digits(body, body.len())?;
            }
        }
    }
    Ok(())
}

fn selective(page: &mut Page<'_>, body: &mut Cursor<'_>, peer_origin: u32) -> Shown {
    if !body.len().is_multiple_of(8) {
        put!(page, " invalid sack");
        body.advance(body.len());
        return Ok(());
    }
    put!(page, " ", Named("blocks", body.len() / 8), " ");
    while !body.is_empty() {
        let left = body.u32()?.wrapping_sub(peer_origin);
        let right = body.u32()?.wrapping_sub(peer_origin);
        put!(page, "{", Named("left", left), ":", Named("right", right), "}");
    }
    Ok(())
}

/// RFC 5925 section 2.2.
fn authentication(page: &mut Page<'_>, body: &mut Cursor<'_>) -> Shown {
    if body.len() < 2 {
        page.invalid();
        body.advance(body.len());
        return Ok(());
    }
    put!(page, " keyid ", body.u8()?, " rnextkeyid ", body.u8()?);
    if !body.is_empty() {
        put!(page, " mac 0x");
        page.digits(body, body.len())?;
    }
    Ok(())
}

/// RFC 7413: empty asks for a cookie.
fn fast_open(page: &mut Page<'_>, cookie: &[u8]) {
    match cookie.len() {
        0 => put!(page, " cookiereq"),
        4 | 6 | 8 | 10 | 12 | 14 | 16 => put!(page, " cookie ", HexRun(cookie)),
        _ => page.invalid(),
    }
}

/// The length that the option must have, counting kind and length; 2 for those of any length.
fn fixed_length(kind: u8) -> usize {
    match kind {
        END | NOP => 1,
        MSS | SCPS | USER_TIMEOUT => 4,
        WINDOW_SCALE => 3,
        ECHO | ECHO_REPLY | CC | CC_NEW | CC_ECHO => 6,
        TIMESTAMP => 10,
        MD5 => 18,
        _ => 2,
    }
}

fn has_fixed_length(kind: u8) -> bool {
    fixed_length(kind) > 2 || kind == SACK_PERMITTED
}

const END: u8 = 0;
const NOP: u8 = 1;
const MSS: u8 = 2;
const WINDOW_SCALE: u8 = 3;
const SACK_PERMITTED: u8 = 4;
const SACK: u8 = 5;
const ECHO: u8 = 6;
const ECHO_REPLY: u8 = 7;
const TIMESTAMP: u8 = 8;
const CC: u8 = 11;
const CC_NEW: u8 = 12;
const CC_ECHO: u8 = 13;
const MD5: u8 = 19;
const SCPS: u8 = 20;
const USER_TIMEOUT: u8 = 28;
const AUTHENTICATION: u8 = 29;
const FAST_OPEN: u8 = 34;
const MULTIPATH: u8 = 30;
const EXPERIMENT: u8 = 254;
/// The experiment that became fast open (RFC 6994 gives each a number).
const FAST_OPEN_MAGIC: u16 = 0xf989;

const NAMES: &[(u8, &str)] = &[
    (END, "eol"),
    (NOP, "nop"),
    (MSS, "mss"),
    (WINDOW_SCALE, "wscale"),
    (SACK_PERMITTED, "sackOK"),
    (SACK, "sack"),
    (ECHO, "echo"),
    (ECHO_REPLY, "echoreply"),
    (TIMESTAMP, "TS"),
    (CC, "cc"),
    (CC_NEW, "ccnew"),
    (CC_ECHO, ""),
    (MD5, "md5"),
    (SCPS, "scps"),
    (USER_TIMEOUT, "uto"),
    (AUTHENTICATION, "tcp-ao"),
    (MULTIPATH, "mptcp"),
    (FAST_OPEN, "tfo"),
    (EXPERIMENT, "exp"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, tcp};
    use crate::wire::LinkType;

    /// The options of a SYN that has these, filled up to whole words.
    fn options(bytes: &[u8]) -> String {
        let mut bytes = bytes.to_vec();
        bytes.resize(bytes.len().next_multiple_of(4), 1);
        let text = shown(LinkType::RAW, &tcp((1, 2), (3, 0), 2, &bytes, &[]));
        text.split_once("options ").unwrap().1.to_owned()
    }

    #[test]
    fn each_option_is_told_by_name_and_value() {
        assert_eq!(options(&[2, 4, 5, 0xb4]), "[mss 1460], length 0");
        assert_eq!(
            options(&[4, 2, 3, 3, 7]),
            "[sackOK,wscale 7,nop,nop,nop], length 0"
        );
        assert_eq!(
            options(&[34, 6, 1, 2, 3, 4, 1, 0]),
            "[tfo cookie 01020304,nop,eol], length 0"
        );
        assert_eq!(options(&[34, 2]), "[tfo cookiereq,nop,nop], length 0");
        assert_eq!(options(&[99, 4, 0xab, 0xcd]), "[unknown-99 0xabcd], length 0");
        assert_eq!(options(&[254, 4, 0xac, 0xc0]), "[exp-acc0], length 0");
        assert_eq!(
            options(&[30, 4, 0x01, 0x81]),
            "[mptcp 4 capable v1 flags [AH]], length 0"
        );
    }

    #[test]
    fn a_length_that_cannot_be_ends_the_options() {
        assert_eq!(options(&[2, 9, 5, 0xb4]), "[[bad opt]");
        assert_eq!(options(&[1, 2, 1, 0]), "[nop,[bad opt]]");
        assert_eq!(options(&[30, 4, 0x70, 0]), "[mptcp 4 fast-close[bad opt]");
    }

    #[test]
    fn a_value_takes_what_it_needs_whatever_the_option_says() {
        assert_eq!(
            options(&[2, 6, 5, 0xb4, 3, 3, 7, 1]),
            "[mss 1460[len 6],wscale 7,nop], length 0"
        );
    }

    #[test]
    fn every_cut_is_told() {
        let packet = tcp((1, 2), (3, 4), 0x10, &[1, 1, 5, 10, 0, 0, 0, 9, 0, 0, 0, 12], &[]);
        assert!(shown(LinkType::RAW, &packet).contains("options [nop,nop,sack 1 {6:9}]"));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
