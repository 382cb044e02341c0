//! `/etc/resolv.conf` as a pure function of its text, with the limits of the C resolver (resolv.conf(5)).
//!
//! The parser follows glibc where the manual is silent: a keyword begins in the first column, an unknown keyword
//! or option is passed over, numbers too large are capped, and of `domain` and `search` the last one counts. A
//! word that begins with `#` or `;` ends its line, as in BIND's parser. `sortlist` is not obeyed: there is one
//! order of addresses, the server's.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::wire::dns::Name;

/// What `/etc/resolv.conf` says, or its defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvConf {
    /// The servers to ask, in order; never empty, at most [`MAX_SERVERS`].
    pub servers: Vec<Nameserver>,
    /// The domains to try a short name in.
    pub search: Vec<Name>,
    /// How to ask.
    pub options: Options,
}

/// A `nameserver` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nameserver {
    /// The address.
    pub address: IpAddr,
    /// The interface of a link-local address, by name or number: what follows its `%`.
    pub zone: Option<String>,
}

/// The `options` lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// A name with at least so many dots is tried as it stands before the search list; at most 15.
    pub ndots: usize,
    /// How long to wait for one server in one round; 1 to 30 seconds.
    pub timeout: Duration,
    /// How many rounds through the servers; 1 to 5.
    pub attempts: u32,
    /// Begin each lookup at the next server, to spread the load.
    pub rotate: bool,
    /// Send an EDNS(0) OPT record (RFC 6891). The resolver does anyway, for the cookie in it; this is for who asks
    /// without one otherwise.
    pub edns0: bool,
    /// Ask over TCP from the start.
    pub use_vc: bool,
    /// Ask for the AD bit and believe it.
    pub trust_ad: bool,
    /// Do not ask for AAAA records on the way to an address.
    pub no_aaaa: bool,
    /// Ask for A and AAAA one after the other instead of side by side.
    pub single_request: bool,
    /// Do not try a name without a dot as it stands.
    pub no_tld_query: bool,
}

/// How many servers are kept (`MAXNS` of resolv.h); further lines are passed over.
pub const MAX_SERVERS: usize = 3;

impl ResolvConf {
    /// Reads the text of a `resolv.conf`; `localdomain` and `res_options` are the values of the environment
    /// variables `LOCALDOMAIN` (replaces the search list) and `RES_OPTIONS` (read after the `options` lines).
    /// Never fails: what cannot be read is passed over, and without a server there is 127.0.0.1.
    pub fn parse(text: &str, localdomain: Option<&str>, res_options: Option<&str>) -> Self {
        let mut conf = Self {
            servers: Vec::new(),
            ..Self::default()
        };
        for line in text.lines() {
            let Some((keyword, rest)) = line.split_once([' ', '\t']) else {
                continue;
            };
            let mut words = words(rest);
            match keyword {
                "nameserver" if conf.servers.len() < MAX_SERVERS => {
                    conf.servers.extend(words.next().and_then(Nameserver::parse));
                }
                "domain" => {
                    if let Some(Ok(domain)) = words.next().map(Name::from_text) {
                        conf.search = vec![domain];
                    }
                }
                "search" => conf.search = words.flat_map(Name::from_text).collect(),
                "options" => words.for_each(|word| conf.options.set(word)),
                _ => {}
            }
        }
        if conf.servers.is_empty() {
            conf.servers = Self::default().servers;
        }
        if let Some(domains) = localdomain {
            conf.search = words(domains).flat_map(Name::from_text).collect();
        }
        words(res_options.unwrap_or_default()).for_each(|word| conf.options.set(word));
        conf
    }
}

impl Default for ResolvConf {
    /// The server on this host, no search list.
    fn default() -> Self {
        Self {
            servers: vec![Nameserver {
                address: IpAddr::V4(Ipv4Addr::LOCALHOST),
                zone: None,
            }],
            search: Vec::new(),
            options: Options::default(),
        }
    }
}

impl Nameserver {
    /// An address, or a link-local IPv6 address with `%` and its interface.
    pub fn parse(word: &str) -> Option<Self> {
        match word.split_once('%') {
            None => Some(Self {
                address: word.parse().ok()?,
                zone: None,
            }),
            Some((address, zone)) => Some(Self {
                address: IpAddr::V6(address.parse::<Ipv6Addr>().ok()?),
                zone: Some(zone.to_owned()).filter(|zone| !zone.is_empty()),
            }),
        }
    }
}

impl fmt::Display for Nameserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.zone {
            None => self.address.fmt(f),
            Some(zone) => write!(f, "{}%{zone}", self.address),
        }
    }
}

impl Options {
    /// The most that `ndots`, `timeout` (seconds) and `attempts` can be (`RES_MAXNDOTS`, `RES_MAXRETRANS` and
    /// `RES_MAXRETRY` of resolv.h).
    const MAX_NDOTS: u32 = 15;
    const MAX_TIMEOUT: u32 = 30;
    const MAX_ATTEMPTS: u32 = 5;

    /// Reads one word of an `options` line; an unknown one changes nothing.
    pub fn set(&mut self, word: &str) {
        match word.split_once(':') {
            Some(("ndots", n)) => {
                if let Some(ndots) = number(n, 0, Self::MAX_NDOTS) {
                    self.ndots = usize::try_from(ndots).unwrap_or(usize::MAX);
                }
            }
            Some(("timeout", n)) => {
                if let Some(seconds) = number(n, 1, Self::MAX_TIMEOUT) {
                    self.timeout = Duration::from_secs(seconds.into());
                }
            }
            Some(("attempts", n)) => {
                if let Some(attempts) = number(n, 1, Self::MAX_ATTEMPTS) {
                    self.attempts = attempts;
                }
            }
            Some(_) => {}
            None => self.turn_on(word),
        }
    }

    fn turn_on(&mut self, word: &str) {
        match word {
            "rotate" => self.rotate = true,
            "edns0" => self.edns0 = true,
            "use-vc" => self.use_vc = true,
            "trust-ad" => self.trust_ad = true,
            "no-aaaa" => self.no_aaaa = true,
            // Each of our queries has a socket of its own, so that both come to the same.
            "single-request" | "single-request-reopen" => self.single_request = true,
            "no-tld-query" => self.no_tld_query = true,
            _ => {}
        }
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ndots: 1,
            timeout: Duration::from_secs(5),
            attempts: 2,
            rotate: false,
            edns0: false,
            use_vc: false,
            trust_ad: false,
            no_aaaa: false,
            single_request: false,
            no_tld_query: false,
        }
    }
}

/// The words of a line up to a comment.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_ascii_whitespace()
        .take_while(|word| !word.starts_with(['#', ';']))
}

/// The decimal number that `text` is, brought between `least` and `most`.
fn number(text: &str, least: u32, most: u32) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u32::MAX).clamp(least, most))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> ResolvConf {
        ResolvConf::parse(text, None, None)
    }

    fn addresses(conf: &ResolvConf) -> Vec<String> {
        conf.servers.iter().map(Nameserver::to_string).collect()
    }

    fn search(conf: &ResolvConf) -> Vec<String> {
        conf.search.iter().map(Name::to_string).collect()
    }

    #[test]
    fn an_empty_file_means_the_local_server_and_the_manuals_defaults() {
        let conf = parse("");
        assert_eq!(conf, ResolvConf::default());
        assert_eq!(addresses(&conf), ["127.0.0.1"]);
        assert_eq!((conf.options.ndots, conf.options.attempts), (1, 2));
        assert_eq!(conf.options.timeout, Duration::from_secs(5));
    }

    #[test]
    fn the_first_three_servers_count() {
        let conf = parse(
            "nameserver 192.0.2.1\nnameserver\t2001:db8::1 # ours\nnameserver x\nnameserver fe80::1%eth0\nnameserver 192.0.2.4\n",
        );
        assert_eq!(addresses(&conf), ["192.0.2.1", "2001:db8::1", "fe80::1%eth0"]);
    }

    #[test]
    fn of_domain_and_search_the_last_counts() {
        assert_eq!(
            search(&parse("domain a.test\nsearch b.test c.test.\n")),
            ["b.test.", "c.test."]
        );
        assert_eq!(
            search(&parse("search b.test c.test\ndomain a.test x\n")),
            ["a.test."]
        );
        assert_eq!(search(&parse("search .\n")), ["."]);
    }

    #[test]
    fn unknown_lines_comments_and_indented_keywords_are_passed_over() {
        let conf = parse(
            "# nameserver 1.1.1.1\n;domain x\n nameserver 192.0.2.9\nlookup file bind\nnameserver\nsearch a.test # b.test\n",
        );
        assert_eq!(addresses(&conf), ["127.0.0.1"]);
        assert_eq!(search(&conf), ["a.test."]);
    }

    #[test]
    fn options_are_read_word_by_word_and_capped() {
        let options = parse(
            "options ndots:3 rotate bogus timeout:99 attempts:0\noptions use-vc trust-ad ndots:x edns0\n",
        )
        .options;
        assert_eq!((options.ndots, options.attempts), (3, 1));
        assert_eq!(options.timeout, Duration::from_secs(30));
        assert!(options.rotate && options.use_vc && options.trust_ad && options.edns0);
        assert!(!options.no_aaaa && !options.single_request);
        assert_eq!(parse("options ndots:99999999999\n").options.ndots, 15);
    }

    #[test]
    fn the_environment_has_the_last_word() {
        let conf = ResolvConf::parse(
            "search a.test\noptions ndots:2 timeout:1\n",
            Some("b.test c.test"),
            Some("ndots:4 no-aaaa"),
        );
        assert_eq!(search(&conf), ["b.test.", "c.test."]);
        assert_eq!(conf.options.ndots, 4);
        assert_eq!(conf.options.timeout, Duration::from_secs(1));
        assert!(conf.options.no_aaaa);
    }
}
