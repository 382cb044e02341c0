//! What is to be looked up, and how: the settings of one lookup, and those of the whole run.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use super::carrier::Carrier;
use super::validation::Validation;
use crate::proto::dns::tsig::{Algorithm, Key, KeyText};
use crate::tools::dns_cache::Use;
use crate::wire::dns::{Class, Edns, Flags, Opcode, QueryEdns, RecordType};
use crate::wire::rdata::{Layout, Style, Ttl};

/// One lookup: what is asked, and the options that belong to it alone.
#[derive(Clone, Debug)]
pub(crate) struct Lookup {
    /// The name as it was typed.
    pub(crate) name: String,
    pub(crate) rtype: RecordType,
    pub(crate) class: Class,
    /// Whether type and class were typed, so that a second one is worth a warning.
    pub(super) typed: Typed,
    /// For IXFR: the serial number from which on.
    pub(crate) serial: Option<u32>,
    /// The servers as they were typed, without `@`; the system's if none.
    pub(crate) servers: Vec<String>,
    /// What opens the output, before the first lookup of a line.
    pub(crate) banner: Option<Banner>,
    pub(crate) query: QueryOptions,
    pub(crate) exchange: ExchangeOptions,
    pub(crate) carrier: Carrier,
    pub(crate) show: Show,
    /// Whether the answer is validated by DNSSEC, and how.
    pub(crate) validation: Option<Validation>,
    pub(crate) follow: Follow,
}

/// Whether one reply leads to other servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    Nothing,
    /// From the root down to the answer.
    Referrals,
    /// To every server of the zone.
    Servers,
}

/// Whether a type and a class were typed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Typed {
    pub(super) rtype: bool,
    pub(super) class: bool,
    pub(super) transport: bool,
}

/// The line that names the program and its arguments, and the two below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Banner {
    /// What was typed on the line.
    pub(crate) arguments: String,
    /// On the command line, but not in a file of lookups: the server typed last before the first name, and
    /// whether `+short` and `+cmd` were in force.
    pub(crate) opening: Option<Opening>,
}

/// What only the first banner of a run has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) server: Option<String>,
    pub(crate) short: bool,
    pub(crate) cmd: bool,
}

/// What the query says.
#[derive(Clone, Debug)]
pub(crate) struct QueryOptions {
    pub(crate) id: Option<u16>,
    pub(crate) opcode: Opcode,
    pub(crate) flags: Flags,
    pub(crate) header_only: bool,
    /// The version of EDNS, if any is used.
    pub(crate) edns: Option<u8>,
    /// The size of UDP messages, if it is not the usual one.
    pub(crate) udp_size: Option<u16>,
    pub(crate) dnssec: bool,
    /// Compact denial of existence is understood.
    pub(crate) compact: bool,
    /// The flags of EDNS besides these two.
    pub(crate) edns_flags: u16,
    pub(crate) nsid: bool,
    pub(crate) expire: bool,
    pub(crate) keepalive: bool,
    pub(crate) pad_to: u16,
    pub(crate) cookie: Cookie,
    pub(crate) subnet: Option<Subnet>,
    /// Options by number, from `+ednsopt`.
    pub(crate) options: Vec<(u16, Vec<u8>)>,
}

/// The cookie that is sent (RFC 7873).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    None,
    /// The client's cookie of this run.
    Own,
    /// These bytes.
    Given(Vec<u8>),
}

/// The client's network (RFC 7871).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subnet {
    pub(crate) address: IpAddr,
    pub(crate) prefix: u8,
}

/// How the query is sent and which reply ends the lookup.
#[derive(Clone, Debug)]
pub(crate) struct ExchangeOptions {
    pub(crate) tcp: bool,
    /// How several servers are asked.
    pub(crate) ask: Ask,
    /// Take a truncated reply for the answer.
    pub(crate) ignore_truncation: bool,
    /// How many times each server is tried; one or more.
    pub(crate) tries: u32,
    /// Ask again with the version that a server has.
    pub(crate) negotiate_edns: bool,
    /// Ask again after BADCOOKIE, and show that reply too.
    pub(crate) retry_bad_cookie: bool,
    pub(crate) show_bad_cookie: bool,
    /// SERVFAIL ends the lookup instead of passing it to the next server.
    pub(crate) servfail_stops: bool,
    /// Print what can be read of a broken message.
    pub(crate) best_effort: bool,
    /// What answers may come from the cache.
    pub(crate) cache: Use,
    /// Whether names outside ASCII are IDNA; `None`: if output is a terminal.
    pub(crate) idn: Option<bool>,
}

/// How several servers are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ask {
    /// One after the other, until one answers.
    InTurn,
    /// All at once, until one gives a good answer.
    Race,
    /// All at once, and their answers are compared.
    Compare,
}

/// What is printed of the reply.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Show {
    pub(crate) comments: bool,
    pub(crate) question: bool,
    pub(crate) answer: bool,
    pub(crate) authority: bool,
    pub(crate) additional: bool,
    pub(crate) stats: bool,
    /// The query too.
    pub(crate) query: bool,
    /// Who answered, where that is not said otherwise.
    pub(crate) identify: bool,
    /// How the answer was come by and what it means.
    pub(crate) explain: bool,
    pub(crate) multiline: bool,
    /// Comments on records: by request, or with `multiline` unless refused.
    pub(crate) record_comments: Option<bool>,
    pub(crate) ttl: bool,
    pub(crate) ttl_units: bool,
    pub(crate) class: bool,
    pub(crate) crypto: bool,
    pub(crate) expand_aaaa: bool,
    pub(crate) unknown: bool,
    /// Of a zone transfer, only the first SOA.
    pub(crate) one_soa: bool,
    pub(crate) microseconds: bool,
    /// Names in the characters of their language; `None`: if output is a terminal.
    pub(crate) unicode: Option<bool>,
    /// Of an answer for `ipv4only.arpa`, only the prefixes of NAT64.
    pub(crate) prefixes: bool,
}

/// The options that hold for every lookup, wherever they were typed.
#[derive(Clone, Debug)]
pub(crate) struct Globals {
    pub(crate) short: bool,
    pub(crate) cmd: bool,
    pub(crate) yaml: bool,
    /// Everything as objects, one a line.
    pub(crate) json: bool,
    /// Tell every outcome in the exit status.
    pub(crate) rcode_exit: bool,
    /// The length of words of base64 and hex, if it is not the usual one.
    pub(crate) word: Option<usize>,
    pub(crate) port: u16,
    /// Whether the port was typed: otherwise it depends on what carries the query.
    pub(crate) port_typed: bool,
    /// How long a try takes, if it is not the usual time.
    pub(crate) timeout: Option<Duration>,
    pub(crate) ndots: Option<usize>,
    pub(crate) search: bool,
    /// Print the replies on the way through the search list.
    pub(crate) show_search: bool,
    /// The domain that takes the place of the search list.
    pub(crate) domain: Option<String>,
    pub(crate) keep_open: bool,
    /// The local address and port.
    pub(crate) source: Option<(IpAddr, u16)>,
    pub(crate) family: Family,
    /// Tell on standard error what is done.
    pub(crate) debug: bool,
    pub(crate) signing: Signing,
    /// Whether a person may be reading, and whether with more than ASCII.
    pub(crate) terminal: bool,
    pub(crate) unicode: bool,
    /// How many lookups of a file may be on their way at once, if that was typed.
    pub(crate) in_flight: Option<NonZeroU32>,
    /// How many queries a second may be sent.
    pub(crate) rate: Option<NonZeroU32>,
    /// Whether the lookups of a file are counted at its end, if that was typed.
    pub(crate) summary: Option<bool>,
    /// Whether `+question` and `+comments` were typed before any name: only then a transfer shows them.
    pub(super) plus_question: bool,
    pub(super) plus_comments: bool,
}

/// What queries are signed with (RFC 8945).
#[derive(Clone, Debug, Default)]
pub(crate) struct Signing {
    /// The file with the key: it counts for more than a key that was typed.
    pub(crate) file: Option<String>,
    pub(crate) typed: Option<(KeyText, Option<(Algorithm, u16)>)>,
    /// Whether the two say something else than when the key was made.
    pub(crate) changed: bool,
    /// Whether a key was typed, or found in a file: then it is worth a word if none is used.
    pub(crate) wanted: bool,
    /// The key that is used.
    pub(crate) key: Option<Key>,
}

/// Which addresses are used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Any,
    V4,
    V6,
}

impl Family {
    /// Whether addresses like `address` are used.
    pub(crate) fn includes(self, address: IpAddr) -> bool {
        match self {
            Self::Any => true,
            Self::V4 => address.is_ipv4(),
            Self::V6 => address.is_ipv6(),
        }
    }
}

impl Default for Lookup {
    fn default() -> Self {
        Self {
            name: String::new(),
            rtype: RecordType::A,
            class: Class::IN,
            typed: Typed::default(),
            serial: None,
            servers: Vec::new(),
            banner: None,
            query: QueryOptions {
                id: None,
                opcode: Opcode::QUERY,
                flags: Flags::RD | Flags::AD,
                header_only: false,
                edns: Some(0),
                udp_size: None,
                dnssec: false,
                compact: false,
                edns_flags: 0,
                nsid: false,
                expire: false,
                keepalive: false,
                pad_to: 0,
                cookie: Cookie::Own,
                subnet: None,
                options: Vec::new(),
            },
            carrier: Carrier::default(),
            exchange: ExchangeOptions {
                tcp: false,
                ask: Ask::InTurn,
                ignore_truncation: false,
                tries: 3,
                negotiate_edns: true,
                retry_bad_cookie: true,
                show_bad_cookie: false,
                servfail_stops: true,
                best_effort: true,
                cache: Use::No,
                idn: None,
            },
            show: Show {
                comments: true,
                question: true,
                answer: true,
                authority: true,
                additional: true,
                stats: true,
                query: false,
                identify: false,
                explain: false,
                multiline: false,
                record_comments: None,
                ttl: true,
                ttl_units: false,
                class: true,
                crypto: true,
                expand_aaaa: false,
                unknown: false,
                one_soa: false,
                microseconds: false,
                unicode: None,
                prefixes: false,
            },
            validation: None,
            follow: Follow::Nothing,
        }
    }
}

impl Default for Globals {
    fn default() -> Self {
        Self {
            short: false,
            cmd: true,
            yaml: false,
            json: false,
            rcode_exit: false,
            word: None,
            port: 53,
            port_typed: false,
            timeout: None,
            ndots: None,
            search: false,
            show_search: false,
            domain: None,
            keep_open: false,
            source: None,
            family: Family::Any,
            debug: false,
            signing: Signing::default(),
            terminal: false,
            unicode: false,
            in_flight: None,
            rate: None,
            summary: None,
            plus_question: false,
            plus_comments: false,
        }
    }
}

impl Lookup {
    /// Whether a whole zone, or what has changed in it, is asked for.
    pub(crate) fn is_transfer(&self) -> bool {
        [RecordType::AXFR, RecordType::IXFR].contains(&self.rtype)
    }
}

impl QueryOptions {
    /// Uses EDNS, with version 0 if no other was asked for: what an option of EDNS asks for by itself.
    pub(super) fn need_edns(&mut self) {
        self.edns.get_or_insert(0);
    }

    /// The OPT record but for its options.
    pub(crate) fn edns_without_options(&self) -> Option<QueryEdns> {
        // Some options cannot do without, whatever `+noedns` says behind them.
        let needed = self.dnssec || self.udp_size.is_some() || self.subnet.is_some();
        let version = self.edns.or_else(|| needed.then_some(0))?;
        let flag = |is_set, bit| if is_set { bit } else { 0 };
        let flags = flag(self.dnssec, Edns::DO) | flag(self.compact, COMPACT_OK);
        let usual = QueryEdns::default();
        Some(QueryEdns {
            udp_size: self.udp_size.unwrap_or(usual.udp_size),
            version,
            flags: self.edns_flags & !(Edns::DO | COMPACT_OK) | flags,
            options: Vec::new(),
            pad_to: self.pad_to,
        })
    }
}

/// The flag of EDNS by which a resolver says that it knows compact denial of existence.
const COMPACT_OK: u16 = 0x4000;

impl Show {
    /// How records are laid out.
    pub(crate) fn layout(&self, globals: &Globals) -> Layout {
        let ttl = match (self.ttl, self.ttl_units) {
            (false, _) => Ttl::Omitted,
            (true, true) => Ttl::Units,
            (true, false) => Ttl::Seconds,
        };
        let style = Style {
            multiline: self.multiline,
            comments: self.record_comments.unwrap_or(self.multiline),
            ..self.short_style(globals)
        };
        Layout {
            style,
            ttl,
            class: self.class,
        }
    }

    /// How the data is laid out when there is nothing else.
    pub(crate) fn short_style(&self, globals: &Globals) -> Style {
        let usual = Style::default();
        Style {
            multiline: false,
            comments: self.record_comments.unwrap_or(false),
            word: globals.word.unwrap_or(usual.word),
            crypto: self.crypto,
            expand_aaaa: self.expand_aaaa,
            unknown: self.unknown,
            yaml: globals.yaml,
            unicode: globals.unicode && self.unicode.unwrap_or(globals.terminal),
        }
    }
}
