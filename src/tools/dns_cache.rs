//! The cache of replies that `rhost` and `rdig` share: where it is, when it is used, and what is said of it.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use crate::cli::{Exit, cache_folder, message};
use crate::net::dns::{REMEMBERED, RETRANSMIT, Reply};
use crate::proto::dns::{Key, Shelf, Shelved, Transport};
use crate::proto::link::Rto;
use crate::store::dns_cache::{DnsCache, Trouble};
use crate::tools::dns_notes::{bare, endpoint};
use crate::wire::dns::Question;

/// When the cache is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Use {
    /// Not at all.
    #[default]
    No,
    /// Before anybody is asked, and to keep what is replied.
    Yes,
    /// The same, and with answers whose time is over if nobody replies (RFC 8767).
    Stale,
    /// Instead of asking.
    Only,
}

/// What was not in the cache although nothing else may answer.
pub(super) const EXIT_NOT_CACHED: Exit = Exit(16);

/// How long whoever accepts a stale answer waits for a fresh one (RFC 8767 section 5).
pub(super) const CLIENT_RESPONSE: Duration = Duration::from_millis(1800);

impl FromStr for Use {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "no" => Ok(Self::No),
            "yes" => Ok(Self::Yes),
            "stale" => Ok(Self::Stale),
            "only" => Ok(Self::Only),
            _ => Err("it is yes, no, only or stale".to_owned()),
        }
    }
}

/// The cache of this user, unless the environment names no place for it.
pub(super) fn open() -> Option<DnsCache> {
    Some(DnsCache::new(&cache_folder()?))
}

/// A reply from the cache, to `id` and the question of `key`, as if it had just come.
pub(super) fn reply(shelved: &Shelved, id: u16, key: &Key) -> Reply {
    Reply {
        message: shelved.reply(id, key),
        peer: shelved.server,
        transport: Transport::Udp,
        elapsed: Duration::ZERO,
        rtt: None,
        attempts: 0,
        seal: None,
    }
}

/// Says that a damaged cache was set aside and, if `all`, why else there is none.
pub(super) fn tell_troubles(cache: &DnsCache, all: bool) {
    for trouble in cache.troubles() {
        match &trouble {
            Trouble::Damaged(aside) => message(format_args!(
                ";; Warning: the cache was damaged, and a new one is begun; the old one is {}",
                aside.display()
            )),
            trouble if all => message(format_args!(";; Warning: no cache: {trouble}")),
            _ => {}
        }
    }
}

/// Which answers of a run came from the cache.
#[derive(Debug, Default)]
pub(super) struct Tally {
    told: RefCell<Told>,
}

#[derive(Debug, Default)]
struct Told {
    asked: u32,
    cached: u32,
    stale: bool,
    missing: bool,
    /// The oldest answer's age, and who gave it.
    oldest: Option<(Duration, String)>,
}

impl Tally {
    /// An answer came from the network.
    pub(super) fn fresh(&self) {
        self.told.borrow_mut().asked += 1;
    }

    /// An answer came from the cache.
    pub(super) fn cached(&self, shelved: &Shelved) {
        let mut told = self.told.borrow_mut();
        told.asked += 1;
        told.cached += 1;
        told.stale |= shelved.kept.is_stale();
        if told.oldest.as_ref().is_none_or(|(age, _)| *age < shelved.age()) {
            told.oldest = Some((shelved.age(), endpoint(shelved.server)));
        }
    }

    /// There is no answer in the cache, and nobody may be asked.
    pub(super) fn missing(&self, question: &Question) {
        self.told.borrow_mut().missing = true;
        message(format_args!(";; {}", not_cached(question)));
    }

    /// Whether an answer was missing.
    pub(super) fn is_incomplete(&self) -> bool {
        self.told.borrow().missing
    }

    /// One line about the answers that came from the cache, if any did.
    pub(super) fn line(&self) -> Option<String> {
        let told = self.told.borrow();
        let (age, server) = told.oldest.as_ref()?;
        let how_many = match (told.cached, told.asked) {
            (1, 1) => "1 answer".to_owned(),
            (cached, asked) if cached == asked => format!("{cached} answers"),
            (cached, asked) => format!("{cached} of {asked} answers"),
        };
        let oldest = if told.cached == 1 { "" } else { "up to " };
        let stale = if told.stale { ", stale" } else { "" };
        let age = age.as_secs();
        Some(format!(
            ";; From the cache: {how_many}, {oldest}{age} s old{stale} (from {server})"
        ))
    }
}

/// What is said when the cache has no answer and nothing else may give one.
pub(super) fn not_cached(question: &Question) -> String {
    let Question { name, rtype, class } = question;
    format!("not in the cache: {} {class} {rtype}", bare(&name.to_string()))
}

/// The retransmission timer for `server`, by what earlier runs have learnt.
pub(super) fn rto(cache: Option<&DnsCache>, server: SocketAddr) -> Rto {
    let known = cache.and_then(|cache| cache.estimate(server));
    known.map_or_else(
        || Rto::new(RETRANSMIT),
        |known| Rto::remembering(REMEMBERED, known),
    )
}

/// Remembers for later runs what a round trip to `server` has taught.
pub(super) fn learn(cache: Option<&DnsCache>, server: SocketAddr, mut rto: Rto, rtt: Option<Duration>) {
    let (Some(cache), Some(rtt)) = (cache, rtt) else {
        return;
    };
    rto.sample(rtt);
    if let Some(estimate) = rto.estimate() {
        cache.learn(server, estimate);
    }
}

/// What the cache has for `key`, stale or not as `use_of` allows.
pub(super) fn find(cache: &DnsCache, key: &Key, stale: bool) -> Option<Shelved> {
    cache.get(key).filter(|shelved| stale || !shelved.kept.is_stale())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::dns::Kept;

    fn shelved(age: u64, lifetime: u64) -> Shelved {
        Shelved {
            kept: Kept {
                message: Vec::new(),
                age: Duration::from_millis(age * 1000 + 900),
                lifetime: Duration::from_secs(lifetime),
            },
            server: "127.0.53.10:53".parse().unwrap(),
            authentic_data: false,
        }
    }

    #[test]
    fn nothing_is_said_of_answers_from_the_network() {
        let tally = Tally::default();
        tally.fresh();
        assert_eq!(tally.line(), None);
    }

    #[test]
    fn the_line_says_how_many_how_old_and_from_whom() {
        let tally = Tally::default();
        tally.cached(&shelved(12, 60));
        let from = "(from 127.0.53.10#53)";
        assert_eq!(
            tally.line().unwrap(),
            format!(";; From the cache: 1 answer, 12 s old {from}")
        );
        tally.cached(&shelved(9, 60));
        assert_eq!(
            tally.line().unwrap(),
            format!(";; From the cache: 2 answers, up to 12 s old {from}")
        );
        tally.fresh();
        assert!(
            tally
                .line()
                .unwrap()
                .starts_with(";; From the cache: 2 of 3 answers, up to 12 s old")
        );
    }

    #[test]
    fn a_stale_answer_is_called_so() {
        let tally = Tally::default();
        tally.cached(&shelved(60, 60));
        assert!(tally.line().unwrap().contains("60 s old, stale (from"));
    }
}
