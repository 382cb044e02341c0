//! `-x`: through a proxy, which is the test itself.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use super::Nc;

/// A proxy that has taken a connection from `rnc -X protocol … a.test 80`, and the client.
fn connected(protocol: &str, host: &str) -> (TcpStream, Nc) {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = proxy.local_addr().expect("it is bound").to_string();
    let nc = Nc::ours(&["-X", protocol, "-x", &address, host, "80"]);
    let (stream, _) = proxy.accept().expect("it connects");
    (stream, nc)
}

#[track_caller]
fn expect(stream: &mut TcpStream, bytes: &[u8]) {
    let mut came = vec![0; bytes.len()];
    stream.read_exact(&mut came).expect("so much comes");
    assert_eq!(String::from_utf8_lossy(&came), String::from_utf8_lossy(bytes));
}

/// Both ways through the proxy, which has glued `early` to its answer.
fn session(mut stream: TcpStream, mut nc: Nc) {
    nc.prints("early\n");
    nc.say("to them\n");
    expect(&mut stream, b"to them\n");
    stream.write_all(b"to us\n").expect("it reads");
    nc.prints("to us\n");
    nc.eof();
    drop(stream);
    nc.ends_well();
}

#[test]
fn socks_5_gets_the_name() {
    let (mut stream, nc) = connected("5", "a.test");
    expect(&mut stream, &[5, 1, 0]);
    stream.write_all(&[5, 0]).expect("it reads");
    expect(&mut stream, b"\x05\x01\x00\x03\x06a.test\x00\x50");
    let answer = b"\x05\x00\x00\x03\x04host\x00\x00early\n";
    stream.write_all(answer).expect("it reads");
    session(stream, nc);
}

#[test]
fn socks_4_gets_the_address() {
    let (mut stream, nc) = connected("4", "192.0.2.1");
    expect(&mut stream, &[4, 1, 0, 80, 192, 0, 2, 1, 0]);
    stream
        .write_all(b"\x00\x5a\0\0\0\0\0\0early\n")
        .expect("it reads");
    session(stream, nc);
}

#[test]
fn http_gets_an_ipv6_address_in_brackets() {
    let (mut stream, nc) = connected("connect", "2001:db8::1");
    expect(&mut stream, b"CONNECT [2001:db8::1]:80 HTTP/1.0\r\n\r\n");
    stream
        .write_all(b"HTTP/1.1 200 OK\r\n\r\nearly\n")
        .expect("it reads");
    session(stream, nc);
}

#[test]
fn a_refusal_is_said() {
    let (mut stream, nc) = connected("connect", "a.test");
    expect(&mut stream, b"CONNECT a.test:80 HTTP/1.0\r\n\r\n");
    stream
        .write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        .expect("it reads");
    nc.fails("rnc: Proxy error: \"HTTP/1.1 403 Forbidden\"");

    let (mut stream, nc) = connected("5", "a.test");
    expect(&mut stream, &[5, 1, 0]);
    stream.write_all(&[5, 255]).expect("it reads");
    nc.fails("rnc: authentication method negotiation failed");
}

#[test]
fn a_proxy_that_hangs_up_is_a_failure() {
    let (stream, nc) = connected("connect", "a.test");
    stream.shutdown(std::net::Shutdown::Write).expect("it is open");
    nc.fails("rnc: the proxy closed the connection");
}
