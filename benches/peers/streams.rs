//! Bytes through a connection, both ends together: from a file, through pipes, over a UNIX-domain socket.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use super::contest::Contest;
use super::{RNC, closed_port, splice, wait_for_listener};

const SIZE: u64 = 4 << 30;

/// A file of 4 GiB through a TCP connection into /dev/null.
pub(crate) fn bytes(scratch: &Path) -> io::Result<()> {
    let file = large_file(scratch)?;
    let transfer = |who: Who| over_tcp(who, &file);
    for other in [Who::Nc, Who::SpliceLoop] {
        Contest::new(format!("rnc : {}, 4 GiB file → TCP → /dev/null", other.name()))
            .rounds(5)
            .bytes(SIZE)
            .run(|| transfer(Who::Rnc), || transfer(other));
    }
    Ok(())
}

/// The same over a UNIX-domain socket.
pub(crate) fn unix(scratch: &Path) -> io::Result<()> {
    let (file, socket) = (large_file(scratch)?, scratch.join("socket"));
    let transfer = |who: Who| over_unix(who, &file, &socket);
    for other in [Who::Nc, Who::SpliceLoop] {
        Contest::new(format!("rnc : {}, 4 GiB file → UNIX → /dev/null", other.name()))
            .rounds(5)
            .bytes(SIZE)
            .run(|| transfer(Who::Rnc), || transfer(other));
    }
    Ok(())
}

/// 2 GiB from a pipe through a TCP connection into a pipe; whoever fills and empties the pipes is not counted.
pub(crate) fn pipes(_: &Path) -> io::Result<()> {
    for other in [Who::Nc, Who::SpliceLoop] {
        Contest::new(format!("rnc : {}, 2 GiB pipe → TCP → pipe", other.name()))
            .rounds(5)
            .bytes(SIZE / 2)
            .run(|| through_pipes(Who::Rnc), || through_pipes(other));
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Who {
    Rnc,
    Nc,
    SpliceLoop,
}

impl Who {
    fn name(self) -> &'static str {
        match self {
            Self::Rnc => "rnc",
            Self::Nc => "nc",
            Self::SpliceLoop => "splice loop",
        }
    }

    /// The command for one end of a connection, over TCP to a port or over a UNIX-domain socket.
    fn end(self, listen: bool, unix: bool, place: &str) -> Command {
        let program = match self {
            Self::Rnc => PathBuf::from(RNC),
            Self::Nc => PathBuf::from("nc"),
            Self::SpliceLoop => std::env::current_exe().expect("it is running"),
        };
        let mut command = on_its_own_core(listen, program);
        if let Self::SpliceLoop = self {
            let role = if listen { "listen" } else { "connect" };
            command.args([splice::FLAG, role, place]);
            return command;
        }
        command.arg(if listen { "-l" } else { "-N" });
        if unix {
            command.arg("-U");
        } else {
            command.arg("127.0.0.1");
        }
        command.arg(place);
        command
    }
}

fn over_tcp(who: Who, file: &Path) {
    let port = closed_port().expect("loopback has a free port");
    let listener = start(
        who.end(true, false, &port)
            .stdin(Stdio::null())
            .stdout(Stdio::null()),
    );
    wait_for_listener(&port);
    let input = File::open(file).expect("it was made");
    let sender = start(who.end(false, false, &port).stdin(input).stdout(Stdio::null()));
    end([sender, listener]);
}

fn over_unix(who: Who, file: &Path, socket: &Path) {
    // Not all of them take their file with them.
    let _ = std::fs::remove_file(socket);
    let name = socket.display().to_string();
    let listener = start(
        who.end(true, true, &name)
            .stdin(Stdio::null())
            .stdout(Stdio::null()),
    );
    wait_for_unix_listener(&name);
    let input = File::open(file).expect("it was made");
    let sender = start(who.end(false, true, &name).stdin(input).stdout(Stdio::null()));
    end([sender, listener]);
}

fn through_pipes(who: Who) {
    let port = closed_port().expect("loopback has a free port");
    let mut listener = start(
        who.end(true, false, &port)
            .stdin(Stdio::null())
            .stdout(Stdio::piped()),
    );
    wait_for_listener(&port);
    let mut sender = start(
        who.end(false, false, &port)
            .stdin(Stdio::piped())
            .stdout(Stdio::null()),
    );
    let (mut typed, mut printed) = (sender.stdin.take(), listener.stdout.take());
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut stdin = typed.take().expect("it is piped");
            let chunk = vec![0_u8; 64 << 10];
            for _ in 0..SIZE / 2 / chunk.len() as u64 {
                stdin.write_all(&chunk).expect("it reads");
            }
        });
        let mut stdout = printed.take().expect("it is piped");
        let (mut chunk, mut came) = (vec![0_u8; 64 << 10], 0);
        loop {
            match stdout.read(&mut chunk).expect("it is open") {
                0 => break,
                count => came += count as u64,
            }
        }
        assert_eq!(came, SIZE / 2);
    });
    end([sender, listener]);
}

/// Waits until somebody listens at `name`: the table has `__SO_ACCEPTCON` among its flags then.
fn wait_for_unix_listener(name: &str) {
    const LISTENING: &str = " 00010000 ";
    let table = || std::fs::read_to_string("/proc/net/unix").unwrap_or_default();
    while !table()
        .lines()
        .any(|line| line.ends_with(name) && line.contains(LISTENING))
    {
        thread::yield_now();
    }
}

fn large_file(scratch: &Path) -> io::Result<PathBuf> {
    let file = scratch.join("large");
    File::create(&file)?.set_len(SIZE)?;
    Ok(file)
}

/// The ends have a core each, as on two hosts: where they are put otherwise is chance.
fn on_its_own_core(listen: bool, program: PathBuf) -> Command {
    if thread::available_parallelism().is_ok_and(|cores| cores.get() < 2) {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", if listen { "1" } else { "0" }]).arg(program);
    command
}

fn start(command: &mut Command) -> Child {
    command.stderr(Stdio::null()).spawn().expect("it is installed")
}

fn end(children: [Child; 2]) {
    for mut child in children {
        let status = child.wait().expect("it was started");
        assert!(status.success(), "{status}");
    }
}
