//! `--broker`: what one client sends, the others receive.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, recv};
use rustix::process::{Pid, Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit};

use super::Nc;
use super::access::listener;
use crate::support::{peer, until};

/// A client that the broker knows: it has heard what `known` says to it.
fn client(port: u16, known: Option<&mut TcpStream>) -> TcpStream {
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
    client.set_nodelay(true).expect("it can be set");
    if let Some(known) = known {
        let mut hello = [0; 1];
        // Until it is there, nobody hears what is said.
        client.set_nonblocking(true).expect("it can be set");
        until("it is heard", || {
            known.write_all(b".").expect("it reads");
            client.read(&mut hello).is_ok()
        });
        client.set_nonblocking(false).expect("it can be set");
    }
    client
}

/// Skips the dots with which clients were welcomed, and reads as much as `text` has, which it must be.
#[track_caller]
fn hears(client: &mut impl Read, text: &str) {
    let mut heard = String::new();
    while heard.len() < text.len() {
        let mut byte = [0];
        client.read_exact(&mut byte).expect("it comes");
        if byte != *b"." {
            heard.push(byte[0].into());
        }
    }
    assert_eq!(heard, text);
}

#[test]
fn what_one_sends_the_others_receive() {
    let (_nc, port) = listener(&["--broker"]);
    let mut one = client(port, None);
    let mut two = client(port, Some(&mut one));
    let mut three = client(port, Some(&mut one));
    one.write_all(b"from one\n").expect("it reads");
    hears(&mut two, "from one\n");
    hears(&mut three, "from one\n");
    two.write_all(b"from two\n").expect("it reads");
    hears(&mut one, "from two\n");
    hears(&mut three, "from two\n");
}

#[test]
fn who_ends_gets_what_was_said_before_and_then_the_end() {
    let (_nc, port) = listener(&["--broker"]);
    let mut one = client(port, None);
    let mut two = client(port, Some(&mut one));
    one.write_all(b"before\n").expect("it reads");
    hears(&mut two, "before\n");
    two.shutdown(Shutdown::Write).expect("it is open");
    let mut rest = String::new();
    two.read_to_string(&mut rest).expect("it ends");
    assert_eq!(rest.trim_matches('.'), "");
    // And the broker goes on.
    let mut three = client(port, Some(&mut one));
    three.write_all(b"after\n").expect("it reads");
    hears(&mut one, "after\n");
}

#[test]
fn a_broker_at_a_unix_name_and_one_that_is_idle() {
    let folder = tempfile::tempdir().expect("there is room");
    let path = folder.path().join("s");
    let name = path.to_str().expect("it is text");
    let mut nc = Nc::ours(&["--broker", "--idle-timeout", "300ms", "-vlU", name]);
    nc.message();
    nc.message();
    let mut one = UnixStream::connect(&path).expect("it listens");
    assert_eq!(nc.message(), format!("Connection received on {name}"));
    let mut two = UnixStream::connect(&path).expect("it listens");
    assert_eq!(nc.message(), format!("Connection received on {name}"));
    one.write_all(b"to two").expect("it reads");
    hears(&mut two, "to two");
    assert!(matches!(one.read(&mut [0]), Ok(0)) && matches!(two.read(&mut [0]), Ok(0)));
    assert_eq!(nc.message(), "Connection closed: idle timeout");
    kill_process(Pid::from_child(&nc.child), Signal::TERM).expect("it runs");
    nc.end();
    assert!(!path.exists());
}

#[test]
fn the_real_netcats_talk_to_each_other() {
    let (Some(nc), Some(ncat)) = (peer("nc"), peer("ncat")) else {
        return;
    };
    let (_broker, port) = listener(&["--broker"]);
    let mut ours = client(port, None);
    let port = port.to_string();
    let mut theirs = [
        Nc::real(&nc, &["127.0.0.1", &port]),
        Nc::real(&ncat, &["127.0.0.1", &port]),
    ];
    for nc in &mut theirs {
        until("it is heard", || {
            ours.write_all(b".").expect("it reads");
            nc.has_printed()
        });
    }
    let [nc, ncat] = &mut theirs;
    nc.say("from nc\n");
    hears(&mut ours, "from nc\n");
    hears(ncat.child.stdout.as_mut().expect("it is piped"), "from nc\n");
    ncat.say("from ncat\n");
    hears(&mut ours, "from ncat\n");
    hears(nc.child.stdout.as_mut().expect("it is piped"), "from ncat\n");
}

/// One of the crowd.
struct Listener {
    socket: TcpStream,
    heard: u64,
    /// What the next byte from each of the speakers must be, of those who look.
    next: Option<[u8; 2]>,
}

impl Listener {
    fn new(socket: TcpStream, looks: bool) -> Self {
        Self {
            socket,
            heard: 0,
            next: looks.then_some([0, 0]),
        }
    }

    /// Takes some of what is there. Who does not look does not even have it copied.
    fn take(&mut self, room: &mut [u8]) {
        let flags = match self.next {
            Some(_) => RecvFlags::DONTWAIT,
            None => RecvFlags::DONTWAIT | RecvFlags::TRUNC,
        };
        let count = match recv(&self.socket, &mut *room, flags) {
            Ok((_, count)) => count,
            Err(Errno::AGAIN) => return,
            Err(error) => panic!("it was disconnected: {error}"),
        };
        assert_ne!(count, 0, "it was disconnected");
        self.heard += count as u64;
        let Some([low, high]) = &mut self.next else { return };
        for byte in room.iter().take(count) {
            let next = if byte & 0x80 == 0 { &mut *low } else { &mut *high };
            assert_eq!(byte & 0x7f, *next, "in order, nothing left out");
            *next = (*next + 1) & 0x7f;
        }
    }
}

/// Says all numbers up to 127 over and over, with `mark` set.
fn speak(mut speaker: TcpStream, mark: u8, blocks: u64) -> TcpStream {
    let block: Vec<u8> = (0..BLOCK)
        .map(|n| u8::try_from(n & 0x7f).expect("seven bits") | mark)
        .collect();
    for _ in 0..blocks {
        speaker.write_all(&block).expect("it is heard");
    }
    speaker
}

const BLOCK: u64 = 32 << 10;

fn memory(pid: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("it runs");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(what))
        .expect("it is there");
    line.trim_matches(|c: char| !c.is_ascii_digit())
        .parse()
        .expect("a number")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test may look at its environment")]
fn a_crowd_hears_everything_though_one_never_reads() {
    let limit = getrlimit(Resource::Nofile);
    let _ = setrlimit(
        Resource::Nofile,
        Rlimit {
            current: limit.maximum,
            ..limit
        },
    );
    // Here and there are one each, and other tests want some.
    let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX) / 4;
    let wanted = std::env::var("FAIRLOSS_CROWD")
        .ok()
        .and_then(|crowd| crowd.parse().ok())
        .unwrap_or(400);
    let crowd = usize::try_from(most).unwrap_or(usize::MAX).min(wanted);

    // The kernel keeps little of what is not read.
    let (mut nc, port) = listener(&["--broker", "-O", "65536"]);
    let mut first = client(port, None);
    let _deaf = client(port, Some(&mut first));
    let mut listeners: Vec<Listener> = (0..crowd)
        .map(|number| {
            Listener::new(
                TcpStream::connect(("127.0.0.1", port)).expect("it listens"),
                number < 3,
            )
        })
        .collect();
    // They are taken in order: all are there when this one is.
    let mut last = client(port, Some(&mut first));
    first.write_all(b"!").expect("it reads");
    hears(&mut last, "!");
    for listener in &mut listeners {
        hears(&mut listener.socket, "!");
    }
    let before = memory(nc.child.id(), "VmRSS:");
    // More than is kept for the one that never reads.
    let blocks = 160;
    let all = 2 * blocks * BLOCK;
    // Who speaks hears the other.
    for speaker in [&first, &last] {
        let mut listener = Listener::new(speaker.try_clone().expect("there is room"), false);
        listener.heard = blocks * BLOCK;
        listeners.push(listener);
    }
    let speakers = [(first, 0), (last, 0x80)]
        .map(|(speaker, mark)| std::thread::spawn(move || speak(speaker, mark, blocks)));
    let mut room = vec![0; 64 << 10];
    while listeners.iter().any(|listener| listener.heard < all) {
        let mut polled: Vec<_> = listeners
            .iter()
            .map(|listener| PollFd::new(&listener.socket, PollFlags::IN))
            .collect();
        poll(&mut polled, None).expect("it can be polled");
        let ready: Vec<bool> = polled.iter().map(|fd| !fd.revents().is_empty()).collect();
        for (listener, _) in listeners.iter_mut().zip(ready).filter(|(_, ready)| *ready) {
            listener.take(&mut room);
        }
    }
    assert!(listeners.iter().all(|listener| listener.heard == all));
    let _open = speakers.map(|speaker| speaker.join().expect("it was heard"));
    assert!(nc.message().ends_with("closed: reads too slowly"));
    let grown = memory(nc.child.id(), "VmHWM:") - before;
    assert!(grown < 24 << 10, "{grown} KiB more than before");
}

#[test]
fn what_makes_no_sense_is_said_in_one_line() {
    for (arguments, why) in [
        (&["--broker", "127.0.0.1", "1"][..], "must use -l with --broker"),
        (&["-lu", "--broker", "0"], "cannot use --broker with -u"),
        (
            &["-l", "-w", "1", "--broker", "0"],
            "cannot use --broker with -i, -q, -w or -W",
        ),
        (&["-l", "-N", "--broker", "0"], "cannot use --broker with -N"),
        (
            &["-l", "-C", "--broker", "0"],
            "cannot use --broker with -C or -t",
        ),
    ] {
        Nc::ours(arguments).fails(&format!("rnc: {why}"));
    }
}
