//! Streams: both directions, their ends, and what is lost.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use super::{Nc, real_nc};
use crate::support::{free_port, skip, tool};

/// `-l` at `host`, with `flags` before it, listening.
pub(super) fn listener(flags: &[&str], host: &str, port: u16) -> Nc {
    let port = port.to_string();
    let mut nc = Nc::ours(&[flags, &["-nvl", host, &port]].concat());
    assert_eq!(nc.message(), format!("Listening on {host} {port}"));
    nc
}

/// A server of the test itself, and its port.
pub(super) fn server() -> (TcpListener, String) {
    let server = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = server.local_addr().expect("it is bound").port();
    (server, port.to_string())
}

/// The lecture's session: `… -l ::1 PORT` and `… ::1 PORT`, a line each way, then the client's end.
fn session(mut server: Nc, mut client: Nc) {
    client.say("hello\n");
    server.prints("hello\n");
    server.say("how are you?\n");
    client.prints("how are you?\n");
    client.eof();
    drop(client);
    server.prints("");
    let (status, printed, _) = server.end();
    assert_eq!((status.code(), printed.as_str()), (Some(0), ""));
}

#[test]
fn the_lectures_session_with_itself() {
    let port = free_port().to_string();
    let mut server = Nc::ours(&["-v", "-l", "::1", &port]);
    server.message();
    session(server, Nc::ours(&["::1", &port]));
}

#[test]
fn the_lectures_session_with_the_real_nc_on_either_side() {
    let Some(nc) = real_nc() else { return };
    let port = free_port().to_string();
    let mut server = Nc::real(&nc, &["-v", "-l", "::1", &port]);
    server.message();
    session(server, Nc::ours(&["::1", &port]));

    let port = free_port().to_string();
    let mut server = Nc::ours(&["-v", "-l", "::1", &port]);
    server.message();
    session(server, Nc::real(&nc, &["::1", &port]));
}

#[test]
fn verbose_lines_are_those_of_nc() {
    let port = free_port();
    let mut server = listener(&[], "127.0.0.1", port);
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let from = client.local_addr().expect("it is connected").port();
    assert_eq!(
        server.message(),
        format!("Connection received on 127.0.0.1 {from}")
    );
    client.write_all(b"x").expect("it reads");
    drop(client);
    server.prints("x");
    server.ends_well();

    let (_server, port) = self::server();
    let mut client = Nc::ours(&["-nv", "127.0.0.1", &port]);
    assert_eq!(
        client.message(),
        format!("Connection to 127.0.0.1 {port} port [tcp/*] succeeded!")
    );
}

#[test]
fn half_close_passes_the_end_on_and_goes_on_reading() {
    let (server, port) = server();
    let mut client = Nc::ours(&["-N", "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    client.say("request\n");
    client.eof();
    let mut request = String::new();
    peer.read_to_string(&mut request).expect("it is text");
    assert_eq!(request, "request\n");
    peer.write_all(b"answer\n").expect("it reads");
    drop(peer);
    client.prints("answer\n");
    client.ends_well();
}

#[test]
fn without_half_close_the_peer_sees_no_end_while_it_is_open() {
    let (server, port) = server();
    let mut client = Nc::ours(&["127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    client.eof();
    // Two turns later the end would have arrived.
    for turn in ["one\n", "two\n"] {
        peer.write_all(turn.as_bytes()).expect("it reads");
        client.prints(turn);
    }
    peer.set_nonblocking(true).expect("it can be");
    let read = peer.read(&mut [0]);
    assert_eq!(
        read.expect_err("nothing came").kind(),
        std::io::ErrorKind::WouldBlock
    );
    drop(peer);
    client.ends_well();
}

#[test]
fn a_client_can_still_send_when_the_server_has_finished() {
    let (server, port) = server();
    let mut client = Nc::ours(&["-N", "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    peer.write_all(b"bye\n").expect("it reads");
    peer.shutdown(Shutdown::Write).expect("it is open");
    client.prints("bye\n");
    client.say("late\n");
    client.eof();
    let mut late = String::new();
    peer.read_to_string(&mut late).expect("it is text");
    assert_eq!(late, "late\n");
    client.ends_well();
}

#[test]
fn a_listener_ends_with_its_client_though_its_own_input_is_open() {
    let port = free_port();
    let mut server = listener(&[], "127.0.0.1", port);
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    client.write_all(b"data\n").expect("it reads");
    client.shutdown(Shutdown::Write).expect("it is open");
    server.message();
    server.prints("data\n");
    server.ends_well();
}

#[test]
fn keep_takes_one_client_after_another_even_after_a_reset() {
    let port = free_port();
    let mut server = listener(&["-k"], "127.0.0.1", port);
    for line in ["first\n", "second\n"] {
        let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        client.write_all(line.as_bytes()).expect("it reads");
        server.prints(line);
        // Unread data makes the close a reset.
        server.say("never read\n");
        client.peek(&mut [0]).expect("it arrives");
    }
}

#[test]
fn a_refused_connection_is_silent_unless_asked() {
    let port = free_port().to_string();
    Nc::ours(&["127.0.0.1", &port]).fails("");
    Nc::ours(&["-nv", "127.0.0.1", &port]).fails(&format!(
        "rnc: connect to 127.0.0.1 port {port} (tcp) failed: Connection refused"
    ));
}

#[test]
fn an_address_in_use_is_an_error() {
    let (_server, port) = server();
    Nc::ours(&["-l", "127.0.0.1", &port]).fails("rnc: Address already in use");
}

#[test]
fn a_reset_is_a_loss() {
    let (server, port) = server();
    let mut client = Nc::ours(&["127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    peer.write_all(b"part of it").expect("it reads");
    client.prints("part of it");
    client.say("never read\n");
    peer.peek(&mut [0]).expect("it arrives");
    drop(peer);
    client.fails("rnc: read from the network: Connection reset by peer");
}

#[test]
fn clients_are_served_side_by_side_and_input_goes_to_the_first() {
    let port = free_port();
    let mut server = listener(&["-k"], "127.0.0.1", port);
    let mut first = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let mut second = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    first.write_all(b"first\n").expect("it reads");
    server.prints("first\n");
    second.write_all(b"second\n").expect("it reads");
    server.prints("second\n");
    server.say("to the first\n");
    let mut line = [0; 13];
    first.read_exact(&mut line).expect("it comes");
    assert_eq!(&line, b"to the first\n");
    first.shutdown(Shutdown::Write).expect("it is open");
    first.read_to_end(&mut Vec::new()).expect("it is closed");
    server.say("to the next!\n");
    second.read_exact(&mut line).expect("it comes");
    assert_eq!(&line, b"to the next!\n");
}

#[test]
fn without_a_host_both_families_are_listened_to() {
    let port = free_port().to_string();
    let mut server = Nc::ours(&["-nvlk", &port]);
    assert_eq!(server.message(), format!("Listening on 0.0.0.0 {port}"));
    assert_eq!(server.message(), format!("Listening on :: {port}"));
    for host in ["127.0.0.1", "::1"] {
        let mut client = Nc::ours(&["-N", host, &port]);
        client.say(host);
        client.eof();
        server.prints(host);
        let from = server.message();
        let shown = from.strip_prefix("Connection received on ").expect("it is one");
        assert_eq!(shown.split(' ').next(), Some(host));
        client.ends_well();
        assert!(server.message().starts_with(&format!("Connection with {host} ")));
    }
}

#[test]
fn the_linger_timer_ends_a_client_whose_server_stays() {
    let (server, port) = server();
    let mut client = Nc::ours(&["-q", "1", "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    client.say("request\n");
    client.eof();
    let mut request = String::new();
    peer.read_to_string(&mut request).expect("it is text");
    assert_eq!(request, "request\n");
    client.ends_well();
}

#[test]
fn an_idle_connection_ends_well() {
    let (server, port) = server();
    let client = Nc::ours(&["-w", "1", "127.0.0.1", &port]);
    let _peer = server.accept().expect("it connects");
    client.ends_well();
}

#[test]
fn lines_are_made_crlf_and_paced() {
    let (server, port) = server();
    let mut client = Nc::ours(&["-C", "-N", "-i", "1", "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    client.say("one\ntwo");
    client.eof();
    let mut first = [0; 5];
    peer.read_exact(&mut first).expect("it comes");
    assert_eq!(&first, b"one\r\n");
    // Nothing more at once: the rest is held back for a second.
    peer.set_nonblocking(true).expect("it can be");
    assert!(peer.read(&mut [0]).is_err());
    peer.set_nonblocking(false).expect("it can be");
    let mut rest = String::new();
    peer.read_to_string(&mut rest).expect("it is text");
    assert_eq!(rest, "two");
}

#[test]
fn telnet_options_are_refused() {
    let (server, port) = server();
    let client = Nc::ours(&["-t", "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    peer.write_all(&[255, 253, 1, 255, 251, 3]).expect("it reads");
    let mut answers = [0; 6];
    peer.read_exact(&mut answers).expect("they come");
    assert_eq!(answers, [255, 252, 1, 255, 254, 3]);
    drop(client);
}

#[test]
fn a_detached_client_sends_nothing_and_ends_with_its_server() {
    let (server, port) = server();
    let mut client = Nc::ours(&["-d", "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    client.say("never sent\n");
    peer.write_all(b"data\n").expect("it reads");
    client.prints("data\n");
    peer.set_nonblocking(true).expect("it can be");
    assert!(peer.read(&mut [0]).is_err());
    drop(peer);
    client.ends_well();
}

/// `rnc -S` with this password.
fn signed(password: &str, arguments: &[&str]) -> Nc {
    let mut command = tool("rnc");
    Nc::start(
        command
            .arg("-S")
            .args(arguments)
            .env("RNC_MD5_PASSWORD", password),
    )
}

#[test]
fn signed_segments_are_for_those_who_know_the_password() {
    for address in ["127.0.0.1", "::1"] {
        if TcpListener::bind((address, 0)).is_err() {
            skip(&format!("there is no {address}"));
            continue;
        }
        let port = free_port().to_string();
        let mut server = signed("secret", &["-nvl", address, &port]);
        let message = server.message();
        if message.contains("set TCP MD5 signature") {
            return skip("the kernel does not sign TCP segments");
        }
        assert_eq!(message, format!("Listening on {address} {port}"));
        let stranger = signed("guess", &["-nvz", "-w", "1", address, &port]);
        let (status, _, said) = stranger.end();
        assert_eq!(status.code(), Some(1));
        assert!(said.ends_with("timed out: Operation now in progress\n"), "{said}");
        let mut client = signed("secret", &["-nN", address, &port]);
        client.say("signed");
        client.eof();
        server.prints("signed");
        assert_eq!(client.end().0.code(), Some(0));
    }
    signed("", &["127.0.0.1", "9"]).fails("rnc: a TCP MD5SIG password has 1 to 80 bytes");
    signed("x", &["-u", "127.0.0.1", "9"]).fails("rnc: cannot use -S and -u");
}
