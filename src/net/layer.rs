//! What may stand between a stream socket and the bytes that are meant: encryption.

use std::fmt;
use std::io;
use std::os::fd::BorrowedFd;

/// Turns the bytes that are meant into those that the socket carries, and back. Nothing here waits: where the
/// socket would, the answer is `WouldBlock`.
pub(super) trait Layer: fmt::Debug {
    /// Reads what is meant. `WouldBlock` only if the socket has no more to read.
    fn read(&mut self, socket: BorrowedFd<'_>, bytes: &mut [u8]) -> io::Result<usize>;

    /// Takes bytes and sends what the socket takes of them; the rest goes with the next call or
    /// [`flush`](Self::flush).
    fn write(&mut self, socket: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize>;

    /// Sends what is left of what was taken.
    fn flush(&mut self, socket: BorrowedFd<'_>) -> io::Result<()>;

    /// Takes no more: the peer is told with the next [`flush`](Self::flush), and then the socket is shut down for
    /// writing.
    fn close(&mut self);

    /// Whether it was closed.
    fn is_closed(&self) -> bool;

    /// Whether a [`read`](Self::read) may have something to give though the socket has not.
    fn holds_more(&self) -> bool;

    /// Whether something is left to be flushed.
    fn has_unsent(&self) -> bool;

    /// Whether the peer ended without saying so.
    fn was_cut(&self) -> bool;
}
