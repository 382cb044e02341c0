//! A message of SMB: its header, and one command or several that are chained.

use super::area::Area;
use super::command::{self, Command, Shape};
use super::item::Item::{All, Hex8, Skip, U8, U16};
use super::item::Upper;
use super::layout::Layout;
use super::layout::Step::{Field, Line, Say};
use super::{dump, error, layout, set_up, status, transaction};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Named, put};

/// What a message of SMB begins with.
const MAGIC: &[u8] = b"\xffSMB";

/// Whether a message begins at an offset in something that ends after `end` bytes.
pub(super) fn begins(packet: Cursor<'_>, at: usize, end: usize) -> bool {
    at + MAGIC.len() <= end && packet.after(at).bytes().starts_with(MAGIC)
}

/// One command of a message, and where its parts are.
#[derive(Clone, Copy)]
pub(super) struct Call {
    /// Whether it asks, and does not answer.
    pub(super) is_request: bool,
    /// The byte with the number of words.
    pub(super) words: usize,
    /// How many words there are.
    pub(super) word_count: usize,
    /// Where the message ends.
    pub(super) end: usize,
}

impl Call {
    /// The first word.
    pub(super) fn first_word(self) -> usize {
        self.words + 1
    }

    /// The length of the data, behind the words.
    pub(super) fn data(self) -> usize {
        self.first_word() + 2 * self.word_count
    }

    /// Where the words end, or the message.
    pub(super) fn words_end(self) -> usize {
        self.data().min(self.end)
    }

    /// Where so many bytes of data end, or the message.
    pub(super) fn data_end(self, length: usize) -> usize {
        (self.data() + 2 + length).min(self.end)
    }
}

/// Prints a message that ends after `end` bytes.
pub(super) fn print(page: &mut Page<'_>, message: Cursor<'_>, end: usize) -> Shown {
    page.enter("smb");
    let is_request = message.peek_u8(9)? & REPLY == 0;
    let mut command = command::find(message.peek_u8(4)?);
    if page.verbose(2) {
        put!(page, "\n");
    }
    put_title(page, command, is_request);
    if !page.verbose(2) {
        return Ok(());
    }
    put!(page, "\n");
    let mut area = Area::new(message);
    let flags = area.at(10).u16_le()?;
    area.is_unicode = flags & UNICODE != 0;
    layout::show(page, &mut area, HEADER, 0, HEADER_LEN + 1)?;
    put_error(page, &area, flags)?;

    let mut offset = HEADER_LEN;
    for _ in 0..LONGEST_CHAIN {
        let word_count = area.at(offset).u8()?.into();
        let call = Call {
            is_request,
            words: offset,
            word_count,
            end,
        };
        area.told_len = None;
        print_call(page, &mut area, command, call)?;
        if !command.is_chain || word_count == 0 {
            return Ok(());
        }
        let next = area.at(offset + 1).u8()?;
        if next == NOTHING {
            return Ok(());
        }
        let next_offset = area.at(offset + 3).u16_le()?.into();
        command = command::find(next);
        put!(page, "\n");
        put_title(page, command, is_request);
        put!(page, " (CHAINED)\n");
        if next_offset <= offset {
            put!(page, "Bad andX offset: ", next_offset, " <= ", offset, "\n");
            return Ok(());
        }
        offset = next_offset;
    }
    put!(page, "Too many chained commands\n");
    Ok(())
}

fn put_title(page: &mut Page<'_>, command: &Command, is_request: bool) {
    put!(
        page,
        "SMB PACKET: ",
        Named("command", command.name),
        " (",
        Named("direction", if is_request { "REQUEST" } else { "REPLY" }),
        ")"
    );
}

fn put_error(page: &mut Page<'_>, area: &Area<'_>, flags: u16) -> Shown {
    let mut rest = area.at(5);
    if flags & NT_STATUS != 0 {
        let code = rest.u32_le()?;
        if code != 0 {
            put!(page, "NTError = ", status::Status(code), "\n");
        }
        return Ok(());
    }
    let class = rest.u8()?;
    if class != 0 {
        let code = rest.after(1).u16_le()?;
        put!(page, "SMBError = ", error::Error { class, code }, "\n");
    }
    Ok(())
}

fn print_call(page: &mut Page<'_>, area: &mut Area<'_>, command: &Command, call: Call) -> Shown {
    let (words, data) = match command.shape {
        Shape::Fields { request, .. } if call.is_request => request,
        Shape::Fields { reply, .. } => reply,
        Shape::Negotiation => return set_up::negotiation(page, area, call),
        Shape::Session => return set_up::session(page, area, call),
        Shape::Locking => return set_up::locking(page, area, call),
        Shape::Transaction => return transaction::first(page, area, call),
        Shape::Transaction2 => return transaction::second(page, area, call),
    };
    match words {
        _ if call.word_count == 0 => {}
        Some(layout) => {
            layout::show(page, area, layout, call.first_word(), call.data())?;
        }
        None => print_words(page, area, call)?,
    }
    let length = put_byte_count(page, area, call)?;
    let start = call.data() + 2;
    match data {
        _ if length == 0 => {}
        Some(layout) => {
            layout::show(page, area, layout, start, start + length)?;
        }
        None => {
            put!(page, "smb_buf[]=\n");
            dump::print(page, area.at(start), length.min(call.end.saturating_sub(start)))?;
        }
    }
    Ok(())
}

/// Words of which nothing else is known.
fn print_words(page: &mut Page<'_>, area: &Area<'_>, call: Call) -> Shown {
    for (number, at) in (call.first_word()..call.words_end()).step_by(2).enumerate() {
        let word = area.at(at).u16_le()?;
        put!(page, "smb_vwv[", Named("", number), "]=", Named("smb_vwv", word));
        put!(page, " (0x", Named("", Upper(word.into(), 1)), ")\n");
    }
    Ok(())
}

/// Prints how many bytes of data there are, and returns it.
pub(super) fn put_byte_count(page: &mut Page<'_>, area: &Area<'_>, call: Call) -> Shown<usize> {
    let length = area.at(call.data()).u16_le()?;
    put!(page, "smb_bcc=", length, "\n");
    Ok(length.into())
}

const HEADER_LEN: usize = 32;

#[rustfmt::skip]
const HEADER: Layout = &[
    Field("", Skip(4)),
    Line("SMB Command   =  ", Hex8),
    Line("Error class   =  ", All(&[Hex8, Skip(1)])),
    Line("Error code    =  ", U16),
    Line("Flags1        =  ", Hex8),
    Field("Flags2        =  ", Hex8), Field("", Skip(13)), Say("\n"),
    Line("Tree ID       =  ", U16),
    Line("Proc ID       =  ", U16),
    Line("UID           =  ", U16),
    Line("MID           =  ", U16),
    Line("Word Count    =  ", U8),
];

/// In the first flags.
const REPLY: u8 = 0x80;
/// In the second flags.
const UNICODE: u16 = 0x8000;
const NT_STATUS: u16 = 0x4000;

/// The command that ends a chain.
const NOTHING: u8 = 0xff;
/// Nobody chains more than five: set up a session, connect to a tree, open, read, close.
const LONGEST_CHAIN: usize = 16;
