//! Communities of routes: plain (RFC 1997), extended (RFC 4360) and large (RFC 8092).

use super::as_number::put_as;
use super::{Told, room};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::l2vpn;
use crate::print::text::{Hex, Hex2, Hex4, HexRun, Thousandths, name_of, put, put_bits};

/// Prints communities.
pub(super) fn print(page: &mut Page<'_>, value: Cursor<'_>) -> Told {
    let mut rest = value;
    while !rest.is_empty() {
        room(rest, 4)?;
        match rest.u32()? {
            0xffff_ff01 => put!(page, " NO_EXPORT"),
            0xffff_ff02 => put!(page, " NO_ADVERTISE"),
            0xffff_ff03 => put!(page, " NO_EXPORT_SUBCONFED"),
            other => {
                put!(page, other >> 16, ":", other & 0xffff);
                put!(page, if rest.is_empty() { "" } else { ", " });
            }
        }
    }
    Ok(())
}

/// Prints large communities.
pub(super) fn large(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    let mut rest = value;
    put!(page, "\n\t    ");
    while !rest.is_empty() {
        put!(page, rest.u32()?, ":", rest.u32()?, ":", rest.u32()?);
        put!(page, if rest.is_empty() { "" } else { ", " });
    }
    Ok(())
}

/// Prints extended communities.
pub(super) fn extended(page: &mut Page<'_>, value: Cursor<'_>) -> Told {
    let mut rest = value;
    while !rest.is_empty() {
        room(rest, 2)?;
        let kind = rest.peek_u16(0)?;
        let name = name_of(EXTENDED, kind).unwrap_or("unknown extd community typecode");
        put!(page, "\n\t    ", name, " (0x", Hex4(kind), "), Flags [");
        put_bits(
            page.out,
            &[(0x8000, "vendor-specific"), (0x4000, "non-transitive")],
            kind.into(),
            ", ",
            "none",
        );
        put!(page, "]");
        room(rest, 8)?;
        put!(page, ": ");
        value_of(page, kind, rest.after(2))?;
        rest.advance(8);
    }
    Ok(())
}

fn value_of(page: &mut Page<'_>, kind: u16, mut rest: Cursor<'_>) -> Shown {
    match kind {
        0x0002 | 0x0003 | 0x000a => {
            put!(page, rest.u16()?, ":", rest.peek_u32(0)?, " (= ");
            page.host(rest.ipv4()?);
            put!(page, ")");
        }
        0x0102 | 0x0103 | 0xf10a | 0x010b => {
            page.host(rest.ipv4()?);
            put!(page, ":", rest.u16()?);
        }
        0x0202 | 0x0203 => {
            put_as(page, rest.u32()?);
            put!(page, ":", rest.u16()?);
        }
        LINK_BANDWIDTH => {
            let bytes = f32::from_bits(rest.peek_u32(2)?);
            put!(
                page,
                "bandwidth: ",
                Thousandths((bytes * 8.0 / 1e6).into()),
                " Mbps"
            );
        }
        ORIGIN_VALIDATION => {
            let reserved = u64::from(rest.u32()?) << 8 | u64::from(rest.u8()?);
            if reserved != 0 {
                put!(page, "[the reserved field 0x", Hex(reserved), " MUST be 0] ");
            }
            let state = name_of(&[(0, "valid"), (1, "not found"), (2, "invalid")], rest.u8()?);
            put!(page, "ovs: ", state.unwrap_or("unknown origin validation state"));
        }
        0x0005 | 0x0105 | 0x0205 | 0x8005 | 0x0107 | 0x8001 => page.host(rest.ipv4()?),
        0x0306 | 0x8000 => ospf_route(page, rest)?,
        0x800a => {
            let encapsulation = name_of(l2vpn::ENCAPSULATIONS, rest.u8()?);
            put!(page, encapsulation.unwrap_or("unknown encaps"));
            put!(
                page,
                " Control Flags [0x",
                Hex2(rest.u8()?),
                "]:MTU ",
                rest.u16()?
            );
        }
        0x0009 => put!(page, "AS ", rest.u16()?),
        ENCAPSULATION => {
            let tunnel = name_of(TUNNELS, rest.peek_u16(4)?);
            put!(page, "Tunnel type: ", tunnel.unwrap_or("unknown encaps"));
        }
        _ => put!(page, HexRun(rest.take(6)?)),
    }
    Ok(())
}

/// The type that a route had in OSPF (RFC 4577).
fn ospf_route(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let area = rest.ipv4()?;
    let (kind, options) = (rest.u8()?, rest.u8()?);
    put!(page, "area:");
    page.host(area);
    put!(page, ", router-type:");
    match name_of(OSPF_ROUTES, kind) {
        Some(name) => put!(page, name),
        None => put!(page, "unknown (0x", Hex2(kind), ")"),
    }
    put!(page, ", metric-type:");
    put!(page, if options & 1 != 0 { "E2" } else { "" });
    put!(page, if matches!(kind, 5 | 7) { "E1" } else { "" });
    Ok(())
}

const LINK_BANDWIDTH: u16 = 0x4004;
const ORIGIN_VALIDATION: u16 = 0x4300;
const ENCAPSULATION: u16 = 0x030c;

const EXTENDED: &[(u16, &str)] = &[
    (0x0002, "target"),
    (0x0102, "target"),
    (0x0202, "target"),
    (0x0003, "origin"),
    (0x0103, "origin"),
    (0x0203, "origin"),
    (LINK_BANDWIDTH, "link-BW"),
    (ORIGIN_VALIDATION, "origin-validation-state"),
    (0x0005, "ospf-domain"),
    (0x0105, "ospf-domain"),
    (0x0205, "ospf-domain"),
    (0x8005, "ospf-domain"),
    (0x0306, "ospf-route-type"),
    (0x8000, "ospf-route-type"),
    (ENCAPSULATION, "encapsulation"),
    (0x0107, "ospf-router-id"),
    (0x8001, "ospf-router-id"),
    (0x800a, "layer2-info"),
    (0x8800, "eigrp-general-route (flag, tag)"),
    (0x8801, "eigrp-route-metric (AS, delay)"),
    (0x8802, "eigrp-route-metric (reliability, nexthop, bandwidth)"),
    (0x8803, "eigrp-route-metric (load, MTU)"),
    (0x8804, "eigrp-external-route (remote-AS, remote-ID)"),
    (0x8805, "eigrp-external-route (remote-proto, remote-metric)"),
    (0x0009, "source-AS"),
    (0x010b, "vrf-route-import"),
    (0x000a, "l2vpn-id"),
    (0xf10a, "l2vpn-id"),
];

const TUNNELS: &[(u16, &str)] = &[
    (1, "L2TPv3 over IP"),
    (2, "GRE"),
    (3, "Transmit Tunnel"),
    (4, "IPsec"),
    (5, "IP in IP with IPsec"),
    (6, "MPLS in IP with IPsec"),
    (7, "IP in IP"),
    (8, "VXLAN"),
    (9, "NVGRE"),
    (10, "MPLS"),
    (11, "MPLS in GRE"),
    (12, "VXLAN GPE"),
    (13, "MPLS in UDP"),
    (14, "IPv6"),
    (15, "SR TE"),
    (16, "Bare"),
    (17, "SR"),
];

const OSPF_ROUTES: &[(u8, &str)] = &[
    (1, "Router"),
    (2, "Network"),
    (3, "Summary"),
    (5, "External"),
    (7, "NSSA External"),
    (129, "MPLS-VPN Sham"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::attribute;

    #[test]
    fn well_known_communities_have_names() {
        let value = [0, 1, 0, 2, 0xff, 0xff, 0xff, 1, 0, 3, 0, 4];
        assert_eq!(attribute(1, 8, &value), "1:2,  NO_EXPORT3:4");
        assert_eq!(
            attribute(1, 32, &[0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]),
            "\n\t    1:2:3"
        );
    }

    #[test]
    fn extended_communities_are_told_by_their_type() {
        let told = |value: [u8; 8]| attribute(1, 16, &value).trim_start().to_owned();
        assert_eq!(
            told([0, 2, 0, 9, 0, 0, 0, 7]),
            "target (0x0002), Flags [none]: 9:7 (= 0.0.0.7)"
        );
        assert_eq!(
            told([0x40, 4, 0, 1, 0x49, 0x74, 0x24, 0]),
            "link-BW (0x4004), Flags [non-transitive]: bandwidth: 8.000 Mbps"
        );
        assert_eq!(
            told([0x43, 0, 0, 0, 0, 0, 1, 2]),
            "origin-validation-state (0x4300), Flags [non-transitive]: \
             [the reserved field 0x1 MUST be 0] ovs: invalid"
        );
        assert_eq!(
            told([0x80, 0, 0, 0, 0, 1, 5, 1]),
            "ospf-route-type (0x8000), Flags [vendor-specific]: area:0.0.0.1, router-type:External, metric-type:E2E1"
        );
        assert_eq!(
            told([0x80, 0x0a, 4, 2, 5, 0xdc, 0, 0]),
            "layer2-info (0x800a), Flags [vendor-specific]: Ethernet (VLAN) Tagged Mode Control Flags [0x02]:MTU 1500"
        );
        assert_eq!(
            told([3, 0x0c, 0, 0, 0, 0, 0, 8]),
            "encapsulation (0x030c), Flags [none]: Tunnel type: VXLAN"
        );
        assert!(told([0x11, 1, 1, 2, 3, 4, 5, 6]).ends_with(": 010203040506"));
    }
}
