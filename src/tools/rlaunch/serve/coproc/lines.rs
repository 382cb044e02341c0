//! The lines between the server and its coprocess, one JSON object each.
//!
//! ```text
//! {"id":"…","fence":7,"payload":"two coffees"}     ▶
//! {"id":"…","result":"for you","exit":0}           ◀  in any order
//! ```
//!
//! Bytes that are not UTF-8 go as `payload_hex` and come as `result_hex`. What comes is checked: no line is kept that is
//! longer than any answer, and what is no answer is an error to be told, never more.

use data_encoding::HEXLOWER_PERMISSIVE;
use serde_json::{Map, Value};

use crate::proto::launch::Outcome;
use crate::wire::rlaunch::MAX_PAYLOAD;

/// Appends the line of a call.
pub(super) fn put_call(id: &str, fence: u64, payload: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"id\":");
    put_text(id, out);
    out.extend_from_slice(b",\"fence\":");
    out.extend_from_slice(itoa::Buffer::new().format(fence).as_bytes());
    match std::str::from_utf8(payload) {
        Ok(text) => {
            out.extend_from_slice(b",\"payload\":");
            put_text(text, out);
        }
        Err(_) => {
            out.extend_from_slice(b",\"payload_hex\":\"");
            out.extend_from_slice(HEXLOWER_PERMISSIVE.encode(payload).as_bytes());
            out.push(b'"');
        }
    }
    out.extend_from_slice(b"}\n");
}

fn put_text(text: &str, out: &mut Vec<u8>) {
    // Writing to a vector cannot fail, and text can always be said.
    let _ = serde_json::to_writer(out, text);
}

/// What a coprocess says of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) id: String,
    /// Nothing if it says that it has not begun it.
    pub(super) outcome: Option<Outcome>,
}

impl Answer {
    /// The answer that a line is; or in words, why it is none.
    pub(super) fn parse(line: &[u8]) -> Result<Self, &'static str> {
        let mut fields: Map<String, Value> =
            serde_json::from_slice(line).map_err(|_| "is not a JSON object")?;
        let Some(Value::String(id)) = fields.remove("id") else {
            return Err("has no id");
        };
        let launched = match fields.get("launched") {
            None => true,
            Some(Value::Bool(launched)) => *launched,
            Some(_) => return Err("has a \"launched\" that is neither true nor false"),
        };
        if !launched {
            return Ok(Self { id, outcome: None });
        }
        let exit = match fields.get("exit") {
            None => 0,
            Some(exit) => exit
                .as_u64()
                .and_then(|exit| u8::try_from(exit).ok())
                .ok_or("has an exit status that is not a number up to 255")?,
        };
        let mut result = match (fields.remove("result"), fields.remove("result_hex")) {
            (None, None) => Vec::new(),
            (Some(Value::String(text)), None) => text.into_bytes(),
            (None, Some(Value::String(hex))) => HEXLOWER_PERMISSIVE
                .decode(hex.as_bytes())
                .map_err(|_| "has a result that is not hexadecimal")?,
            (Some(_), Some(_)) => return Err("has two results"),
            _ => return Err("has a result that is not text"),
        };
        let truncated = result.len() > MAX_PAYLOAD;
        result.truncate(MAX_PAYLOAD);
        let outcome = Some(Outcome {
            exit,
            truncated,
            result,
        });
        Ok(Self { id, outcome })
    }
}

/// Cuts what comes into lines, none of which is longer than [`LONGEST`].
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// The beginning of a line whose end has not come.
    begun: Vec<u8>,
    /// Whether the line that has begun is too long, and is being dropped.
    dropping: bool,
}

impl Lines {
    /// Calls `line` with each line that `bytes` complete; with `None` for one that was too long.
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut line: impl FnMut(Option<&[u8]>)) {
        while let Some(at) = memchr::memchr(b'\n', bytes) {
            let (head, rest) = bytes.split_at(at);
            bytes = rest.get(1..).unwrap_or_default();
            if self.dropping || self.begun.len() + head.len() > LONGEST {
                line(None);
            } else if self.begun.is_empty() {
                line(Some(head));
            } else {
                self.begun.extend_from_slice(head);
                line(Some(&self.begun));
            }
            self.begun.clear();
            self.dropping = false;
        }
        if self.dropping || self.begun.len() + bytes.len() > LONGEST {
            self.dropping = true;
            self.begun = Vec::new();
        } else {
            self.begun.extend_from_slice(bytes);
        }
    }
}

/// Room for the longest result with every byte escaped, and a few times more.
const LONGEST: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn call(payload: &[u8]) -> String {
        let mut out = Vec::new();
        put_call("invoice-\"42\"", 7, payload, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn outcome(line: &str) -> Option<Outcome> {
        Answer::parse(line.as_bytes()).unwrap().outcome
    }

    #[test]
    fn a_call_is_one_line_whatever_its_payload() {
        assert_eq!(
            call(b"two\ncoffees"),
            "{\"id\":\"invoice-\\\"42\\\"\",\"fence\":7,\"payload\":\"two\\ncoffees\"}\n"
        );
        assert!(call(b"\xff\0").ends_with(",\"payload_hex\":\"ff00\"}\n"));
    }

    #[test]
    fn the_line_of_a_call_with_another_name_for_its_payload_is_an_answer() {
        for payload in [&b"coffee"[..], b"\xff\0"] {
            let line = call(payload).replacen("\"payload", "\"result", 1);
            let answer = Answer::parse(line.as_bytes()).unwrap();
            assert_eq!(answer.id, "invoice-\"42\"");
            assert_eq!(answer.outcome.unwrap().result, payload);
        }
    }

    #[test]
    fn what_an_answer_leaves_out_is_empty_or_zero() {
        let answered = outcome(r#"{"id":"a"}"#).unwrap();
        assert_eq!((answered.exit, answered.result), (0, Vec::new()));
        assert_eq!(outcome(r#"{"id":"a","exit":7,"result":"x"}"#).unwrap().exit, 7);
        assert_eq!(outcome(r#"{"id":"a","launched":false}"#), None);
    }

    #[test]
    fn a_long_result_is_cut() {
        let line = format!(r#"{{"id":"a","result":"{}"}}"#, "x".repeat(MAX_PAYLOAD + 1));
        let answered = outcome(&line).unwrap();
        assert!(answered.truncated && answered.result.len() == MAX_PAYLOAD);
    }

    #[test]
    fn what_is_no_answer_is_told_in_words() {
        for line in [
            "",
            "ok",
            "[]",
            "{}",
            r#"{"id":7}"#,
            r#"{"id":"a","exit":256}"#,
            r#"{"id":"a","exit":"0"}"#,
            r#"{"id":"a","result":7}"#,
            r#"{"id":"a","result_hex":"f"}"#,
            r#"{"id":"a","result":"","result_hex":""}"#,
            r#"{"id":"a","launched":"no"}"#,
        ] {
            assert!(Answer::parse(line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_dropped_up_to_its_end() {
        let (mut lines, mut seen) = (Lines::default(), Vec::new());
        let mut feed = |bytes: &[u8]| lines.feed(bytes, |line| seen.push(line.map(<[u8]>::to_vec)));
        feed(b"a\nb");
        for _ in 0..100 {
            feed(&[b'x'; 4096]);
        }
        feed(b"y\nc\n");
        feed(&[b'x'; LONGEST + 1]);
        feed(b"\n\n");
        assert_eq!(
            seen,
            [
                Some(b"a".to_vec()),
                None,
                Some(b"c".to_vec()),
                None,
                Some(Vec::new())
            ]
        );
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_they_come(text in "[a\n]{0,60}", cuts in prop::collection::vec(1_usize..9, 0..20)) {
            let (mut lines, mut seen) = (Lines::default(), Vec::new());
            let mut rest = text.as_bytes();
            for cut in cuts.into_iter().chain([usize::MAX]) {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                lines.feed(now, |line| seen.push(line.unwrap().to_vec()));
                rest = later;
            }
            let whole: Vec<_> = text.split_inclusive('\n').filter_map(|l| l.strip_suffix('\n')).map(|l| l.as_bytes().to_vec()).collect();
            prop_assert_eq!(seen, whole);
        }

        #[test]
        fn no_bytes_do_harm(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Answer::parse(&line);
        }
    }
}
