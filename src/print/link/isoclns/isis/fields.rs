//! The fields of values that are more than a list or a number.

use super::value::Value;
use super::{Id, NODE, SYSTEM, dump};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::registry::nlpid;
use crate::print::registry::nsap::Nsap;
use crate::print::signature;
use crate::print::text::{Hex2, HexPad, Put, name_of, put, put_bits};

pub(super) fn areas(page: &mut Page<'_>, mut value: Value<'_>) -> Shown {
    while let Some(mut length) = value.take(1)?.filter(|length| !length.is_empty()) {
        let length = usize::from(length.u8()?);
        let Some(mut address) = value.take(length)? else {
            return Ok(());
        };
        put!(
            page,
            "\n\t      Area address (length: ",
            length,
            "): ",
            Nsap(address.take(length)?)
        );
    }
    Ok(())
}

pub(super) fn instance(page: &mut Page<'_>, mut value: Value<'_>) -> Shown {
    if value.left < 4 {
        return Ok(());
    }
    let count = (value.left - 2) / 2;
    put!(
        page,
        "\n\t      Instance ID: ",
        value.rest.u16()?,
        ", ITIDs(",
        count,
        "): "
    );
    for left in (0..count).rev() {
        put!(page, value.rest.u16()?, if left > 0 { ", " } else { "" });
    }
    Ok(())
}

/// The topology that what follows belongs to (RFC 5120).
pub(super) fn topology(page: &mut Page<'_>, value: &mut Value<'_>) -> Shown {
    let word = value.take(2)?.ok_or(Stop::Truncated)?.peek_u16(0)?;
    let number = word & 0x0fff;
    let name = name_of(TOPOLOGY_NAMES, number).unwrap_or("Reserved for IETF Consensus");
    put!(
        page,
        "\n\t      ",
        name,
        " Topology (0x",
        HexPad(number.into(), 3),
        "), Flags: ["
    );
    let flags = &[(0x4000, "ATT bit set"), (0x8000, "Overload bit set")];
    put_bits(page.out, flags, (word & 0xf000).into(), ", ", "none");
    put!(page, "]");
    Ok(())
}

pub(super) fn reachable(page: &mut Page<'_>, mut value: Value<'_>) -> Shown {
    let Some(mut virtual_flag) = value.take(1)? else {
        return Ok(());
    };
    match virtual_flag.u8()? {
        0 => put!(page, "\n\t      IsNotVirtual"),
        1 => put!(page, "\n\t      IsVirtual"),
        other => put!(page, "\n\t      bogus virtual flag 0x", Hex2(other)),
    }
    value.each(4 + NODE, |mut part| {
        let metrics = part.array::<4>()?;
        put!(page, "\n\t      IS Neighbor: ", Id(part.take(NODE)?));
        put_metrics(page, metrics);
        Ok(())
    })
}

/// The four metrics of ISO 10589, of which all but the first may be unsupported.
pub(super) fn put_metrics(page: &mut Page<'_>, metrics: [u8; 4]) {
    let [default, others @ ..] = metrics.map(Metric);
    put!(page, ", Default Metric: ", default);
    for (name, metric) in ["Delay", "Expense", "Error"].into_iter().zip(others) {
        if metric.is_supported() {
            put!(page, "\n\t\t  ", name, " Metric: ", metric);
        }
    }
}

/// A metric of six bits and its kind.
#[derive(Clone, Copy)]
pub(super) struct Metric(pub(super) u8);

impl Metric {
    pub(super) fn is_supported(self) -> bool {
        self.0 & 0x80 == 0
    }
}

impl Put for Metric {
    fn put(self, out: &mut Vec<u8>) {
        let kind = if self.0 & 0x40 != 0 {
            ", External"
        } else {
            ", Internal"
        };
        (self.0 & 0x3f, kind).put(out);
    }
}

pub(super) fn authentication(page: &mut Page<'_>, message: Cursor<'_>, mut value: Value<'_>) -> Shown {
    let Some(mut kind) = value.take(1)? else {
        return Ok(());
    };
    let kind = kind.u8()?;
    match name_of(AUTHENTICATIONS, kind) {
        Some(name) => put!(page, "\n\t      ", name, ": "),
        None => put!(page, "\n\t      unknown Authentication type 0x", Hex2(kind), ": "),
    }
    match kind {
        PASSWORD => page.padded_text(&mut value.rest, value.left)?,
        MD5 => {
            let digest = message.captured() - value.rest.captured();
            let proper = value.left == 16;
            page.digits(&mut value.rest, value.left)?;
            put!(page, if proper { "" } else { ", (invalid subTLV) " });
            signature::print(page, message, digest, CLEARED);
        }
        GENERIC => {
            let Some(key) = value.take(2)? else {
                return Ok(());
            };
            put!(page, key.peek_u16(0)?, ", password: ");
            page.digits(&mut value.rest, value.left)?;
        }
        _ => dump(page, "\n\t\t  ", value.rest, value.left),
    }
    Ok(())
}

/// The state of the adjacency between two ends of a line (RFC 5303).
pub(super) fn adjacency(page: &mut Page<'_>, value: Value<'_>) -> Shown {
    let (rest, mut left) = (value.rest, value.left);
    if left >= 1 {
        let state = rest.peek_u8(0)?;
        let name = name_of(ADJACENCIES, state).unwrap_or("unknown");
        put!(page, "\n\t      Adjacency State: ", name, " (", state, ")");
        left -= 1;
    }
    if left > 4 {
        let circuit = rest.peek_u32(1)?;
        put!(
            page,
            "\n\t      Extended Local circuit-ID: 0x",
            HexPad(circuit.into(), 8)
        );
        left -= 4;
    }
    // Each field stands where it does when all are there.
    if left >= SYSTEM {
        put!(
            page,
            "\n\t      Neighbor System-ID: ",
            Id(rest.after(5).take(SYSTEM)?)
        );
        left -= SYSTEM;
    }
    if left >= 4 {
        let circuit = rest.peek_u32(5 + SYSTEM)?;
        put!(
            page,
            "\n\t      Neighbor Extended Local circuit-ID: 0x",
            HexPad(circuit.into(), 8)
        );
    }
    Ok(())
}

pub(super) fn protocols(page: &mut Page<'_>, mut value: Value<'_>) -> Shown {
    put!(page, "\n\t      NLPID(s): ");
    for left in (0..value.left).rev() {
        let protocol = value.rest.u8()?;
        let separator = if left > 0 { ", " } else { "" };
        put!(page, nlpid::Named(protocol, "unknown"), separator);
    }
    Ok(())
}

pub(super) fn shared_risk(page: &mut Page<'_>, mut value: Value<'_>) -> Shown {
    let Some(mut node) = value.take(NODE)? else {
        return Ok(());
    };
    put!(page, "\n\t      IS Neighbor: ", Id(node.take(NODE)?));
    let Some(flags) = value.take(1)? else {
        return Ok(());
    };
    let numbered = flags.peek_u8(0)? & 1 != 0;
    put!(
        page,
        ", Flags: [",
        if numbered { "numbered]" } else { "unnumbered]" }
    );
    for name in ["interface", "neighbor"] {
        let Some(address) = value.take(4)? else {
            return Ok(());
        };
        let address = address.peek_ipv4()?;
        put!(page, "\n\t      IPv4 ", name, " address: ");
        page.host(address);
    }
    value.each(4, |part| {
        put!(page, "\n\t      Link-ID: 0x", HexPad(part.peek_u32(0)?.into(), 8));
        Ok(())
    })
}

/// Who purged a link state packet (RFC 6232).
pub(super) fn purger(page: &mut Page<'_>, mut value: Value<'_>) -> Shown {
    let Some(mut count) = value.take(1)? else {
        return Ok(());
    };
    let count = count.u8()?;
    if count == 0 {
        put!(page, " No system IDs supplied");
        return Ok(());
    }
    let Some(mut system) = value.take(SYSTEM)? else {
        return Ok(());
    };
    put!(
        page,
        "\n\t      Purge Originator System-ID: ",
        Id(system.take(SYSTEM)?)
    );
    if count > 1 {
        let behind = value.rest;
        if let Some(mut system) = value.take(SYSTEM)? {
            behind.need(2 * SYSTEM + 1)?;
            put!(
                page,
                "\n\t      Received from System-ID: ",
                Id(system.take(SYSTEM)?)
            );
        }
    }
    Ok(())
}

pub(super) fn restart(page: &mut Page<'_>, mut value: Value<'_>) -> Shown {
    let Some(flags) = value.take(1)? else {
        return Ok(());
    };
    put!(page, "\n\t      Flags [");
    put_bits(page.out, RESTARTS, flags.peek_u8(0)?.into(), ", ", "none");
    put!(page, "]");
    let Some(time) = value.take(2)? else {
        return Ok(());
    };
    put!(page, ", Remaining holding time ", time.peek_u16(0)?, "s");
    if value.left == SYSTEM {
        put!(page, ", for ", Id(value.rest.take(SYSTEM)?));
    }
    Ok(())
}

pub(super) fn domain(page: &mut Page<'_>, mut value: Value<'_>) -> Shown {
    let Some(mut kind) = value.take(1)? else {
        return Ok(());
    };
    let kind = kind.u8()?;
    put!(page, "\n\t      Inter-Domain Information Type: ");
    match name_of(DOMAINS, kind) {
        Some(name) => put!(page, name),
        None => put!(page, "Unknown (0x", Hex2(kind), ")"),
    }
    if kind == SYSTEM_NUMBER {
        if let Some(number) = value.take(2)? {
            put!(page, "AS Number: ", number.peek_u16(0)?);
        }
    } else {
        dump(page, "\n\t      ", value.rest, value.left);
    }
    Ok(())
}

pub(super) fn prefix_neighbors(page: &mut Page<'_>, mut value: Value<'_>) -> Shown {
    let Some(mut metrics) = value.take(4)? else {
        return Ok(());
    };
    put!(page, "\n\t      Metric Block");
    put_metrics(page, metrics.array()?);
    while value.left != 0 {
        let Some(mut length) = value.take(1)? else {
            return Ok(());
        };
        // In half bytes.
        let length = usize::from(length.u8()?);
        if length < 2 {
            put!(page, "\n\t\tAddress: prefix length ", length, " < 2");
            return Ok(());
        }
        let Some(mut address) = value.take(length / 2)? else {
            return Ok(());
        };
        put!(
            page,
            "\n\t\tAddress: ",
            Nsap(address.take(length / 2)?),
            "/",
            length * 4
        );
    }
    Ok(())
}

const TOPOLOGY_NAMES: &[(u16, &str)] = &[
    (0, "IPv4 unicast"),
    (1, "In-Band Management"),
    (2, "IPv6 unicast"),
    (3, "Multicast"),
    (4095, "Development, Experimental or Proprietary"),
];

const PASSWORD: u8 = 1;
const GENERIC: u8 = 3;
const MD5: u8 = 54;
/// The lifetime and the checksum of a link state packet, which are zero while a signature is made (RFC 5304).
const CLEARED: &[std::ops::Range<usize>] = &[10..12, 24..26];
const AUTHENTICATIONS: &[(u8, &str)] = &[
    (PASSWORD, "simple text password"),
    (GENERIC, "Generic Crypto key-id"),
    (MD5, "HMAC-MD5 password"),
    (255, "Routing Domain private password"),
];

const ADJACENCIES: &[(u8, &str)] = &[(0, "Up"), (1, "Initializing"), (2, "Down")];

const RESTARTS: &[(u32, &str)] = &[
    (0x1, "Restart Request"),
    (0x2, "Restart Acknowledgement"),
    (0x4, "Suppress adjacency advertisement"),
];

const SYSTEM_NUMBER: u8 = 2;
const DOMAINS: &[(u8, &str)] = &[
    (0, "Reserved"),
    (1, "Routing-Domain Specific"),
    (SYSTEM_NUMBER, "AS Number Tag"),
];
