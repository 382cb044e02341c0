//! Link state advertisements of version 2 (RFC 2328 appendix A.4, RFC 5250).

use super::segment_routing::{self, ALGORITHMS, LABEL_RANGE, LOCAL_BLOCK, PREFERENCE};
use super::{engineering, options, restart};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{HexPad, Label, Named, name_of, put, put_bits};

/// Prints the header of an advertisement, and returns how long the advertisement is unless that cannot be.
pub(super) fn header(page: &mut Page<'_>, from: Cursor<'_>) -> Shown<Option<usize>> {
    let length = usize::from(from.peek_u16(18)?);
    if length < HEADER {
        put!(page, "\n\t    Bogus length ", length, " < header (", HEADER, ")");
        return Ok(None);
    }
    // The length is the last field: the others were captured.
    let router = from.after(8).peek_ipv4()?;
    put!(page, "\n\t  Advertising Router ");
    page.host(router);
    put!(page, ", seq 0x", HexPad(from.peek_u32(12)?.into(), 8));
    put!(page, ", age ", from.peek_u16(0)?, "s, length ", length - HEADER);
    let kind = from.peek_u8(3)?;
    let name = name_of(TYPES, kind).unwrap_or("unknown");
    put!(
        page,
        "\n\t    ",
        Named("name", name),
        " LSA (",
        Named("type", kind),
        "), "
    );
    if matches!(kind, 9..=11) {
        let id = from.peek_u32(4)?;
        let opaque = from.peek_u8(4)?;
        let name = name_of(OPAQUE_TYPES, opaque).unwrap_or("unknown");
        put!(
            page,
            "Opaque-Type ",
            Named("opaque_name", name),
            " LSA (",
            Named("opaque_type", opaque),
            "), Opaque-ID ",
            id & 0x00ff_ffff
        );
    } else {
        put!(page, "LSA-ID: ");
        page.host(from.after(4).peek_ipv4()?);
    }
    options(page, "\n\t    Options: [", from.peek_u8(2)?);
    Ok(Some(length))
}

/// Prints an advertisement and returns its length.
pub(super) fn print(page: &mut Page<'_>, from: Cursor<'_>) -> Shown<usize> {
    let length = header(page, from)?.ok_or(Stop::Truncated)?;
    let body = from.claiming(length).after(HEADER);
    let whole = match from.peek_u8(3)? {
        1 => router(page, body)?,
        2 => network(page, body)?,
        kind @ (3 | 4) => summary(page, kind == 3, body)?,
        5 | 7 => external(page, body)?,
        6 => group(page, body)?,
        9..=11 => match from.peek_u8(4)? {
            1 => engineering::print(page, body)?,
            3 => restart::print(page, body)?,
            4 => router_information(page, body)?,
            7 => segment_routing::prefixes(page, body)?,
            8 => segment_routing::links(page, body)?,
            _ => {
                if !page.verbose(2) {
                    page.hex("\n\t    ", body.limited(body.len()).bytes());
                }
                true
            }
        },
        _ => true,
    };
    if whole && page.verbose(2) {
        page.hex("\n\t    ", body.limited(body.len()).bytes());
    }
    Ok(length)
}

/// Stops unless `count` bytes were captured; the peer tells that they were not here, and once more where it stops.
fn need(page: &mut Page<'_>, rest: Cursor<'_>, count: usize) -> Shown {
    rest.need(count).inspect_err(|_| page.truncated())
}

/// Prints the links of a router; false if there is one of unknown type.
fn router(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    put!(page, "\n\t    Router LSA Options: [");
    put_bits(page.out, ROUTER_FLAGS, rest.u8()?.into(), ", ", "none");
    put!(page, "]");
    rest.skip(1)?;
    let count = rest.u16()?;
    need(page, rest, 12)?;
    for _ in 0..count {
        need(page, rest, 12)?;
        let (id, data, kind) = (rest.ipv4()?, rest.ipv4()?, rest.peek_u8(0)?);
        let (what, then) = match kind {
            1 => ("Neighbor Router-ID: ", ", Interface Address: "),
            2 => ("Neighbor Network-ID: ", ", Interface Address: "),
            3 => ("Stub Network: ", ", Mask: "),
            4 => ("Virtual Link: Neighbor Router-ID: ", ", Interface Address: "),
            _ => {
                put!(page, "\n\t      Unknown Router Link Type (", kind, ")");
                return Ok(false);
            }
        };
        put!(page, "\n\t      ", what);
        page.host(id);
        put!(page, then);
        page.host(data);
        // The first metric has the type and the count of the others where these have their topologies.
        let metrics = u16::from(rest.peek_u8(1)?) + 1;
        for index in 0..metrics {
            let number = rest.u8()?;
            rest.skip(1)?;
            topology(page, "\n\t\ttopology ", if index == 0 { 0 } else { number });
            put!(page, ", metric ", rest.u16()?);
        }
    }
    Ok(true)
}

fn topology(page: &mut Page<'_>, before: &str, number: u8) {
    let name = name_of(&[(0, "default"), (1, "multicast"), (2, "management")], number);
    put!(page, before, name.unwrap_or("Unknown"), " (", number, ")");
}

fn network(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    let mask = rest.ipv4()?;
    put!(page, "\n\t    Mask ");
    page.host(mask);
    put!(page, "\n\t    Connected Routers:");
    while !rest.is_empty() {
        let router = rest.ipv4()?;
        put!(page, "\n\t      ");
        page.host(router);
    }
    Ok(true)
}

fn summary(page: &mut Page<'_>, of_network: bool, mut rest: Cursor<'_>) -> Shown<bool> {
    if of_network {
        need(page, rest, 4)?;
        let mask = rest.ipv4()?;
        put!(page, "\n\t    Mask ");
        page.host(mask);
    } else {
        rest.advance(4);
    }
    need(page, rest, 4)?;
    while !rest.is_empty() {
        let metric = rest.u32()?;
        topology(page, "\n\t\ttopology ", number_of(metric));
        put!(page, " metric ", metric & 0x00ff_ffff);
    }
    Ok(true)
}

/// The topology that is in the first byte of a metric.
fn number_of(metric: u32) -> u8 {
    metric.to_be_bytes()[0] & 0x7f
}

fn external(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    need(page, rest, 4)?;
    let mask = rest.ipv4()?;
    put!(page, "\n\t    Mask ");
    page.host(mask);
    need(page, rest, 4)?;
    while !rest.is_empty() {
        let metric = rest.u32()?;
        topology(page, "\n\t\ttopology ", number_of(metric));
        put!(
            page,
            ", type ",
            if metric >> 31 == 1 { 2_u8 } else { 1 },
            ", metric "
        );
        match metric & 0x00ff_ffff {
            0x00ff_ffff => put!(page, "infinite"),
            metric => put!(page, metric),
        }
        for what in [", forward ", ", tag "] {
            let address = rest.ipv4()?;
            if !address.is_unspecified() {
                put!(page, what);
                page.host(address);
            }
        }
    }
    Ok(true)
}

fn group(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    while !rest.is_empty() {
        let kind = rest.u32()?;
        let what = match kind {
            1 => "\n\t    Router Router-ID ",
            2 => "\n\t    Network Designated Router ",
            _ => {
                put!(page, "\n\t    unknown VertexType (", kind, ")");
                rest.advance(4);
                continue;
            }
        };
        let vertex = rest.ipv4()?;
        put!(page, what);
        page.host(vertex);
    }
    Ok(true)
}

/// Prints what a router can do (RFC 7770); false if a length in it cannot be.
fn router_information(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    while !rest.is_empty() {
        need(page, rest, 4)?;
        if rest.len() < 4 {
            put!(page, "\n\t    Remaining LS length ", rest.len(), " < 4");
            return Ok(false);
        }
        let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
        let name = name_of(ROUTER_TLVS, kind).unwrap_or("unknown");
        put!(
            page,
            "\n\t    ",
            name,
            " TLV (",
            kind,
            "), length: ",
            length,
            ", value: "
        );
        if length > rest.len() {
            put!(
                page,
                "\n\t    Bogus length ",
                length,
                " > remaining LS length ",
                rest.len()
            );
            return Ok(false);
        }
        need(page, rest, length)?;
        let mut value = rest.claiming(length);
        match kind {
            1 | PREFERENCE if length != 4 => {
                let what = if kind == 1 { "" } else { "SRMS Preference TLV " };
                put!(page, "\n\t    Bogus ", Label(what), "length ", length, " != 4");
                return Ok(false);
            }
            1 => {
                let capabilities = value.u32()?;
                put!(page, "Capabilities: ");
                put_bits(page.out, CAPABILITIES, capabilities, ", ", "Unknown");
            }
            HOSTNAME => {
                put!(page, "\n\t      Hostname: ");
                page.padded_text(&mut value, length)?;
            }
            ALGORITHMS | LABEL_RANGE | LOCAL_BLOCK | PREFERENCE => {
                if !segment_routing::capability(page, kind, value)? {
                    return Ok(false);
                }
            }
            _ => {
                if !page.verbose(2) {
                    page.hex("\n\t      ", value.limited(length).bytes());
                }
            }
        }
        let padded = length.next_multiple_of(4);
        if padded > rest.len() {
            put!(page, "\n\t    Bogus padded length ", padded, " > ", rest.len());
            return Err(Stop::Truncated);
        }
        rest.advance(padded);
    }
    Ok(true)
}

pub(super) const HEADER: usize = 20;

pub(super) const TYPES: &[(u8, &str)] = &[
    (1, "Router"),
    (2, "Network"),
    (3, "Summary"),
    (4, "ASBR Summary"),
    (5, "External"),
    (6, "Multicast Group"),
    (7, "NSSA"),
    (9, "Link Local Opaque"),
    (10, "Area Local Opaque"),
    (11, "Domain Wide Opaque"),
];

pub(super) const OPAQUE_TYPES: &[(u8, &str)] = &[
    (1, "Traffic Engineering"),
    (3, "Graceful restart"),
    (4, "Router Information"),
    (7, "Extended Prefix"),
    (8, "Extended Link"),
];

/// The name of a router (RFC 5642).
const HOSTNAME: u16 = 7;

const ROUTER_TLVS: &[(u16, &str)] = &[
    (1, "Router Capabilities"),
    (HOSTNAME, "Hostname"),
    (ALGORITHMS, "SR-Algorithm"),
    (LABEL_RANGE, "SID/Label Range"),
    (LOCAL_BLOCK, "SR Local Block"),
    (PREFERENCE, "SRMS Preference"),
];

const ROUTER_FLAGS: &[(u32, &str)] = &[
    (0x01, "ABR"),
    (0x02, "ASBR"),
    (0x04, "Virtual"),
    (0x08, "Wildcard"),
    (0x10, "Nt"),
    (0x80, "Host"),
];

const CAPABILITIES: &[(u32, &str)] = &[
    (1, "Reserved"),
    (2, "Reserved"),
    (4, "Reserved"),
    (8, "Reserved"),
    (16, "graceful restart capable"),
    (32, "graceful restart helper"),
    (64, "Stub router support"),
    (128, "Traffic engineering"),
    (256, "p2p over LAN"),
    (512, "path computation server"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::{advertisement, packet};
    use crate::print::sample::{assert_every_cut_is_told, ipv4, verbose};
    use crate::wire::LinkType;

    fn told(kind: u8, id: [u8; 4], body: &[u8]) -> String {
        let update = [vec![0, 0, 0, 1], advertisement(kind, id, body)].concat();
        let update = ipv4(89, &packet(4, &update));
        assert_every_cut_is_told(LinkType::RAW, &update);
        let text = verbose(1, LinkType::RAW, &update);
        text.split_once("\n\t    Options: [External]")
            .unwrap()
            .1
            .to_owned()
    }

    #[test]
    fn routers_have_links() {
        let links = [2, 0, 0, 1, 192, 0, 2, 0, 255, 255, 255, 0, 3, 0, 0, 10];
        assert_eq!(
            told(1, [1, 1, 1, 1], &links),
            "\n\t    Router LSA Options: [ASBR]\n\t      Stub Network: 192.0.2.0, Mask: 255.255.255.0\
             \n\t\ttopology default (0), metric 10"
        );
    }

    #[test]
    fn external_routes_have_metrics_of_two_types() {
        let route = [255, 0, 0, 0, 0x80, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 9];
        assert_eq!(
            told(5, [10, 0, 0, 0], &route),
            "\n\t    Mask 255.0.0.0\n\t\ttopology default (0), type 2, metric 20, tag 0.0.0.9"
        );
        assert_eq!(
            told(3, [10, 0, 0, 0], &[255, 0, 0, 0, 1, 0, 0, 7]),
            "\n\t    Mask 255.0.0.0\n\t\ttopology multicast (1) metric 7"
        );
    }

    #[test]
    fn router_information_is_opaque() {
        assert_eq!(
            told(10, [4, 0, 0, 0], &[0, 1, 0, 4, 0, 0, 0, 0x30]),
            "\n\t    Router Capabilities TLV (1), length: 4, value: \
             Capabilities: graceful restart capable, graceful restart helper"
        );
    }
}
