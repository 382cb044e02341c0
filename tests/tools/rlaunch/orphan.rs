//! A call whose server was killed while its command runs on.

use std::fs;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};

use crate::support::{Guard, free_port, tool};

/// A server, and what it has said.
pub(super) struct Life {
    process: Guard,
    stderr: BufReader<ChildStderr>,
    pub(super) said: String,
}

impl Life {
    /// Starts it, and waits until it serves.
    pub(super) fn begin(address: &str, store: &Path, flags: &[&str]) -> Self {
        let store = store.display().to_string();
        Self::spawn(&[&["serve", address, "--store", &store], flags].concat())
    }

    /// Starts one without a store.
    pub(super) fn ephemeral(flags: &[&str]) -> Self {
        Self::spawn(&[&["serve", "127.0.0.1:0", "--ephemeral"], flags].concat())
    }

    fn spawn(arguments: &[&str]) -> Self {
        let mut command = tool("rlaunch");
        command.args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut process = Guard(command.stderr(Stdio::piped()).spawn().expect("rlaunch starts"));
        let stderr = BufReader::new(process.stderr.take().expect("it is piped"));
        let mut life = Self {
            process,
            stderr,
            said: String::new(),
        };
        life.wait_for("serving on");
        life
    }

    /// Waits until it has said this.
    pub(super) fn wait_for(&mut self, words: &str) {
        while !self.said.contains(words) {
            let count = self.stderr.read_line(&mut self.said).expect("text");
            assert!(count > 0, "it ended: {}", self.said);
        }
    }

    pub(super) fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.process);
        rustix::process::kill_process(pid, signal).expect("it runs");
    }

    pub(super) fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }
}

/// A call that was begun by a server that is no more: its command waits for the gate, and its client for an answer.
pub(super) struct Orphan {
    folder: tempfile::TempDir,
    address: String,
    client: Guard,
    gate: fs::File,
}

impl Orphan {
    /// The action notes that it was begun; let through, it does this.
    pub(super) fn new(then: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("127.0.0.1:{}", free_port());
        let path = |name: &str| folder.path().join(name);
        let (gate, begun) = (path("gate"), path("begun"));
        for pipe in [&gate, &begun] {
            assert!(
                Command::new("mkfifo")
                    .arg(pipe)
                    .status()
                    .expect("mkfifo")
                    .success()
            );
        }
        let then = then.replace("DIR", &folder.path().display().to_string());
        let action = format!(
            "echo yes > {}; read line < {}; {then}",
            begun.display(),
            gate.display()
        );
        let mut server = Life::begin(&address, &path("store"), &["--exec", &action]);
        let mut client = tool("rlaunch");
        client.args([
            "launch",
            &address,
            "coffee",
            "--quiet",
            "--deadline",
            "60",
            "--journal",
        ]);
        let client = Guard::spawn(client.arg(path("journal")));
        assert_eq!(fs::read_to_string(&begun).expect("the action says so"), "yes\n");
        let gate = fs::OpenOptions::new().write(true).open(&gate).expect("it reads");
        server.kill();
        Self {
            folder,
            address,
            client,
            gate,
        }
    }

    /// Starts a server on the same store, whose action notes that it ran.
    pub(super) fn next_life(&self, flags: &[&str]) -> Life {
        let flags: Vec<_> = flags
            .iter()
            .map(|flag| flag.replace("DIR", &self.folder.path().display().to_string()))
            .collect();
        let again = format!("tee -a {}", self.path("again").display());
        let mut all = vec!["--exec", &again];
        all.extend(flags.iter().map(String::as_str));
        Life::begin(&self.address, &self.path("store"), &all)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Lets the command through.
    pub(super) fn end(&mut self) {
        self.gate.write_all(b"go\n").expect("it waits");
    }

    /// How the client ended: its exit status and its output.
    pub(super) fn answer(&mut self) -> (i32, String) {
        let mut out = String::new();
        let mut stdout = self.client.stdout.take().expect("it is piped");
        stdout.read_to_string(&mut out).expect("text");
        let status = self.client.wait().expect("it ends").code();
        (status.expect("it exits"), out)
    }

    /// Asks for the call again, under its id.
    pub(super) fn ask_again(&mut self) {
        let mut client = tool("rlaunch");
        client.args(["launch", &self.address, "coffee", "--quiet", "--journal"]);
        self.client = Guard::spawn(client.arg(self.path("journal")));
    }

    /// `rlaunch VERB --store …`: its exit status, and what it said.
    pub(super) fn operate(&self, arguments: &[&str]) -> (i32, String, String) {
        operate(&self.path("store"), arguments)
    }

    /// The id of the call in doubt.
    pub(super) fn doubt(&self) -> String {
        let (_, out, err) = self.operate(&["status", "--json"]);
        let status: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
        status
            .pointer("/doubts/0/id")
            .and_then(serde_json::Value::as_str)
            .expect("it is in doubt")
            .to_owned()
    }
}

/// `rlaunch VERB --store STORE …`: its exit status, and what it said.
pub(super) fn operate(store: &Path, arguments: &[&str]) -> (i32, String, String) {
    let (verb, rest) = arguments.split_first().expect("a verb");
    let mut command = tool("rlaunch");
    command.arg(verb).arg("--store").arg(store).args(rest);
    let output = command.output().expect("rlaunch starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    let status = output.status.code().expect("it exits");
    (status, text(output.stdout), text(output.stderr))
}
