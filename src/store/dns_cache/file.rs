//! The file: opened with care, made by whoever comes first, set aside when it is damaged.
//!
//! A reader takes no lock. Only when a page does not open it looks again under the lock: a writer may have been at
//! it. If the page does not open then either, the file is damaged. A writer holds the lock while it reads, changes
//! and writes one page. The lock is `flock`'s: the system lets go of it when its holder is killed.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rustix::fs::{
    AtFlags, FileType, FlockOperation, Mode, OFlags, RenameFlags, Stat, fchmod, flock, fstat, openat,
    renameat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::geteuid;
use thiserror::Error;

use super::header;
use super::page::{Damaged, PAGE, Secret, open, seal};

/// How many pages a file has.
pub(super) const PAGES: u32 = 4096;

/// The open cache file.
#[derive(Debug)]
pub(super) struct CacheFile {
    path: PathBuf,
    folder: fs::File,
    file: fs::File,
    secret: Secret,
}

/// Why there is no cache.
#[derive(Debug, Error)]
pub enum Trouble {
    /// It is not a cache, or no longer a whole one.
    #[error("{}: damaged, or not a cache", .0.display())]
    Damaged(PathBuf),
    /// Somebody else could have written what is in it.
    #[error("{}: {why}", path.display())]
    Distrusted {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// The system says no.
    #[error("{doing} {}: {error}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Others are at it all the time.
    #[error("{}: held by another process", .0.display())]
    Busy(PathBuf),
    /// Another process has put a new file in its place.
    #[error("{}: replaced by another process", .0.display())]
    Replaced(PathBuf),
}

impl CacheFile {
    /// Opens the file in `folder`; `None` when there is none yet.
    pub(super) fn open(folder: &Path) -> Result<Option<Self>, Trouble> {
        let Some(folder_file) = open_folder(folder)? else {
            return Ok(None);
        };
        let path = folder.join(NAME);
        let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let file = match openat(&folder_file, NAME, flags | OFlags::RDWR, Mode::empty()) {
            // What cannot be written can perhaps be read.
            Err(Errno::ROFS | Errno::ACCESS) => {
                openat(&folder_file, NAME, flags | OFlags::RDONLY, Mode::empty())
            }
            result => result,
        };
        let file = match file {
            Err(Errno::NOENT) => return Ok(None),
            Err(Errno::LOOP) => return Err(distrusted(&path, "a symbolic link")),
            result => fs::File::from(result.map_err(failed("open", &path))?),
        };
        let stat = fstat(&file).map_err(failed("look at", &path))?;
        check_owner(&stat, &path)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(distrusted(&path, "not a regular file"));
        }
        let mut cache = Self {
            path,
            folder: folder_file,
            file,
            secret: Secret::default(),
        };
        let whole = u64::try_from(stat.st_size) == Ok(SIZE) && stat.st_mode & OTHERS == 0;
        match header::read(&cache.page(0)?) {
            Some(secret) if whole => cache.secret = secret,
            _ => return cache.set_aside(),
        }
        Ok(Some(cache))
    }

    /// Makes the folder, the one it is in, and the file, unless another process was first; `secret` is for a new
    /// one. A home that is not there is not made.
    pub(super) fn create(folder: &Path, secret: &Secret) -> Result<(), Trouble> {
        for folder in folder.parent().into_iter().chain([folder]) {
            match fs::DirBuilder::new().mode(0o700).create(folder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(io_trouble("make", folder, error));
                }
                _ => {}
            }
        }
        let Some(parent) = open_folder(folder)? else {
            return Err(io_trouble("make", folder, io::ErrorKind::NotFound.into()));
        };
        let path = folder.join(NEW);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let new: fs::File = openat(&parent, NEW, flags, Mode::RUSR | Mode::WUSR)
            .map_err(failed("make", &path))?
            .into();
        // One process at a time makes the file; a file that one did not finish is finished by the next.
        lock(&new, true, &path)?;
        let stat = fstat(&new).map_err(failed("look at", &path))?;
        check_owner(&stat, &path)?;
        if !is_at(&parent, NEW, &stat) {
            // Another process was first.
            return Ok(());
        }
        let page = header::write(secret).unwrap_or_default();
        new.set_len(0)
            .and_then(|()| new.set_len(SIZE))
            .and_then(|()| new.write_all_at(&page, 0))
            .map_err(|error| io_trouble("write", &path, error))?;
        fchmod(&new, Mode::RUSR | Mode::WUSR).map_err(failed("protect", &path))?;
        match renameat_with(&parent, NEW, &parent, NAME, RenameFlags::NOREPLACE) {
            Ok(()) => Ok(()),
            // Another process was first, and this one came too late to see it.
            Err(Errno::EXIST) => unlinkat(&parent, NEW, AtFlags::empty()).map_err(failed("remove", &path)),
            // A file system that cannot promise not to replace.
            Err(Errno::INVAL | Errno::NOSYS) => {
                renameat(&parent, NEW, &parent, NAME).map_err(failed("name", &path))
            }
            Err(errno) => Err(failed("name", &path)(errno)),
        }
    }

    /// The payload of page `number`, shown to `read`. A damaged file is set aside.
    pub(super) fn read<T>(&self, number: u32, read: impl FnOnce(&[u8]) -> T) -> Result<T, Trouble> {
        let page = self.page(number)?;
        if let Ok(payload) = open(&self.secret, number, &page) {
            return Ok(read(payload));
        }
        let _lock = Locked::new(&self.file, false, &self.path)?;
        match open(&self.secret, number, &self.page(number)?) {
            Ok(payload) => Ok(read(payload)),
            Err(Damaged) => self.set_aside(),
        }
    }

    /// Has `change` make a new payload of page `number` from the old one, if it wants to.
    pub(super) fn update(
        &self,
        number: u32,
        change: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<(), Trouble> {
        let _lock = Locked::new(&self.file, true, &self.path)?;
        let page = self.page(number)?;
        let Ok(payload) = open(&self.secret, number, &page) else {
            return self.set_aside();
        };
        let Some(page) = change(payload).and_then(|payload| seal(&self.secret, number, &payload)) else {
            return Ok(());
        };
        self.file
            .write_all_at(&page, offset(number))
            .map_err(|error| io_trouble("write", &self.path, error))
    }

    /// A number that depends on `bytes` and on the file, for a table of `size` places.
    pub(super) fn place(&self, bytes: &[u8], size: u32) -> u32 {
        let hash = blake3::keyed_hash(&self.secret, bytes);
        let number = hash
            .as_bytes()
            .first_chunk()
            .map_or(0, |chunk| u32::from_be_bytes(*chunk));
        number.checked_rem(size).unwrap_or(0)
    }

    /// The path of the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn page(&self, number: u32) -> Result<Vec<u8>, Trouble> {
        let mut page = vec![0; PAGE];
        let mut filled = 0;
        while let Some(rest) = page.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, offset(number) + filled as u64) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(io_trouble("read", &self.path, error)),
            }
        }
        page.truncate(filled);
        Ok(page)
    }

    /// Gives the file another name, if it still has its own; only who does that is told that it is damaged.
    fn set_aside<T>(&self) -> Result<T, Trouble> {
        let stat = fstat(&self.file).map_err(failed("look at", &self.path))?;
        // Two who find the damage at once: the second must not set the first one's new file aside.
        let _lock = Locked::new(&self.folder, true, &self.path)?;
        if !is_at(&self.folder, NAME, &stat) {
            return Err(Trouble::Replaced(self.path.clone()));
        }
        let free = |name: &String| statat(&self.folder, name.as_str(), AtFlags::SYMLINK_NOFOLLOW).is_err();
        let name = |number| format!("{NAME}.damaged-{number}");
        let aside = (1..MAX_ASIDE)
            .map(name)
            .find(free)
            .unwrap_or_else(|| name(MAX_ASIDE));
        renameat(&self.folder, NAME, &self.folder, aside.as_str())
            .map_err(failed("set aside", &self.path))?;
        Err(Trouble::Damaged(self.path.with_file_name(aside)))
    }
}

/// The folder, if it is there and ours alone.
fn open_folder(path: &Path) -> Result<Option<fs::File>, Trouble> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let folder = match rustix::fs::open(path, flags, Mode::empty()) {
        Err(Errno::NOENT) => return Ok(None),
        Err(Errno::LOOP | Errno::NOTDIR) => return Err(distrusted(path, "not a folder")),
        result => fs::File::from(result.map_err(failed("open", path))?),
    };
    let stat = fstat(&folder).map_err(failed("look at", path))?;
    check_owner(&stat, path)?;
    if stat.st_mode & OTHERS_WRITE != 0 {
        return Err(distrusted(path, "others may write to it"));
    }
    Ok(Some(folder))
}

fn check_owner(stat: &Stat, path: &Path) -> Result<(), Trouble> {
    if stat.st_uid == geteuid().as_raw() {
        Ok(())
    } else {
        Err(distrusted(path, "of another owner"))
    }
}

/// Whether `name` is the file of which `stat` speaks.
fn is_at(folder: &fs::File, name: &str, stat: &Stat) -> bool {
    statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
        .is_ok_and(|there| (there.st_dev, there.st_ino) == (stat.st_dev, stat.st_ino))
}

/// A lock, until it is dropped.
struct Locked<'a>(&'a fs::File);

impl<'a> Locked<'a> {
    fn new(file: &'a fs::File, exclusive: bool, path: &Path) -> Result<Self, Trouble> {
        lock(file, exclusive, path)?;
        Ok(Self(file))
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // The file may be kept open, but nobody must wait for that. It cannot fail.
        let _ = flock(self.0, FlockOperation::Unlock);
    }
}

/// Waits for the lock, but not for long: whoever holds it may have been stopped, and this is only a cache.
fn lock(file: &fs::File, exclusive: bool, path: &Path) -> Result<(), Trouble> {
    let operation = if exclusive {
        FlockOperation::NonBlockingLockExclusive
    } else {
        FlockOperation::NonBlockingLockShared
    };
    for _ in 0..LOCK_TRIES {
        match flock(file, operation) {
            Ok(()) => return Ok(()),
            Err(Errno::WOULDBLOCK | Errno::INTR) => thread::sleep(LOCK_PAUSE),
            Err(errno) => return Err(failed("lock", path)(errno)),
        }
    }
    Err(Trouble::Busy(path.to_owned()))
}

fn offset(number: u32) -> u64 {
    u64::from(number) * PAGE as u64
}

fn distrusted(path: &Path, why: &'static str) -> Trouble {
    Trouble::Distrusted {
        path: path.to_owned(),
        why,
    }
}

fn io_trouble(doing: &'static str, path: &Path, error: io::Error) -> Trouble {
    Trouble::Io {
        doing,
        path: path.to_owned(),
        error,
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(Errno) -> Trouble {
    move |errno| io_trouble(doing, path, errno.into())
}

/// The file, and the one that is being made.
const NAME: &str = "dns";
const NEW: &str = "dns.new";

const SIZE: u64 = PAGES as u64 * PAGE as u64;

/// How many damaged files are kept for who wants to look at them; then the last is replaced.
const MAX_ASIDE: u32 = 9;

/// What anybody but the owner may do.
const OTHERS: u32 = 0o077;
const OTHERS_WRITE: u32 = 0o022;

const LOCK_TRIES: u32 = 100;
const LOCK_PAUSE: Duration = Duration::from_millis(1);
