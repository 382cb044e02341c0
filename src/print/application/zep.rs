//! ZEP, the ZigBee encapsulation protocol: frames of 802.15.4 as a probe has heard them.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::link::wpan;
use crate::print::page::Page;
use crate::print::text::{Hex4, Zeros, put};

/// Prints the header, and the frame on a line of its own.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("zep");
    put!(page, "ZEP");
    if packet.peek_u8(0)? != b'E' || packet.peek_u8(1)? != b'X' {
        put!(page, " [Preamble Code: ");
        page.text(&mut packet.after(0), 2)?;
        put!(page, "]");
        return Err(Stop::Invalid);
    }
    let version = packet.peek_u8(2)?;
    put!(page, "v", version, " ");
    let (header, length) = if version == 1 {
        (16, first(page, packet)?)
    } else if packet.peek_u8(3)? == ACKNOWLEDGEMENT {
        page.expect("len", packet, 8)?;
        put!(page, "ACK, seq# = ", packet.peek_u32(4)?);
        (8, 0)
    } else {
        (32, second(page, packet)?)
    };
    let rest = packet.after(header);
    if length != 0 {
        put!(page, "\n\t");
        let frame = rest.limited(length.into());
        let mut told = 0;
        page.deeper(|page| {
            told = wpan::print(page, frame)?;
            Ok(())
        })?;
        if told != 0 {
            return rest.need(rest.len());
        }
    }
    page.raw_declared(rest)
}

/// What version 1 says; returns how long the frame is.
fn first(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<u8> {
    page.expect("len", packet, 16)?;
    let (channel, device) = (packet.peek_u8(3)?, packet.peek_u16(4)?);
    put!(page, "Channel ID ", channel, ", Device ID 0x", Hex4(device), ", ");
    quality(page, packet.after(6))?;
    let length = packet.peek_u8(15)?;
    put!(page, "inner len = ", length);
    Ok(length)
}

/// What version 2 says; returns how long the frame is.
fn second(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<u8> {
    page.expect("len", packet, 32)?;
    let (kind, channel, device) = (packet.peek_u8(3)?, packet.peek_u8(4)?, packet.peek_u16(5)?);
    put!(
        page,
        "Type ",
        kind,
        ", Channel ID ",
        channel,
        ", Device ID 0x",
        Hex4(device),
        ", "
    );
    quality(page, packet.after(7))?;
    time(page, packet.after(9))?;
    let (sequence, length) = (packet.peek_u32(17)?, packet.peek_u8(31)?);
    put!(page, ", seq# = ", sequence, ", inner len = ", length);
    Ok(length)
}

/// What the end of the frame is: its check sequence, or how well it was heard.
fn quality(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.u8()? == 0 {
        put!(page, "LQI ", rest.u8()?, ", ");
    } else {
        put!(page, "CRC, ");
    }
    Ok(())
}

/// A time stamp of NTP, with all nine digits that its fraction has in single precision.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the fraction is as tcpdump counts it, and below a second"
)]
fn time(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let (secs, fraction) = (rest.u32()?, rest.u32()?);
    let part = (f64::from(fraction as f32) / 4_294_967_296.0) as f32;
    let nanos = (f64::from(part) * 1e9) as u64;
    put!(page, secs, ".", Zeros(nanos, 9));
    if secs != 0 {
        put!(page, " (");
        page.local_time_with("/", secs.wrapping_sub(FROM_1900).into());
        put!(page, ")");
    }
    Ok(())
}

const ACKNOWLEDGEMENT: u8 = 2;
/// Seconds from 1900 to 1970.
const FROM_1900: u32 = 2_208_988_800;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp};
    use crate::wire::LinkType;

    /// An acknowledgement of 802.15.4, with its check sequence.
    const FRAME: [u8; 5] = [2, 0, 7, 0x12, 0x34];

    fn told(packet: &[u8]) -> String {
        shown(LinkType::RAW, &udp(17754, 17754, packet)).replace("IP 192.0.2.1.17754 > 192.0.2.2.17754: ", "")
    }

    fn data(mode: u8) -> Vec<u8> {
        let mut packet = b"EX\x02\x01\x0b\x12\x34".to_vec();
        packet.extend([mode, 200, 0x83, 0xaa, 0x7e, 0x80, 0x80, 0, 0, 0, 0, 0, 0, 9]);
        packet.extend([0; 10]);
        packet.push(5);
        packet.extend(FRAME);
        packet
    }

    #[test]
    fn both_versions_lead_to_the_frame() {
        assert_eq!(
            told(&data(0)),
            "ZEPv2 Type 1, Channel ID 11, Device ID 0x1234, LQI 200, 2208988800.500000000 (1970/01/01 00:00:00), \
             seq# = 9, inner len = 5\n\tIEEE 802.15.4 ACK packet v0 -:none < -:none \n\t0x0000:  1234                                     .4"
        );
        assert!(told(&data(1)).contains(" CRC, 2208988800."));
        let mut packet = b"EX\x01\x0b\x12\x34\x01\0".to_vec();
        packet.extend([0; 7]);
        packet.push(5);
        packet.extend(FRAME);
        assert!(
            told(&packet)
                .starts_with("ZEPv1 Channel ID 11, Device ID 0x1234, CRC, inner len = 5\n\tIEEE 802.15.4 ")
        );
        assert_every_cut_is_told(LinkType::RAW, &udp(17754, 17754, &packet));
    }

    #[test]
    fn an_acknowledgement_and_what_is_not_one_are_told() {
        assert_eq!(told(b"EX\x02\x02\0\0\0\x07"), "ZEPv2 ACK, seq# = 7");
        assert_eq!(told(b"EX\x02\x02\0\0\0"), "ZEPv2  [len 7 < 8] (invalid)");
        assert_eq!(told(b"E\x01"), "ZEP [Preamble Code: E^A] (invalid)");
    }
}
