//! The fence around orphans: commands that a server began and that have outlived it.
//!
//! Every life of a server has a file in the store's folder, locked by a descriptor that all its children inherit.
//! The system lets go of the lock when the last process ends that has the descriptor. So whoever gets the lock of an
//! earlier life knows that nothing which that life began is still at work, however the life ended. A command that
//! closes descriptors that it does not know (as a daemon does) escapes.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;
use rustix::io::{Errno, FdFlags, fcntl_setfd, retry_on_intr};

use super::{Error, Folder};

/// The file of this life.
#[derive(Debug)]
pub struct Fence {
    file: fs::File,
    path: PathBuf,
}

/// The files of earlier lives that something still holds.
#[derive(Debug)]
pub struct Orphans(Vec<Life>);

/// A process that holds the file of an earlier life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// Its process id.
    pub pid: u32,
    /// The name of its command, as the system has it.
    pub command: String,
}

#[derive(Debug)]
struct Life {
    path: PathBuf,
    file: fs::File,
}

impl Fence {
    /// Makes and locks the file of this life, and removes those of earlier ones that nothing holds.
    ///
    /// # Errors
    /// [`Error::Io`] for what the system says.
    pub fn raise(folder: &Folder) -> Result<(Self, Orphans), Error> {
        let earlier = numbers(folder.path())?;
        let own = earlier.last().map_or(1, |last| last.saturating_add(1));
        let path = life(folder.path(), own);
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .map_err(failed("make", &path))?;
        let locked = rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive);
        locked.map_err(|errno| failed("lock", &path)(errno.into()))?;
        let held = Orphans::of(folder.path(), &earlier)?.pass()?;
        Ok((Self { file, path }, held))
    }

    /// From now on every child of this process holds the file, until it and all that it has begun have ended.
    ///
    /// # Errors
    /// [`Error::Io`] for what the system says.
    pub fn enclose_children(&self) -> Result<(), Error> {
        let inherited = fcntl_setfd(&self.file, FdFlags::empty());
        inherited.map_err(|errno| failed("pass on", &self.path)(errno.into()))
    }
}

impl Orphans {
    /// What holds the files of any life. Only for who knows that no server has the store.
    ///
    /// # Errors
    /// [`Error::Io`] for what the system says.
    pub fn look(folder: &Folder) -> Result<Self, Error> {
        Self::of(folder.path(), &numbers(folder.path())?)?.pass()
    }

    fn of(folder: &Path, numbers: &[u64]) -> Result<Self, Error> {
        let mut lives = Vec::new();
        for number in numbers {
            let path = life(folder, *number);
            match fs::File::open(&path) {
                Ok(file) => lives.push(Life { path, file }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed("open", &path)(error)),
            }
        }
        Ok(Self(lives))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The files that are held.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.0.iter().map(|life| life.path.clone()).collect()
    }

    /// Removes the files that nothing holds, and keeps the others.
    fn pass(self) -> Result<Self, Error> {
        let mut held = Vec::new();
        for life in self.0 {
            match rustix::fs::flock(&life.file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => life.remove(),
                Err(Errno::WOULDBLOCK) => held.push(life),
                Err(errno) => return Err(failed("lock", &life.path)(errno.into())),
            }
        }
        Ok(Self(held))
    }

    /// Waits until the last of them has ended: for a thread of its own.
    ///
    /// # Errors
    /// [`Error::Io`] for what the system says; then it is not known whether they have ended.
    pub fn wait(self) -> Result<(), Error> {
        for life in self.0 {
            let locked = retry_on_intr(|| rustix::fs::flock(&life.file, FlockOperation::LockExclusive));
            locked.map_err(|errno| failed("lock", &life.path)(errno.into()))?;
            life.remove();
        }
        Ok(())
    }
}

impl Life {
    /// A file that stays is found free, and removed, at the next start.
    fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Which processes hold one of these files, as far as `/proc` shows it to us.
pub fn holders(files: &[PathBuf]) -> Vec<Orphan> {
    let files: Vec<_> = files
        .iter()
        .filter_map(|file| fs::canonicalize(file).ok())
        .collect();
    if files.is_empty() {
        return Vec::new();
    }
    let processes = entries(Path::new("/proc"))
        .into_iter()
        .filter_map(|(name, path)| Some((name.parse().ok()?, path)));
    let mut found: Vec<_> = processes
        .filter(|(_, path)| {
            entries(&path.join("fd"))
                .iter()
                .filter_map(|(_, link)| fs::read_link(link).ok())
                .any(|target| files.contains(&target))
        })
        .map(|(pid, path)| Orphan {
            pid,
            command: fs::read_to_string(path.join("comm"))
                .unwrap_or_default()
                .trim_end()
                .to_owned(),
        })
        .collect();
    found.sort_by_key(|orphan| orphan.pid);
    found
}

/// The names in a folder with their paths; none if it cannot be read.
fn entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let named = |entry: fs::DirEntry| Some((entry.file_name().into_string().ok()?, entry.path()));
    entries.filter_map(|entry| named(entry.ok()?)).collect()
}

/// The numbers of the lives that have a file, rising.
fn numbers(folder: &Path) -> Result<Vec<u64>, Error> {
    let found = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut numbers: Vec<u64> = found
        .map_err(failed("list", folder))?
        .iter()
        .filter_map(|entry| entry.file_name().to_str()?.strip_prefix(PREFIX)?.parse().ok())
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}

fn life(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{PREFIX}{number}"))
}

fn failed(doing: &'static str, path: &Path) -> impl Fn(io::Error) -> Error {
    let name = path.display().to_string();
    move |source| Error::Io {
        doing,
        name: name.clone(),
        source,
    }
}

const PREFIX: &str = "fence-";

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// Kills what a test began, however the test ends.
    struct Guard(Child);

    impl Drop for Guard {
        fn drop(&mut self) {
            let _ = self.0.kill();
            let _ = self.0.wait();
        }
    }

    /// A life in `folder` that is over but for what its shell began with `line`, which says when it has. The child
    /// has the descriptor as its standard error, so that the children of other tests do not inherit it.
    fn live(folder: &Path, line: &str) -> Guard {
        let folder = Folder::open(folder).unwrap();
        let (fence, _) = Fence::raise(&folder).unwrap();
        let mut child = Command::new("/bin/sh")
            .args(["-c", line])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fence.file.try_clone().unwrap())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut said).unwrap();
        assert_eq!(said, "begun\n");
        Guard(child)
    }

    fn orphans(folder: &Path) -> Orphans {
        Orphans::look(&Folder::open(folder).unwrap()).unwrap()
    }

    #[test]
    fn a_child_of_an_earlier_life_holds_the_fence_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let mut orphan = live(folder.path(), "echo begun; cat");
        let held = orphans(folder.path());
        let holders = holders(&held.paths());
        let found = holders.iter().find(|holder| holder.pid == orphan.0.id());
        assert_eq!(found.expect("it is found").command, "sh");
        let waiting = std::thread::spawn(move || held.wait());
        assert!(!orphans(folder.path()).is_empty());
        drop(orphan.0.stdin.take());
        waiting.join().unwrap().unwrap();
        assert_eq!(numbers(folder.path()).unwrap(), [0; 0], "nothing is left behind");
    }

    #[test]
    fn what_a_command_leaves_behind_holds_the_fence_too() {
        let folder = tempfile::tempdir().unwrap();
        // A shell gives a command in the background no standard input, unless it is told to.
        let mut shell = live(folder.path(), "exec 3<&0; cat <&3 & echo begun");
        let stdin = shell.0.stdin.take();
        assert!(shell.0.wait().unwrap().success());
        let held = orphans(folder.path());
        assert!(!held.is_empty(), "the shell has ended, what it began has not");
        drop(stdin);
        held.wait().unwrap();
    }

    #[test]
    fn every_earlier_life_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut lives = [(); 2].map(|()| live(folder.path(), "echo begun; cat"));
        let held = orphans(folder.path());
        assert_eq!(held.paths().len(), 2);
        let waiting = std::thread::spawn(move || held.wait());
        drop(lives[0].0.stdin.take());
        lives[0].0.wait().unwrap();
        assert!(!orphans(folder.path()).is_empty());
        drop(lives[1].0.stdin.take());
        waiting.join().unwrap().unwrap();
    }

    #[test]
    fn a_life_that_left_nobody_leaves_no_file_for_long() {
        let folder = tempfile::tempdir().unwrap();
        for number in 1..4 {
            let folder = Folder::open(folder.path()).unwrap();
            let (_fence, orphans) = Fence::raise(&folder).unwrap();
            orphans.wait().unwrap();
            let files = numbers(folder.path()).unwrap();
            assert_eq!(files.len(), 1, "life {number}");
        }
    }

    #[test]
    fn children_inherit_the_file_only_when_they_are_to() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Folder::open(folder.path()).unwrap();
        let (fence, _) = Fence::raise(&folder).unwrap();
        assert_eq!(rustix::io::fcntl_getfd(&fence.file).unwrap(), FdFlags::CLOEXEC);
        fence.enclose_children().unwrap();
        assert_eq!(rustix::io::fcntl_getfd(&fence.file).unwrap(), FdFlags::empty());
    }
}
