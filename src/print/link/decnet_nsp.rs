//! The network services protocol of DECnet: data, acknowledgements, connections.

use super::decnet::at_least;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex, name_of, put};

/// Prints a message.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    at_least(page, " (nsplen ", message.len(), 5)?;
    let mut rest = message;
    let (flags, destination, source) = (rest.u8()?, rest.u16_le()?, rest.u16_le()?);
    let kind = flags & 0x0c;
    let subkind = flags & 0x70;
    match (kind, subkind) {
        (DATA, 0x00 | 0x20 | 0x40 | 0x60) => {
            put!(page, "data ", source, ">", destination, " ");
            segment(page, rest, message.len() - 5, OTHER, true)
        }
        (DATA, 0x30) => {
            put!(page, "intr ");
            segment(page, rest, message.len() - 5, SAME, true)
        }
        (DATA, 0x10) => {
            put!(page, "link-service ", source, ">", destination, " ");
            message.claims(13)?;
            segment(page, rest, message.len() - 5, SAME, false)?;
            link_service(page, message.after(11))
        }
        (ACKNOWLEDGEMENT, 0x00 | 0x10) => {
            let (name, other) = if subkind == 0 {
                ("data-ack ", OTHER)
            } else {
                ("ils-ack ", SAME)
            };
            put!(page, name, source, ">", destination, " ");
            message.claims(9)?;
            message.need(9)?;
            acknowledged(page, &mut rest, other)
        }
        (ACKNOWLEDGEMENT, 0x20) => {
            put!(page, "conn-ack ", destination);
            Ok(())
        }
        (CONNECTION, 0x10 | 0x20 | 0x60) => {
            let (name, length) = match subkind {
                0x10 => ("conn-initiate ", 9),
                0x20 => ("conn-confirm ", 10),
                _ => ("retrans-conn-initiate ", 9),
            };
            put!(page, name, source, ">", destination, " ");
            message.claims(length)?;
            connection(page, rest, length == 10)
        }
        (CONNECTION, 0x30) => {
            put!(page, "disconn-initiate ", source, ">", destination, " ");
            message.claims(8)?;
            let (why, more) = (rest.u16_le()?, rest.u8()?);
            reason(page, why);
            if more != 0 {
                put!(page, "optlen ", more, " ");
            }
            Ok(())
        }
        (CONNECTION, 0x40) => {
            put!(page, "disconn-confirm ", source, ">", destination, " ");
            reason(page, rest.u16_le()?);
            Ok(())
        }
        _ => {
            let name = match kind {
                DATA => "reserved-subtype? ",
                ACKNOWLEDGEMENT => "reserved-acktype? ",
                CONNECTION => "reserved-ctltype? ",
                _ => "reserved-type? ",
            };
            put!(page, name, Hex(flags.into()), " ", source, " > ", destination);
            Ok(())
        }
    }
}

/// The names of what is acknowledged of the other channel.
type Names = (&'static str, &'static str);
const OTHER: Names = ("onak ", "oack ");
const SAME: Names = ("nakdat ", "ackdat ");

/// Up to two acknowledgements and a number; `counted` if each has to be declared.
fn segment(page: &mut Page<'_>, rest: Cursor<'_>, length: usize, other: Names, counted: bool) -> Shown {
    let mut fields = rest.claiming(if counted { length } else { usize::MAX });
    fields.claims(2)?;
    let field = acknowledged_in(page, &mut fields, other)?;
    put!(page, "seg ", field & NUMBER, " ");
    Ok(())
}

/// The acknowledgements before a number. Returns the field that holds the number.
fn acknowledged_in(page: &mut Page<'_>, fields: &mut Cursor<'_>, other: Names) -> Shown<u16> {
    let mut field = fields.u16_le()?;
    if field & 0x8000 != 0 {
        acknowledgement(page, field, 0x9000, ("nak ", "ack "));
        fields.claims(2)?;
        field = fields.u16_le()?;
        if field & 0xa000 != 0 {
            acknowledgement(page, field, 0xb000, other);
            fields.claims(2)?;
            field = fields.u16_le()?;
        }
    }
    Ok(field)
}

/// The acknowledgements of a message that has nothing else.
fn acknowledged(page: &mut Page<'_>, fields: &mut Cursor<'_>, other: Names) -> Shown {
    let field = fields.u16_le()?;
    if field & 0x8000 != 0 {
        acknowledgement(page, field, 0x9000, ("nak ", "ack "));
        let field = fields.u16_le()?;
        if field & 0xa000 != 0 {
            acknowledgement(page, field, 0xb000, other);
        }
    }
    Ok(())
}

/// An acknowledgement, the first of `names` where all bits of `negative` are set.
fn acknowledgement(page: &mut Page<'_>, field: u16, negative: u16, names: Names) {
    let name = if field & negative == negative {
        names.0
    } else {
        names.1
    };
    put!(page, name, field & NUMBER, " ");
}

fn link_service(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Shown {
    let (flags, value) = (rest.u8()?, rest.u8()?);
    match flags & 0x0c {
        0 => {
            put!(page, "dat seg count ", value, " ");
            match flags & 3 {
                0 => {}
                1 => put!(page, "donotsend-data "),
                2 => put!(page, "send-data "),
                _ => put!(page, "reserved-fcmod? ", Hex(flags.into())),
            }
        }
        4 => put!(page, "intr req count ", value, " "),
        _ => put!(page, "reserved-fcval-int? ", Hex(flags.into())),
    }
    Ok(())
}

fn connection(page: &mut Page<'_>, mut rest: Cursor<'_>, is_confirmed: bool) -> Shown {
    let (services, info, size) = (rest.u8()?, rest.u8()?, rest.u16_le()?);
    let more = if is_confirmed { rest.u8()? } else { 0 };
    put!(
        page,
        match services & 0x0c {
            4 => "seg ",
            8 => "msg ",
            _ => "",
        },
        match info & 3 {
            0 => "ver 3.2 ",
            1 => "ver 3.1 ",
            2 => "ver 4.0 ",
            _ => "ver 4.1 ",
        }
    );
    put!(page, "segsize ", size, " ");
    if more != 0 {
        put!(page, "optlen ", more, " ");
    }
    Ok(())
}

fn reason(page: &mut Page<'_>, number: u16) {
    match name_of(REASONS, number) {
        Some(name) => put!(page, name, " "),
        None => put!(page, "reason-", number, " "),
    }
}

const DATA: u8 = 0;
const ACKNOWLEDGEMENT: u8 = 4;
const CONNECTION: u8 = 8;
const NUMBER: u16 = 0x0fff;

#[rustfmt::skip]
const REASONS: &[(u16, &str)] = &[
    (0, "object rejected connect"), (1, "insufficient resources"), (2, "unrecognized node name"),
    (3, "node is shutting down"), (4, "unrecognized object"), (5, "invalid object name format"),
    (6, "object too busy"), (7, "protocol error discovered"), (8, "third party abort"), (9, "user abort"),
    (10, "invalid node name format"), (11, "local node shutting down"), (32, "insufficient local resources"),
    (33, "insufficient remote user resources"), (34, "invalid access control information"),
    (36, "bad ACCOUNT information"), (38, "no response from object"), (39, "node unreachable"),
    (41, "no link terminate"), (42, "disconnect complete"), (43, "bad image data in connect"),
    (54, "cryptographic service mismatch"),
];
