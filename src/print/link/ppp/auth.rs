//! Authentication over PPP: passwords (PAP, RFC 1334) and challenges (CHAP, RFC 1994).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, name_of, put};

/// Prints a packet of PAP.
pub(super) fn password(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    let mut rest = packet;
    let Some((code, length)) = header(page, "PAP", "pap", PAP_CODES, &mut rest)? else {
        return Ok(());
    };
    if length > packet.len() {
        put!(page, ", length ", length, " > packet size");
        return Ok(());
    }
    let Some(left) = length.checked_sub(HEADER) else {
        put!(page, ", length ", length, " < PAP header length");
        return Ok(());
    };
    let mut rest = rest.claiming(left);
    let (least, names): (usize, &[&str]) = match code {
        1 => (2, &[", Peer ", ", Name "]),
        2 | 3 => (1, &[", Msg "]),
        _ => return Ok(()),
    };
    if left < least {
        put!(page, "[|pap]");
        return Ok(());
    }
    for name in names {
        if rest.is_empty() {
            break;
        }
        let size = usize::from(rest.u8()?);
        if size > rest.len() {
            break;
        }
        put!(page, *name);
        page.text(&mut rest, size)?;
    }
    Ok(())
}

/// Prints a packet of CHAP, without what depends on its algorithm: the packet does not tell it.
pub(super) fn challenge(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    let mut rest = packet;
    let Some((code, length)) = header(page, "CHAP", "chap", CHAP_CODES, &mut rest)? else {
        return Ok(());
    };
    match code {
        1 | 2 => {
            if rest.is_empty() {
                return Ok(());
            }
            let size = usize::from(rest.u8()?);
            if size > rest.len() {
                return Ok(());
            }
            put!(page, ", Value ");
            page.digits(&mut rest, size)?;
            put!(page, ", Name ");
            page.text(&mut rest, length.saturating_sub(HEADER + 1 + size))
        }
        3 | 4 => {
            put!(page, ", Msg ");
            page.text(&mut rest, length.saturating_sub(HEADER))
        }
        _ => Ok(()),
    }
}

/// Prints name, code and identifier. Returns the code and the length that the packet tells, unless it is too
/// short to have them.
fn header(
    page: &mut Page<'_>,
    name: &str,
    short: &str,
    codes: &[(u8, &'static str)],
    rest: &mut Cursor<'_>,
) -> Shown<Option<(u8, usize)>> {
    match rest.len() {
        0 => put!(page, "[|", short, "]"),
        1..HEADER => put!(page, "[|", short, " 0x", Hex2(rest.u8()?), "]"),
        _ => {
            let code = rest.u8()?;
            put!(
                page,
                name,
                ", ",
                name_of(codes, code).unwrap_or("unknown"),
                " (0x",
                Hex2(code),
                ")"
            );
            put!(page, ", id ", rest.u8()?);
            return Ok(Some((code, rest.u16()?.into())));
        }
    }
    Ok(None)
}

const HEADER: usize = 4;
const PAP_CODES: &[(u8, &str)] = &[(1, "Auth-Req"), (2, "Auth-ACK"), (3, "Auth-NACK")];
const CHAP_CODES: &[(u8, &str)] = &[(1, "Challenge"), (2, "Response"), (3, "Success"), (4, "Fail")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown};
    use crate::wire::LinkType;

    const PPP: LinkType = LinkType::PPP;

    #[test]
    fn a_password_is_told_with_its_name() {
        let packet = b"\xff\x03\xc0\x23\x01\x07\0\x0b\x02me\x03key";
        assert_eq!(
            shown(PPP, packet),
            "PAP, Auth-Req (0x01), id 7, Peer me, Name key"
        );
        assert_eq!(
            shown(PPP, b"\xff\x03\xc0\x23\x02\x07\0\x04"),
            "PAP, Auth-ACK (0x02), id 7[|pap]"
        );
        assert!(shown(PPP, b"\xff\x03\xc0\x23\x02\x07\0\x05").ends_with(", length 5 > packet size"));
        assert_every_cut_is_told(PPP, packet);
    }

    #[test]
    fn a_challenge_is_told_with_its_value() {
        let packet = b"\xff\x03\xc2\x23\x01\x07\0\x09\x02\xab\xcdme";
        assert_eq!(
            shown(PPP, packet),
            "CHAP, Challenge (0x01), id 7, Value abcd, Name me"
        );
        assert_eq!(
            shown(PPP, b"\xff\x03\xc2\x23\x03\x07\0\x06ok"),
            "CHAP, Success (0x03), id 7, Msg ok"
        );
        assert_every_cut_is_told(PPP, packet);
    }
}
