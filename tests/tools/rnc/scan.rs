//! `-z`.

use std::net::{TcpListener, TcpStream, UdpSocket};
use std::process::Command;

use serde_json::Value;

use super::Nc;
use crate::support::{free_port, tool};

/// Eight ports in a row, of which the third and the sixth are open.
fn row() -> (u16, [TcpListener; 2]) {
    loop {
        let first = free_port();
        let open = |port| TcpListener::bind(("127.0.0.1", port)).ok();
        let Some(last) = first.checked_add(7) else {
            continue;
        };
        let all: Vec<_> = (first..=last).filter_map(open).collect();
        if let Ok([_, _, third, _, _, sixth, ..]) = <[_; 8]>::try_from(all) {
            return (first, [third, sixth]);
        }
    }
}

fn found(first: u16, index: u16) -> String {
    format!(
        "Connection to 127.0.0.1 {} port [tcp/*] succeeded!\n",
        first + index
    )
}

/// The lines of open ports, in the order in which they were said.
fn open_ports(said: &str) -> String {
    let open = said.lines().filter(|line| line.ends_with("succeeded!"));
    open.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_range_is_scanned_upwards_from_either_end() {
    let (first, _open) = row();
    let both = found(first, 2) + &found(first, 5);
    for range in [format!("{first}-{}", first + 7), format!("{}-{first}", first + 7)] {
        let (status, printed, said) = Nc::ours(&["-nvz", "127.0.0.1", &range]).end();
        assert_eq!((status.code(), printed.as_str()), (Some(0), ""));
        assert_eq!(open_ports(&said), both);
        assert_eq!(said.matches("failed: Connection refused").count(), 6);
    }
}

#[test]
fn a_list_in_random_order_is_scanned_whole() {
    let (first, _open) = row();
    let ports: Vec<String> = (first..first + 8).map(|port| port.to_string()).collect();
    let arguments: Vec<&str> = ["-nvzr", "127.0.0.1"]
        .into_iter()
        .chain(ports.iter().map(String::as_str))
        .collect();
    let (status, _, said) = Nc::ours(&arguments).end();
    assert_eq!(status.code(), Some(0));
    assert_eq!(said.lines().count(), 8);
    assert!(said.contains(&found(first, 2)) && said.contains(&found(first, 5)));
}

#[test]
fn nothing_open_is_a_silent_failure() {
    let (first, open) = row();
    drop(open);
    Nc::ours(&["-nz", "127.0.0.1", &format!("{first}-{}", first + 7)]).fails("");
}

#[test]
fn a_udp_port_is_closed_when_it_refuses() {
    let port = free_port().to_string();
    Nc::ours(&["-nzu", "127.0.0.1", &port]).fails("");
    let open = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = open.local_addr().expect("it is bound").port();
    let scan = Nc::ours(&["-nzuv", "-w", "1", "127.0.0.1", &port.to_string()]);
    let (status, _, said) = scan.end();
    let line = format!("Connection to 127.0.0.1 {port} port [udp/*] succeeded!\n");
    assert_eq!((status.code(), said), (Some(0), line));
}

/// The objects that a scan prints.
fn json(scan: Nc) -> (Option<i32>, Vec<Value>) {
    let (status, printed, said) = scan.end();
    assert_eq!(said, "");
    let lines = printed
        .lines()
        .map(|line| serde_json::from_str(line).expect("it is JSON"));
    (status.code(), lines.collect())
}

fn texts<'a>(lines: &'a [Value], member: &str) -> Vec<&'a str> {
    lines
        .iter()
        .map(|line| line[member].as_str().unwrap_or("none"))
        .collect()
}

#[test]
fn each_port_is_an_object_in_the_order_of_ports() {
    let (first, _open) = row();
    let range = format!("{first}-{}", first + 7);
    let (code, lines) = json(Nc::ours(&["-z", "--json", "127.0.0.1", &range]));
    assert_eq!(code, Some(0));
    let ports: Vec<_> = lines.iter().map(|line| line["port"].as_u64()).collect();
    assert_eq!(
        ports,
        (first..first + 8)
            .map(|port| Some(port.into()))
            .collect::<Vec<_>>()
    );
    let (o, c) = ("open", "closed");
    assert_eq!(texts(&lines, "state"), [c, c, o, c, c, o, c, c]);
    assert_eq!(lines[0]["reason"], "Connection refused");
    assert_eq!(lines[2]["reason"], "connected");
    assert_eq!(lines[2]["address"], "127.0.0.1");
    assert!(lines[2]["ms"].as_f64().is_some_and(|ms| ms >= 0.0));
}

/// A port that drops what wants to connect: its queue is full.
pub(super) fn full(at: &str) -> (TcpListener, Vec<TcpStream>) {
    let socket =
        socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("there is TCP");
    let any: std::net::SocketAddr = at.parse().expect("it is an address");
    socket.bind(&any.into()).expect("loopback has a free port");
    socket.listen(0).expect("it is bound");
    let listener = TcpListener::from(socket);
    let to = listener.local_addr().expect("it is bound");
    let wait = std::time::Duration::from_millis(300);
    let mut held = Vec::new();
    while let Ok(stream) = TcpStream::connect_timeout(&to, wait) {
        held.push(stream);
    }
    (listener, held)
}

#[test]
fn a_port_that_does_not_answer_is_filtered() {
    let (listener, _held) = full("127.0.0.1:0");
    let port = listener.local_addr().expect("it is bound").port().to_string();
    let (code, lines) = json(Nc::ours(&["-z", "-w", "1", "--json", "127.0.0.1", &port]));
    assert_eq!((code, texts(&lines, "state")), (Some(1), vec!["filtered"]));
    assert_eq!(texts(&lines, "reason"), ["no answer"]);
    let (status, printed, said) = Nc::ours(&["-nvz", "-w", "1", "127.0.0.1", &port]).end();
    assert_eq!((status.code(), printed.as_str()), (Some(1), ""));
    let line = format!("rnc: connect to 127.0.0.1 port {port} (tcp) timed out: Operation now in progress\n");
    assert_eq!(said, line);
}

#[test]
fn a_connection_with_ourselves_is_no_open_port() {
    let port = free_port().to_string();
    let (code, lines) = json(Nc::ours(&["-z", "--json", "-p", &port, "127.0.0.1", &port]));
    assert_eq!((code, texts(&lines, "state")), (Some(1), vec!["closed"]));
    assert_eq!(texts(&lines, "reason"), ["connected to itself"]);
}

#[test]
fn from_one_port_of_ours_ports_are_asked_one_by_one() {
    let (first, _open) = row();
    let (from, range) = (free_port().to_string(), format!("{first}-{}", first + 7));
    let (code, lines) = json(Nc::ours(&["-z", "--json", "-p", &from, "127.0.0.1", &range]));
    assert_eq!((code, lines.len()), (Some(0), 8));
    assert_eq!(
        texts(&lines, "state")
            .iter()
            .filter(|state| **state == "open")
            .count(),
        2
    );
}

#[test]
fn more_silent_ports_than_descriptors_are_asked_in_turn() {
    let sockets: Vec<_> = (0..30)
        .map(|_| UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports"))
        .collect();
    let ports = sockets
        .iter()
        .map(|socket| socket.local_addr().expect("it is bound").port());
    let mut few = Command::new("sh");
    few.args(["-c", "ulimit -n 50; exec \"$@\"", "sh"]);
    few.arg(tool("rnc").get_program())
        .args(["-zu", "-w", "1", "--json", "127.0.0.1"]);
    few.args(ports.map(|port| port.to_string()));
    let (code, lines) = json(Nc::start(&mut few));
    assert_eq!(code, Some(0));
    assert_eq!(texts(&lines, "state"), ["open|filtered"; 30]);
}

#[test]
fn a_udp_port_that_answers_is_open() {
    let server = UdpSocket::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = server.local_addr().expect("it is bound").port().to_string();
    let scan = Nc::ours(&["-zu", "--json", "127.0.0.1", &port]);
    let (_, from) = server.recv_from(&mut [0; 8]).expect("it asks");
    server.send_to(b"yes", from).expect("it listens");
    let (code, lines) = json(scan);
    assert_eq!((code, texts(&lines, "reason")), (Some(0), vec!["answered"]));
}

#[test]
fn a_scan_that_cannot_be_is_refused_in_one_line() {
    let refused = |arguments: &[&str], why: &str| {
        let all: Vec<&str> = arguments.iter().copied().chain(["127.0.0.1", "9"]).collect();
        Nc::ours(&all).fails(&format!("rnc: {why}"));
    };
    refused(&["--inflight", "9"], "must use -z with --inflight");
    refused(&["-z", "--inflight", "0"], "inflight too small: 0");
    refused(
        &["-z", "--inflight", "9", "-i", "1"],
        "cannot use --inflight and -i",
    );
    refused(
        &["-z", "--inflight", "9", "-p", "1"],
        "cannot use --inflight and -p",
    );
    refused(
        &["-z", "--inflight", "9", "-x", "a"],
        "cannot use --inflight and -x",
    );
}
