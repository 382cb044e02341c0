//! The values of IEEE 802.1: VLANs, data center bridging and edge virtual bridging.

use super::{AGGREGATION, subtype};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, name_of, put, put_bits};

/// Prints a value. Returns false if its bytes are to be shown; one that is too short is left as it is.
pub(super) fn print(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    let Some(subtype) = subtype(page, &mut value, SUBTYPES)? else {
        return Ok(true);
    };
    match subtype {
        PORT_VLAN if value.len() >= 2 => {
            put!(page, "\n\t    port vlan id (PVID): ", value.u16()?);
        }
        PROTOCOL_VLAN if value.len() >= 3 => {
            let (flags, vlan) = (value.u8()?, value.u16()?);
            put!(
                page,
                "\n\t    port and protocol vlan id (PPVID): ",
                vlan,
                ", flags ["
            );
            put_bits(
                page.out,
                &[(2, "supported"), (4, "enabled")],
                flags.into(),
                ", ",
                "none",
            );
            put!(page, "] (0x", Hex2(flags), ")");
        }
        VLAN_NAME if value.len() >= 2 => {
            put!(page, "\n\t    vlan id (VID): ", value.u16()?);
            named(page, "\n\t    vlan name: ", value)?;
        }
        PROTOCOL_IDENTITY => named(page, "\n\t    protocol identity: ", value)?,
        AGGREGATED if value.len() >= 5 => {
            put!(page, "\n\t    aggregation status [");
            put_bits(page.out, AGGREGATION, value.u8()?.into(), ", ", "none");
            put!(page, "], aggregation port ID ", value.u32()?);
        }
        CONGESTION if value.len() >= 2 => {
            put!(page, "\n\t    Pre-Priority CNPV Indicator");
            priorities(page, value.u8()?);
            put!(page, "\n\t    Pre-Priority Ready Indicator");
            priorities(page, value.u8()?);
        }
        SELECTION if value.len() >= 21 => {
            let flags = value.u8()?;
            // The bit of the shaper is shown by its weight.
            put!(page, "\n\t    Willing:", flags >> 7, ", CBS:", flags >> 6 & 2);
            put!(page, ", RES:", flags >> 3 & 7, ", Max TCs:", flags & 7);
            selection(page, value)?;
        }
        SELECTION_ADVICE if value.len() >= 21 => {
            put!(page, "\n\t    RES: ", value.u8()?);
            selection(page, value)?;
        }
        FLOW_CONTROL if value.len() >= 2 => {
            let flags = value.u8()?;
            put!(page, "\n\t    Willing: ", flags >> 7, ", MBC: ", flags >> 6 & 1);
            put!(
                page,
                ", RES: ",
                flags >> 4 & 3,
                ", PFC cap:",
                flags & 15,
                " \n\t    PFC Enable"
            );
            priorities(page, value.u8()?);
        }
        APPLICATIONS if !value.is_empty() => applications(page, value)?,
        EDGE if value.len() >= 5 => edge(page, value)?,
        CHANNELS if value.len() >= 4 => channels(page, value)?,
        _ => return Ok(name_of(SUBTYPES, subtype).is_some()),
    }
    Ok(true)
}

/// A text behind its length.
fn named(page: &mut Page<'_>, label: &str, mut value: Cursor<'_>) -> Shown {
    if value.is_empty() {
        return Ok(());
    }
    let length = usize::from(value.u8()?);
    if value.len() < length {
        return Ok(());
    }
    put!(page, label);
    page.padded_text(&mut value, length)
}

/// A bit for each priority.
fn priorities(page: &mut Page<'_>, bits: u8) {
    put!(
        page,
        "\n\t     Priority : 0  1  2  3  4  5  6  7\n\t     Value    : "
    );
    for priority in 0..8 {
        put!(page, bits >> priority & 1, "  ");
    }
}

/// The three tables of enhanced transmission selection.
fn selection(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let pairs = value.array::<4>()?;
    put!(page, "\n\t    Priority Assignment Table");
    put!(
        page,
        "\n\t     Priority : 0   1   2   3   4   5   6   7\n\t     Value    : "
    );
    row(page, pairs.iter().flat_map(|pair| [pair >> 4, pair & 15]));
    put!(page, "\n\t    TC Bandwidth Table");
    put!(
        page,
        "\n\t     TC%   : 0   1   2   3   4   5   6   7\n\t     Value : "
    );
    row(page, value.array::<8>()?.into_iter());
    put!(page, "\n\t    TSA Assignment Table");
    put!(
        page,
        "\n\t     Traffic Class: 0   1   2   3   4   5   6   7\n\t     Value        : "
    );
    row(page, value.array::<8>()?.into_iter());
    Ok(())
}

/// Numbers at the left of three columns each.
fn row(page: &mut Page<'_>, numbers: impl Iterator<Item = u8>) {
    for (index, number) in numbers.enumerate() {
        put!(page, if index > 0 { " " } else { "" }, number);
        put!(
            page,
            match number {
                0..=9 => "  ",
                10..=99 => " ",
                _ => "",
            }
        );
    }
}

fn applications(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    put!(page, "\n\t    RES: ", value.u8()?);
    if value.is_empty() || !value.len().is_multiple_of(3) {
        return Ok(());
    }
    put!(page, "\n\t    Application Priority Table");
    while !value.is_empty() {
        let (bits, protocol) = (value.u8()?, value.u16()?);
        put!(page, "\n\t      Priority: ", bits >> 5, ", RES: ", bits >> 3 & 3);
        put!(page, ", Sel: ", bits & 7, ", Protocol ID: ", protocol);
    }
    Ok(())
}

fn edge(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let bridge = value.u8()?;
    put!(
        page,
        "\n\t    EVB Bridge Status\n\t      RES: ",
        bridge >> 3,
        ", BGID: ",
        bridge >> 2 & 1
    );
    put!(page, ", RRCAP: ", bridge >> 1 & 1, ", RRCTR: ", bridge & 1);
    let station = value.u8()?;
    put!(
        page,
        "\n\t    EVB Station Status\n\t      RES: ",
        station >> 4,
        ", SGID: ",
        station >> 3 & 1
    );
    put!(page, ", RRREQ: ", station >> 2 & 1, ",RRSTAT: ", station & 3);
    let retries = value.u8()?;
    put!(page, "\n\t    R: ", retries >> 5, ", RTE: ", retries & 0x1f, ", ");
    let delay = value.u8()?;
    let mode = delay >> 6;
    put!(
        page,
        "EVB Mode: ",
        match mode {
            0 => "Not Supported",
            1 => "EVB Bridge",
            2 => "EVB Station",
            _ => "Reserved for future Standardization",
        }
    );
    put!(
        page,
        " [",
        mode,
        "]\n\t    ROL: ",
        delay >> 5 & 1,
        ", RWD: ",
        delay & 0x1f,
        ", "
    );
    let alive = value.u8()?;
    put!(
        page,
        "RES: ",
        alive >> 6,
        ", ROL: ",
        alive >> 5 & 1,
        ", RKA: ",
        alive & 0x1f
    );
    Ok(())
}

fn channels(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let (flags, _, capacity) = (value.u8()?, value.u8()?, value.u16()?);
    put!(
        page,
        "\n\t    Role: ",
        flags >> 7,
        ", RES: ",
        flags >> 4 & 7,
        ", Scomp: ",
        flags >> 3 & 1
    );
    put!(page, " ChnCap: ", capacity & 0x0fff);
    if !value.len().is_multiple_of(3) {
        return Ok(());
    }
    while !value.is_empty() {
        let pair = value.u24()?;
        put!(page, "\n\t    SCID: ", pair >> 12, ", SVID: ", pair & 0x0fff);
    }
    Ok(())
}

const PORT_VLAN: u8 = 1;
const PROTOCOL_VLAN: u8 = 2;
const VLAN_NAME: u8 = 3;
const PROTOCOL_IDENTITY: u8 = 4;
const AGGREGATED: u8 = 7;
const CONGESTION: u8 = 8;
const SELECTION: u8 = 9;
const SELECTION_ADVICE: u8 = 10;
const FLOW_CONTROL: u8 = 11;
const APPLICATIONS: u8 = 12;
const EDGE: u8 = 13;
const CHANNELS: u8 = 14;
const SUBTYPES: &[(u8, &str)] = &[
    (PORT_VLAN, "Port VLAN Id"),
    (PROTOCOL_VLAN, "Port and Protocol VLAN ID"),
    (VLAN_NAME, "VLAN name"),
    (PROTOCOL_IDENTITY, "Protocol Identity"),
    (AGGREGATED, "Link aggregation"),
    (CONGESTION, "Congestion Notification"),
    (SELECTION, "ETS Configuration"),
    (SELECTION_ADVICE, "ETS Recommendation"),
    (FLOW_CONTROL, "Priority Flow Control Configuration"),
    (APPLICATIONS, "Application Priority"),
    (EDGE, "EVB"),
    (CHANNELS, "CDCP"),
];
