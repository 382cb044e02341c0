//! Minimal encapsulation within IP, for mobile hosts (RFC 2004).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::put;
use crate::wire::Checksum;

/// Prints the header; what it hides of the original one only under `-v`.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("mobile");
    put!(page, "mobile: ");
    page.expect("length", packet, 8)?;
    let mut rest = packet;
    let header = packet.after(0).take(LONGEST)?;
    let (protocol, flags, checksum) = (rest.u8()?, rest.u8()?, rest.u16()?);
    let (destination, source) = (rest.ipv4()?, rest.ipv4()?);
    let has_source = flags & SOURCE != 0;
    put!(page, if has_source { "[S] " } else { "[] " });
    if page.verbose(1) {
        if has_source {
            page.host(source);
            put!(page, " ");
        }
        put!(page, "> ");
        page.host(destination);
        put!(page, " (oproto=", protocol, ")");
    }
    let covered = header
        .get(..if has_source { LONGEST } else { 8 })
        .unwrap_or_default();
    if Checksum::default().with(covered).finish() != 0 {
        page.wrong(|page| put!(page, " (bad checksum ", checksum, ")"));
    }
    Ok(())
}

/// The flag that says that the original source is there.
const SOURCE: u8 = 0x80;
/// A header with the original source.
const LONGEST: usize = 12;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::{Checksum, LinkType};

    fn packet(flags: u8, length: usize) -> Vec<u8> {
        let mut header = vec![6, flags, 0, 0, 198, 51, 100, 1, 198, 51, 100, 2];
        let sum = Checksum::default().with(&header[..length]).finish();
        header[2..4].copy_from_slice(&sum.to_be_bytes());
        ipv4(55, &header)
    }

    #[test]
    fn the_original_ends_are_told_under_v() {
        let both = packet(0x80, 12);
        assert!(shown(LinkType::RAW, &both).ends_with(": mobile: [S] "));
        assert!(
            verbose(1, LinkType::RAW, &both).ends_with("mobile: [S] 198.51.100.2 > 198.51.100.1 (oproto=6)")
        );
        assert_every_cut_is_told(LinkType::RAW, &both);
        let one = packet(0, 8);
        assert!(verbose(1, LinkType::RAW, &one).ends_with("mobile: [] > 198.51.100.1 (oproto=6)"));
    }

    #[test]
    fn a_wrong_checksum_and_a_short_header_are_told() {
        let text = shown(LinkType::RAW, &packet(0x80, 8));
        assert!(text.contains("mobile: [S]  (bad checksum "), "{text}");
        let text = shown(LinkType::RAW, &ipv4(55, &[6, 0, 0, 0, 1]));
        assert!(text.ends_with("mobile:  [length 5 < 8] (invalid)"), "{text}");
    }
}
