//! `--json`: one object for each call or key.

use std::fs;
use std::net::UdpSocket;

use serde_json::{Value, json};

use super::everyday::run;
use super::server::Server;
use crate::support::tool;

/// The one object that a run prints, and how the run ends.
fn object(words: &[&str]) -> (i32, Value) {
    let (status, out, err) = run(tool("rlaunch").args(words).arg("--json"));
    assert_eq!(out.lines().count(), 1, "{out}{err}");
    (status, serde_json::from_str(&out).expect("an object"))
}

#[test]
fn a_call_is_an_object_with_its_id_status_and_result() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("store"), "cat; printf '\\377'; exit 3");
    let address = server.address().to_string();
    let (status, mut said) = object(&["launch", &address, "x"]);
    let id = said["id"].take();
    let words: Vec<_> = id.as_str().expect("an id").split('-').collect();
    assert!(
        matches!(words[..], [instance, _, "1"] if instance.len() == 16),
        "{id}"
    );
    let expected = json!({
        "v": 1, "id": null, "answer": "launched", "status": 3, "result": "x\u{fffd}", "result_base64": "eP8=",
    });
    assert_eq!((status, said), (0, expected));
}

#[test]
fn what_was_not_launched_or_is_not_known_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("a"), "/nonexistent/action");
    let (status, said) = object(&["launch", &server.address().to_string(), "x"]);
    assert_eq!(
        (status, &said["answer"], &said["why"]),
        (3, &json!("not-launched"), &json!("not-begun"))
    );
    let server = Server::start(&folder.path().join("b"), "sleep 5");
    let address = server.address().to_string();
    let (status, said) = object(&["launch", &address, "x", "--deadline", "0.3", "--grace", "0.1"]);
    assert_eq!(
        (status, &said["answer"], &said["why"]),
        (4, &json!("unknown"), &json!("working"))
    );
}

#[test]
fn without_a_server_the_object_has_no_id() {
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = silent.local_addr().expect("bound").to_string();
    let (status, said) = object(&["launch", &address, "x", "--deadline", "0.2"]);
    let expected = json!({
        "v": 1, "answer": "not-launched", "why": "silent", "reason": "the server does not answer: no id was given out",
    });
    assert_eq!((status, said), (3, expected));
}

#[test]
fn lines_are_objects_in_their_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("store"), "cat");
    let input = folder.path().join("input");
    fs::write(&input, "one\ntwo\nthree\n").expect("the input");
    let (status, out, err) = run(tool("rlaunch")
        .args(["launch", &server.address().to_string(), "--lines", "--json"])
        .stdin(fs::File::open(&input).expect("the input")));
    assert_eq!(status, 0, "{err}");
    let results: Vec<_> = out
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("an object")["result"].take())
        .collect();
    assert_eq!(results, ["one", "two", "three"]);
}

#[test]
fn a_key_is_an_object_with_its_value() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("store"), "cat");
    let address = server.address().to_string();
    let pair = |words: &[&str]| object(&[words, &["--server", &address]].concat());
    assert_eq!(
        pair(&["get", "k"]),
        (1, json!({"v": 1, "key": "k", "answer": "missing"}))
    );
    assert_eq!(
        pair(&["set", "k", "blue"]),
        (0, json!({"v": 1, "key": "k", "answer": "stored"}))
    );
    assert_eq!(
        pair(&["get", "k"]),
        (0, json!({"v": 1, "key": "k", "answer": "value", "value": "blue"}))
    );
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let nobody = silent.local_addr().expect("bound").to_string();
    let asked = |words: &[&str]| object(&[words, &["--deadline", "0.2", "--server", &nobody]].concat());
    assert_eq!(asked(&["get", "k"]).1["answer"], "silent");
    let (status, said) = asked(&["set", "k", "red"]);
    assert_eq!((status, &said["answer"]), (4, &json!("unknown")));
}
