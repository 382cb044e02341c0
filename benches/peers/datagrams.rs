//! UDP in bulk: how many datagrams a second a receiver takes from a flood, and how many a sender makes of messages;
//! and how many in a second of CPU time, which does not depend on how fast this end can be.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::io::{self, IoSlice};
use std::net::UdpSocket;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use fairloss::net::Trains;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use crate::contest::{children_cpu, say};
use crate::{RNC, closed_port};

/// The median rates of both sides over interleaved rounds.
pub(crate) fn run(_: &Path) -> io::Result<()> {
    for size in [64, 1400] {
        contest(&format!("-lu : nc -lu, datagrams of {size} bytes"), |program| {
            received(program, size)
        })?;
        contest(&format!("-u : nc -u, messages of {size} bytes"), |program| {
            sent(program, size)
        })?;
    }
    Ok(())
}

fn contest(name: &str, run: impl Fn(&str) -> io::Result<Rate>) -> io::Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(run(RNC)?);
        theirs.push(run("nc")?);
    }
    say(&format!("rnc {name} ({ROUNDS} rounds)"));
    let figures: [Figure; 2] = [
        ("second", |rate| rate.by_clock),
        ("CPU second", |rate| rate.by_cpu),
    ];
    for (figure, of) in figures {
        let (ours, theirs) = (median(ours.iter().map(of)), median(theirs.iter().map(of)));
        say(&format!(
            "  millions a {figure:10}  ours {:6.2}   theirs {:6.2}   ratio {:.1}",
            ours / 1e6,
            theirs / 1e6,
            ours / theirs
        ));
    }
    Ok(())
}

/// A line of the table: of what, and where a run keeps it.
type Figure = (&'static str, fn(&Rate) -> f64);

/// Datagrams per second.
struct Rate {
    by_clock: f64,
    by_cpu: f64,
}

impl Rate {
    /// Ends `child`, which has moved so many datagrams since `begun`, and was the only one.
    fn of(child: &mut Child, count: u64, begun: Instant) -> io::Result<Self> {
        let (time, before) = (begun.elapsed(), children_cpu());
        child.kill()?;
        child.wait()?;
        let cpu = children_cpu().saturating_sub(before);
        Ok(Self {
            by_clock: count as f64 / time.as_secs_f64(),
            by_cpu: count as f64 / cpu.as_secs_f64(),
        })
    }
}

/// A flood of trains towards `program -lu`: what was sent and not dropped at its socket.
fn received(program: &str, size: usize) -> io::Result<Rate> {
    let port = closed_port()?;
    let mut child = Command::new(program)
        .args(["-lu", "127.0.0.1", &port])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    while table(&port).is_none() {
        thread::sleep(Duration::from_millis(1));
    }
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(format!("127.0.0.1:{port}"))?;
    let datagram = vec![b'x'; size];
    let mut trains = Trains::default();
    let pieces: Vec<IoSlice<'_>> = (0..trains.next(std::iter::repeat_n(size, 1000)))
        .map(|_| IoSlice::new(&datagram))
        .collect();
    let mut sent = 0;
    let begun = Instant::now();
    while begun.elapsed() < TIME {
        for _ in 0..100 {
            match trains.send(socket.as_fd(), None, &pieces) {
                Ok(_) => sent += pieces.len() as u64,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
    let dropped = table(&port).unwrap_or_default();
    Rate::of(&mut child, sent.saturating_sub(dropped), begun)
}

/// Messages on the standard input of `program -u`, whose datagrams nobody reads: how many it took.
fn sent(program: &str, size: usize) -> io::Result<Rate> {
    let sink = UdpSocket::bind("127.0.0.1:0")?;
    let port = sink.local_addr()?.port().to_string();
    let (ours, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    let mut child = Command::new(program)
        .args(["-u", "127.0.0.1", &port])
        .stdin(theirs)
        .stdout(Stdio::null())
        .spawn()?;
    let message = vec![b'x'; size];
    let mut sent = 0;
    let begun = Instant::now();
    while begun.elapsed() < TIME {
        sent += send_many(&ours, &message)?;
    }
    Rate::of(&mut child, sent, begun)
}

/// Sends a message many times in one call: how many times.
#[expect(unsafe_code, reason = "no safe wrapper sends several messages at once")]
fn send_many(socket: &OwnedFd, message: &[u8]) -> io::Result<u64> {
    const COUNT: u32 = 64;
    let mut bytes = libc::iovec {
        iov_base: message.as_ptr().cast_mut().cast(),
        iov_len: message.len(),
    };
    // SAFETY: all bits zero is a valid value: no address, no buffers.
    let mut headers: [libc::mmsghdr; COUNT as usize] = unsafe { std::mem::zeroed() };
    for header in &mut headers {
        header.msg_hdr.msg_iov = &raw mut bytes;
        header.msg_hdr.msg_iovlen = 1;
    }
    // SAFETY: each header points at bytes that are borrowed until the end of this function; the kernel reads them.
    let sent = unsafe { libc::sendmmsg(socket.as_raw_fd(), headers.as_mut_ptr(), COUNT, 0) };
    u64::try_from(sent).map_err(|_| io::Error::last_os_error())
}

/// How many datagrams the kernel has dropped at the socket bound to a port of 127.0.0.1, if there is one.
fn table(port: &str) -> Option<u64> {
    let local = format!(": 0100007F:{:04X} ", port.parse::<u16>().ok()?);
    let table = std::fs::read_to_string("/proc/net/udp").ok()?;
    let line = table.lines().find(|line| line.contains(&local))?;
    line.split_whitespace().last()?.parse().ok()
}

fn median(rates: impl Iterator<Item = f64>) -> f64 {
    let mut rates: Vec<f64> = rates.collect();
    rates.sort_by(f64::total_cmp);
    rates.get(rates.len() / 2).copied().unwrap_or_default()
}

const ROUNDS: usize = 5;
const TIME: Duration = Duration::from_millis(500);
