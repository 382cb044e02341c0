//! The chain of payloads, each with a header of four bytes that names the next.

use super::{v1, v2};
use crate::print::cursor::{Cursor, Stop};
use crate::print::page::Page;
use crate::print::secrets::Exchange;
use crate::print::text::{HexRun, Put, name_of, put};

/// What the printers of payloads need to know of the message, and how deep they are nested.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// The phase of version 1.
    pub(super) phase: u8,
    /// The protocol that a proposal is for; 0 outside of one.
    pub(super) protocol: u8,
    /// How many payloads this one is within.
    pub(super) depth: usize,
    /// What finds the key of an encrypted payload of version 2.
    pub(super) association: Option<Exchange>,
}

impl Context {
    pub(super) fn v1(phase: u8) -> Self {
        Self {
            phase,
            protocol: 0,
            depth: 0,
            association: None,
        }
    }

    pub(super) fn v2(by_initiator: bool, initiator: [u8; 8], responder: [u8; 8]) -> Self {
        let association = Exchange {
            by_initiator,
            initiator,
            responder,
        };
        Self {
            association: Some(association),
            ..Self::v1(0)
        }
    }

    pub(super) fn is_v2(&self) -> bool {
        self.association.is_some()
    }

    /// One payload further in.
    pub(super) fn nested(&self) -> Self {
        Self {
            depth: self.depth + 1,
            ..*self
        }
    }
}

/// Why the printer of a payload stopped.
#[derive(Clone, Copy)]
pub(super) enum Cut {
    /// The payload is not whole: its chain ends with ` [|payload]`.
    Payload,
    /// The chain ends, and all there is to say has been said.
    Told,
    /// The whole packet ends.
    Packet(Stop),
}

impl From<Stop> for Cut {
    fn from(stop: Stop) -> Self {
        Self::Packet(stop)
    }
}

/// What the printer of a payload returns: where the next payload begins.
pub(super) type Printed<'a> = Result<Cursor<'a>, Cut>;

/// One payload: the cursor stands at its header and reaches to the end of the message.
#[derive(Clone, Copy)]
pub(super) struct Payload<'a> {
    pub(super) at: Cursor<'a>,
    pub(super) kind: u8,
    pub(super) next: u8,
    pub(super) critical: bool,
    pub(super) length: usize,
}

impl<'a> Payload<'a> {
    /// Reads the header of a payload of the kind that the one before announced.
    pub(super) fn read(kind: u8, at: Cursor<'a>) -> Result<Self, Cut> {
        let mut rest = at;
        let header = (rest.u8(), rest.u8(), rest.u16());
        let (Ok(next), Ok(critical), Ok(length)) = header else {
            return Err(Cut::Payload);
        };
        Ok(Self {
            at,
            kind,
            next,
            critical: critical & 0x80 != 0,
            length: length.into(),
        })
    }

    /// What is after the header, to the end of the message.
    pub(super) fn body(&self) -> Cursor<'a> {
        self.at.after(HEADER)
    }

    /// How long the payload is without its header.
    pub(super) fn body_len(&self) -> usize {
        self.length.saturating_sub(HEADER)
    }

    /// Where the next payload begins.
    pub(super) fn end(&self) -> Cursor<'a> {
        self.at.after(self.length)
    }

    /// What comes after a name of a payload of version 2.
    pub(super) fn mark(&self) -> &'static str {
        if self.critical { "[C]:" } else { ":" }
    }

    /// Ends the payload unless `count` of its bytes are there.
    pub(super) fn need(&self, count: usize) -> Result<(), Cut> {
        need(self.at, count)
    }
}

/// Prints the payloads from `at` on, of which the first is of the kind `first`.
pub(super) fn chain<'a>(page: &mut Page<'_>, first: u8, at: Cursor<'a>, context: &Context) -> Printed<'a> {
    let (mut kind, mut at) = (first, at);
    while kind != 0 {
        let payload = match Payload::read(kind, at) {
            Ok(payload) if at.has(payload.length) => payload,
            _ => {
                put!(page, " [|", payload_name(kind), "]");
                return Err(Cut::Told);
            }
        };
        indent(page, context.depth + 1);
        put!(page, "(");
        let mut next = Err(Cut::Told);
        page.deeper(|page| {
            next = one(page, &payload, &context.nested());
            Ok(())
        })?;
        if !matches!(next, Err(Cut::Packet(_))) {
            put!(page, ")");
        }
        at = next?;
        kind = payload.next;
    }
    Ok(at)
}

/// Prints one payload. Without a length there is no telling where the next one is.
fn one<'a>(page: &mut Page<'_>, payload: &Payload<'a>, context: &Context) -> Printed<'a> {
    if payload.length <= HEADER {
        return Err(Cut::Told);
    }
    let printed = match payload.kind {
        1..=13 => v1::print(page, payload, context),
        46 if !context.is_v2() => {
            put!(page, payload_name(46));
            Ok(payload.end())
        }
        33..=48 => v2::print(page, payload, context),
        other => {
            put!(page, payload_name(other));
            Ok(payload.end())
        }
    };
    match printed {
        Err(Cut::Payload) => {
            let name = match payload.kind {
                NOTIFY_V2 => NOTIFY,
                other => other,
            };
            put!(page, " [|", payload_name(name), "]");
            Err(Cut::Told)
        }
        other => other,
    }
}

/// A new line, and four blanks for each payload that this one is within.
pub(super) fn indent(page: &mut Page<'_>, depth: usize) {
    put!(page, "\n");
    for _ in 0..depth {
        put!(page, "    ");
    }
}

/// Ends the payload unless `count` bytes are there.
pub(super) fn need(at: Cursor<'_>, count: usize) -> Result<(), Cut> {
    at.need(count).map_err(|_| Cut::Payload)
}

/// `count` bytes in hexadecimal, or nothing and the end of the payload.
pub(super) fn digits(page: &mut Page<'_>, at: Cursor<'_>, count: usize) -> Result<(), Cut> {
    let Ok(bytes) = at.after(0).take(count) else {
        return Err(Cut::Payload);
    };
    put!(page, HexRun(bytes));
    Ok(())
}

/// The first bytes and the last of all that is left of the message.
pub(super) fn some_data(page: &mut Page<'_>, at: Cursor<'_>) {
    let (first, rest) = at.bytes().split_at(at.captured().min(10));
    let last = rest.get(rest.len().saturating_sub(20)..).unwrap_or_default();
    put!(page, " data=(", HexRun(first), "...", HexRun(last), ")");
}

/// A name, or `#` and the number that has none.
#[derive(Clone, Copy)]
pub(super) struct Numbered {
    name: Option<&'static str>,
    number: u16,
}

impl Put for Numbered {
    fn put(self, out: &mut Vec<u8>) {
        match self.name {
            Some(name) => name.put(out),
            None => ("#", self.number).put(out),
        }
    }
}

/// The name that a table gives a number.
pub(super) fn known(table: &[(u16, &'static str)], number: u16) -> Numbered {
    Numbered {
        name: name_of(table, number),
        number,
    }
}

/// The name of a kind of payload; some of version 1 have only numbers.
#[derive(Clone, Copy)]
pub(super) struct PayloadName(u8);

pub(super) fn payload_name(kind: u8) -> PayloadName {
    PayloadName(kind)
}

impl Put for PayloadName {
    fn put(self, out: &mut Vec<u8>) {
        match self.0 {
            14..=32 => ("pay", self.0).put(out),
            other => known(PAYLOADS, other.into()).put(out),
        }
    }
}

/// The name of a protocol that is negotiated.
pub(super) fn protocol_name(protocol: u8) -> Numbered {
    known(PROTOCOLS, protocol.into())
}

pub(super) const HEADER: usize = 4;
pub(super) const PROPOSAL: u8 = 2;
pub(super) const TRANSFORM: u8 = 3;
const NOTIFY: u8 = 11;
const NOTIFY_V2: u8 = 41;

#[rustfmt::skip]
const PAYLOADS: &[(u16, &str)] = &[
    (0, "none"), (1, "sa"), (2, "p"), (3, "t"), (4, "ke"), (5, "id"), (6, "cert"), (7, "cr"), (8, "hash"),
    (9, "sig"), (10, "nonce"), (11, "n"), (12, "d"), (13, "vid"),
    (33, "v2sa"), (34, "v2ke"), (35, "v2IDi"), (36, "v2IDr"), (37, "v2cert"), (38, "v2cr"), (39, "v2auth"),
    (40, "v2nonce"), (41, "v2n"), (42, "v2d"), (43, "v2vid"), (44, "v2TSi"), (45, "v2TSr"), (46, "v2e"),
    (47, "v2cp"), (48, "v2eap"),
];

const PROTOCOLS: &[(u16, &str)] = &[(1, "isakmp"), (2, "ipsec-ah"), (3, "ipsec-esp"), (4, "ipcomp")];
