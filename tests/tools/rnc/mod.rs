//! `rnc` as a person runs it.

mod access;
mod broker;
mod bytes;
mod chaos;
mod exec;
mod faults;
mod interop;
mod keep;
mod names;
mod proxy;
mod relay;
mod reliable;
mod scan;
mod stdio;
mod tcp;
#[cfg(feature = "tls")]
mod tls;
mod udp;
mod unix;
mod usage;
mod watch;

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{ChildStderr, Command, ExitStatus};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::support::{Guard, peer, tool};

/// A running netcat, ours or the real one, and its three streams.
struct Nc {
    child: Guard,
    messages: BufReader<ChildStderr>,
}

impl Nc {
    fn start(command: &mut Command) -> Self {
        Self::of(Guard::spawn(command))
    }

    /// One that has been started, with its standard error piped.
    fn of(mut child: Guard) -> Self {
        let messages = BufReader::new(child.stderr.take().expect("it is piped"));
        Self { child, messages }
    }

    /// `rnc` with these arguments.
    fn ours(arguments: &[impl AsRef<OsStr>]) -> Self {
        Self::start(tool("rnc").args(arguments))
    }

    /// The real `nc` with these arguments.
    fn real(program: &Path, arguments: &[impl AsRef<OsStr>]) -> Self {
        Self::start(Command::new(program).args(arguments))
    }

    /// The next line of its standard error.
    fn message(&mut self) -> String {
        let mut line = String::new();
        self.messages
            .read_line(&mut line)
            .expect("standard error is text");
        line.trim_end().to_owned()
    }

    /// The port at the end of its next message.
    fn port(&mut self) -> u16 {
        let line = self.message();
        let port = line.rsplit(' ').next().expect("a port is said");
        port.parse().expect("a number")
    }

    /// Types.
    fn say(&mut self, text: &str) {
        let stdin = self.child.stdin.as_mut().expect("it is open");
        stdin.write_all(text.as_bytes()).expect("it reads");
    }

    /// Ends its standard input.
    fn eof(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Reads from its standard output as much as `text` has, which it must be.
    #[track_caller]
    fn prints(&mut self, text: &str) {
        let mut bytes = vec![0; text.len()];
        let stdout = self.child.stdout.as_mut().expect("it is piped");
        stdout.read_exact(&mut bytes).expect("so much is printed");
        assert_eq!(String::from_utf8_lossy(&bytes), text);
    }

    /// Whether something is there to be read from its standard output now.
    fn has_printed(&self) -> bool {
        let stdout = self.child.stdout.as_ref().expect("it is piped");
        let mut polled = [PollFd::new(stdout, PollFlags::IN)];
        poll(&mut polled, Some(&Timespec::default())).expect("it can be polled") > 0
    }

    /// Its exit status, what else it printed, and what else it said.
    fn end(mut self) -> (ExitStatus, String, String) {
        let (mut printed, mut said) = (String::new(), String::new());
        let mut stdout = self.child.stdout.take().expect("it is piped");
        stdout.read_to_string(&mut printed).expect("it is text");
        self.messages.read_to_string(&mut said).expect("it is text");
        (self.child.wait().expect("it ends"), printed, said)
    }

    /// It ends with success, having printed and said no more.
    #[track_caller]
    fn ends_well(self) {
        let (status, printed, said) = self.end();
        let said = without_summary(&said);
        assert_eq!(
            (status.code(), printed.as_str(), said.as_str()),
            (Some(0), "", "")
        );
    }

    /// It ends with failure, saying `why` on standard error and printing nothing more.
    #[track_caller]
    fn fails(self, why: &str) {
        let (status, printed, said) = self.end();
        assert_eq!((status.code(), printed.as_str()), (Some(1), ""));
        assert_eq!(without_summary(&said).trim_end(), why);
    }
}

/// What was said besides how much each connection moved.
fn without_summary(said: &str) -> String {
    let lines = said.split_inclusive('\n');
    lines
        .filter(|line| !(line.starts_with("Connection") && line.contains(" closed: ")))
        .collect()
}

/// The real `nc`, or `None` after saying so.
fn real_nc() -> Option<std::path::PathBuf> {
    peer("nc")
}
