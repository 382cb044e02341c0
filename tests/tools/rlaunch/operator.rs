//! What the operator of a store is told, beside a running server and without one.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::server::Server;
use crate::support::tool;

/// Runs `rlaunch VERB --store STORE …`.
fn ask(store: &Path, arguments: &[&str]) -> (i32, String, String) {
    let (verb, rest) = arguments.split_first().expect("a verb");
    let mut command = tool("rlaunch");
    command.arg(verb).arg("--store").arg(store).args(rest);
    let output = command.output().expect("rlaunch starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let status = output.status.code().expect("it exits");
    (status, text(output.stdout), text(output.stderr))
}

fn json(lines: &str) -> Vec<Value> {
    let parsed = lines.lines().map(serde_json::from_str);
    parsed.map(|line| line.expect("one JSON object a line")).collect()
}

/// A server, in whose store there is one call.
struct World {
    folder: tempfile::TempDir,
    server: Server,
}

impl World {
    fn new(action: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let server = Server::start(&folder.path().join("store"), action);
        Self { folder, server }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn launch(&self, payload: &str) {
        let address = self.server.address().to_string();
        let output = tool("rlaunch").args(["launch", &address, payload]).output();
        assert!(output.expect("rlaunch starts").status.success());
    }
}

#[test]
fn the_log_tells_every_record_beside_a_running_server() {
    let world = World::new("cat");
    world.launch("coffee\u{1b}[2J");
    let (status, out, err) = ask(&world.store(), &["log", "--json"]);
    assert_eq!((status, err.as_str()), (0, ""));
    let records = json(&out);
    let kinds: Vec<_> = records
        .iter()
        .map(|record| record["kind"].as_str().expect("text"))
        .collect();
    let begun = kinds
        .iter()
        .position(|kind| *kind == "intent")
        .expect("it was begun");
    assert!(kinds[begun..].starts_with(&["intent", "outcome"]), "{kinds:?}");
    let [intent, outcome] = [&records[begun], &records[begun + 1]];
    assert_eq!(intent["id"], outcome["id"]);
    assert_eq!(intent["fingerprint"].as_str().map(str::len), Some(32));
    assert_eq!(outcome["result"], "coffee\u{1b}[2J");
    assert_eq!(
        outcome["index"].as_u64(),
        intent["index"].as_u64().map(|index| index + 1)
    );

    let (status, out, _) = ask(&world.store(), &["log"]);
    assert_eq!(status, 0);
    assert!(
        out.contains(r#" exit=0 truncated=false result="coffee\u{1b}[2J""#),
        "{out}"
    );
    assert!(!out.contains('\u{1b}'));
}

#[test]
fn a_torn_end_is_told_and_damage_is_an_error_with_its_place() {
    let world = World::new("cat");
    for payload in ["one", "two", "three"] {
        world.launch(payload);
    }
    let store = world.store();
    world.server.stop();
    let journal = store.join("journal");
    let whole = fs::read(&journal).expect("a journal");
    let last = whole.iter().rposition(|byte| *byte != 0).expect("records");

    let mut torn = whole.clone();
    torn[last] ^= 1;
    fs::write(&journal, &torn).expect("it can be written");
    let (status, out, err) = ask(&store, &["log"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("intent") && err.contains("is cut short"), "{err}");

    let mut damaged = whole;
    damaged[70] ^= 1;
    fs::write(&journal, &damaged).expect("it can be written");
    let (status, _, err) = ask(&store, &["log"]);
    assert_eq!(status, 1);
    assert!(err.contains("damaged at byte 68"), "{err}");
}

#[test]
fn a_store_that_is_not_there_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let (status, out, err) = ask(&folder.path().join("none"), &["log"]);
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("journal: No such file or directory"), "{err}");
}
