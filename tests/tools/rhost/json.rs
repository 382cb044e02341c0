//! `--json`: one object for each question that was asked.

use std::process::Output;

use serde_json::Value;

use super::{rhost, zone};
use crate::support::free_port;
use crate::support::name_server::NameServer;
use crate::support::tool;

pub(super) fn objects(output: &Output) -> Vec<Value> {
    let text = str::from_utf8(&output.stdout).expect("the output is text");
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is an object"))
        .collect()
}

#[test]
fn each_question_is_an_object_with_its_answer_in_the_order_of_host() {
    let server = NameServer::start(zone);
    let output = rhost(&server, "--json alias.test");
    let objects = objects(&output);
    let asked: Vec<_> = objects
        .iter()
        .map(|object| (&object["QNAME"], &object["QTYPEname"]))
        .collect();
    let [alias, www] = ["alias.test.", "www.test."].map(Value::from);
    let [a, aaaa, mx] = ["A", "AAAA", "MX"].map(Value::from);
    assert_eq!(asked, [(&alias, &a), (&www, &aaaa), (&www, &mx)]);
    assert_eq!(objects[0]["answerRRs"][0]["rdataCNAME"], "www.test.");
    assert_eq!(objects[0]["answerRRs"][1]["rdataA"], "192.0.2.1");
    assert_eq!(objects[1]["answerRRs"][0]["rdataAAAA"], "2001:db8::7");
    assert_eq!(objects[2]["server"], "127.0.0.1");
    assert_eq!(objects[2]["transport"], "UDP");
    assert_eq!(objects[2]["sendings"], 1);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_name_that_does_not_exist_is_an_answer_and_exit_status_1() {
    let server = NameServer::start(zone);
    let output = rhost(&server, "--json -v nosuch.test");
    let objects = objects(&output);
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0]["status"], "NXDOMAIN");
    assert_eq!(objects[0]["authorityRRs"][0]["TYPEname"], "SOA");
    assert!(objects[0].get("error").is_none());
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn dangerous_text_is_escaped_as_in_a_zone_file() {
    let server = NameServer::start(zone);
    let objects = objects(&rhost(&server, "--json -t TXT text.test"));
    let text = r#""plain" "\027]52;c" "\"\\\255""#;
    assert_eq!(objects[0]["answerRRs"][0]["rdataTXT"], text);
    assert_eq!(
        objects[0]["answerRRs"][0]["RDATAHEX"],
        "05706C61696E061B5D35323B6303225CFF"
    );
}

#[test]
fn a_server_that_nobody_runs_is_an_object_too() {
    let port = free_port().to_string();
    let mut program = tool("rhost");
    program.args(["--json", "-t", "A", "-p", &port, "www.test", "127.0.0.1"]);
    let output = program.output().expect("the program starts");
    let objects = objects(&output);
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0]["error"], "noserver");
    assert_eq!(objects[0]["QNAME"], "www.test.");
    assert_eq!(objects[0]["failedTries"][0]["error"], "refused");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_message_that_cannot_be_read_is_shown_in_hex() {
    let server = NameServer::start(zone);
    let objects = objects(&rhost(&server, "--json -t A cut.test"));
    assert_eq!(objects[0]["error"], "malformed");
    assert!(
        objects[0]["messageOctetsHEX"]
            .as_str()
            .is_some_and(|hex| hex.len() > 24)
    );
}

#[test]
fn a_zone_transfer_is_an_object_a_message() {
    let server = NameServer::start(zone);
    let output = rhost(&server, "--json -t AXFR zone.test");
    let objects = objects(&output);
    let records: usize = objects
        .iter()
        .filter_map(|object| object["answerRRs"].as_array())
        .map(Vec::len)
        .sum();
    assert!(objects.len() > 1 && records > objects.len(), "{objects:?}");
    assert!(objects.iter().all(|object| object["transport"] == "TCP"));
    assert_eq!(output.status.code(), Some(0));
}
