//! `--key`: who does not know the secret is not answered, and who repeats what he has seen changes nothing.

use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::everyday::run;
use super::server::Server;
use crate::support::tool;

fn key(folder: &Path, name: &str, secret: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, secret).expect("a key");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("it is ours");
    path
}

/// A folder with two keys, and a server with the first of them that logs what it does.
struct World {
    folder: tempfile::TempDir,
    server: Server,
    ours: PathBuf,
    theirs: PathBuf,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ours = key(folder.path(), "ours", "sixteen bytes or more\n");
        let theirs = key(folder.path(), "theirs", "a secret of somebody else");
        let server = Server::start_with(
            &folder.path().join("store"),
            &format!("tee -a {}", folder.path().join("log").display()),
            &["--key", ours.to_str().expect("text")],
        );
        Self {
            folder,
            server,
            ours,
            theirs,
        }
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn verb(&self, words: &[&str], key: Option<&Path>) -> (i32, String, String) {
        let mut command = tool("rlaunch");
        command
            .args(words)
            .env("RLAUNCH_SERVER", self.server.address().to_string());
        if let Some(key) = key {
            command.arg("--key").arg(key);
        }
        run(&mut command)
    }
}

#[test]
fn only_who_has_the_key_is_answered_by_every_verb() {
    let world = World::new();
    let address = world.server.address().to_string();
    let launch = ["launch", &address, "x", "--deadline", "0.3"];
    let (status, out, err) = world.verb(&launch[..3], Some(&world.ours));
    assert_eq!((status, out.as_str()), (0, "x"), "{err}");
    assert_eq!(world.verb(&["set", "k", "v"], Some(&world.ours)).0, 0);
    let (status, out, _) = world.verb(&["get", "k"], Some(&world.ours));
    assert_eq!((status, out.as_str()), (0, "v\n"));

    let (status, _, err) = world.verb(&launch, Some(&world.theirs));
    assert_eq!(status, 3, "{err}");
    assert!(err.contains("(a server with another key is as silent)"), "{err}");
    let resume = [
        "resume",
        &address,
        "000000000000004d-9-3",
        "x",
        "--deadline",
        "0.3",
        "--grace",
        "0",
    ];
    let (status, _, err) = world.verb(&resume, Some(&world.theirs));
    assert_eq!(status, 4, "{err}");
    assert!(err.contains("(a server with another key is as silent)"), "{err}");
    let (status, _, err) = world.verb(&launch, None);
    assert_eq!(status, 3, "{err}");
    assert!(!err.contains("another key"), "{err}");
    let (status, _, err) = world.verb(&["get", "k", "--deadline", "0.3"], Some(&world.theirs));
    assert_eq!(status, 1, "{err}");
    assert!(err.contains("another key"), "{err}");
    let set = ["set", "k", "w", "--deadline", "0.3"];
    assert_eq!(world.verb(&set, Some(&world.theirs)).0, 4);
    assert_eq!(world.verb(&set, None).0, 4);
    let (_, out, _) = world.verb(&["get", "k"], Some(&world.ours));
    assert_eq!((out.as_str(), world.log().as_str()), ("v\n", "x"));
}

#[test]
fn a_reply_made_with_another_key_is_told_from_noise() {
    let folder = tempfile::tempdir().expect("a folder");
    let ours = key(folder.path(), "ours", "sixteen bytes or more");
    let server = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let address = server.local_addr().expect("bound").to_string();
    // Sends back what it gets, as if it were made with the key 9.
    let echo = thread::spawn(move || {
        let mut bytes = [0; 1500];
        let (length, from) = server.recv_from(&mut bytes).expect("a question");
        bytes[52..56].copy_from_slice(&[9, 0, 0, 0]);
        server.send_to(&bytes[..length], from).expect("it goes out");
        server.send_to(b"noise", from).expect("it goes out");
        // Stays until the client has given up, so that no ICMP error cuts the waiting short.
        server
    });
    let (_, _, err) = run(tool("rlaunch")
        .args([
            "get",
            "k",
            "-v",
            "--deadline",
            "0.3",
            "--server",
            &address,
            "--key",
        ])
        .arg(&ours));
    drop(echo.join());
    assert!(err.contains("bytes made with another key"), "{err}");
    assert!(err.contains("ignored 5 bytes that are not the answer"), "{err}");
}

#[test]
fn a_captured_datagram_that_is_replayed_launches_nothing() {
    let world = World::new();
    let relay = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    relay
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a timeout");
    let mut client = Command::new(tool("rlaunch").get_program());
    client
        .args([
            "launch",
            &relay.local_addr().expect("bound").to_string(),
            "x",
            "--key",
        ])
        .arg(&world.ours);
    let client = thread::spawn(move || run(&mut client));
    // Passes everything on, in both directions, and keeps what the client says.
    let (mut seen, mut from_client, mut bytes) = (Vec::new(), None, [0; 1500]);
    while !client.is_finished() {
        let Ok((length, from)) = relay.recv_from(&mut bytes) else {
            break;
        };
        if from == world.server.address() {
            relay
                .send_to(&bytes[..length], from_client.expect("it asked"))
                .expect("it goes out");
        } else {
            from_client = Some(from);
            seen.push(bytes[..length].to_vec());
            relay
                .send_to(&bytes[..length], world.server.address())
                .expect("it goes out");
            if bytes[3] == BYE {
                break;
            }
        }
    }
    // From the same address, so that the cookies are right, and from another.
    let elsewhere = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    for _ in 0..20 {
        for datagram in &seen {
            for socket in [&relay, &elsewhere] {
                socket
                    .send_to(datagram, world.server.address())
                    .expect("it goes out");
            }
        }
    }
    // What comes after them is answered after them.
    assert_eq!(world.verb(&["set", "k", "v"], Some(&world.ours)).0, 0);
    assert_eq!(world.log(), "x");
    // Without an answer to its farewell the client ends all the same.
    let (status, out, err) = client.join().expect("no panic");
    assert_eq!((status, out.as_str()), (0, "x"), "{err}");
}

#[test]
fn a_key_that_is_none_is_refused_in_a_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let short = key(folder.path(), "short", "0123456789abcde\n");
    let open = key(folder.path(), "open", "0123456789abcdef");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).expect("it is ours");
    let none = folder.path().join("none");
    for (path, why) in [
        (&short, "a key of 15 bytes can be guessed"),
        (&open, "others than its owner can read or write this key"),
        (&none, "No such file or directory"),
    ] {
        let store = folder.path().join("store").display().to_string();
        for verb in [
            ["launch", "127.0.0.1:9", "x", "--deadline", "0.1"].as_slice(),
            &["get", "k", "--deadline", "0.1"],
            &["serve", "127.0.0.1:0", "--exec", "cat", "--store", &store],
        ] {
            let (status, _, err) = run(tool("rlaunch").args(verb).arg("--key").arg(path));
            assert_eq!(status, 1, "{err}");
            let line = format!("rlaunch: {}: {why}", path.display());
            assert!(err.starts_with(&line) && err.lines().count() == 1, "{err}");
        }
    }
}

/// The kind of the datagram that ends a session.
const BYE: u8 = 6;
