//! Many datagrams in one system call.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd};

use super::sys;

/// Room for datagrams that come in together.
#[derive(Debug)]
pub(super) struct Inbox {
    /// One piece for each; the kernel gives memory to those parts only that were ever filled.
    bytes: Vec<u8>,
    /// How long a piece is.
    room: usize,
    came: Vec<(usize, Option<SocketAddr>)>,
}

impl Inbox {
    /// How many there is room for.
    pub(super) const CAPACITY: usize = sys::MOST_DATAGRAMS;

    pub(super) fn new() -> Self {
        Self::with_room(LONGEST)
    }

    /// One for datagrams of up to `room` bytes; of longer ones the beginning is kept.
    pub(super) fn with_room(room: usize) -> Self {
        Self {
            bytes: vec![0; Self::CAPACITY * room],
            room,
            came: Vec::with_capacity(Self::CAPACITY),
        }
    }

    /// How many had come when it was last filled.
    pub(super) fn len(&self) -> usize {
        self.came.len()
    }

    /// Whether nothing had come when it was last filled.
    pub(super) fn is_empty(&self) -> bool {
        self.came.is_empty()
    }

    /// Takes what has come to `socket`, without waiting. How many there were.
    ///
    /// # Errors
    /// `WouldBlock` when there was none.
    pub(super) fn fill(&mut self, socket: impl AsFd) -> io::Result<usize> {
        self.receive(socket.as_fd(), sys::Wait::Never)
    }

    /// The same of a socket that waits for the first.
    ///
    /// # Errors
    /// `WouldBlock` when none came within the socket's timeout.
    pub(super) fn wait(&mut self, socket: impl AsFd) -> io::Result<usize> {
        self.receive(socket.as_fd(), sys::Wait::ForOne)
    }

    fn receive(&mut self, socket: BorrowedFd<'_>, wait: sys::Wait) -> io::Result<usize> {
        self.came.clear();
        let mut pieces = self.bytes.chunks_exact_mut(self.room);
        sys::receive_datagrams(socket, wait, &mut pieces, &mut self.came)?;
        Ok(self.came.len())
    }

    /// The datagrams, with their senders.
    pub(super) fn datagrams(&self) -> impl Iterator<Item = (SocketAddr, &[u8])> {
        let pieces = self.bytes.chunks_exact(self.room);
        self.came
            .iter()
            .zip(pieces)
            .filter_map(|((length, from), piece)| Some(((*from)?, piece.get(..*length)?)))
    }
}

/// No datagram is longer.
const LONGEST: usize = 1 << 16;

/// Sends datagrams from `socket`, without waiting. How many were sent: fewer than given when there is no room, or
/// when the next one fails, which the next call says.
///
/// # Errors
/// Why not even the first was sent.
pub(super) fn send_datagrams<'a>(
    socket: impl AsFd,
    datagrams: impl Iterator<Item = (SocketAddr, &'a [u8])>,
) -> io::Result<usize> {
    sys::send_datagrams(socket.as_fd(), datagrams)
}

#[cfg(test)]
mod tests {
    use std::net::UdpSocket;

    use super::*;

    #[test]
    fn what_is_sent_together_comes_together_whole_and_in_order() {
        for local in ["127.0.0.1:0", "[::1]:0"] {
            let (a, b) = (UdpSocket::bind(local).unwrap(), UdpSocket::bind(local).unwrap());
            let (from, to) = (a.local_addr().unwrap(), b.local_addr().unwrap());
            let sent: Vec<Vec<u8>> = [0, 1, 1400, 60_000].map(|length| vec![7; length]).to_vec();
            let count = send_datagrams(&a, sent.iter().map(|bytes| (to, bytes.as_slice()))).unwrap();
            assert_eq!(count, sent.len());
            let mut inbox = Inbox::new();
            assert_eq!(inbox.fill(&b).unwrap(), sent.len());
            for ((sender, bytes), expected) in inbox.datagrams().zip(&sent) {
                assert_eq!((sender, bytes), (from, expected.as_slice()));
            }
            b.set_nonblocking(true).unwrap();
            assert_eq!(inbox.fill(&b).unwrap_err().kind(), io::ErrorKind::WouldBlock);
            assert_eq!(inbox.datagrams().count(), 0);
        }
    }

    #[test]
    fn a_datagram_that_cannot_be_sent_is_an_error_only_when_it_is_the_first() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let to = socket.local_addr().unwrap();
        let too_long = vec![0; 70_000];
        let datagrams = [(to, &b"x"[..]), (to, &too_long), (to, b"y")];
        assert_eq!(send_datagrams(&socket, datagrams.into_iter()).unwrap(), 1);
        assert!(send_datagrams(&socket, datagrams.into_iter().skip(1)).is_err());
    }
}
