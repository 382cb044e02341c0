//! What is done to the bytes, and where else they go.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream, UdpSocket};

use super::Nc;
use super::tcp::{listener, server};
use super::usage::refused;
use crate::support::{free_port, tool, until};

/// The lines of a dump without those that tell of connections.
fn lines(dump: &str) -> Vec<&str> {
    dump.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn a_hex_dump_shows_both_ways_as_they_are_on_the_wire() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("dump");
    fs::write(&file, "what was there before\n").expect("there is room");
    let path = file.display().to_string();
    let (server, port) = server();
    let mut client = Nc::ours(&["-N", "--crlf", "--hex-dump", &path, "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    // Cut where a line of the dump is full, however long the second half takes.
    for piece in ["hello, and more ", "than a line\n"] {
        client.say(piece);
        peer.read_exact(&mut vec![0; piece.replace('\n', "\r\n").len()])
            .expect("it comes");
    }
    peer.write_all(b"\xff\x00ok").expect("it reads");
    let mut answer = [0; 4];
    let stdout = client.child.stdout.as_mut().expect("it is piped");
    stdout.read_exact(&mut answer).expect("it comes");
    client.eof();
    drop(peer);
    client.ends_well();
    let dump = fs::read_to_string(&file).expect("it was written");
    assert!(dump.starts_with("# 1: 2"), "{dump}");
    assert!(
        dump.lines()
            .next()
            .is_some_and(|line| line.ends_with(&format!(" with 127.0.0.1 {port}")))
    );
    let expected = [
        "1> 00000000  68 65 6c 6c 6f 2c 20 61  6e 64 20 6d 6f 72 65 20  |hello, and more |",
        "1> 00000010  74 68 61 6e 20 61 20 6c  69 6e 65 0d 0a           |than a line..|",
        "1< 00000000  ff 00 6f 6b                                       |..ok|",
    ];
    assert_eq!(lines(&dump), expected);
}

#[test]
fn a_hex_dump_can_be_followed_though_a_line_is_not_full() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("dump");
    let (server, port) = server();
    let mut client = Nc::ours(&["--hex-dump", &file.display().to_string(), "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    client.say("partial");
    peer.read_exact(&mut [0; 7]).expect("it comes");
    until("it is written", || {
        fs::read_to_string(&file).is_ok_and(|dump| dump.ends_with("|partial|\n"))
    });
}

#[test]
fn a_hex_dump_numbers_the_connections_of_a_listener() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("dump");
    let port = free_port();
    let mut server = listener(
        &["-k", "--hex-dump", &file.display().to_string()],
        "127.0.0.1",
        port,
    );
    for line in ["first\n", "second\n"] {
        let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        client.write_all(line.as_bytes()).expect("it reads");
        client.shutdown(Shutdown::Write).expect("it is open");
        server.message();
        server.prints(line);
        // Received, and then closed.
        server.message();
    }
    let dump = fs::read_to_string(&file).expect("it was written");
    let begins: Vec<_> = lines(&dump).iter().filter_map(|line| line.get(..11)).collect();
    assert_eq!(begins, ["1< 00000000", "2< 00000000"]);
}

#[test]
fn a_hex_dump_of_datagrams_has_a_line_for_each() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("dump");
    let peer = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = peer.local_addr().expect("it is bound").port().to_string();
    let path = file.display().to_string();
    let mut client = Nc::ours(&["-u", "-W", "2", "--hex-dump", &path, "127.0.0.1", &port]);
    client.say("query");
    let (_, from) = peer.recv_from(&mut [0; 16]).expect("it comes");
    peer.send_to(b"one", from).expect("it can be");
    peer.send_to(b"two", from).expect("it can be");
    client.prints("onetwo");
    client.ends_well();
    let dump = fs::read_to_string(&file).expect("it was written");
    let texts: Vec<_> = lines(&dump)
        .iter()
        .filter_map(|line| line.split_once('|'))
        .map(|(_, text)| text)
        .collect();
    assert_eq!(texts, ["query|", "one|", "two|"]);
}

#[test]
fn a_hex_dump_that_cannot_be_written_is_an_error() {
    let (server, port) = server();
    let mut client = Nc::ours(&["--hex-dump", "/dev/full", "127.0.0.1", &port]);
    let (_peer, _) = server.accept().expect("it connects");
    client.say("shown to nobody");
    client.fails("rnc: write the hex dump: No space left on device");

    let why = "rnc: /nowhere/dump: No such file or directory";
    Nc::ours(&["--hex-dump", "/nowhere/dump", "127.0.0.1", &port]).fails(why);
}

#[test]
fn whoever_only_sends_prints_nothing_and_does_not_wait_for_the_peer() {
    let (server, port) = server();
    let mut client = Nc::ours(&["--send-only", "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    peer.write_all(b"never printed").expect("it reads");
    client.say("all of it");
    client.eof();
    client.ends_well();
    let mut came = String::new();
    peer.read_to_string(&mut came).expect("it is text");
    assert_eq!(came, "all of it");
}

#[test]
fn whoever_only_sends_goes_on_when_the_peer_has_ended() {
    let port = free_port();
    let mut server = listener(&["--send-only"], "127.0.0.1", port);
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    client.shutdown(Shutdown::Write).expect("it is open");
    server.message();
    for line in ["one", "two"] {
        // It has done all that there was to do: if it took the peer's end for its own it is gone by now.
        wait_until_asleep(server.child.id());
        server.say(line);
        let mut came = [0; 3];
        client.read_exact(&mut came).expect("it comes");
        assert_eq!(came, line.as_bytes());
    }
    server.eof();
    client.read_to_end(&mut Vec::new()).expect("it is closed");
    server.ends_well();
}

fn wait_until_asleep(process: u32) {
    until("it comes to rest", || {
        let status = fs::read_to_string(format!("/proc/{process}/stat")).expect("it is not waited for");
        status.contains(") S ") || status.contains(") Z ")
    });
}

#[test]
fn whoever_only_receives_does_not_read_its_input() {
    let (server, port) = server();
    let mut client = Nc::ours(&["--recv-only", "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    client.say("never sent");
    peer.write_all(b"data\n").expect("it reads");
    client.prints("data\n");
    peer.shutdown(Shutdown::Write).expect("it is open");
    client.ends_well();
    let mut came = Vec::new();
    // The end, or a reset: but no byte.
    let _ = peer.read_to_end(&mut came);
    assert_eq!(came, b"");
}

#[test]
fn contradictions_are_refused() {
    let both = "cannot use --send-only with -d or --recv-only";
    refused(&["--send-only", "--recv-only", "127.0.0.1", "9"], both);
    let none = "cannot use --hex-dump with -z or -F: no bytes are moved";
    refused(&["--hex-dump", "x", "-z", "127.0.0.1", "9"], none);
    let none = "cannot use --progress with -z or -F: no bytes are moved";
    refused(&["--progress", "-z", "127.0.0.1", "9"], none);
    let relay = "cannot use --relay and --hex-dump";
    refused(&["--relay", "--hex-dump", "x", "9", "127.0.0.1:9"], relay);
    let data = "the hex dump needs a file: standard output is for the data";
    refused(&["--hex-dump", "-", "127.0.0.1", "9"], data);
}

#[test]
fn what_the_proxy_has_glued_to_its_answer_is_dumped_too() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("dump");
    let (proxy, port) = server();
    let mut command = tool("rnc");
    command.args(["-X", "4", "-x", &format!("127.0.0.1:{port}"), "--hex-dump"]);
    let client = Nc::start(command.arg(&file).args(["-d", "192.0.2.1", "80"]));
    let (mut peer, _) = proxy.accept().expect("it connects");
    peer.read_exact(&mut [0; 9]).expect("it asks");
    peer.write_all(b"\x00\x5a\0\0\0\0\0\0early\n").expect("it reads");
    drop(peer);
    let (status, printed, _) = client.end();
    assert_eq!((status.code(), printed.as_str()), (Some(0), "early\n"));
    let dump = fs::read_to_string(&file).expect("it was written");
    assert_eq!(
        lines(&dump),
        ["1< 00000000  65 61 72 6c 79 0a                                 |early.|"]
    );
}
