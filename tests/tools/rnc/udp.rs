//! Datagrams.

use std::net::UdpSocket;
use std::time::Duration;

use rustix::net::{AddressFamily, SendFlags, SocketFlags, SocketType, send, socketpair};

use super::{Nc, real_nc};
use crate::support::{Guard, free_port, tool};

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
    // As much as the system gives: what overflows is lost, and on a busy machine the reader is late.
    let _ = socket2::SockRef::from(&socket).set_recv_buffer_size(4 << 20);
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

/// Messages in the order in which they are to leave: long runs of one size, and changes of it.
fn messages() -> Vec<Vec<u8>> {
    let sizes = [64; 40]
        .into_iter()
        .chain([10, 1, 1400, 1400, 1400, 9, 40_000, 5, 20_000, 20_000, 3]);
    let numbered = sizes.enumerate();
    numbered
        .map(|(number, size)| vec![u8::try_from(number).expect("there are few"); size])
        .collect()
}

/// `rnc -u` with `messages` on a standard input that keeps them apart.
fn sending(port: u16, messages: &[Vec<u8>]) -> Guard {
    let (ours, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )
    .expect("it can be made");
    let mut command = tool("rnc");
    command.args(["-u", "-w", "1", "127.0.0.1", &port.to_string()]);
    let child = Guard(command.stdin(theirs).spawn().expect("it starts"));
    for message in messages {
        send(&ours, message, SendFlags::empty()).expect("it is read");
    }
    child
}

#[test]
fn messages_of_standard_input_leave_as_they_are_and_in_order() {
    let server = socket();
    let port = server.local_addr().expect("it is bound").port();
    let mut sender = sending(port, &messages());
    for message in messages() {
        assert!(
            receive(&server) == message,
            "a message of {} bytes",
            message.len()
        );
    }
    assert!(sender.wait().expect("it ends").success());
}

#[test]
fn a_large_file_leaves_in_datagrams_of_16_kib() {
    let file = tempfile::NamedTempFile::new().expect("there is room");
    let bytes: Vec<u8> = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    std::fs::write(file.path(), &bytes).expect("there is room");
    let server = socket();
    let port = server.local_addr().expect("it is bound").port();
    let mut command = tool("rnc");
    command.args(["-u", "-w", "1", "127.0.0.1", &port.to_string()]);
    let mut sender = Guard(
        command
            .stdin(file.reopen().expect("it is there"))
            .spawn()
            .expect("it starts"),
    );
    for piece in bytes.chunks(16 << 10) {
        assert!(receive(&server) == piece);
    }
    assert!(sender.wait().expect("it ends").success());
}

#[test]
fn what_comes_together_is_printed_in_order() {
    let (mut nc, port) = receiver(&[]);
    let _sender = sending(port, &messages());
    let stdout = nc.child.stdout.as_mut().expect("it is piped");
    let mut printed = vec![0; messages().concat().len()];
    std::io::Read::read_exact(stdout, &mut printed).expect("so much is printed");
    assert!(printed == messages().concat());
}

#[test]
fn the_limit_counts_datagrams_that_come_together_one_by_one() {
    let (mut nc, port) = receiver(&["-W", "3"]);
    let _sender = sending(port, &vec![b"datagram".to_vec(); 60]);
    nc.message();
    let (status, printed, _) = nc.end();
    assert_eq!(
        (status.code(), printed.as_str()),
        (Some(0), "datagramdatagramdatagram")
    );
}

#[test]
fn a_standard_output_of_messages_gets_one_for_each_datagram() {
    let (ours, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )
    .expect("it can be made");
    let port = free_port();
    let mut command = tool("rnc");
    command.args(["-nvlu", "127.0.0.1", &port.to_string()]);
    command.stdin(std::process::Stdio::null()).stdout(theirs);
    let mut child = Guard(
        command
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("it starts"),
    );
    let mut ready = [0; "Bound on".len()];
    let stderr = child.stderr.as_mut().expect("it is piped");
    std::io::Read::read_exact(stderr, &mut ready).expect("it says so");
    let _sender = sending(port, &messages());
    for message in messages() {
        let mut bytes = vec![0; 70_000];
        let (length, _) =
            rustix::net::recv(&ours, &mut bytes, rustix::net::RecvFlags::empty()).expect("it comes");
        assert!(bytes.get(..length) == Some(message.as_slice()));
    }
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

#[test]
fn what_comes_together_from_who_is_not_welcome_is_not_printed() {
    let (mut nc, port) = receiver(&["-k", "--deny", "127.0.0.1"]);
    let welcome = UdpSocket::bind("127.0.0.2:0").expect("all of 127 is ours");
    let say = |text: &[u8]| welcome.send_to(text, ("127.0.0.1", port)).expect("it leaves");
    say(b"welcome\n");
    nc.prints("welcome\n");
    let mut denied = sending(port, &vec![b"denied".to_vec(); 60]);
    assert!(denied.wait().expect("it ends").success());
    say(b"again\n");
    nc.prints("again\n");
}
