#![no_main]
//! Any text is a `resolv.conf`: it is read within its limits.

use fairloss::proto::dns::{MAX_SERVERS, ResolvConf};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let conf = ResolvConf::parse(&text, Some(&text), Some(&text));
    assert!((1..=MAX_SERVERS).contains(&conf.servers.len()));
    assert!(conf.options.ndots <= 15);
    assert!((1..=30).contains(&conf.options.timeout.as_secs()));
    assert!((1..=5).contains(&conf.options.attempts));
});
