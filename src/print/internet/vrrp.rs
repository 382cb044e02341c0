//! VRRP, versions 2 and 3 (RFC 3768, RFC 5798).

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;

use super::Datagram;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, name_of, put};
use crate::wire::Checksum;

/// Prints an advertisement.
pub(super) fn print(page: &mut Page<'_>, datagram: &Datagram, message: Cursor<'_>) -> Shown {
    page.enter("vrrp");
    let first = message.peek_u8(0)?;
    let (version, kind) = (first >> 4, first & 15);
    put!(page, "VRRPv", version, ", ");
    if kind == ADVERTISEMENT {
        put!(page, "Advertisement");
    } else {
        put!(page, "unknown type (", kind, ")");
    }
    if datagram.hops != 255 {
        put!(page, ", (ttl ", datagram.hops, ")");
    }
    if !matches!(version, 2 | 3) || kind != ADVERTISEMENT {
        return Ok(());
    }
    put!(
        page,
        ", vrid ",
        message.peek_u8(1)?,
        ", prio ",
        message.peek_u8(2)?
    );
    let authentication = message.peek_u8(4)?;
    if version == 2 {
        match name_of(&[(0, "none"), (1, "simple"), (2, "ah")], authentication) {
            Some(name) => put!(page, ", authtype ", name),
            None => put!(page, ", authtype #", authentication),
        }
        put!(page, ", intvl ", message.peek_u8(5)?, "s");
    } else {
        put!(page, ", intvl ", message.peek_u16(4)? & 0x0fff, "cs");
    }
    put!(page, ", length ", message.len());
    if !page.verbose(1) {
        return Ok(());
    }
    if let Some(covered) = message.bytes().get(..message.len()) {
        let found = if version == 2 {
            Checksum::default().with(covered).finish()
        } else {
            datagram.checksum(Protocols::Vrrp.0, message.len(), covered)
        };
        if found != 0 {
            put!(page, ", (bad vrrp cksum ", Hex(message.peek_u16(6)?.into()), ")");
        }
    }
    let count = message.peek_u8(3)?;
    put!(page, ", addrs");
    if count > 1 {
        put!(page, "(", count, ")");
    }
    put!(page, ":");
    let mut rest = message.after(8);
    for index in 0..count {
        rest.need(if datagram.is_v6() { 16 } else { 4 })?;
        put!(page, if index == 0 { " " } else { "," });
        if datagram.is_v6() {
            page.host(rest.ipv6()?);
        } else {
            page.host(rest.ipv4()?);
        }
    }
    if version == 2 && authentication == SIMPLE {
        put!(page, " auth \"");
        page.padded_text(&mut rest, 8)?;
        put!(page, "\"");
    }
    Ok(())
}

const ADVERTISEMENT: u8 = 1;
const SIMPLE: u8 = 1;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn an_advertisement_lists_its_addresses_under_v() {
        let mut packet = ipv4(112, &[0x21, 1, 100, 1, 0, 1, 0, 0, 192, 0, 2, 9]);
        packet[8] = 255;
        assert_eq!(
            shown(LinkType::RAW, &packet),
            "IP 192.0.2.1 > 192.0.2.2: VRRPv2, Advertisement, vrid 1, prio 100, authtype none, intvl 1s, length 12"
        );
        assert!(verbose(1, LinkType::RAW, &packet).ends_with(", addrs: 192.0.2.9"));
        assert_every_cut_is_told(LinkType::RAW, &ipv4(112, &[0x21, 1, 100, 0, 0, 1, 0, 0]));
    }
}
