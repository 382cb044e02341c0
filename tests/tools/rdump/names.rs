//! Names of hosts: looked up beside the printing, and once.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fairloss::wire::dns::RecordType;

use super::capture::{Capture, ethernet, ipv4, udp};
use super::{feed, printed, said};
use crate::support::name_server::{Asked, NameServer, Said, wire};
use crate::support::{Guard, peer, root, tool, until};

/// `rdump` on a system whose name server is at an address; `folder` holds its files.
fn rdump(folder: &Path, server: &str, arguments: &[&str]) -> Option<Command> {
    const MOUNT: &str =
        "mount --make-rprivate / && mount --bind \"$1\" /etc/resolv.conf && shift && exec \"$@\"";
    if !root() {
        return None;
    }
    let conf = folder.join("resolv.conf");
    fs::write(
        &conf,
        format!("nameserver {server}\noptions timeout:1 attempts:1\n"),
    )
    .expect("there is room");
    let mut command = Command::new(peer("unshare")?);
    command
        .args(["-m", "sh", "-c", MOUNT, "sh"])
        .arg(conf)
        .arg(tool("rdump").get_program())
        .args(arguments);
    Some(command)
}

/// 10.1.2.3 is host.test; no other address has a name.
fn zone(asked: &Asked) -> Vec<Said> {
    vec![if asked.name.to_ascii_lowercase().starts_with("3.2.1.10.") {
        asked.answer(&[(&asked.name, RecordType::PTR, 60, wire("host.test"))])
    } else {
        asked.denial(3)
    }]
}

fn packets(count: u32) -> Vec<u8> {
    let frame = ethernet(
        0x0800,
        &ipv4([10, 1, 2, 3], [10, 1, 2, 4], 0, 17, &udp(5000, 6001, b"")),
    );
    let capture = (1..=count).fold(Capture::ethernet(), |capture, second| {
        capture.frame(second, &frame)
    });
    capture.bytes()
}

const NUMBERS: &str = "IP 10.1.2.3.5000 > 10.1.2.4.6001: UDP, length 0\n";
const NAMES: &str = "IP host.test.5000 > 10.1.2.4.6001: UDP, length 0\n";

#[test]
fn each_address_is_looked_up_once_whether_it_has_a_name_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["-t", "--name-wait", "60", "-r", "-"];
    let Some(mut command) = rdump(folder.path(), "127.0.53.81", &arguments) else {
        return;
    };
    let server = NameServer::system("127.0.53.81", zone);
    assert_eq!(printed(&feed(&mut command, &packets(5))), NAMES.repeat(5));
    let mut asked = server.queries();
    asked.iter_mut().for_each(|query| query.make_ascii_lowercase());
    asked.sort();
    assert_eq!(asked, ["3.2.1.10.in-addr.arpa ptr", "4.2.1.10.in-addr.arpa ptr"]);
}

#[test]
fn a_silent_server_leaves_the_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mut command) = rdump(folder.path(), "127.0.53.82", &["-t", "-r", "-"]) else {
        return;
    };
    let _silent = NameServer::system("127.0.53.82", |_| Vec::new());
    assert_eq!(printed(&feed(&mut command, &packets(50))), NUMBERS.repeat(50));
}

#[test]
fn a_name_that_comes_late_is_in_the_lines_that_follow() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["-t", "-l", "--name-wait", "0", "-r", "-"];
    let Some(mut command) = rdump(folder.path(), "127.0.53.83", &arguments) else {
        return;
    };
    let may_answer = Arc::new(AtomicBool::new(false));
    let waits = Arc::clone(&may_answer);
    let _slow = NameServer::system("127.0.53.83", move |asked| {
        until("it may answer", || waits.load(Ordering::Relaxed));
        zone(asked)
    });
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = Guard(child.unwrap());
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut next = |bytes: &[u8]| {
        stdin.write_all(bytes).unwrap();
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        line
    };
    let (first, second) = (packets(1), packets(2));
    // The server waits for this line: the line cannot have waited for the server.
    assert_eq!(next(&first), NUMBERS);
    may_answer.store(true, Ordering::Relaxed);
    until("the name has come", || next(&second[first.len()..]) == NAMES);
}

#[test]
fn what_cannot_be_asked_for_is_refused() {
    for (arguments, why) in [
        (
            &["--name-wait", "soon", "-r", "-"][..],
            "invalid --name-wait soon",
        ),
        (
            &["-f", "-r", "-"],
            "-f is about the network of an interface, and packets come from a file",
        ),
    ] {
        let output = feed(tool("rdump").args(arguments), b"");
        assert_eq!(said(&output), format!("rdump: {why}\n"));
    }
}
