//! Peers that do not speak TLS, or speak it badly, or not at all.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use super::{Authority, client, ends_well, fails_with, listener};

#[test]
fn a_server_without_tls_is_told_as_one() {
    for greeting in [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        "\x16no record",
    ] {
        let plain = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let port = plain.local_addr().expect("it is bound").port().to_string();
        let client = client(&[], &port);
        let (mut socket, _) = plain.accept().expect("it connects");
        socket.write_all(greeting.as_bytes()).expect("it reads");
        client.fails("rnc: TLS handshake: the peer does not speak TLS");
    }
}

#[test]
fn a_server_that_hangs_up_is_told_as_one() {
    let plain = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = plain.local_addr().expect("it is bound").port().to_string();
    let client = client(&[], &port);
    let (mut socket, _) = plain.accept().expect("it connects");
    let mut hello = [0; 3];
    socket.read_exact(&mut hello).expect("it says hello");
    assert_eq!(hello, [22, 3, 1]);
    socket
        .shutdown(std::net::Shutdown::Write)
        .expect("it is connected");
    client.fails("rnc: TLS handshake: the peer closed the connection during the handshake");
}

#[test]
fn a_server_that_says_nothing_is_given_up_in_time() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = silent.local_addr().expect("it is bound").port().to_string();
    client(&["-w", "1"], &port).fails("rnc: TLS handshake: timed out");

    let (mut server, port, _) = listener(&["-k", "-w", "1"]);
    let mut slow = TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
    slow.write_all(b"\x16\x03\x01\x02\x00\x01").expect("it reads");
    server.message();
    let from = slow.local_addr().expect("it is connected").port();
    assert_eq!(
        server.message(),
        format!("rnc: TLS handshake with 127.0.0.1 {from}: timed out")
    );
}

#[test]
fn clients_that_misbehave_hold_nobody_up() {
    let (mut server, port, fingerprint) = listener(&["-k"]);
    let connect = || TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
    // One says nothing, one half a hello, one something else, one is gone at once.
    let _silent = connect();
    let mut slow = connect();
    slow.write_all(b"\x16\x03\x01\x02\x00\x01").expect("it reads");
    let mut other = connect();
    other.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("it reads");
    drop(connect());
    let mut client = client(&["-N", "--fingerprint", &fingerprint], &port);
    client.say("through\n");
    server.prints("through\n");
    server.say("and back\n");
    client.prints("and back\n");
    drop(client);
    let said: Vec<String> = (0..6).map(|_| server.message()).collect();
    assert!(
        said.iter()
            .any(|line| line.ends_with(": the peer does not speak TLS")),
        "{said:?}"
    );
}

#[test]
fn a_record_that_makes_no_sense_is_answered_with_an_alert() {
    let (mut server, port, _) = listener(&["-k"]);
    let mut odd = TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
    // A hello of four bytes.
    odd.write_all(b"\x16\x03\x01\x00\x08\x01\x00\x00\x04abcd")
        .expect("it reads");
    let mut alert = [0; 7];
    odd.read_exact(&mut alert).expect("it answers");
    assert_eq!(alert[..6], [21, 3, 3, 0, 2, 2], "a fatal alert");
    server.message();
    let said = server.message();
    assert!(said.contains(": the peer breaks the rules of TLS: "), "{said}");
}

#[test]
fn no_protocol_in_common_is_an_error_on_both_sides() {
    let (mut server, port, fingerprint) = listener(&["-k", "--alpn", "h2"]);
    let pinned = ["--fingerprint", &fingerprint];
    let asks = |flags: &[&str]| client(&[&pinned[..], flags].concat(), &port);
    asks(&["--alpn", "smtp,imap"])
        .fails("rnc: TLS handshake: the peer ended it with the alert \"no application protocol\" (120)");
    server.message();
    let said = server.message();
    assert!(
        said.ends_with(": the peer speaks none of the protocols asked for: h2"),
        "{said}"
    );
    // A client that names none.
    let mut mute = asks(&[]);
    mute.eof();
    server.message();
    let said = server.message();
    assert!(
        said.ends_with(": the peer speaks none of the protocols asked for: h2"),
        "{said}"
    );
    // A server that names none.
    let (_server, port, fingerprint) = listener(&["-k"]);
    client(&["--alpn", "h2", "--fingerprint", &fingerprint], &port)
        .fails("rnc: TLS handshake: the peer speaks none of the protocols asked for: h2");
}

#[test]
fn names_of_a_certificate_are_not_for_the_terminal_to_obey() {
    let authority = Authority::new();
    let member = authority.member("evil", &["127.0.0.1"]);
    let odd = authority.member_like("odd", &["127.0.0.1"], |params| {
        params
            .distinguished_name
            .push(rcgen::DnType::OrganizationName, "\u{1b}]52;c;evil\u{7}");
    });
    drop(member);
    let (mut server, port, _) = listener(&["--cert", &odd.certificate, "--key", &odd.key]);
    let mut client = client(&["-vN", "--ca", &authority.file()], &port);
    client.eof();
    server.eof();
    let (_, said) = ends_well(client);
    assert!(
        said.contains("O=\\u{1b}]52\\\\;c\\\\;evil\\u{7}") || said.contains("O=\\u{1b}]52\\;c\\;evil\\u{7}"),
        "{said}"
    );
    assert!(!said.contains('\u{1b}'));
    ends_well(server);
}

#[test]
fn a_listener_without_k_fails_with_its_client() {
    let (server, port, _) = listener(&[]);
    let mut other = TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
    other.write_all(b"hello?\n").expect("it reads");
    fails_with(server, ": the peer does not speak TLS");
}
