//! LWAPP, the lightweight access point protocol (RFC 5412), over UDP.

mod elements;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexPad, Mac, name_of, put, put_bits};

/// Prints a frame. Those to the port of control begin with the address of the access point, which is not in the
/// RFC.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>, has_identity: bool) -> Shown {
    page.enter("lwapp");
    put!(page, "LWAPP");
    let identity = if has_identity { 6 } else { 0 };
    page.expect("UDP payload length", packet, identity + HEADER)?;
    let header = packet.after(identity);
    let first = header.peek_u8(0)?;
    let version = first >> 6;
    if version != 0 {
        return Err(page.refuse("version", version.into(), "!=", 0));
    }
    let is_control = first & CONTROL != 0;
    put!(
        page,
        "v",
        version,
        ", ",
        if is_control { "Control" } else { "Data" },
        " frame"
    );
    if page.verbose(1) {
        put!(page, ", Radio-id ", first >> 3 & 7);
    }
    put!(page, ", Flags [");
    put_bits(page.out, FLAGS, (first & 7).into(), ", ", "none");
    put!(page, "]");
    // Over UDP nothing is split into fragments.
    if first & (NOT_LAST | FRAGMENT) != 0 {
        page.wrong(|page| put!(page, " (bogus)"));
    }
    if page.verbose(1) {
        let fragment = header.peek_u8(1)?;
        put!(page, ", Frag-id ", fragment);
        if fragment != 0 {
            page.wrong(|page| put!(page, " (MBZ!)"));
        }
    }
    let length = usize::from(header.peek_u16(2)?);
    put!(page, ", length ", length);
    let rest = header.after(HEADER);
    if length != rest.len() {
        return Err(page.refuse("LWAPP payload length", length, "!=", rest.len()));
    }
    if !page.verbose(1) || length == 0 {
        return Ok(());
    }
    if has_identity {
        put!(page, "\n\tAP identity: ", Mac(&packet.after(0).array::<6>()?));
    }
    header.need(HEADER)?;
    if is_control {
        return control(page, rest);
    }
    page.hex("\n\t", rest.limited(rest.len()).bytes());
    Ok(())
}

/// A message and its elements, of which the values are not decoded.
fn control(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    page.expect("transport payload length", rest, CONTROL_HEADER)?;
    let message = rest.u8()?;
    put!(
        page,
        "\n\t  Msg type: ",
        name_of(MESSAGES, message).unwrap_or("Unknown"),
        " (",
        message,
        ")"
    );
    put!(page, ", Seqnum: ", rest.u8()?);
    let length = usize::from(rest.u16()?);
    put!(page, ", Msg len: ", length);
    let left = rest.len() - 4;
    if length != left {
        return Err(page.refuse("msg_elem_len", length, "!=", left));
    }
    put!(page, ", Session: 0x", HexPad(rest.u32()?.into(), 8));
    let mut number = 0_u32;
    while !rest.is_empty() {
        page.expect("remaining length", rest, ELEMENT_HEADER)?;
        let kind = rest.u8()?;
        let known = elements::named(kind);
        put!(page, "\n\t  Msg Elem ", number, " Type: ", kind);
        put!(page, " (", known.map_or("Unknown", |known| known.name), ")");
        if !elements::is_permitted(message, kind) {
            page.wrong(|page| put!(page, " [unexpected!]"));
        }
        let length = rest.u16()?;
        put!(page, ", Length: ", length);
        if known.is_some_and(|known| length < known.least) {
            page.wrong(|page| put!(page, " [too short!]"));
        }
        if usize::from(length) > rest.len() {
            return Err(page.refuse("elem_len", length.into(), ">", rest.len()));
        }
        rest.skip(length.into())?;
        number += 1;
    }
    Ok(())
}

const HEADER: usize = 6;
const CONTROL_HEADER: usize = 8;
const ELEMENT_HEADER: usize = 3;

const NOT_LAST: u8 = 1;
const FRAGMENT: u8 = 2;
const CONTROL: u8 = 4;
const FLAGS: &[(u32, &str)] = &[(1, "Not Last"), (2, "Fragment"), (4, "Control")];

/// RFC 5412, section 4.2.1.1.
const MESSAGES: &[(u8, &str)] = &[
    (1, "Discovery req"),
    (2, "Discovery resp"),
    (3, "Join req"),
    (4, "Join resp"),
    (5, "Join ack"),
    (6, "Join confirm"),
    (10, "Configure req"),
    (11, "Configure resp"),
    (12, "Update req"),
    (13, "Update resp"),
    (14, "WTP event req"),
    (15, "WTP event resp"),
    (16, "Change state event req"),
    (17, "Change state event resp"),
    (22, "Echo req"),
    (23, "Echo resp"),
    (24, "Image data req"),
    (25, "Image data resp"),
    (26, "Channel status req"),
    (27, "Channel status resp"),
    (30, "Key update req"),
    (31, "Key update resp"),
    (32, "Primary discovery req"),
    (33, "Primary discovery resp"),
    (34, "Data transfer req"),
    (35, "Data transfer resp"),
    (36, "Clear config ind"),
    (37, "Wlan config req"),
    (38, "Wlan config resp"),
    (39, "Mobile config req"),
    (40, "Mobile config resp"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    /// A discovery request on radio 1 with these elements.
    fn request(elements: &[u8]) -> Vec<u8> {
        let length = u8::try_from(elements.len()).unwrap();
        let mut bytes = vec![
            2,
            0,
            0,
            0,
            0,
            9,
            0x0c,
            0,
            0,
            length + 8,
            0,
            0,
            1,
            7,
            0,
            length,
            0,
            0,
            0x12,
            0x34,
        ];
        bytes.extend(elements);
        udp(40000, 12223, &bytes)
    }

    fn told(packet: &[u8]) -> String {
        let text = verbose(1, LinkType::RAW, packet);
        text.split_once("192.0.2.2.12223: ").unwrap().1.to_owned()
    }

    #[test]
    fn elements_are_listed_under_v() {
        let packet = request(&[58, 0, 1, 0, 4, 0, 1, 9, 99, 0, 0]);
        assert_eq!(
            shown(LinkType::RAW, &packet),
            "IP 192.0.2.1.40000 > 192.0.2.2.12223: LWAPPv0, Control frame, Flags [Control], length 19"
        );
        assert_eq!(
            told(&packet),
            "LWAPPv0, Control frame, Radio-id 1, Flags [Control], Frag-id 0, length 19\
             \n\tAP identity: 02:00:00:00:00:09\
             \n\t  Msg type: Discovery req (1), Seqnum: 7, Msg len: 11, Session: 0x00001234\
             \n\t  Msg Elem 0 Type: 58 (Discovery Type), Length: 1\
             \n\t  Msg Elem 1 Type: 4 (WTP Radio Information), Length: 1 [too short!]\
             \n\t  Msg Elem 2 Type: 99 (WTP Manager Control IPv4 Address) [unexpected!], Length: 0 [too short!]"
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }

    #[test]
    fn lengths_that_do_not_fit_are_told() {
        assert!(told(&request(&[58, 0, 2, 0])).ends_with(", Length: 2 [elem_len 2 > 1] (invalid)"));
        assert!(told(&request(&[58, 0])).ends_with(" [remaining length 2 < 3] (invalid)"));
        assert_eq!(
            told(&udp(1, 12223, &[0; 11])),
            "LWAPP [UDP payload length 11 < 12] (invalid)"
        );
        let mut version = vec![0; 12];
        version[6] = 0x40;
        assert_eq!(told(&udp(1, 12223, &version)), "LWAPP [version 1 != 0] (invalid)");
    }

    #[test]
    fn data_has_no_identity_and_is_dumped() {
        let packet = udp(12222, 40000, &[3, 1, 0, 2, 0, 0, 0xab, 0xcd]);
        let text = verbose(1, LinkType::RAW, &packet);
        assert!(
            text.ends_with(
                "LWAPPv0, Data frame, Radio-id 0, Flags [Not Last, Fragment] (bogus), Frag-id 1 (MBZ!), length 2\
                 \n\t0x0000:  abcd"
            ),
            "{text}"
        );
    }
}
