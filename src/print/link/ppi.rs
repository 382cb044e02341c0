//! Per-packet information (version 1.0.10): any link type behind a header that tells it.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::put;
use crate::wire::LinkType;

/// A captured packet.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ppi");
    let mut rest = packet;
    let Ok(fixed) = rest.array::<HEADER>() else {
        page.truncated();
        page.link_len += packet.captured();
        return Ok(());
    };
    let [version, _, low, high, link @ ..] = fixed;
    let length = usize::from(u16::from_le_bytes([low, high]));
    let number = u32::from_le_bytes(link);
    let link = LinkType::from_file(number);
    if !(HEADER..=LONGEST).contains(&length) {
        put!(page, " [length ", length, " < ", HEADER, " or > ", LONGEST, "]");
        page.link_len += packet.captured();
        return Err(Stop::Invalid);
    }
    if !packet.has(length) {
        page.truncated();
        page.link_len += packet.captured();
        return Ok(());
    }
    let header = |page: &mut Page<'_>| {
        let name = link.name().unwrap_or("UNKNOWN");
        if page.quiet() {
            put!(page, name);
        } else {
            put!(page, "V.", version, " DLT ", name, " (", number, ") len ", length);
        }
        put!(page, ", length ", packet.len(), ": ");
    };
    if page.options.link_header {
        header(page);
    }
    let payload = packet.after(length);
    let mut found = true;
    page.deeper(|page| {
        found = super::decode(page, link, payload)?;
        Ok(())
    })?;
    if !found {
        if !page.options.link_header {
            header(page);
        }
        page.raw(payload.bytes());
    }
    page.link_len += length;
    Ok(())
}

const HEADER: usize = 8;
const LONGEST: usize = 65_532;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, under_e};
    use crate::wire::LinkType;

    const PPI: LinkType = LinkType(192);

    fn packet(length: u8, link: u8) -> Vec<u8> {
        let mut packet = vec![0, 0, length, 0, link, 0, 0, 0, 9, 9, 9, 9];
        packet.extend(ipv4(253, &[]));
        packet
    }

    #[test]
    fn the_link_type_in_the_header_chooses_the_printer() {
        assert!(shown(PPI, &packet(12, 101)).starts_with("IP 192.0.2.1"));
        assert!(
            under_e(PPI, &packet(12, 101)).starts_with("V.0 DLT RAW (101) len 12, length 32: IP 192.0.2.1")
        );
        assert!(
            shown(PPI, &packet(12, 231)).starts_with("V.0 DLT DBUS (231) len 12, length 32: \n\t0x0000:")
        );
        assert_every_cut_is_told(PPI, &packet(12, 101));
    }

    #[test]
    fn a_length_that_cannot_be_is_told() {
        assert_eq!(
            shown(PPI, &packet(7, 101)),
            " [length 7 < 8 or > 65532] (invalid)"
        );
        assert_eq!(shown(PPI, &packet(33, 101)), " [|ppi]");
    }
}
