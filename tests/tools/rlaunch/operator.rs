//! What the operator of a store is told, beside a running server and without one.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use serde_json::Value;

use super::orphan::{Life, Orphan, operate as ask};
use super::server::Server;
use crate::support::{tool, until};

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
fn a_server_that_does_not_answer_is_not_waited_for_for_ever() {
    let world = World::new("cat");
    let pid = world.server.pid();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).expect("it runs");
    let (status, _, err) = ask(&world.store(), &["status"]);
    rustix::process::kill_process(pid, rustix::process::Signal::CONT).expect("it runs");
    assert_eq!(status, 1, "{err}");
    assert!(err.contains("has not answered for 5 s"), "{err}");
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

#[test]
fn the_status_is_told_by_the_server_and_without_one_by_the_store() {
    let world = World::new("cat");
    world.launch("coffee");
    let store = world.store();
    let status = |running: bool| {
        let (status, out, err) = ask(&store, &["status", "--json"]);
        assert_eq!((status, err.as_str()), (0, ""));
        let status = json(&out).remove(0);
        assert_eq!(
            (status["v"].as_u64(), status["running"].as_bool()),
            (Some(1), Some(running))
        );
        assert!(status["journal_bytes"].as_u64() > Some(0));
        assert_eq!(
            (&status["doubts"], &status["orphans"]),
            (&Value::Array(vec![]), &Value::Array(vec![]))
        );
        status
    };
    let running = status(true);
    assert_eq!(running["counters"]["launches"], 1);
    assert!(running["pid"].as_u64().is_some());
    let instance = running["instance"].clone();
    world.server.stop();
    assert_eq!(status(false)["instance"], instance);
    let (_, text, _) = ask(&store, &["status"]);
    assert!(text.starts_with("running: no\ninstance: "), "{text}");
}

#[test]
fn the_control_socket_is_for_its_owner_and_goes_with_the_server() {
    let world = World::new("cat");
    let socket = world.store().join("control");
    assert_eq!(
        fs::symlink_metadata(&socket).expect("it is there").mode() & 0o777,
        0o600
    );
    world.server.stop();
    assert!(!socket.exists());
}

#[test]
fn what_is_no_request_is_answered_with_an_error_and_harms_nobody() {
    let world = World::new("cat");
    let stream = UnixStream::connect(world.store().join("control")).expect("it listens");
    let mut answers = BufReader::new(stream.try_clone().expect("a socket")).lines();
    for line in [
        "",
        "hello",
        "[[[[",
        r#"{"ask":"resolve","id":"x\u001b","launched":true}"#,
    ] {
        (&stream)
            .write_all(format!("{line}\n").as_bytes())
            .expect("it reads");
        let answer = answers.next().expect("an answer").expect("text");
        assert!(json(&answer)[0]["error"].is_string(), "{answer}");
    }
    (&stream).write_all(&[b'x'; 20_000]).expect("it reads");
    assert!(json(&answers.next().expect("an answer").expect("text"))[0]["error"].is_string());
    world.launch("coffee");
}

#[test]
fn a_doubt_is_settled_by_the_operator_when_the_orphan_is_gone() {
    let mut orphan = Orphan::new("true");
    let id = orphan.doubt();
    let resolve = ["resolve", &id, "launched", "--result", "by hand"];

    let (status, _, err) = orphan.operate(&resolve);
    assert!(
        status == 1 && err.contains("may still be performing it: process"),
        "{err}"
    );
    let mut life = orphan.next_life(&[]);
    let (status, _, err) = orphan.operate(&resolve);
    assert!(
        status == 1 && err.contains("may still be performing it: process"),
        "{err}"
    );
    let (_, out, _) = orphan.operate(&["status"]);
    assert!(
        out.contains(&format!(": {id}\n")) && out.contains("still at work since before"),
        "{out}"
    );

    orphan.end();
    life.wait_for("have ended");
    // Of the wait for the orphan and of the operator the server hears one after the other.
    until("the call can be settled", || {
        let is_settled = orphan.operate(&resolve).0 == 0;
        assert!(is_settled || orphan.doubt() == id);
        is_settled
    });
    let (status, _, err) = orphan.operate(&resolve);
    assert!(status == 1 && err.contains("settled already"), "{err}");
    let mut told = orphan.answer();
    if told.0 == 4 {
        // The client heard of the doubt before the operator settled it.
        orphan.ask_again();
        told = orphan.answer();
    }
    assert!(told.0 == 0 && told.1 == "by hand", "{told:?}");
    assert!(!orphan.path("again").exists());
}

#[test]
fn without_a_server_the_operator_settles_a_doubt_in_the_store() {
    let mut orphan = Orphan::new("true");
    let id = orphan.doubt();
    assert_eq!(
        orphan.operate(&["resolve", &id, "not-launched", "--force"]),
        (0, String::new(), String::new())
    );
    let (_, log, _) = orphan.operate(&["log"]);
    let last = log.lines().last().expect("records");
    assert!(
        last.contains("resolved") && last.contains(&id) && last.contains("operator"),
        "{last}"
    );
    let _life = orphan.next_life(&[]);
    assert_eq!(orphan.answer(), (3, String::new()));
}

#[test]
fn calls_that_cannot_be_settled_are_refused() {
    let world = World::new("cat");
    world.launch("coffee");
    let (_, log, _) = ask(&world.store(), &["log", "--json"]);
    let records = json(&log);
    let call = records
        .iter()
        .find_map(|record| record["id"].as_str())
        .expect("a call");
    let instance = call.split('-').next().expect("an instance");
    for (id, said) in [
        ("invoice-42".to_owned(), "no such call is known"),
        (format!("{instance}-7-7"), "no such call is known"),
        (
            "00000000000000ff-1-1".to_owned(),
            "that is a call to another store",
        ),
        ("a\u{7}b".to_owned(), "id: a control character"),
    ] {
        let (status, _, err) = ask(&world.store(), &["resolve", &id, "launched"]);
        assert!(status == 1 && err.contains(said), "{id}: {err}");
    }
}

#[test]
fn sessions_that_are_silent_are_forgotten_on_demand() {
    let world = World::new("cat");
    world.launch("coffee");
    let (status, out, err) = ask(&world.store(), &["prune", "--through", "1000"]);
    assert_eq!((status, out.as_str(), err.as_str()), (0, "0\n", ""));
    let (status, out, err) = ask(&world.store(), &["prune", "--silent", "0"]);
    assert_eq!((status, err.as_str()), (0, ""));
    assert!(
        ["0\n", "1\n"].contains(&out.as_str()),
        "{out}: the client may have ended its session"
    );
    let (status, _, err) = ask(&world.store(), &["prune", "invoice-42"]);
    assert!(status == 1 && err.contains("no such call is known"), "{err}");
    let store = world.store();
    world.server.stop();
    let (status, _, err) = ask(&store, &["prune", "--silent", "0"]);
    assert!(status == 1 && err.contains("only a running server"), "{err}");
}

#[test]
fn a_server_without_a_store_is_asked_at_a_socket_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("here");
    let mut life = Life::ephemeral(&["--exec", "cat", "--control", &socket.display().to_string()]);
    let output = tool("rlaunch")
        .args(["status", "--control"])
        .arg(&socket)
        .output();
    let output = output.expect("rlaunch starts");
    assert!(output.status.success());
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("running: process "));
    life.kill();
    let output = tool("rlaunch")
        .args(["status", "--control"])
        .arg(&socket)
        .output();
    let said = output.expect("rlaunch starts").stderr;
    assert!(String::from_utf8_lossy(&said).contains("no server has this control socket"));
}

#[test]
fn a_folder_whose_name_is_too_long_for_a_socket_has_one_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("x".repeat(120));
    let _life = Life::begin("127.0.0.1:0", &store, &["--exec", "cat"]);
    let (status, out, err) = ask(&store, &["status"]);
    assert!(status == 0 && out.starts_with("running: process "), "{err}");
}

#[test]
fn counters_are_told_on_a_signal() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut life = Life::begin("127.0.0.1:0", folder.path(), &["--exec", "cat"]);
    life.signal(rustix::process::Signal::USR1);
    life.wait_for("records 1, ");
}

#[test]
fn what_contradicts_itself_is_refused() {
    for (arguments, said) in [
        (&["status"][..], "--store DIR: needed"),
        (
            &["status", "--store", "x", "--control", "y"][..],
            "--control: the socket is in the folder",
        ),
        (
            &["resolve", "--store", "x", "i", "not-launched", "--result", "r"][..],
            "--result: what was not launched has none",
        ),
        (
            &["prune", "--store", "x"][..],
            "NAME, --through INDEX or --silent SECONDS: needed",
        ),
        (
            &["prune", "--store", "x", "i", "--through", "1"][..],
            "only one of them",
        ),
        (
            &["prune", "--store", "x", "--through", "-"][..],
            "--through -: not an index",
        ),
        (
            &["status", "--store", "/nonexistent"][..],
            "No such file or directory",
        ),
    ] {
        let output = tool("rlaunch").args(arguments).output().expect("rlaunch starts");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(
            err.contains(said) && err.lines().count() == 1,
            "{arguments:?}: {err}"
        );
    }
}
