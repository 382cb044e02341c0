//! What is to be done, from what was typed.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::anyhow;

use super::Args;
use super::typed::USAGE;
use crate::cli::{Exit, Failure, remark};
use crate::net::dns::Family;
use crate::proto::dns::{ResolvConf, candidates};
use crate::tools::dns_cache::Use;
use crate::wire::dns::{Class, Name, Question, RecordType, TypedName};

/// A run of `rhost`.
#[derive(Debug)]
pub(super) struct Plan {
    /// The name as it was typed, or as an address was turned into one.
    pub(super) text: String,
    pub(super) name: TypedName,
    /// Whether an address was typed: the search list is for names.
    pub(super) reverse: bool,
    pub(super) rtype: RecordType,
    pub(super) class: Class,
    pub(super) job: Job,
    /// Which records are shown.
    pub(super) shown: Shown,
    /// Whether RRSIG, NSEC and NSEC3 records are left out.
    pub(super) without_dnssec: bool,
    pub(super) verbose: bool,
    /// Whether everything is said as JSON, and nothing in sentences.
    pub(super) json: bool,
    pub(super) recurse: bool,
    pub(super) servfail_stops: bool,
    pub(super) tcp: bool,
    pub(super) ndots: Option<usize>,
    pub(super) retries: Option<i32>,
    pub(super) wait: Option<Duration>,
    pub(super) port: u16,
    pub(super) family: Family,
    pub(super) server: Option<String>,
    /// Whether it is a sentence from the system's servers, by whatever way the system wants them asked.
    pub(super) plain: bool,
    /// What answers may come from the cache.
    pub(super) cache: Use,
    /// Whether that was typed.
    pub(super) tells_cache: bool,
    /// Whether anything is known and learnt from run to run.
    pub(super) remembers: bool,
}

/// The kinds of run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// Addresses and mail servers: A, then AAAA and MX for where the aliases lead.
    Everyday,
    /// One question.
    Question,
    /// A zone transfer; the serial number that the asker has is for IXFR.
    Transfer { serial: Option<u32> },
    /// The SOA record at each authoritative server.
    Compare,
}

/// Which records of a zone transfer are shown; all of any other reply are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    All,
    /// Addresses, name servers and pointers.
    Hosts,
    Only(RecordType),
}

impl Plan {
    /// The run that was asked for; `idna` says whether names outside ASCII are internationalised ones.
    pub(super) fn new(args: Args, idna: bool) -> Result<Self, Failure> {
        if args.ipv4 && args.ipv6 {
            return Err(anyhow!("only one of -4 and -6 allowed").into());
        }
        let asked = args.rtype.as_deref().map(parse_type).transpose()?;
        let class = match &args.class {
            None => Class::IN,
            Some(text) => Class::typed(text).map_err(|_| invalid("class", text))?,
        };
        let Some(typed) = args.name else {
            remark(USAGE);
            return Err(Failure::silent(Exit::FAILURE));
        };
        let any = args.all || args.almost_all;
        let verbose = args.verbose || args.debug || any || asked.is_some_and(|a| a.rtype == RecordType::AXFR);
        let named = asked.map(|asked| asked.rtype);
        let (rtype, shown) = match (args.list, named, any) {
            (true, None, false) => (RecordType::AXFR, Shown::Hosts),
            (true, Some(RecordType::AXFR | RecordType::ANY), _) | (true, None, true) => {
                (RecordType::AXFR, Shown::All)
            }
            (true, Some(rtype), _) => (RecordType::AXFR, Shown::Only(rtype)),
            (false, Some(rtype), _) => (rtype, Shown::All),
            (false, None, true) => (RecordType::ANY, Shown::All),
            (false, None, false) => (RecordType::A, Shown::All),
        };
        let serial = asked.and_then(|asked| asked.serial);
        let transfers = matches!(rtype, RecordType::AXFR | RecordType::IXFR);
        let by_type = transfers || named == Some(RecordType::ANY);
        let mut plan = Self {
            name: TypedName {
                name: Name::root(),
                absolute: true,
            },
            text: String::new(),
            reverse: false,
            rtype,
            class,
            job: match rtype {
                _ if args.compare => Job::Compare,
                _ if transfers => Job::Transfer { serial },
                RecordType::A if named.is_none() && args.class.is_none() => Job::Everyday,
                _ => Job::Question,
            },
            shown,
            without_dnssec: args.almost_all,
            verbose: verbose && !args.json,
            json: args.json,
            recurse: !args.no_recursion,
            servfail_stops: args.servfail_stops,
            tcp: args.tcp || (by_type && !args.udp),
            ndots: args.ndots.map(|ndots| usize::try_from(ndots).unwrap_or_default()),
            retries: args.retries,
            wait: match (args.wait_forever, args.wait) {
                (true, _) => Some(Duration::MAX),
                (false, seconds) => {
                    seconds.map(|seconds| Duration::from_secs(u64::try_from(seconds).unwrap_or(1).max(1)))
                }
            },
            // What does not fit is cut off, as host does.
            port: u16::try_from(args.port & 0xffff).unwrap_or_default(),
            family: match (args.ipv4, args.ipv6) {
                (true, _) => Family::V4,
                (_, true) => Family::V6,
                _ => Family::Any,
            },
            server: args.server,
            plain: false,
            cache: Use::No,
            tells_cache: args.cache.is_some(),
            remembers: args.cache != Some(Use::No),
        };
        if args.compare {
            (plan.rtype, plan.class) = (RecordType::NS, Class::IN);
        }
        plan.set_name(typed, idna)?;
        let by_rules = !args.tcp && !args.udp && plan.server.is_none();
        let sentence = plan.is_sentence();
        plan.plain = sentence && by_rules;
        plan.cache = match args.cache {
            None if plan.plain => Use::Yes,
            None => Use::No,
            Some(wanted) if wanted == Use::No || sentence => wanted,
            Some(_) => return Err(anyhow!(
                "--cache is for plain answers: not with -a, -A, -C, -d, -l, -r, -v, ANY or a zone transfer"
            )
            .into()),
        };
        Ok(plan)
    }

    /// Whether only answers are told, be it in sentences or as objects, and the question is one whose answer can be kept.
    fn is_sentence(&self) -> bool {
        let asks = matches!(self.job, Job::Everyday | Job::Question);
        asks && self.rtype != RecordType::ANY && self.recurse && !self.verbose
    }

    /// An address stands for the name under which it is looked up, and is asked for its pointer whatever type was
    /// typed.
    fn set_name(&mut self, typed: String, idna: bool) -> Result<(), Failure> {
        if let Ok(address) = typed.parse::<IpAddr>() {
            let name = Name::reverse(address);
            self.text = name.to_string();
            if address.is_ipv6() {
                self.text = self.text.trim_end_matches('.').to_owned();
            }
            self.name = TypedName { name, absolute: true };
            self.reverse = true;
            if self.job != Job::Compare {
                self.rtype = RecordType::PTR;
                self.job = Job::Question;
            }
            return Ok(());
        }
        self.name = typed_name(&typed, idna)?;
        self.text = typed;
        Ok(())
    }

    /// Whether the name is full as it was typed: it is not completed, found or not.
    pub(super) fn is_full(&self, ndots: usize) -> bool {
        self.name.absolute || self.name.dots() >= ndots
    }

    /// The names to try, in order. Unlike the C library host does not try a name with enough dots in the domains
    /// of the search list when it is not found as it stands.
    pub(super) fn candidates(&self, conf: &ResolvConf) -> Vec<Name> {
        if self.is_full(conf.options.ndots) {
            vec![self.name.name.clone()]
        } else {
            candidates(&self.name, conf)
        }
    }

    pub(super) fn question(&self, name: Name) -> Question {
        Question {
            name,
            rtype: self.rtype,
            class: self.class,
        }
    }
}

fn typed_name(text: &str, idna: bool) -> Result<TypedName, Failure> {
    let name = if idna {
        TypedName::parse_idna(text)
    } else {
        TypedName::parse(text)
    };
    // host has two ways to say it: a name that the search list would complete is told of in the other.
    let what = if text.contains('.') {
        "a legal name"
    } else {
        "in legal name syntax"
    };
    name.map_err(|problem| anyhow!("'{text}' is not {what} ({problem})").into())
}

fn leading_number(text: &str) -> u32 {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default()
}

/// A name as the cache knows it, without search list; of an address, the name under which it is looked up.
pub(super) fn full_name(text: &str) -> Result<Name, Failure> {
    match text.parse::<IpAddr>() {
        Ok(address) => Ok(Name::reverse(address)),
        Err(_) => Ok(typed_name(text, true)?.name),
    }
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    rtype: RecordType,
    serial: Option<u32>,
}

/// A type by name or number, or `ixfr=SERIAL`.
fn parse_type(text: &str) -> Result<Asked, Failure> {
    if let Some((name, serial)) = text.split_once('=')
        && name.eq_ignore_ascii_case("ixfr")
    {
        return Ok(Asked {
            rtype: RecordType::IXFR,
            // As far as it is a number.
            serial: Some(leading_number(serial)),
        });
    }
    let rtype: RecordType = text.parse().map_err(|_| invalid("type", text))?;
    Ok(Asked {
        rtype,
        serial: (rtype == RecordType::IXFR).then_some(0),
    })
}

/// The exit status of a type or class that there is not.
const INVALID: Exit = Exit(2);

fn invalid(what: &str, text: &str) -> Failure {
    // The empty line after it is host's, too.
    Failure::new(INVALID, anyhow!("invalid {what}: {text}\n"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn plan(line: &str) -> Plan {
        let argv = std::iter::once("rhost").chain(line.split_whitespace());
        Plan::new(Args::try_parse_from(argv).unwrap(), false).unwrap()
    }

    #[test]
    fn a_name_alone_is_asked_for_addresses_and_mail_servers() {
        let plan = plan("www.test 127.0.0.1");
        assert_eq!((plan.job, plan.rtype), (Job::Everyday, RecordType::A));
        assert_eq!(plan.server.as_deref(), Some("127.0.0.1"));
        assert!(plan.recurse && !plan.tcp && !plan.verbose);
    }

    #[test]
    fn a_type_or_class_makes_it_one_question() {
        assert_eq!(plan("-t a x").job, Job::Question);
        assert_eq!(plan("-c CH x").job, Job::Question);
        assert_eq!(plan("-t MX -tTXT x").rtype, RecordType::TXT);
    }

    #[test]
    fn an_address_is_asked_for_its_pointer_whatever_the_type() {
        for line in ["192.0.2.80", "-t A 192.0.2.80", "-l 192.0.2.80"] {
            let plan = plan(line);
            assert_eq!((plan.rtype, plan.job), (RecordType::PTR, Job::Question));
            assert_eq!(plan.text, "80.2.0.192.in-addr.arpa.");
        }
    }

    #[test]
    fn any_is_asked_for_over_tcp_unless_udp_is_wanted_or_it_is_a_list() {
        assert!(plan("-t ANY x").tcp);
        assert!(!plan("-U -t ANY x").tcp);
        assert!(!plan("-a x").tcp);
        assert!(plan("-l x").tcp);
        assert!(!plan("-TU x").tcp);
        assert!(plan("-UT x").tcp);
    }

    #[test]
    fn a_list_shows_hosts_unless_a_type_is_named() {
        assert_eq!(plan("-l x").shown, Shown::Hosts);
        assert_eq!(plan("-l -t MX x").shown, Shown::Only(RecordType::MX));
        assert_eq!(plan("-l -a x").shown, Shown::All);
        assert_eq!(plan("-t AXFR x").shown, Shown::All);
        assert_eq!(plan("-t ixfr=7 x").job, Job::Transfer { serial: Some(7) });
    }

    #[test]
    fn a_name_with_enough_dots_is_not_completed() {
        let conf = ResolvConf::parse("search a.test\n", None, None);
        assert_eq!(plan("www.b").candidates(&conf).len(), 1);
        assert_eq!(plan("www").candidates(&conf).len(), 2);
        assert_eq!(plan("www.").candidates(&conf).len(), 1);
    }

    #[test]
    fn a_sentence_from_the_systems_servers_may_come_from_the_cache_unless_something_else_is_typed() {
        for line in [
            "x",
            "--json x",
            "-t MX x",
            "-c CH -t TXT x",
            "192.0.2.1",
            "-W 3 -R 2 -s x",
        ] {
            let plan = plan(line);
            assert!(
                plan.plain && plan.cache == Use::Yes && !plan.tells_cache,
                "{line}"
            );
        }
        for line in [
            "x 127.0.0.1",
            "-v x",
            "-a x",
            "-C x",
            "-l x",
            "-t AXFR x",
            "-r x",
            "-T x",
        ] {
            assert_eq!(plan(line).cache, Use::No, "{line}");
        }
        assert_eq!(plan("--cache x 127.0.0.1").cache, Use::Yes);
        assert_eq!(plan("--cache=only -T x").cache, Use::Only);
        let off = plan("--cache=no x");
        assert!(off.cache == Use::No && off.plain && !off.remembers);
    }

    #[test]
    fn the_cache_is_refused_to_what_it_cannot_answer() {
        for line in ["-v", "-a", "-C", "-l", "-t AXFR", "-t ANY", "-r"] {
            let line = format!("rhost --cache=only {line} x");
            let args = Args::try_parse_from(line.split(' ')).unwrap();
            assert!(Plan::new(args, false).is_err(), "{line}");
        }
    }

    #[test]
    fn waiting_for_ever_and_for_a_time_exclude_each_other() {
        assert_eq!(plan("-w -W 3 x").wait, Some(Duration::from_secs(3)));
        assert_eq!(plan("-W 3 -w x").wait, Some(Duration::MAX));
        assert_eq!(plan("-W 0 x").wait, Some(Duration::from_secs(1)));
    }
}
