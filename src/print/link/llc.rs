//! IEEE 802.2 logical link control, and SNAP behind it.

use pnet_packet::ethernet::EtherType;

use super::ether::{self, Addresses};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Mac, put};

/// Prints an 802.2 packet. Returns how many of its bytes were headers.
pub(crate) fn print(page: &mut Page<'_>, packet: Cursor<'_>, addresses: Option<Addresses>) -> Shown<usize> {
    page.enter("llc");
    let mut rest = packet;
    let destination = rest.u8()?;
    let source = rest.u8()?;
    let control = rest.u8()?;
    if destination == SNAP && source == SNAP && control == UNNUMBERED_INFORMATION {
        page.enter("snap");
        let organisation = rest.u24()?;
        let kind = EtherType(rest.u16()?);
        if organisation == 0 && ether::by_type(page, kind, rest, addresses)? {
            return Ok(8);
        }
    }
    if let Some(addresses) = addresses.filter(|_| !page.options.link_header) {
        put!(
            page,
            Mac(&addresses.source),
            " > ",
            Mac(&addresses.destination),
            ", "
        );
    }
    put!(
        page,
        "LLC, dsap 0x",
        Hex2(destination),
        ", ssap 0x",
        Hex2(source),
        ", ctrl 0x",
        Hex2(control)
    );
    put!(page, ", length ", packet.len());
    Ok(3)
}

const SNAP: u8 = 0xaa;
const UNNUMBERED_INFORMATION: u8 = 3;
