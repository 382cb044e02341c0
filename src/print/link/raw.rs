//! IPv4 or IPv6 without a link-layer header.

use crate::print::cursor::{Cursor, Shown};
use crate::print::internet;
use crate::print::page::Page;
use crate::print::text::put;

/// Prints a bare IP packet.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("raw");
    if page.options.link_header {
        put!(page, "ip: ");
    }
    internet::print(page, packet)
}
