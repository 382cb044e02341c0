//! The message transport protocol of ZeroMQ, version 1.0 (13/ZMTP), over TCP and in datagrams of PGM.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, put, put_bits};

/// Prints the frames of a TCP segment.
pub(super) fn print(page: &mut Page<'_>, payload: Cursor<'_>) -> Shown {
    page.enter("zmtp1");
    put!(page, ": ZMTP/1.0");
    frames(page, payload.limited(payload.len()))
}

/// Prints a datagram: where its first frame begins, the end of the frame before it, and its own frames.
pub(crate) fn datagram(page: &mut Page<'_>, datagram: Cursor<'_>, length: usize) -> Shown {
    page.enter("zmtp1");
    let mut rest = datagram;
    let offset = rest.u16()?;
    put!(page, "\n\t frame offset 0x", Hex4(offset));
    let before = match offset {
        INTERMEDIATE => length.saturating_sub(2),
        offset if 2 + usize::from(offset) > length => {
            put!(page, " (exceeds datagram declared length)");
            return Err(Stop::Truncated);
        }
        offset => offset.into(),
    };
    if before > 0 {
        put!(page, "\n\t frame intermediate part, ", before, " bytes");
        let part = rest.limited(before).bytes();
        if part.len() < before {
            put!(page, " (", part.len(), " captured)");
        }
        let shown = first(page, part, LONGEST);
        if page.verbose(1) && shown.len() > 1 {
            put!(page, ", first ", shown.len(), " byte(s):");
            page.hex_ascii("\n\t ", shown);
        }
        rest.advance(before);
    }
    frames(page, rest)
}

fn frames(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while rest.captured() > 0 {
        frame(page, &mut rest)?;
    }
    Ok(())
}

/// Prints a frame: its length in one byte or nine, flags and body.
fn frame(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    put!(page, "\n\t");
    let length = match rest.u8()? {
        LONG => {
            put!(page, " frame flags+body (64-bit) length");
            rest.u64()?
        }
        length => {
            put!(page, " frame flags+body  (8-bit) length");
            length.into()
        }
    };
    put!(page, " ", length);
    if length == 0 {
        return Ok(());
    }
    let flags = rest.peek_u8(0)?;
    let captured = rest.captured();
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > captured {
        put!(page, " (", captured, " captured)");
    }
    put!(page, ", flags 0x", Hex2(flags));
    if page.verbose(1) {
        put!(page, " (");
        put_bits(page.out, FLAGS, flags.into(), "|", "none");
        put!(page, ")");
        let body = rest.limited(length).after(1).bytes();
        let shown = first(page, body, LONGEST);
        if !shown.is_empty() {
            put!(page, ", first ", shown.len(), " byte(s) of body:");
            page.hex_ascii("\n\t ", shown);
        }
    }
    rest.skip(length)
}

/// The bytes that are shown: under `-v` only the first ones.
fn first<'a>(page: &Page<'_>, bytes: &'a [u8], longest: usize) -> &'a [u8] {
    if page.verbose(2) {
        bytes
    } else {
        bytes.get(..longest).unwrap_or(bytes)
    }
}

/// Says that the datagram has only the middle of a frame.
const INTERMEDIATE: u16 = 0xffff;
/// Says that the length has eight more bytes.
const LONG: u8 = 0xff;
const LONGEST: usize = 128;

const FLAGS: &[(u32, &str)] = &[
    (0x80, "MBZ80"),
    (0x40, "MBZ40"),
    (0x20, "MBZ20"),
    (0x10, "MBZ10"),
    (0x08, "MBZ08"),
    (0x04, "MBZ04"),
    (0x02, "MBZ02"),
    (0x01, "MORE"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{options, shown_with, tcp};
    use crate::print::{Decoder, Options};
    use crate::wire::LinkType;

    #[test]
    fn frames_are_told_with_the_beginning_of_their_bodies() {
        let options = |verbosity| Options {
            packet_type: Some(Decoder::Zmtp1),
            ..options(verbosity)
        };
        let payload = b"\x04\x01abc\0\xff\0\0\0\0\0\0\0\x05\0ab";
        let segment = tcp((1, 2), (1, 2), 0x18, &[], payload);
        let text = shown_with(&options(0), LinkType::RAW, &segment);
        assert!(
            text.ends_with(
                ": ZMTP/1.0\n\t frame flags+body  (8-bit) length 4, flags 0x01\
                 \n\t frame flags+body  (8-bit) length 0\n\t frame flags+body (64-bit) length 5 (3 captured), flags 0x00 [|zmtp1]"
            ),
            "{text}"
        );
        let text = shown_with(&options(1), LinkType::RAW, &segment);
        assert!(
            text.contains("0x01 (MORE), first 3 byte(s) of body:\n\t 0x0000:  6162 63"),
            "{text}"
        );
    }
}
