//! Two hosts, and one bad network between them for everything that they send: two network namespaces, each with a
//! TUN device, and raw IP packets carried from one to the other through `Chaos`. So TCP's segments fare as
//! datagrams do.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::OpenOptionsExt;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use fairloss::net::Clock;
use fairloss::proto::Machine;
use fairloss::proto::link::{Chaos, Spec};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Both hosts. They go when this is dropped.
pub(crate) struct Lab {
    names: [String; 2],
    stop: Arc<AtomicBool>,
    carriers: Vec<JoinHandle<io::Result<()>>>,
}

/// Where the hosts are.
pub(crate) const ADDRESSES: [&str; 2] = ["10.231.77.1", "10.231.77.2"];

impl Lab {
    /// Needs root.
    pub(crate) fn new(spec: &str) -> io::Result<Self> {
        let spec: Spec = spec.parse().map_err(io::Error::other)?;
        let names = ["a", "b"].map(|side| format!("fl{}{side}", std::process::id()));
        let mut lab = Self {
            names,
            stop: Arc::default(),
            carriers: Vec::new(),
        };
        let mut devices = Vec::new();
        for (name, address) in lab.names.iter().zip(ADDRESSES) {
            let _ = Command::new("ip").args(["netns", "del", name]).output();
            ip(&["netns", "add", name])?;
            // The device goes along when it is moved; the descriptor stays.
            devices.push(tun(name)?);
            ip(&["link", "set", name, "netns", name])?;
            ip(&["-n", name, "addr", "add", &format!("{address}/24"), "dev", name])?;
            ip(&["-n", name, "link", "set", name, "mtu", "1500", "up"])?;
            ip(&["-n", name, "link", "set", "lo", "up"])?;
        }
        for (seed, from, to) in [(1, 0, 1), (2, 1, 0)] {
            let (Some(from), Some(to)): (Option<&File>, Option<&File>) = (devices.get(from), devices.get(to))
            else {
                continue;
            };
            let (from, to) = (from.try_clone()?, to.try_clone()?);
            let (chaos, stop) = (Chaos::new(spec, seed), Arc::clone(&lab.stop));
            lab.carriers
                .push(thread::spawn(move || carry(chaos, &from, &to, &stop)));
        }
        Ok(lab)
    }

    /// A command on one of them.
    pub(crate) fn on(&self, host: usize, program: &str) -> Command {
        let mut command = Command::new("ip");
        command
            .args(["netns", "exec"])
            .args(self.names.get(host))
            .arg(program);
        command
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for carrier in self.carriers.drain(..) {
            let _ = carrier.join();
        }
        for name in &self.names {
            let _ = Command::new("ip").args(["netns", "del", name]).output();
        }
    }
}

fn ip(arguments: &[&str]) -> io::Result<()> {
    let output = Command::new("ip").args(arguments).output()?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(io::Error::other(format!("ip {}: {why}", arguments.join(" "))))
}

/// A new TUN device: what is read was sent by its host, and what is written comes to it.
#[expect(unsafe_code, reason = "TUNSETIFF has no safe wrapper")]
fn tun(name: &str) -> io::Result<File> {
    let device = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_NONBLOCK)
        .open("/dev/net/tun")?;
    // SAFETY: all bits zero is a valid value: an empty name, no flags.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    let last = request.ifr_name.len() - 1;
    for (place, byte) in request.ifr_name.iter_mut().take(last).zip(name.bytes()) {
        *place = libc::c_char::try_from(byte).map_err(io::Error::other)?;
    }
    request.ifr_ifru.ifru_flags =
        libc::c_short::try_from(libc::IFF_TUN | libc::IFF_NO_PI).map_err(io::Error::other)?;
    // SAFETY: the descriptor is open, and the kernel reads and writes no more than the request, which outlives the
    // call.
    let result = unsafe { libc::ioctl(device.as_raw_fd(), libc::TUNSETIFF as _, &raw mut request) };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(device)
}

/// Carries packets one way until it is told to stop.
fn carry(mut chaos: Chaos<()>, mut from: &File, mut to: &File, stop: &AtomicBool) -> io::Result<()> {
    let clock = Clock::start();
    let (mut packet, mut arrived) = (vec![0; 1 << 16], Vec::new());
    while !stop.load(Ordering::Relaxed) {
        loop {
            match from.read(&mut packet) {
                Ok(length) => chaos.handle(clock.now(), ((), packet.get(..length).unwrap_or_default())),
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) => return Err(error),
            }
            deliver(&mut chaos, &clock, &mut arrived, &mut to);
        }
        deliver(&mut chaos, &clock, &mut arrived, &mut to);
        let next = chaos
            .poll_timeout()
            .map_or(LOOK, |next| next.since(clock.now()).min(LOOK));
        let timeout = Timespec::try_from(next).map_err(io::Error::other)?;
        poll(&mut [PollFd::new(&from.as_fd(), PollFlags::IN)], Some(&timeout))?;
    }
    Ok(())
}

fn deliver(chaos: &mut Chaos<()>, clock: &Clock, arrived: &mut Vec<u8>, to: &mut &File) {
    chaos.handle_timeout(clock.now());
    while chaos.poll_output(arrived).is_some() {
        // A device that does not take it has lost it, as networks do.
        let _ = to.write(arrived);
        arrived.clear();
    }
}

/// How often it is looked whether to stop.
const LOOK: Duration = Duration::from_millis(100);
