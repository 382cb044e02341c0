#![no_main]
//! Any bytes print as packets of BSD loopback (NULL).

use fairloss::wire::LinkType;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| fairloss_fuzz::print(LinkType::NULL, data));
