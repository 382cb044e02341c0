//! Addresses and prefixes, of which updates leave out what they have in common.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::put;

/// The prefixes that the next updates may be told by what differs from.
pub(super) struct Last {
    pub(super) ipv4: [u8; 16],
    pub(super) ipv6: [u8; 16],
}

impl Last {
    pub(super) fn of(&mut self, encoding: u8) -> &mut [u8; 16] {
        if encoding == IPV4 {
            &mut self.ipv4
        } else {
            &mut self.ipv6
        }
    }
}

/// A prefix of so many bits, of which the first `omitted` bytes are those of `before`; IPv4's are mapped into IPv6's.
pub(super) fn prefix(
    encoding: u8,
    bits: u8,
    omitted: u8,
    before: Option<[u8; 16]>,
    value: &mut Cursor<'_>,
) -> Shown<[u8; 16]> {
    let (bytes, omitted) = (usize::from(bits.div_ceil(8)), usize::from(omitted));
    let told = bytes.saturating_sub(omitted);
    let mut address = [0; 16];
    if bytes > 16 {
        return Err(Stop::Invalid);
    }
    let start = match encoding {
        WILDCARD => return Ok(address),
        IPV4 => {
            address = MAPPED;
            if omitted > 4 || bytes > 4 {
                return Err(Stop::Invalid);
            }
            12
        }
        IPV6 if omitted > 16 => return Err(Stop::Invalid),
        IPV6 => 0,
        LINK_LOCAL => {
            fill(&mut address, 0, &[0xfe, 0x80]);
            let told = bytes.saturating_sub(8);
            value.claims(told)?;
            fill(&mut address, 8, value.take(told)?);
            return Ok(address);
        }
        _ => return Err(Stop::Invalid),
    };
    value.claims(told)?;
    if omitted > 0 {
        let before = before.ok_or(Stop::Invalid)?;
        fill(&mut address, 0, before.get(..start + omitted).unwrap_or_default());
    }
    fill(&mut address, start + omitted, value.take(told)?);
    Ok(address)
}

fn fill(address: &mut [u8; 16], start: usize, bytes: &[u8]) {
    for (to, from) in address.iter_mut().skip(start).zip(bytes) {
        *to = *from;
    }
}

/// A whole address; `None` if it is too short or of an unknown encoding.
pub(super) fn address(encoding: u8, value: &mut Cursor<'_>) -> Shown<Option<[u8; 16]>> {
    let bits = if encoding == IPV4 { 32 } else { 128 };
    match prefix(encoding, bits, 0, None, value) {
        Ok(address) => Ok(Some(address)),
        Err(Stop::Invalid) => Ok(None),
        Err(stop) => Err(stop),
    }
}

pub(super) fn put_address(page: &mut Page<'_>, encoding: u8, address: [u8; 16], wildcard: &str) {
    if encoding == WILDCARD {
        put!(page, wildcard);
    } else {
        put_host(page, address);
    }
}

fn put_host(page: &mut Page<'_>, address: [u8; 16]) {
    match Ipv6Addr::from(address).to_ipv4_mapped() {
        Some(ipv4) => page.host(ipv4),
        None => page.host(Ipv6Addr::from(address)),
    }
}

pub(super) fn put_prefix(page: &mut Page<'_>, encoding: u8, address: [u8; 16], bits: u8, wildcard: &str) {
    if encoding == WILDCARD {
        put!(page, wildcard);
    } else {
        put_any_prefix(page, encoding, address, bits);
    }
}

pub(super) fn put_any_prefix(page: &mut Page<'_>, encoding: u8, address: [u8; 16], bits: u8) {
    let bits = if encoding == IPV4 {
        bits.wrapping_add(96)
    } else {
        bits
    };
    match (Ipv6Addr::from(address).to_ipv4_mapped(), bits.checked_sub(96)) {
        (Some(ipv4), Some(bits)) => {
            page.host(Ipv4Addr::from(ipv4.octets()));
            put!(page, "/", bits);
        }
        _ => {
            page.host(Ipv6Addr::from(address));
            put!(page, "/", bits);
        }
    }
}

/// How addresses are encoded.
pub(super) const WILDCARD: u8 = 0;
const IPV4: u8 = 1;
const IPV6: u8 = 2;
const LINK_LOCAL: u8 = 3;

pub(super) const MAPPED: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0];
