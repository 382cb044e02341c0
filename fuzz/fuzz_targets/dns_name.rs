#![no_main]
//! Any text may be typed as a name: what is taken for one can be written and read again and is the same.

use fairloss::wire::dns::{Name, TypedName};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(typed) = TypedName::parse(data) {
        let name = typed.name;
        assert!(name.as_wire().len() <= 255);
        let text = name.to_string();
        assert!(text.bytes().all(|byte| (0x21..0x7f).contains(&byte)));
        let again = Name::from_text(&text).expect("what was written can be read");
        assert_eq!(again.as_wire(), name.as_wire());
        let (read, end) = Name::read(name.as_wire(), 0).expect("a name is a name");
        assert_eq!((read.as_wire(), end), (name.as_wire(), name.as_wire().len()));
    }
    if let Ok(text) = str::from_utf8(data) {
        let _ = TypedName::parse_idna(text);
    }
    for offset in 0..data.len().min(64) {
        if let Ok((name, end)) = Name::read(data, offset) {
            assert!(name.as_wire().len() <= 255 && end <= data.len() && end > offset);
        }
    }
});
