//! A client that may ask at several addresses: it moves on, and never past what keeps a launch from being a second.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::path::Path;
use std::process::Stdio;

use super::server::{Server, until_there};
use crate::support::{Guard, free_port, tool, until};

/// Runs a client; its status, its results and what it said.
fn client(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = tool("rlaunch");
    let output = command.args(arguments).stdin(Stdio::null()).output();
    let output = output.expect("rlaunch runs");
    let [said, told] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("text"));
    (output.status.code(), said, told)
}

/// An address where somebody listens and never answers.
fn silent() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = socket.local_addr().expect("it has an address").to_string();
    (socket, address)
}

fn logging(folder: &Path) -> (Server, std::path::PathBuf) {
    let log = folder.join("log");
    let server = Server::start(&folder.join("store"), &format!("tee -a {}", log.display()));
    (server, log)
}

#[test]
fn an_address_that_nobody_serves_and_one_that_is_silent_are_left_for_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, log) = logging(folder.path());
    let (_socket, silent) = silent();
    let places = format!("[::1]:{},{silent},{}", free_port(), server.address());
    let (status, result, told) = client(&["launch", &places, "tea;"]);
    assert_eq!((status, result.as_str()), (Some(0), "tea;"), "{told}");
    assert!(
        told.contains(&format!("{silent}: no answer; asking {}", server.address())),
        "{told}"
    );
    let (status, result, told) =
        client(&["set", "colour", "blue", "--server", &server.address().to_string()]);
    assert_eq!((status, result.as_str()), (Some(0), ""), "{told}");
    assert_eq!(fs::read_to_string(log).expect("it was launched"), "tea;");
}

#[test]
fn many_calls_move_on_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, log) = logging(folder.path());
    let (_socket, silent) = silent();
    let lines = folder.path().join("lines");
    fs::write(&lines, "a\nb\nc\n").expect("it can be written");
    let mut command = tool("rlaunch");
    let places = format!("{silent},{}", server.address());
    command.args(["launch", &places, "--lines"]);
    command.stdin(fs::File::open(&lines).expect("it is there"));
    let output = command.output().expect("rlaunch runs");
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let mut launched = fs::read(log).expect("it was launched");
    launched.sort_unstable();
    assert_eq!(launched, b"abc");
}

#[test]
fn a_name_and_a_key_are_not_asked_of_another_store_than_the_silent_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let (server, log) = logging(folder.path());
    let (_socket, silent) = silent();
    let places = format!("{silent},{}", server.address());
    let named = client(&["launch", &places, "tea", "--id", "order-1", "--deadline", "3"]);
    assert_eq!(named.0, Some(4), "{}", named.2);
    assert!(named.2.contains("it has a store of its own"), "{}", named.2);
    let set = client(&["set", "k", "v", "--server", &places, "--deadline", "3"]);
    assert_eq!(set.0, Some(4), "{}", set.2);
    assert!(!log.exists());
    let get = client(&["get", "k", "--server", &server.address().to_string()]);
    assert_eq!(get.0, Some(1), "nothing was set: {}", get.2);
    // Who answers first is asked, whoever else there is.
    let places = format!("{},{silent}", server.address());
    let named = client(&["launch", &places, "tea", "--id", "order-1"]);
    assert_eq!((named.0, named.1.as_str()), (Some(0), "tea"), "{}", named.2);
}

#[test]
fn a_call_that_one_store_may_have_begun_is_not_begun_at_another() {
    let folder = tempfile::tempdir().expect("a folder");
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    for path in [&one, &other] {
        fs::create_dir(path).expect("a folder");
    }
    let log = one.join("log");
    let slow = format!("tee -a {}; {}", log.display(), until_there(&one.join("never")));
    let mut first = Server::start(&one.join("store"), &slow);
    let (second, second_log) = logging(&other);
    let places = format!("{},{}", first.address(), second.address());
    let journal = folder.path().join("journal");
    let journal = journal.to_str().expect("text");
    let arguments = [
        "launch",
        &places,
        "tea;",
        "--journal",
        journal,
        "--deadline",
        "4",
        "--grace",
        "1",
    ];
    std::thread::scope(|scope| {
        let call = scope.spawn(|| client(&arguments));
        until("the action has begun", || log.exists());
        first.kill();
        let (status, _, told) = call.join().expect("it ends");
        assert_eq!(status, Some(4), "{told}");
        assert!(
            told.contains(&format!("{}: has another store than the call", second.address())),
            "{told}"
        );
    });
    // Nor by a later run, which finds it in its journal; nor is it called certainly not launched.
    let (status, _, told) = client(&[
        "launch",
        &places,
        "tea;",
        "--journal",
        journal,
        "--deadline",
        "1",
        "--grace",
        "1",
    ]);
    assert_eq!(status, Some(4), "{told}");
    assert!(!second_log.exists());
    assert_eq!(fs::read_to_string(log).expect("it was launched"), "tea;");
}

#[test]
fn a_server_that_drains_still_answers_while_an_action_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let [begun, go] = ["begun", "go"].map(|name| folder.path().join(name));
    let action = format!("touch {}; {}; cat", begun.display(), until_there(&go));
    let server = Server::start(&folder.path().join("store"), &action);
    let address = server.address().to_string();
    let named = ["launch", &address, "tea", "--id", "order-1", "-v"];
    let (status, _, told) = client(&[&named[..], &["--deadline", "1", "--grace", "0"]].concat());
    assert!(status == Some(4) && begun.exists(), "{told}");
    rustix::process::kill_process(server.pid(), rustix::process::Signal::TERM).expect("it runs");
    // The result goes to who asked last, and then the server ends.
    let mut command = tool("rlaunch");
    command.args(named).stdin(Stdio::null());
    let mut call = Guard(
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("rlaunch starts"),
    );
    let told = BufReader::new(call.stderr.take().expect("it was piped"));
    let mut told = told.lines().map(|line| line.expect("text"));
    assert!(told.any(|line| line.contains("it is at work")));
    fs::write(&go, "").expect("it can be written");
    let told: Vec<_> = told.collect();
    let mut result = String::new();
    let mut out = call.stdout.take().expect("it was piped");
    out.read_to_string(&mut result).expect("text");
    let status = call.wait().expect("it ends").code();
    assert_eq!((status, result.as_str()), (Some(0), "tea"), "{told:?}");
}
