#![no_main]
//! Any bytes print as packets of IPv6 (IPV6).

use fairloss::wire::LinkType;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| fairloss_fuzz::print(LinkType::IPV6, data));
