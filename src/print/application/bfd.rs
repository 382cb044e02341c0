//! Bidirectional forwarding detection (RFC 5880, RFC 7880).

use super::Ports;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Escaped, Hex2, HexPad, HexRun, Right, name_of, put, put_bits};

/// Prints a control or echo packet.
pub(super) fn print(page: &mut Page<'_>, ports: Ports, packet: Cursor<'_>) -> Shown {
    page.enter("bfd");
    let Some(kind) = kind(ports) else {
        put!(page, "BFD, Echo, length: ", packet.len());
        if page.verbose(1) {
            page.hex("\n\t", packet.bytes());
        }
        return Ok(());
    };
    packet.need(24)?;
    let (first, flags) = (packet.peek_u8(0)?, packet.peek_u8(1)?);
    let (version, diagnostic) = (first >> 5, first & 0x1f);
    put!(page, "BFDv", version, ", ");
    if version > 1 {
        put!(page, "Control, length: ", packet.len());
        if page.verbose(1) {
            page.hex("\n\t", packet.bytes());
        }
        return Ok(());
    }
    if page.verbose(1) {
        put!(page, "length: ", packet.len(), "\n\t");
    }
    if version == 0 {
        put!(page, "Control, Flags: [");
        put_bits(page.out, FLAGS_0, flags.into(), ", ", "none");
    } else {
        put!(
            page,
            kind,
            ", State ",
            name_of(STATES, flags >> 6).unwrap_or_default(),
            ", Flags: ["
        );
        put_bits(page.out, FLAGS_1, (flags & 0x3f).into(), ", ", "none");
    }
    if !page.verbose(1) {
        put!(page, "], length: ", packet.len());
        return Ok(());
    }
    put!(
        page,
        "], Diagnostic: ",
        DIAGNOSTICS
            .get(usize::from(diagnostic))
            .copied()
            .unwrap_or("unknown")
    );
    put!(page, " (0x", Hex2(diagnostic), ")");
    let mut rest = packet.after(2);
    let (multiplier, length) = (rest.u8()?, rest.u8()?);
    let (mine, yours, transmit) = (rest.u32()?, rest.u32()?, rest.u32()?);
    put!(page, "\n\tDetection Timer Multiplier: ", multiplier, " (");
    put!(
        page,
        transmit.wrapping_mul(multiplier.into()) / 1000,
        " ms Detection time), BFD Length: ",
        length
    );
    put!(page, "\n\tMy Discriminator: 0x", HexPad(mine.into(), 8));
    put!(page, ", Your Discriminator: 0x", HexPad(yours.into(), 8));
    put!(
        page,
        "\n\t  Desired min Tx Interval:    ",
        Right((transmit / 1000).into(), 4),
        " ms"
    );
    put!(
        page,
        "\n\t  Required min Rx Interval:   ",
        Right((rest.u32()? / 1000).into(), 4),
        " ms"
    );
    put!(
        page,
        "\n\t  Required min Echo Interval: ",
        Right((rest.u32()? / 1000).into(), 4),
        " ms"
    );
    if flags & AUTHENTICATED != 0 {
        return authentication(page, rest);
    }
    Ok(())
}

/// What the ports say of a control packet; `None` for an echo packet.
fn kind(ports: Ports) -> Option<&'static str> {
    match ports.destination {
        3785 => None,
        4784 => Some("Multihop"),
        6784 => Some("Lag"),
        _ if ports.any(&[SEAMLESS]) => Some("S-BFD"),
        _ => Some("Control"),
    }
}

fn authentication(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    rest.need(4)?;
    let (kind, length) = (rest.u8()?, rest.u8()?);
    put!(
        page,
        "\n\tAuthentication: ",
        name_of(AUTHENTICATIONS, kind).unwrap_or("Unknown")
    );
    put!(
        page,
        " (",
        kind,
        "), length: ",
        length,
        "\n\t  Auth Key ID: ",
        rest.u8()?
    );
    let digest = match (kind, length) {
        (1, 4..=19) => {
            let password = rest.take(usize::from(length) - 3)?;
            put!(page, ", Password: ", Escaped(password));
            return Ok(());
        }
        (2 | 3, 24) => 16,
        (4 | 5, 28) => 20,
        (1..=5, _) => {
            put!(page, "[invalid length ", length, "]");
            return Ok(());
        }
        _ => return Ok(()),
    };
    rest.skip(1)?;
    put!(page, ", Sequence Number: 0x", HexPad(rest.u32()?.into(), 8));
    let digest = rest.take(digest)?;
    put!(
        page,
        if kind < 4 {
            "\n\t  Digest: "
        } else {
            "\n\t  Hash: "
        },
        HexRun(digest)
    );
    Ok(())
}

/// The port of seamless BFD, at the answering end.
pub(super) const SEAMLESS: u16 = 7784;
/// The ports to which control and echo packets go.
pub(super) const DESTINATIONS: [u16; 4] = [3784, 3785, 4784, 6784];

const AUTHENTICATED: u8 = 4;
const STATES: &[(u8, &str)] = &[(0, "AdminDown"), (1, "Down"), (2, "Init"), (3, "Up")];

const DIAGNOSTICS: [&str; 9] = [
    "No Diagnostic",
    "Control Detection Time Expired",
    "Echo Function Failed",
    "Neighbor Signaled Session Down",
    "Forwarding Plane Reset",
    "Path Down",
    "Concatenated Path Down",
    "Administratively Down",
    "Reverse Concatenated Path Down",
];

const AUTHENTICATIONS: &[(u8, &str)] = &[
    (1, "Simple Password"),
    (2, "Keyed MD5"),
    (3, "Meticulous Keyed MD5"),
    (4, "Keyed SHA1"),
    (5, "Meticulous Keyed SHA1"),
];

const FLAGS_0: &[(u32, &str)] = &[
    (0x80, "I Hear You"),
    (0x40, "Demand"),
    (0x20, "Poll"),
    (0x10, "Final"),
    (0x08, "Control Plane Independent"),
    (0x04, "Authentication Present"),
    (0x02, "Reserved"),
    (0x01, "Reserved"),
];

const FLAGS_1: &[(u32, &str)] = &[
    (0x20, "Poll"),
    (0x10, "Final"),
    (0x08, "Control Plane Independent"),
    (0x04, "Authentication Present"),
    (0x02, "Demand"),
    (0x01, "Multipoint"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, udp, verbose};
    use crate::wire::LinkType;

    #[test]
    fn the_state_is_told_and_the_timers_under_v() {
        let mut packet = vec![0x20, 0xc0, 3, 24, 0, 0, 0, 1, 0, 0, 0, 2];
        for interval in [300_000_u32, 300_000, 0] {
            packet.extend(interval.to_be_bytes());
        }
        let packet = udp(49152, 3784, &packet);
        assert!(
            shown(LinkType::RAW, &packet).ends_with(": BFDv1, Control, State Up, Flags: [none], length: 24")
        );
        assert!(
            verbose(1, LinkType::RAW, &packet)
                .contains("Detection Timer Multiplier: 3 (900 ms Detection time)")
        );
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }
}
