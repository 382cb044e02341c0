//! IPv4 or IPv6 without a link-layer header.

use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{self, ipv4, ipv6};
use crate::print::page::Page;
use crate::print::text::put;
use crate::wire::LinkType;

/// Prints a bare IP packet. It has no header to show under `-e`, so the protocol's name remains.
pub(crate) fn print(page: &mut Page<'_>, link: LinkType, packet: Cursor<'_>) -> Shown {
    page.enter("raw");
    let version = match link {
        LinkType::IPV4 => Some(4),
        LinkType::IPV6 => Some(6),
        _ => packet.peek_u8(0).ok().map(|first| first >> 4),
    };
    if page.options.link_header {
        match version {
            Some(4) => put!(page, "IP "),
            Some(6) => put!(page, "IP6 "),
            _ => {}
        }
    }
    match link {
        LinkType::IPV4 => ipv4::print(page, packet),
        LinkType::IPV6 => ipv6::print(page, packet),
        _ => internet::print(page, packet),
    }
}

#[cfg(test)]
mod tests {
    use crate::print::Options;
    use crate::print::sample::{ipv4, options, shown_with};
    use crate::wire::LinkType;

    #[test]
    fn the_protocol_is_named_with_or_without_the_link_header() {
        for link_header in [false, true] {
            let options = Options {
                link_header,
                ..options(0)
            };
            for link in [LinkType::RAW, LinkType::IPV4] {
                assert_eq!(
                    shown_with(&options, link, &ipv4(253, &[])),
                    "IP 192.0.2.1 > 192.0.2.2:  ip-proto-253 0"
                );
            }
        }
    }
}
