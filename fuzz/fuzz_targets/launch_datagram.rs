//! The datagram of rlaunch: whatever decodes encodes to the same bytes.
#![no_main]

use fairloss::wire::rlaunch::Datagram;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(datagram) = Datagram::decode(data) {
        let mut bytes = Vec::new();
        datagram.encode(&mut bytes);
        assert_eq!(bytes, data);
    }
});
