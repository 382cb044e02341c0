//! What `rnc` says on standard error, in nc's words.

use std::io;
use std::net::SocketAddr;

use anyhow::anyhow;

use super::plan::{Plan, Target};
use crate::cli::{Exit, Failure, message, program_name};
use crate::net::{DialError, ListenError, PumpError, Services};

/// One line that begins with the name of the program.
pub(super) fn warn(line: &str) {
    message(format_args!("{}: {line}", program_name("rnc")));
}

/// `what: why`, and the end.
pub(super) fn failure(what: &str, error: &io::Error) -> Failure {
    Failure::new(Exit::FAILURE, anyhow!("{what}: {}", why(error)))
}

/// The system's words for an error, without its number.
pub(super) fn why(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

/// A connection that was not made, for `-v`.
pub(super) fn not_connected(plan: &Plan, target: &Target, to: SocketAddr, error: &DialError) {
    let whom = format!(
        "connect to {} port {} ({})",
        host_and_address(&target.host, to),
        to.port(),
        plan.transport.name()
    );
    match error {
        DialError::Refused { source, .. } => warn(&format!("{whom} failed: {}", why(source))),
        DialError::TimedOut { .. } => warn(&format!("{whom} timed out: Operation now in progress")),
        DialError::Socket(error) | DialError::Bind(error) | DialError::Option { source: error, .. } => {
            warn(&format!("{whom} failed: {}", why(error)));
        }
    }
}

/// `Connection to host port port [tcp/service] succeeded!`
pub(super) fn connected(plan: &Plan, target: &Target, to: SocketAddr) {
    let transport = plan.transport.name();
    let services = if plan.numeric {
        Services::default()
    } else {
        Services::system()
    };
    message(format_args!(
        "Connection to {} {} port [{transport}/{}] succeeded!",
        host_and_address(&target.host, to),
        to.port(),
        services.name(to.port(), transport).unwrap_or("*"),
    ));
}

/// A fault that ends a connection. A reader that has gone away is told by the exit status alone.
pub(super) fn fault(fault: &PumpError) {
    let (what, error) = match fault {
        PumpError::NetworkRead(error) => ("read from the network", error),
        PumpError::NetworkWrite(error) => ("write to the network", error),
        PumpError::Stdin(error) => ("read standard input", error),
        PumpError::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe => return,
        PumpError::Stdout(error) => ("write to standard output", error),
    };
    warn(&format!("{what}: {}", why(error)));
}

/// Why nothing can be done at all.
pub(super) fn cannot_dial(error: &DialError) -> Failure {
    match error {
        DialError::Bind(source) => failure("bind failed", source),
        DialError::Option { option, source } => failure(&format!("set {option}"), source),
        DialError::Socket(source) => failure("socket", source),
        DialError::Refused { to, source } => failure(&format!("connect to {to}"), source),
        DialError::TimedOut { to } => Failure::from(anyhow!("connect to {to}: timed out")),
    }
}

/// Why nobody can connect.
pub(super) fn cannot_listen(error: &ListenError) -> Failure {
    match error {
        ListenError::Option(error) => cannot_dial(error),
        ListenError::Socket(source) => failure("socket", source),
        ListenError::Bind { source, .. } => Failure::from(anyhow!(why(source))),
    }
}

/// The host as it was typed, and its address if that is not the same.
fn host_and_address(host: &str, to: SocketAddr) -> String {
    let address = to.ip().to_string();
    if host == address || host.parse::<std::net::IpAddr>().is_ok() {
        host.to_owned()
    } else {
        format!("{host} ({address})")
    }
}
