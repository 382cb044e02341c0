//! What is asked and answered (RFC 1157, section 4.1; RFC 3416, section 3).

use super::element::{Element, Value, complain, read};
use super::{End, VERSION_1, VERSION_2C, expect, expect_integer, extra, go_on, put_signed, unexpected};
use crate::print::cursor::Cursor;
use crate::print::page::Page;
use crate::print::text::{Named, put};

/// Prints a protocol data unit.
pub(super) fn print(page: &mut Page<'_>, mut rest: Cursor<'_>, version: i32) -> Result<(), End> {
    let pdu = read(page, &mut rest)?;
    if pdu.value != Value::Pdu {
        return Err(complain(page, "no PDU"));
    }
    extra(page, rest, "PDU");
    if page.verbose(1) {
        put!(page, "{ ");
    }
    page.one("pdu", |page| pdu.print(page))?;
    page.field("pdu_type", pdu.id);
    put!(page, " ");
    match (version, pdu.id) {
        (VERSION_1, GET_BULK | INFORM | TRAP_2 | REPORT) => {
            return Err(complain(page, "v2 PDU in v1 message"));
        }
        (VERSION_2C, TRAP) => return Err(complain(page, "v1 PDU in v2 message")),
        (_, TRAP) => go_on(trap(page, pdu.contents))?,
        _ => go_on(request(page, &pdu))?,
    }
    if page.verbose(1) {
        put!(page, " } ");
    }
    Ok(())
}

fn request(page: &mut Page<'_>, pdu: &Element<'_>) -> Result<(), End> {
    let mut rest = pdu.contents;
    let id = expect_integer(page, &mut rest, "reqId!=INT")?;
    page.field("request_id", id);
    if page.verbose(1) {
        page.aside(|page| put_signed(page, "R=", id));
        put!(page, " ");
    }
    // Who asks has nothing to say here.
    let is_asking = matches!(pdu.id, GET | GET_NEXT | SET | INFORM | TRAP_2 | REPORT);
    let status = expect_integer(page, &mut rest, "errorStatus!=INT")?;
    page.field(
        if pdu.id == GET_BULK {
            "non_repeaters"
        } else {
            "error_status"
        },
        status,
    );
    match status {
        _ if pdu.id == GET_BULK => put_signed(page, " N=", status),
        0 => {}
        _ if is_asking => {
            put!(page, "[errorStatus(");
            put_error(page, status);
            put!(page, ")!=0]");
        }
        _ => {
            put!(page, " ");
            put_error(page, status);
        }
    }
    let is_error = status != 0 && !is_asking && pdu.id != GET_BULK;
    match expect_integer(page, &mut rest, "errorIndex!=INT")? {
        index if pdu.id == GET_BULK => put_signed(page, " M=", index),
        0 if is_error => put!(page, "[errorIndex==0]"),
        0 => {}
        index if is_asking => {
            put_signed(page, "[errorIndex(", index);
            put!(page, ")!=0]");
        }
        index if is_error => put_signed(page, "@", index),
        index => {
            put_signed(page, "[errorIndex(", index);
            put!(page, ") w/o errorStatus]");
        }
    }
    bindings(page, rest, pdu.id)
}

fn trap(page: &mut Page<'_>, mut rest: Cursor<'_>) -> Result<(), End> {
    put!(page, " ");
    let enterprise = expect(page, &mut rest, Value::ObjectId, "enterprise!=OID")?;
    page.one("enterprise", |page| enterprise.print(page))?;
    put!(page, " ");
    let agent = expect(page, &mut rest, Value::Address, "agent-addr!=INETADDR")?;
    page.one("agent", |page| agent.print(page))?;
    let generic = expect_integer(page, &mut rest, "generic-trap!=INT")?;
    match usize::try_from(generic)
        .ok()
        .and_then(|place| GENERIC_TRAPS.get(place))
    {
        Some(name) => put!(page, " ", Named("generic_trap_name", *name)),
        None => page.aside(|page| put_signed(page, " gt=", generic)),
    }
    page.field("generic_trap", generic);
    let specific = expect_integer(page, &mut rest, "specific-trap!=INT")?;
    page.field("specific_trap", specific);
    if generic == ENTERPRISE_SPECIFIC {
        page.aside(|page| put_signed(page, " s=", specific));
    } else if specific != 0 {
        put_signed(page, "[specific-trap(", specific);
        put!(page, ")!=0]");
    }
    put!(page, " ");
    let time = read(page, &mut rest)?;
    if !matches!(time.value, Value::Unsigned(_)) {
        return Err(unexpected(page, &time, "time-stamp!=TIMETICKS"));
    }
    page.one("time", |page| time.print(page))?;
    bindings(page, rest, TRAP)
}

/// Prints the variables, and where they have some, their values.
fn bindings(page: &mut Page<'_>, mut rest: Cursor<'_>, pdu: u8) -> Result<(), End> {
    let mut list = expect(page, &mut rest, Value::Sequence, "!SEQ of varbind")?.contents;
    extra(page, rest, "SEQ of varbind");
    let is_question = matches!(pdu, GET | GET_NEXT | GET_BULK);
    while !list.is_empty() {
        put!(page, " ");
        let binding = expect(page, &mut list, Value::Sequence, "!varbind")?.contents;
        page.item("bindings", |page| one_binding(page, binding, is_question))?;
    }
    Ok(())
}

fn one_binding(page: &mut Page<'_>, mut binding: Cursor<'_>, is_question: bool) -> Result<(), End> {
    let name = expect(page, &mut binding, Value::ObjectId, "objName!=OID")?;
    page.one("oid", |page| name.print(page))?;
    if !is_question {
        put!(page, "=");
    }
    let value = read(page, &mut binding)?;
    if is_question {
        if value.value != Value::Null {
            put!(page, "[objVal!=NULL]");
        }
        return value.print(page);
    }
    page.one("value", |page| value.print(page))
}

fn put_error(page: &mut Page<'_>, status: i32) {
    match usize::try_from(status).ok().and_then(|place| ERRORS.get(place)) {
        Some(name) => put!(page, *name),
        None => put!(page, "err=", status.cast_unsigned()),
    }
}

const GET: u8 = 0;
const GET_NEXT: u8 = 1;
const SET: u8 = 3;
const TRAP: u8 = 4;
const GET_BULK: u8 = 5;
const INFORM: u8 = 6;
const TRAP_2: u8 = 7;
const REPORT: u8 = 8;

const ENTERPRISE_SPECIFIC: i32 = 6;
#[rustfmt::skip]
const GENERIC_TRAPS: &[&str] = &[
    "coldStart", "warmStart", "linkDown", "linkUp", "authenticationFailure", "egpNeighborLoss", "enterpriseSpecific",
];

#[rustfmt::skip]
const ERRORS: &[&str] = &[
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
    "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
    "undoFailed", "authorizationError", "notWritable", "inconsistentName",
];
