//! Cisco's dynamic trunking protocol.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex4, Mac, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("dtp");
    put!(page, "DTP");
    let mut rest = message;
    if message.is_empty() {
        put!(page, "[zero packet length]");
        page.invalid();
        return Ok(());
    }
    put!(page, "v", rest.u8()?, ", length ", message.len());
    if !page.verbose(1) {
        return Ok(());
    }
    while !rest.is_empty() {
        if rest.len() < HEADER {
            put!(page, "[", rest.len(), " bytes remaining]");
            return invalid(page, rest);
        }
        let (kind, length) = (rest.peek_u16(0)?, usize::from(rest.peek_u16(2)?));
        if kind == 0 {
            return Ok(());
        }
        put!(
            page,
            "\n\t",
            name_of(KINDS, kind).unwrap_or("Unknown"),
            " (0x",
            Hex4(kind)
        );
        put!(page, ") TLV, length ", length);
        if length < HEADER || length > rest.len() {
            put!(page, "[TLV length ", length, "]");
            return invalid(page, rest);
        }
        let mut value = rest.limited(length).after(HEADER);
        match (kind, length) {
            (DOMAIN, _) => {
                put!(page, ", ");
                page.padded_text(&mut value, length - HEADER)?;
            }
            (STATUS | TYPE, 5) => put!(page, ", 0x", Hex(value.u8()?.into())),
            (NEIGHBOR, 10) => put!(page, ", ", Mac(&value.array::<6>()?)),
            (STATUS | TYPE | NEIGHBOR, _) => return invalid(page, rest),
            _ => rest.need(length)?,
        }
        rest.advance(length);
    }
    Ok(())
}

fn invalid(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown {
    page.invalid();
    rest.need(rest.len())
}

/// The length of a value's header, which the value's length counts.
const HEADER: usize = 4;

const DOMAIN: u16 = 1;
const STATUS: u16 = 2;
const TYPE: u16 = 3;
const NEIGHBOR: u16 = 4;
const KINDS: &[(u16, &str)] = &[
    (DOMAIN, "Domain"),
    (STATUS, "Status"),
    (TYPE, "DTP type"),
    (NEIGHBOR, "Neighbor"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    fn message(values: &[u8]) -> Vec<u8> {
        let mut packet = vec![0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 4, 1];
        packet.extend_from_slice(values);
        ether(u16::try_from(packet.len()).unwrap(), &packet)
    }

    #[test]
    fn values_are_told_under_v() {
        let frame = message(&[
            0, 1, 0, 8, b'h', b'o', b'm', b'e', 0, 2, 0, 5, 0x81, 0, 4, 0, 10, 2, 0, 0, 0, 0, 1,
        ]);
        assert_eq!(shown(LINK, &frame), "DTPv1, length 24");
        assert_eq!(
            verbose(1, LINK, &frame),
            "DTPv1, length 24\n\tDomain (0x0001) TLV, length 8, home\n\tStatus (0x0002) TLV, length 5, 0x81\
             \n\tNeighbor (0x0004) TLV, length 10, 02:00:00:00:00:01"
        );
        assert_every_cut_is_told(LINK, &frame[..frame.len() - 10]);
        let text = verbose(1, LINK, &message(&[0, 2, 0, 6, 1, 2]));
        assert!(
            text.ends_with("Status (0x0002) TLV, length 6 (invalid)"),
            "{text}"
        );
    }
}
