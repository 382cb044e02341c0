//! The values of media endpoints such as telephones (ANSI/TIA-1057).

use super::subtype;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, name_of, put, put_bits};

/// Prints a value. Returns false if its bytes are to be shown; one that is too short is left as it is.
pub(super) fn print(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    let Some(subtype) = subtype(page, &mut value, SUBTYPES)? else {
        return Ok(true);
    };
    match subtype {
        CAPABILITIES if value.len() >= 3 => {
            let (bits, device) = (value.u16()?, value.u8()?);
            put!(page, "\n\t    Media capabilities [");
            put_bits(page.out, CAPABILITY_BITS, bits.into(), ", ", "none");
            put!(page, "] (0x", Hex4(bits), ")\n\t    Device type [");
            put!(
                page,
                name_of(DEVICES, device).unwrap_or("unknown"),
                "] (0x",
                Hex2(device),
                ")"
            );
        }
        POLICY if value.len() >= 4 => policy(page, value)?,
        LOCATION if !value.is_empty() => location(page, value)?,
        POWER if value.len() >= 3 => power(page, value)?,
        _ => match name_of(INVENTORY, subtype) {
            Some(name) => {
                put!(page, "\n\t  ", name, " ");
                let length = value.len();
                page.padded_text(&mut value, length)?;
            }
            None => return Ok(name_of(SUBTYPES, subtype).is_some()),
        },
    }
    Ok(true)
}

fn policy(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let application = value.u8()?;
    let (flags, vlan, rest) = (value.peek_u8(0)?, value.peek_u16(0)?, value.peek_u16(1)?);
    let name = name_of(APPLICATIONS, application).unwrap_or("none");
    put!(
        page,
        "\n\t    Application type [",
        name,
        "] (0x",
        Hex2(application),
        "), Flags ["
    );
    put_bits(page.out, POLICY_FLAGS, flags.into(), ", ", "none");
    put!(
        page,
        "]\n\t    Vlan id ",
        (vlan & 0x1ffe) >> 1,
        ", L2 priority ",
        (rest & 0x01ff) >> 6
    );
    put!(page, ", DSCP value ", rest & 0x3f);
    Ok(())
}

fn location(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let format = value.u8()?;
    let name = name_of(FORMATS, format).unwrap_or("unknown");
    put!(
        page,
        "\n\t    Location data format ",
        name,
        " (0x",
        Hex2(format),
        ")"
    );
    match format {
        COORDINATES if value.len() >= 16 => coordinates(page, value),
        COORDINATES => Ok(()),
        CIVIC => civic(page, value),
        EMERGENCY => {
            put!(page, "\n\t    ECS ELIN id ");
            let length = value.len();
            page.padded_text(&mut value, length)
        }
        _ => {
            put!(page, "\n\t    Location ID ");
            page.hex("\n\t      ", value.bytes());
            Ok(())
        }
    }
}

fn coordinates(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    for (resolution, position) in [
        ("\n\t    Latitude resolution ", ", latitude value "),
        ("\n\t    Longitude resolution ", ", longitude value "),
    ] {
        let (high, low) = (value.u8()?, value.u32()?);
        put!(
            page,
            resolution,
            high >> 2,
            position,
            u64::from(high & 3) << 32 | u64::from(low)
        );
    }
    let (kind, word, low) = (value.peek_u8(0)? >> 4, value.peek_u16(0)?, value.peek_u32(1)?);
    put!(
        page,
        "\n\t    Altitude type ",
        name_of(ALTITUDES, kind).unwrap_or("unknown"),
        " (",
        kind
    );
    put!(page, ")\n\t    Altitude resolution ", word >> 6 & 0x3f);
    put!(page, ", altitude value 0x", Hex((low & 0x3fff_ffff).into()));
    let datum = value.peek_u8(5)?;
    let name = name_of(DATUMS, datum).unwrap_or("unknown");
    put!(page, "\n\t    Datum ", name, " (0x", Hex2(datum), ")");
    Ok(())
}

/// An address as it would stand on a letter.
fn civic(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    if value.is_empty() {
        return Ok(());
    }
    let length = value.u8()?;
    let Some(mut left) = usize::from(length).checked_sub(3) else {
        return Ok(());
    };
    if value.len() < usize::from(length) + 1 {
        return Ok(());
    }
    let what = value.u8()?;
    put!(
        page,
        "\n\t    LCI length ",
        length,
        ", LCI what ",
        name_of(PLACES, what).unwrap_or("unknown")
    );
    put!(page, " (0x", Hex2(what), "), Country-code ");
    page.padded_text(&mut value, 2)?;
    while left > 0 {
        if left < 2 {
            return Ok(());
        }
        let (kind, length) = (value.u8()?, value.u8()?);
        left -= 2;
        put!(
            page,
            "\n\t      CA type '",
            name_of(ELEMENTS, kind).unwrap_or("unknown")
        );
        put!(page, "' (", kind, "), length ", length, ": ");
        if kind == 0 || length == 0 || left < usize::from(length) {
            return Ok(());
        }
        page.padded_text(&mut value, length.into())?;
        left -= usize::from(length);
    }
    Ok(())
}

fn power(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let (flags, tenths) = (value.u8()?, value.u16()?);
    // The text that we match looks at the two lowest bits of the priority for the type.
    put!(
        page,
        "\n\t    Power type [",
        if flags & 3 != 0 { "PD device" } else { "PSE device" }
    );
    put!(
        page,
        "], Power source [",
        name_of(SOURCES, flags >> 4 & 3).unwrap_or("none")
    );
    let priority = flags & 15;
    put!(
        page,
        "]\n\t    Power priority [",
        name_of(PRIORITIES, priority).unwrap_or("none")
    );
    put!(page, "] (0x", Hex2(priority), ")");
    if tenths < 1024 {
        put!(page, ", Power ", tenths / 10, ".", tenths % 10, " Watts");
    } else {
        put!(page, ", Power ", tenths, " (Reserved)");
    }
    Ok(())
}

const CAPABILITIES: u8 = 1;
const POLICY: u8 = 2;
const LOCATION: u8 = 3;
const POWER: u8 = 4;
const SUBTYPES: &[(u8, &str)] = &[
    (CAPABILITIES, "LLDP-MED Capabilities"),
    (POLICY, "Network policy"),
    (LOCATION, "Location identification"),
    (POWER, "Extended power-via-MDI"),
    (5, "Inventory - hardware revision"),
    (6, "Inventory - firmware revision"),
    (7, "Inventory - software revision"),
    (8, "Inventory - serial number"),
    (9, "Inventory - manufacturer name"),
    (10, "Inventory - model name"),
    (11, "Inventory - asset ID"),
];

const INVENTORY: &[(u8, &str)] = &[
    (5, "Hardware revision"),
    (6, "Firmware revision"),
    (7, "Software revision"),
    (8, "Serial number"),
    (9, "Manufacturer name"),
    (10, "Model name"),
    (11, "Asset ID"),
];

const CAPABILITY_BITS: &[(u32, &str)] = &[
    (1, "LLDP-MED capabilities"),
    (1 << 1, "network policy"),
    (1 << 2, "location identification"),
    (1 << 3, "extended power via MDI-PSE"),
    (1 << 4, "extended power via MDI-PD"),
    (1 << 5, "Inventory"),
];

const DEVICES: &[(u8, &str)] = &[
    (1, "endpoint class 1"),
    (2, "endpoint class 2"),
    (3, "endpoint class 3"),
    (4, "network connectivity"),
];

const APPLICATIONS: &[(u8, &str)] = &[
    (1, "voice"),
    (2, "voice signaling"),
    (3, "guest voice"),
    (4, "guest voice signaling"),
    (5, "softphone voice"),
    (6, "video conferencing"),
    (7, "streaming video"),
    (8, "video signaling"),
];

const POLICY_FLAGS: &[(u32, &str)] = &[(1 << 7, "Unknown"), (1 << 6, "Tagged"), (1 << 5, "reserved")];

const COORDINATES: u8 = 1;
const CIVIC: u8 = 2;
const EMERGENCY: u8 = 3;
const FORMATS: &[(u8, &str)] = &[
    (COORDINATES, "coordinate-based LCI"),
    (CIVIC, "civic address LCI"),
    (EMERGENCY, "ECS ELIN"),
];

const ALTITUDES: &[(u8, &str)] = &[(1, "meters"), (2, "floors")];

const DATUMS: &[(u8, &str)] = &[
    (1, "World Geodesic System 1984"),
    (2, "North American Datum 1983 (NAVD88)"),
    (3, "North American Datum 1983 (MLLW)"),
];

const PLACES: &[(u8, &str)] = &[
    (0, "location of DHCP server"),
    (
        1,
        "location of the network element believed to be closest to the client",
    ),
    (2, "location of the client"),
];

const ELEMENTS: &[(u8, &str)] = &[
    (
        1,
        "national subdivisions (state,canton,region,province,prefecture)",
    ),
    (2, "county, parish, gun, district"),
    (3, "city, township, shi"),
    (4, "city division, borough, city district, ward chou"),
    (5, "neighborhood, block"),
    (6, "street"),
];

const SOURCES: &[(u8, &str)] = &[
    (1, "PSE - primary power source"),
    (2, "local - backup power source"),
    (3, "PSE+local - reserved"),
];

const PRIORITIES: &[(u8, &str)] = &[(1, "critical"), (2, "high"), (3, "low")];
