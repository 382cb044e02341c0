//! `rlaunch resume` and `rlaunch cancel`: the same call again, and never another one.

use std::fs;
use std::io::Read;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::everyday::run;
use super::server::{Server, until_there};
use crate::support::{Guard, tool, until};

/// A server whose action logs its payload at once, and answers with it when the gate is open.
struct World {
    folder: tempfile::TempDir,
    server: Server,
    address: String,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let action = format!(
            "tee -a {}; {}",
            folder.path().join("log").display(),
            until_there(&folder.path().join("gate"))
        );
        let server = Server::start(&folder.path().join("store"), &action);
        let address = server.address().to_string();
        Self {
            folder,
            server,
            address,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    fn open(&self) {
        fs::write(self.path("gate"), "").expect("the gate opens");
    }

    /// Launches with these flags and without patience; returns what it says.
    fn overtaken(&self, payload: &str, flags: &[&str]) -> String {
        let mut command = tool("rlaunch");
        command.args([
            "launch",
            &self.address,
            payload,
            "--deadline",
            "0.4",
            "--grace",
            "0.1",
        ]);
        let (status, out, err) = run(command.args(flags));
        assert_eq!((status, out.as_str()), (4, ""), "{err}");
        err
    }

    fn verb(&self, words: &[&str]) -> (i32, String, String) {
        let (verb, rest) = words.split_first().expect("a verb");
        run(tool("rlaunch").args([verb, self.address.as_str()]).args(rest))
    }
}

/// The command line that is said to ask again, run as it stands by a shell.
fn follow(said: &str) -> (i32, String, String) {
    let line = said.split("to ask again: `").nth(1).expect("a command line");
    let line = line.split('`').next().expect("its end");
    let line = line.strip_prefix("rlaunch ").expect("it is ours");
    let binary = tool("rlaunch").get_program().to_owned();
    let script = format!("exec {} {line}", Path::new(&binary).display());
    run(Command::new("/bin/sh")
        .args(["-c", &script])
        .envs([("XDG_CACHE_HOME", "/proc/no-cache"), ("HOME", "/dev/null")]))
}

/// The id in the line that says how a call ended.
fn id(said: &str) -> String {
    let line = said.lines().find_map(|line| {
        line.split(": unknown: ")
            .nth(1)
            .or_else(|| line.strip_prefix("unknown: "))
    });
    let line = line.unwrap_or_else(|| panic!("an ending: {said}"));
    line.split(": ").next().expect("an id").to_owned()
}

#[test]
fn an_unknown_call_says_the_line_that_resumes_it_and_the_line_works() {
    let world = World::new();
    let said = world.overtaken("two 'cold' coffees", &[]);
    world.open();
    let (status, out, err) = follow(&said);
    assert_eq!((status, out.as_str()), (0, "two 'cold' coffees"), "{err}");
    assert_eq!(world.log(), "two 'cold' coffees", "performed once");
}

#[test]
fn the_journal_resumes_one_call_or_all_of_them() {
    let world = World::new();
    let journal = world.path("journal").display().to_string();
    let said = world.overtaken("one;", &["--journal", &journal]);
    world.overtaken("two;", &["--journal", &journal]);
    world.overtaken("three;", &["--journal", &journal, "--id", "third"]);
    world.open();
    let (status, out, err) = follow(&said);
    assert_eq!((status, out.as_str()), (0, "one;"), "{err}");
    let (status, out, err) = world.verb(&["resume", "--journal", &journal]);
    assert_eq!(status, 0, "{err}");
    let results: Vec<_> = out.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(results, ["two;", "three;"]);
    assert!(out.contains("launched third 0 three;"), "{out}");
    let (status, out, err) = world.verb(&["resume", "--journal", &journal]);
    assert_eq!((status, out.as_str()), (0, ""), "{err}");
    assert!(err.contains("nothing is unsettled"), "{err}");
    let (status, _, err) = world.verb(&["resume", "third", "--journal", &journal]);
    assert_eq!(status, 1);
    assert!(err.contains("third: not unsettled in the journal"), "{err}");
    assert_eq!(world.log(), "one;two;three;", "each once");
}

#[test]
fn another_payload_under_the_same_id_launches_nothing() {
    let world = World::new();
    let said = world.overtaken("tea", &[]);
    world.open();
    let (status, out, err) = world.verb(&["resume", &id(&said), "coffee"]);
    assert_eq!((status, out.as_str()), (5, ""), "{err}");
    assert!(err.contains("the id was used with another payload"), "{err}");
    assert!(err.contains("another call needs another id"), "{err}");
    assert_eq!(world.log(), "tea");
}

#[test]
fn a_call_that_was_begun_cannot_be_cancelled_and_its_result_is_told() {
    let world = World::new();
    let said = world.overtaken("tea", &[]);
    let call = id(&said);
    let (status, _, err) = world.verb(&["cancel", &call, "--deadline", "0.3"]);
    assert_eq!(status, 4, "{err}");
    assert!(err.contains("still performing"), "{err}");
    assert!(
        err.contains(&format!("`rlaunch cancel {} {call}`", world.address)),
        "{err}"
    );
    world.open();
    let (status, out, err) = world.verb(&["cancel", &call]);
    assert_eq!((status, out.as_str()), (0, "tea"), "{err}");
}

#[test]
fn a_call_that_is_cancelled_before_it_arrives_is_never_launched() {
    let world = World::new();
    world.open();
    let (status, out, err) = world.verb(&["cancel", "invoice-42", "--json"]);
    assert_eq!(status, 3, "{err}");
    let said: Value = serde_json::from_str(&out).expect("an object");
    assert_eq!(
        (&said["id"], &said["why"]),
        (&"invoice-42".into(), &"ruled-out".into())
    );
    let (status, out, err) = world.verb(&["launch", "tea", "--id", "invoice-42"]);
    assert_eq!((status, out.as_str()), (3, ""), "{err}");
    let (status, ..) = world.verb(&["launch", "tea", "--id", "invoice-43"]);
    assert_eq!(status, 0);
    assert_eq!(world.log(), "tea", "only the one that was not ruled out");
}

#[test]
fn an_interrupted_client_says_how_to_go_on_and_dies_of_the_signal() {
    use std::os::unix::process::ExitStatusExt;

    let world = World::new();
    let mut command = tool("rlaunch");
    let mut client = Guard::spawn(command.args(["launch", &world.address, "tea", "--json"]));
    until("the action has run", || world.log() == "tea");
    let pid = rustix::process::Pid::from_child(&client);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("it runs");
    assert_eq!(client.wait().expect("it ends").signal(), Some(2));
    let (mut out, mut err) = (String::new(), String::new());
    client
        .stdout
        .as_mut()
        .expect("piped")
        .read_to_string(&mut out)
        .expect("text");
    client
        .stderr
        .as_mut()
        .expect("piped")
        .read_to_string(&mut err)
        .expect("text");
    let said: Value = serde_json::from_str(&out).expect("an object");
    assert_eq!(
        (&said["answer"], &said["why"]),
        (&"unknown".into(), &"interrupted".into())
    );
    assert_eq!(said["id"], id(&err));
    world.open();
    let (status, out, err) = follow(&err);
    assert_eq!((status, out.as_str()), (0, "tea"), "{err}");
    assert_eq!(world.log(), "tea", "performed once");
}

#[test]
fn a_server_that_never_answers_leaves_a_resumed_call_unknown() {
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = silent.local_addr().expect("bound").to_string();
    for (id, verb) in [("000000000000004d-9-3", "resume"), ("invoice-42", "resume")] {
        let words = [verb, &address, id, "tea", "--deadline", "0.2", "--grace", "0.1"];
        let (status, out, err) = run(tool("rlaunch").args(words));
        assert_eq!((status, out.as_str()), (4, ""), "{err}");
        assert!(err.contains("unknown") && err.contains(id), "{err}");
    }
}

#[test]
fn a_call_of_a_store_that_is_gone_is_unknown_for_ever() {
    let world = World::new();
    let (status, _, err) = world.verb(&["resume", "000000000000004d-9-3", "tea"]);
    assert_eq!(status, 4, "{err}");
    assert!(err.contains("does not know the session any more"), "{err}");
    assert!(err.contains("look whether it was performed"), "{err}");
    assert_eq!(world.log(), "");
    assert_eq!(world.server.doubts(), 0);
}
