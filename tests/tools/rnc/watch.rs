//! Watching a connection: the summary, events as JSON.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::Nc;
use super::tcp::{listener, server};
use crate::support::{free_port, peer};

/// The next event, without the members that differ from run to run.
fn event(nc: &mut Nc) -> Value {
    let line = nc.message();
    let mut event: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{line}: {error}"));
    let members = event.as_object_mut().expect("it is an object");
    for varying in ["time", "seconds"] {
        if let Some(value) = members.remove(varying) {
            assert!(value.as_f64().is_some_and(|value| value >= 0.0), "{line}");
        }
    }
    event
}

#[test]
fn verbose_ends_with_what_was_moved() {
    let port = free_port();
    let mut server = listener(&[], "127.0.0.1", port);
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    let from = client.local_addr().expect("it is connected").port();
    client.write_all(b"five!").expect("it reads");
    server.say("nine more");
    client.read_exact(&mut [0; 9]).expect("it comes");
    drop(client);
    server.message();
    let summary = server.message();
    let moved = format!("Connection with 127.0.0.1 {from} closed: 9 bytes sent, 5 bytes received, ");
    assert!(summary.starts_with(&moved), "{summary}");
    assert!(summary.ends_with("B/s"), "{summary}");
}

#[test]
fn json_tells_of_a_connection_from_both_sides() {
    let port = free_port();
    let mut server = Nc::ours(&["--json", "-N", "-l", "127.0.0.1", &port.to_string()]);
    let at = json!({"v": 1, "event": "listening", "transport": "tcp", "address": "127.0.0.1", "port": port});
    assert_eq!(event(&mut server), at);
    server.eof();
    let mut client = Nc::ours(&["--json", "-N", "127.0.0.1", &port.to_string()]);
    let connected = json!({"v": 1, "event": "connected", "transport": "tcp", "host": "127.0.0.1",
        "address": "127.0.0.1", "port": port});
    assert_eq!(event(&mut client), connected);
    client.say("five!");
    client.eof();
    let closed = json!({"v": 1, "event": "closed", "address": "127.0.0.1", "port": port, "end": "complete",
        "sent": 5, "received": 0});
    assert_eq!(event(&mut client), closed);
    client.ends_well();
    let received = event(&mut server);
    assert_eq!(received.get("event"), Some(&json!("received")));
    let closed = json!({"v": 1, "event": "closed", "address": "127.0.0.1", "port": received.get("port"),
        "end": "complete", "sent": 0, "received": 5});
    assert_eq!(event(&mut server), closed);
}

#[test]
fn json_tells_of_what_fails_and_why() {
    let port = free_port();
    let mut client = Nc::ours(&["--json", "127.0.0.1", &port.to_string()]);
    let failed = json!({"v": 1, "event": "failed", "transport": "tcp", "host": "127.0.0.1",
        "address": "127.0.0.1", "port": port, "reason": "Connection refused"});
    assert_eq!(event(&mut client), failed);
    client.fails("");

    let mut client = Nc::ours(&["--json", "127.0.0.1", "0"]);
    let error = json!({"v": 1, "event": "error", "text": "port number too small: 0"});
    assert_eq!(event(&mut client), error);
    client.fails("");

    let (server, port) = server();
    let mut client = Nc::ours(&["--json", "127.0.0.1", &port]);
    event(&mut client);
    let (peer, _) = server.accept().expect("it connects");
    client.say("never read");
    peer.peek(&mut [0]).expect("it arrives");
    drop(peer);
    let reason = "read from the network: Connection reset by peer";
    let closed = event(&mut client);
    assert_eq!(closed.get("end"), Some(&json!("lost")));
    assert_eq!(closed.get("reason"), Some(&json!(reason)));
    let error = json!({"v": 1, "event": "error", "text": reason});
    assert_eq!(event(&mut client), error);
    client.fails("");
}

#[test]
fn a_terminal_shows_how_far_it_has_come_and_what_is_left() {
    let Some(socat) = peer("socat") else { return };
    let folder = tempfile::tempdir().expect("there is room");
    let (large, script) = (folder.path().join("large"), folder.path().join("script"));
    let file = File::create(&large).expect("there is room");
    file.set_len(64 << 20).expect("it can be");
    let (server, port) = server();
    let rnc = env!("CARGO_BIN_EXE_rnc");
    let line = format!(
        "exec {rnc} -N --progress 127.0.0.1 {port} < {} > /dev/null",
        large.display()
    );
    fs::write(&script, line).expect("there is room");
    // Standard error of what it runs is a terminal of its own.
    let address = format!("EXEC:sh {},pty,stderr,setsid,ctty", script.display());
    let mut terminal = Nc::real(&socat, &["-u", &address, "-"]);
    let (mut peer, _) = server.accept().expect("it connects");
    // It cannot end before this reads, so the meter is drawn.
    let mut shown = Vec::new();
    let stdout = terminal.child.stdout.as_mut().expect("it is piped");
    while !String::from_utf8_lossy(&shown).contains("of 64.00 MiB") {
        let mut some = [0; 256];
        let count = stdout.read(&mut some).expect("it is open");
        assert_ne!(count, 0, "{}", String::from_utf8_lossy(&shown));
        shown.extend_from_slice(&some[..count]);
    }
    let came = std::io::copy(&mut peer, &mut std::io::sink()).expect("it is open");
    assert_eq!(came, 64 << 20);
    drop(peer);
    assert!(String::from_utf8_lossy(&shown).contains(" %"));
}

#[test]
fn progress_is_events_in_json_and_nothing_where_there_is_no_terminal() {
    let (server, port) = server();
    let mut client = Nc::ours(&["--json", "--progress", "-N", "127.0.0.1", &port]);
    let (mut peer, _) = server.accept().expect("it connects");
    event(&mut client);
    client.say("five!");
    peer.read_exact(&mut [0; 5]).expect("it comes");
    let progress = json!({"v": 1, "event": "progress", "sent": 5, "received": 0});
    assert_eq!(event(&mut client), progress);

    let (server, port) = self::server();
    let mut client = Nc::ours(&["--progress", "-N", "127.0.0.1", &port]);
    let (peer, _) = server.accept().expect("it connects");
    client.eof();
    drop(peer);
    client.ends_well();
}
