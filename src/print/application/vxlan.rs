//! VXLAN (RFC 7348): Ethernet in UDP.

use crate::print::cursor::{Cursor, Shown};
use crate::print::link::ether;
use crate::print::page::Page;
use crate::print::text::{Hex2, put};

/// Prints the header and the frame behind it.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("vxlan");
    put!(page, "VXLAN");
    packet.claims(8)?;
    let mut rest = packet;
    let flags = rest.u8()?;
    put!(
        page,
        ", flags [",
        if flags & 8 != 0 { "I" } else { "invalid" },
        "] (0x",
        Hex2(flags),
        "), vni "
    );
    rest.skip(3)?;
    put!(page, rest.u24()?, "\n");
    rest.skip(1)?;
    page.deeper(|page| ether::print(page, rest).map(|_| ()))
}
