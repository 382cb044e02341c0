//! TELNET negotiation: the answers to a stream do not depend on where the network cuts it, and are never longer
//! than it.
#![no_main]

use fairloss::proto::relay::Telnet;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut whole = Vec::new();
    Telnet::default().answer(data, &mut whole);
    let mut parts = Vec::new();
    let mut telnet = Telnet::default();
    for byte in data {
        telnet.answer(std::slice::from_ref(byte), &mut parts);
    }
    assert_eq!(whole, parts);
    assert!(whole.len() <= data.len());
});
