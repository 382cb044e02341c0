//! The `+options`: what each does to a lookup or to the whole run.

use std::time::Duration;

use super::lookup::{Cookie, Globals, Lookup};
use super::number::{any_base, number};
use super::own::OWN;
use super::{UsageError, edns};
use crate::cli::Exit;
use crate::tools::rdig::EXIT_BAD_VALUE;
use crate::wire::dns::{Flags, Opcode};

/// An option: its name, and what it does.
pub(crate) type PlusOption = (&'static str, Action);

/// What an option does.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    /// Turns something of the lookup on or off.
    Lookup(fn(&mut Lookup, bool)),
    /// Turns something of the run on or off.
    Run(fn(&mut Globals, bool)),
    /// Turns several things on or off.
    Both(fn(&mut Globals, &mut Lookup, bool)),
    /// Takes a value that must be there, and has no `+no` form.
    Value(fn(&mut Globals, &mut Lookup, &str) -> Result<(), UsageError>),
    /// Takes a value that may be missing, or is turned off.
    Optional(fn(&mut Globals, &mut Lookup, bool, Option<&str>) -> Result<(), UsageError>),
}

/// The option that `name`, or a beginning of it that no other option has, stands for. A beginning of one of dig's
/// options stands for that one, whatever [`OWN`] has besides: what works with dig must work here.
pub(super) fn find(name: &str) -> Option<Action> {
    let same = |known: &&PlusOption| known.0.eq_ignore_ascii_case(name);
    if let Some((_, action)) = OPTIONS.iter().chain(ALIASES).chain(OWN).find(same) {
        return Some(*action);
    }
    if name.is_empty() {
        return None;
    }
    for table in [OPTIONS, OWN] {
        let mut candidates = table.iter().filter(|(known, _)| {
            let start = known.get(..name.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(name))
        });
        match (candidates.next(), candidates.next()) {
            (Some((_, action)), None) => return Some(*action),
            (Some(_), Some(_)) => return None,
            (None, _) => {}
        }
    }
    None
}

/// Every option of dig with its full name.
#[rustfmt::skip]
pub(crate) const OPTIONS: &[PlusOption] = &[
    ("aaflag", Action::Lookup(|l, on| l.query.flags.set(Flags::AA, on))),
    ("additional", Action::Lookup(|l, on| l.show.additional = on)),
    ("adflag", Action::Lookup(|l, on| l.query.flags.set(Flags::AD, on))),
    ("all", Action::Both(all)),
    ("answer", Action::Lookup(|l, on| l.show.answer = on)),
    ("authority", Action::Lookup(|l, on| l.show.authority = on)),
    ("badcookie", Action::Lookup(|l, on| l.exchange.retry_bad_cookie = on)),
    ("besteffort", Action::Lookup(|l, on| l.exchange.best_effort = on)),
    ("bufsize", Action::Optional(bufsize)),
    ("cdflag", Action::Lookup(|l, on| l.query.flags.set(Flags::CD, on))),
    ("class", Action::Lookup(|l, on| l.show.class = on)),
    ("cmd", Action::Run(|g, on| g.cmd = on)),
    ("coflag", Action::Lookup(|l, on| set_bit(&mut l.query.edns_flags, COMPACT_OK, on))),
    ("comments", Action::Lookup(|l, on| l.show.comments = on)),
    ("cookie", Action::Optional(cookie)),
    ("crypto", Action::Lookup(|l, on| l.show.crypto = on)),
    ("defname", Action::Run(|g, on| g.search = on)),
    ("dnssec", Action::Lookup(dnssec)),
    ("domain", Action::Value(|g, _, value| { g.domain = Some(value.to_owned()); Ok(()) })),
    ("edns", Action::Optional(edns_version)),
    ("ednsflags", Action::Optional(edns_flags)),
    ("ednsnegotiation", Action::Lookup(|l, on| l.exchange.negotiate_edns = on)),
    ("ednsopt", Action::Optional(edns_option)),
    ("expandaaaa", Action::Lookup(|l, on| l.show.expand_aaaa = on)),
    ("expire", Action::Lookup(|l, on| l.query.expire = on)),
    ("fail", Action::Lookup(|l, on| l.exchange.servfail_stops = on)),
    ("header-only", Action::Lookup(|l, on| l.query.header_only = on)),
    ("identify", Action::Lookup(|l, on| l.show.identify = on)),
    ("idnin", Action::Lookup(|l, on| l.exchange.idn = Some(on))),
    ("ignore", Action::Lookup(|l, on| l.exchange.ignore_truncation = on)),
    ("keepalive", Action::Lookup(|l, on| l.query.keepalive = on)),
    ("keepopen", Action::Run(|g, on| g.keep_open = on)),
    ("multiline", Action::Lookup(|l, on| l.show.multiline = on)),
    ("ndots", Action::Value(ndots)),
    ("nsid", Action::Lookup(nsid)),
    ("onesoa", Action::Lookup(|l, on| l.show.one_soa = on)),
    ("opcode", Action::Optional(opcode)),
    ("padding", Action::Value(padding)),
    ("qid", Action::Value(query_id)),
    ("qr", Action::Lookup(|l, on| l.show.query = on)),
    ("question", Action::Lookup(|l, on| l.show.question = on)),
    ("raflag", Action::Lookup(|l, on| l.query.flags.set(Flags::RA, on))),
    ("rdflag", Action::Lookup(|l, on| l.query.flags.set(Flags::RD, on))),
    ("recurse", Action::Lookup(|l, on| l.query.flags.set(Flags::RD, on))),
    ("retry", Action::Value(retries)),
    ("rrcomments", Action::Lookup(|l, on| l.show.record_comments = Some(on))),
    ("search", Action::Run(|g, on| g.search = on)),
    ("short", Action::Both(short)),
    ("showbadcookie", Action::Lookup(|l, on| l.exchange.show_bad_cookie = on)),
    ("showsearch", Action::Run(|g, on| { g.show_search = on; g.search = on; })),
    ("split", Action::Optional(split)),
    ("stats", Action::Lookup(|l, on| l.show.stats = on)),
    ("subnet", Action::Optional(subnet)),
    ("tcflag", Action::Lookup(|l, on| l.query.flags.set(Flags::TC, on))),
    ("tcp", Action::Lookup(tcp)),
    ("timeout", Action::Value(timeout)),
    ("tries", Action::Value(tries)),
    ("ttlid", Action::Lookup(|l, on| l.show.ttl = on)),
    ("ttlunits", Action::Lookup(|l, on| { l.show.ttl = true; l.show.ttl_units = on; })),
    ("unknownformat", Action::Lookup(|l, on| l.show.unknown = on)),
    ("vc", Action::Lookup(tcp)),
    ("yaml", Action::Both(yaml)),
    ("zflag", Action::Lookup(|l, on| l.query.flags.set(Flags::Z, on))),
];

/// Other names, and short ones that would be ambiguous by themselves.
const ALIASES: &[PlusOption] = &[
    ("aa", Action::Lookup(|l, on| l.query.flags.set(Flags::AA, on))),
    ("aaonly", Action::Lookup(|l, on| l.query.flags.set(Flags::AA, on))),
    ("ad", Action::Lookup(|l, on| l.query.flags.set(Flags::AD, on))),
    ("cd", Action::Lookup(|l, on| l.query.flags.set(Flags::CD, on))),
    ("cl", Action::Lookup(|l, on| l.show.class = on)),
    (
        "co",
        Action::Lookup(|l, on| set_bit(&mut l.query.edns_flags, COMPACT_OK, on)),
    ),
    ("do", Action::Lookup(dnssec)),
    ("i", Action::Lookup(|l, on| l.exchange.ignore_truncation = on)),
    ("ret", Action::Value(retries)),
    ("retries", Action::Value(retries)),
    ("ttl", Action::Lookup(|l, on| l.show.ttl = on)),
];

/// Options of earlier versions of dig: it still takes them, says so, and does nothing.
pub(super) const DEPRECATED: [&str; 4] = ["mapped", "sigchase", "topdown", "unexpected"];

/// The flag of EDNS by which a resolver says that it knows compact denial of existence.
const COMPACT_OK: u16 = 0x4000;

fn set_bit(bits: &mut u16, bit: u16, on: bool) {
    if on {
        *bits |= bit;
    } else {
        *bits &= !bit;
    }
}

fn all(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    let show = &mut lookup.show;
    show.question = on;
    show.answer = on;
    show.authority = on;
    show.additional = on;
    show.comments = on;
    show.stats = on;
    globals.cmd = on;
}

fn short(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    globals.short = on;
    if on {
        all(globals, lookup, false);
        lookup.show.answer = true;
        lookup.show.record_comments = Some(false);
    }
}

fn yaml(globals: &mut Globals, lookup: &mut Lookup, on: bool) {
    globals.yaml = on;
    if on {
        globals.json = false;
        globals.cmd = false;
        lookup.show.stats = false;
        lookup.show.record_comments = Some(false);
    }
}

fn dnssec(lookup: &mut Lookup, on: bool) {
    lookup.query.dnssec = on;
    if on {
        lookup.query.need_edns();
    }
}

fn nsid(lookup: &mut Lookup, on: bool) {
    lookup.query.nsid = on;
    if on {
        lookup.query.need_edns();
    }
}

fn tcp(lookup: &mut Lookup, on: bool) {
    lookup.exchange.tcp = on;
    lookup.typed.transport = true;
}

fn bufsize(_: &mut Globals, lookup: &mut Lookup, on: bool, value: Option<&str>) -> Result<(), UsageError> {
    if !on {
        return Err(UsageError::Option("nobufsize".to_owned()));
    }
    lookup.query.udp_size = match value {
        None => None,
        Some(value) => small(value, u16::MAX, "buffer size").map(Some)?,
    };
    if value.is_some() {
        lookup.query.need_edns();
    }
    Ok(())
}

fn cookie(_: &mut Globals, lookup: &mut Lookup, on: bool, value: Option<&str>) -> Result<(), UsageError> {
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

fn edns_version(
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

fn edns_flags(_: &mut Globals, lookup: &mut Lookup, on: bool, value: Option<&str>) -> Result<(), UsageError> {
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

fn edns_option(
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
    lookup.query.need_edns();
    Ok(())
}

fn ndots(globals: &mut Globals, _: &mut Lookup, value: &str) -> Result<(), UsageError> {
    globals.ndots = Some(usize::from(small(value, u16::MAX, "ndots")?));
    Ok(())
}

fn opcode(_: &mut Globals, lookup: &mut Lookup, on: bool, value: Option<&str>) -> Result<(), UsageError> {
    lookup.query.opcode = match value {
        _ if !on => Opcode::QUERY,
        None => return Err(UsageError::Option("opcode".to_owned())),
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

fn padding(_: &mut Globals, lookup: &mut Lookup, value: &str) -> Result<(), UsageError> {
    lookup.query.pad_to = small(value, 512, "padding")?;
    lookup.query.need_edns();
    Ok(())
}

fn query_id(_: &mut Globals, lookup: &mut Lookup, value: &str) -> Result<(), UsageError> {
    lookup.query.id = Some(small(value, u16::MAX, "qid")?);
    Ok(())
}

fn retries(_: &mut Globals, lookup: &mut Lookup, value: &str) -> Result<(), UsageError> {
    lookup.exchange.tries = number(value, MAX_TRIES - 1, "retries")? + 1;
    Ok(())
}

fn tries(_: &mut Globals, lookup: &mut Lookup, value: &str) -> Result<(), UsageError> {
    lookup.exchange.tries = number(value, MAX_TRIES, "tries")?.max(1);
    Ok(())
}

/// More than anybody waits for.
const MAX_TRIES: u32 = u32::MAX;

fn split(globals: &mut Globals, _: &mut Lookup, on: bool, value: Option<&str>) -> Result<(), UsageError> {
    match value {
        None if on => {}
        None => globals.word = Some(0),
        Some(_) if !on => return Err(UsageError::Option("nosplit".to_owned())),
        Some(value) => {
            let word = usize::from(small(value, 1023, "split")?);
            globals.word = Some(word.next_multiple_of(4));
        }
    }
    Ok(())
}

fn subnet(_: &mut Globals, lookup: &mut Lookup, on: bool, value: Option<&str>) -> Result<(), UsageError> {
    lookup.query.subnet = match value {
        _ if !on => None,
        None => return Err(UsageError::Option("subnet".to_owned())),
        Some(value) => Some(edns::subnet(value)?),
    };
    if on {
        lookup.query.need_edns();
    }
    Ok(())
}

fn timeout(globals: &mut Globals, _: &mut Lookup, value: &str) -> Result<(), UsageError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        // The actions are functions: two names mean the same if they do the same to a lookup.
        let effect = |name: &str| {
            let (mut globals, mut lookup) = (Globals::default(), Lookup::default());
            match find(name)? {
                Action::Lookup(set) => [true, false].iter().for_each(|on| set(&mut lookup, *on)),
                Action::Run(set) => [true, false].iter().for_each(|on| set(&mut globals, *on)),
                Action::Both(set) => set(&mut globals, &mut lookup, true),
                Action::Value(set) => set(&mut globals, &mut lookup, "7").unwrap(),
                Action::Optional(set) => set(&mut globals, &mut lookup, true, Some("7")).unwrap(),
            }
            Some(format!("{globals:?}{lookup:?}"))
        };
        effect(a).is_some() && effect(a) == effect(b)
    }

    #[test]
    fn a_beginning_that_no_other_option_has_is_enough() {
        assert!(same("sho", "short") || find("sho").is_none());
        assert!(same("rec", "recurse"));
        assert!(same("tim", "timeout"));
        assert!(same("DNSSEC", "dns"));
        assert!(same("unk", "unknownformat"));
        for ambiguous in ["", "s", "sh", "edn", "t", "ex", "no", "dnssecx"] {
            assert!(find(ambiguous).is_none(), "+{ambiguous}");
        }
    }

    #[test]
    fn an_option_of_dig_comes_before_one_of_ours() {
        // Ours has `json`, and nothing of dig's begins so.
        assert!(same("js", "json"));
        assert!(same("com", "comments"));
        assert!(find("exp").is_none());
    }

    #[test]
    fn an_exact_name_is_not_ambiguous() {
        assert!(same("edns", "edns"));
        assert!(same("do", "dnssec"));
        assert!(same("cl", "class"));
    }

    #[test]
    fn words_of_split_are_multiples_of_four() {
        let (mut globals, mut lookup) = (Globals::default(), Lookup::default());
        split(&mut globals, &mut lookup, true, Some("5")).unwrap();
        assert_eq!(globals.word, Some(8));
        split(&mut globals, &mut lookup, false, None).unwrap();
        assert_eq!(globals.word, Some(0));
    }

    #[test]
    fn options_of_edns_turn_it_on() {
        for option in ["dnssec", "nsid", "cookie"] {
            let (mut globals, mut lookup) = (Globals::default(), Lookup::default());
            lookup.query.edns = None;
            match find(option).unwrap() {
                Action::Lookup(set) => set(&mut lookup, true),
                Action::Optional(set) => set(&mut globals, &mut lookup, true, None).unwrap(),
                _ => unreachable!(),
            }
            assert_eq!(lookup.query.edns, Some(0), "+{option}");
        }
    }
}
