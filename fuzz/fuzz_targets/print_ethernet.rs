#![no_main]
//! Any bytes print as packets of Ethernet (EN10MB).

use fairloss::wire::LinkType;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| fairloss_fuzz::print(LinkType::ETHERNET, data));
