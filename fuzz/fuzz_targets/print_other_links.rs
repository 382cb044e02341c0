#![no_main]
//! Any bytes print as packets of the link types that have no target of their own; the first two bytes are its number.

use fairloss::wire::LinkType;
use fairloss_fuzz::{FILTERED, LAST_LINK};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(([high, low], input)) = data.split_first_chunk() else {
        return;
    };
    let link = LinkType(u32::from(u16::from_be_bytes([*high, *low])) % (LAST_LINK + 1));
    if !FILTERED.contains(&link) {
        fairloss_fuzz::print(link, input);
    }
});
