//! Auto-RP, by which Cisco's routers find the rendezvous points of PIM.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex2, Span, put};

/// Prints an announcement or a mapping.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("cisco_autorp");
    let mut rest = message;
    enough(rest, 8)?;
    put!(page, " auto-rp ");
    match rest.u8()? {
        0x11 => put!(page, "candidate-advert"),
        0x12 => put!(page, "mapping"),
        other => put!(page, "type-0x", Hex2(other)),
    }
    let points = rest.u8()?;
    put!(page, " Hold ");
    match rest.u16()? {
        0 => put!(page, "FOREVER"),
        hold => put!(page, Span(hold.into())),
    }
    rest.advance(4);
    for _ in 0..points {
        point(page, &mut rest)?;
    }
    Ok(())
}

/// A rendezvous point, and the groups it is for.
fn point(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    enough(*rest, 4)?;
    let address = rest.ipv4()?;
    put!(page, " RP ");
    page.host(address);
    enough(*rest, 1)?;
    let versions = rest.u8()?;
    put!(
        page,
        VERSIONS
            .get(usize::from(versions & 3))
            .copied()
            .unwrap_or_default()
    );
    if versions & !3 != 0 {
        put!(page, " [rsvd=0x", Hex2(versions & !3), "]");
    }
    enough(*rest, 1)?;
    let groups = rest.u8()?;
    for index in 0..groups {
        enough(*rest, 6)?;
        rest.need(6)?;
        let (flags, mask, group) = (rest.u8()?, rest.u8()?, rest.ipv4()?);
        put!(
            page,
            if index == 0 { " " } else { "," },
            if flags & 1 != 0 { "!" } else { "" }
        );
        page.host(group);
        put!(page, "/", mask);
        if flags & 2 != 0 {
            put!(page, " bidir");
        }
        if flags & !3 != 0 {
            put!(page, "[rsvd=0x", Hex2(flags & !3), "]");
        }
    }
    Ok(())
}

/// A message that ends too soon is told as one that was cut.
fn enough(rest: Cursor<'_>, count: usize) -> Shown {
    rest.claims(count).map_err(|_| Stop::Truncated)
}

/// The versions of PIM that a point supports.
const VERSIONS: [&str; 4] = [" PIMv?", " PIMv1", " PIMv2", " PIMv1+2"];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp};
    use crate::wire::LinkType;

    #[test]
    fn a_point_and_its_groups() {
        let message = [
            0x12, 1, 0, 180, 0, 0, 0, 0, 192, 0, 2, 9, 3, 2, 0, 4, 224, 0, 0, 0, 1, 8, 239, 0, 0, 0,
        ];
        let packet = udp(496, 496, &message);
        assert!(
            shown(LinkType::RAW, &packet)
                .ends_with(".496:  auto-rp mapping Hold 3m RP 192.0.2.9 PIMv1+2 224.0.0.0/4,!239.0.0.0/8")
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }

    #[test]
    fn a_group_may_be_bidirectional() {
        let message = [
            0x11, 1, 0, 0, 0, 0, 0, 0, 192, 0, 2, 9, 2, 3, 2, 4, 224, 0, 0, 0, 3, 8, 239, 0, 0, 0, 4, 8, 232,
            0, 0, 0,
        ];
        let text = shown(LinkType::RAW, &udp(496, 496, &message));
        assert!(
            text.ends_with(
                " Hold FOREVER RP 192.0.2.9 PIMv2 224.0.0.0/4 bidir,!239.0.0.0/8 bidir,232.0.0.0/8[rsvd=0x04]"
            ),
            "{text}"
        );
    }
}
