//! Wireless personal area networks (IEEE 802.15.4-2015), with or without a frame check sequence.

mod beacon;
mod check;
mod command;
mod descriptor;
mod element;
mod nested;
mod security;

use check::Check;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, Hex2, Hex4, HexRun, put};

/// A captured frame.
pub(super) fn frame(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    let header = print(page, packet.claiming(packet.captured()))?;
    page.link_len += header;
    Ok(())
}

/// A captured frame behind the header of a tap.
pub(super) fn tap(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("802.15.4_tap");
    let Ok(start) = packet.after(0).array::<4>() else {
        page.truncated();
        page.link_len += packet.captured();
        return Ok(());
    };
    let [version, _, low, high] = start;
    let length = usize::from(u16::from_le_bytes([low, high]));
    if version != 0 || length < 4 {
        return Err(Stop::Invalid);
    }
    if !packet.has(length) {
        page.truncated();
        page.link_len += packet.captured();
        return Ok(());
    }
    let frame = packet.after(length);
    let header = print(page, frame.claiming(frame.captured()))?;
    page.link_len += header + length;
    Ok(())
}

/// Prints a frame as long as it is said to be. Returns what counts as its header: a byte of one that was understood.
pub(crate) fn print(page: &mut Page<'_>, frame: Cursor<'_>) -> Shown<usize> {
    page.enter("802.15.4");
    let Ok(control) = frame.after(0).u16_le() else {
        frame.need(frame.len().min(2))?;
        page.truncated();
        return Ok(frame.len());
    };
    let kind = control & 7;
    put!(page, "IEEE 802.15.4 ");
    put!(
        page,
        KINDS.get(usize::from(kind)).copied().unwrap_or(""),
        " packet "
    );
    if matches!(kind, BEACON..=COMMAND | MULTIPURPOSE) {
        // The frame check sequence is read first.
        frame.need(frame.len())?;
    }
    let told = match kind {
        BEACON..=COMMAND => standard(page, frame, control)?,
        MULTIPURPOSE => multipurpose(page, frame, control)?,
        _ => None,
    };
    Ok(usize::from(told.is_some()))
}

/// Where a frame says that it is wrong, printing ends; that is told, and is no error of the capture.
pub(super) type Told<T = ()> = Shown<Option<T>>;

/// A frame of the oldest format. The rest of it counts up to the frame check sequence or the integrity code;
/// what is read may be behind.
fn standard(page: &mut Page<'_>, frame: Cursor<'_>, control: u16) -> Told {
    let check = Check::of_standard(frame);
    let mut rest = frame.claiming(frame.len() - check.length);
    let version = control >> 12 & 3;
    put!(page, "v", version, " ");
    flags(page, control, STANDARD_FLAGS);
    if bit(control, 8) {
        if version < 2 {
            put!(
                page,
                "[ERROR: Sequence number suppressed on frames where version < 2]"
            );
        }
        put!(page, if page.verbose(1) { "seq suppressed " } else { "" });
        rest.advance(2);
    } else {
        sequence(page, rest.peek_u8(2)?);
        rest.advance(3);
    }
    let Some((destination, source)) = modes(page, control >> 10, control >> 14) else {
        return Ok(None);
    };
    let (to, from) = networks(page, control, version, destination, source);
    if address(page, &mut rest, to, destination)?.is_none() {
        return Ok(None);
    }
    put!(page, " < ");
    if address(page, &mut rest, from, source)?.is_none() {
        return Ok(None);
    }
    put!(page, " ");
    if body(page, &mut rest, bit(control, 3), bit(control, 9), check)?.is_none() {
        return Ok(None);
    }
    match control & 7 {
        BEACON if version < 2 && beacon::fields(page, &mut rest)?.is_none() => return Ok(Some(())),
        COMMAND => command::print(page, &mut rest)?,
        _ => {}
    }
    dump(page, rest);
    Ok(Some(()))
}

/// A multipurpose frame, whose control field may be one byte.
fn multipurpose(page: &mut Page<'_>, frame: Cursor<'_>, control: u16) -> Told {
    let check = Check::of_multipurpose(frame);
    let mut rest = frame.claiming(frame.len() - check.length);
    let is_long = bit(control, 3);
    if is_long {
        put!(page, "v", control >> 12 & 3, " ");
        flags(page, control, MULTIPURPOSE_FLAGS);
    }
    let header = if is_long { 2 } else { 1 };
    if is_long && bit(control, 10) {
        rest.advance(header);
    } else {
        sequence(page, rest.peek_u8(header)?);
        rest.advance(header + 1);
    }
    let Some((destination, source)) = modes(page, control >> 4, control >> 6) else {
        return Ok(None);
    };
    if address(page, &mut rest, is_long && bit(control, 8), destination)?.is_none() {
        return Ok(None);
    }
    put!(page, " <  ");
    if address(page, &mut rest, false, source)?.is_none() {
        return Ok(None);
    }
    put!(page, " ");
    let (is_secured, has_elements) = (is_long && bit(control, 9), is_long && bit(control, 15));
    if body(page, &mut rest, is_secured, has_elements, check)?.is_none() {
        return Ok(None);
    }
    dump(page, rest);
    Ok(Some(()))
}

/// What is between addresses and payload in both: security, elements, and what ends the frame.
fn body(
    page: &mut Page<'_>,
    rest: &mut Cursor<'_>,
    is_secured: bool,
    has_elements: bool,
    check: Check,
) -> Told {
    let level = if is_secured {
        match security::header(page, rest)? {
            Some(level) => level,
            None => return Ok(None),
        }
    } else {
        0
    };
    let length = security::code_len(level);
    let Some(left) = rest.len().checked_sub(length) else {
        put!(page, "[ERROR: Truncated before MIC]");
        return Ok(None);
    };
    let mut code = rest.after(left);
    *rest = rest.claiming(left);
    if has_elements {
        match element::header_list(page, rest)? {
            None => return Ok(None),
            Some(true) if level >= 4 => {
                put!(page, "Payload IEs present, but encrypted, cannot print ");
            }
            Some(true) => {
                if nested::payload_list(page, rest)?.is_none() {
                    return Ok(None);
                }
            }
            Some(false) => {}
        }
    }
    if page.verbose(3) {
        if length > 0 {
            put!(page, "\n\tMIC ");
            put!(page, HexRun(code.take(length)?), " ");
        }
        if check.found == check.computed {
            put!(page, "FCS ", Hex(check.found.into()), " ");
        } else {
            put!(page, "wrong FCS ", Hex(check.found.into()), " vs ");
            put!(page, Hex(check.computed.into()), " (assume no FCS stored) ");
        }
    }
    Ok(Some(()))
}

/// The payload; what was passed over may have been more than there is.
fn dump(page: &mut Page<'_>, rest: Cursor<'_>) {
    page.raw(rest.limited(rest.len()).bytes());
}

fn sequence(page: &mut Page<'_>, number: u8) {
    if page.verbose(1) {
        put!(page, "seq ", Hex2(number), " ");
    }
}

fn flags(page: &mut Page<'_>, control: u16, names: &[(u16, &str)]) {
    if page.verbose(3) {
        for (number, name) in names {
            if bit(control, *number) {
                put!(page, *name, ", ");
            }
        }
    }
}

fn bit(control: u16, number: u16) -> bool {
    control >> number & 1 != 0
}

/// The lengths of both addresses.
fn modes(page: &mut Page<'_>, destination: u16, source: u16) -> Option<(usize, usize)> {
    let length = |mode: u16| match mode & 3 {
        0 => Some(0),
        2 => Some(2),
        3 => Some(8),
        _ => None,
    };
    match (length(destination), length(source)) {
        (_, None) => put!(page, "[ERROR: Invalid src address mode]"),
        (None, _) => put!(page, "[ERROR: Invalid dst address mode]"),
        (Some(destination), Some(source)) => return Some((destination, source)),
    }
    None
}

/// Whether the destination's and the source's network are told (7.2.1.5 of the standard).
fn networks(
    page: &mut Page<'_>,
    control: u16,
    version: u16,
    destination: usize,
    source: usize,
) -> (bool, bool) {
    let is_compressed = bit(control, 6);
    let is_new = version >= 2;
    if is_compressed && !is_new && (destination == 0 || source == 0) {
        put!(
            page,
            "[ERROR: PAN ID Compression != 0, and only one address with frame version < 2]"
        );
    }
    let has = (destination != 0, source != 0);
    match (is_new, is_compressed, destination, source) {
        (false, true, ..) => (has.0, false),
        (false, false, ..) => has,
        (true, true, 0, 0) => (true, false),
        (true, true, 0, _) | (true, true, _, 0) | (true, true, 8, 8) => (false, false),
        (true, true, ..) => (true, false),
        // The second is a mistake of some 6TiSCH stations that has become common.
        (true, false, 8, 8) | (true, false, 2, 8) => (true, false),
        (true, false, ..) => has,
    }
}

fn address(page: &mut Page<'_>, rest: &mut Cursor<'_>, has_network: bool, length: usize) -> Told {
    if has_network {
        if rest.len() < 2 {
            put!(page, "[ERROR: Truncated before dst_pan]");
            return Ok(None);
        }
        put!(page, Hex4(rest.u16_le()?), ":");
    } else {
        put!(page, "-:");
    }
    if rest.len() < length {
        put!(page, "[ERROR: Truncated before dst_addr]");
        return Ok(None);
    }
    match length {
        0 => put!(page, "none"),
        2 => put!(page, Hex4(rest.u16_le()?)),
        _ => put_extended(page, rest)?,
    }
    Ok(Some(()))
}

/// An extended address, whose last byte comes first.
fn put_extended(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    let mut separator = "";
    for byte in rest.u64_le()?.to_be_bytes() {
        put!(page, separator, Hex2(byte));
        separator = ":";
    }
    Ok(())
}

/// Bytes in hexadecimal, each with a blank behind it.
fn put_bytes(page: &mut Page<'_>, mut rest: Cursor<'_>, count: usize) -> Shown {
    for _ in 0..count {
        put!(page, Hex2(rest.u8()?), " ");
    }
    Ok(())
}

const BEACON: u16 = 0;
const COMMAND: u16 = 3;
const MULTIPURPOSE: u16 = 5;
const KINDS: [&str; 8] = [
    "Beacon",
    "Data",
    "ACK",
    "Command",
    "Reserved",
    "Multipurpose",
    "Fragment",
    "Extended",
];

const STANDARD_FLAGS: &[(u16, &str)] = &[
    (3, "Security Enabled"),
    (4, "Frame Pending"),
    (5, "AR"),
    (6, "PAN ID Compression"),
    (8, "Sequence Number Suppression"),
    (9, "IE present"),
];

const MULTIPURPOSE_FLAGS: &[(u16, &str)] = &[
    (9, "Security Enabled"),
    (11, "Frame Pending"),
    (14, "AR"),
    (8, "PAN ID Present"),
    (10, "Sequence Number Suppression"),
    (15, "IE present"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType(195);

    #[test]
    fn addresses_and_payload_are_told() {
        let frame = [0x41, 0x88, 5, 0xcd, 0xab, 0xff, 0xff, 2, 1, b'A', b'B', b'C'];
        assert!(
            shown(LINK, &frame)
                .starts_with("IEEE 802.15.4 Data packet v0 abcd:ffff < -:0102 \n\t0x0000:  4142 43")
        );
        assert!(verbose(1, LINK, &frame).contains("v0 seq 05 abcd:ffff"));
        assert!(
            verbose(3, LINK, &frame)
                .contains("v0 PAN ID Compression, seq 05 abcd:ffff < -:0102 wrong FCS 4342 vs ")
        );
    }

    #[test]
    fn a_frame_check_sequence_is_no_payload() {
        let mut frame = vec![
            0x01, 0xc8, 9, 0xcd, 0xab, 1, 0, 0xcd, 0xab, 1, 2, 3, 4, 5, 6, 7, 8,
        ];
        let check = super::check::crc_16(&frame);
        frame.extend(check.to_le_bytes());
        assert_eq!(
            shown(LINK, &frame),
            "IEEE 802.15.4 Data packet v0 abcd:0001 < abcd:08:07:06:05:04:03:02:01 "
        );
        let check = super::check::crc_32(&frame);
        frame.extend(check.to_le_bytes());
        assert!(verbose(3, LINK, &frame).contains("FCS "));
    }

    #[test]
    fn what_is_missing_is_told_in_its_place() {
        for (frame, text) in [
            (&[0x41, 0x88, 5][..], "v0 [ERROR: Truncated before dst_pan]"),
            (
                &[0x41, 0x88, 5, 1, 2, 3],
                "v0 0201:[ERROR: Truncated before dst_addr]",
            ),
            (&[0x01, 0x84, 5], "v0 [ERROR: Invalid dst address mode]"),
            (&[0x01, 0x08], "v0  [|802.15.4]"),
        ] {
            let shown = shown(LINK, frame);
            assert!(shown.ends_with(text), "{shown}");
        }
        assert_eq!(shown(LinkType(283), &[1, 0, 4, 0]), " (invalid)");
        assert_eq!(
            shown(LinkType(283), &[0, 0, 4, 0, 4, 0]),
            "IEEE 802.15.4 Reserved packet "
        );
    }

    #[test]
    fn a_multipurpose_frame_may_have_a_short_header() {
        assert_eq!(
            shown(LinkType(230), &[0xa5, 7, 1, 2, 3, 4]),
            "IEEE 802.15.4 Multipurpose packet -:0201 <  -:0403 "
        );
    }
}
