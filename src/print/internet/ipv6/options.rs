//! Hop-by-hop and destination options (RFC 8200 section 4.2).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, put};

/// Prints a hop-by-hop options header. Returns its length and the payload length of a jumbogram (RFC 2675).
pub(super) fn hop_by_hop(page: &mut Page<'_>, header: Cursor<'_>) -> Shown<(usize, Option<u32>)> {
    page.enter("hbhopt");
    let length = (usize::from(header.peek_u8(1)?) + 1) * 8;
    header.need(length)?;
    put!(page, "HBH ");
    let jumbo = options(page, header.limited(length).after(2))?;
    Ok((length, jumbo))
}

/// Prints a destination options header. Returns its length.
pub(super) fn destination(page: &mut Page<'_>, header: Cursor<'_>) -> Shown<usize> {
    page.enter("dstopt");
    let length = (usize::from(header.peek_u8(1)?) + 1) * 8;
    header.need(length)?;
    put!(page, "DSTOPT ");
    if page.verbose(1) {
        options(page, header.limited(length).after(2))?;
    }
    Ok(length)
}

/// The options, shown under `-v`. They are walked in any case: one of them may hold the length of the packet.
fn options(page: &mut Page<'_>, mut area: Cursor<'_>) -> Shown<Option<u32>> {
    let verbose = page.verbose(1);
    let mut jumbo = None;
    while !area.is_empty() {
        let kind = area.peek_u8(0)?;
        if kind == PAD_1 {
            area.advance(1);
            if verbose {
                put!(page, "(pad1)");
            }
            continue;
        }
        if area.len() < 2 {
            return Err(page.refuse("remaining length", area.len(), "<", 2));
        }
        let length = usize::from(area.peek_u8(1)?);
        if area.len() < length + 2 {
            return Err(page.refuse("remaining length", area.len(), "<", length + 2));
        }
        let mut option = area.sub(length + 2);
        option.advance(2);
        match kind {
            JUMBO if length == 4 && jumbo.is_some() => {
                if verbose {
                    put!(page, "(jumbo: ", option.peek_u32(0)?, " - already seen) ");
                }
                continue;
            }
            JUMBO if length == 4 => jumbo = Some(option.peek_u32(0)?),
            _ => {}
        }
        if verbose {
            show(page, kind, length, option)?;
        }
    }
    if verbose {
        put!(page, " ");
    }
    Ok(jumbo)
}

fn show(page: &mut Page<'_>, kind: u8, length: usize, mut option: Cursor<'_>) -> Shown {
    match kind {
        PAD_N => put!(page, "(padn)"),
        ROUTER_ALERT if length == 2 => put!(page, "(rtalert: 0x", Hex4(option.u16()?), ") "),
        ROUTER_ALERT => put!(page, "(rtalert: invalid len ", length, ")"),
        JUMBO if length == 4 => put!(page, "(jumbo: ", option.u32()?, ") "),
        JUMBO => put!(page, "(jumbo: invalid len ", length, ")"),
        HOME_ADDRESS if length < 16 => put!(page, "(homeaddr: invalid len ", length, ")"),
        HOME_ADDRESS => {
            put!(page, "(homeaddr: ");
            page.host(option.ipv6()?);
            put!(page, ")");
        }
        _ => put!(page, "(unknown opt-type 0x", Hex2(kind), " len=", length, ")"),
    }
    Ok(())
}

const PAD_1: u8 = 0;
const PAD_N: u8 = 1;
const ROUTER_ALERT: u8 = 5;
const JUMBO: u8 = 0xc2;
const HOME_ADDRESS: u8 = 0xc9;
