#![no_main]
//! Any bytes may be a capture file, pcap or pcapng: they are read to an end or to an error, in bounded memory, and
//! what was read can be saved and read again.

use fairloss::capture::{File, Save};
use fairloss::wire::pcap::Precision;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(mut file) = File::new("input".to_owned(), data) else {
        return;
    };
    let link = file.link();
    let mut copy = Vec::new();
    let mut count = 0;
    {
        let save = Save::new(
            "copy".to_owned(),
            &mut copy,
            link,
            Precision::Nano,
            file.snaplen(),
        );
        let mut save = save.expect("memory can be written");
        while let Ok(Some(frame)) = file.next_frame() {
            assert!(frame.bytes.len() <= data.len());
            assert!(frame.nanos < 1_000_000_000);
            save.add(&frame).expect("memory can be written");
            count += 1;
        }
        save.flush().expect("memory can be written");
    }
    let mut again = File::new("copy".to_owned(), &copy[..]).expect("what was saved can be read");
    let mut seen = 0;
    while let Ok(Some(_)) = again.next_frame() {
        seen += 1;
    }
    assert!(seen <= count);
});
