//! The values within a value: round-trip times and diversity.

use super::{HEARD, HELLO, PAD_1, PAD_N, SOURCE_UPDATE, UPDATE};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Put, Zeros, put};

/// The values within a value.
pub(super) fn sub_values(page: &mut Page<'_>, around: u8, mut rest: Cursor<'_>) -> Shown {
    while !rest.is_empty() {
        let kind = rest.u8()?;
        if kind == PAD_1 {
            put!(page, " sub-pad1");
            continue;
        }
        put!(page, if kind & 0x80 != 0 { " (M)" } else { "" });
        if rest.is_empty() {
            page.invalid();
            return Ok(());
        }
        let length = usize::from(rest.u8()?);
        if length > rest.len() {
            page.invalid();
            return Ok(());
        }
        let mut value = rest.sub(length);
        match kind {
            PAD_N => put!(page, " sub-padn"),
            DIVERSITY => {
                put!(page, " sub-diversity");
                if value.is_empty() {
                    put!(page, " empty");
                    continue;
                }
                for index in 0..length {
                    put!(page, if index > 0 { "-" } else { " " });
                    match value.u8()? {
                        0 => put!(page, "reserved"),
                        255 => put!(page, "all"),
                        channel => put!(page, channel),
                    }
                }
                put!(
                    page,
                    if matches!(around, UPDATE | SOURCE_UPDATE) {
                        ""
                    } else {
                        " (bogus)"
                    }
                );
            }
            TIMESTAMP => {
                put!(page, " sub-timestamp");
                let count = match around {
                    HELLO => 1,
                    HEARD => 2,
                    _ => {
                        put!(page, " (bogus)");
                        continue;
                    }
                };
                if length < count * 4 {
                    page.invalid();
                    return Ok(());
                }
                for index in 0..count {
                    put!(
                        page,
                        if index > 0 { "|" } else { " " },
                        Microseconds(value.u32()?)
                    );
                }
            }
            _ => put!(page, " sub-unknown-0x", Hex2(kind)),
        }
    }
    Ok(())
}

/// A time in hundredths of a second.
pub(super) struct Interval(pub(super) u16);

impl Put for Interval {
    fn put(self, out: &mut Vec<u8>) {
        match self.0 {
            0 => "0.0s (bogus)".put(out),
            time => (time / 100, ".", Zeros(u64::from(time % 100), 2), "s").put(out),
        }
    }
}

/// The same in an update, where the largest stands for no end.
pub(super) struct UpdateInterval(pub(super) u16);

impl Put for UpdateInterval {
    fn put(self, out: &mut Vec<u8>) {
        match self.0 {
            u16::MAX => "infinity".put(out),
            time => Interval(time).put(out),
        }
    }
}

struct Microseconds(u32);

impl Put for Microseconds {
    fn put(self, out: &mut Vec<u8>) {
        let fraction = Zeros(u64::from(self.0 % 1_000_000), 6);
        (self.0 / 1_000_000, ".", fraction, "s").put(out);
    }
}

/// Types of values within values; padding is the same.
const DIVERSITY: u8 = 2;
const TIMESTAMP: u8 = 3;
