//! A disk for tests, in memory: it can fail at any call, and a crash forgets, tears and reorders what was not
//! synced. The unit tests of `store` and the simulation of `rlaunch` both include this file.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg32;

use super::{Disk, File, Source};

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
    files: BTreeMap<usize, Content>,
    made: usize,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    calls: u64,
    fail_at: Option<u64>,
}

struct FaultyFile {
    disk: FaultyDisk,
    file: usize,
}

impl FaultyDisk {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            rng: Pcg32::seed_from_u64(seed),
            files: BTreeMap::new(),
            made: 0,
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
        self.heal();
        let mut state = self.state();
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
        for file in files.values_mut() {
            file.tear(rng);
        }
        if rng.random() {
            durable_names.clone_from(names);
        }
        names.clone_from(durable_names);
        state.forget();
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

impl State {
    /// A file that has no name any more, not even after a crash, is gone.
    fn forget(&mut self) {
        let (names, durable) = (&self.names, &self.durable_names);
        self.files
            .retain(|file, _| names.values().chain(durable.values()).any(|named| named == file));
    }
}

impl Disk for FaultyDisk {
    fn open(&self, name: &str) -> io::Result<Option<Arc<dyn File>>> {
        let found = self.call(|state, _| state.names.get(name).copied())?;
        Ok(found.map(|file| self.file(file)))
    }

    fn create(&self, name: &str) -> io::Result<Arc<dyn File>> {
        let file = self.call(|state, _| {
            state.made += 1;
            state.files.insert(state.made, Content::default());
            state.names.insert(name.to_owned(), state.made);
            state.made
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
        self.call(|state, _| {
            state.durable_names.clone_from(&state.names);
            state.forget();
        })
    }
}

impl FaultyFile {
    fn call<T: Default>(&self, partly: impl FnOnce(&mut Content, &mut Pcg32, bool) -> T) -> io::Result<T> {
        self.disk.call(|state, failing| {
            let State { rng, files, .. } = state;
            // Writing to a file that nobody can open any more has no effect that can be seen.
            files
                .get_mut(&self.file)
                .map_or_else(T::default, |content| partly(content, rng, failing))
        })
    }
}

impl Source for FaultyFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
        self.call(|content, _, _| {
            let rest = content.now.get(usize::try_from(offset).unwrap()..content.length);
            let rest = rest.unwrap_or_default();
            let count = rest.len().min(bytes.len());
            bytes[..count].copy_from_slice(&rest[..count]);
            count
        })
    }
}

impl File for FaultyFile {
    /// Many of the shorter writes are cut short.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let written = self.call(|content, rng, failing| {
            let short = failing || (bytes.len() < 4096 && rng.random_bool(0.25));
            let count = if short {
                rng.random_range(1..=bytes.len())
            } else {
                bytes.len()
            };
            content.write(&bytes[..count], usize::try_from(offset).unwrap());
            count
        })?;
        Ok(if written == 0 { bytes.len() } else { written })
    }

    fn truncate(&self, length: u64) -> io::Result<()> {
        self.call(|content, _, _| content.truncate(usize::try_from(length).unwrap()))
    }

    /// A sync that fails has made some sectors durable, and of the others the system believes that they are.
    fn sync(&self) -> io::Result<()> {
        self.call(|content, rng, failing| content.sync(rng, failing))
    }
}

/// What the system shows of a file, and what is on the disk of it.
#[derive(Default)]
struct Content {
    now: Vec<u8>,
    length: usize,
    durable: Vec<u8>,
    durable_length: usize,
    /// How each sector stands, and which are not the same in both.
    sectors: Vec<Sector>,
    unsynced: Vec<usize>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Sector {
    #[default]
    Clean,
    /// To be written with the next sync.
    Dirty,
    /// A sync failed to write it, and the next will not try: the system takes it for written.
    Forgotten,
}

impl Content {
    fn write(&mut self, bytes: &[u8], offset: usize) {
        let end = offset + bytes.len();
        if end > self.now.len() {
            let room = end.next_multiple_of(SECTOR);
            self.now.resize(room, 0);
            self.durable.resize(room, 0);
            self.sectors.resize(room / SECTOR, Sector::Clean);
        }
        self.now[offset..end].copy_from_slice(bytes);
        self.length = self.length.max(end);
        self.touch(offset, end);
    }

    fn truncate(&mut self, length: usize) {
        if length < self.length {
            self.now[length..self.length].fill(0);
            self.touch(length, self.length);
            self.length = length;
        }
    }

    fn touch(&mut self, from: usize, end: usize) {
        for at in from / SECTOR..end.div_ceil(SECTOR) {
            if self.sectors[at] == Sector::Clean {
                self.unsynced.push(at);
            }
            self.sectors[at] = Sector::Dirty;
        }
    }

    fn sync(&mut self, rng: &mut Pcg32, failing: bool) {
        let Self {
            now,
            durable,
            sectors,
            unsynced,
            ..
        } = self;
        unsynced.retain(|at| {
            let bytes = at * SECTOR..(at + 1) * SECTOR;
            let lost = sectors[*at] == Sector::Forgotten || (failing && rng.random());
            if lost {
                sectors[*at] = Sector::Forgotten;
            } else {
                sectors[*at] = Sector::Clean;
                durable[bytes.clone()].copy_from_slice(&now[bytes]);
            }
            lost
        });
        self.durable_length = self.length;
    }

    /// What a loss of power leaves: every sector is the durable one or the present one.
    fn tear(&mut self, rng: &mut Pcg32) {
        for at in self.unsynced.drain(..) {
            let bytes = at * SECTOR..(at + 1) * SECTOR;
            if self.sectors[at] == Sector::Dirty && rng.random() {
                self.durable[bytes.clone()].copy_from_slice(&self.now[bytes]);
            } else {
                self.now[bytes.clone()].copy_from_slice(&self.durable[bytes]);
            }
            self.sectors[at] = Sector::Clean;
        }
        if self.length != self.durable_length {
            if rng.random() {
                self.length = self.durable_length;
            }
            self.durable_length = self.length;
            self.now[self.length..].fill(0);
            self.durable[self.length..].fill(0);
        }
    }
}

const SECTOR: usize = 512;
