//! What the `+options` with more than a switch behind them do.

use std::time::Duration;

use super::lookup::{Cookie, Follow, Globals, Lookup};
use super::number::{any_base, number};
use super::{UsageError, edns};
use crate::cli::Exit;
use crate::tools::rdig::EXIT_BAD_VALUE;
use crate::wire::dns::{Flags, Opcode, QueryEdns, RecordType};

pub(super) fn all(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    let show = &mut lookup.show;
    show.question = on;
    show.answer = on;
    show.authority = on;
    show.additional = on;
    show.comments = on;
    show.stats = on;
    globals.cmd = on;
}

/// A walk down the tree is for the name as it is.
pub(super) fn search(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    if lookup.follow != Follow::Referrals {
        globals.search = on;
    }
}

pub(super) fn show_search(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    search(globals, lookup, on);
    if lookup.follow != Follow::Referrals {
        globals.show_search = on;
    }
}

pub(super) fn trace(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    lookup.follow = if on { Follow::Referrals } else { Follow::Nothing };
    if on {
        lookup.query.dnssec = true;
        lookup.query.cookie = Cookie::Own;
        show_walk(lookup);
        lookup.show.authority = true;
        globals.search = false;
    }
}

pub(super) fn name_server_search(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    lookup.follow = if on { Follow::Servers } else { Follow::Nothing };
    if on {
        lookup.rtype = RecordType::NS;
        lookup.typed.rtype = true;
        show_walk(lookup);
        lookup.show.authority = false;
        globals.short = true;
    }
}

/// What `+trace` and `+nssearch` have in common: recursion is asked for, and of each server little more is shown than
/// its records and who it is.
fn show_walk(lookup: &mut Lookup) {
    lookup.query.flags.set(Flags::RD, true);
    let show = &mut lookup.show;
    show.identify = true;
    show.comments = false;
    show.record_comments = None;
    show.stats = false;
    show.question = false;
    show.additional = false;
}

pub(super) fn short(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    globals.short = on;
    if on {
        globals.cmd = false;
        show_answer_alone(lookup);
    }
}

pub(super) fn show_answer_alone(lookup: &mut Lookup) {
    let show = &mut lookup.show;
    show.question = false;
    show.answer = true;
    show.authority = false;
    show.additional = false;
    show.comments = false;
    show.stats = false;
    show.record_comments = Some(false);
}

pub(super) fn yaml(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    globals.yaml = on;
    if on {
        globals.json = false;
        globals.cmd = false;
        lookup.show.stats = false;
        lookup.show.record_comments = Some(false);
    }
}

pub(super) fn dnssec(lookup: &mut Lookup, on: bool) {
    lookup.query.dnssec = on;
    if on {
        lookup.query.need_edns();
    }
}

pub(super) fn nsid(lookup: &mut Lookup, on: bool) {
    lookup.query.nsid = on;
    if on {
        lookup.query.need_edns();
    }
}

pub(super) fn tcp(lookup: &mut Lookup, on: bool) {
    lookup.exchange.tcp = on;
    lookup.typed.transport = true;
}

pub(super) fn bufsize(
    _: &mut Globals,
    lookup: &mut Lookup,
    on: bool,
    value: Option<&str>,
) -> Result<(), UsageError> {
    if !on {
        return Err(UsageError::Form);
    }
    lookup.query.udp_size = match value {
        None => Some(QueryEdns::default().udp_size),
        Some(value) => small(value, u16::MAX, "buffer size").map(Some)?,
    };
    Ok(())
}

pub(super) fn cookie(
    _: &mut Globals,
    lookup: &mut Lookup,
    on: bool,
    value: Option<&str>,
) -> Result<(), UsageError> {
    lookup.query.cookie = match value {
        _ if !on => Cookie::None,
        None => Cookie::Own,
        Some(value) if value.len() > MAX_COOKIE => {
            return Err(UsageError::Other {
                text: "COOKIE data too large".to_owned(),
                problem: None,
                exit: EXIT_BAD_VALUE,
            });
        }
        Some(value) => Cookie::Given(edns::hex(value)?),
    };
    if on {
        lookup.query.need_edns();
    }
    Ok(())
}

/// The longest cookie, in hex digits.
const MAX_COOKIE: usize = 80;

pub(super) fn edns_version(
    _: &mut Globals,
    lookup: &mut Lookup,
    on: bool,
    value: Option<&str>,
) -> Result<(), UsageError> {
    lookup.query.edns = match value {
        _ if !on => None,
        None => Some(0),
        Some(value) => {
            let version = number(value, u8::MAX.into(), "edns")?;
            u8::try_from(version).ok()
        }
    };
    Ok(())
}

pub(super) fn edns_flags(
    _: &mut Globals,
    lookup: &mut Lookup,
    on: bool,
    value: Option<&str>,
) -> Result<(), UsageError> {
    lookup.query.edns_flags = match value {
        Some(value) if on => {
            let flags = any_base(value, u16::MAX.into(), "ednsflags")?;
            u16::try_from(flags).unwrap_or_default()
        }
        _ => 0,
    };
    if value.is_some() && on {
        lookup.query.need_edns();
    }
    Ok(())
}

pub(super) fn edns_option(
    _: &mut Globals,
    lookup: &mut Lookup,
    on: bool,
    value: Option<&str>,
) -> Result<(), UsageError> {
    if !on {
        lookup.query.options.clear();
        return Ok(());
    }
    let Some(value) = value else {
        return Err(UsageError::Other {
            text: "ednsopt no code point specified".to_owned(),
            problem: None,
            exit: EXIT_BAD_VALUE,
        });
    };
    lookup.query.options.push(edns::option(value)?);
    Ok(())
}

pub(super) fn ndots(globals: &mut Globals, _: &mut Lookup, value: &str) -> Result<(), UsageError> {
    globals.ndots = Some(usize::from(small(value, u16::MAX, "ndots")?));
    Ok(())
}

pub(super) fn opcode(lookup: &mut Lookup, value: Option<&str>) -> Result<(), UsageError> {
    lookup.query.opcode = match value {
        None => Opcode::QUERY,
        Some(value) => match Opcode::by_name(value) {
            Some(opcode) => opcode,
            None => {
                let code = number(value, 15, "opcode")?;
                let code = u8::try_from(code).ok().and_then(Opcode::new);
                code.unwrap_or_default()
            }
        },
    };
    Ok(())
}

/// `+nopadding=8` is no other than `+padding=8`.
pub(super) fn padding(
    _: &mut Globals,
    lookup: &mut Lookup,
    on: bool,
    value: Option<&str>,
) -> Result<(), UsageError> {
    lookup.query.pad_to = small(value.ok_or(UsageError::Form)?, 512, "padding")?;
    if on {
        lookup.query.need_edns();
    }
    Ok(())
}

pub(super) fn query_id(lookup: &mut Lookup, value: Option<&str>) -> Result<(), UsageError> {
    lookup.query.id = value.map(|value| small(value, u16::MAX, "qid")).transpose()?;
    Ok(())
}

pub(super) fn retries(_: &mut Globals, lookup: &mut Lookup, value: &str) -> Result<(), UsageError> {
    lookup.exchange.tries = number(value, MAX_TRIES - 1, "retries")? + 1;
    Ok(())
}

pub(super) fn tries(_: &mut Globals, lookup: &mut Lookup, value: &str) -> Result<(), UsageError> {
    lookup.exchange.tries = number(value, MAX_TRIES, "tries")?.max(1);
    Ok(())
}

/// More than anybody waits for.
const MAX_TRIES: u32 = u32::MAX;

/// The length of words, and what is to be said of it: it must be a multiple of four. dig says so even of what is no
/// number.
pub(super) fn split(
    globals: &mut Globals,
    on: bool,
    value: Option<&str>,
) -> Result<Option<String>, (Option<String>, UsageError)> {
    let warning = |word: usize| {
        Some(format!(
            ";; Warning, split must be a multiple of 4; adjusting to {word}
"
        ))
    };
    match value {
        None if on => Ok(None),
        None => {
            globals.word = Some(0);
            Ok(None)
        }
        Some(_) if !on => Err((None, UsageError::Form)),
        Some(value) => {
            let typed = small(value, 1023, "split").map_err(|error| (warning(0), error))?;
            let word = usize::from(typed).next_multiple_of(4);
            globals.word = Some(word);
            Ok(warning(word).filter(|_| word != usize::from(typed)))
        }
    }
}

pub(super) fn subnet(lookup: &mut Lookup, value: Option<&str>) -> Result<(), UsageError> {
    lookup.query.subnet = value.map(edns::subnet).transpose()?;
    if value.is_some() {
        lookup.query.need_edns();
    }
    Ok(())
}

pub(super) fn timeout(globals: &mut Globals, _: &mut Lookup, value: &str) -> Result<(), UsageError> {
    let seconds = small(value, u16::MAX, "timeout")?.max(1);
    globals.timeout = Some(Duration::from_secs(seconds.into()));
    Ok(())
}

fn small(value: &str, limit: u16, what: &'static str) -> Result<u16, UsageError> {
    let number = number(value, limit.into(), what)?;
    u16::try_from(number).map_err(|_| UsageError::Value {
        what,
        problem: None,
        exit: Exit::FAILURE,
    })
}
