#![no_main]
//! Any text may be typed as a filter: it is refused with a place inside it, or its program runs on any packet, and
//! wants the same packets whether or not it was optimised, as far as they are whole.

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
    let wanted = |text: &str, optimise| {
        let options = Options {
            link,
            snaplen: 65_535,
            netmask: 0xffff_ff00,
            origin,
            optimise,
        };
        judge(compile(text, &options, &NoNames), text, packet)
    };
    let (optimised, plain) = (wanted(&text, true), wanted(&text, false));
    // A packet that is too short for a test is not wanted, and the optimised program may do without that test; so
    // that it is truly not wanted is told by the opposite filter.
    match (optimised, plain) {
        (_, Some(1..)) => assert_eq!(optimised, plain, "the optimised program wants less"),
        (Some(1..), _) => {
            let opposite = wanted(&format!("not ({text})"), false);
            assert!(matches!(opposite, None | Some(0)), "the optimised program wants more");
        }
        // What can never be true is refused only where that was looked for.
        (None, None) | (Some(0) | None, Some(0)) => {}
        (Some(0), None) => panic!("only the optimised program was made"),
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
