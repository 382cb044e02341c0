//! What is read on its way to UDP datagrams: those of one size leave together.

use std::io::{self, IoSlice};
use std::ops::Range;
use std::os::fd::AsFd;

use super::Trains;
use crate::net::endpoint::Endpoint;
use crate::net::sys;

/// Datagrams that wait to be sent.
#[derive(Debug)]
pub(in crate::net) struct Departures {
    source: Source,
    room: Box<[u8]>,
    /// Where each datagram lies in the room.
    datagrams: Vec<Range<usize>>,
    sent: usize,
    trains: Trains,
}

/// What standard input is.
#[derive(Debug)]
enum Source {
    /// One message, one datagram.
    Messages {
        came: Vec<(usize, Option<std::net::SocketAddr>)>,
        ended: bool,
    },
    /// As nc would read them: a datagram is what is at hand, up to 16 KiB.
    Bytes,
}

impl Departures {
    /// `None` if `to` is no UDP socket.
    pub(in crate::net) fn between(from: &Endpoint, to: &Endpoint) -> Option<Self> {
        if !to.is_udp() {
            return None;
        }
        let (source, room) = if from.is_of_messages() {
            let came = Vec::with_capacity(sys::MOST_DATAGRAMS);
            (
                Source::Messages { came, ended: false },
                sys::MOST_DATAGRAMS * SLOT,
            )
        } else {
            (Source::Bytes, READ)
        };
        Some(Self {
            source,
            room: vec![0; room].into_boxed_slice(),
            datagrams: Vec::new(),
            sent: 0,
            trains: Trains::default(),
        })
    }

    pub(in crate::net) fn is_empty(&self) -> bool {
        self.sent == self.datagrams.len()
    }

    /// Takes what is at hand, without waiting: how many bytes. Zero at the end.
    pub(in crate::net) fn fill(&mut self, from: &Endpoint) -> io::Result<usize> {
        self.datagrams.clear();
        self.sent = 0;
        match &mut self.source {
            Source::Bytes => {
                let count = from.read(&mut self.room)?;
                let starts = (0..count).step_by(DATAGRAM);
                self.datagrams
                    .extend(starts.map(|start| start..(start + DATAGRAM).min(count)));
            }
            Source::Messages { ended: true, .. } => {}
            Source::Messages { came, ended } => {
                came.clear();
                let mut slots = self.room.chunks_exact_mut(SLOT);
                sys::receive_datagrams(from.as_fd(), sys::Wait::Never, &mut slots, came)?;
                let lengths = came
                    .iter()
                    .map(|(length, _)| *length)
                    .take_while(|length| *length > 0);
                let places = lengths.zip((0..).step_by(SLOT));
                self.datagrams
                    .extend(places.map(|(length, start)| start..start + length));
                // nc takes an empty message for the end of standard input.
                *ended = self.datagrams.len() < came.len();
            }
        }
        Ok(self.datagrams.iter().map(Range::len).sum())
    }

    /// Sends datagrams, without waiting: how many bytes.
    pub(in crate::net) fn drain(&mut self, to: &Endpoint) -> io::Result<usize> {
        let mut count = 0;
        while !self.is_empty() {
            match self.send_some(to) {
                Ok(sent) => count += sent,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && count > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(count)
    }

    fn send_some(&mut self, to: &Endpoint) -> io::Result<usize> {
        let waiting = self.datagrams.get(self.sent..).unwrap_or_default();
        let bytes = |place: &Range<usize>| self.room.get(place.clone()).unwrap_or_default();
        let together = self.trains.next(waiting.iter().map(Range::len));
        if together > 1 {
            let pieces = waiting.iter().take(together);
            let pieces: Vec<IoSlice<'_>> = pieces.map(|place| IoSlice::new(bytes(place))).collect();
            if self.trains.send(to.as_fd(), to.answers()?, &pieces)? {
                self.sent += together;
                return Ok(pieces.iter().map(|piece| piece.len()).sum());
            }
        }
        let alone = waiting.first().map(bytes).unwrap_or_default();
        to.write(alone)?;
        self.sent += 1;
        Ok(alone.len())
    }
}

/// nc's largest read.
const DATAGRAM: usize = 16 << 10;
/// As many of them as one train can be long.
const READ: usize = 3 * DATAGRAM;
/// Room for a message of any size that UDP can send. Not a power of two: the beginnings of all slots would share
/// one line of the cache.
const SLOT: usize = (64 << 10) + 320;
