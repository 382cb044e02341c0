//! ForCES, which goes between the elements of a router that forward packets and those that control them
//! (RFC 5810). The lines and their indentation come with each `-v`; a message that contradicts the format is dumped.

mod lfb;
mod path;

use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, HexPad, Put, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("forces");
    // What follows the chunk may be read as the header of a message that is too short for it.
    message.need(HEADER)?;
    let good = header(page, message)?;
    let message = message.limited(message.len());
    if !good {
        page.hex("\n\t[", message.bytes());
        put!(page, "\n\t]");
    } else if page.verbose(4) {
        put!(page, "\n\t  Raw ForCES message\n\t [");
        page.hex("\n\t ", message.bytes());
        put!(page, "\n\t ]");
    }
    Ok(())
}

/// Prints the header and what follows it. Returns false, here and below, at what cannot be.
fn header(page: &mut Page<'_>, message: Cursor<'_>) -> Shown<bool> {
    let mut rest = message;
    let (version, kind, words) = (rest.u8()? >> 4, rest.u8()?, rest.u16()?);
    if !matches!(kind, 1..=6 | 0x0f | 0x11..=0x14) {
        put!(page, "Invalid ForCES message type ", kind, "\n");
        return Ok(false);
    }
    let Some(known) = MESSAGES.iter().find(|known| known.kind == kind) else {
        put!(page, "\n\tUnknown ForCES message type=0x", Hex(kind.into()));
        return Ok(false);
    };
    put!(page, "\n\tForCES ", known.name, " ");
    let length = usize::from(words) * 4;
    if length < HEADER || length != message.len() {
        put!(
            page,
            "Illegal ForCES pkt len - min ",
            HEADER,
            ", total recvd ",
            message.len()
        );
        put!(page, ", advertised ", length, " ");
        return Ok(false);
    }
    let (source, destination, correlator) = (rest.u32()?, rest.u32()?, rest.u64()?);
    let flags = rest.u32()?;
    if page.verbose(1) {
        put!(
            page,
            "\n\tForCES Version ",
            version,
            " len ",
            length,
            "B flags 0x",
            HexPad(flags.into(), 8),
            " "
        );
        put!(page, "\n\tSrcID ", Node(source), " DstID ", Node(destination));
        put!(page, " Correlator 0x", Hex(correlator));
    }
    if page.verbose(2) {
        flag_lines(page, flags);
    }
    top(page, known, rest.limited(rest.len()))
}

fn flag_lines(page: &mut Page<'_>, flags: u32) {
    let (acknowledge, execute) = (flags >> 30, flags >> 22 & 3);
    let (atomic, phase) = (flags >> 21 & 1, flags >> 19 & 3);
    let name = |names: &'static [(u32, &'static str)], value| name_of(names, value).unwrap_or_default();
    put!(
        page,
        "\n\tForCES flags:\n\t  ",
        name(ACKNOWLEDGE, acknowledge),
        "(0x",
        Hex(acknowledge.into())
    );
    put!(
        page,
        "), prio=",
        flags >> 27 & 7,
        ", ",
        name(EXECUTE, execute),
        "(0x",
        Hex(execute.into()),
        "),"
    );
    put!(
        page,
        "\n\t  ",
        name(ATOMIC, atomic),
        "(0x",
        Hex(atomic.into()),
        "), "
    );
    put!(page, name(PHASE, phase), "(0x", Hex(phase.into()), ")\n");
    put!(
        page,
        "\t  Extra flags: rsv(b5-7) 0x",
        Hex((flags >> 24 & 7).into())
    );
    put!(page, " rsv(b13-31) 0x", Hex((flags & 0x7_ffff).into()), "\n");
}

/// The TLVs at the top: how many there may be depends on the message.
fn top(page: &mut Page<'_>, message: &Message, mut rest: Cursor<'_>) -> Shown<bool> {
    match message.top {
        Top::None if rest.len() > TLV => {
            put!(page, "<0x1>Illegal Top level TLV!\n");
            return Ok(false);
        }
        Top::None => return Ok(true),
        Top::Any(_) if rest.len() <= TLV => return Ok(true),
        Top::Some(_) if rest.len() <= TLV => {
            put!(page, "\tTop level TLV Data missing!\n");
            return Ok(false);
        }
        Top::Any(_) | Top::Some(_) => {}
    }
    let (Top::Any(most) | Top::Some(most)) = message.top else {
        return Ok(true);
    };
    for _ in 0..most {
        if rest.is_empty() {
            break;
        }
        let (kind, length) = (rest.peek_u16(0)?, rest.peek_u16(2)?);
        if fault(length.into(), rest.len(), TLV).is_some() {
            break;
        }
        if !is_top(kind) {
            put!(page, "\n\tInvalid ForCES Top TLV type=0x", Hex(kind.into()));
            return Ok(false);
        }
        let body = rest.limited(length.into()).after(TLV);
        if page.verbose(3) {
            put!(page, "\t", Named(TLVS, kind), ", length ", length);
            put!(page, " (data length ", body.len(), " Bytes)");
        }
        let good = match message.print {
            Print::Nothing => true,
            Print::Select => lfb::select(page, body, message.operations)?,
            Print::Redirect => lfb::redirect(page, body)?,
            Print::Result => result(page, body, "ASR", 3, "\n", SETUP_RESULTS)?,
            Print::Reason => result(page, body, "AST", 255, "Teardown reason:\n", REASONS)?,
        };
        if !good {
            return Ok(false);
        }
        rest.advance(aligned(length.into()));
    }
    if !rest.is_empty() {
        put!(page, "\tMess TopTLV header: min ", TLV, ", total ", rest.len());
        put!(page, " advertised ", rest.peek_u16(2)?, " ");
        return Ok(false);
    }
    Ok(true)
}

/// How the setup of an association ended, or why it is torn down.
fn result(
    page: &mut Page<'_>,
    mut body: Cursor<'_>,
    which: &str,
    most: u32,
    label: &str,
    names: &'static [(u32, &'static str)],
) -> Shown<bool> {
    if body.len() != 4 {
        put!(page, "illegal ", which, "result-TLV: ", body.len(), " bytes!\n");
        return Ok(false);
    }
    let code = body.u32()?;
    if code > most {
        put!(page, "illegal ", which, "result result code: ", code, "!\n");
        return Ok(false);
    }
    if page.verbose(3) {
        let unknown = if which == "AST" {
            "Unknown Teardown reason"
        } else {
            "Unknown "
        };
        put!(
            page,
            label,
            Indent(INDENT),
            name_of(names, code).unwrap_or(unknown)
        );
        put!(page, "(", Hex(code.into()), ")\n", Indent(INDENT));
    }
    Ok(true)
}

/// What is wrong with the length of a TLV or ILV, where so much is left.
fn fault(length: usize, left: usize, header: usize) -> Option<&'static str> {
    if left < header {
        Some("Invalid total length")
    } else if length < header {
        Some("xLV too short")
    } else if length > left {
        Some("xLV too long")
    } else if aligned(length) > left {
        Some("data padding missing")
    } else {
        None
    }
}

/// A length with its padding.
fn aligned(length: usize) -> usize {
    length.saturating_add(3) & !3
}

/// Whether a TLV may stand at the top.
fn is_top(kind: u16) -> bool {
    matches!(kind, 1 | 0x1000 | 0x10..=0x11 | 0x110..=0x116)
}

/// So many blanks.
#[derive(Clone, Copy)]
struct Indent(usize);

impl Put for Indent {
    fn put(self, out: &mut Vec<u8>) {
        out.resize(out.len() + self.0.min(255), b' ');
    }
}

/// A name from a table, or the number after `#`.
struct Named(&'static [(u16, &'static str)], u16);

impl Put for Named {
    fn put(self, out: &mut Vec<u8>) {
        match name_of(self.0, self.1) {
            Some(name) => name.put(out),
            None => ("#", self.1).put(out),
        }
    }
}

/// An identifier of elements, and what it is one of.
struct Node(u32);

impl Put for Node {
    fn put(self, out: &mut Vec<u8>) {
        let kind = match self.0 {
            0..=0x3fff_ffff => "FE",
            0x4000_0000..=0x7fff_ffff => "CE",
            0xc000_0000..=0xffff_ffef => "AllMulticast",
            0xffff_fffd => "AllCEsBroadcast",
            0xffff_fffe => "AllFEsBroadcast",
            0xffff_ffff => "AllBroadcast",
            _ => "ForCESreserved",
        };
        ("0x", Hex(self.0.into()), "(", kind, ")").put(out);
    }
}

/// A type of message.
struct Message {
    kind: u8,
    name: &'static str,
    top: Top,
    /// The operations that it may have, as bits.
    operations: u16,
    print: Print,
}

/// How many TLVs stand at the top of a message, at most.
#[derive(Clone, Copy)]
enum Top {
    None,
    Any(u8),
    Some(u8),
}

/// What they are.
#[derive(Clone, Copy)]
enum Print {
    Nothing,
    Select,
    Redirect,
    Result,
    Reason,
}

const fn message(kind: u8, name: &'static str, top: Top, operations: u16, print: Print) -> Message {
    Message {
        kind,
        name,
        top,
        operations,
        print,
    }
}

/// The headers of a message and of a TLV; where the lines of TLVs begin.
const HEADER: usize = 24;
const TLV: usize = 4;
const INDENT: usize = 9;

/// The bits of operations, by their numbers.
const REPORT: u16 = 1 << 10;
const CONFIGURE: u16 = 1 << 0 | 1 << 1 | 1 << 4 | 1 << 11 | 1 << 13;
const CONFIGURED: u16 = 1 << 2 | 1 << 3 | 1 << 5 | 1 << 12;
const QUERY: u16 = 1 << 6 | 1 << 7;
const QUERIED: u16 = 1 << 8 | 1 << 9;

const MESSAGES: &[Message] = &[
    message(0x01, "Association Setup", Top::Any(2), REPORT, Print::Select),
    message(0x02, "Association TearDown", Top::Some(1), 0, Print::Reason),
    message(0x03, "Config", Top::Some(15), CONFIGURE, Print::Select),
    message(0x04, "Query", Top::Some(15), QUERY, Print::Select),
    message(0x05, "Event Notification", Top::Some(1), REPORT, Print::Select),
    message(0x06, "Packet Redirect", Top::Some(15), 0, Print::Redirect),
    message(0x0f, "HeartBeat", Top::None, 0, Print::Nothing),
    message(0x11, "Association Response", Top::Some(1), 0, Print::Result),
    message(0x13, "Config Response", Top::Some(15), CONFIGURED, Print::Select),
    message(0x14, "Query Response", Top::Some(15), QUERIED, Print::Select),
];

const TLVS: &[(u16, &str)] = &[
    (0, "Invalid TLV"),
    (1, "REDIRECT TLV"),
    (0x10, "ASResult TLV"),
    (0x11, "ASTreason TLV"),
    (0x1000, "LFBselect TLV"),
    (0x110, "PATH-DATA TLV"),
    (0x111, "KEYINFO TLV"),
    (0x112, "FULLDATA TLV"),
    (0x113, "SPARSEDATA TLV"),
    (0x114, "RESULT TLV"),
    (0x115, "METADATA TLV"),
    (0x116, "REDIRECTDATA TLV"),
];

const ACKNOWLEDGE: &[(u32, &str)] = &[
    (0, "NoACK"),
    (1, "SuccessACK"),
    (2, "FailureACK"),
    (3, "AlwaysACK"),
];
const EXECUTE: &[(u32, &str)] = &[
    (0, "EMReserved"),
    (1, "execute-all-or-none"),
    (2, "execute-until-failure"),
    (3, "continue-execute-on-failure"),
];
const ATOMIC: &[(u32, &str)] = &[(0, "Standalone"), (1, "2PCtransaction")];
const PHASE: &[(u32, &str)] = &[
    (0, "StartofTransaction"),
    (1, "MiddleofTransaction"),
    (2, "EndofTransaction"),
    (3, "abort"),
];

const SETUP_RESULTS: &[(u32, &str)] = &[(0, "Success "), (1, "FE ID invalid "), (2, "permission denied ")];
const REASONS: &[(u32, &str)] = &[
    (0, "Normal Teardown"),
    (1, "Loss of Heartbeats"),
    (2, "Out of bandwidth"),
    (3, "Out of Memory"),
    (4, "Application Crash"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::{ipv4, shown, verbose};
    use crate::wire::LinkType;

    /// A message in a chunk of data.
    fn packet(message: &[u8]) -> Vec<u8> {
        let [high, low] = u16::try_from(16 + message.len()).unwrap().to_be_bytes();
        let mut packet = vec![0x1a, 0x30, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, high, low];
        packet.extend_from_slice(&[0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
        packet.extend_from_slice(message);
        ipv4(132, &packet)
    }

    fn message(kind: u8, tlvs: &[u8]) -> Vec<u8> {
        let words = u8::try_from((24 + tlvs.len()) / 4).unwrap();
        let mut message = vec![
            0x10, kind, 0, words, 0, 0, 0, 2, 0x40, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9,
        ];
        message.extend_from_slice(&[0xc0, 0x40, 0, 0]);
        message.extend_from_slice(tlvs);
        packet(&message)
    }

    #[test]
    fn more_lines_come_with_each_v() {
        let beat = message(0x0f, &[]);
        assert!(shown(LinkType::RAW, &beat).ends_with(
            "sctp[ForCES HP] (1) [DATA] (B)(E) [TSN: 1] [SID: 0] \
                                                       [SSEQ 0] [PPID 0x0] \n\tForCES HeartBeat "
        ));
        assert!(verbose(1, LinkType::RAW, &beat).ends_with(
            "\n\tForCES Version 1 len 24B flags 0xc0400000 \n\tSrcID 0x2(FE) DstID 0x40000001(CE) Correlator 0x9"
        ));
        assert!(verbose(2, LinkType::RAW, &beat).ends_with(
            "\n\tForCES flags:\n\t  AlwaysACK(0x3), prio=0, execute-all-or-none(0x1),\
             \n\t  Standalone(0x0), StartofTransaction(0x0)\n\t  Extra flags: rsv(b5-7) 0x0 rsv(b13-31) 0x0\n"
        ));
    }

    #[test]
    fn a_query_names_the_path_that_it_asks_for() {
        let query = [
            0x10, 0, 0, 28, 0, 0, 0, 2, 0, 0, 0, 1, 0, 7, 0, 16, 1, 0x10, 0, 12, 0, 0, 0, 1, 0, 0, 0, 5,
        ];
        assert!(verbose(3, LinkType::RAW, &message(4, &query)).ends_with(
            "\tLFBselect TLV, length 28 (data length 24 Bytes)\n         FEProtoObj LFB(Classid 2) instance 1\
             \n          Oper TLV  Get(0x7) length 16\
             \n           PATH-DATA TLV, length 12 (data encapsulated 8 Bytes)\
             \n            Pathdata: Flags 0x0 ID count 1\n            ID#01: 5\n"
        ));
    }

    #[test]
    fn what_cannot_be_is_dumped() {
        let text = shown(LinkType::RAW, &message(0x0f, &[0; 8]));
        assert!(
            text.contains("HeartBeat <0x1>Illegal Top level TLV!\n\n\t[0x0000:  100f 0008"),
            "{text}"
        );
        let text = shown(LinkType::RAW, &message(2, &[0, 0x11, 0, 8, 0, 0, 1, 0]));
        assert!(
            text.contains("illegal ASTresult result code: 256!\n\n\t[0x0000:"),
            "{text}"
        );
    }

    #[test]
    fn paths_in_paths_end_somewhere() {
        let levels: u16 = 40;
        let mut query = vec![0x10, 0];
        query.extend((16 + levels * 8).to_be_bytes());
        query.extend_from_slice(&[0, 0, 0, 2, 0, 0, 0, 1, 0, 7]);
        query.extend((4 + levels * 8).to_be_bytes());
        for level in 0..levels {
            query.extend_from_slice(&[1, 0x10]);
            query.extend(((levels - level) * 8).to_be_bytes());
            query.extend_from_slice(&[0, 0, 0, 0]);
        }
        assert!(verbose(3, LinkType::RAW, &message(4, &query)).contains("[nested too deep]"));
    }
}
