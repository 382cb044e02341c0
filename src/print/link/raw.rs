//! IPv4 or IPv6 without a link-layer header.

use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{self, ipv4, ipv6};
use crate::print::page::Page;
use crate::print::text::put;
use crate::wire::LinkType;

/// Prints a bare IP packet.
pub(crate) fn print(page: &mut Page<'_>, link: LinkType, packet: Cursor<'_>) -> Shown {
    page.enter("raw");
    if page.options.link_header {
        put!(page, "ip: ");
    }
    match link {
        LinkType::IPV4 => ipv4::print(page, packet),
        LinkType::IPV6 => ipv6::print(page, packet),
        _ => internet::print(page, packet),
    }
}
