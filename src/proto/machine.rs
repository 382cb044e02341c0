//! The contract that every state machine of this floor keeps.

use super::Instant;

/// A state machine that does no I/O.
///
/// The one who runs it (`net::drive` over a socket, a test in virtual time) keeps to this loop:
///
/// 1. give it **one** input: [`handle`](Self::handle), or [`handle_timeout`](Self::handle_timeout) when the
///    time that [`poll_timeout`](Self::poll_timeout) named has come;
/// 2. poll outputs until there is none;
/// 3. ask when to come back, and sleep until an input or that time.
///
/// Inputs return nothing; outputs are always polled. Calls with a `now` earlier than one seen before are
/// treated as if no time had passed.
pub trait Machine {
    /// What can happen to the machine, apart from the passing of time.
    type Input<'a>;
    /// What it wants done.
    type Output;

    /// Takes one input.
    fn handle(&mut self, now: Instant, input: Self::Input<'_>);

    /// Takes note that the time is now `now`. Harmless when nothing is due; when something was, the next
    /// [`poll_timeout`](Self::poll_timeout), once the outputs are drained, is later than `now`.
    fn handle_timeout(&mut self, now: Instant);

    /// The next thing to do. Bytes that belong to it are appended to `bytes`, which the caller clears before
    /// each call and reuses.
    fn poll_output(&mut self, bytes: &mut Vec<u8>) -> Option<Self::Output>;

    /// When the machine wants [`handle_timeout`](Self::handle_timeout) to be called, if at all.
    fn poll_timeout(&self) -> Option<Instant>;
}
