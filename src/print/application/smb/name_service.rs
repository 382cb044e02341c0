//! The name service of NetBIOS (RFC 1002, section 4.2).

use super::area::Area;
use super::item::Item::{All, Hex8, Hex16Big, Name, PlainName, Say as Also, U8, U32Big};
use super::item::Upper;
use super::layout::Layout;
use super::layout::Step::{Field, IfMore, Line, Say, Stop};
use super::{dump, layout};
use crate::print::cursor::{Cursor, Shown};
use crate::print::page::Page;
use crate::print::text::{Named, name_of, put};

/// Prints a packet.
pub(in crate::print::application) fn print(page: &mut Page<'_>, packet: Cursor<'_>) -> Shown {
    page.enter("nbt_udp137");
    let header = Header::read(packet)?;
    if packet.is_empty() {
        return Ok(());
    }
    if page.verbose(2) {
        put!(page, "\n>>> ");
    }
    put_title(page, header);
    if !page.verbose(2) {
        return Ok(());
    }
    let [questions, answers, authorities, additional] = header.counts;
    put!(
        page,
        "\nTrnID=0x",
        Upper(header.id.into(), 1),
        "\nOpCode=",
        header.operation
    );
    put!(
        page,
        "\nNmFlags=0x",
        Upper(header.flags.into(), 1),
        "\nRcode=",
        header.code
    );
    put!(page, "\nQueryCount=", questions, "\nAnswerCount=", answers);
    put!(
        page,
        "\nAuthorityCount=",
        authorities,
        "\nAddressRecCount=",
        additional,
        "\n"
    );
    let records = u32::from(answers) + u32::from(authorities) + u32::from(additional);
    if u32::from(questions).max(records) > MOST_RECORDS {
        put!(page, "Corrupt packet??\n");
        return Ok(());
    }
    let mut area = Area::new(packet);
    let (mut at, end) = (HEADER_LEN, packet.len());
    if questions > 0 {
        put!(page, "QuestionRecords:\n");
        for _ in 0..questions {
            match layout::show(page, &mut area, QUESTION, at, end)? {
                Some(next) => at = next,
                None => return Ok(()),
            }
        }
    }
    if records > 0 {
        put!(page, "\nResourceRecords:\n");
        for _ in 0..records {
            match record(page, &mut area, at, end)? {
                Some(next) => at = next,
                None => return Ok(()),
            }
        }
    }
    if at < end {
        layout::show(page, &mut area, &[Say("AdditionalData:\n")], at, end)?;
    }
    Ok(())
}

#[derive(Clone, Copy)]
struct Header {
    id: u16,
    is_response: bool,
    operation: u8,
    flags: u8,
    code: u8,
    counts: [u16; 4],
}

impl Header {
    fn read(packet: Cursor<'_>) -> Shown<Self> {
        packet.need(HEADER_LEN)?;
        let mut rest = packet;
        let (id, first, second) = (rest.u16()?, rest.u8()?, rest.u8()?);
        Ok(Self {
            id,
            is_response: first & 0x80 != 0,
            operation: first >> 3 & 15,
            flags: (first & 7) << 4 | second >> 4,
            code: second & 15,
            counts: [rest.u16()?, rest.u16()?, rest.u16()?, rest.u16()?],
        })
    }
}

fn put_title(page: &mut Page<'_>, header: Header) {
    let operation = name_of(OPERATIONS, header.operation).unwrap_or("OPUNKNOWN");
    put!(page, "NBT UDP PACKET(137): ", Named("operation", operation));
    if header.is_response {
        let outcome = if header.code == 0 { "POSITIVE" } else { "NEGATIVE" };
        put!(page, "; ", Named("outcome", outcome));
    }
    let kind = if header.is_response { "RESPONSE" } else { "REQUEST" };
    put!(page, "; ", Named("type", kind));
    let reach = if header.flags & 1 == 0 {
        "UNICAST"
    } else {
        "BROADCAST"
    };
    put!(page, "; ", Named("cast", reach));
}

/// Prints a resource record. Returns where the next one is, unless the packet ends here.
fn record(page: &mut Page<'_>, area: &mut Area<'_>, at: usize, end: usize) -> Shown<Option<usize>> {
    let Some(at) = layout::show(page, area, RECORD_NAME, at, end)? else {
        return Ok(None);
    };
    let kind = area.at(at).u16()?;
    let Some(at) = layout::show(page, area, RECORD, at, at + 8)? else {
        return Ok(None);
    };
    let length = usize::from(area.at(at).u16()?);
    put!(page, "ResourceLength=", length, "\nResourceData=\n");
    let at = at + 2;
    match (length, kind) {
        (ADDRESS_LEN, _) => layout::show(page, area, ADDRESS, at, at + length),
        (_, NODE_STATUS) => node_status(page, area, at, end),
        _ if at >= end => Ok(None),
        _ => {
            dump::print(page, area.at(at), length.min(end - at))?;
            Ok(Some(at + length))
        }
    }
}

/// The names that a node has.
fn node_status(page: &mut Page<'_>, area: &mut Area<'_>, at: usize, end: usize) -> Shown<Option<usize>> {
    let count = area.at(at).u8()?;
    let Some(mut at) = layout::show(page, area, &[Line("NumNames=", Hex8)], at, at + 1)? else {
        return Ok(None);
    };
    for _ in 0..count {
        match layout::show(page, area, &[Field("Name=", PlainName), Say("\t"), Stop], at, end)? {
            Some(next) => at = next,
            None => return Ok(None),
        }
        let flags = area.at(at).u8()?;
        if at >= end {
            return Ok(None);
        }
        put!(
            page,
            Named("group", if flags & 0x80 == 0 { "" } else { "<GROUP> " })
        );
        let kind = match flags & 0x60 {
            0x00 => "B ",
            0x20 => "P ",
            0x40 => "M ",
            _ => "_ ",
        };
        put!(page, Named("node_type", kind));
        for (bit, name) in NODE_FLAGS {
            if flags & bit != 0 {
                put!(page, Named("node_flag", *name));
            }
        }
        put!(page, "\n");
        at += 2;
    }
    Ok(Some(at))
}

const HEADER_LEN: usize = 12;
/// More of them are taken for a sign that this is something else.
const MOST_RECORDS: u32 = 100;
const NODE_STATUS: u16 = 0x21;
/// Flags and an address.
const ADDRESS_LEN: usize = 6;

const OPERATIONS: &[(u8, &str)] = &[
    (0, "QUERY"),
    (5, "REGISTRATION"),
    (6, "RELEASE"),
    (7, "WACK"),
    (8, "REFRESH(8)"),
    (9, "REFRESH"),
    (15, "MULTIHOMED REGISTRATION"),
];

const NODE_FLAGS: &[(u8, &str)] = &[
    (0x10, "<DEREGISTERING> "),
    (0x08, "<CONFLICT> "),
    (0x04, "<ACTIVE> "),
    (0x02, "<PERMANENT> "),
];

#[rustfmt::skip]
const QUESTION: Layout = &[
    IfMore, Line("Name=", Name), Line("QuestionType=", Hex16Big), Line("QuestionClass=", Hex16Big), Stop,
];
const RECORD_NAME: Layout = &[Line("Name=", Name), Stop];
const RECORD: Layout = &[
    Line("ResType=", Hex16Big),
    Line("ResClass=", Hex16Big),
    Line("TTL=", U32Big),
];
#[rustfmt::skip]
const ADDRESS: Layout = &[
    Line("AddrType=", Hex16Big), Line("Address=", All(&[U8, Also("."), U8, Also("."), U8, Also("."), U8])),
];
