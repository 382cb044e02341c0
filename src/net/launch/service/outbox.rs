//! Replies that leave together.

use std::io::IoSlice;
use std::net::SocketAddr;
use std::ops::Range;
use std::os::fd::AsFd;

use tokio::net::UdpSocket;

use crate::net::datagrams::send_datagrams;
use crate::net::udp::Trains;

/// Replies, one behind the other in one buffer.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    bytes: Vec<u8>,
    replies: Vec<(SocketAddr, Range<usize>)>,
    trains: Trains,
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
        let Self {
            bytes,
            replies,
            trains,
        } = self;
        let mut rest = replies.as_slice();
        while let Some((to, first)) = rest.first() {
            let count = match together(trains, rest) {
                // They are no train, nor are those behind them that the next has nothing to do with.
                1 => {
                    let alone = 1
                        + (1..rest.len())
                            .take_while(|&at| together(trains, rest.get(at..).unwrap_or_default()) == 1)
                            .count();
                    let datagrams = rest.iter().take(alone);
                    let datagrams = datagrams.map(|(to, range)| (*to, piece(bytes, range)));
                    send_datagrams(socket, datagrams).unwrap_or(1).max(1)
                }
                count => {
                    let end = rest.get(count - 1).map_or(first.end, |(_, last)| last.end);
                    let train = [IoSlice::new(piece(bytes, &(first.start..end)))];
                    match trains.send_as(socket.as_fd(), Some(*to), &train, first.len()) {
                        // From now on there are none of this size.
                        Ok(false) => 0,
                        Ok(true) | Err(_) => count,
                    }
                }
            };
            rest = rest.get(count..).unwrap_or_default();
        }
        replies.clear();
        bytes.clear();
    }
}

/// How many of the first replies go to the same client, are of one size, and so can leave as a train.
fn together(trains: &Trains, replies: &[(SocketAddr, Range<usize>)]) -> usize {
    let Some((to, first)) = replies.first() else {
        return 0;
    };
    let mut end = first.start;
    let same = replies.iter().take_while(|(other, range)| {
        let follows = other == to && range.start == end;
        end = range.end;
        follows
    });
    trains.next(same.map(|(_, range)| range.len()))
}

fn piece<'a>(bytes: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    bytes.get(range.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reply_arrives_at_its_client_whole_and_in_order() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        let _entered = runtime.enter();
        let bound = || std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let (server, clients) = (bound(), [bound(), bound()]);
        server.set_nonblocking(true).unwrap();
        let server = UdpSocket::from_std(server).unwrap();
        // To whom, and how long: trains of two and of three, the last shorter, and some that are none.
        let replies = [
            (0, 50),
            (0, 50),
            (1, 50),
            (1, 60),
            (1, 60),
            (1, 20),
            (0, 50),
            (1, 50),
            (1, 70),
            (0, 9),
        ];
        let mut outbox = Outbox::default();
        for (number, (client, length)) in (0_u8..).zip(replies) {
            let (bytes, start) = outbox.buffer();
            bytes.extend(std::iter::repeat_n(number, length));
            outbox.seal(clients[client].local_addr().unwrap(), start);
            let (bytes, start) = outbox.buffer();
            bytes.extend(b"a record");
            outbox.cut(start);
        }
        outbox.send(&server);
        let mut room = [0; 100];
        for (number, (client, length)) in (0_u8..).zip(replies) {
            let came = clients[client].recv(&mut room).unwrap();
            assert_eq!(room[..came], vec![number; length]);
        }
        assert!(outbox.replies.is_empty() && outbox.bytes.is_empty());
    }
}
