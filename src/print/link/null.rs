//! BSD loopback: four bytes of address family, in whichever byte order the capturing machine had.

use super::{ipx, isoclns};
use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::{atalk, ipv4, ipv6};
use crate::print::page::Page;
use crate::print::text::put;

/// Prints a loopback packet.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("null");
    let mut payload = packet;
    let raw = payload.u32_le()?;
    // A family fits in sixteen bits, so a larger one was written by a machine of the other byte order.
    let family = if raw & 0xffff_0000 != 0 {
        raw.swap_bytes()
    } else {
        raw
    };
    if page.options.link_header {
        header(page, family, packet.len());
    }
    page.link_len = 4;
    match family {
        INET => ipv4::print(page, payload),
        INET6_BSD | INET6_FREEBSD | INET6_DARWIN => ipv6::print(page, payload),
        OSI => isoclns::print(page, payload),
        APPLETALK => atalk::print(page, payload),
        IPX => ipx::print(page, payload),
        _ => {
            if !page.options.link_header {
                header(page, family, packet.len());
            }
            page.raw(payload.bytes());
            Ok(())
        }
    }
}

fn header(page: &mut Page<'_>, family: u32, length: usize) {
    let name = match family {
        INET => Some("IPv4"),
        6 => Some("NS"),
        OSI => Some("ISO"),
        APPLETALK => Some("Appletalk"),
        IPX => Some("IPX"),
        INET6_BSD | INET6_FREEBSD | INET6_DARWIN => Some("IPv6"),
        _ => None,
    };
    match name {
        Some(name) if page.quiet() => put!(page, name),
        None if page.quiet() => put!(page, "Unknown AF ", family),
        name => put!(page, "AF ", name.unwrap_or("Unknown"), " (", family, ")"),
    }
    put!(page, ", length ", length, ": ");
}

const INET: u32 = 2;
const OSI: u32 = 7;
const APPLETALK: u32 = 16;
const IPX: u32 = 23;
const INET6_BSD: u32 = 24;
const INET6_FREEBSD: u32 = 28;
const INET6_DARWIN: u32 = 30;
