//! Segments of one true stream, and of a liar: what is read is what the first to come said, within the capacity.
#![no_main]

use fairloss::proto::link::Reassembler;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|segments: Vec<(u16, Vec<u8>, bool, u8)>| {
    const CAPACITY: usize = 512;
    let mut stream = Reassembler::new(CAPACITY);
    // What the first to come said of each index, by the simplest means there are.
    let mut model: Vec<Option<u8>> = vec![None; usize::from(u16::MAX) * 2];
    let mut end = usize::MAX;
    let mut read = 0;
    for (first, bytes, fin, count) in segments {
        let first = usize::from(first);
        let highest = model
            .iter()
            .rposition(Option::is_some)
            .map_or(0, |index| index + 1);
        if fin && end == usize::MAX && first + bytes.len() >= highest {
            end = first + bytes.len();
        }
        for (index, byte) in (first..).zip(&bytes) {
            if index < end && index < read + CAPACITY && index < model.len() {
                model[index].get_or_insert(*byte);
            }
        }
        stream.insert(first as u64, &bytes, fin);
        let count = usize::from(count).min(stream.readable().len());
        for byte in &stream.readable()[..count] {
            assert_eq!(model[read], Some(*byte));
            read += 1;
        }
        stream.consume(count);
        assert!(stream.window() <= CAPACITY);
        assert!(!stream.is_finished() || read == end);
    }
});
