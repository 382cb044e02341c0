//! The commands of the medium access layer (7.5 of the standard).

use super::put_bytes;
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Hex2, Hex4, name_of, put};

/// Prints a command, and passes over what of it was understood.
pub(super) fn print(page: &mut Page<'_>, rest: &mut Cursor<'_>) -> Shown {
    if rest.is_empty() {
        put!(page, "[ERROR: Truncated before Command ID]");
        return Ok(());
    }
    let command = rest.u8()?;
    put!(page, "Command ID = ");
    match name_of(COMMANDS, command) {
        Some(name) => put!(page, name, " command "),
        None => put!(page, "Reserved 0x", Hex2(command), " "),
    }
    if !rest.is_empty() {
        let passed = data(page, command, *rest)?;
        rest.advance(passed);
    }
    Ok(())
}

/// What a command carries. Returns how much of it was understood.
fn data(page: &mut Page<'_>, command: u8, rest: Cursor<'_>) -> Shown<usize> {
    let mut fields = rest;
    let wrong = match (command, rest.len()) {
        (ASSOCIATION, 1) => {
            let capabilities = fields.u8()?;
            put!(page, if capabilities & 2 != 0 { "FFD, " } else { "RFD, " });
            for (mask, name) in CAPABILITIES {
                put!(page, if capabilities & mask != 0 { *name } else { "" });
            }
            return Ok(rest.len());
        }
        (ANSWER, 3) => {
            put!(page, "Short address = ", Hex4(fields.u16_le()?));
            let status = fields.u8()?;
            match name_of(ANSWERS, status) {
                Some(name) => put!(page, ", ", name),
                None => put!(page, ", Status = 0x", Hex2(status)),
            }
            return Ok(rest.len());
        }
        (DISASSOCIATION, 1) => {
            match rest.peek_u8(0)? {
                0 => put!(page, "Reserved"),
                1 => put!(page, "Reason = The coordinator wishes the device to leave PAN"),
                2 => put!(page, "Reason = The device wishes to leave the PAN"),
                // The byte that is shown is another.
                _ => put!(page, "Reason = 0x", Hex2(rest.peek_u8(2)?)),
            }
            return Ok(rest.len());
        }
        (REALIGNMENT, 7 | 8) => {
            put!(page, "Pan ID = 0x", Hex4(fields.u16_le()?));
            put!(page, ", Coordinator short address = ", Hex4(fields.u16_le()?));
            let channel = u16::from(fields.u8()?);
            let station = fields.u16_le()?;
            let channel_page = if fields.is_empty() { 0x80 } else { fields.u8()? };
            if channel_page & 0x80 != 0 {
                // There is no page; the byte is the upper one of the channel.
                let upper = u16::from(channel_page & 0x7f) << 8;
                put!(page, ", Channel Number = ", channel | upper);
            } else {
                put!(page, ", Channel Number = ", channel, ", page = ", channel_page);
            }
            put!(page, ", Short address = ", Hex4(station));
            return Ok(rest.len());
        }
        (SLOT, 1) => {
            let slot = fields.u8()?;
            put!(page, "GTS Length = ", slot & 15);
            put!(
                page,
                if slot & 0x10 != 0 {
                    ", Receive-only GTS"
                } else {
                    ", Transmit-only GTS"
                }
            );
            put!(
                page,
                if slot & 0x20 != 0 {
                    ", GTS allocation"
                } else {
                    ", GTS deallocations"
                }
            );
            return Ok(rest.len());
        }
        (ASSOCIATION, _) => "Association request",
        (ANSWER, _) => "Association response",
        (DISASSOCIATION, _) => "Disassociation Notification",
        (REALIGNMENT, _) => "Coordinator Realignment",
        (SLOT, _) => "GTS Request",
        // These have nothing to carry.
        (4..=7, _) => return Ok(0),
        _ => {
            put!(page, "Command Data = ");
            put_bytes(page, rest, rest.len())?;
            return Ok(0);
        }
    };
    put!(page, "Invalid ", wrong, " command length");
    Ok(0)
}

const ASSOCIATION: u8 = 1;
const ANSWER: u8 = 2;
const DISASSOCIATION: u8 = 3;
const REALIGNMENT: u8 = 8;
const SLOT: u8 = 9;

const CAPABILITIES: &[(u8, &str)] = &[
    (0x04, "AC powered, "),
    (0x08, "Receiver on when idle, "),
    (0x10, "Fast association, "),
    (0x40, "Security supported, "),
    (0x80, "Allocate address, "),
];

const ANSWERS: &[(u8, &str)] = &[
    (0x00, "Association successful"),
    (0x01, "PAN at capacity"),
    (0x02, "PAN access denied"),
    (0x03, "Hooping sequence offset duplication"),
    (0x80, "Fast association successful"),
];

const COMMANDS: &[(u8, &str)] = &[
    (ASSOCIATION, "Association Request"),
    (ANSWER, "Association Response"),
    (DISASSOCIATION, "Disassociation Notification"),
    (0x04, "Data Request"),
    (0x05, "PAN ID Conflict Notification"),
    (0x06, "Orphan Notification"),
    (0x07, "Beacon Request"),
    (REALIGNMENT, "Coordinator realignment"),
    (SLOT, "GTS request"),
    (0x0a, "TRLE Management Request"),
    (0x0b, "TRLE Management Response"),
    (0x13, "DSME Association Request"),
    (0x14, "DSME Association Response"),
    (0x15, "DSME GTS Request"),
    (0x16, "DSME GTS Response"),
    (0x17, "DSME GTS Notify"),
    (0x18, "DSME Information Request"),
    (0x19, "DSME Information Response"),
    (0x1a, "DSME Beacon Allocation Notification"),
    (0x1b, "DSME Beacon Collision Notification"),
    (0x1c, "DSME Link Report"),
    (0x20, "RIT Data Request"),
    (0x21, "DBS Request"),
    (0x22, "DBS Response"),
    (0x23, "RIT Data Response"),
    (0x24, "Vendor Specific"),
];

#[cfg(test)]
mod tests {
    use crate::print::sample::shown;
    use crate::wire::LinkType;

    #[test]
    fn commands_are_told_with_what_they_carry() {
        for (command, text) in [
            (
                &[1, 0x8e][..],
                "Association Request command FFD, AC powered, Receiver on when idle, Allocate address, ",
            ),
            (&[1, 0, 0], "Invalid Association request command length"),
            (&[2, 1, 0, 2], "Short address = 0001, PAN access denied"),
            (&[3, 2], "Reason = The device wishes to leave the PAN"),
            (&[7], "Command ID = Beacon Request command "),
            (
                &[8, 1, 0, 2, 0, 11, 3, 0, 4],
                "Channel Number = 11, page = 4, Short address = 0003",
            ),
            (
                &[8, 1, 0, 2, 0, 11, 3, 0],
                "Channel Number = 11, Short address = 0003",
            ),
            (&[9, 0x35], "GTS Length = 5, Receive-only GTS, GTS allocation"),
            (&[0x0c, 7], "Command ID = Reserved 0x0c Command Data = 07 "),
        ] {
            let frame = [&[0x03, 0x00, 1][..], command].concat();
            let shown = shown(LinkType(230), &frame);
            assert!(shown.contains(text), "{shown}");
        }
    }
}
