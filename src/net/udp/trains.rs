//! Which datagrams can leave as a train, until the way says no.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::os::fd::BorrowedFd;

use rustix::io::Errno;

use crate::net::sys;

/// Sends trains of datagrams: all of one size but the last, which may be shorter.
#[derive(Debug)]
pub struct Trains {
    /// Datagrams of this size and larger ones are sent one by one.
    refused: usize,
}

impl Default for Trains {
    fn default() -> Self {
        Self { refused: usize::MAX }
    }
}

impl Trains {
    /// How many of the next datagrams, given their sizes, can leave together: at least one, unless there is none.
    pub fn next(&self, sizes: impl IntoIterator<Item = usize>) -> usize {
        let mut sizes = sizes.into_iter();
        let Some(segment) = sizes.next() else {
            return 0;
        };
        if segment == 0 || segment >= self.refused {
            return 1;
        }
        let (mut count, mut bytes) = (1, segment);
        for size in sizes {
            if size == 0 || size > segment || bytes + size > MOST_BYTES || count == sys::LONGEST_TRAIN {
                break;
            }
            count += 1;
            bytes += size;
            if size < segment {
                break;
            }
        }
        count
    }

    /// Sends what [`next`](Self::next) said, without waiting. False when the way takes no trains, or none of such
    /// datagrams: then they go one by one.
    ///
    /// # Errors
    /// Those of sendmsg(2): `WouldBlock` when there is no room.
    pub fn send(
        &mut self,
        socket: BorrowedFd<'_>,
        to: Option<SocketAddr>,
        pieces: &[IoSlice<'_>],
    ) -> io::Result<bool> {
        let segment = pieces.first().map_or(0, |piece| piece.len());
        self.send_as(socket, to, pieces, segment)
    }

    /// The same for datagrams of `segment` bytes whose bytes lie otherwise.
    pub(in crate::net) fn send_as(
        &mut self,
        socket: BorrowedFd<'_>,
        to: Option<SocketAddr>,
        pieces: &[IoSlice<'_>],
        segment: usize,
    ) -> io::Result<bool> {
        let Ok(size) = u16::try_from(segment) else {
            return Ok(false);
        };
        match sys::send_train(socket, to, pieces, size) {
            Ok(()) => Ok(true),
            Err(error) => match Errno::from_io_error(&error) {
                // Larger than what the way takes in one piece; alone it may be cut up by IP.
                Some(Errno::INVAL | Errno::MSGSIZE) => {
                    self.refused = segment;
                    Ok(false)
                }
                // Not on this system, or not with this device.
                Some(Errno::IO | Errno::OPNOTSUPP | Errno::NOPROTOOPT) => {
                    self.refused = 0;
                    Ok(false)
                }
                _ if error.kind() == io::ErrorKind::Unsupported => {
                    self.refused = 0;
                    Ok(false)
                }
                _ => Err(error),
            },
        }
    }
}

/// The largest payload of an IPv4 packet that carries UDP.
const MOST_BYTES: usize = 65_535 - 20 - 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_train_is_of_one_size_and_a_shorter_one_ends_it() {
        let next = |sizes: &[usize]| Trains::default().next(sizes.iter().copied());
        assert_eq!(next(&[]), 0);
        assert_eq!(next(&[8, 8, 8, 9]), 3);
        assert_eq!(next(&[8, 8, 7, 7]), 3);
        assert_eq!(next(&[7, 8, 8]), 1);
        assert_eq!(next(&[8, 0, 8]), 1);
        assert_eq!(next(&[0, 8]), 1);
    }

    #[test]
    fn a_train_is_no_longer_than_the_kernel_takes() {
        let next = |size, count| Trains::default().next(std::iter::repeat_n(size, count));
        assert_eq!(next(1, 1000), sys::LONGEST_TRAIN);
        assert_eq!(next(16_384, 10), 3);
        assert_eq!(next(65_507, 2), 1);
    }

    #[test]
    fn what_the_way_does_not_take_together_goes_one_by_one() {
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let to = socket.local_addr().ok();
        let large = vec![0; 70_000 / 2];
        let mut trains = Trains::default();
        let pieces = [IoSlice::new(&large), IoSlice::new(&large)];
        let fd = std::os::fd::AsFd::as_fd(&socket);
        assert!(!trains.send(fd, to, &pieces).unwrap());
        assert_eq!(trains.next([large.len(), large.len()]), 1);
        let pieces = [IoSlice::new(b"one"), IoSlice::new(b"two"), IoSlice::new(b"3")];
        assert!(trains.send(fd, to, &pieces).unwrap());
        let mut bytes = [0; 10];
        for expected in [&b"one"[..], b"two", b"3"] {
            let length = socket.recv(&mut bytes).unwrap();
            assert_eq!(&bytes[..length], expected);
        }
    }
}
