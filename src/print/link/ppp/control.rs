//! The control protocols of PPP: LCP (RFC 1661), IPCP (RFC 1332) and their like.

use super::NAMES;
use super::options;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::oui;
use crate::print::text::{Escaped, Hex2, Hex4, HexPad, name_of, put};

/// Prints a packet of the control protocol of this number.
pub(super) fn print(page: &mut Page<'_>, protocol: u16, packet: Cursor<'_>) -> Shown {
    let name = name_of(NAMES, protocol).unwrap_or("unknown ctrl-proto");
    put!(page, name, ", ");
    if packet.len() < HEADER || !packet.has(2) {
        put!(page, "[|", name, "]");
        return Ok(());
    }
    let mut rest = packet;
    let (code, id) = (rest.u8()?, rest.u8()?);
    put!(
        page,
        name_of(CODES, code).unwrap_or("Unknown Opcode"),
        " (0x",
        Hex2(code),
        "), id ",
        id
    );
    put!(page, ", length ", packet.len() + 2);
    if !page.verbose(1) {
        return Ok(());
    }
    let length = usize::from(rest.u16()?);
    if length < HEADER {
        put!(page, "\n\tencoded length ", length, " (< 4))");
        return Ok(());
    }
    if length > packet.len() {
        put!(
            page,
            "\n\tencoded length ",
            length,
            " (> packet length ",
            packet.len(),
            "))"
        );
        return Ok(());
    }
    put!(
        page,
        "\n\tencoded length ",
        length,
        " (=Option(s) length ",
        length - HEADER,
        ")"
    );
    if length == HEADER {
        return Ok(());
    }
    // What was captured beyond the packet's end can be read all the same.
    let body = rest.claiming(length - HEADER);
    if page.verbose(2) {
        start(page, protocol, packet, 6);
    }
    match code {
        VENDOR if length >= 11 => {
            let mut fields = body;
            put!(page, "\n\t  Magic-Num 0x", HexPad(fields.u32()?.into(), 8));
            let vendor = fields.u24()?;
            put!(
                page,
                " Vendor: ",
                oui::organisation(vendor).unwrap_or("Unknown"),
                " (",
                vendor,
                ")"
            );
        }
        REQUEST..=REJECT => options::print(page, protocol, body)?,
        PROTOCOL_REJECT if length >= 6 => {
            let rejected = body.peek_u16(0)?;
            put!(
                page,
                "\n\t  Rejected ",
                name_of(NAMES, rejected).unwrap_or("unknown")
            );
            put!(page, " Protocol (0x", Hex4(rejected), ")");
            if length > 6 {
                put!(page, "\n\t  Rejected Packet");
                page.hex("\n\t    ", body.after(2).limited(length - 2).bytes());
            }
        }
        ECHO_REQUEST..=DISCARD if length >= 8 => {
            magic(page, body)?;
            if length > 8 {
                put!(page, "\n\t  -----trailing data-----");
                let data = body.after(4);
                if !data.has(length - 8) {
                    put!(page, "[|", name, "]");
                    return Ok(());
                }
                page.hex("\n\t  ", data.limited(length - 8).bytes());
            }
        }
        IDENTIFICATION if length >= 8 => {
            magic(page, body)?;
            if length > 8 {
                put!(page, "\n\t  Message\n\t    ");
                let text = body.after(4);
                put!(page, Escaped(text.limited(length - 4).bytes()));
                if !text.has(length - 4) {
                    put!(page, "[|", name, "]");
                }
            }
        }
        TIME_REMAINING if length >= 12 => {
            magic(page, body)?;
            put!(page, ", Seconds-Remaining ", body.peek_u32(4)?, "s");
        }
        VENDOR | TERMINATION..=TIME_REMAINING => {}
        _ if !page.verbose(2) => start(page, protocol, packet, length + 2),
        _ => {}
    }
    Ok(())
}

fn magic(page: &mut Page<'_>, body: Cursor<'_>) -> Shown {
    put!(page, "\n\t  Magic-Num 0x", HexPad(body.peek_u32(0)?.into(), 8));
    Ok(())
}

/// The first bytes of the packet, from the number of its protocol on.
fn start(page: &mut Page<'_>, protocol: u16, packet: Cursor<'_>, count: usize) {
    let indent = if count == 6 { "\n\t" } else { "\n\t  " };
    // Only codes that are hardly ever seen have more than a few of them.
    let mut bytes = protocol.to_be_bytes().to_vec();
    bytes.extend_from_slice(packet.limited(count.saturating_sub(2)).bytes());
    page.hex(indent, &bytes);
}

const HEADER: usize = 4;

const VENDOR: u8 = 0;
const REQUEST: u8 = 1;
const REJECT: u8 = 4;
const TERMINATION: u8 = 5;
const PROTOCOL_REJECT: u8 = 8;
const ECHO_REQUEST: u8 = 9;
const DISCARD: u8 = 11;
const IDENTIFICATION: u8 = 12;
const TIME_REMAINING: u8 = 13;
const CODES: &[(u8, &str)] = &[
    (VENDOR, "Vendor-Extension"),
    (REQUEST, "Conf-Request"),
    (2, "Conf-Ack"),
    (3, "Conf-Nack"),
    (REJECT, "Conf-Reject"),
    (TERMINATION, "Term-Request"),
    (6, "Term-Ack"),
    (7, "Code-Reject"),
    (PROTOCOL_REJECT, "Prot-Reject"),
    (ECHO_REQUEST, "Echo-Request"),
    (10, "Echo-Reply"),
    (DISCARD, "Disc-Req"),
    (IDENTIFICATION, "Ident"),
    (TIME_REMAINING, "Time-Rem"),
    (14, "Reset-Req"),
    (15, "Reset-Ack"),
];
