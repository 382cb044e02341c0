//! Datagrams.

use std::net::UdpSocket;
use std::time::Duration;

use super::{Nc, real_nc};
use crate::support::free_port;

/// `-lu` with `flags`, bound.
fn receiver(flags: &[&str]) -> (Nc, u16) {
    let port = free_port();
    let text = port.to_string();
    let mut nc = Nc::ours(&[flags, &["-nvlu", "127.0.0.1", &text]].concat());
    assert_eq!(nc.message(), format!("Bound on 127.0.0.1 {port}"));
    (nc, port)
}

/// A socket of the test itself that gives up waiting after a while.
fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    let patience = Some(Duration::from_secs(20));
    socket.set_read_timeout(patience).expect("it can be");
    socket
}

fn connected(port: u16) -> UdpSocket {
    let socket = socket();
    socket.connect(("127.0.0.1", port)).expect("it can be");
    socket
}

fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut bytes = vec![0; 70_000];
    let length = socket.recv(&mut bytes).expect("a datagram comes");
    bytes.truncate(length);
    bytes
}

#[test]
fn a_receiver_talks_to_its_first_sender_only() {
    let (mut nc, port) = receiver(&[]);
    let first = connected(port);
    first.send(b"one\n").expect("it is heard");
    nc.prints("one\n");
    let second = connected(port);
    second.send(b"two\n").expect("it leaves");
    let refused = second.recv(&mut [0]).expect_err("the second is refused");
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    nc.say("answer\n");
    assert_eq!(receive(&first), b"answer\n");
    first.send(b"three\n").expect("it is heard");
    nc.prints("three\n");
}

#[test]
fn keep_hears_everybody_and_answers_whoever_spoke_last() {
    let (mut nc, port) = receiver(&["-k"]);
    let (first, second) = (connected(port), connected(port));
    for (socket, line) in [
        (&first, "first\n"),
        (&second, "second\n"),
        (&first, "first again\n"),
    ] {
        socket.send(line.as_bytes()).expect("it is heard");
        nc.prints(line);
        nc.say(line);
        assert_eq!(receive(socket), line.as_bytes());
    }
}

#[test]
fn large_and_empty_datagrams_arrive_as_they_are() {
    let (mut nc, port) = receiver(&[]);
    let socket = connected(port);
    let large = "x".repeat(60_000);
    for text in ["", &large, "", "end"] {
        socket.send(text.as_bytes()).expect("it is heard");
        nc.prints(text);
    }
}

#[test]
fn the_limit_is_so_many_datagrams() {
    let (mut nc, port) = receiver(&["-W", "2"]);
    let socket = connected(port);
    for text in ["one", "two"] {
        socket.send(text.as_bytes()).expect("it is heard");
        nc.prints(text);
    }
    nc.message();
    nc.ends_well();
}

#[test]
fn one_read_is_one_datagram_and_the_idle_timer_ends_it_well() {
    let server = socket();
    let port = server.local_addr().expect("it is bound").port().to_string();
    let mut nc = Nc::ours(&["-u", "-w", "1", "127.0.0.1", &port]);
    nc.say("query\n");
    nc.eof();
    let mut bytes = [0; 100];
    let (length, from) = server.recv_from(&mut bytes).expect("it comes");
    assert_eq!(&bytes[..length], b"query\n");
    server.send_to(b"answer\n", from).expect("it is heard");
    nc.prints("answer\n");
    nc.ends_well();
}

#[test]
fn a_refused_datagram_is_a_loss() {
    let port = free_port().to_string();
    let mut nc = Nc::ours(&["-u", "127.0.0.1", &port]);
    nc.say("x");
    nc.fails("rnc: read from the network: Connection refused");
}

#[test]
fn a_session_with_the_real_nc_on_either_side() {
    let Some(real) = real_nc() else { return };
    let (mut ours, port) = receiver(&[]);
    let mut theirs = Nc::real(&real, &["-u", "127.0.0.1", &port.to_string()]);
    theirs.say("to us\n");
    ours.prints("to us\n");
    ours.say("to them\n");
    theirs.prints("to them\n");

    let port = free_port().to_string();
    let mut theirs = Nc::real(&real, &["-nvlu", "127.0.0.1", &port]);
    theirs.message();
    let mut ours = Nc::ours(&["-u", "127.0.0.1", &port]);
    ours.say("to them\n");
    theirs.prints("to them\n");
    theirs.say("to us\n");
    ours.prints("to us\n");
}
