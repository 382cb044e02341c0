#![no_main]
//! Any bytes may come in the place of the replies along a chain of trust, true signatures among them: nothing is ever
//! secure that no key signed, the questions end, and what is said of it is fit for a terminal.
//!
//! The root is that of the tests: its keys are given, and `seeds/dns_validate` has its signatures of the address of `www` and of
//! its NSEC record, which say nothing of the text of `www` that is asked for.

use std::sync::LazyLock;

use data_encoding::BASE64;
use fairloss::proto::dns::validate::{Anchors, Next, Validation, Validator, Verdict};
use fairloss::wire::dns::{Class, Message, Name, Question, RecordType};
use libfuzzer_sys::fuzz_target;

const KEY: &str = "AQEDD4qI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c";
const KEY_SIGNATURE: &str = "ADAPAAAADhCy0F4AXgvhAO17AL+/QFn+rIM5uwBIl4me9YCfTwUuNv7GZYbh7Gfea5QA/SPkqFNyCv1sb016tflPLzznkFW2dujDR7JNIUsw/QY=";

static ANCHORS: LazyLock<Anchors> = LazyLock::new(|| {
    let key = BASE64.encode(&data(KEY)[4..]);
    Anchors::parse(&format!(". DNSKEY 257 3 15 {key}")).expect("a good anchor")
});

/// The reply with the keys of the root.
static KEYS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut message = b"\0\x07\x81\x80\0\0\0\x02\0\0\0\0".to_vec();
    for (rtype, data) in [(RecordType::DNSKEY, data(KEY)), (RecordType::RRSIG, data(KEY_SIGNATURE))] {
        message.push(0);
        message.extend(rtype.0.to_be_bytes());
        message.extend(b"\0\x01\0\0\x0e\x10\0");
        message.push(u8::try_from(data.len()).expect("it is short"));
        message.extend(data);
    }
    message
});

fn data(base64: &str) -> Vec<u8> {
    BASE64.decode(base64.as_bytes()).expect("it is base64")
}

fuzz_target!(|data: &[u8]| {
    let mut validator = Validator::new(ANCHORS.clone());
    let name = Name::from_text("www").expect("a good name");
    let mut validation = Validation::new(Question { name, rtype: RecordType::TXT, class: Class::IN });
    let keys = Message::parse(&KEYS).expect("it has a header");
    validation.reply((Name::root(), RecordType::DNSKEY), &keys);
    // Each reply is behind its length; the last one is given again and again.
    let mut rest = data;
    let mut message = &[0; 12][..];
    let mut asked = 0;
    let report = loop {
        match validation.step(&mut validator, 1_800_000_000) {
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
