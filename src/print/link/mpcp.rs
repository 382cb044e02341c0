//! The multipoint control protocol of passive optical networks, and pause frames (IEEE 802.3, clauses 31 and 64).

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{name_of, put, put_bits};

/// Prints a message; what it says only under `-v`.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("mpcp");
    let mut rest = message;
    let (operation, time) = (rest.u16()?, rest.u32()?);
    match name_of(OPERATIONS, operation) {
        Some(name) => put!(page, "MPCP, Opcode ", name),
        None => put!(page, "MPCP, Opcode Unknown (", operation, ")"),
    }
    if operation != PAUSE {
        put!(page, ", Timestamp ", time, " ticks");
    }
    put!(page, ", length ", message.len());
    if !page.verbose(1) {
        return Ok(());
    }
    match operation {
        PAUSE => Ok(()),
        GATE => gate(page, rest),
        REPORT => report(page, rest),
        REGISTER_REQUEST => {
            let (bits, grants) = (rest.u8()?, rest.u8()?);
            flags(page, "\n\tFlags [ ", REQUEST_FLAGS, bits, "Reserved");
            put!(page, ", Pending-Grants ", grants);
            Ok(())
        }
        REGISTER => {
            let (port, bits, time, grants) = (rest.u16()?, rest.u8()?, rest.u16()?, rest.u8()?);
            put!(page, "\n\tAssigned-Port ", port);
            flags(page, ", Flags [ ", REGISTER_FLAGS, bits, "Reserved");
            put!(
                page,
                "\n\tSync-Time ",
                time,
                " ticks, Echoed-Pending-Grants ",
                grants
            );
            Ok(())
        }
        REGISTER_ACK => {
            let (bits, port, time) = (rest.u8()?, rest.u16()?, rest.u16()?);
            put!(page, "\n\tEchoed-Assigned-Port ", port);
            flags(page, ", Flags [ ", &[(1, "ACK")], bits, "Reserved");
            put!(page, "\n\tEchoed-Sync-Time ", time, " ticks");
            Ok(())
        }
        _ => {
            page.hex("\n\t", message.limited(message.len()).bytes());
            Ok(())
        }
    }
}

/// When stations may send.
fn gate(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let first = rest.u8()?;
    let grants = first & 7;
    put!(page, "\n\tGrant Numbers ", grants);
    flags(page, ", Flags [ ", GRANT_FLAGS, first & !7, "?");
    for grant in 1..=grants {
        let (start, duration) = (rest.u32()?, rest.u16()?);
        put!(
            page,
            "\n\tGrant #",
            grant,
            ", Start-Time ",
            start,
            " ticks, duration ",
            duration,
            " ticks"
        );
    }
    put!(page, "\n\tSync-Time ", rest.u16()?, " ticks");
    Ok(())
}

/// How much stations have to send.
fn report(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let sets = rest.u8()?;
    put!(page, "\n\tTotal Queue-Sets ", sets);
    // As tcpdump, which leaves out the last set, and gives all of them its number.
    for _ in 1..sets {
        let queues = rest.u8()?;
        put!(page, "\n\t  Queue-Set #", sets, ", Report-Bitmap [ ");
        put_bits(page.out, QUEUES, queues.into(), ", ", "Unknown");
        put!(page, " ]");
        for queue in (0..8_u8).filter(|queue| queues >> queue & 1 != 0) {
            let duration = rest.u16()?;
            put!(
                page,
                "\n\t    Q",
                queue + 1,
                " Report, Duration ",
                duration,
                " ticks"
            );
        }
    }
    Ok(())
}

fn flags(page: &mut Page<'_>, label: &str, table: &[(u32, &str)], bits: u8, none: &str) {
    put!(page, crate::print::text::Label(label));
    put_bits(page.out, table, bits.into(), ", ", none);
    put!(page, " ]");
}

const PAUSE: u16 = 1;
const GATE: u16 = 2;
const REPORT: u16 = 3;
const REGISTER_REQUEST: u16 = 4;
const REGISTER: u16 = 5;
const REGISTER_ACK: u16 = 6;
const OPERATIONS: &[(u16, &str)] = &[
    (PAUSE, "Pause"),
    (GATE, "Gate"),
    (REPORT, "Report"),
    (REGISTER_REQUEST, "Register Request"),
    (REGISTER, "Register"),
    (REGISTER_ACK, "Register ACK"),
];
const GRANT_FLAGS: &[(u32, &str)] = &[
    (0x08, "Discovery"),
    (0x10, "Force Grant #1"),
    (0x20, "Force Grant #2"),
    (0x40, "Force Grant #3"),
    (0x80, "Force Grant #4"),
];
const REQUEST_FLAGS: &[(u32, &str)] = &[(1, "Register"), (3, "De-Register")];
const REGISTER_FLAGS: &[(u32, &str)] = &[(1, "Re-Register"), (2, "De-Register"), (3, "ACK"), (4, "NACK")];
#[rustfmt::skip]
const QUEUES: &[(u32, &str)] = &[
    (0x01, "Q0"), (0x02, "Q1"), (0x04, "Q2"), (0x08, "Q3"),
    (0x10, "Q4"), (0x20, "Q5"), (0x40, "Q6"), (0x80, "Q7"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, verbose};
    use crate::wire::LinkType;

    fn frame(operation: u8, body: &[u8]) -> Vec<u8> {
        ether(0x8808, &[&[0, operation, 0, 0, 0, 9], body].concat())
    }

    #[test]
    fn grants_are_told_under_v() {
        let gate = frame(2, &[0x0a, 0, 0, 0, 5, 0, 6, 0, 0, 0, 7, 0, 8, 0, 3]);
        assert_eq!(
            shown(LinkType::ETHERNET, &gate),
            "MPCP, Opcode Gate, Timestamp 9 ticks, length 21"
        );
        assert!(verbose(1, LinkType::ETHERNET, &gate).ends_with(
            "length 21\n\tGrant Numbers 2, Flags [ Discovery ]\n\tGrant #1, Start-Time 5 ticks, duration 6 ticks\
             \n\tGrant #2, Start-Time 7 ticks, duration 8 ticks\n\tSync-Time 3 ticks"
        ));
        assert_every_cut_is_told(LinkType::ETHERNET, &gate);
    }

    #[test]
    fn a_pause_has_no_time_and_the_unknown_is_dumped() {
        assert_eq!(
            shown(LinkType::ETHERNET, &frame(1, &[])),
            "MPCP, Opcode Pause, length 6"
        );
        assert_eq!(
            verbose(1, LinkType::ETHERNET, &frame(7, &[])),
            "MPCP, Opcode Unknown (7), Timestamp 9 ticks, length 6\n\t0x0000:  0007 0000 0009"
        );
    }

    #[test]
    fn reports_and_registrations_have_their_flags() {
        let report = frame(3, &[2, 5, 0, 1, 0, 2]);
        assert!(verbose(1, LinkType::ETHERNET, &report).ends_with(
            "\n\tTotal Queue-Sets 2\n\t  Queue-Set #2, Report-Bitmap [ Q0, Q2 ]\
             \n\t    Q1 Report, Duration 1 ticks\n\t    Q3 Report, Duration 2 ticks"
        ));
        let register = frame(5, &[0, 1, 3, 0, 2, 4]);
        assert!(verbose(1, LinkType::ETHERNET, &register).ends_with(
            "\n\tAssigned-Port 1, Flags [ Re-Register, De-Register, ACK ]\
             \n\tSync-Time 2 ticks, Echoed-Pending-Grants 4"
        ));
        let acknowledged = frame(6, &[0, 0, 1, 0, 2]);
        assert!(
            verbose(1, LinkType::ETHERNET, &acknowledged)
                .ends_with("\n\tEchoed-Assigned-Port 1, Flags [ Reserved ]\n\tEchoed-Sync-Time 2 ticks")
        );
        assert_every_cut_is_told(LinkType::ETHERNET, &acknowledged);
    }
}
