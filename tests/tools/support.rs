//! What the tests of all tools need: the binaries, the peers, and a child that does not outlive its test.
#![allow(dead_code, reason = "each helper is used by the tests of some tool")]
#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a test may look at its environment and say that it skips"
)]

pub(crate) mod name_server;
#[cfg(all(feature = "doh", feature = "doq"))]
pub(crate) mod secure_server;

use std::env;
use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::ops::{Deref, DerefMut, Range};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// A command for one of the five binaries of this build.
pub(crate) fn tool(name: &str) -> Command {
    let mut command = Command::new(match name {
        "rnc" => env!("CARGO_BIN_EXE_rnc"),
        "rdig" => env!("CARGO_BIN_EXE_rdig"),
        "rhost" => env!("CARGO_BIN_EXE_rhost"),
        "rlaunch" => env!("CARGO_BIN_EXE_rlaunch"),
        "rdump" => env!("CARGO_BIN_EXE_rdump"),
        other => panic!("no tool is called {other}"),
    });
    // Nothing is remembered from one test to another, nor in the home of who runs them.
    command.env("XDG_CACHE_HOME", "/proc/no-cache");
    command
}

/// The real program that a tool is compared with, or `None` after a line that says what is skipped. In CI
/// (`FAIRLOSS_REQUIRE_PEERS=1`) a missing peer is a failure.
pub(crate) fn peer(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")])
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    if found.is_none() {
        skip(&format!("{name} is not installed"));
    }
    found
}

/// Whether the test runs as root; says what is skipped if not.
pub(crate) fn root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        skip("not root");
    }
    is_root
}

/// Says that the rest of a test is skipped, and why; fails it in CI.
pub(crate) fn skip(why: &str) {
    assert!(
        env::var_os("FAIRLOSS_REQUIRE_PEERS").is_none(),
        "nothing is skipped in CI, but: {why}"
    );
    eprintln!("SKIPPED: {why}");
}

/// A port of 127.0.0.1 that was free for both TCP and UDP a moment ago, and that nobody else is given.
///
/// It is below those that the kernel hands out by itself: a server that is killed and started again finds it free,
/// and a client that keeps trying it while nobody listens cannot happen to connect to itself.
pub(crate) fn free_port() -> u16 {
    const PORTS: Range<u32> = 10_000..32_000;
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // Tests that run in other processes begin elsewhere.
    let first = std::process::id().wrapping_mul(101);
    for _ in PORTS {
        let number = first.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
        let port =
            u16::try_from(PORTS.start + number % (PORTS.end - PORTS.start)).expect("ports have 16 bits");
        let address = (Ipv4Addr::LOCALHOST, port);
        if TcpListener::bind(address).is_ok() && UdpSocket::bind(address).is_ok() {
            return port;
        }
    }
    panic!("loopback has no free port");
}

/// A child process that is killed when the test is over, however it ends.
pub(crate) struct Guard(pub(crate) Child);

impl Guard {
    /// Starts `command` with its three streams piped.
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self(child.unwrap_or_else(|error| panic!("start {}: {error}", name(command.get_program()))))
    }
}

impl Deref for Guard {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Guard {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits for what another process is about to do; fails the test if that takes a minute, so that none waits for ever.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "waited a minute until {what}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn name(program: &OsStr) -> String {
    program.to_string_lossy().into_owned()
}
