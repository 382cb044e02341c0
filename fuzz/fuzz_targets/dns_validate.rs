#![no_main]
//! Any bytes may come in the place of every reply along a chain of trust: nothing is ever secure that no key signed,
//! the questions end, and what is said of it is fit for a terminal.

use std::sync::LazyLock;

use fairloss::proto::dns::validate::{Anchors, Next, Validation, Validator, Verdict};
use fairloss::wire::dns::{Class, Message, Name, Question, RecordType};
use libfuzzer_sys::fuzz_target;

static ANCHORS: LazyLock<Anchors> = LazyLock::new(|| {
    let key = "l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=";
    Anchors::parse(&format!("example.com. DNSKEY 257 3 15 {key}")).expect("a good anchor")
});

fuzz_target!(|data: &[u8]| {
    let [rtype, rest @ ..] = data else {
        return;
    };
    let mut validator = Validator::new(ANCHORS.clone());
    let name = Name::from_text("a.b.www.example.com").expect("a good name");
    let rtype = RecordType(u16::from(*rtype));
    let mut validation = Validation::new(Question { name, rtype, class: Class::IN });
    // Each reply is behind its length; the last one is given again and again.
    let mut rest = rest;
    let mut message = &[0; 12][..];
    let mut asked = 0;
    let report = loop {
        match validation.step(&mut validator, 1_439_000_000) {
            Next::Done(report) => break report,
            Next::Ask(questions) => {
                for question in questions {
                    asked += 1;
                    if let [high, low, more @ ..] = rest {
                        let length = usize::from(u16::from_be_bytes([*high, *low])).min(more.len());
                        (message, rest) = more.split_at(length);
                    }
                    match Message::parse(message) {
                        Ok(message) => validation.reply(question, &message),
                        Err(error) => validation.no_reply(question, error.to_string()),
                    }
                }
            }
        }
    };
    assert!(asked <= 128, "{asked} questions");
    let text = format!("{:?}{}", report.steps, report.verdict);
    assert!(!text.contains(char::is_control), "a raw control character");
    assert!(report.verdict != Verdict::Secure, "{text}");
});
