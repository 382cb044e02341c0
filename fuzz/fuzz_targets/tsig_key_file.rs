#![no_main]
//! Any text may stand in a key file: it is read without a panic, and the secret is not shown by what comes of it.

use fairloss::proto::dns::tsig::{Algorithm, key_pair, key_statement};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Ok(key) = key_statement(&text) {
        let _ = key.key(Some((Algorithm::HmacSha256, 0)));
    }
    let (public, private) = text.split_once("\0").unwrap_or((&text, &text));
    let _ = key_pair(public, private);
});
