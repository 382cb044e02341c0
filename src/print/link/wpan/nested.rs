//! The information elements in the payload of a frame, and those nested in them (7.4.3 and 7.4.4 of the standard,
//! IEEE 802.15.9).

use super::element::{data, vendor};
use super::{Told, put_bytes};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, HexPad, HexRun, name_of, put};

/// Prints the list.
pub(super) fn payload_list(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Told {
    loop {
        if rest.len() < 2 {
            put!(page, "[ERROR: Truncated header IE]");
            return Ok(None);
        }
        let field = rest.after(0).u16_le()?;
        if field & LONG == 0 {
            put!(page, "[ERROR: Payload IE with type 0] ");
        }
        let length = usize::from(field & 0x3ff);
        let group = field >> 11 & 15;
        put!(page, "\n\t");
        match name_of(GROUPS, group) {
            Some(name) => put!(page, name, " ["),
            None => put!(page, "Reserved 0x", HexPad(group.into(), 2), " ["),
        }
        if length != 0 {
            put!(page, " length = ", length, ", ");
        }
        rest.advance(2);
        if rest.len() < length {
            put!(page, "[ERROR: Truncated IE data]");
            return Ok(None);
        }
        let value = rest.claiming(length);
        if length != 0 {
            match group {
                1 if page.verbose(4) => management(page, value)?,
                2 if page.verbose(4) => vendor(page, value)?,
                3 if page.verbose(4) => multiplexed(page, value)?,
                5 if page.verbose(4) => {
                    put!(
                        page,
                        "Subtype ID = 0x",
                        Hex2(value.peek_u8(0)?),
                        ", Subtype content = "
                    );
                    put_bytes(page, value.after(1), length - 1)?;
                }
                _ => data(page, value)?,
            }
        }
        put!(page, "]\n\t");
        rest.advance(length);
        if group == 15 || rest.is_empty() {
            return Ok(Some(()));
        }
    }
}

/// The elements of the layer's management.
fn management(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    loop {
        if rest.len() < 2 {
            put!(page, "[ERROR: Truncated MLME IE]");
            return Ok(());
        }
        let field = rest.u16_le()?;
        let (names, kind, length) = if field & LONG != 0 {
            (LONG_NAMES, field >> 11 & 15, usize::from(field & 0x3ff))
        } else {
            (SHORT_NAMES, field >> 8 & 0x7f, usize::from(field & 0xff))
        };
        put!(page, "\n\t\t");
        match name_of(names, kind) {
            Some(name) => put!(page, name),
            None if field & LONG == 0 && kind < 16 => {
                put!(page, "Reserved for long format 0x", HexPad(kind.into(), 1));
            }
            None => put!(page, "Reserved 0x", HexPad(kind.into(), 2)),
        }
        put!(page, " [ length = ", length, ", ");
        if rest.len() < length {
            put!(page, "[ERROR: Truncated IE data]");
            return Ok(());
        }
        if length != 0 {
            let value = rest.claiming(length);
            match kind {
                8 => vendor(page, value)?,
                9 => hopping(page, value)?,
                0x1a => synchronization(page, value)?,
                0x1b => slotframes(page, value)?,
                0x1c => timeslot(page, value)?,
                _ => data(page, value)?,
            }
        }
        put!(page, "] ");
        rest.advance(length);
        if rest.is_empty() {
            return Ok(());
        }
    }
}

fn hopping(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(page, "Hopping Sequence ID = ", rest.u8()?);
    if rest.is_empty() {
        return Ok(());
    }
    if rest.len() < 7 {
        put!(page, "[ERROR: IE truncated]");
        return Ok(());
    }
    let (channel_page, channels) = (rest.u8()?, rest.u16_le()?);
    put!(
        page,
        "Channel Page = ",
        channel_page,
        ", Number of Channels = ",
        channels,
        ", "
    );
    put!(
        page,
        "Phy Configuration = 0x",
        HexPad(rest.u32_le()?.into(), 8),
        ", "
    );
    if matches!(channel_page, 9 | 10) {
        let length = usize::from(channels).div_ceil(8);
        if rest.len() < length {
            put!(page, "[ERROR: IE truncated]");
            return Ok(());
        }
        put!(page, "Extended bitmap = 0x");
        put!(page, HexRun(rest.take(length)?), ", ");
    }
    if rest.len() < 2 {
        put!(page, "[ERROR: IE truncated]");
        return Ok(());
    }
    let count = rest.u16_le()?;
    put!(page, "Hopping Seq length = ", count, " [ ");
    if rest.len() < usize::from(count) * 2 {
        put!(page, " [ERROR: IE truncated]");
        return Ok(());
    }
    for _ in 0..count {
        put!(page, HexPad(rest.u16_le()?.into(), 2), " ");
    }
    put!(page, "]");
    if rest.len() < 2 {
        put!(page, "[ERROR: IE truncated]");
        return Ok(());
    }
    put!(page, "Current hop = ", rest.u16_le()?);
    Ok(())
}

fn synchronization(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    if rest.len() < 6 {
        put!(page, "[ERROR: Length != 6]");
    }
    let [a, b, c, d, e] = rest.array()?;
    let number = u64::from_le_bytes([a, b, c, d, e, 0, 0, 0]);
    put!(
        page,
        "ASN = ",
        HexPad(number, 10),
        ", Join Metric = ",
        rest.u8()?,
        " "
    );
    Ok(())
}

fn slotframes(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let count = rest.u8()?;
    put!(page, "Slotframes = ", count, " ");
    for _ in 0..count {
        if rest.len() < 4 {
            put!(page, "[ERROR: Truncated IE before slotframes]");
            break;
        }
        let (handle, size, links) = (rest.u8()?, rest.u16_le()?, rest.u8()?);
        put!(
            page,
            "\n\t\t\t[ Handle ",
            handle,
            ", size = ",
            size,
            ", links = ",
            links,
            " "
        );
        for _ in 0..links {
            if rest.len() < 5 {
                put!(page, "[ERROR: Truncated IE links]");
                break;
            }
            let (slot, offset, options) = (rest.u16_le()?, rest.u16_le()?, rest.u8()?);
            put!(
                page,
                "\n\t\t\t\t[ Timeslot =  ",
                slot,
                ", Offset = ",
                offset,
                ", Options = "
            );
            for (index, name) in ["TX ", "RX ", "Shared ", "Timekeeping ", "Priority "]
                .iter()
                .enumerate()
            {
                put!(page, if options >> index & 1 != 0 { *name } else { "" });
            }
            put!(page, "] ");
        }
        put!(page, "] ");
    }
    Ok(())
}

fn timeslot(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    let mut rest = value;
    if !matches!(value.len(), 1 | 25 | 27) {
        put!(page, "[ERROR: Length not 1, 25, or 27]\n\t\t\tIE Data = ");
        return put_bytes(page, value, value.len());
    }
    put!(page, "Time slot ID = ", rest.u8()?);
    if value.len() > 1 {
        for name in TIMES {
            put!(page, *name, rest.u16_le()?);
        }
        // The longer form has more room for these two.
        for name in [", Max TX = ", ", Time slot Length = "] {
            let time = if value.len() == 25 {
                u32::from(rest.u16_le()?)
            } else {
                let [a, b, c] = rest.array()?;
                u32::from_le_bytes([a, b, c, 0])
            };
            put!(page, name, time);
        }
    }
    put!(page, " ");
    Ok(())
}

/// A part of a frame of another layer.
fn multiplexed(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    let mut rest = value;
    let control = rest.u8()?;
    let (kind, transaction) = (control & 7, control >> 3);
    match kind {
        0 => {
            put!(page, "Type = Full upper layer fragment, ");
            if value.len() < 3 {
                put!(page, "[ERROR: Multiplex ID missing]");
                return Ok(());
            }
            put!(
                page,
                "tid = 0x",
                Hex2(transaction),
                ", Multiplex ID = 0x",
                Hex4(rest.u16_le()?),
                ", "
            );
        }
        1 => {
            put!(
                page,
                "Type = Full upper layer fragment with small Multiplex ID, Multiplex ID = 0x"
            );
            put!(page, Hex4(transaction.into()), ", ");
        }
        2 | 4 => {
            if value.len() < 2 {
                put!(page, "[ERROR: fragment number missing]");
                return Ok(());
            }
            let fragment = rest.u8()?;
            let name = match (kind, fragment) {
                (2, 0) => "First fragment",
                (2, _) => "Middle fragment",
                _ => "Last fragment",
            };
            put!(
                page,
                "Type = ",
                name,
                ", tid = 0x",
                Hex2(transaction),
                ", fragment = 0x",
                Hex2(fragment),
                ", "
            );
            if fragment == 0 {
                if value.len() < 6 {
                    put!(page, "[ERROR: Total upper layer size or multiplex ID missing]");
                    return Ok(());
                }
                put!(page, "Total upper layer size = 0x", Hex4(rest.u16_le()?));
                put!(page, ", Multiplex ID = 0x", Hex4(rest.u16_le()?), ", ");
            }
        }
        6 => {
            put!(page, "Type = Abort, tid = 0x", Hex2(transaction));
            match value.len() {
                1 => put!(page, ", no max size given"),
                3 => put!(page, ", max size = 0x", Hex4(rest.u16_le()?)),
                length => {
                    put!(page, ", invalid length = ", length, " (not 1 or 3)Abort data = ");
                    put_bytes(page, rest, rest.len())?;
                }
            }
            return Ok(());
        }
        _ => put!(
            page,
            "Type = ",
            kind,
            " (Reserved), tid = 0x",
            Hex2(transaction),
            ", "
        ),
    }
    put!(page, "Upper layer data = ");
    put_bytes(page, rest, rest.len())
}

/// An element with the longer length.
const LONG: u16 = 0x8000;

const GROUPS: &[(u16, &str)] = &[
    (0, "ESDU IE"),
    (1, "MLME IE"),
    (2, "Vendor Specific Nested IE"),
    (3, "Multiplexed IE (802.15.9)"),
    (4, "Omnibus Payload Group IE"),
    (5, "IETF IE"),
    (15, "List termination"),
];

const LONG_NAMES: &[(u16, &str)] = &[(8, "Vendor Specific MLME Nested IE"), (9, "Channel Hopping IE")];

/// Spelt as they are shown.
const SHORT_NAMES: &[(u16, &str)] = &[
    (0x1a, "TSCH Synchronization IE"),
    (0x1b, "TSCH Slotframe and Link IE"),
    (0x1c, "TSCH Timeslot IE"),
    (0x1d, "Hopping timing IE"),
    (0x1e, "Enhanced Beacon Filter IE"),
    (0x1f, "MAC Metrics IE"),
    (0x20, "All MAC Metrics IE"),
    (0x21, "Coexistence Specification IE"),
    (0x22, "SUN Device Capabilities IE"),
    (0x23, "SUN FSK Generic PHY IE"),
    (0x24, "Mode Switch Parameter IE"),
    (0x25, "PHY Parameter Change IE"),
    (0x26, "O-QPSK PHY Mode IE"),
    (0x27, "PCA Allocation IE"),
    (0x28, "LECIM DSSS Operating Mode IE"),
    (0x29, "LECIM FSK Operating Mode IE"),
    (0x2b, "TVWS PHY Operating Mode Description IE"),
    (0x2c, "TVWS Device Capabilities IE"),
    (0x2d, "TVWS Device Category IE"),
    (0x2e, "TVWS Device Identiication IE"),
    (0x2f, "TVWS Device Location IE"),
    (0x30, "TVWS Channel Information Query IE"),
    (0x31, "TVWS Channel Information Source IE"),
    (0x32, "CTM IE"),
    (0x33, "Timestamp IE"),
    (0x34, "Timestamp Difference IE"),
    (0x35, "TMCTP Specification IE"),
    (0x36, "RCC PHY Operating Mode IE"),
];

/// The times of a slot that have two bytes in either form.
const TIMES: &[&str] = &[
    ", CCA Offset = ",
    ", CCA = ",
    ", TX Offset = ",
    ", RX Offset = ",
    ", RX Ack Delay = ",
    ", TX Ack Delay = ",
    ", RX Wait = ",
    ", Ack Wait = ",
    ", RX TX = ",
    ", Max Ack = ",
];

#[cfg(test)]
mod tests {
    use crate::print::sample::verbose;
    use crate::wire::LinkType;

    /// A frame with this one element in its payload.
    fn told(verbosity: u8, group: u16, value: &[u8]) -> String {
        let field = 0x8000 | group << 11 | u16::try_from(value.len()).unwrap();
        let mut frame = vec![0x01, 0x22, 1, 0x00, 0x3f];
        frame.extend(field.to_le_bytes());
        frame.extend_from_slice(value);
        frame.extend([0, 0xf8]);
        verbose(verbosity, LinkType(230), &frame)
    }

    #[test]
    fn nested_elements_are_told_from_vvvv_on() {
        assert!(told(0, 1, &[6, 0x1a, 1, 0, 0, 0, 0, 2]).contains(
            "\n\tHeader Termination 1 IE [] \n\tMLME IE [ length = 8, IE Data = 06 1a 01 00 00 00 00 02 ]\n\t\
             \n\tList termination []\n\t"
        ));
        for (group, value, text) in [
            (
                1,
                &[6, 0x1a, 1, 0, 0, 0, 0, 2][..],
                "\n\t\tTSCH Synchronization IE [ length = 6, ASN = 0000000001, Join Metric = 2 ] ",
            ),
            (
                1,
                &[1, 0x1c, 3],
                "TSCH Timeslot IE [ length = 1, Time slot ID = 3 ] ",
            ),
            (
                1,
                &[10, 0x1b, 1, 0, 7, 0, 1, 2, 0, 3, 0, 5],
                "Slotframes = 1 \n\t\t\t[ Handle 0, size = 7, links = 1 \n\t\t\t\t[ Timeslot =  2, Offset = 3, Options = TX Shared ] ] ",
            ),
            (
                1,
                &[1, 0xc8, 4],
                "Channel Hopping IE [ length = 1, Hopping Sequence ID = 4] ",
            ),
            (2, &[1, 2, 3, 4], "OUI = 0x010203, Data = 04 ]"),
            (
                3,
                &[0x10, 5, 0, 6],
                "Type = Full upper layer fragment, tid = 0x02, Multiplex ID = 0x0005, Upper layer data = 06 ]",
            ),
            (3, &[0x0e], "Type = Abort, tid = 0x01, no max size given]"),
            (5, &[9, 8], "Subtype ID = 0x09, Subtype content = 08 ]"),
        ] {
            let shown = told(4, group, value);
            assert!(shown.contains(text), "{shown}");
        }
    }
}
