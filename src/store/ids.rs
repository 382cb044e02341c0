//! The id set of a server, on disk: a journal of its records, made durable by a thread of its own.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use super::frame::Header;
use super::{Committer, Disk, Error, Folder, Generation, Journal};
use crate::proto::launch::{Identity, Log, News, Record};

/// The log of a server, in a folder.
pub struct IdLog {
    journal: Journal,
    committer: Committer,
    news: Arc<Mutex<Committed>>,
    /// The last index that was told to be durable.
    told: u64,
    /// The last index that the committer was asked for.
    asked: u64,
}

/// A server's memory, as it was found.
pub struct Found {
    /// Who the server is.
    pub identity: Identity,
    /// What it knows.
    pub records: Vec<Record>,
    /// The index of the last record.
    pub last: u64,
    /// Whether the last records were cut short by a crash: nobody had been told that they are durable.
    pub torn: bool,
    /// Where it goes on.
    pub log: IdLog,
}

/// What the other threads have to tell.
#[derive(Default)]
struct Committed {
    durable: u64,
    /// A new generation that waits to be put in place.
    generation: Option<Generation>,
    error: Option<Error>,
    waker: Option<Waker>,
}

/// Changes what there is to tell, and wakes the one who is told.
fn tell(news: &Mutex<Committed>, change: impl FnOnce(&mut Committed)) {
    let mut committed = news.lock().unwrap_or_else(PoisonError::into_inner);
    change(&mut committed);
    let waker = committed.waker.take();
    drop(committed);
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl IdLog {
    /// Opens the folder at `path`, and locks it; makes it, with an identity of its own, if it is not there.
    ///
    /// # Errors
    /// [`enum@Error`] says why the folder cannot be used.
    pub fn open(path: &Path) -> Result<Found, Error> {
        Self::open_on(Arc::new(Folder::open(path)?))
    }

    /// Opens the id set on `disk`.
    ///
    /// # Errors
    /// [`enum@Error`] says why it cannot be used.
    pub fn open_on(disk: Arc<dyn Disk>) -> Result<Found, Error> {
        let fresh = Header {
            role: *b"ids ",
            id: rand::random_range(1..=u64::MAX),
            first: 1,
            secret: rand::random(),
        };
        let (journal, recovered) = Journal::open(disk, fresh)?;
        let records: Option<Vec<_>> = recovered
            .records
            .iter()
            .map(|body| Record::decode(body))
            .collect();
        let records = records.ok_or_else(|| Error::Foreign {
            name: "journal".to_owned(),
        })?;
        let news = Arc::new(Mutex::new(Committed::default()));
        let committed = Arc::clone(&news);
        let committer = Committer::start(move |result| {
            tell(&committed, |committed| match result {
                Ok(index) => committed.durable = committed.durable.max(index),
                Err(error) => committed.error = Some(error),
            });
        });
        let committer = committer.map_err(|source| Error::Io {
            doing: "start the committer of",
            name: "journal".to_owned(),
            source,
        })?;
        let (header, last) = (journal.header(), journal.last());
        Ok(Found {
            identity: Identity {
                instance: header.id,
                secret: header.secret,
            },
            records,
            last,
            torn: recovered.torn,
            log: Self {
                journal,
                committer,
                news,
                told: last,
                asked: last,
            },
        })
    }
}

impl Log for IdLog {
    type Error = Error;

    fn last(&self) -> u64 {
        self.journal.last()
    }

    fn append(&mut self, record: &[u8]) -> u64 {
        self.journal.append(record)
    }

    fn write(&mut self) -> Result<(), Error> {
        self.journal.write()
    }

    fn commit(&mut self, at_once: bool) -> Result<(), Error> {
        let is_idle = self.asked <= self.told;
        if !(at_once && is_idle) {
            self.asked = self.journal.last();
            self.committer.sync(self.journal.unsynced());
            return Ok(());
        }
        let durable = self.journal.unsynced().sync()?;
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        news.durable = news.durable.max(durable);
        Ok(())
    }

    fn is_long(&self) -> bool {
        self.journal.is_long()
    }

    fn replace(&mut self, records: Vec<Record>) -> Result<(), Error> {
        let bodies: Vec<_> = records
            .iter()
            .map(|record| {
                let mut body = Vec::new();
                record.encode(&mut body);
                body
            })
            .collect();
        let replacement = self.journal.begin_replacement(bodies)?;
        let news = Arc::clone(&self.news);
        let write = move || {
            let written = replacement.write();
            tell(&news, |committed| match written {
                Ok(generation) => committed.generation = Some(generation),
                Err(error) => committed.error = Some(error),
            });
        };
        let thread = thread::Builder::new().name("generation".to_owned()).spawn(write);
        thread.map(drop).map_err(|source| Error::Io {
            doing: "start the thread that replaces",
            name: "journal".to_owned(),
            source,
        })
    }

    fn poll_news(&mut self, context: &mut Context<'_>) -> Poll<Result<News, Error>> {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = news.error.take() {
            return Poll::Ready(Err(error));
        }
        if let Some(generation) = news.generation.take() {
            // What a sync of the old generation may yet report was counted without the snapshot, and is durable.
            drop(news);
            self.journal.finish(generation)?;
            self.told = self.journal.last();
            return Poll::Ready(Ok(News::Replaced));
        }
        if news.durable > self.told {
            self.told = news.durable;
            drop(news);
            self.journal.synced(self.told);
            return Poll::Ready(Ok(News::Durable(self.told)));
        }
        match &mut news.waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::super::faulty::{Crash, FaultyDisk};
    use super::*;
    use crate::wire::rlaunch::CallId;

    fn open(disk: &FaultyDisk) -> Found {
        IdLog::open_on(Arc::new(disk.clone())).unwrap()
    }

    fn tombstone(seq: u64) -> Record {
        let id = CallId { session: 1, seq }.into();
        Record::Tombstone { id }
    }

    fn append(log: &mut IdLog, record: &Record) -> u64 {
        let mut bytes = Vec::new();
        record.encode(&mut bytes);
        log.append(&bytes)
    }

    fn news(log: &mut IdLog) -> Result<News, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(poll_fn(|context| log.poll_news(context)))
    }

    #[test]
    fn what_was_told_to_be_durable_is_found_after_power_is_lost() {
        let disk = FaultyDisk::new(1);
        let Found {
            identity, mut log, ..
        } = open(&disk);
        let index = append(&mut log, &tombstone(1));
        log.write().unwrap();
        log.commit(false).unwrap();
        assert_eq!(news(&mut log).unwrap(), News::Durable(index));
        append(&mut log, &tombstone(2));
        drop(log);
        disk.crash(Crash::Power);
        let found = open(&disk);
        assert_eq!((found.records, found.last), (vec![tombstone(1)], index));
        assert_eq!(found.identity.instance, identity.instance);
        assert_eq!(found.identity.secret, identity.secret);
    }

    #[test]
    fn what_is_made_durable_at_once_is_told_without_waiting() {
        let disk = FaultyDisk::new(1);
        let mut log = open(&disk).log;
        let index = append(&mut log, &tombstone(1));
        log.write().unwrap();
        log.commit(true).unwrap();
        let told = log.poll_news(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(told, Poll::Ready(Ok(News::Durable(told))) if told == index));
        append(&mut log, &tombstone(2));
        log.write().unwrap();
        disk.fail_at(0);
        assert!(matches!(log.commit(true), Err(Error::Io { .. })));
        drop(log);
        disk.crash(Crash::Power);
        assert_eq!(open(&disk).records, [tombstone(1)]);
    }

    #[test]
    fn a_replacement_has_what_was_appended_meanwhile_and_is_durable() {
        let disk = FaultyDisk::new(1);
        let mut log = open(&disk).log;
        for seq in 1..=3 {
            append(&mut log, &tombstone(seq));
        }
        log.write().unwrap();
        log.replace(vec![tombstone(3)]).unwrap();
        append(&mut log, &tombstone(4));
        let before = log.last();
        assert_eq!(news(&mut log).unwrap(), News::Replaced);
        assert_eq!(log.last(), before + 1);
        drop(log);
        disk.crash(Crash::Power);
        let found = open(&disk);
        assert_eq!(
            (found.records, found.last),
            (vec![tombstone(3), tombstone(4)], before + 1)
        );
    }

    #[test]
    fn a_failed_replacement_is_told() {
        let disk = FaultyDisk::new(1);
        let mut log = open(&disk).log;
        append(&mut log, &tombstone(1));
        log.write().unwrap();
        disk.fail_at(0);
        let told = log.replace(vec![tombstone(1)]).and_then(|()| news(&mut log));
        assert!(matches!(told, Err(Error::Io { .. })));
    }

    #[test]
    fn a_failed_sync_is_told() {
        let disk = FaultyDisk::new(1);
        let mut log = open(&disk).log;
        append(&mut log, &tombstone(1));
        log.write().unwrap();
        disk.fail_at(0);
        log.commit(false).unwrap();
        assert!(matches!(news(&mut log), Err(Error::Io { .. })));
    }
}
