#![no_main]
//! Any bytes behind the first of a gzip or zstd file: what they unpack to is read as it comes, in bounded memory,
//! and as packets or an error.

use fairloss::capture::File;
use libfuzzer_sys::fuzz_target;

/// So much of an endless file is enough.
const FRAMES: usize = 20_000;

fuzz_target!(|data: &[u8]| {
    for magic in [
        &b"\x1f\x8b\x08"[..],
        b"\x28\xb5\x2f\xfd",
        b"\x50\x2a\x4d\x18",
        b"",
    ] {
        let packed = [magic, data].concat();
        let Ok(mut file) = File::new("input".to_owned(), &packed[..]) else {
            continue;
        };
        for _ in 0..FRAMES {
            match file.next_frame() {
                Ok(Some(frame)) => assert!(frame.bytes.len() <= 1 << 24),
                Ok(None) | Err(_) => break,
            }
        }
    }
});
