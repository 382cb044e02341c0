//! Signalling of frame relay (Q.933, and annex D of T1.617).

use crate::print::cursor::{Cursor, Shown, Stop};
use crate::print::page::Page;
use crate::print::text::{Hex2, HexRun, Right, name_of, put};

/// Prints a message; its elements under `-v`, but for a few that are told always.
pub(in crate::print::link) fn print(page: &mut Page<'_>, message: Cursor<'_>) -> Shown {
    page.enter("q.933");
    if !page.options.link_header {
        put!(page, "Q.933");
    }
    let comma = if page.options.link_header { "" } else { ", " };
    let mut rest = message;
    let opening = Opening::read(&mut rest).inspect_err(|_| put!(page, comma, "length ", message.len()))?;
    let mut codeset = opening.codeset;
    let ansi = opening.shift == Shift::Locking && codeset == NATIONAL;
    put!(
        page,
        comma,
        if ansi { "ANSI" } else { "CCITT" },
        ", codeset ",
        codeset
    );
    let dummy = match opening.reference {
        [] => true,
        [_] => rest.peek_u8(0)? == 0,
        _ => false,
    };
    if !dummy {
        put!(page, ", Call Ref: 0x", HexRun(opening.reference));
    }
    match (name_of(MESSAGES, opening.kind), page.verbose(1)) {
        (Some(name), _) => put!(page, ", ", name),
        (None, true) => put!(page, ", unknown message"),
        (None, false) => put!(page, ", unknown message 0x", Hex2(opening.kind)),
    }
    if page.verbose(1) {
        put!(page, " (0x", Hex2(opening.kind), "), length ", message.len());
    }
    let shown = elements(page, &mut codeset, opening.shift, rest);
    if shown != Ok(false) && !page.verbose(1) {
        put!(page, ", length ", message.len());
    }
    shown.map(|_| ())
}

/// What comes before the elements.
struct Opening<'a> {
    reference: &'a [u8],
    kind: u8,
    codeset: u8,
    shift: Shift,
}

/// Whether the next element alone is of another codeset, or all that follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shift {
    None,
    Locking,
    NonLocking,
}

impl Shift {
    /// What an element's code says of shifting, if it is a shift at all.
    fn of(code: u8) -> Option<Self> {
        match code {
            0x90..=0x97 => Some(Self::Locking),
            0x98..=0x9f => Some(Self::NonLocking),
            _ => None,
        }
    }
}

impl<'a> Opening<'a> {
    fn read(rest: &mut Cursor<'a>) -> Shown<Self> {
        let length = usize::from(declared(rest)? & 15);
        if rest.len() < length {
            return Err(Stop::Truncated);
        }
        let reference = rest.take(length)?;
        let mut opening = Self {
            reference,
            kind: declared(rest)?,
            codeset: 0,
            shift: Shift::None,
        };
        if !rest.is_empty() {
            let code = rest.peek_u8(0)?;
            if let Some(shift) = Shift::of(code) {
                rest.advance(1);
                opening.codeset = code & 7;
                opening.shift = shift;
            }
        }
        Ok(opening)
    }
}

/// The next byte, which the message must have too.
fn declared(rest: &mut Cursor<'_>) -> Shown<u8> {
    if rest.is_empty() {
        return Err(Stop::Truncated);
    }
    rest.u8()
}

/// Prints the elements. Returns false where one of them ends the message.
fn elements(page: &mut Page<'_>, codeset: &mut u8, opened: Shift, mut rest: Cursor<'_>) -> Shown<bool> {
    // The codeset to return to, once the element after a non-locking shift has been told.
    let mut back = (opened == Shift::NonLocking).then_some(0);
    let mut passed = false;
    while !rest.is_empty() {
        match back {
            Some(_) if !passed => passed = true,
            Some(before) => {
                *codeset = before;
                back = None;
            }
            None => {}
        }
        let code = rest.u8()?;
        if code & 0x80 != 0 {
            match Shift::of(code) {
                Some(Shift::NonLocking) => {
                    back = Some(*codeset);
                    passed = false;
                }
                Some(_) => back = None,
                None => continue,
            }
            *codeset = code & 7;
            continue;
        }
        let length = declared(&mut rest)?;
        let known = matches!(*codeset, 0 | NATIONAL);
        if page.verbose(1) {
            let name = name_of(ELEMENTS, code).filter(|_| known).unwrap_or("unknown");
            put!(
                page,
                "\n\t",
                name,
                " IE (0x",
                Hex2(code),
                "), length ",
                length,
                ": "
            );
        }
        if code == 0 || length == 0 {
            return Ok(false);
        }
        if rest.len() < usize::from(length) {
            return Err(Stop::Truncated);
        }
        rest.need(length.into())?;
        let value = rest.sub(length.into()).bytes();
        if known && element(page, code, value) {
            if page.verbose(2) {
                page.hex("\n\t  ", value);
            }
        } else if page.verbose(1) {
            page.hex("\n\t", value);
        }
    }
    Ok(true)
}

/// Prints what an element says. Returns false if we do not know it.
fn element(page: &mut Page<'_>, code: u8, value: &[u8]) -> bool {
    let comma = if page.verbose(1) { "" } else { ", " };
    match (code, value) {
        (0x01 | 0x51, [kind, ..]) => {
            if page.verbose(1) {
                put!(
                    page,
                    name_of(REPORTS, *kind).unwrap_or("unknown"),
                    " (",
                    *kind,
                    ")"
                );
            }
        }
        (0x03 | 0x19 | 0x53, [sent, received, ..]) => {
            put!(page, comma, "TX Seq: ", Right((*sent).into(), 3));
            put!(page, ", RX Seq: ", Right((*received).into(), 3));
        }
        (0x03 | 0x19 | 0x53, _) => put!(page, comma, "Invalid LINK VERIFY IE"),
        (0x07 | 0x57, _) => match connection(value) {
            Some((link, status)) => {
                put!(page, comma, "DLCI ", link, ": status ");
                put!(page, if status & 8 != 0 { "New, " } else { "" });
                put!(page, if status & 2 != 0 { "Active" } else { "Inactive" });
            }
            None => put!(page, comma, "Invalid DLCI in PVC STATUS IE"),
        },
        _ => return false,
    }
    true
}

/// The connection and its status; the last byte of the identifier has its highest bit set, and so has the status.
fn connection(value: &[u8]) -> Option<(u32, u8)> {
    let (first, rest) = value.split_first()?;
    let (status, middle) = rest.split_last()?;
    if first & 0x80 != 0 || status & 0x80 == 0 {
        return None;
    }
    let second = *middle.first()?;
    let link = u32::from(first & 0x3f) << 4 | u32::from((second & 0x78) >> 3);
    match middle {
        [last] if last & 0x80 != 0 => Some((link, *status)),
        [next, last] if next & 0x80 == 0 && last & 0x80 != 0 => {
            Some((link << 6 | u32::from((last & 0x7e) >> 1), *status))
        }
        [next, third, last] if (next | third) & 0x80 == 0 && last & 0x80 != 0 => {
            let low = u32::from(third & 0x7f) | u32::from((last & 0x7e) >> 1);
            Some((link << 13 | low, *status))
        }
        _ => None,
    }
}

/// The codeset of national standards.
const NATIONAL: u8 = 5;

const MESSAGES: &[(u8, &str)] = &[
    (0x00, "ESC to National"),
    (0x01, "Alert"),
    (0x02, "Call proceeding"),
    (0x07, "Connect"),
    (0x0f, "Connect ACK"),
    (0x03, "Progress"),
    (0x05, "Setup"),
    (0x45, "Disconnect"),
    (0x4d, "Release"),
    (0x5a, "Release Complete"),
    (0x46, "Restart"),
    (0x4e, "Restart ACK"),
    (0x7d, "Status Reply"),
    (0x75, "Status Enquiry"),
];

const ELEMENTS: &[(u8, &str)] = &[
    (0x01, "ANSI Report Type"),
    (0x19, "ANSI Link Verify"),
    (0x03, "ANSI Link Verify"),
    (0x07, "ANSI PVC Status"),
    (0x51, "CCITT Report Type"),
    (0x53, "CCITT Link Verify"),
    (0x57, "CCITT PVC Status"),
];

const REPORTS: &[(u8, &str)] = &[(0, "Full Status"), (1, "Link verify"), (2, "Async PVC Status")];

#[cfg(test)]
mod tests {
    use crate::print::sample::{assert_every_cut_is_told, shown, verbose};
    use crate::wire::LinkType;

    #[test]
    fn a_status_tells_its_connections() {
        let mut packet = vec![0, 1, 3, 8, 0, 0x7d, 0x95, 1, 1, 0, 3, 2, 5, 6];
        packet.extend_from_slice(&[7, 3, 0x06, 0xa0, 0x8a]);
        assert_eq!(
            shown(LinkType::FRELAY, &packet),
            "Q.933, ANSI, codeset 5, Status Reply, TX Seq:   5, RX Seq:   6, DLCI 100: status New, Active, length 15"
        );
        assert_eq!(
            verbose(1, LinkType::FRELAY, &packet),
            "Q.933, ANSI, codeset 5, Status Reply (0x7d), length 15\
             \n\tANSI Report Type IE (0x01), length 1: Full Status (0)\
             \n\tANSI Link Verify IE (0x03), length 2: TX Seq:   5, RX Seq:   6\
             \n\tANSI PVC Status IE (0x07), length 3: DLCI 100: status New, Active"
        );
        assert_every_cut_is_told(LinkType::FRELAY, &packet);
    }
}
