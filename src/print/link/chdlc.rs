//! Cisco's HDLC framing, and the SLARP keep-alives in it.

use pnet_packet::ethernet::EtherType;

use super::{ethertype, isoclns};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::{ipv4, ipv6, mpls};
use crate::print::page::Page;
use crate::print::registry::nlpid;
use crate::print::text::{Hex2, Hex4, HexPad, name_of, put};

/// A captured packet in Cisco's framing.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    print(page, packet)?;
    page.link_len = HEADER;
    Ok(())
}

/// A packet in Cisco's framing, perhaps within another packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("chdlc");
    if packet.len() < HEADER {
        return Err(Stop::Truncated);
    }
    let (address, protocol) = (packet.peek_u8(0)?, packet.peek_u16(2)?);
    if page.options.link_header {
        match name_of(&[(UNICAST, "unicast"), (BROADCAST, "bcast")], address) {
            Some(name) => put!(page, name, ", "),
            None => put!(page, "0x", Hex2(address), ", "),
        }
        let kind = EtherType(protocol);
        put!(page, "ethertype ", ethertype::name(kind).unwrap_or("Unknown"));
        put!(page, " (", kind, "), length ", packet.len(), ": ");
    }
    let rest = packet.after(HEADER);
    match protocol {
        0x0800 => ipv4::print(page, rest),
        0x86dd => ipv6::print(page, rest),
        0x8847 | 0x8848 => mpls::print(page, rest),
        SLARP => slarp(page, rest),
        ISO => {
            if rest.len() < 2 {
                return Err(Stop::Truncated);
            }
            // Some put a byte before the protocol's number.
            let second = rest.peek_u8(1)?;
            let fudge = matches!(second, nlpid::CLNP | nlpid::ESIS | nlpid::ISIS);
            isoclns::print(page, rest.after(usize::from(fudge)))
        }
        _ if page.options.link_header => Ok(()),
        _ => {
            put!(page, "unknown CHDLC protocol (0x", Hex4(protocol), ")");
            Ok(())
        }
    }
}

/// The serial line address resolution protocol.
fn slarp(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("chdlc_slarp");
    put!(page, "SLARP (length: ", packet.len(), "), ");
    if packet.len() < SLARP_MIN {
        return Err(Stop::Truncated);
    }
    packet.need(SLARP_MIN)?;
    let mut rest = packet;
    match rest.u32()? {
        0 => put!(page, "request"),
        1 => put!(page, "reply ", rest.ipv4()?, "/", rest.ipv4()?),
        2 => {
            put!(page, "keepalive: mineseen=0x", HexPad(rest.u32()?.into(), 8));
            put!(
                page,
                ", yourseen=0x",
                HexPad(rest.u32()?.into(), 8),
                ", reliability=0x",
                Hex4(rest.u16()?)
            );
            if packet.len() >= SLARP_MAX {
                let uptime = rest.u32()? / 1000;
                put!(
                    page,
                    ", link uptime=",
                    uptime / 86_400,
                    "d",
                    uptime / 3600 % 24,
                    "h"
                );
                put!(page, uptime / 60 % 60, "m", uptime % 60, "s");
            }
        }
        code => {
            put!(page, "0x", HexPad(code.into(), 2), " unknown");
            if !page.verbose(2) {
                page.hex("\n\t", packet.after(4).bytes());
            }
        }
    }
    if packet.len() > SLARP_MAX && page.verbose(1) {
        put!(page, ", (trailing junk: ", packet.len() - SLARP_MAX, " bytes)");
    }
    if page.verbose(2) {
        page.hex("\n\t", packet.after(4).bytes());
    }
    Ok(())
}

pub(super) const UNICAST: u8 = 0x0f;
pub(super) const BROADCAST: u8 = 0x8f;
const HEADER: usize = 4;
const ISO: u16 = 0xfefe;
const SLARP: u16 = 0x8035;
const SLARP_MIN: usize = 14;
const SLARP_MAX: usize = 18;
