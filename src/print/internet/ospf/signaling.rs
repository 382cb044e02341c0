//! Link-local signaling behind a packet of version 2 (RFC 5613).

use super::{DESCRIPTION, HELLO, MD5, SIGNALS};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex4, HexPad, name_of, put, put_bits};

/// Prints the block behind the packet, if the packet says that there is one.
pub(super) fn print(page: &mut Page<'_>, kind: u8, packet: Cursor<'_>) -> Shown {
    let options = match kind {
        HELLO => packet.peek_u8(30)?,
        DESCRIPTION => packet.peek_u8(26)?,
        _ => return Ok(()),
    };
    if options & SIGNALS == 0 {
        return Ok(());
    }
    let mut offset = usize::from(packet.peek_u16(2)?);
    if packet.peek_u16(14)? == MD5 {
        offset += usize::from(packet.peek_u8(19)?);
    }
    let mut rest = packet.after(offset);
    if rest.is_empty() {
        put!(page, "\n\t[LLS truncated]");
        return Ok(());
    }
    put!(page, "\n\t  LLS: checksum: 0x", Hex4(rest.u16()?));
    put!(page, ", length: ", rest.u16()?);
    while !rest.is_empty() {
        let kind = rest.u16()?;
        let name = name_of(
            &[
                (EXTENDED_OPTIONS, "Extended Options"),
                (DIGEST, "MD5 Authentication"),
            ],
            kind,
        );
        put!(page, "\n\t    ", name.unwrap_or("Unknown TLV"), " (", kind, ")");
        let mut length = usize::from(rest.u16()?);
        put!(page, ", length: ", length);
        match kind {
            EXTENDED_OPTIONS => {
                if length != 4 {
                    put!(page, " [should be 4]");
                    length = 4;
                }
                let options = rest.peek_u32(0)?;
                put!(page, "\n\t      Options: 0x", HexPad(options.into(), 8), " [");
                put_bits(
                    page.out,
                    &[(1, "LSDB resync"), (2, "Restart")],
                    options,
                    ", ",
                    "?",
                );
                put!(page, "]");
            }
            DIGEST => {
                if length != 20 {
                    put!(page, " [should be 20]");
                    length = 20;
                }
                put!(
                    page,
                    "\n\t      Sequence number: 0x",
                    HexPad(rest.peek_u32(0)?.into(), 8)
                );
            }
            _ => {}
        }
        rest.advance(length);
    }
    Ok(())
}

const EXTENDED_OPTIONS: u16 = 1;
const DIGEST: u16 = 2;

#[cfg(test)]
mod tests {
    use super::super::sample::packet;
    use crate::print::sample::{ipv4, verbose};
    use crate::wire::LinkType;

    #[test]
    fn extended_options_are_told() {
        let mut hello = packet(
            1,
            &[255, 0, 0, 0, 0, 10, 0x10, 1, 0, 0, 0, 40, 0, 0, 0, 0, 0, 0, 0, 0],
        );
        hello.extend([0xff, 0xf6, 0, 3, 0, 1, 0, 4, 0, 0, 0, 1]);
        assert!(verbose(1, LinkType::RAW, &ipv4(89, &hello)).ends_with(
            "\n\t  LLS: checksum: 0xfff6, length: 3\
             \n\t    Extended Options (1), length: 4\n\t      Options: 0x00000001 [LSDB resync]"
        ));
    }
}
