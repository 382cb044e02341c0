//! JSON that is fit for a terminal: not only the control characters that JSON itself escapes, but DEL and those of
//! C1 too.

use std::io::Write as _;

use serde_json::{Map, Value};

/// Appends an object and a newline.
pub fn write_json_line(object: &Map<String, Value>, out: &mut Vec<u8>) {
    // Every key is text, so there is nothing that JSON cannot say.
    let text = serde_json::to_string(object).unwrap_or_default();
    let mut rest = text.as_str();
    // A control character can only stand inside of a string, where an escape says the same.
    while let Some(at) = rest.find(char::is_control) {
        let (before, after) = rest.split_at(at);
        out.extend_from_slice(before.as_bytes());
        let mut characters = after.chars();
        if let Some(control) = characters.next() {
            // Writing to a vector cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(control));
        }
        rest = characters.as_str();
    }
    out.extend_from_slice(rest.as_bytes());
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
    use serde_json::json;

    use super::*;

    proptest! {
        #[test]
        fn any_text_comes_back_from_a_line_without_control_characters(text in "\\PC*|[\\x00-\\xa0]*") {
            let mut object = Map::new();
            object.insert(text.clone(), json!([text]));
            let mut out = Vec::new();
            write_json_line(&object, &mut out);
            let line = String::from_utf8(out).unwrap();
            let line = line.strip_suffix('\n').unwrap();
            prop_assert!(!line.contains(char::is_control));
            let back: Map<String, Value> = serde_json::from_str(line).unwrap();
            prop_assert_eq!(back, object);
        }
    }
}
