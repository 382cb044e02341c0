//! Router renumbering (RFC 2894).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, put};

/// Prints what follows the name of the message.
pub(super) fn print(page: &mut Page<'_>, code: u8, message: Cursor<'_>) -> Shown {
    message.need(HEADER)?;
    match code {
        COMMAND => put!(page, ", command"),
        1 => put!(page, ", result"),
        255 => put!(page, ", sequence number reset"),
        _ => put!(page, ", code-#", code),
    }
    let mut rest = message.after(4);
    put!(page, ", seq=", rest.u32()?);
    let (segment, flags, delay, reserved) = (rest.u8()?, rest.u8()?, rest.u16()?, rest.u32()?);
    if page.verbose(1) {
        put!(page, "[");
        for (bit, letter) in [(0x80, "T"), (0x40, "R"), (0x20, "A"), (0x10, "S"), (0x08, "P")] {
            put!(page, if flags & bit != 0 { letter } else { "" });
        }
        put!(
            page,
            if flags != 0 { "," } else { "" },
            "seg=",
            segment,
            ",maxdelay=",
            delay
        );
        if reserved != 0 {
            put!(page, "rsvd=0x", Hex(reserved.into()));
        }
        put!(page, "]");
    }
    if code == COMMAND {
        return operation(page, rest);
    }
    Ok(())
}

/// The prefixes that an operation is for, and what becomes of them.
fn operation(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    rest.need(MATCH)?;
    let (kind, length, ordinal, prefix_length) = (rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?);
    let (shortest, longest) = (rest.u8()?, rest.u8()?);
    rest.skip(2)?;
    put_line(page);
    put!(page, "match(");
    match kind {
        1 => put!(page, "add"),
        2 => put!(page, "change"),
        3 => put!(page, "setglobal"),
        _ => put!(page, "#", kind),
    }
    if page.verbose(1) {
        put!(page, ",ord=", ordinal, ",min=", shortest, ",max=", longest);
    }
    put!(page, ",", rest.ipv6()?, "/", prefix_length, ")");
    // In units of eight bytes: three are the match, and each use has four.
    let Some(uses) = length.checked_sub(3).filter(|units| units % 4 == 0) else {
        return Err(Stop::Truncated);
    };
    for _ in 0..uses / 4 {
        new_prefix(page, &mut rest)?;
    }
    Ok(())
}

fn new_prefix(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    rest.need(USE)?;
    let (used, kept, mask, advertised) = (rest.u8()?, rest.u8()?, rest.u8()?, rest.u8()?);
    let (valid, preferred, flags) = (rest.u32()?, rest.u32()?, rest.u8()?);
    rest.skip(3)?;
    put_line(page);
    put!(page, "use(");
    if flags != 0 {
        put!(page, if flags & 0x80 != 0 { "V" } else { "" });
        put!(page, if flags & 0x40 != 0 { "P" } else { "" }, ",");
    }
    if page.verbose(1) {
        put!(
            page,
            "mask=0x",
            Hex(mask.into()),
            ",raflags=0x",
            Hex(advertised.into()),
            ","
        );
        for (name, seconds) in [("vltime=", valid), ("pltime=", preferred)] {
            match seconds {
                u32::MAX => put!(page, name, "infty,"),
                _ => put!(page, name, seconds, ","),
            }
        }
    }
    put!(page, rest.ipv6()?, "/", used, "/", kept, ")");
    Ok(())
}

fn put_line(page: &mut Page<'_>) {
    put!(page, if page.verbose(2) { "\n\t" } else { " " });
}

const COMMAND: u8 = 0;
const HEADER: usize = 16;
const MATCH: usize = 24;
const USE: usize = 32;

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv6, shown, verbose};
    use crate::wire::LinkType;

    fn command(uses: u8) -> Vec<u8> {
        let mut message = vec![138, 0, 0, 0, 0, 0, 0, 7, 1, 0x90, 0, 5, 0, 0, 0, 0];
        message.extend([1, 3 + 4 * uses, 2, 32, 16, 48, 0, 0, 0x20, 1]);
        message.extend([0; 14]);
        for _ in 0..uses {
            message.extend([
                48, 16, 0xc0, 0x40, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 60, 0x80, 0, 0, 0,
            ]);
            message.extend([0x20, 2]);
            message.extend([0; 14]);
        }
        ipv6(58, &message)
    }

    #[test]
    fn a_command_tells_the_prefixes_and_their_uses() {
        assert!(shown(LinkType::RAW, &command(1)).ends_with(
            ": ICMP6, router renumbering, command, seq=7 match(add,2001::/32) use(V,2002::/48/16), length 72"
        ));
        assert!(verbose(2, LinkType::RAW, &command(1)).ends_with(
            ", command, seq=7[TS,seg=1,maxdelay=5]\n\tmatch(add,ord=2,min=16,max=48,2001::/32)\
             \n\tuse(V,mask=0xc0,raflags=0x40,vltime=infty,pltime=60,2002::/48/16)"
        ));
        assert_every_cut_is_told(LinkType::RAW, &command(2));
    }
}
