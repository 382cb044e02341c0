//! Numbers of autonomous systems (RFC 6793).

use crate::print::page::Page;
use crate::print::text::put;

/// A number, in two halves if it needs them and the user wants them (`-b`, RFC 5396).
pub(super) fn put_as(page: &mut Page<'_>, number: u32) {
    if page.options.as_dot && number > 0xffff {
        put!(page, number >> 16, ".", number & 0xffff);
    } else {
        put!(page, number);
    }
}
