//! The everyday jobs: one call, a batch, a resumed call, the pair, and what goes wrong.

use std::fs;
use std::io::Write;
use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::server::{Server, until_there};
use crate::support::{Guard, free_port, tool, until};

pub(super) fn run(command: &mut Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().expect("rlaunch starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (status.code().expect("it exits"), text(stdout), text(stderr))
}

fn launch(server: &str) -> Command {
    let mut command = tool("rlaunch");
    command.args(["launch", server, "--deadline", "20"]);
    command
}

/// `launch --lines` with these lines.
fn batch(server: &str, journal: &Path, lines: &str) -> (i32, String, String) {
    let mut command = launch(server);
    command.args(["--lines", "--journal"]).arg(journal);
    let mut client = Guard::spawn(&mut command);
    let mut stdin = client.stdin.take().expect("it is piped");
    stdin.write_all(lines.as_bytes()).expect("it reads");
    drop(stdin);
    let mut text = (String::new(), String::new());
    std::io::Read::read_to_string(client.stdout.as_mut().expect("piped"), &mut text.0).expect("text");
    std::io::Read::read_to_string(client.stderr.as_mut().expect("piped"), &mut text.1).expect("text");
    (
        client.wait().expect("it ends").code().expect("it exits"),
        text.0,
        text.1,
    )
}

struct World {
    folder: tempfile::TempDir,
    server: Server,
}

impl World {
    /// A server whose action logs its payload and answers with it in capitals.
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let action = format!("tee -a {} | tr a-z A-Z", folder.path().join("log").display());
        let server = Server::start(&folder.path().join("store"), &action);
        Self { folder, server }
    }

    fn address(&self) -> String {
        self.server.address().to_string()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

#[test]
fn a_launch_prints_the_result_and_nothing_else() {
    let world = World::new();
    let (status, out, err) = run(launch(&world.address()).arg("coffee"));
    assert_eq!((status, out.as_str()), (0, "COFFEE"));
    // A machine that is busy may make the client ask again, which it says.
    let mut remarks = err
        .lines()
        .filter(|line| !line.contains(": no answer yet, asked again "));
    assert_eq!(remarks.next(), None);
    assert_eq!(world.log(), "coffee");
}

#[test]
fn a_server_that_was_killed_still_knows_every_id() {
    let mut world = World::new();
    let journal = world.folder.path().join("journal");
    let lines = "one\ntwo\n";
    let (status, first, _) = batch(&world.address(), &journal, lines);
    assert_eq!(status, 0);
    world.server.kill();
    world.server.restart();
    let (status, second, _) = batch(&world.address(), &journal, lines);
    assert_eq!(status, 0);
    assert_ne!(first, second, "a batch that is through is followed by a new one");
    let log = world.log();
    assert_eq!(
        (log.len(), log.matches("one").count(), log.matches("two").count()),
        (12, 2, 2)
    );
}

#[test]
fn a_batch_whose_client_was_killed_goes_on_where_it_stopped() {
    let world = World::new();
    let journal = world.folder.path().join("journal");
    let lines: String = (10..50).map(|number| format!("line-{number};\n")).collect();
    let input = world.folder.path().join("input");
    fs::write(&input, &lines).expect("the input");
    for kills in 0.. {
        let mut command = launch(&world.address());
        command
            .args(["--lines", "--window", "4", "--quiet", "--journal"])
            .arg(&journal);
        command.stdin(fs::File::open(&input).expect("the input"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut client = Guard(child.expect("rlaunch starts"));
        let enough = (kills + 1) * 60;
        let mut ended = None;
        until("it has ended or done some more", || {
            ended = client.try_wait().expect("a child");
            ended.is_some() || world.log().len() >= enough
        });
        if let Some(status) = ended {
            assert_eq!(status.code(), Some(0));
            assert!(kills > 2, "it was killed only {kills} times");
            break;
        }
        client.kill().expect("it runs");
    }
    let log = world.log();
    let mut performed: Vec<_> = log.split_terminator(';').collect();
    performed.sort_unstable();
    let expected: Vec<_> = (10..50).map(|number| format!("line-{number}")).collect();
    assert_eq!(performed, expected, "each line once");
    let (status, _, err) = batch(&world.address(), &journal, "other\n");
    assert_eq!(status, 0, "a batch that is through leaves nothing: {err}");
}

#[test]
fn a_window_makes_calls_side_by_side_and_prints_them_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    // The first line's action waits for that of the fourth.
    let gate = folder.path().join("gate");
    let action = format!(
        "read x; case $x in 1) {};; 4) touch {};; esac; echo $x",
        until_there(&gate),
        gate.display()
    );
    let server = Server::start(&folder.path().join("store"), &action);
    let mut command = launch(&server.address().to_string());
    let mut client = Guard::spawn(command.args(["--lines", "--quiet", "--window", "4"]));
    let mut stdin = client.stdin.take().expect("piped");
    stdin.write_all(b"1\n2\n3\n4\n5\n").expect("it reads");
    drop(stdin);
    let mut out = String::new();
    std::io::Read::read_to_string(client.stdout.as_mut().expect("piped"), &mut out).expect("text");
    let results: Vec<_> = out.lines().filter_map(|line| line.rsplit(' ').next()).collect();
    assert_eq!(results, ["1\\n", "2\\n", "3\\n", "4\\n", "5\\n"]);
}

#[test]
fn other_lines_than_those_of_the_interrupted_batch_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(
        &folder.path().join("store"),
        "sh -c 'read x; [ $x = stuck ] && sleep 5; echo $x'",
    );
    let journal = folder.path().join("journal");
    let address = server.address().to_string();
    let mut command = tool("rlaunch");
    command.args([
        "launch",
        &address,
        "--lines",
        "--deadline",
        "0.4",
        "--grace",
        "0.1",
        "--journal",
    ]);
    let mut client = Guard::spawn(command.arg(&journal));
    let mut stdin = client.stdin.take().expect("piped");
    stdin.write_all(b"one\nstuck\n").expect("it reads");
    drop(stdin);
    assert_eq!(client.wait().expect("it ends").code(), Some(4));
    let (status, out, err) = batch(&address, &journal, "two\nstuck\n");
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("is not what the interrupted run"), "{err}");
}

#[test]
fn the_outcome_of_a_command_that_fails_is_launched_with_its_status() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("store"), "cat; exit 7");
    let (status, out, err) = run(launch(&server.address().to_string()).arg("x"));
    assert_eq!((status, out.as_str()), (0, "x"));
    assert!(err.contains("ended with status 7"), "{err}");
}

#[test]
fn an_action_that_cannot_begin_is_certainly_not_launched() {
    let folder = tempfile::tempdir().expect("a folder");
    let server = Server::start(&folder.path().join("store"), "/nonexistent/action");
    let (status, out, err) = run(launch(&server.address().to_string()).arg("x"));
    assert_eq!((status, out.as_str()), (3, ""), "{err}");
    assert!(err.contains("not-launched"), "{err}");
}

#[test]
fn a_call_that_the_deadline_overtakes_is_unknown_then_resumed_under_the_same_id() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, gate, journal) = (
        folder.path().join("log"),
        folder.path().join("gate"),
        folder.path().join("journal"),
    );
    // The action is performed at once, but answers only when the gate is there.
    let action = format!("cat >> {}; {}; echo done", log.display(), until_there(&gate));
    let server = Server::start(&folder.path().join("store"), &action);
    let mut first = tool("rlaunch");
    first.args([
        "launch",
        &server.address().to_string(),
        "x",
        "--deadline",
        "0.3",
        "--grace",
        "0.2",
        "--journal",
    ]);
    let (status, _, err) = run(first.arg(&journal));
    assert_eq!(status, 4, "{err}");
    assert!(
        err.contains("cancelling") && err.contains("still performing"),
        "{err}"
    );
    fs::write(&gate, "").expect("the gate opens");
    let (status, out, err) = run(launch(&server.address().to_string())
        .arg("x")
        .arg("--journal")
        .arg(&journal));
    assert_eq!((status, out.as_str()), (0, "done\n"), "{err}");
    assert!(err.contains("resuming"), "{err}");
    assert_eq!(fs::read_to_string(&log).expect("a log"), "x", "performed once");
}

#[test]
fn a_call_in_execution_when_the_server_dies_is_in_doubt_and_never_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let action = format!("cat >> {}; sleep 2", log.display());
    let mut server = Server::start(&folder.path().join("store"), &action);
    let mut client = Guard::spawn(launch(&server.address().to_string()).arg("x"));
    until("the action has begun", || {
        fs::read_to_string(&log).unwrap_or_default() == "x"
    });
    server.kill();
    server.restart();
    assert_eq!(server.doubts(), 1);
    assert_eq!(client.wait().expect("it ends").code(), Some(4));
    let mut err = String::new();
    std::io::Read::read_to_string(client.stderr.as_mut().expect("piped"), &mut err).expect("text");
    assert!(
        err.contains("the server died while it performed the action"),
        "{err}"
    );
    assert_eq!(fs::read_to_string(&log).expect("a log"), "x");
}

#[test]
fn without_a_server_nothing_is_launched_and_that_is_certain() {
    // A socket that never answers, so that no ICMP error cuts the waiting short.
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = silent.local_addr().expect("bound").to_string();
    let (status, _, err) = run(tool("rlaunch").args(["launch", &address, "x", "--deadline", "0.2"]));
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("not launched"), "{err}");
    let refused = format!("127.0.0.1:{}", free_port());
    let (status, _, err) = run(tool("rlaunch").args(["launch", &refused, "x", "--deadline", "0.2"]));
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("trying again"), "{err}");
}

#[test]
fn a_key_has_the_value_it_was_set_to_after_a_kill() {
    let mut world = World::new();
    let pair = |words: &[&str]| run(tool("rlaunch").args(words).env("RLAUNCH_SERVER", world.address()));
    let (status, _, err) = pair(&["get", "colour"]);
    assert_eq!(status, 1);
    assert!(err.contains("colour: has no value"), "{err}");
    assert_eq!(pair(&["set", "colour", "blue"]).0, 0);
    world.server.kill();
    world.server.restart();
    let address = world.address();
    let (status, out, _) = run(tool("rlaunch").args(["get", "colour", "--server", &address]));
    assert_eq!((status, out.as_str()), (0, "blue\n"));
}

#[test]
fn a_store_in_use_or_of_another_kind_is_refused() {
    let world = World::new();
    let serve = |store: &Path| {
        let store = store.display().to_string();
        run(tool("rlaunch").args(["serve", "127.0.0.1:0", "--store", &store, "--exec", "cat"]))
    };
    let (status, _, err) = serve(&world.folder.path().join("store"));
    assert_eq!(status, 1);
    assert!(err.contains("in use by another process"), "{err}");
    let journal = world.folder.path().join("journal");
    batch(&world.address(), &journal, "one\n");
    let (status, _, err) = serve(&journal);
    assert_eq!(status, 1);
    assert!(err.contains("not a journal of this kind"), "{err}");
}

#[test]
fn a_store_damaged_in_the_middle_is_refused_with_the_offset() {
    let mut world = World::new();
    batch(
        &world.address(),
        &world.folder.path().join("journal"),
        "one\ntwo\nthree\n",
    );
    world.server.kill();
    let file = world.folder.path().join("store/journal");
    let mut bytes = fs::read(&file).expect("a journal");
    bytes[100] ^= 1;
    fs::write(&file, bytes).expect("damage");
    let store = world.folder.path().join("store").display().to_string();
    let (status, _, err) =
        run(tool("rlaunch").args(["serve", "127.0.0.1:0", "--store", &store, "--exec", "cat"]));
    assert_eq!(status, 1);
    assert!(err.contains("damaged at byte"), "{err}");
}

#[test]
fn a_full_disk_ends_the_server_with_an_error_and_acknowledges_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let store = folder.path().join("store").display().to_string();
    let port = free_port();
    // No file may grow beyond 64 KiB: the first megabyte of room for the journal is too much.
    let line = format!(
        "trap '' XFSZ; ulimit -f 64; exec {} serve 127.0.0.1:{port} --store {store} --exec 'tee -a {}'",
        tool("rlaunch").get_program().display(),
        log.display()
    );
    let child = Command::new("/bin/bash")
        .args(["-c", &line])
        .stderr(Stdio::piped())
        .spawn();
    let mut server = Guard(child.expect("bash starts"));
    let (status, out, _) = run(tool("rlaunch").args([
        "launch",
        &format!("127.0.0.1:{port}"),
        "x",
        "--deadline",
        "1",
        "--grace",
        "0",
    ]));
    assert_ne!(status, 0);
    assert_eq!(out, "");
    assert_eq!(server.wait().expect("it ends").code(), Some(1));
    let mut err = String::new();
    std::io::Read::read_to_string(server.stderr.as_mut().expect("piped"), &mut err).expect("text");
    assert!(err.contains("make room in journal: File too large"), "{err}");
    assert!(!log.exists(), "nothing is begun whose intent is not stored");
}

#[test]
fn a_server_that_is_asked_to_stop_finishes_what_it_began() {
    let folder = tempfile::tempdir().expect("a folder");
    let started = folder.path().join("started");
    let server = Server::start(
        &folder.path().join("store"),
        &format!("touch {}; sleep 0.3; echo done", started.display()),
    );
    let mut client = Guard::spawn(launch(&server.address().to_string()).arg("x"));
    until("the action has begun", || started.exists());
    assert_eq!(server.stop().0, Some(0));
    assert_eq!(
        client.wait().expect("it ends").code(),
        Some(0),
        "the result was sent before the end"
    );
}

#[test]
fn a_server_that_keeps_nothing_refuses_what_an_earlier_run_of_it_was_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, journal) = (folder.path().join("log"), folder.path().join("journal"));
    let action = format!("cat >> {}", log.display());
    let mut server = Server::ephemeral(&action);
    let address = server.address().to_string();
    let (status, ..) = batch(&address, &journal, "one\n");
    assert_eq!(status, 0);
    server.kill();
    server.restart();
    let (status, out, _) = batch(&address, &journal, "two\n");
    assert_eq!(status, 0, "a new session is given out: {out}");
    assert_eq!(fs::read_to_string(&log).expect("a log"), "onetwo");
}

#[test]
fn a_server_needs_to_know_whether_to_remember() {
    for (flags, reason) in [
        (&[][..], "--store DIR: needed"),
        (&["--store", "x", "--ephemeral"], "--ephemeral: keeps nothing"),
    ] {
        let (status, out, err) = run(tool("rlaunch")
            .args(["serve", "127.0.0.1:0", "--exec", "cat"])
            .args(flags));
        assert_eq!((status, out.as_str()), (1, ""));
        assert!(err.contains(reason) && err.lines().count() == 1, "{err}");
    }
}

#[test]
fn a_key_that_has_its_value_already_is_answered_at_once() {
    let world = World::new();
    for _ in 0..3 {
        let mut set = tool("rlaunch");
        set.args([
            "set",
            "--server",
            &world.address(),
            "--deadline",
            "20",
            "colour",
            "blue",
        ]);
        assert_eq!(run(&mut set), (0, String::new(), String::new()));
    }
}
