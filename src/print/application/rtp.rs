//! RTP and RTCP (RFC 3550), RTP's first version (draft-ietf-avt-rtp-04), and the formats of the audio tool `vat`.

use std::io::Write;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex4, Put, put};

/// Prints a packet of RTP.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("rtp");
    let length = packet.len();
    if length < FIXED_V1 {
        put!(page, "udp/rtp, length ", length, " < ", FIXED_V1);
        return Ok(());
    }
    let first = packet.peek_u32(0)?;
    let stamp = packet.peek_u32(4)?;
    let old = first >> 30 == 1;
    let fixed = if old { FIXED_V1 } else { FIXED };
    if length < fixed {
        put!(page, "udp/rtp, length ", length, " < ", fixed);
        return Ok(());
    }
    let (more, kind, marker) = if old {
        (first & 0x80_0000, first >> 16 & 0x3f, first & 0x40_0000)
    } else {
        (first & 0x1000_0000, first >> 16 & 0x7f, first & 0x80_0000)
    };
    put!(
        page,
        if old { "udp/rtpv1 " } else { "udp/rtp " },
        length - fixed,
        " c",
        kind,
        if more != 0 { " +" } else { " " },
        if marker != 0 { "*" } else { "" },
        " ",
        first & 0xffff,
        " ",
        stamp
    );
    if !page.verbose(1) {
        return Ok(());
    }
    put!(page, " ", packet.peek_u32(8)?);
    let mut rest = packet.after(fixed);
    if more != 0 && !passed(page, old, &mut rest)? {
        return Ok(());
    }
    if kind == H261 {
        put!(page, " 0x");
        let header = rest.peek_u32(0)?;
        put!(page, Hex4((header >> 16) as u16));
    }
    Ok(())
}

/// Passes over the options of the first version, or the extension of the second. Returns false, having said so, if
/// one of them is longer than the packet.
fn passed(page: &mut Page<'_>, old: bool, rest: &mut Cursor<'_>) -> Shown<bool> {
    loop {
        let header = rest.peek_u32(0)?;
        let words = if old {
            header >> 16 & 0xff
        } else {
            (header & 0xffff) + 1
        } as usize;
        if words == 0 || words > rest.len() / 4 {
            put!(page, if old { " !opt" } else { " !ext" });
            return Ok(false);
        }
        rest.advance(words * 4);
        // The last option has its first bit set; there is one extension at most.
        if !old || header >> 31 != 0 {
            return Ok(true);
        }
    }
}

/// Prints the packets of RTCP in a datagram.
pub(super) fn control(page: &mut Page<'_>, datagram: Cursor<'_>) -> Shown {
    page.enter("rtcp");
    let mut rest = datagram;
    while rest.captured() > 0 {
        let length = report(page, rest)?;
        rest.advance(length);
    }
    Ok(())
}

/// Prints one packet, and returns its length.
fn report(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<usize> {
    packet.need(HEADER)?;
    let mut rest = packet;
    let (flags, words, source) = (rest.u16()?, rest.u16()?, rest.u32()?);
    let length = (usize::from(words) + 1) * 4;
    let count = usize::from(flags >> 8 & 31);
    let kind = flags & 0xff;
    let (name, own) = match kind {
        SENDER => (" sr", HEADER + SENDER_LEN + count * BLOCK),
        RECEIVER => (" rr", HEADER + count * BLOCK),
        202 => (" sdes ", 0),
        203 => (" bye ", 0),
        other => {
            put!(page, " type-0x", Hex(other.into()), " ", length);
            return Ok(length);
        }
    };
    put!(page, name);
    if own == 0 {
        put!(page, length);
    } else if length != own {
        put!(page, " [", length, "]");
    }
    if page.verbose(1) {
        put!(page, " ", source);
    }
    if own == 0 {
        return Ok(length);
    }
    if kind == SENDER {
        rest.need(SENDER_LEN)?;
        let time = f64::from(rest.u32()?) + f64::from(rest.u32()?) / 4_294_967_296.0;
        put!(
            page,
            " @",
            Hundredths(time),
            " ",
            rest.u32()?,
            " ",
            rest.u32()?,
            "p "
        );
        put!(page, rest.u32()?, "b");
    }
    if count > 1 {
        put!(page, " c", count);
    }
    for _ in 0..count {
        block(page, &mut rest)?;
    }
    Ok(length)
}

/// What was received of one source.
fn block(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    rest.need(BLOCK)?;
    let source = rest.u32()?;
    if page.verbose(1) {
        put!(page, " ", source);
    }
    let (lost, last, jitter) = (rest.u32()? & 0xff_ffff, rest.u32()?, rest.u32()?);
    let (stamp, delay) = (f64::from(rest.u32()?) / 65536.0, f64::from(rest.u32()?) / 65536.0);
    put!(
        page,
        " ",
        lost,
        "l ",
        last,
        "s ",
        jitter,
        "j @",
        Hundredths(stamp)
    );
    put!(page, "+", Hundredths(delay));
    Ok(())
}

/// Prints a packet of `vat`, or of its forerunner `vt`, which has other bits set.
pub(super) fn vat(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("vat");
    let length = packet.len();
    if length < 2 {
        put!(page, "udp/va/vat, length ", length, " < 2");
        return Ok(());
    }
    let stamp = packet.peek_u16(0)?;
    if stamp & 0xf060 != 0 {
        put!(page, "udp/vt ", length, " ", stamp & 0x3ff, " / ", stamp >> 10);
        return Ok(());
    }
    if length < 8 {
        put!(page, "udp/vat, length ", length, " < 8");
        return Ok(());
    }
    let (flags, time) = (packet.peek_u32(0)?, packet.peek_u32(4)?);
    put!(page, "udp/vat ", length - 8, " c", flags & 0xffff, " ", time);
    put!(page, if flags & 0x80_0000 != 0 { "*" } else { "" });
    if flags >> 16 & 0x1f != 0 {
        put!(page, " f", flags >> 16 & 0x1f);
    }
    if flags >> 24 & 0x3f != 0 {
        put!(page, " s", flags >> 24 & 0x3f);
    }
    Ok(())
}

/// A number with two places behind the point.
struct Hundredths(f64);

impl Put for Hundredths {
    fn put(self, out: &mut Vec<u8>) {
        // Writing to a vector does not fail.
        let _ = write!(out, "{:.2}", self.0);
    }
}

/// The fixed header of RTP, and that of its first version.
const FIXED: usize = 12;
const FIXED_V1: usize = 8;
/// The payload type of video after ITU-T H.261.
const H261: u32 = 31;

/// The header of a packet of RTCP.
const HEADER: usize = 8;
const SENDER: u16 = 200;
const RECEIVER: u16 = 201;
/// What a sender's report has before its blocks, and the length of a block.
const SENDER_LEN: usize = 20;
const BLOCK: usize = 24;

#[cfg(test)]
mod tests {
    use crate::print::Options;
    use crate::print::application::Decoder;
    use crate::print::sample::{options, shown_with, udp};
    use crate::wire::LinkType;

    fn taken_as(decoder: Decoder, verbosity: u8, payload: &[u8]) -> String {
        let options = Options {
            packet_type: Some(decoder),
            ..options(verbosity)
        };
        let text = shown_with(&options, LinkType::RAW, &udp(4000, 5004, payload));
        text.rsplit_once(".5004: ").unwrap().1.to_owned()
    }

    #[test]
    fn the_fixed_header_of_rtp() {
        let packet = [
            0x80, 0x9f, 0, 7, 0, 0, 1, 0, 0, 0, 0, 9, 0xab, 0xcd, 0, 0, 1, 2, 3, 4,
        ];
        assert_eq!(taken_as(Decoder::Rtp, 0, &packet), "udp/rtp 8 c31 * 7 256");
        assert_eq!(
            taken_as(Decoder::Rtp, 1, &packet),
            "udp/rtp 8 c31 * 7 256 9 0xabcd"
        );
        assert_eq!(
            taken_as(Decoder::Rtp, 1, &packet[..11]),
            "udp/rtp, length 11 < 12"
        );
        let extended = [0x90, 0, 0, 7, 0, 0, 1, 0, 0, 0, 0, 9, 0, 0, 0, 1];
        assert_eq!(
            taken_as(Decoder::Rtp, 1, &extended),
            "udp/rtp 4 c0 + 7 256 9 !ext"
        );
    }

    #[test]
    fn reports_of_rtcp() {
        let mut sender = vec![0x81, 200, 0, 12, 0, 0, 0, 5, 0, 0, 0, 2, 0x80, 0, 0, 0];
        sender.extend_from_slice(&[0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5]);
        sender.extend_from_slice(&[0, 0, 0, 6, 9, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0, 9]);
        sender.extend_from_slice(&[0, 1, 0x80, 0, 0, 0, 0x40, 0]);
        let told = " sr @2.50 3 4p 5b 7l 8s 9j @1.50+0.25";
        assert_eq!(taken_as(Decoder::Rtcp, 0, &sender), told);
        let bye = [0x81, 203, 0, 1, 0, 0, 0, 5];
        assert_eq!(taken_as(Decoder::Rtcp, 1, &bye), " bye 8 5");
        assert_eq!(
            taken_as(Decoder::Rtcp, 0, &sender[..30]),
            " sr @2.50 3 4p 5b [|rtcp]"
        );
    }

    #[test]
    fn vat_and_vt_are_told_apart() {
        let vat = [0x02, 0x81, 0, 1, 0, 0, 0, 9, 1];
        assert_eq!(taken_as(Decoder::Vat, 0, &vat), "udp/vat 1 c1 9* f1 s2");
        assert_eq!(taken_as(Decoder::Vat, 0, &[0xf0, 1]), "udp/vt 2 1 / 60");
    }
}
