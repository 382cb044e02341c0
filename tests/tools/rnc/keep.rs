//! `-k`: a server goes on serving.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use rustix::net::sockopt::set_socket_linger;

use super::Nc;
use super::access::listener;
use crate::support::tool;

fn client(port: u16) -> TcpStream {
    TcpStream::connect(("127.0.0.1", port)).expect("it listens")
}

#[test]
fn more_than_max_conns_wait_for_their_turn() {
    let (mut nc, port) = listener(&["-k", "--max-conns", "2"]);
    let mut clients: Vec<_> = (0..3).map(|_| client(port)).collect();
    // The third is the first to speak; nobody hears it while the others are there.
    for (client, text) in clients.iter_mut().zip(["one\n", "two\n", "three\n"]).rev() {
        client.write_all(text.as_bytes()).expect("there is room");
    }
    let mut printed = vec![0; 8];
    nc.child
        .stdout
        .as_mut()
        .expect("it is piped")
        .read_exact(&mut printed)
        .expect("two are served");
    let printed = String::from_utf8(printed).expect("it is text");
    assert!(
        ["one\ntwo\n", "two\none\n"].contains(&printed.as_str()),
        "{printed}"
    );
    assert!(!nc.has_printed());
    drop(clients.remove(0));
    nc.prints("three\n");
}

#[test]
fn whatever_becomes_of_its_clients_a_server_goes_on() {
    let (mut nc, port) = listener(&["-k"]);
    for round in 0..20 {
        let mut reset = client(port);
        reset.write_all(b"r").expect("there is room");
        nc.prints("r");
        set_socket_linger(&reset, Some(std::time::Duration::ZERO)).expect("it can be set");
        drop(reset);
        // Gone before it could be taken.
        let gone = client(port);
        set_socket_linger(&gone, Some(std::time::Duration::ZERO)).expect("it can be set");
        drop(gone);
        let half = client(port);
        half.shutdown(std::net::Shutdown::Write).expect("it is open");
        let mut good = client(port);
        let text = format!("{round}\n");
        good.write_all(text.as_bytes()).expect("it reads");
        nc.prints(&text);
    }
}

#[test]
fn a_client_that_never_reads_is_not_in_the_way() {
    let (mut nc, port) = listener(&["-k"]);
    let deaf = client(port);
    let mut stdin = nc.child.stdin.take().expect("it is piped");
    // Far more than the buffers of a connection hold.
    let typing = std::thread::spawn(move || stdin.write_all(&vec![b'x'; 32 << 20]));
    let mut good = client(port);
    good.write_all(b"served\n").expect("it reads");
    nc.prints("served\n");
    drop(deaf);
    drop(nc);
    let _ = typing.join();
}

#[test]
fn a_client_that_says_nothing_is_broken_off() {
    let (mut nc, port) = listener(&["-k", "--idle-timeout", "200ms"]);
    for _ in 0..2 {
        let mut silent = client(port);
        assert_eq!(silent.read(&mut [0]).expect("it is ended"), 0);
    }
    assert_eq!(nc.message(), "rnc: idle timeout");
    let (nc, port) = listener(&["--idle-timeout", "0.2"]);
    let _silent = client(port);
    nc.fails("rnc: idle timeout");
}

#[test]
fn a_client_costs_one_descriptor() {
    let (mut nc, port) = listener(&["-k"]);
    let mut clients: Vec<_> = (0..100).map(|_| client(port)).collect();
    for round in ["a", "b"] {
        for client in &mut clients {
            client.write_all(round.as_bytes()).expect("there is room");
        }
        nc.prints(&round.repeat(clients.len()));
    }
    let open = std::fs::read_dir(format!("/proc/{}/fd", nc.child.id())).expect("it runs");
    assert!(open.count() < clients.len() + 50);
}

#[test]
fn without_descriptors_clients_wait_and_it_is_said_once() {
    let mut command = Command::new("/bin/sh");
    command
        .arg("-c")
        .arg("ulimit -n 40; exec \"$0\" \"$@\"")
        .arg(tool("rnc").get_program());
    let mut nc = Nc::start(command.args(["-nlk", "127.0.0.1", "0"]));
    let port = nc.port();
    let mut clients: Vec<_> = (0..60).map(|_| client(port)).collect();
    assert_eq!(
        nc.message(),
        "rnc: accept: Too many open files: no more clients for now"
    );
    for client in &mut clients {
        client.write_all(b"x").expect("there is room");
    }
    // As they leave, the others are served, and nothing is lost.
    let mut served = 0;
    while served < clients.len() {
        let mut some = [0; 100];
        let stdout = nc.child.stdout.as_mut().expect("it is piped");
        let count = stdout.read(&mut some).expect("somebody is served");
        assert_ne!(count, 0);
        served += count;
        for client in clients.iter().take(served) {
            let _ = client.shutdown(std::net::Shutdown::Write);
        }
    }
    drop(clients);
    rustix::process::kill_process(
        rustix::process::Pid::from_child(&nc.child),
        rustix::process::Signal::TERM,
    )
    .expect("it runs");
    let (_, _, said) = nc.end();
    assert_eq!(said, "");
}

#[test]
fn when_standard_output_is_full_the_server_ends() {
    let mut command = tool("rnc");
    command
        .args(["-nlk", "127.0.0.1", "0"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped());
    command.stdout(
        std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("it is a device"),
    );
    let child = crate::support::Guard(command.spawn().expect("it starts"));
    let mut nc = Nc::of(child);
    let port = nc.port();
    let mut client = client(port);
    client.write_all(b"too much").expect("there is room");
    assert_eq!(
        nc.message(),
        "rnc: write to standard output: No space left on device"
    );
    assert_eq!(nc.child.wait().expect("it ends").code(), Some(1));
}
