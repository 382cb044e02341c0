//! `rlaunch launch --lines`: many calls in one session.

use std::fs;
use std::io::{Read, Write};
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Child, Command};

use serde_json::Value;

use super::server::{Server, until_there};
use crate::support::{Guard, tool, until};

fn lines(server: &str, more: &[&str]) -> Command {
    let mut command = tool("rlaunch");
    command
        .args(["launch", server, "--lines", "--deadline", "20"])
        .args(more);
    command
}

fn feed(child: &mut Child, lines: &str) {
    let mut stdin = child.stdin.take().expect("it is piped");
    stdin.write_all(lines.as_bytes()).expect("it reads");
}

/// Waits for the end: the exit status, the output and what was said.
fn end(mut child: Guard) -> (i32, String, String) {
    let (mut out, mut err) = (String::new(), String::new());
    child
        .stdout
        .as_mut()
        .expect("piped")
        .read_to_string(&mut out)
        .expect("text");
    child
        .stderr
        .as_mut()
        .expect("piped")
        .read_to_string(&mut err)
        .expect("text");
    (child.wait().expect("it ends").code().expect("it exits"), out, err)
}

fn run(mut command: Command, lines: &str) -> (i32, String, String) {
    let mut child = Guard::spawn(&mut command);
    feed(&mut child, lines);
    end(child)
}

fn numbered(count: usize) -> String {
    (1..=count).map(|number| format!("line-{number:03};\n")).collect()
}

fn server(folder: &Path) -> Server {
    Server::start(
        &folder.join("store"),
        &format!("tee -a {}", folder.join("log").display()),
    )
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}

#[test]
fn each_line_has_its_object_in_order_and_all_are_calls_of_one_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = server(folder.path());
    let command = lines(&server.address().to_string(), &["--json", "--window", "8"]);
    let (status, out, err) = run(command, &numbered(60));
    assert_eq!((status, err.as_str()), (0, ""));
    let objects: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(objects.len(), 60);
    let session = |object: &Value| {
        let id = object["id"].as_str().expect("an id").to_owned();
        id.rsplit_once('-').expect("session and number").0.to_owned()
    };
    for (number, object) in (1..).zip(&objects) {
        assert_eq!(object["line"], number);
        assert_eq!(object["answer"], "launched");
        assert_eq!(object["result"], format!("line-{number:03};"));
        assert!(object["sends"].as_u64() >= Some(1), "{object}");
        assert!(object["rtt"].as_f64().is_some_and(|rtt| rtt < 20.0), "{object}");
        assert_eq!(session(object), session(&objects[0]));
    }
}

#[test]
fn a_server_that_is_killed_in_the_middle_is_waited_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut server = server(folder.path());
    // What is in execution at a kill is lost: so few that those behind them suffice for three kills.
    let command = &mut lines(&server.address().to_string(), &["--window", "8"]);
    let mut client = Guard::spawn(command);
    feed(&mut client, &numbered(120));
    for kill in 1..=3 {
        until("some more was performed", || {
            log(folder.path()).len() >= kill * 30 * "line-000;".len()
        });
        server.kill();
        server.restart();
    }
    let (status, out, err) = end(client);
    let launched = out.lines().filter(|line| line.starts_with("launched ")).count();
    let in_doubt = "the server died while it performed the action";
    let unknown = out
        .lines()
        .filter(|line| line.starts_with("unknown ") && line.ends_with(in_doubt));
    let unknown = unknown.count();
    assert_eq!(launched + unknown, 120, "{out}{err}");
    assert!(unknown <= server.doubts(), "{unknown} of {}", server.doubts());
    assert_eq!(status, if unknown == 0 { 0 } else { 4 });
    let log = log(folder.path());
    let mut performed: Vec<_> = log.split_terminator(';').collect();
    performed.sort_unstable();
    let count = performed.len();
    performed.dedup();
    assert_eq!(performed.len(), count, "none twice");
    assert!((launched..=120).contains(&count));
}

#[test]
fn without_a_server_nothing_is_launched_and_the_journal_goes_on_at_the_same_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("journal").display().to_string();
    // A socket that never answers.
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = silent.local_addr().expect("bound").to_string();
    let hasty = lines(&address, &["--journal", &journal, "--deadline", "0.2"]);
    let (status, out, err) = run(hasty, &numbered(3));
    assert_eq!(status, 3, "{out}{err}");
    assert!(
        out.starts_with("not-launched - - the server does not answer"),
        "{out}"
    );
    let server = server(folder.path());
    let command = lines(&server.address().to_string(), &["--journal", &journal]);
    let (status, out, _) = run(command, &numbered(3));
    assert_eq!((status, out.lines().count()), (0, 3));
    assert_eq!(log(folder.path()).matches(';').count(), 3);
}

#[test]
fn a_stuck_call_ends_the_run_and_the_next_run_resumes_all_that_was_under_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let journal = folder.path().join("journal").display().to_string();
    let (gate, log_file) = (folder.path().join("gate"), folder.path().join("log"));
    let action = format!(
        "read x; echo $x >> {}; if [ $x = 3 ]; then {}; fi; echo $x",
        log_file.display(),
        until_there(&gate)
    );
    let server = Server::start(&folder.path().join("store"), &action);
    let address = server.address().to_string();
    let input = "1\n2\n3\n4\n5\n6\n";
    let hasty = ["--journal", &journal, "--deadline", "1", "--grace", "0.2"];
    let (status, out, err) = run(lines(&address, &hasty), input);
    assert_eq!((status, out.lines().count()), (4, 3), "{out}{err}");
    assert!(
        out.lines()
            .last()
            .is_some_and(|line| line.ends_with("is still performing the action")),
        "{out}"
    );
    fs::write(&gate, "").expect("the gate opens");
    let (status, out, err) = run(lines(&address, &["--journal", &journal]), input);
    let results: Vec<_> = out.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(
        (status, results),
        (0, vec!["3\\n", "4\\n", "5\\n", "6\\n"]),
        "{err}"
    );
    assert!(
        err.contains("going on after line 2") && err.contains("resuming"),
        "{err}"
    );
    let performed = fs::read_to_string(&log_file).expect("a log");
    let mut performed: Vec<_> = performed.lines().collect();
    performed.sort_unstable();
    assert_eq!(performed, ["1", "2", "3", "4", "5", "6"], "each once");
}

#[test]
fn what_a_run_measures_the_next_one_begins_with() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = server(folder.path());
    let remembering = || {
        let mut command = lines(&server.address().to_string(), &["-v"]);
        command.env("XDG_CACHE_HOME", folder.path().join("cache"));
        command
    };
    let (status, _, err) = run(remembering(), &numbered(2));
    assert!(status == 0 && !err.contains("its round trip was"), "{err}");
    let (status, _, err) = run(remembering(), &numbered(2));
    assert!(status == 0 && err.contains("its round trip was"), "{err}");
}

#[test]
fn verbose_tells_every_transmission_and_the_figures() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = server(folder.path());
    let command = lines(&server.address().to_string(), &["-v"]);
    let (status, _, err) = run(command, &numbered(2));
    assert_eq!(status, 0);
    for expected in [
        "asked for a session (attempt 1)",
        "asked (attempt 1)",
        "closing the session",
        " sent, ",
    ] {
        assert!(err.contains(expected), "{expected}: {err}");
    }
}

#[test]
fn what_is_made_with_another_key_is_ignored_and_told() {
    let folder = tempfile::tempdir().expect("a folder");
    // Echoes what it is sent: well-formed, but made without a key.
    let echo = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = echo.local_addr().expect("bound").to_string();
    let key = folder.path().join("key");
    fs::write(&key, [7; 32]).expect("a key");
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("ours alone");
    let key = key.display().to_string();
    let mut client = Guard::spawn(&mut lines(&address, &["-v", "--key", &key, "--deadline", "0.5"]));
    feed(&mut client, "x\n");
    let mut bytes = [0; 1500];
    let (length, from) = echo.recv_from(&mut bytes).expect("a hello");
    // Another key id, and a tag that is nobody's.
    bytes[52] ^= 1;
    echo.send_to(&bytes[..length], from).expect("it is sent");
    let (status, out, err) = end(client);
    assert_eq!(status, 3, "{out}{err}");
    assert!(err.contains("made with another key"), "{err}");
}

#[test]
fn a_line_that_is_too_long_ends_the_run_after_what_is_under_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = server(folder.path());
    let input = format!("one\ntwo\n{}\nfour\n", "x".repeat(1113));
    let (status, out, err) = run(lines(&server.address().to_string(), &[]), &input);
    assert_eq!((status, out.lines().count()), (1, 2), "{out}{err}");
    assert!(err.contains("a line is longer than the 1112 bytes"), "{err}");
}
