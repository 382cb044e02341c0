//! The captures of the suite with bytes of theirs changed: whatever becomes of them is read to an end or an error, and
//! printed in all detail without a panic.

use std::fs;
use std::path::Path;

use fairloss::capture::File;
use fairloss::print::{Dump, DumpForm, Options, Packet, Printer, Timestamp};

use crate::support::skip;

/// Each capture is changed so many times over; the seed is its place among them.
const ROUNDS: u64 = 4;
/// A longer one has its tail left as it is.
const LONGEST: usize = 64 * 1024;
/// So many packets of each are printed.
const PACKETS: usize = 200;

#[test]
fn captures_with_a_byte_changed_print_to_their_end() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance/packets/data");
    let Ok(entries) = fs::read_dir(&folder) else {
        return skip(&format!("{} is not there", folder.display()));
    };
    let mut captures: Vec<_> = entries
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|kind| kind == "pcap" || kind == "pcapng")
        })
        .collect();
    captures.sort();
    let mut packets = 0;
    for (number, path) in (1..).zip(&captures) {
        let whole = fs::read(path).expect("a capture can be read");
        for round in 0..ROUNDS {
            let mut random = Random(number * ROUNDS + round);
            let mut bytes = whole.clone();
            // One byte the first time, then more; the header of the file, without which nothing is read, the last time.
            for _ in 0..=round * 8 {
                let first = if round + 1 < ROUNDS { 24 } else { 0 };
                let room = bytes.len().min(LONGEST).saturating_sub(first);
                if let Some(byte) = bytes.get_mut(first + random.below(room)) {
                    *byte = random.byte();
                }
            }
            packets += print(&bytes, &format!("{} (round {round})", path.display()));
        }
    }
    assert!(
        packets > 10 * captures.len(),
        "{packets} packets of {} captures",
        captures.len()
    );
}

/// Prints what can be read. Returns how many packets there were.
fn print(bytes: &[u8], name: &str) -> usize {
    let Ok(mut file) = File::new(name.to_owned(), bytes) else {
        return 0;
    };
    let options = Options {
        verbosity: 3,
        link_header: true,
        dump: Some(Dump {
            form: DumpForm::HexAscii,
            link_header: false,
        }),
        ..Options::default()
    };
    let mut printer = Printer::new(options);
    let mut text = Vec::new();
    let mut count = 0;
    while let Ok(Some(frame)) = file.next_frame() {
        count += 1;
        let time = Timestamp {
            secs: frame.secs,
            nanos: frame.nanos,
        };
        let packet = Packet {
            number: count as u64,
            interface: None,
            time,
            link: frame.link,
            wire_len: frame.wire_len,
            bytes: frame.bytes,
        };
        text.clear();
        printer.print(&packet, &mut text);
        assert_eq!(text.last(), Some(&b'\n'), "{name}, packet {count}");
        let is_plain = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
        assert!(text.iter().all(is_plain), "{name}, packet {count}");
        let limit = 16_384 + 512 * frame.bytes.len();
        assert!(
            text.len() <= limit,
            "{name}, packet {count}: {} bytes of text",
            text.len()
        );
        if count == PACKETS {
            break;
        }
    }
    count
}

/// Marsaglia's xorshift, which is random enough to point at bytes.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() >> 8) as usize % limit.max(1)
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }
}
