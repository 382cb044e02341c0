//! Data of a message in hexadecimal and as text, sixteen bytes a line.

use super::item::Upper;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, HexRun, put};

/// Prints so many bytes, as far as they were captured.
pub(super) fn print(page: &mut Page<'_>, data: Cursor<'_>, length: usize) -> Shown {
    let bytes = data.limited(length).bytes();
    page.field("data", HexRun(bytes));
    page.aside(|page| lines(page, bytes, length))
}

fn lines(page: &mut Page<'_>, bytes: &[u8], length: usize) -> Shown {
    const WIDTH: usize = 16;
    for (number, line) in bytes.chunks(WIDTH).enumerate() {
        put!(page, "[", Upper((number * WIDTH) as u64, 3), "] ");
        for (place, &byte) in line.iter().enumerate() {
            put!(page, Upper(byte.into(), 2), " ");
            if place % 8 == 7 {
                put!(page, " ");
            }
        }
        let start = number * WIDTH;
        if start + line.len() < length.min(start + WIDTH) {
            return Err(Stop::Truncated);
        }
        let missing = WIDTH - line.len();
        if missing > 0 {
            put!(page, if missing > 8 { "  " } else { " " });
            page.out.extend(std::iter::repeat_n(b' ', 3 * missing));
        }
        let (left, right) = line.split_at(line.len().min(8));
        put!(page, Escaped(left), " ", Escaped(right), "\n");
    }
    if bytes.len() < length {
        if bytes.len().is_multiple_of(WIDTH) {
            put!(page, "[", Upper(bytes.len() as u64, 3), "] ");
        }
        return Err(Stop::Truncated);
    }
    Ok(())
}
