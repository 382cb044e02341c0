//! Data center bridging capability exchange, as it was before IEEE 802.1 had values for it (rev. 1.01).

use super::{header, subtype};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, HexPad, put};

/// Prints a value. Returns false if its bytes are to be shown.
pub(super) fn print(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    let Some(subtype) = subtype(page, &mut value, SUBTYPES)? else {
        return Ok(true);
    };
    if subtype == 1 {
        return Ok(false);
    }
    let mut told = true;
    while value.len() >= 2 {
        let (kind, length) = header(&mut value)?;
        told = true;
        if kind == 0 || length == 0 || value.len() < length {
            break;
        }
        let part = value.sub(length);
        match kind {
            CONTROL if length >= 10 => control(page, part)?,
            GROUPS if length >= 17 => groups(page, part)?,
            FLOW_CONTROL if length >= 6 => flow_control(page, part)?,
            APPLICATION if length >= 4 => applications(page, part)?,
            CONTROL | GROUPS | FLOW_CONTROL | APPLICATION => break,
            _ => told = false,
        }
        if page.verbose(2) || !told {
            page.hex("\n\t    ", part.bytes());
        }
    }
    Ok(told)
}

fn control(page: &mut Page<'_>, mut part: Cursor<'_>) -> Shown {
    put!(
        page,
        "\n\t    Control - Protocol Control (type 0x1, length ",
        part.len(),
        ")"
    );
    put!(
        page,
        "\n\t      Oper_Version: ",
        part.u8()?,
        "\n\t      Max_Version: ",
        part.u8()?
    );
    put!(page, "\n\t      Sequence Number: ", part.u32()?);
    put!(page, "\n\t      Acknowledgement Number: ", part.u32()?);
    Ok(())
}

/// What the values of all features begin with.
fn feature(page: &mut Page<'_>, name: &str, kind: u16, part: &mut Cursor<'_>) -> Shown {
    put!(
        page,
        "\n\t    Feature - ",
        name,
        " (type 0x",
        Hex(kind.into()),
        ", length ",
        part.len(),
        ")"
    );
    put!(
        page,
        "\n\t      Oper_Version: ",
        part.u8()?,
        "\n\t      Max_Version: ",
        part.u8()?
    );
    let info = part.u8()?;
    put!(page, "\n\t      Info block(0x");
    put_capitals(page, info);
    put!(
        page,
        "): Enable bit: ",
        info >> 7,
        ", Willing bit: ",
        info >> 6 & 1
    );
    put!(
        page,
        ", Error Bit: ",
        info >> 5 & 1,
        "\n\t      SubType: ",
        part.u8()?
    );
    Ok(())
}

fn put_capitals(page: &mut Page<'_>, byte: u8) {
    let start = page.out.len();
    put!(page, Hex2(byte));
    if let Some(digits) = page.out.get_mut(start..) {
        digits.make_ascii_uppercase();
    }
}

fn groups(page: &mut Page<'_>, mut part: Cursor<'_>) -> Shown {
    feature(page, "Priority Group", GROUPS, &mut part)?;
    put!(page, "\n\t      Priority Allocation");
    let pairs = part.array::<4>()?;
    for (index, group) in pairs.iter().flat_map(|pair| [pair >> 4, pair & 15]).enumerate() {
        put!(page, "\n\t          PgId_", index, ": ", group);
    }
    put!(page, "\n\t      Priority Group Allocation");
    for (index, percentage) in part.array::<8>()?.into_iter().enumerate() {
        put!(page, "\n\t          Pg percentage[", index, "]: ", percentage);
    }
    put!(page, "\n\t      NumTCsSupported: ", part.u8()?);
    Ok(())
}

fn flow_control(page: &mut Page<'_>, mut part: Cursor<'_>) -> Shown {
    feature(page, "Priority Flow Control", FLOW_CONTROL, &mut part)?;
    let bits = part.u8()?;
    put!(page, "\n\t      PFC Config (0x");
    put_capitals(page, bits);
    put!(page, ")");
    for priority in 0..8_u8 {
        let enabled = bits >> priority & 1 != 0;
        put!(
            page,
            "\n\t          Priority Bit ",
            priority,
            if enabled { ": Enabled" } else { ": Disabled" }
        );
    }
    put!(page, "\n\t      NumTCPFCSupported: ", part.u8()?);
    Ok(())
}

fn applications(page: &mut Page<'_>, mut part: Cursor<'_>) -> Shown {
    feature(page, "Application", APPLICATION, &mut part)?;
    while part.len() >= 6 {
        put!(
            page,
            "\n\t      Application Value\n\t          Application Protocol ID: 0x",
            Hex4(part.u16()?)
        );
        let word = part.u24()?;
        let selector = word >> 22;
        put!(
            page,
            "\n\t          SF (0x",
            Hex(selector.into()),
            ") Application Protocol ID is "
        );
        put!(
            page,
            if selector == 0 {
                "L2 EtherType"
            } else {
                "Socket Number"
            }
        );
        put!(
            page,
            "\n\t          OUI: 0x",
            HexPad((word & 0x003f_ffff).into(), 6)
        );
        put!(page, "\n\t          User Priority Map: 0x", Hex2(part.u8()?));
    }
    Ok(())
}

const SUBTYPES: &[(u8, &str)] = &[
    (1, "DCB Capability Exchange Protocol Rev 1"),
    (2, "DCB Capability Exchange Protocol Rev 1.01"),
];

const CONTROL: u16 = 1;
const GROUPS: u16 = 2;
const FLOW_CONTROL: u16 = 3;
const APPLICATION: u16 = 4;
