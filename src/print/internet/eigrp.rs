//! EIGRP (RFC 7868).

use std::net::Ipv4Addr;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, HexPad, name_of, put, put_bits};

/// Prints a packet.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("eigrp");
    packet.need(HEADER)?;
    let mut rest = packet;
    let (version, opcode) = (rest.u8()?, rest.u8()?);
    if version != 2 {
        put!(page, "EIGRP version ", version, " packet not supported");
        return Ok(());
    }
    let name = name_of(OPCODES, opcode);
    if !page.verbose(1) || packet.len() < HEADER {
        match name {
            Some(name) => put!(page, "EIGRP ", name),
            None => put!(page, "EIGRP unknown (", opcode, ")"),
        }
        put!(page, ", length: ", packet.len());
        if page.verbose(1) {
            put!(page, " (too short, < ", HEADER, ")");
        }
        return Ok(());
    }
    put!(page, "\n\tEIGRP v2, opcode: ");
    match name {
        Some(name) => put!(page, name),
        None => put!(page, "unknown, type: ", opcode),
    }
    put!(
        page,
        " (",
        opcode,
        "), chksum: 0x",
        Hex4(rest.u16()?),
        ", Flags: ["
    );
    put_bits(page.out, FLAGS, rest.u32()?, ", ", "none");
    put!(page, "]\n\tseq: 0x", HexPad(rest.u32()?.into(), 8));
    put!(page, ", ack: 0x", HexPad(rest.u32()?.into(), 8));
    put!(page, ", VRID: ", rest.u16()?);
    put!(page, ", AS: ", rest.u16()?);
    put!(page, ", length: ", rest.len());
    while !rest.is_empty() {
        let mut value = rest;
        rest.need(4)?;
        let (kind, length) = (value.u16()?, usize::from(value.u16()?));
        if length < 4 || length > rest.len() {
            let shown = value.bytes();
            page.hex("\n\t    ", shown.get(..rest.len()).unwrap_or(shown));
            return Ok(());
        }
        let name = name_of(TLVS, kind).unwrap_or("Unknown");
        put!(
            page,
            "\n\t  ",
            name,
            " TLV (0x",
            Hex4(kind),
            "), length: ",
            length
        );
        rest.need(length)?;
        // A prefix may go on behind its route, as far as there is anything.
        let value = rest.claiming(length).after(4);
        rest.advance(length);
        if value.len() < least(kind) {
            put!(page, " (too short, < ", least(kind) + 4, ")");
        } else {
            tlv(page, kind, value)?;
        }
        if page.verbose(2) {
            page.hex("\n\t    ", value.limited(value.len()).bytes());
        }
    }
    Ok(())
}

/// How long a value is at least.
fn least(kind: u16) -> usize {
    match kind {
        GENERAL | CABLE_SETUP => 8,
        SOFTWARE => 4,
        IP_INTERNAL => 22,
        IP_EXTERNAL => 42,
        APPLETALK_INTERNAL => 24,
        APPLETALK_EXTERNAL => 40,
        _ => 0,
    }
}

fn tlv(page: &mut Page<'_>, kind: u16, value: Cursor<'_>) -> Shown {
    match kind {
        GENERAL => {
            put!(page, "\n\t    holdtime: ", value.peek_u16(6)?, "s");
            for index in 0..5 {
                put!(page, ", k", index + 1, " ", value.peek_u8(index)?);
            }
        }
        SOFTWARE => {
            put!(
                page,
                "\n\t    IOS version: ",
                value.peek_u8(0)?,
                ".",
                value.peek_u8(1)?
            );
            put!(
                page,
                ", EIGRP version ",
                value.peek_u8(2)?,
                ".",
                value.peek_u8(3)?
            );
        }
        IP_INTERNAL => {
            if prefix(page, value, 20)? {
                metric(page, value.after(4))?;
            }
        }
        IP_EXTERNAL => {
            if prefix(page, value, 40)? {
                put!(page, "\n\t      origin-router ");
                page.host(value.after(4).peek_ipv4()?);
                let metric_of_origin = value.peek_u32(16)?;
                origin(page, value.after(8), value.after(22), metric_of_origin)?;
                metric(page, value.after(24))?;
            }
        }
        CABLE_SETUP => {
            put!(
                page,
                "\n\t    Cable-range: ",
                value.peek_u16(0)?,
                "-",
                value.peek_u16(2)?
            );
            put!(page, ", Router-ID ", value.peek_u32(4)?);
        }
        APPLETALK_INTERNAL => {
            cable(page, value, value.after(20))?;
            metric(page, value.after(4))?;
        }
        APPLETALK_EXTERNAL => {
            cable(page, value, value.after(36))?;
            put!(page, "\n\t      origin-router ", value.peek_u32(4)?);
            origin(page, value.after(8), value.after(16), value.peek_u16(18)?.into())?;
            metric(page, value.after(20))?;
        }
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t    ", value.limited(value.len()).bytes());
            }
        }
    }
    Ok(())
}

/// Prints the prefix that is `offset` bytes into a route, and its next hop; false if its length cannot be.
fn prefix(page: &mut Page<'_>, route: Cursor<'_>, offset: usize) -> Shown<bool> {
    let bits = route.peek_u8(offset)?;
    if bits > 32 {
        put!(page, "\n\t    illegal prefix length ", bits);
        return Ok(false);
    }
    let mut address = [0; 4];
    let bytes = route.bytes().get(offset + 1..).unwrap_or_default();
    let length = usize::from(bits.div_ceil(8));
    for (octet, &byte) in address
        .iter_mut()
        .zip(bytes.get(..length).ok_or(Stop::Truncated)?)
    {
        *octet = byte;
    }
    put!(page, "\n\t    IPv4 prefix: ");
    page.right(15, |page| page.host(Ipv4Addr::from(address)));
    put!(page, "/", bits, ", nexthop: ");
    let hop = route.peek_ipv4()?;
    if hop.is_unspecified() {
        put!(page, "self");
    } else {
        page.host(hop);
    }
    Ok(true)
}

fn cable(page: &mut Page<'_>, hop: Cursor<'_>, range: Cursor<'_>) -> Shown {
    put!(
        page,
        "\n\t     Cable-Range: ",
        range.peek_u16(0)?,
        "-",
        range.peek_u16(2)?,
        ", nexthop: "
    );
    match (hop.peek_u16(0)?, hop.peek_u16(2)?) {
        (0, 0) => put!(page, "self"),
        (network, node) => put!(page, network, ".", node),
    }
    Ok(())
}

/// From where an external route is.
fn origin(page: &mut Page<'_>, from: Cursor<'_>, protocol: Cursor<'_>, metric: u32) -> Shown {
    let name = name_of(PROTOCOLS, protocol.peek_u8(0)?).unwrap_or("unknown");
    put!(page, ", origin-as ", from.peek_u32(0)?, ", origin-proto ", name);
    put!(page, ", flags [0x", Hex2(protocol.peek_u8(1)?), "]");
    put!(
        page,
        ", tag 0x",
        HexPad(from.peek_u32(4)?.into(), 8),
        ", metric ",
        metric
    );
    Ok(())
}

fn metric(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(
        page,
        "\n\t      delay ",
        rest.u32()? / 100,
        " ms, bandwidth ",
        rest.u32()?
    );
    put!(page, " Kbps, mtu ", rest.u24()?, ", hop ", rest.u8()?);
    put!(page, ", reliability ", rest.u8()?, ", load ", rest.u8()?);
    Ok(())
}

const HEADER: usize = 20;

const OPCODES: &[(u8, &str)] = &[
    (1, "Update"),
    (3, "Query"),
    (4, "Reply"),
    (5, "Hello"),
    (6, "IPX SAP"),
    (7, "Probe"),
];

const FLAGS: &[(u32, &str)] = &[
    (1, "Init"),
    (2, "Conditionally Received"),
    (4, "Restart"),
    (8, "End-of-Table"),
];

const GENERAL: u16 = 0x0001;
const SOFTWARE: u16 = 0x0004;
const IP_INTERNAL: u16 = 0x0102;
const IP_EXTERNAL: u16 = 0x0103;
const APPLETALK_INTERNAL: u16 = 0x0202;
const APPLETALK_EXTERNAL: u16 = 0x0203;
const CABLE_SETUP: u16 = 0x0204;

const TLVS: &[(u16, &str)] = &[
    (GENERAL, "General Parameters"),
    (0x0002, "Authentication"),
    (0x0003, "Sequence"),
    (SOFTWARE, "Software Version"),
    (0x0005, "Next Multicast Sequence"),
    (IP_INTERNAL, "IP Internal routes"),
    (IP_EXTERNAL, "IP External routes"),
    (APPLETALK_INTERNAL, "AppleTalk Internal routes"),
    (APPLETALK_EXTERNAL, "AppleTalk External routes"),
    (CABLE_SETUP, "AppleTalk Cable setup"),
    (0x0302, "IPX Internal routes"),
    (0x0303, "IPX External routes"),
];

const PROTOCOLS: &[(u8, &str)] = &[
    (1, "IGRP"),
    (2, "EIGRP"),
    (3, "Static"),
    (4, "RIP"),
    (5, "Hello"),
    (6, "OSPF"),
    (7, "IS-IS"),
    (8, "EGP"),
    (9, "BGP"),
    (10, "IDRP"),
    (11, "Connected"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    fn packet(tlvs: &[u8]) -> Vec<u8> {
        let mut packet = vec![2, 5, 0xee, 0xd0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100];
        packet.extend_from_slice(tlvs);
        ipv4(88, &packet)
    }

    #[test]
    fn a_hello_has_parameters() {
        let hello = packet(&[0, 1, 0, 12, 1, 0, 1, 0, 0, 0, 0, 15]);
        assert!(shown(LinkType::RAW, &hello).ends_with(": EIGRP Hello, length: 32"));
        assert!(verbose(1, LinkType::RAW, &hello).ends_with(
            "\n\tEIGRP v2, opcode: Hello (5), chksum: 0xeed0, Flags: [Init]\
             \n\tseq: 0x00000000, ack: 0x00000000, VRID: 0, AS: 100, length: 12\
             \n\t  General Parameters TLV (0x0001), length: 12\
             \n\t    holdtime: 15s, k1 1, k2 0, k3 1, k4 0, k5 0"
        ));
        assert_every_cut_is_told(LinkType::RAW, &hello);
    }

    #[test]
    fn routes_have_metrics() {
        let route = [
            1, 2, 0, 28, 0, 0, 0, 0, 0, 0, 0x64, 0, 0, 0, 1, 0, 0, 5, 0xdc, 1, 255, 1, 0, 0, 16, 10, 1, 0,
        ];
        assert!(verbose(1, LinkType::RAW, &packet(&route)).ends_with(
            "\n\t    IPv4 prefix:        10.1.0.0/16, nexthop: self\
             \n\t      delay 256 ms, bandwidth 256 Kbps, mtu 1500, hop 1, reliability 255, load 1"
        ));
        assert!(
            verbose(1, LinkType::RAW, &packet(&[0, 4, 0, 6, 1, 2]))
                .ends_with("\n\t  Software Version TLV (0x0004), length: 6 (too short, < 8)")
        );
    }
}
