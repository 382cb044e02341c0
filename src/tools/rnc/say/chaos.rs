//! What is said of a bad network, and of a relay.

use std::io;
use std::net::SocketAddr;

use serde_json::{Value, json};

use super::{event, is_verbose, warn};
use crate::cli::words;
use crate::net::{StreamTallies, Tallies};
use crate::proto::link::{Spec, StreamTally, Tally};

/// `Relaying to host port`, for `-v`.
pub(in crate::tools::rnc) fn forwarding(host: &str, to: SocketAddr) {
    let members = json!({"host": host, "address": to.ip().to_string(), "port": to.port()});
    event("relaying", members, || {
        let whom = super::host_and_address(host, to);
        format!("Relaying to {whom} {}", to.port())
    });
}

/// `Network: loss=0.3,seed=7`, for `-v`: given to `--chaos` it makes the same network again.
pub(in crate::tools::rnc) fn weather(spec: &Spec) {
    let members = json!({"spec": spec.to_string(), "seed": spec.seed});
    event("chaos", members, || format!("Network: {spec}"));
}

/// The server could not be reached for a client, for `-v`.
pub(in crate::tools::rnc) fn unreachable(to: SocketAddr, error: &io::Error) {
    if is_verbose() {
        warn(&format!("connect to {to}: {}", words(error)));
    }
}

/// What became of datagrams: `Up: 10 datagrams in, 9 out (1000 bytes), 1 lost, ...`, and the same down.
pub(in crate::tools::rnc) fn tally(tallies: &Tallies) {
    let members = json!({
        "clients": tallies.clients,
        "up": datagrams(&tallies.up),
        "down": datagrams(&tallies.down),
        "refused": tallies.refused,
    });
    event("tally", members, || {
        let way = |name, tally: &Tally| {
            format!(
                "{name}: {} datagrams in, {} out ({} bytes), {} lost, {} overflowed, {} duplicated, \
                 {} reordered, {} damaged",
                tally.offered,
                tally.passed,
                tally.bytes,
                tally.lost,
                tally.overflowed,
                tally.duplicated,
                tally.reordered,
                tally.damaged
            )
        };
        format!(
            "{}\n{}\nClients: {}; {} datagrams refused",
            way("Up", &tallies.up),
            way("Down", &tallies.down),
            tallies.clients,
            tallies.refused
        )
    });
}

fn datagrams(tally: &Tally) -> Value {
    json!({
        "offered": tally.offered,
        "passed": tally.passed,
        "bytes": tally.bytes,
        "lost": tally.lost,
        "overflowed": tally.overflowed,
        "duplicated": tally.duplicated,
        "reordered": tally.reordered,
        "damaged": tally.damaged,
    })
}

/// The same of connections.
pub(in crate::tools::rnc) fn stream_tally(tallies: &StreamTallies) {
    let members = json!({
        "clients": tallies.clients,
        "up": stream(&tallies.up),
        "down": stream(&tallies.down),
        "refused": tallies.refused,
    });
    event("tally", members, || {
        let way = |name, tally: &StreamTally| {
            format!(
                "{name}: {} bytes, {} segments late, {} damaged, {} connections reset",
                tally.bytes, tally.lost, tally.damaged, tally.reset
            )
        };
        format!(
            "{}\n{}\nClients: {}, {} of them refused",
            way("Up", &tallies.up),
            way("Down", &tallies.down),
            tallies.clients,
            tallies.refused
        )
    });
}

fn stream(tally: &StreamTally) -> Value {
    json!({
        "bytes": tally.bytes,
        "lost": tally.lost,
        "damaged": tally.damaged,
        "reset": tally.reset,
    })
}
