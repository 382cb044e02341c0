//! The selection of a logical functional block, with operations on it, and redirected packets.

use super::path;
use super::{INDENT, Indent, Named, TLV, TLVS, aligned, fault, is_top};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, name_of, put};

/// Prints which block is selected and the operations on it.
pub(super) fn select(page: &mut Page<'_>, body: Cursor<'_>, allowed: u16) -> Shown<bool> {
    if body.len() <= LEAST {
        put!(
            page,
            "\n\t\ttruncated lfb selector: ",
            LEAST - body.len(),
            " bytes missing! "
        );
        return Ok(false);
    }
    let mut rest = body;
    let (class, instance) = (rest.u32()?, rest.u32()?);
    if page.verbose(3) {
        put!(page, "\n", Indent(INDENT));
        match name_of(BLOCKS, class) {
            Some(name) => put!(page, name),
            None => put!(page, "#", class.cast_signed()),
        }
        put!(
            page,
            "(Classid ",
            Hex(class.into()),
            ") instance ",
            Hex(instance.into()),
            "\n"
        );
    }
    let indent = INDENT + 1;
    while !rest.is_empty() {
        let (kind, length) = (rest.peek_u16(0)?, rest.peek_u16(2)?);
        if fault(length.into(), rest.len(), TLV).is_some() {
            put!(
                page,
                "\n\t\tMessy oper TLV header, type (0x",
                Hex(kind.into()),
                ")\n\t\texcess of "
            );
            put!(page, excess(rest.len(), length), " Bytes ");
            return Ok(false);
        }
        if is_allowed(kind, allowed) {
            // An operation that cannot be does not end the message.
            operation(page, rest.limited(length.into()), indent)?;
        } else {
            put!(page, if page.verbose(3) { "" } else { "\n" });
            put!(
                page,
                "\t\tINValid oper-TLV type 0x",
                Hex(kind.into()),
                " length ",
                length
            );
            put!(page, " for this ForCES message\n");
            dumped(page, rest, indent);
        }
        rest.advance(aligned(length.into()));
    }
    Ok(true)
}

fn operation(page: &mut Page<'_>, tlv: Cursor<'_>, indent: usize) -> Shown<bool> {
    let kind = tlv.peek_u16(0)?;
    let known = OPERATIONS.get(usize::from(kind));
    let (name, data) = known.copied().unwrap_or(("Invalid OPTLV", Data::Unknown));
    if page.verbose(3) {
        put!(
            page,
            Indent(indent),
            "Oper TLV ",
            name,
            "(0x",
            Hex(kind.into()),
            ") length ",
            tlv.len(),
            "\n"
        );
    }
    let body = tlv.after(TLV);
    if body.len() < SHORTEST_OPERATION {
        put!(
            page,
            "\t\tOper TLV ",
            name,
            "(0x",
            Hex(kind.into()),
            ") length ",
            tlv.len(),
            "\n"
        );
        put!(
            page,
            "\t\tTruncated data size ",
            body.len(),
            " minimum required ",
            SHORTEST_OPERATION,
            "\n"
        );
        dumped(page, body, indent);
        return Ok(false);
    }
    match data {
        Data::None => Ok(true),
        Data::Unknown => {
            dumped(page, body, indent + 1);
            Ok(false)
        }
        Data::Paths(mask) => path::list(page, body, mask, indent + 1),
        Data::One(mask) => single(page, body, mask, indent + 1),
    }
}

/// The one path of a transaction's outcome.
fn single(page: &mut Page<'_>, tlv: Cursor<'_>, mask: u16, indent: usize) -> Shown<bool> {
    let (kind, length) = (tlv.peek_u16(0)?, tlv.peek_u16(2)?);
    put!(
        page,
        "genoptlvprint - ",
        Named(TLVS, kind),
        " TLV type 0x",
        Hex(kind.into()),
        " len ",
        length,
        "\n"
    );
    if fault(length.into(), tlv.len(), TLV).is_some() {
        put!(page, "\t\t\tInvalid ForCES TLV type=", Hex(kind.into()));
        return Ok(false);
    }
    if !is_top(kind) {
        put!(page, "#0 TLV type 0x", Hex(kind.into()), " len ", length, "\n");
        return Ok(false);
    }
    let body = tlv.limited(length.into()).after(TLV);
    if page.verbose(3) {
        put!(page, Indent(indent), Named(TLVS, kind), ", length ", length);
        put!(page, " (data length ", body.len(), " Bytes)");
    }
    path::data(page, body, mask, indent + 1)
}

/// The bytes of what is not known, from `-vvv` on.
fn dumped(page: &mut Page<'_>, bytes: Cursor<'_>, indent: usize) {
    if page.verbose(3) {
        put!(page, Indent(indent - 1), "Data[");
        path::hex_lines(page, indent - 1, bytes.bytes());
        put!(page, "\n", Indent(indent - 1), "]\n");
    }
}

/// Prints a packet that is sent to the other side, and what is known of it.
pub(super) fn redirect(page: &mut Page<'_>, body: Cursor<'_>) -> Shown<bool> {
    if body.len() <= SHORTEST_REDIRECT {
        put!(
            page,
            "\n\t\ttruncated Redirect TLV: ",
            SHORTEST_REDIRECT - body.len(),
            " bytes missing! "
        );
        return Ok(false);
    }
    let mut rest = body;
    while !rest.is_empty() {
        let (kind, length) = (rest.peek_u16(0)?, rest.peek_u16(2)?);
        if fault(length.into(), rest.len(), TLV).is_some() {
            put!(page, "Bad Redirect data\n");
            put!(
                page,
                "\n\t\tMessy Redirect TLV header, type (0x",
                Hex(kind.into()),
                ")\n\t\texcess of "
            );
            put!(page, excess(rest.len(), length), " Bytes ");
            return Ok(false);
        }
        let data = rest.limited(length.into()).after(TLV);
        match kind {
            METADATA => metadata(page, data)?,
            REDIRECTED => {
                put!(
                    page,
                    "\n",
                    Indent(INDENT + 1),
                    " Redirect Data length ",
                    data.len(),
                    "\n"
                );
                if page.verbose(3) {
                    put!(page, "\t\t[");
                    page.hex("\n\t\t", data.bytes());
                    put!(page, "\n\t\t]");
                }
            }
            _ => put!(
                page,
                "Unknown REDIRECT TLV 0x",
                Hex(kind.into()),
                " len ",
                length,
                "\n"
            ),
        }
        rest.advance(aligned(length.into()));
    }
    Ok(true)
}

fn metadata(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    put!(
        page,
        "\n",
        Indent(INDENT + 1),
        " METADATA length ",
        rest.len(),
        "\n"
    );
    while rest.len() >= path::ILV {
        let (kind, length) = (rest.peek_u32(0)?, rest.peek_u32(4)?);
        let whole = usize::try_from(length).unwrap_or(usize::MAX);
        if fault(whole, rest.len(), path::ILV).is_some() {
            break;
        }
        put!(
            page,
            Indent(INDENT + 2),
            "MetaID 0x",
            Hex(kind.into()),
            " length ",
            length,
            "\n"
        );
        if page.verbose(3) {
            page.hex("\t\t[", rest.limited(whole).after(path::ILV).bytes());
            put!(page, " ]\n");
        }
        rest.advance(aligned(whole));
    }
    Ok(())
}

/// By how much more there is than a TLV says, as 32 bits that wrap.
pub(super) fn excess(left: usize, length: u16) -> u32 {
    u32::try_from(left)
        .unwrap_or(u32::MAX)
        .wrapping_sub(length.into())
}

/// Whether a message may have the operation; those of vendors always.
fn is_allowed(kind: u16, allowed: u16) -> bool {
    match kind {
        0 => false,
        1..=14 => allowed >> (kind - 1) & 1 != 0,
        _ => kind >= 0x8000,
    }
}

/// What an operation has behind its header: paths, and which data may be at their ends.
#[derive(Clone, Copy)]
enum Data {
    None,
    Unknown,
    Paths(u16),
    One(u16),
}

const OPERATIONS: [(&str, Data); 15] = [
    ("Invalid OPTLV", Data::Unknown),
    (" Set", Data::Paths(path::FULL | path::SPARSE)),
    (" SetProp", Data::Paths(path::FULL | path::SPARSE)),
    (" SetResp", Data::Paths(path::RESULT)),
    (" SetPropResp", Data::Paths(path::RESULT)),
    (" Del", Data::Paths(0)),
    (" DelResp", Data::Paths(path::RESULT)),
    (" Get", Data::Paths(0)),
    (" GetProp", Data::Paths(0)),
    (" GetResp", Data::Paths(path::FULL | path::SPARSE | path::RESULT)),
    (" GetPropResp", Data::Paths(path::FULL | path::RESULT)),
    (" Report", Data::Paths(path::FULL | path::SPARSE)),
    (" Commit", Data::None),
    (" RCommit", Data::One(path::RESULT)),
    (" RTRCOMP", Data::None),
];

/// The least that a selection, an operation and a redirection have.
const LEAST: usize = 12;
const SHORTEST_OPERATION: usize = 8;
const SHORTEST_REDIRECT: usize = 8;

const METADATA: u16 = 0x115;
const REDIRECTED: u16 = 0x116;
const BLOCKS: &[(u32, &str)] = &[(0, "Invalid TLV"), (1, "FEObj LFB"), (2, "FEProtoObj LFB")];
