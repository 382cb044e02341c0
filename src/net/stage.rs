//! Where bytes rest between the two ends of a lane.

use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::io::Errno;
use rustix::pipe::{SpliceFlags, splice};

use super::dump::Tap;
use super::endpoint::{Endpoint, Kind};
use super::private_pipe::PrivatePipe;
use super::udp::{Arrivals, Departures};
use crate::proto::relay::Filter;

/// Where bytes rest. It is filled from the source only when it is empty.
#[derive(Debug)]
pub(super) enum Stage {
    /// A private pipe: `splice` moves references to pages, those of a file straight from the page cache. Two
    /// non-blocking ends without one would leave open which of them an `EAGAIN` was about.
    Pipe {
        /// While something is held.
        pipe: Option<PrivatePipe>,
        held: usize,
    },
    /// Memory: for whatever cannot be spliced or must be seen.
    Memory(Buffer),
    /// UDP datagrams that become a stream of bytes.
    Arrivals(Arrivals),
    /// What becomes UDP datagrams.
    Departures(Departures),
}

/// Bytes in memory: as they were read, and as they go out.
#[derive(Debug)]
pub(super) struct Buffer {
    room: Box<[u8]>,
    /// Read, and neither sent nor taken by the filter.
    fresh: Range<usize>,
    out: Vec<u8>,
    sent: usize,
    filter: Filter,
    tap: Option<Tap>,
    /// What passes are messages, or becomes such.
    messages: bool,
}

/// What is to be done on a lane besides moving bytes.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// What is done to the bytes.
    pub(super) filter: Filter,
    /// What gets a copy of them.
    pub(super) tap: Option<Tap>,
    /// Messages pass one by one.
    pub(super) each: bool,
}

impl Stage {
    /// The best way from one kind of descriptor to another.
    pub(super) fn between(from: &Endpoint, to: &Endpoint, work: Work) -> io::Result<Self> {
        use Kind::{Device, File, Messages, Pipe, Stream};
        match (from.kind(), to.kind()) {
            _ if !work.filter.is_none() || work.tap.is_some() => {
                Ok(Self::Memory(Buffer::new(from, to, work)))
            }
            (Messages, _)
                if !work.each
                    && let Some(arrivals) = Arrivals::between(from, to) =>
            {
                Ok(Self::Arrivals(arrivals))
            }
            (_, Messages) if let Some(departures) = Departures::between(from, to) => {
                Ok(Self::Departures(departures))
            }
            (File { .. } | Pipe | Stream, Pipe | Stream | Device | File { append: false }) => {
                Ok(Self::Pipe { pipe: None, held: 0 })
            }
            _ => Ok(Self::Memory(Buffer::new(from, to, work))),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        match self {
            Self::Pipe { held, .. } => *held == 0,
            Self::Memory(buffer) => buffer.is_empty(),
            Self::Arrivals(arrivals) => arrivals.is_empty(),
            Self::Departures(departures) => departures.is_empty(),
        }
    }

    /// Whether nothing is on its way, though a filter may have more at hand.
    pub(super) fn is_at_rest(&self) -> bool {
        match self {
            Self::Memory(buffer) if !buffer.filter.is_none() => buffer.sent == buffer.out.len(),
            _ => self.is_empty(),
        }
    }

    /// Takes bytes from the source without waiting; zero at its end.
    pub(super) fn fill(&mut self, from: &Endpoint, to: &Endpoint) -> io::Result<usize> {
        match self {
            Self::Pipe { pipe, held } => {
                // Without descriptors to spare, memory will do.
                let Ok(through) = PrivatePipe::take() else {
                    *self = Self::Memory(Buffer::new(from, to, Work::default()));
                    return self.fill(from, to);
                };
                match splice(from, None, &through.writer, None, PrivatePipe::SIZE, quick()) {
                    Ok(count @ 1..) => {
                        (*pipe, *held) = (Some(through), count);
                        Ok(count)
                    }
                    // Not every file can be spliced from: some of /proc cannot.
                    Err(Errno::INVAL) => {
                        through.give_back();
                        *self = Self::Memory(Buffer::new(from, to, Work::default()));
                        self.fill(from, to)
                    }
                    nothing => {
                        through.give_back();
                        Ok(nothing?)
                    }
                }
            }
            Self::Memory(buffer) => buffer.fill(from),
            Self::Arrivals(arrivals) => arrivals.fill(from),
            Self::Departures(departures) => departures.fill(from),
        }
    }

    /// Passes bytes on to the far end without waiting. How many it took.
    pub(super) fn drain(
        &mut self,
        from: &Endpoint,
        to: &Endpoint,
        replies: &mut Vec<u8>,
    ) -> io::Result<usize> {
        match self {
            Self::Pipe { pipe, held } => {
                let Some(through) = pipe else { return Ok(0) };
                match splice(&through.reader, None, to, None, *held, quick()) {
                    Ok(moved) => {
                        *held = held.saturating_sub(moved);
                        if *held == 0
                            && let Some(through) = pipe.take()
                        {
                            through.give_back();
                        }
                        Ok(moved)
                    }
                    Err(Errno::INVAL) => {
                        *self = Self::Memory(Buffer::rescue(from, to, through.reader.as_fd(), *held)?);
                        Ok(0)
                    }
                    Err(error) => Err(error.into()),
                }
            }
            Self::Memory(buffer) => buffer.drain(to, replies),
            Self::Arrivals(arrivals) => arrivals.drain(to),
            Self::Departures(departures) => departures.drain(to),
        }
    }

    /// Takes bytes that were read from the source already. Only before anything else, and no more than 64 KiB.
    pub(super) fn preload(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        match self {
            Self::Pipe { pipe, held } => {
                let through = PrivatePipe::take()?;
                *held = rustix::io::write(&through.writer, bytes)?;
                *pipe = Some(through);
            }
            Self::Memory(buffer) => {
                let room = buffer
                    .room
                    .get_mut(..bytes.len())
                    .ok_or(io::ErrorKind::StorageFull)?;
                room.copy_from_slice(bytes);
                buffer.fresh = 0..bytes.len();
            }
            // A datagram is not read in part.
            Self::Arrivals(_) | Self::Departures(_) => {}
        }
        Ok(())
    }

    /// Puts bytes of our own in the way, after those that are resting.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        if let Self::Memory(buffer) = self {
            buffer.out.extend_from_slice(bytes);
        }
    }
}

impl Buffer {
    fn new(from: &Endpoint, to: &Endpoint, work: Work) -> Self {
        let size = match (from.kind(), to.kind()) {
            (Kind::Messages, _) => LARGEST_DATAGRAM,
            (_, Kind::Messages) if !from.is_of_messages() => DATAGRAM_READ,
            _ => MEMORY_SIZE,
        };
        Self {
            room: vec![0; size].into_boxed_slice(),
            fresh: 0..0,
            out: Vec::new(),
            sent: 0,
            filter: work.filter,
            tap: work.tap,
            messages: [from.kind(), to.kind()].contains(&Kind::Messages),
        }
    }

    /// Takes over the `held` bytes of a private pipe that the far end cannot be spliced to.
    fn rescue(from: &Endpoint, to: &Endpoint, pipe: BorrowedFd<'_>, held: usize) -> io::Result<Self> {
        let mut buffer = Self::new(from, to, Work::default());
        buffer.out.resize(held, 0);
        let mut read = 0;
        while let Some(room) = buffer.out.get_mut(read..).filter(|room| !room.is_empty()) {
            match rustix::io::read(pipe, room)? {
                0 => break,
                count => read += count,
            }
        }
        buffer.out.truncate(read);
        Ok(buffer)
    }

    fn is_empty(&self) -> bool {
        self.fresh.is_empty() && self.sent == self.out.len()
    }

    fn fill(&mut self, from: &Endpoint) -> io::Result<usize> {
        let count = from.read(&mut self.room)?;
        self.fresh = 0..count;
        Ok(count)
    }

    fn drain(&mut self, to: &Endpoint, replies: &mut Vec<u8>) -> io::Result<usize> {
        if self.sent == self.out.len() {
            self.out.clear();
            self.sent = 0;
            if !self.filter.is_none() {
                let fresh = self.room.get(self.fresh.clone()).unwrap_or_default();
                self.fresh.start += self.filter.pass(fresh, &mut self.out, replies);
            }
        }
        let bytes = if self.out.is_empty() {
            self.room.get(self.fresh.clone())
        } else {
            self.out.get(self.sent..)
        };
        let bytes = bytes.unwrap_or_default();
        let taken = to.write(bytes)?;
        if let Some(tap) = &mut self.tap {
            tap.record(bytes.get(..taken).unwrap_or_default());
            if self.messages {
                tap.end_message();
            }
        }
        if self.out.is_empty() {
            self.fresh.start += taken;
        } else {
            self.sent += taken;
        }
        Ok(taken)
    }
}

/// Neither end of a `splice` waits, whatever the flags of the open file.
fn quick() -> SpliceFlags {
    SpliceFlags::NONBLOCK | SpliceFlags::MOVE
}

const MEMORY_SIZE: usize = 256 << 10;
const LARGEST_DATAGRAM: usize = 64 << 10;
/// One read of standard input makes one datagram, as large as nc's at most.
const DATAGRAM_READ: usize = 16 << 10;
