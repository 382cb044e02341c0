//! The values of IEEE 802.3: what the port is capable of.

use super::{AGGREGATION, subtype};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, name_of, put, put_bits};

/// Prints a value. Returns false if its bytes are to be shown; one that is too short is left as it is.
pub(super) fn print(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    let Some(subtype) = subtype(page, &mut value, SUBTYPES)? else {
        return Ok(true);
    };
    match subtype {
        PHYSICAL if value.len() >= 5 => {
            let (negotiation, capability, attachment) = (value.u8()?, value.u16()?, value.u16()?);
            put!(page, "\n\t    autonegotiation [");
            put_bits(
                page.out,
                &[(1, "supported"), (2, "enabled")],
                negotiation.into(),
                ", ",
                "none",
            );
            put!(
                page,
                "] (0x",
                Hex2(negotiation),
                ")\n\t    PMD autoneg capability ["
            );
            put_bits(page.out, MEDIA, capability.into(), ", ", "unknown");
            put!(page, "] (0x", Hex4(capability), ")\n\t    MAU type ");
            put!(
                page,
                ATTACHMENTS
                    .get(usize::from(attachment))
                    .copied()
                    .unwrap_or("unknown")
            );
            put!(page, " (0x", Hex4(attachment), ")");
        }
        POWER if value.len() >= 3 => {
            let (support, pair, class) = (value.u8()?, value.u8()?, value.u8()?);
            put!(page, "\n\t    MDI power support [");
            put_bits(page.out, POWER_SUPPORT, support.into(), ", ", "none");
            put!(
                page,
                "], power pair ",
                name_of(&[(1, "signal"), (2, "spare")], pair).unwrap_or("unknown")
            );
            put!(
                page,
                ", power class ",
                name_of(CLASSES, class).unwrap_or("unknown")
            );
        }
        AGGREGATED if value.len() >= 5 => {
            put!(page, "\n\t    aggregation status [");
            put_bits(page.out, AGGREGATION, value.u8()?.into(), ", ", "none");
            put!(page, "], aggregation port ID ", value.u32()?);
        }
        FRAME_SIZE if value.len() >= 2 => put!(page, "\n\t    MTU size ", value.u16()?),
        _ => return Ok(name_of(SUBTYPES, subtype).is_some()),
    }
    Ok(true)
}

const PHYSICAL: u8 = 1;
const POWER: u8 = 2;
const AGGREGATED: u8 = 3;
const FRAME_SIZE: u8 = 4;
const SUBTYPES: &[(u8, &str)] = &[
    (PHYSICAL, "MAC/PHY configuration/status"),
    (POWER, "Power via MDI"),
    (AGGREGATED, "Link aggregation"),
    (FRAME_SIZE, "Max frame size"),
];

/// What autonegotiation may offer (RFC 3636, ifMauAutoNegCapAdvertisedBits).
const MEDIA: &[(u32, &str)] = &[
    (1 << 14, "10BASE-T hdx"),
    (1 << 13, "10BASE-T fdx"),
    (1 << 12, "100BASE-T4"),
    (1 << 11, "100BASE-TX hdx"),
    (1 << 10, "100BASE-TX fdx"),
    (1 << 9, "100BASE-T2 hdx"),
    (1 << 8, "100BASE-T2 fdx"),
    (1 << 7, "Pause for fdx links"),
    (1 << 6, "Asym PAUSE for fdx"),
    (1 << 5, "Sym PAUSE for fdx"),
    (1 << 4, "Asym and Sym PAUSE for fdx"),
    (1 << 3, "1000BASE-{X LX SX CX} hdx"),
    (1 << 2, "1000BASE-{X LX SX CX} fdx"),
    (1 << 1, "1000BASE-T hdx"),
    (1, "1000BASE-T fdx"),
];

/// Kinds of attachment to the medium (RFC 3636, dot3MauType), from zero on.
const ATTACHMENTS: &[&str] = &[
    "Unknown",
    "AUI",
    "10BASE_5",
    "FOIRL",
    "10BASE2",
    "10BASET duplex mode unknown",
    "10BASEFP",
    "10BASEFB",
    "10BASEFL duplex mode unknown",
    "10BROAD36",
    "10BASET hdx",
    "10BASET fdx",
    "10BASEFL hdx",
    "10BASEFL fdx",
    "100BASET4",
    "100BASETX hdx",
    "100BASETX fdx",
    "100BASEFX hdx",
    "100BASEFX fdx",
    "100BASET2 hdx",
    "100BASET2 fdx",
    "1000BASEX hdx",
    "1000BASEX fdx",
    "1000BASELX hdx",
    "1000BASELX fdx",
    "1000BASESX hdx",
    "1000BASESX fdx",
    "1000BASECX hdx",
    "1000BASECX fdx",
    "1000BASET hdx",
    "1000BASET fdx",
    "10GBASEX",
    "10GBASELX4",
    "10GBASER",
    "10GBASEER",
    "10GBASELR",
    "10GBASESR",
    "10GBASEW",
    "10GBASEEW",
    "10GBASELW",
    "10GBASESW",
];

const POWER_SUPPORT: &[(u32, &str)] = &[
    (1, "PSE"),
    (1 << 1, "supported"),
    (1 << 2, "enabled"),
    (1 << 3, "can be controlled"),
];

const CLASSES: &[(u8, &str)] = &[
    (1, "class0"),
    (2, "class1"),
    (3, "class2"),
    (4, "class3"),
    (5, "class4"),
];
