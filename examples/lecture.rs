//! The server of the lecture, as a student writes it after the slide on idempotence: launch a missile, remember its
//! id in a set, and answer a repeated id without launching again. With it the client of the slide before, which
//! repeats its request until there is a reply.
//!
//! It is here to be compared with `rlaunch`, by the same load and the same kills (`tests/tools/rlaunch/proof`): the
//! set is in memory, nothing tells an altered datagram from a whole one, and nobody ever forgets an id.
//!
//! ```text
//! cargo run --example lecture -- serve 127.0.0.1:4517 launches.log
//! seq 10 | cargo run --example lecture -- launch 127.0.0.1:4517
//! ```

use std::collections::HashSet;
use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, ErrorKind, Write};
use std::net::UdpSocket;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["serve", address, log] => serve(address, log),
        ["launch", server] => launch(server),
        _ => Err("usage: lecture serve ADDR:PORT LOG | lecture launch ADDR:PORT".into()),
    }
}

/// The request is the id of a missile, the reply the same bytes.
fn serve(address: &str, log: &str) -> Result<(), Box<dyn Error>> {
    let socket = UdpSocket::bind(address)?;
    let mut log = File::options().create(true).append(true).open(log)?;
    let mut launched = HashSet::new();
    let mut buffer = [0; 1500];
    writeln!(io::stderr(), "lecture: serving on {}", socket.local_addr()?)?;
    loop {
        let (length, client) = match socket.recv_from(&mut buffer) {
            Ok(received) => received,
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => continue,
            Err(error) => return Err(error.into()),
        };
        let missile = buffer.get(..length).unwrap_or_default();
        if launched.insert(missile.to_vec()) {
            log.write_all(missile)?;
        }
        // A reply that does not arrive is asked for again.
        let _ = socket.send_to(missile, client);
    }
}

/// Launches the missile of each line of standard input, one after another; says a line for each, as
/// `rlaunch launch --lines` does.
fn launch(server: &str) -> Result<(), Box<dyn Error>> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.connect(server)?;
    socket.set_read_timeout(Some(TIMEOUT))?;
    let mut out = io::stdout().lock();
    for missile in io::stdin().lock().lines() {
        let missile = missile?;
        until_replied(&socket, missile.as_bytes())?;
        writeln!(out, "launched {missile} 0 {missile}")?;
        out.flush()?;
    }
    Ok(())
}

/// The stubborn link: sends again and again.
fn until_replied(socket: &UdpSocket, request: &[u8]) -> io::Result<()> {
    let mut reply = [0; 1500];
    loop {
        match socket.send(request) {
            // The server has been killed, and may come back.
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => {}
            sent => _ = sent?,
        }
        match socket.recv(&mut reply) {
            Ok(length) if reply.get(..length) == Some(request) => return Ok(()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => std::thread::sleep(TIMEOUT),
            Err(error) => return Err(error),
        }
    }
}

const TIMEOUT: Duration = Duration::from_millis(20);
