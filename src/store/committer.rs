//! Group commit: a thread that syncs, and while it does lets the next group gather. There is no timer: a group is
//! whatever was written during the sync before.

use std::sync::mpsc;
use std::thread;

use super::{Error, Unsynced};

/// The thread that makes things durable.
#[derive(Debug)]
pub struct Committer {
    requests: mpsc::Sender<Unsynced>,
}

impl Committer {
    /// Starts the thread. After each sync it calls `done` with the index up to which everything is durable, or
    /// with the error that ends it: a failed sync is never tried again.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(mut done: impl FnMut(Result<u64, Error>) + Send + 'static) -> std::io::Result<Self> {
        let (requests, queue) = mpsc::channel::<Unsynced>();
        thread::Builder::new()
            .name("committer".to_owned())
            .spawn(move || {
                while let Ok(first) = queue.recv() {
                    let group = queue.try_iter().last().unwrap_or(first);
                    let result = group.sync();
                    let failed = result.is_err();
                    done(result);
                    if failed {
                        return;
                    }
                }
            })?;
        Ok(Self { requests })
    }

    /// Asks for `unsynced` to be made durable, with everything written before it.
    pub fn sync(&self, unsynced: Unsynced) {
        // A thread that has ended has reported its error: nothing more is acknowledged.
        let _ = self.requests.send(unsynced);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use super::super::faulty::FaultyDisk;
    use super::super::frame::Header;
    use super::super::{Committer, Journal};

    const FRESH: Header = Header {
        role: *b"test",
        id: 7,
        first: 1,
        secret: [1; 32],
    };

    #[test]
    fn every_request_is_covered_by_a_sync_that_began_after_it() {
        let disk = FaultyDisk::new(1);
        let (mut journal, _) = Journal::open(Arc::new(disk), FRESH).unwrap();
        let (report, reports) = mpsc::channel();
        let committer = Committer::start(move |result| report.send(result.unwrap()).unwrap()).unwrap();
        for number in 1..=50_u8 {
            journal.append(&[number]);
            journal.write().unwrap();
            committer.sync(journal.unsynced());
        }
        let mut last = 0;
        while last < 50 {
            let through = reports.recv().unwrap();
            assert!(through > last, "the index only rises");
            last = through;
        }
    }

    #[test]
    fn a_failed_sync_is_reported_and_is_the_last() {
        let disk = FaultyDisk::new(1);
        let (mut journal, _) = Journal::open(Arc::new(disk.clone()), FRESH).unwrap();
        let (report, reports) = mpsc::channel();
        let committer = Committer::start(move |result| report.send(result.is_err()).unwrap()).unwrap();
        journal.append(b"x");
        journal.write().unwrap();
        disk.fail_at(0);
        committer.sync(journal.unsynced());
        assert_eq!(reports.recv(), Ok(true));
        disk.heal();
        committer.sync(journal.unsynced());
        assert!(reports.recv().is_err(), "the thread has ended");
    }
}
