//! The payloads of version 2 (RFC 7296, section 3).

use super::payload::{
    Context, Cut, HEADER, Numbered, PROPOSAL, Payload, Printed, TRANSFORM, chain, digits, indent, known,
    need, payload_name, protocol_name, some_data,
};
use super::{attributes, identity, notify};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{Dotted, put};

/// Prints a payload of the kinds 33 to 48.
pub(super) fn print<'a>(page: &mut Page<'_>, payload: &Payload<'a>, context: &Context) -> Printed<'a> {
    match payload.kind {
        33 => association(page, payload, context),
        34 => key_exchange(page, payload),
        35 | 36 => {
            payload.need(8)?;
            generic(page, payload)?;
            identity::v2(page, payload)?;
            Ok(payload.end())
        }
        39 => authentication(page, payload),
        40 => nonce(page, payload),
        41 => notify::v2(page, payload),
        43 => vendor(page, payload),
        46 => {
            generic(page, payload)?;
            encrypted(page, payload, context)?;
            // It is the last, and what it says comes next is within it.
            Err(Cut::Told)
        }
        _ => {
            generic(page, payload)?;
            Ok(payload.end())
        }
    }
}

/// Name and length, and all of the payload in hexadecimal under `-vvv`.
fn generic(page: &mut Page<'_>, payload: &Payload<'_>) -> Result<(), Cut> {
    put!(
        page,
        payload_name(payload.kind),
        payload.mark(),
        " len=",
        payload.body_len()
    );
    if page.verbose(3) {
        put!(page, " ");
        digits(page, payload.body(), payload.body_len())?;
    }
    Ok(())
}

/// The structures of one kind within a payload, one after the other: each names whether another comes.
///
/// What does not fit into the `room` ends them, but not the payloads after.
fn structures<'a>(
    page: &mut Page<'_>,
    (kind, name, depth): (u8, u8, usize),
    at: Cursor<'a>,
    room: usize,
    print: fn(&mut Page<'_>, &Payload<'a>, usize, usize) -> Printed<'a>,
) -> Printed<'a> {
    let (mut at, mut room, mut expected, mut count) = (at, room, kind, 0);
    while expected != 0 {
        count += 1;
        if room < HEADER {
            return Ok(does_not_fit(page, name, at, room));
        }
        let structure = Payload::read(expected, at)?;
        if structure.length <= HEADER {
            return Err(Cut::Payload);
        }
        if room < structure.length {
            return Ok(does_not_fit(page, name, at, room));
        }
        need(at, structure.length)?;
        indent(page, depth + 1);
        put!(page, "(");
        let length = structure.length;
        at = if expected == kind {
            match print(page, &structure, count, depth + 1) {
                Err(Cut::Payload) => {
                    put!(page, " [|", payload_name(kind), "]");
                    return Err(Cut::Told);
                }
                other => other?,
            }
        } else {
            put!(page, payload_name(expected));
            at.after(length)
        };
        put!(page, ")");
        room -= length;
        expected = structure.next;
    }
    Ok(at)
}

fn does_not_fit<'a>(page: &mut Page<'_>, name: u8, at: Cursor<'a>, room: usize) -> Cursor<'a> {
    put!(page, " [|", payload_name(name), "]");
    at.after(room)
}

fn association<'a>(page: &mut Page<'_>, payload: &Payload<'a>, context: &Context) -> Printed<'a> {
    put!(page, "sa", payload.mark(), " len=", payload.body_len());
    let place = (PROPOSAL, payload.kind, context.depth);
    structures(page, place, payload.body(), payload.body_len(), proposal)
}

fn proposal<'a>(page: &mut Page<'_>, structure: &Payload<'a>, _count: usize, depth: usize) -> Printed<'a> {
    structure.need(8)?;
    let mut rest = structure.body();
    let (number, protocol, spi, transforms) = (rest.u8()?, rest.u8()?, usize::from(rest.u8()?), rest.u8()?);
    put!(
        page,
        "p",
        structure.mark(),
        " #",
        number,
        " protoid=",
        protocol_name(protocol)
    );
    put!(page, " transform=", transforms, " len=", structure.length);
    // The room is counted without the proposal's own four bytes, as the reference does.
    let mut room = structure.body_len();
    if spi > 0 {
        if room < spi {
            return Ok(does_not_fit(page, PROPOSAL, rest, room));
        }
        put!(page, " spi=");
        digits(page, rest, spi)?;
        rest.advance(spi);
        room -= spi;
    }
    structures(page, (TRANSFORM, PROPOSAL, depth), rest, room, transform)
}

fn transform<'a>(page: &mut Page<'_>, structure: &Payload<'a>, count: usize, _depth: usize) -> Printed<'a> {
    structure.need(8)?;
    let mut rest = structure.body();
    let kind = rest.u8()?;
    rest.skip(1)?;
    let id = rest.u16()?;
    put!(
        page,
        "t",
        structure.mark(),
        " #",
        count,
        " type=",
        known(TYPES, kind.into()),
        " id="
    );
    match transform_name(kind, id) {
        Some(name) => put!(page, name, " "),
        None => put!(page, id, " "),
    }
    let map = if kind == 1 { attributes::ENCRYPTION } else { &[] };
    attributes::print(page, rest, structure.end(), map)
}

fn transform_name(kind: u8, id: u16) -> Option<Numbered> {
    let table = match kind {
        1 => attributes::ENCRYPTIONS,
        2 => PSEUDORANDOM,
        3 => INTEGRITY,
        4 => attributes::GROUPS,
        5 => &[(0, "no-esn"), (1, "esn")],
        _ => return None,
    };
    Some(known(table, id))
}

fn key_exchange<'a>(page: &mut Page<'_>, payload: &Payload<'a>) -> Printed<'a> {
    payload.need(8)?;
    put!(page, payload_name(payload.kind), payload.mark(), " len=");
    let Some(length) = payload.length.checked_sub(8) else {
        put!(page, payload.length, " < 8");
        return Ok(payload.end());
    };
    let group = payload.body().u16()?;
    put!(page, length, " group=", known(attributes::GROUPS, group));
    if page.verbose(3) && length > 0 {
        put!(page, " ");
        digits(page, payload.at.after(8), length)?;
    }
    Ok(payload.end())
}

fn authentication<'a>(page: &mut Page<'_>, payload: &Payload<'a>) -> Printed<'a> {
    payload.need(8)?;
    let method = payload.body().u8()?;
    put!(
        page,
        payload_name(payload.kind),
        payload.mark(),
        " len=",
        payload.body_len()
    );
    put!(page, " method=", known(METHODS, method.into()));
    let data = payload.at.after(8);
    if page.verbose(2) {
        put!(page, " authdata=(");
        digits(page, data, payload.length.checked_sub(8).ok_or(Cut::Payload)?)?;
        put!(page, ") ");
    } else {
        some_data(page, data);
    }
    Ok(payload.end())
}

fn nonce<'a>(page: &mut Page<'_>, payload: &Payload<'a>) -> Printed<'a> {
    put!(page, "nonce", payload.mark(), " len=", payload.body_len());
    if page.verbose(2) {
        put!(page, " nonce=(");
        digits(page, payload.body(), payload.body_len())?;
        put!(page, ") ");
    } else {
        some_data(page, payload.body());
    }
    Ok(payload.end())
}

fn vendor<'a>(page: &mut Page<'_>, payload: &Payload<'a>) -> Printed<'a> {
    put!(
        page,
        payload_name(payload.kind),
        payload.mark(),
        " len=",
        payload.body_len(),
        " vid="
    );
    need(payload.body(), payload.body_len())?;
    put!(page, Dotted(payload.body().take(payload.body_len())?));
    if page.verbose(3) && payload.body_len() > 4 {
        put!(page, " ");
        digits(page, payload.body(), payload.body_len())?;
    }
    Ok(payload.end())
}

/// The payloads within an encrypted one, if we have its key.
fn encrypted(page: &mut Page<'_>, payload: &Payload<'_>, context: &Context) -> Result<(), Cut> {
    let Ok(sealed) = payload.body().take(payload.body_len()) else {
        return Err(Cut::Payload);
    };
    let secrets = &page.options.secrets;
    let key = context
        .association
        .and_then(|exchange| secrets.exchange(exchange));
    if let Some(opened) = key
        .and_then(|key| key.open(sealed))
        .filter(|opened| !opened.is_empty())
    {
        let inside = Cursor::new(&opened, opened.len());
        if let Err(Cut::Packet(stop)) = chain(page, payload.next, inside, &context.nested()) {
            return Err(Cut::Packet(stop));
        }
    }
    Ok(())
}

const TYPES: &[(u16, &str)] = &[(1, "encr"), (2, "prf"), (3, "integ"), (4, "dh"), (5, "esn")];
const PSEUDORANDOM: &[(u16, &str)] = &[
    (1, "hmac-md5"),
    (2, "hmac-sha"),
    (3, "hmac-tiger"),
    (4, "aes128_xcbc"),
];
const INTEGRITY: &[(u16, &str)] = &[
    (1, "hmac-md5"),
    (2, "hmac-sha"),
    (3, "dec-mac"),
    (4, "kpdk-md5"),
    (5, "aes-xcbc"),
];
const METHODS: &[(u16, &str)] = &[(0, "invalid"), (1, "rsasig"), (2, "shared-secret"), (3, "dsssig")];
