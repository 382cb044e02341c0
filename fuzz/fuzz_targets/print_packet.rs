#![no_main]
//! Any bytes of any link type print without a panic, as lines of plain text. The first two bytes choose the link
//! type and the options, the next two how many bytes more there were on the wire.

use fairloss::print::{Dump, DumpForm, Options, Packet, Printer, TimeStyle, Timestamp};
use fairloss::wire::LinkType;
use libfuzzer_sys::fuzz_target;

const LINKS: [u32; 13] = [0, 1, 8, 9, 50, 51, 101, 104, 108, 113, 228, 229, 276];

fuzz_target!(|data: &[u8]| {
    let [link, chosen, more, packets @ ..] = data else {
        return;
    };
    let options = Options {
        verbosity: chosen & 3,
        quiet: chosen >> 2 & 1,
        link_header: chosen & 8 != 0,
        absolute_seq: chosen & 16 != 0,
        time: TimeStyle::SinceLast,
        dump: (chosen & 32 != 0).then_some(Dump {
            form: DumpForm::HexAscii,
            link_header: chosen & 64 != 0,
        }),
        ..Options::default()
    };
    let mut printer = Printer::new(options);
    let mut out = Vec::new();
    // Two packets, so that the second meets the state that the first left.
    let (first, second) = packets.split_at(packets.len() / 2);
    for (number, bytes) in (1..).zip([first, second]) {
        let link = LinkType(LINKS[usize::from(*link) % LINKS.len()]);
        let wire_len = u32::try_from(bytes.len())
            .unwrap_or(u32::MAX)
            .saturating_add((*more).into());
        let time = Timestamp {
            secs: number as i64,
            nanos: 0,
        };
        printer.print(
            &Packet {
                number,
                time,
                link,
                wire_len,
                bytes,
            },
            &mut out,
        );
        assert_eq!(out.last(), Some(&b'\n'));
    }
    assert!(
        out.iter().all(|byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~')),
        "a control character came through"
    );
});
