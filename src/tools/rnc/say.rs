//! What `rnc` says on standard error, in nc's words.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::anyhow;

use super::names;
use super::plan::Plan;
use crate::cli::{Exit, Failure, message, program_name, words};
use crate::net::{DialError, ListenError, Place, PumpError, Services, UnixName};

/// One line that begins with the name of the program.
pub(super) fn warn(line: &str) {
    message(format_args!("{}: {line}", program_name("rnc")));
}

/// `what: why`, and the end.
pub(super) fn failure(what: &str, error: &io::Error) -> Failure {
    Failure::new(Exit::FAILURE, anyhow!("{what}: {}", words(error)))
}

/// A connection that was not made, for `-v`.
pub(super) fn not_connected(plan: &Plan, host: &str, to: SocketAddr, error: &DialError) {
    let whom = format!(
        "connect to {} port {} ({})",
        host_and_address(host, to),
        to.port(),
        plan.transport.name()
    );
    match error {
        DialError::Refused { source, .. } => warn(&format!("{whom} failed: {}", words(source))),
        DialError::TimedOut { .. } => warn(&format!("{whom} timed out: Operation now in progress")),
        DialError::Socket(error) | DialError::Bind(error) | DialError::Option { source: error, .. } => {
            warn(&format!("{whom} failed: {}", words(error)));
        }
    }
}

/// `Connection to host port port [tcp/service] succeeded!`
pub(super) fn connected(plan: &Plan, host: &str, to: SocketAddr) {
    succeeded(plan, &host_and_address(host, to), to.port());
}

/// The same for a host that only a proxy has an address of.
pub(super) fn connected_by_name(plan: &Plan, host: &str, port: u16) {
    succeeded(plan, host, port);
}

fn succeeded(plan: &Plan, host: &str, port: u16) {
    let transport = plan.transport.name();
    let services = if plan.numeric {
        Services::default()
    } else {
        Services::system()
    };
    let service = services.name(port, transport).unwrap_or("*");
    message(format_args!(
        "Connection to {host} {port} port [{transport}/{service}] succeeded!"
    ));
}

/// `Listening on address port`, and both of them where one socket listens everywhere.
pub(super) async fn at(plan: &Plan, what: &str, place: Place, address: SocketAddr) {
    let port = address.port();
    if let Place::Everywhere(_) = place {
        message(format_args!("{what} on {} {port}", Ipv4Addr::UNSPECIFIED));
        if address.is_ipv4() {
            return;
        }
    }
    message(format_args!(
        "{what} on {} {port}",
        names::shown(plan, address.ip()).await
    ));
}

/// `Bound on name`.
pub(super) fn at_name(what: &str, name: &UnixName) {
    message(format_args!("{what} on {}", name.to_path().display()));
}

/// `Connection received on address port`. Where one socket listens everywhere an IPv4 client is shown as one.
pub(super) async fn received(plan: &Plan, place: Place, from: SocketAddr) {
    let address = match place {
        Place::Everywhere(_) => from.ip().to_canonical(),
        Place::At(_) => from.ip(),
    };
    let name = names::shown(plan, address).await;
    message(format_args!("Connection received on {name} {}", from.port()));
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
    warn(&format!("{what}: {}", words(error)));
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
        ListenError::Bind { source, .. } => Failure::from(anyhow!(words(source))),
        ListenError::BindUnix { path, source } => cannot_use_name(&UnixName::new(path.as_os_str()), source),
    }
}

/// Why a UNIX-domain name is of no use. One that is too long is not repeated.
pub(super) fn cannot_use_name(name: &UnixName, error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::InvalidFilename {
        return Failure::from(anyhow!(words(error)));
    }
    failure(&name.to_path().display().to_string(), error)
}

/// The host as it was typed, and its address if that is not the same.
fn host_and_address(host: &str, to: SocketAddr) -> String {
    let unscoped = host.split('%').next().unwrap_or(host);
    if unscoped.parse::<IpAddr>().is_ok() {
        host.to_owned()
    } else {
        format!("{host} ({})", to.ip())
    }
}
