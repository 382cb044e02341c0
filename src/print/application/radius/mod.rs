//! RADIUS: remote authentication (RFC 2865), accounting (RFC 2866) and changes of authorization (RFC 5176).

mod attributes;
mod values;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex2, HexRun, name_of, put};
use attributes::ATTRIBUTES;

/// Prints a packet; its attributes only under `-v`.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("radius");
    put!(page, "RADIUS");
    packet.need(HEADER)?;
    let mut rest = packet;
    let (code, id, length) = (rest.u8()?, rest.u8()?, usize::from(rest.u16()?));
    if length < HEADER {
        return Err(page.refuse("length", length, "<", HEADER));
    }
    if length > packet.len() {
        return Err(page.refuse("length", length, ">", packet.len()));
    }
    let name = name_of(CODES, code).unwrap_or("Unknown Command");
    if !page.verbose(1) {
        put!(
            page,
            ", ",
            name,
            " (",
            code,
            "), id: 0x",
            Hex2(id),
            " length: ",
            length
        );
        return Ok(());
    }
    put!(
        page,
        ", length: ",
        length,
        "\n\t",
        name,
        " (",
        code,
        "), id: 0x",
        Hex2(id)
    );
    put!(page, ", Authenticator: ", HexRun(rest.take(16)?));
    attributes(page, packet.limited(length).after(HEADER))
}

fn attributes(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        if rest.len() < 2 {
            return Err(Stop::Truncated);
        }
        let (kind, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        let attribute = usize::from(kind)
            .checked_sub(1)
            .and_then(|index| ATTRIBUTES.get(index));
        let name = attribute.map_or("Unknown", |(name, _)| *name);
        put!(page, "\n\t  ", name, " Attribute (", kind, "), length: ", length);
        if length < 2 {
            put!(page, " (bogus, must be >= 2)");
            return Ok(());
        }
        let mut value = rest.sub(length.into());
        if value.len() < length.into() {
            put!(page, " (bogus, goes past end of packet)");
            return Ok(());
        }
        value.advance(2);
        put!(page, ", Value: ");
        if let Some((_, form)) = attribute.filter(|_| !value.is_empty()) {
            match values::print(page, kind, form, value) {
                // The other attributes are as good as before.
                Err(Stop::Invalid) => page.invalid(),
                other => other?,
            }
        }
        if page.verbose(2) {
            page.hex("\n\t    ", value.bytes());
        }
    }
    Ok(())
}

const HEADER: usize = 20;

#[rustfmt::skip]
const CODES: &[(u8, &str)] = &[
    (1, "Access-Request"), (2, "Access-Accept"), (3, "Access-Reject"), (4, "Accounting-Request"),
    (5, "Accounting-Response"), (11, "Access-Challenge"), (12, "Status-Server"), (13, "Status-Client"),
    (40, "Disconnect-Request"), (41, "Disconnect-ACK"), (42, "Disconnect-NAK"), (43, "CoA-Request"),
    (44, "CoA-ACK"), (45, "CoA-NAK"), (255, "Reserved"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn packet(attributes: &[u8]) -> Vec<u8> {
        let length = u8::try_from(20 + attributes.len()).unwrap();
        let mut packet = vec![1, 7, 0, length];
        packet.extend([0xab; 16]);
        packet.extend_from_slice(attributes);
        udp(40000, 1812, &packet)
    }

    #[test]
    fn attributes_are_told_under_v() {
        let packet = packet(&[
            1, 5, b'b', 0x1b, b'b', 8, 6, 255, 255, 255, 254, 27, 6, 0, 0, 0x0e, 0x11, 6, 6, 0, 0, 0, 2, 64,
            6, 1, 0, 0, 13, 26, 10, 0, 0, 0, 9, 1, 4, b'h', b'i', 81, 4, 1, b'7',
        ]);
        assert!(shown(RAW, &packet).ends_with(": RADIUS, Access-Request (1), id: 0x07 length: 63"));
        assert!(verbose(1, RAW, &packet).ends_with(
            "\n\t  User-Name Attribute (1), length: 5, Value: b.b\
             \n\t  Framed-IP-Address Attribute (8), length: 6, Value: NAS Select\
             \n\t  Session-Timeout Attribute (27), length: 6, Value: 01:00:01 hours\
             \n\t  Service-Type Attribute (6), length: 6, Value: Framed\
             \n\t  Tunnel-Type Attribute (64), length: 6, Value: Tag[1] VLAN\
             \n\t  Vendor-Specific Attribute (26), length: 10, Value: Vendor: Cisco (9)\
             \n\t    Vendor Attribute: 1, Length: 2, Value: hi\
             \n\t  Tunnel-Private-Group-ID Attribute (81), length: 4, Value: Tag[1] 7"
        ));
        assert_every_cut_is_told(RAW, &packet);
    }

    #[test]
    fn a_length_that_cannot_be_ends_the_attribute_or_the_packet() {
        let text = verbose(1, RAW, &packet(&[5, 5, 1, 2, 3, 5, 6, 0, 0, 0, 9, 5, 1]));
        assert!(
            text.contains("length: 5, Value:  [length 3 != 4] (invalid)\n"),
            "{text}"
        );
        assert!(text.contains("length: 6, Value: 9\n"), "{text}");
        assert!(text.ends_with("length: 1 (bogus, must be >= 2)"), "{text}");
        assert!(verbose(1, RAW, &packet(&[5, 9])).ends_with("length: 9 (bogus, goes past end of packet)"));
    }
}
