#![no_main]
//! Any bytes print as packets of Linux's cooked capture (LINUX_SLL).

use fairloss::wire::LinkType;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| fairloss_fuzz::print(LinkType::LINUX_SLL, data));
