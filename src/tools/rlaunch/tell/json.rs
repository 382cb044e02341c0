//! The same for a program: one object for each call, whose schema is in the man page.

use data_encoding::BASE64;
use serde_json::{Map, Value, json};

use super::ending::{why, word};
use crate::cli::write_json_line;
use crate::proto::launch::Ending;
use crate::wire::rlaunch::Status;

/// How a call ended. Who has more to say of it adds members.
pub(in crate::tools::rlaunch) fn call(
    id: Option<&str>,
    ending: &Ending,
    hint: Option<Status>,
) -> Map<String, Value> {
    let mut object = object();
    if let Some(id) = id {
        object.insert("id".to_owned(), json!(id));
    }
    object.insert("answer".to_owned(), json!(word(ending)));
    if let Ending::Launched(outcome) = ending {
        object.insert("status".to_owned(), json!(outcome.exit));
        bytes("result", &outcome.result, &mut object);
        if outcome.truncated {
            object.insert("truncated".to_owned(), json!(true));
        }
    } else {
        let why = why(ending, hint);
        object.insert("why".to_owned(), json!(why.code));
        object.insert("reason".to_owned(), json!(why.reason));
    }
    object
}

/// A call to which the server gave no id: nothing can have been launched.
pub(in crate::tools::rlaunch) fn unnumbered() -> Map<String, Value> {
    let mut object = call(None, &Ending::NotLaunched, None);
    object.insert("why".to_owned(), json!("silent"));
    let reason = "the server does not answer: no id was given out";
    object.insert("reason".to_owned(), json!(reason));
    object
}

/// An object with nothing in it but the version of the schema, to which members are only ever added.
pub(in crate::tools::rlaunch) fn object() -> Map<String, Value> {
    Map::from_iter([("v".to_owned(), json!(1))])
}

/// Adds bytes: as text, and if they are none, in base64 beside what of them is.
pub(in crate::tools::rlaunch) fn bytes(name: &str, bytes: &[u8], object: &mut Map<String, Value>) {
    object.insert(name.to_owned(), json!(String::from_utf8_lossy(bytes)));
    if std::str::from_utf8(bytes).is_err() {
        object.insert(format!("{name}_base64"), json!(BASE64.encode(bytes)));
    }
}

/// The object as a line.
pub(in crate::tools::rlaunch) fn line(object: &Map<String, Value>) -> Vec<u8> {
    let mut line = Vec::new();
    write_json_line(object, &mut line);
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::launch::{Doubt, Outcome};

    fn text(object: &Map<String, Value>) -> String {
        String::from_utf8(line(object)).unwrap()
    }

    fn launched(result: &[u8], truncated: bool) -> Ending {
        Ending::Launched(Outcome {
            exit: 7,
            truncated,
            result: result.to_vec(),
        })
    }

    #[test]
    fn a_launched_call_has_its_status_and_result() {
        assert_eq!(
            text(&call(Some("x"), &launched(b"tea\n", false), None)),
            "{\"v\":1,\"id\":\"x\",\"answer\":\"launched\",\"status\":7,\"result\":\"tea\\n\"}\n"
        );
    }

    #[test]
    fn a_result_that_is_no_text_is_there_in_full_all_the_same() {
        let object = call(None, &launched(b"a\xff", true), None);
        assert_eq!(
            text(&object),
            "{\"v\":1,\"answer\":\"launched\",\"status\":7,\"result\":\"a\u{fffd}\",\
             \"result_base64\":\"Yf8=\",\"truncated\":true}\n"
        );
    }

    #[test]
    fn any_other_call_says_why() {
        let object = call(Some("x"), &Ending::Unknown(Doubt::InDoubt), None);
        assert_eq!(
            text(&object),
            "{\"v\":1,\"id\":\"x\",\"answer\":\"unknown\",\"why\":\"in-doubt\",\
             \"reason\":\"the server died while it performed the action\"}\n"
        );
    }
}
