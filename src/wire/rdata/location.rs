//! LOC (RFC 1876): where on Earth.

use super::Malformed;
use super::cursor::Cursor;
use super::writer::Writer;

/// Latitude, longitude, altitude, and how large and how exact that is.
pub(super) fn loc(rdata: &mut Cursor<'_>, out: &mut Writer<'_>) -> Result<(), Malformed> {
    let version = rdata.u8()?;
    if version != 0 {
        // RFC 1876 section 2: nothing is known of other versions; the generic form says what there is.
        rdata.rest();
        super::unknown::write(rdata.whole(), out);
        return Ok(());
    }
    let [size, horizontal, vertical] = [rdata.u8()?, rdata.u8()?, rdata.u8()?].map(precision);
    write_angle(rdata.u32()?, 90, ["N", "S"], out)?;
    out.space();
    write_angle(rdata.u32()?, 180, ["E", "W"], out)?;
    // Centimetres above 100 km below the ellipsoid of WGS 84.
    let altitude = i64::from(rdata.u32()?) - 10_000_000;
    let sign = if altitude < 0 { "-" } else { "" };
    let altitude = altitude.unsigned_abs();
    out.format(format_args!(" {sign}{}.{:02}m", altitude / 100, altitude % 100));
    out.format(format_args!(" {} {} {}", size?, horizontal?, vertical?));
    Ok(())
}

/// Thousandths of a second of arc from the equator or the prime meridian, which is 2³¹.
fn write_angle(value: u32, limit: u64, sides: [&str; 2], out: &mut Writer<'_>) -> Result<(), Malformed> {
    let offset = i64::from(value) - (1 << 31);
    let [positive, negative] = sides;
    let side = if offset < 0 { negative } else { positive };
    let thousandths = offset.unsigned_abs();
    if thousandths > limit * 3_600_000 {
        return Err(Malformed::Value);
    }
    out.format(format_args!(
        "{} {} {}.{:03} {side}",
        thousandths / 3_600_000,
        thousandths / 60_000 % 60,
        thousandths / 1000 % 60,
        thousandths % 1000,
    ));
    Ok(())
}

/// A length: one decimal digit times a power of ten centimetres.
fn precision(field: u8) -> Result<String, Malformed> {
    let (base, exponent) = (field >> 4, field & 0xf);
    if base > 9 || exponent > 9 {
        return Err(Malformed::Value);
    }
    let power = 10_u64.pow(u32::from(exponent));
    let centimetres = u64::from(base) * power;
    Ok(if exponent < 2 {
        format!("{}.{:02}m", centimetres / 100, centimetres % 100)
    } else {
        format!("{}m", centimetres / 100)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::dns::{Class, Rdata, RecordType};
    use crate::wire::rdata::{Style, try_write};

    fn text(bytes: &[u8]) -> Result<String, Malformed> {
        let mut out = Vec::new();
        let style = Style::default();
        try_write(RecordType::LOC, Class::IN, Rdata::alone(bytes), &style, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    #[test]
    fn the_example_of_the_rfc_is_written_as_there() {
        // RFC 1876 section 4: 42 21 54 N 71 06 18 W -24m 30m
        let mut bytes = vec![0, 0x33, 0x16, 0x13];
        bytes.extend(((1_u32 << 31) + 152_514_000).to_be_bytes());
        bytes.extend(((1_u32 << 31) - 255_978_000).to_be_bytes());
        bytes.extend((10_000_000_u32 - 2400).to_be_bytes());
        assert_eq!(
            text(&bytes).unwrap(),
            "42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m"
        );
    }

    #[test]
    fn a_latitude_beyond_the_pole_is_malformed() {
        let mut bytes = vec![0, 0x12, 0x16, 0x13];
        bytes.extend([0xff; 12]);
        assert_eq!(text(&bytes), Err(Malformed::Value));
    }
}
