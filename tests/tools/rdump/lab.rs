//! A network of its own for captures: two ends of a wire in a namespace, and somebody who sends.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use pnet_datalink::Channel;
use rustix::process::{Pid, Signal, kill_process};

use super::capture::{ethernet, ipv4, udp};
use crate::support::{Guard, peer, root};

/// A namespace with a wire from `va` to `vb`, which is gone when the test is over.
pub(super) struct Lab(String);

impl Lab {
    /// None if this machine does not let us, which is said.
    pub(super) fn new() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if !root() {
            return None;
        }
        peer("ip")?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let lab = Self(format!("fairloss-{}-{number}", std::process::id()));
        run(Command::new("ip").args(["netns", "add", &lab.0]));
        // What the system sends by itself would get in between.
        let quiet = "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; \
                     echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6; \
                     ip link add va type veth peer name vb && ip link set va up && ip link set vb up";
        run(lab.inside("sh".as_ref()).args(["-c", quiet]));
        Some(lab)
    }

    /// A command that runs in the namespace.
    pub(super) fn inside(&self, program: &std::ffi::OsStr) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.0]).arg(program);
        command
    }

    /// `rdump` in the namespace.
    pub(super) fn rdump(&self) -> Command {
        self.inside(env!("CARGO_BIN_EXE_rdump").as_ref())
    }

    /// Sends so many numbered frames into `va`, every fourth with a VLAN tag; 0 is until it is killed. It is this
    /// test binary again, in the namespace.
    pub(super) fn send(&self, frames: u64) -> Guard {
        let us = env::current_exe().expect("a test knows its program");
        let mut command = self.inside(us.as_os_str());
        command
            .args(["--exact", "rdump::lab::sender", "--quiet"])
            .env("FAIRLOSS_SEND", frames.to_string())
            .stdout(Stdio::null());
        Guard(command.spawn().expect("this program runs already"))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", &self.0]).status();
    }
}

#[track_caller]
fn run(command: &mut Command) {
    assert!(command.status().expect("it starts").success(), "{command:?}");
}

/// A child that captures, once it has said so; what it says after that can be read.
pub(super) fn listening(command: &mut Command) -> (Guard, BufReader<ChildStderr>) {
    let mut child = Guard(command.stderr(Stdio::piped()).spawn().expect("it starts"));
    let mut said = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut line = String::new();
    while !line.contains("listening on ") {
        line.clear();
        assert_ne!(said.read_line(&mut line).expect("it is text"), 0, "it has ended");
    }
    (child, said)
}

pub(super) fn signal(child: &Child, signal: Signal) {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // It may have ended by itself.
    let _ = kill_process(pid.expect("a child has a number"), signal);
}

/// The number in a frame of [`Lab::send`].
pub(super) fn number(frame: &[u8]) -> u64 {
    let number = frame.last_chunk().expect("a frame ends with its number");
    u64::from_be_bytes(*number)
}

#[test]
#[expect(clippy::disallowed_methods, reason = "it is told what to send")]
fn sender() {
    // As a test of its own it has nothing to do.
    let Some(frames) = env::var("FAIRLOSS_SEND").ok().and_then(|text| text.parse().ok()) else {
        return;
    };
    let interfaces = pnet_datalink::interfaces();
    let end = interfaces
        .iter()
        .find(|interface| interface.name == "va")
        .unwrap();
    let Ok(Channel::Ethernet(mut sender, _)) = pnet_datalink::channel(end, Default::default()) else {
        panic!("frames cannot be sent");
    };
    for number in 0..if frames == 0 { u64::MAX } else { frames } {
        let data = [&[0; 200][..], &number.to_be_bytes()].concat();
        let packet = ipv4([10, 0, 0, 1], [10, 0, 0, 2], 0, 17, &udp(5000, 6000, &data));
        let frame = if number % 4 == 3 {
            ethernet(0x8100, &[&[0, 5, 8, 0][..], &packet].concat())
        } else {
            ethernet(0x0800, &packet)
        };
        if sender.send_to(&frame, None).unwrap().is_err() {
            return;
        }
        if number % 32 == 31 {
            // Other tests want the processor too.
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }
}

/// A number from the environment, for those who want a test to take longer.
#[expect(clippy::disallowed_methods, reason = "a test may look at its environment")]
pub(super) fn setting(name: &str, otherwise: u64) -> u64 {
    env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// What the system says of a process.
pub(super) fn status(child: &Child, field: &str) -> String {
    let text = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
    let value = text
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
    value.unwrap_or_default().trim().to_owned()
}
