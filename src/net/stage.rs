//! Where bytes rest between the two ends of a lane.

use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::io::Errno;
use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};

use super::dump::Tap;
use super::endpoint::{Endpoint, Kind};
use super::udp::{Arrivals, Departures};
use crate::proto::relay::Filter;

/// Where bytes rest. It is filled from the source only when it is empty.
#[derive(Debug)]
pub(super) enum Stage {
    /// A private pipe: `splice` moves references to pages, those of a file straight from the page cache. Two
    /// non-blocking ends without one would leave open which of them an `EAGAIN` was about.
    Pipe {
        reader: OwnedFd,
        writer: OwnedFd,
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
            // Without descriptors to spare, memory will do.
            (File { .. } | Pipe | Stream, Pipe | Stream | Device | File { append: false }) => {
                Self::pipe().or_else(|_| Ok(Self::Memory(Buffer::new(from, to, work))))
            }
            _ => Ok(Self::Memory(Buffer::new(from, to, work))),
        }
    }

    fn pipe() -> io::Result<Self> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        // Refused only when the user has too many large pipes already; the default size does as well.
        let _ = fcntl_setpipe_size(&writer, PIPE_SIZE);
        Ok(Self::Pipe {
            reader,
            writer,
            held: 0,
        })
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
            Self::Pipe { writer, held, .. } => {
                match splice(from, None, writer, None, PIPE_SIZE, quick()) {
                    Ok(count) => *held = count,
                    // Not every file can be spliced from: some of /proc cannot.
                    Err(Errno::INVAL) => {
                        *self = Self::Memory(Buffer::new(from, to, Work::default()));
                        return self.fill(from, to);
                    }
                    Err(error) => return Err(error.into()),
                }
                Ok(*held)
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
            Self::Pipe { reader, held, .. } => match splice(&*reader, None, to, None, *held, quick()) {
                Ok(moved) => {
                    *held = held.saturating_sub(moved);
                    Ok(moved)
                }
                Err(Errno::INVAL) => {
                    *self = Self::Memory(Buffer::rescue(from, to, reader.as_fd(), *held)?);
                    Ok(0)
                }
                Err(error) => Err(error.into()),
            },
            Self::Memory(buffer) => buffer.drain(to, replies),
            Self::Arrivals(arrivals) => arrivals.drain(to),
            Self::Departures(departures) => departures.drain(to),
        }
    }

    /// Takes bytes that were read from the source already. Only before anything else, and no more than 64 KiB.
    pub(super) fn preload(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Pipe { writer, held, .. } => *held = rustix::io::write(writer, bytes)?,
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

/// The largest pipe that a user may have by default (`/proc/sys/fs/pipe-max-size`).
const PIPE_SIZE: usize = 1 << 20;
const MEMORY_SIZE: usize = 256 << 10;
const LARGEST_DATAGRAM: usize = 64 << 10;
/// One read of standard input makes one datagram, as large as nc's at most.
const DATAGRAM_READ: usize = 16 << 10;
