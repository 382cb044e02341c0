//! Cisco's interior gateway routing protocol (EIGRP's elder, documented by Rutgers in 1991).

use std::net::Ipv4Addr;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex4, name_of, put};

/// Prints a request, or an update with its routes.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("igrp");
    put!(page, "igrp:");
    let mut counts = message.after(4);
    let mut left = [counts.u16()?, counts.u16()?, counts.u16()?];
    let mut rest = message;
    let (first, edition, system) = (rest.u8()?, rest.u8()?, rest.u16()?);
    match name_of(&[(1, "update"), (2, "request")], first & 15) {
        Some(name) => put!(page, " ", name),
        None => put!(page, " op-#", first & 15),
    }
    put!(page, " V", first >> 4, " edit=", edition, " AS=", system);
    let [interior, of_system, exterior] = left;
    put!(page, " (", interior, "/", of_system, "/", exterior, ")");
    let checksum = counts.u16()?;
    if page.verbose(1) {
        put!(page, " checksum=0x", Hex4(checksum));
    }
    let mut rest = message.after(HEADER);
    while rest.len() >= ROUTE {
        // The three kinds of route follow one another.
        let network = [rest.peek_u8(0)?, rest.peek_u8(1)?, rest.peek_u8(2)?];
        let Some(kind) = left.iter().position(|&count| count > 0) else {
            put!(page, " [extra bytes ", rest.len(), "]");
            break;
        };
        route(page, kind, network, rest.sub(ROUTE))?;
        if let Some(count) = left.get_mut(kind) {
            *count -= 1;
        }
    }
    if left != [0; 3] || !rest.is_empty() {
        return Err(Stop::Invalid);
    }
    Ok(())
}

/// A route within the local network, within the system (1), or out of it (2).
fn route(page: &mut Page<'_>, kind: usize, [a, b, c]: [u8; 3], route: Cursor<'_>) -> Shown {
    match kind {
        0 => page.one("network", |page| put!(page, " *.", a, ".", b, ".", c)),
        1 => put!(page, " ", Ipv4Addr::new(a, b, c, 0)),
        _ => put!(page, " X", Ipv4Addr::new(a, b, c, 0)),
    }
    let mut rest = route.after(3);
    let (delay, bandwidth, unit) = (rest.u24()?, rest.u24()?, rest.u16()?);
    let (reliability, load, hops) = (rest.u8()?, rest.u8()?, rest.u8()?);
    let metric = (bandwidth + delay).min(0x00ff_ffff);
    // The delay is in tens of microseconds, the bandwidth the time for 10 Gbit.
    put!(
        page,
        " d=",
        10 * delay,
        " b=",
        10_000_000_u32.checked_div(bandwidth).unwrap_or(0)
    );
    put!(page, " r=", reliability, " l=", load, " M=", metric);
    put!(page, " mtu=", unit, " in ", hops, " hops");
    Ok(())
}

const HEADER: usize = 12;
const ROUTE: usize = 14;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    const ROUTE: [u8; 14] = [10, 1, 2, 0, 0, 100, 0, 0x19, 0x6e, 5, 0xdc, 255, 1, 3];

    fn update(counts: [u8; 3], routes: &[u8]) -> Vec<u8> {
        let [a, b, c] = counts;
        let header = [0x11, 7, 0, 42, 0, a, 0, b, 0, c, 0x12, 0x34];
        ipv4(9, &[&header, routes].concat())
    }

    #[test]
    fn each_kind_of_route_has_its_form() {
        let packet = update([1, 1, 1], &ROUTE.repeat(3));
        let metric = "d=1000 b=1536 r=255 l=1 M=6610 mtu=1500 in 3 hops";
        let routes = format!("(1/1/1) *.10.1.2 {metric} 10.1.2.0 {metric} X10.1.2.0 {metric}");
        assert_eq!(
            shown(LinkType::RAW, &packet),
            format!("IP 192.0.2.1 > 192.0.2.2: igrp: update V1 edit=7 AS=42 {routes}")
        );
        assert!(verbose(1, LinkType::RAW, &packet).contains("(1/1/1) checksum=0x1234 *.10"));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }

    #[test]
    fn more_or_fewer_routes_than_counted_are_invalid() {
        let more = shown(LinkType::RAW, &update([0, 0, 0], &ROUTE));
        assert!(more.ends_with("(0/0/0) [extra bytes 14] (invalid)"), "{more}");
        let fewer = shown(LinkType::RAW, &update([0, 1, 0], &[]));
        assert!(fewer.ends_with("(0/1/0) (invalid)"), "{fewer}");
    }
}
