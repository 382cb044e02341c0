#![no_main]
//! Any bytes may be the blocks of a pcapng file.

use fairloss::wire::pcapng::{PREFIX_LEN, Section};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut section = Section::new();
    let mut rest = data;
    while let Some(start) = rest.first_chunk::<{ PREFIX_LEN + 4 }>() {
        let Ok(len) = section.block_len(start) else {
            return;
        };
        let Some((block, after)) = rest.split_at_checked(len) else {
            return;
        };
        match section.block(block) {
            Ok(Some(packet)) => assert!(packet.bytes.len() <= block.len() && packet.nanos < 1_000_000_000),
            Ok(None) => {}
            Err(_) => return,
        }
        rest = after;
    }
});
