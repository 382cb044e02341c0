//! NTP (RFC 5905) and its control messages (RFC 9327).

use jiff::tz::Offset;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::ink::Kind;
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex, Hex4, HexRun, Label, Named, Put, Zeros, name_of, put};

/// Prints an NTP packet.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("ntp");
    let status = packet.peek_u8(0)?;
    let mode = status & 7;
    put!(
        page,
        "NTPv",
        Named("version", status >> 3 & 7),
        ", ",
        Named(
            "mode_name",
            MODES.get(usize::from(mode)).copied().unwrap_or_default()
        )
    );
    page.field("mode", mode);
    put!(page, ", length ", packet.len());
    if !page.verbose(1) {
        return Ok(());
    }
    put!(
        page,
        "\n\tLeap indicator: ",
        Named("leap_name", name_of(LEAPS, status & 0xc0).unwrap_or_default())
    );
    page.field("leap", status >> 6);
    put!(page, " (", Named("", status & 0xc0), ")");
    match mode {
        CONTROL => control(page, packet),
        RESERVED => Ok(()),
        _ => time(page, packet),
    }
}

/// An invalid length ends the packet, which may be cut short besides.
fn invalid(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.invalid();
    packet.need(packet.len())
}

fn time(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    if packet.len() < HEADER {
        return invalid(page, packet);
    }
    let mut rest = packet.after(1);
    let stratum = rest.u8()?;
    let name = match stratum {
        0 => "unspecified",
        1 => "primary reference",
        2..=15 => "secondary reference",
        _ => "reserved",
    };
    put!(
        page,
        ", Stratum ",
        stratum,
        " (",
        Named("stratum_name", name),
        ")"
    );
    let poll = rest.u8()?.cast_signed();
    put!(page, ", poll ", poll);
    match poll {
        0..=31 => put!(page, " (", Named("", 1_u32 << poll), "s)"),
        -31..=-1 => put!(page, " (1/", Named("", 1_u32 << -i32::from(poll)), "s)"),
        _ => {}
    }
    put!(page, ", precision ", rest.u8()?.cast_signed());
    put!(page, "\n\tRoot Delay: ", Short(rest.u16()?, rest.u16()?));
    put!(
        page,
        ", Root dispersion: ",
        Short(rest.u16()?, rest.u16()?),
        ", Reference-ID: "
    );
    let reference = rest.array::<4>()?;
    match stratum {
        0 => put!(page, "(unspec)"),
        1 => put!(page, Named("reference_id", Escaped(&reference))),
        62 | 63 => {
            page.host(std::net::Ipv4Addr::from(reference));
            put!(
                page,
                if stratum == 62 {
                    " INFO_QUERY"
                } else {
                    " INFO_REPLY"
                }
            );
            return Ok(());
        }
        _ => put!(page, "0x", HexRun(&reference)),
    }
    let mut stamps = [Stamp(0, 0); 4];
    let names = [
        "Reference Timestamp:  ",
        "Origin Timestamp:     ",
        "Receive Timestamp:    ",
        "Transmit Timestamp:   ",
    ];
    for (name, stamp) in names.into_iter().zip(&mut stamps) {
        *stamp = Stamp(rest.u32()?, rest.u32()?);
        put!(page, "\n\t  ", Label(name), *stamp);
    }
    let [_, origin, receive, transmit] = stamps;
    put!(page, "\n\t    Originator - Receive Timestamp:  ");
    page.one("originator_receive", |page| difference(page, origin, receive));
    put!(page, "\n\t    Originator - Transmit Timestamp: ");
    page.one("originator_transmit", |page| difference(page, origin, transmit));
    trailer(page, rest)
}

/// What follows the time stamps: a key and its digest, or extensions.
fn trailer(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() == 4 {
        put!(page, "\n\tKey id: ", rest.u32()?);
        return Ok(());
    }
    match rest.len() {
        0 => {}
        20 | 24 => {
            put!(page, "\n\tKey id: ", rest.u32()?);
            let digest = rest.take(rest.len())?;
            put!(page, "\n\tAuthentication: ", HexRun(digest));
        }
        1..=3 | 5..=15 => put!(page, "\n\t(", rest.len(), " more bytes after the header)"),
        _ => return extensions(page, rest),
    }
    Ok(())
}

/// RFC 7822; the types are those of network time security (RFC 8915).
fn extensions(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(page, "\n\tExtension fields:");
    while rest.len() >= 16 {
        let (kind, length) = (rest.peek_u16(0)?, usize::from(rest.peek_u16(2)?));
        put!(page, "\n\t  ", name_of(EXTENSIONS, kind).unwrap_or("Unknown"));
        put!(page, " (0x", Hex4(kind), "), length ", length);
        if length < 16 || length > rest.len() {
            return Err(Stop::Invalid);
        }
        let body = rest.sub(length).after(4);
        body.need(body.len())?;
        if page.verbose(3) {
            page.hex("\n\t    ", body.bytes());
        }
    }
    Ok(())
}

/// A later time relative to an earlier one, which is left out where it was never set.
fn difference(page: &mut Page<'_>, from: Stamp, to: Stamp) {
    if from == Stamp(0, 0) {
        return put!(page, to);
    }
    let (from, to) = (from.fixed(), to.fixed());
    put!(page, Label(if to > from { "+" } else { "-" }));
    let gap = to.abs_diff(from);
    put!(page, gap >> 32, ".", Zeros(nanoseconds(gap), 9));
}

fn control(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    if packet.len() < CONTROL_HEADER {
        return invalid(page, packet);
    }
    let mut rest = packet.after(1);
    let bits = rest.u8()?;
    put!(
        page,
        if bits & 0x80 != 0 {
            ", Response"
        } else {
            ", Request"
        }
    );
    put!(page, if bits & 0x40 != 0 { ", Error" } else { ", OK" });
    put!(
        page,
        if bits & 0x20 != 0 { ", More" } else { ", Last" },
        ", OpCode=",
        bits & 0x1f
    );
    put!(page, "\n\tSequence=", rest.u16()?);
    let status = rest.u16()?;
    put!(
        page,
        if status == 0 { ", Status=" } else { ", Status=0x" },
        Hex(status.into())
    );
    put!(page, ", Assoc.=", rest.u16()?, ", Offset=", rest.u16()?);
    let count = usize::from(rest.u16()?);
    put!(page, ", Count=", count);
    if CONTROL_HEADER + count > packet.len() {
        return invalid(page, packet);
    }
    if count != 0 {
        rest.need(count)?;
        put!(page, "\n\tTO-BE-DONE: data not interpreted");
    }
    Ok(())
}

/// A number of seconds in 16.16 fixed point.
struct Short(u16, u16);

impl Put for Short {
    const KIND: Kind = Kind::Number;

    fn put(self, out: &mut Vec<u8>) {
        self.0.put(out);
        ".".put(out);
        Zeros((u64::from(self.1) * 1_000_000) >> 16, 6).put(out);
    }
}

/// Seconds since 1900 in 32.32 fixed point.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp(pub(super) u32, pub(super) u32);

impl Stamp {
    fn fixed(self) -> u64 {
        u64::from(self.0) << 32 | u64::from(self.1)
    }
}

impl Put for Stamp {
    fn put(self, out: &mut Vec<u8>) {
        self.0.put(out);
        ".".put(out);
        Zeros(nanoseconds(self.fixed()), 9).put(out);
        if self.0 == 0 {
            return;
        }
        // Seconds below 2³¹ are of the era that begins in 2036.
        let era = if self.0 & 0x8000_0000 == 0 { 1 << 32 } else { 0 };
        let second = i64::from(self.0) + era - SECONDS_TO_1970;
        let Ok(at) = jiff::Timestamp::from_second(second) else {
            return;
        };
        let at = Offset::UTC.to_datetime(at);
        " (".put(out);
        at.year().put(out);
        for (mark, field) in [
            ("-", at.month()),
            ("-", at.day()),
            ("T", at.hour()),
            (":", at.minute()),
            (":", at.second()),
        ] {
            mark.put(out);
            Zeros(field.unsigned_abs().into(), 2).put(out);
        }
        "Z)".put(out);
    }
}

/// The lower half of a fixed-point number in nanoseconds.
fn nanoseconds(fixed: u64) -> u64 {
    ((fixed & 0xffff_ffff) * 1_000_000_000) >> 32
}

const HEADER: usize = 48;
const CONTROL_HEADER: usize = 12;
const SECONDS_TO_1970: i64 = 2_208_988_800;
const CONTROL: u8 = 6;
const RESERVED: u8 = 7;

const EXTENSIONS: &[(u16, &str)] = &[
    (0x0104, "Unique Identifier"),
    (0x0204, "NTS Cookie"),
    (0x0304, "NTS Cookie Placeholder"),
    (0x0404, "NTS Authenticator and Encrypted Extension Fields"),
];

const MODES: [&str; 8] = [
    "unspecified",
    "symmetric active",
    "symmetric passive",
    "Client",
    "Server",
    "Broadcast",
    "Control Message",
    "Reserved",
];

const LEAPS: &[(u8, &str)] = &[
    (0, ""),
    (0x40, "+1s"),
    (0x80, "-1s"),
    (0xc0, "clock unsynchronized"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_time_stamps_are_told_under_v() {
        // Client, version 4, poll 2⁶ s, precision 2⁻²⁰ s; only the transmit time stamp is set.
        let mut packet = vec![0x23, 0, 6, 0xec];
        packet.resize(40, 0);
        packet.extend(3_900_000_000_u32.to_be_bytes());
        packet.extend(0x8000_0000_u32.to_be_bytes());
        let packet = udp(123, 123, &packet);
        assert!(shown(LinkType::RAW, &packet).ends_with(".123: NTPv4, Client, length 48"));
        let text = verbose(1, LinkType::RAW, &packet);
        assert!(
            text.contains("\n\tLeap indicator:  (0), Stratum 0 (unspecified), poll 6 (64s), precision -20\n")
        );
        assert!(text.contains("\n\t  Transmit Timestamp:   3900000000.500000000 (2023-08-02T21:20:00Z)\n"));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
