#![no_main]
//! Any bytes may be a capture file, pcap or pcapng: they are read to an end or to an error, in bounded memory, and
//! what was read can be saved and read again.

use fairloss::capture::{File, Format, Head, Save};
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
        // The format that can hold packets of several link types.
        let head = Head {
            format: Format::Pcapng,
            ..Head::pcap(link, Precision::Nano, file.snaplen())
        };
        let mut save = Save::new("copy".to_owned(), &mut copy, head);
        while let Ok(Some(frame)) = file.next_frame() {
            // A packet too long for a block is one that no file of this format can hold.
            if frame.bytes.len() > 1 << 20 {
                break;
            }
            match save.add(&frame) {
                Ok(()) => count += 1,
                Err(error) => panic!("memory can be written: {error}"),
            }
        }
        save.finish().expect("memory can be written");
    }
    let Ok(mut again) = File::new("copy".to_owned(), &copy[..]) else {
        assert_eq!(count, 0, "what was saved can be read");
        return;
    };
    let mut seen = 0;
    while let Ok(Some(_)) = again.next_frame() {
        seen += 1;
    }
    assert_eq!(seen, count);
});
