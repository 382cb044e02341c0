//! A file that has its header before it has its name: whoever is killed in between leaves no empty file behind.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process;

use rustix::fs::{AtFlags, CWD, Mode, OFlags, RenameFlags, linkat, open, renameat_with, unlinkat};
use rustix::io::Errno;

use super::save::Output;

/// A file whose beginning is gathered until it is flushed for the first time; then it appears under its name as a
/// whole.
///
/// A file that is there already keeps its owner, its mode and its other names; it is cut, and its beginning written
/// over, so that it is not empty at any time either. What is no regular file is written to as it is.
#[derive(Debug)]
pub struct Fresh {
    file: File,
    head: Vec<u8>,
    stage: Stage,
}

/// What is still to be done for the name.
#[derive(Debug)]
enum Stage {
    /// It has none yet; this will be it.
    Unnamed(PathBuf),
    /// It has a passing one, as its file system knows no file without, and is to get this one.
    Passing { now: PathBuf, later: PathBuf },
    /// It was there before.
    Old,
    /// Nothing.
    Done,
}

impl Fresh {
    /// A file that will be at `path`.
    ///
    /// # Errors
    /// When none can be made there, or the one that is there cannot be written to.
    pub fn new(path: &Path) -> io::Result<Self> {
        let path = destination(path);
        let (file, stage) = match fs::metadata(&path) {
            Ok(status) if status.is_file() => (existing(&path)?, Stage::Old),
            Ok(_) => (File::create(&path)?, Stage::Done),
            Err(_) => unnamed(&path)?,
        };
        Ok(Self {
            file,
            head: Vec::new(),
            stage,
        })
    }

    /// The file, for its owner to be changed, if it was not there before.
    pub fn made(&self) -> Option<File> {
        match self.stage {
            Stage::Unnamed(_) | Stage::Passing { .. } => self.file.try_clone().ok(),
            Stage::Old | Stage::Done => None,
        }
    }

    /// The beginning is complete.
    fn appear(&mut self) -> io::Result<()> {
        let head = std::mem::take(&mut self.head);
        if matches!(self.stage, Stage::Old) {
            // Until its own header is there, it has that of the capture before.
            let len = head.len() as u64;
            if self.file.metadata()?.len() > len {
                self.file.set_len(len)?;
            }
        }
        self.file.write_all(&head)?;
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Unnamed(path) => self.name(&path, &head),
            Stage::Passing { now, later } => {
                let renamed = rename(&now, &later);
                if renamed.is_err() {
                    let _ = unlinkat(CWD, now, AtFlags::empty());
                }
                renamed
            }
            Stage::Old | Stage::Done => Ok(()),
        }
    }

    fn name(&mut self, path: &Path, head: &[u8]) -> io::Result<()> {
        let own = format!("/proc/self/fd/{}", self.file.as_raw_fd());
        match linkat(CWD, own.as_str(), CWD, path, AtFlags::SYMLINK_FOLLOW) {
            Ok(()) => return Ok(()),
            // Somebody else has made one in the meantime: it is written over, as if it had been there before.
            Err(Errno::EXIST) => {
                self.file = existing(path)?;
                self.stage = Stage::Old;
            }
            // There is no /proc, or no second name.
            Err(_) => {
                let (file, stage) = passing(path)?;
                (self.file, self.stage) = (file, stage);
            }
        }
        self.head = head.to_vec();
        self.appear()
    }
}

impl Write for Fresh {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if matches!(self.stage, Stage::Done) {
            return self.file.write(bytes);
        }
        self.head.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if matches!(self.stage, Stage::Done) {
            return Ok(());
        }
        self.appear()
    }
}

impl Output for Fresh {
    fn cut(&mut self, len: u64) {
        if matches!(self.stage, Stage::Done) {
            self.file.cut(len);
        }
    }
}

/// Nobody will look for a passing name.
impl Drop for Fresh {
    fn drop(&mut self) {
        if let Stage::Passing { now, .. } = &self.stage {
            let _ = unlinkat(CWD, now, AtFlags::empty());
        }
    }
}

/// Where a file will be that is called `path`: what symbolic links there say.
fn destination(path: &Path) -> PathBuf {
    /// As many as Linux follows.
    const MOST: u32 = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or_else(|| Path::new("")).join(target),
            Err(_) => break,
        }
    }
    path
}

fn existing(path: &Path) -> io::Result<File> {
    File::options().write(true).open(path)
}

/// A file without a name in the folder of `path`, or one with a passing name.
fn unnamed(path: &Path) -> io::Result<(File, Stage)> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    match open(folder(path), flags, Mode::from_raw_mode(0o666)) {
        Ok(file) => Ok((file.into(), Stage::Unnamed(path.to_owned()))),
        // Not every file system has them; and those that do not, say so in several ways.
        Err(Errno::OPNOTSUPP | Errno::ISDIR | Errno::INVAL | Errno::NOSYS) => passing(path),
        Err(error) => Err(error.into()),
    }
}

fn passing(path: &Path) -> io::Result<(File, Stage)> {
    let now = folder(path).join(format!(".rdump-{}.part", process::id()));
    let stage = Stage::Passing {
        now: now.clone(),
        later: path.to_owned(),
    };
    Ok((File::create(now)?, stage))
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A file that has come to be there in the meantime is replaced.
fn rename(now: &Path, later: &Path) -> io::Result<()> {
    Ok(renameat_with(CWD, now, CWD, later, RenameFlags::empty())?)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_has_no_name_before_its_beginning_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        for passes in [false, true] {
            let mut fresh = if passes {
                let (file, stage) = passing(&path).unwrap();
                Fresh {
                    file,
                    head: Vec::new(),
                    stage,
                }
            } else {
                Fresh::new(&path).unwrap()
            };
            fresh.write_all(b"he").unwrap();
            fresh.write_all(b"ad").unwrap();
            assert!(!path.exists());
            fresh.flush().unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"head");
            fresh.write_all(b" and more").unwrap();
            fresh.cut(6);
            assert_eq!(fs::read(&path).unwrap(), b"head a");
            assert_eq!(names(folder.path()), ["x"]);
            fs::remove_file(&path).unwrap();
        }
        // A capture that comes to nothing leaves nothing.
        drop(passing(&path).map(|(file, stage)| Fresh {
            file,
            head: Vec::new(),
            stage,
        }));
        drop(Fresh::new(&path).unwrap());
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_file_that_is_there_stays_itself_and_is_never_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, "the header and packets of yesterday").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let before = fs::metadata(&path).unwrap();
        symlink("x", folder.path().join("link")).unwrap();
        let mut fresh = Fresh::new(&folder.path().join("link")).unwrap();
        assert!(fresh.made().is_none());
        fresh.write_all(b"THE").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), before.len());
        fresh.flush().unwrap();
        fresh.write_all(b" NEXT").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"THE NEXT");
        let after = fs::metadata(&path).unwrap();
        assert_eq!((after.ino(), after.mode()), (before.ino(), before.mode()));
    }

    #[test]
    fn who_comes_second_writes_over_what_has_come_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let mut fresh = Fresh::new(&path).unwrap();
        fresh.write_all(b"ours").unwrap();
        fs::write(&path, "that of somebody else").unwrap();
        fresh.flush().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"ours");
    }

    #[test]
    fn a_link_to_nowhere_has_the_file_made_where_it_leads() {
        let folder = tempfile::tempdir().unwrap();
        symlink("there", folder.path().join("x")).unwrap();
        let mut fresh = Fresh::new(&folder.path().join("x")).unwrap();
        assert!(fresh.made().is_some());
        fresh.write_all(b"head").unwrap();
        fresh.flush().unwrap();
        assert_eq!(fs::read(folder.path().join("there")).unwrap(), b"head");
    }

    #[test]
    fn a_device_is_written_to_as_it_is() {
        let mut fresh = Fresh::new(Path::new("/dev/null")).unwrap();
        fresh.write_all(b"head").unwrap();
        fresh.flush().unwrap();
        assert!(fresh.made().is_none());
    }
}
