//! BEEP, the blocks extensible exchange protocol core (RFC 3081): which frame a segment begins with.

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::put;

/// Names the first frame of a segment.
pub(super) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("beep");
    let start = segment.limited(segment.len()).after(0).array::<4>();
    let name = start
        .ok()
        .and_then(|start| FRAMES.iter().find(|(begin, _)| **begin == start));
    match name {
        Some((_, name)) => put!(page, " BEEP ", *name),
        None => put!(page, " BEEP (payload or undecoded)"),
    }
    Ok(())
}

/// tcpdump wants a zero byte behind two of them.
const FRAMES: &[(&[u8; 4], &str)] = &[
    (b"MSG\0", "MSG"),
    (b"RPY ", "RPY"),
    (b"ERR ", "ERR"),
    (b"ANS ", "ANS"),
    (b"NUL ", "NUL"),
    (b"SEQ ", "SEQ"),
    (b"END\0", "END"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{shown, tcp};
    use crate::wire::LinkType;

    #[test]
    fn a_frame_is_known_by_its_keyword() {
        let segment = |payload: &[u8]| shown(LinkType::RAW, &tcp((40000, 10288), (1, 1), 0x18, &[], payload));
        assert!(segment(b"RPY 0 1 . 52 133\r\n").ends_with(", length 18 BEEP RPY"));
        assert!(segment(b"MSG 0 1 . 52 133\r\n").ends_with(" BEEP (payload or undecoded)"));
        assert!(segment(b"ER").ends_with(" BEEP (payload or undecoded)"));
    }
}
