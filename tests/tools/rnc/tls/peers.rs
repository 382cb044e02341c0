//! The real peers: `openssl s_client`, `openssl s_server` and `ncat --ssl`, at either end.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::authority::Member;
use super::{Authority, client, ends_well, fails_with, listener};
use crate::rnc::Nc;
use crate::support::{Guard, free_port, peer};

/// A file of 16 MiB.
fn data(folder: &Path) -> (PathBuf, blake3::Hash) {
    let bytes = super::data();
    let file = folder.join("data");
    fs::write(&file, &bytes).expect("the folder can be written to");
    (file, blake3::hash(&bytes))
}

fn digest(file: &Path) -> blake3::Hash {
    blake3::hash(&fs::read(file).expect("it was written"))
}

fn open(file: &Path) -> File {
    File::open(file).expect("it is there")
}

/// Waits until somebody listens at `port`, without taking the place of a client.
fn wait_for_listener(port: &str) {
    let local = format!(":{:04X} ", port.parse::<u16>().expect("a port"));
    loop {
        let table = fs::read_to_string("/proc/net/tcp").expect("Linux");
        if table
            .lines()
            .any(|line| line.contains(&local) && line.contains(" 0A "))
        {
            return;
        }
        std::thread::yield_now();
    }
}

/// A peer that listens with TLS at a port, after `options` and the port have been put together.
fn listens(
    program: &Path,
    options: impl FnOnce(&str) -> Vec<String>,
    streams: [Stdio; 2],
) -> (Guard, String) {
    let port = free_port().to_string();
    let [stdin, stdout] = streams;
    let child = Command::new(program)
        .args(options(&port))
        .stdin(stdin)
        .stdout(stdout)
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    wait_for_listener(&port);
    (Guard(child), port)
}

/// `openssl s_server` for one client, with the certificate of `member`.
fn s_server(openssl: &Path, member: &Member, flags: &[&str], streams: [Stdio; 2]) -> (Guard, String) {
    let options = |port: &str| {
        let at = format!("127.0.0.1:{port}");
        let fixed = ["s_server", "-quiet", "-naccept", "1", "-accept", &at];
        let identity = ["-cert", &member.certificate, "-key", &member.key];
        [&fixed, &identity[..], flags]
            .concat()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    listens(openssl, options, streams)
}

fn run(command: &mut Command) -> (bool, String) {
    let output = command.stderr(Stdio::null()).output().expect("it starts");
    (
        output.status.success(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

#[test]
fn openssl_serves_both_versions_and_a_file_comes_whole() {
    let Some(openssl) = peer("openssl") else { return };
    let authority = Authority::new();
    let member = authority.member("server", &["127.0.0.1"]);
    for (flag, version) in [("-tls1_3", "TLSv1.3"), ("-tls1_2", "TLSv1.2")] {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, expected) = data(folder.path());
        let sink = folder.path().join("came");
        let into = File::create(&sink).expect("the folder can be written to");
        let (mut server, port) = s_server(&openssl, &member, &[flag], [Stdio::piped(), into.into()]);
        let mut sender = crate::support::tool("rnc");
        sender.args(["--tls", "-vN", "--ca", &authority.file(), "127.0.0.1", &port]);
        let sent = sender.stdin(open(&file)).output().expect("it starts");
        let said = String::from_utf8_lossy(&sent.stderr);
        assert!(sent.status.success() && said.contains(version), "{said}");
        server.wait().expect("it ends");
        assert_eq!(digest(&sink), expected, "{version}");
    }
}

#[test]
fn openssl_is_asked_for_a_file_and_it_comes_whole() {
    let Some(openssl) = peer("openssl") else { return };
    let authority = Authority::new();
    let member = authority.member("server", &["127.0.0.1"]);
    let folder = tempfile::tempdir().expect("a folder");
    let (_, expected) = data(folder.path());
    let port = free_port().to_string();
    let mut server = Command::new(&openssl);
    server.args([
        "s_server",
        "-HTTP",
        "-naccept",
        "1",
        "-accept",
        &format!("127.0.0.1:{port}"),
    ]);
    server.args(["-cert", &member.certificate, "-key", &member.key]);
    let _server = Guard::spawn(server.current_dir(folder.path()));
    wait_for_listener(&port);
    let sink = folder.path().join("came");
    let mut receiver = crate::support::tool("rnc");
    receiver.args(["--tls", "--ca", &authority.file(), "127.0.0.1", &port]);
    receiver
        .stdin(Stdio::piped())
        .stdout(File::create(&sink).expect("a file"));
    let mut receiver = Guard(receiver.spawn().expect("it starts"));
    let mut stdin = receiver.stdin.take().expect("it is piped");
    stdin.write_all(b"GET /data HTTP/1.0\r\n\r\n").expect("it reads");
    drop(stdin);
    assert_eq!(receiver.wait().expect("it ends").code(), Some(0));
    assert_eq!(digest(&sink), expected);
}

#[test]
fn openssl_is_a_client_and_a_file_goes_each_way() {
    let Some(openssl) = peer("openssl") else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let (file, expected) = data(folder.path());
    for version in ["-tls1_3", "-tls1_2"] {
        let s_client = |port: &str, flag: &str| {
            let mut command = Command::new(&openssl);
            command.args([
                "s_client",
                "-quiet",
                flag,
                version,
                "-connect",
                &format!("127.0.0.1:{port}"),
            ]);
            command.stderr(Stdio::null());
            command
        };
        let (mut server, port, _) = listener(&[]);
        let mut stdout = server.child.stdout.take().expect("it is piped");
        let mut sender = s_client(&port, "-no_ign_eof");
        let mut sender = Guard(
            sender
                .stdin(open(&file))
                .stdout(Stdio::null())
                .spawn()
                .expect("it starts"),
        );
        let mut came = Vec::new();
        std::io::Read::read_to_end(&mut stdout, &mut came).expect("it prints");
        assert!(
            blake3::hash(&came) == expected,
            "{version}: {} bytes came",
            came.len()
        );
        sender.wait().expect("it ends");
        assert_eq!(server.child.wait().expect("it ends").code(), Some(0));

        let (mut server, port, _) = listener(&["-N"]);
        let sink = folder.path().join("came");
        let into = File::create(&sink).expect("the folder can be written to");
        let mut receiver = s_client(&port, "-ign_eof");
        let mut receiver = Guard(
            receiver
                .stdin(Stdio::piped())
                .stdout(into)
                .spawn()
                .expect("it starts"),
        );
        let mut stdin = server.child.stdin.take().expect("it is open");
        std::io::copy(&mut open(&file), &mut stdin).expect("it reads");
        drop(stdin);
        receiver.wait().expect("it ends");
        assert_eq!(digest(&sink), expected, "{version}");
        drop(server);
    }
}

#[test]
fn openssl_and_rnc_agree_on_clients_protocols_and_names() {
    let Some(openssl) = peer("openssl") else { return };
    let authority = Authority::new();
    let (member, known) = (
        authority.member("server", &["www.test"]),
        authority.member("client", &[]),
    );
    let file = authority.file();
    let wants = [
        "-Verify",
        "1",
        "-verify_return_error",
        "-CAfile",
        &file,
        "-alpn",
        "h2,imap",
    ];
    let as_www = ["--ca", &file, "--sni", "www.test"];
    let shown = ["--cert", &known.certificate, "--key", &known.key];

    let (_server, port) = s_server(&openssl, &member, &wants, [Stdio::piped(), Stdio::piped()]);
    let mut right = client(
        &[&as_www[..], &shown, &["-Nv", "--alpn", "imap,h2"]].concat(),
        &port,
    );
    right.eof();
    let (_, said) = ends_well(right);
    assert!(
        said.contains(", ALPN h2; peer CN=server, issued by CN=authority "),
        "{said}"
    );

    let (_server, port) = s_server(&openssl, &member, &wants, [Stdio::piped(), Stdio::piped()]);
    fails_with(
        client(&as_www, &port),
        "the peer ended it with the alert \"certificate required\" (116)",
    );

    let (mut server, port, _) = listener(&[
        "-k",
        "--cert",
        &member.certificate,
        "--key",
        &member.key,
        "--ca",
        &file,
        "--alpn",
        "h2",
    ]);
    let at = format!("127.0.0.1:{port}");
    let base = [
        "s_client",
        "-quiet",
        "-no_ign_eof",
        "-connect",
        &at,
        "-CAfile",
        &file,
    ];
    let checks = [
        "-verify_return_error",
        "-verify_hostname",
        "www.test",
        "-alpn",
        "h2",
    ];
    let identity = ["-cert", &known.certificate, "-key", &known.key];
    let mut s_client = Command::new(&openssl);
    let mut s_client = Guard::spawn(s_client.args([&base[..], &checks, &identity].concat()));
    let mut stdin = s_client.stdin.take().expect("it is piped");
    stdin.write_all(b"it is me\n").expect("it reads");
    server.prints("it is me\n");
    drop(stdin);
    s_client.wait().expect("it ends");
    assert!(server.message().starts_with("Connection received"));
    assert!(
        server
            .message()
            .contains("ALPN h2; peer CN=client, issued by CN=authority ")
    );
}

#[test]
fn what_openssl_prints_and_writes_is_understood() {
    let Some(openssl) = peer("openssl") else { return };
    let authority = Authority::new();
    let kinds: [(&str, &[&str]); 4] = [
        ("PKCS#1", &["genrsa", "-traditional"]),
        ("PKCS#8", &["genpkey", "-algorithm", "ed25519"]),
        (
            "PKCS#8, RSA",
            &["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:2048"],
        ),
        ("SEC1", &["ecparam", "-genkey", "-noout", "-name", "prime256v1"]),
    ];
    for (kind, make) in kinds {
        let (key, certificate) = (authority.path("openssl.key"), authority.path("openssl.pem"));
        assert!(
            run(Command::new(&openssl).args(make).args(["-out", &key])).0,
            "{kind}"
        );
        let request = [
            "req",
            "-x509",
            "-subj",
            "/CN=openssl",
            "-key",
            &key,
            "-out",
            &certificate,
        ];
        assert!(run(Command::new(&openssl).args(request)).0, "{kind}");
        let print = ["x509", "-noout", "-fingerprint", "-sha256", "-in", &certificate];
        let (_, pin) = run(Command::new(&openssl).args(print));
        assert!(pin.contains("Fingerprint="), "{pin}");
        let (mut server, port, _) = listener(&["--cert", &certificate, "--key", &key]);
        let mut pinned = client(&["-N", "--fingerprint", &pin], &port);
        pinned.say(kind);
        pinned.eof();
        server.prints(kind);
        server.eof();
        pinned.ends_well();
        ends_well(server);
    }
    // Both in one file, and a key with a password.
    let (key, both) = (authority.path("openssl.key"), authority.path("both.pem"));
    let text =
        [authority.path("openssl.pem"), key.clone()].map(|file| fs::read_to_string(file).expect("text"));
    fs::write(&both, text.concat()).expect("the folder can be written to");
    drop(listener(&["--cert", &both]));
    let locked = authority.path("locked.key");
    let lock = [
        "pkcs8",
        "-topk8",
        "-passout",
        "pass:secret",
        "-in",
        &key,
        "-out",
        &locked,
    ];
    assert!(run(Command::new(&openssl).args(lock)).0);
    Nc::ours(&["--tls", "-l", "--cert", &both, "--key", &locked, "127.0.0.1", "9"]).fails(&format!(
        "rnc: read {locked}: there is no private key in it, or none without a password"
    ));
}

#[test]
fn an_old_server_is_told_as_one() {
    let Some(openssl) = peer("openssl") else { return };
    let authority = Authority::new();
    let member = authority.member("server", &["127.0.0.1"]);
    let old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"];
    let (_server, port) = s_server(&openssl, &member, &old, [Stdio::piped(), Stdio::piped()]);
    fails_with(
        client(&["--ca", &authority.file()], &port),
        "the peer ended it with the alert \"protocol version\" (70)",
    );
}

#[test]
fn ncat_is_at_either_end_and_a_file_comes_whole() {
    let Some(ncat) = peer("ncat") else { return };
    let authority = Authority::new();
    let member = authority.member("server", &["localhost"]);
    let file = authority.file();
    let folder = tempfile::tempdir().expect("a folder");
    let (from, expected) = data(folder.path());
    let sink = folder.path().join("came");
    let into = || Stdio::from(File::create(&sink).expect("the folder can be written to"));

    let serves = |port: &str| {
        let identity = ["--ssl-cert", &member.certificate, "--ssl-key", &member.key];
        [&["--ssl", "-l", "127.0.0.1", port], &identity[..]]
            .concat()
            .iter()
            .map(ToString::to_string)
            .collect()
    };
    let (mut server, port) = listens(&ncat, serves, [Stdio::piped(), into()]);
    let mut sender = crate::support::tool("rnc");
    sender.args([
        "--tls",
        "-N",
        "--ca",
        &file,
        "--sni",
        "localhost",
        "127.0.0.1",
        &port,
    ]);
    let sent = sender.stdin(open(&from)).output().expect("it starts");
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
    server.wait().expect("it ends");
    assert_eq!(digest(&sink), expected, "to ncat");

    let (mut server, port, _) = listener(&["--cert", &member.certificate, "--key", &member.key]);
    let mut stdout = server.child.stdout.take().expect("it is piped");
    let mut sender = Command::new(&ncat);
    sender.args(["--ssl", "--ssl-verify", "--ssl-trustfile", &file, "--send-only"]);
    sender.args(["--ssl-servername", "localhost", "127.0.0.1", &port]);
    let mut sender = Guard(
        sender
            .stdin(open(&from))
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts"),
    );
    let mut came = Vec::new();
    std::io::Read::read_to_end(&mut stdout, &mut came).expect("it prints");
    assert!(blake3::hash(&came) == expected, "{} bytes from ncat", came.len());
    assert_eq!(sender.wait().expect("it ends").code(), Some(0));
    assert_eq!(server.child.wait().expect("it ends").code(), Some(0));
}
