//! What goes over TCP: the session service of NetBIOS (RFC 1002, section 4.3), and SMB with its length before it.

use super::area::Area;
use super::item::Item::{Hex8, Name, Skip, U16Big};
use super::item::Upper;
use super::layout::Layout;
use super::layout::Step::{Field, Line, Say};
use super::{layout, message};
use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Named, Put, name_of, put};

/// Prints a message of the session service.
pub(in crate::print::application) fn print(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("nbt_tcp");
    let packet = Packet::read(segment)?;
    if page.verbose(2) {
        put!(page, "\n>>> NBT Session Packet\n");
        packet.print(page)
    } else {
        put!(page, " NBT Session Packet: ");
        packet.print_kind(page)
    }
}

/// Prints what a TCP segment of SMB begins with.
pub(in crate::print::application) fn over_tcp(page: &mut Page<'_>, segment: Cursor<'_>) -> Shown {
    page.enter("smb_tcp");
    let packet = Packet::read(segment)?;
    let length = packet.segment.after(1).u24()? as usize;
    if !packet.has_message(length) {
        put!(page, " SMB-over-TCP packet:(raw data or continuation?)\n");
        return Ok(());
    }
    put!(page, " ");
    packet.print_message(page, length)
}

/// A packet, and what is behind the four bytes of its header.
struct Packet<'a> {
    segment: Cursor<'a>,
    body: Cursor<'a>,
    kind: u8,
    length: usize,
}

impl<'a> Packet<'a> {
    fn read(segment: Cursor<'a>) -> Shown<Self> {
        if segment.len() < HEADER_LEN {
            return Err(Stop::Truncated);
        }
        segment.need(HEADER_LEN)?;
        Ok(Self {
            segment,
            body: segment.after(HEADER_LEN),
            kind: segment.peek_u8(0)?,
            length: segment.peek_u16(2)?.into(),
        })
    }

    /// Whether the body is a message of SMB, by its declared length and its first bytes.
    fn has_message(&self, length: usize) -> bool {
        length >= 4 && message::begins(self.body, 0, length)
    }

    fn print_message(&self, page: &mut Page<'_>, length: usize) -> Shown {
        let captured = self.body.captured();
        if length > self.body.len() && length > captured {
            put!(page, "WARNING: Packet is continued in later TCP segments\n");
        } else if length > captured {
            put!(page, "WARNING: Short packet. Try increasing the snap length by ");
            put!(page, Named("missing", length - captured), "\n");
        }
        message::print(page, self.body, length.min(captured))
    }

    fn print_kind(&self, page: &mut Page<'_>) -> Shown {
        match self.kind {
            MESSAGE => put!(page, Named("type", "Session Message")),
            REQUEST => put!(page, Named("type", "Session Request")),
            GRANTED => put!(page, Named("type", "Session Granted")),
            REJECT => {
                if self.length.min(self.body.len()).min(self.body.captured()) < 4 {
                    return Err(Stop::Truncated);
                }
                put!(page, Named("type", "Session Reject"), ", ");
                put!(page, Named("reason", Reason(self.body.peek_u8(0)?)));
            }
            KEEPALIVE => put!(page, Named("type", "Session Keepalive")),
            _ => {
                let mut area = Area::new(self.segment);
                layout::show(page, &mut area, UNKNOWN_KIND, 0, self.segment.captured())?;
            }
        }
        Ok(())
    }

    fn print(&self, page: &mut Page<'_>) -> Shown {
        let mut area = Area::new(self.segment);
        let end = self.segment.captured();
        let (layout, end) = match self.kind {
            MESSAGE => (MESSAGES, HEADER_LEN),
            REQUEST => (REQUESTS, end),
            GRANTED => (GRANTS, end),
            REJECT => (REJECTS, end),
            KEEPALIVE => (KEEPALIVES, end),
            _ => (UNKNOWN, end),
        };
        if layout::show(page, &mut area, layout, 0, end)?.is_none() {
            return Ok(());
        }
        match self.kind {
            MESSAGE if self.has_message(self.length) => self.print_message(page, self.length)?,
            MESSAGE => put!(page, "Session packet:(raw data or continuation?)\n"),
            REJECT if self.length >= 1 && self.body.has(1) => {
                put!(page, Named("reason", Reason(self.body.peek_u8(0)?)), "\n");
            }
            _ => {}
        }
        Ok(())
    }
}

/// Why there is no session.
struct Reason(u8);

impl Put for Reason {
    fn put(self, out: &mut Vec<u8>) {
        match name_of(REASONS, self.0) {
            Some(name) => name.put(out),
            None => ("Unspecified error 0x", Upper(self.0.into(), 1)).put(out),
        }
    }
}

const HEADER_LEN: usize = 4;

const MESSAGE: u8 = 0x00;
const REQUEST: u8 = 0x81;
const GRANTED: u8 = 0x82;
const REJECT: u8 = 0x83;
const KEEPALIVE: u8 = 0x85;

const REASONS: &[(u8, &str)] = &[
    (0x80, "Not listening on called name"),
    (0x81, "Not listening for calling name"),
    (0x82, "Called name not present"),
    (0x83, "Called name present, but insufficient resources"),
];

const UNKNOWN_KIND: Layout = &[Field("Unknown packet type ", Hex8)];
#[rustfmt::skip]
const MESSAGES: Layout = &[
    Field("", Skip(1)), Say("NBT Session Message\n"), Line("Flags=", Hex8), Line("Length=", U16Big),
];
#[rustfmt::skip]
const REQUESTS: Layout = &[
    Field("", Skip(1)), Say("NBT Session Request\n"), Line("Flags=", Hex8), Line("Length=", U16Big),
    Line("Destination=", Name), Line("Source=", Name),
];
#[rustfmt::skip]
const GRANTS: Layout = &[
    Field("", Skip(1)), Say("NBT Session Granted\n"), Line("Flags=", Hex8), Line("Length=", U16Big),
];
#[rustfmt::skip]
const REJECTS: Layout = &[
    Field("", Skip(1)), Say("NBT SessionReject\n"), Line("Flags=", Hex8), Line("Length=", U16Big),
    Line("Reason=", Hex8),
];
#[rustfmt::skip]
const KEEPALIVES: Layout = &[
    Field("", Skip(1)), Say("NBT Session Keepalive\n"), Line("Flags=", Hex8), Line("Length=", U16Big),
];
const UNKNOWN: Layout = &[Say("NBT - Unknown packet type\n"), Line("Type=", Hex8)];
