//! The option of multipath TCP (RFC 8684).

use pnet_packet::tcp::TcpFlags;

use super::tcp::Flags;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, HexRun, name_of, put, put_bits};

/// Prints the value of the option, that is what follows kind and length; stops as invalid at what cannot be.
pub(super) fn print(page: &mut Page<'_>, value: &mut Cursor<'_>, flags: Flags) -> Shown {
    value.claims(1)?;
    let length = value.len() + 2;
    let first = value.u8()?;
    let subtype = first >> 4;
    put!(
        page,
        " ",
        length,
        " ",
        NAMES.get(usize::from(subtype)).copied().unwrap_or("unknown")
    );
    match subtype {
        0 => capable(page, value, first & 15, length, flags),
        1 => join(page, value, first & 1 != 0, length, flags),
        2 if !flags.has(TcpFlags::SYN) => data_sequence(page, value),
        2 => Err(Stop::Invalid),
        3 => add_address(page, value, first & 15, length),
        4 => {
            value.claims(1)?;
            put!(page, " id");
            while !value.is_empty() {
                put!(page, " ", value.u8()?);
            }
            Ok(())
        }
        5 if matches!(length, 3 | 4) => {
            put!(page, if first & 1 != 0 { " backup" } else { " non-backup" });
            if length == 4 {
                put!(page, " id ", value.u8()?);
            }
            Ok(())
        }
        6 if length == 12 => {
            value.skip(1)?;
            put!(page, " seq ", value.u64()?);
            Ok(())
        }
        7 if length == 12 => {
            value.skip(1)?;
            put!(page, " key 0x", Hex(value.u64()?));
            Ok(())
        }
        8 if length == 4 => {
            put!(page, " flags [");
            put_bits(page.out, RESET_FLAGS, (first & 15).into(), "", "none");
            let reason = value.u8()?;
            match RESET_REASONS.get(usize::from(reason)) {
                Some(name) => put!(page, "] reason ", *name),
                None => put!(page, "] reason unknown reason code 0x", Hex2(reason)),
            }
            Ok(())
        }
        5..=8 => Err(Stop::Invalid),
        _ => {
            value.advance(value.len());
            Ok(())
        }
    }
}

fn capable(page: &mut Page<'_>, value: &mut Cursor<'_>, version: u8, length: usize, flags: Flags) -> Shown {
    let opening = flags.has(TcpFlags::SYN);
    let fits = match length {
        4 | 12 => opening,
        20 | 22 | 24 => !opening && flags.has(TcpFlags::ACK),
        _ => false,
    };
    if !fits {
        return Err(Stop::Invalid);
    }
    if version > 1 {
        put!(page, " Unknown Version (", version, ")");
        value.advance(value.len());
        return Ok(());
    }
    put!(page, " v", version);
    let bits = value.u8()?;
    put!(page, " flags [");
    put_bits(page.out, CAPABLE_FLAGS, bits.into(), "", "none");
    put!(page, "]");
    if length >= 12 {
        put!(page, " {0x", Hex(value.u64()?));
        if length >= 20 {
            put!(page, ",0x", Hex(value.u64()?));
        }
        // With data the key exchange also carries its length and, if asked for, a checksum.
        if length >= 22 {
            put!(page, ",data_len=", value.u16()?);
        }
        if length == 24 {
            put!(page, ",csum=0x", Hex(value.u16()?.into()));
        }
        put!(page, "}");
    }
    Ok(())
}

fn join(page: &mut Page<'_>, value: &mut Cursor<'_>, backup: bool, length: usize, flags: Flags) -> Shown {
    let fits = match length {
        12 => flags.has(TcpFlags::SYN),
        16 => flags.has(TcpFlags::SYN) && flags.has(TcpFlags::ACK),
        24 => flags.has(TcpFlags::ACK),
        _ => false,
    };
    if !fits {
        return Err(Stop::Invalid);
    }
    let id = value.u8()?;
    if length != 24 {
        put!(page, if backup { " backup" } else { "" }, " id ", id);
    }
    match length {
        12 => put!(
            page,
            " token 0x",
            Hex(value.u32()?.into()),
            " nonce 0x",
            Hex(value.u32()?.into())
        ),
        16 => put!(
            page,
            " hmac 0x",
            Hex(value.u64()?),
            " nonce 0x",
            Hex(value.u32()?.into())
        ),
        _ => put!(page, " hmac 0x", HexRun(value.take(20)?)),
    }
    Ok(())
}

fn data_sequence(page: &mut Page<'_>, value: &mut Cursor<'_>) -> Shown {
    value.claims(1)?;
    let flags = value.u8()?;
    if flags & 0x10 != 0 {
        put!(page, " fin");
    }
    if flags & 1 != 0 {
        put!(page, " ack ");
        number(page, value, flags & 2 != 0)?;
    }
    if flags & 4 != 0 {
        put!(page, " seq ");
        number(page, value, flags & 8 != 0)?;
        value.claims(4)?;
        put!(page, " subseq ", value.u32()?);
        value.claims(2)?;
        put!(page, " len ", value.u16()?);
        if value.len() >= 2 {
            put!(page, " csum 0x", Hex(value.u16()?.into()));
        }
    }
    if value.is_empty() {
        Ok(())
    } else {
        Err(Stop::Invalid)
    }
}

fn number(page: &mut Page<'_>, value: &mut Cursor<'_>, long: bool) -> Shown {
    value.claims(if long { 8 } else { 4 })?;
    if long {
        put!(page, value.u64()?);
    } else {
        put!(page, value.u32()?);
    }
    Ok(())
}

fn add_address(page: &mut Page<'_>, value: &mut Cursor<'_>, echo: u8, length: usize) -> Shown {
    if !matches!(length, 8 | 10 | 16 | 18 | 20 | 22 | 28 | 30) {
        return Err(Stop::Invalid);
    }
    let kind = name_of(&[(6, "v0-ip6"), (4, "v0-ip4"), (1, "v1-echo"), (0, "v1")], echo);
    put!(
        page,
        " ",
        kind.unwrap_or("[bad version/echo]"),
        " id ",
        value.u8()?,
        " "
    );
    if length < 20 {
        page.host(value.ipv4()?);
    } else {
        page.host(value.ipv6()?);
    }
    if matches!(length, 10 | 18 | 22 | 30) {
        put!(page, ":", value.u16()?);
    }
    if matches!(length, 16 | 18 | 28 | 30) {
        put!(page, " hmac 0x", Hex(value.u64()?));
    }
    Ok(())
}

const NAMES: [&str; 9] = [
    "capable",
    "join",
    "dss",
    "add-addr",
    "rem-addr",
    "prio",
    "fail",
    "fast-close",
    "tcprst",
];

const CAPABLE_FLAGS: &[(u32, &str)] = &[
    (0x80, "A"),
    (0x40, "B"),
    (0x20, "C"),
    (0x10, "D"),
    (0x08, "E"),
    (0x04, "F"),
    (0x02, "G"),
    (0x01, "H"),
];

const RESET_FLAGS: &[(u32, &str)] = &[(8, "U"), (4, "V"), (2, "W"), (1, "T")];

const RESET_REASONS: [&str; 7] = [
    "Unspecified error",
    "MPTCP-specific error",
    "Lack of resources",
    "Administratively prohibited",
    "Too much outstanding data",
    "Unacceptable performance",
    "Middlebox interference",
];
