//! MPLS echo requests and replies, by which label switched paths are tested (RFC 8029, RFC 4379).

mod target;

use super::ntp::Stamp;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::oui;
use crate::print::text::{HexPad, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("lspping");
    if packet.len() < HEADER {
        put!(page, "\n\t\t packet is too short");
        return Ok(());
    }
    packet.need(HEADER)?;
    let mut rest = packet;
    let version = rest.u16()?;
    if version != 1 {
        put!(page, "LSP-PING version ", version, " packet not supported");
        return Ok(());
    }
    rest.skip(2)?;
    let (kind, mode, code, subcode) = (rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?);
    let (handle, sequence) = (rest.u32()?, rest.u32()?);
    let name = name_of(&[(1, "MPLS Echo Request"), (2, "MPLS Echo Reply")], kind);
    if !page.verbose(1) {
        put!(page, "LSP-PINGv1, ");
        match name {
            Some(name) => put!(page, name),
            None => put!(page, "unknown (", kind, ")"),
        }
        put!(page, ", seq ", sequence, ", length: ", packet.len());
        return Ok(());
    }
    put!(
        page,
        "\n\tLSP-PINGv1, msg-type: ",
        name.unwrap_or("unknown"),
        " (",
        kind,
        ")"
    );
    put!(page, ", length: ", packet.len(), "\n\t  reply-mode: ");
    put!(
        page,
        name_of(REPLY_MODES, mode).unwrap_or("unknown"),
        " (",
        mode,
        ")"
    );
    put!(
        page,
        "\n\t  Return Code: ",
        name_of(RETURN_CODES, code).unwrap_or("unknown"),
        " "
    );
    // Some codes are about a depth of the stack of labels, which the subcode is.
    if matches!(code, 3 | 4 | 8 | 10..=12) {
        put!(page, subcode, " ");
    }
    put!(page, "(", code, ")\n\t  Return Subcode: (", subcode, ")");
    put!(
        page,
        "\n\t  Sender Handle: 0x",
        HexPad(handle.into(), 8),
        ", Sequence: ",
        sequence
    );
    put!(page, "\n\t  TimeStamp Sent: ", Stamp(rest.u32()?, rest.u32()?));
    put!(page, "\n\t  TimeStamp Received: ");
    match (rest.u32()?, rest.u32()?) {
        (0, 0) => put!(page, "no timestamp"),
        (seconds, fraction) => put!(page, Stamp(seconds, fraction)),
    }
    parameters(page, rest)
}

fn parameters(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        if rest.len() < 4 {
            put!(page, "\n\t\t packet is too short");
            return Ok(());
        }
        let (kind, length) = (rest.u16()?, usize::from(rest.u16()?));
        let name = name_of(PARAMETERS, kind).unwrap_or("Unknown");
        put!(page, "\n\t  ", name, " TLV (", kind, "), length: ", length);
        if length == 0 {
            continue;
        }
        if rest.len() < length {
            put!(page, "\n\t\t packet is too short");
            return Ok(());
        }
        rest.need(length)?;
        let value = rest.limited(length);
        let dumped = match parameter(page, kind, value)? {
            Value::Ends => return Ok(()),
            Value::TooShort => {
                put!(page, "\n\t      TLV is too short");
                true
            }
            Value::Dumped => true,
            Value::Told => false,
        };
        if dumped || page.verbose(2) {
            page.hex("\n\t    ", value.bytes());
        }
        let padded = length.next_multiple_of(4);
        if rest.len() < padded {
            put!(page, "\n\t\t packet is too short");
            return Ok(());
        }
        rest.advance(padded);
    }
    Ok(())
}

/// How the printing of a value ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    /// It has been told.
    Told,
    /// It is to be dumped, whatever was told.
    Dumped,
    /// It is too short, and to be dumped.
    TooShort,
    /// Nothing more of the message can be shown.
    Ends,
}

fn parameter(page: &mut Page<'_>, kind: u16, value: Cursor<'_>) -> Shown<Value> {
    match kind {
        1 => return target::print(page, value),
        2 => return downstream(page, value),
        5 | 15 if value.len() < 4 => return Ok(Value::TooShort),
        5 => {
            let vendor = value.peek_u32(0)?;
            let name = oui::enterprise(vendor).unwrap_or("Unknown");
            put!(
                page,
                "\n\t    Vendor: ",
                name,
                " (0x",
                HexPad(vendor.into(), 4),
                ")"
            );
        }
        15 => put!(
            page,
            "\n\t    BFD Discriminator 0x",
            HexPad(value.peek_u32(0)?.into(), 8)
        ),
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t    ", value.bytes());
            }
        }
    }
    Ok(Value::Told)
}

/// Prints to where the next router would send, but not by which labels.
fn downstream(page: &mut Page<'_>, value: Cursor<'_>) -> Shown<Value> {
    if value.len() < 4 {
        return Ok(Value::TooShort);
    }
    let (mtu, kind) = (value.peek_u16(0)?, value.peek_u8(2)?);
    let name = name_of(
        &[(1, "IPv4"), (2, "Unnumbered IPv4"), (3, "IPv6"), (4, "IPv6")],
        kind,
    );
    put!(
        page,
        "\n\t    MTU: ",
        mtu,
        ", Address-Type: ",
        name.unwrap_or("unknown"),
        " (",
        kind,
        ")"
    );
    let length = match kind {
        1 | 2 => 12,
        3 => 36,
        4 => 24,
        _ => 0,
    };
    if value.len() < length {
        return Ok(Value::TooShort);
    }
    if length > 0 {
        let mut rest = value.after(4);
        put!(page, "\n\t    Downstream IP: ");
        if kind < 3 {
            page.host(rest.ipv4()?);
        } else {
            page.host(rest.ipv6()?);
        }
        match kind {
            1 => {
                put!(page, "\n\t    Downstream Interface IP: ");
                page.host(rest.ipv4()?);
            }
            3 => {
                put!(page, "\n\t    Downstream Interface IP: ");
                page.host(rest.ipv6()?);
            }
            _ => put!(
                page,
                "\n\t    Downstream Interface Index: 0x",
                HexPad(rest.u32()?.into(), 8)
            ),
        }
    }
    if value.len() < length + 4 {
        return Ok(Value::TooShort);
    }
    Ok(Value::Dumped)
}

const HEADER: usize = 32;

const REPLY_MODES: &[(u8, &str)] = &[
    (1, "Do not reply"),
    (2, "Reply via an IPv4/IPv6 UDP packet"),
    (3, "Reply via an IPv4/IPv6 UDP packet with Router Alert"),
    (4, "Reply via application level control channel"),
];

const RETURN_CODES: &[(u8, &str)] = &[
    (0, "No return code or return code contained in the Error Code TLV"),
    (1, "Malformed echo request received"),
    (2, "One or more of the TLVs was not understood"),
    (3, "Replying router is an egress for the FEC at stack depth"),
    (4, "Replying router has no mapping for the FEC at stack depth"),
    (5, "Reserved"),
    (6, "Reserved"),
    (7, "Reserved"),
    (8, "Label switched at stack-depth"),
    (9, "Label switched but no MPLS forwarding at stack-depth"),
    (10, "Mapping for this FEC is not the given label at stack depth"),
    (11, "No label entry at stack-depth"),
    (12, "Protocol not associated with interface at FEC stack depth"),
    (
        13,
        "Premature termination of ping due to label stack shrinking to a single label",
    ),
];

const PARAMETERS: &[(u16, &str)] = &[
    (1, "Target FEC Stack"),
    (2, "Downstream Mapping"),
    (3, "Pad"),
    (9, "Error Code"),
    (5, "Vendor Enterprise Code"),
    (7, "Interface Label Stack"),
    (10, "Reply TOS Byte"),
    (15, "BFD Discriminator"),
    (0xfc00, "Vendor Private Code"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    fn request(tlvs: &[u8]) -> Vec<u8> {
        let mut packet = vec![0, 1, 0, 0, 1, 2, 3, 1, 0, 0, 0, 9, 0, 0, 0, 7];
        packet.extend([0xd4, 0x14, 0x5e, 0x4f, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        packet.extend_from_slice(tlvs);
        udp(50000, 3503, &packet)
    }

    #[test]
    fn a_request_names_its_target() {
        let request = request(&[0, 1, 0, 12, 0, 1, 0, 5, 192, 0, 2, 1, 32, 0, 0, 0]);
        assert!(
            shown(LinkType::RAW, &request).ends_with(": LSP-PINGv1, MPLS Echo Request, seq 7, length: 48")
        );
        assert!(verbose(1, LinkType::RAW, &request).ends_with(
            "\n\tLSP-PINGv1, msg-type: MPLS Echo Request (1), length: 48\
             \n\t  reply-mode: Reply via an IPv4/IPv6 UDP packet (2)\
             \n\t  Return Code: Replying router is an egress for the FEC at stack depth 1 (3)\
             \n\t  Return Subcode: (1)\n\t  Sender Handle: 0x00000009, Sequence: 7\
             \n\t  TimeStamp Sent: 3558104655.500000000 (2012-10-01T18:24:15Z)\n\t  TimeStamp Received: no timestamp\
             \n\t  Target FEC Stack TLV (1), length: 12\n\t    LDP IPv4 prefix subTLV (1), length: 5\
             \n\t      192.0.2.1/32"
        ));
        assert_every_cut_is_told(LinkType::RAW, &request);
    }

    #[test]
    fn lengths_that_do_not_fit_are_told() {
        assert!(
            verbose(1, LinkType::RAW, &request(&[0, 3, 0, 9, 1])).ends_with("\n\t\t packet is too short")
        );
        assert!(
            verbose(1, LinkType::RAW, &request(&[0, 15, 0, 2, 1, 2, 0, 0]))
                .ends_with("\n\t      TLV is too short\n\t    0x0000:  0102")
        );
    }
}
