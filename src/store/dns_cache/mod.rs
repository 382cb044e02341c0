//! Replies of name servers on disk, shared by every run of the tools and safe with many at once.
//!
//! ```text
//!   $XDG_CACHE_HOME/fairloss/dns     mode 0600, in a folder of mode 0700
//!   page 0   what the file is, and the key of the other pages
//!   page 1   round-trip times by server
//!   page 2…  buckets: replies, by a hash of the name
//! ```
//!
//! The file has one size and is sparse, so that it is bounded, and a lookup is two reads at known places. Nothing in
//! it is needed: whatever goes wrong, the cache is empty, and says why to who asks ([`DnsCache::troubles`]). A reply
//! is never better than what was kept: a page opens as it was written or not at all, and a reply whose age cannot be
//! told is not there.

mod bucket;
mod endpoint;
mod file;
mod header;
mod moment;
mod page;
mod paths;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::proto::dns::{Key, Lifetimes, Shelf, Shelved};
use crate::proto::link::Estimate;
use crate::wire::dns::{Name, Question};

pub use bucket::{Bucket, Entry};
pub use file::Trouble;
pub use moment::{Boot, BootTime, Moment, Time};
pub use paths::Paths;

use file::{CacheFile, PAGES};

/// A cache in a folder. The file is opened when it is first needed, and made when there is first something to keep.
#[derive(Debug)]
pub struct DnsCache {
    folder: PathBuf,
    time: Box<dyn Time>,
    lifetimes: Lifetimes,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    file: Option<CacheFile>,
    /// Whether there is no point in trying again.
    given_up: bool,
    troubles: Vec<Trouble>,
    /// The round-trip times as they were read last.
    paths: Option<Paths>,
}

/// A reply that is kept, for who wants to see them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What it answers.
    pub question: Question,
    /// Who replied.
    pub server: SocketAddr,
    /// How long ago.
    pub age: Duration,
    /// How long it was good for then.
    pub lifetime: Duration,
    /// The reply.
    pub message: Vec<u8>,
}

impl DnsCache {
    /// The cache in `folder`, which need not be there yet.
    pub fn new(folder: &Path) -> Self {
        Self::with_time(folder, Box::new(BootTime::read()))
    }

    /// The same, by another clock.
    pub fn with_time(folder: &Path, time: Box<dyn Time>) -> Self {
        Self {
            folder: folder.to_owned(),
            time,
            lifetimes: Lifetimes::default(),
            state: Mutex::default(),
        }
    }

    /// Every reply that is kept, sorted by name, then type and class.
    pub fn list(&self) -> Vec<Listed> {
        let mut listed = Vec::new();
        for number in FIRST_BUCKET..PAGES {
            let Some((bucket, now)) = self.bucket(number) else {
                break;
            };
            listed.extend(bucket.entries().iter().map(|entry| Listed {
                question: entry.question.clone(),
                server: entry.server,
                age: entry.age(&now),
                lifetime: entry.lifetime,
                message: entry.message.clone(),
            }));
        }
        listed.sort_by_cached_key(|one| {
            let Question { name, rtype, class } = &one.question;
            (name.clone(), rtype.0, class.0, one.server)
        });
        listed
    }

    /// Forgets everything about `name`, or everything; returns how many replies that were.
    pub fn flush(&self, name: Option<&Name>) -> usize {
        let Some(now) = self.time.now() else {
            return 0;
        };
        let numbers = match name {
            Some(name) => self
                .with_file(|file| Ok(bucket_of(file, name)))
                .into_iter()
                .collect(),
            None => (FIRST_BUCKET..PAGES).collect::<Vec<_>>(),
        };
        let mut flushed = 0;
        for number in numbers {
            let empty = || self.with_file(|file| file.read(number, <[u8]>::is_empty));
            if empty().is_none_or(|empty| empty) {
                continue;
            }
            self.with_file(|file| {
                file.update(number, |payload| {
                    let mut bucket = Bucket::read(payload, &now);
                    flushed += bucket.flush(name);
                    Some(bucket.to_bytes())
                })
            });
        }
        flushed
    }

    /// The path of the file, if it is there.
    pub fn path(&self) -> Option<PathBuf> {
        self.with_file(|file| Ok(file.path().to_owned()))
    }

    /// What has gone wrong since the last call.
    pub fn troubles(&self) -> Vec<Trouble> {
        std::mem::take(&mut self.state().troubles)
    }

    fn bucket(&self, number: u32) -> Option<(Bucket, Moment)> {
        let now = self.time.now()?;
        let bucket = self.with_file(|file| file.read(number, |payload| Bucket::read(payload, &now)))?;
        Some((bucket, now))
    }

    /// Does something with the file, if there is one.
    fn with_file<T>(&self, mut run: impl FnMut(&CacheFile) -> Result<T, Trouble>) -> Option<T> {
        self.state().run(&self.folder, false, &mut run)
    }

    /// Does something with the file, which is made if there is none.
    fn with_some_file<T>(&self, mut run: impl FnMut(&CacheFile) -> Result<T, Trouble>) -> Option<T> {
        self.state().run(&self.folder, true, &mut run)
    }

    /// A panic elsewhere leaves nothing half done in the state.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shelf for DnsCache {
    fn get(&self, key: &Key) -> Option<Shelved> {
        let now = self.time.now()?;
        let find = |file: &CacheFile| {
            let number = bucket_of(file, &key.question.name);
            file.read(number, |payload| Bucket::read(payload, &now).find(key, &now))
        };
        let shelved = self.with_file(find).flatten()?;
        (shelved.kept.age < shelved.kept.lifetime + self.lifetimes.stale).then_some(shelved)
    }

    fn put(&self, key: &Key, server: SocketAddr, message: &[u8]) {
        let Some(now) = self.time.now() else {
            return;
        };
        let Some((message, lifetime)) = self.lifetimes.keep(&key.question, message) else {
            return;
        };
        self.with_some_file(|file| {
            file.update(bucket_of(file, &key.question.name), |payload| {
                let mut bucket = Bucket::read(payload, &now);
                let kept = bucket.put(key, server, (message.clone(), lifetime), &now);
                kept.then(|| bucket.to_bytes())
            })
        });
    }

    fn estimate(&self, server: SocketAddr) -> Option<Estimate> {
        let now = self.time.now()?;
        let paths = self.with_file(|file| file.read(PATHS, |payload| Paths::read(payload, &now)))?;
        let known = paths.find(server);
        self.state().paths = Some(paths);
        known
    }

    fn learn(&self, server: SocketAddr, estimate: Estimate) {
        let Some(now) = self.time.now() else {
            return;
        };
        let learn = |payload: &[u8]| {
            let mut paths = Paths::read(payload, &now);
            paths.learn(server, estimate, &now).then(|| paths.to_bytes())
        };
        // Most of the time there is nothing to write, nothing to read again, and no lock to wait for.
        let known = |state: &mut State| Some(state.paths.as_mut()?.learn(server, estimate, &now));
        if known(&mut self.state()) == Some(false) {
            return;
        }
        self.with_some_file(|file| file.update(PATHS, learn));
    }
}

impl State {
    fn run<T>(
        &mut self,
        folder: &Path,
        make: bool,
        run: &mut dyn FnMut(&CacheFile) -> Result<T, Trouble>,
    ) -> Option<T> {
        for _ in 0..TRIES {
            if self.given_up {
                return None;
            }
            let trouble = match self.opened(folder, make) {
                Ok(None) => return None,
                Ok(Some(file)) => match run(file) {
                    Ok(value) => return Some(value),
                    Err(trouble) => trouble,
                },
                Err(trouble) => trouble,
            };
            match trouble {
                Trouble::Replaced(_) => self.file = None,
                Trouble::Damaged(_) => {
                    self.file = None;
                    self.troubles.push(trouble);
                }
                Trouble::Busy(_) => return None,
                Trouble::Distrusted { .. } | Trouble::Io { .. } => {
                    self.given_up = true;
                    self.troubles.push(trouble);
                }
            }
        }
        None
    }

    fn opened(&mut self, folder: &Path, make: bool) -> Result<Option<&CacheFile>, Trouble> {
        if self.file.is_none() {
            self.file = CacheFile::open(folder)?;
        }
        if self.file.is_none() && make {
            CacheFile::create(folder, &rand::random())?;
            self.file = CacheFile::open(folder)?;
        }
        Ok(self.file.as_ref())
    }
}

fn bucket_of(file: &CacheFile, name: &Name) -> u32 {
    FIRST_BUCKET + file.place(&name.as_wire().to_ascii_lowercase(), PAGES - FIRST_BUCKET)
}

const PATHS: u32 = 1;
const FIRST_BUCKET: u32 = 2;

/// How often a file that goes away meanwhile is opened again.
const TRIES: u32 = 3;

#[cfg(test)]
mod tests;
