//! The tunnel of a multicast VPN (RFC 6514 section 5).

use super::{Told, room, unknown};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{HexPad, name_of, put, put_bits};

/// Prints the attribute.
pub(super) fn print(page: &mut Page<'_>, value: Cursor<'_>) -> Told {
    room(value, 5)?;
    let mut rest = value;
    let (flags, kind, label) = (rest.u8()?, rest.u8()?, rest.u24()?);
    let name = name_of(TUNNELS, kind).unwrap_or("Unknown");
    put!(page, "\n\t    Tunnel-type ", name, " (", kind, "), Flags [");
    put_bits(
        page.out,
        &[(1, "Leaf Information required")],
        flags.into(),
        ", ",
        "none",
    );
    put!(page, "], MPLS Label ", label >> 4);
    let (first, second) = match kind {
        1 => ("Extended-Tunnel-ID ", Some(", P2MP-ID 0x")),
        2 | 7 => ("Root-Node ", Some(", LSP-ID 0x")),
        3 => ("Root-Node ", Some(", P-Group ")),
        4 | 5 => ("Sender ", Some(", P-Group ")),
        6 => ("Tunnel-Endpoint ", None),
        _ => {
            if !page.verbose(2) {
                unknown(page, "\n\t      ", rest);
            }
            return Ok(());
        }
    };
    rest.need(if second.is_some() { 8 } else { 4 })?;
    put!(page, "\n\t      ", first);
    page.host(rest.ipv4()?);
    match second {
        Some(what) if matches!(kind, 3..=5) => {
            put!(page, what);
            page.host(rest.ipv4()?);
        }
        Some(what) => put!(page, what, HexPad(rest.u32()?.into(), 8)),
        None => {}
    }
    Ok(())
}

const TUNNELS: &[(u8, &str)] = &[
    (1, "RSVP-TE P2MP LSP"),
    (2, "LDP P2MP LSP"),
    (3, "PIM-SSM Tree"),
    (4, "PIM-SM Tree"),
    (5, "PIM-Bidir Tree"),
    (6, "Ingress Replication"),
    (7, "LDP MP2MP LSP"),
];

#[cfg(test)]
mod tests {
    use super::super::sample::attribute;

    #[test]
    fn a_tunnel_has_its_ends() {
        let tunnel = |kind| attribute(1, 22, &[1, kind, 0, 1, 0, 10, 0, 0, 1, 232, 0, 0, 1]);
        assert_eq!(
            tunnel(3),
            "\n\t    Tunnel-type PIM-SSM Tree (3), Flags [Leaf Information required], MPLS Label 16\
             \n\t      Root-Node 10.0.0.1, P-Group 232.0.0.1"
        );
        assert!(tunnel(1).ends_with("\n\t      Extended-Tunnel-ID 10.0.0.1, P2MP-ID 0xe8000001"));
        assert!(tunnel(9).ends_with("MPLS Label 16\n\t      0x0000:  0a00 0001 e800 0001"));
    }
}
