//! The options of neighbor discovery (RFC 4861 section 4.6 and its successors).

use std::net::Ipv6Addr;

use super::preference;
use crate::print::application::dns;
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::ink::Kind;
use crate::print::page::Page;
use crate::print::text::{Mac, Named, Put, name_of, put, put_bits};

/// Prints the options, one a line; from `-vv` on with their bytes.
pub(super) fn print(page: &mut Page<'_>, options: Cursor<'_>) -> Shown {
    let mut rest = options;
    while !rest.is_empty() {
        let kind = rest.peek_u8(0)?;
        let units = rest.peek_u8(1)?;
        let length = usize::from(units) * 8;
        if length == 0 {
            return Err(Stop::Truncated);
        }
        rest.need(length)?;
        let body = rest.sub(length).after(2);
        if !page.item("options", |page| option(page, kind, units, body, options))? {
            break;
        }
    }
    Ok(())
}

/// Prints an option of so many units of 8 bytes. Returns false if nothing is to be shown behind it.
fn option(page: &mut Page<'_>, kind: u8, units: u8, body: Cursor<'_>, options: Cursor<'_>) -> Shown<bool> {
    put!(
        page,
        "\n\t  ",
        Named("name", name_of(NAMES, kind).unwrap_or("unknown")),
        " option (",
        Named("kind", kind),
        "), length "
    );
    put!(
        page,
        Named("length", usize::from(units) * 8),
        " (",
        Named("", units),
        "): "
    );
    if kind == REDIRECTED {
        // From the first option on, whichever this is.
        page.hex("\n\t    ", options.limited(usize::from(units) * 8).bytes());
    } else if !option_body(page, kind, units, body)? && !page.verbose(2) {
        page.hex("\n\t  ", body.bytes());
        return Ok(false);
    }
    if page.verbose(2) {
        page.hex("\n\t    ", body.bytes());
    }
    Ok(true)
}

/// Prints what an option says. Returns false if we do not know it.
fn option_body(page: &mut Page<'_>, kind: u8, units: u8, body: Cursor<'_>) -> Shown<bool> {
    let mut rest = body;
    match kind {
        SOURCE_LINK_ADDRESS | TARGET_LINK_ADDRESS => put!(page, Mac(body.bytes())),
        PREFIX => {
            let (length, flags) = (rest.u8()?, rest.u8()?);
            let (valid, preferred) = (Lifetime(rest.u32()?), Lifetime(rest.u32()?));
            rest.skip(4)?;
            page.host(rest.ipv6()?);
            put!(
                page,
                "/",
                length,
                if units == 4 { "" } else { "badlen" },
                ", Flags ["
            );
            put_bits(page.out, PREFIX_FLAGS, flags.into(), ", ", "none");
            put!(page, "], valid time ", valid, ", pref. time ", preferred);
        }
        MTU => put!(
            page,
            " ",
            body.peek_u32(2)?,
            if units == 1 { "" } else { "bad option length" }
        ),
        DNS_SERVERS => {
            put!(page, " lifetime ", body.peek_u32(2)?, "s,");
            rest.advance(6);
            for _ in 0..(units - 1) / 2 {
                put!(page, " addr: ");
                page.host(rest.ipv6()?);
            }
        }
        DNS_SEARCH => {
            put!(page, " lifetime ", body.peek_u32(2)?, "s, domain(s):");
            let mut at = 6;
            while body.peek_u8(at).is_ok_and(|length| length != 0) {
                put!(page, " ");
                at = dns::name(page, body.bytes(), at)?;
            }
        }
        ADVERTISEMENT_INTERVAL => put!(page, " ", body.peek_u32(2)?, "ms"),
        HOME_AGENT => put!(
            page,
            " preference ",
            body.peek_u16(2)?,
            ", lifetime ",
            body.peek_u16(4)?
        ),
        ROUTE => {
            let (length, flags, lifetime) = (rest.u8()?, rest.u8()?, Lifetime(rest.u32()?));
            if units > 3 {
                return Err(Stop::Truncated);
            }
            put!(page, " ");
            page.host(padded(rest.bytes()));
            put!(
                page,
                "/",
                length,
                ", pref=",
                preference(flags),
                ", lifetime=",
                lifetime
            );
        }
        PREFIX_64 => {
            // RFC 8781 section 4: the lifetime in units of eight seconds and a code for the prefix length.
            let scaled = rest.u16()?;
            page.host(padded(rest.bytes()));
            put!(page, "/");
            let code = scaled & 7;
            match PREFIX_64_LENGTHS.get(usize::from(code)) {
                Some(length) => put!(page, *length),
                None => put!(page, "??"),
            }
            put!(page, " (plc ", code, "), lifetime ", scaled & !7, "s");
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// An address of which only the first bytes are given.
fn padded(bytes: &[u8]) -> Ipv6Addr {
    let mut address = [0; 16];
    for (to, from) in address.iter_mut().zip(bytes) {
        *to = *from;
    }
    Ipv6Addr::from(address)
}

/// Seconds, of which all ones mean for ever.
#[derive(Clone, Copy)]
struct Lifetime(u32);

impl Put for Lifetime {
    const KIND: Kind = Kind::Span;

    fn put(self, out: &mut Vec<u8>) {
        match self.0 {
            u32::MAX => "infinity".put(out),
            seconds => {
                seconds.put(out);
                "s".put(out);
            }
        }
    }
}

const SOURCE_LINK_ADDRESS: u8 = 1;
const TARGET_LINK_ADDRESS: u8 = 2;
const PREFIX: u8 = 3;
const REDIRECTED: u8 = 4;
const MTU: u8 = 5;
const ADVERTISEMENT_INTERVAL: u8 = 7;
const HOME_AGENT: u8 = 8;
const ROUTE: u8 = 24;
const DNS_SERVERS: u8 = 25;
const DNS_SEARCH: u8 = 31;
const PREFIX_64: u8 = 38;

const NAMES: &[(u8, &str)] = &[
    (SOURCE_LINK_ADDRESS, "source link-address"),
    (TARGET_LINK_ADDRESS, "destination link-address"),
    (PREFIX, "prefix info"),
    (REDIRECTED, "redirected header"),
    (MTU, "mtu"),
    (ADVERTISEMENT_INTERVAL, "advertisement interval"),
    (HOME_AGENT, "homeagent information"),
    (ROUTE, "route info"),
    (DNS_SERVERS, "rdnss"),
    (DNS_SEARCH, "dnssl"),
    (PREFIX_64, "pref64"),
];

const PREFIX_FLAGS: &[(u32, &str)] = &[(0x80, "onlink"), (0x40, "auto"), (0x20, "router")];

const PREFIX_64_LENGTHS: [u8; 6] = [96, 64, 56, 48, 40, 32];
