//! The append-only journal: one file, one writer.
//!
//! Space is allocated ahead by writing zeros, so that a commit is one `fdatasync` of data alone (without it the
//! file system's own journal makes a third of the cost). A journal that has grown too long is replaced by a new
//! generation that begins with a snapshot: temporary file, sync, rename, sync of the folder. That is done in the
//! background, while appending goes on. After any error the journal does nothing more.

mod generation;

use std::collections::VecDeque;
use std::io;
use std::ops::RangeInclusive;
use std::sync::Arc;

use self::generation::Growing;
pub use self::generation::{Generation, Replacement};
use super::disk::write_all_at;
use super::frame::{BadHeader, Frame, Header};
use super::scan::{Scan, Source, Tail, read};
use super::{Disk, Error, File};

/// The journal of a store.
pub struct Journal {
    disk: Arc<dyn Disk>,
    file: Arc<dyn File>,
    header: Header,
    /// Frames appended but not yet written.
    pending: Vec<u8>,
    /// Where `pending` goes.
    offset: u64,
    /// How far the file is allocated.
    allocated: u64,
    /// The index of the next frame.
    next: u64,
    /// Every frame up to this index is durable; the index before the first when there is none.
    durable: u64,
    /// How long the file was when it was opened or last replaced.
    settled: u64,
    /// A replacement has begun.
    replacing: bool,
    stopped: bool,
}

/// What was found in a store.
#[derive(Debug)]
pub struct Recovered {
    /// The bodies of its records, oldest first.
    pub records: Vec<Vec<u8>>,
    /// Whether a torn tail was cut off: records of which nobody had been told that they are durable.
    pub torn: bool,
}

/// Frames that are written and wait to be made durable.
#[derive(Clone)]
pub struct Unsynced {
    file: Arc<dyn File>,
    through: u64,
}

impl Journal {
    /// Opens the journal on `disk`, or makes one with the header that `fresh` is. Everything that is recovered is
    /// durable when this returns.
    ///
    /// # Errors
    /// [`Error::Foreign`], [`Error::Version`], [`Error::Damaged`] when what is there is not ours to write to.
    pub fn open(disk: Arc<dyn Disk>, fresh: Header) -> Result<(Self, Recovered), Error> {
        match disk.open(NAME).map_err(failed("open"))? {
            Some(file) => Self::recover(disk, file, fresh.role),
            None => Self::create(disk, fresh),
        }
    }

    fn create(disk: Arc<dyn Disk>, header: Header) -> Result<(Self, Recovered), Error> {
        let mut growing = Growing::create(&*disk, header)?;
        growing.put_in_place(&*disk)?;
        let recovered = Recovered {
            records: Vec::new(),
            torn: false,
        };
        Ok((growing.into_journal(disk), recovered))
    }

    fn recover(disk: Arc<dyn Disk>, file: Arc<dyn File>, role: [u8; 4]) -> Result<(Self, Recovered), Error> {
        let (header, mut scan) = begin(Arc::clone(&file), role)?;
        let mut records = Vec::new();
        let mut unsure = VecDeque::new();
        let mut offset = scan.offset();
        while let Some(frame) = scan.frame().map_err(failed("read"))? {
            let first_unsure = frame.index.saturating_sub(frame.behind.into());
            unsure.push_back((frame.index, offset));
            while unsure.front().is_some_and(|(index, _)| *index < first_unsure) {
                unsure.pop_front();
            }
            offset += frame.length() as u64;
            records.push(frame.body.to_vec());
        }
        let (end, next) = (scan.offset(), scan.next_index());
        let (tail, length) = scan.tail().map_err(failed("read"))?;
        let torn = tail == Tail::Torn;
        match tail {
            Tail::Damaged => return Err(damaged(end)),
            // Not overwritten but cut off: a good frame of the old tail must not follow one that is yet to come.
            Tail::Torn => file.truncate(end).map_err(failed("cut the torn tail of"))?,
            Tail::Clean => {}
        }
        let first_unsure = unsure.front().map_or(end, |(_, offset)| *offset);
        harden(&*disk, &*file, first_unsure, end)?;
        let journal = Self {
            disk,
            file,
            header,
            pending: Vec::new(),
            offset: end,
            allocated: if torn { end } else { length },
            next,
            durable: next.saturating_sub(1),
            settled: end,
            replacing: false,
            stopped: false,
        };
        Ok((journal, Recovered { records, torn }))
    }

    /// The header: whose journal it is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The index of the last record, whether written or not.
    pub fn last(&self) -> u64 {
        self.next.saturating_sub(1)
    }

    /// How long the journal is, in bytes.
    pub fn length(&self) -> u64 {
        self.offset + self.pending.len() as u64
    }

    /// Adds a record, of 1 to [`MAX_BODY`](super::frame::MAX_BODY) bytes, and returns its index. It survives
    /// nothing before [`write`](Self::write), and no more than the process before a sync.
    pub fn append(&mut self, body: &[u8]) -> u64 {
        let index = self.next;
        let behind = u32::try_from(index - 1 - self.durable).unwrap_or(u32::MAX);
        Frame { index, behind, body }.encode(&mut self.pending);
        self.next += 1;
        index
    }

    /// Hands what was appended to the system: it now survives the end of this process.
    ///
    /// # Errors
    /// When the system cannot take it, a full disk above all.
    pub fn write(&mut self) -> Result<(), Error> {
        if self.pending.is_empty() && !self.stopped {
            return Ok(());
        }
        self.guarded(|journal| {
            let end = journal.length();
            if end > journal.allocated {
                let until = end + ahead(end);
                allocate(&*journal.file, journal.allocated, until)?;
                journal.allocated = until;
            }
            write_all_at(&*journal.file, &journal.pending, journal.offset).map_err(failed("write to"))?;
            journal.offset = end;
            journal.pending.clear();
            Ok(())
        })
    }

    /// What has been written, for another thread to make durable.
    pub fn unsynced(&self) -> Unsynced {
        debug_assert!(self.pending.is_empty(), "what is synced was written first");
        Unsynced {
            file: Arc::clone(&self.file),
            through: self.last(),
        }
    }

    /// Takes note that everything up to index `through` is durable.
    pub fn synced(&mut self, through: u64) {
        self.durable = self.durable.max(through);
    }

    /// Writes and syncs everything, on this thread.
    ///
    /// # Errors
    /// When the system cannot.
    pub fn commit(&mut self) -> Result<(), Error> {
        self.write()?;
        self.guarded(|journal| {
            let through = journal.unsynced().sync()?;
            journal.synced(through);
            Ok(())
        })
    }

    /// Whether so much has been appended that a snapshot would pay, and none is being written.
    pub fn is_long(&self) -> bool {
        !self.replacing && self.offset > LONG.max(self.settled.saturating_mul(4))
    }

    /// Begins to replace the journal by a new generation: these records, which together say all that the journal
    /// does up to [`last`](Self::last), and then what is appended from now on. Another thread
    /// [writes](Replacement::write) it while appending goes on; then [`finish`](Self::finish) puts it in place.
    ///
    /// The records of the snapshot have indices of their own, after those that they stand for. What is appended
    /// meanwhile is counted on as if they had none, and in the end moves up by their number.
    ///
    /// # Errors
    /// When the system cannot take what was appended before.
    pub fn begin_replacement<I>(&mut self, bodies: I) -> Result<Replacement, Error>
    where
        I: IntoIterator<Item = Vec<u8>, IntoIter: Send + 'static>,
    {
        self.write()?;
        self.replacing = true;
        let follow = Scan::at(Arc::clone(&self.file), self.offset, self.next);
        Ok(Replacement::new(
            Arc::clone(&self.disk),
            self.header,
            follow,
            Box::new(bodies.into_iter()),
        ))
    }

    /// Puts the new generation in place, with all that was appended meanwhile. Everything up to
    /// [`last`](Self::last), which has moved up by the length of the snapshot, is durable when this returns.
    ///
    /// # Errors
    /// When the system cannot. The old generation is then still in place, or the new one already.
    pub fn finish(&mut self, generation: Generation) -> Result<(), Error> {
        self.write()?;
        self.guarded(|journal| {
            let growing = generation.finish(&*journal.disk, journal.next)?;
            *journal = growing.into_journal(Arc::clone(&journal.disk));
            Ok(())
        })
    }

    /// Replaces the journal at once, on this thread.
    ///
    /// # Errors
    /// When the system cannot. The old generation is then still in place, or the new one already.
    pub fn replace(&mut self, records: impl IntoIterator<Item = Vec<u8>>) -> Result<(), Error> {
        let records: Vec<_> = records.into_iter().collect();
        let replacement = self.begin_replacement(records)?;
        let mut written = None;
        self.guarded(|_| {
            written = Some(replacement.write()?);
            Ok(())
        })?;
        written.map_or(Ok(()), |generation| self.finish(generation))
    }

    /// Does `work` unless something failed before, and nothing ever after it fails.
    fn guarded(&mut self, work: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        if self.stopped {
            return Err(Error::Stopped {
                name: NAME.to_owned(),
            });
        }
        let result = work(self);
        self.stopped = result.is_err();
        result
    }
}

impl Unsynced {
    /// Makes it durable, and returns the index up to which everything now is.
    ///
    /// # Errors
    /// When the system cannot: then nothing of it may be relied on, and a second try proves nothing.
    pub fn sync(&self) -> Result<u64, Error> {
        self.file.sync().map_err(failed("sync"))?;
        Ok(self.through)
    }
}

/// Makes durable what was found. A killed process leaves its last writes to the system, and perhaps the rename too.
/// One that ended with a failed sync may even have left pages that the system shows but takes for written: only
/// what is written again is written with certainty.
fn harden(disk: &dyn Disk, file: &dyn File, from: u64, end: u64) -> Result<(), Error> {
    let mut bytes = Vec::new();
    let length = usize::try_from(end.saturating_sub(from)).unwrap_or(usize::MAX);
    read(&file, &mut bytes, from, length).map_err(failed("read"))?;
    write_all_at(file, &bytes, from).map_err(failed("write to"))?;
    file.sync().map_err(failed("sync"))?;
    disk.sync().map_err(failed("sync the folder of"))
}

/// The header of a journal of `role`, and its frames.
pub(super) fn begin<S: Source>(source: S, role: [u8; 4]) -> Result<(Header, Scan<S>), Error> {
    let name = NAME.to_owned();
    match Scan::open(source).map_err(failed("read"))? {
        Ok((header, scan)) if header.role == role => Ok((header, scan)),
        Ok(_) | Err(BadHeader::Foreign) => Err(Error::Foreign { name }),
        Err(BadHeader::Version(version)) => Err(Error::Version { name, version }),
        Err(BadHeader::Damaged) => Err(damaged(0)),
    }
}

/// How much a file of this length is allocated ahead.
fn ahead(length: u64) -> u64 {
    length.clamp(*AHEAD.start(), *AHEAD.end())
}

/// Writes zeros from `offset` to `end`.
fn allocate(file: &dyn File, offset: u64, end: u64) -> Result<(), Error> {
    let zeros = vec![0; usize::try_from(end - offset).unwrap_or(usize::MAX)];
    write_all_at(file, &zeros, offset).map_err(failed("make room in"))
}

pub(super) fn damaged(offset: u64) -> Error {
    Error::Damaged {
        name: NAME.to_owned(),
        offset,
    }
}

pub(super) fn failed(doing: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io {
        doing,
        name: NAME.to_owned(),
        source,
    }
}

pub(super) const NAME: &str = "journal";
/// How many bytes are allocated beyond what is needed now.
const AHEAD: RangeInclusive<u64> = 64 << 10..=1 << 20;
/// No journal shorter than this is worth a snapshot, in bytes.
const LONG: u64 = 8 << 20;

#[cfg(test)]
mod tests;
