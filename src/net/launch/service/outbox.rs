//! Replies that leave together.

use std::net::SocketAddr;
use std::ops::Range;

use tokio::net::UdpSocket;

use crate::net::datagrams::send_datagrams;

/// Replies, one behind the other in one buffer.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: Vec<u8>,
    replies: Vec<(SocketAddr, Range<usize>)>,
}

impl Outbox {
    /// The buffer, to whose end the next reply is to be appended, and how long it is before that.
    pub(super) fn buffer(&mut self) -> (&mut Vec<u8>, usize) {
        let start = self.bytes.len();
        (&mut self.bytes, start)
    }

    /// What was appended from `start` on is a reply.
    pub(super) fn seal(&mut self, to: SocketAddr, start: usize) {
        self.replies.push((to, start..self.bytes.len()));
    }

    /// What was appended from `start` on is none; it is handed out.
    pub(super) fn since(&self, start: usize) -> &[u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    /// Forgets what was appended from `start` on.
    pub(super) fn cut(&mut self, start: usize) {
        self.bytes.truncate(start);
    }

    /// Sends everything. What the system does not take is lost, as the network may lose it: the client asks again.
    pub(super) fn send(&mut self, socket: &UdpSocket) {
        let mut rest = self.replies.as_slice();
        while !rest.is_empty() {
            let datagrams = rest
                .iter()
                .map(|(to, range)| (*to, self.bytes.get(range.clone()).unwrap_or_default()));
            let count = send_datagrams(socket, datagrams).unwrap_or(1).max(1);
            rest = rest.get(count..).unwrap_or_default();
        }
        self.replies.clear();
        self.bytes.clear();
    }
}
