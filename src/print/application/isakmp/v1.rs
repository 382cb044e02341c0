//! The payloads of version 1 (RFC 2408, section 3; RFC 2407, section 4.6).

use super::payload::{
    Context, Cut, PROPOSAL, Payload, Printed, TRANSFORM, chain, digits, known, need, payload_name,
    protocol_name, some_data,
};
use super::{attributes, identity, notify};
use crate::print::page::Page;
use crate::print::text::put;

/// Prints a payload of the kinds 1 to 13.
pub(super) fn print<'a>(page: &mut Page<'_>, payload: &Payload<'a>, context: &Context) -> Printed<'a> {
    put!(page, payload_name(payload.kind), ":");
    match payload.kind {
        1 => association(page, payload, context),
        PROPOSAL => proposal(page, payload, context),
        TRANSFORM => transform(page, payload, context),
        5 => identity::v1(page, payload, context),
        6 | 7 => certificate(page, payload),
        10 => nonce(page, payload),
        11 => notify::v1(page, payload),
        12 => delete(page, payload),
        kind => {
            put!(
                page,
                if kind == 4 { " key len=" } else { " len=" },
                payload.body_len()
            );
            whole(page, payload)?;
            Ok(payload.end())
        }
    }
}

/// All of the payload in hexadecimal under `-vvv`.
fn whole(page: &mut Page<'_>, payload: &Payload<'_>) -> Result<(), Cut> {
    if page.verbose(3) {
        put!(page, " ");
        digits(page, payload.body(), payload.body_len())?;
    }
    Ok(())
}

fn association<'a>(page: &mut Page<'_>, payload: &Payload<'a>, context: &Context) -> Printed<'a> {
    payload.need(12)?;
    let mut rest = payload.body();
    let (interpretation, situation) = (rest.u32()?, rest.u32()?);
    if interpretation != IPSEC {
        put!(page, " doi=", interpretation, " situation=", situation);
        return Ok(rest);
    }
    put!(page, " doi=ipsec situation=");
    let mut separator = "";
    for (bit, name) in [(1, "identity"), (2, "secrecy"), (4, "integrity")] {
        if situation & bit != 0 {
            put!(page, separator, name);
            separator = "+";
        }
    }
    if situation != 1 {
        // The labeled domain is shown as what stands in place of the interpretation.
        put!(page, " ident=", payload.body().u32()?);
        rest.advance(4);
    }
    need(rest, 4)?;
    chain(page, PROPOSAL, rest, context)
}

fn proposal<'a>(page: &mut Page<'_>, payload: &Payload<'a>, context: &Context) -> Printed<'a> {
    payload.need(8)?;
    let mut rest = payload.body();
    let (number, protocol, spi, transforms) = (rest.u8()?, rest.u8()?, usize::from(rest.u8()?), rest.u8()?);
    put!(
        page,
        " #",
        number,
        " protoid=",
        protocol_name(protocol),
        " transform=",
        transforms
    );
    if spi > 0 {
        put!(page, " spi=");
        digits(page, rest, spi)?;
    }
    rest.advance(spi);
    need(rest, 4)?;
    let context = Context { protocol, ..*context };
    chain(page, TRANSFORM, rest, &context)
}

fn transform<'a>(page: &mut Page<'_>, payload: &Payload<'a>, context: &Context) -> Printed<'a> {
    payload.need(8)?;
    let mut rest = payload.body();
    let (number, transform) = (rest.u8()?, rest.u8()?);
    rest.skip(2)?;
    let (map, name) = attributes::of_protocol(context.protocol, transform);
    put!(page, " #", number, " id=");
    match name {
        Some(name) => put!(page, name, " "),
        None => put!(page, transform, " "),
    }
    attributes::print(page, rest, payload.end(), map)
}

fn certificate<'a>(page: &mut Page<'_>, payload: &Payload<'a>) -> Printed<'a> {
    // A byte more than there is to read: the encoding and the first of the certificate.
    payload.need(6)?;
    let encoding = payload.body().u8()?;
    put!(
        page,
        " len=",
        payload.body_len(),
        " type=",
        known(CERTIFICATES, encoding.into())
    );
    whole(page, payload)?;
    Ok(payload.end())
}

fn nonce<'a>(page: &mut Page<'_>, payload: &Payload<'a>) -> Printed<'a> {
    put!(page, " n len=", payload.body_len());
    if page.verbose(3) {
        whole(page, payload)?;
    } else if page.verbose(2) {
        put!(page, " ");
        some_data(page, payload.body());
    }
    Ok(payload.end())
}

fn delete<'a>(page: &mut Page<'_>, payload: &Payload<'a>) -> Printed<'a> {
    payload.need(12)?;
    let mut rest = payload.body();
    let (interpretation, protocol) = (rest.u32()?, rest.u8()?);
    if interpretation == IPSEC {
        put!(page, " doi=ipsec proto=", protocol_name(protocol));
    } else {
        put!(page, " doi=", interpretation, " proto=", protocol);
    }
    let (size, count) = (usize::from(rest.u8()?), rest.u16()?);
    put!(page, " spilen=", size, " nspi=", count, " spi=");
    if size == 0 {
        // Nothing but separators, and the packet may claim any number of them.
        for _ in 1..count.min(MOST_NOTHINGS) {
            put!(page, ",");
        }
        return Ok(rest);
    }
    for index in 0..count {
        if index > 0 {
            put!(page, ",");
        }
        digits(page, rest, size)?;
        rest.advance(size);
    }
    Ok(rest)
}

pub(super) const IPSEC: u32 = 1;
/// So many parameter indices without bytes are shown as such.
const MOST_NOTHINGS: u16 = 256;

#[rustfmt::skip]
const CERTIFICATES: &[(u16, &str)] = &[
    (0, "none"), (1, "pkcs7"), (2, "pgp"), (3, "dns"), (4, "x509sign"), (5, "x509ke"), (6, "kerberos"), (7, "crl"),
    (8, "arl"), (9, "spki"), (10, "x509attr"),
];
