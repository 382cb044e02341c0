//! The end of a connection whose last bytes are still on their way.

use std::io;
use std::time::Duration;

use rustix::net::sockopt;

use super::endpoint::{Endpoint, Kind};
use super::sys;

/// Waits until the peer's host has acknowledged all that was sent. Only TCP tells, and below a layer only until our
/// end was told: a peer that is gone by then answers with a reset, and has lost nothing. Other sockets have delivered
/// what they took.
///
/// # Errors
/// When the peer has reset the connection instead, or has acknowledged nothing for the time of `idle`.
pub(super) async fn delivered(socket: &Endpoint, idle: Option<Duration>) -> io::Result<()> {
    if !tells(socket) {
        return Ok(());
    }
    socket.flush().await?;
    let (mut pause, mut waited, mut before) = (FIRST_PAUSE, Duration::ZERO, u64::MAX);
    loop {
        let count = unacknowledged(socket)?;
        if count == 0 {
            break;
        }
        if count < before {
            (before, waited) = (count, Duration::ZERO);
        } else if idle.is_some_and(|idle| waited >= idle) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        // There is no event for it.
        tokio::time::sleep(pause).await;
        waited += pause;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
    Ok(())
}

/// How many bytes the peer's host has not acknowledged.
///
/// # Errors
/// When the peer has reset the connection.
pub(super) fn unacknowledged(socket: &Endpoint) -> io::Result<u64> {
    if !tells(socket) {
        return Ok(0);
    }
    // First the count: a reset between the two is seen.
    let count = sys::unsent(socket)?;
    sockopt::socket_error(socket)??;
    Ok(count + u64::from(socket.has_unsent()))
}

fn tells(socket: &Endpoint) -> bool {
    let has_more_to_say = match socket.kind() {
        Kind::Stream => true,
        Kind::Layered => !socket.has_told_end(),
        _ => false,
    };
    has_more_to_say && socket.is_tcp()
}

const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);
