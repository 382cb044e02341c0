//! The words for a bad network: whatever is read can be written, and reading that gives a spec once more.
#![no_main]

use fairloss::proto::link::Spec;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(spec) = text.parse::<Spec>() {
        assert!(spec.to_string().parse::<Spec>().is_ok(), "{spec}");
    }
});
