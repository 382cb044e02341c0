//! What Realtek's switch chips say under their EtherType: remote control (RRCP), echoes (REP), loop detection
//! (RLDP), and tags for the processor behind the switch (datasheets of the RTL8306 and RTL8324).

use super::ether::Addresses;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, HexPad, Mac, name_of, put};

/// Prints a packet, with the addresses of the frame that it came in.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>, addresses: Option<Addresses>) -> Shown {
    page.enter("rtl");
    if let Some(addresses) = addresses {
        page.aside(|page| {
            put!(
                page,
                Mac(&addresses.source),
                " > ",
                Mac(&addresses.destination),
                ", "
            )
        });
    }
    match packet.peek_u8(0)? {
        0x01 => return remote_control(page, packet),
        0x02 => put!(page, "REP"),
        0x03 | 0x23 => put!(page, "RLDP"),
        0x04 => put!(page, "Realtek 8-byte DSA tag"),
        0x90..=0x9f => put!(page, "Realtek RTL8306 4-byte DSA tag"),
        0xa0..=0xaf => put!(page, "Realtek RTL8366RB 4-byte DSA tag"),
        other => put!(page, "Realtek unknown type 0x", Hex2(other)),
    }
    Ok(())
}

fn remote_control(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("rrcp");
    let operation = packet.peek_u8(1)?;
    let is_reply = operation & REPLY != 0;
    let operation = operation & !REPLY;
    put!(page, "RRCP ", if is_reply { "reply" } else { "query" }, ": ");
    match name_of(OPERATIONS, operation) {
        Some(name) => put!(page, name),
        None => put!(page, "unknown opcode (0x", Hex2(operation), ")"),
    }
    let mut rest = packet.after(4);
    let is_register = matches!(operation, GET | SET);
    if is_register {
        let (register, data) = (rest.u16_le()?, rest.u32_le()?);
        put!(
            page,
            " addr=0x",
            Hex4(register),
            ", data=0x",
            HexPad(data.into(), 8)
        );
    }
    put!(page, ", auth=0x", Hex4(packet.peek_u16(2)?));
    if is_register {
        let (low, high) = (rest.u32()?, rest.u32()?);
        put!(
            page,
            ", cookie=0x",
            HexPad(u64::from(high) << 32 | u64::from(low), 16),
            " "
        );
    } else if operation == HELLO && is_reply {
        let (downlink, uplink, neighbour) = (rest.u8()?, rest.u8()?, rest.array::<6>()?);
        let (chip, vendor) = (rest.u16()?, rest.u32()?);
        put!(page, " downlink_port=", downlink, ", uplink_port=", uplink);
        put!(page, ", uplink_mac=", Mac(&neighbour));
        put!(
            page,
            ", vendor_id=",
            HexPad(vendor.into(), 8),
            " ,chip_id=",
            Hex4(chip),
            " "
        );
    }
    Ok(())
}

/// The bit of the operation that marks what the switch says.
const REPLY: u8 = 0x80;
const HELLO: u8 = 0;
const GET: u8 = 1;
const SET: u8 = 2;
const OPERATIONS: &[(u8, &str)] = &[(HELLO, "hello"), (GET, "get"), (SET, "set")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown};
    use crate::wire::LinkType;

    const ADDRESSES: &str = "02:00:00:00:00:01 > 02:00:00:00:00:02, ";

    fn packet(bytes: &[u8]) -> String {
        let text = shown(LinkType::ETHERNET, &ether(0x8899, bytes));
        text.strip_prefix(ADDRESSES).unwrap().to_owned()
    }

    #[test]
    fn a_register_is_told_with_its_cookie() {
        let reply = [1, 0x81, 0x23, 0x79, 0x10, 2, 1, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 8];
        assert_eq!(
            packet(&reply),
            "RRCP reply: get addr=0x0210, data=0x00000001, auth=0x2379, cookie=0x0000000800000009 "
        );
        assert_every_cut_is_told(LinkType::ETHERNET, &ether(0x8899, &reply));
    }

    #[test]
    fn a_switch_says_who_it_is() {
        let hello = [
            1, 0x80, 0x23, 0x79, 3, 4, 2, 0, 0, 0, 0, 7, 0x83, 0x24, 0xde, 0xad, 0xbe, 0xef,
        ];
        assert_eq!(
            packet(&hello),
            "RRCP reply: hello, auth=0x2379 downlink_port=3, uplink_port=4, uplink_mac=02:00:00:00:00:07, \
             vendor_id=deadbeef ,chip_id=8324 "
        );
        assert_eq!(
            packet(&[1, 5, 0, 1]),
            "RRCP query: unknown opcode (0x05), auth=0x0001"
        );
    }

    #[test]
    fn the_others_are_only_named() {
        assert_eq!(packet(&[2]), "REP");
        assert_eq!(packet(&[0x23]), "RLDP");
        assert_eq!(packet(&[0x9a]), "Realtek RTL8306 4-byte DSA tag");
        assert_eq!(packet(&[5]), "Realtek unknown type 0x05");
    }
}
