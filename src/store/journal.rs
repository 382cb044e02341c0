//! The append-only journal: one file, one writer.
//!
//! Space is allocated ahead by writing zeros, so that a commit is one `fdatasync` of data alone (without it the
//! file system's own journal makes a third of the cost). A journal that has grown too long is replaced by a
//! snapshot: temporary file, sync, rename, sync of the folder. After any error it does nothing more.

use std::io;
use std::sync::Arc;

use super::Error;
use super::disk::{Disk, File, write_all_at};
use super::frame::{BadHeader, Frame, Frames, Header, Tail};

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
    /// How long the file was when it was opened or last replaced by a snapshot.
    settled: u64,
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
        let (file, length) = generation(&*disk, &header, std::iter::empty())?;
        let journal = Self {
            disk,
            file,
            header,
            pending: Vec::new(),
            offset: length,
            allocated: length,
            next: header.first,
            durable: header.first.saturating_sub(1),
            settled: length,
            stopped: false,
        };
        Ok((
            journal,
            Recovered {
                records: Vec::new(),
                torn: false,
            },
        ))
    }

    fn recover(disk: Arc<dyn Disk>, file: Arc<dyn File>, role: [u8; 4]) -> Result<(Self, Recovered), Error> {
        let bytes = file.read_all().map_err(failed("read"))?;
        let name = || NAME.to_owned();
        let header = Header::decode(&bytes).map_err(|bad| match bad {
            BadHeader::Foreign => Error::Foreign { name: name() },
            BadHeader::Version(version) => Error::Version {
                name: name(),
                version,
            },
            BadHeader::Damaged => Error::Damaged {
                name: name(),
                offset: 0,
            },
        })?;
        if header.role != role {
            return Err(Error::Foreign { name: name() });
        }
        let mut frames = Frames::new(&bytes, &header);
        let records = frames.by_ref().map(|frame| frame.body.to_vec()).collect();
        let end = frames.offset();
        let tail = frames.tail();
        if tail == Tail::Damaged {
            return Err(Error::Damaged {
                name: name(),
                offset: end,
            });
        }
        let mut allocated = bytes.len();
        if tail == Tail::Torn {
            // Not overwritten but cut off: a good frame of the old tail must not follow one that is yet to come.
            file.truncate(end as u64)
                .map_err(failed("cut the torn tail of"))?;
            allocated = end;
        }
        // A killed process leaves its last writes to the system, not to the disk.
        file.sync().map_err(failed("sync"))?;
        let journal = Self {
            disk,
            file,
            header,
            pending: Vec::new(),
            offset: end as u64,
            allocated: allocated as u64,
            next: frames.next_index(),
            durable: frames.next_index().saturating_sub(1),
            settled: end as u64,
            stopped: false,
        };
        Ok((
            journal,
            Recovered {
                records,
                torn: tail == Tail::Torn,
            },
        ))
    }

    /// The header: whose journal it is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The index of the last record, whether written or not.
    pub fn last(&self) -> u64 {
        self.next.saturating_sub(1)
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
            let end = journal.offset + journal.pending.len() as u64;
            if end > journal.allocated {
                let ahead = end - journal.allocated + AHEAD;
                let zeros = vec![0; usize::try_from(ahead).unwrap_or(usize::MAX)];
                write_all_at(&*journal.file, &zeros, journal.allocated).map_err(failed("make room in"))?;
                journal.allocated += ahead;
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

    /// Whether so much has been appended that a snapshot would pay.
    pub fn is_long(&self) -> bool {
        self.offset > LONG.max(self.settled.saturating_mul(4))
    }

    /// Replaces the journal by a new generation with these records alone, which together say all that the old one
    /// did. Everything up to [`last`](Self::last) is durable when this returns.
    ///
    /// # Errors
    /// When the system cannot. The old generation is then still in place, or the new one already.
    pub fn replace(&mut self, records: impl Iterator<Item = Vec<u8>>) -> Result<(), Error> {
        self.guarded(|journal| {
            let header = Header {
                first: journal.next,
                ..journal.header
            };
            let mut next = header.first;
            let frames = records.inspect(|_| next += 1);
            let (file, length) = generation(&*journal.disk, &header, frames)?;
            *journal = Self {
                disk: Arc::clone(&journal.disk),
                file,
                header,
                pending: Vec::new(),
                offset: length,
                allocated: length,
                next,
                durable: next - 1,
                settled: length,
                stopped: false,
            };
            Ok(())
        })
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

/// Writes a whole generation of the journal beside the current one and puts it in its place. Returns the file and
/// its length.
fn generation(
    disk: &dyn Disk,
    header: &Header,
    records: impl Iterator<Item = Vec<u8>>,
) -> Result<(Arc<dyn File>, u64), Error> {
    let file = disk.create(NEW).map_err(failed("create"))?;
    let mut chunk = Vec::new();
    let mut written = 0;
    header.encode(&mut chunk);
    for (index, body) in (header.first..).zip(records) {
        Frame {
            index,
            behind: 0,
            body: &body,
        }
        .encode(&mut chunk);
        if chunk.len() >= CHUNK {
            write_all_at(&*file, &chunk, written).map_err(failed("write to"))?;
            written += chunk.len() as u64;
            chunk.clear();
        }
    }
    write_all_at(&*file, &chunk, written).map_err(failed("write to"))?;
    written += chunk.len() as u64;
    file.sync().map_err(failed("sync"))?;
    disk.rename(NEW, NAME).map_err(failed("put in place"))?;
    disk.sync().map_err(failed("sync the folder of"))?;
    Ok((file, written))
}

fn failed(doing: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| Error::Io {
        doing,
        name: NAME.to_owned(),
        source,
    }
}

const NAME: &str = "journal";
const NEW: &str = "journal.new";
/// How many bytes are allocated beyond what is needed now.
const AHEAD: u64 = 1 << 20;
/// No journal shorter than this is worth a snapshot, in bytes.
const LONG: u64 = 8 << 20;
const CHUNK: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::super::faulty::{Crash, FaultyDisk};
    use super::*;

    const FRESH: Header = Header {
        role: *b"test",
        id: 7,
        first: 1,
        secret: [1; 32],
    };

    fn open(disk: &FaultyDisk) -> Result<(Journal, Vec<Vec<u8>>), Error> {
        let (journal, recovered) = Journal::open(Arc::new(disk.clone()), FRESH)?;
        Ok((journal, recovered.records))
    }

    fn body(number: u64) -> Vec<u8> {
        number.to_le_bytes().to_vec()
    }

    #[test]
    fn a_synced_record_is_there_after_power_is_lost() {
        let disk = FaultyDisk::new(1);
        let (mut journal, _) = open(&disk).unwrap();
        journal.append(&body(1));
        journal.commit().unwrap();
        journal.append(&body(2));
        disk.crash(Crash::Power);
        assert_eq!(open(&disk).unwrap().1, [body(1)]);
    }

    #[test]
    fn a_written_record_is_there_after_the_process_is_killed() {
        let disk = FaultyDisk::new(1);
        let (mut journal, _) = open(&disk).unwrap();
        journal.append(&body(1));
        journal.write().unwrap();
        journal.append(&body(2));
        disk.crash(Crash::Kill);
        assert_eq!(open(&disk).unwrap().1, [body(1)]);
    }

    #[test]
    fn a_snapshot_keeps_the_count_of_records() {
        let disk = FaultyDisk::new(1);
        let (mut journal, _) = open(&disk).unwrap();
        for number in 1..=5 {
            journal.append(&body(number));
        }
        journal.replace([body(4), body(5)].into_iter()).unwrap();
        assert_eq!(journal.last(), 7);
        assert_eq!(journal.append(&body(6)), 8);
        journal.commit().unwrap();
        let (journal, records) = open(&disk).unwrap();
        assert_eq!(records, [body(4), body(5), body(6)]);
        assert_eq!((journal.last(), journal.header().id), (8, 7));
    }

    #[test]
    fn the_journal_of_another_program_is_refused() {
        let disk = FaultyDisk::new(1);
        open(&disk).unwrap();
        let other = Header {
            role: *b"else",
            ..FRESH
        };
        let refused = Journal::open(Arc::new(disk), other);
        assert!(matches!(refused, Err(Error::Foreign { .. })));
    }

    #[test]
    fn nothing_is_done_after_an_error() {
        let disk = FaultyDisk::new(1);
        let (mut journal, _) = open(&disk).unwrap();
        journal.append(&body(1));
        disk.fail_at(0);
        assert!(journal.commit().is_err());
        disk.heal();
        journal.append(&body(2));
        assert!(matches!(journal.commit(), Err(Error::Stopped { .. })));
        assert!(matches!(journal.write(), Err(Error::Stopped { .. })));
    }

    /// Appends, commits and takes snapshots until the disk fails. Returns (acknowledged as durable, appended).
    fn workload(disk: &FaultyDisk) -> (u64, u64) {
        let (mut durable, mut appended) = (0, 0);
        let Ok((mut journal, records)) = open(disk) else {
            return (0, 0);
        };
        let mut live: Vec<Vec<u8>> = records;
        for number in 1..=24 {
            appended = number;
            journal.append(&body(number));
            live.push(body(number));
            let done = match number % 12 {
                3 | 7 | 8 => journal.commit(),
                11 => journal.replace(live.clone().into_iter()),
                _ => {
                    if journal.write().is_err() {
                        break;
                    }
                    continue;
                }
            };
            if done.is_err() {
                break;
            }
            durable = number;
        }
        (durable, appended)
    }

    /// After whatever happened, a store opens to a prefix of what was appended with all that was acknowledged.
    fn assert_prefix(disk: &FaultyDisk, durable: u64, appended: u64, what: &str) {
        let (_, records) = open(disk).unwrap_or_else(|error| panic!("{what}: {error}"));
        let count = records.len() as u64;
        assert!(
            (durable..=appended).contains(&count),
            "{what}: {count} of {durable}..={appended}"
        );
        let expected: Vec<_> = (1..=count).map(body).collect();
        assert_eq!(records, expected, "{what}");
    }

    #[test]
    fn a_crash_at_any_call_loses_nothing_that_was_acknowledged() {
        let calls = {
            let disk = FaultyDisk::new(0);
            workload(&disk);
            disk.calls()
        };
        assert!(calls > 40, "the workload makes {calls} calls");
        for at in 0..calls {
            for seed in 0..8 {
                for crash in [Crash::Kill, Crash::Power] {
                    let disk = FaultyDisk::new(seed);
                    disk.fail_at(at);
                    let (durable, appended) = workload(&disk);
                    disk.crash(crash);
                    assert_prefix(
                        &disk,
                        durable,
                        appended,
                        &format!("{crash:?} at call {at}, seed {seed}"),
                    );
                }
            }
        }
    }

    #[test]
    fn a_crash_during_recovery_loses_nothing_either() {
        for seed in 0..64 {
            let disk = FaultyDisk::new(seed);
            disk.fail_at(30);
            let (durable, appended) = workload(&disk);
            disk.crash(Crash::Power);
            for at in 0..4 {
                disk.fail_at(at);
                let _ = open(&disk);
                disk.crash(Crash::Power);
            }
            assert_prefix(&disk, durable, appended, &format!("seed {seed}"));
        }
    }
}
