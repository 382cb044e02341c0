//! Transactions: commands within SMBtrans and SMBtrans2, with their parameters and data at places of their own.

use super::area::Area;
use super::item::Item::{
    All, Attributes16, CountedPadded, CountedText, DosDate, Hex16, Hex32, I32, Len8, Len32, Say as Also,
    Skip, Text, U8, U16, U32,
};
use super::layout::Layout;
use super::layout::Step::{Field, IfMore, Line, Say};
use super::message::{Call, put_byte_count};
use super::{browser, dump, layout};
use crate::print::cursor::Shown;
use crate::print::dialogues::Transaction2;
use crate::print::page::Page;
use crate::print::text::{Named, put};

/// Where the parameters and the data of a transaction are in its message.
#[derive(Clone, Copy)]
pub(super) struct Parts {
    pub(super) parameters: (usize, usize),
    pub(super) data: (usize, usize),
}

impl Parts {
    /// Those of a call: their lengths and places are among its words.
    fn of(area: &Area<'_>, call: Call) -> Shown<Self> {
        let numbers = if call.is_request {
            [9, 10, 11, 12]
        } else {
            [3, 4, 6, 7]
        };
        let mut words = [0; 4];
        for (word, number) in words.iter_mut().zip(numbers) {
            *word = area.at(call.first_word() + 2 * number).u16_le()?.into();
        }
        let [parameters_len, parameters, data_len, data] = words;
        Ok(Self {
            parameters: (parameters, parameters + parameters_len),
            data: (data, data + data_len),
        })
    }
}

fn length((from, end): (usize, usize)) -> usize {
    end.saturating_sub(from)
}

/// Prints SMBtrans.
pub(super) fn first(page: &mut Page<'_>, area: &mut Area<'_>, call: Call) -> Shown {
    let parts = Parts::of(area, call)?;
    let (words, name) = if call.is_request {
        (REQUEST, NAME)
    } else {
        (REPLY, UNKNOWN)
    };
    layout::show(page, area, words, call.first_word(), call.words_end())?;
    if put_byte_count(page, area, call)? == 0 {
        return Ok(());
    }
    let start = call.data() + 2;
    let behind = length(parts.parameters) + length(parts.data);
    layout::show(page, area, name, start, call.end.saturating_sub(behind))?;
    area.at(start).need(BROWSER.len())?;
    if area.at(start).bytes().starts_with(BROWSER) {
        return browser::print(page, area, parts);
    }
    if area.at(start).bytes().starts_with(LANMAN) {
        return lanman(page, area, parts);
    }
    for (label, (from, end)) in [(PARAMETERS, parts.parameters), (DATA, parts.data)] {
        if from < end {
            layout::show(page, area, label, from, end.min(call.end))?;
        }
    }
    Ok(())
}

/// What goes through the pipe of the LAN Manager.
fn lanman(page: &mut Page<'_>, area: &mut Area<'_>, parts: Parts) -> Shown {
    for (layout, (from, end)) in [(LANMAN_CALL, parts.parameters), (LANMAN_DATA, parts.data)] {
        if from < end {
            layout::show(page, area, layout, from, end)?;
        }
    }
    Ok(())
}

/// Prints SMBtrans2. What a reply answers is not in it; the latest request is remembered.
pub(super) fn second(page: &mut Page<'_>, area: &mut Area<'_>, call: Call) -> Shown {
    area.at(call.words).u8()?;
    if call.is_request {
        // Its number is the last word that has to be there.
        area.at(call.first_word()).need(2 * NUMBER + 2)?;
        let number = area.at(call.first_word() + 2 * NUMBER).u16_le()?;
        page.dialogues.smb.number = number;
    }
    let function = function(page.dialogues.smb.number);
    if !call.is_request && call.word_count == 0 {
        put!(page, Named("function", function.name), "\nTrans2Interim\n");
        return Ok(());
    }
    let parts = Parts::of(area, call)?;
    put!(page, Named("function", function.name));
    put!(page, " param_length=", length(parts.parameters));
    put!(page, " data_length=", length(parts.data), "\n");
    let from = call.first_word();
    if call.is_request && call.word_count == 8 {
        return layout::show(page, area, SECONDARY, from, call.end).map(|_| ());
    }
    if call.is_request {
        layout::show(page, area, REQUEST_2, from, from + 2 * 14)?;
    } else {
        layout::show(page, area, REPLY_2, from, from + 2 * 10)?;
    }
    put_byte_count(page, area, call)?;
    match function.shape {
        Shape::Search if call.is_request => with_data(page, area, SEARCH, parts.parameters, parts.data),
        Shape::Search => with_data(page, area, FOUND, parts.parameters, parts.data),
        Shape::FileSystem if call.is_request => {
            let level = area.at(parts.parameters.0).u16_le()?;
            page.dialogues.smb.level = level;
            with_data(page, area, LEVEL, parts.parameters, parts.data)
        }
        Shape::FileSystem => {
            let Transaction2 { level, .. } = page.dialogues.smb;
            with_data(page, area, file_system(level), parts.data, parts.data)
        }
        Shape::Open if call.is_request => parts_of(page, area, OPEN, parts),
        Shape::Open => parts_of(page, area, OPENED, parts),
        Shape::Unknown => parts_of(page, area, &[Say("Parameters=\n")], parts),
    }
}

/// What a layout says, and the data in hexadecimal.
fn with_data(
    page: &mut Page<'_>,
    area: &mut Area<'_>,
    layout: Layout,
    (from, end): (usize, usize),
    data: (usize, usize),
) -> Shown {
    layout::show(page, area, layout, from, end)?;
    if length(data) > 0 {
        put!(page, "data:\n");
        dump::print(page, area.at(data.0), length(data))?;
    }
    Ok(())
}

fn parts_of(page: &mut Page<'_>, area: &mut Area<'_>, layout: Layout, parts: Parts) -> Shown {
    layout::show(page, area, layout, parts.parameters.0, parts.parameters.1)?;
    layout::show(page, area, &[Say("Data=\n")], parts.data.0, parts.data.1)?;
    Ok(())
}

/// A command within SMBtrans2.
struct Function {
    name: &'static str,
    shape: Shape,
}

enum Shape {
    Open,
    Search,
    FileSystem,
    Unknown,
}

fn function(number: u16) -> &'static Function {
    const fn of(name: &'static str, shape: Shape) -> Function {
        Function { name, shape }
    }
    static FUNCTIONS: [Function; 14] = [
        of("TRANSACT2_OPEN", Shape::Open),
        of("TRANSACT2_FINDFIRST", Shape::Search),
        of("TRANSACT2_FINDNEXT", Shape::Unknown),
        of("TRANSACT2_QFSINFO", Shape::FileSystem),
        of("TRANSACT2_SETFSINFO", Shape::Unknown),
        of("TRANSACT2_QPATHINFO", Shape::Unknown),
        of("TRANSACT2_SETPATHINFO", Shape::Unknown),
        of("TRANSACT2_QFILEINFO", Shape::Unknown),
        of("TRANSACT2_SETFILEINFO", Shape::Unknown),
        of("TRANSACT2_FSCTL", Shape::Unknown),
        of("TRANSACT2_IOCTL", Shape::Unknown),
        of("TRANSACT2_FINDNOTIFYFIRST", Shape::Unknown),
        of("TRANSACT2_FINDNOTIFYNEXT", Shape::Unknown),
        of("TRANSACT2_MKDIR", Shape::Unknown),
    ];
    let [open, ..] = &FUNCTIONS;
    FUNCTIONS.get(usize::from(number)).unwrap_or(open)
}

/// What is told of a file system, by the level that was asked for.
fn file_system(level: u16) -> Layout {
    match level {
        1 => ALLOCATION,
        2 => VOLUME,
        0x105 => ATTRIBUTES,
        _ => &[Say("UnknownLevel\n")],
    }
}

/// The word that says which command is within.
const NUMBER: usize = 14;

/// The names of transactions whose contents are known.
const BROWSER: &[u8] = b"\\MAILSLOT\\BROWSE\0";
const LANMAN: &[u8] = b"\\PIPE\\LANMAN\0";

#[rustfmt::skip]
const REQUEST: Layout = &[
    Line("TotParamCnt=", U16), Line("TotDataCnt=", U16), Line("MaxParmCnt=", U16), Line("MaxDataCnt=", U16),
    Line("MaxSCnt=", U16), Line("TransFlags=", Hex16), Line("Res1=", Hex16), Line("Res2=", Hex16),
    Line("Res3=", Hex16), Line("ParamCnt=", U16), Line("ParamOff=", U16), Line("DataCnt=", U16),
    Line("DataOff=", U16), Line("SUCnt=", U16),
];
#[rustfmt::skip]
const REPLY: Layout = &[
    Line("TotParamCnt=", U16), Line("TotDataCnt=", U16), Line("Res1=", U16), Line("ParamCnt=", U16),
    Line("ParamOff=", U16), Line("Res2=", U16), Line("DataCnt=", U16), Line("DataOff=", U16), Line("Res3=", U16),
    Line("Lsetup=", U16),
];
const NAME: Layout = &[IfMore, Line("Name=", Text)];
const UNKNOWN: Layout = &[IfMore, Say("Unknown ")];
const PARAMETERS: Layout = &[IfMore, Say("Param ")];
const DATA: Layout = &[IfMore, Say("Data ")];
const LANMAN_CALL: Layout = &[Line("Command=", Hex16), Line("Str1=", Text), Line("Str2=", Text)];
const LANMAN_DATA: Layout = &[Say("IPC ")];

#[rustfmt::skip]
const SECONDARY: Layout = &[
    Say("Trans2Secondary\n"),
    Line("TotParam=", U16), Line("TotData=", U16), Line("ParamCnt=", U16), Line("ParamOff=", U16),
    Line("ParamDisp=", U16), Line("DataCnt=", U16), Line("DataOff=", U16), Line("DataDisp=", U16),
    Line("Handle=", U16),
];
#[rustfmt::skip]
const REQUEST_2: Layout = &[
    Line("TotParam=", U16), Line("TotData=", U16), Line("MaxParam=", U16), Line("MaxData=", U16),
    Field("MaxSetup=", U8), Field("", Skip(1)), Say("\n"),
    Line("Flags=", Hex16), Line("TimeOut=", I32), Line("Res1=", Hex16), Line("ParamCnt=", U16),
    Line("ParamOff=", U16), Line("DataCnt=", U16), Line("DataOff=", U16),
    Field("SetupCnt=", U8), Field("", Skip(1)), Say("\n"),
];
#[rustfmt::skip]
const REPLY_2: Layout = &[
    Line("TotParam=", U16), Line("TotData=", U16), Line("Res1=", Hex16), Line("ParamCnt=", U16),
    Line("ParamOff=", U16), Line("ParamDisp", U16), Line("DataCnt=", U16), Line("DataOff=", U16),
    Line("DataDisp=", U16), Field("SetupCnt=", U8), Field("", Skip(1)), Say("\n"),
];

#[rustfmt::skip]
const OPEN: Layout = &[
    Line("Flags2=", Hex16), Line("Mode=", Hex16), Line("SearchAttrib=", Attributes16), Line("Attrib=", Attributes16),
    Line("Time=", DosDate), Line("OFun=", Hex16), Line("Size=", U32),
    Field("Res=(", All(&[Hex16, Also(", "), Hex16, Also(", "), Hex16, Also(", "), Hex16, Also(", "), Hex16])),
    Say(")\n"), Field("Path=", Text),
];
#[rustfmt::skip]
const OPENED: Layout = &[
    Line("Handle=", U16), Line("Attrib=", Attributes16), Line("Time=", DosDate), Line("Size=", U32),
    Line("Access=", Hex16), Line("Type=", Hex16), Line("State=", Hex16), Line("Action=", Hex16),
    Line("Inode=", Hex32), Line("OffErr=", U16), IfMore, Line("EALength=", U16),
];
#[rustfmt::skip]
const SEARCH: Layout = &[
    Line("Attribute=", Attributes16), Line("SearchCount=", U16), Line("Flags=", Hex16),
    Line("Level=", All(&[U16, Skip(4)])), Line("File=", Text),
];
#[rustfmt::skip]
const FOUND: Layout = &[
    Line("Handle=", Hex16), Line("Count=", U16), Line("EOS=", Hex16), Line("Eoffset=", U16),
    Line("LastNameOfs=", Hex16),
];
const LEVEL: Layout = &[Line("InfoLevel=", U16)];
#[rustfmt::skip]
const ALLOCATION: Layout = &[
    Line("idFileSystem=", Hex32), Line("SectorUnit=", U32), Line("Unit=", U32), Line("Avail=", U32),
    Line("SectorSize=", U16),
];
#[rustfmt::skip]
const VOLUME: Layout = &[
    Field("CreationTime=", DosDate), Line("VolNameLength=", Len8), Line("VolumeLabel=", CountedPadded),
];
#[rustfmt::skip]
const ATTRIBUTES: Layout = &[
    Line("Capabilities=", Hex32), Line("MaxFileLen=", U32), Line("VolNameLen=", Len32), Line("Volume=", CountedText),
];
