//! Spanning tree: STP, RSTP, MSTP and SPB (IEEE 802.1D, 802.1Q).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::ink::Kind;
use crate::print::page::Page;
use crate::print::text::{Fixed, Hex2, Hex4, HexRun, Mac, Put, name_of, put, put_bits};

/// Prints a bridge protocol data unit.
pub(super) fn print(page: &mut Page<'_>, unit: Cursor<'_>) -> Shown {
    page.enter("stp");
    unit.claims(4)?;
    if unit.peek_u16(0)? != 0 {
        put!(page, "unknown STP version, length ", unit.len());
        return Ok(());
    }
    let version = unit.peek_u8(2)?;
    put!(page, "STP ");
    let Some(name) = name_of(VERSIONS, version) else {
        put!(page, "Unknown STP protocol (0x", Hex2(version), ")");
        return Ok(());
    };
    put!(page, name);
    let kind = unit.peek_u8(3)?;
    put!(page, ", ");
    match kind {
        CONFIG => {
            put!(page, "Config");
            unit.claims(CONFIG_LEN)?;
            config(page, version, unit)
        }
        RAPID => {
            put!(page, "Rapid STP");
            rapid(page, version, unit)
        }
        TOPOLOGY_CHANGE => {
            put!(page, "Topology Change");
            Ok(())
        }
        _ => {
            put!(page, "Unknown BPDU Type (0x", Hex2(kind), ")");
            Ok(())
        }
    }
}

fn rapid(page: &mut Page<'_>, version: u8, unit: Cursor<'_>) -> Shown {
    match version {
        2 => {
            unit.claims(CONFIG_LEN + 1)?;
            config(page, version, unit)
        }
        3 | 4 => {
            unit.claims(MULTIPLE_LEN)?;
            if unit.peek_u8(35)? != 0 {
                return Err(Stop::Invalid);
            }
            let length = usize::from(unit.peek_u16(36)?) + 2;
            unit.claims(CONFIG_LEN + 1 + length)?;
            multiple(page, unit)?;
            if version == 4 {
                let bridging = usize::from(unit.peek_u16(36 + length)?) + 2;
                unit.claims(
                    (CONFIG_LEN + 1 + length + bridging).max(CONFIG_LEN + 1 + length + BRIDGING_LEN),
                )?;
                if bridging < BRIDGING_LEN {
                    return Err(Stop::Invalid);
                }
                shortest_path(page, unit.after(CONFIG_LEN + 1 + length))?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn config(page: &mut Page<'_>, version: u8, unit: Cursor<'_>) -> Shown {
    let flags = unit.peek_u8(4)?;
    put!(page, ", Flags [");
    put_bits(page.out, FLAGS, flags.into(), ", ", "none");
    put!(page, "]");
    put!(
        page,
        ", bridge-id ",
        BridgeId(unit.after(17).array()?),
        ".",
        Hex4(unit.peek_u16(25)?)
    );
    put!(page, ", length ", unit.len());
    if !page.verbose(1) {
        return Ok(());
    }
    timers(page, unit)?;
    put!(
        page,
        "\n\troot-id ",
        BridgeId(unit.after(5).array()?),
        ", root-pathcost ",
        unit.peek_u32(13)?
    );
    if version == 2 {
        put!(page, ", port-role ", role(flags));
    }
    Ok(())
}

fn timers(page: &mut Page<'_>, unit: Cursor<'_>) -> Shown {
    put!(
        page,
        "\n\tmessage-age ",
        Seconds(unit.peek_u16(27)?),
        ", max-age ",
        Seconds(unit.peek_u16(29)?)
    );
    put!(page, ", hello-time ", Seconds(unit.peek_u16(31)?));
    put!(page, ", forwarding-delay ", Seconds(unit.peek_u16(33)?));
    Ok(())
}

fn multiple(page: &mut Page<'_>, unit: Cursor<'_>) -> Shown {
    let flags = unit.peek_u8(4)?;
    put!(page, ", CIST Flags [");
    put_bits(page.out, FLAGS, flags.into(), ", ", "none");
    put!(page, "], length ", unit.len());
    if !page.verbose(1) {
        return Ok(());
    }
    put!(
        page,
        "\n\tport-role ",
        role(flags),
        ", CIST root-id ",
        BridgeId(unit.after(5).array()?)
    );
    put!(page, ", CIST ext-pathcost ", unit.peek_u32(13)?);
    put!(
        page,
        "\n\tCIST regional-root-id ",
        BridgeId(unit.after(17).array()?)
    );
    put!(page, ", CIST port-id ", Hex4(unit.peek_u16(25)?), ",");
    timers(page, unit)?;
    let length = usize::from(unit.peek_u16(36)?);
    put!(page, "\n\tv3len ", length, ", MCID Name ");
    name(page, unit.after(39))?;
    let digest = unit.after(73).array::<16>()?;
    put!(
        page,
        ", rev ",
        unit.peek_u16(71)?,
        ",\n\t\tdigest ",
        HexRun(&digest),
        ", "
    );
    put!(page, "CIST int-root-pathcost ", unit.peek_u32(89)?, ",");
    put!(
        page,
        "\n\tCIST bridge-id ",
        BridgeId(unit.after(93).array()?),
        ", "
    );
    put!(page, "CIST remaining-hops ", unit.peek_u8(101)?);
    let instances = length.saturating_sub(64) / 16;
    let mut rest = unit.after(102);
    for _ in 0..instances {
        let mut instance = rest.sub(16);
        let flags = instance.u8()?;
        put!(page, "\n\tMSTI ", instance.peek_u16(0)? & 0x0fff, ", Flags [");
        put_bits(page.out, FLAGS, flags.into(), ", ", "none");
        put!(page, "], port-role ", role(flags));
        put!(
            page,
            "\n\t\tMSTI regional-root-id ",
            BridgeId(instance.array()?),
            ", pathcost ",
            instance.u32()?
        );
        let (bridge, port, hops) = (instance.u8()?, instance.u8()?, instance.u8()?);
        put!(
            page,
            "\n\t\tMSTI bridge-prio ",
            bridge >> 4,
            ", port-prio ",
            port >> 4
        );
        put!(page, ", hops ", hops);
    }
    Ok(())
}

/// The part of shortest path bridging (802.1aq).
fn shortest_path(page: &mut Page<'_>, part: Cursor<'_>) -> Shown {
    if !page.verbose(1) {
        return Ok(());
    }
    put!(page, "\n\tv4len ", part.peek_u16(0)?, ", AUXMCID Name ");
    name(page, part.after(3))?;
    put!(
        page,
        ", Rev ",
        part.peek_u16(35)?,
        ",\n\t\tdigest ",
        HexRun(&part.after(37).array::<16>()?)
    );
    let agreement = part.peek_u8(53)?;
    // Told all at once.
    let digest = part.after(67).array::<20>()?;
    put!(
        page,
        "\n\tAgreement num ",
        agreement >> 6,
        ", Discarded Agreement num ",
        agreement >> 4 & 3
    );
    put!(page, ", Agreement valid-flag ", agreement >> 3 & 1);
    let (format, convention) = (part.peek_u8(55)?, part.peek_u8(56)?);
    put!(
        page,
        ",\n\tRestricted role-flag: ",
        agreement >> 2 & 1,
        ", Format id ",
        format >> 4,
        " cap ",
        format
    );
    put!(page, ", Convention id ", convention >> 4, " cap ", convention);
    put!(page, ",\n\tEdge count ", part.peek_u16(57)?);
    put!(page, ", Agreement digest ", HexRun(&digest));
    Ok(())
}

/// A name of 32 bytes, filled up with zeros.
fn name(page: &mut Page<'_>, mut field: Cursor<'_>) -> Shown {
    page.padded_text(&mut field, 32)
}

fn role(flags: u8) -> &'static str {
    match flags >> 2 & 3 {
        0 => "Unknown",
        1 => "Alternate",
        2 => "Root",
        _ => "Designated",
    }
}

/// A priority and the address of a bridge.
struct BridgeId([u8; 8]);

impl Put for BridgeId {
    fn put(self, out: &mut Vec<u8>) {
        let [high, low, address @ ..] = self.0;
        HexRun(&[high, low]).put(out);
        ".".put(out);
        Mac(&address).put(out);
    }
}

/// A time in units of 1/256 second, with two digits of the fraction.
struct Seconds(u16);

impl Put for Seconds {
    const KIND: Kind = Kind::Span;

    fn put(self, out: &mut Vec<u8>) {
        Fixed(f64::from(self.0) / 256.0, 2).put(out);
        "s".put(out);
    }
}

const CONFIG: u8 = 0;
const RAPID: u8 = 2;
const TOPOLOGY_CHANGE: u8 = 0x80;
const CONFIG_LEN: usize = 35;
const MULTIPLE_LEN: usize = 102;
const BRIDGING_LEN: usize = 87;

const VERSIONS: &[(u8, &str)] = &[(0, "802.1d"), (2, "802.1w"), (3, "802.1s"), (4, "802.1aq")];

const FLAGS: &[(u32, &str)] = &[
    (0x01, "Topology change"),
    (0x02, "Proposal"),
    (0x10, "Learn"),
    (0x20, "Forward"),
    (0x40, "Agreement"),
    (0x80, "Topology change ACK"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{ether, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn a_configuration_is_told() {
        let mut packet = vec![0x42, 0x42, 3, 0, 0, 0, 0, 1];
        packet.extend_from_slice(&[0x80, 0, 2, 0, 0, 0, 0, 1, 0, 0, 0, 4]);
        packet.extend_from_slice(&[
            0x80, 1, 2, 0, 0, 0, 0, 2, 0x80, 3, 1, 0x80, 0x14, 0, 2, 0, 0x0f, 0,
        ]);
        let frame = ether(38, &packet);
        assert_eq!(
            shown(LinkType::ETHERNET, &frame),
            "STP 802.1d, Config, Flags [Topology change], bridge-id 8001.02:00:00:00:00:02.8003, length 35"
        );
        let times = "\n\tmessage-age 1.50s, max-age 20.00s, hello-time 2.00s, forwarding-delay 15.00s\n";
        assert!(verbose(1, LinkType::ETHERNET, &frame).contains(times));
        assert_eq!(
            shown(LinkType::ETHERNET, &ether(9, &packet[..9])),
            "STP 802.1d, Config (invalid)"
        );
    }
}
