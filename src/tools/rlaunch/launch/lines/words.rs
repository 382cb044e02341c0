//! What is written of each call, and said meanwhile.

use std::io::{self, Write};
use std::net::SocketAddr;

use serde_json::json;

use super::progress::Progress;
use crate::net::launch::Passing;
use crate::proto::launch::pipeline::{Ended, What};
use crate::proto::launch::{Ending, is_of_another_key};
use crate::proto::link::Seal;
use crate::tools::rlaunch::plan::Volume;
use crate::tools::rlaunch::tell::{self, Time};

/// `WORD ID STATUS RESULT`, the result escaped so that it is one line; or the same as an object.
pub(super) fn write(out: &mut impl Write, ended: &Ended, json: bool) -> io::Result<()> {
    let id = ended.id.map(|(instance, call)| tell::id(instance, call));
    if json {
        return out.write_all(&object(id.as_deref(), ended));
    }
    let (word, id) = (tell::word(&ended.ending), id.as_deref().unwrap_or("-"));
    match &ended.ending {
        Ending::Launched(outcome) => {
            writeln!(
                out,
                "{word} {id} {} {}",
                outcome.exit,
                outcome.result.escape_ascii()
            )
        }
        Ending::NotLaunched if ended.id.is_none() => writeln!(out, "{word} {id} - {NO_SESSION}"),
        ending => writeln!(out, "{word} {id} - {}", tell::why(ending, ended.hint).reason),
    }
}

fn object(id: Option<&str>, ended: &Ended) -> Vec<u8> {
    let mut object = match (id, &ended.ending) {
        (None, Ending::NotLaunched) => tell::json::unnumbered(),
        (_, ending) => tell::json::call(id, ending, ended.hint),
    };
    object.insert("line".to_owned(), json!(ended.number + 1));
    object.insert("sends".to_owned(), json!(ended.sends));
    if let Some(rtt) = ended.rtt {
        // Seconds, as everywhere; a clock tells no more than microseconds of a round trip.
        let micros = u32::try_from(rtt.as_micros()).unwrap_or(u32::MAX);
        object.insert("rtt".to_owned(), json!(f64::from(micros) / 1e6));
    }
    tell::json::line(&object)
}

/// Says what happens between a call and its end, as loud as `volume`.
pub(super) fn passing(
    volume: Volume,
    server: SocketAddr,
    seal: &Seal,
    progress: &Progress,
    passing: &Passing<'_>,
) {
    let sent = match passing {
        _ if volume == Volume::Quiet => return,
        Passing::Sent(sent) => sent,
        Passing::Ignored(bytes) if volume == Volume::Verbose => {
            let is_foreign = is_of_another_key(bytes, seal);
            let what = if is_foreign {
                "made with another key"
            } else {
                "that are no answer"
            };
            return progress.say(format_args!("{server}: ignored {} bytes {what}", bytes.len()));
        }
        Passing::Ignored(_) => return,
        Passing::Left(next) => return progress.say(format_args!("no answer; asking {next}")),
        Passing::Unreachable(error) => {
            return progress.say(format_args!("{server}: {error}; trying again"));
        }
    };
    let (number, wait) = (sent.attempt.number, Time(sent.attempt.wait));
    let is_loud = volume == Volume::Verbose;
    match sent.what {
        What::Cancel(call) if is_loud => {
            progress.say(format_args!(
                "{server}: call {call}: cancelling it (attempt {number}), waiting {wait}"
            ));
        }
        What::Request(call) if is_loud => {
            progress.say(format_args!(
                "{server}: call {call}: asked (attempt {number}), waiting {wait}"
            ));
        }
        What::Hello if is_loud || number > 1 => {
            progress.say(format_args!(
                "{server}: asked for a session (attempt {number}), waiting {wait}"
            ));
        }
        What::Bye if is_loud => {
            progress.say(format_args!("{server}: closing the session (attempt {number})"))
        }
        _ => {}
    }
}

const NO_SESSION: &str = "the server does not answer: no id was given out";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::proto::launch::{Doubt, Outcome};
    use crate::wire::rlaunch::CallId;

    fn ended(ending: Ending) -> Ended {
        Ended {
            number: 6,
            id: Some((0xab, CallId { session: 9, seq: 2 })),
            ending,
            hint: None,
            sends: 3,
            rtt: Some(Duration::from_nanos(1_250_999)),
        }
    }

    fn launched() -> Ended {
        ended(Ending::Launched(Outcome {
            exit: 7,
            truncated: false,
            result: b"tea\n\x1b".to_vec(),
        }))
    }

    fn text(ended: &Ended, json: bool) -> String {
        let mut out = Vec::new();
        write(&mut out, ended, json).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_call_is_one_line_whatever_its_result() {
        assert_eq!(
            text(&launched(), false),
            "launched 00000000000000ab-9-2 7 tea\\n\\x1b\n"
        );
        let unknown = ended(Ending::Unknown(Doubt::InDoubt));
        assert_eq!(
            text(&unknown, false),
            "unknown 00000000000000ab-9-2 - the server died while it performed the action\n"
        );
    }

    #[test]
    fn an_object_has_the_line_what_was_sent_and_the_round_trip() {
        let object: serde_json::Value = serde_json::from_str(&text(&launched(), true)).unwrap();
        assert_eq!(
            (
                &object["line"],
                &object["sends"],
                &object["rtt"],
                &object["answer"]
            ),
            (&json!(7), &json!(3), &json!(0.00125), &json!("launched"))
        );
    }

    #[test]
    fn a_call_without_a_session_has_no_id_and_says_why() {
        let none = Ended {
            id: None,
            ..ended(Ending::NotLaunched)
        };
        assert_eq!(text(&none, false), format!("not-launched - - {NO_SESSION}\n"));
        assert!(text(&none, true).contains("\"why\":\"silent\""));
    }
}
