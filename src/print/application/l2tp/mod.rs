//! The layer two tunnelling protocol (RFC 2661).

mod avp;

use crate::print::cursor::{Cursor, Shown};
use crate::print::link::ppp;
use crate::print::page::Page;
use crate::print::text::{Named, put};

/// Prints a control message with its attribute-value pairs, or a data message with the PPP packet in it.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("l2tp");
    let mut rest = packet;
    let flags = rest.u16()?;
    match flags & VERSION {
        2 => put!(page, " l2tp:["),
        1 => {
            put!(page, " l2f:");
            return Ok(());
        }
        _ => {
            put!(page, " Unknown Version, neither L2F(1) nor L2TP(2)");
            return Ok(());
        }
    }
    for (bit, letter) in FLAGS {
        if flags & bit != 0 {
            put!(page, Named("flags", *letter));
        }
    }
    put!(page, "]");
    let length = if flags & LENGTH != 0 {
        Some(usize::from(rest.u16()?))
    } else {
        None
    };
    put!(page, "(", Named("tunnel", rest.u16()?), "/");
    put!(page, Named("session", rest.u16()?), ")");
    if flags & SEQUENCE != 0 {
        put!(page, "Ns=", rest.u16()?, ",");
        put!(page, "Nr=", rest.u16()?);
    }
    if flags & OFFSET != 0 {
        let padding = rest.u16()?;
        rest.skip(padding.into())?;
    }
    let header = packet.captured() - rest.captured();
    if let Some(length) = length.filter(|length| *length > packet.len()) {
        put!(page, " Length ", length, " larger than packet");
        return Ok(());
    }
    let length = length.unwrap_or(packet.len());
    let Some(body) = length.checked_sub(header) else {
        put!(page, " Length ", length, " smaller than header length");
        return Ok(());
    };
    let body = rest.limited(body);
    if flags & CONTROL == 0 {
        put!(page, " {");
        page.deeper(|page| ppp::print(page, body))?;
        put!(page, "}");
        return Ok(());
    }
    if flags & LENGTH == 0 {
        put!(page, " No length");
    } else if body.is_empty() {
        // A zero-length body acknowledges.
        put!(page, " ZLB");
    } else {
        avp::list(page, body)?;
    }
    Ok(())
}

const VERSION: u16 = 0x000f;
const CONTROL: u16 = 0x8000;
const LENGTH: u16 = 0x4000;
const SEQUENCE: u16 = 0x0800;
const OFFSET: u16 = 0x0200;
const FLAGS: &[(u16, &str)] = &[
    (CONTROL, "T"),
    (LENGTH, "L"),
    (SEQUENCE, "S"),
    (OFFSET, "O"),
    (0x0100, "P"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, udp};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    /// A control message with these attribute-value pairs.
    pub(super) fn control(pairs: &[u8]) -> Vec<u8> {
        let length = u16::try_from(12 + pairs.len()).unwrap().to_be_bytes();
        let mut packet = vec![0xc8, 2, length[0], length[1], 0, 5, 0, 6, 0, 1, 0, 2];
        packet.extend_from_slice(pairs);
        udp(1701, 1701, &packet)
    }

    #[test]
    fn a_data_message_holds_a_packet() {
        let mut packet = vec![2, 2, 0, 5, 0, 6, 0, 1, 0xee, 0xff, 3, 0, 0x21];
        packet.extend(ipv4(253, &[]));
        let packet = udp(1701, 1701, &packet);
        assert!(
            shown(RAW, &packet).ends_with(":  l2tp:[O](5/6) {IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0}")
        );
        assert_every_cut_is_told(RAW, &packet);
    }

    #[test]
    fn lengths_that_cannot_be_are_told() {
        assert!(shown(RAW, &control(&[])).ends_with(":  l2tp:[TLS](5/6)Ns=1,Nr=2 ZLB"));
        let mut packet = control(&[]);
        packet[31] = 13;
        assert!(shown(RAW, &packet).ends_with(" Length 13 larger than packet"));
        packet[31] = 11;
        assert!(shown(RAW, &packet).ends_with(" Length 11 smaller than header length"));
        let text = shown(RAW, &udp(1701, 1701, &[0x80, 2, 0, 5, 0, 6]));
        assert!(text.ends_with(":  l2tp:[T](5/6) No length"));
    }
}
