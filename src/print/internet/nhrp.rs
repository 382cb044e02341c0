//! The next hop resolution protocol of networks without broadcast (RFC 2332).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::family;
use crate::print::text::{Hex2, Hex4, Mac, name_of, put};

/// Prints a packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("nhrp");
    put!(page, "NHRP: ");
    if packet.len() < FIXED {
        return Err(page.refuse("length", packet.len(), "<", FIXED));
    }
    let version = packet.peek_u8(16)?;
    if version != 1 {
        put!(page, "unknown-version-", Hex2(version));
        return Ok(());
    }
    let (hops, protocol) = (packet.peek_u16(0)?, packet.peek_u16(2)?);
    let size = usize::from(packet.peek_u16(10)?);
    if size < FIXED {
        return Err(page.refuse("pktsz", size, "<", FIXED));
    }
    let extensions = usize::from(packet.peek_u16(14)?);
    let operation = packet.peek_u8(17)?;
    match name_of(OPERATIONS, operation) {
        Some(name) => put!(page, name),
        None => put!(page, "unknown-op-type-", Hex4(operation.into())),
    }
    let end = match extensions {
        0 => size,
        end if end > size => return Err(page.refuse("extoff", end, ">", size)),
        end if end < FIXED => return Err(page.refuse("extoff", end, "<", FIXED)),
        end => end,
    };
    packet.need(FIXED)?;
    let mut rest = packet
        .after(FIXED)
        .with_len((end - FIXED).min(packet.len() - FIXED));
    if rest.len() < MANDATORY {
        return Err(page.refuse("mand_part_len", rest.len(), "<", MANDATORY));
    }
    rest.need(MANDATORY)?;
    match operation {
        1..=6 => put!(page, ", id ", rest.peek_u32(4)?),
        7 => {
            put!(page, ", error ", rest.peek_u16(4)?);
            return Ok(());
        }
        _ => {}
    }
    let (source, sub) = (packet.peek_u8(18)?, packet.peek_u8(19)?);
    if page.verbose(1) {
        put!(page, ", hopcnt ", packet.peek_u8(9)?);
        put!(
            page,
            if source & 0x80 != 0 {
                " (shtl bit 7 set)"
            } else {
                ""
            }
        );
        put!(page, if source & 0x40 != 0 { " (nbma E.154)" } else { "" });
    }
    let (from, to) = (rest.u8()?, rest.u8()?);
    rest.skip(6)?;
    part(page, rest, "mand_part_len", source)?;
    if source != 0 {
        below(page, ", src nbma ", hops, rest.sub(source.into()))?;
    }
    part(page, rest, "mand_part_len", sub)?;
    rest.skip(sub.into())?;

    put!(page, ", ");
    part(page, rest, "mand_part_len", from)?;
    if from != 0 {
        let address = rest.sub(from.into());
        if !matches!(protocol, IPV4 | IPV6) {
            put!(page, "proto type ", Hex4(protocol), " ");
        }
        above(page, protocol, address)?;
        put!(page, " ");
    }
    put!(page, "->");
    part(page, rest, "mand_part_len", to)?;
    if to != 0 {
        put!(page, " ");
        above(page, protocol, rest.sub(to.into()))?;
    }
    while matches!(operation, 1..=6) && !rest.is_empty() {
        client(page, &mut rest, hops, protocol)?;
    }
    Ok(())
}

/// Stops the packet as invalid unless a part of it has room for so many bytes.
fn part(page: &mut Page<'_>, rest: Cursor<'_>, what: &str, length: u8) -> Shown {
    if rest.len() < length.into() {
        return Err(page.refuse(what, rest.len(), "<", length.into()));
    }
    Ok(())
}

/// Prints an entry about a client.
fn client(page: &mut Page<'_>, rest: &mut Cursor<'_>, hops: u16, protocol: u16) -> Shown {
    const LEFT: &str = "remaining mandatory part length";
    if rest.len() < CLIENT {
        return Err(page.refuse(LEFT, rest.len(), "<", CLIENT));
    }
    put!(page, " (code ", rest.peek_u8(0)?);
    if page.verbose(1) {
        put!(page, ", pl ", rest.peek_u8(1)?, ", mtu ", rest.peek_u16(4)?);
        put!(page, ", htime ", rest.peek_u16(6)?, ", pref ", rest.peek_u8(11)?);
    }
    let (address, sub, above_it) = (rest.peek_u8(8)?, rest.peek_u8(9)?, rest.peek_u8(10)?);
    put!(page, if address & 0x40 != 0 { ", nbma E.154" } else { "" });
    rest.skip(CLIENT)?;
    part(page, *rest, LEFT, address)?;
    if address != 0 {
        below(page, ", nbma ", hops, rest.sub(address.into()))?;
    }
    part(page, *rest, LEFT, sub)?;
    if sub != 0 {
        put!(page, ", unknown-nbma-saddr-family");
        rest.skip(sub.into())?;
    }
    part(page, *rest, LEFT, above_it)?;
    if above_it != 0 {
        let address = rest.sub(above_it.into());
        if matches!(protocol, IPV4 | IPV6) {
            put!(page, ", proto ");
            above(page, protocol, address)?;
        } else {
            address.need(address.len())?;
            put!(
                page,
                ", unknown-proto-family-",
                Hex4(protocol),
                " (",
                Mac(address.bytes()),
                ")"
            );
        }
    }
    put!(page, ")");
    Ok(())
}

/// Prints an address of the network below, after `before` if its family is known.
fn below(page: &mut Page<'_>, before: &str, hops: u16, address: Cursor<'_>) -> Shown {
    address.need(address.len())?;
    match (hops, address.len()) {
        (family::IPV4, 4) => {
            put!(page, before);
            page.host(address.peek_ipv4()?);
        }
        (family::IPV6, 16) => {
            put!(page, before);
            page.host(address.peek_ipv6()?);
        }
        (family::IPV4 | family::IPV6 | ETHERNET, _) => put!(page, before, Mac(address.bytes())),
        _ => {
            put!(page, ", unknown-nbma-addr-family-", Hex4(hops));
            put!(page, " (", Mac(address.bytes()), ")");
        }
    }
    Ok(())
}

/// Prints an address of the protocol above.
fn above(page: &mut Page<'_>, protocol: u16, address: Cursor<'_>) -> Shown {
    if address.need(address.len()).is_err() {
        return Err(Stop::Truncated);
    }
    match (protocol, address.len()) {
        (IPV4, 4) => page.host(address.peek_ipv4()?),
        (IPV6, 16) => page.host(address.peek_ipv6()?),
        _ => put!(page, Mac(address.bytes())),
    }
    Ok(())
}

const FIXED: usize = 20;
const MANDATORY: usize = 8;
const CLIENT: usize = 12;

/// The number of the family of IEEE 802 addresses.
const ETHERNET: u16 = 6;
const IPV4: u16 = 0x0800;
const IPV6: u16 = 0x86dd;

const OPERATIONS: &[(u8, &str)] = &[
    (1, "res request"),
    (2, "res reply"),
    (3, "reg request"),
    (4, "reg reply"),
    (5, "purge request"),
    (6, "purge reply"),
    (7, "error indication"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, verbose};
    use crate::wire::LinkType;

    #[test]
    fn a_request_names_its_ends_and_its_client() {
        let mut packet = vec![0, 0, 0x20, 0x01];
        packet.extend([0, 1, 8, 0, 0, 0, 0, 0, 0, 255, 0, 52, 0, 0, 0, 0, 1, 3, 4, 0]);
        packet.extend([4, 4, 0, 0, 0, 0, 0, 7, 10, 0, 0, 1, 192, 0, 2, 1, 192, 0, 2, 2]);
        packet.extend([0, 32, 0, 0, 5, 0xdc, 0, 60, 0, 0, 0, 9]);
        let packet = ipv4(47, &packet);
        assert!(verbose(1, LinkType::RAW, &packet).ends_with(
            "NHRP: reg request, id 7, hopcnt 255, src nbma 10.0.0.1, 192.0.2.1 -> 192.0.2.2\
             \x20(code 0, pl 32, mtu 1500, htime 60, pref 9)"
        ));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
