//! Reads a journal beside its writer: without the lock, without writing, by pieces.

use std::fs;
use std::path::Path;

use super::Error;
use super::frame::Header;
use super::journal::{NAME, begin, damaged, failed};
use super::scan::{Scan, Tail};

/// A journal that perhaps another process writes to. What that process has written is seen, whether it is durable
/// or not; a generation that takes the place of this one meanwhile is not.
#[derive(Debug)]
pub struct Reading {
    header: Header,
    scan: Scan<fs::File>,
}

impl Reading {
    /// Opens the journal of a program of this `role` in the folder at `path`.
    ///
    /// # Errors
    /// [`Error::Foreign`], [`Error::Version`] and [`Error::Damaged`] for what is there instead.
    pub fn open(path: &Path, role: [u8; 4]) -> Result<Self, Error> {
        let file = fs::File::open(path.join(NAME)).map_err(failed("open"))?;
        let (header, scan) = begin(file, role)?;
        Ok(Self { header, scan })
    }

    /// The header: whose journal it is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next record with its index. At the end there is none, but there may be one later.
    ///
    /// # Errors
    /// [`Error::Damaged`] where a record is missing that had been durable.
    pub fn record(&mut self) -> Result<Option<(u64, &[u8])>, Error> {
        let (offset, next) = (self.scan.offset(), self.scan.next_index());
        if !self.advance()? {
            // What is written between two looks is no damage: what proves it was written later than what is missing.
            if self.tail()? != Tail::Damaged {
                return Ok(None);
            }
            if !self.advance()? {
                return Err(damaged(offset));
            }
        }
        Ok(Some((next, self.scan.body())))
    }

    /// What comes after the last record.
    ///
    /// # Errors
    /// What the system says.
    pub fn tail(&self) -> Result<Tail, Error> {
        self.scan.tail().map(|(tail, _)| tail).map_err(failed("read"))
    }

    /// Where in the file the next record is, or would be.
    pub fn offset(&self) -> u64 {
        self.scan.offset()
    }

    fn advance(&mut self) -> Result<bool, Error> {
        Ok(self.scan.frame().map_err(failed("read"))?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::frame::Frame;
    use super::super::{Folder, Journal};
    use super::*;

    const FRESH: Header = Header {
        role: *b"test",
        id: 7,
        first: 1,
        secret: [1; 32],
    };

    fn read(reading: &mut Reading) -> Vec<(u64, Vec<u8>)> {
        let mut records = Vec::new();
        while let Some((index, body)) = reading.record().unwrap() {
            records.push((index, body.to_vec()));
        }
        records
    }

    /// A folder, a journal in it with the records 1, 2, 3, the first of them known to be durable.
    fn journal() -> (tempfile::TempDir, Journal) {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(Arc::new(Folder::open(folder.path()).unwrap()), FRESH).unwrap();
        for body in [b"1", b"2", b"3"] {
            journal.append(body);
            journal.commit().unwrap();
        }
        (folder, journal)
    }

    #[test]
    fn the_writer_is_followed_while_it_has_the_lock() {
        let (folder, mut journal) = journal();
        let mut reading = Reading::open(folder.path(), *b"test").unwrap();
        assert_eq!(reading.header().id, 7);
        let expected = [(1, b"1".to_vec()), (2, b"2".to_vec()), (3, b"3".to_vec())];
        assert_eq!(read(&mut reading), expected);
        assert_eq!(reading.tail().unwrap(), Tail::Clean);
        journal.append(b"4");
        journal.write().unwrap();
        assert_eq!(read(&mut reading), [(4, b"4".to_vec())]);
    }

    #[test]
    fn a_generation_that_was_replaced_is_read_to_its_end() {
        let (folder, mut journal) = journal();
        let mut reading = Reading::open(folder.path(), *b"test").unwrap();
        assert!(reading.record().unwrap().is_some());
        journal.replace([b"all".to_vec()]).unwrap();
        journal.append(b"more");
        journal.write().unwrap();
        assert_eq!(read(&mut reading).len(), 2);
        let again = read(&mut Reading::open(folder.path(), *b"test").unwrap());
        assert_eq!(again, [(4, b"all".to_vec()), (5, b"more".to_vec())]);
    }

    #[test]
    fn a_torn_tail_is_the_end_and_damage_is_told_with_its_place() {
        let (folder, journal) = journal();
        drop(journal);
        let path = folder.path().join(NAME);
        let whole = fs::read(&path).unwrap();
        let frame = Frame::OVERHEAD + 1;
        let flipped = |number: usize| {
            let mut bytes = whole.clone();
            bytes[Header::LENGTH + number * frame + 9] ^= 1;
            fs::write(&path, &bytes).unwrap();
            Reading::open(folder.path(), *b"test").unwrap()
        };
        let mut torn = flipped(2);
        assert_eq!(read(&mut torn).len(), 2);
        assert_eq!(torn.tail().unwrap(), Tail::Torn);
        let mut damaged = flipped(1);
        assert!(damaged.record().unwrap().is_some());
        let offset = (Header::LENGTH + frame) as u64;
        assert!(matches!(damaged.record(), Err(Error::Damaged { offset: at, .. }) if at == offset));
        assert_eq!(damaged.offset(), offset);
    }

    #[test]
    fn only_a_journal_of_its_role_is_read() {
        let (folder, _journal) = journal();
        let other = Reading::open(folder.path(), *b"else");
        assert!(matches!(other, Err(Error::Foreign { .. })));
        let none = Reading::open(&folder.path().join("none"), *b"test");
        assert!(matches!(none, Err(Error::Io { doing: "open", .. })));
    }
}
