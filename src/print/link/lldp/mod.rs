//! The link layer discovery protocol (IEEE 802.1AB), with the values of IEEE 802.1, IEEE 802.3, TIA and others.

mod bridging;
mod dcbx;
mod ethernet;
mod media;

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::{family, oui};
use crate::print::text::{Hex4, HexPad, Mac, name_of, put, put_bits};

/// Prints a message; without `-v` only its length and the name of the system.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("lldp");
    put!(page, "LLDP, length ", message.len());
    let mut rest = message;
    while rest.len() >= 2 {
        let (kind, length) = header(&mut rest)?;
        if page.verbose(1) {
            let name = name_of(KINDS, kind).unwrap_or("Unknown");
            put!(page, "\n\t", name, " TLV (", kind, "), length ", length);
        }
        // The end has neither type nor length; anything like it ends too.
        if kind == 0 || length == 0 {
            break;
        }
        rest.need(length)?;
        if rest.len() < length {
            return Err(Stop::Truncated);
        }
        let value = rest.sub(length);
        if page.verbose(1) {
            let told = verbose_value(page, kind, value)?;
            if !told || page.verbose(2) {
                page.hex("\n\t  ", value.bytes());
            }
        } else if kind == SYSTEM_NAME {
            put!(page, ": ");
            text(page, value)?;
        }
    }
    Ok(())
}

/// Type and length of a value share sixteen bits.
fn header(rest: &mut Cursor<'_>) -> Shown<(u16, usize)> {
    let word = rest.u16()?;
    Ok((word >> 9, usize::from(word & 0x01ff)))
}

/// Passes over the organisation that a value begins with, and tells which of its values it is; nothing of one that
/// is too short for that.
fn subtype(page: &mut Page<'_>, value: &mut Cursor<'_>, names: &[(u8, &'static str)]) -> Shown<Option<u8>> {
    if value.len() < 4 {
        return Ok(None);
    }
    value.skip(3)?;
    let subtype = value.u8()?;
    let name = name_of(names, subtype).unwrap_or("unknown");
    put!(page, "\n\t  ", name, " Subtype (", subtype, ")");
    Ok(Some(subtype))
}

/// Prints a value. Returns whether that told all of it.
fn verbose_value(page: &mut Page<'_>, kind: u16, mut value: Cursor<'_>) -> Shown<bool> {
    match kind {
        CHASSIS_ID => return identifier(page, CHASSIS_IDS, 4, 5, value),
        PORT_ID => return identifier(page, PORT_IDS, 3, 4, value),
        TIME_TO_LIVE => {
            at_least(value, 2)?;
            put!(page, ": TTL ", value.u16()?, "s");
        }
        PORT_DESCRIPTION | SYSTEM_NAME => {
            put!(page, ": ");
            text(page, value)?;
        }
        SYSTEM_DESCRIPTION => {
            put!(page, "\n\t  ");
            text(page, value)?;
        }
        CAPABILITIES => {
            at_least(value, 4)?;
            for name in ["\n\t  System  Capabilities [", "\n\t  Enabled Capabilities ["] {
                let bits = value.u16()?;
                put!(page, name);
                put_bits(page.out, CAPABILITY_BITS, bits.into(), ", ", "none");
                put!(page, "] (0x", Hex4(bits), ")");
            }
        }
        MANAGEMENT_ADDRESS => management_address(page, value)?,
        ORGANISATION => {
            at_least(value, 3)?;
            let number = value.after(0).u24()?;
            let name = oui::organisation(number).unwrap_or("Unknown");
            put!(page, ": OUI ", name, " (0x", HexPad(number.into(), 6), ")");
            return match number {
                oui::IEEE_802_1 => bridging::print(page, value),
                oui::IEEE_802_3 => ethernet::print(page, value),
                oui::IANA => usage_description(page, value),
                oui::TIA => media::print(page, value),
                oui::DCBX => dcbx::print(page, value),
                _ => Ok(false),
            };
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// A value that is too short ends the message as if it had been cut off.
fn at_least(value: Cursor<'_>, count: usize) -> Shown {
    if value.len() < count {
        return Err(Stop::Truncated);
    }
    Ok(())
}

/// All of the value as text.
fn text(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let length = value.len();
    page.padded_text(&mut value, length)
}

/// The identifier of a chassis or port, of which one subtype is a link-layer address and one an address of a network.
fn identifier(
    page: &mut Page<'_>,
    subtypes: &[(u8, &'static str)],
    link_layer: u8,
    network: u8,
    mut value: Cursor<'_>,
) -> Shown<bool> {
    at_least(value, 2)?;
    let subtype = value.u8()?;
    let name = name_of(subtypes, subtype);
    put!(
        page,
        "\n\t  Subtype ",
        name.unwrap_or("Unknown"),
        " (",
        subtype,
        "): "
    );
    if subtype == link_layer {
        at_least(value, 6)?;
        put!(page, Mac(&value.array::<6>()?));
    } else if subtype == network {
        if !network_address(page, value)? {
            return Err(Stop::Truncated);
        }
    } else if name.is_some() {
        text(page, value)?;
    }
    Ok(name.is_some())
}

/// An address behind the number of its family. Returns false, and shows nothing, if it is too short.
fn network_address(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    if value.is_empty() {
        return Ok(false);
    }
    let number = value.u8()?;
    let needed = match number.into() {
        family::IPV4 => 4,
        family::IPV6 => 16,
        IEEE_802 => 6,
        _ => 0,
    };
    if value.len() < needed {
        return Ok(false);
    }
    let name = family::name(number.into()).unwrap_or("Unknown");
    put!(page, "AFI ", name, " (", number, ")");
    match number.into() {
        family::IPV4 => {
            put!(page, ": ");
            page.host(Ipv4Addr::from(value.array::<4>()?));
        }
        family::IPV6 => {
            put!(page, ": ");
            page.host(Ipv6Addr::from(value.array::<16>()?));
        }
        IEEE_802 => put!(page, ": ", Mac(&value.array::<6>()?)),
        _ => put!(page, ", no AF printer !"),
    }
    Ok(true)
}

fn management_address(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    at_least(value, 1)?;
    let length = usize::from(value.u8()?);
    at_least(value, length)?;
    let start = page.out.len();
    put!(page, "\n\t  Management Address length ", length, ", ");
    if !network_address(page, value.sub(length))? {
        page.out.truncate(start);
        return Err(Stop::Truncated);
    }
    at_least(value, 5)?;
    let (subtype, number) = (value.u8()?, value.u32()?);
    let name = name_of(INTERFACES, subtype).unwrap_or("Unknown");
    put!(
        page,
        "\n\t  ",
        name,
        " Interface Numbering (",
        subtype,
        "): ",
        number
    );
    if value.is_empty() {
        return Ok(());
    }
    let length = usize::from(value.u8()?);
    at_least(value, length)?;
    if length > 0 {
        put!(page, "\n\t  OID length ", length);
        page.padded_text(&mut value, length)?;
    }
    Ok(())
}

/// Where a device's usage is described (RFC 8520).
fn usage_description(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown<bool> {
    if value.len() < 8 {
        return Ok(true);
    }
    value.skip(3)?;
    let subtype = value.u8()?;
    let known = subtype == 1;
    put!(
        page,
        "\n\t  ",
        if known { "MUD-URL" } else { "unknown" },
        " Subtype (",
        subtype,
        ")"
    );
    if known {
        put!(page, "\n\t  MUD-URL=");
        let length = value.len();
        page.text(&mut value, length)?;
    }
    Ok(known)
}

const CHASSIS_ID: u16 = 1;
const PORT_ID: u16 = 2;
const TIME_TO_LIVE: u16 = 3;
const PORT_DESCRIPTION: u16 = 4;
const SYSTEM_NAME: u16 = 5;
const SYSTEM_DESCRIPTION: u16 = 6;
const CAPABILITIES: u16 = 7;
const MANAGEMENT_ADDRESS: u16 = 8;
const ORGANISATION: u16 = 127;
const KINDS: &[(u16, &str)] = &[
    (0, "End"),
    (CHASSIS_ID, "Chassis ID"),
    (PORT_ID, "Port ID"),
    (TIME_TO_LIVE, "Time to Live"),
    (PORT_DESCRIPTION, "Port Description"),
    (SYSTEM_NAME, "System Name"),
    (SYSTEM_DESCRIPTION, "System Description"),
    (CAPABILITIES, "System Capabilities"),
    (MANAGEMENT_ADDRESS, "Management Address"),
    (ORGANISATION, "Organization specific"),
];

const CHASSIS_IDS: &[(u8, &str)] = &[
    (1, "Chassis component"),
    (2, "Interface alias"),
    (3, "Port component"),
    (4, "MAC address"),
    (5, "Network address"),
    (6, "Interface name"),
    (7, "Local"),
];

const PORT_IDS: &[(u8, &str)] = &[
    (1, "Interface alias"),
    (2, "Port component"),
    (3, "MAC address"),
    (4, "Network Address"),
    (5, "Interface Name"),
    (6, "Agent circuit ID"),
    (7, "Local"),
];

const CAPABILITY_BITS: &[(u32, &str)] = &[
    (1, "Other"),
    (1 << 1, "Repeater"),
    (1 << 2, "Bridge"),
    (1 << 3, "WLAN AP"),
    (1 << 4, "Router"),
    (1 << 5, "Telephone"),
    (1 << 6, "Docsis"),
    (1 << 7, "Station Only"),
];

/// The family of the addresses of IEEE 802.
const IEEE_802: u16 = 6;

const INTERFACES: &[(u8, &str)] = &[(2, "Interface Index"), (3, "System Port Number")];

/// Whether link aggregation is supported and in use, in the values of both IEEE 802.1 and 802.3.
const AGGREGATION: &[(u32, &str)] = &[(1, "supported"), (2, "enabled")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    /// A message of values, each with its type.
    fn message(values: &[(u8, &[u8])]) -> Vec<u8> {
        let mut message = Vec::new();
        for (kind, value) in values {
            message.extend_from_slice(&[kind << 1, u8::try_from(value.len()).unwrap()]);
            message.extend_from_slice(value);
        }
        ether(0x88cc, &message)
    }

    #[test]
    fn a_message_tells_its_system_and_under_v_all_values() {
        let frame = message(&[
            (1, &[4, 2, 0, 0, 0, 0, 1]),
            (2, b"\x05ge-0/0/1"),
            (3, &[0, 120]),
            (5, b"switch\x1b"),
            (7, &[0, 0x14, 0, 4]),
            (8, &[5, 1, 192, 0, 2, 1, 2, 0, 0, 0, 7, 0]),
        ]);
        assert_eq!(shown(LINK, &frame), "LLDP, length 53: switch^[");
        assert_eq!(
            verbose(1, LINK, &frame),
            "LLDP, length 53\
             \n\tChassis ID TLV (1), length 7\n\t  Subtype MAC address (4): 02:00:00:00:00:01\
             \n\tPort ID TLV (2), length 9\n\t  Subtype Interface Name (5): ge-0/0/1\
             \n\tTime to Live TLV (3), length 2: TTL 120s\
             \n\tSystem Name TLV (5), length 7: switch^[\
             \n\tSystem Capabilities TLV (7), length 4\n\t  System  Capabilities [Bridge, Router] (0x0014)\
             \n\t  Enabled Capabilities [Bridge] (0x0004)\
             \n\tManagement Address TLV (8), length 12\n\t  Management Address length 5, AFI IPv4 (1): 192.0.2.1\
             \n\t  Interface Index Interface Numbering (2): 7"
        );
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn organisations_have_values_of_their_own() {
        let frame = message(&[
            (127, &[0, 0x80, 0xc2, 3, 0, 5, 4, b'l', b'a', b'n', b'5']),
            (127, &[0, 0x12, 0x0f, 4, 5, 0xdc]),
            (127, &[0, 0x12, 0xbb, 2, 1, 0x40, 10, 0x6e]),
            (127, &[0, 0x1b, 0x21, 2, 2, 10, 1, 2, 0, 0, 0, 3, 0, 0, 0, 4]),
            (127, &[9, 9, 9, 1]),
        ]);
        assert_eq!(
            verbose(1, LINK, &frame),
            "LLDP, length 55\
             \n\tOrganization specific TLV (127), length 11: OUI Ethernet bridged (0x0080c2)\
             \n\t  VLAN name Subtype (3)\n\t    vlan id (VID): 5\n\t    vlan name: lan5\
             \n\tOrganization specific TLV (127), length 6: OUI IEEE 802.3 Private (0x00120f)\
             \n\t  Max frame size Subtype (4)\n\t    MTU size 1500\
             \n\tOrganization specific TLV (127), length 8: OUI ANSI/TIA (0x0012bb)\
             \n\t  Network policy Subtype (2)\n\t    Application type [voice] (0x01), Flags [Tagged]\
             \n\t    Vlan id 5, L2 priority 1, DSCP value 46\
             \n\tOrganization specific TLV (127), length 16: OUI DCBX (0x001b21)\
             \n\t  DCB Capability Exchange Protocol Rev 1.01 Subtype (2)\
             \n\t    Control - Protocol Control (type 0x1, length 10)\n\t      Oper_Version: 1\
             \n\t      Max_Version: 2\n\t      Sequence Number: 3\n\t      Acknowledgement Number: 4\
             \n\tOrganization specific TLV (127), length 4: OUI Unknown (0x090909)\n\t  0x0000:  0909 0901"
        );
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn a_value_too_short_for_its_type_ends_the_message() {
        let text = verbose(1, LINK, &message(&[(3, &[1])]));
        assert!(
            text.ends_with("\n\tTime to Live TLV (3), length 1 [|lldp]"),
            "{text}"
        );
    }

    #[test]
    fn a_length_has_nine_bits() {
        let mut value = vec![6 << 1 | 1, 44];
        value.resize(302, b'x');
        let text = verbose(1, LINK, &ether(0x88cc, &value));
        assert!(
            text.contains("System Description TLV (6), length 300\n\t  xxx"),
            "{text}"
        );
    }
}
