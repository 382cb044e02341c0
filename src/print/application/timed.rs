//! The time synchronization protocol of Berkeley's timed.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex, Zeros, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("timed");
    let mut rest = message;
    let kind = rest.u8()?;
    match TYPES.get(usize::from(kind)) {
        Some(name) => put!(page, "TSP_", *name),
        None => put!(page, "(tsp_type 0x", Hex(kind.into()), ")"),
    }
    put!(page, " vers ", rest.u8()?);
    put!(page, " seq ", rest.u16()?);
    match kind {
        LOOP => put!(page, " hopcnt ", rest.u8()?),
        ADJUST | SET | SET_DATE | SET_DATE_REQUEST => {
            let (seconds, micros) = (rest.u32()?.cast_signed(), rest.u32()?.cast_signed());
            if micros < 0 {
                return Ok(());
            }
            put!(page, " time ");
            time(page, seconds, micros);
        }
        _ => {}
    }
    put!(page, " name ");
    let name = message.after(NAME_AT).limited(NAME);
    let end = name.bytes().iter().position(|&byte| byte == 0);
    put!(page, Escaped(name.limited(end.unwrap_or(NAME)).bytes()));
    if end.is_none() && name.captured() < NAME {
        return Err(Stop::Truncated);
    }
    Ok(())
}

/// Seconds and microseconds; before the epoch the microseconds count the other way.
fn time(page: &mut Page<'_>, seconds: i32, micros: i32) {
    let (mut seconds, mut micros) = (seconds, micros);
    if seconds < 0 && micros != 0 {
        seconds += 1;
        if seconds == 0 {
            put!(page, "-");
        }
        micros = 1_000_000 - micros;
    }
    put!(page, seconds, ".");
    let digits = if micros < 0 { 5 } else { 6 };
    put!(
        page,
        if micros < 0 { "-" } else { "" },
        Zeros(micros.unsigned_abs().into(), digits)
    );
}

/// Where the name of the sender is, and how long it may be.
const NAME_AT: usize = 12;
const NAME: usize = 256;

const ADJUST: u8 = 1;
const SET: u8 = 5;
const SET_DATE: u8 = 22;
const SET_DATE_REQUEST: u8 = 23;
const LOOP: u8 = 24;

#[rustfmt::skip]
const TYPES: [&str; 25] = [
    "ANY", "ADJTIME", "ACK", "MASTERREQ", "MASTERACK", "SETTIME", "MASTERUP", "SLAVEUP", "ELECTION", "ACCEPT",
    "REFUSE", "CONFLICT", "RESOLVE", "QUIT", "DATE", "DATEREQ", "DATEACK", "TRACEON", "TRACEOFF", "MSITE",
    "MSITEREQ", "TEST", "SETDATE", "SETDATEREQ", "LOOP",
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp};
    use crate::wire::LinkType;

    #[test]
    fn the_time_and_the_name_are_told() {
        let mut message = vec![5, 1, 0, 7, 0, 0, 0, 9, 0, 0, 0, 5];
        message.extend_from_slice(b"host\x1b\0");
        let packet = udp(525, 525, &message);
        assert!(
            shown(LinkType::RAW, &packet).ends_with(": TSP_SETTIME vers 1 seq 7 time 9.000005 name host^[")
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
        message[4..8].fill(0xff);
        assert!(shown(LinkType::RAW, &udp(525, 525, &message)).contains(" time -0.999995 name"));
    }
}
