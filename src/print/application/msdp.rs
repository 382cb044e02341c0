//! The multicast source discovery protocol (RFC 3618).

use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::ipv4;
use crate::print::page::Page;
use crate::print::text::put;

/// Prints the messages in a segment, if it begins with one.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("msdp");
    put!(page, ": msdp");
    let (kind, length) = (segment.peek_u8(0)?, usize::from(segment.peek_u16(1)?));
    if length > LONGEST {
        return Err(page.refuse("len", length, ">", LONGEST));
    }
    if length < HEADER {
        return Err(page.refuse("len", length, "<", HEADER));
    }
    match kind {
        0 => return Err(page.refuse("type", 0, "==", 0)),
        1..=LAST => {}
        _ => return Err(page.refuse("type", kind.into(), ">", LAST.into())),
    }
    let mut rest = segment;
    while !rest.is_empty() {
        page.expect("length", rest, HEADER)?;
        let (kind, length) = (rest.peek_u8(0)?, usize::from(rest.peek_u16(1)?));
        if length > LONG || page.verbose(1) {
            put!(page, " [len ", length, "]");
        }
        if length < HEADER {
            return Err(page.refuse("len", length, "<", HEADER));
        }
        page.expect("length", rest, length)?;
        message(page, kind, rest.claiming(length))?;
        rest.need(length)?;
        rest.advance(length);
    }
    Ok(())
}

fn message(page: &mut Page<'_>, kind: u8, message: Cursor<'_>) -> Shown {
    let length = message.len();
    match kind {
        1 | 3 => {
            put!(page, if kind == 1 { " SA" } else { " SA-Response" });
            page.expect("len", message, 4)?;
            let count = message.peek_u8(3)?;
            put!(page, " ", count, " entries");
            page.expect("len", message, 8)?;
            let entries = usize::from(count) * 12 + 8;
            message.need(entries)?;
            if let Some(data) = length.checked_sub(entries).filter(|&data| data > 0) {
                put!(page, " [w/data]");
                if page.verbose(2) {
                    put!(page, " ");
                    let packet = message.after(entries).limited(data);
                    page.deeper(|page| ipv4::print(page, packet))?;
                    page.enter("msdp");
                }
            }
        }
        2 => {
            put!(page, " SA-Request");
            page.expect("len", message, 4)?;
            message.need(4)?;
            page.expect("len", message, 8)?;
            if length != 8 {
                put!(page, "[len=", length, "] ");
            }
            let group = message.after(4).peek_ipv4()?;
            put!(page, " for ");
            page.host(group);
        }
        4 => {
            put!(page, " Keepalive");
            if length != HEADER {
                put!(page, "[len=", length, "] ");
            }
        }
        5 => put!(page, " Notification"),
        _ => put!(page, " [type=", kind, " len=", length, "]"),
    }
    Ok(())
}

/// The last type of message.
const LAST: u8 = 7;
/// Lengths from which on one is told, and from which on it cannot be.
const LONG: usize = 1400;
const LONGEST: usize = 1500;
const HEADER: usize = 3;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, tcp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    #[test]
    fn messages_follow_each_other() {
        let mut messages = vec![4, 0, 3, 1, 0, 20, 1, 192, 0, 2, 9, 0, 0, 0, 32];
        messages.extend_from_slice(&[239, 0, 0, 1, 192, 0, 2, 7]);
        let packet = tcp((40000, 639), (1, 2), 0x18, &[], &messages);
        assert!(shown(RAW, &packet).ends_with(", length 23: msdp Keepalive SA 1 entries"));
        assert!(verbose(1, RAW, &packet).ends_with(": msdp [len 3] Keepalive [len 20] SA 1 entries"));
        let request = tcp((40000, 639), (1, 2), 0x18, &[], &[2, 0, 8, 0, 239, 0, 0, 1]);
        assert!(shown(RAW, &request).ends_with(": msdp SA-Request for 239.0.0.1"));
        assert_every_cut_is_told(RAW, &request);
    }

    #[test]
    fn the_middle_of_a_message_is_not_told() {
        let packet = tcp((40000, 639), (1, 2), 0x18, &[], &[9, 9, 9, 9]);
        assert!(shown(RAW, &packet).ends_with(": msdp [len 2313 > 1500] (invalid)"));
        let packet = tcp((40000, 639), (1, 2), 0x18, &[], &[2, 0, 3]);
        assert!(shown(RAW, &packet).ends_with(": msdp SA-Request [len 3 < 4] (invalid)"));
    }
}
