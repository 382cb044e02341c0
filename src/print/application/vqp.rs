//! Cisco's VLAN query protocol: which VLAN a port belongs to.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, HexPad, Mac, name_of, put};

/// Prints a message, and its objects under `-v`.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("vqp");
    message.need(8)?;
    if message.len() < 8 {
        return Err(Stop::Truncated);
    }
    let mut rest = message;
    let (version, kind, error, items) = (rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?);
    let sequence = rest.u32()?;
    if version != 1 {
        put!(page, "VQP version ", version, " packet not supported");
        return Ok(());
    }
    put!(page, if page.verbose(1) { "\n\tVQPv1, " } else { "VQPv1 " });
    match name_of(KINDS, kind) {
        Some(name) => put!(page, name),
        None => put!(page, "unknown (", kind, ")"),
    }
    put!(page, " Message, error-code ");
    put!(
        page,
        name_of(ERRORS, error).unwrap_or("unknown"),
        " (",
        error,
        ")"
    );
    if page.verbose(1) {
        put!(page, ", seq 0x", HexPad(sequence.into(), 8), ", items ", items);
    }
    put!(page, ", length ", message.len());
    for _ in 0..items {
        if !page.verbose(1) || rest.is_empty() || !object(page, &mut rest)? {
            break;
        }
    }
    Ok(())
}

/// Prints an object. Returns false if it is empty, and thus the last.
fn object(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown<bool> {
    rest.need(6)?;
    if rest.len() < 6 {
        return Err(Stop::Truncated);
    }
    let (kind, length) = (rest.u32()?, usize::from(rest.u16()?));
    put!(
        page,
        "\n\t  ",
        name_of(OBJECTS, kind).unwrap_or("Unknown"),
        " Object (0x",
        HexPad(kind.into(), 8)
    );
    put!(page, "), length ", length, ", value: ");
    if kind == 0 || length == 0 {
        return Ok(false);
    }
    rest.need(length)?;
    if length > rest.len() {
        return Err(Stop::Truncated);
    }
    let mut value = rest.sub(length);
    match kind {
        0x0c01 if length == 4 => {
            let number = value.peek_u32(0)?;
            page.host(value.ipv4()?);
            put!(page, " (0x", HexPad(number.into(), 8), ")");
        }
        0x0c02..=0x0c05 => {
            let text = value.bytes().split(|byte| *byte == 0).next().unwrap_or_default();
            put!(page, Escaped(text));
        }
        0x0c06 | 0x0c08 if length == 6 => put!(page, Mac(value.bytes())),
        0x0c01 | 0x0c06 | 0x0c08 => return Err(Stop::Invalid),
        _ if !page.verbose(2) => page.hex("\n\t    ", value.bytes()),
        _ => {}
    }
    Ok(true)
}

const KINDS: &[(u8, &str)] = &[
    (1, "Request, Join Port"),
    (2, "Response, VLAN"),
    (3, "Request, Reconfirm"),
    (4, "Response, Reconfirm"),
];

const ERRORS: &[(u8, &str)] = &[
    (0, "No error"),
    (3, "Access denied"),
    (4, "Shutdown port"),
    (5, "Wrong VTP domain"),
];

const OBJECTS: &[(u32, &str)] = &[
    (0x0c01, "Client IP Address"),
    (0x0c02, "Port Name"),
    (0x0c03, "VLAN Name"),
    (0x0c04, "VTP Domain"),
    (0x0c05, "Ethernet Packet"),
    (0x0c06, "MAC Null"),
    (0x0c08, "MAC Address"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    #[test]
    fn objects_are_told_under_v() {
        let mut message = vec![1, 2, 0, 2, 0, 0, 0, 9];
        message.extend_from_slice(b"\0\0\x0c\x03\0\x03abc\0\0\x0c\x01\0\x04\xc0\0\x02\x07");
        let packet = udp(1589, 9, &message);
        assert!(
            shown(LinkType::RAW, &packet)
                .ends_with(": VQPv1 Response, VLAN Message, error-code No error (0), length 27")
        );
        let text = verbose(1, LinkType::RAW, &packet);
        assert!(
            text.ends_with(
                ", seq 0x00000009, items 2, length 27\n\t  VLAN Name Object (0x00000c03), length 3, value: abc\
                 \n\t  Client IP Address Object (0x00000c01), length 4, value: 192.0.2.7 (0xc0000207)"
            ),
            "{text}"
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
