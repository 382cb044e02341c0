//! The routing between end systems and intermediate systems (ISO 9542).

use super::{checksum, comma, dump, dump_capitals};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::nlpid;
use crate::print::registry::nsap::Nsap;
use crate::print::text::{Hex4, Mac, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("esis");
    if !page.options.link_header {
        put!(page, "ES-IS");
    }
    if message.len() <= 2 {
        put!(
            page,
            if page.quiet() {
                "bad pkt!"
            } else {
                "no header at all!"
            }
        );
        return Ok(());
    }
    message.need(HEADER)?;
    let (length, version) = (usize::from(message.peek_u8(1)?), message.peek_u8(2)?);
    if version != 1 {
        put!(page, " version ", version, " packet not supported");
        return Ok(());
    }
    if length > message.len() {
        put!(
            page,
            " length indicator(",
            length,
            ") > PDU size (",
            message.len(),
            ")!"
        );
        return Ok(());
    }
    if length < HEADER + 2 {
        put!(page, " length indicator ", length, " < min PDU size:");
        dump_capitals(page, message.bytes());
        return Ok(());
    }
    let kind = message.peek_u8(4)? & 0x1f;
    let comma = comma(page);
    if !page.verbose(1) {
        match name_of(KINDS, kind) {
            Some(name) => put!(page, comma, name),
            None => put!(page, comma, "unknown type (", kind, ")"),
        }
        put!(page, ", length ", message.len());
        return Ok(());
    }
    put!(page, comma, "length ", message.len(), "\n\t");
    match name_of(KINDS, kind) {
        Some(name) => put!(page, name),
        None => put!(page, "unknown type: ", kind),
    }
    let sum = message.peek_u16(7)?;
    put!(page, " (", kind, "), v: ", version, ", checksum: 0x", Hex4(sum));
    checksum::verify(page, message, sum, 7, length);
    put!(
        page,
        ", holding time: ",
        message.peek_u16(5)?,
        "s, length indicator: ",
        length
    );
    if page.verbose(2) {
        dump(page, "\n\t", message, HEADER);
    }
    let mut rest = message.after(HEADER);
    let mut left = length - HEADER;
    let complaint = match kind {
        REDIRECT => redirect(page, &mut rest, &mut left)?,
        END_SYSTEM => end_system(page, &mut rest, &mut left)?,
        INTERMEDIATE_SYSTEM => intermediate_system(page, &mut rest, &mut left)?,
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t  ", rest.bytes());
            }
            return Ok(());
        }
    };
    match complaint {
        Some(complaint) => put!(page, complaint),
        None => options(page, rest, left)?,
    }
    Ok(())
}

/// An address behind its length; `None` if it goes past what is `left`.
fn address<'a>(rest: &mut Cursor<'a>, left: &mut usize) -> Shown<Option<&'a [u8]>> {
    let length = usize::from(rest.peek_u8(0)?);
    if *left < 1 {
        return Ok(None);
    }
    rest.skip(1)?;
    *left -= 1;
    let address = rest.take(length)?;
    let Some(after) = left.checked_sub(length) else {
        return Ok(None);
    };
    *left = after;
    Ok(Some(address))
}

/// Where a system is better reached. Each of these returns what is wrong, if anything is.
fn redirect(page: &mut Page<'_>, rest: &mut Cursor<'_>, left: &mut usize) -> Shown<Option<&'static str>> {
    const BAD: Option<&str> = Some(", bad redirect/li");
    let Some(destination) = address(rest, left)? else {
        return Ok(BAD);
    };
    put!(page, "\n\t  ", Nsap(destination));
    let Some(attachment) = address(rest, left)? else {
        return Ok(BAD);
    };
    rest.need(1)?;
    if *left < 1 {
        return Ok(BAD);
    }
    // The length of this address is not counted where the others' are.
    let length = usize::from(rest.u8()?);
    let router = rest.take(length)?;
    let Some(after) = left.checked_sub(length) else {
        return Ok(BAD);
    };
    *left = after;
    put!(page, "\n\t  SNPA (length: ", attachment.len(), "): ");
    if attachment.is_empty() {
        put!(page, "<empty>");
    } else {
        put!(page, Mac(attachment));
    }
    if !router.is_empty() {
        put!(page, "\n\t  NET (length: ", router.len(), ") ", Nsap(router));
    }
    Ok(None)
}

fn end_system(page: &mut Page<'_>, rest: &mut Cursor<'_>, left: &mut usize) -> Shown<Option<&'static str>> {
    const BAD: Option<&str> = Some(", bad esh/li");
    let count = rest.u8()?;
    if *left < 1 {
        return Ok(BAD);
    }
    *left -= 1;
    put!(page, "\n\t  Number of Source Addresses: ", count);
    for _ in 0..count {
        let Some(source) = address(rest, left)? else {
            return Ok(BAD);
        };
        put!(page, "\n\t  NET (length: ", source.len(), "): ", Nsap(source));
    }
    Ok(None)
}

fn intermediate_system(
    page: &mut Page<'_>,
    rest: &mut Cursor<'_>,
    left: &mut usize,
) -> Shown<Option<&'static str>> {
    let Some(source) = address(rest, left)? else {
        return Ok(Some(", bad ish/li"));
    };
    put!(page, "\n\t  NET (length: ", source.len(), "): ", Nsap(source));
    Ok(None)
}

fn options(page: &mut Page<'_>, mut rest: Cursor<'_>, mut left: usize) -> Shown {
    while left != 0 {
        if left < 2 {
            put!(page, ", bad opts/li");
            return Ok(());
        }
        let (kind, length) = (rest.u8()?, usize::from(rest.u8()?));
        left -= 2;
        if length > left {
            put!(page, ", opt (", kind, ") too long");
            return Ok(());
        }
        left -= length;
        put!(
            page,
            "\n\t  ",
            name_of(OPTIONS, kind).unwrap_or("Unknown"),
            " Option #",
            kind
        );
        put!(page, ", length ", length, ", value: ");
        let mut value = rest;
        match kind {
            CONFIGURATION_TIME if length == 2 => put!(page, value.u16()?, "s"),
            CONFIGURATION_TIME => put!(page, "(bad length)"),
            PROTOCOLS => {
                for index in 0..length {
                    let protocol = value.u8()?;
                    let separator = if index > 0 { ", " } else { "" };
                    put!(page, separator, nlpid::Named(protocol, "unknown"));
                }
            }
            _ => dump(page, "\n\t  ", rest, length),
        }
        // The protocols have been counted away where the text that we match comes to this.
        if page.verbose(2) && kind != PROTOCOLS {
            dump(page, "\n\t  ", rest, length);
        }
        rest.advance(if kind == PROTOCOLS { 0 } else { length });
    }
    Ok(())
}

const HEADER: usize = 9;
const END_SYSTEM: u8 = 2;
const INTERMEDIATE_SYSTEM: u8 = 4;
const REDIRECT: u8 = 6;
const KINDS: &[(u8, &str)] = &[
    (REDIRECT, "redirect"),
    (END_SYSTEM, "ESH"),
    (INTERMEDIATE_SYSTEM, "ISH"),
];

const PROTOCOLS: u8 = 129;
const CONFIGURATION_TIME: u8 = 198;
const OPTIONS: &[(u8, &str)] = &[
    (PROTOCOLS, "Protocols supported"),
    (195, "QoS Maintenance"),
    (197, "Security"),
    (CONFIGURATION_TIME, "ES Configuration Time"),
    (205, "Priority"),
    (225, "Addressk Mask"),
    (226, "SNPA Mask"),
];
