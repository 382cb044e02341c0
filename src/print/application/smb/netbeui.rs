//! NetBIOS right over 802.2 (IBM's NetBEUI, or NetBIOS frames).

use super::area::Area;
use super::item::Item::{Bits, Hex8, Hex16, PlainName, Skip, U8, U16};
use super::item::Upper;
use super::layout::Layout;
use super::layout::Step::{Field, Line, Say, Stop};
use super::{layout, message};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Named, put};

/// Prints a frame behind this control field.
pub(crate) fn print(page: &mut Page<'_>, control: u16, frame: Cursor<'_>) -> Shown {
    page.enter("netbeui");
    let end = frame.len().min(frame.captured());
    let header_end = usize::from(frame.peek_u16(0)?.swap_bytes());
    let code = frame.peek_u8(4)?;
    let command = COMMANDS.iter().find(|command| command.code == code);
    let mut area = Area::new(frame);
    let body = header_end.min(end);
    if !page.verbose(2) {
        put!(page, "NBF Packet: ");
        let Some(at) = layout::show(page, &mut area, &[Field("", Skip(5)), Stop], 0, end)? else {
            return Ok(());
        };
        let Some(command) = command else {
            put!(page, "Unknown NBF Command");
            return Ok(());
        };
        put!(page, Named("command", command.name));
        layout::show(page, &mut area, command.brief, at, body)?;
        return Ok(());
    }
    put!(page, "\n>>> NBF Packet\nType=0x", Upper(control.into(), 1), " ");
    let Some(at) = layout::show(page, &mut area, HEADER, 0, end)? else {
        return Ok(());
    };
    let shown = match command {
        None => layout::show(page, &mut area, &[Say("Unknown NBF Command\n")], at, body)?,
        Some(command) => {
            put!(page, Named("command", command.name), ":\n");
            match command.full {
                [] => {
                    put!(page, "\n");
                    Some(at)
                }
                layout => layout::show(page, &mut area, layout, at, body)?,
            }
        }
    };
    if shown.is_none() || header_end >= end || !MESSAGES.contains(&code) {
        return Ok(());
    }
    find_message(page, frame, header_end, end)
}

/// Prints the message of SMB behind the header, or the first one not far behind it.
fn find_message(page: &mut Page<'_>, frame: Cursor<'_>, start: usize, end: usize) -> Shown {
    for skipped in 0..super::FARTHEST {
        let at = start + skipped;
        if !message::begins(frame, at, end) {
            continue;
        }
        if skipped > 0 {
            put!(page, "found SMB packet at ", Named("offset", skipped), "\n");
        }
        return message::print(page, frame.after(at), end - at);
    }
    Ok(())
}

/// A command, and its fields in one line and in full.
struct Command {
    code: u8,
    name: &'static str,
    brief: Layout,
    full: Layout,
}

const fn command(code: u8, name: &'static str, brief: Layout, full: Layout) -> Command {
    Command {
        code,
        name,
        brief,
        full,
    }
}

/// The commands that may carry a message of SMB.
const MESSAGES: [u8; 4] = [0x08, 0x09, 0x15, 0x16];

const HEADER: Layout = &[
    Field("Length=", U16),
    Field(" Signature=", Hex16),
    Line(" Command=", Hex8),
    Stop,
];

const NO: Layout = &[Stop];
const ADD: Layout = &[
    Say(", "),
    Field("", Skip(23)),
    Field("Name to add=", PlainName),
    Stop,
];
#[rustfmt::skip]
const ADD_IN_FULL: Layout = &[
    Field("", Skip(5)), Line("ResponseCorrelator=", Hex16), Field("", Skip(16)), Line("Name to add=", PlainName),
];
const ENDS: Layout = &[
    Field("", Skip(7)),
    Line("Destination=", PlainName),
    Line("Source=", PlainName),
];
#[rustfmt::skip]
const SESSION: Layout = &[
    Line("Data1=", Hex8), Line("Data2=", Hex16), Line("TransmitCorrelator=", Hex16),
    Line("ResponseCorelator=", Hex16), Line("RemoteSessionNumber=", Hex8), Line("LocalSessionNumber=", Hex8),
];

#[rustfmt::skip]
const COMMANDS: &[Command] = &[
    command(0x00, "Add Group Name Query", ADD, ADD_IN_FULL),
    command(0x01, "Add Name Query", ADD, ADD_IN_FULL),
    command(0x02, "Name In Conflict", NO, &[]),
    command(0x03, "Status Query", NO, &[]),
    command(0x07, "Terminate Trace", NO, &[]),
    command(0x08, "Datagram", NO, ENDS),
    command(0x09, "Broadcast Datagram", NO, ENDS),
    command(0x0a, "Name Query", &[Say(", "), Field("", Skip(7)), Field("Name=", PlainName), Stop], &[
        Field("", Skip(1)), Line("SessionNumber=", Hex8), Field("NameType=", Hex8), Field("", Skip(2)), Say("\n"),
        Line("ResponseCorrelator=", Hex16), Line("Name=", PlainName), Line("Name of sender=", PlainName),
    ]),
    command(0x0d, "Add Name Response", &[
        Say(", "), Field("", Skip(1)), Field("GroupName=", Hex16), Say(" "), Field("", Skip(4)),
        Field("Destination=", PlainName), Field(" Source=", PlainName), Stop,
    ], &[
        Line("AddNameInProcess=", Hex8), Line("GroupName=", Hex16), Field("TransmitCorrelator=", Hex16),
        Field("", Skip(2)), Say("\n"), Line("Destination=", PlainName), Line("Source=", PlainName),
    ]),
    command(0x0e, "Name Recognized", NO, &[
        Field("", Skip(1)), Line("Data2=", Hex16), Line("TransmitCorrelator=", Hex16),
        Line("ResponseCorelator=", Hex16), Line("Destination=", PlainName), Line("Source=", PlainName),
    ]),
    command(0x0f, "Status Response", NO, &[]),
    command(0x13, "Terminate Trace", NO, &[]),
    command(0x14, "Data Ack", NO, &[
        Field("", Skip(3)), Field("TransmitCorrelator=", Hex16), Field("", Skip(2)), Say("\n"),
        Line("RemoteSessionNumber=", Hex8), Line("LocalSessionNumber=", Hex8),
    ]),
    command(0x15, "Data First/Middle", NO, &[
        Line("Flags=", Bits(&["RECEIVE_CONTINUE", "NO_ACK", "", "PIGGYBACK_ACK_INCLUDED"])),
        Field("ResyncIndicator=", Hex16), Field("", Skip(2)), Say("\n"), Line("ResponseCorelator=", Hex16),
        Line("RemoteSessionNumber=", Hex8), Line("LocalSessionNumber=", Hex8),
    ]),
    command(0x16, "Data Only/Last", NO, &[
        Line("Flags=", Bits(&["", "NO_ACK", "PIGGYBACK_ACK_ALLOWED", "PIGGYBACK_ACK_INCLUDED"])),
        Field("ResyncIndicator=", Hex16), Field("", Skip(2)), Say("\n"), Line("ResponseCorelator=", Hex16),
        Line("RemoteSessionNumber=", Hex8), Line("LocalSessionNumber=", Hex8),
    ]),
    command(0x17, "Session Confirm", NO, SESSION),
    command(0x18, "Session End", NO, &[
        Field("", Skip(1)), Field("Data2=", Hex16), Field("", Skip(4)), Say("\n"),
        Line("RemoteSessionNumber=", Hex8), Line("LocalSessionNumber=", Hex8),
    ]),
    command(0x19, "Session Initialize", NO, SESSION),
    // The name of its flag is not shown.
    command(0x1a, "No Receive", NO, &[
        Line("Flags=", Bits(&[])), Field("DataBytesAccepted=", U8), Field("", Skip(4)), Say("\n"),
        Line("RemoteSessionNumber=", Hex8), Line("LocalSessionNumber=", Hex8),
    ]),
    command(0x1b, "Receive Outstanding", NO, &[
        Field("", Skip(1)), Field("DataBytesAccepted=", U8), Field("", Skip(4)), Say("\n"),
        Line("RemoteSessionNumber=", Hex8), Line("LocalSessionNumber=", Hex8),
    ]),
    command(0x1c, "Receive Continue", NO, &[
        Field("", Skip(2)), Line("TransmitCorrelator=", Hex16), Field("", Skip(2)),
        Line("RemoteSessionNumber=", Hex8), Line("LocalSessionNumber=", Hex8),
    ]),
    command(0x1f, "Session Alive", NO, &[]),
];
