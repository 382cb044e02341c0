//! `-x`: through a proxy, which is the test itself.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;

use super::Nc;
use crate::support::{free_port, peer, skip, tool, until};

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

/// A proxy that is the test, at which `rnc -v` of these arguments comes again and again.
struct Proxy {
    listener: TcpListener,
    nc: Nc,
}

impl Proxy {
    fn start(protocol: &str, more: &[&str], password: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let mut command = tool("rnc");
        command
            .args(["-X", protocol, "-x", &address])
            .args(more)
            .args(["a.test", "80"]);
        match password {
            Some(password) => command.env("RNC_PROXY_PASSWORD", password),
            None => command.env_remove("RNC_PROXY_PASSWORD"),
        };
        let nc = Nc::start(&mut command);
        Self { listener, nc }
    }

    fn accept(&self) -> TcpStream {
        self.listener.accept().expect("it connects").0
    }
}

/// What it sends up to the empty line.
fn request(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("it goes on");
        text.extend(byte);
    }
    String::from_utf8(text).expect("it is text")
}

#[test]
fn socks_4a_gets_the_name_and_the_user() {
    let proxy = Proxy::start("4a", &["-P", "me"], None);
    let mut stream = proxy.accept();
    expect(&mut stream, b"\x04\x01\x00\x50\x00\x00\x00\x01me\x00a.test\x00");
    stream
        .write_all(b"\x00\x5a\0\0\0\0\0\0early\n")
        .expect("it reads");
    session(stream, proxy.nc);
}

#[test]
fn socks_5_gets_the_password_of_the_environment_when_it_wants_one() {
    let proxy = Proxy::start("5", &["-P", "me"], Some("secret"));
    let mut first = proxy.accept();
    expect(&mut first, &[5, 2, 0, 2]);
    first.write_all(&[5, 2]).expect("it reads");
    let mut stream = proxy.accept();
    expect(&mut stream, &[5, 2, 0, 2]);
    stream.write_all(&[5, 2]).expect("it reads");
    expect(&mut stream, b"\x01\x02me\x06secret");
    stream.write_all(&[1, 0]).expect("it reads");
    expect(&mut stream, b"\x05\x01\x00\x03\x06a.test\x00\x50");
    stream
        .write_all(b"\x05\0\0\x01\0\0\0\0\0\0early\n")
        .expect("it reads");
    session(stream, proxy.nc);
}

#[test]
fn a_wrong_password_is_said_to_be_one() {
    let proxy = Proxy::start("5", &["-P", "me"], Some("wrong"));
    let mut first = proxy.accept();
    first.write_all(&[5, 2]).expect("it reads");
    let mut stream = proxy.accept();
    stream.write_all(&[5, 2, 1, 1]).expect("it reads");
    proxy.nc.fails("rnc: the proxy refused the user or the password");
}

#[test]
fn http_gets_a_digest_rather_than_the_password() {
    let proxy = Proxy::start("connect", &["-P", "me"], Some("secret"));
    let mut first = proxy.accept();
    assert_eq!(request(&mut first), "CONNECT a.test:80 HTTP/1.0\r\n\r\n");
    let who = "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"r\"\r\n\
               proxy-authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\r\n";
    first.write_all(who.as_bytes()).expect("it reads");
    let mut stream = proxy.accept();
    let second = request(&mut stream);
    assert!(
        second.contains("\r\nProxy-Authorization: Digest username=\"me\", realm=\"r\""),
        "{second}"
    );
    assert!(!second.contains("secret"));
    stream
        .write_all(b"HTTP/1.1 200 OK\r\n\r\nearly\n")
        .expect("it reads");
    session(stream, proxy.nc);
}

#[test]
fn a_proxy_that_wants_to_know_who_asks_and_is_not_told_is_a_failure() {
    let who = b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n";
    let proxy = Proxy::start("connect", &[], Some("secret"));
    let ask = |proxy: &Proxy| {
        let mut stream = proxy.accept();
        request(&mut stream);
        stream.write_all(who).expect("it reads");
    };
    ask(&proxy);
    proxy.nc.fails("rnc: Proxy error: \"HTTP/1.1 407 Who\"");
    // Nor is it told twice.
    let proxy = Proxy::start("connect", &["-P", "me"], Some("wrong"));
    ask(&proxy);
    ask(&proxy);
    proxy.nc.fails("rnc: Proxy error: \"HTTP/1.1 407 Who\"");
}

#[test]
fn what_makes_no_sense_is_said_at_once() {
    for (protocol, nonsense, name) in [
        ("connect", &b"SSH-2.0-OpenSSH"[..], "HTTP"),
        ("5", b"HTTP/1.1 200 OK", "SOCKS 5"),
        ("4a", b"HTTP/1.1 200 OK", "SOCKS 4"),
    ] {
        let proxy = Proxy::start(protocol, &[], None);
        let mut stream = proxy.accept();
        stream.write_all(nonsense).expect("it reads");
        proxy.nc.fails(&format!("rnc: the proxy does not speak {name}"));
    }
    let proxy = Proxy::start("connect", &[], None);
    let mut stream = proxy.accept();
    let endless = [b"HTTP/1.1 200 OK\r\n".to_vec(), b"X: y\r\n".repeat(20_000)].concat();
    // It hangs up before it has read all.
    let _ = stream.write_all(&endless);
    proxy
        .nc
        .fails("rnc: the proxy does not speak its protocol in so many words");
}

#[test]
fn a_proxy_that_says_a_byte_now_and_then_does_not_hold_us_up() {
    let proxy = Proxy::start("connect", &["-w", "1"], None);
    let mut stream = proxy.accept();
    stream
        .set_read_timeout(Some(std::time::Duration::from_millis(50)))
        .expect("it is open");
    let endless = b"HTTP/1.1 200 OK\r\nX: ".iter().chain(std::iter::repeat(&b'y'));
    for byte in endless {
        if stream.write_all(&[*byte]).is_err() {
            break;
        }
        // Its request, then nothing for a while, then the end.
        match stream.read(&mut [0; 256]) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => break,
        }
    }
    proxy.nc.fails("rnc: proxy: Connection timed out");
}

#[test]
fn a_proxy_may_have_an_ipv6_address() {
    let Ok(listener) = TcpListener::bind("[::1]:0") else {
        return skip("there is no ::1");
    };
    let address = listener.local_addr().expect("it is bound").to_string();
    let nc = Nc::ours(&["-X", "connect", "-x", &address, "a.test", "80"]);
    let (mut stream, _) = listener.accept().expect("it connects");
    assert_eq!(request(&mut stream), "CONNECT a.test:80 HTTP/1.0\r\n\r\n");
    stream
        .write_all(b"HTTP/1.1 200 OK\r\n\r\nearly\n")
        .expect("it reads");
    session(stream, nc);
}

#[test]
fn ncat_is_a_proxy_with_a_password() {
    let Some(ncat) = peer("ncat") else { return };
    let (at, server) = (
        free_port(),
        TcpListener::bind("127.0.0.1:0").expect("loopback has a free port"),
    );
    let mut proxy = Command::new(ncat);
    proxy.args(["-4", "-l", "127.0.0.1", &at.to_string()]);
    proxy.args(["--proxy-type", "http", "--proxy-auth", "me:secret"]);
    let _proxy = Nc::start(&mut proxy);
    // It does not say when it listens.
    until("it listens", || TcpStream::connect(("127.0.0.1", at)).is_ok());
    let to = server.local_addr().expect("it is bound").port().to_string();
    let through = |password: &str| {
        let mut command = tool("rnc");
        command.args([
            "-X",
            "connect",
            "-x",
            &format!("127.0.0.1:{at}"),
            "-P",
            "me",
            "127.0.0.1",
            &to,
        ]);
        Nc::start(command.env("RNC_PROXY_PASSWORD", password))
    };
    let (status, _, said) = through("wrong").end();
    assert_eq!(status.code(), Some(1));
    assert!(said.starts_with("rnc: Proxy error: \"HTTP/1.0 407 "), "{said}");
    let nc = through("secret");
    let (mut stream, _) = server.accept().expect("it connects");
    stream.write_all(b"early\n").expect("it reads");
    session(stream, nc);
}
