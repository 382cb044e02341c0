//! `--chaos` on a UDP socket of its own.

use std::net::UdpSocket;
use std::time::Duration;

use super::Nc;
use crate::support::free_port;

/// Every datagram twice: whoever sees one of them has seen the bad network.
const TWICE: &[&str] = &["--chaos", "dup=100%,seed=1"];

fn socket() -> (UdpSocket, String) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    let patience = Some(Duration::from_secs(20));
    socket.set_read_timeout(patience).expect("it can be");
    let port = socket.local_addr().expect("it is bound").port();
    (socket, port.to_string())
}

#[track_caller]
fn comes_twice(socket: &UdpSocket, text: &str) {
    for _ in 0..2 {
        let mut bytes = vec![0; 70_000];
        let length = socket.recv(&mut bytes).expect("it comes");
        let bytes = bytes.get(..length).unwrap_or_default();
        assert_eq!(String::from_utf8_lossy(bytes), text);
    }
}

/// A listener, and its port.
fn listener(flags: &[&str]) -> (Nc, u16) {
    let port = free_port();
    let text = port.to_string();
    let mut nc = Nc::ours(&[TWICE, flags, &["-nvlu", "127.0.0.1", &text]].concat());
    assert_eq!(nc.message(), format!("Bound on 127.0.0.1 {port}"));
    assert_eq!(nc.message(), "Network: dup=1,seed=1");
    (nc, port)
}

fn client(port: u16) -> UdpSocket {
    let (socket, _) = socket();
    socket.connect(("127.0.0.1", port)).expect("it can be");
    socket
}

#[test]
fn what_a_client_sends_and_what_it_receives_goes_through_it() {
    let (server, port) = socket();
    let mut nc = Nc::ours(&[TWICE, &["-nu", "127.0.0.1", &port]].concat());
    nc.say("question\n");
    comes_twice(&server, "question\n");
    let (_, from) = {
        nc.say("again\n");
        server.recv_from(&mut [0; 10]).expect("it comes")
    };
    server.send_to(b"answer\n", from).expect("it leaves");
    nc.prints("answer\nanswer\n");
}

#[test]
fn a_listener_talks_to_its_first_sender_only() {
    let (mut nc, port) = listener(&[]);
    let (first, second) = (client(port), client(port));
    first.send(b"one\n").expect("it leaves");
    nc.prints("one\none\n");
    let from = first.local_addr().expect("it is bound").port();
    assert_eq!(nc.message(), format!("Connection received on 127.0.0.1 {from}"));
    second.send(b"nobody\n").expect("it leaves");
    nc.say("answer\n");
    comes_twice(&first, "answer\n");
    first.send(b"two\n").expect("it leaves");
    nc.prints("two\ntwo\n");
}

#[test]
fn keep_answers_whoever_spoke_last() {
    let (mut nc, port) = listener(&["-k"]);
    let clients = [client(port), client(port)];
    for (socket, line) in clients.iter().zip(["first\n", "second\n"]).cycle().take(4) {
        socket.send(line.as_bytes()).expect("it leaves");
        nc.prints(&line.repeat(2));
        nc.say("answer\n");
        comes_twice(socket, "answer\n");
    }
}

#[test]
fn who_may_be_heard_is_decided_by_the_address_outside() {
    let (mut nc, port) = listener(&["-k", "--deny", "127.0.0.9"]);
    let denied = UdpSocket::bind("127.0.0.9:0").expect("all of 127/8 is ours");
    denied
        .send_to(b"denied\n", ("127.0.0.1", port))
        .expect("it leaves");
    client(port).send(b"heard\n").expect("it leaves");
    nc.prints("heard\nheard\n");
}

#[test]
fn what_was_sent_before_the_end_still_arrives() {
    let (server, port) = socket();
    let flags = [
        "-nu",
        "-w",
        "1",
        "--chaos",
        "delay=1500ms,seed=1",
        "127.0.0.1",
        &port,
    ];
    let mut nc = Nc::ours(&flags);
    nc.say("late\n");
    nc.eof();
    nc.ends_well();
    let mut bytes = [0; 10];
    assert_eq!(server.recv(&mut bytes).expect("it comes"), 5);
}

#[test]
fn the_tally_is_told_at_the_end() {
    let (server, port) = socket();
    let flags = [
        "-nuv",
        "-w",
        "1",
        "--chaos",
        "loss=100%,seed=4",
        "127.0.0.1",
        &port,
    ];
    let mut nc = Nc::ours(&flags);
    assert_eq!(nc.message(), "Network: loss=1,seed=4");
    nc.say("lost\n");
    nc.eof();
    let (status, printed, said) = nc.end();
    assert_eq!((status.code(), printed.as_str()), (Some(0), ""));
    assert!(
        said.contains("Up: 1 datagrams in, 0 out (0 bytes), 1 lost,"),
        "{said}"
    );
    drop(server);
}

#[test]
fn the_reliable_mode_loses_nothing_over_it() {
    let port = free_port().to_string();
    let bad = |seed| format!("loss=15%,dup=10%,reorder=20%,corrupt=3%,seed={seed}");
    let flags = ["-nlu", "--reliable", "-v", "--chaos", &bad(5), "127.0.0.1", &port];
    let mut receiver = Nc::ours(&flags);
    assert_eq!(receiver.message(), format!("Bound on 127.0.0.1 {port}"));
    let flags = ["-nuN", "--reliable", "--chaos", &bad(6), "127.0.0.1", &port];
    let mut sender = Nc::ours(&flags);
    let text = "so that nothing is lost\n".repeat(5000);
    sender.say(&text);
    sender.eof();
    receiver.prints(&text);
    sender.ends_well();
}

#[test]
fn what_makes_no_sense_is_refused_in_one_line() {
    let cases: &[(&[&str], &str)] = &[
        (
            &["127.0.0.1", "9"],
            "--chaos is for -u; --relay makes a bad network for TCP",
        ),
        (&["-uU", "x"], "--chaos: not for UNIX-domain sockets"),
        (&["-uz", "127.0.0.1", "9"], "cannot use --chaos and -z"),
        (&["-uF", "127.0.0.1", "9"], "cannot use --chaos and -F"),
    ];
    for (arguments, why) in cases {
        Nc::ours(&[TWICE, arguments].concat()).fails(&format!("rnc: {why}"));
    }
    for (spec, why) in [
        ("loss", "\"loss\" is not KEY=VALUE"),
        (
            "delay=9",
            "delay=9: expected a time as 5ms, or a range as 5ms..50ms",
        ),
        ("seed=1,seed=2", "\"seed\" is given twice"),
    ] {
        Nc::ours(&["-u", "--chaos", spec, "127.0.0.1", "9"]).fails(&format!("rnc: --chaos: {why}"));
    }
}
