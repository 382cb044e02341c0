#![no_main]
//! Any text is a hosts file: every name that it gives to an address leads back to the address.

use std::net::IpAddr;

use fairloss::proto::dns::Hosts;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let hosts = Hosts::parse(&text);
    for word in text.split_ascii_whitespace() {
        if let Ok(address) = word.parse::<IpAddr>() {
            for name in hosts.names(address) {
                assert!(hosts.addresses(name).contains(&address));
            }
        }
    }
});
