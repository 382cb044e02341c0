//! The vendor header in which Arista's switches put the time at which a frame passed a tap.

use jiff::Timestamp;
use jiff::tz::Offset;
use pnet_packet::ethernet::EtherType;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex4, Put, Zeros, name_of, put};

/// Prints the header behind its EtherType. Returns its length, or `None` if it is of a kind that we do not know.
pub(super) fn print(page: &mut Page<'_>, header: Cursor<'_>) -> Shown<Option<usize>> {
    page.enter("arista");
    let mut rest = header;
    let subtype = rest.u16()?;
    put!(
        page,
        "SubType ",
        if subtype == TIMESTAMP {
            "Timestamp"
        } else {
            "Unknown"
        }
    );
    put!(page, " (0x", Hex4(subtype), "), ");
    if subtype != TIMESTAMP {
        return Ok(None);
    }
    let scale = rest.u8()?;
    put!(
        page,
        "Timescale ",
        name_of(&[(0, "TAI"), (1, "UTC")], scale).unwrap_or("Unknown"),
        " (",
        scale,
        "), "
    );
    let format = rest.u8()?;
    let (size, hardware) = (format >> 4, format & 15);
    put!(
        page,
        "Format ",
        name_of(FORMATS, size).unwrap_or("Unknown"),
        " (",
        size,
        "), "
    );
    put!(
        page,
        "HwInfo ",
        name_of(HARDWARE, hardware).unwrap_or("Unknown"),
        " (",
        hardware,
        "), Timestamp "
    );
    let seconds = match size {
        LONG => rest.u32()?,
        SHORT => rest.u16()?.into(),
        _ => return Ok(None),
    };
    // There may be more nanoseconds than a second has.
    let nanoseconds = rest.u32()?;
    let seconds = u64::from(seconds) + u64::from(nanoseconds / SECOND);
    if size == LONG {
        put!(page, Utc(seconds));
    } else {
        put!(page, seconds);
    }
    put!(page, ".", Zeros((nanoseconds % SECOND).into(), 9), ": ");
    Ok(Some(header.len() - rest.len()))
}

/// Seconds since 1970 as date and time, `2019-05-29 20:36:39`.
#[derive(Clone, Copy)]
struct Utc(u64);

impl Put for Utc {
    fn put(self, out: &mut Vec<u8>) {
        let Ok(at) = Timestamp::from_second(i64::try_from(self.0).unwrap_or_default()) else {
            return;
        };
        let at = Offset::UTC.to_datetime(at);
        let field = |value: i8, out: &mut Vec<u8>| Zeros(value.unsigned_abs().into(), 2).put(out);
        at.year().put(out);
        for (mark, value) in [
            ("-", at.month()),
            ("-", at.day()),
            (" ", at.hour()),
            (":", at.minute()),
            (":", at.second()),
        ] {
            mark.put(out);
            field(value, out);
        }
    }
}

/// The EtherType of the header.
pub(super) const KIND: EtherType = EtherType(0xd28b);

const TIMESTAMP: u16 = 1;
const LONG: u8 = 1;
const SHORT: u8 = 2;
const FORMATS: &[(u8, &str)] = &[(LONG, "64-bit"), (SHORT, "48-bit")];
const SECOND: u32 = 1_000_000_000;
const HARDWARE: &[(u8, &str)] = &[(0, "R/R2"), (1, "R3")];
