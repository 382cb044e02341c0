//! `+json`: one object for each message and each failure.

use std::process::{Command, Output};

use serde_json::Value;

use super::{rdig, zone};
use crate::support::name_server::NameServer;
use crate::support::{free_port, peer, tool};

pub(super) fn objects(output: &Output) -> Vec<Value> {
    let text = str::from_utf8(&output.stdout).expect("the output is text");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is an object"))
        .collect()
}

#[test]
fn a_reply_is_an_object_with_its_message_and_its_way() {
    let server = NameServer::start(zone);
    let said = &objects(&rdig(&server, "+json www.test MX"))[0];
    assert_eq!(said["QNAME"], "www.test.");
    assert_eq!(said["status"], "NOERROR");
    assert_eq!(said["AA"], 1);
    assert_eq!(said["answerRRs"][0]["rdataMX"], "10 mail.test.");
    assert_eq!(said["server"], "127.0.0.1");
    assert_eq!(said["serverPort"].to_string(), server.port());
    assert_eq!(
        (&said["transport"], &said["sendings"]),
        (&"UDP".into(), &1.into())
    );
    assert!(said["elapsedSeconds"].is_f64());
    assert!(said.get("warnings").is_none() && said.get("failedTries").is_none());
}

#[test]
fn several_lookups_are_several_lines_and_a_query_is_one_too() {
    let server = NameServer::start(zone);
    let said = objects(&rdig(&server, "+json www.test +qr nosuch.test +noqr"));
    let seen: Vec<_> = said
        .iter()
        .map(|o| (o["QR"].clone(), o["status"].clone()))
        .collect();
    let line = |qr: u8, status: &str| (qr.into(), status.into());
    assert_eq!(
        seen,
        [line(0, "NOERROR"), line(1, "NOERROR"), line(1, "NXDOMAIN")]
    );
    assert!(said[0].get("elapsedSeconds").is_none());
}

#[test]
fn what_is_not_shown_is_left_out() {
    let server = NameServer::start(zone);
    let said = &objects(&rdig(&server, "+json +noall +answer www.test"))[0];
    assert!(said["answerRRs"].is_array());
    for left_out in ["authorityRRs", "additionalRRs", "edns", "server", "sendings"] {
        assert!(said.get(left_out).is_none(), "{left_out}");
    }
}

#[test]
fn a_truncated_reply_is_told_with_the_whole_one() {
    let server = NameServer::start(zone);
    let said = objects(&rdig(&server, "+json big.test"));
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["transport"], "TCP");
    assert_eq!(said[0]["warnings"][0], "Truncated, retrying in TCP mode.");
}

#[test]
fn a_server_that_nobody_runs_is_an_object_and_exit_status_9() {
    let port = free_port().to_string();
    let mut program = tool("rdig");
    program
        .env("HOME", "/dev/null")
        .args(["@127.0.0.1", "-p", &port, "+json", "+tries=2", "www.test"]);
    let output = program.output().expect("the program starts");
    let said = objects(&output);
    assert_eq!(said.len(), 1);
    assert_eq!(
        (&said[0]["error"], &said[0]["QNAME"]),
        (&"noserver".into(), &"www.test.".into())
    );
    let tries: Vec<_> = said[0]["failedTries"].as_array().into_iter().flatten().collect();
    assert_eq!(tries.len(), 2);
    assert!(tries.iter().all(|tried| tried["error"] == "refused"));
    assert_eq!(output.status.code(), Some(9));
}

#[test]
fn forged_replies_are_warnings() {
    let server = NameServer::start(zone);
    let said = &objects(&rdig(&server, "+json forged.test"))[0];
    let warning = said["warnings"][0].as_str().unwrap_or_default();
    assert!(warning.starts_with("Warning: ID mismatch"), "{said}");
}

#[test]
fn a_message_that_cannot_be_read_is_shown_in_hex() {
    let server = NameServer::start(zone);
    let said = objects(&rdig(&server, "+json pointer.test"));
    assert_eq!(said[0]["error"], "malformed");
    assert!(said[0]["messageOctetsHEX"].is_string());
}

#[test]
fn a_zone_transfer_is_an_object_a_message() {
    let server = NameServer::start(zone);
    let said = objects(&rdig(&server, "+json zone.test AXFR"));
    assert!(said.len() > 1);
    assert!(said.iter().all(|o| o["QR"] == 1 && o["transport"] == "TCP"));
}

/// kdig is the other program that writes RFC 8427: what both say, they say alike.
#[test]
fn the_members_of_the_rfc_are_those_of_kdig() {
    let Some(kdig) = peer("kdig") else { return };
    let server = NameServer::start(zone);
    for line in [
        "www.test MX",
        "text.test TXT",
        "odd.test TYPE65280",
        "nosuch.test A",
    ] {
        let output = Command::new(&kdig)
            .args(["@127.0.0.1", "-p", &server.port(), "+json"])
            .args(line.split(' '))
            .output()
            .expect("the program starts");
        let theirs: Value = serde_json::from_slice(&output.stdout).expect("kdig writes an object");
        let ours = &objects(&rdig(&server, &format!("+json {line}")))[0];
        for (member, value) in theirs.as_object().into_iter().flatten() {
            let ours = ours
                .get(member)
                .unwrap_or_else(|| panic!("no {member} of {line}"));
            match member.as_str() {
                // Of the time and of chance, and what each asked with.
                "dateString" | "dateSeconds" | "ID" | "RD" | "AD" | "msgLength" => {}
                "answerRRs" | "authorityRRs" => {
                    let records = |list: &Value| list.as_array().cloned().expect("a section is a list");
                    assert_eq!(records(value).len(), records(ours).len());
                    for (theirs, ours) in records(value).iter().zip(&records(ours)) {
                        same_record(theirs, ours);
                    }
                }
                _ => assert_eq!(ours, value, "{member} of {line}"),
            }
        }
    }
}

fn same_record(theirs: &Value, ours: &Value) {
    for (member, value) in theirs.as_object().into_iter().flatten() {
        // kdig writes the generic form as if it were one of the type's own.
        let is_generic = value.as_str().is_some_and(|text| text.starts_with(r"\#"));
        if !is_generic {
            assert_eq!(ours.get(member), Some(value), "{member} of {theirs}");
        }
    }
}
