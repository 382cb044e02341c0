//! A server that can be killed and comes back on the same port with the same store.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Stdio};

use crate::support::{Guard, free_port, tool};

/// `rlaunch serve` with an action, and a store or none.
pub(super) struct Server {
    process: Guard,
    stderr: BufReader<ChildStderr>,
    address: SocketAddr,
    store: Option<PathBuf>,
    action: Vec<String>,
    flags: Vec<String>,
    doubts: usize,
}

impl Server {
    /// Starts it, and waits until it listens.
    pub(super) fn start(store: &Path, action: &str) -> Self {
        Self::start_with(store, action, &[])
    }

    /// The same, with these flags.
    pub(super) fn start_with(store: &Path, action: &str, flags: &[&str]) -> Self {
        Self::with(Some(store.to_owned()), &["--exec", action], flags)
    }

    /// Starts one that keeps nothing.
    pub(super) fn ephemeral(action: &str) -> Self {
        Self::with(None, &["--exec", action], &[])
    }

    /// Starts one whose action is a coprocess.
    pub(super) fn coproc(store: &Path, command: &str) -> Self {
        Self::with(Some(store.to_owned()), &["--coproc", command], &[])
    }

    /// Starts one whose action is the missile.
    pub(super) fn missile(store: &Path) -> Self {
        Self::with(Some(store.to_owned()), &["--missile"], &[])
    }

    fn with(store: Option<PathBuf>, action: &[&str], flags: &[&str]) -> Self {
        let action: Vec<_> = action.iter().map(|&word| word.to_owned()).collect();
        let flags: Vec<_> = flags.iter().map(|&flag| flag.to_owned()).collect();
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let (process, stderr, doubts) = spawn(address, store.as_deref(), &action, &flags);
        Self {
            process,
            stderr,
            address,
            store,
            action,
            flags,
            doubts,
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many calls it found in doubt, over all its lives.
    pub(super) fn doubts(&self) -> usize {
        self.doubts
    }

    /// SIGKILL.
    pub(super) fn kill(&mut self) {
        self.process.kill().expect("a running server can be killed");
        self.process.wait().expect("a killed server ends");
    }

    /// A new life after [`kill`](Self::kill).
    pub(super) fn restart(&mut self) {
        let (process, stderr, doubts) = spawn(self.address, self.store.as_deref(), &self.action, &self.flags);
        (self.process, self.stderr) = (process, stderr);
        self.doubts += doubts;
    }

    pub(super) fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_child(&self.process)
    }

    /// SIGTERM; its exit status and what else it said.
    pub(super) fn stop(mut self) -> (Option<i32>, String) {
        rustix::process::kill_process(self.pid(), rustix::process::Signal::TERM).expect("it runs");
        let status = self.process.wait().expect("it ends");
        let mut said = String::new();
        std::io::Read::read_to_string(&mut self.stderr, &mut said).expect("it says text");
        (status.code(), said)
    }
}

/// Starts a server; returns how many calls it says are in doubt.
fn spawn(
    address: SocketAddr,
    store: Option<&Path>,
    action: &[String],
    flags: &[String],
) -> (Guard, BufReader<ChildStderr>, usize) {
    let mut command = tool("rlaunch");
    command.arg("serve").arg(address.to_string());
    match store {
        Some(store) => command.arg("--store").arg(store),
        None => command.arg("--ephemeral"),
    };
    command.args(action).args(flags);
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut process = Guard(child.expect("rlaunch starts"));
    let mut stderr = BufReader::new(process.stderr.take().expect("it was piped"));
    let (mut said, mut doubts) = (String::new(), 0);
    loop {
        let mut line = String::new();
        assert!(
            stderr.read_line(&mut line).expect("it says text") > 0,
            "the server ended: {said}"
        );
        if line.contains("serving on") {
            return (process, stderr, doubts);
        }
        if line.contains("calls in doubt, begun") {
            let number = line
                .trim_end()
                .rsplit(' ')
                .next()
                .and_then(|word| word.parse().ok());
            doubts = number.expect("the line ends with a number");
        }
        said.push_str(&line);
    }
}

/// A command of the shell that waits for a file, or for its folder to go with the test that could have made it: no
/// action may be left waiting when the tests are over, whatever became of its server.
pub(super) fn until_there(file: &Path) -> String {
    let folder = file.parent().expect("a file in a folder");
    format!(
        "until [ -e {} ] || [ ! -d {} ]; do sleep 0.02; done",
        file.display(),
        folder.display()
    )
}
