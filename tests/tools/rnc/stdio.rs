//! Standard input and output of every kind, full disks, readers that stop or go, and a lot of data.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, Stdio};

use rustix::fs::{OFlags, fcntl_getfl};

use super::tcp::{listener, server};
use super::{real_nc, without_summary};
use crate::support::{Guard, free_port, tool};

/// 16 MiB in CI; the same with 1 GiB is run by hand.
const MUCH: usize = 16 << 20;

/// Bytes that never repeat within a page.
pub(super) fn much() -> Vec<u8> {
    let words = (0..MUCH as u64 / 8).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    words.flat_map(u64::to_le_bytes).collect()
}

/// `rnc -l` that prints into `stdout`, and its port.
fn printing_into(stdout: impl Into<Stdio>, flags: &[&str]) -> (Guard, u16) {
    let port = free_port();
    let mut command = tool("rnc");
    command.args(flags).args(["-nvl", "127.0.0.1", &port.to_string()]);
    command.stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped());
    let mut child = Guard(command.spawn().expect("it starts"));
    let mut ready = [0; "Listening on 127.0.0.1 ".len()];
    let stderr = child.stderr.as_mut().expect("it is piped");
    stderr.read_exact(&mut ready).expect("it says so");
    (child, port)
}

/// `rnc -N` that reads `stdin`.
fn reading_from(stdin: impl Into<Stdio>, port: &str) -> Guard {
    let mut command = tool("rnc");
    command.args(["-N", "127.0.0.1", port]).stdin(stdin);
    Guard(command.stdout(Stdio::piped()).spawn().expect("it starts"))
}

fn code(mut child: Guard) -> Option<i32> {
    child.wait().expect("it ends").code()
}

#[test]
fn a_large_file_crosses_unchanged_and_with_flat_memory() {
    let folder = tempfile::tempdir().expect("there is room");
    let (source, copy) = (folder.path().join("source"), folder.path().join("copy"));
    let bytes = much();
    fs::write(&source, &bytes).expect("there is room");
    let (receiver, port) = printing_into(File::create(&copy).expect("there is room"), &[]);
    let sender = reading_from(File::open(&source).expect("it is there"), &port.to_string());
    assert_eq!(code(sender), Some(0));
    assert_eq!(code(receiver), Some(0));
    assert!(fs::read(&copy).expect("it is there") == bytes, "the copy differs");
}

#[test]
fn a_large_file_crosses_to_and_from_the_real_nc() {
    let Some(real) = real_nc() else { return };
    let bytes = much();
    let folder = tempfile::tempdir().expect("there is room");
    let (source, copy) = (folder.path().join("source"), folder.path().join("copy"));
    fs::write(&source, &bytes).expect("there is room");
    let open = || File::open(&source).expect("it is there");

    let (receiver, port) = printing_into(File::create(&copy).expect("there is room"), &[]);
    let mut theirs = Command::new(&real);
    theirs.args(["-N", "127.0.0.1", &port.to_string()]).stdin(open());
    assert_eq!(code(Guard(theirs.spawn().expect("it starts"))), Some(0));
    assert_eq!(code(receiver), Some(0));
    assert!(fs::read(&copy).expect("it is there") == bytes, "the copy differs");

    let port = free_port().to_string();
    let mut theirs = Command::new(&real);
    theirs
        .args(["-nvl", "127.0.0.1", &port])
        .stdin(Stdio::null())
        .stderr(Stdio::piped());
    theirs.stdout(File::create(&copy).expect("there is room"));
    let mut receiver = Guard(theirs.spawn().expect("it starts"));
    receiver
        .stderr
        .as_mut()
        .expect("it is piped")
        .read_exact(&mut [0; 20])
        .expect("it says so");
    assert_eq!(code(reading_from(open(), &port)), Some(0));
    assert_eq!(code(receiver), Some(0));
    assert!(fs::read(&copy).expect("it is there") == bytes, "the copy differs");
}

#[test]
fn pipes_carry_much_both_ways_at_once() {
    let bytes = much();
    let port = free_port();
    let mut server = listener(&["-N"], "127.0.0.1", port);
    let mut client = Guard::spawn(tool("rnc").args(["-N", "127.0.0.1", &port.to_string()]));
    let mut typed = client.stdin.take().expect("it is piped");
    std::thread::scope(|scope| {
        let mut stdin = server.child.stdin.take().expect("it is piped");
        scope.spawn({
            let bytes = &bytes;
            move || stdin.write_all(bytes).expect("it reads")
        });
        let mut stdout = server.child.stdout.take().expect("it is piped");
        let at_server = scope.spawn(move || {
            let mut came = Vec::new();
            stdout.read_to_end(&mut came).map(|_| came)
        });
        let mut stdout = client.stdout.take().expect("it is piped");
        let at_client = scope.spawn(move || {
            let mut came = vec![0; MUCH];
            stdout.read_exact(&mut came).map(|()| came)
        });
        typed.write_all(&bytes).expect("it reads");
        let came = at_client.join().expect("it ends").expect("it is open");
        assert!(came == bytes, "what the client prints differs");
        // Only now: a listener does not wait for its own input when its client has ended.
        drop(typed);
        let came = at_server.join().expect("it ends").expect("it is open");
        assert!(came == bytes, "what the server prints differs");
    });
    assert_eq!(code(client), Some(0));
}

#[test]
fn a_file_is_sent_from_its_offset_and_written_at_its_end() {
    let folder = tempfile::tempdir().expect("there is room");
    let (source, log) = (folder.path().join("source"), folder.path().join("log"));
    fs::write(&source, "skip|rest").expect("there is room");
    fs::write(&log, "old|").expect("there is room");
    let append = File::options().append(true).open(&log).expect("it is there");
    let (receiver, port) = printing_into(append, &[]);
    let mut file = File::open(&source).expect("it is there");
    file.seek(SeekFrom::Start(5)).expect("it can be");
    assert_eq!(code(reading_from(file, &port.to_string())), Some(0));
    assert_eq!(code(receiver), Some(0));
    assert_eq!(fs::read_to_string(&log).expect("it is there"), "old|rest");
}

#[test]
fn a_socket_may_be_standard_input_and_output() {
    let (server, port) = server();
    let (mut ours, theirs) = UnixStream::pair().expect("there is room");
    let output: OwnedFd = theirs.try_clone().expect("there is room").into();
    let mut command = tool("rnc");
    command
        .args(["127.0.0.1", &port])
        .stdin(OwnedFd::from(theirs))
        .stdout(output);
    let child = Guard(command.spawn().expect("it starts"));
    drop(command);
    let (mut peer, _) = server.accept().expect("it connects");
    ours.write_all(b"in\n").expect("it reads");
    let mut line = [0; 3];
    peer.read_exact(&mut line).expect("it comes");
    assert_eq!(&line, b"in\n");
    peer.write_all(b"out").expect("it reads");
    ours.read_exact(&mut line).expect("it comes");
    assert_eq!(&line, b"out");
    ours.shutdown(Shutdown::Write).expect("it is open");
    drop(peer);
    assert_eq!(code(child), Some(0));
}

#[test]
fn the_flags_of_shared_pipes_are_left_alone() {
    let (server, port) = server();
    let (stdin, mut typed) = std::io::pipe().expect("there is room");
    let (mut printed, stdout) = std::io::pipe().expect("there is room");
    let kept = (
        stdin.try_clone().expect("there is room"),
        stdout.try_clone().expect("there is room"),
    );
    let mut command = tool("rnc");
    command
        .args(["-N", "127.0.0.1", &port])
        .stdin(stdin)
        .stdout(stdout);
    let child = Guard(command.spawn().expect("it starts"));
    let (mut peer, _) = server.accept().expect("it connects");
    typed.write_all(b"up").expect("it reads");
    peer.read_exact(&mut [0; 2]).expect("it comes");
    peer.write_all(b"down").expect("it reads");
    printed.read_exact(&mut [0; 4]).expect("it comes");
    for flags in [fcntl_getfl(&kept.0), fcntl_getfl(&kept.1)] {
        assert!(!flags.expect("they are open").contains(OFlags::NONBLOCK));
    }
    drop((child, kept));
}

#[test]
fn a_reader_that_stops_holds_the_sender_up_and_loses_nothing() {
    let (mut printed, stdout) = std::io::pipe().expect("there is room");
    let (child, port) = printing_into(stdout, &[]);
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    client.set_nonblocking(true).expect("it can be");
    let block = much();
    let mut sent = 0;
    let mut refusals = 0;
    // The sender is held up for good when nothing has moved for many turns.
    while refusals < 200 {
        match client.write(&block[sent % MUCH..]) {
            Ok(count) => (sent, refusals) = (sent + count, 0),
            Err(_) => {
                refusals += 1;
                std::thread::yield_now();
                std::thread::park_timeout(std::time::Duration::from_millis(1));
            }
        }
        assert!(sent < 64 << 20, "there is no end to what it takes");
    }
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("it runs");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .expect("it is told");
    let kib: usize = peak
        .trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("it is a number");
    assert!(kib < 32 << 10, "{kib} KiB of memory");
    drop(client);
    let mut came = Vec::new();
    printed.read_to_end(&mut came).expect("it is open");
    assert_eq!(came.len(), sent);
    assert!(
        came.iter().zip(block.iter().cycle()).all(|(a, b)| a == b),
        "the copy differs"
    );
    assert_eq!(code(child), Some(0));
}

#[test]
fn a_full_disk_is_a_failure() {
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("it is there");
    let (mut child, port) = printing_into(full, &[]);
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    client.write_all(b"no room for this").expect("it reads");
    let mut said = String::new();
    let stderr = child.stderr.as_mut().expect("it is piped");
    stderr.read_to_string(&mut said).expect("it is text");
    assert!(
        said.ends_with("rnc: write to standard output: No space left on device\n"),
        "{said}"
    );
    assert_eq!(code(child), Some(1));
}

#[test]
fn a_reader_that_goes_ends_a_listener_at_once_by_its_status_only() {
    let port = free_port();
    let mut nc = listener(&[], "127.0.0.1", port);
    let _client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    nc.message();
    drop(nc.child.stdout.take());
    let status = nc.child.wait().expect("it ends");
    let mut said = String::new();
    nc.messages.read_to_string(&mut said).expect("it is text");
    assert_eq!((status.code(), without_summary(&said).as_str()), (Some(1), ""));
}
