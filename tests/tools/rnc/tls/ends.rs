//! How connections end: by a word, by a cut, by a half; and that nothing is lost until then.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{Authority, client, ends_well, fails_with, listener, listener_fed};
use crate::rnc::Nc;

/// A server of the test itself that shows the certificate of 127.0.0.1, does `with` one client, and leaves without
/// another word. Its port.
fn server<R: Send + 'static>(
    authority: &Authority,
    with: impl FnOnce(StreamOwned<ServerConnection, std::net::TcpStream>) -> R + Send + 'static,
) -> (String, thread::JoinHandle<R>) {
    let member = authority.member("server", &["127.0.0.1"]);
    let certificate = CertificateDer::from_pem_file(&member.certificate).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(&member.key).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they belong together");
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let port = listener.local_addr().expect("it is bound").port().to_string();
    let served = thread::spawn(move || {
        let (socket, _) = listener.accept().expect("a client");
        let connection = ServerConnection::new(Arc::new(config)).expect("a configuration");
        with(StreamOwned::new(connection, socket))
    });
    (port, served)
}

#[test]
fn the_end_of_one_way_leaves_the_other_open() {
    let (mut server, port, fingerprint) = listener(&["-N"]);
    let mut client = client(&["-N", "--fingerprint", &fingerprint], &port);
    server.say("the request?\n");
    client.prints("the request?\n");
    server.eof();
    // The listener has sent its end, and hears on.
    client.say("late, but here\n");
    server.prints("late, but here\n");
    client.eof();
    client.ends_well();
    ends_well(server);
}

#[test]
fn a_request_that_ends_is_answered_after_its_end() {
    let authority = Authority::new();
    let (port, served) = server(&authority, |mut stream| {
        let mut request = String::new();
        // Only a close_notify makes this an end without an error.
        stream.read_to_string(&mut request).expect("it ends as it should");
        stream
            .write_all(format!("{} bytes", request.len()).as_bytes())
            .expect("it reads");
        stream.conn.send_close_notify();
        stream.flush().expect("it reads");
        request
    });
    let mut client = client(&["-N", "--ca", &authority.file()], &port);
    client.say("request");
    client.eof();
    let (printed, said) = ends_well(client);
    assert_eq!((printed.as_str(), said.as_str()), ("7 bytes", ""));
    assert_eq!(served.join().expect("no panic"), "request");
}

#[test]
fn an_end_without_a_word_is_warned_of() {
    let authority = Authority::new();
    let (port, served) = server(&authority, |mut stream| {
        stream.write_all(b"half of it").expect("it reads");
    });
    let mut client = client(&["--ca", &authority.file()], &port);
    client.eof();
    let (printed, said) = ends_well(client);
    assert_eq!(printed, "half of it");
    assert_eq!(
        said,
        "rnc: the peer ended without close_notify: what it sent may be cut short\n"
    );
    served.join().expect("no panic");
}

#[test]
fn what_is_damaged_on_the_way_is_a_failure() {
    let authority = Authority::new();
    let (port, served) = server(&authority, |mut stream| {
        stream.write_all(b"whole").expect("it reads");
        // A record of data that nobody has encrypted.
        stream.sock.write_all(b"\x17\x03\x03\x00\x20").expect("it reads");
        stream.sock.write_all(&[0; 32]).expect("it reads");
        let mut rest = Vec::new();
        let _ = stream.sock.read_to_end(&mut rest);
    });
    let mut client = client(&["--ca", &authority.file()], &port);
    client.prints("whole");
    fails_with(
        client,
        "the peer breaks the rules of TLS: cannot decrypt peer's message",
    );
    served.join().expect("no panic");
}

#[test]
fn a_client_whose_output_is_gone_does_not_say_that_all_is_well() {
    let authority = Authority::new();
    let (port, served) = server(&authority, |mut stream| {
        let mut said = Vec::new();
        let chunk = [7; 1 << 16];
        while stream.write_all(&chunk).is_ok() {}
        stream
            .read_to_end(&mut said)
            .map(|_| said.len())
            .map_err(|error| error.kind())
    });
    let mut client = client(&["--ca", &authority.file()], &port);
    drop(client.child.stdout.take());
    client.eof();
    let status = client.child.wait().expect("it ends");
    assert_eq!(status.code(), Some(1));
    assert!(served.join().expect("no panic").is_err(), "a cut, and no end");
}

#[test]
fn keys_may_be_changed_in_the_middle() {
    let authority = Authority::new();
    let (port, served) = server(&authority, |mut stream| {
        let mut came = [0; 4];
        stream.conn.complete_io(&mut stream.sock).expect("a handshake");
        for round in 0..3 {
            // Asks the client to change its own as well.
            stream.conn.refresh_traffic_keys().expect("TLS 1.3");
            stream
                .write_all(format!("round {round}\n").as_bytes())
                .expect("it reads");
            stream.read_exact(&mut came).expect("it answers");
            assert_eq!(&came, b"yes\n");
        }
        stream.conn.send_close_notify();
        stream.flush().expect("it reads");
    });
    let mut client = client(&["-N", "--ca", &authority.file()], &port);
    for round in 0..3 {
        client.prints(&format!("round {round}\n"));
        client.say("yes\n");
    }
    client.eof();
    client.ends_well();
    served.join().expect("no panic");
}

#[test]
fn timers_limits_and_filters_work_as_without() {
    // -q: the server never ends.
    let (_server, port, fingerprint) = listener(&["-k"]);
    let pinned = ["--fingerprint", &fingerprint];
    let with = |flags: &[&str]| client(&[&pinned[..], flags].concat(), &port);
    let mut lingering = with(&["-q", "1"]);
    lingering.eof();
    lingering.ends_well();
    // -w: nothing moves.
    let idle = with(&["-d", "-w", "1"]);
    idle.ends_well();

    // -W: one read; -d: standard input is left alone; -C: lines end in CR LF.
    let (mut server, port, fingerprint) = listener_fed(&["-C", "-N"], "line\n");
    let limited = client(&["-d", "-W", "1", "--fingerprint", &fingerprint], &port);
    server.eof();
    assert_eq!(ends_well(limited).0, "line\r\n");
    drop(server);

    // -t: refusals go back, and through the layer; -i: a line at a time.
    let (mut server, port, fingerprint) = listener(&[]);
    let mut telnet = client(&["-t", "-i", "1", "--fingerprint", &fingerprint], &port);
    let stdin = server.child.stdin.as_mut().expect("it is open");
    stdin.write_all(b"\xff\xfd\x01").expect("it reads");
    let mut answer = [0; 3];
    let stdout = server.child.stdout.as_mut().expect("it is piped");
    stdout.read_exact(&mut answer).expect("it answers");
    assert_eq!(answer, [0xff, 0xfc, 0x01]);
    telnet.say("a\n");
    server.prints("a\n");
}

#[test]
fn what_the_kernel_did_not_take_goes_out_without_another_word() {
    let small = ["-I", "4096", "-O", "4096"];
    let (mut server, port, fingerprint) = listener(&small);
    let mut client = client(&[&["--fingerprint", &fingerprint], &small[..]].concat(), &port);
    // More than both ends and the kernel hold while nobody reads, and then silence.
    let text = Arc::new("0123456789abcdef".repeat(1 << 16));
    let say = |nc: &mut Nc| {
        let (text, mut stdin) = (Arc::clone(&text), nc.child.stdin.take().expect("it is open"));
        thread::spawn(move || {
            stdin.write_all(text.as_bytes()).expect("it reads");
            stdin
        })
    };
    let (one, other) = (say(&mut client), say(&mut server));
    server.prints(&text);
    client.prints(&text);
    let _still_open = [one, other].map(|saying| saying.join().expect("no panic"));
}

#[test]
fn sixteen_mebibytes_each_way_at_once_arrive_whole() {
    let data = super::data();
    let expected = blake3::hash(&data);
    // Small buffers, so that either side often has ciphertext that the kernel does not take.
    for buffers in [&[][..], &["-I", "4096", "-O", "4096"]] {
        let (server, port, fingerprint) = listener(&[&["-N"], buffers].concat());
        let client = client(&[&["-N", "--fingerprint", &fingerprint], buffers].concat(), &port);
        // As nc does, a listener ends with its client: the client's end waits until it has heard everything.
        let exchange = |mut nc: Nc, is_client: bool| {
            let (data, size) = (data.clone(), data.len());
            let mut stdin = nc.child.stdin.take().expect("it is open");
            let writer = thread::spawn(move || {
                stdin.write_all(&data).expect("it reads");
                is_client.then_some(stdin)
            });
            thread::spawn(move || {
                let mut came = vec![0; size];
                let mut stdout = nc.child.stdout.take().expect("it is piped");
                stdout.read_exact(&mut came).expect("it prints");
                drop(writer.join().expect("no panic"));
                stdout.read_to_end(&mut came).expect("it prints");
                assert_eq!(nc.child.wait().expect("it ends").code(), Some(0));
                blake3::hash(&came)
            })
        };
        let (one, other) = (exchange(server, false), exchange(client, true));
        assert_eq!(one.join().expect("no panic"), expected);
        assert_eq!(other.join().expect("no panic"), expected);
    }
}
