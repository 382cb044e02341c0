//! What becomes of a call in doubt: nothing while its command may be at work, then what a probe finds out.

use std::fs;

use super::orphan::{Life, Orphan, operate};
use super::server::Server;
use crate::support::tool;

#[test]
fn a_probe_waits_for_the_orphan_and_what_it_finds_is_the_result() {
    let mut orphan = Orphan::new("echo late > DIR/effect");
    let mut life = orphan.next_life(&["--probe", "echo asked >> DIR/probes; cat DIR/effect"]);
    // It answers, so it has had its chance to probe too early.
    assert_eq!(orphan.operate(&["status"]).0, 0);
    orphan.end();
    assert_eq!(orphan.answer(), (0, "late\n".to_owned()));
    life.wait_for("probed: launched");
    let probes = fs::read_to_string(orphan.path("probes")).expect("it was asked");
    assert_eq!(probes, "asked\n", "once, and not too early");
    assert!(!orphan.path("again").exists(), "nothing is begun again");
}

#[test]
fn a_probe_that_exits_with_3_rules_the_call_out() {
    let mut orphan = Orphan::new("true");
    let _life = orphan.next_life(&["--probe", "exit 3;"]);
    orphan.end();
    assert_eq!(orphan.answer(), (3, String::new()));
    assert!(!orphan.path("again").exists());
}

#[test]
fn a_probe_that_does_not_know_leaves_the_call_in_doubt_until_it_does() {
    let mut orphan = Orphan::new("true");
    let _life = orphan.next_life(&["--probe", "cat DIR/effect"]);
    orphan.end();
    assert_eq!(orphan.answer(), (4, String::new()));
    fs::write(orphan.path("effect"), "found").expect("it can be written");
    orphan.ask_again();
    assert_eq!(orphan.answer(), (0, "found".to_owned()));
    assert!(!orphan.path("again").exists());
}

#[test]
fn a_probe_is_told_the_id_and_a_fence_above_that_of_the_call() {
    let mut orphan = Orphan::new("true");
    let id = orphan.doubt();
    let (_, log, _) = orphan.operate(&["log", "--json"]);
    let mut records = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    let intent = records
        .rfind(|record| record["kind"] == "intent")
        .expect("it was begun");
    let _life = orphan.next_life(&["--probe", "echo $RLAUNCH_ID $RLAUNCH_FENCE"]);
    orphan.end();
    let (status, out) = orphan.answer();
    let (told, fence) = out.trim_end().split_once(' ').expect("two words");
    assert_eq!((status, told), (0, id.as_str()));
    let fence: u64 = fence.parse().expect("a number");
    assert!(fence > intent["index"].as_u64().expect("a number"));
}

#[test]
fn rerun_performs_the_call_again_and_says_at_the_start_what_that_means() {
    let mut orphan = Orphan::new("true");
    let life = orphan.next_life(&["--on-doubt", "rerun"]);
    assert!(
        life.said.contains("at least once, no longer at most once"),
        "{}",
        life.said
    );
    orphan.end();
    assert_eq!(orphan.answer(), (0, "coffee".to_owned()));
    assert_eq!(
        fs::read_to_string(orphan.path("again")).expect("it ran"),
        "coffee"
    );
}

#[test]
fn what_a_coprocess_lost_is_probed_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let flags = [
        "--coproc",
        "read -r line; exit 1;",
        "--probe",
        "echo $RLAUNCH_ID > /dev/null; echo found",
    ];
    let life = Life::begin("127.0.0.1:0", &store, &flags);
    let address = life
        .said
        .trim_end()
        .rsplit(' ')
        .next()
        .expect("an address")
        .to_owned();
    let output = tool("rlaunch")
        .args(["launch", &address, "coffee", "--quiet"])
        .output();
    let output = output.expect("rlaunch starts");
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(0), &b"found\n"[..])
    );
}

#[test]
fn a_missile_is_counted_by_the_record_that_launches_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = folder.path().join("store");
    let mut server = Server::missile(&store);
    for number in 1..=4 {
        let address = server.address().to_string();
        let output = tool("rlaunch").args(["launch", &address, "fire"]).output();
        let output = output.expect("rlaunch starts");
        assert_eq!(output.status.code(), Some(0));
        let told = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(told.contains(&number.to_string()), "{told}");
        server.kill();
        server.restart();
    }
    assert_eq!(server.doubts(), 0);
    let (_, out, _) = operate(&store, &["status"]);
    assert!(out.contains("missiles: 4\n"), "{out}");
}

#[test]
fn contradictions_are_refused() {
    for (flags, said) in [
        (
            &["--exec", "cat", "--probe", "x", "--on-doubt", "rerun"][..],
            "--on-doubt rerun: --probe finds out instead",
        ),
        (&["--exec", "cat", "--probe", ""][..], "--probe: no command"),
        (
            &["--missile", "--probe", "x"][..],
            "--probe: a --missile leaves no doubt",
        ),
        (
            &["--missile", "--on-doubt", "report"][..],
            "--on-doubt: a --missile leaves no doubt",
        ),
        (
            &["--missile", "--exec", "cat"][..],
            "--missile: the action is what --exec says",
        ),
        (
            &["--missile", "--coproc", "cat"][..],
            "--missile: the action is what --coproc says",
        ),
        (
            &["--missile", "--store", "x", "--control", "y"][..],
            "--control: the socket is in the folder",
        ),
    ] {
        let mut command = tool("rlaunch");
        command.args(["serve", "127.0.0.1:0"]).args(flags);
        if !flags.contains(&"--store") {
            command.arg("--ephemeral");
        }
        let output = command.output().expect("rlaunch starts");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{flags:?}");
        assert!(err.contains(said) && err.lines().count() == 1, "{flags:?}: {err}");
    }
}

#[test]
fn a_probe_gets_the_payload_when_the_client_asks_again() {
    let mut orphan = Orphan::new("true");
    let _life = orphan.next_life(&["--probe", "test $(cat) = coffee && echo found"]);
    orphan.end();
    let mut answer = orphan.answer();
    // The probe that came before the client's question had no payload.
    if answer.0 == 4 {
        orphan.ask_again();
        answer = orphan.answer();
    }
    assert_eq!(answer, (0, "found\n".to_owned()));
}
