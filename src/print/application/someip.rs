//! SOME/IP, messages between the control units of a car (AUTOSAR R19-11): the header.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{name_of, put};

/// Prints the header of a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    const EVENT: u16 = 0x8000;
    page.enter("someip");
    put!(page, "SOMEIP");
    if message.len() < 16 {
        return Err(Stop::Invalid);
    }
    let mut rest = message;
    let (service, method) = (rest.u16()?, rest.u16()?);
    let what = if method & EVENT == 0 { "method " } else { "event " };
    put!(page, ", service ", service, ", ", what, method & !EVENT);
    put!(page, ", len ", rest.u32()?);
    let (client, session) = (rest.u16()?, rest.u16()?);
    put!(page, ", client ", client, ", session ", session);
    put!(page, ", pver ", rest.u8()?);
    put!(page, ", iver ", rest.u8()?);
    put!(
        page,
        ", msgtype ",
        name_of(KINDS, rest.u8()?).unwrap_or("Unknown")
    );
    put!(
        page,
        ", retcode ",
        name_of(CODES, rest.u8()?).unwrap_or("Unknown")
    );
    Ok(())
}

#[rustfmt::skip]
const KINDS: &[(u8, &str)] = &[
    (0x00, "REQUEST"), (0x01, "REQUEST_NO_RETURN"), (0x02, "NOTIFICATION"), (0x80, "RESPONSE"), (0x81, "ERROR"),
    (0x20, "TP_REQUEST"), (0x21, "TP_REQUEST_NO_RETURN"), (0x22, "TP_NOTIFICATION"), (0xa0, "TP_RESPONSE"),
    (0xa1, "TP_ERROR"),
];

#[rustfmt::skip]
const CODES: &[(u8, &str)] = &[
    (0, "E_OK"), (1, "E_NOT_OK"), (2, "E_UNKNOWN_SERVICE"), (3, "E_UNKNOWN_METHOD"), (4, "E_NOT_READY"),
    (5, "E_NOT_REACHABLE"), (6, "E_TIMEOUT"), (7, "E_WRONG_PROTOCOL_VERSION"), (8, "E_WRONG_INTERFACE_VERSION"),
    (9, "E_MALFORMED_MESSAGE"), (10, "E_WRONG_MESSAGE_TYPE"), (11, "E_E2E_REPEATED"), (12, "E_E2E_WRONG_SEQUENCE"),
    (13, "E_E2E"), (14, "E_E2E_NOT_AVAILABLE"), (15, "E_E2E_NO_NEW_DATA"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp};
    use crate::wire::LinkType;

    #[test]
    fn the_header_is_told() {
        let packet = udp(9, 30490, &[0, 1, 0x80, 2, 0, 0, 0, 8, 0, 8, 0, 5, 1, 1, 2, 9]);
        let told = ": SOMEIP, service 1, event 2, len 8, client 8, session 5, pver 1, iver 1, msgtype NOTIFICATION, \
                    retcode E_MALFORMED_MESSAGE";
        let text = shown(LinkType::RAW, &packet);
        assert!(text.ends_with(told), "{text}");
        assert_every_cut_is_told(LinkType::RAW, &packet);
        assert!(shown(LinkType::RAW, &udp(9, 30490, &[0; 15])).ends_with(": SOMEIP (invalid)"));
    }
}
