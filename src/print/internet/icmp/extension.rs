//! What newer RFCs put behind an ICMP message: multi-part extensions (RFC 4884) with MPLS labels (RFC 4950) and
//! interfaces (RFC 5837), and the extended echo (RFC 8335), which ICMPv6 shares.

use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::mpls::Label;
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex4, name_of, put};
use crate::wire::Checksum;

/// Where in a message its extensions begin: behind the header and 128 bytes of the quoted datagram.
pub(super) const OFFSET: usize = 8 + 128;

/// Prints the extensions of an error, if it has some.
pub(super) fn multipart(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let claimed = message.peek_u8(5)?;
    let extension = message.after(OFFSET);
    let found = sum(extension, extension.len());
    // Without the length of the quotation only a correct checksum tells extensions from more of the quotation.
    if claimed == 0 && found.is_some_and(|found| found != 0) {
        return Ok(());
    }
    let version = extension.peek_u8(0)? >> 4;
    put!(page, "\n\tICMP Multi-Part extension v", version);
    if version != VERSION {
        put!(page, " packet not supported");
        return Ok(());
    }
    put_checksum(page, extension, extension.len())?;
    objects(page, extension.after(HEADER))
}

/// Prints which interface an extended echo asks about.
pub(crate) fn echo_request(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let local = message.peek_u8(7)? & 1 != 0;
    put!(
        page,
        "\n\t",
        if local {
            "Local Interface"
        } else {
            "Remote Interface"
        }
    );
    let extension = message.after(8);
    extension.need(2 * HEADER)?;
    // There is exactly one object, and padding may follow it.
    let length = HEADER + usize::from(extension.peek_u16(HEADER)?);
    put_checksum(page, extension, length)?;
    objects(page, extension.limited(length).after(HEADER))
}

/// Prints the state of the interface that an extended echo asked about.
pub(crate) fn echo_reply(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let code = message.peek_u8(1)?;
    let bits = message.peek_u8(7)?;
    let state = bits >> 5;
    put!(
        page,
        "\n\tCode ",
        code,
        " (",
        name_of(REPLY_CODES, code).unwrap_or("Unknown"),
        "), State ",
        state
    );
    put!(
        page,
        " (",
        name_of(NEIGHBOR_STATES, state).unwrap_or("Unknown"),
        "), active ",
        bits >> 2 & 1
    );
    put!(page, " ipv4 ", bits >> 1 & 1, " ipv6 ", bits & 1);
    Ok(())
}

fn sum(extension: Cursor<'_>, length: usize) -> Option<u16> {
    extension
        .bytes()
        .get(..length)
        .map(|covered| Checksum::default().with(covered).finish())
}

fn put_checksum(page: &mut Page<'_>, extension: Cursor<'_>, length: usize) -> Shown {
    if let Some(found) = sum(extension, length) {
        put!(page, ", checksum 0x", Hex4(extension.peek_u16(2)?));
        put!(
            page,
            if found == 0 { " (correct)" } else { " (incorrect)" },
            ", length ",
            length
        );
    }
    Ok(())
}

fn objects(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while rest.len() > HEADER {
        let length = usize::from(rest.peek_u16(0)?);
        let class = rest.peek_u8(2)?;
        let kind = rest.peek_u8(3)?;
        put!(
            page,
            "\n\t  ",
            name_of(CLASSES, class).unwrap_or("unknown"),
            " Object (",
            class,
            "), Class-Type: "
        );
        put!(page, kind, ", length ", length);
        if class == 0 || length < HEADER {
            return Ok(());
        }
        let body = rest.sub(length).after(HEADER);
        match (class, kind) {
            (MPLS, 1) => {
                let label = Label(body.peek_u32(0)?);
                put!(
                    page,
                    "\n\t    label ",
                    label.value(),
                    ", tc ",
                    label.traffic_class()
                );
                put!(
                    page,
                    if label.is_last() { ", [S]" } else { "" },
                    ", ttl ",
                    label.ttl()
                );
            }
            (INTERFACE, _) => {
                if !interface(page, kind, body)? {
                    return Ok(());
                }
            }
            (IDENTIFICATION, _) => identification(page, kind, body)?,
            _ => page.hex("\n\t    ", body.bytes()),
        }
    }
    Ok(())
}

/// RFC 5837 section 4. Returns false at the first part that cannot be.
fn interface(page: &mut Page<'_>, kind: u8, mut rest: Cursor<'_>) -> Shown<bool> {
    let roles = [
        "Incoming IP Interface",
        "Sub-IP Component of Incoming IP Interface",
        "Outgoing IP Interface",
        "IP Nexthop",
    ];
    let role = roles.get(usize::from(kind >> 6)).copied().unwrap_or_default();
    put!(page, "\n\t    Interface Role: ", role);
    if kind & 8 != 0 {
        if rest.len() < 4 {
            return Ok(false);
        }
        put!(page, "\n\t    Interface Index: ", rest.u32()?);
    }
    if kind & 4 != 0 {
        if rest.len() < 4 {
            return Ok(false);
        }
        let family = rest.u16()?;
        rest.skip(2)?;
        address(page, family, &mut rest)?;
    }
    if kind & 2 != 0 {
        let length = usize::from(rest.u8()?);
        put!(page, "\n\t    Interface Name");
        if length == 0 || length % 4 != 0 || length > 64 {
            put!(page, " [length ", length, "]");
            page.invalid();
            return Ok(false);
        }
        put!(page, ", length ", length, ": ");
        name(page, rest.take(length - 1)?);
    }
    if kind & 1 != 0 {
        put!(page, "\n\t    MTU Value: ", rest.u32()?);
    }
    Ok(true)
}

/// RFC 8335 section 2.1.
fn identification(page: &mut Page<'_>, kind: u8, mut rest: Cursor<'_>) -> Shown {
    match kind {
        1 => {
            put!(page, "\n\t    Interface Name, length ", rest.len(), ": ");
            name(page, rest.take(rest.len())?);
        }
        2 => put!(page, "\n\t    Interface Index: ", rest.u32()?),
        3 => {
            let family = rest.u16()?;
            rest.skip(2)?;
            address(page, family, &mut rest)?;
        }
        _ => page.hex("\n\t    ", rest.bytes()),
    }
    Ok(())
}

fn address(page: &mut Page<'_>, family: u16, rest: &mut Cursor<'_>) -> Shown {
    put!(page, "\n\t    IP Address sub-object: ");
    match family {
        1 => put!(page, rest.ipv4()?),
        2 => put!(page, rest.ipv6()?),
        other => put!(page, "Unknown Address Family Identifier ", other),
    }
    Ok(())
}

/// A name that is filled up with zeros.
fn name(page: &mut Page<'_>, field: &[u8]) {
    put!(
        page,
        Escaped(field.split(|&byte| byte == 0).next().unwrap_or_default())
    );
}

const VERSION: u8 = 2;
/// The header of the extensions, and that of each object.
const HEADER: usize = 4;

const MPLS: u8 = 1;
const INTERFACE: u8 = 2;
const IDENTIFICATION: u8 = 3;
const CLASSES: &[(u8, &str)] = &[
    (MPLS, "MPLS Stack Entry"),
    (INTERFACE, "Interface Information"),
    (IDENTIFICATION, "Interface Identification"),
];

const REPLY_CODES: &[(u8, &str)] = &[
    (0, "No error"),
    (1, "Malformed Query"),
    (2, "No Such Interface"),
    (3, "No Such Table Entry"),
    (4, "Multiple Interfaces Satisfy Query"),
];

const NEIGHBOR_STATES: &[(u8, &str)] = &[
    (0, "Reserved"),
    (1, "Incomplete"),
    (2, "Reachable"),
    (3, "Stale"),
    (4, "Delay"),
    (5, "Probe"),
    (6, "Failed"),
];
