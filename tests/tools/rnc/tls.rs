//! `--tls`: both ends ours, or the other end `openssl`, `ncat` or the test itself.

mod authority;
mod ends;
mod faults;
mod peers;
mod who;

use std::ffi::OsStr;

use authority::Authority;

use super::Nc;
use crate::support::free_port;

/// A listener with TLS on 127.0.0.1 and `flags`, its port, and what its certificate is known by.
fn listener(flags: &[&str]) -> (Nc, String, String) {
    listener_fed(flags, "")
}

/// The same, with this typed.
fn listener_fed(flags: &[&str], typed: &str) -> (Nc, String, String) {
    let port = free_port().to_string();
    let mut nc = Nc::ours(&[&["--tls", "-nvl"], flags, &["127.0.0.1", &port]].concat());
    let fingerprint = nc.message();
    let fingerprint = fingerprint
        .strip_prefix("Fingerprint ")
        .unwrap_or_else(|| panic!("{fingerprint} is no fingerprint"));
    let fingerprint = fingerprint.to_owned();
    assert_eq!(nc.message(), format!("Listening on 127.0.0.1 {port}"));
    nc.say(typed);
    (nc, port, fingerprint)
}

/// A client of that listener.
fn client(flags: &[&str], port: &str) -> Nc {
    Nc::ours(&[&["--tls"], flags, &["127.0.0.1", port]].concat())
}

/// 16 MiB that look different everywhere. No letter is among them: `openssl s_client` takes some of those as
/// commands.
fn data() -> Vec<u8> {
    (0..16_u32 << 20)
        .map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1] | 0x80)
        .collect()
}

#[track_caller]
fn fails_with(nc: Nc, why: &str) {
    let (status, _, said) = nc.end();
    assert_eq!(status.code(), Some(1), "{said}");
    assert!(
        said.trim_end().ends_with(why),
        "{said:?} does not end with {why:?}"
    );
}

#[track_caller]
fn ends_well(nc: Nc) -> (String, String) {
    let (status, printed, said) = nc.end();
    assert_eq!(status.code(), Some(0), "{said}");
    (printed, said)
}

#[test]
fn whoever_is_given_the_fingerprint_talks_both_ways() {
    let (mut server, port, fingerprint) = listener(&[]);
    let mut client = client(&["-v", "--fingerprint", &fingerprint], &port);
    assert!(client.message().ends_with("succeeded!"));
    let session = client.message();
    assert!(session.starts_with("TLSv1.3, TLS_"), "{session}");
    assert!(
        session.contains("; peer CN=rnc, issued by CN=rnc, valid "),
        "{session}"
    );
    assert!(session.ends_with(&fingerprint), "{session}");
    client.say("hello\n");
    server.prints("hello\n");
    server.say("how are you?\n");
    client.prints("how are you?\n");
    server.eof();
    client.eof();
    // Neither was told to pass its end on: the client waits for the server, and that for its peer.
    drop(client);
    assert!(server.message().starts_with("Connection received on 127.0.0.1 "));
    assert!(server.message().starts_with("TLSv1.3, TLS_"));
    let (status, printed, said) = server.end();
    assert_eq!((status.code(), printed.as_str()), (Some(0), ""), "{said}");
}

#[test]
fn a_unix_socket_carries_it_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("s");
    let mut server = Nc::ours(&["--tls".as_ref(), "-vlU".as_ref(), path.as_os_str()]);
    let fingerprint = server.message().replace("Fingerprint ", "");
    server.message();
    server.message();
    let flags: [&OsStr; 5] = [
        "--tls".as_ref(),
        "-NU".as_ref(),
        "--fingerprint".as_ref(),
        fingerprint.as_ref(),
        path.as_os_str(),
    ];
    let mut client = Nc::ours(&flags);
    client.say("over a path\n");
    client.eof();
    server.prints("over a path\n");
    client.ends_well();
    ends_well(server);
    Nc::ours(&["--tls", "-U", "/x"]).fails(
        "rnc: a UNIX-domain socket has no host name to verify: use --sni, --fingerprint or --insecure",
    );
}

#[test]
fn commands_and_brokers_are_reached_through_it() {
    let (_server, port, fingerprint) = listener(&["-k", "--exec", "tr a-z A-Z"]);
    let mut asking = client(&["-N", "--fingerprint", &fingerprint], &port);
    asking.say("louder\n");
    asking.eof();
    asking.prints("LOUDER\n");
    asking.ends_well();

    let (mut server, port, fingerprint) = listener(&["--broker"]);
    let member = || client(&["--fingerprint", &fingerprint], &port);
    let (mut one, mut other) = (member(), member());
    // Both are in once the broker has told of both of their handshakes.
    for _ in 0..4 {
        server.message();
    }
    one.say("to all\n");
    other.prints("to all\n");
    other.say("and back\n");
    one.prints("and back\n");
}

#[test]
fn it_works_inside_the_connection_of_a_proxy() {
    use std::io::{Read, Write};
    let (server, port, fingerprint) = listener_fed(&["-N"], "from the server\n");
    let proxy = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let at = proxy.local_addr().expect("it is bound").to_string();
    let relay = std::thread::spawn(move || {
        let (mut near, _) = proxy.accept().expect("the client comes");
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            near.read_exact(&mut byte).expect("a request");
            request.push(byte[0]);
        }
        let mut far = std::net::TcpStream::connect(format!("127.0.0.1:{port}")).expect("it listens");
        near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").expect("it reads");
        let (mut back, mut forth) = (
            far.try_clone().expect("a copy"),
            near.try_clone().expect("a copy"),
        );
        let up = std::thread::spawn(move || {
            let _ = std::io::copy(&mut near, &mut far);
            let _ = far.shutdown(std::net::Shutdown::Write);
        });
        let _ = std::io::copy(&mut back, &mut forth);
        let _ = forth.shutdown(std::net::Shutdown::Write);
        up.join().expect("no panic");
    });
    let flags = [
        "--tls",
        "-N",
        "-X",
        "connect",
        "-x",
        &at,
        "--fingerprint",
        &fingerprint,
    ];
    let mut client = Nc::ours(&[&flags[..], &["host.test", "80"]].concat());
    client.say("from the client\n");
    client.eof();
    let mut server = server;
    server.eof();
    assert_eq!(ends_well(client).0, "from the server\n");
    assert_eq!(ends_well(server).0, "from the client\n");
    relay.join().expect("no panic");
}

#[test]
fn events_tell_of_the_session() {
    let (mut server, port, fingerprint) = listener(&["--alpn", "b,a"]);
    let mut client = client(
        &["-N", "--json", "--alpn", "a,b", "--fingerprint", &fingerprint],
        &port,
    );
    client.eof();
    server.eof();
    let (_, said) = ends_well(client);
    let secured = said
        .lines()
        .find(|line| line.contains("\"secured\""))
        .expect("it is told");
    let secured: serde_json::Value = serde_json::from_str(secured).expect("JSON");
    assert_eq!(secured["version"], "TLSv1.3");
    assert_eq!(secured["alpn"], "b", "the server's dearest");
    assert_eq!(secured["subject"], "CN=rnc");
    assert_eq!(secured["fingerprint"], fingerprint.as_str());
    ends_well(server);
}

#[test]
fn contradictions_are_refused() {
    let refused = |flags: &[&str], why: &str| {
        Nc::ours(&[flags, &["127.0.0.1", "9"]].concat()).fails(&format!("rnc: {why}"));
    };
    refused(&["--tls", "-u"], "no TLS support for UDP mode");
    refused(&["--tls", "-z"], "cannot use --tls and -z");
    refused(&["--tls", "-F"], "cannot use --tls and -F");
    refused(&["--tls", "--key", "k"], "must use --cert with --key");
    refused(&["--tls", "-l", "--sni", "a"], "cannot use --sni and -l");
    refused(&["--tls", "-l", "--insecure"], "cannot use --insecure and -l");
    refused(
        &["--tls", "--insecure", "--ca", "f"],
        "cannot use --insecure and --ca",
    );
    refused(
        &["--tls", "--insecure", "--fingerprint", "f"],
        "cannot use --insecure and --fingerprint",
    );
    refused(&["--tls", "--alpn", "a,,b"], "not a list of protocols: a,,b");
    refused(
        &["--tls", "--fingerprint", "12"],
        "--fingerprint: not a SHA-256 fingerprint: 12",
    );
    for flag in ["--ca", "--cert", "--key", "--alpn", "--sni", "--fingerprint"] {
        refused(&[flag, "x"], &format!("must use --tls with {flag}"));
    }
    refused(&["--insecure"], "must use --tls with --insecure");
}
