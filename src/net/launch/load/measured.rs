//! What a load came to.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

use crate::net::Clock;

/// What a load came to.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// How many requests were answered.
    pub count: u64,
    /// In which time.
    pub elapsed: Duration,
    /// How many were sent again.
    pub again: u64,
    /// CPU time of the one who asked.
    pub client: Duration,
    /// CPU time of the rest of this process: of a server that runs in it.
    pub server: Duration,
    /// How long each took, in nanoseconds; of very many, the first.
    took: Vec<u32>,
}

impl Measured {
    /// Answers a second.
    pub fn rate(&self) -> f64 {
        self.count as f64 / self.elapsed.as_secs_f64()
    }

    /// How long half of them took at most.
    pub fn median(&self) -> Duration {
        self.percentile(50)
    }

    /// How long so many of a hundred took at most.
    pub fn percentile(&self, percent: usize) -> Duration {
        let mut took = self.took.clone();
        let place = (took.len() * percent / 100).min(took.len().saturating_sub(1));
        if took.is_empty() {
            return Duration::ZERO;
        }
        let (_, at, _) = took.select_nth_unstable(place);
        Duration::from_nanos((*at).into())
    }

    /// CPU time of the server for one answer.
    pub fn server_each(&self) -> Duration {
        let nanos = self.server.as_nanos() / u128::from(self.count.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    pub(super) fn note(&mut self, took: Duration) {
        self.count += 1;
        if self.took.len() < MOST {
            self.took.push(u32::try_from(took.as_nanos()).unwrap_or(u32::MAX));
        }
    }

    pub(super) fn add(&mut self, elapsed: Duration, cpu: Cpu) {
        self.elapsed += elapsed;
        self.client += cpu.thread;
        self.server += cpu.process.saturating_sub(cpu.thread);
    }

    pub(super) fn forget_latencies(&mut self) {
        self.took.clear();
    }
}

/// CPU time that was used.
pub(super) struct Cpu {
    process: Duration,
    thread: Duration,
}

impl Cpu {
    pub(super) fn since(&self, before: &Self) -> Self {
        Self {
            process: self.process.saturating_sub(before.process),
            thread: self.thread.saturating_sub(before.thread),
        }
    }
}

/// Of this process, and of this thread.
pub(super) fn cpu() -> io::Result<Cpu> {
    let read = |id| Duration::try_from(clock_gettime(id)).map_err(io::Error::other);
    Ok(Cpu {
        process: read(ClockId::ProcessCPUTime)?,
        thread: read(ClockId::ThreadCPUTime)?,
    })
}

/// How long `fdatasync` takes for a record at the end of a file that is allocated ahead: what no durable answer can
/// do without.
///
/// # Errors
/// When the file cannot be written.
pub fn sync_times(path: &Path, time: Duration) -> io::Result<Measured> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(path)?;
    file.write_all_at(&vec![0; AHEAD], 0)?;
    file.sync_all()?;
    let (clock, mut measured) = (Clock::start(), Measured::default());
    while measured.elapsed < time {
        let offset = measured.count * RECORD.len() as u64 % AHEAD as u64;
        file.write_all_at(&RECORD, offset)?;
        let begun = clock.now();
        file.sync_data()?;
        measured.note(clock.now() - begun);
        measured.elapsed = clock.now() - crate::proto::Instant::ZERO;
    }
    Ok(measured)
}

const RECORD: [u8; 100] = [1; 100];
const AHEAD: usize = 4 << 20;
const MOST: usize = 1 << 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_noted() {
        let mut measured = Measured::default();
        assert_eq!(measured.median(), Duration::ZERO);
        for micros in 1..=100 {
            measured.note(Duration::from_micros(micros));
        }
        assert_eq!(measured.median(), Duration::from_micros(51));
        assert_eq!(measured.percentile(99), Duration::from_micros(100));
        assert_eq!(measured.percentile(100), Duration::from_micros(100));
    }
}
