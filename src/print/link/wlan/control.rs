//! Control frames: who may send, and what has arrived.

use super::Control;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Mac, Named, name_of, put};

/// The length of a control frame's header, if its subtype is known.
pub(super) fn header_len(subtype: u16) -> Option<usize> {
    Some(match subtype {
        CLEAR_TO_SEND | ACKNOWLEDGMENT => 10,
        WRAPPER | BLOCK_ACK | POWER_SAVE_POLL | REQUEST_TO_SEND | END | END_AND_ACK => 16,
        BLOCK_ACK_REQUEST => 20,
        _ => return None,
    })
}

/// The addresses in a header, as `-e` shows them before the frame's name.
pub(super) fn header(page: &mut Page<'_>, subtype: u16, frame: Cursor<'_>) -> Shown {
    let mut rest = frame.after(4);
    let names: &[&str] = match subtype {
        BLOCK_ACK_REQUEST => return block_ack_request(page, frame),
        CLEAR_TO_SEND | ACKNOWLEDGMENT => &["RA:"],
        POWER_SAVE_POLL => &["BSSID:", "TA:"],
        REQUEST_TO_SEND | BLOCK_ACK => &["RA:", "TA:"],
        END | END_AND_ACK => &["RA:", "BSSID:"],
        _ => &[],
    };
    for name in names {
        put!(page, *name, Mac(rest.take(6)?), " ");
    }
    Ok(())
}

/// What the addresses in a header are.
pub(super) fn addresses(subtype: u16) -> &'static [&'static str] {
    match subtype {
        CLEAR_TO_SEND | ACKNOWLEDGMENT => &["ra"],
        POWER_SAVE_POLL => &["bssid", "ta"],
        REQUEST_TO_SEND | BLOCK_ACK | BLOCK_ACK_REQUEST => &["ra", "ta"],
        END | END_AND_ACK => &["ra", "bssid"],
        _ => &[],
    }
}

/// The frame's name, and the addresses where `-e` has not shown them. Returns false if it was cut off.
pub(super) fn body(page: &mut Page<'_>, control: Control, frame: Cursor<'_>) -> Shown<bool> {
    let subtype = control.subtype();
    put!(
        page,
        Named("name", name_of(NAMES, subtype).unwrap_or("Unknown Ctrl Subtype"))
    );
    if subtype == POWER_SAVE_POLL {
        put!(page, " AID(", Hex(frame.after(2).u16_le()?.into()), ")");
    }
    if page.options.link_header {
        return Ok(true);
    }
    match subtype {
        BLOCK_ACK_REQUEST => block_ack_request(page, frame)?,
        REQUEST_TO_SEND => put!(page, " TA:", Named("", Mac(frame.after(10).take(6)?)), " "),
        WRAPPER | POWER_SAVE_POLL => {}
        _ => put!(page, " RA:", Named("", Mac(frame.after(4).take(6)?)), " "),
    }
    Ok(true)
}

fn block_ack_request(page: &mut Page<'_>, frame: Cursor<'_>) -> Shown {
    let mut rest = frame.after(4);
    let (receiver, sender) = (Mac(rest.take(6)?), Mac(rest.take(6)?));
    put!(page, " RA:", Named("", receiver), " TA:", Named("", sender));
    put!(
        page,
        " CTL(",
        Hex(rest.u16_le()?.into()),
        ") SEQ(",
        rest.u16_le()?,
        ") "
    );
    Ok(())
}

const WRAPPER: u16 = 7;
const BLOCK_ACK_REQUEST: u16 = 8;
const BLOCK_ACK: u16 = 9;
pub(super) const POWER_SAVE_POLL: u16 = 10;
const REQUEST_TO_SEND: u16 = 11;
const CLEAR_TO_SEND: u16 = 12;
const ACKNOWLEDGMENT: u16 = 13;
const END: u16 = 14;
const END_AND_ACK: u16 = 15;

const NAMES: &[(u16, &str)] = &[
    (WRAPPER, "Control Wrapper"),
    (BLOCK_ACK_REQUEST, "BAR"),
    (BLOCK_ACK, "BA"),
    (POWER_SAVE_POLL, "Power Save-Poll"),
    (REQUEST_TO_SEND, "Request-To-Send"),
    (CLEAR_TO_SEND, "Clear-To-Send"),
    (ACKNOWLEDGMENT, "Acknowledgment"),
    (END, "CF-End"),
    (END_AND_ACK, "CF-End+CF-Ack"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, under_e};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::IEEE802_11;

    fn control(subtype: u8) -> Vec<u8> {
        let mut frame = vec![subtype << 4 | 4, 0, 0x34, 0x12];
        frame.extend([2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 5, 0, 6, 0]);
        frame
    }

    #[test]
    fn each_frame_has_its_addresses_once() {
        for (subtype, text, header) in [
            (
                8,
                "BAR RA:02:00:00:00:00:01 TA:02:00:00:00:00:02 CTL(5) SEQ(6) ",
                " RA:02:00:00:00:00:01 TA:",
            ),
            (
                9,
                "BA RA:02:00:00:00:00:01 ",
                "RA:02:00:00:00:00:01 TA:02:00:00:00:00:02 BA",
            ),
            (
                10,
                "Power Save-Poll AID(1234)",
                "BSSID:02:00:00:00:00:01 TA:02:00:00:00:00:02 Power",
            ),
            (
                11,
                "Request-To-Send TA:02:00:00:00:00:02 ",
                "RA:02:00:00:00:00:01 TA:02:00:00:00:00:02 R",
            ),
            (
                13,
                "Acknowledgment RA:02:00:00:00:00:01 ",
                "RA:02:00:00:00:00:01 Acknowledgment",
            ),
            (
                14,
                "CF-End RA:02:00:00:00:00:01 ",
                "RA:02:00:00:00:00:01 BSSID:02:00:00:00:00:02 CF",
            ),
        ] {
            assert_eq!(shown(LINK, &control(subtype)), text);
            let text = under_e(LINK, &control(subtype));
            assert!(text.starts_with(header), "{text}");
        }
        assert_every_cut_is_told(LINK, &control(8));
    }
}
