//! A bucket: the replies to questions about names that hash alike, as the payload of one page.
//!
//! ```text
//!   boot 16 │ entry …
//!   entry:  asked 16 │ bits 1 │ type 2 │ class 2 │ came 8 │ lifetime 4 │ server 7 or 23 │ name 1+n │ reply 2+n
//! ```
//!
//! `asked` names the set of servers, `came` is in microseconds since the start of the system, `lifetime` in seconds.
//! All questions about one name share a bucket, so that a name with its addresses and mail servers is one read.

use std::net::SocketAddr;
use std::time::Duration;

use super::endpoint;
use super::moment::{Boot, Moment};
use super::page::ROOM;
use crate::proto::dns::{Kept, Key, Shelved};
use crate::wire::dns::{Class, Name, Question, RecordType};
use crate::wire::{Reader, Truncated, Writer};

/// The replies of one bucket, all kept since the same start of the system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    boot: Boot,
    entries: Vec<Entry>,
}

/// A reply and what it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    asked: Asked,
    bits: u8,
    /// What it answers.
    pub question: Question,
    /// When it came, since the start of the system.
    pub came: Duration,
    /// How long it was good for then.
    pub lifetime: Duration,
    /// Who replied.
    pub server: SocketAddr,
    /// The reply.
    pub message: Vec<u8>,
}

/// The set of servers that a question was put to.
type Asked = [u8; 16];

impl Bucket {
    /// Reads the payload of a page, whatever it is, at `now`. What was kept before another start of the system, or
    /// will come in the future, is not there; nor is what cannot be read, and what follows it.
    pub fn read(payload: &[u8], now: &Moment) -> Self {
        let mut reader = Reader::new(payload);
        let mut entries = Vec::new();
        if reader.array() == Ok(now.boot) {
            while let Ok(entry) = Entry::read(&mut reader) {
                if entry.came <= now.since {
                    entries.push(entry);
                }
            }
        }
        Self {
            boot: now.boot,
            entries,
        }
    }

    /// The payload.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.boot.to_vec();
        for entry in &self.entries {
            entry.write(&mut bytes);
        }
        bytes
    }

    /// The replies.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The reply to `key`: the one that is good for longest, if there are several that would do.
    pub fn find(&self, key: &Key, now: &Moment) -> Option<Shelved> {
        let asked = asked(key.servers());
        let fits = |entry: &&Entry| {
            let known_ad = entry.bits & AD != 0 || !key.authentic_data;
            entry.asked == asked
                && entry.question == key.question
                && entry.bits & !AD == bits(key) & !AD
                && known_ad
        };
        let entry = self
            .entries
            .iter()
            .filter(fits)
            .max_by_key(|entry| entry.expires())?;
        Some(Shelved {
            kept: Kept {
                message: entry.message.clone(),
                age: entry.age(now),
                lifetime: entry.lifetime,
            },
            server: entry.server,
            authentic_data: entry.bits & AD != 0,
        })
    }

    /// Puts a reply in, in the place of an older one to the same key. Who is in the way is forgotten: the one
    /// whose time is over first. Returns whether there was room for it.
    pub fn put(
        &mut self,
        key: &Key,
        server: SocketAddr,
        (message, lifetime): (Vec<u8>, Duration),
        now: &Moment,
    ) -> bool {
        let entry = Entry {
            asked: asked(key.servers()),
            bits: bits(key),
            question: key.question.clone(),
            came: now.since,
            lifetime,
            server,
            message,
        };
        let room = ROOM.saturating_sub(self.boot.len());
        if entry.size() > room {
            return false;
        }
        self.entries
            .retain(|old| (old.asked, old.bits, &old.question) != (entry.asked, entry.bits, &entry.question));
        let mut taken: usize = self.entries.iter().map(Entry::size).sum();
        while taken + entry.size() > room {
            let first = (0..self.entries.len()).min_by_key(|&at| self.entries.get(at).map(Entry::expires));
            let Some(first) = first else { break };
            taken -= self.entries.remove(first).size();
        }
        self.entries.push(entry);
        true
    }

    /// Forgets everything about `name`, or everything; returns how many replies that were.
    pub fn flush(&mut self, name: Option<&Name>) -> usize {
        let before = self.entries.len();
        self.entries
            .retain(|entry| name.is_some_and(|name| entry.question.name != *name));
        before - self.entries.len()
    }
}

impl Entry {
    /// How old it is.
    pub fn age(&self, now: &Moment) -> Duration {
        now.since.saturating_sub(self.came)
    }

    fn expires(&self) -> Duration {
        self.came.saturating_add(self.lifetime)
    }

    fn size(&self) -> usize {
        let server = if self.server.is_ipv4() { 7 } else { 23 };
        16 + 1 + 2 + 2 + 8 + 4 + server + 1 + self.question.name.as_wire().len() + 2 + self.message.len()
    }

    fn write(&self, out: &mut Vec<u8>) {
        let name = self.question.name.as_wire();
        let micros = u64::try_from(self.came.as_micros()).unwrap_or(u64::MAX);
        let seconds = u32::try_from(self.lifetime.as_secs()).unwrap_or(u32::MAX);
        Writer::new(out)
            .bytes(&self.asked)
            .u8(self.bits)
            .u16(self.question.rtype.0)
            .u16(self.question.class.0)
            .u64(micros)
            .u32(seconds);
        endpoint::write(self.server, out);
        // A name has at most 255 bytes, and a reply in a page fewer than 4096.
        Writer::new(out)
            .u8(u8::try_from(name.len()).unwrap_or(u8::MAX))
            .bytes(name)
            .u16(u16::try_from(self.message.len()).unwrap_or(u16::MAX))
            .bytes(&self.message);
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Truncated> {
        let (asked, bits) = (reader.array()?, reader.u8()?);
        let (rtype, class) = (RecordType(reader.u16()?), Class(reader.u16()?));
        let came = Duration::from_micros(reader.u64()?);
        let lifetime = Duration::from_secs(reader.u32()?.into());
        let server = endpoint::read(reader)?;
        let length = reader.u8()?;
        let wire = reader.take(length.into())?;
        let (name, _) = Name::read(wire, 0).map_err(|_| Truncated)?;
        let length = reader.u16()?;
        let message = reader.take(length.into())?.to_vec();
        Ok(Self {
            asked,
            bits,
            question: Question { name, rtype, class },
            came,
            lifetime,
            server,
            message,
        })
    }
}

const CD: u8 = 1;
const DO: u8 = 2;
const AD: u8 = 4;

fn bits(key: &Key) -> u8 {
    let bit = |on, bit| if on { bit } else { 0 };
    bit(key.checking_disabled, CD) | bit(key.dnssec_ok, DO) | bit(key.authentic_data, AD)
}

fn asked(servers: &[SocketAddr]) -> Asked {
    let mut bytes = Vec::with_capacity(servers.len() * 23);
    servers
        .iter()
        .for_each(|&server| endpoint::write(server, &mut bytes));
    let mut asked = Asked::default();
    blake3::Hasher::new()
        .update(&bytes)
        .finalize_xof()
        .fill(&mut asked);
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::dns::{Flags, Query};

    fn at(seconds: u64) -> Moment {
        Moment {
            boot: [1; 16],
            since: Duration::from_secs(seconds),
        }
    }

    fn key_with(server: &str, name: &str, flags: Flags) -> Key {
        let mut query = Query::new(0, name.parse().unwrap(), RecordType::A);
        query.flags = Flags::RD | flags;
        Key::new(&[server.parse().unwrap()], &query).unwrap()
    }

    fn key(name: &str) -> Key {
        key_with("192.0.2.1:53", name, Flags::default())
    }

    fn bucket() -> Bucket {
        Bucket::read(&[], &at(0))
    }

    fn put(bucket: &mut Bucket, key: &Key, message: &[u8], lifetime: u64, now: u64) -> bool {
        let server = "192.0.2.1:53".parse().unwrap();
        bucket.put(
            key,
            server,
            (message.to_vec(), Duration::from_secs(lifetime)),
            &at(now),
        )
    }

    fn found(bucket: &Bucket, key: &Key) -> Option<Vec<u8>> {
        Some(bucket.find(key, &at(100))?.kept.message)
    }

    #[test]
    fn a_reply_is_found_by_name_in_any_case_type_class_and_servers() {
        let mut bucket = bucket();
        put(&mut bucket, &key("www.test"), b"reply", 60, 10);
        let bucket = Bucket::read(&bucket.to_bytes(), &at(30));
        let shelved = bucket.find(&key("WWW.Test"), &at(30)).unwrap();
        assert_eq!(
            (shelved.kept.message.as_slice(), shelved.kept.age.as_secs()),
            (&b"reply"[..], 20)
        );
        assert_eq!(shelved.kept.remaining().as_secs(), 40);
        assert_eq!(found(&bucket, &key("ww.test")), None);
        let elsewhere = key_with("192.0.2.1:54", "www.test", Flags::default());
        assert_eq!(found(&bucket, &elsewhere), None);
        assert_eq!(
            found(&bucket, &key_with("192.0.2.1:53", "www.test", Flags::CD)),
            None
        );
    }

    #[test]
    fn who_knows_whether_it_is_authentic_answers_who_does_not_care_and_not_the_other_way_round() {
        let (cares, not) = (key_with("192.0.2.1:53", "www.test", Flags::AD), key("www.test"));
        let mut bucket = bucket();
        put(&mut bucket, &not, b"plain", 60, 10);
        assert_eq!(found(&bucket, &cares), None);
        put(&mut bucket, &cares, b"authentic", 90, 10);
        assert_eq!(found(&bucket, &cares).unwrap(), b"authentic");
        assert_eq!(found(&bucket, &not).unwrap(), b"authentic");
    }

    #[test]
    fn a_new_reply_takes_the_place_of_the_old_one() {
        let mut bucket = bucket();
        put(&mut bucket, &key("www.test"), b"old", 600, 10);
        put(&mut bucket, &key("WWW.test"), b"new", 60, 20);
        assert_eq!(bucket.entries().len(), 1);
        assert_eq!(found(&bucket, &key("www.test")).unwrap(), b"new");
    }

    #[test]
    fn what_was_kept_before_another_start_or_in_the_future_is_not_there() {
        let mut bucket = bucket();
        put(&mut bucket, &key("www.test"), b"reply", 60, 10);
        let bytes = bucket.to_bytes();
        let other = Moment {
            boot: [2; 16],
            ..at(20)
        };
        assert_eq!(Bucket::read(&bytes, &other).entries(), []);
        assert_eq!(Bucket::read(&bytes, &at(9)).entries(), []);
        assert_eq!(Bucket::read(&bytes, &at(10)).entries().len(), 1);
    }

    #[test]
    fn whose_time_is_over_first_makes_room() {
        let mut bucket = bucket();
        for n in 0..50_u8 {
            let lifetime = if n == 7 { 10_000 } else { 100 + u64::from(n) };
            assert!(put(
                &mut bucket,
                &key(&format!("n{n}.test")),
                &[n; 300],
                lifetime,
                1
            ));
            let payload = bucket.to_bytes();
            assert!(payload.len() <= ROOM);
            assert_eq!(Bucket::read(&payload, &at(100)), bucket);
        }
        assert!(found(&bucket, &key("n7.test")).is_some());
        assert!(found(&bucket, &key("n49.test")).is_some());
        assert!(found(&bucket, &key("n8.test")).is_none());
    }

    #[test]
    fn what_is_larger_than_a_page_is_not_kept_and_pushes_nobody_out() {
        let mut bucket = bucket();
        put(&mut bucket, &key("www.test"), b"reply", 60, 10);
        assert!(!put(&mut bucket, &key("big.test"), &[0; ROOM], 60, 10));
        assert_eq!(bucket.entries().len(), 1);
        assert!(put(&mut bucket, &key("big.test"), &[0; ROOM - 100], 60, 10));
        assert_eq!(bucket.entries().len(), 1);
    }

    #[test]
    fn one_name_is_flushed_or_all() {
        let mut bucket = bucket();
        for name in ["a.test", "b.test", "c.test"] {
            put(&mut bucket, &key(name), b"reply", 60, 10);
        }
        assert_eq!(bucket.flush(Some(&"B.test".parse().unwrap())), 1);
        assert!(found(&bucket, &key("b.test")).is_none() && found(&bucket, &key("a.test")).is_some());
        assert_eq!(bucket.flush(None), 2);
    }

    #[test]
    fn a_payload_cut_anywhere_loses_only_what_is_cut() {
        let mut bucket = bucket();
        put(&mut bucket, &key("a.test"), b"reply", 60, 10);
        put(&mut bucket, &key("b.test"), b"reply", 60, 10);
        let bytes = bucket.to_bytes();
        for length in 0..bytes.len() {
            let read = Bucket::read(&bytes[..length], &at(20));
            assert!(read.entries().len() < 2);
            assert!(
                read.entries()
                    .iter()
                    .all(|entry| bucket.entries().contains(entry))
            );
        }
    }
}
