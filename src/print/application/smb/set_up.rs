//! The commands that begin a session and lock files: what they have depends on the number of their words.

use super::area::Area;
use super::item::Item;
use super::item::Item::{
    BufferOfBytes, DosTime, FileTime, Hex8, Hex16, Hex32, I32, Skip, Text, U16, U32, U64Halves,
};
use super::layout::Layout;
use super::layout::Step::{Field, IfMore, Line, Repeat, Say};
use super::message::{Call, put_byte_count};
use super::{dump, layout};
use crate::print::cursor::Shown;
use crate::print::page::Page;

/// Which dialect is spoken.
pub(super) fn negotiation(page: &mut Page<'_>, area: &mut Area<'_>, call: Call) -> Shown {
    let (words, data) = match (call.is_request, call.word_count) {
        (true, _) => (None, Some(DIALECTS)),
        (false, 1) => (Some(CORE), None),
        (false, 13) => (Some(LANMAN), None),
        (false, 17) => (Some(NT), None),
        (false, _) => (None, None),
    };
    put_words(page, area, call, words)?;
    put_data(page, area, call, data)
}

/// Who speaks.
pub(super) fn session(page: &mut Page<'_>, area: &mut Area<'_>, call: Call) -> Shown {
    let (words, data) = match (call.is_request, call.word_count) {
        (true, 10) => (Some(LOGON), None),
        (true, _) => (Some(LOGON_NT), None),
        (false, 3) => (Some(LOGGED_ON), None),
        (false, 13) => (Some(LOGGED_ON_NT), Some(PEER)),
        (false, _) => (None, None),
    };
    put_words(page, area, call, words)?;
    put_data(page, area, call, data)
}

/// Which parts of a file are locked.
pub(super) fn locking(page: &mut Page<'_>, area: &mut Area<'_>, call: Call) -> Shown {
    const LARGE_FILES: u8 = 0x10;
    let (words, data) = if !call.is_request {
        (CHAINED, None)
    } else if area.at(call.words + 7).u8()? & LARGE_FILES != 0 {
        (LOCKS, Some(LARGE_RANGES))
    } else {
        (LOCKS, Some(RANGES))
    };
    if call.word_count > 0 {
        layout::show(page, area, words, call.first_word(), call.words_end())?;
    }
    put_data(page, area, call, data)
}

fn put_words(page: &mut Page<'_>, area: &mut Area<'_>, call: Call, layout: Option<Layout>) -> Shown {
    let (from, end) = (call.first_word(), call.words_end());
    match layout {
        Some(layout) => layout::show(page, area, layout, from, end).map(|_| ()),
        None => dump::print(page, area.at(from), end.saturating_sub(from)),
    }
}

fn put_data(page: &mut Page<'_>, area: &mut Area<'_>, call: Call, layout: Option<Layout>) -> Shown {
    let length = put_byte_count(page, area, call)?;
    let (from, end) = (call.data() + 2, call.data_end(length));
    match layout {
        _ if length == 0 => Ok(()),
        Some(layout) => layout::show(page, area, layout, from, end).map(|_| ()),
        None => dump::print(page, area.at(from), end.saturating_sub(from)),
    }
}

const DIALECTS: Layout = &[Repeat, IfMore, Line("Dialect=", BufferOfBytes)];
const CORE: Layout = &[Say("Core Protocol\n"), Field("DialectIndex=", U16)];
#[rustfmt::skip]
const LANMAN: Layout = &[
    Say("Coreplus/Lanman1/Lanman2 Protocol\n"),
    Line("DialectIndex=", U16), Line("SecMode=", Hex16), Line("MaxXMit=", U16), Line("MaxMux=", U16),
    Line("MaxVcs=", U16), Line("BlkMode=", Hex16), Line("SessionKey=", Hex32), Field("ServerTime=", DosTime),
    Line("TimeZone=", U16), Line("Res=", Hex32), Say("CryptKey="),
];
#[rustfmt::skip]
const NT: Layout = &[
    Say("NT1 Protocol\n"),
    Line("DialectIndex=", U16), Line("SecMode=", Hex8), Line("MaxMux=", U16), Line("NumVcs=", U16),
    Line("MaxBuffer=", U32), Line("RawSize=", U32), Line("SessionKey=", Hex32), Line("Capabilities=", Hex32),
    Field("ServerTime=", FileTime), Line("TimeZone=", U16), Say("CryptKey="),
];

#[rustfmt::skip]
const LOGON: Layout = &[
    Line("Com2=", Hex16), Line("Off2=", U16), Line("BufSize=", U16), Line("MpxMax=", U16), Line("VcNum=", U16),
    Line("SessionKey=", Hex32), Line("PassLen=", U16), Line("CryptLen=", U16), Line("CryptOff=", U16),
    Say("Pass&Name=\n"),
];
#[rustfmt::skip]
const LOGON_NT: Layout = &[
    Line("Com2=", Hex8), Line("Res1=", Hex8), Line("Off2=", U16), Line("MaxBuffer=", U16), Line("MaxMpx=", U16),
    Line("VcNumber=", U16), Line("SessionKey=", Hex32), Line("CaseInsensitivePasswordLength=", U16),
    Line("CaseSensitivePasswordLength=", U16), Line("Res=", Hex32), Line("Capabilities=", Hex32),
    Say("Pass1&Pass2&Account&Domain&OS&LanMan=\n"),
];
const LOGGED_ON: Layout = &[Line("Com2=", Hex16), Line("Off2=", U16), Line("Action=", Hex16)];
#[rustfmt::skip]
const LOGGED_ON_NT: Layout = &[
    Line("Com2=", Hex8), Line("Res=", Hex8), Line("Off2=", U16), Line("Action=", Hex16),
];
#[rustfmt::skip]
const PEER: Layout = &[Line("NativeOS=", Text), Line("NativeLanMan=", Text), Line("PrimaryDomain=", Text)];

const CHAINED: Layout = &[Line("Com2=", Hex16), Line("Off2=", U16)];
#[rustfmt::skip]
const LOCKS: Layout = &[
    Line("Com2=", Hex16), Line("Off2=", U16), Line("Handle=", U16), Line("LockType=", Hex16), Line("TimeOut=", I32),
    Line("UnlockCount=", U16), Line("LockCount=", U16),
];
const RANGES: Layout = &[
    Repeat,
    Line("Process=", U16),
    Line("Offset=", I32),
    Line("Length=", U32),
];
const PADDING: Item = Skip(2);
const LARGE_RANGES: Layout = &[
    Repeat,
    Line("Process=", U16),
    Field("", PADDING),
    Line("Offset=", U64Halves),
    Line("Length=", U64Halves),
];
