//! What a label is for: a forwarding equivalence class, a prefix or a pseudowire (RFC 5036, RFC 4906).

use super::least;
use crate::print::application::bgp::Prefix;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::{family, l2vpn};
use crate::print::text::{Escaped, Hex2, name_of, put, put_bits};

/// Prints the first element of a class.
pub(super) fn print(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let kind = rest.u8()?;
    let name = name_of(KINDS, kind).unwrap_or("Unknown");
    put!(page, "\n\t      ", name, " FEC (0x", Hex2(kind), ")");
    match kind {
        PREFIX => {
            least(page, rest, 2)?;
            match rest.u16()? {
                family::IPV4 => prefix::<4>(page, ": IPv4 prefix ", rest)?,
                family::IPV6 => prefix::<16>(page, ": IPv6 prefix ", rest)?,
                other => put!(page, ": Address family ", other, " prefix"),
            }
        }
        PSEUDOWIRE => pseudowire(page, rest)?,
        _ => {}
    }
    Ok(())
}

fn prefix<const N: usize>(page: &mut Page<'_>, before: &str, mut rest: Cursor<'_>) -> Shown {
    if rest.is_empty() {
        return Err(Stop::Truncated);
    }
    let bits = rest.u8()?;
    if bits > Prefix::<N>::LONGEST {
        put!(page, before, "(invalid length)");
        return Ok(());
    }
    if rest.len() < Prefix::<N>::bytes(bits) {
        return Err(Stop::Truncated);
    }
    let prefix = Prefix::<N>::read(&mut rest, bits)?;
    put!(page, before);
    prefix.put(page);
    Ok(())
}

fn pseudowire(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    let mut rest = value;
    least(page, rest, 7)?;
    let (first, length, group) = (rest.u16()?, usize::from(rest.u8()?), rest.u32()?);
    if length > 0 {
        least(page, value, 11)?;
    }
    let id = if length > 0 { Some(rest.u32()?) } else { None };
    let name = name_of(l2vpn::PSEUDOWIRES, first & 0x7fff).unwrap_or("Unknown");
    put!(
        page,
        ": ",
        name,
        ", ",
        if first & 0x8000 != 0 { "" } else { "no " }
    );
    put!(page, "control word, group-ID ", group);
    if let Some(id) = id {
        put!(page, ", VC-ID ", id);
    }
    put!(page, ", VC-info-length: ", length);
    if length == 0 {
        return Ok(());
    }
    // The identifier counts as information.
    let Some(length) = length.checked_sub(4) else {
        put!(page, " (invalid, < 4");
        return Ok(());
    };
    least(page, rest, length)?;
    let mut rest = rest.claiming(length);
    while rest.len() > 2 {
        let (kind, length) = (rest.peek_u8(0)?, usize::from(rest.peek_u8(1)?));
        if length < 2 || length > rest.len() {
            break;
        }
        interface(page, kind, rest.claiming(length).after(2), length)?;
        rest.advance(length);
    }
    Ok(())
}

/// Prints a parameter of the interface that a pseudowire ends at.
fn interface(page: &mut Page<'_>, kind: u8, mut value: Cursor<'_>, length: usize) -> Shown {
    let name = name_of(&[(1, "MTU"), (3, "Description"), (VERIFICATION, "VCCV")], kind);
    let name = name.unwrap_or("Unknown");
    put!(
        page,
        "\n\t\tInterface Parameter: ",
        name,
        " (0x",
        Hex2(kind),
        "), len ",
        length
    );
    match kind {
        1 => put!(page, ": ", value.u16()?),
        3 => {
            let text = value.limited(value.len());
            put!(page, ": ", Escaped(text.bytes()));
            text.need(text.len())?;
        }
        VERIFICATION => {
            let channels = value.u8()?;
            put!(page, "\n\t\t  Control Channels (0x", Hex2(channels), ") = [");
            put_bits(page.out, CHANNELS, channels.into(), ", ", "none");
            put!(page, "]");
            let types = value.u8()?;
            put!(page, "\n\t\t  CV Types (0x", Hex2(types), ") = [");
            put_bits(page.out, VERIFICATIONS, types.into(), ", ", "none");
            put!(page, "]");
        }
        _ => page.hex("\n\t\t  ", value.limited(value.len()).bytes()),
    }
    Ok(())
}

const PREFIX: u8 = 0x02;
const PSEUDOWIRE: u8 = 0x80;
const VERIFICATION: u8 = 0x0c;

const KINDS: &[(u8, &str)] = &[
    (0x01, "Wildcard"),
    (PREFIX, "Prefix"),
    (0x03, "Host address"),
    (PSEUDOWIRE, "Martini VC"),
];

const CHANNELS: &[(u32, &str)] = &[
    (1, "PWE3 control word"),
    (2, "MPLS Router Alert Label"),
    (4, "MPLS inner label TTL = 1"),
];

const VERIFICATIONS: &[(u32, &str)] = &[(1, "ICMP Ping"), (2, "LSP Ping"), (4, "BFD")];

#[cfg(test)]
mod tests {
    use super::super::sample::tlv;

    #[test]
    fn labels_are_for_prefixes_and_pseudowires() {
        assert_eq!(
            tlv(0x0100, &[2, 0, 1, 24, 192, 0, 2]),
            "\n\t      Prefix FEC (0x02): IPv4 prefix 192.0.2.0/24"
        );
        assert_eq!(
            tlv(0x0100, &[2, 0, 1, 33]),
            "\n\t      Prefix FEC (0x02): IPv4 prefix (invalid length)"
        );
        assert_eq!(
            tlv(0x0100, &[0x80, 0x80, 5, 8, 0, 0, 0, 1, 0, 0, 0, 2, 1, 4, 5, 0xdc]),
            "\n\t      Martini VC FEC (0x80): Ethernet, control word, group-ID 1, VC-ID 2, VC-info-length: 8\
             \n\t\tInterface Parameter: MTU (0x01), len 4: 1500"
        );
    }
}
