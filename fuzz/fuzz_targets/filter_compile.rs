#![no_main]
//! Any text may be typed as a filter: it is refused with a place inside it, or its program runs on any packet, and
//! wants the same packets whether or not it was optimised.

use fairloss::filter::{FilterError, Listing, NoNames, Options, Origin, Program, compile};
use fairloss::wire::LinkType;
use libfuzzer_sys::fuzz_target;

/// One of each kind of header, and those that are measured first.
const LINKS: [u32; 32] = [
    0, 1, 6, 7, 8, 9, 10, 51, 100, 101, 103, 104, 105, 107, 108, 113, 114, 117, 119, 122, 123, 127, 130, 140, 163,
    165, 192, 226, 228, 229, 276, 281,
];

fuzz_target!(|data: &[u8]| {
    let Some(([link, length], rest)) = data.split_first_chunk() else {
        return;
    };
    let link = LINKS.get(usize::from(link >> 2) % LINKS.len());
    let link = LinkType(link.copied().unwrap_or_default());
    let origin = match data[0] & 3 {
        0 => Origin::Nowhere,
        1 => Origin::Live,
        _ => Origin::File,
    };
    let (packet, text) = rest.split_at(rest.len().min((*length).into()));
    let text = String::from_utf8_lossy(text);
    let compiled = [true, false].map(|optimise| {
        let options = Options {
            link,
            snaplen: 65_535,
            netmask: 0xffff_ff00,
            origin,
            optimise,
        };
        compile(&text, &options, &NoNames)
    });
    let wanted = compiled.map(|compiled| judge(compiled, &text, packet));
    match wanted {
        // What can never be true is refused only where that was looked for.
        [None, Some(plain)] => assert_eq!(plain, 0, "refused, but wants a packet"),
        [optimised, plain] => assert_eq!(optimised, plain, "the optimised program wants others"),
    }
});

/// What the program wants of the packet, if the text has one.
fn judge(compiled: Result<Program, FilterError>, text: &str, packet: &[u8]) -> Option<u32> {
    match compiled {
        Ok(program) => {
            let listed = Listing::Assembly(&program).to_string();
            assert_eq!(listed.lines().count(), program.insns().len());
            let wanted = program.run(packet, 1500);
            assert!(wanted == 0 || wanted == 65_535);
            Some(wanted)
        }
        Err(error) => {
            let inside = |range: std::ops::Range<usize>| range.end <= text.len() && text.get(range).is_some();
            assert!(error.range().is_none_or(inside), "{error}");
            let said = error.to_string();
            assert!(said.len() <= text.len() * 8 + 1024);
            None
        }
    }
}
