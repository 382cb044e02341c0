//! Messages beside what dig printed of them: those that `tests/golden/make.py` makes and records, and the larger corpus
//! outside of the project, if it is there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::skip;

/// The options with which dig was run for each style.
const STYLES: [(&str, &str); 7] = [
    ("default", ""),
    ("multiline", "+multiline"),
    ("short", "+short"),
    ("yaml", "+yaml"),
    ("ttlunits", "+ttlunits +noall +answer"),
    ("unknownformat", "+unknownformat +noall +answer"),
    ("nottl_nocl", "+nottlid +noclass +noall +answer"),
];

#[test]
fn messages_of_our_own_look_as_dig_printed_them() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/messages.json");
    let text = fs::read_to_string(&golden).expect("tests/golden/make.py has written it");
    compare(&text, 900);
}

#[test]
fn recorded_messages_look_as_dig_printed_them() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/conformance/dns/dnslab/examples/wire_corpus.json");
    match fs::read_to_string(&corpus) {
        Ok(text) => compare(&text, 1057),
        Err(_) => skip(&format!("{} is not there", corpus.display())),
    }
}

/// Compares what `rdig` prints of each message in each style with what dig printed, of at least `least` texts.
fn compare(corpus: &str, least: usize) {
    let messages: Vec<Value> = serde_json::from_str(corpus).expect("the corpus is JSON");
    let mut differences = Vec::new();
    let mut same = 0;
    for message in &messages {
        let text = |key: &str| message[key].as_str().unwrap_or_default();
        let wire = data_encoding::HEXLOWER
            .decode(text("wire").as_bytes())
            .expect("the wire is hex");
        for (style, options) in STYLES {
            let dnssec = if message["do"] == true { "+dnssec" } else { "" };
            let line = format!("{dnssec} {options} -q x");
            let expected = message["out"][style]
                .as_str()
                .unwrap_or_default()
                .trim_start_matches('\n');
            let view = fairloss::tools::rdig::View::new(&line).expect("the options are good");
            let ours = view.show(&wire).expect("the message has a header");
            let ours = String::from_utf8(ours).expect("the output is text");
            if without_envelope(&ours) == expected {
                same += 1;
            } else {
                differences.push(format!(
                    "{} {} {style}:\n{expected}---\n{ours}",
                    text("name"),
                    text("type")
                ));
            }
        }
    }
    assert!(
        differences.is_empty() && same >= least,
        "{same} are the same, {} differ:\n{}",
        differences.len(),
        differences.iter().take(9).cloned().collect::<Vec<_>>().join("\n")
    );
}

/// YAML without the lines that the corpus was stripped of.
fn without_envelope(text: &str) -> String {
    const STRIPPED: [&str; 9] = [
        "query_time",
        "response_time",
        "message_size",
        "socket_family",
        "socket_protocol",
        "response_address",
        "response_port",
        "query_address",
        "query_port",
    ];
    let keep = |line: &&str| {
        let key = line.strip_prefix("    ").and_then(|rest| rest.split(':').next());
        !key.is_some_and(|key| STRIPPED.contains(&key))
    };
    text.split_inclusive('\n').filter(keep).collect()
}
