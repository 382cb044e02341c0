//! The values that a message carries, each with its type and length.

use super::fields::{
    adjacency, areas, authentication, domain, instance, prefix_neighbors, protocols, purger, put_metrics,
    reachable, restart, shared_risk, topology,
};
use super::{Id, PACKET, SYSTEM, bridging, capability, checksum, dump, neighbor, prefix};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::oui;
use crate::print::text::{Hex4, HexPad, Right, name_of, put, put_bits};

/// Prints the values of a message, `left` bytes from `offset` on.
pub(super) fn list(page: &mut Page<'_>, message: Cursor<'_>, offset: usize, mut left: usize) -> Shown {
    let mut rest = message.after(offset);
    while left > 0 {
        rest.need(2)?;
        if left < 2 {
            return Err(Stop::Truncated);
        }
        let (kind, length) = (rest.u8()?, rest.u8()?);
        left -= 2;
        put!(
            page,
            "\n\t    ",
            name_of(KINDS, kind).unwrap_or("unknown"),
            " TLV #",
            kind
        );
        put!(page, ", length: ", length);
        let length = usize::from(length);
        if left < length {
            return Err(Stop::Truncated);
        }
        if !value(page, kind, message, Value { rest, left: length })? {
            return Ok(());
        }
        if page.verbose(2) {
            dump(page, "\n\t      ", rest, length);
        }
        rest.advance(length);
        left -= length;
    }
    Ok(())
}

/// A value as it is read: what was captured from here on, and how much of it is the value's.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) rest: Cursor<'a>,
    pub(super) left: usize,
}

impl<'a> Value<'a> {
    /// The next `count` bytes, or `None` if the value is too short; then nothing more of it is shown.
    pub(super) fn take(&mut self, count: usize) -> Shown<Option<Cursor<'a>>> {
        if self.left < count {
            return Ok(None);
        }
        self.rest.need(count)?;
        self.left -= count;
        Ok(Some(self.rest.sub(count)))
    }

    /// The next parts of `count` bytes, each given to `print`.
    pub(super) fn each(&mut self, count: usize, mut print: impl FnMut(Cursor<'a>) -> Shown) -> Shown {
        while self.left != 0 {
            match self.take(count)? {
                Some(part) => print(part)?,
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// Gives what is left to `print`, which returns how many bytes it took.
    fn list(
        &mut self,
        page: &mut Page<'_>,
        mut print: impl FnMut(&mut Page<'_>, Cursor<'a>, usize) -> Shown<usize>,
    ) -> Shown {
        while self.left != 0 {
            let taken = print(page, self.rest, self.left)?;
            if self.left < taken {
                put!(page, " [remaining tlv length ", self.left, " < ", taken, "]");
                page.invalid();
                return Ok(());
            }
            self.rest.advance(taken);
            self.left -= taken;
        }
        Ok(())
    }
}

/// Prints a value. Returns false if nothing of the message is to follow it.
fn value(page: &mut Page<'_>, kind: u8, message: Cursor<'_>, mut value: Value<'_>) -> Shown<bool> {
    match kind {
        AREA_ADDRESSES => areas(page, value)?,
        NEIGHBORS => value.each(SYSTEM, |mut part| {
            put!(page, "\n\t      SNPA: ", Id(part.take(SYSTEM)?));
            Ok(())
        })?,
        INSTANCE => instance(page, value)?,
        PADDING => {}
        MT_NEIGHBORS => {
            topology(page, &mut value)?;
            value.list(page, |page, rest, left| {
                neighbor::extended(page, rest, false, left)
            })?;
        }
        ALIAS => value.list(page, |page, rest, left| {
            neighbor::extended(page, rest, true, left)
        })?,
        EXTENDED_NEIGHBORS => {
            value.list(page, |page, rest, left| {
                neighbor::extended(page, rest, false, left)
            })?;
        }
        REACHABLE => reachable(page, value)?,
        END_SYSTEMS => value.each(4 + SYSTEM, |mut part| {
            let metrics = part.array::<4>()?;
            put!(page, "\n\t      ES Neighbor: ", Id(part.take(SYSTEM)?));
            put_metrics(page, metrics);
            Ok(())
        })?,
        INTERNAL_PREFIXES | EXTERNAL_PREFIXES => return prefix::narrow(page, value.rest, value.left),
        EXTENDED_PREFIXES => value.list(page, |page, rest, _| prefix::wide(page, rest, false))?,
        MT_PREFIXES => {
            topology(page, &mut value)?;
            value.list(page, |page, rest, _| prefix::wide(page, rest, false))?;
        }
        IPV6_PREFIXES => value.list(page, |page, rest, _| prefix::wide(page, rest, true))?,
        MT_IPV6_PREFIXES => {
            topology(page, &mut value)?;
            value.list(page, |page, rest, _| prefix::wide(page, rest, true))?;
        }
        IPV6_ADDRESSES => value.each(16, |part| {
            let address = part.peek_ipv6()?;
            put!(page, "\n\t      IPv6 interface address: ");
            page.host(address);
            Ok(())
        })?,
        AUTHENTICATION => authentication(page, message, value)?,
        ADJACENCY => adjacency(page, value)?,
        PROTOCOLS => protocols(page, value)?,
        PORT_CAPABILITY => {
            if let Some(flags) = value.take(2)? {
                let word = flags.peek_u16(0)?;
                put!(page, "\n\t       RES: ", word >> 12, ", MTID(s): ", word & 0x0fff);
                bridging::port(page, value.rest, value.left)?;
            }
        }
        CAPABILITY => {
            if let Some(flags) = value.take(2)? {
                let word = flags.peek_u16(0)?;
                put!(page, "\n\t      O: ", word >> 15, ", RES: ", word >> 12 & 7);
                put!(page, ", MTID(s): ", word & 0x0fff);
                bridging::topology(page, value.rest, value.left)?;
            }
        }
        ROUTER_ID => {
            if let Some(id) = value.take(4)? {
                put!(page, "\n\t      Traffic Engineering Router ID: ");
                page.host(id.peek_ipv4()?);
            }
        }
        ADDRESSES => value.each(4, |part| {
            put!(page, "\n\t      IPv4 interface address: ");
            page.host(part.peek_ipv4()?);
            Ok(())
        })?,
        HOSTNAME => {
            put!(page, "\n\t      Hostname: ");
            page.padded_text(&mut value.rest, value.left)?;
        }
        SHARED_RISK => shared_risk(page, value)?,
        PACKETS => {
            while value.left >= 8 + PACKET {
                let mut part = value.rest;
                let (lifetime, id) = (part.u16()?, part.take(PACKET)?);
                put!(page, "\n\t      lsp-id: ", Id(id));
                put!(page, ", seq: 0x", HexPad(part.u32()?.into(), 8));
                put!(page, ", lifetime: ", Right(lifetime.into(), 5), "s");
                put!(page, ", chksum: 0x", Hex4(part.u16()?));
                value.rest = part;
                value.left -= 8 + PACKET;
            }
        }
        CHECKSUM => {
            let offset = message.captured() - value.rest.captured();
            if let Some(sum) = value.take(2)? {
                let sum = sum.peek_u16(0)?;
                put!(page, "\n\t      checksum: 0x", Hex4(sum), " ");
                checksum::verify(page, message, sum, offset, message.len());
            }
        }
        PURGER => purger(page, value)?,
        TOPOLOGIES => {
            while value.left != 0 {
                if value.left == 1 {
                    put!(page, "\n\t      invalid MT-ID");
                    break;
                }
                topology(page, &mut value)?;
            }
        }
        RESTART => restart(page, value)?,
        DOMAIN => domain(page, value)?,
        BUFFER_SIZE => {
            if let Some(size) = value.take(2)? {
                put!(page, "\n\t      LSP Buffersize: ", size.peek_u16(0)?);
            }
        }
        PARTITION => value.each(SYSTEM, |mut part| {
            put!(page, "\n\t      ", Id(part.take(SYSTEM)?));
            Ok(())
        })?,
        PREFIX_NEIGHBORS => prefix_neighbors(page, value)?,
        SEQUENCE => {
            if let Some(number) = value.take(4)? {
                put!(page, "\n\t      Sequence number: ", number.peek_u32(0)?);
            }
        }
        ROUTER_CAPABILITY if value.left < 5 => {
            put!(page, " [object length ", value.left, " < 5]");
            page.invalid();
        }
        ROUTER_CAPABILITY => {
            let router = value.rest.ipv4()?;
            put!(page, "\n\t      Router-ID ");
            page.host(router);
            let flags = value.rest.u8()?;
            put!(page, ", Flags [");
            put_bits(
                page.out,
                &[(1, "S bit"), (2, "D bit")],
                flags.into(),
                ", ",
                "none",
            );
            put!(page, "]");
            capability::values(page, value.rest, value.left - 5)?;
        }
        VENDOR => {
            if let Some(mut vendor) = value.take(3)? {
                let number = vendor.u24()?;
                let name = oui::organisation(number).unwrap_or("Unknown");
                put!(page, "\n\t      Vendor: ", name, " (", number, ")");
                dump(page, "\n\t\t", value.rest, value.left);
            }
        }
        _ if page.verbose(2) => {}
        _ => dump(page, "\n\t\t", value.rest, value.left),
    }
    Ok(true)
}

const AREA_ADDRESSES: u8 = 1;
const REACHABLE: u8 = 2;
const END_SYSTEMS: u8 = 3;
const PARTITION: u8 = 4;
const PREFIX_NEIGHBORS: u8 = 5;
const NEIGHBORS: u8 = 6;
const INSTANCE: u8 = 7;
const PADDING: u8 = 8;
const PACKETS: u8 = 9;
const AUTHENTICATION: u8 = 10;
const CHECKSUM: u8 = 12;
const PURGER: u8 = 13;
const BUFFER_SIZE: u8 = 14;
const EXTENDED_NEIGHBORS: u8 = 22;
const ALIAS: u8 = 24;
const INTERNAL_PREFIXES: u8 = 128;
const PROTOCOLS: u8 = 129;
const EXTERNAL_PREFIXES: u8 = 130;
const DOMAIN: u8 = 131;
const ADDRESSES: u8 = 132;
const ROUTER_ID: u8 = 134;
const EXTENDED_PREFIXES: u8 = 135;
const HOSTNAME: u8 = 137;
const SHARED_RISK: u8 = 138;
const PORT_CAPABILITY: u8 = 143;
const CAPABILITY: u8 = 144;
const RESTART: u8 = 211;
const MT_NEIGHBORS: u8 = 222;
const TOPOLOGIES: u8 = 229;
const IPV6_ADDRESSES: u8 = 232;
const MT_PREFIXES: u8 = 235;
const IPV6_PREFIXES: u8 = 236;
const MT_IPV6_PREFIXES: u8 = 237;
const ADJACENCY: u8 = 240;
const SEQUENCE: u8 = 241;
const ROUTER_CAPABILITY: u8 = 242;
const VENDOR: u8 = 250;
const KINDS: &[(u8, &str)] = &[
    (AREA_ADDRESSES, "Area address(es)"),
    (REACHABLE, "IS Reachability"),
    (END_SYSTEMS, "ES Neighbor(s)"),
    (PARTITION, "Partition DIS"),
    (PREFIX_NEIGHBORS, "Prefix Neighbors"),
    (NEIGHBORS, "IS Neighbor(s)"),
    (INSTANCE, "Instance Identifier"),
    (PADDING, "Padding"),
    (PACKETS, "LSP entries"),
    (AUTHENTICATION, "Authentication"),
    (CHECKSUM, "Checksum"),
    (PURGER, "Purge Originator Identifier"),
    (BUFFER_SIZE, "LSP Buffersize"),
    (EXTENDED_NEIGHBORS, "Extended IS Reachability"),
    (ALIAS, "IS Alias ID"),
    (42, "DECnet Phase IV"),
    (66, "Lucent Proprietary"),
    (INTERNAL_PREFIXES, "IPv4 Internal Reachability"),
    (PROTOCOLS, "Protocols supported"),
    (EXTERNAL_PREFIXES, "IPv4 External Reachability"),
    (DOMAIN, "Inter-Domain Information Type"),
    (ADDRESSES, "IPv4 Interface address(es)"),
    (133, "IPv4 authentication (deprecated)"),
    (ROUTER_ID, "Traffic Engineering Router ID"),
    (EXTENDED_PREFIXES, "Extended IPv4 Reachability"),
    (SHARED_RISK, "Shared Risk Link Group"),
    (PORT_CAPABILITY, "Multi-Topology-Aware Port Capability"),
    (CAPABILITY, "Multi-Topology Capability"),
    (176, "Nortel Proprietary"),
    (177, "Nortel Proprietary"),
    (HOSTNAME, "Hostname"),
    (RESTART, "Restart Signaling"),
    (MT_NEIGHBORS, "Multi Topology IS Reachability"),
    (TOPOLOGIES, "Multi Topology"),
    (IPV6_ADDRESSES, "IPv6 Interface address(es)"),
    (MT_PREFIXES, "Multi-Topology IPv4 Reachability"),
    (IPV6_PREFIXES, "IPv6 reachability"),
    (MT_IPV6_PREFIXES, "Multi-Topology IP6 Reachability"),
    (ADJACENCY, "Point-to-point Adjacency State"),
    (SEQUENCE, "Hello PDU Sequence Number"),
    (ROUTER_CAPABILITY, "IS-IS Router Capability"),
    (VENDOR, "Vendor Private"),
];
