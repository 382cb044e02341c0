#![no_main]
//! Any bytes may come as a reply: only one that repeats id and question is taken, and what is taken can be read
//! and kept without a panic, within the bounds of the cache.

use std::time::Duration;

use fairloss::proto::Instant;
use fairloss::proto::dns::{Accept, Answer, Cache, Limits};
use fairloss::wire::dns::{Message, Name, Query, RecordType};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let query = Query::new(0x1234, Name::root(), RecordType::A);
    let bytes = query.to_bytes().expect("a query for the root fits");
    let mut reply = data.to_vec();
    let judged = Accept::Strict.judge(&bytes, &reply);
    assert!(judged.is_err() || (Accept::Id.judge(&bytes, &reply).is_ok() && reply[..2] == bytes[..2]));
    // What follows is only reached by a reply: make it one.
    if reply.len() < bytes.len() {
        return;
    }
    reply[..2].copy_from_slice(&bytes[..2]);
    reply[2] = 0x81;
    reply[4..6].copy_from_slice(&bytes[4..6]);
    reply[12..bytes.len()].copy_from_slice(&bytes[12..]);
    assert!(Accept::Strict.judge(&bytes, &reply).is_ok());
    let Ok(message) = Message::parse(&reply) else {
        return;
    };
    let Some(question) = query.question else {
        return;
    };
    let answer = Answer::read(&message, &question);
    let limits = Limits::default();
    let mut cache = Cache::new(limits);
    let kept = cache.insert(Instant::ZERO, &question, &reply);
    assert!(kept.is_none() || answer.lifetime.is_some());
    assert!(cache.bytes() <= limits.bytes);
    if let Some(lifetime) = kept {
        let fresh = cache.get(Instant::ZERO, &question).expect("what is kept is there");
        assert!(!fresh.is_stale());
        let given = fresh.reply(7, &question);
        let given = Message::parse(&given).expect("what is kept is whole");
        assert_eq!(given.trailing(), Some(0));
        let old = cache.get(Instant::ZERO + lifetime, &question);
        assert!(old.is_none_or(|old| old.is_stale()));
        assert!(cache.get(Instant::ZERO + Duration::MAX, &question).is_none());
    }
});
