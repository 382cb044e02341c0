//! Dumps of a packet's bytes: `-x`, `-X`, `-A`, and the lines below something that has no printer.

use super::digits;
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
    let done = fill_in(out, indent, &HEX_FORMS, bytes);
    for (number, line) in bytes.chunks(LINE).enumerate().skip(done) {
        begin(out, indent, number);
        hex_line(out, line);
    }
}

/// The same lines with the printable characters beside them.
pub(crate) fn hex_ascii(out: &mut Vec<u8>, indent: &str, bytes: &[u8]) {
    let done = fill_in(out, indent, &HEX_ASCII_FORMS, bytes);
    for (number, line) in bytes.chunks(LINE).enumerate().skip(done) {
        begin(out, indent, number);
        let start = out.len();
        hex_line(out, line);
        out.resize(start + HEX_COLUMNS, b' ');
        out.extend_from_slice(b"  ");
        out.extend(line.iter().map(|&byte| printable(byte)));
    }
}

/// Appends the lines whose offsets have four digits, and says how many those are.
///
/// A dump is mostly such lines. They are forms to fill in: what never changes is there already, the digits of many
/// lines are made at once, and nothing depends on what the bytes are.
fn fill_in<const WIDTH: usize>(
    out: &mut Vec<u8>,
    indent: &str,
    forms: &'static [[u8; WIDTH]; FORMS],
    bytes: &[u8],
) -> usize {
    const OFFSETS: usize = 0x1_0000;
    if indent.as_bytes() != INDENT {
        return 0;
    }
    let bytes = bytes.get(..OFFSETS).unwrap_or(bytes);
    let mut digits = [[0; 2 * LINE]; FORMS];
    let mut number: u16 = 0;
    for block in bytes.chunks(FORMS * LINE) {
        if let Some(room) = digits.as_flattened_mut().get_mut(..2 * block.len()) {
            // It would fail only if there were not as much room.
            let _ = const_hex::encode_to_slice(block, room);
        }
        let (whole, rest) = block.as_chunks::<LINE>();
        let start = out.len();
        let lines = forms.get(..block.len().div_ceil(LINE)).unwrap_or(forms);
        out.extend_from_slice(lines.as_flattened());
        let (lines, _) = out.get_mut(start..).unwrap_or_default().as_chunks_mut::<WIDTH>();
        for ((form, line), digits) in lines.iter_mut().zip(whole).zip(&digits) {
            fill(form, number, line, digits);
            number = number.wrapping_add(1);
        }
        if let (Some(form), [_, ..]) = (lines.get_mut(whole.len()), rest) {
            let digits = digits.get(whole.len()).unwrap_or(&[0; 2 * LINE]);
            let missing = fill_partly(form, number, rest, digits);
            out.truncate(out.len() - missing);
        }
    }
    bytes.len().div_ceil(LINE)
}

/// Fills in the form of line `number`.
#[inline(always)]
fn fill<const WIDTH: usize>(form: &mut [u8; WIDTH], number: u16, line: &[u8; LINE], digits: &[u8; 2 * LINE]) {
    place(form, 4, digits::of_word(number.wrapping_shl(4)));
    let (groups, _) = digits.as_chunks::<4>();
    for (index, group) in groups.iter().enumerate() {
        place(form, HEX_START + 5 * index, *group);
    }
    if WIDTH == WHOLE_LINE {
        let mut text = [0; LINE];
        // In this form the compiler works on all of them at once, which it does not in `map`.
        for (character, byte) in text.iter_mut().zip(line) {
            *character = printable(*byte);
        }
        place(form, HEX_LINE + 2, text);
    }
}

/// Fills in the form of the last line, which has fewer bytes. Returns how much of its end is not needed.
fn fill_partly<const WIDTH: usize>(
    form: &mut [u8; WIDTH],
    number: u16,
    rest: &[u8],
    digits: &[u8; 2 * LINE],
) -> usize {
    let mut line = [0; LINE];
    for (place, byte) in line.iter_mut().zip(rest) {
        *place = *byte;
    }
    fill(form, number, &line, digits);
    let end = HEX_START + rest.len() / 2 * 5 + rest.len() % 2 * 2;
    if WIDTH == WHOLE_LINE {
        if let Some(blank) = form.get_mut(end..HEX_LINE) {
            blank.fill(b' ');
        }
        LINE - rest.len()
    } else {
        // No blank after the last pair.
        WIDTH - end + (rest.len() + 1) % 2
    }
}

#[inline(always)]
fn place<const N: usize, const WIDTH: usize>(form: &mut [u8; WIDTH], at: usize, text: [u8; N]) {
    if let Some(field) = form.get_mut(at..at + N) {
        field.copy_from_slice(&text);
    }
}

#[inline(always)]
fn printable(byte: u8) -> u8 {
    if byte.is_ascii_graphic() { byte } else { b'.' }
}

const INDENT: &[u8] = b"\n\t";
/// A whole line of each dump, to be filled in.
const FORM: [u8; WHOLE_LINE] = *b"\n\t0x0000:  0000 0000 0000 0000 0000 0000 0000 0000  ................";
const HEX_START: usize = 11;
const HEX_LINE: usize = 50;
const WHOLE_LINE: usize = 68;
/// Lines filled in at once: few enough for the nearest cache.
const FORMS: usize = 32;
static HEX_ASCII_FORMS: [[u8; WHOLE_LINE]; FORMS] = [FORM; FORMS];
static HEX_FORMS: [[u8; HEX_LINE]; FORMS] = match FORM.first_chunk() {
    Some(form) => [*form; FORMS],
    None => [[0; HEX_LINE]; FORMS],
};

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
        assert_eq!(
            dumped(DumpForm::HexAscii, true, b"\x00 0123456789~\x7f\x80\xff"),
            "\n\t0x0000:  0020 3031 3233 3435 3637 3839 7e7f 80ff  ..0123456789~..."
        );
    }

    #[test]
    fn lines_filled_in_are_those_of_any_other_indentation() {
        let bytes: Vec<u8> = (0..0x1_0050_u32).map(|n| (n % 251).to_le_bytes()[0]).collect();
        let short = 1..=40;
        for len in short.chain([
            32 * 16 - 1,
            32 * 16,
            32 * 16 + 1,
            33 * 16 + 5,
            0xffff,
            0x1_0001,
            bytes.len(),
        ]) {
            let bytes = &bytes[..len];
            for dump in [hex, hex_ascii] {
                let (mut fast, mut slow) = (Vec::new(), Vec::new());
                dump(&mut fast, "\n\t", bytes);
                dump(&mut slow, "\t\n", bytes);
                let slow = String::from_utf8(slow).unwrap().replace("\t\n", "\n\t");
                assert_eq!(String::from_utf8(fast).unwrap(), slow, "{len}");
            }
        }
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
