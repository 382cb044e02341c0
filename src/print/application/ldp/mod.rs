//! The Label Distribution Protocol (RFC 5036).

mod element;
mod parameter;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex4, HexPad, name_of, put};

/// Prints the protocol data units of a datagram or segment.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ldp");
    let mut rest = packet;
    while rest.len() > HEADER + MESSAGE {
        let Some(length) = unit(page, rest)? else {
            return Ok(());
        };
        if rest.len() < length {
            return Err(page.refuse("remaining length", rest.len(), "<", length));
        }
        rest.advance(length);
    }
    Ok(())
}

/// Prints a unit and returns its length, unless what follows it is not to be shown.
fn unit(page: &mut Page<'_>, from: Cursor<'_>) -> Shown<Option<usize>> {
    from.need(HEADER)?;
    let mut rest = from;
    let before = if page.verbose(1) { "\n\t" } else { "" };
    let (version, length) = (rest.u16()?, usize::from(rest.u16()?));
    if version != 1 {
        put!(page, before, "LDP version ", version, " packet not supported");
        return Ok(None);
    }
    let Some(left) = length.checked_sub(HEADER - 4) else {
        put!(
            page,
            before,
            "LDP, pdu-length: ",
            length,
            " (too short, < ",
            HEADER - 4,
            ")"
        );
        return Ok(None);
    };
    put!(page, before, "LDP, Label-Space-ID: ");
    page.host(rest.ipv4()?);
    put!(page, ":", rest.u16()?, ", pdu-length: ", length);
    if !page.verbose(1) {
        return Ok(None);
    }
    let mut rest = rest.claiming(left);
    // A message that goes past the end of its unit makes what is left wrap around in 16 bits.
    while !rest.is_empty() {
        let Some(taken) = message(page, rest)? else {
            return Ok(None);
        };
        let left = (rest.len() + 0x1_0000).saturating_sub(taken) % 0x1_0000;
        rest.advance(taken);
        rest = rest.claiming(left);
    }
    Ok(Some(length + 4))
}

/// Prints a message and returns its length, if it can be.
fn message(page: &mut Page<'_>, from: Cursor<'_>) -> Shown<Option<usize>> {
    from.need(MESSAGE)?;
    let mut rest = from;
    let (first, length) = (rest.u16()?, usize::from(rest.u16()?));
    let kind = first & 0x7fff;
    let name = name_of(MESSAGES, kind).unwrap_or("Unknown");
    put!(
        page,
        "\n\t  ",
        name,
        " Message (0x",
        Hex4(kind),
        "), length: ",
        length
    );
    let Some(size) = length.checked_sub(MESSAGE - 4) else {
        put!(page, " (too short, < ", MESSAGE - 4, ")");
        return Ok(None);
    };
    put!(
        page,
        ", Message ID: 0x",
        HexPad(rest.u32()?.into(), 8),
        ", Flags: ["
    );
    put!(
        page,
        if first & 0x8000 != 0 {
            "continue processing"
        } else {
            "ignore"
        },
        " if unknown]"
    );
    from.need(length)?;
    let parameters = rest.claiming(size);
    match kind {
        0x0001 | 0x0100 | 0x0200 | 0x0201 | 0x0300 | 0x0301 | 0x0400 | 0x0402 | 0x0403 => {
            let mut rest = parameters;
            while rest.len() >= 4 {
                let Some(taken) = parameter::print(page, rest)? else {
                    break;
                };
                rest.advance(taken);
            }
        }
        _ => {
            if !page.verbose(2) {
                page.hex("\n\t  ", parameters.limited(size).bytes());
            }
        }
    }
    if page.verbose(2) {
        let bytes = parameters.bytes();
        page.hex("\n\t  ", bytes.get(..length).unwrap_or(bytes));
    }
    Ok(Some(length + 4))
}

/// Stops a TLV as invalid unless it has so many bytes.
fn least(page: &mut Page<'_>, value: Cursor<'_>, length: usize) -> Shown {
    if value.len() < length {
        put!(page, " [tlv length ", value.len(), " < ", length, "]");
        return Err(Stop::Invalid);
    }
    Ok(())
}

const HEADER: usize = 10;
const MESSAGE: usize = 8;

const MESSAGES: &[(u16, &str)] = &[
    (0x0001, "Notification"),
    (0x0100, "Hello"),
    (0x0200, "Initialization"),
    (0x0201, "Keepalive"),
    (0x0300, "Address"),
    (0x0301, "Address Withdraw"),
    (0x0400, "Label Mapping"),
    (0x0401, "Label Request"),
    (0x0402, "Label Withdraw"),
    (0x0403, "Label Release"),
    (0x0404, "Label Abort Request"),
];

#[cfg(test)]
mod sample {
    //! Messages for the tests of the printers of this folder.

    use crate::print::sample::{udp, verbose};
    use crate::wire::LinkType;

    /// A datagram with one message of this type with this TLV.
    pub(super) fn datagram(kind: u16, tlv: u16, value: &[u8]) -> Vec<u8> {
        let length = u8::try_from(value.len()).unwrap();
        let mut unit = vec![0, 1, 0, length + 18, 192, 0, 2, 1, 0, 0];
        unit.extend(kind.to_be_bytes());
        unit.extend([0, length + 8, 0, 0, 0, 7]);
        unit.extend(tlv.to_be_bytes());
        unit.extend([0, length]);
        unit.extend_from_slice(value);
        udp(646, 646, &unit)
    }

    /// What is shown of a TLV in a label mapping, behind its flags.
    pub(super) fn tlv(kind: u16, value: &[u8]) -> String {
        let text = verbose(1, LinkType::RAW, &datagram(0x0400, kind, value));
        text.split_once(" forward if unknown]").unwrap().1.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::sample::datagram;
    use crate::print::sample::{assert_every_cut_is_told, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn a_hello_is_told() {
        let hello = datagram(0x0100, 0x0400, &[0, 15, 0x80, 0]);
        assert!(shown(LinkType::RAW, &hello).ends_with(": LDP, Label-Space-ID: 192.0.2.1:0, pdu-length: 22"));
        assert!(verbose(1, LinkType::RAW, &hello).ends_with(
            "\n\tLDP, Label-Space-ID: 192.0.2.1:0, pdu-length: 22\
             \n\t  Hello Message (0x0100), length: 12, Message ID: 0x00000007, Flags: [ignore if unknown]\
             \n\t    Common Hello Parameters TLV (0x0400), length: 4\
             , Flags: [ignore and don't forward if unknown]\
             \n\t      Hold Time: 15s, Flags: [Targeted Hello]"
        ));
        assert_every_cut_is_told(LinkType::RAW, &hello);
    }
}
