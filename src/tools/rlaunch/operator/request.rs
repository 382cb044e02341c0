//! What is asked at the control socket: one JSON object, on one line.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::proto::launch::{Id, Order, Outcome, Prune};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::tools::rlaunch) enum Request {
    /// How does it stand?
    Status,
    /// Decide this. The instance of the store is told where the id of a call tells it.
    Order(Option<u64>, Order),
}

impl Request {
    /// The request as a line.
    pub(super) fn line(&self) -> String {
        let object = match self {
            Self::Status => json!({ "ask": "status" }),
            Self::Order(instance, Order::Resolve { id, outcome, force }) => {
                let id = id.text(instance.unwrap_or_default()).to_string();
                let mut object = json!({
                    "ask": "resolve", "id": id, "launched": outcome.is_some(), "force": force
                });
                if let (Some(outcome), Value::Object(fields)) = (outcome, &mut object) {
                    let result = String::from_utf8_lossy(&outcome.result).into_owned();
                    fields.insert("result".to_owned(), result.into());
                }
                object
            }
            Self::Order(_, Order::Prune(prune)) => match prune {
                Prune::Name(name) => json!({ "ask": "prune", "id": name.as_str() }),
                Prune::Through(index) => json!({ "ask": "prune", "through": index }),
                Prune::Silent(time) => json!({ "ask": "prune", "silent": time.as_secs_f64() }),
            },
        };
        format!("{object}\n")
    }

    /// The request that a line is; or in words, why it is none.
    pub(in crate::tools::rlaunch) fn parse(line: &[u8]) -> Result<Self, String> {
        let fields: Map<String, Value> =
            serde_json::from_slice(line).map_err(|_| "not a JSON object".to_owned())?;
        let text = |key: &str| fields.get(key).and_then(Value::as_str);
        match text("ask") {
            Some("status") => Ok(Self::Status),
            Some("resolve") => {
                let id = text("id").ok_or("resolve: no id")?;
                let launched = fields.get("launched").and_then(Value::as_bool);
                let launched = launched.ok_or("resolve: launched is neither true nor false")?;
                let force = fields.get("force").and_then(Value::as_bool).unwrap_or(false);
                resolve(id, launched.then(|| text("result").unwrap_or_default()), force)
            }
            Some("prune") => {
                let through = fields
                    .get("through")
                    .map(|through| through.as_u64().ok_or("through: not an index"));
                let silent = fields.get("silent").map(|time| {
                    let time = time
                        .as_f64()
                        .and_then(|time| Duration::try_from_secs_f64(time).ok());
                    time.ok_or("silent: not a number of seconds")
                });
                prune(text("id"), through.transpose()?, silent.transpose()?)
            }
            _ => Err("neither status nor resolve nor prune".to_owned()),
        }
    }
}

/// To decide that a call in doubt was launched, with a result, or was not.
pub(in crate::tools::rlaunch) fn resolve(
    id: &str,
    launched: Option<&str>,
    force: bool,
) -> Result<Request, String> {
    let (instance, id) = Id::parse(id).map_err(|bad| format!("id: {bad}"))?;
    let outcome = launched.map(|result| Outcome {
        exit: 0,
        truncated: false,
        result: result.as_bytes().to_vec(),
    });
    Ok(Request::Order(instance, Order::Resolve { id, outcome, force }))
}

/// To forget one thing.
pub(in crate::tools::rlaunch) fn prune(
    id: Option<&str>,
    through: Option<u64>,
    silent: Option<Duration>,
) -> Result<Request, String> {
    let prune = match (id, through, silent) {
        (Some(name), None, None) => Prune::Name(name.parse().map_err(|bad| format!("id: {bad}"))?),
        (None, Some(index), None) => Prune::Through(index),
        (None, None, Some(time)) => Prune::Silent(time),
        _ => return Err("prune: needs an id, or an index, or a time, and only one of them".to_owned()),
    };
    Ok(Request::Order(None, Order::Prune(prune)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_request_reads_back() {
        for request in [
            Request::Status,
            resolve("000000000000004d-1-2", Some("for \"you\"\n"), false).unwrap(),
            resolve("invoice-42", None, true).unwrap(),
            prune(Some("invoice-42"), None, None).unwrap(),
            prune(None, Some(77), None).unwrap(),
            prune(None, None, Some(Duration::from_millis(1500))).unwrap(),
        ] {
            let line = request.line();
            assert_eq!(line.matches('\n').count(), 1);
            assert_eq!(Request::parse(line.as_bytes()), Ok(request));
        }
    }

    #[test]
    fn what_is_none_is_refused_in_words() {
        for line in [
            "",
            "[]",
            r#"{"ask":"launch"}"#,
            r#"{"ask":"resolve","id":"x"}"#,
            r#"{"ask":"resolve","launched":true}"#,
            r#"{"ask":"resolve","id":"a\u0000b","launched":true}"#,
            r#"{"ask":"prune"}"#,
            r#"{"ask":"prune","id":"x","through":1}"#,
            r#"{"ask":"prune","through":-1}"#,
            r#"{"ask":"prune","silent":-1}"#,
        ] {
            assert!(Request::parse(line.as_bytes()).is_err(), "{line}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(line in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Request::parse(&line);
        }
    }
}
