//! PPP that is still in HDLC-like framing within another packet (RFC 1662, section 4.2).

use super::{ADDRESS_AND_CONTROL, payload};
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{ipv4, ipv6};
use crate::print::page::Page;
use crate::print::text::{Hex4, put};

/// Whether what stands in the place of a protocol number begins with the flag sequence of a frame.
pub(super) fn is_flag(protocol: u16) -> bool {
    protocol & 0xff00 == 0x7e00
}

/// A frame of which the first byte behind the flag was taken for the second of a protocol number.
pub(super) fn print(page: &mut Page<'_>, protocol: u16, rest: Cursor<'_>) -> Shown {
    if rest.is_empty() {
        return Ok(());
    }
    let [_, first] = protocol.to_be_bytes();
    let plain = unescaped(first, rest.bytes());
    let frame = Cursor::new(&plain, plain.len());
    match frame.peek_u8(0)? {
        0x21 => return ipv4::print(page, frame.after(1)),
        0x57 => return ipv6::print(page, frame.after(1)),
        _ => {}
    }
    let inner = match frame.peek_u16(0)? {
        ADDRESS_AND_CONTROL => frame.after(2),
        _ => frame,
    };
    let protocol = inner.peek_u16(0)?;
    if is_flag(protocol) {
        put!(page, "(protocol 0x", Hex4(protocol), " invalid)");
        return Ok(());
    }
    payload(page, protocol, inner.after(2))
}

/// The bytes of a frame, with those behind an escape as they were meant.
fn unescaped(first: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = std::iter::once(first).chain(rest.iter().copied());
    let mut plain = Vec::with_capacity(1 + rest.len());
    while let Some(byte) = bytes.next() {
        match byte {
            ESCAPE => plain.extend(bytes.next().map(|byte| byte ^ 0x20)),
            _ => plain.push(byte),
        }
    }
    plain
}

const ESCAPE: u8 = 0x7d;

#[cfg(test)]
mod tests {
    use crate::print::sample::{ipv4, shown};
    use crate::wire::LinkType;

    #[test]
    fn a_frame_within_is_unescaped() {
        let mut packet = vec![0xff, 3, 0x7e, 0xff, 0x7d, 0x23, 0, 0x21];
        let inside = ipv4(253, &[]);
        assert!(!inside.contains(&0x7d));
        packet.extend(inside);
        assert_eq!(
            shown(LinkType::PPP, &packet),
            "IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
        );
    }

    #[test]
    fn a_flag_within_a_frame_is_no_protocol() {
        assert_eq!(
            shown(LinkType::PPP, &[0xff, 3, 0x7e, 0x7e, 0x7e, 0]),
            "(protocol 0x7e7e invalid)"
        );
        assert_eq!(shown(LinkType::PPP, &[0xff, 3, 0x7e, 0x7d, 0x7d]), " [|ppp]");
    }
}
