//! What drivers of old put before a frame: the headers of Prism and of AVS, of which only the length matters.

use super::{Layout, print};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;

/// A frame behind the header of AVS, which has its own length.
pub(in crate::print::link) fn avs(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("802.11_radio_avs");
    let length = packet
        .peek_u32(4)
        .ok()
        .and_then(|length| usize::try_from(length).ok())
        .filter(|&length| length >= 8 && packet.has(length));
    behind(page, packet, length)
}

/// A frame behind the header of Prism; some drivers put that of AVS in its place.
pub(in crate::print::link) fn prism(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("prism");
    if matches!(packet.peek_u32(0), Ok(0x8021_1001 | 0x8021_1002)) {
        return avs(page, packet);
    }
    behind(page, packet, Some(PRISM).filter(|&length| packet.has(length)))
}

fn behind(page: &mut Page<'_>, packet: Cursor<'_>, length: Option<usize>) -> Shown {
    let Some(length) = length else {
        page.truncated();
        page.link_len += packet.captured();
        return Ok(());
    };
    let header = print(page, packet.after(length), Layout::default())?;
    page.link_len += length + header;
    Ok(())
}

const PRISM: usize = 144;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown};
    use crate::wire::LinkType;

    const AVS: LinkType = LinkType(163);

    #[test]
    fn both_headers_are_passed_over() {
        let frame = [0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 1];
        let told = "Acknowledgment RA:02:00:00:00:00:01 ";
        let avs = [&[0x80, 0x21, 0x10, 1, 0, 0, 0, 12, 9, 9, 9, 9][..], &frame].concat();
        assert_eq!(shown(AVS, &avs), told);
        assert_eq!(shown(LinkType::PRISM_HEADER, &avs), told);
        assert_every_cut_is_told(AVS, &avs);
        let prism = [&[0; 144][..], &frame].concat();
        assert_eq!(shown(LinkType::PRISM_HEADER, &prism), told);
        assert_every_cut_is_told(LinkType::PRISM_HEADER, &prism);
        assert_eq!(shown(AVS, &[0, 0, 0, 0, 0, 0, 0, 7, 0]), " [|802.11_radio_avs]");
    }
}
