//! A command that outlives its server is known to the next one, for as long as it lives.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Guard, free_port, tool};

/// `rlaunch serve` and what it has said until `until`.
fn serve(address: &str, store: &Path, action: &str, until: &str) -> (Guard, String, impl BufRead + use<>) {
    let mut command = tool("rlaunch");
    command.args(["serve", address, "--exec", action, "--store"]);
    command.arg(store).stdin(Stdio::null()).stdout(Stdio::null());
    let mut server = Guard(command.stderr(Stdio::piped()).spawn().expect("rlaunch starts"));
    let mut stderr = BufReader::new(server.stderr.take().expect("it is piped"));
    let said = read_until(&mut stderr, until);
    (server, said, stderr)
}

fn read_until(stderr: &mut impl BufRead, until: &str) -> String {
    let mut said = String::new();
    while !said.contains(until) {
        assert!(stderr.read_line(&mut said).expect("text") > 0, "it ended: {said}");
    }
    said
}

/// A call, and the pipe that its action waits for: the action ends with it.
struct Orphan {
    _client: Guard,
    gate: fs::File,
}

impl Orphan {
    /// Has a server begin an action that waits, and kills the server.
    fn new(folder: &Path, address: &str) -> Self {
        let (gate, begun) = (folder.join("gate"), folder.join("begun"));
        for pipe in [&gate, &begun] {
            assert!(
                Command::new("mkfifo")
                    .arg(pipe)
                    .status()
                    .expect("mkfifo")
                    .success()
            );
        }
        let action = format!("echo yes > {}; read line < {}", begun.display(), gate.display());
        let (mut server, _, _) = serve(address, &folder.join("store"), &action, "serving on");
        let client = Guard::spawn(tool("rlaunch").args(["launch", address, "coffee", "--deadline", "20"]));
        assert_eq!(fs::read_to_string(&begun).expect("the action says so"), "yes\n");
        let gate = fs::OpenOptions::new().write(true).open(&gate).expect("it reads");
        server.kill().expect("it runs");
        server.wait().expect("it ends");
        Self {
            _client: client,
            gate,
        }
    }

    fn end(&mut self) {
        self.gate.write_all(b"go\n").expect("it waits");
    }
}

#[test]
fn a_server_waits_for_the_commands_of_its_earlier_life() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("127.0.0.1:{}", free_port());
    let mut orphan = Orphan::new(folder.path(), &address);
    let (_server, said, mut stderr) = serve(&address, &folder.path().join("store"), "true", "serving on");
    assert!(said.contains("still at work"), "{said}");
    orphan.end();
    read_until(&mut stderr, "have ended");
}

#[test]
fn a_server_whose_commands_have_ended_waits_for_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let address = format!("127.0.0.1:{}", free_port());
    for _ in 0..2 {
        let (mut server, said, _) = serve(&address, &folder.path().join("store"), "true", "serving on");
        assert!(!said.contains("still at work"), "{said}");
        server.kill().expect("it runs");
        server.wait().expect("it ends");
    }
}
