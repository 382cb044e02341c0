//! A generation of the journal on its way: written beside the one in place, then put into its place.

use std::sync::Arc;

use super::super::disk::write_all_at;
use super::super::frame::{Frame, Header};
use super::super::scan::Scan;
use super::super::{Disk, Error, File};
use super::{Journal, NAME, ahead, allocate, damaged, failed};

/// A new generation that has yet to be written, on whatever thread has the time.
pub struct Replacement {
    disk: Arc<dyn Disk>,
    header: Header,
    follow: Scan<Arc<dyn File>>,
    bodies: Box<dyn Iterator<Item = Vec<u8>> + Send>,
}

/// A new generation that is written, and durable, but for what was appended to the old one in the last moment.
pub struct Generation {
    growing: Growing,
    follow: Scan<Arc<dyn File>>,
}

/// A file to which frames are added.
pub(super) struct Growing {
    file: Arc<dyn File>,
    header: Header,
    /// What is to be written next, and where.
    chunk: Vec<u8>,
    offset: u64,
    allocated: u64,
    next: u64,
}

impl Replacement {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        header: Header,
        follow: Scan<Arc<dyn File>>,
        bodies: Box<dyn Iterator<Item = Vec<u8>> + Send>,
    ) -> Self {
        let first = follow.next_index();
        Self {
            disk,
            header: Header { first, ..header },
            follow,
            bodies,
        }
    }

    /// Writes it, and follows what is appended to the old generation until it has almost caught up.
    ///
    /// # Errors
    /// When the system cannot. The journal in place is not touched.
    pub fn write(mut self) -> Result<Generation, Error> {
        let mut growing = Growing::create(&*self.disk, self.header)?;
        for body in self.bodies {
            growing.push(&body)?;
        }
        for _ in 0..ROUNDS {
            let before = growing.offset;
            growing.follow(&mut self.follow)?;
            growing.sync()?;
            if growing.offset - before < CHUNK as u64 {
                break;
            }
        }
        growing.allocated = growing.offset + ahead(growing.offset);
        allocate(&*growing.file, growing.offset, growing.allocated)?;
        growing.sync()?;
        Ok(Generation {
            growing,
            follow: self.follow,
        })
    }
}

impl Generation {
    /// Adds what is left of the frames before `next`, and puts the generation in place.
    pub(super) fn finish(mut self, disk: &dyn Disk, next: u64) -> Result<Growing, Error> {
        self.growing.follow(&mut self.follow)?;
        if self.follow.next_index() != next {
            return Err(damaged(self.follow.offset()));
        }
        self.growing.put_in_place(disk)?;
        Ok(self.growing)
    }
}

impl Growing {
    pub(super) fn create(disk: &dyn Disk, header: Header) -> Result<Self, Error> {
        let file = disk.create(NEW).map_err(failed("create"))?;
        let mut chunk = Vec::new();
        header.encode(&mut chunk);
        Ok(Self {
            file,
            header,
            chunk,
            offset: 0,
            allocated: 0,
            next: header.first,
        })
    }

    fn push(&mut self, body: &[u8]) -> Result<(), Error> {
        // Nobody sees the frame before it is durable with all that is before it.
        let (index, behind) = (self.next, 0);
        Frame { index, behind, body }.encode(&mut self.chunk);
        self.next += 1;
        if self.chunk.len() >= CHUNK {
            self.write()?;
        }
        Ok(())
    }

    /// Adds what there is to read.
    fn follow(&mut self, old: &mut Scan<Arc<dyn File>>) -> Result<(), Error> {
        while let Some(frame) = old.frame().map_err(failed("read"))? {
            self.push(frame.body)?;
        }
        Ok(())
    }

    fn write(&mut self) -> Result<(), Error> {
        write_all_at(&*self.file, &self.chunk, self.offset).map_err(failed("write to"))?;
        self.offset += self.chunk.len() as u64;
        self.allocated = self.allocated.max(self.offset);
        self.chunk.clear();
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Error> {
        self.write()?;
        self.file.sync().map_err(failed("sync"))
    }

    pub(super) fn put_in_place(&mut self, disk: &dyn Disk) -> Result<(), Error> {
        self.sync()?;
        disk.rename(NEW, NAME).map_err(failed("put in place"))?;
        disk.sync().map_err(failed("sync the folder of"))
    }

    /// The journal that it now is.
    pub(super) fn into_journal(self, disk: Arc<dyn Disk>) -> Journal {
        Journal {
            disk,
            file: self.file,
            header: self.header,
            pending: Vec::new(),
            offset: self.offset,
            allocated: self.allocated,
            next: self.next,
            durable: self.next.saturating_sub(1),
            settled: self.offset,
            replacing: false,
            stopped: false,
        }
    }
}

const NEW: &str = "journal.new";
const CHUNK: usize = 256 << 10;
/// How often at most the one who writes tries to catch up with the one who appends.
const ROUNDS: usize = 8;
