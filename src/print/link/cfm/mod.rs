//! Connectivity fault management (IEEE 802.1ag, now in IEEE 802.1Q).

mod sender;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::oui;
use crate::print::text::{Fixed, Hex2, Hex4, HexPad, Mac, name_of, put, put_bits};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("cfm");
    if message.len() < HEADER {
        put!(page, TOO_SHORT);
        return Ok(());
    }
    message.need(HEADER)?;
    let (first, code) = (message.peek_u8(0)?, message.peek_u8(1)?);
    let version = first & 0x1f;
    if version != 0 {
        put!(page, "CFMv", version, " not supported, length ", message.len());
        return Ok(());
    }
    put!(page, "CFMv", version, " ");
    match name_of(CODES, code) {
        Some(name) => put!(page, name),
        None => put!(page, "unknown (", code, ")"),
    }
    put!(page, ", MD Level ", first >> 5, ", length ", message.len());
    if !page.verbose(1) {
        return Ok(());
    }
    let (flags, offset) = (message.peek_u8(2)?, usize::from(message.peek_u8(3)?));
    put!(page, "\n\tFirst TLV offset ", offset);
    let body = message.after(HEADER);
    if offset > body.len() {
        put!(page, " (too large, must be <= ", body.len(), ")");
        return Ok(());
    }
    let (least, number, print): (usize, u8, Body) = match code {
        CONTINUITY_CHECK => (70, 1, continuity_check),
        LINK_TRACE => (17, 4, link_trace),
        LINK_TRACE_REPLY => (6, 5, link_trace_reply),
        _ => {
            page.hex("\n\t  ", body.limited(body.len() - offset).bytes());
            return values(page, body.after(offset));
        }
    };
    // The values begin behind the fields of the message, wherever they say they do.
    if offset < least {
        put!(page, " (too small ", number, ", must be >= ", least, ")");
        return Ok(());
    }
    body.need(least)?;
    if print(page, flags, body)? {
        values(page, body.after(offset))?;
    }
    Ok(())
}

/// Prints the fields of a message. Returns false if nothing is to follow them.
type Body = fn(&mut Page<'_>, u8, Cursor<'_>) -> Shown<bool>;

fn continuity_check(page: &mut Page<'_>, flags: u8, mut body: Cursor<'_>) -> Shown<bool> {
    let interval = flags & 7;
    put!(
        page,
        ", Flags [CCM Interval ",
        interval,
        if flags & 0x80 != 0 { ", RDI]" } else { "]" }
    );
    if let Some(&seconds) = INTERVALS.get(usize::from(interval)).filter(|_| interval != 0) {
        put!(
            page,
            "\n\t  CCM Interval ",
            Fixed(seconds, 3),
            "s, min CCM Lifetime "
        );
        put!(
            page,
            Fixed(seconds * 3.25, 3),
            "s, max CCM Lifetime ",
            Fixed(seconds * 3.5, 3),
            "s"
        );
    }
    put!(page, "\n\t  Sequence Number 0x", HexPad(body.u32()?.into(), 8));
    put!(page, ", MA-End-Point-ID 0x", Hex4(body.u16()?));
    // The names of the maintenance domain and of the association in it share 48 bytes.
    let mut names = body.limited(48);
    let format = names.u8()?;
    put!(
        page,
        "\n\t  MD Name Format ",
        name_of(DOMAIN_FORMATS, format).unwrap_or("Unknown"),
        " (",
        format,
        ")"
    );
    if format != NO_DOMAIN {
        let length = usize::from(names.u8()?);
        put!(page, ", MD Name length ", length);
        // The name of the association takes at least three bytes.
        if length > names.len() - 3 {
            put!(page, " (too large, must be <= ", names.len() - 2, ")");
            return Ok(false);
        }
        put!(page, "\n\t  MD Name: ");
        let mut name = names.sub(length);
        match format {
            2 | 4 => page.padded_text(&mut name, length)?,
            3 if length == 6 => put!(page, "\n\t  MAC ", Mac(&name.array::<6>()?)),
            3 => put!(page, "\n\t  MAC (length invalid)"),
            _ => page.hex("\n\t    ", name.bytes()),
        }
    }
    let (format, length) = (names.u8()?, usize::from(names.u8()?));
    put!(
        page,
        "\n\t  MA Name-Format ",
        name_of(ASSOCIATION_FORMATS, format).unwrap_or("Unknown")
    );
    put!(page, " (", format, "), MA name length ", length);
    if length > names.len() {
        put!(page, " (too large, must be <= ", names.len(), ")");
        return Ok(false);
    }
    put!(page, "\n\t  MA Name: ");
    let mut name = names.sub(length);
    if format == 2 {
        page.padded_text(&mut name, length)?;
    } else {
        page.hex("\n\t    ", name.bytes());
    }
    Ok(true)
}

fn link_trace(page: &mut Page<'_>, flags: u8, mut body: Cursor<'_>) -> Shown<bool> {
    put!(page, ", Flags [");
    put_bits(
        page.out,
        &[(0x80, "Use Forwarding-DB only")],
        flags.into(),
        ", ",
        "none",
    );
    put!(
        page,
        "]\n\t  Transaction-ID 0x",
        HexPad(body.u32()?.into(), 8),
        ", ttl ",
        body.u8()?
    );
    put!(
        page,
        "\n\t  Original-MAC ",
        Mac(&body.array::<6>()?),
        ", Target-MAC "
    );
    put!(page, Mac(&body.array::<6>()?));
    Ok(true)
}

fn link_trace_reply(page: &mut Page<'_>, flags: u8, mut body: Cursor<'_>) -> Shown<bool> {
    put!(page, ", Flags [");
    let names = &[(0x80, "UseFDB Only"), (0x40, "FwdYes"), (0x20, "Terminal MEP")];
    put_bits(page.out, names, flags.into(), ", ", "none");
    put!(
        page,
        "]\n\t  Transaction-ID 0x",
        HexPad(body.u32()?.into(), 8),
        ", ttl ",
        body.u8()?
    );
    let action = body.u8()?;
    let name = name_of(
        &[(1, "Exact Match"), (2, "Filtering DB"), (3, "MIP CCM DB")],
        action,
    );
    put!(
        page,
        "\n\t  Replay-Action ",
        name.unwrap_or("Unknown"),
        " (",
        action,
        ")"
    );
    Ok(true)
}

fn values(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        let kind = rest.peek_u8(0)?;
        put!(
            page,
            "\n\t",
            name_of(VALUES, kind).unwrap_or("Unknown"),
            " TLV (0x",
            Hex2(kind),
            ")"
        );
        if kind == END {
            return Ok(());
        }
        if rest.len() < 3 {
            put!(page, TOO_SHORT);
            return Ok(());
        }
        rest.need(3)?;
        rest.skip(1)?;
        let length = usize::from(rest.u16()?);
        put!(page, ", length ", length);
        if rest.len() < length {
            put!(page, TOO_SHORT);
            return Ok(());
        }
        rest.need(length)?;
        let behind = rest;
        let value = rest.sub(length);
        match value_of(page, kind, value)? {
            Told::End => return Ok(()),
            Told::Nothing => {}
            Told::Early => rest = behind.after(length - 1),
            told => {
                // Of a sender's identity, as many bytes are dumped as were left to read.
                let count = match told {
                    Told::Partly(left) | Told::Wholly(left) => left,
                    _ => length,
                };
                if matches!(told, Told::Partly(_)) || page.verbose(2) {
                    page.hex("\n\t  ", value.limited(count).bytes());
                }
            }
        }
    }
    Ok(())
}

/// What has been told of a value, and how many of its first bytes a dump shows.
enum Told {
    /// All of it; a dump is for `-vv`.
    Wholly(usize),
    /// Not all: a dump follows.
    Partly(usize),
    /// It is too short, and no dump follows.
    Nothing,
    /// So it is, and the next begins with its last byte, as in the peer.
    Early,
    /// It is too short, and nothing follows.
    End,
}

fn value_of(page: &mut Page<'_>, kind: u8, mut value: Cursor<'_>) -> Shown<Told> {
    let length = value.len();
    match kind {
        PORT_STATUS | INTERFACE_STATUS => {
            if length < 1 {
                put!(page, " (too short, must be >= 1)");
                return Ok(Told::End);
            }
            let status = value.u8()?;
            let names = if kind == PORT_STATUS {
                PORT_STATES
            } else {
                INTERFACE_STATES
            };
            put!(
                page,
                ", Status: ",
                name_of(names, status).unwrap_or("Unknown"),
                " (",
                status,
                ")"
            );
            Ok(Told::Wholly(length))
        }
        ORGANISATION => {
            if length < 4 {
                put!(page, " (too short, must be >= 4)");
                return Ok(Told::End);
            }
            let number = value.u24()?;
            put!(
                page,
                ", Vendor: ",
                oui::organisation(number).unwrap_or("Unknown"),
                " (",
                number
            );
            put!(page, "), Sub-Type ", value.u8()?);
            Ok(Told::Partly(length))
        }
        SENDER => sender::print(page, value),
        _ => Ok(Told::Partly(length)),
    }
}

const TOO_SHORT: &str = "\n\t\t packet is too short";

const HEADER: usize = 4;

const CONTINUITY_CHECK: u8 = 1;
const LINK_TRACE_REPLY: u8 = 4;
const LINK_TRACE: u8 = 5;
const CODES: &[(u8, &str)] = &[
    (CONTINUITY_CHECK, "Continuity Check Message"),
    (2, "Loopback Reply"),
    (3, "Loopback Message"),
    (LINK_TRACE_REPLY, "Linktrace Reply"),
    (LINK_TRACE, "Linktrace Message"),
];

/// The intervals of continuity checks in seconds; zero stands for none.
const INTERVALS: [f64; 8] = [0.0, 0.003_333, 0.01, 0.1, 1.0, 10.0, 60.0, 600.0];

const NO_DOMAIN: u8 = 1;
const DOMAIN_FORMATS: &[(u8, &str)] = &[
    (0, "IEEE 802.1"),
    (NO_DOMAIN, "No MD Name present"),
    (2, "DNS string"),
    (3, "MAC + 16Bit Integer"),
    (4, "Character string"),
];
const ASSOCIATION_FORMATS: &[(u8, &str)] = &[
    (0, "IEEE 802.1"),
    (1, "Primary VID"),
    (2, "Character string"),
    (3, "16Bit Integer"),
    (4, "RFC2685 VPN-ID"),
];

const END: u8 = 0;
const SENDER: u8 = 1;
const PORT_STATUS: u8 = 2;
const INTERFACE_STATUS: u8 = 3;
const ORGANISATION: u8 = 31;
const VALUES: &[(u8, &str)] = &[
    (END, "End"),
    (SENDER, "Sender ID"),
    (PORT_STATUS, "Port status"),
    (INTERFACE_STATUS, "Interface status"),
    (4, "Data"),
    (5, "Reply Ingress"),
    (6, "Reply Egress"),
    (ORGANISATION, "Organization Specific"),
];

const PORT_STATES: &[(u8, &str)] = &[(1, "Blocked"), (2, "Up")];
const INTERFACE_STATES: &[(u8, &str)] = &[
    (1, "Up"),
    (2, "Down"),
    (3, "Testing"),
    (5, "Dormant"),
    (6, "not present"),
    (7, "lower Layer down"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    /// A continuity check of the association "ma" in the domain "md", with values behind it.
    fn check(values: &[u8]) -> Vec<u8> {
        let mut message = vec![
            0x60, 1, 4, 70, 0, 0, 0, 7, 0, 9, 4, 2, b'm', b'd', 2, 2, b'm', b'a',
        ];
        message.resize(74, 0);
        message.extend_from_slice(values);
        ether(0x8902, &message)
    }

    #[test]
    fn a_continuity_check_tells_its_names_and_values() {
        let frame = check(&[2, 0, 1, 2, 1, 0, 9, 6, 4, 2, 0, 0, 0, 0, 1, 0, 0]);
        assert_eq!(
            shown(LINK, &frame),
            "CFMv0 Continuity Check Message, MD Level 3, length 91"
        );
        assert_eq!(
            verbose(1, LINK, &frame),
            "CFMv0 Continuity Check Message, MD Level 3, length 91\n\tFirst TLV offset 70, Flags [CCM Interval 4]\
             \n\t  CCM Interval 1.000s, min CCM Lifetime 3.250s, max CCM Lifetime 3.500s\
             \n\t  Sequence Number 0x00000007, MA-End-Point-ID 0x0009\
             \n\t  MD Name Format Character string (4), MD Name length 2\n\t  MD Name: md\
             \n\t  MA Name-Format Character string (2), MA name length 2\n\t  MA Name: ma\
             \n\tPort status TLV (0x02), length 1, Status: Up (2)\
             \n\tSender ID TLV (0x01), length 9\n\t  Chassis-ID Type MAC address (4), Chassis-ID length 6\
             \n\t  MAC 02:00:00:00:00:01\n\t  Management Address Domain Length 0\
             \n\tEnd TLV (0x00)"
        );
        assert_every_cut_is_told(LINK, &frame);
    }

    #[test]
    fn an_offset_that_cannot_be_is_told() {
        let mut frame = check(&[]);
        frame[17] = 69;
        assert!(verbose(1, LINK, &frame).ends_with("offset 69 (too small 1, must be >= 70)"));
        frame[17] = 71;
        assert!(verbose(1, LINK, &frame).ends_with("offset 71 (too large, must be <= 70)"));
    }
}
