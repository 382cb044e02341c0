//! The slow protocols of IEEE 802.3: link aggregation control, its markers, and operations (OAM).

mod oam;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, HexPad, Mac, name_of, put, put_bits};

/// Prints a message; its values only under `-v`.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("slow");
    let too_short = |page: &mut Page<'_>| {
        put!(
            page,
            if page.verbose(1) {
                "\n\t\t packet is too short"
            } else {
                " (packet is too short)"
            }
        );
        Ok(())
    };
    if message.is_empty() {
        return too_short(page);
    }
    let subtype = message.peek_u8(0)?;
    let name = name_of(&[(LACP, "LACP"), (MARKER, "MARKER"), (OAM, "OAM")], subtype);
    match (subtype, name) {
        (LACP | MARKER, Some(name)) => {
            if message.len() < 2 {
                return too_short(page);
            }
            let version = message.peek_u8(1)?;
            if version != 1 {
                put!(page, name, " version ", version, " packet not supported");
                return Ok(());
            }
            put!(page, name, "v", version, ", length ", message.len());
        }
        (_, Some(name)) => put!(page, name, ", length ", message.len()),
        (_, None) => {
            put!(page, "unknown (", subtype, "), length ", message.len());
            page.hex("\n\t", message.limited(message.len()).bytes());
            return Ok(());
        }
    }
    if !page.verbose(1) {
        return Ok(());
    }
    let told = if subtype == OAM {
        oam::print(page, message.after(1))?
    } else {
        values(page, subtype, message.after(2))?
    };
    if !told {
        put!(page, "\n\t\t packet is too short");
    }
    Ok(())
}

/// The values of link aggregation and of its markers. Returns false if the packet is too short.
fn values(page: &mut Page<'_>, subtype: u8, mut rest: Cursor<'_>) -> Shown<bool> {
    while !rest.is_empty() {
        if rest.len() < HEADER {
            return Ok(false);
        }
        let (kind, length) = (rest.peek_u8(0)?, usize::from(rest.peek_u8(1)?));
        let name = match (subtype, kind) {
            (_, TERMINATOR) => "Terminator",
            (LACP, ACTOR) => "Actor Information",
            (LACP, PARTNER) => "Partner Information",
            (LACP, COLLECTOR) => "Collector Information",
            (MARKER, MARKED) => "Marker Information",
            _ => "Unknown",
        };
        put!(page, "\n\t", name, " TLV (0x", Hex2(kind), "), length ", length);
        if kind == TERMINATOR {
            return Ok(true);
        }
        if length < HEADER {
            put!(page, "\n\t    ERROR: illegal length - should be >= ", HEADER);
            return Ok(true);
        }
        if rest.len() < length {
            return Ok(false);
        }
        rest.need(length)?;
        let value = rest.sub(length).after(HEADER);
        match (subtype, kind) {
            (LACP, ACTOR | PARTNER) => fixed(page, value, 18, system)?,
            (LACP, COLLECTOR) => fixed(page, value, 14, |page, mut value| {
                put!(page, "\n\t  Max Delay ", value.u16()?);
                Ok(())
            })?,
            (MARKER, MARKED) => fixed(page, value, 14, marker)?,
            _ if page.verbose(2) => {}
            _ => page.hex("\n\t  ", value.bytes()),
        }
        if page.verbose(2) {
            page.hex("\n\t  ", value.bytes());
        }
    }
    Ok(true)
}

/// Prints a value that has one length only.
fn fixed(
    page: &mut Page<'_>,
    value: Cursor<'_>,
    length: usize,
    print: fn(&mut Page<'_>, Cursor<'_>) -> Shown,
) -> Shown {
    if value.len() == length {
        return print(page, value);
    }
    put!(
        page,
        "\n\t    ERROR: illegal length - should be ",
        HEADER + length
    );
    Ok(())
}

fn system(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let (priority, address, key) = (value.u16()?, value.array::<6>()?, value.u16()?);
    let (port_priority, port, state) = (value.u16()?, value.u16()?, value.u8()?);
    put!(
        page,
        "\n\t  System ",
        Mac(&address),
        ", System Priority ",
        priority,
        ", Key ",
        key
    );
    put!(
        page,
        ", Port ",
        port,
        ", Port Priority ",
        port_priority,
        "\n\t  State Flags ["
    );
    put_bits(page.out, STATES, state.into(), ", ", "none");
    put!(page, "]");
    Ok(())
}

fn marker(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    let (port, address, transaction) = (value.u16()?, value.array::<6>()?, value.u32()?);
    put!(
        page,
        "\n\t  Request System ",
        Mac(&address),
        ", Request Port ",
        port
    );
    put!(page, ", Request Transaction ID 0x", HexPad(transaction.into(), 8));
    Ok(())
}

const LACP: u8 = 1;
const MARKER: u8 = 2;
const OAM: u8 = 3;

/// The length of a value's header, which the value's length counts.
const HEADER: usize = 2;

const TERMINATOR: u8 = 0;
const ACTOR: u8 = 1;
const PARTNER: u8 = 2;
const COLLECTOR: u8 = 3;
const MARKED: u8 = 1;

const STATES: &[(u32, &str)] = &[
    (0x01, "Activity"),
    (0x02, "Timeout"),
    (0x04, "Aggregation"),
    (0x08, "Synchronization"),
    (0x10, "Collecting"),
    (0x20, "Distributing"),
    (0x40, "Default"),
    (0x80, "Expired"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    const LINK: LinkType = LinkType::ETHERNET;

    #[test]
    fn link_aggregation_tells_its_systems() {
        let mut message = vec![
            1, 1, 1, 20, 0x80, 0, 2, 0, 0, 0, 0, 1, 0, 13, 0, 255, 0, 22, 0x3d, 0, 0, 0,
        ];
        message.extend_from_slice(&[3, 16, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let frame = ether(0x8809, &message);
        assert_eq!(shown(LINK, &frame), "LACPv1, length 40");
        assert_eq!(
            verbose(1, LINK, &frame),
            "LACPv1, length 40\n\tActor Information TLV (0x01), length 20\n\t  System 02:00:00:00:00:01, System \
             Priority 32768, Key 13, Port 22, Port Priority 255\n\t  State Flags [Activity, Aggregation, \
             Synchronization, Collecting, Distributing]\n\tCollector Information TLV (0x03), length 16\
             \n\t  Max Delay 5\n\tTerminator TLV (0x00), length 0"
        );
        assert_every_cut_is_told(LINK, &frame[..frame.len() - 2]);
        let text = verbose(1, LINK, &ether(0x8809, &[1, 1, 1, 4, 0, 0]));
        assert!(
            text.ends_with("length 4\n\t    ERROR: illegal length - should be 20"),
            "{text}"
        );
    }

    #[test]
    fn operations_tell_their_state() {
        let mut message = vec![
            3, 0, 0x50, 0, 1, 16, 1, 0, 2, 0, 0x0f, 5, 0xee, 0, 0, 0x0c, 0, 0, 0, 9,
        ];
        message.extend_from_slice(&[0, 0]);
        let frame = ether(0x8809, &message);
        assert_eq!(
            verbose(1, LINK, &frame),
            "OAM, length 22\n\tCode Information OAM PDU, Flags [Local Stable, Remote Stable]\
             \n\t  Local Information Type (1), length 16\n\t    OAM-Version 1, Revision 2\
             \n\t    State-Parser-Action forwarding, State-MUX-Action forwarding\
             \n\t    OAM-Config Flags [Active, Unidirectional, Remote-Loopback, Link-Events], OAM-PDU-Config max-PDU \
             size 1518\n\t    OUI Cisco (0x00000c), Vendor-Private 0x00000009\
             \n\t  End of TLV marker Information Type (0), length 0"
        );
        assert_every_cut_is_told(LINK, &frame);
        let text = verbose(1, LINK, &ether(0x8809, &[3, 0, 0, 4]));
        assert!(text.ends_with("\n\t\t packet is too short"), "{text}");
    }
}
