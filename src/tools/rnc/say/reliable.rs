//! What is said of a connection of `--reliable`.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;

use super::closed::{rate, word};
use super::{event, is_verbose, warn};
use crate::cli::words;
use crate::net::{Account, Meter, Notice, ReliableError};
use crate::proto::relay::End;
use crate::tools::rnc::chaos;

/// What happens on the way: a wrong key in any case, the rest for `-v`.
pub(in crate::tools::rnc) fn notice(notice: Notice, peer: Option<SocketAddr>) {
    let (name, what) = match notice {
        Notice::WrongTag => return warn("only datagrams with a wrong tag came: is the --key the same?"),
        Notice::Suspect => ("suspect", "suspected: silent for longer than can be explained"),
        Notice::Recovered => ("recovered", "heard again"),
    };
    if !is_verbose() {
        return;
    }
    let peer = peer.map(chaos::real);
    let members = json!({
        "address": peer.map(|peer| peer.ip().to_canonical().to_string()),
        "port": peer.map(|peer| peer.port()),
    });
    event(name, members, || match peer {
        Some(peer) => format!("Peer {} {} {what}", peer.ip().to_canonical(), peer.port()),
        None => format!("Peer {what}"),
    });
}

/// How it went: a line for each direction with its digest, and a summary, for `-v`.
pub(in crate::tools::rnc) fn conversed(
    peer: SocketAddr,
    end: Result<&End, &ReliableError>,
    account: &Account,
    meter: &Meter,
    time: Duration,
) {
    if !is_verbose() {
        return;
    }
    let (sent, received) = (meter.sent(), meter.received());
    let counters = account.counters;
    let peer = chaos::real(peer);
    let address = peer.ip().to_canonical();
    let members = json!({
        "address": address.to_string(),
        "port": peer.port(),
        "end": end.map_or("lost", |end| word(*end)),
        "reason": end.err().map(reason),
        "sent": sent,
        "received": received,
        "seconds": time.as_secs_f64(),
        "blake3_sent": account.sent.map(|digest| digest.to_string()),
        "blake3_received": account.received.map(|digest| digest.to_string()),
        "datagrams_sent": counters.sent,
        "datagrams_sent_again": counters.retransmitted,
        "datagrams_received": counters.received,
        "datagrams_damaged": counters.damaged,
        "round_trip": account.path.smoothed_rtt.map(|time| time.as_secs_f64()),
    });
    event("closed", members, || {
        let digest = |digest: Option<blake3::Hash>| match digest {
            Some(digest) => format!(", BLAKE3 {digest}"),
            None => " of a stream that did not end".to_owned(),
        };
        let trip = account.path.smoothed_rtt;
        let trip = trip.map(|time| format!(", round trip {:.3} ms", time.as_secs_f64() * 1e3));
        format!(
            "Sent {sent} bytes{}\nReceived {received} bytes{}\n\
             Connection with {address} {} closed: {} datagrams sent, {} of them again, {} received{}, {:.3} s, {}",
            digest(account.sent),
            digest(account.received),
            peer.port(),
            counters.sent,
            counters.retransmitted,
            counters.received,
            trip.unwrap_or_default(),
            time.as_secs_f64(),
            rate(sent.saturating_add(received), time),
        )
    });
}

/// Why it failed. A reader that has gone away is told by the exit status alone.
pub(in crate::tools::rnc) fn unreliable(error: &ReliableError) {
    match error {
        ReliableError::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        error => warn(&reason(error)),
    }
}

/// In one line, with the system's own words.
fn reason(error: &ReliableError) -> String {
    use ReliableError::{Gone, Network, Stdin, Stdout, Unanswered};
    match error {
        Unanswered { wrong_tag: true, .. } => format!("{error}, but from somebody with another --key"),
        Unanswered {
            trouble: Some(cause), ..
        }
        | Gone(cause)
        | Network(cause)
        | Stdin(cause)
        | Stdout(cause) => format!("{error}: {}", words(cause)),
        error => error.to_string(),
    }
}
