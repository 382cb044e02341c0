//! The browser service (MS-BRWS): what the computers of a network have to offer.

use super::area::Area;
use super::item::Item::{All, Hex8, Hex16, Hex32, PlainName, Say as Also, Text, U16};
use super::layout;
use super::layout::Layout;
use super::layout::Step::{Field, IfMore, Line, Repeat, Say};
use super::transaction::Parts;
use crate::print::cursor::Shown;
use crate::print::page::Page;

/// Prints a frame.
pub(super) fn print(page: &mut Page<'_>, area: &mut Area<'_>, parts: Parts) -> Shown {
    let (from, end) = parts.data;
    let command = area.at(from).u8()?;
    let (parameters, parameters_end) = parts.parameters;
    let before = &[Say("BROWSE PACKET\n"), IfMore, Say("Param ")];
    layout::show(page, area, before, parameters, parameters_end)?;
    layout::show(page, area, frame(command), from, end)?;
    Ok(())
}

fn frame(command: u8) -> Layout {
    match command {
        0x01 => HOST,
        0x02 => REQUEST,
        0x08 => ELECTION,
        0x09 => LIST,
        0x0a => LISTED,
        0x0b => BACKUP,
        0x0c => WORKGROUP,
        0x0d => MASTER,
        0x0e => RESET,
        0x0f => LOCAL_MASTER,
        _ => &[Say("Unknown Browser Frame ")],
    }
}

#[rustfmt::skip]
const HOST: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (HostAnnouncement)\n"),
    Line("UpdateCount=", Hex16), Line("Res1=", Hex8), Line("AnnounceInterval=", U16), Line("Name=", PlainName),
    Line("MajorVersion=", Hex8), Line("MinorVersion=", Hex8), Line("ServerType=", Hex32),
    Line("ElectionVersion=", Hex16), Line("BrowserConstant=", Hex16),
];
#[rustfmt::skip]
const LOCAL_MASTER: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (LocalMasterAnnouncement)\n"),
    Line("UpdateCount=", Hex16), Line("Res1=", Hex8), Line("AnnounceInterval=", U16), Line("Name=", PlainName),
    Line("MajorVersion=", Hex8), Line("MinorVersion=", Hex8), Line("ServerType=", Hex32),
    Line("ElectionVersion=", Hex16), Line("BrowserConstant=", Hex16),
];
#[rustfmt::skip]
const WORKGROUP: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (WorkgroupAnnouncement)\n"),
    Line("UpdateCount=", Hex16), Line("Res1=", Hex8), Line("AnnounceInterval=", U16), Line("Name=", PlainName),
    Line("MajorVersion=", Hex8), Line("MinorVersion=", Hex8), Line("ServerType=", Hex32),
    Line("CommentPointer=", Hex32), Line("ServerName=", Text),
];
#[rustfmt::skip]
const REQUEST: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (AnnouncementRequest)\n"),
    Line("Flags=", Hex8), Line("ReplySystemName=", Text),
];
#[rustfmt::skip]
const ELECTION: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (ElectionFrame)\n"),
    Line("ElectionVersion=", Hex8), Line("OSSummary=", Hex32),
    Line("Uptime=", All(&[Also("("), Hex32, Also(", "), Hex32, Also(")")])), Line("ServerName=", Text),
];
#[rustfmt::skip]
const BACKUP: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (BecomeBackupBrowser)\n"), Line("Name=", Text),
];
#[rustfmt::skip]
const LIST: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (GetBackupList)\n"),
    Line("ListCount?=", Hex8), Line("Token=", Hex32),
];
#[rustfmt::skip]
const LISTED: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (BackupListResponse)\n"),
    Line("ServerCount?=", Hex8), Line("Token=", Hex32), Repeat, Line("Name=", Text),
];
#[rustfmt::skip]
const MASTER: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (MasterAnnouncement)\n"), Line("MasterName=", Text),
];
#[rustfmt::skip]
const RESET: Layout = &[
    Say("BROWSE PACKET:\n"), Field("Type=", Hex8), Say(" (ResetBrowser)\n"), Line("Options=", Hex8),
];
