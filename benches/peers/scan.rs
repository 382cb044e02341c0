//! Scans: all ports of loopback, and ports that do not answer.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;

use fairloss::net::make_room_for;
use socket2::{Domain, Socket, Type};

use super::contest::Contest;
use super::{RNC, run};

pub(crate) fn scan(_: &Path) -> io::Result<()> {
    let all = |program: &str| run(Command::new(program).args(["-nz", "127.0.0.1", "1-65535"]));
    Contest::new("rnc -z : nc -z, 65535 ports of loopback")
        .rounds(7)
        .run(|| all(RNC), || all("nc"));
    const MANY: usize = 1000;
    make_room_for(4 * MANY);
    let full: Vec<Full> = (0..MANY).map(|_| Full::new()).collect::<io::Result<_>>()?;
    let ports: Vec<String> = full.iter().map(|full| full.port.to_string()).collect();
    let ask = |program: &str, ports: &[String]| {
        run(Command::new(program)
            .args(["-nz", "-w", "1", "127.0.0.1"])
            .args(ports));
    };
    Contest::new("rnc -z -w 1, 1000 filtered ports : nc -z -w 1, one of them")
        .rounds(5)
        .run(
            || ask(RNC, &ports),
            || ask("nc", ports.get(..1).unwrap_or_default()),
        );
    Ok(())
}

/// A port that drops what wants to connect: its queue is full.
struct Full {
    port: u16,
    _held: Vec<Socket>,
}

impl Full {
    fn new() -> io::Result<Self> {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into())?;
        listener.listen(0)?;
        let to = listener.local_addr()?;
        let mut held = Vec::new();
        // One is in the queue, the next is dropped.
        for _ in 0..2 {
            let client = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), None)?;
            let _ = client.connect(&to);
            held.push(client);
        }
        let port = to.as_socket().map(|to| to.port()).unwrap_or_default();
        held.push(listener);
        Ok(Self { port, _held: held })
    }
}
