//! The journal reader: frames follow each other from the header's index on, and every record that has a meaning
//! is written as it was read.
#![no_main]

use fairloss::proto::launch::{Note, Record};
use fairloss::store::Scan;
use fairloss::store::frame::Header;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // A checksum that fits is out of a fuzzer's reach, so a file without one is given a header.
    let header = Header::decode(data).unwrap_or(Header {
        role: *b"ids ",
        id: 1,
        first: 1,
        secret: [0; 32],
    });
    let mut scan = Scan::at(data, Header::LENGTH as u64, header.first);
    let mut index = header.first;
    while let Some(frame) = scan.frame().expect("memory can be read") {
        assert_eq!(frame.index, index);
        index += 1;
    }
    assert!(scan.offset() <= data.len().max(Header::LENGTH) as u64);
    let _ = scan.tail();

    let mut bytes = Vec::new();
    if let Some(record) = Record::decode(data) {
        record.encode(&mut bytes);
        assert_eq!(bytes, data);
    }
    bytes.clear();
    if let Some(note) = Note::decode(data) {
        note.encode(&mut bytes);
        assert_eq!(Note::decode(&bytes), Some(note));
    }
});
