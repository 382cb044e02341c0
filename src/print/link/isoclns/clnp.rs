//! The connectionless network protocol (ISO 8473).

use super::{checksum, comma, dump, dump_capitals};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::registry::nlpid;
use crate::print::registry::nsap::Nsap;
use crate::print::text::{Hex, Hex4, Put, name_of, put, put_bits};

/// Prints a packet. Returns false if all that could be said is what is wrong with its header.
pub(super) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown<bool> {
    page.enter("clnp");
    packet.need(HEADER)?;
    let (indicator, version) = (packet.peek_u8(1)?, packet.peek_u8(2)?);
    let length = usize::from(indicator);
    if !page.options.link_header {
        put!(page, "CLNP");
    }
    if version != 1 {
        put!(page, "version ", version, " packet not supported");
        return Ok(false);
    }
    if length > packet.len() {
        put!(
            page,
            " length indicator(",
            length,
            ") > PDU size (",
            packet.len(),
            ")!"
        );
        return Ok(false);
    }
    if length < HEADER {
        put!(page, " length indicator ", length, " < min PDU size:");
        dump_capitals(page, packet.bytes());
        return Ok(false);
    }
    let (kind, flags) = (packet.peek_u8(4)? & 0x1f, packet.peek_u8(4)? & 0xe0);
    let mut rest = packet.after(HEADER);
    let mut left = length - HEADER;
    let Some(destination) = address(&mut rest, &mut left)? else {
        put!(page, "li < size of fixed part of CLNP header and addresses");
        return Ok(false);
    };
    let Some(source) = address(&mut rest, &mut left)? else {
        put!(page, "li < size of fixed part of CLNP header and addresses");
        return Ok(false);
    };
    let comma = comma(page);
    if !page.verbose(1) {
        put!(page, comma, Nsap(source), " > ", Nsap(destination));
        put!(page, ", ", Kind(kind), ", length ", packet.len());
        return Ok(true);
    }
    put!(
        page,
        comma,
        "length ",
        packet.len(),
        "\n\t",
        Kind(kind),
        " PDU, hlen: ",
        length
    );
    let lifetime = packet.peek_u8(3)?;
    put!(
        page,
        ", v: ",
        version,
        ", lifetime: ",
        lifetime / 2,
        ".",
        lifetime % 2 * 5,
        "s"
    );
    let sum = packet.peek_u16(7)?;
    put!(
        page,
        ", Segment PDU length: ",
        packet.peek_u16(5)?,
        ", checksum: 0x",
        Hex4(sum)
    );
    checksum::verify(page, packet, sum, 7, length);
    put!(page, "\n\tFlags [");
    put_bits(page.out, FLAGS, flags.into(), ", ", "none");
    put!(
        page,
        "]\n\tsource address (length ",
        source.len(),
        "): ",
        Nsap(source)
    );
    put!(
        page,
        "\n\tdest   address (length ",
        destination.len(),
        "): ",
        Nsap(destination)
    );
    if flags & SEGMENTED != 0 {
        let Some(after) = left.checked_sub(SEGMENT) else {
            put!(
                page,
                "li < size of fixed part of CLNP header, addresses, and segment part"
            );
            return Ok(false);
        };
        left = after;
        rest.need(SEGMENT)?;
        put!(
            page,
            "\n\tData Unit ID: 0x",
            Hex4(rest.u16()?),
            ", Segment Offset: ",
            rest.u16()?
        );
        put!(page, ", Total PDU Length: ", rest.u16()?);
    }
    if !options(page, &mut rest, left)? {
        return Ok(false);
    }
    // An error report carries the packet that it is about; an echo response may.
    if matches!(kind, ERROR | ECHO_RESPONSE) && rest.peek_u8(0)? == nlpid::CLNP {
        put!(page, "\n\t-----original packet-----\n\t");
        page.deeper(|page| print(page, rest.with_len(packet.len() - length)).map(|_| ()))?;
        return Ok(true);
    }
    let data = packet.len() - length;
    if data > 0 {
        put!(page, "\n\t  undecoded non-header data, length ", data);
        dump(page, "\n\t  ", rest, data);
    }
    Ok(true)
}

/// An address behind its length, of what is `left` of the header; `None` if it goes past that.
fn address<'a>(rest: &mut Cursor<'a>, left: &mut usize) -> Shown<Option<&'a [u8]>> {
    let Some(after) = left.checked_sub(1) else {
        return Ok(None);
    };
    let length = usize::from(rest.u8()?);
    let Some(after) = after.checked_sub(length) else {
        return Ok(None);
    };
    *left = after;
    rest.take(length).map(Some)
}

/// Returns false if the header's options cannot be told apart.
fn options(page: &mut Page<'_>, rest: &mut Cursor<'_>, mut left: usize) -> Shown<bool> {
    while left != 0 {
        if left < 2 {
            put!(page, ", bad opts/li");
            return Ok(false);
        }
        let (kind, length) = (rest.u8()?, usize::from(rest.u8()?));
        left -= 2;
        if length > left {
            put!(page, ", opt (", kind, ") too long");
            return Ok(false);
        }
        left -= length;
        let value = rest.take(length)?;
        put!(
            page,
            "\n\t  ",
            name_of(OPTIONS, kind).unwrap_or("Unknown"),
            " Option #",
            kind
        );
        put!(page, ", length ", length, ", value: ");
        if !option(page, kind, value) {
            put!(page, ", bad opt len");
            return Ok(false);
        }
        if page.verbose(2) {
            page.hex("\n\t  ", value);
        }
    }
    Ok(true)
}

/// Prints the value of an option. Returns false if it is too short.
fn option(page: &mut Page<'_>, kind: u8, value: &[u8]) -> bool {
    match (kind, value) {
        (ROUTE_RECORDING | SOURCE_ROUTING, &[state, offset, ..]) => {
            put!(
                page,
                match state {
                    0 => "partial",
                    1 => "complete",
                    _ => "Unknown",
                }
            );
            put!(
                page,
                if kind == SOURCE_ROUTING {
                    " source routing"
                } else {
                    " recording of route in progress"
                }
            );
            route(page, offset, value);
        }
        (PRIORITY, &[priority, ..]) => put!(page, "0x", Hex((priority & 0x0f).into())),
        (QUALITY, &[format, ..]) => {
            put!(page, "\n\t    Format Code: ", scope(format));
            if format & 0xc0 == 0xc0 {
                put!(page, "\n\t    QoS Flags [");
                put_bits(page.out, QUALITIES, (format & 0x3f).into(), ", ", "none");
                put!(page, "]");
            }
        }
        (SECURITY, &[format, level, ..]) => {
            put!(
                page,
                "\n\t    Format Code: ",
                scope(format),
                ", Security-Level ",
                level
            );
        }
        (DISCARD_REASON, &[reason, ..]) => {
            let (class, detail) = (reason >> 4, reason & 0x0f);
            let (name, details) = REASONS
                .iter()
                .find(|(number, ..)| *number == class)
                .map_or(("Unknown", &[][..]), |(_, name, details)| (name, details));
            put!(
                page,
                "\n\t    Class: ",
                name,
                " Error (0x",
                Hex(class.into()),
                "), "
            );
            put!(
                page,
                details.get(usize::from(detail)).copied().unwrap_or("Unknown")
            );
            put!(page, " (0x", Hex(detail.into()), ")");
        }
        (ROUTE_RECORDING | SOURCE_ROUTING | PRIORITY | QUALITY | SECURITY | DISCARD_REASON, _) => {
            return false;
        }
        (PADDING, _) => put!(page, "padding data"),
        _ => page.hex("\n\t  ", value),
    }
    true
}

/// The list of addresses in an option, from `offset` on, which counts from one.
fn route(page: &mut Page<'_>, offset: u8, value: &[u8]) {
    let Some(offset) = usize::from(offset).checked_sub(1) else {
        put!(page, " Bad NSAP offset (0)");
        return;
    };
    let Some(list) = value.get(offset..) else {
        put!(page, " Bad NSAP offset (past end of option)");
        return;
    };
    let Some((&length, addresses)) = list.split_first() else {
        return;
    };
    // The text that we match repeats the first address for as long as there is room for one more like it.
    let mut left = list.len();
    while left > 0 {
        let length = usize::from(length);
        if left < length + 1 {
            put!(page, "\n\t    NSAP address goes past end of option");
            return;
        }
        if length > 0 {
            put!(page, "\n\t    NSAP address (length ", length, "): ");
            put!(page, Nsap(addresses.get(..length).unwrap_or_default()));
        }
        left -= length + 1;
    }
}

fn scope(format: u8) -> &'static str {
    match format >> 6 {
        1 => "Source Address Specific",
        2 => "Destination Address Specific",
        3 => "Globally unique",
        _ => "Reserved",
    }
}

/// The kind of a packet.
struct Kind(u8);

impl Put for Kind {
    fn put(self, out: &mut Vec<u8>) {
        match name_of(KINDS, self.0) {
            Some(name) => name.put(out),
            None => ("unknown (", self.0, ")").put(out),
        }
    }
}

const HEADER: usize = 9;
const SEGMENT: usize = 6;
const ERROR: u8 = 1;
const ECHO_RESPONSE: u8 = 31;
const KINDS: &[(u8, &str)] = &[
    (ERROR, "Error Report"),
    (29, "MD"),
    (28, "Data"),
    (30, "Echo Request"),
    (ECHO_RESPONSE, "Echo Response"),
];

const SEGMENTED: u8 = 0x80;
const FLAGS: &[(u32, &str)] = &[
    (0x80, "Segmentation permitted"),
    (0x40, "more Segments"),
    (0x20, "request Error Report"),
];

const DISCARD_REASON: u8 = 193;
const QUALITY: u8 = 195;
const SECURITY: u8 = 197;
const SOURCE_ROUTING: u8 = 200;
const ROUTE_RECORDING: u8 = 203;
const PADDING: u8 = 204;
const PRIORITY: u8 = 205;
const OPTIONS: &[(u8, &str)] = &[
    (DISCARD_REASON, "Discard Reason"),
    (PRIORITY, "Priority"),
    (QUALITY, "QoS Maintenance"),
    (SECURITY, "Security"),
    (SOURCE_ROUTING, "Source Routing"),
    (ROUTE_RECORDING, "Route Recording"),
    (PADDING, "Padding"),
];

const QUALITIES: &[(u32, &str)] = &[
    (0x20, "reserved"),
    (0x10, "sequencing vs. delay"),
    (0x08, "congested"),
    (0x04, "delay vs. cost"),
    (0x02, "error vs. delay"),
    (0x01, "error vs. cost"),
];

/// Why a packet was discarded: class by class, and what the numbers of a class mean from zero on.
const REASONS: &[(u8, &str, &[&str])] = &[
    (
        0,
        "General",
        &[
            "Reason not specified",
            "Protocol procedure error",
            "Incorrect checksum",
            "PDU discarded due to congestion",
            "Header syntax error (cannot be parsed)",
            "Segmentation needed but not permitted",
            "Incomplete PDU received",
            "Duplicate option",
        ],
    ),
    (
        8,
        "Address",
        &["Destination address unreachable", "Destination address unknown"],
    ),
    (
        9,
        "Source Routeing",
        &[
            "Unspecified source routeing error",
            "Syntax error in source routeing field",
            "Unknown address in source routeing field",
            "Path not acceptable",
        ],
    ),
    (
        10,
        "Lifetime",
        &[
            "Lifetime expired while data unit in transit",
            "Lifetime expired during reassembly",
        ],
    ),
    (
        11,
        "PDU Discarded",
        &[
            "Unsupported option not specified",
            "Unsupported protocol version",
            "Unsupported security option",
            "Unsupported source routeing option",
            "Unsupported recording of route option",
        ],
    ),
    (12, "Reassembly", &["Reassembly interference"]),
];
