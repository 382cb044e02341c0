//! `-u --reliable`: nothing is lost, and both ends know it.

mod network;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;

use super::Nc;
use crate::support::{Guard, free_port, tool};

/// A listener with `flags`, bound.
fn listener(flags: &[&str]) -> (Nc, String) {
    let port = free_port().to_string();
    let mut nc = Nc::ours(&[flags, &["-nvlu", "--reliable", "127.0.0.1", &port]].concat());
    assert_eq!(nc.message(), format!("Bound on 127.0.0.1 {port}"));
    (nc, port)
}

/// A caller with `flags`.
fn caller(flags: &[&str], port: &str) -> Nc {
    Nc::ours(&[flags, &["-nu", "--reliable", "127.0.0.1", port]].concat())
}

/// So many bytes that never repeat.
fn bytes(count: usize) -> Vec<u8> {
    let words = (0..count as u64 / 8).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    words.flat_map(u64::to_le_bytes).collect()
}

/// A command for `rnc` with a file at either end of its streams, and its messages piped.
fn with_files(arguments: &[&str], stdin: Option<&Path>, stdout: &Path) -> Guard {
    let mut command = tool("rnc");
    command.args(arguments).stderr(Stdio::piped());
    command.stdin(match stdin {
        Some(path) => File::open(path).expect("it is there").into(),
        None => Stdio::null(),
    });
    command.stdout(File::create(stdout).expect("there is room"));
    Guard(command.spawn().expect("it starts"))
}

/// Its exit status and what it said.
fn end(mut child: Guard) -> (Option<i32>, String) {
    let mut said = String::new();
    let stderr = child.stderr.as_mut().expect("it is piped");
    stderr.read_to_string(&mut said).expect("it is text");
    (child.wait().expect("it ends").code(), said)
}

/// The lines of the end for `-v`: what was sent and what was received, each with its digest.
fn digests(said: &str) -> (String, String) {
    let line = |start: &str| {
        let line = said.lines().find(|line| line.starts_with(start));
        line.unwrap_or_else(|| panic!("no line {start}: {said}"))
            .trim_start_matches(start)
            .to_owned()
    };
    (line("Sent "), line("Received "))
}

#[test]
fn files_cross_both_ways_and_the_digests_agree() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = |name: &str| folder.path().join(name);
    let (up, down) = (bytes(3 << 20), bytes(1 << 20));
    fs::write(path("up"), &up).expect("there is room");
    fs::write(path("down"), &down).expect("there is room");
    let port = free_port().to_string();
    let arguments = ["-nvu", "-N", "--reliable", "127.0.0.1", &port];
    // The caller is first, and goes on calling.
    let calls = with_files(&arguments, Some(&path("up")), &path("got down"));
    let listens = [&["-l"], &arguments[..]].concat();
    let answers = with_files(&listens, Some(&path("down")), &path("got up"));
    let (calls, answers) = (end(calls), end(answers));
    assert_eq!((calls.0, answers.0), (Some(0), Some(0)), "{calls:?} {answers:?}");
    assert!(fs::read(path("got up")).expect("it is there") == up);
    assert!(fs::read(path("got down")).expect("it is there") == down);
    let digest = |bytes: &[u8]| format!("{} bytes, BLAKE3 {}", bytes.len(), blake3::hash(bytes));
    assert_eq!(digests(&calls.1), (digest(&up), digest(&down)));
    assert_eq!(digests(&answers.1), (digest(&down), digest(&up)));
    assert!(calls.1.contains("succeeded!") && answers.1.contains("Connection received on 127.0.0.1"));
}

#[test]
fn each_end_finishes_for_itself() {
    // An end that is told late, when a keep-alive happens to ask, is an end that is not told.
    let (mut ours, port) = listener(&["-N", "-w", "5"]);
    let mut theirs = caller(&["-N", "-w", "5"], &port);
    theirs.say("question\n");
    ours.prints("question\n");
    ours.say("answer\n");
    ours.eof();
    theirs.prints("answer\n");
    theirs.say("thanks\n");
    ours.prints("thanks\n");
    theirs.eof();
    theirs.ends_well();
    let (status, printed, said) = ours.end();
    assert_eq!((status.code(), printed.as_str()), (Some(0), ""));
    assert!(
        said.contains("Sent 7 bytes") && said.contains("Received 16 bytes"),
        "{said}"
    );
}

#[test]
fn a_listener_ends_with_its_peer_and_keep_serves_the_next_one() {
    let (mut ours, port) = listener(&["-k"]);
    for line in ["one\n", "two\n"] {
        let mut theirs = caller(&["-N"], &port);
        theirs.say(line);
        theirs.eof();
        ours.prints(line);
        theirs.ends_well();
    }
}

#[test]
fn both_need_the_same_key() {
    let folder = tempfile::tempdir().expect("there is room");
    let key = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("there is room");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is ours");
        path.to_str().expect("it is text").to_owned()
    };
    let (one, same, other) = (
        key("one", "secret\n"),
        key("same", "secret"),
        key("other", "Secret"),
    );
    let (mut ours, port) = listener(&["--key", &one]);
    let theirs = caller(&["-N", "-w", "1", "--key", &other], &port);
    theirs.fails("rnc: no answer for 1 s");
    assert_eq!(
        ours.message(),
        "rnc: only datagrams with a wrong tag came: is the --key the same?"
    );
    let mut theirs = caller(&["-N", "--key", &same], &port);
    theirs.say("text\n");
    theirs.eof();
    ours.prints("text\n");
    theirs.ends_well();
    assert_eq!(ours.end().0.code(), Some(0));
}

#[test]
fn a_key_that_is_none_is_refused() {
    let folder = tempfile::tempdir().expect("there is room");
    let empty = folder.path().join("empty");
    fs::write(&empty, "\n").expect("there is room");
    let refused = |path: &Path, why: &str| {
        let path = path.display().to_string();
        caller(&["--key", &path], "9").fails(&format!("rnc: {path}: {why}"));
    };
    fs::set_permissions(&empty, fs::Permissions::from_mode(0o600)).expect("it is ours");
    refused(&empty, "an empty key");
    refused(&folder.path().join("none"), "No such file or directory");
}

#[test]
fn a_key_that_others_can_read_is_warned_of() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("key");
    fs::write(&path, "secret").expect("there is room");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let path = path.display().to_string();
    let mut theirs = caller(&["-w", "1", "--key", &path], &free_port().to_string());
    assert_eq!(
        theirs.message(),
        format!("rnc: {path}: others can read or write this key")
    );
}

#[test]
fn nobody_there_is_a_failure_that_says_what_the_network_said() {
    let port = free_port().to_string();
    caller(&["-w", "1"], &port).fails("rnc: no answer for 1 s: Connection refused");
}

#[test]
fn a_peer_that_is_killed_is_noticed() {
    let (mut ours, port) = listener(&["-w", "2"]);
    let mut theirs = caller(&[], &port);
    theirs.say("text\n");
    ours.prints("text\n");
    drop(theirs);
    let (status, _, said) = ours.end();
    assert_eq!(status.code(), Some(1), "{said}");
    let last = said.lines().last().unwrap_or_default();
    let known = [
        "rnc: the peer is gone: Connection refused",
        "rnc: the peer is silent for 2 s",
        "rnc: nothing moved for 2 s",
    ];
    assert!(known.contains(&last), "{said}");
}

#[test]
fn a_reader_that_is_gone_resets_the_connection() {
    let (mut ours, port) = listener(&[]);
    let mut theirs = caller(&[], &port);
    theirs.say("text\n");
    ours.prints("text\n");
    drop(ours.child.stdout.take());
    // The other end is told, though it sends nothing.
    let (status, _, said) = theirs.end();
    assert_eq!(status.code(), Some(1));
    assert!(said.starts_with("rnc: reset by the peer: "), "{said}");
    let mut rest = String::new();
    ours.messages.read_to_string(&mut rest).expect("it is text");
    assert_eq!(ours.child.wait().expect("it ends").code(), Some(1), "{rest}");
}

#[test]
fn a_reader_that_stops_holds_the_writer_up_with_flat_memory_and_loses_nothing() {
    let (mut ours, port) = listener(&[]);
    let (mut client, stdin) = UnixStream::pair().expect("it can be made");
    let mut command = tool("rnc");
    command.args(["-nuN", "--reliable", "127.0.0.1", &port]);
    command.stdin(OwnedFd::from(stdin)).stdout(Stdio::null());
    let theirs = Guard(command.stderr(Stdio::piped()).spawn().expect("it starts"));
    client.set_nonblocking(true).expect("it can be");
    let block = bytes(1 << 20);
    let (mut sent, mut refusals) = (0, 0);
    // The writer is held up for good when nothing has moved for many turns.
    while refusals < 500 {
        match client.write(&block[sent % block.len()..]) {
            Ok(count) => (sent, refusals) = (sent + count, 0),
            Err(_) => {
                refusals += 1;
                std::thread::park_timeout(std::time::Duration::from_millis(1));
            }
        }
        assert!(sent < 128 << 20, "there is no end to what it takes");
    }
    for process in [&ours.child, &theirs] {
        assert!(peak(process) < 64 << 10, "{} KiB of memory", peak(process));
    }
    drop(client);
    let mut came = Vec::new();
    let stdout = ours.child.stdout.as_mut().expect("it is piped");
    stdout.read_to_end(&mut came).expect("it is open");
    assert_eq!(came.len(), sent);
    assert!(
        came.iter().zip(block.iter().cycle()).all(|(a, b)| a == b),
        "the copy differs"
    );
    assert_eq!((end(theirs).0, ours.end().0.code()), (Some(0), Some(0)));
}

/// The most memory that a process has had, in KiB.
fn peak(process: &Guard) -> usize {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).expect("it is told")
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (arguments, why) in [
        (&["--reliable", "h", "1"][..], "must use -u with --reliable"),
        (&["-uU", "--reliable", "h"], "cannot use --reliable and -U"),
        (&["-uz", "--reliable", "h", "1"], "cannot use --reliable and -z"),
        (&["-uF", "--reliable", "h", "1"], "cannot use --reliable and -F"),
        (&["-ub", "--reliable", "h", "1"], "cannot use --reliable and -b"),
        (
            &["-u", "--reliable", "h", "1", "2"],
            "cannot use --reliable with several ports",
        ),
        (
            &["-u", "--reliable", "--tls", "h", "1"],
            "cannot use --reliable and --tls",
        ),
    ] {
        Nc::ours(arguments).fails(&format!("rnc: {why}"));
    }
}
