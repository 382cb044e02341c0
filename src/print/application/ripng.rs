//! RIPng, the routing information protocol for IPv6 (RFC 2080).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::put;

/// Prints a message and its routes.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("ripng");
    let version = message.peek_u8(1)?;
    if version != 1 {
        put!(page, " [vers ", version, "]");
        return Err(Stop::Invalid);
    }
    let command = message.peek_u8(0)?;
    let is_request = command == REQUEST;
    if !matches!(command, REQUEST | RESPONSE) {
        put!(page, " ripng-", command, " ?? ", message.len());
        return Err(Stop::Invalid);
    }
    message.claims(4)?;
    let mut rest = message.after(4);
    let routes = rest.len() / ROUTE;
    if is_request && routes == 1 && rest.peek_u8(ROUTE - 1)? == INFINITY && rest.peek_ipv6()?.is_unspecified()
    {
        put!(page, " ripng-req dump");
        return Ok(());
    }
    put!(
        page,
        if is_request { " ripng-req " } else { " ripng-resp " },
        routes
    );
    if routes * ROUTE == rest.len() {
        put!(page, ":");
    } else {
        put!(page, "[", message.len(), "]:");
    }
    while rest.len() >= ROUTE {
        put!(page, if page.verbose(2) { "\n\t" } else { " " });
        route(page, rest.sub(ROUTE), !is_request)?;
    }
    if rest.is_empty() {
        Ok(())
    } else {
        Err(Stop::Invalid)
    }
}

/// `prefix/length [tag] (metric)`; who asks knows no metric.
fn route(page: &mut Page<'_>, mut route: Cursor<'_>, has_metric: bool) -> Shown {
    let (prefix, length) = (route.peek_ipv6()?, route.peek_u8(18)?);
    route.advance(16);
    page.host(prefix);
    put!(page, "/", length);
    let tag = route.u16()?;
    if tag != 0 {
        put!(page, " [", tag, "]");
    }
    route.advance(1);
    let metric = route.u8()?;
    if metric != 0 && has_metric {
        put!(page, " (", metric, ")");
    }
    Ok(())
}

const REQUEST: u8 = 1;
const RESPONSE: u8 = 2;
const ROUTE: usize = 20;
/// The metric of what cannot be reached, and of the request for all routes.
const INFINITY: u8 = 16;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    fn message(command: u8, version: u8, routes: &[u8]) -> Vec<u8> {
        udp(521, 521, &[&[command, version, 0, 0], routes].concat())
    }

    fn route(tag: u8, length: u8, metric: u8) -> Vec<u8> {
        let mut route = vec![0x20, 1, 0x0d, 0xb8];
        route.extend([0; 12]);
        route.extend([0, tag, length, metric]);
        route
    }

    fn told(packet: &[u8]) -> String {
        shown(LinkType::RAW, packet).replace("IP 192.0.2.1.521 > 192.0.2.2.521: ", "")
    }

    #[test]
    fn routes_have_tag_and_metric() {
        let response = message(2, 1, &[route(0, 32, 2), route(7, 48, 16)].concat());
        assert_eq!(
            told(&response),
            " ripng-resp 2: 2001:db8::/32 (2) 2001:db8::/48 [7] (16)"
        );
        assert!(
            verbose(2, LinkType::RAW, &response).contains(" ripng-resp 2:\n\t2001:db8::/32 (2)\n\t2001:")
        );
        assert_every_cut_is_told(LinkType::RAW, &response);
    }

    #[test]
    fn a_request_may_be_for_everything() {
        let mut all = vec![0; 20];
        all[19] = 16;
        assert_eq!(told(&message(1, 1, &all)), " ripng-req dump");
        assert_eq!(
            told(&message(1, 1, &route(0, 32, 3))),
            " ripng-req 1: 2001:db8::/32"
        );
    }

    #[test]
    fn what_does_not_fit_is_invalid() {
        assert_eq!(told(&message(1, 2, &[])), " [vers 2] (invalid)");
        assert_eq!(told(&message(9, 1, &[])), " ripng-9 ?? 4 (invalid)");
        assert_eq!(told(&message(2, 1, &[0; 3])), " ripng-resp 0[7]: (invalid)");
        assert_eq!(told(&udp(521, 521, &[2, 1, 0])), " (invalid)");
    }
}
