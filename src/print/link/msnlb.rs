//! The heartbeat of Microsoft's network load balancing.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::put;

/// Prints a heartbeat, as far as its undocumented format is known.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("msnlb");
    put!(page, "MS NLB heartbeat");
    let mut rest = packet;
    rest.need(20)?;
    rest.advance(8);
    // The only field that is not in network byte order.
    put!(
        page,
        ", host priority: ",
        rest.u32()?.swap_bytes(),
        ", cluster IP: "
    );
    page.host(rest.ipv4()?);
    put!(page, ", host IP: ");
    page.host(rest.ipv4()?);
    Ok(())
}
