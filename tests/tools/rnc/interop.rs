//! With the netcats that people have: `nc`, `ncat` and `socat`, each in both roles.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::stdio::much;
use crate::support::{Guard, free_port, peer, tool, until};

/// A netcat.
#[derive(Clone, Debug)]
enum Netcat {
    Ours,
    Nc(PathBuf),
    Ncat(PathBuf),
    Socat(PathBuf),
}

/// Where the two meet.
#[derive(Clone, Debug)]
enum Place {
    V4(u16),
    V6(u16),
    Path(PathBuf),
}

impl Place {
    /// One of each kind. The folder has to live as long.
    fn all(folder: &Path) -> [Self; 3] {
        [
            Self::V4(free_port()),
            Self::V6(free_port()),
            Self::Path(folder.join("socket")),
        ]
    }

    fn words(&self) -> Vec<String> {
        match self {
            Self::V4(port) => vec!["127.0.0.1".to_owned(), port.to_string()],
            Self::V6(port) => vec!["::1".to_owned(), port.to_string()],
            Self::Path(path) => vec!["-U".to_owned(), path.display().to_string()],
        }
    }

    /// Waits until somebody has bound a stream, or with `udp` a datagram socket there.
    fn wait(&self, udp: bool) {
        let bound = || match self {
            Self::V4(port) | Self::V6(port) => {
                let protocol = if udp { "udp" } else { "tcp" };
                let local = format!(":{port:04X} ");
                ["", "6"].iter().any(|family| {
                    let table = fs::read_to_string(format!("/proc/net/{protocol}{family}"));
                    let table = table.unwrap_or_default();
                    // 0A is LISTEN; of a datagram socket there is nothing to wait for but its line.
                    let mut lines = table.lines().filter(|line| line.contains(&local));
                    lines.any(|line| udp || line.contains(" 0A "))
                })
            }
            Self::Path(path) => {
                let table = fs::read_to_string("/proc/net/unix").unwrap_or_default();
                let name = path.display().to_string();
                // 00010000 is __SO_ACCEPTCON.
                let mut lines = table.lines().filter(|line| line.ends_with(&name));
                lines.any(|line| udp || line.contains(" 00010000 "))
            }
        };
        until(&format!("somebody is at {self:?}"), bound);
    }
}

impl Netcat {
    /// Those that are installed; what is not is said.
    fn others() -> Vec<Self> {
        let found = [
            peer("nc").map(Self::Nc),
            peer("ncat").map(Self::Ncat),
            peer("socat").map(Self::Socat),
        ];
        found.into_iter().flatten().collect()
    }

    /// A stream, at one end of which standard input is passed on with its end.
    fn stream(&self, listen: bool, place: &Place) -> Command {
        let mut command = match self {
            Self::Ours => tool("rnc"),
            Self::Nc(program) | Self::Ncat(program) | Self::Socat(program) => Command::new(program),
        };
        if let Self::Socat(_) = self {
            let address = match (listen, place) {
                (true, Place::V4(port)) => format!("TCP4-LISTEN:{port},bind=127.0.0.1,reuseaddr"),
                (false, Place::V4(port)) => format!("TCP4:127.0.0.1:{port}"),
                (true, Place::V6(port)) => format!("TCP6-LISTEN:{port},bind=[::1],reuseaddr"),
                (false, Place::V6(port)) => format!("TCP6:[::1]:{port}"),
                (true, Place::Path(path)) => format!("UNIX-LISTEN:{}", path.display()),
                (false, Place::Path(path)) => format!("UNIX-CONNECT:{}", path.display()),
            };
            // It would leave half a second after the first end otherwise.
            command.args(["-t", "60", "-", &address]);
            return command;
        }
        if listen {
            command.arg("-l");
        }
        // Ncat passes ends on without being told.
        if let Self::Ours | Self::Nc(_) = self {
            command.arg("-N");
        }
        command.args(place.words());
        command
    }
}

/// A child with its streams, without ours.
fn started(mut command: Command, stdin: impl Into<Stdio>, stdout: impl Into<Stdio>) -> Guard {
    let child = command.stdin(stdin).stdout(stdout).stderr(Stdio::null()).spawn();
    Guard(child.unwrap_or_else(|error| panic!("{command:?}: {error}")))
}

/// Each of the others as listener and as client, with us at the other end, over each kind of socket.
fn pairs() -> Vec<(Netcat, Netcat)> {
    let others = Netcat::others();
    let listening = others.iter().map(|other| (other.clone(), Netcat::Ours));
    let connecting = others.iter().map(|other| (Netcat::Ours, other.clone()));
    listening.chain(connecting).collect()
}

#[test]
fn much_is_carried_from_client_to_listener() {
    let bytes = much();
    for (server, client) in pairs() {
        let folder = tempfile::tempdir().expect("there is room");
        let (source, copy) = (folder.path().join("source"), folder.path().join("copy"));
        fs::write(&source, &bytes).expect("there is room");
        for place in Place::all(folder.path()) {
            let into = File::create(&copy).expect("there is room");
            let mut listener = started(server.stream(true, &place), Stdio::null(), into);
            place.wait(false);
            let from = File::open(&source).expect("it is there");
            let mut sender = started(client.stream(false, &place), from, Stdio::null());
            assert!(
                sender.wait().expect("it ends").success(),
                "{client:?} at {place:?}"
            );
            assert!(
                listener.wait().expect("it ends").success(),
                "{server:?} at {place:?}"
            );
            let came = fs::read(&copy).expect("it is there");
            assert!(came == bytes, "{client:?} to {server:?} at {place:?}");
        }
    }
}

#[test]
fn much_is_carried_from_listener_to_client() {
    let bytes = much();
    for (server, client) in pairs() {
        let folder = tempfile::tempdir().expect("there is room");
        let (source, copy) = (folder.path().join("source"), folder.path().join("copy"));
        fs::write(&source, &bytes).expect("there is room");
        for place in Place::all(folder.path()) {
            let from = File::open(&source).expect("it is there");
            let mut listener = started(server.stream(true, &place), from, Stdio::null());
            place.wait(false);
            let into = File::create(&copy).expect("there is room");
            // The client's own input stays open until all has come: a listener ends with its client.
            let mut receiver = started(client.stream(false, &place), Stdio::piped(), into);
            let stdin = receiver.stdin.take();
            wait_for_size(&copy, bytes.len());
            drop(stdin);
            receiver.wait().expect("it ends");
            listener.wait().expect("it ends");
            let came = fs::read(&copy).expect("it is there");
            assert!(came == bytes, "{server:?} to {client:?} at {place:?}");
        }
    }
}

#[test]
fn a_request_with_its_end_gets_its_answer() {
    for (server, client) in pairs() {
        let folder = tempfile::tempdir().expect("there is room");
        for place in Place::all(folder.path()) {
            let mut listener = started(server.stream(true, &place), Stdio::piped(), Stdio::piped());
            place.wait(false);
            let mut client = started(client.stream(false, &place), Stdio::piped(), Stdio::piped());
            let mut stdin = client.stdin.take().expect("it is piped");
            stdin.write_all(b"request").expect("it reads");
            let mut came = [0; 7];
            let mut stdout = listener.stdout.take().expect("it is piped");
            stdout.read_exact(&mut came).expect("it comes");
            assert_eq!(&came, b"request");
            let mut answer = listener.stdin.take().expect("it is piped");
            answer.write_all(b"answer").expect("it reads");
            let mut came = [0; 6];
            let mut stdout = client.stdout.take().expect("it is piped");
            stdout.read_exact(&mut came).expect("it comes");
            assert_eq!(&came, b"answer");
            drop((stdin, answer));
            let ends = [client.wait(), listener.wait()].map(|end| end.expect("it ends").success());
            assert_eq!(ends, [true, true], "{server:?} at {place:?}");
        }
    }
}

#[test]
fn lines_are_made_crlf_for_the_others() {
    for other in Netcat::others() {
        let place = Place::V4(free_port());
        let listener = started(other.stream(true, &place), Stdio::null(), Stdio::piped());
        place.wait(false);
        let mut command = Netcat::Ours.stream(false, &place);
        command.arg("--crlf");
        let mut client = started(command, Stdio::piped(), Stdio::null());
        let mut stdin = client.stdin.take().expect("it is piped");
        stdin.write_all(b"one\ntwo\r\n").expect("it reads");
        drop(stdin);
        assert_eq!(printed(listener), "one\r\ntwo\r\n", "{other:?}");
        assert!(client.wait().expect("it ends").success());
    }
}

#[test]
fn a_listener_keeps_taking_the_others() {
    let place = Place::V4(free_port());
    let mut command = Netcat::Ours.stream(true, &place);
    command.arg("-k");
    let mut listener = started(command, Stdio::null(), Stdio::piped());
    place.wait(false);
    let mut stdout = listener.stdout.take().expect("it is piped");
    for other in Netcat::others() {
        let mut client = started(other.stream(false, &place), Stdio::piped(), Stdio::null());
        let mut stdin = client.stdin.take().expect("it is piped");
        stdin.write_all(b"hello").expect("it reads");
        let mut came = [0; 5];
        stdout.read_exact(&mut came).expect("it comes");
        assert_eq!(&came, b"hello");
        drop(stdin);
        assert!(client.wait().expect("it ends").success(), "{other:?}");
    }
}

#[test]
fn datagrams_go_both_ways() {
    let folder = tempfile::tempdir().expect("there is room");
    for (server, client) in pairs() {
        for place in [Place::V4(free_port()), Place::V6(free_port())] {
            let mut listener = started(datagrams(&server, true, &place), Stdio::piped(), Stdio::piped());
            place.wait(true);
            let mut client = started(datagrams(&client, false, &place), Stdio::piped(), Stdio::piped());
            exchange(&mut client, &mut listener);
            exchange(&mut listener, &mut client);
        }
    }
    // Over UNIX-domain sockets only nc has names that can be answered.
    let Some(nc) = peer("nc").map(Netcat::Nc) else {
        return;
    };
    for (name, (server, client)) in ["a", "b"]
        .into_iter()
        .zip([(nc.clone(), Netcat::Ours), (Netcat::Ours, nc)])
    {
        let place = Place::Path(folder.path().join(name));
        let mut listener = started(datagrams(&server, true, &place), Stdio::piped(), Stdio::piped());
        place.wait(true);
        let mut client = started(datagrams(&client, false, &place), Stdio::piped(), Stdio::piped());
        exchange(&mut client, &mut listener);
        exchange(&mut listener, &mut client);
    }
}

fn datagrams(netcat: &Netcat, listen: bool, place: &Place) -> Command {
    if let Netcat::Socat(program) = netcat {
        let mut command = Command::new(program);
        let address = match (listen, place) {
            (true, Place::V4(port)) => format!("UDP4-LISTEN:{port},bind=127.0.0.1"),
            (true, Place::V6(port)) => format!("UDP6-LISTEN:{port},bind=[::1]"),
            (false, Place::V6(port)) => format!("UDP6:[::1]:{port}"),
            (_, Place::V4(port)) => format!("UDP4:127.0.0.1:{port}"),
            (_, Place::Path(path)) => format!("UNIX-SENDTO:{}", path.display()),
        };
        command.args(["-", &address]);
        return command;
    }
    let mut command = match netcat {
        Netcat::Nc(program) | Netcat::Ncat(program) => Command::new(program),
        Netcat::Ours | Netcat::Socat(_) => tool("rnc"),
    };
    command.arg("-u").args(listen.then_some("-l"));
    command.args(place.words());
    command
}

/// A line from one to the other.
fn exchange(from: &mut Guard, to: &mut Guard) {
    let stdin = from.stdin.as_mut().expect("it is piped");
    stdin.write_all(b"a datagram\n").expect("it reads");
    let mut came = [0; 11];
    let stdout = to.stdout.as_mut().expect("it is piped");
    stdout.read_exact(&mut came).expect("it comes");
    assert_eq!(&came, b"a datagram\n");
}

/// All that a child prints until it ends.
fn printed(mut child: Guard) -> String {
    let mut text = String::new();
    let mut stdout = child.stdout.take().expect("it is piped");
    stdout.read_to_string(&mut text).expect("it is text");
    assert!(child.wait().expect("it ends").success());
    text
}

fn wait_for_size(file: &Path, size: usize) {
    let size = u64::try_from(size).expect("it is no larger");
    until(&format!("{} has come whole", file.display()), || {
        fs::metadata(file).is_ok_and(|file| file.len() >= size)
    });
}
