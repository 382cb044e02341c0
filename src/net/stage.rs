//! Where bytes rest between the two ends of a lane.

use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{SeekFrom, fstat, seek, sendfile};
use rustix::pipe::{PipeFlags, SpliceFlags, fcntl_setpipe_size, pipe_with, splice};

use super::endpoint::{Endpoint, Kind};
use super::udp::{Arrivals, Departures};
use crate::proto::relay::Filter;

/// Where bytes rest. It is filled from the source only when it is empty.
#[derive(Debug)]
pub(super) enum Stage {
    /// A file going to a socket: `sendfile` takes the bytes straight from the page cache, so what rests here is
    /// only how many of them are to be sent.
    File { unsent: u64 },
    /// A private pipe: `splice` moves references to pages. Two non-blocking ends without one would leave open
    /// which of them an `EAGAIN` was about.
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
}

impl Stage {
    /// The best way from one kind of descriptor to another.
    /// With `each`, messages pass one by one.
    pub(super) fn between(from: &Endpoint, to: &Endpoint, filter: Filter, each: bool) -> io::Result<Self> {
        use Kind::{Device, File, Messages, Pipe, Stream};
        match (from.kind(), to.kind()) {
            _ if !filter.is_none() => Ok(Self::Memory(Buffer::new(from, to, filter))),
            (Messages, _) if !each && let Some(arrivals) = Arrivals::between(from, to) => {
                Ok(Self::Arrivals(arrivals))
            }
            (_, Messages) if let Some(departures) = Departures::between(from, to) => {
                Ok(Self::Departures(departures))
            }
            (File { .. }, Stream) => Ok(Self::File { unsent: 0 }),
            // Without descriptors to spare, memory will do.
            (Pipe | Stream, Pipe | Stream | Device | File { append: false }) => {
                Self::pipe().or_else(|_| Ok(Self::Memory(Buffer::new(from, to, filter))))
            }
            _ => Ok(Self::Memory(Buffer::new(from, to, filter))),
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
            Self::File { unsent } => *unsent == 0,
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
            Self::File { unsent } => {
                *unsent = left(from)?;
                if *unsent > 0 {
                    return Ok(usize::try_from(*unsent).unwrap_or(usize::MAX));
                }
                // The end, or a file whose size says nothing (in /proc): reading tells.
                *self = Self::Memory(Buffer::new(from, to, Filter::default()));
                self.fill(from, to)
            }
            Self::Pipe { writer, held, .. } => {
                *held = splice(from, None, writer, None, PIPE_SIZE, quick())?;
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
            Self::File { unsent } => {
                let count = usize::try_from(*unsent).unwrap_or(usize::MAX).min(FILE_CHUNK);
                match sendfile(to, from, None, count) {
                    // The file has become shorter.
                    Ok(0) => *unsent = 0,
                    Ok(sent) => {
                        *unsent = unsent.saturating_sub(sent as u64);
                        return Ok(sent);
                    }
                    Err(rustix::io::Errno::INVAL) => {
                        *self = Self::Memory(Buffer::new(from, to, Filter::default()));
                        self.fill(from, to)?;
                    }
                    Err(error) => return Err(error.into()),
                }
                Ok(0)
            }
            Self::Pipe { reader, held, .. } => match splice(&*reader, None, to, None, *held, quick()) {
                Ok(moved) => {
                    *held = held.saturating_sub(moved);
                    Ok(moved)
                }
                Err(rustix::io::Errno::INVAL) => {
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

    /// Puts bytes of our own in the way, after those that are resting.
    pub(super) fn put(&mut self, bytes: &[u8]) {
        if let Self::Memory(buffer) = self {
            buffer.out.extend_from_slice(bytes);
        }
    }
}

impl Buffer {
    fn new(from: &Endpoint, to: &Endpoint, filter: Filter) -> Self {
        let size = match (from.kind(), to.kind()) {
            (Kind::Messages, _) => LARGEST_DATAGRAM,
            (_, Kind::Messages) => DATAGRAM_READ,
            _ => MEMORY_SIZE,
        };
        Self {
            room: vec![0; size].into_boxed_slice(),
            fresh: 0..0,
            out: Vec::new(),
            sent: 0,
            filter,
        }
    }

    /// Takes over the `held` bytes of a private pipe that the far end cannot be spliced to.
    fn rescue(from: &Endpoint, to: &Endpoint, pipe: BorrowedFd<'_>, held: usize) -> io::Result<Self> {
        let mut buffer = Self::new(from, to, Filter::default());
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
        if self.out.is_empty() {
            let taken = to.write(self.room.get(self.fresh.clone()).unwrap_or_default())?;
            self.fresh.start += taken;
            Ok(taken)
        } else {
            let taken = to.write(self.out.get(self.sent..).unwrap_or_default())?;
            self.sent += taken;
            Ok(taken)
        }
    }
}

/// The bytes of a file beyond its offset. Asking `sendfile` for more than there are would make the kernel hold
/// the last ones back, as if more were to come.
fn left(file: &Endpoint) -> io::Result<u64> {
    let size = u64::try_from(fstat(file)?.st_size).unwrap_or(0);
    Ok(size.saturating_sub(seek(file, SeekFrom::Current(0))?))
}

/// Neither end of a `splice` waits, whatever the flags of the open file.
fn quick() -> SpliceFlags {
    SpliceFlags::NONBLOCK | SpliceFlags::MOVE
}

/// The largest pipe that a user may have by default (`/proc/sys/fs/pipe-max-size`).
const PIPE_SIZE: usize = 1 << 20;
/// Some 100 µs of work, after which the other way has its turn.
const FILE_CHUNK: usize = 1 << 20;
const MEMORY_SIZE: usize = 256 << 10;
const LARGEST_DATAGRAM: usize = 64 << 10;
/// One read of standard input makes one datagram, as large as nc's at most.
const DATAGRAM_READ: usize = 16 << 10;
