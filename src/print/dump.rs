//! Dumps of a packet's bytes: `-x`, `-X`, `-A`, and the lines below something that has no printer.

use super::options::{Dump, DumpForm};
use super::text::{Hex2, HexPad, Put};

/// Bytes on one line of a dump.
const LINE: usize = 16;
/// Columns that the hexadecimal half of a line takes in a dump with ASCII.
const HEX_COLUMNS: usize = 40;

/// Appends the dump that the user asked for; without the link-layer header unless they asked for it too.
pub(crate) fn packet(out: &mut Vec<u8>, dump: Dump, bytes: &[u8], link_len: usize) {
    let start = if dump.link_header { 0 } else { link_len };
    let shown = match bytes.get(start..) {
        Some(shown) if !shown.is_empty() => shown,
        _ => return,
    };
    match dump.form {
        DumpForm::Hex => hex(out, "\n\t", shown),
        DumpForm::HexAscii => hex_ascii(out, "\n\t", shown),
        DumpForm::Ascii => ascii(out, shown),
    }
}

/// Lines of `0x0010:  4500 003c …`, each after `indent`.
pub(crate) fn hex(out: &mut Vec<u8>, indent: &str, bytes: &[u8]) {
    for (number, line) in bytes.chunks(LINE).enumerate() {
        begin(out, indent, number);
        hex_line(out, line);
    }
}

/// The same lines with the printable characters beside them.
pub(crate) fn hex_ascii(out: &mut Vec<u8>, indent: &str, bytes: &[u8]) {
    for (number, line) in bytes.chunks(LINE).enumerate() {
        begin(out, indent, number);
        let start = out.len();
        hex_line(out, line);
        out.resize(start + HEX_COLUMNS, b' ');
        out.extend_from_slice(b"  ");
        out.extend(
            line.iter()
                .map(|&byte| if byte.is_ascii_graphic() { byte } else { b'.' }),
        );
    }
}

/// The bytes as text: line breaks and tabs stay, a carriage return before a line feed goes, the rest are dots.
fn ascii(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'\n');
    let mut rest = bytes.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\r' => match rest.peek() {
                Some(b'\n') | None => {}
                Some(_) => out.push(b'.'),
            },
            b'\n' | b'\t' | b' ' | b'!'..=b'~' => out.push(byte),
            _ => out.push(b'.'),
        }
    }
}

fn begin(out: &mut Vec<u8>, indent: &str, line: usize) {
    indent.put(out);
    "0x".put(out);
    HexPad((line * LINE) as u64, 4).put(out);
    ": ".put(out);
}

fn hex_line(out: &mut Vec<u8>, line: &[u8]) {
    for pair in line.chunks(2) {
        out.push(b' ');
        for &byte in pair {
            Hex2(byte).put(out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dumped(form: DumpForm, link_header: bool, bytes: &[u8]) -> String {
        let mut out = Vec::new();
        packet(&mut out, Dump { form, link_header }, bytes, 2);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_line_holds_sixteen_bytes_in_pairs() {
        let bytes: Vec<u8> = (0x30..0x30 + 19).collect();
        assert_eq!(
            dumped(DumpForm::Hex, true, &bytes),
            "\n\t0x0000:  3031 3233 3435 3637 3839 3a3b 3c3d 3e3f\n\t0x0010:  4041 42"
        );
        assert_eq!(
            dumped(DumpForm::HexAscii, true, &bytes[..3]),
            format!("\n\t0x0000:  3031 32{}  012", " ".repeat(40 - 8))
        );
    }

    #[test]
    fn the_link_header_is_left_out_unless_asked_for() {
        assert_eq!(dumped(DumpForm::Hex, false, &[1, 2, 3]), "\n\t0x0000:  03");
        assert_eq!(dumped(DumpForm::Hex, false, &[1, 2]), "");
    }

    #[test]
    fn text_keeps_its_lines_and_nothing_that_moves_a_terminal() {
        assert_eq!(dumped(DumpForm::Ascii, true, b"a\r\nb\rc\x1b\t\r"), "\na\nb.c.\t");
    }
}
