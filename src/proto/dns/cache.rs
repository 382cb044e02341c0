//! What is known already: replies by question, positive and negative (RFC 2308), for as long as their TTL says.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::kept::{Kept, Lifetimes};
use crate::proto::Instant;
use crate::wire::dns::Question;

/// Replies, each kept as the message it came in.
///
/// The clock is the monotonic one that `now` comes from, so that a step of the wall clock neither ages nor
/// revives an entry. The table hashes with a key of its own (`std`'s default hasher), so that nobody can choose
/// names that collide; names are compared without regard to case.
///
/// The cache is bounded in bytes. When it is full, entries leave in the order in which they came, except that
/// one that was asked for since it was last passed over stays for another round (second chance): a name in use
/// outlives a flood of names asked for once. What is larger than an eighth of the cache is not kept at all.
#[derive(Debug)]
pub struct Cache {
    limits: Limits,
    entries: HashMap<Question, Entry>,
    /// The questions of `entries` in the order of eviction, each once.
    queue: VecDeque<Question>,
    bytes: usize,
}

/// The bounds of a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How much memory the entries may take together, in bytes, by a rough count.
    pub bytes: usize,
    /// How long each is kept, at most.
    pub lifetimes: Lifetimes,
}

#[derive(Debug)]
struct Entry {
    message: Box<[u8]>,
    stored: Instant,
    expires: Instant,
    /// Whether it was asked for since it was last passed over.
    used: bool,
}

impl Cache {
    /// An empty cache.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            entries: HashMap::new(),
            queue: VecDeque::new(),
            bytes: 0,
        }
    }

    /// The reply to `question`, if there is one. It may be stale.
    pub fn get(&mut self, now: Instant, question: &Question) -> Option<Kept> {
        let entry = self.entries.get_mut(question)?;
        if entry.expires + self.limits.lifetimes.stale <= now {
            // It leaves when its turn comes: to find it in the queue would cost more than it is worth.
            return None;
        }
        entry.used = true;
        Some(Kept {
            message: entry.message.to_vec(),
            age: now - entry.stored,
            lifetime: entry.expires - entry.stored,
        })
    }

    /// Keeps `message` as the reply to `question` for as long as it may be kept; returns how long that is, or
    /// `None` if it is not kept. A reply that is there already is replaced.
    pub fn insert(&mut self, now: Instant, question: &Question, message: &[u8]) -> Option<Duration> {
        let (message, lifetime) = self.limits.lifetimes.keep(question, message)?;
        self.insert_kept(now, question, message, lifetime)
            .then_some(lifetime)
    }

    /// The same with a reply from a shelf: whether it is kept for what is left of its time.
    pub fn insert_shelved(&mut self, now: Instant, question: &Question, kept: &Kept) -> bool {
        let message = kept.reply(0, question);
        !kept.is_stale() && self.insert_kept(now, question, message, kept.remaining())
    }

    fn insert_kept(
        &mut self,
        now: Instant,
        question: &Question,
        message: Vec<u8>,
        lifetime: Duration,
    ) -> bool {
        let entry = Entry {
            message: message.into(),
            stored: now,
            expires: now + lifetime,
            used: false,
        };
        let size = entry.size(question);
        if size > self.limits.bytes / 8 {
            return false;
        }
        self.bytes += size;
        match self.entries.insert(question.clone(), entry) {
            Some(old) => self.bytes -= old.size(question),
            None => self.queue.push_back(question.clone()),
        }
        self.make_room(now);
        true
    }

    /// How many replies are kept, expired ones that have not left yet among them.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many bytes the entries take, by the count that [`Limits::bytes`] bounds.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn make_room(&mut self, now: Instant) {
        while self.bytes > self.limits.bytes {
            let Some(question) = self.queue.pop_front() else {
                return;
            };
            match self.entries.get_mut(&question) {
                Some(entry) if entry.used && entry.expires > now => {
                    entry.used = false;
                    self.queue.push_back(question);
                }
                Some(entry) => {
                    self.bytes -= entry.size(&question);
                    self.entries.remove(&question);
                }
                None => {}
            }
        }
    }
}

impl Default for Limits {
    /// 4 MiB.
    fn default() -> Self {
        Self {
            bytes: 4 << 20,
            lifetimes: Lifetimes::default(),
        }
    }
}

impl Entry {
    /// The message, the question in both tables, and what stands around them.
    fn size(&self, question: &Question) -> usize {
        self.message.len() + 2 * question.name.as_wire().len() + OVERHEAD
    }
}

/// The fixed part of an entry, in bytes: its fields and its place in the table and the queue.
const OVERHEAD: usize = 160;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{Response, question};
    use super::*;
    use crate::wire::dns::{Message, RecordType};

    fn at(seconds: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(seconds)
    }

    fn cache() -> Cache {
        Cache::new(Limits::default())
    }

    fn www() -> Question {
        question("www.test.", RecordType::A)
    }

    fn positive(ttl: u32) -> Vec<u8> {
        Response::to(&www()).a("www.test.", ttl, [192, 0, 2, 1]).bytes()
    }

    /// The TTLs of what the cache has for `question`, if it is not stale.
    fn ttls(cache: &mut Cache, now: Instant, question: &Question) -> Option<Vec<u32>> {
        let kept = cache.get(now, question).filter(|kept| !kept.is_stale())?;
        let reply = kept.reply(0, question);
        let message = Message::parse(&reply).unwrap();
        Some(message.records().map(|record| record.unwrap().ttl).collect())
    }

    #[test]
    fn a_reply_is_kept_for_its_ttl_and_counted_down() {
        let mut cache = cache();
        assert_eq!(
            cache.insert(at(0), &www(), &positive(60)),
            Some(Duration::from_secs(60))
        );
        assert_eq!(ttls(&mut cache, at(0), &www()), Some(vec![60]));
        assert_eq!(ttls(&mut cache, at(59), &www()), Some(vec![1]));
        assert_eq!(ttls(&mut cache, at(60), &www()), None);
    }

    #[test]
    fn the_least_ttl_on_the_way_counts() {
        let mut cache = cache();
        let question = question("alias.test.", RecordType::A);
        let reply = Response::to(&question)
            .cname("alias.test.", 5, "www.test.")
            .a("www.test.", 60, [192, 0, 2, 1])
            .a("www.test.", 30, [192, 0, 2, 2]);
        cache.insert(at(0), &question, &reply.bytes());
        assert_eq!(ttls(&mut cache, at(4), &question), Some(vec![1, 56, 26]));
        assert_eq!(ttls(&mut cache, at(5), &question), None);
    }

    #[test]
    fn names_are_found_in_any_case_and_types_are_told_apart() {
        let mut cache = cache();
        cache.insert(at(0), &www(), &positive(60));
        assert!(cache.get(at(1), &question("WWW.Test.", RecordType::A)).is_some());
        assert!(
            cache
                .get(at(1), &question("www.test.", RecordType::AAAA))
                .is_none()
        );
    }

    #[test]
    fn a_denial_is_kept_for_the_lesser_of_the_soas_ttl_and_minimum() {
        for (ttl, minimum, kept) in [(300, 20, 20), (10, 3600, 10), (90_000, 90_000, 3 * 3600)] {
            for rcode in [0, 3] {
                let mut cache = cache();
                let reply = Response::to(&www()).rcode(rcode).soa("test.", ttl, minimum);
                assert_eq!(
                    cache.insert(at(0), &www(), &reply.bytes()),
                    Some(Duration::from_secs(kept))
                );
                assert!(ttls(&mut cache, at(kept - 1), &www()).is_some());
                assert!(ttls(&mut cache, at(kept), &www()).is_none());
            }
        }
    }

    #[test]
    fn a_denial_without_soa_a_failure_and_a_truncated_reply_are_not_kept() {
        let mut cache = cache();
        let denial = Response::to(&www()).rcode(3);
        let failure = Response::to(&www()).rcode(2).soa("test.", 60, 60);
        let truncated = Response::to(&www()).a("www.test.", 60, [1, 2, 3, 4]).truncated();
        for reply in [denial, failure, truncated] {
            assert_eq!(cache.insert(at(0), &www(), &reply.bytes()), None);
        }
        let cut = positive(60);
        assert_eq!(cache.insert(at(0), &www(), &cut[..cut.len() - 1]), None);
        assert!(cache.is_empty());
    }

    #[test]
    fn a_ttl_of_zero_or_with_the_top_bit_set_is_not_kept() {
        let mut cache = cache();
        assert_eq!(cache.insert(at(0), &www(), &positive(0)), None);
        assert_eq!(cache.insert(at(0), &www(), &positive(0x8000_0001)), None);
        let day = Duration::from_secs(86_400);
        assert_eq!(cache.insert(at(0), &www(), &positive(0x7fff_ffff)), Some(day));
    }

    #[test]
    fn a_new_reply_replaces_the_old_one() {
        let mut cache = cache();
        cache.insert(at(0), &www(), &positive(60));
        let size = cache.bytes();
        cache.insert(at(50), &www(), &positive(60));
        assert_eq!((cache.len(), cache.bytes()), (1, size));
        assert!(ttls(&mut cache, at(70), &www()).is_some());
    }

    #[test]
    fn the_cache_stays_within_its_bytes_and_names_in_use_stay() {
        let limits = Limits {
            bytes: 4096,
            ..Limits::default()
        };
        let mut cache = Cache::new(limits);
        cache.insert(at(0), &www(), &positive(600));
        for n in 0..1000 {
            let other = question(&format!("n{n}.test."), RecordType::A);
            let reply = Response::to(&other).a(&format!("n{n}.test."), 600, [192, 0, 2, 1]);
            cache.insert(at(1), &other, &reply.bytes());
            assert!(cache.bytes() <= limits.bytes);
            assert!(cache.get(at(1), &www()).is_some(), "lost after {n} others");
        }
        assert!(cache.len() > 8);
        assert_eq!(cache.queue.len(), cache.entries.len());
    }

    #[test]
    fn what_is_larger_than_an_eighth_of_the_cache_is_not_kept() {
        let limits = Limits {
            bytes: 1024,
            ..Limits::default()
        };
        let mut cache = Cache::new(limits);
        assert_eq!(cache.insert(at(0), &www(), &positive(60)), None);
    }

    #[test]
    fn what_is_stale_is_still_there_for_who_can_ask_nobody_and_then_gone() {
        let mut cache = cache();
        cache.insert(at(0), &www(), &positive(60));
        assert!(cache.get(at(60), &www()).unwrap().is_stale());
        let day = 86_400;
        assert!(cache.get(at(59 + day), &www()).is_some());
        assert!(cache.get(at(60 + day), &www()).is_none());
    }

    #[test]
    fn a_reply_from_a_shelf_lives_for_what_is_left_of_it() {
        let mut cache = cache();
        let mut kept = Kept {
            message: positive(60),
            age: Duration::from_secs(20),
            lifetime: Duration::from_secs(60),
        };
        assert!(cache.insert_shelved(at(0), &www(), &kept));
        assert_eq!(ttls(&mut cache, at(5), &www()), Some(vec![35]));
        assert_eq!(ttls(&mut cache, at(40), &www()), None);
        kept.age = kept.lifetime;
        assert!(!cache.insert_shelved(at(0), &www(), &kept));
    }

    proptest! {
        #[test]
        fn no_reply_outlives_its_ttl_and_the_bytes_are_bounded(
            steps in proptest::collection::vec((0_u8..24, 0_u32..60, 0_u64..9, any::<bool>()), 1..200),
        ) {
            let limits = Limits { bytes: 3000, ..Limits::default() };
            let mut cache = Cache::new(limits);
            let mut kept: HashMap<u8, (u64, u32)> = HashMap::new();
            let mut now = 0;
            for (name, ttl, wait, insert) in steps {
                now += wait;
                let owner = format!("n{name}.test.");
                let asked = question(&owner, RecordType::A);
                if insert {
                    let reply = Response::to(&asked).a(&owner, ttl, [192, 0, 2, name]);
                    if cache.insert(at(now), &asked, &reply.bytes()).is_some() {
                        kept.insert(name, (now, ttl));
                    }
                } else if let Some(left) = ttls(&mut cache, at(now), &asked) {
                    let (stored, ttl) = kept[&name];
                    prop_assert_eq!(left, [ttl - u32::try_from(now - stored).unwrap()]);
                }
                prop_assert!(cache.bytes() <= limits.bytes);
                prop_assert_eq!(cache.queue.len(), cache.entries.len());
            }
        }
    }
}
