//! Dates and times as DOS and Windows write them.

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::print::page::Page;
use crate::print::text::{Put, Zeros, put};

/// A date and a time in the sender's zone, as a directory of FAT has them: seconds by two, minutes, hours; day, month,
/// years since 1980. Ends the line, and returns the length of the field.
pub(super) fn dos(page: &mut Page<'_>, bits: u32, length: usize) -> usize {
    let field = |from: u32, count: u32| i64::from(bits >> from & ((1 << count) - 1));
    let seconds = field(0, 5) * 2 + field(5, 6) * 60 + field(11, 5) * 3600;
    // Month and day may be zero; what is too large runs over.
    let months = field(25, 7) * 12 + field(21, 4) - 1;
    let year = i16::try_from(1980 + months.div_euclid(12));
    let month = i8::try_from(1 + months.rem_euclid(12));
    let days = field(16, 5) - 1;
    let at = match (bits, year, month) {
        (0 | u32::MAX, ..) => None,
        (_, Ok(year), Ok(month)) => DateTime::new(year, month, 1, 0, 0, 0, 0)
            .and_then(|first| first.checked_add(SignedDuration::from_secs(days * 86_400 + seconds)))
            .ok(),
        _ => None,
    };
    end(page, at, 0);
    length
}

/// A time in tenths of microseconds since 1601, in the zone of the time stamps; to the second, or nearly so: only its
/// upper five bytes are looked at.
pub(super) fn file(page: &mut Page<'_>, ticks: u64, length: usize) -> usize {
    const UNIT: f64 = 1.0e-7 * 16_777_216.0;
    const YEARS: f64 = 369.0 * 365.25 * 86_400.0;
    const CORRECTION: f64 = 3.0 * 86_400.0 + 6.0 * 3600.0 + 2.0;
    let (high, low) = ((ticks >> 32) as u32, (ticks >> 24 & 0xff) as u8);
    let seconds = (f64::from(high) * 256.0 + f64::from(low)) * UNIT - YEARS + CORRECTION;
    if seconds < 1.0 {
        end(page, None, 0);
        return length;
    }
    // The calendar repeats itself every four centuries, and those that come are too many for it.
    const CYCLE: i64 = 146_097 * 86_400;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "they are fewer than two million million"
    )]
    let seconds = seconds as i64;
    let cycles = seconds.div_euclid(CYCLE);
    let at = jiff::Timestamp::from_second(seconds.rem_euclid(CYCLE))
        .ok()
        .map(|at| page.options.zone.to_datetime(at));
    end(page, at, cycles * 400);
    length
}

fn end(page: &mut Page<'_>, at: Option<DateTime>, more_years: i64) {
    match at {
        Some(at) => put!(page, Moment(at, more_years), "\n"),
        None => put!(page, "NULL\n"),
    }
}

/// `2026-11-21 05:12:00`, so many years later.
struct Moment(DateTime, i64);

impl Put for Moment {
    fn put(self, out: &mut Vec<u8>) {
        (i64::from(self.0.year()) + self.1).put(out);
        for (mark, field) in [
            ("-", self.0.month()),
            ("-", self.0.day()),
            (" ", self.0.hour()),
            (":", self.0.minute()),
            (":", self.0.second()),
        ] {
            (mark, Zeros(field.unsigned_abs().into(), 2)).put(out);
        }
    }
}
