#![no_main]
//! Any bytes are the content of a page of the cache: what can be read of them is within its bounds, and is read
//! again as it was written.

use std::net::SocketAddr;
use std::time::Duration;

use fairloss::proto::dns::Lifetimes;
use fairloss::store::dns_cache::{Bucket, Moment, Paths};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // A page has room for less than its 4096 bytes.
    let data = data.get(..4000).unwrap_or(data);
    // The payload begins with the start of the system in which it was written.
    let Some(boot) = data.first_chunk() else {
        return;
    };
    let now = Moment {
        boot: *boot,
        since: Duration::from_secs(1 << 40),
    };
    let bucket = Bucket::read(data, &now);
    assert_eq!(Bucket::read(&bucket.to_bytes(), &now), bucket);
    for entry in bucket.entries() {
        assert!(entry.came <= now.since);
        let _ = Lifetimes::default().keep(&entry.question, &entry.message);
        let kept = fairloss::proto::dns::Kept {
            message: entry.message.clone(),
            age: entry.age(&now),
            lifetime: entry.lifetime,
        };
        assert_eq!(kept.reply(1, &entry.question).len(), entry.message.len());
    }
    let paths = Paths::read(data, &now);
    assert_eq!(Paths::read(&paths.to_bytes(), &now), paths);
    let _ = paths.find(SocketAddr::from(([127, 0, 0, 1], 53)));
});
