//! The packets that an interface itself had to drop, as the system counts them.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// The counters of an interface, and what they said at the beginning. They are opened early: later there may be no
/// right to open them.
#[derive(Debug)]
pub(super) struct Missed {
    counters: Vec<File>,
    before: u64,
}

impl Missed {
    /// The counters of the interface of this name; none for all interfaces, or without sysfs.
    pub(super) fn open(name: &str) -> Self {
        let folder = Path::new("/sys/class/net").join(name).join("statistics");
        let counters = ["rx_missed_errors", "rx_fifo_errors"];
        let mut missed = Self {
            counters: counters
                .iter()
                .filter_map(|counter| File::open(folder.join(counter)).ok())
                .collect(),
            before: 0,
        };
        missed.before = missed.sum();
        missed
    }

    /// How many since then.
    pub(super) fn count(&self) -> u64 {
        self.sum().saturating_sub(self.before)
    }

    fn sum(&self) -> u64 {
        self.counters.iter().filter_map(read).sum()
    }
}

fn read(counter: &File) -> Option<u64> {
    let mut text = [0; 24];
    let len = counter.read_at(&mut text, 0).ok()?;
    std::str::from_utf8(text.get(..len)?).ok()?.trim().parse().ok()
}
