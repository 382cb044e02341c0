#![no_main]
//! Any text may be typed as a filter: it is refused with a place inside it, or its program runs on any packet.

use fairloss::filter::{Listing, NoNames, Options, compile};
use fairloss::wire::LinkType;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (packet, text) = data.split_at(data.len() / 4);
    let text = String::from_utf8_lossy(text);
    for link in [
        LinkType::ETHERNET,
        LinkType::RAW,
        LinkType::LINUX_SLL2,
        LinkType::PPP,
    ] {
        for optimise in [true, false] {
            let options = Options {
                link,
                snaplen: 65_535,
                netmask: 0xffff_ff00,
                live: true,
                optimise,
            };
            match compile(&text, &options, &NoNames) {
                Ok(program) => {
                    let wanted = program.run(packet, 1500);
                    assert!(wanted == 0 || wanted == 65_535);
                    assert!(Listing::Assembly(&program).to_string().lines().count() == program.insns().len());
                }
                Err(error) => assert!(error.range().is_none_or(|range| range.end <= text.len())),
            }
        }
    }
});
