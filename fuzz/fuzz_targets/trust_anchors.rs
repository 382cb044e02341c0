#![no_main]
//! Any text may be given as a file of trust anchors: it is read, or refused with a line that it has.

use fairloss::proto::dns::validate::{AnchorError, Anchors};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = Anchors::parse(text) {
        assert!(!error.to_string().contains(char::is_control), "a raw control character");
        if let AnchorError::Line { line, .. } = error {
            assert!((1..=text.split('\n').count()).contains(&line), "line {line}");
        }
    }
});
