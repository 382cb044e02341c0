//! The real folder: one process at a time, files readable by their owner only.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustix::fs::FlockOperation;

use super::Error;
use super::disk::{Disk, File};
use super::scan::Source;

/// A folder of the file system, locked for this process until it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Holds the lock; the system lets go of it when the process ends, however it ends.
    _lock: fs::File,
}

impl Folder {
    /// Opens the folder at `path`, making it if it is not there, and locks it.
    ///
    /// # Errors
    /// [`Error::Locked`] when another process has it; [`Error::Io`] for what the system says.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let failed = |doing| {
            move |source| Error::Io {
                doing,
                name: path.display().to_string(),
                source,
            }
        };
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(failed("make the folder"))?;
        let lock = options()
            .create(true)
            .truncate(false)
            .open(path.join("lock"))
            .map_err(failed("open the lock of"))?;
        for _ in 0..LOCK_TRIES {
            match rustix::fs::flock(&lock, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {
                    return Ok(Self {
                        path: path.to_owned(),
                        _lock: lock,
                    });
                }
                // A command that a killed server was just about to begin holds the lock until it is begun.
                Err(rustix::io::Errno::WOULDBLOCK) => thread::sleep(LOCK_PAUSE),
                Err(errno) => return Err(failed("lock")(errno.into())),
            }
        }
        Err(Error::Locked)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Disk for Folder {
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>> {
        match options().open(self.path.join(name)) {
            Ok(file) => Ok(Some(Arc::new(file))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let file = options().create(true).truncate(true).open(self.path.join(name))?;
        Ok(Arc::new(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn sync(&self) -> io::Result<()> {
        fs::File::open(&self.path)?.sync_all()
    }
}

impl Source for fs::File {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        FileExt::read_at(self, bytes, offset)
    }
}

impl File for fs::File {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        FileExt::write_at(self, bytes, offset)
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&self) -> io::Result<()> {
        self.sync_data()
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options
}

const LOCK_TRIES: u32 = 50;
const LOCK_PAUSE: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_process_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let first = Folder::open(folder.path()).unwrap();
        assert!(matches!(Folder::open(folder.path()), Err(Error::Locked)));
        drop(first);
        assert!(Folder::open(folder.path()).is_ok());
    }

    #[test]
    fn a_file_that_is_not_there_is_not_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::open(folder.path()).unwrap();
        assert!(Disk::open(&folder, "journal").unwrap().is_none());
        folder.create("journal").unwrap().write_at(b"abc", 1).unwrap();
        let file = Disk::open(&folder, "journal").unwrap().unwrap();
        let mut bytes = [9; 8];
        assert_eq!(file.read_at(&mut bytes, 0).unwrap(), 4);
        assert_eq!(bytes[..4], *b"\0abc");
    }
}
