//! The routing between intermediate systems (ISO 10589), with IP in it (RFC 1195 and its successors).

mod bridging;
mod capability;
mod fields;
mod id;
mod neighbor;
mod prefix;
mod value;

use super::{checksum, comma, dump};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, HexPad, Put, Right, name_of, put};
use id::Id;

/// Prints a message. Returns false if all that could be said is what is wrong with its header.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown<bool> {
    page.enter("isis");
    message.need(COMMON)?;
    if message.len() < COMMON {
        return Err(Stop::Truncated);
    }
    let (fixed, version) = (message.peek_u8(1)?, message.peek_u8(2)?);
    let (id_length, areas) = (message.peek_u8(3)?, message.peek_u8(7)?);
    if !page.options.link_header {
        put!(page, "IS-IS");
    }
    if version != 1 {
        put!(page, "version ", version, " packet not supported");
        return Ok(false);
    }
    if !matches!(id_length, 0 | 6) {
        put!(page, "system ID length of ", id_length, " is not supported");
        return Ok(false);
    }
    let packet_version = message.peek_u8(5)?;
    if packet_version != 1 {
        put!(page, "version ", packet_version, " packet not supported");
        return Ok(false);
    }
    if message.len() < usize::from(fixed) {
        put!(
            page,
            "fixed header length ",
            fixed,
            " > packet length ",
            message.len()
        );
        return Ok(false);
    }
    if usize::from(fixed) < COMMON {
        put!(
            page,
            "fixed header length ",
            fixed,
            " < minimum header size ",
            COMMON
        );
        return Ok(false);
    }
    if areas == 255 {
        put!(page, "bad packet -- 255 areas");
        return Ok(false);
    }
    let kind = message.peek_u8(4)?;
    let comma = comma(page);
    if page.verbose(1) {
        put!(page, comma, "length ", message.len(), "\n\t");
        match name_of(KINDS, kind) {
            Some(name) => put!(page, name),
            None => put!(page, "unknown, type ", kind),
        }
        put!(
            page,
            ", hlen: ",
            fixed,
            ", v: ",
            version,
            ", pdu-v: ",
            packet_version
        );
        // Zero stands for the usual number of both.
        let usual = if areas == 0 { 3 } else { areas };
        put!(
            page,
            ", sys-id-len: 6 (",
            id_length,
            "), max-area: ",
            usual,
            " (",
            areas,
            ")"
        );
        if page.verbose(2) {
            dump(page, "\n\t", message, COMMON);
        }
    } else {
        match name_of(KINDS, kind) {
            Some(name) => put!(page, comma, name),
            None => put!(page, comma, "unknown PDU-Type ", kind),
        }
    }
    let form = match kind {
        15 | 16 => &LAN_HELLO,
        17 => &POINT_TO_POINT_HELLO,
        18 | 20 => &LINK_STATE,
        24 | 25 => &COMPLETE,
        26 | 27 => &PARTIAL,
        _ if page.verbose(1) => {
            dump(page, "\n\t  ", message.after(COMMON), message.len());
            return Ok(false);
        }
        _ => {
            put!(page, ", length ", message.len());
            return Ok(true);
        }
    };
    let header = form.length;
    if usize::from(fixed) != COMMON + header {
        put!(
            page,
            form.comma,
            " bogus fixed header length ",
            fixed,
            " should be ",
            form.complaint
        );
        return Ok(false);
    }
    message.need(COMMON + header)?;
    (form.print)(page, message)?;
    if !page.verbose(1) {
        put!(page, ", length ", message.len());
        return Ok(true);
    }
    if page.verbose(2) {
        dump(page, "\n\t  ", message.after(COMMON), header);
    }
    let length = declared(message, form)?;
    let Some(values) = length.checked_sub(COMMON + header) else {
        put!(page, " [packet length ", length, " < ", COMMON + header, "]");
        page.invalid();
        return Ok(true);
    };
    value::list(page, message.claiming(length), COMMON + header, values)?;
    Ok(true)
}

/// What follows the common header of a message.
struct Form {
    /// How long it is.
    length: usize,
    /// Where it tells the length of the message.
    length_at: usize,
    print: fn(&mut Page<'_>, Cursor<'_>) -> Shown,
    /// How the text begins that complains of another length of the header, and which it says is right.
    comma: &'static str,
    complaint: usize,
}

const LAN_HELLO: Form = Form {
    length: 19,
    length_at: 9,
    print: lan_hello,
    comma: ",",
    complaint: COMMON + 19,
};
const POINT_TO_POINT_HELLO: Form = Form {
    length: 12,
    length_at: 9,
    print: point_to_point_hello,
    comma: ",",
    complaint: COMMON + 12,
};
const LINK_STATE: Form = Form {
    length: 19,
    length_at: 0,
    print: link_state,
    comma: ",",
    complaint: 19,
};
const COMPLETE: Form = Form {
    length: 25,
    length_at: 0,
    print: complete,
    comma: ",",
    complaint: COMMON + 25,
};
const PARTIAL: Form = Form {
    length: 9,
    length_at: 0,
    print: partial,
    comma: "-",
    complaint: COMMON + 9,
};

/// The length that the message itself tells, if that is less than the packet's.
fn declared(message: Cursor<'_>, form: &Form) -> Shown<usize> {
    Ok(message
        .len()
        .min(message.peek_u16(COMMON + form.length_at)?.into()))
}

fn lan_hello(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let mut rest = message.after(COMMON);
    let (circuit, source) = (rest.u8()?, rest.take(SYSTEM)?);
    let (holding, length, priority) = (rest.u16()?, rest.u16()?, rest.u8()?);
    let lan = rest.take(NODE)?;
    if !page.verbose(1) {
        put!(
            page,
            ", src-id ",
            Id(source),
            ", lan-id ",
            Id(lan),
            ", prio ",
            priority
        );
        return Ok(());
    }
    put!(
        page,
        "\n\t  source-id: ",
        Id(source),
        ",  holding time: ",
        holding
    );
    put!(
        page,
        "s, Flags: [",
        Circuit(circuit),
        "]\n\t  lan-id:    ",
        Id(lan)
    );
    put!(page, ", Priority: ", priority & 0x7f, ", PDU length: ", length);
    Ok(())
}

fn point_to_point_hello(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let mut rest = message.after(COMMON);
    let (circuit, source) = (rest.u8()?, rest.take(SYSTEM)?);
    let (holding, length, id) = (rest.u16()?, rest.u16()?, rest.u8()?);
    if !page.verbose(1) {
        put!(page, ", src-id ", Id(source));
        return Ok(());
    }
    put!(page, "\n\t  source-id: ", Id(source), ", holding time: ", holding);
    put!(
        page,
        "s, Flags: [",
        Circuit(circuit),
        "]\n\t  circuit-id: 0x",
        Hex2(id)
    );
    put!(page, ", PDU length: ", length);
    Ok(())
}

fn link_state(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let mut rest = message.after(COMMON);
    let (length, lifetime, id) = (rest.u16()?, rest.u16()?, rest.take(PACKET)?);
    let (sequence, sum, flags) = (rest.u32()?, rest.u16()?, rest.u8()?);
    let sequence = HexPad(sequence.into(), 8);
    let lifetime = Right(lifetime.into(), 5);
    if !page.verbose(1) {
        put!(
            page,
            ", lsp-id ",
            Id(id),
            ", seq 0x",
            sequence,
            ", lifetime ",
            lifetime,
            "s"
        );
        return Ok(());
    }
    put!(
        page,
        "\n\t  lsp-id: ",
        Id(id),
        ", seq: 0x",
        sequence,
        ", lifetime: ",
        lifetime
    );
    put!(page, "s\n\t  chksum: 0x", Hex4(sum));
    // The checksum covers all from the identifier on.
    let covered = declared(message, &LINK_STATE)?.wrapping_sub(12);
    checksum::verify(page, message.after(12), sum, 12, covered);
    put!(page, ", PDU length: ", length, ", Flags: [ ");
    put!(
        page,
        if flags & 0x04 != 0 {
            "Overload bit set, "
        } else {
            ""
        }
    );
    if flags & 0x78 != 0 {
        for (mask, name) in [
            (0x08, "default "),
            (0x10, "delay "),
            (0x20, "expense "),
            (0x40, "error "),
        ] {
            put!(page, if flags & mask != 0 { name } else { "" });
        }
        put!(page, "ATT bit set, ");
    }
    put!(page, if flags & 0x80 != 0 { "P bit set, " } else { "" });
    put!(
        page,
        match flags & 3 {
            0 => "Unused 0x0 (invalid) ]",
            1 => "L1 IS ]",
            2 => "Unused 0x2 (invalid) ]",
            _ => "L2 IS ]",
        }
    );
    Ok(())
}

fn complete(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let mut rest = message.after(COMMON);
    let (length, source) = (rest.u16()?, rest.take(NODE)?);
    let (first, last) = (rest.take(PACKET)?, rest.take(PACKET)?);
    if !page.verbose(1) {
        put!(page, ", src-id ", Id(source));
        return Ok(());
    }
    put!(page, "\n\t  source-id:    ", Id(source), ", PDU length: ", length);
    put!(
        page,
        "\n\t  start lsp-id: ",
        Id(first),
        "\n\t  end lsp-id:   ",
        Id(last)
    );
    Ok(())
}

fn partial(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    let mut rest = message.after(COMMON);
    let (length, source) = (rest.u16()?, rest.take(NODE)?);
    if !page.verbose(1) {
        put!(page, ", src-id ", Id(source));
        return Ok(());
    }
    put!(page, "\n\t  source-id:    ", Id(source), ", PDU length: ", length);
    Ok(())
}

/// The levels of a circuit.
struct Circuit(u8);

impl Put for Circuit {
    fn put(self, out: &mut Vec<u8>) {
        match self.0 {
            1 => "Level 1 only".put(out),
            2 => "Level 2 only".put(out),
            3 => "Level 1, Level 2".put(out),
            other => ("unknown circuit type 0x", Hex2(other)).put(out),
        }
    }
}

/// The lengths of the identifiers of a system, of a node in it, and of a link state packet of that.
const SYSTEM: usize = 6;
const NODE: usize = 7;
const PACKET: usize = 8;

/// The length of the header that all messages have.
const COMMON: usize = 8;

const KINDS: &[(u8, &str)] = &[
    (15, "L1 Lan IIH"),
    (16, "L2 Lan IIH"),
    (17, "p2p IIH"),
    (18, "L1 LSP"),
    (20, "L2 LSP"),
    (24, "L1 CSNP"),
    (25, "L2 CSNP"),
    (26, "L1 PSNP"),
    (27, "L2 PSNP"),
];
