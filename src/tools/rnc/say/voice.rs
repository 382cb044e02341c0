//! The two languages: words for a person, NDJSON for a program. Which of them a process speaks is decided once.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::super::progress;
use crate::cli::{Failure, message, write_json_line};

static JSON: AtomicBool = AtomicBool::new(false);
static VERBOSE: AtomicBool = AtomicBool::new(false);

/// Decides how to speak: with `json` in objects, with `verbose` of what goes well too.
pub(in crate::tools::rnc) fn begin(json: bool, verbose: bool) {
    JSON.store(json, Ordering::Relaxed);
    VERBOSE.store(verbose, Ordering::Relaxed);
}

/// Whether what goes well is to be said too.
pub(in crate::tools::rnc) fn is_verbose() -> bool {
    VERBOSE.load(Ordering::Relaxed)
}

/// Says what has happened: as an object of this name with these members, or in words. Members that are null are
/// left out.
pub(in crate::tools::rnc) fn event(name: &str, members: Value, words: impl FnOnce() -> String) {
    if !JSON.load(Ordering::Relaxed) {
        let words = words();
        return progress::aside(|| message(words));
    }
    let line = line(name, members, Timestamp::now());
    // Nobody can be told that standard error is gone.
    let _ = std::io::stderr().lock().write_all(&line);
}

/// Says why nothing more is done, if that is to be an object; then it has been said.
pub(in crate::tools::rnc) fn failed(failure: Failure) -> Failure {
    if !JSON.load(Ordering::Relaxed) {
        return failure;
    }
    let Some(text) = failure.words() else {
        return failure;
    };
    event("error", json!({"text": text}), String::new);
    Failure::silent(failure.exit())
}

fn line(name: &str, members: Value, now: Timestamp) -> Vec<u8> {
    let mut object = Map::new();
    object.insert("v".to_owned(), VERSION.into());
    object.insert("event".to_owned(), name.into());
    // Microseconds of this century are far below 2^53.
    #[expect(clippy::cast_precision_loss, reason = "a date is far below 2^53 microseconds")]
    let seconds = now.as_microsecond() as f64 / 1e6;
    object.insert("time".to_owned(), json!(seconds));
    if let Value::Object(members) = members {
        object.extend(members.into_iter().filter(|(_, value)| !value.is_null()));
    }
    let mut line = Vec::new();
    write_json_line(&object, &mut line);
    line
}

/// Of the schema in the man page. Members are only ever added to it.
const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_one_line_and_leaves_out_what_is_not_known() {
        let now = Timestamp::from_microsecond(1_700_000_000_250_000).unwrap();
        let line = line("connected", json!({"host": "a\u{9b}\n", "address": null}), now);
        let expected = r#"{"v":1,"event":"connected","time":1700000000.25,"host":"a\u009b\n"}"#;
        assert_eq!(String::from_utf8(line).unwrap(), format!("{expected}\n"));
    }
}
