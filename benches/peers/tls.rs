//! Bytes through TLS, both ends together.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::contest::Contest;
use super::{RNC, closed_port, run, wait_for_listener};

const SIZE: u64 = 1 << 30;

/// A file of 1 GiB through a TLS connection into /dev/null, against `ncat --ssl`.
pub(crate) fn bytes(scratch: &Path) -> io::Result<()> {
    let file = scratch.join("gibibyte");
    File::create(&file)?.set_len(SIZE)?;
    Contest::new("rnc --tls : ncat --ssl, 1 GiB file → TLS → /dev/null")
        .rounds(5)
        .bytes(SIZE)
        .run(|| ours(&file), || theirs(&file));
    Ok(())
}

fn ours(file: &Path) {
    let port = closed_port().expect("loopback has a free port");
    let mut listener = Command::new(RNC)
        .args(["--tls", "-l", "127.0.0.1", &port])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it was built");
    let mut line = String::new();
    let messages = listener.stderr.take().expect("it is piped");
    BufReader::new(messages)
        .read_line(&mut line)
        .expect("it says what it is known by");
    wait_for_listener(&port);
    let fingerprint = line.trim_end().trim_start_matches("Fingerprint ");
    let input = File::open(file).expect("it was made");
    run(Command::new(RNC)
        .args(["--tls", "-N", "--fingerprint", fingerprint, "127.0.0.1", &port])
        .stdin(input));
    listener.wait().expect("it ends with the connection");
}

fn theirs(file: &Path) {
    let port = closed_port().expect("loopback has a free port");
    let mut listener = Command::new("ncat")
        .args(["--ssl", "-l", "127.0.0.1", &port])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("ncat is installed");
    wait_for_listener(&port);
    let input = File::open(file).expect("it was made");
    run(Command::new("ncat")
        .args(["--ssl", "--send-only", "127.0.0.1", &port])
        .stdin(input));
    listener.wait().expect("it ends with the connection");
}
