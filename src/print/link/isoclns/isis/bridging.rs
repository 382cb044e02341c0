//! What shortest path bridging says in IS-IS (RFC 6329).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, HexPad, name_of, put};

/// Prints the values in a multi-topology-aware port capability.
pub(super) fn port(page: &mut Page<'_>, rest: Cursor<'_>, left: usize) -> Shown {
    const NAMES: &[(u8, &str)] = &[(MCID, "SPB MCID"), (DIGEST, "SPB Digest"), (BVID, "SPB BVID")];
    values(
        page,
        "\n\t       ",
        NAMES,
        rest,
        left,
        |page, kind, value| match kind {
            MCID => configurations(page, value),
            DIGEST => digest(page, value),
            BVID => base_vlans(page, value),
            _ => Ok(true),
        },
    )
}

/// Prints the values in a multi-topology capability.
pub(super) fn topology(page: &mut Page<'_>, rest: Cursor<'_>, left: usize) -> Shown {
    const NAMES: &[(u8, &str)] = &[
        (INSTANCE, "SPB Instance"),
        (SERVICE, "SPBM Service Identifier and Unicast Address"),
    ];
    values(
        page,
        "\n\t      ",
        NAMES,
        rest,
        left,
        |page, kind, value| match kind {
            INSTANCE => instance(page, value),
            SERVICE => service(page, value),
            _ => Ok(true),
        },
    )
}

/// Prints each value with `print`, which returns false where one is too short; nothing after that is shown.
fn values(
    page: &mut Page<'_>,
    indent: &str,
    names: &[(u8, &'static str)],
    mut rest: Cursor<'_>,
    mut left: usize,
    print: fn(&mut Page<'_>, u8, Cursor<'_>) -> Shown<bool>,
) -> Shown {
    while left > 2 {
        let (kind, length) = (rest.u8()?, usize::from(rest.u8()?));
        left -= 2;
        put!(
            page,
            indent,
            name_of(names, kind).unwrap_or("unknown"),
            " subTLV #",
            kind
        );
        put!(page, ", length: ", length);
        if left < length {
            put!(page, " (> containing TLV length)");
            return Ok(());
        }
        if !rest.has(length) {
            page.truncated();
            return Ok(());
        }
        if !print(page, kind, rest.sub(length))? {
            put!(page, " (too short)");
            return Ok(());
        }
        left -= length;
    }
    Ok(())
}

fn configurations(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    if value.len() < 102 {
        return Ok(false);
    }
    for name in ["\n\t         MCID: ", "\n\t         AUX-MCID: "] {
        put!(page, name, "ID: ", value.u8()?, ", Name: ");
        page.padded_text(&mut value, 32)?;
        put!(page, "\n\t              Lvl: ", value.u16()?, ", Digest: ");
        for byte in value.array::<16>()? {
            put!(page, Hex2(byte), " ");
        }
    }
    Ok(true)
}

fn digest(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    if value.len() < 33 {
        return Ok(false);
    }
    let flags = value.u8()?;
    put!(page, "\n\t        RES: ", flags >> 5, " V: ", flags >> 4 & 1);
    put!(
        page,
        " A: ",
        flags >> 2 & 3,
        " D: ",
        flags & 3,
        "\n\t         Digest: "
    );
    for word in 0..8 {
        put!(page, if word == 4 { "\n\t                 " } else { "" });
        put!(page, HexPad(value.u32()?.into(), 8), " ");
    }
    Ok(true)
}

fn base_vlans(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    while !value.is_empty() {
        if value.len() < 4 {
            return Ok(false);
        }
        put!(page, "\n\t           ECT: ", HexPad(value.u32()?.into(), 8));
        if value.len() < 2 {
            return Ok(false);
        }
        let vlan = value.u16()?;
        put!(
            page,
            " BVID: ",
            vlan >> 4,
            ", U:",
            vlan >> 3 & 1,
            " M:",
            vlan >> 2 & 1,
            " "
        );
    }
    Ok(true)
}

fn instance(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    if value.len() < 19 {
        return Ok(false);
    }
    put!(page, "\n\t        CIST Root-ID: ", HexPad(value.u32()?.into(), 8));
    put!(page, " ", HexPad(value.u32()?.into(), 8));
    put!(
        page,
        ", Path Cost: ",
        HexPad(value.u32()?.into(), 8),
        ", Prio: ",
        value.u16()?
    );
    let (flags, source) = (value.peek_u16(0)?, value.u32()? & 0x000f_ffff);
    put!(
        page,
        "\n\t        RES: ",
        flags >> 5,
        ", V: ",
        flags >> 4 & 1,
        ", SPSource-ID: ",
        source
    );
    let trees = value.u8()?;
    put!(page, ", No of Trees: ", Hex(trees.into()));
    for _ in 0..trees {
        if value.len() < 8 {
            page.truncated();
            return Ok(true);
        }
        let flags = value.u8()?;
        put!(
            page,
            "\n\t         U:",
            flags >> 7,
            ", M:",
            flags >> 6 & 1,
            ", A:",
            flags >> 5 & 1
        );
        put!(
            page,
            ", RES:",
            flags & 0x1f,
            ", ECT: ",
            HexPad(value.u32()?.into(), 8)
        );
        let vlans = value.u24()?;
        put!(page, ", BVID: ", vlans >> 12, ", SPVID: ", vlans & 0x0fff);
    }
    Ok(true)
}

fn service(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    if value.len() < 8 {
        page.truncated();
        return Ok(true);
    }
    put!(
        page,
        "\n\t        BMAC: ",
        HexPad(value.u32()?.into(), 8),
        Hex4(value.u16()?)
    );
    let vlan = value.u16()?;
    put!(page, ", RES: ", vlan >> 12, ", VID: ", vlan & 0x0fff);
    while value.len() >= 4 {
        let word = value.u32()?;
        put!(page, "\n\t        T: ", word >> 31, ", R: ", word >> 30 & 1);
        put!(page, ", RES: ", word >> 24 & 0x3f, ", ISID: ", word & 0x00ff_ffff);
    }
    Ok(true)
}

const MCID: u8 = 4;
const DIGEST: u8 = 5;
const BVID: u8 = 6;

const INSTANCE: u8 = 1;
const SERVICE: u8 = 3;
