//! What `rnc` says on standard error: each event in nc's words or, with `--json`, as one object a line.

mod chaos;
mod closed;
mod reliable;
mod voice;

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::anyhow;
use serde_json::json;

pub(super) use self::chaos::{forwarding, stream_tally, tally, unreachable, weather};
pub(super) use self::closed::closed;
pub(super) use self::reliable::{conversed, notice, unreliable};
pub(super) use self::voice::{begin, event, failed, is_verbose};
use super::plan::Plan;
use super::{broker, names};
use crate::cli::{Exit, Failure, program_name, words};
use crate::net::{DialError, ListenError, Parting, Place, PumpError, Services, UnixName};

/// One line that begins with the name of the program.
pub(super) fn warn(line: &str) {
    event("error", json!({"text": line}), || {
        format!("{}: {line}", program_name("rnc"))
    });
}

/// `what: why`, and the end.
pub(super) fn failure(what: &str, error: &io::Error) -> Failure {
    Failure::new(Exit::FAILURE, anyhow!("{what}: {}", words(error)))
}

/// A connection that was not made, for `-v`.
pub(super) fn not_connected(plan: &Plan, host: &str, to: SocketAddr, error: &DialError) {
    let transport = plan.transport.name();
    let reason = match error {
        DialError::Refused { source, .. } => words(source),
        DialError::TimedOut { .. } => "Operation now in progress".to_owned(),
        DialError::Socket(error) | DialError::Bind(error) | DialError::Option { source: error, .. } => {
            words(error)
        }
    };
    let failed = match error {
        DialError::TimedOut { .. } => "timed out",
        _ => "failed",
    };
    let members = json!({
        "transport": transport,
        "host": host,
        "address": to.ip().to_string(),
        "port": to.port(),
        "reason": if failed == "failed" { &reason } else { failed },
    });
    event("failed", members, || {
        let whom = host_and_address(host, to);
        format!(
            "{}: connect to {whom} port {} ({transport}) {failed}: {reason}",
            program_name("rnc"),
            to.port()
        )
    });
}

/// `Connection to host port port [tcp/service] succeeded!`
pub(super) fn connected(plan: &Plan, host: &str, to: SocketAddr) {
    succeeded(plan, host, Some(to), to.port());
}

/// The same for a host that only a proxy has an address of.
pub(super) fn connected_by_name(plan: &Plan, host: &str, port: u16) {
    succeeded(plan, host, None, port);
}

fn succeeded(plan: &Plan, host: &str, to: Option<SocketAddr>, port: u16) {
    let transport = plan.transport.name();
    let members = json!({
        "transport": transport,
        "host": host,
        "address": to.map(|to| to.ip().to_string()),
        "port": port,
    });
    event("connected", members, || {
        let services = if plan.numeric {
            Services::default()
        } else {
            Services::system()
        };
        let service = services.name(port, transport).unwrap_or("*");
        let host = to.map_or_else(|| host.to_owned(), |to| host_and_address(host, to));
        format!("Connection to {host} {port} port [{transport}/{service}] succeeded!")
    });
}

/// `Listening on address port`, and both of them where one socket listens everywhere.
pub(super) async fn at(plan: &Plan, what: &str, place: Place, address: SocketAddr) {
    let port = address.port();
    let say = |at: IpAddr, shown: &str| {
        let members = json!({"transport": plan.transport.name(), "address": at.to_string(), "port": port});
        event(&what.to_lowercase(), members, || {
            format!("{what} on {shown} {port}")
        });
    };
    if let Place::Everywhere(_) = place {
        let any = Ipv4Addr::UNSPECIFIED;
        say(any.into(), &any.to_string());
        if address.is_ipv4() {
            return;
        }
    }
    say(address.ip(), &names::shown(plan, address.ip()).await);
}

/// `Bound on name`.
pub(super) fn at_name(what: &str, name: &UnixName) {
    let path = name.to_path().display().to_string();
    let kind = match what {
        "Connection received" => "received".to_owned(),
        what => what.to_lowercase(),
    };
    event(&kind, json!({"transport": "unix", "path": path}), || {
        format!("{what} on {path}")
    });
}

/// `Connection received on address port`.
pub(super) async fn received(plan: &Plan, place: Place, from: SocketAddr) {
    let from = super::chaos::real(from);
    let address = client_address(place, from);
    let name = names::shown(plan, address).await;
    let members = json!({
        "transport": plan.transport.name(),
        "address": address.to_string(),
        "port": from.port(),
        "name": Some(&name).filter(|name| **name != address.to_string()),
    });
    event("received", members, || {
        format!("Connection received on {name} {}", from.port())
    });
}

/// Where one socket listens everywhere an IPv4 client is shown as one.
fn client_address(place: Place, from: SocketAddr) -> IpAddr {
    match place {
        Place::Everywhere(_) => from.ip().to_canonical(),
        Place::At(_) => from.ip(),
    }
}

/// A client that may not connect.
pub(super) fn denied(place: Place, from: SocketAddr) {
    let (address, port) = (client_address(place, from), from.port());
    let members = json!({"address": address.to_string(), "port": port});
    event("denied", members, || {
        format!("Connection from {address} {port} denied")
    });
}

/// A client of the broker is not one any more; a fault is said even without `-v`.
pub(super) fn parted(peer: Option<SocketAddr>, parting: &io::Result<Parting>) {
    let left = matches!(parting, Ok(Parting::Left));
    if left && !is_verbose() {
        return;
    }
    let reason = broker::reason(parting);
    let address = peer.map(|peer| peer.ip().to_canonical().to_string());
    let members = json!({
        "address": address,
        "port": peer.map(|peer| peer.port()),
        "end": if left { "complete" } else { "lost" },
        "reason": Some(&reason).filter(|_| !left),
    });
    event("closed", members, || {
        let whom = peer.map(|peer| format!(" with {} {}", peer.ip().to_canonical(), peer.port()));
        format!("Connection{} closed: {reason}", whom.unwrap_or_default())
    });
}

/// There is no room for another connection.
pub(super) fn exhausted(error: &io::Error) {
    warn(&format!("accept: {}: no more clients for now", words(error)));
}

/// A fault that ends a connection. A reader that has gone away is told by the exit status alone.
pub(super) fn fault(fault: &PumpError) {
    if let PumpError::Stdout(error) = fault
        && error.kind() == io::ErrorKind::BrokenPipe
    {
        return;
    }
    warn(&reason(fault));
}

/// What a connection ended of, in one line.
fn reason(fault: &PumpError) -> String {
    let (PumpError::NetworkRead(error)
    | PumpError::NetworkWrite(error)
    | PumpError::Stdin(error)
    | PumpError::HexDump(error)
    | PumpError::Stdout(error)) = fault;
    format!("{fault}: {}", words(error))
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
