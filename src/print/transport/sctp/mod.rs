//! The stream control transmission protocol (RFC 9260).

mod forces;
mod m3ua;

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::internet::Datagram;
use crate::print::page::Page;
use crate::print::text::{Hex, Named, name_of, put};

/// Prints a packet.
pub(crate) fn print(page: &mut Page<'_>, datagram: &Datagram, packet: Cursor<'_>) -> Shown {
    page.enter("sctp");
    if packet.len() < HEADER {
        put!(
            page,
            "truncated-sctp - ",
            HEADER - packet.len(),
            " bytes missing!"
        );
        return Ok(());
    }
    packet.need(HEADER)?;
    let (source, destination) = (packet.peek_u16(0)?, packet.peek_u16(2)?);
    page.field("sport", source);
    page.field("dport", destination);
    // The addresses are told even where an extension header came first.
    datagram.put_source(page);
    put!(page, ".", Named("", source), " > ");
    datagram.put_destination(page);
    put!(page, ".", Named("", destination), ": sctp");
    let mut forces = false;
    for port in [source, destination] {
        if let Some(channel) = name_of(FORCES_PORTS, port) {
            put!(page, "[", Named("channel", channel), "]");
            forces = true;
        }
    }
    chunks(page, packet.after(HEADER), forces)
}

fn chunks(page: &mut Page<'_>, mut rest: Cursor<'_>, mut forces: bool) -> Shown {
    let lines = page.verbose(2);
    let mut separator = if lines { "\n\t" } else { " (" };
    let mut number = 0_u32;
    while !rest.is_empty() {
        number += 1;
        if rest.len() < CHUNK {
            put!(
                page,
                separator,
                number,
                ") [chunk descriptor cut off at end of packet]"
            );
            return Ok(());
        }
        rest.need(CHUNK)?;
        let length = usize::from(rest.peek_u16(2)?);
        if length < CHUNK {
            put!(
                page,
                separator,
                number,
                ") [Bad chunk length ",
                length,
                ", < size of chunk descriptor]"
            );
            return Ok(());
        }
        let padding = length.next_multiple_of(4) - length;
        if rest.len() < padding {
            put!(
                page,
                separator,
                number,
                ") [Bad chunk length ",
                length,
                ", > remaining data in packet]"
            );
            return Ok(());
        }
        rest.need(length)?;
        let mut body = rest.claiming(length);
        let shown = page.item("chunks", |page| {
            put!(page, separator, Named("number", number), ") ");
            chunk(page, &mut body, &mut forces)
        })?;
        if !shown {
            return Ok(());
        }
        rest.advance(length);
        if !lines {
            separator = ", (";
        }
        if padding > 0 {
            rest.need(padding)?;
            rest.advance(padding);
        }
    }
    Ok(())
}

/// Prints one chunk. Returns false at one whose length cannot be, which ends the packet.
fn chunk(page: &mut Page<'_>, chunk: &mut Cursor<'_>, forces: &mut bool) -> Shown<bool> {
    let length = chunk.len();
    let (kind, flags) = (chunk.u8()?, chunk.u8()?);
    chunk.skip(2)?;
    page.field("type", kind);
    match name_of(CHUNKS, kind) {
        Some(name) => put!(page, "[", Named("name", name), "] "),
        None => put!(page, "[Unknown chunk type: 0x", Named("", Hex(kind.into())), "] "),
    }
    page.field("length", length);
    let shown = match kind {
        DATA => data(page, flags, *chunk, forces)?,
        INIT | INIT_ACK => init(page, *chunk)?,
        SACK => acknowledgment(page, *chunk)?,
        _ => true,
    };
    if !shown {
        put!(page, "bogus chunk length ", length, "]");
    }
    Ok(shown)
}

fn data(page: &mut Page<'_>, flags: u8, mut rest: Cursor<'_>, forces: &mut bool) -> Shown<bool> {
    for (bit, mark) in [(UNORDERED, "(U)"), (BEGIN, "(B)"), (END, "(E)")] {
        put!(page, Named("", if flags & bit != 0 { mark } else { "" }));
    }
    if flags & (UNORDERED | BEGIN | END) != 0 {
        put!(page, " ");
    }
    if rest.len() < DATA_HEADER {
        return Ok(false);
    }
    put!(
        page,
        "[TSN: ",
        rest.u32()?,
        "] [SID: ",
        rest.u16()?,
        "] [SSEQ ",
        rest.u16()?,
        "] "
    );
    let protocol = rest.u32()?;
    page.field("ppid", protocol);
    match name_of(PAYLOADS, protocol) {
        Some(name) => put!(page, "[PPID ", Named("ppid_name", name), "] "),
        None => put!(page, "[PPID 0x", Named("", Hex(protocol.into())), "] "),
    }
    // What is ForCES once is so for the rest of the packet.
    *forces |= FORCES_PAYLOADS.contains(&protocol);
    if rest.is_empty() {
        return Ok(false);
    }
    if *forces {
        forces::print(page, rest)?;
        page.enter("sctp");
    } else if page.verbose(2) {
        if protocol == M3UA {
            match m3ua::print(page, rest.limited(rest.len())) {
                Err(Stop::Invalid) => page.invalid(),
                shown => shown?,
            }
            page.enter("sctp");
        } else {
            put!(page, "[Payload");
            if !page.is_dumped() {
                put!(page, ":");
                page.raw_declared(rest)?;
            }
            put!(page, "]");
        }
    }
    Ok(true)
}

fn init(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    if rest.len() < INIT_HEADER {
        return Ok(false);
    }
    put!(page, "[init tag: ", rest.u32()?, "] [rwnd: ", rest.u32()?, "] ");
    put!(page, "[OS: ", rest.u16()?, "] [MIS: ", rest.u16()?, "] ");
    put!(page, "[init TSN: ", rest.u32()?, "] ");
    Ok(true)
}

fn acknowledgment(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown<bool> {
    if rest.len() < SACK_HEADER {
        return Ok(false);
    }
    let cumulative = rest.u32()?;
    put!(page, "[cum ack ", cumulative, "] [a_rwnd ", rest.u32()?, "] ");
    let (gaps, duplicates) = (rest.u16()?, rest.u16()?);
    put!(page, "[#gap acks ", gaps, "] [#dup tsns ", duplicates, "] ");
    for number in 1..=u32::from(gaps) {
        if rest.is_empty() {
            break;
        }
        if rest.len() < 4 {
            return Ok(false);
        }
        let (start, end) = (rest.u16()?, rest.u16()?);
        put!(
            page,
            "\n\t\t[gap ack block #",
            number,
            ": start = ",
            cumulative.wrapping_add(start.into())
        );
        put!(page, ", end = ", cumulative.wrapping_add(end.into()), "] ");
    }
    for number in 1..=u32::from(duplicates) {
        if rest.is_empty() {
            break;
        }
        if rest.len() < 4 {
            return Ok(false);
        }
        put!(page, "\n\t\t[dup TSN #", number, ": ", rest.u32()?, "] ");
    }
    Ok(true)
}

/// The common header, that of a chunk, and what chunks have at least.
const HEADER: usize = 12;
const CHUNK: usize = 4;
const DATA_HEADER: usize = 12;
const INIT_HEADER: usize = 16;
const SACK_HEADER: usize = 12;

/// Flags of data: how it is delivered, and whether it begins or ends a message.
const UNORDERED: u8 = 4;
const BEGIN: u8 = 2;
const END: u8 = 1;

const DATA: u8 = 0;
const INIT: u8 = 1;
const INIT_ACK: u8 = 2;
const SACK: u8 = 3;
const CHUNKS: &[(u8, &str)] = &[
    (DATA, "DATA"),
    (INIT, "INIT"),
    (INIT_ACK, "INIT ACK"),
    (SACK, "SACK"),
    (4, "HB REQ"),
    (5, "HB ACK"),
    (6, "ABORT"),
    (7, "SHUTDOWN"),
    (8, "SHUTDOWN ACK"),
    (9, "OP ERR"),
    (10, "COOKIE ECHO"),
    (11, "COOKIE ACK"),
    (12, "ECN ECHO"),
    (13, "ECN CWR"),
    (14, "SHUTDOWN COMPLETE"),
    (0xc0, "FOR CUM TSN"),
    (0xc1, "REL CTRL"),
    (0xc2, "REL CTRL ACK"),
];

/// The ports of ForCES (RFC 5811), one for each priority.
const FORCES_PORTS: &[(u16, &str)] = &[(6704, "ForCES HP"), (6705, "ForCES MP"), (6706, "ForCES LP")];

const M3UA: u32 = 3;
const FORCES_PAYLOADS: std::ops::RangeInclusive<u32> = 21..=23;
const PAYLOADS: &[(u32, &str)] = &[
    (1, "ISDN Q.921"),
    (2, "M2UA"),
    (M3UA, "M3UA"),
    (4, "SUA"),
    (5, "M2PA"),
    (6, "V5.2"),
    (7, "H.248"),
    (8, "BICC"),
    (9, "TALI"),
    (10, "DUA"),
    (11, "ASAP"),
    (12, "ENRP"),
    (13, "H.323"),
    (14, "Q.IPC"),
    (15, "SIMCO"),
    (16, "DDPSC"),
    (17, "DDPSSC"),
    (18, "S1AP"),
    (19, "RUA"),
    (20, "HNBAP"),
    (21, "ForCES HP"),
    (22, "ForCES MP"),
    (23, "ForCES LP"),
    (24, "SBc-AP"),
    (25, "NBAP"),
    (27, "X2AP"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, ipv4, shown, verbose};
    use crate::wire::LinkType;

    const RAW: LinkType = LinkType::RAW;

    fn packet(chunks: &[u8]) -> Vec<u8> {
        let mut packet = vec![0x13, 0x88, 0, 9, 0, 0, 0, 1, 0, 0, 0, 0];
        packet.extend_from_slice(chunks);
        ipv4(132, &packet)
    }

    #[test]
    fn chunks_are_numbered() {
        let chunks = [
            3, 0, 0, 24, 0, 0, 1, 0, 0, 0, 2, 0, 0, 1, 0, 1, 0, 2, 0, 3, 0, 0, 0, 0, 11, 0, 0, 4,
        ];
        assert!(shown(RAW, &packet(&chunks)).starts_with(
            "IP 192.0.2.1.5000 > 192.0.2.2.9: sctp (1) [SACK] [cum ack 256] [a_rwnd 512] [#gap acks 1] \
             [#dup tsns 1] \n\t\t[gap ack block #1: start = 258, end = 259] "
        ));
        let echoes = [10, 0, 0, 6, 1, 2, 0, 0, 11, 0, 0, 4];
        assert!(shown(RAW, &packet(&echoes)).ends_with(": sctp (1) [COOKIE ECHO] , (2) [COOKIE ACK] "));
        assert!(
            verbose(2, RAW, &packet(&echoes)).ends_with(": sctp\n\t1) [COOKIE ECHO] \n\t2) [COOKIE ACK] ")
        );
        assert_every_cut_is_told(RAW, &packet(&echoes));
    }

    #[test]
    fn data_has_its_place_and_from_vv_on_its_bytes() {
        let data = [0, 7, 0, 18, 0, 0, 0, 5, 0, 1, 0, 2, 0, 0, 0, 46, 65, 66, 0, 0];
        let told = "(1) [DATA] (U)(B)(E) [TSN: 5] [SID: 1] [SSEQ 2] [PPID 0x2e] ";
        assert!(shown(RAW, &packet(&data)).ends_with(told));
        assert!(verbose(2, RAW, &packet(&data)).contains("[Payload:\n\t0x0000:  4142 "));
    }

    #[test]
    fn lengths_that_cannot_be_end_the_packet() {
        let told = |chunks: &[u8]| {
            let text = shown(RAW, &packet(chunks));
            text.split_once(": sctp").unwrap().1.to_owned()
        };
        assert_eq!(
            told(&[1, 0, 0, 8, 0, 0, 0, 0]),
            " (1) [INIT] bogus chunk length 8]"
        );
        assert_eq!(
            told(&[1, 0, 0, 3]),
            " (1) [Bad chunk length 3, < size of chunk descriptor]"
        );
        assert_eq!(told(&[1, 0]), " (1) [chunk descriptor cut off at end of packet]");
    }
}
