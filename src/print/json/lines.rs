//! The lines of a text, by which fields that belong together are found.

/// The lines that begin in a piece of text.
pub(super) struct Lines {
    /// How many columns the least indented of them is indented, and the last.
    pub(super) least: usize,
    pub(super) last: usize,
    /// Whether the last one has no words.
    pub(super) is_empty: bool,
}

/// The lines that begin in `text`, if any does.
pub(super) fn of(text: &[u8]) -> Option<Lines> {
    let lines = text.split(|&byte| byte == b'\n').skip(1);
    let mut found: Option<Lines> = None;
    for line in lines {
        let words = line.trim_ascii_start();
        let last = columns(line.get(..line.len() - words.len()).unwrap_or_default());
        found = Some(Lines {
            least: found.map_or(last, |found| found.least.min(last)),
            last,
            is_empty: !words.iter().any(u8::is_ascii_alphanumeric),
        });
    }
    found
}

/// Whether the text before a line break announces what comes behind it.
pub(super) fn introduces(line: &[u8]) -> bool {
    line.trim_ascii_end().ends_with(b":")
}

/// Whether the text before a line break is that of a list which goes on behind it.
pub(super) fn goes_on(label: &[u8]) -> bool {
    label.trim_ascii_end().ends_with(b",")
}

/// A tab goes on to the next multiple of eight.
fn columns(indent: &[u8]) -> usize {
    indent.iter().fold(0, |column, byte| match byte {
        b'\t' => (column / 8 + 1) * 8,
        _ => column + 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_indented_by_its_blanks_and_tabs() {
        let lines = of(b"s\n\t  ").unwrap();
        assert_eq!((lines.least, lines.last, lines.is_empty), (10, 10, true));
        let lines = of(b"\n\tHello\n  \tthe ").unwrap();
        assert_eq!((lines.least, lines.last, lines.is_empty), (8, 8, false));
        assert!(of(b", ttl ").is_none());
        assert!(introduces(b"\n\tRoutes:") && !introduces(b"s"));
    }
}
