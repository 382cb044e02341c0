//! A disk for tests, in memory: it can fail at any call, and a crash forgets, tears and reorders what was not
//! synced.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg32;

use super::disk::{Disk, File};

/// How everything ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Crash {
    /// The process is killed: what the system has been given, it keeps.
    Kill,
    /// The machine loses power: each unsynced sector is old or new, each unsynced name too.
    Power,
}

/// A disk that fails on demand; clones are the same disk.
#[derive(Clone)]
pub(crate) struct FaultyDisk(Arc<Mutex<State>>);

struct State {
    rng: Pcg32,
    files: Vec<Content>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    calls: u64,
    fail_at: Option<u64>,
}

#[derive(Clone, Default)]
struct Content {
    now: Vec<u8>,
    durable: Vec<u8>,
}

struct FaultyFile {
    disk: FaultyDisk,
    file: usize,
}

impl FaultyDisk {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            rng: Pcg32::seed_from_u64(seed),
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            calls: 0,
            fail_at: None,
        })))
    }

    /// How many calls have been made.
    pub(crate) fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Lets the call after the next `more` fail, and every one after it until [`heal`](Self::heal).
    pub(crate) fn fail_at(&self, more: u64) {
        let mut state = self.state();
        state.fail_at = Some(state.calls + more);
    }

    pub(crate) fn heal(&self) {
        self.state().fail_at = None;
    }

    /// Ends the life of whatever used the disk, and heals it.
    pub(crate) fn crash(&self, crash: Crash) {
        let mut state = self.state();
        state.fail_at = None;
        let State {
            rng,
            files,
            names,
            durable_names,
            ..
        } = &mut *state;
        if matches!(crash, Crash::Kill) {
            return;
        }
        for file in files {
            *file = file.torn(rng);
        }
        if rng.random() {
            durable_names.clone_from(names);
        }
        names.clone_from(durable_names);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a call, and fails it if it is its turn; `partly` is done even then, half the time.
    fn call<T>(&self, partly: impl FnOnce(&mut State, bool) -> T) -> io::Result<T> {
        let mut state = self.state();
        let number = state.calls;
        state.calls += 1;
        match state.fail_at {
            Some(at) if number > at => Err(io::Error::other("gone")),
            Some(at) if number == at => {
                if state.rng.random() {
                    partly(&mut state, true);
                }
                Err(if state.rng.random() {
                    io::ErrorKind::StorageFull.into()
                } else {
                    io::Error::other("EIO")
                })
            }
            _ => Ok(partly(&mut state, false)),
        }
    }

    fn file(&self, file: usize) -> Arc<dyn File> {
        Arc::new(FaultyFile {
            disk: self.clone(),
            file,
        })
    }
}

impl Content {
    /// What a loss of power leaves: every sector is the durable one or the present one.
    fn torn(&self, rng: &mut impl Rng) -> Self {
        let length = if rng.random() {
            self.now.len()
        } else {
            self.durable.len()
        };
        let mut left = Vec::with_capacity(length);
        for at in (0..length).step_by(SECTOR) {
            let from = if rng.random() { &self.now } else { &self.durable };
            for byte in at..length.min(at + SECTOR) {
                left.push(from.get(byte).copied().unwrap_or(0));
            }
        }
        Self {
            now: left.clone(),
            durable: left,
        }
    }
}

impl Disk for FaultyDisk {
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>> {
        let found = self.call(|state, _| state.names.get(name).copied())?;
        Ok(found.map(|file| self.file(file)))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let file = self.call(|state, _| {
            state.files.push(Content::default());
            state.names.insert(name.to_owned(), state.files.len() - 1);
            state.files.len() - 1
        })?;
        Ok(self.file(file))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.call(|state, _| {
            if let Some(file) = state.names.remove(from) {
                state.names.insert(to.to_owned(), file);
            }
        })
    }

    fn sync(&self) -> io::Result<()> {
        self.call(|state, _| state.durable_names.clone_from(&state.names))
    }
}

impl File for FaultyFile {
    fn read_all(&self) -> io::Result<Vec<u8>> {
        self.disk.call(|state, _| state.files[self.file].now.clone())
    }

    /// Half of the longer writes are short ones.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        self.disk.call(|state, partly| {
            let short = partly || (bytes.len() < 4096 && state.rng.random());
            let count = if short {
                state.rng.random_range(1..=bytes.len())
            } else {
                bytes.len()
            };
            let offset = usize::try_from(offset).unwrap();
            let content = &mut state.files[self.file].now;
            content.resize(content.len().max(offset + count), 0);
            content[offset..offset + count].copy_from_slice(&bytes[..count]);
            count
        })
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.disk.call(|state, _| {
            state.files[self.file]
                .now
                .truncate(usize::try_from(length).unwrap())
        })
    }

    /// A sync that fails has made some sectors durable.
    fn sync(&self) -> io::Result<()> {
        self.disk.call(|state, partly| {
            let State { rng, files, .. } = state;
            let content = &mut files[self.file];
            content.durable = if partly {
                content.torn(rng).now
            } else {
                content.now.clone()
            };
        })
    }
}

const SECTOR: usize = 512;
