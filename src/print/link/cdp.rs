//! Cisco's discovery protocol.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, Fixed, Hex2, Hex4, HexPad, put, put_bits};

/// Prints a message; without `-v` only the name of the device.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("cdp");
    let mut rest = message;
    if message.len() < 4 {
        put!(page, " (packet length ", message.len(), " < 4)");
        return invalid(page, rest, rest.len());
    }
    put!(page, "CDPv", rest.u8()?, ", ttl: ", rest.u8()?, "s");
    let checksum = rest.u16()?;
    if page.verbose(1) {
        put!(
            page,
            ", checksum: 0x",
            Hex4(checksum),
            " (unverified), length ",
            message.len()
        );
    }
    while !rest.is_empty() {
        if rest.len() < HEADER {
            put!(page, " (remaining packet length ", rest.len(), " < ", HEADER, ")");
            return invalid(page, rest, rest.len());
        }
        let (kind, length) = (rest.peek_u16(0)?, usize::from(rest.peek_u16(2)?));
        let field = FIELDS.get(usize::from(kind));
        let name = field.and_then(|field| field.name).unwrap_or("unknown field type");
        if length < HEADER {
            if page.verbose(1) {
                put!(page, "\n\t", name, " (0x", Hex4(kind), "), TLV length: ", length);
                put!(page, " byte", plural(length), " (too short)");
            } else {
                put!(page, ", ", name, " TLV length ", length, " too short");
            }
            return invalid(page, rest, rest.len());
        }
        if length > rest.len() {
            put!(page, " (TLV length ", length, " > ", rest.len(), ")");
            return invalid(page, rest, rest.len());
        }
        rest.advance(HEADER);
        let value = rest.sub(length - HEADER);
        let always = field.is_some_and(|field| field.always);
        if page.verbose(1) {
            put!(
                page,
                "\n\t",
                name,
                " (0x",
                Hex4(kind),
                "), value length: ",
                value.len()
            );
            put!(page, " byte", plural(value.len()), ": ");
        } else if always {
            put!(page, ", ", name, " ");
        }
        let mut told = false;
        match field {
            Some(field) if !(field.least..=field.most).contains(&value.len()) => {
                put!(page, " (malformed TLV)");
            }
            Some(field) if always || page.verbose(1) => {
                match field.print {
                    Some(print) => print(page, value)?,
                    None => value.need(value.len())?,
                }
                told = true;
            }
            _ => {}
        }
        if page.verbose(1) && !told {
            value.need(value.len())?;
            page.hex("\n\t  ", value.bytes());
        }
    }
    if !page.verbose(1) {
        put!(page, ", length ", message.len());
    }
    Ok(())
}

/// Says that the packet is invalid, and also if what is left of it was not captured.
fn invalid(page: &mut Page<'_>, rest: Cursor<'_>, length: usize) -> Shown {
    page.invalid();
    rest.need(length)
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// A field by its number.
struct Field {
    /// `None` for a number that has not been seen in use.
    name: Option<&'static str>,
    /// `None` for what nobody has described; it is not dumped either.
    print: Option<fn(&mut Page<'_>, Cursor<'_>) -> Shown>,
    /// Whether it is shown without `-v` too.
    always: bool,
    /// How long it may be.
    least: usize,
    most: usize,
}

const fn field(
    name: &'static str,
    print: Option<fn(&mut Page<'_>, Cursor<'_>) -> Shown>,
    least: usize,
    most: usize,
) -> Field {
    Field {
        name: Some(name),
        print,
        always: false,
        least,
        most,
    }
}

const UNUSED: Field = Field {
    name: None,
    print: None,
    always: true,
    least: 0,
    most: usize::MAX,
};

const ANY: usize = usize::MAX;
const FIELDS: &[Field] = &[
    UNUSED,
    Field {
        name: Some("Device-ID"),
        print: Some(quoted),
        always: true,
        least: 0,
        most: ANY,
    },
    field("Address", Some(addresses), 4, ANY),
    field("Port-ID", Some(quoted), 0, ANY),
    field("Capability", Some(capabilities), 4, 4),
    field("Version String", Some(version), 0, ANY),
    field("Platform", Some(quoted), 0, ANY),
    field("Prefixes", Some(prefixes), 0, ANY),
    field("Protocol-Hello option", None, 0, ANY),
    field("VTP Management Domain", Some(quoted), 0, ANY),
    field("Native VLAN ID", Some(number), 2, 2),
    field("Duplex", Some(duplex), 1, 1),
    UNUSED,
    UNUSED,
    field("ATA-186 VoIP VLAN assignment", Some(voice), 3, 3),
    field("ATA-186 VoIP VLAN request", Some(voice), 2, 3),
    field("power consumption", Some(power), 1, 3),
    field("MTU", Some(frame_size), 4, 4),
    field("AVVID trust bitmap", Some(bitmap), 1, 1),
    field("AVVID untrusted ports CoS", Some(bitmap), 1, 1),
    field("System Name", Some(quoted), 0, ANY),
    field("System Object ID (not decoded)", None, 0, ANY),
    field("Management Addresses", Some(addresses), 4, ANY),
    field("Physical Location", Some(location), 1, ANY),
    UNUSED,
    UNUSED,
    field("Power available", Some(power_available), 8, ANY),
];

fn quoted(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    put!(page, "'");
    let length = value.len();
    page.text(&mut value, length)?;
    put!(page, "'");
    Ok(())
}

fn capabilities(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let bits = value.u32()?;
    put!(page, "(0x", HexPad(bits.into(), 8), "): ");
    put_bits(page.out, CAPABILITIES, bits, ", ", "none");
    Ok(())
}

/// A text of several lines.
fn version(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    for line in value.bytes().split(|&byte| byte == b'\n') {
        put!(page, "\n\t  ", Escaped(line));
    }
    value.need(value.len())
}

fn number(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    put!(page, value.u16()?);
    Ok(())
}

fn duplex(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    put!(page, if value.u8()? == 0 { "half" } else { "full" });
    Ok(())
}

fn voice(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    if value.len() == 2 {
        put!(page, "unknown 0x", Hex4(value.u16()?));
    } else {
        put!(page, "app ", value.u8()?, ", vlan ", value.u16()?);
    }
    Ok(())
}

fn power(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    let mut milliwatts = 0_u32;
    value.need(value.len())?;
    for &byte in value.bytes() {
        milliwatts = milliwatts << 8 | u32::from(byte);
    }
    put!(page, Fixed(f64::from(milliwatts) / 1000.0, 2), "W");
    Ok(())
}

fn power_available(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    put!(
        page,
        "reqid ",
        value.u16()?,
        ", mgmtid ",
        value.u16()?,
        ", pwravail"
    );
    while value.len() >= 4 {
        put!(page, " ", value.u32()?, " mW");
    }
    Ok(())
}

fn frame_size(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    put!(page, value.u32()?, " bytes");
    Ok(())
}

fn bitmap(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    put!(page, "0x", Hex2(value.u8()?));
    Ok(())
}

fn location(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    put!(page, "0x", Hex2(value.u8()?));
    if !value.is_empty() {
        put!(page, "/");
        let length = value.len();
        page.text(&mut value, length)?;
    }
    Ok(())
}

/// A list of addresses, each behind what names its protocol.
fn addresses(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let count = rest.u32()?;
    for left in (1..=count).rev() {
        if rest.len() < 2 {
            put!(page, " (not enough space for PT+PL)");
            return rest.need(rest.len());
        }
        let (kind, length) = (rest.u8()?, usize::from(rest.u8()?));
        if rest.len() < length + 2 {
            put!(page, " (not enough space for P+AL)");
            return rest.need(rest.len());
        }
        let size = usize::from(rest.peek_u16(length)?);
        let protocol = rest.take(length)?;
        let known = match (kind, protocol, size) {
            (IDENTIFIER, [0xcc], 4) => Some("IPv4 ("),
            (IEEE_802_2, [0xaa, 0xaa, 3, 0, 0, 0, 0x86, 0xdd], 16) => Some("IPv6 ("),
            _ => None,
        };
        if known.is_none() {
            put!(page, "pt=0x", Hex2(kind), ", pl=", length, ", pb=");
            put_bytes(page, protocol);
            put!(page, ", al=", size, ", a=");
        }
        rest.advance(2);
        if rest.len() < size {
            put!(page, " (not enough space for A)");
            return rest.need(rest.len());
        }
        match known {
            Some(name) => {
                put!(page, name, left, ") ");
                if size == 4 {
                    page.host(rest.ipv4()?);
                } else {
                    page.host(rest.ipv6()?);
                }
            }
            None => {
                put_bytes(page, rest.limited(size).bytes());
                rest.skip(size)?;
            }
        }
        put!(page, if left > 1 { " " } else { "" });
    }
    if !rest.is_empty() {
        put!(page, " (", rest.len(), " bytes of stray data)");
    }
    Ok(())
}

fn put_bytes(page: &mut Page<'_>, bytes: &[u8]) {
    for &byte in bytes {
        put!(page, " ", Hex2(byte));
    }
}

fn prefixes(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    if !value.len().is_multiple_of(5) {
        put!(page, " [length ", value.len(), " is not a multiple of 5]");
        return value.need(value.len());
    }
    put!(page, " IPv4 Prefixes (", value.len() / 5, "):");
    while !value.is_empty() {
        put!(page, " ", value.ipv4()?, "/", value.u8()?);
    }
    Ok(())
}

/// The length of a field's header.
const HEADER: usize = 4;

/// How an address names its protocol: by ISO's identifier, or by the header of 802.2 that it would have.
const IDENTIFIER: u8 = 1;
const IEEE_802_2: u8 = 2;

const CAPABILITIES: &[(u32, &str)] = &[
    (0x01, "Router"),
    (0x02, "Transparent Bridge"),
    (0x04, "Source Route Bridge"),
    (0x08, "L2 Switch"),
    (0x10, "L3 capable"),
    (0x20, "IGMP snooping"),
    (0x40, "L1 capable"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    fn message(fields: &[u8]) -> Vec<u8> {
        let mut packet = vec![0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0, 2, 180, 0x12, 0x34];
        packet.extend_from_slice(fields);
        ether(u16::try_from(packet.len()).unwrap(), &packet)
    }

    #[test]
    fn the_device_is_named_and_under_v_described() {
        let frame = message(&[
            0, 1, 0, 7, b's', b'w', b'1', 0, 4, 0, 8, 0, 0, 0, 9, 0, 11, 0, 5, 1, 0, 16, 0, 6, 0x3c, 0x28, 0,
            2, 0, 17, 0, 0, 0, 1, 1, 1, 0xcc, 0, 4, 192, 0, 2, 1,
        ]);
        assert_eq!(
            shown(LINK, &frame),
            "CDPv2, ttl: 180s, Device-ID 'sw1', length 47"
        );
        assert_eq!(
            verbose(1, LINK, &frame),
            "CDPv2, ttl: 180s, checksum: 0x1234 (unverified), length 47\
             \n\tDevice-ID (0x0001), value length: 3 bytes: 'sw1'\
             \n\tCapability (0x0004), value length: 4 bytes: (0x00000009): Router, L2 Switch\
             \n\tDuplex (0x000b), value length: 1 byte: full\
             \n\tpower consumption (0x0010), value length: 2 bytes: 15.40W\
             \n\tAddress (0x0002), value length: 13 bytes: IPv4 (1) 192.0.2.1"
        );
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn a_length_that_cannot_be_is_told() {
        let text = shown(LINK, &message(&[0, 1, 0, 3]));
        assert!(
            text.ends_with(", Device-ID TLV length 3 too short (invalid)"),
            "{text}"
        );
        let text = shown(LINK, &message(&[0, 1, 0, 9, 1]));
        assert!(text.ends_with(" (TLV length 9 > 5) (invalid)"), "{text}");
        let text = verbose(1, LINK, &message(&[0, 4, 0, 5, 1]));
        assert!(
            text.ends_with(" 1 byte:  (malformed TLV)\n\t  0x0000:  01"),
            "{text}"
        );
    }
}
