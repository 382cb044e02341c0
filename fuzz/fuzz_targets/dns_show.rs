#![no_main]
//! Any bytes may come from a name server: they are shown without a panic in every layout, no control character
//! reaches the terminal raw, and the text is not larger than its bytes can explain.

use std::sync::LazyLock;

use fairloss::tools::rdig::View;
use libfuzzer_sys::fuzz_target;

static VIEWS: LazyLock<Vec<View>> = LazyLock::new(|| {
    let layouts = [
        "",
        "+multiline",
        "+short",
        "+yaml",
        "+json",
        "+ttlunits +nocrypto",
        "+unknownformat",
        "+nottlid +noclass +expandaaaa +nosplit",
        "+nobesteffort +rrcomments +split=4",
    ];
    layouts
        .map(|layout| View::new(layout).expect("the options are good"))
        .into()
});

fuzz_target!(|data: &[u8]| {
    for view in &*VIEWS {
        let Some(text) = view.show(data) else {
            continue;
        };
        for byte in &text {
            assert!(*byte >= 0x20 || b"\n\t".contains(byte), "a raw control character");
            assert!(*byte != 0x7f, "a raw control character");
        }
        // A pointer of two bytes can stand for a name of 255, whose bytes become four characters each; a bit in a
        // map becomes the name of a type.
        assert!(
            text.len() < 4096 + data.len() * 2048,
            "{} bytes became {}",
            data.len(),
            text.len()
        );
    }
});
