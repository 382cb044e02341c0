//! Who may connect, and how one learns that it can be connected to.

use std::fs;
use std::io::{BufRead, BufReader, PipeReader, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::os::fd::AsRawFd;

use super::Nc;
use crate::support::{tool, until};

/// A listener at a port of the kernel's choice, and that port.
pub(super) fn listener(arguments: &[&str]) -> (Nc, u16) {
    let mut nc = Nc::ours(&[arguments, &["-nl", "127.0.0.1", "0"]].concat());
    let line = nc.message();
    let (words, port) = line.rsplit_once(' ').expect("a port is said");
    assert!(
        ["Listening on 127.0.0.1", "Bound on 127.0.0.1"].contains(&words),
        "{line}"
    );
    (nc, port.parse().expect("it is a number"))
}

/// Whether a client is served: what it sends is printed; else it is disconnected.
fn is_served(nc: &mut Nc, port: u16) -> bool {
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    client.write_all(b"served\n").expect("there is room for it");
    // A client that is not served sees the end before anything else: the server never ends a connection itself.
    client.set_nonblocking(true).expect("it can be");
    let mut is_served = false;
    until("it is served or not", || {
        let is_reset = |error: std::io::Error| error.kind() == std::io::ErrorKind::ConnectionReset;
        let is_ended = matches!(client.read(&mut [0]), Ok(0)) || client.peek(&mut [0]).is_err_and(is_reset);
        is_served = !is_ended && nc.has_printed();
        is_ended || is_served
    });
    if is_served {
        nc.prints("served\n");
    }
    is_served
}

#[test]
fn only_the_allowed_are_served_and_never_the_denied() {
    for (arguments, served) in [
        (&["-k", "--allow", "127.0.0.1"][..], true),
        (&["-k", "--allow", "10.0.0.0/8,127.0.0.0/8"], true),
        (&["-k", "--allow", "10.0.0.0/8"], false),
        (&["-k", "--allow", "::ffff:127.0.0.0/104"], true),
        (&["-k", "--deny", "127.0.0.1"], false),
        (&["-k", "--deny", "10.0.0.0/8"], true),
        (&["-k", "--allow", "127.0.0.0/8", "--deny", "127.0.0.1"], false),
    ] {
        let (mut nc, port) = listener(arguments);
        assert_eq!(is_served(&mut nc, port), served, "{arguments:?}");
    }
}

#[test]
fn a_list_can_be_a_file_and_an_empty_one_allows_nobody() {
    let folder = tempfile::tempdir().expect("there is room");
    let list = folder.path().join("list");
    let path = list.to_str().expect("it is text");
    fs::write(&list, "# friends\n10.0.0.0/8 # and\n127.0.0.1\n").expect("there is room");
    let (mut nc, port) = listener(&["-k", "--allow-file", path]);
    assert!(is_served(&mut nc, port));
    let (mut nc, port) = listener(&["-k", "--deny-file", path]);
    assert!(!is_served(&mut nc, port));
    fs::write(&list, "# nobody\n").expect("there is room");
    let (mut nc, port) = listener(&["-k", "--allow-file", path]);
    assert!(!is_served(&mut nc, port));
}

#[test]
fn a_client_of_ipv4_is_one_where_both_families_are_listened_to() {
    let mut nc = Nc::ours(&["-nlk", "--deny", "127.0.0.0/8", "-v", "0"]);
    nc.message();
    let port = nc.port();
    assert!(!is_served(&mut nc, port));
    assert!(
        nc.message().starts_with("Connection from 127.0.0.1 "),
        "it is said"
    );
}

#[test]
fn a_listener_for_one_client_waits_for_one_that_may_connect() {
    let (mut nc, port) = listener(&["--deny", "127.0.0.1"]);
    assert!(!is_served(&mut nc, port) && !is_served(&mut nc, port));
}

#[test]
fn datagrams_of_the_denied_are_dropped() {
    for arguments in [&["-u"][..], &["-uk"], &["-uW2"], &["-ukW2"]] {
        let (mut nc, port) = listener(&[arguments, &["--deny", "127.0.0.2"]].concat());
        let socket = |host: &str| UdpSocket::bind((host, 0)).expect("loopback is a network");
        let (good, bad) = (socket("127.0.0.1"), socket("127.0.0.2"));
        for (from, text) in [
            (&bad, "no\n"),
            (&bad, ""),
            (&good, "yes\n"),
            (&bad, "no\n"),
            (&good, "and yes\n"),
        ] {
            // To whom the listener has connected, it is deaf for the rest.
            let _ = from.send_to(text.as_bytes(), ("127.0.0.1", port));
        }
        nc.prints("yes\nand yes\n");
        if arguments.iter().any(|argument| argument.contains('W')) {
            nc.ends_well();
        }
    }
}

#[test]
fn what_makes_no_sense_is_said_in_one_line() {
    let missing = "/nonexistent/list";
    for (arguments, why) in [
        (
            &["--allow", "127.0.0.1", "127.0.0.1", "1"][..],
            "must use -l with --allow and --deny",
        ),
        (&["-l", "--max-conns", "2", "0"], "must use -k with --max-conns"),
        (
            &["-lku", "--max-conns", "2", "0"],
            "datagrams have no connections for --max-conns to count",
        ),
        (&["-lk", "--max-conns", "0", "0"], "--max-conns too small: 0"),
        (
            &["-lU", "--deny", "::1", "/tmp/s"],
            "clients of a UNIX-domain socket have no address for --allow and --deny",
        ),
        (&["-l", "--deny", "10.0.0.0/40", "0"], "no network: 10.0.0.0/40"),
        (&["-l", "--deny", "", "0"], "an empty list of addresses"),
        (
            &["-l", "--deny-file", missing, "0"],
            "/nonexistent/list: No such file or directory",
        ),
        (
            &["-nl", "--deny", "host.invalid", "0"],
            "getaddrinfo for host \"host.invalid\" port 0: Name or service not known",
        ),
        (
            &["--idle-timeout", "soon", "127.0.0.1", "1"],
            "--idle-timeout invalid: soon",
        ),
        (
            &["--ready-fd", "1", "127.0.0.1", "1"],
            "must use -l with --ready-fd",
        ),
        (&["-l", "--ready-fd", "0", "0"], "--ready-fd too small: 0"),
        (
            &["-l", "--ready-fd", "77", "0"],
            "--ready-fd 77: Bad file descriptor",
        ),
    ] {
        Nc::ours(arguments).fails(&format!("rnc: {why}"));
    }
}

/// `rnc` that writes to a pipe when it is ready.
fn with_pipe(arguments: &[&str]) -> (Nc, PipeReader) {
    let (reader, writer) = std::io::pipe().expect("there is room");
    rustix::io::fcntl_setfd(&writer, rustix::io::FdFlags::empty()).expect("it is open");
    let number = writer.as_raw_fd().to_string();
    let mut command = tool("rnc");
    command.args(["--ready-fd", &number]).args(arguments);
    (Nc::start(&mut command), reader)
}

#[test]
fn who_waits_is_told_where_it_listens() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s").to_str().expect("it is text").to_owned();
    for (arguments, address) in [
        (&["-nl", "127.0.0.1", "0"][..], "127.0.0.1"),
        (&["-nl", "0"], "::"),
        (&["-nlu", "::1", "0"], "::1"),
    ] {
        let (_nc, reader) = with_pipe(arguments);
        let mut line = String::new();
        BufReader::new(reader)
            .read_line(&mut line)
            .expect("it is written to");
        let (at, port) = line.trim_end_matches('\n').split_once(' ').expect("two words");
        assert_eq!(at, address);
        assert_ne!(port.parse::<u16>().expect("a number"), 0);
    }
    for flags in ["-lU", "-lkU", "-luU"] {
        let (mut nc, mut reader) = with_pipe(&[flags, &path]);
        let mut line = vec![0; path.len() + 1];
        reader.read_exact(&mut line).expect("it is written to");
        assert_eq!(String::from_utf8_lossy(&line), format!("{path}\n"));
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&nc.child),
            rustix::process::Signal::TERM,
        )
        .expect("it runs");
        nc.child.wait().expect("it ends");
    }
}

#[test]
fn standard_output_can_be_who_waits() {
    let mut nc = Nc::ours(&["-nl", "--ready-fd", "1", "127.0.0.1", "0"]);
    let port = nc.port();
    nc.prints(&format!("127.0.0.1 {port}\n"));
    let mut client = TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
    client.write_all(b"data").expect("it reads");
    drop(client);
    nc.prints("data");
}
