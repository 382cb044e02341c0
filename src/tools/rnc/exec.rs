//! `--exec`, `--sh-exec`: a command at our end of a connection.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};
use std::process::Stdio as ChildStdio;
use std::rc::Rc;

use rustix::net::{AddressFamily, RecvFlags, SocketFlags, SocketType, recv, socketpair};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use super::plan::Plan;
use super::{run, say, secure};
use crate::cli::{Exit, Failure, words};
use crate::net::{Endpoint, PumpError, Relay, Stdio};
use crate::proto::relay::{End, Rules};
use crate::tools::command::{CommandLine, code};
use crate::tools::signals;

/// Whether the command can have the socket itself: nobody has to see the bytes.
pub(super) fn is_direct(plan: &Plan) -> bool {
    plan.guard.is_open() && plan.relay.is_transparent()
}

/// What is done with a connection that we have made.
pub(super) fn connected(plan: &Plan, line: &CommandLine, socket: OwnedFd) -> Result<Exit, Failure> {
    let runtime = run::runtime()?;
    let _inside = runtime.enter();
    runtime.block_on(signals::or_die(async {
        if is_direct(plan) {
            return Ok(hand_over(line, socket).await);
        }
        let socket = secure::admit(plan, run::endpoint(socket)?, &[]).await?;
        Ok(bridge(&plan.relay, line, socket).await)
    }))
}

/// Makes the socket the standard input and output of the command, and waits for it to end.
pub(super) async fn hand_over(line: &CommandLine, socket: OwnedFd) -> Exit {
    match Running::begin(line, &socket, &socket) {
        Ok(running) => {
            let exit = running.end().await;
            discard(&socket);
            exit
        }
        Err(error) => cannot_begin(line, &error),
    }
}

/// Moves bytes between the command and the connection. The connection ends with the command.
pub(super) async fn bridge(relay: &Relay, line: &CommandLine, socket: Rc<Endpoint>) -> Exit {
    let begin = || {
        let (ours, theirs) = socketpair(
            AddressFamily::UNIX,
            SocketType::STREAM,
            SocketFlags::CLOEXEC,
            None,
        )?;
        let stdio = Stdio::both(Endpoint::socket(ours)?);
        Ok((Running::begin(line, &*socket, &theirs)?, stdio))
    };
    let (mut running, stdio) = match begin() {
        Ok(begun) => begun,
        Err(error) => return cannot_begin(line, &error),
    };
    let relay = Relay {
        rules: Rules {
            half_close: true,
            peer_decides: false,
            sender_decides: true,
            ..relay.rules.clone()
        },
        ..relay.clone()
    };
    let end = run::relay(&relay, &stdio, socket, None).await;
    drop(stdio);
    if let Ok(End::Idle | End::Abandoned) = end {
        running.hang_up();
        running.end().await;
        return run::conclude(&end);
    }
    match (running.end().await, end) {
        // A command need not read all that it gets.
        (exit, Err(PumpError::Stdout(_))) => exit,
        (Exit::SUCCESS, end) => run::conclude(&end),
        (exit, _) => exit,
    }
}

/// A command that runs, in a process group of its own. If nobody waits for its end any more, it is told to hang up.
struct Running {
    child: Child,
    group: Option<Pid>,
}

impl Running {
    fn begin(line: &CommandLine, connection: impl AsFd, ends: &OwnedFd) -> io::Result<Self> {
        // Whoever reads standard input expects to wait.
        rustix::io::ioctl_fionbio(ends, false)?;
        let child = Command::from(line.command())
            .envs(facts(connection.as_fd()))
            .stdin(ChildStdio::from(ends.try_clone()?))
            .stdout(ChildStdio::from(ends.try_clone()?))
            .process_group(0)
            .spawn()?;
        let number = child.id().and_then(|id| i32::try_from(id).ok());
        Ok(Self {
            child,
            group: number.and_then(Pid::from_raw),
        })
    }

    fn hang_up(&mut self) {
        if let Some(group) = self.group.take() {
            // It may be gone.
            let _ = kill_process_group(group, Signal::HUP);
        }
    }

    async fn end(mut self) -> Exit {
        let status = self.child.wait().await;
        self.group = None;
        status.map_or(Exit::FAILURE, |status| Exit(code(status)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.hang_up();
    }
}

fn cannot_begin(line: &CommandLine, error: &io::Error) -> Exit {
    let name = match line {
        CommandLine::Words(words) => words.first().map_or("", String::as_str),
        CommandLine::Shell(_) => "/bin/sh",
    };
    say::warn(&format!("{name}: {}", words(error)));
    Exit::FAILURE
}

/// Drops what the peer has sent and nobody has read: with it, closing the socket would be a reset, which destroys
/// what is still on its way to the peer.
fn discard(socket: &OwnedFd) {
    let mut room = [0; 16 << 10];
    for _ in 0..MOST_DISCARDED {
        match recv(socket, &mut room, RecvFlags::DONTWAIT) {
            Ok((1.., _)) => {}
            _ => return,
        }
    }
}

/// What a command can know of its connection: under our names, and under those of ncat.
fn facts(connection: impl AsFd) -> Vec<(String, String)> {
    let connection = connection.as_fd();
    let ours = rustix::net::getsockname(connection).ok();
    let peers = rustix::net::getpeername(connection).ok().flatten();
    let inet = |address: &rustix::net::SocketAddrAny| SocketAddr::try_from(address.clone()).ok();
    let mut facts = Vec::new();
    let mut tell = |name: &str, value: String| {
        for whose in ["RNC", "NCAT"] {
            facts.push((format!("{whose}_{name}"), value.clone()));
        }
    };
    for (side, address) in [("LOCAL", ours.as_ref()), ("REMOTE", peers.as_ref())] {
        if let Some(address) = address.and_then(inet) {
            tell(&format!("{side}_ADDR"), address.ip().to_canonical().to_string());
            tell(&format!("{side}_PORT"), address.port().to_string());
        }
    }
    let is_inet = ours.as_ref().and_then(inet).is_some();
    tell("PROTO", if is_inet { "TCP" } else { "UNIX" }.to_owned());
    facts
}

/// Some 16 MiB, more than a socket holds; who sends on has to live with the reset.
const MOST_DISCARDED: usize = 1024;
