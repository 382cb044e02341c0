//! What may be typed after `rhost`.

use clap::{ArgAction, Parser};

use crate::tools::dns_cache::Use;

/// Look a name up and say it in a sentence.
#[derive(Debug, Parser)]
#[command(
    name = "rhost",
    version,
    disable_version_flag = true,
    disable_help_flag = true,
    args_override_self = true
)]
pub struct Args {
    /// Everything there is: like -v -t ANY.
    #[arg(short = 'a')]
    pub(super) all: bool,
    /// Like -a, without RRSIG, NSEC and NSEC3 records.
    #[arg(short = 'A')]
    pub(super) almost_all: bool,
    /// Ask for records of this class instead of IN.
    #[arg(short = 'c', value_name = "class")]
    pub(super) class: Option<String>,
    /// Compare the SOA records of the authoritative name servers.
    #[arg(short = 'C')]
    pub(super) compare: bool,
    /// The same as -v.
    #[arg(short = 'd')]
    pub(super) debug: bool,
    /// Obsolete, and of no effect: the domain IP6.INT is no more.
    #[arg(short = 'i')]
    pub(super) ip6_int: bool,
    /// List the hosts of a domain by a zone transfer.
    #[arg(short = 'l')]
    pub(super) list: bool,
    /// Of no effect: there is no memory to debug.
    #[arg(short = 'm', value_name = "flag")]
    pub(super) memory: Option<String>,
    /// Obsolete, and of no effect: nibbles are the only form.
    #[arg(short = 'n')]
    pub(super) nibble: bool,
    /// A name with so many dots is full.
    #[arg(short = 'N', value_name = "ndots", allow_negative_numbers = true)]
    pub(super) ndots: Option<i64>,
    /// The port of the server.
    #[arg(
        short = 'p',
        value_name = "port",
        default_value_t = 53,
        allow_negative_numbers = true
    )]
    pub(super) port: i64,
    /// Ask without recursion.
    #[arg(short = 'r')]
    pub(super) no_recursion: bool,
    /// How often to try again.
    #[arg(short = 'R', value_name = "number", allow_negative_numbers = true)]
    pub(super) retries: Option<i32>,
    /// Take SERVFAIL for an answer: do not ask the next server.
    #[arg(short = 's')]
    pub(super) servfail_stops: bool,
    /// Ask for records of this type.
    #[arg(short = 't', value_name = "type")]
    pub(super) rtype: Option<String>,
    /// Ask over TCP.
    #[arg(short = 'T', overrides_with = "udp")]
    pub(super) tcp: bool,
    /// Ask over UDP.
    #[arg(short = 'U', overrides_with = "tcp")]
    pub(super) udp: bool,
    /// Show the whole message.
    #[arg(short = 'v')]
    pub(super) verbose: bool,
    /// Print the version on standard error and exit.
    #[arg(short = 'V')]
    pub(super) show_version: bool,
    /// Wait for a reply for ever.
    #[arg(short = 'w', overrides_with = "wait")]
    pub(super) wait_forever: bool,
    /// How long to wait for a reply, in seconds.
    #[arg(
        short = 'W',
        value_name = "seconds",
        overrides_with = "wait_forever",
        allow_negative_numbers = true
    )]
    pub(super) wait: Option<i64>,
    /// Ask over IPv4 only.
    #[arg(short = '4')]
    pub(super) ipv4: bool,
    /// Ask over IPv6 only.
    #[arg(short = '6')]
    pub(super) ipv6: bool,
    /// Print each question with its answer as one line of JSON.
    #[arg(long)]
    pub(super) json: bool,
    /// Whether answers may come from the cache: yes, no, only, or stale ones if nobody replies.
    #[arg(long, value_name = "when", num_args = 0..=1, require_equals = true, default_missing_value = "yes")]
    pub(super) cache: Option<Use>,
    /// Forget what the cache has about the name, or everything.
    #[arg(long, conflicts_with = "cache_list")]
    pub(super) cache_flush: bool,
    /// List what the cache has about the name, or everything.
    #[arg(long)]
    pub(super) cache_list: bool,
    /// Print help and exit.
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
    /// Print the version and exit.
    #[arg(long, action = ArgAction::Version)]
    version: Option<bool>,
    /// What is wrong with what was typed.
    #[arg(long = super::typed::FLAW, hide = true, require_equals = true)]
    pub(super) flaw: Option<String>,
    /// The name to look up, or an address whose name to look up.
    #[arg(value_name = "name")]
    pub(super) name: Option<String>,
    /// The name server to ask instead of those of resolv.conf.
    #[arg(value_name = "server")]
    pub(super) server: Option<String>,
}
