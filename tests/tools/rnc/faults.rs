//! Peers that reset, vanish or never read; streams that are full, closed or odd. Each ends in the right exit status.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::mem::MaybeUninit;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use socket2::{Domain, SockRef, Socket, Type};

use super::Nc;
use super::tcp::{listener, server};
use crate::support::{Guard, free_port, root, tool};

/// `rnc` with these arguments and streams, and with its standard error piped.
fn with_streams(arguments: &[&str], stdin: impl Into<Stdio>, stdout: impl Into<Stdio>) -> Guard {
    let mut command = tool("rnc");
    command
        .args(arguments)
        .stdin(stdin)
        .stdout(stdout)
        .stderr(Stdio::piped());
    Guard(command.spawn().expect("it starts"))
}

/// Its exit status and what it said.
fn end(mut child: Guard) -> (Option<i32>, String) {
    let mut said = String::new();
    let mut stderr = child.stderr.take().expect("it is piped");
    stderr.read_to_string(&mut said).expect("it is text");
    (child.wait().expect("it ends").code(), said)
}

/// Closes with a reset.
fn reset(stream: TcpStream) {
    SockRef::from(&stream)
        .set_linger(Some(Duration::ZERO))
        .expect("it can be");
    drop(stream);
}

#[test]
fn a_peer_that_resets_after_our_end_without_reading_is_a_loss() {
    let (server, port) = server();
    let mut client = Nc::ours(&["-N", "127.0.0.1", &port]);
    let (peer, _) = server.accept().expect("it connects");
    client.say("never read");
    client.eof();
    // With the end there is all of it.
    let mut bytes = [0; 64];
    while peer.peek(&mut bytes).expect("it arrives") < 10 {}
    drop(peer);
    client.fails("rnc: read from the network: Connection reset by peer");
}

#[test]
fn an_answer_that_the_client_was_too_early_gone_for_is_a_loss() {
    let port = free_port();
    let (stdin, mut typed) = std::io::pipe().expect("there is room");
    let mut command = tool("rnc");
    command.args(["-nvl", "127.0.0.1", &port.to_string()]);
    command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = Guard(command.spawn().expect("it starts"));
    drop(command);
    let mut ready = [0; "Listening on 127.0.0.1 ".len()];
    let stderr = server.stderr.as_mut().expect("it is piped");
    stderr.read_exact(&mut ready).expect("it says so");
    let client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let mut came = [0; 1];
    (&client).write_all(b"?").expect("it reads");
    let stdout = server.stdout.as_mut().expect("it is piped");
    stdout.read_exact(&mut came).expect("it comes");
    // The server is stopped while the client ends for good: so it finds the end and its input together, and what
    // it still sends is answered by a reset.
    let id = Pid::from_child(&server);
    kill_process(id, Signal::STOP).expect("it runs");
    drop(client);
    typed.write_all(b"too late").expect("it is open");
    kill_process(id, Signal::CONT).expect("it is there");
    let (status, said) = end(server);
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("rnc: write to the network: "), "{said}");
}

#[test]
fn what_was_not_acknowledged_when_the_time_is_over_is_a_loss() {
    let (server, port) = server();
    let zeros = File::open("/dev/zero").expect("it is there");
    let client = with_streams(&["-w", "1", "127.0.0.1", &port], zeros, Stdio::null());
    let _never_reads = server.accept().expect("it connects");
    let (status, said) = end(client);
    assert_eq!(status, Some(1), "{said}");
    assert_eq!(said, "rnc: write to the network: timed out\n");
}

#[test]
fn a_listener_waits_until_a_slow_client_has_its_answer() {
    const ANSWER: usize = 1 << 20;
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("answer");
    fs::write(&file, vec![7; ANSWER]).expect("there is room");
    let port = free_port();
    let mut command = tool("rnc");
    command.args(["-nvl", "127.0.0.1", &port.to_string()]);
    command.stdin(File::open(&file).expect("it is there"));
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut server = Guard(command.spawn().expect("it starts"));
    let stderr = server.stderr.as_mut().expect("it is piped");
    stderr.read_exact(&mut [0; 22]).expect("it says so");
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    client.shutdown(Shutdown::Write).expect("it is open");
    let mut came = Vec::new();
    client.read_to_end(&mut came).expect("it is not reset");
    assert_eq!(came.len(), ANSWER);
    assert_eq!(end(server).0, Some(0));
}

#[test]
fn an_answer_that_is_never_taken_is_a_loss_when_the_time_is_over() {
    let port = free_port();
    let mut server = listener(&["-w", "1"], "127.0.0.1", port);
    let client = Socket::new(Domain::IPV4, Type::STREAM, None).expect("it can be made");
    client.set_recv_buffer_size(4096).expect("it can be");
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    client.connect(&address.into()).expect("it listens");
    server.message();
    // More than the client's host takes, and less than ours holds.
    server.say(&"x".repeat(60_000));
    client.peek(&mut [MaybeUninit::uninit()]).expect("it comes");
    client.shutdown(Shutdown::Write).expect("it is open");
    server.fails("rnc: write to the network: timed out");
}

#[test]
fn a_server_survives_the_reset_of_one_client_and_says_so() {
    let port = free_port();
    let mut server = listener(&["-k"], "127.0.0.1", port);
    let client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    server.message();
    reset(client);
    assert!(server.message().contains(" closed: "));
    let why = "rnc: read from the network: Connection reset by peer";
    assert_eq!(server.message(), why);
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it still listens");
    client.write_all(b"still here").expect("it reads");
    server.prints("still here");
}

#[test]
fn a_client_whose_reader_is_gone_fails() {
    let (server, port) = server();
    let mut client = Nc::ours(&["127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    drop(client.child.stdout.take());
    peer.write_all(b"for nobody").expect("it reads");
    client.eof();
    let status = client.child.wait().expect("it ends");
    assert_eq!(status.code(), Some(1));
}

#[test]
fn a_disk_that_becomes_full_is_a_failure() {
    if !root() {
        return;
    }
    let folder = tempfile::tempdir().expect("there is room");
    let mount = |arguments: &[&str]| {
        let mut command = std::process::Command::new("mount");
        command.args(arguments).arg(folder.path());
        command.status().is_ok_and(|status| status.success())
    };
    if !mount(&["-t", "tmpfs", "-o", "size=256k", "none"]) {
        crate::support::skip("no tmpfs can be mounted");
        return;
    }
    for flags in [&[][..], &["-C"]] {
        let copy = File::create(folder.path().join("copy")).expect("there is room");
        let (server, port) = server();
        let client = with_streams(
            &[flags, &["-d", "127.0.0.1", &port]].concat(),
            Stdio::null(),
            copy,
        );
        let (mut peer, _) = server.accept().expect("it connects");
        // It is not all taken.
        let _ = peer.write_all(&vec![7; 4 << 20]);
        drop(peer);
        let (status, said) = end(client);
        assert_eq!(
            (status, said.as_str()),
            (
                Some(1),
                "rnc: write to standard output: No space left on device\n"
            )
        );
    }
    let unmounted = std::process::Command::new("umount").arg(folder.path()).status();
    assert!(unmounted.is_ok_and(|status| status.success()));
}

#[test]
fn a_directory_cannot_be_sent() {
    let (server, port) = server();
    let folder = File::open("/").expect("it is there");
    let client = with_streams(&["127.0.0.1", &port], folder, Stdio::null());
    let _peer = server.accept().expect("it connects");
    let (status, said) = end(client);
    let why = "rnc: read standard input: Is a directory\n";
    assert_eq!((status, said.as_str()), (Some(1), why));
}

#[test]
fn streams_that_are_closed_are_empty_and_full() {
    let (server, port) = server();
    let mut shell = std::process::Command::new("sh");
    let command = format!("exec {} -N 127.0.0.1 {port} <&- >&-", env!("CARGO_BIN_EXE_rnc"));
    shell.args(["-c", &command]).stderr(Stdio::piped());
    let client = Guard(shell.spawn().expect("it starts"));
    let (mut peer, _) = server.accept().expect("it connects");
    let mut came = Vec::new();
    peer.read_to_end(&mut came).expect("it is open");
    assert_eq!(came, b"");
    drop(peer);
    assert_eq!(end(client).0, Some(0));
}

/// What arrives when `stdin` is sent.
fn sent(stdin: File) -> Vec<u8> {
    let (server, port) = server();
    let client = with_streams(&["-N", "127.0.0.1", &port], stdin, Stdio::null());
    let (mut peer, _) = server.accept().expect("it connects");
    let mut came = Vec::new();
    peer.read_to_end(&mut came).expect("it is open");
    drop(peer);
    assert_eq!(end(client), (Some(0), String::new()));
    came
}

#[test]
fn files_of_every_kind_are_sent_whole() {
    let folder = tempfile::tempdir().expect("there is room");
    let sparse = folder.path().join("sparse");
    let file = File::create(&sparse).expect("there is room");
    file.set_len(3 << 20).expect("it can be");
    let sparse = File::open(sparse).expect("it is there");
    assert!(sent(sparse) == vec![0; 3 << 20], "the holes are zeros");
    for file in [
        "/proc/version",
        "/proc/self/cmdline",
        "/proc/filesystems",
        "/sys/kernel/mm/transparent_hugepage/enabled",
    ] {
        let Ok(open) = File::open(file) else { continue };
        if file == "/proc/self/cmdline" {
            assert!(!sent(open).is_empty(), "{file}");
        } else {
            assert_eq!(sent(open), fs::read(file).expect("it is there"), "{file}");
        }
    }
    let append = folder.path().join("append");
    fs::write(&append, "old").expect("there is room");
    let file = File::options()
        .read(true)
        .append(true)
        .open(&append)
        .expect("it is there");
    assert_eq!(sent(file), b"old");
    assert_eq!(sent(File::open("/dev/null").expect("it is there")), b"");
}

#[test]
fn a_file_that_grows_or_shrinks_on_the_way_is_sent_to_its_end() {
    const MUCH: u64 = 64 << 20;
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("file");
    for (length, end_length) in [(MUCH, MUCH / 2), (MUCH, MUCH + 4096)] {
        let file = File::create(&path).expect("there is room");
        file.set_len(length).expect("it can be");
        let (server, port) = server();
        let stdin = File::open(&path).expect("it is there");
        let client = with_streams(&["-N", "127.0.0.1", &port], stdin, Stdio::null());
        let (mut peer, _) = server.accept().expect("it connects");
        // It has begun, and cannot go on before it is read.
        peer.peek(&mut [0]).expect("it comes");
        file.set_len(end_length).expect("it can be");
        let came = std::io::copy(&mut peer, &mut std::io::sink()).expect("it is open");
        drop(peer);
        assert_eq!(came, end_length);
        assert_eq!(end(client), (Some(0), String::new()));
    }
}

#[test]
fn endless_input_ends_with_the_peer() {
    let (server, port) = server();
    let zeros = File::open("/dev/zero").expect("it is there");
    let client = with_streams(&["127.0.0.1", &port], zeros, Stdio::null());
    let (mut peer, _) = server.accept().expect("it connects");
    peer.read_exact(&mut vec![0; 1 << 20]).expect("it comes");
    drop(peer);
    let (status, said) = end(client);
    assert_eq!(status, Some(1));
    assert!(said.starts_with("rnc: "), "{said}");
}

#[test]
fn a_peer_that_never_reads_holds_a_sender_up_until_it_does() {
    const MUCH: u64 = 32 << 20;
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("file");
    File::create(&path)
        .and_then(|file| file.set_len(MUCH))
        .expect("there is room");
    let (server, port) = small_server();
    let stdin = File::open(&path).expect("it is there");
    let mut client = with_streams(&["-N", "127.0.0.1", &port], stdin, Stdio::null());
    let (mut peer, _) = server.accept().expect("it connects");
    peer.peek(&mut [0]).expect("it comes");
    assert!(client.try_wait().expect("it was started").is_none());
    let came = std::io::copy(&mut peer, &mut std::io::sink()).expect("it is open");
    assert_eq!(came, MUCH);
    drop(peer);
    assert_eq!(end(client), (Some(0), String::new()));
}

/// A server whose connections have small buffers.
fn small_server() -> (TcpListener, String) {
    let (server, port) = server();
    SockRef::from(&server)
        .set_recv_buffer_size(4096)
        .expect("it can be");
    (server, port)
}
