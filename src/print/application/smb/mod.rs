//! NetBIOS over UDP and TCP (RFC 1001, RFC 1002), over IPX and over 802.2, and the first version of SMB in it or right
//! over TCP (MS-CIFS).
//!
//! What a message is called is told always, what is in it from `-vv` on. Each kind of message has a [layout], and what
//! shows them never looks past what was captured; the bytes of a message become text once, and commands that are
//! chained to others are counted.

mod area;
mod browser;
mod command;
mod dump;
mod error;
mod item;
mod layout;
mod message;
mod moment;
mod name;
mod name_service;
mod netbeui;
mod session;
mod set_up;
mod status;
mod transaction;

use area::Area;
use item::Item::{All, Hex16Big, Name, Say as Also, U8, U16Big};
use layout::Layout;
use layout::Step::{Line, Say, Stop as Enough};

pub(super) use name_service::print as names;
pub(crate) use netbeui::print as netbeui;
pub(super) use session::{over_tcp, print as session};

use super::super::cursor::{Cursor, Shown};
use super::super::page::Page;
use crate::print::text::put;

/// Prints a packet of the datagram service.
pub(super) fn datagram(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("nbt_udp138");
    let end = packet.len().min(packet.captured());
    if end == 0 {
        return Ok(());
    }
    if !page.verbose(2) {
        put!(page, "NBT UDP PACKET(138)");
        return Ok(());
    }
    let mut area = Area::new(packet);
    match layout::show(page, &mut area, DATAGRAM, 0, end)? {
        Some(at) if message::begins(packet, at, end) => message::print(page, packet.after(at), end - at),
        _ => Ok(()),
    }
}

/// Prints what an IPX packet carries for NetBIOS, if there is a message of SMB in it: how the rest is made up is not
/// known.
pub(crate) fn ipx(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ipx_netbios");
    let end = packet.len().min(packet.captured());
    let mut area = Area::new(packet);
    for at in 0..FARTHEST {
        if at + 4 > end {
            return Ok(());
        }
        if message::begins(packet, at, end) {
            layout::show(page, &mut area, &[Say("\n>>> IPX transport ")], 0, at)?;
            return message::print(page, packet.after(at), end - at);
        }
    }
    layout::show(page, &mut area, &[Say("\n>>> Unknown IPX ")], 0, end)?;
    Ok(())
}

/// How far into a packet a message of SMB is looked for.
const FARTHEST: usize = 128;

const DATAGRAM: Layout = &[
    Say("\n>>> NBT UDP PACKET(138)"),
    layout::Step::Field(" Res=", Hex16Big),
    layout::Step::Field(" ID=", Hex16Big),
    layout::Step::Field(" IP=", All(&[U8, Also("."), U8, Also("."), U8, Also("."), U8])),
    layout::Step::Field(" Port=", U16Big),
    layout::Step::Field(" Length=", U16Big),
    Line(" Res2=", Hex16Big),
    Line("SourceName=", Name),
    Line("DestName=", Name),
    Enough,
];

#[cfg(test)]
mod tests;
