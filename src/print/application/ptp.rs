//! The precision time protocol (IEEE 1588), over UDP and on Ethernet.

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex, Zeros, name_of, put, put_bits};

/// Prints a message.
pub(crate) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("ptp");
    if message.len() < HEADER {
        return Err(Stop::Truncated);
    }
    let mut rest = message;
    let (first, version) = (rest.u8()?, rest.u8()?);
    put!(page, "PTPv", version & 15);
    if version >> 4 != 0 {
        put!(page, ".", version >> 4);
    }
    match version & 15 {
        1 => put!(page, " (not implemented)"),
        2 => return version_2(page, first, rest),
        _ => {}
    }
    Ok(())
}

fn version_2(page: &mut Page<'_>, first: u8, mut rest: Cursor<'_>) -> Shown {
    let kind = first & 15;
    put!(page, ", majorSdoId: 0x", Hex((first >> 4).into()));
    put!(page, ", msg type: ", name_of(MESSAGES, kind).unwrap_or("none"));
    put!(page, ", length: ", rest.u16()?);
    put!(page, ", domain: ", rest.u8()?);
    put!(page, ", reserved1: ", rest.u8()?);
    let flags = rest.u16()?;
    put!(page, ", Flags [");
    put_bits(page.out, FLAGS, flags.into(), ", ", "none");
    put!(page, "], NS correction: ", u48(&mut rest)?);
    put!(page, ", sub NS correction: ", rest.u16()?);
    put!(page, ", reserved2: ", rest.u32()?);
    put!(page, ", clock identity: 0x", Hex(rest.u64()?));
    put!(page, ", port id: ", rest.u16()?);
    put!(page, ", seq id: ", rest.u16()?);
    let control = rest.u8()?;
    put!(
        page,
        ", control: ",
        control,
        " (",
        name_of(CONTROLS, control).unwrap_or("Unknown"),
        ")"
    );
    put!(page, ", log message interval: ", rest.u8()?);
    match kind {
        SYNC | DELAY_REQUEST => time(page, ", originTimeStamp: ", &mut rest),
        FOLLOW_UP => time(page, ", preciseOriginTimeStamp: ", &mut rest),
        PEER_DELAY_REQUEST | PEER_FOLLOW_UP => {
            time(page, ", preciseOriginTimeStamp: ", &mut rest)?;
            port(page, &mut rest)
        }
        PEER_DELAY_RESPONSE | DELAY_RESPONSE => {
            time(page, ", receiveTimeStamp: ", &mut rest)?;
            port(page, &mut rest)
        }
        ANNOUNCE => announcement(page, rest),
        SIGNALLING => port(page, &mut rest),
        MANAGEMENT => {
            port(page, &mut rest)?;
            put!(page, ", start boundary hops: ", rest.u8()?);
            put!(page, ", boundary hops: ", rest.u8()?);
            put!(page, ", flags: 0x", Hex(rest.u8()?.into()));
            put!(page, ", reserved: 0x", Hex(rest.u8()?.into()));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn announcement(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    time(page, ", originTimeStamp: ", &mut rest)?;
    put!(page, ", origin cur utc:", rest.u16()?);
    put!(page, ", rsvd: ", rest.u8()?);
    put!(page, ", gm priority_1: ", rest.u8()?);
    put!(page, ", gm clock class: ", rest.u8()?);
    put!(page, ", gm clock accuracy: ", rest.u8()?);
    put!(page, ", gm clock variance: ", rest.u16()?);
    put!(page, ", gm priority_2: ", rest.u8()?);
    put!(page, ", gm clock id: 0x", Hex(rest.u64()?));
    put!(page, ", steps removed: ", rest.u16()?);
    put!(page, ", time source: 0x", Hex(rest.u8()?.into()));
    Ok(())
}

fn time(page: &mut Page<'_>, name: &str, rest: &mut Cursor<'_>) -> Shown {
    let (seconds, nanoseconds) = (u48(rest)?, rest.u32()?);
    put!(page, name, seconds, ".", Zeros(nanoseconds.into(), 9), " seconds");
    Ok(())
}

fn port(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    put!(page, ", port identity: 0x", Hex(rest.u64()?));
    put!(page, ", port id: ", rest.u16()?);
    Ok(())
}

fn u48(rest: &mut Cursor<'_>) -> Shown<u64> {
    let (high, low) = (rest.u16()?, rest.u32()?);
    Ok(u64::from(high) << 32 | u64::from(low))
}

const HEADER: usize = 34;
const SYNC: u8 = 0;
const DELAY_REQUEST: u8 = 1;
const PEER_DELAY_REQUEST: u8 = 2;
const PEER_DELAY_RESPONSE: u8 = 3;
const FOLLOW_UP: u8 = 8;
const DELAY_RESPONSE: u8 = 9;
const PEER_FOLLOW_UP: u8 = 10;
const ANNOUNCE: u8 = 11;
const SIGNALLING: u8 = 12;
const MANAGEMENT: u8 = 13;

#[rustfmt::skip]
const MESSAGES: &[(u8, &str)] = &[
    (SYNC, "sync msg"), (DELAY_REQUEST, "delay req msg"), (PEER_DELAY_REQUEST, "peer delay req msg"),
    (PEER_DELAY_RESPONSE, "peer delay resp msg"), (FOLLOW_UP, "follow up msg"), (DELAY_RESPONSE, "delay resp msg"),
    (PEER_FOLLOW_UP, "pdelay resp fup msg"), (ANNOUNCE, "announce msg"), (SIGNALLING, "signalling msg"),
    (MANAGEMENT, "management msg"),
];

const CONTROLS: &[(u8, &str)] = &[
    (0, "Sync"),
    (1, "Delay_Req"),
    (2, "Follow_Up"),
    (3, "Delay_Resp"),
    (4, "Management"),
    (5, "Other"),
];

#[rustfmt::skip]
const FLAGS: &[(u32, &str)] = &[
    (0x0001, "l1 61"), (0x0002, "l1 59"), (0x0004, "utc reasonable"), (0x0008, "timescale"),
    (0x0010, "time tracable"), (0x0020, "frequency tracable"), (0x0100, "alternate master"),
    (0x0200, "two step"), (0x0400, "unicast"), (0x1000, "profile specific 1"), (0x2000, "profile specific 2"),
    (0x4000, "security mask"), (0x18c0, "unknown"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ether, shown, udp};
    use crate::wire::LinkType;

    #[test]
    fn a_synchronization_has_its_time() {
        let mut message = vec![0, 0x12, 0, 44, 5, 0, 2, 0];
        message.extend([0, 0, 0, 0, 1, 0, 0, 3, 0, 0, 0, 0]);
        message.extend([0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 0, 9, 0, 0]);
        message.extend([0, 0, 0, 0, 0, 7, 0, 0, 0, 8]);
        let text = "PTPv2.1, majorSdoId: 0x0, msg type: sync msg, length: 44, domain: 5, reserved1: 0, Flags [two \
                    step], NS correction: 256, sub NS correction: 3, reserved2: 0, clock identity: 0x1020304050607, \
                    port id: 1, seq id: 9, control: 0 (Sync), log message interval: 0, originTimeStamp: 7.000000008 \
                    seconds";
        assert_eq!(shown(LinkType::ETHERNET, &ether(0x88f7, &message)), text);
        let packet = udp(319, 319, &message);
        assert!(shown(LinkType::RAW, &packet).ends_with(text));
        assert_every_cut_is_told(LinkType::RAW, &packet);
    }

    #[test]
    fn a_time_has_48_bits_of_seconds() {
        let mut message = vec![0x10, 2, 0, 44, 0, 0, 0, 0];
        message.extend([0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]);
        message.extend([0; 14]);
        message.extend([0, 3, 0, 0, 0, 7, 0, 0, 0, 8]);
        let text = shown(LinkType::ETHERNET, &ether(0x88f7, &message));
        assert!(text.contains(", NS correction: 4294967298, "), "{text}");
        assert!(
            text.ends_with(", originTimeStamp: 12884901895.000000008 seconds"),
            "{text}"
        );
    }
}
