//! The datagram congestion control protocol (RFC 4340).

use pnet_packet::ip::IpNextHeaderProtocols as Protocols;

use crate::print::cursor::{Cursor, Shown};
use crate::print::internet::Datagram;
use crate::print::page::Page;
use crate::print::text::{Hex4, HexRun, Named, name_of, put};
use crate::wire::should_be;

/// Prints a packet.
pub(crate) fn print(page: &mut Page<'_>, datagram: &Datagram, packet: Cursor<'_>) -> Shown {
    page.enter("dccp");
    packet.need(SHORT)?;
    if packet.len() < SHORT {
        put!(page, "truncated-dccp - ", SHORT - packet.len(), " bytes missing!");
        return Ok(());
    }
    let header = Header::read(packet)?;
    if packet.len() < header.generic {
        put!(
            page,
            "truncated-dccp - ",
            header.generic - packet.len(),
            " bytes missing!"
        );
        return Ok(());
    }
    packet.need(header.generic)?;
    datagram.put_source(page);
    put!(page, ".", Named("sport", packet.peek_u16(0)?), " > ");
    datagram.put_destination(page);
    put!(page, ".", Named("dport", packet.peek_u16(2)?), ": DCCP");
    if page.quiet() {
        let beyond = header.length > packet.len();
        put!(page, " ", difference(packet.len(), header.length));
        if beyond {
            put!(
                page,
                " [bad hdr length ",
                header.length,
                " - too long, > ",
                packet.len(),
                "]"
            );
        }
        return Ok(());
    }
    if page.verbose(1) {
        put!(page, " (CCVal ", header.control, ", CsCov ", header.coverage);
        checksum(page, datagram, &header, packet)?;
        put!(page, ")");
    }
    put!(page, " ");
    let Some(fixed) = body(page, &header, packet)? else {
        return Ok(());
    };
    if !page.verbose(2) {
        return Ok(());
    }
    put!(page, "seq ", header.sequence(packet)?);
    if header.length > fixed {
        put!(page, " <");
        options(page, packet.after(fixed).claiming(header.length - fixed))?;
        put!(page, ">");
    }
    Ok(())
}

/// What the generic header says of itself.
struct Header {
    /// The length of all headers with the options, and that of the generic header.
    length: usize,
    generic: usize,
    control: u8,
    coverage: u8,
    kind: u8,
    /// Whether sequence numbers have 48 bits rather than 24.
    extended: bool,
}

impl Header {
    fn read(packet: Cursor<'_>) -> Shown<Self> {
        let (control, kind) = (packet.peek_u8(5)?, packet.peek_u8(8)?);
        let extended = kind & 1 != 0;
        Ok(Self {
            length: usize::from(packet.peek_u8(4)?) * 4,
            generic: if extended { 16 } else { SHORT },
            control: control >> 4,
            coverage: control & 15,
            kind: kind >> 1 & 15,
            extended,
        })
    }

    fn sequence(&self, packet: Cursor<'_>) -> Shown<u64> {
        self.number(packet.after(if self.extended { 10 } else { 9 }))
    }

    /// A sequence number of 24 or 48 bits.
    fn number(&self, mut rest: Cursor<'_>) -> Shown<u64> {
        Ok(if self.extended {
            u64::from(rest.u16()?) << 32 | u64::from(rest.u32()?)
        } else {
            u64::from(rest.u24()?)
        })
    }
}

/// The checksum may leave out the data, or cover only the beginning of it.
fn checksum(page: &mut Page<'_>, datagram: &Datagram, header: &Header, packet: Cursor<'_>) -> Shown {
    if !packet.has(packet.len()) {
        return Ok(());
    }
    let covered = match header.coverage {
        0 => packet.len(),
        words => packet.len().min((header.length / 4 + usize::from(words) - 1) * 4),
    };
    let field = packet.peek_u16(6)?;
    put!(page, ", cksum 0x", Hex4(field));
    let bytes = packet.limited(covered).bytes();
    match datagram.checksum(Protocols::Dccp.0, packet.len(), bytes) {
        0 => put!(page, " (correct)"),
        found => put!(page, " (incorrect -> 0x", Hex4(should_be(field, found)), ")"),
    }
    Ok(())
}

/// Prints what a packet of each type has before its options. Returns where they begin, or nothing if the packet
/// is too short for its type.
fn body(page: &mut Page<'_>, header: &Header, packet: Cursor<'_>) -> Shown<Option<usize>> {
    let name = TYPES.get(usize::from(header.kind)).copied();
    let extra = match header.kind {
        REQUEST => 4,
        RESPONSE | RESET => 12,
        DATA => 0,
        3..=9 => 8,
        _ => 0,
    };
    let fixed = header.generic + extra;
    let rest = packet.after(header.generic);
    if packet.len() < fixed {
        put!(page, "truncated-", name.unwrap_or_default(), " - ");
        put!(page, fixed - packet.len(), " bytes missing!");
        return Ok(None);
    }
    if matches!(header.kind, REQUEST | RESPONSE | RESET) {
        packet.need(fixed)?;
    }
    match name {
        Some(name) => put!(page, name, " "),
        None => put!(page, "unknown-type-", header.kind, " "),
    }
    match header.kind {
        REQUEST => put!(page, "(service=", rest.peek_u32(0)?, ") "),
        RESPONSE => put!(page, "(service=", rest.peek_u32(8)?, ") "),
        RESET => {
            let code = RESETS.get(usize::from(rest.peek_u8(8)?)).copied();
            put!(page, "(code=", code.unwrap_or("invalid"), ") ");
        }
        _ => {}
    }
    if !matches!(header.kind, REQUEST | DATA) {
        let number = header.number(rest.after(if header.extended { 2 } else { 1 }))?;
        put!(page, "(ack=", number, ") ");
    }
    Ok(Some(fixed))
}

fn options(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    while let Some(length) = option(page, rest)? {
        if rest.len() <= length {
            break;
        }
        rest.advance(length);
        put!(page, ", ");
    }
    Ok(())
}

/// Prints one option. Returns its length, or nothing if that cannot be.
fn option(page: &mut Page<'_>, rest: Cursor<'_>) -> Shown<Option<usize>> {
    let kind = rest.peek_u8(0)?;
    let length = if kind >= FIRST_WITH_LENGTH {
        usize::from(rest.peek_u8(1)?)
    } else {
        1
    };
    let complaint = if kind >= FIRST_WITH_LENGTH && length < 2 {
        " optlen too short"
    } else if rest.len() < length {
        " optlen goes past header length"
    } else {
        if !rest.has(length) {
            page.truncated();
            return Ok(None);
        }
        ""
    };
    match name_of(OPTIONS, kind) {
        _ if kind >= FIRST_OF_CCID => put!(page, "CCID option ", kind),
        Some(name) => put!(page, name),
        None => put!(page, "Option ", kind),
    }
    if !complaint.is_empty() {
        put!(page, complaint);
        return Ok(None);
    }
    let mut value = rest.limited(length).after(2);
    match (kind, value.len()) {
        (FIRST_OF_CCID.., 2) => put!(page, " ", value.u16()?),
        (FIRST_OF_CCID.., 4) => put!(page, " ", value.u32()?),
        (FIRST_OF_CCID.., _) => {}
        (CHANGE_L..=CONFIRM_R, 0) => put!(page, " optlen too short"),
        (CHANGE_L..=CONFIRM_R, _) => {
            let feature = value.u8()?;
            if let Some(name) = FEATURES.get(usize::from(feature)) {
                put!(page, " ", *name);
                numbers(page, value);
            }
        }
        (COUNT, _) => numbers(page, value),
        (36 | 38..=40, 1..) => put!(page, " 0x", HexRun(value.bytes())),
        (44, 1..) => put!(page, " ", HexRun(value.bytes())),
        (TIMESTAMP, 4) => put!(page, " ", value.u32()?),
        (TIMESTAMP, _) => put!(page, " [optlen != 6]"),
        (ECHO, 4) => put!(page, " ", value.u32()?),
        (ECHO, 6) => put!(page, " ", value.u32()?, " (elapsed time ", value.u16()?, ")"),
        (ECHO, 8) => put!(page, " ", value.u32()?, " (elapsed time ", value.u32()?, ")"),
        (ECHO, _) => put!(page, " [optlen != 6 or 8 or 10]"),
        (ELAPSED, 2) => put!(page, " ", value.u16()?),
        (ELAPSED, 4) => put!(page, " ", value.u32()?),
        (ELAPSED, _) => put!(page, " [optlen != 4 or 6]"),
        _ => {}
    }
    Ok(Some(length))
}

/// Each byte as a number.
fn numbers(page: &mut Page<'_>, value: Cursor<'_>) {
    for &byte in value.bytes() {
        put!(page, " ", byte);
    }
}

/// What is left of a length; as 32 bits that wrap where the header claims more than there is.
fn difference(length: usize, header: usize) -> u32 {
    let wrapped = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
    wrapped(length).wrapping_sub(wrapped(header))
}

/// The generic header with short sequence numbers.
const SHORT: usize = 12;

const REQUEST: u8 = 0;
const RESPONSE: u8 = 1;
const DATA: u8 = 2;
const RESET: u8 = 7;
const TYPES: [&str; 10] = [
    "DCCP-Request",
    "DCCP-Response",
    "DCCP-Data",
    "DCCP-Ack",
    "DCCP-DataAck",
    "DCCP-CloseReq",
    "DCCP-Close",
    "DCCP-Reset",
    "DCCP-Sync",
    "DCCP-SyncAck",
];

const RESETS: [&str; 12] = [
    "unspecified",
    "closed",
    "aborted",
    "no_connection",
    "packet_error",
    "option_error",
    "mandatory_error",
    "connection_refused",
    "bad_service_code",
    "too_busy",
    "bad_init_cookie",
    "aggression_penalty",
];

const FEATURES: [&str; 10] = [
    "reserved",
    "ccid",
    "allow_short_seqno",
    "sequence_window",
    "ecn_incapable",
    "ack_ratio",
    "send_ack_vector",
    "send_ndp_count",
    "minimum checksum coverage",
    "check data checksum",
];

/// Options below have no length, and those from the other on belong to the congestion control.
const FIRST_WITH_LENGTH: u8 = 32;
const FIRST_OF_CCID: u8 = 128;
const CHANGE_L: u8 = 32;
const CONFIRM_R: u8 = 35;
const COUNT: u8 = 37;
const TIMESTAMP: u8 = 41;
const ECHO: u8 = 42;
const ELAPSED: u8 = 43;
const OPTIONS: &[(u8, &str)] = &[
    (0, "nop"),
    (1, "mandatory"),
    (2, "slowreceiver"),
    (CHANGE_L, "change_l"),
    (33, "confirm_l"),
    (34, "change_r"),
    (CONFIRM_R, "confirm_r"),
    (36, "initcookie"),
    (COUNT, "ndp_count"),
    (38, "ack_vector0"),
    (39, "ack_vector1"),
    (40, "data_dropped"),
    (TIMESTAMP, "timestamp"),
    (ECHO, "timestamp_echo"),
    (ELAPSED, "elapsed_time"),
    (44, "data_checksum"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    /// An acknowledgment with long sequence numbers and these options.
    fn ack(options: &[u8]) -> Vec<u8> {
        let words = u8::try_from((24 + options.len()) / 4).unwrap();
        let mut packet = vec![0x13, 0x88, 0, 9, words, 0, 0, 0, 3 << 1 | 1, 0];
        packet.extend_from_slice(&[0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 7]);
        packet.extend_from_slice(options);
        ipv4(33, &packet)
    }

    #[test]
    fn more_is_told_with_each_v() {
        let packet = ack(&[0, 0, 0, 0]);
        assert!(shown(RAW, &packet).ends_with("192.0.2.1.5000 > 192.0.2.2.9: DCCP DCCP-Ack (ack=7) "));
        let text = verbose(1, RAW, &packet);
        assert!(
            text.contains(": DCCP (CCVal 0, CsCov 0, cksum 0x0000 (incorrect -> 0x"),
            "{text}"
        );
        assert!(verbose(2, RAW, &packet).ends_with(" (ack=7) seq 258 <nop, nop, nop, nop>"));
        assert_every_cut_is_told(RAW, &packet);
    }

    #[test]
    fn options_are_told_with_their_values() {
        let told = |options: &[u8]| {
            let text = verbose(2, RAW, &ack(options));
            text.split_once('<').unwrap().1.trim_end_matches('>').to_owned()
        };
        assert_eq!(told(&[32, 4, 5, 2]), "change_l ack_ratio 2");
        assert_eq!(told(&[38, 4, 1, 2]), "ack_vector0 0x0102");
        assert_eq!(told(&[43, 4, 1, 0]), "elapsed_time 256");
        assert_eq!(
            told(&[42, 8, 0, 0, 0, 1, 0, 2]),
            "timestamp_echo 1 (elapsed time 2)"
        );
        assert_eq!(told(&[41, 9, 0, 0]), "timestamp optlen goes past header length");
        assert_eq!(told(&[200, 1, 0, 0]), "CCID option 200 optlen too short");
    }
}
