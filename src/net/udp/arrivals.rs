//! Datagrams on their way to a stream of bytes: as many as have come go on in one write.

use std::io;
use std::os::fd::AsFd;

use crate::net::endpoint::Endpoint;
use crate::net::sys;

/// Room for datagrams that come in together, one behind the other.
#[derive(Debug)]
pub(in crate::net) struct Arrivals {
    room: Box<[u8]>,
    filled: usize,
    written: usize,
    /// What the socket said after some datagrams: the kernel says it only once.
    broken: Option<io::Error>,
}

impl Arrivals {
    /// `None` if `from` is no UDP socket, or `to` would take what is written for one message.
    pub(in crate::net) fn between(from: &Endpoint, to: &Endpoint) -> Option<Self> {
        if !from.is_udp() || to.is_of_messages() || sys::join_trains(from.as_fd()).is_err() {
            return None;
        }
        Some(Self {
            // The kernel gives memory to those parts only that were ever filled.
            room: vec![0; ROOM].into_boxed_slice(),
            filled: 0,
            written: 0,
            broken: None,
        })
    }

    pub(in crate::net) fn is_empty(&self) -> bool {
        self.written == self.filled
    }

    /// Takes what has come, without waiting: how many bytes. Zero when all that came was empty.
    pub(in crate::net) fn fill(&mut self, from: &Endpoint) -> io::Result<usize> {
        (self.filled, self.written) = (0, 0);
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        for calls in 0..MOST_CALLS {
            let room = self.room.get_mut(self.filled..).unwrap_or_default();
            if room.len() < LONGEST {
                break;
            }
            match sys::receive_train(from.as_fd(), room) {
                // What is not welcome is passed over.
                Ok(train) if !from.admits(&train.from.map(Into::into)) => {}
                Ok(train) => {
                    self.filled += train.length;
                    from.note_sender(train.from);
                }
                Err(error) if calls == 0 => return Err(error),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                Err(error) => {
                    self.broken = Some(error);
                    break;
                }
            }
        }
        Ok(self.filled)
    }

    /// Passes bytes on, without waiting: how many.
    pub(in crate::net) fn drain(&mut self, to: &Endpoint) -> io::Result<usize> {
        let count = to.write(self.room.get(self.written..self.filled).unwrap_or_default())?;
        self.written += count;
        Ok(count)
    }
}

/// Some 50 µs of copying.
const ROOM: usize = 512 << 10;
/// No train is longer.
const LONGEST: usize = 64 << 10;
/// So that a flood of empty datagrams ends.
const MOST_CALLS: usize = 256;
