//! The values of RADIUS attributes.

use std::net::Ipv6Addr;

use super::attributes::Form;
use crate::print::application::{eap, ntp::Stamp};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Dotted, Escaped, Hex2, Put, Zeros, name_of, put, put_bits};

/// Prints a value, which is not empty, of the attribute `kind`.
pub(super) fn print(page: &mut Page<'_>, kind: u8, form: &Form, value: Cursor<'_>) -> Shown {
    let mut rest = value;
    match form {
        Form::Opaque => {}
        Form::Text => return text(page, kind, value),
        Form::Vendor => return vendor(page, value),
        Form::Special => return special(page, kind, value),
        Form::Prefix => return prefix(page, value),
        Form::Named(first, names) => {
            exactly(page, value, 4)?;
            if matches!(kind, TUNNEL_TYPE | TUNNEL_MEDIUM) {
                tag(page, rest.u8()?);
                named(page, *first, names, rest.u24()?);
            } else {
                named(page, *first, names, rest.u32()?);
            }
        }
        Form::Number => {
            exactly(page, value, 4)?;
            number(page, kind, rest)?;
        }
        Form::Ipv4 => {
            exactly(page, value, 4)?;
            let address = rest.ipv4()?;
            match u32::from(address) {
                0xffff_ffff if matches!(kind, FRAMED_ADDRESS | LOGIN_HOST) => put!(page, "User Selected"),
                0xffff_fffe if matches!(kind, FRAMED_ADDRESS | LOGIN_HOST) => put!(page, "NAS Select"),
                _ => page.host(address),
            }
        }
        Form::Ipv6 => {
            exactly(page, value, 16)?;
            page.host(rest.ipv6()?);
        }
        Form::Time => {
            exactly(page, value, 4)?;
            page.local_time(rest.u32()?.into());
        }
        Form::Features => {
            exactly(page, value, 8)?;
            let bits = rest.u64()?;
            put!(page, "[");
            let mut separator = "";
            for (bit, name) in FEATURES {
                if bits >> bit & 1 != 0 {
                    put!(page, separator, *name);
                    separator = ", ";
                }
            }
            put!(page, "]");
        }
    }
    Ok(())
}

fn exactly(page: &mut Page<'_>, value: Cursor<'_>, length: usize) -> Shown {
    if value.len() != length {
        return Err(page.refuse("length", value.len(), "!=", length));
    }
    Ok(())
}

fn at_least(page: &mut Page<'_>, value: Cursor<'_>, length: usize) -> Shown {
    if value.len() < length {
        return Err(page.refuse("length", value.len(), "<", length));
    }
    value.need(value.len())
}

/// The number that groups the attributes of one tunnel (RFC 2868).
fn tag(page: &mut Page<'_>, tag: u8) {
    match tag {
        0 => put!(page, "Tag[Unused] "),
        tag => put!(page, "Tag[", tag, "] "),
    }
}

fn named(page: &mut Page<'_>, first: u32, names: &[&str], value: u32) {
    let index = value
        .checked_sub(first)
        .and_then(|index| usize::try_from(index).ok());
    match index.and_then(|index| names.get(index)) {
        Some(name) => put!(page, *name),
        None => put!(page, "#", value),
    }
}

fn number(page: &mut Page<'_>, kind: u8, mut rest: Cursor<'_>) -> Shown {
    match kind {
        TUNNEL_PREFERENCE => {
            tag(page, rest.u8()?);
            put!(page, rest.u24()?);
            return Ok(());
        }
        EGRESS_VLAN_ID => {
            vlan_tag(page, rest.u8()?);
            put!(page, rest.u24()?);
            return Ok(());
        }
        _ => {}
    }
    let value = rest.u32()?;
    let two = |value: u32| Zeros(value.into(), 2);
    match (kind, value) {
        (FRAMED_IPX, 0xffff_fffe) => put!(page, "NAS Select"),
        (APPLETALK_LINK, 0) => put!(page, "Unnumbered"),
        (APPLETALK_NETWORK, 0) => put!(page, "NAS assigned"),
        (SESSION_TIMEOUT | IDLE_TIMEOUT | DELAY_TIME | SESSION_TIME | INTERIM_INTERVAL, _) => match value {
            0..60 => put!(page, two(value), " secs"),
            60..3600 => put!(page, two(value / 60), ":", two(value % 60), " min"),
            _ => {
                put!(
                    page,
                    two(value / 3600),
                    ":",
                    two(value % 3600 / 60),
                    ":",
                    two(value % 60),
                    " hours"
                );
            }
        },
        _ => put!(page, value),
    }
    Ok(())
}

fn vlan_tag(page: &mut Page<'_>, tag: u8) {
    put!(
        page,
        name_of(VLAN_TAGS, tag).unwrap_or("Unknown tag"),
        " (0x",
        Hex2(tag),
        ") "
    );
}

fn text(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown {
    value.need(value.len())?;
    let mut rest = value;
    match kind {
        TUNNEL_PASSWORD => {
            value.claims(3).map_err(|_| Stop::Truncated)?;
            match rest.u8()? {
                0 | 0x20.. => put!(page, "Tag[Unused] "),
                tag => put!(page, "Tag[", tag, "] "),
            }
            put!(page, "Salt ", rest.u16()?, " ");
        }
        66 | 67 | 81 | 82 | 90 | 91 if value.peek_u8(0)? <= 0x1f => tag(page, rest.u8()?),
        EGRESS_VLAN_NAME => vlan_tag(page, rest.u8()?),
        EAP_MESSAGE => return eap::message(page, value),
        _ => {}
    }
    let bytes = rest.bytes();
    let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
    put!(page, Dotted(bytes.get(..end).unwrap_or_default()));
    Ok(())
}

fn vendor(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    let mut rest = value;
    value.claims(4).map_err(|_| Stop::Truncated)?;
    let vendor = rest.u32()?;
    put!(
        page,
        "Vendor: ",
        name_of(VENDORS, vendor).unwrap_or("Unknown"),
        " (",
        vendor,
        ")"
    );
    while rest.len() >= 2 {
        let (kind, length) = (rest.peek_u8(0)?, rest.peek_u8(1)?);
        put!(page, "\n\t    Vendor Attribute: ", kind, ", Length: ");
        if length < 2 {
            put!(page, length, " (bogus, must be >= 2)");
            return Ok(());
        }
        if usize::from(length) > rest.len() {
            put!(
                page,
                length,
                " (bogus, goes past end of vendor-specific attribute)"
            );
            return Ok(());
        }
        rest.skip(2)?;
        let data = rest.take(usize::from(length) - 2)?;
        put!(page, length - 2, ", Value: ", Dotted(data));
    }
    Ok(())
}

fn prefix(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    at_least(page, value, 2)?;
    if value.len() > 18 {
        return Err(page.refuse("length", value.len(), ">", 18));
    }
    let mut rest = value.after(1);
    let length = rest.u8()?;
    if length > 128 {
        return Err(page.refuse("prefix length", length.into(), ">", 128));
    }
    let mut octets = [0; 16];
    for (octet, byte) in octets.iter_mut().zip(rest.bytes()) {
        *octet = *byte;
    }
    page.host(Ipv6Addr::from(octets));
    put!(page, "/", length);
    if usize::from(length) > 8 * rest.len() {
        put!(page, " (inconsistent prefix length)");
    }
    Ok(())
}

fn special(page: &mut Page<'_>, kind: u8, value: Cursor<'_>) -> Shown {
    let mut rest = value;
    match kind {
        70 => {
            exactly(page, value, 16)?;
            put!(page, "User_challenge (", Upper(rest.take(8)?));
            put!(page, ") User_resp(", Upper(rest.take(8)?), ")");
        }
        71 => {
            exactly(page, value, 14)?;
            let may = if rest.u8()? == 0 { "cannot" } else { "can" };
            put!(
                page,
                "User ",
                may,
                " change password, Min password length: ",
                rest.u8()?
            );
            put!(
                page,
                ", created at: ",
                Upper(rest.take(4)?),
                ", expires in: ",
                Upper(rest.take(4)?)
            );
            put!(page, ", Current Time: ", Upper(rest.take(4)?));
        }
        84 => {
            at_least(page, value, 8)?;
            put!(page, Upper(rest.take(8)?));
        }
        101 => {
            exactly(page, value, 4)?;
            let cause = rest.u32()?;
            put!(page, "Error cause ", cause, ": ");
            match name_of(ERROR_CAUSES, cause) {
                Some(name) => put!(page, name),
                None => put!(page, "Error-Cause ", cause, " not known"),
            }
        }
        125 => {
            exactly(page, value, 17)?;
            value.need(17)?;
            let length = rest.u8()?;
            if length > 128 {
                return Err(page.refuse("prefix length", length.into(), ">", 128));
            }
            page.host(rest.ipv6()?);
            put!(page, "/", length);
        }
        126 => {
            at_least(page, value, 2)?;
            let space = rest.u8()?;
            match name_of(NAMESPACES, space) {
                Some(name) => put!(page, "[", name, "] "),
                None => put!(page, "[unknown namespace ", space, "] "),
            }
            put!(page, Escaped(rest.bytes()));
        }
        127 => location(page, value)?,
        128 => {
            at_least(page, value, 3)?;
            put!(page, "index ", rest.u16()?, ", location");
            crate::print::dump::hex_ascii(page.out, "\n\t    ", rest.bytes());
        }
        _ => {
            at_least(page, value, 10)?;
            put!(page, "flags [");
            put_bits(page.out, POLICIES, rest.u16()?.into(), ", ", "none");
            put!(page, "], retention expires ", Stamp(rest.u32()?, rest.u32()?));
            if !rest.is_empty() {
                put!(page, ", note well \"", Escaped(rest.bytes()), "\"");
            }
        }
    }
    Ok(())
}

fn location(page: &mut Page<'_>, value: Cursor<'_>) -> Shown {
    at_least(page, value, 21)?;
    let mut rest = value;
    let (index, code, entity) = (rest.u16()?, rest.u8()?, rest.u8()?);
    put!(page, "index ", index);
    for (what, names, number) in [
        (", code ", ["Civic", "Geospatial"], code),
        (", entity ", ["User", "RADIUS"], entity),
    ] {
        match names.get(usize::from(number)) {
            Some(name) => put!(page, what, *name),
            None => put!(page, what, "Unknown (", number, ")"),
        }
    }
    put!(page, ", sighting time ", Stamp(rest.u32()?, rest.u32()?));
    put!(page, ", time to live ", Stamp(rest.u32()?, rest.u32()?));
    put!(page, ", method \"", Escaped(rest.bytes()), "\"");
    Ok(())
}

/// Bytes as upper-case hexadecimal digits.
struct Upper<'a>(&'a [u8]);

impl Put for Upper<'_> {
    fn put(self, out: &mut Vec<u8>) {
        let start = out.len();
        for &byte in self.0 {
            Hex2(byte).put(out);
        }
        out.get_mut(start..).unwrap_or_default().make_ascii_uppercase();
    }
}

const FRAMED_ADDRESS: u8 = 8;
const LOGIN_HOST: u8 = 14;
const FRAMED_IPX: u8 = 23;
const SESSION_TIMEOUT: u8 = 27;
const IDLE_TIMEOUT: u8 = 28;
const APPLETALK_LINK: u8 = 37;
const APPLETALK_NETWORK: u8 = 38;
const DELAY_TIME: u8 = 41;
const SESSION_TIME: u8 = 46;
const EGRESS_VLAN_ID: u8 = 56;
const EGRESS_VLAN_NAME: u8 = 58;
const TUNNEL_TYPE: u8 = 64;
const TUNNEL_MEDIUM: u8 = 65;
const TUNNEL_PASSWORD: u8 = 69;
const EAP_MESSAGE: u8 = 79;
const TUNNEL_PREFERENCE: u8 = 83;
const INTERIM_INTERVAL: u8 = 85;

const VLAN_TAGS: &[(u8, &str)] = &[(0x31, "Tagged"), (0x32, "Untagged")];
const NAMESPACES: &[(u8, &str)] = &[(0x30, "TADIG"), (0x31, "REALM"), (0x32, "E212"), (0x33, "ICC")];

/// Some of IANA's private enterprise numbers.
#[rustfmt::skip]
const VENDORS: &[(u32, &str)] = &[
    (0, "IETF (reserved)"), (5, "ACC"), (9, "Cisco"), (166, "Shiva"), (307, "Livingston"), (311, "Microsoft"),
    (429, "3Com"), (529, "Ascend"), (1584, "Bay"), (1991, "Foundry"), (2180, "Versanet"), (2352, "Redback"),
    (2636, "Juniper Networks"), (2637, "Aptis"), (3085, "CosineCom"), (3199, "Shasta"), (3309, "Nomadix"),
    (3224, "Deutsche Telekom AG"), (3561, "The Broadband Forum"), (4874, "Unisphere"),
    (8744, "Hewlett-Packard / Colubris Networks"),
];

#[rustfmt::skip]
const ERROR_CAUSES: &[(u32, &str)] = &[
    (201, "Residual Session Context Removed"), (202, "Invalid EAP Packet (Ignored)"),
    (401, "Unsupported Attribute"), (402, "Missing Attribute"), (403, "NAS Identification Mismatch"),
    (404, "Invalid Request"), (405, "Unsupported Service"), (406, "Unsupported Extension"),
    (407, "Invalid Attribute Value"), (501, "Administratively Prohibited"),
    (502, "Request Not Routable (Proxy)"), (503, "Session Context Not Found"),
    (504, "Session Context Not Removable"), (505, "Other Proxy Processing Error"),
    (506, "Resources Unavailable"), (507, "Request Initiated"),
    (508, "Multiple Session Selection Unsupported"), (509, "Location Info Required"),
];

/// Bit numbers of the mobility features (RFC 5447 and later).
#[rustfmt::skip]
const FEATURES: &[(u8, &str)] = &[
    (0, "MIP6_INTEGRATED"), (1, "LOCAL_HOME_AGENT_ASSIGNMENT"), (40, "PMIP6_SUPPORTED"),
    (41, "IP4_HOA_SUPPORTED"), (42, "LOCAL_MAG_ROUTING_SUPPORTED"), (43, "ASSIGN_LOCAL_IP"),
    (44, "MIP4_SUPPORTED"), (45, "OPTIMIZED_IDLE_MODE_MOBILITY"), (46, "GTPv2_SUPPORTED"),
    (47, "IP4_TRANSPORT_SUPPORTED"), (48, "IP4_HOA_ONLY_SUPPORTED"), (49, "INTER_MAG_ROUTING_SUPPORTED"),
];

#[rustfmt::skip]
const POLICIES: &[(u32, &str)] = &[
    (0x0001, "MBZ-15"), (0x0002, "MBZ-14"), (0x0004, "MBZ-13"), (0x0008, "MBZ-12"), (0x0010, "MBZ-11"),
    (0x0020, "MBZ-10"), (0x0040, "MBZ-9"), (0x0080, "MBZ-8"), (0x0100, "MBZ-7"), (0x0200, "MBZ-6"),
    (0x0400, "MBZ-5"), (0x0800, "MBZ-4"), (0x1000, "MBZ-3"), (0x2000, "MBZ-2"), (0x4000, "MBZ-1"),
    (0x8000, "Retransmission Allowed"),
];
