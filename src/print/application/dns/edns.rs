//! The options of an OPT record (RFC 6891).

use std::net::{Ipv4Addr, Ipv6Addr};

use super::names::name;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{HexRun, name_of, put};

/// Prints the options in brackets, if there are any.
pub(super) fn options(page: &mut Page<'_>, mut data: Cursor<'_>) -> Shown {
    if data.is_empty() {
        return Ok(());
    }
    put!(page, " [");
    loop {
        option(page, &mut data)?;
        if data.is_empty() {
            break;
        }
        put!(page, ",");
    }
    put!(page, "]");
    Ok(())
}

fn option(page: &mut Page<'_>, data: &mut Cursor<'_>) -> Shown {
    let code = data.u16()?;
    match name_of(NAMES, code) {
        Some(name) => put!(page, name),
        None => put!(page, "Opt", code),
    }
    let length = usize::from(data.u16()?);
    data.need(length)?;
    let mut value = data.with_len(length);
    data.advance(length);
    if length == 0 {
        return Ok(());
    }
    put!(page, " ");
    match (code, length) {
        (CLIENT_SUBNET, _) => client_subnet(page, value)?,
        (COOKIE, 8) => put!(page, HexRun(value.bytes())),
        (COOKIE, 16..=40) => put!(page, HexRun(value.take(8)?), " ", HexRun(value.bytes())),
        (KEEPALIVE, 2) => {
            let tenths = value.u16()?;
            put!(page, tenths / 10, ".", tenths % 10, " sec");
        }
        (EXPIRE, 4) => put!(page, value.u32()?, " sec"),
        (PADDING, _) => put!(page, "(", length, ")"),
        (KEY_TAG, _) if length.is_multiple_of(2) => {
            put!(page, value.u16()?);
            while !value.is_empty() {
                put!(page, " ", value.u16()?);
            }
        }
        (DNSSEC_ALGORITHMS, _) => algorithms(page, value, DNSSEC)?,
        (DS_HASHES, _) => algorithms(page, value, DS)?,
        (NSEC3_HASHES, _) => algorithms(page, value, &[(1, "SHA-1")])?,
        (CHAIN, _) => {
            // A name that is malformed does not end the options.
            let _ = name(page, value.bytes(), 0);
        }
        (COOKIE | KEEPALIVE | EXPIRE | KEY_TAG, _) => page.invalid(),
        _ => put!(page, HexRun(value.bytes())),
    }
    Ok(())
}

/// The client subnet of RFC 7871, whose address is cut to the bytes that its prefix needs.
fn client_subnet(page: &mut Page<'_>, mut value: Cursor<'_>) -> Shown {
    if value.len() < 4 {
        page.invalid();
        return Ok(());
    }
    let family = value.u16()?;
    let (source, scope) = (value.u8()?, value.u8()?);
    let bits = if family == 1 { 32 } else { 128 };
    let cut = value.bytes();
    let fits = source <= bits && scope <= bits && usize::from(source).div_ceil(8) == cut.len();
    let mut address = [0; 16];
    match address.get_mut(..cut.len()) {
        Some(upper) if fits && matches!(family, 1 | 2) => upper.copy_from_slice(cut),
        _ => {
            page.invalid();
            return Ok(());
        }
    }
    match family {
        1 => {
            let [a, b, c, d, ..] = address;
            put!(page, Ipv4Addr::new(a, b, c, d));
        }
        _ => put!(page, Ipv6Addr::from(address)),
    }
    put!(page, "/", source, "/", scope);
    Ok(())
}

fn algorithms(page: &mut Page<'_>, mut value: Cursor<'_>, names: &[(u8, &'static str)]) -> Shown {
    let mut first = true;
    while !value.is_empty() {
        if !first {
            put!(page, " ");
        }
        first = false;
        let number = value.u8()?;
        match name_of(names, number) {
            Some(name) => put!(page, name),
            None => put!(page, "Alg_", number),
        }
    }
    Ok(())
}

const DNSSEC_ALGORITHMS: u16 = 5;
const DS_HASHES: u16 = 6;
const NSEC3_HASHES: u16 = 7;
const CLIENT_SUBNET: u16 = 8;
const EXPIRE: u16 = 9;
const COOKIE: u16 = 10;
const KEEPALIVE: u16 = 11;
const PADDING: u16 = 12;
const CHAIN: u16 = 13;
const KEY_TAG: u16 = 14;

const NAMES: &[(u16, &str)] = &[
    (1, "LLQ"),
    (2, "UL"),
    (3, "NSID"),
    (DNSSEC_ALGORITHMS, "DAU"),
    (DS_HASHES, "DHU"),
    (NSEC3_HASHES, "N3U"),
    (CLIENT_SUBNET, "ECS"),
    (EXPIRE, "EXPIRE"),
    (COOKIE, "COOKIE"),
    (KEEPALIVE, "KEEPALIVE"),
    (PADDING, "PADDING"),
    (CHAIN, "CHAIN"),
    (KEY_TAG, "KEY-TAG"),
    (16, "CLIENT-TAG"),
    (17, "SERVER-TAG"),
];

const DNSSEC: &[(u8, &str)] = &[
    (0, "DELETE"),
    (1, "RSAMD5"),
    (2, "DH"),
    (3, "DS"),
    (5, "RSASHA1"),
    (6, "DSA-NSEC3-SHA1"),
    (7, "RSASHA1-NSEC3-SHA1"),
    (8, "RSASHA256"),
    (10, "RSASHA512"),
    (12, "ECC-GOST"),
    (13, "ECDSAP256SHA256"),
    (14, "ECDSAP384SHA384"),
    (15, "ED25519"),
    (16, "ED448"),
    (252, "INDIRECT"),
    (253, "PRIVATEDNS"),
    (254, "PRIVATEOID"),
];

const DS: &[(u8, &str)] = &[
    (1, "SHA-1"),
    (2, "SHA-256"),
    (3, "GOST_R_34.11-94"),
    (4, "SHA-384"),
];
