//! The multicast source discovery protocol (RFC 3618).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::ipv4;
use crate::print::page::Page;
use crate::print::text::put;

/// Prints the messages in a segment, if it begins with one.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("msdp");
    put!(page, ": msdp");
    let (kind, length) = (segment.peek_u8(0)?, segment.peek_u16(1)?);
    if !(1..=7).contains(&kind) || !(3..=1500).contains(&length) {
        return Err(Stop::Truncated);
    }
    let mut rest = segment;
    while !rest.is_empty() {
        let (kind, length) = (rest.peek_u8(0)?, usize::from(rest.peek_u16(1)?));
        if length > 1400 || page.verbose(1) {
            put!(page, " [len ", length, "]");
        }
        if length < HEADER || length > rest.len() {
            return Err(Stop::Truncated);
        }
        message(page, kind, length, rest.after(HEADER))?;
        rest.advance(length);
    }
    Ok(())
}

fn message(page: &mut Page<'_>, kind: u8, length: usize, body: Cursor<'_>) -> Shown {
    match kind {
        1 | 3 => {
            put!(page, if kind == 1 { " SA" } else { " SA-Response" });
            let count = body.peek_u8(0)?;
            put!(page, " ", count, " entries");
            let entries = usize::from(count) * 12 + 8;
            if let Some(data) = length.checked_sub(entries).filter(|&data| data > 0) {
                put!(page, " [w/data]");
                if page.verbose(2) {
                    put!(page, " ");
                    let packet = body.after(entries - HEADER).limited(data);
                    page.deeper(|page| ipv4::print(page, packet))?;
                    page.enter("msdp");
                }
            }
        }
        2 => {
            let group = body.after(1).peek_ipv4();
            put!(page, " SA-Request");
            put!(page, " for ");
            page.host(group?);
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
        assert!(shown(RAW, &packet).ends_with(": msdp [|msdp]"));
    }
}
