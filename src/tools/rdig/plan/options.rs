//! The `+options`: what each is called, and what it does to a lookup or to the whole run.

use super::UsageError;
use super::carrier::*;
use super::lookup::{Globals, Lookup};
use super::own::OWN;
use super::settings::*;
use crate::wire::dns::Flags;

/// An option: the shortest beginning of its name that dig takes for it, its name, and what it does.
///
/// The shortest beginnings are dig's own, some of them longer than they would have to be.
pub(crate) type PlusOption = (&'static str, &'static str, Action);

/// What an option does.
#[derive(Clone, Copy)]
pub(crate) enum Action {
    /// Turns something of the lookup on or off.
    Lookup(fn(&mut Lookup, bool)),
    /// Turns something of the run on or off.
    Run(fn(&mut Globals, bool)),
    /// Turns several things on or off.
    Both(fn(&mut Globals, &mut Lookup, bool)),
    /// Turns on or off what the query goes over: not in a file of lookups.
    Transport(fn(&mut Lookup, bool)),
    /// Takes a value that must be there, and has no `+no` form.
    Value(fn(&mut Globals, &mut Lookup, &str) -> Result<(), UsageError>),
    /// Takes a value that must be there, or none as `+no`.
    Clearable(fn(&mut Lookup, Option<&str>) -> Result<(), UsageError>),
    /// Takes a value that may be missing, or is turned off.
    Optional(fn(&mut Globals, &mut Lookup, bool, Option<&str>) -> Result<(), UsageError>),
    /// Asks for the prefixes of NAT64: a lookup of its own.
    Prefixes,
    /// `+split`, which has something to say about its value.
    Split,
    /// Does nothing but say so.
    Obsolete(&'static str),
}

/// The option that `name` stands for. As in dig, the shortest beginning is typed in lower case, and the case of the
/// rest does not matter. A beginning of one of dig's options never stands for one of [`OWN`]: what works with dig,
/// and what does not, is the same here.
pub(super) fn find(name: &str) -> Option<Action> {
    let begins = |full: &str| {
        let start = full.get(..name.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(name))
    };
    let known = || OPTIONS.iter().chain(ALIASES);
    if let Some((.., action)) = known().find(|(stem, full, _)| name.starts_with(stem) && begins(full)) {
        return Some(*action);
    }
    if let Some((_, action)) = OWN.iter().find(|(full, _)| full.eq_ignore_ascii_case(name)) {
        return Some(*action);
    }
    let mut own = OWN.iter().filter(|(full, _)| begins(full));
    match (own.next(), own.next()) {
        (Some((_, action)), None) if !known().any(|(_, full, _)| begins(full)) => Some(*action),
        _ => None,
    }
}

/// Every option of dig with its full name.
#[rustfmt::skip]
pub(crate) const OPTIONS: &[PlusOption] = &[
    ("aa", "aaflag", Action::Lookup(|l, on| l.query.flags.set(Flags::AA, on))),
    ("add", "additional", Action::Lookup(|l, on| l.show.additional = on)),
    ("adf", "adflag", Action::Lookup(|l, on| l.query.flags.set(Flags::AD, on))),
    ("al", "all", Action::Both(all)),
    ("an", "answer", Action::Lookup(|l, on| l.show.answer = on)),
    ("au", "authority", Action::Lookup(|l, on| l.show.authority = on)),
    ("ba", "badcookie", Action::Lookup(|l, on| l.exchange.retry_bad_cookie = on)),
    ("be", "besteffort", Action::Lookup(|l, on| l.exchange.best_effort = on)),
    ("bu", "bufsize", Action::Optional(bufsize)),
    ("cdf", "cdflag", Action::Lookup(|l, on| l.query.flags.set(Flags::CD, on))),
    ("cl", "class", Action::Lookup(|l, on| l.show.class = on)),
    ("cm", "cmd", Action::Run(|g, on| g.cmd = on)),
    ("cof", "coflag", Action::Lookup(|l, on| l.query.compact = on)),
    ("com", "comments", Action::Lookup(|l, on| l.show.comments = on)),
    ("coo", "cookie", Action::Optional(cookie)),
    ("cr", "crypto", Action::Lookup(|l, on| l.show.crypto = on)),
    ("de", "defname", Action::Both(search)),
    ("dns6", "dns64prefix", Action::Prefixes),
    ("dnss", "dnssec", Action::Lookup(dnssec)),
    ("dom", "domain", Action::Value(|g, _, value| { g.domain = Some(value.to_owned()); Ok(()) })),
    ("edns", "edns", Action::Optional(edns_version)),
    ("ednsf", "ednsflags", Action::Optional(edns_flags)),
    ("ednsn", "ednsnegotiation", Action::Lookup(|l, on| l.exchange.negotiate_edns = on)),
    ("ednso", "ednsopt", Action::Optional(edns_option)),
    ("expa", "expandaaaa", Action::Lookup(|l, on| l.show.expand_aaaa = on)),
    ("expi", "expire", Action::Lookup(|l, on| l.query.expire = on)),
    ("fa", "fail", Action::Lookup(|l, on| l.exchange.servfail_stops = on)),
    ("he", "header-only", Action::Lookup(|l, on| l.query.header_only = on)),
    ("http-plain", "http-plain", Action::Optional(http_plain)),
    ("http-plain-g", "http-plain-get", Action::Optional(http_plain_get)),
    ("http-plain-", "http-plain-post", Action::Optional(http_plain_post)),
    ("https", "https", Action::Optional(https)),
    ("https-g", "https-get", Action::Optional(https_get)),
    ("https-", "https-post", Action::Optional(https_post)),
    ("ide", "identify", Action::Lookup(|l, on| l.show.identify = on)),
    ("idni", "idnin", Action::Lookup(|l, on| l.exchange.idn = Some(on))),
    ("idno", "idnout", Action::Lookup(|l, on| l.show.unicode = Some(on))),
    ("i", "ignore", Action::Lookup(|l, on| l.exchange.ignore_truncation = on)),
    ("keepa", "keepalive", Action::Lookup(|l, on| l.query.keepalive = on)),
    ("keepo", "keepopen", Action::Run(|g, on| g.keep_open = on)),
    ("mu", "multiline", Action::Lookup(|l, on| l.show.multiline = on)),
    ("nd", "ndots", Action::Value(ndots)),
    ("nsi", "nsid", Action::Lookup(nsid)),
    ("nss", "nssearch", Action::Both(name_server_search)),
    ("on", "onesoa", Action::Lookup(|l, on| l.show.one_soa = on)),
    ("op", "opcode", Action::Clearable(opcode)),
    ("p", "padding", Action::Optional(padding)),
    ("qi", "qid", Action::Clearable(query_id)),
    ("qr", "qr", Action::Lookup(|l, on| l.show.query = on)),
    ("qu", "question", Action::Lookup(|l, on| l.show.question = on)),
    ("ra", "raflag", Action::Lookup(|l, on| l.query.flags.set(Flags::RA, on))),
    ("rd", "rdflag", Action::Lookup(|l, on| l.query.flags.set(Flags::RD, on))),
    ("rec", "recurse", Action::Lookup(|l, on| l.query.flags.set(Flags::RD, on))),
    ("ret", "retry", Action::Value(retries)),
    ("rr", "rrcomments", Action::Lookup(|l, on| l.show.record_comments = Some(on))),
    ("se", "search", Action::Both(search)),
    ("shor", "short", Action::Both(short)),
    ("showb", "showbadcookie", Action::Lookup(|l, on| l.exchange.show_bad_cookie = on)),
    ("shows", "showsearch", Action::Both(show_search)),
    ("sp", "split", Action::Split),
    ("st", "stats", Action::Lookup(|l, on| l.show.stats = on)),
    ("su", "subnet", Action::Clearable(subnet)),
    ("tcf", "tcflag", Action::Lookup(|l, on| l.query.flags.set(Flags::TC, on))),
    ("tcp", "tcp", Action::Transport(tcp)),
    ("ti", "timeout", Action::Value(timeout)),
    ("tra", "trace", Action::Both(trace)),
    ("tls", "tls", Action::Optional(tls)),
    ("tls-ca", "tls-ca", Action::Optional(tls_ca)),
    ("tls-ce", "tls-certfile", Action::Optional(tls_certificate)),
    ("tls-h", "tls-hostname", Action::Optional(tls_hostname)),
    ("tls-k", "tls-keyfile", Action::Optional(tls_key)),
    ("tri", "tries", Action::Value(tries)),
    ("ttli", "ttlid", Action::Lookup(|l, on| l.show.ttl = on)),
    ("ttlu", "ttlunits", Action::Lookup(|l, on| { l.show.ttl = true; l.show.ttl_units = on; })),
    ("unk", "unknownformat", Action::Lookup(|l, on| l.show.unknown = on)),
    ("v", "vc", Action::Transport(tcp)),
    ("y", "yaml", Action::Both(yaml)),
    ("z", "zflag", Action::Lookup(|l, on| l.query.flags.set(Flags::Z, on))),
];

/// Other names, names that are the beginning of another, and what earlier versions of dig had.
#[rustfmt::skip]
const ALIASES: &[PlusOption] = &[
    ("aa", "aaonly", Action::Lookup(|l, on| l.query.flags.set(Flags::AA, on))),
    ("ad", "ad", Action::Lookup(|l, on| l.query.flags.set(Flags::AD, on))),
    ("cd", "cd", Action::Lookup(|l, on| l.query.flags.set(Flags::CD, on))),
    ("co", "co", Action::Lookup(|l, on| l.query.compact = on)),
    ("do", "do", Action::Lookup(dnssec)),
    ("ds", "dscp", Action::Obsolete(";; +dscp option is obsolete and has no effect")),
    ("ma", "mapped", Action::Obsolete(";; +mapped option is deprecated")),
    ("ret", "retries", Action::Value(retries)),
    ("si", "sigchase", Action::Obsolete(";; +sigchase option is deprecated")),
    ("to", "topdown", Action::Obsolete(";; +topdown option is deprecated")),
    ("tru", "trusted-key", Action::Obsolete(";; +trusted-key option is deprecated")),
    ("ttl", "ttl", Action::Lookup(|l, on| l.show.ttl = on)),
    ("une", "unexpected", Action::Obsolete(";; +unexpected option is deprecated")),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn is_known(name: &str) -> bool {
        find(name).is_some()
    }

    #[test]
    fn the_beginnings_are_those_of_dig() {
        for name in [
            "rec", "ti", "dnss", "unk", "p", "v", "i", "ig", "add", "shor", "cl", "ad", "do", "co",
        ] {
            assert!(is_known(name), "+{name}");
        }
        for name in [
            "", "s", "sho", "edn", "t", "tim3", "exp", "id", "idn", "no", "dnssecx", "f", "keep",
        ] {
            assert!(!is_known(name), "+{name}");
        }
    }

    #[test]
    fn the_case_matters_only_where_names_part() {
        assert!(is_known("shorT") && is_known("dnssEC"));
        assert!(!is_known("SHORT") && !is_known("Short") && !is_known("sHort"));
    }

    #[test]
    fn a_beginning_of_an_option_of_dig_is_never_one_of_ours() {
        assert!(is_known("json") && is_known("js"));
        for (full, _) in OWN {
            assert!(is_known(full), "+{full}");
        }
        assert!(!is_known("exp") && !is_known("e"));
    }

    #[test]
    fn every_option_is_found_by_its_beginning_and_its_name() {
        for (stem, full, _) in OPTIONS.iter().chain(ALIASES) {
            assert!(full.starts_with(stem), "+{full}");
            for name in [stem, full] {
                let known = OPTIONS.iter().chain(ALIASES);
                let mut candidates =
                    known.filter(|(stem, full, _)| name.starts_with(stem) && full.starts_with(*name));
                // `+ret` is both `+retry` and `+retries`, and `+aa` both of its names: they do the same.
                let first = candidates.next().expect("itself");
                assert!(candidates.all(|other| other.0 == first.0), "+{name}");
            }
        }
    }

    #[test]
    fn words_of_split_are_multiples_of_four() {
        let mut globals = Globals::default();
        let warning = split(&mut globals, true, Some("5")).unwrap().unwrap();
        assert_eq!(
            warning,
            ";; Warning, split must be a multiple of 4; adjusting to 8\n"
        );
        assert_eq!(globals.word, Some(8));
        assert_eq!(split(&mut globals, false, None), Ok(None));
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
