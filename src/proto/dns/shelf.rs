//! A place for replies and round-trip times that outlives the process: `store` has one on disk, and whoever asks is
//! handed it.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use super::kept::{Kept, clear_ad};
use crate::proto::link::Estimate;
use crate::wire::dns::{Edns, Flags, Opcode, Query, Question, RecordType, option_code};

/// A shelf of replies. It never fails: what it cannot keep or find is not there.
pub trait Shelf: fmt::Debug + Send + Sync {
    /// The reply to `key`, stale or not.
    fn get(&self, key: &Key) -> Option<Shelved>;

    /// Keeps what is to be kept of `message`, which `server` replied to `key`.
    fn put(&self, key: &Key, server: SocketAddr, message: &[u8]);

    /// What is known of the round trip to `server`.
    fn estimate(&self, server: SocketAddr) -> Option<Estimate>;

    /// Remembers the round trip to `server`.
    fn learn(&self, server: SocketAddr, estimate: Estimate);
}

/// A reply from a shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelved {
    /// What was replied, and when.
    pub kept: Kept,
    /// Who replied.
    pub server: SocketAddr,
    /// Whether whoever asked wanted to know if the answer is authentic.
    pub authentic_data: bool,
}

/// What a reply depends on: who was asked, what, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Everybody who may be asked, in order and each once: servers of another network may say something else.
    servers: Vec<SocketAddr>,
    /// What is asked.
    pub question: Question,
    /// The CD flag: answers that fail validation are wanted, too.
    pub checking_disabled: bool,
    /// The DO flag: signatures are wanted.
    pub dnssec_ok: bool,
    /// The AD flag: whether the answer is authentic is wanted.
    pub authentic_data: bool,
}

impl Key {
    /// The key of `query` to any of `servers`. There is none for a query whose reply is of no use to others: without
    /// recursion, for a part of a zone or all of it, or with options that ask for something of the moment.
    pub fn new(servers: &[SocketAddr], query: &Query) -> Option<Self> {
        let question = query.question.clone()?;
        let meta = matches!(
            question.rtype,
            RecordType::AXFR | RecordType::IXFR | RecordType::ANY | RecordType::OPT
        );
        let mut plain = query.flags;
        for flag in [Flags::AD, Flags::CD] {
            plain.set(flag, false);
        }
        let edns = query.edns.as_ref();
        // A cookie, padding and the wish to keep a connection change nothing in the answer.
        let neutral = [
            option_code::COOKIE,
            option_code::PADDING,
            option_code::TCP_KEEPALIVE,
        ];
        let usual = edns.is_none_or(|edns| {
            edns.version == 0
                && edns.flags & !Edns::DO == 0
                && edns.options.iter().all(|(code, _)| neutral.contains(code))
        });
        if query.opcode != Opcode::QUERY || query.serial.is_some() || plain != Flags::RD || meta || !usual {
            return None;
        }
        let mut servers = servers.to_vec();
        servers.sort_unstable();
        servers.dedup();
        Some(Self {
            servers,
            question,
            checking_disabled: query.flags.contains(Flags::CD),
            dnssec_ok: edns.is_some_and(|edns| edns.flags & Edns::DO != 0),
            authentic_data: query.flags.contains(Flags::AD),
        })
    }

    /// Everybody who may be asked, in order and each once.
    pub fn servers(&self) -> &[SocketAddr] {
        &self.servers
    }
}

impl Shelved {
    /// The reply to whoever now asks `key` with `id`.
    pub fn reply(&self, id: u16, key: &Key) -> Vec<u8> {
        let mut reply = self.kept.reply(id, &key.question);
        if !key.authentic_data && !key.dnssec_ok {
            clear_ad(&mut reply);
        }
        reply
    }

    /// How long ago it came, in whole seconds.
    pub fn age(&self) -> Duration {
        Duration::from_secs(self.kept.age.as_secs())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Response, question};
    use super::*;
    use crate::wire::dns::QueryEdns;

    fn servers() -> Vec<SocketAddr> {
        ["192.0.2.2:53", "192.0.2.1:53", "192.0.2.2:53"]
            .map(|server| server.parse().unwrap())
            .to_vec()
    }

    fn query() -> Query {
        Query::new(1, "www.test.".parse().unwrap(), RecordType::A)
    }

    fn with(edns: QueryEdns) -> Option<Key> {
        Key::new(
            &servers(),
            &Query {
                edns: Some(edns),
                ..query()
            },
        )
    }

    #[test]
    fn the_order_of_the_servers_and_what_edns_does_not_change_are_no_part_of_the_key() {
        let key = Key::new(&servers(), &query()).unwrap();
        assert_eq!(key.servers.len(), 2);
        let mut other = servers();
        other.reverse();
        assert_eq!(Key::new(&other, &query().with_edns()), Some(key.clone()));
        let cookie = QueryEdns {
            options: vec![(option_code::COOKIE, vec![0; 8])],
            ..QueryEdns::default()
        };
        assert_eq!(with(cookie), Some(key));
    }

    #[test]
    fn the_bits_that_change_the_answer_are_part_of_the_key() {
        let dnssec = QueryEdns {
            flags: Edns::DO,
            ..QueryEdns::default()
        };
        assert!(with(dnssec).unwrap().dnssec_ok);
        let mut query = query();
        query.flags = Flags::RD | Flags::CD | Flags::AD;
        let key = Key::new(&servers(), &query).unwrap();
        assert!(key.checking_disabled && key.authentic_data && !key.dnssec_ok);
    }

    #[test]
    fn what_is_of_no_use_to_others_has_no_key() {
        let none = |change: fn(&mut Query)| {
            let mut query = query();
            change(&mut query);
            assert_eq!(Key::new(&servers(), &query), None, "{query:?}");
        };
        none(|query| query.flags = Flags::default());
        none(|query| query.flags = Flags::RD | Flags::Z);
        none(|query| query.opcode = Opcode::UPDATE);
        none(|query| query.question = None);
        none(|query| query.serial = Some(1));
        for rtype in [RecordType::AXFR, RecordType::IXFR, RecordType::ANY] {
            assert_eq!(
                Key::new(&servers(), &Query::new(1, "x.".parse().unwrap(), rtype)),
                None
            );
        }
        for code in [option_code::CLIENT_SUBNET, option_code::NSID, 65001] {
            let edns = QueryEdns {
                options: vec![(code, Vec::new())],
                ..QueryEdns::default()
            };
            assert_eq!(with(edns), None);
        }
    }

    #[test]
    fn authentic_data_is_told_only_to_who_asks_for_it() {
        let asked = question("www.test.", RecordType::A);
        let mut message = Response::to(&asked).a("www.test.", 60, [192, 0, 2, 1]).bytes();
        message[3] |= 0x20;
        let shelved = Shelved {
            kept: Kept {
                message,
                age: Duration::ZERO,
                lifetime: Duration::from_secs(60),
            },
            server: servers()[0],
            authentic_data: true,
        };
        let mut key = Key::new(&servers(), &query()).unwrap();
        assert_eq!(shelved.reply(1, &key)[3] & 0x20, 0);
        key.authentic_data = true;
        assert_eq!(shelved.reply(1, &key)[3] & 0x20, 0x20);
    }
}
