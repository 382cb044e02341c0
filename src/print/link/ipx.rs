//! IPX, Novell's internetwork protocol, with the services and the routes that its hosts announce.

use crate::print::application::smb;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::eigrp;
use crate::print::page::Page;
use crate::print::text::{Hex, Hex4, HexPad, Mac, put};

/// Prints a packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ipx");
    if !page.options.link_header {
        put!(page, "IPX ");
    }
    let (sender, socket) = (packet.peek_u16(28)?, packet.peek_u16(16)?);
    put_address(page, packet.after(18))?;
    put!(page, ".", Hex4(sender), " > ");
    put_address(page, packet.after(6))?;
    put!(page, ".", Hex4(socket), ": ");
    let length = packet.peek_u16(2)?.into();
    let Some(carried) = usize::checked_sub(length, HEADER) else {
        put!(page, "[length ", length, " < ", HEADER, "]");
        return Err(Stop::Invalid);
    };
    let rest = packet.after(HEADER).claiming(carried);
    match socket {
        0x0451 => put!(page, "ipx-ncp ", carried),
        0x0452 => return services(page, rest),
        0x0453 => return routes(page, rest),
        0x0455 => {
            put!(page, "ipx-netbios ", carried);
            return smb::ipx(page, rest);
        }
        0x0456 => put!(page, "ipx-diags ", carried),
        0x0553 => put!(page, "ipx-nwlink-dgm ", carried),
        0x85be => return eigrp::print(page, rest),
        other => put!(page, "ipx-#", Hex(other.into()), " ", carried),
    }
    Ok(())
}

fn put_address(page: &mut Page<'_>, mut address: Cursor<'_>) -> Shown {
    put!(
        page,
        HexPad(address.u32()?.into(), 8),
        ".",
        Mac(&address.array::<6>()?)
    );
    Ok(())
}

/// The service advertising protocol.
fn services(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    const MOST: usize = 8;
    let declared = rest.len();
    let command = rest.u16()?;
    if declared < 2 {
        return Err(page.refuse("length", declared, "<", 2));
    }
    match command {
        1 => put!(page, "ipx-sap-req"),
        2 => put!(page, "ipx-sap-resp"),
        3 => put!(page, "ipx-sap-nearest-req"),
        4 => put!(page, "ipx-sap-nearest-resp"),
        other => put!(page, "ipx-sap-?", Hex(other.into())),
    }
    if matches!(command, 1 | 3) {
        put!(page, " ", Hex4(rest.u16()?));
    }
    for _ in 0..if matches!(command, 2 | 4) { MOST } else { 0 } {
        if rest.is_empty() {
            break;
        }
        rest.need(2)?;
        rest.claims(2)?;
        put!(page, " ", Hex4(rest.u16()?), " '");
        if rest.len() < 48 {
            put!(page, "'");
            return Err(Stop::Invalid);
        }
        page.padded_text(&mut rest, 48)?;
        put!(page, "'");
        rest.need(10)?;
        rest.claims(10)?;
        put!(page, " addr ");
        put_address(page, rest)?;
        rest.advance(10);
        rest.need(4)?;
        rest.claims(4)?;
        rest.advance(4);
    }
    Ok(())
}

/// The routing information protocol of IPX: networks, hops and ticks.
fn routes(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let declared = rest.len();
    let command = rest.u16()?;
    if declared < 2 {
        return Err(page.refuse("length", declared, "<", 2));
    }
    let most = match command {
        1 => 1,
        2 => 50,
        _ => 0,
    };
    match command {
        1 => put!(page, "ipx-rip-req"),
        2 => put!(page, "ipx-rip-resp"),
        other => put!(page, "ipx-rip-?", Hex(other.into())),
    }
    for _ in 0..most {
        if rest.is_empty() {
            break;
        }
        rest.claims(8)?;
        put!(
            page,
            " ",
            HexPad(rest.u32()?.into(), 8),
            "/",
            rest.u16()?,
            ".",
            rest.u16()?
        );
    }
    Ok(())
}

const HEADER: usize = 30;

#[cfg(test)]
mod tests {
    use crate::print::sample::{ether, shown};
    use crate::wire::LinkType;

    fn packet(socket: u16, length: u16, body: &[u8]) -> Vec<u8> {
        let mut packet = vec![0xff, 0xff];
        packet.extend(length.to_be_bytes());
        packet.extend_from_slice(&[0, 17, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2]);
        packet.extend(socket.to_be_bytes());
        packet.extend_from_slice(&[0, 0, 0, 3, 2, 0, 0, 0, 0, 4, 0x40, 0x03]);
        packet.extend_from_slice(body);
        packet
    }

    #[test]
    fn routes_are_told_with_both_ends() {
        let routes = packet(0x0453, 40, &[0, 2, 0, 0, 0, 9, 0, 1, 0, 2]);
        let ends = "IPX 00000003.02:00:00:00:00:04.4003 > 00000001.02:00:00:00:00:02.0453: ";
        let text = shown(LinkType::ETHERNET, &ether(0x8137, &routes));
        assert_eq!(text, format!("(NOV-ETHII) {ends}ipx-rip-resp 00000009/1.2"));
        let raw = shown(LinkType::ETHERNET, &ether(40, &routes));
        assert_eq!(
            raw,
            format!("{ends}ipx-rip-resp 00000009/1.2"),
            "802.3 without 802.2"
        );
        let framed = [&[0xe0, 0xe0, 3], &packet(0x0451, 29, &[])[..]].concat();
        let text = shown(LinkType::ETHERNET, &ether(33, &framed));
        assert!(text.ends_with(".0451: [length 29 < 30] (invalid)"), "{text}");
    }

    #[test]
    fn a_service_has_a_name_and_an_address() {
        let mut body = vec![0, 2, 0, 4, b'S', b'1'];
        body.resize(4 + 48, 0);
        body.extend_from_slice(&[0, 0, 0, 7, 2, 0, 0, 0, 0, 9, 4, 0x51, 0, 1]);
        let text = shown(LinkType::ETHERNET, &ether(0x8137, &packet(0x0452, 96, &body)));
        assert!(
            text.ends_with(": ipx-sap-resp 0004 'S1' addr 00000007.02:00:00:00:00:09"),
            "{text}"
        );
    }
}
