//! All that the store asks of the system, as two small traits: the real folder keeps them in `system`, and the
//! tests have one that fails, tears and forgets at every call.

use std::io;
use std::sync::Arc;

use super::scan::Source;

/// A folder with a few files of our own.
pub trait Disk: Send + Sync {
    /// Opens an existing file; `None` when there is no file of that name.
    ///
    /// # Errors
    /// What the system says.
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>>;

    /// Makes a new, empty file in the place of any old one of that name.
    ///
    /// # Errors
    /// What the system says.
    fn create(&self, name: &str) -> io::Result<Arc<dyn File>>;

    /// Puts the file `from` in the place of `to`, atomically.
    ///
    /// # Errors
    /// What the system says.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Makes creations and renames durable.
    ///
    /// # Errors
    /// What the system says.
    fn sync(&self) -> io::Result<()>;
}

/// One open file.
pub trait File: Source + Send + Sync {
    /// Writes some of `bytes` at `offset` and says how many, as `pwrite` does.
    ///
    /// # Errors
    /// What the system says.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize>;

    /// Cuts the file off at `length`.
    ///
    /// # Errors
    /// What the system says.
    fn truncate(&self, length: u64) -> io::Result<()>;

    /// Makes what was written durable, with as much of the metadata as reading it back needs (`fdatasync`).
    ///
    /// # Errors
    /// What the system says. The state of the unsynced part is then unknown: never try again.
    fn sync(&self) -> io::Result<()>;
}

/// Writes all of `bytes` at `offset`, however often the system writes only a part.
///
/// # Errors
/// What the system says; a write of nothing is [`io::ErrorKind::WriteZero`].
pub(super) fn write_all_at(file: &dyn File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match file.write_at(bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => {
                bytes = bytes.get(count..).unwrap_or_default();
                offset += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
